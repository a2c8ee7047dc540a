"""HTML of long lists, filled from plain values: escaped as templates do, at a fifth of the cost."""

from collections.abc import Callable, Iterable
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString


def escaped(value: object) -> str:
    """Return the value as HTML; what is safe already stays as it is.

    As `conditional_escape`, but for its care for lazy texts, which a long list pays for in
    every cell.
    """
    return value if isinstance(value, SafeString) else escape(str(value))


def fill(markup: str, **values: object) -> SafeString:
    """Return markup of ours with every {name} replaced by its value, escaped."""
    return SafeString(markup.format_map({name: escaped(each) for name, each in values.items()}))


def join(separator: str, values: Iterable[object]) -> SafeString:
    """Return the values, each escaped, with markup of ours between them."""
    return SafeString(separator.join(map(escaped, values)))


def addresses(name: str) -> Callable[[int], str]:
    """Return what gives the address of a page by key: reversed once, not once a row."""
    before, _, after = reverse(name, args=[0]).rpartition("0")
    return lambda pk: f"{before}{pk}{after}"
