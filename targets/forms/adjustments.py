"""What a lead unit types to ask that an item be adjusted."""

from django import forms

from targets.forms.fields import LongTextField, reason_field


class RequestAdjustmentForm(forms.Form):
    """The standard as it should read, what else should change, and why."""

    standard = LongTextField(
        label="拟调整的工作标准",
        required=False,
        help_text="已填入现行的工作标准，请在此基础上修改；工作标准不变的，不必改动。",
    )
    other = reason_field(
        "其他调整内容", required=False, help_text="可不填。如完成时限、牵头或配合单位的调整。"
    )
    reason = reason_field("申请原因")
