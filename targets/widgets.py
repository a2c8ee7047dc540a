"""Widgets that forms share."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.forms.widgets import Script
from django.utils.safestring import SafeString

from targets.markup import fill, join
from targets.models import Unit

_SELECT = '<select name="{name}"{own}>{options}</select>'
_OPTION = '<option value="{key}">{label}</option>'
_CHOSEN = '<option value="{key}" selected>{label}</option>'


class Select(forms.Select):
    """A select of one choice without groups, its options drawn without a template."""

    def render(
        self, name: str, value: object, attrs: dict[str, Any] | None = None, renderer: object = None
    ) -> SafeString:
        (chosen,) = self.format_value(value)
        options = join(
            "",
            (
                fill(_CHOSEN if str(key) == chosen else _OPTION, key=key, label=label)
                for key, label in self.choices
            ),
        )
        own = flatatt(self.build_attrs(self.attrs, attrs))
        return fill(_SELECT, name=name, own=own, options=options)


class _OfUnits(forms.Widget):
    """A field for units of the register, with their names to be searched (js/units.js)."""

    units: Iterable[Unit] = ()  # with their other names fetched; set by the form

    class Media:
        js = (Script("js/units.js", defer=True),)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        names = []
        for unit in self.units:
            names.append((unit.name, unit.name))
            names += [(alias.name, unit.name) for alias in unit.aliases.all()]
        context["widget"]["names"] = names
        context["widget"]["attrs"]["data-units"] = f"{context['widget']['attrs']['id']}-units"
        return context


class UnitsText(_OfUnits, forms.Textarea):
    """Several units in their order, one a line."""

    template_name = "django/forms/widgets/units_text.html"


class UnitSelect(_OfUnits, forms.Select):
    """One unit."""

    template_name = "django/forms/widgets/units_select.html"
