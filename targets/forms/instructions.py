"""What leaders and the office type about an instruction."""

from django import forms

from targets.forms.dates import DatedForm, DateInput
from targets.forms.fields import reason_field
from targets.models import Instruction


class GiveInstructionForm(forms.Form):
    """A leader's words on an item."""

    text = reason_field("批示内容", help_text="督查室和该事项的责任单位都会看到。")


class FollowUpForm(DatedForm):
    """What the units are asked to do, and by when."""

    day = "due_on"

    follow_up = reason_field("督办要求", help_text="写明由谁做什么，该事项的责任单位会看到。")
    due_on = forms.DateField(
        label="落实期限",
        widget=DateInput(),
        error_messages={"invalid": "请填写日期，如2020-07-15。", "required": "请填写落实期限。"},
    )

    def __init__(self, *args: object, instruction: Instruction, **kwargs: object) -> None:
        initial = {"follow_up": instruction.follow_up, "due_on": instruction.due_on}
        super().__init__(*args, plan=instruction.item.goal.plan, initial=initial, **kwargs)


class FinishForm(forms.Form):
    """What came of it."""

    outcome = reason_field("落实情况", help_text="办结后领导和责任单位都会看到，不能再改。")
