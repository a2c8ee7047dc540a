"""The texts of a form that could not be saved, with their labels, to be given back."""

from collections.abc import Iterator

from django import forms
from django.apps import apps
from django.db import models
from django.http import QueryDict

# What a person writes; a choice or a tick is quickly made again, a password is never shown.
Fields = dict[str, forms.Field]
WRITTEN = (forms.CharField, forms.DateField, forms.IntegerField)


def typed_texts(data: QueryDict) -> list[tuple[str, str]]:
    """Return (label, text) of every written field of a posted form that is not empty.

    The labels are those of the form that was posted: the one that knows most of its
    fields; what it does not know is called as a column of that name. No database.
    """
    if "password" in data:  # a login: nothing was written
        return []
    labels = {**_columns(), **_labels(_likeliest(data))}
    texts = {name: data.get(name, "") for name in data if name in labels}
    return [(labels[name], text) for name, text in texts.items() if text.strip()]


def _likeliest(data: QueryDict) -> Fields:
    """Return the fields of the form with the most of the posted ones; of several, the smallest."""
    return max(
        _forms_below(forms.BaseForm),
        key=lambda fields: (len(fields.keys() & data.keys()), -len(fields)),
    )


def _forms_below(base: type[forms.BaseForm]) -> Iterator[Fields]:
    for form in base.__subclasses__():
        fields: Fields | None = getattr(form, "base_fields", None)
        if fields is not None:
            yield fields
        yield from _forms_below(form)


def _labels(fields: Fields) -> dict[str, str]:
    return {
        name: str(field.label)
        for name, field in fields.items()
        if field.label
        and isinstance(field, WRITTEN)
        and not isinstance(field.widget, forms.HiddenInput | forms.PasswordInput)
    }


def _columns() -> dict[str, str]:
    """Return what the columns that hold text are called, for the forms of the admin."""
    return {
        field.name: str(field.verbose_name)
        for label in ("targets", "reports")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and field.name != "password"
    }
