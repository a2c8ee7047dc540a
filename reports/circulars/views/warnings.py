"""A draft's warnings with the addresses of what they speak of."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from reports.circulars.checking import DraftWarning
from reports.circulars.drafts import warnings_of
from reports.circulars.models import Circular
from reports.figures.quarter import FigureRow, QuarterFigures
from targets.models import User
from targets.rules import item_label

_SHOWN = 8  # items that are linked one by one; the list holds all


@dataclass(frozen=True, slots=True)
class LinkedWarning:
    """A warning as the page shows it; without addresses for whom they would lead nowhere."""

    text: str
    address: str = ""  # of the field, or of the list
    field: str = ""  # of the draft's form, where it speaks of one
    items: tuple[tuple[str, str], ...] = ()  # label and address of each item's review
    more: int = 0  # items beyond these


def linked_warnings(circular: Circular, figures: QuarterFigures, user: User) -> list[LinkedWarning]:
    """Return the draft's warnings; the office is led to where each can be put right."""
    warnings = warnings_of(circular, figures)
    if not user.is_office:
        return [LinkedWarning(each.text) for each in warnings]
    return [_linked(each, circular) for each in warnings]


def _linked(warning: DraftWarning, circular: Circular) -> LinkedWarning:
    rows = warning.rows
    return LinkedWarning(
        warning.text,
        _address_of(warning, circular),
        warning.field,
        tuple((_label(row), _review_of(row)) for row in rows[:_SHOWN]),
        max(len(rows) - _SHOWN, 0),
    )


def _address_of(warning: DraftWarning, circular: Circular) -> str:
    code = circular.period.code
    if warning.field:
        return f"{reverse('reports:edit-circular', args=[circular.pk])}#id_{warning.field}"
    if warning.class_key:
        query = urlencode({"period": code, "class_key": warning.class_key})
        return f"{reverse('targets:items')}?{query}"
    if warning.is_of_reports:
        return f"{reverse('targets:board')}?{urlencode({'period': code})}"
    return ""


def _label(row: FigureRow) -> str:
    return item_label(row.goal_number, row.item_number, row.is_numbered)


def _review_of(row: FigureRow) -> str:
    """Return the item's review page; "" where the quarter asks for no report on it."""
    return reverse("targets:review-entry", args=[row.entry_id]) if row.entry_id else ""
