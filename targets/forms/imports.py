"""What is uploaded, what it is to be taken for, and what a person decides about it."""

from typing import Any

from django import forms
from django.http import QueryDict

from targets.formfields import LineField, field_of
from targets.importing import UPLOAD_LIMIT, Choice, Kind, Preview, too_large
from targets.importing.layout import UNREAD
from targets.importing.plan import YEARS
from targets.importing.preview import Choices, Verdicts
from targets.importing.previewing import KINDS
from targets.models import Period, Unit, User

UNIT_PREFIX, TEXT_PREFIX, COLUMN_PREFIX = "unit:", "text:", "column:"

OFFLINE_HELP = (
    "在“本单位填报”下载并填好的填报表（.xlsx），"
    f"不超过{UPLOAD_LIMIT // 1024 // 1024}MB。先预览，确认后才写入。"
)


class UploadForm(forms.Form):
    """A file, its kind, and the year or quarter that it belongs to."""

    kind = forms.ChoiceField(
        label="导入什么",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择要导入什么。"},
    )
    period = forms.ModelChoiceField(
        Period.objects.none(),
        label="季度",
        required=False,
        empty_label="请选择",
        help_text="导入季度完成情况时选择；也可以在预览中选择。",
    )
    year = forms.IntegerField(
        label="年度",
        required=False,
        min_value=YEARS.start,
        max_value=YEARS.stop - 1,
        help_text="导入年度任务时填写，如2021；也可以在预览中填写。",
        error_messages={"invalid": "请填写四位年度，如2021。"},
    )
    file = forms.FileField(
        label="文件",
        max_length=255,
        help_text="Excel工作簿（.xlsx）或Word文档（.docx）中的表格，"
        f"不超过{UPLOAD_LIMIT // 1024 // 1024}MB。先预览，确认后才写入。",
        error_messages={
            "required": "请选择文件。",
            "empty": "文件是空的，请重新选择文件。",
            "max_length": "文件名过长，请改短后再上传。",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.docx"}),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = KINDS[by.role]
        field_of(self, "kind", forms.ChoiceField).choices = [
            (kind.value, kind.label) for kind in kinds
        ]
        self.fields["kind"].initial = kinds[0].value
        if len(kinds) == 1:
            self.fields["kind"].widget = forms.HiddenInput()
        if kinds == (Kind.REPORTS,):
            self.fields["file"].help_text = OFFLINE_HELP
            self.fields["file"].widget.attrs["accept"] = ".xlsx"
        if Kind.PROGRESS in kinds:
            periods = Period.objects.visible_to(by).select_related("plan").newest_first()
            field_of(self, "period", forms.ModelChoiceField).queryset = periods
            newest = list(periods)
            self.fields["period"].initial = next((each for each in newest if each.is_open), None)
        else:
            del self.fields["period"]
        if Kind.PLAN not in kinds:
            del self.fields["year"]

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file.size > UPLOAD_LIMIT:
            raise forms.ValidationError(too_large(file.size))
        return file

    @property
    def target(self) -> int:
        """The year or the period's key; 0 where it is not said yet, or not needed."""
        kind = self.cleaned_data["kind"]
        if kind == Kind.PLAN:
            return self.cleaned_data.get("year") or 0
        period = self.cleaned_data.get("period")
        return period.pk if kind == Kind.PROGRESS and period else 0


class MisreadingForm(forms.Form):
    """A word as scans read it, and what is meant."""

    found = LineField(
        label="误识为",
        max_length=50,
        help_text="扫描件中读成的字词，至少两个字，如“郑城”。",
        error_messages={"required": "请填写误识成的字词。", "max_length": "最多50字。"},
    )
    meant = LineField(
        label="应为",
        max_length=50,
        error_messages={"required": "请填写正确的字词。", "max_length": "最多50字。"},
    )
    why = LineField(
        label="说明",
        required=False,
        max_length=100,
        help_text="可选，如“街道名为邾城”。",
        error_messages={"max_length": "最多100字。"},
    )


def read_target(data: QueryDict, kind: Kind, by: User) -> int | None:
    """Return the year or the period's key that the person chose in the preview, or None."""
    text = data.get("target", "").strip()
    value = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    if kind == Kind.PLAN:
        return value if value in YEARS else None
    if kind == Kind.PROGRESS and Period.objects.visible_to(by).filter(pk=value).exists():
        return value
    return None


def read_choices(data: QueryDict, preview: Preview, before: Choices, by: User) -> Choices:
    """Return what the person decided on the preview's page; what is no answer is left out."""
    options = {each.key: each.options for each in preview.changes if each.options}
    texts = {
        key: Choice(str(data[TEXT_PREFIX + key])).value
        for key, allowed in options.items()
        if data.get(TEXT_PREFIX + key) in allowed
    }
    offered = {each.key for each in preview.suggestions}
    sheet = data.get("sheet", before.sheet)
    verdicts = data.get("verdicts", before.verdicts)
    return Choices(
        sheet=sheet if sheet in (*preview.sheets, "*") else before.sheet,
        suggestions=[key for key in data.getlist("suggestion") if key in offered],
        units=_read_units(data, preview, before, by),
        texts={**before.texts, **texts},
        columns=_read_columns(data, preview, before),
        verdicts=verdicts if verdicts in ("", *Verdicts) else before.verdicts,
    )


def _read_units(data: QueryDict, preview: Preview, before: Choices, by: User) -> dict[str, int]:
    units = set(Unit.objects.visible_to(by).values_list("pk", flat=True))
    answers = dict(before.units)
    asked = [each.name for each in preview.questions] + [each.name for each in preview.matches]
    for name in asked:
        chosen = data.get(UNIT_PREFIX + name)
        if chosen == "":
            answers.pop(name, None)
        elif chosen and chosen.isascii() and chosen.isdecimal() and int(chosen[:18]) in units:
            answers[name] = int(chosen)
    return answers


def _read_columns(data: QueryDict, preview: Preview, before: Choices) -> dict[str, str]:
    """Return what each column is read as; only what differs from what was recognised is kept."""
    columns = dict(before.columns)
    for column in (column for table in preview.tables for column in table.columns):
        said = data.get(COLUMN_PREFIX + column.key)
        if said in (*preview.meanings, UNREAD) and said != (column.meaning or UNREAD):
            columns[column.key] = said
    return columns
