"""Filters of templates; loaded into every one.

People as they were called that day: {{ entry.approved_by|called_at:entry.approved_at }}.
The beginning of a long text: {{ instruction.text|shortened:60 }}.
An account's saved filters of one list: {{ user.saved_filters|saved_in:"targets:items" }}.
"""

from html import unescape

from django import template
from django.utils.safestring import SafeString

from targets import models, rules

register = template.Library()
register.filter("called_at", models.called_at)


@register.filter
def shortened(text: object, limit: int) -> str:
    """Return the beginning of a text, to be escaped as any; names that `join` put together too.

    What is escaped already would be cut in the middle of an &lt;.
    """
    words = unescape(text) if isinstance(text, SafeString) else str(text)
    return rules.shortened(words, limit)


@register.filter
def saved_in(filters: dict[str, list[dict[str, str]]], page: str) -> list[dict[str, str]]:
    """Return the name and query of each filter saved of a list."""
    return filters.get(page, [])
