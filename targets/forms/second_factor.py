"""What is typed of a second factor."""

from django import forms

from targets.formfields import LineField


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = LineField(
        label="动态口令",
        max_length=30,
        error_messages={"required": "请输入动态口令。"},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}
        ),
    )
