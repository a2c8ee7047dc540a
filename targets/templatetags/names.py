"""Filters of templates; loaded into every one.

People as they were called that day: {{ entry.approved_by|called_at:entry.approved_at }}.
The beginning of a long text: {{ instruction.text|shortened:60 }}.
An account's saved filters of one list: {{ user.saved_filters|saved_in:"targets:items" }}.
"""

from django import template
from django.template.defaultfilters import stringfilter

from targets import models, rules

register = template.Library()
register.filter("called_at", models.called_at)
register.filter("shortened", stringfilter(rules.shortened), is_safe=True)


@register.filter
def saved_in(filters: dict[str, list[dict[str, str]]], page: str) -> list[dict[str, str]]:
    """Return the name and query of each filter saved of a list."""
    return filters.get(page, [])
