"""Widgets of the forms above lists and figures."""

from django import forms
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from targets.markup import escaped


class Select(forms.Select):
    """A select of one choice without groups, its options drawn without a template."""

    def render(
        self, name: str, value: object, attrs: dict | None = None, renderer: object = None
    ) -> SafeString:
        (chosen,) = self.format_value(value)
        options = "".join(
            f'<option value="{escaped(key)}"{" selected" if str(key) == chosen else ""}>'
            f"{escaped(label)}</option>"
            for key, label in self.choices
        )
        own = flatatt(self.build_attrs(self.attrs, attrs))
        return SafeString(f'<select name="{escaped(name)}"{own}>{options}</select>')
