"""Fields and forms that the others are made of."""

from typing import Any

from django import forms

from targets.formfields import LineField
from targets.rules import REASON_LIMIT, TEXT_LIMIT

LONGEST_KEY = 18  # digits: databases keep no more of a row's key


class LongTextField(LineField):
    """A text of up to TEXT_LIMIT characters with its paragraphs.

    No maxlength attribute: a browser would cut a longer text without a word. It is
    shown again whole, with the message.
    """

    def __init__(self, **kwargs: Any) -> None:
        limit = kwargs.setdefault("max_length", TEXT_LIMIT)
        widget = forms.Textarea(attrs={"rows": 12, "data-limit": limit, "class": "is-tall"})
        kwargs.setdefault("widget", widget)
        kwargs.setdefault(
            "error_messages",
            {
                "max_length": "文字最多%(limit_value)d字，现有%(show_value)d字，请删减后再提交。",
                "required": "请填写内容后再提交。",
            },
        )
        super().__init__(strip=False, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class SeveralField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # none at run time
    """Several rows, ticked; a key that is longer than any is none of them, not a fault."""

    def clean(self, value: Any) -> Any:
        for key in value if isinstance(value, (list, tuple)) else ():
            if len(str(key)) > LONGEST_KEY:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": str(key)[:LONGEST_KEY]},
                )
        return super().clean(value)


def further_field(label: str, help_text: str) -> LongTextField:
    """Return the field for a text beside the progress: optional, as long, less tall."""
    widget = forms.Textarea(attrs={"rows": 4, "data-limit": TEXT_LIMIT})
    return LongTextField(label=label, required=False, help_text=help_text, widget=widget)


def reason_field(
    label: str = "原因", *, required: bool = True, help_text: str = ""
) -> LongTextField:
    """Return the field for a reason of up to REASON_LIMIT characters."""
    return LongTextField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2, "data-limit": REASON_LIMIT}),
    )


class VersionedForm(forms.Form):
    """A form that says which version of the row its page showed; of a button, all there is."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """A reason alone."""

    reason = reason_field()


def written_texts(form: forms.Form) -> list[tuple[str, str]]:
    """Return (label, text) of the long texts in a bound form whose page has no room for it."""
    return [
        (str(bound.label), str(bound.value()))
        for bound in form
        if isinstance(bound.field, LongTextField) and bound.value()
    ]


def first_error(form: forms.Form) -> str:
    """Return a form's first message, for pages that show it outside the form."""
    for messages in form.errors.values():
        return str(messages[0])
    return ""
