"""What the office types to steer the quarters."""

from django import forms

from targets.models import Plan
from targets.quarters import NAMES


class CreatePeriodForm(forms.Form):
    """Which quarter of which plan to prepare."""

    plan = forms.ModelChoiceField(Plan.objects.none(), label="年度任务", empty_label=None)
    number = forms.TypedChoiceField(label="季度", choices=list(NAMES.items()), coerce=int)

    def __init__(self, *args: object, plans: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = plans


class OpenPeriodForm(forms.Form):
    """The due date of a period about to open."""

    due_on = forms.DateField(
        label="填报截止日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="当日24时前报送均为按时。",
        error_messages={"invalid": "请填写日期，如2020-04-10。", "required": "请填写截止日期。"},
    )
