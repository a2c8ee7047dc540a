"""What the office types to adjust the plan."""

from django import forms

from targets.forms.fields import reason_field


class CancelItemForm(forms.Form):
    """Why an item is cancelled, and whether it stays in the total."""

    reason = reason_field("取消原因")
    stays_counted = forms.BooleanField(label="仍计入总项数", required=False, initial=True)
