"""What is typed about accounts and units."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from targets.actions import NewAccount
from targets.choices import Role
from targets.formfields import LineField, field_of
from targets.forms.dates import DateInput
from targets.forms.fields import reason_field
from targets.importing import Unreadable, too_large
from targets.importing.guard import UPLOAD_LIMIT
from targets.importing.reading import read_grids
from targets.models import Unit
from targets.rules import clean_text
from targets.widgets import UnitSelect

HEADS = ("用户名", "姓名", "单位", "联系电话", "电子邮箱", "角色")
ROLES = {label: value for value, label in Role.choices}


class AccountsForm(forms.Form):
    """Accounts as lines pasted from a table, or as a workbook."""

    lines = LineField(
        label="账号清单",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=100_000,
        help_text="每行一个账号，各列依次为："
        + "、".join(HEADS)
        + "。可从Excel、WPS表格中直接复制粘贴；角色不填为责任单位，其他角色不填单位。",
    )
    file = forms.FileField(
        label="或上传Excel工作簿（.xlsx）", required=False, help_text="第一张表，列的顺序同上。"
    )

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units: dict[str, Unit] = {}
        for unit in units:
            self.units |= {each.name: unit for each in unit.aliases.all()} | {unit.name: unit}

    def clean(self) -> dict[str, Any]:
        """Leave `accounts`, or name every line that is wrong."""
        values = super().clean() or {}
        file, lines = values.pop("file", None), values.pop("lines", "")
        if file and lines:
            raise forms.ValidationError("请只用一种方式：粘贴清单，或上传工作簿。")
        rows = self._rows_of_file(file) if file else _rows_of_lines(lines or "")
        rows = [(number, cells) for number, cells in rows if any(cells) and cells[0] != HEADS[0]]
        if not rows and not self.errors:
            raise forms.ValidationError("请粘贴账号清单，或上传工作簿。")
        values["accounts"] = [
            account for number, cells in rows if (account := self._account(number, cells))
        ]
        return values

    def _rows_of_file(self, file: "UploadedFile[bytes]") -> list[tuple[int, list[str]]]:
        size = file.size or 0
        if size > UPLOAD_LIMIT:
            raise forms.ValidationError(too_large(size))
        try:
            grids = read_grids(file.read())
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from error
        return _numbered(grids[0].rows if grids else [])

    def _account(self, number: int, cells: Sequence[str]) -> NewAccount | None:
        username, name, unit_name, phone, email, role_name = cells
        role = ROLES.get(role_name or Role.UNIT.label)
        unit = self.units.get(unit_name) if unit_name else None
        if role is None:
            self.add_error(None, f"第{number}行：没有“{role_name}”这个角色。")
        elif not username or not name:
            self.add_error(None, f"第{number}行：用户名和姓名都要填写。")
        elif unit_name and unit is None:
            self.add_error(None, f"第{number}行：单位名册中没有“{unit_name}”。")
        else:
            return NewAccount(username, name, Role(role), unit, phone, email)
        return None


def _rows_of_lines(lines: str) -> list[tuple[int, list[str]]]:
    """Read lines as a table copies them: tabs between the cells, or commas."""
    delimiter = "\t" if "\t" in lines else ","
    text = lines if delimiter == "\t" else lines.replace("，", ",")
    return _numbered(csv.reader(io.StringIO(text), delimiter=delimiter))


def _numbered(rows: Iterable[Sequence[str]]) -> list[tuple[int, list[str]]]:
    width = len(HEADS)
    return [
        (number, [*(clean_text(cell) for cell in row), *[""] * width][:width])
        for number, row in enumerate(rows, start=1)
    ]


class AccountForm(forms.Form):
    """Who an account is for, and what it may do."""

    name = LineField(label="姓名", max_length=50, help_text="改名后，此前的操作仍显示当时的姓名。")
    role = forms.ChoiceField(label="角色", choices=Role)
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label="单位",
        required=False,
        widget=UnitSelect,
        empty_label="（不属于责任单位）",
        help_text="只有责任单位账号选择单位。",
    )
    phone = LineField(label="联系电话", max_length=50, required=False)
    email = forms.EmailField(label="电子邮箱", required=False)
    reason = reason_field("原因", help_text="如人员调整、岗位变动。")

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "unit", forms.ModelChoiceField).queryset = units
        self.fields["unit"].widget.units = units.prefetch_related("aliases")


class ContactForm(forms.Form):
    """Whom to telephone in a unit."""

    contact_name = LineField(label="联络员", max_length=50, required=False)
    contact_phone = LineField(label="联络电话", max_length=50, required=False)


class SuccessionForm(forms.Form):
    """Who takes over a unit's open work, and from when."""

    name = LineField(label="新的单位名称", max_length=100, required=False, help_text="更名时填写。")
    successor = forms.ModelChoiceField(
        Unit.objects.none(),
        label="承接单位",
        required=False,
        widget=UnitSelect,
        empty_label="（更名，不选）",
        help_text="并入已有单位时选择。",
    )
    on = forms.DateField(
        label="更名或合并日期",
        widget=DateInput(),
        error_messages={"invalid": "请填写日期，如2020-07-01。", "required": "请填写日期。"},
    )
    moves_accounts = forms.BooleanField(label="账号一并转入", required=False, initial=True)
    reason = reason_field("依据", help_text="如机构改革文件名称和文号。")

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "successor", forms.ModelChoiceField).queryset = units
        self.fields["successor"].widget.units = units.prefetch_related("aliases")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if bool(values.get("name")) == bool(values.get("successor")):
            raise forms.ValidationError("更名请填写新的单位名称，合并请选择承接单位，二者填一项。")
        return values
