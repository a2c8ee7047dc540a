"""What the office types to chase and to grant more time."""

import re
import unicodedata
from typing import Any

from django import forms
from django.db.models import QuerySet

from targets.choices import SheetStep
from targets.formfields import LineField, field_of
from targets.forms.dates import DateInput
from targets.forms.fields import SeveralField, reason_field
from targets.models import District, Extension, Unit


class AddresseesField(SeveralField):
    """Units, each named with whoever took it over."""

    def label_from_instance(self, obj: Unit) -> str:
        return obj.addressee


class RemindForm(forms.Form):
    """Which units are reminded, and what they are told."""

    units = AddresseesField(
        Unit.objects.none(),
        label="催办单位",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个单位。"},
    )
    note = reason_field(
        "催办意见", required=False, help_text="可不填。单位会在首页、催办通知和邮件中看到。"
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "units", forms.ModelChoiceField).queryset = units


_DAYS = re.compile(r"[\s、，,；;天日]+")


class ReminderRuleForm(forms.Form):
    """On which days units that owe are reminded by themselves, and what they are told."""

    before = LineField(
        label="截止前（天）",
        required=False,
        max_length=100,
        help_text="可写几个，用“、”分开，如7、1。不填则截止前不催办。",
    )
    on_day = forms.BooleanField(label="截止当日", required=False)
    after = LineField(
        label="逾期后（天）",
        required=False,
        max_length=100,
        help_text="如1、3、7。不填则逾期后不自动催办。",
    )
    words = reason_field("催办意见", required=False, help_text="可不填。写在每次自动催办中。")

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        days = district.reminder_days
        initial = {
            "before": "、".join(str(-day) for day in days if day < 0),
            "on_day": 0 in days,
            "after": "、".join(str(day) for day in days if day > 0),
            "words": district.reminder_words,
        }
        super().__init__(*args, **{**kwargs, "initial": initial})

    def clean_before(self) -> list[int]:
        return [-day for day in self._days("before")]

    def clean_after(self) -> list[int]:
        return self._days("after")

    def _days(self, name: str) -> list[int]:
        written = unicodedata.normalize("NFKC", self.cleaned_data[name])
        days = [each for each in _DAYS.split(written) if each]
        if not all(re.fullmatch("[1-9][0-9]?", each) for each in days):
            raise forms.ValidationError("请只写天数，用“、”分开，如7、1；不催办的不填。")
        return sorted(int(each) for each in days)

    def rule(self) -> dict[str, Any]:
        """Return what the action takes of a valid form."""
        values = self.cleaned_data
        on_day = [0] if values["on_day"] else []
        return {"days": [*values["before"], *on_day, *values["after"]], "words": values["words"]}


def _day_field(step: SheetStep) -> forms.IntegerField:
    return forms.IntegerField(
        label=f"{step.label}：逾期满几天起",
        min_value=0,
        max_value=365,
        error_messages={
            "required": "请填写天数，期限当日为0。",
            "invalid": "请填写整数，如7。",
            "min_value": "天数不能小于0。",
            "max_value": "天数不能大于365。",
        },
    )


class SheetRuleForm(forms.Form):
    """From which day after the due date a supervision sheet is blue, yellow, red."""

    blue = _day_field(SheetStep.BLUE)
    yellow = _day_field(SheetStep.YELLOW)
    red = _day_field(SheetStep.RED)

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        initial = dict(zip(SheetStep.values, district.sheet_days, strict=True))
        super().__init__(*args, **{**kwargs, "initial": initial})

    def days(self) -> list[int]:
        """Return the days of a valid form, in rising steps."""
        return [self.cleaned_data[step] for step in SheetStep.values]


class GrantExtensionForm(forms.Form):
    """Until when more time is granted."""

    until = forms.DateField(
        label="同意延至",
        widget=DateInput(),
        help_text="默认为单位申请的日期，可以改。当日24时前报送不算逾期。",
        error_messages={"invalid": "请填写日期，如2020-07-15。", "required": "请填写日期。"},
    )
    reason = reason_field("批复意见", required=False)

    def __init__(self, *args: Any, extension: Extension, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"until": extension.until}})
