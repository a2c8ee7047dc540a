"""The field for what is typed, and a form's fields as what they are.

`form.fields` holds them as fields of any kind.
"""

from typing import TypeVar

from django import forms

from targets.rules import clean_text


class LineField(forms.CharField):
    """A name or another text as it is kept: `clean_text` says what is left out of it."""

    def to_python(self, value: object) -> str:
        return clean_text(super().to_python(value) or "")


_Kind = TypeVar("_Kind", bound=forms.Field)


def field_of(form: forms.BaseForm, name: str, kind: type[_Kind]) -> _Kind:
    """Return a form's field, which is of that kind; it is a fault of ours if it is not."""
    field = form.fields[name]
    if not isinstance(field, kind):
        raise TypeError(f"{name} is a {type(field).__name__}, not a {kind.__name__}")
    return field
