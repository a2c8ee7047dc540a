"""The texts of a form that could not be saved, with their labels, to be given back."""

from collections.abc import Iterator

from django import forms
from django.apps import apps
from django.db import models
from django.http import QueryDict

# What a person writes; a choice or a tick is quickly made again, a password is never shown.
WRITTEN = (forms.CharField, forms.DateField, forms.IntegerField)


def typed_texts(data: QueryDict) -> list[tuple[str, str]]:
    """Return (label, text) of every written field of a posted form that is not empty.

    The labels are those of the form that was posted: the one that knows most of its
    fields; what it does not know is called as a column of that name. No database.
    """
    if "password" in data:  # a login: nothing was written
        return []
    labels = {**_columns(), **_labels(_likeliest(data))}
    return [(labels[name], data[name]) for name in data if name in labels and data[name].strip()]


def _likeliest(data: QueryDict) -> type[forms.BaseForm]:
    """Return the form class with the most of the posted fields; of several, the smallest."""
    return max(
        _form_classes(forms.BaseForm),
        key=lambda form: (len(form.base_fields.keys() & data.keys()), -len(form.base_fields)),
    )


def _form_classes(base: type) -> Iterator[type[forms.BaseForm]]:
    for form in base.__subclasses__():
        if hasattr(form, "base_fields"):
            yield form
        yield from _form_classes(form)


def _labels(form: type[forms.BaseForm]) -> dict[str, str]:
    return {
        name: str(field.label)
        for name, field in form.base_fields.items()
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
