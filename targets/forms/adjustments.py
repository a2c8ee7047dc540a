"""What a lead unit types to ask that an item be adjusted."""

from typing import Any

from django import forms

from targets.forms.fields import LongTextField, reason_field


class RequestAdjustmentForm(forms.Form):
    """The standard as it should read, what else should change, and why."""

    standard = LongTextField(
        label="拟调整的工作标准",
        required=False,
        # The page says what it showed: the office may adjust the item while it is open.
        show_hidden_initial=True,
        help_text="已填入现行的工作标准，请在此基础上修改；工作标准不变的，不必改动。",
    )
    other = reason_field(
        "其他调整内容", required=False, help_text="可不填。如完成时限、牵头或配合单位的调整。"
    )
    reason = reason_field("申请原因")

    def clean(self) -> dict[str, Any]:
        """Ask for no other standard where the one that the page showed was left as it is."""
        typed = super().clean() or self.cleaned_data
        return typed if "standard" in self.changed_data else typed | {"standard": ""}
