"""Filters of templates; loaded into every one.

People as they were called that day: {{ entry.approved_by|called_at:entry.approved_at }}.
An account's saved filters of one list: {{ user.saved_filters|saved_in:"targets:items" }}.
"""

from django import template

from targets import models

register = template.Library()
register.filter("called_at", models.called_at)


@register.filter
def saved_in(filters: dict[str, list[dict[str, str]]], page: str) -> list[dict[str, str]]:
    """Return the name and query of each filter saved of a list."""
    return filters.get(page, [])
