"""What the office types to steer the quarters."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from targets.formfields import field_of
from targets.forms.dates import DatedForm, DateInput
from targets.models import Plan
from targets.quarters import NAMES


class CreatePeriodForm(forms.Form):
    """Which quarter of which plan to prepare."""

    plan = forms.ModelChoiceField(Plan.objects.none(), label="年度任务", empty_label=None)
    number = forms.TypedChoiceField(label="季度", choices=list(NAMES.items()), coerce=int)

    def __init__(self, *args: Any, plans: QuerySet[Plan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "plan", forms.ModelChoiceField).queryset = plans


class PeriodForm(DatedForm):
    """The due date of an open period, and what it asks of every submission."""

    day = "due_on"

    due_on = forms.DateField(
        label="填报截止日期",
        widget=DateInput(),
        help_text="当日24时前报送均为按时。",
        error_messages={"invalid": "请填写日期，如2020-04-10。", "required": "请填写截止日期。"},
    )
    remind_days = forms.IntegerField(
        label="提前提醒天数",
        min_value=0,
        max_value=60,
        initial=7,
        help_text="截止前几天起，在单位首页醒目提示。",
        error_messages={
            "required": "请填写天数，0表示不提前提醒。",
            "invalid": "请填写整数，如7。",
            "min_value": "天数不能小于0。",
            "max_value": "天数不能大于60。",
        },
    )
    head_signs = forms.BooleanField(
        label="报送前须经单位主要领导审阅",
        required=False,
        help_text="单位报送时须填写审阅领导姓名和日期。",
    )
    evidence_required = forms.BooleanField(label="报送须附佐证材料", required=False)
    asks_problems = forms.BooleanField(
        label="单位可填写“存在的问题”“下一步措施”",
        required=False,
        help_text="两项都是选填，在完成情况之外另填；填报表和导入也有这两列。",
    )
