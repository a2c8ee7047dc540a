"""What the figures are counted from: a plan's items and duties as plain rows, a statement each.

Instances of every row and its relations would cost three times as much.
"""

from typing import NamedTuple

from django.db.models import QuerySet

from targets.models import Entry, Period, Responsibility
from targets.questions import items_in
from targets.statements import compiled_once, values_of


class DutyRow(NamedTuple):
    """A unit's part in an item, named as the query spells its columns."""

    item_id: int
    duty: str
    unit_id: int
    unit__name: str
    unit__order: int
    unit__portfolio_leader_id: int | None
    unit__portfolio_leader__username: str | None
    unit__portfolio_leader__name: str | None


class ItemRow(NamedTuple):
    """An item with its entry, named as the query spells its columns."""

    pk: int
    goal_id: int
    goal__number: int
    goal__name: str
    number: int
    is_numbered: bool
    standard: str
    outcome: str
    stays_counted: bool
    cancelled_reason: str
    portfolio_leader_id: int | None
    portfolio_leader__username: str | None
    portfolio_leader__name: str | None
    entry_pk: int | None
    entry_text: str
    status_name: str
    class_key: str
    reopened_at: object  # only whether it is set is asked
    leader_id: int | None
    change: str
    is_stalled: bool


def fetch_items(period: Period) -> list[ItemRow]:
    """Return the plan's items in print order, each with its entry of the period."""
    return [ItemRow._make(values) for values in _items(values_of(period))]


def fetch_duties(plan_id: int) -> list[DutyRow]:
    """Return the units' parts in the plan's items, of each item in their order."""
    return [DutyRow._make(values) for values in _duties(plan_id)]


def fetch_previous_texts(period: Period) -> dict[int, str]:
    """Return each item's approved text of the plan's quarter before, by item id."""
    rows = Entry.objects.filter(period__plan_id=period.plan_id, period__number=period.number - 1)
    return dict(rows.values_list("item_id", "approved_text"))


@compiled_once
def _items(period_values: tuple) -> QuerySet:
    period = Period(*period_values)
    rows = items_in(period).with_leader().with_changes(period)
    return rows.in_print_order().values_list(*ItemRow._fields)


@compiled_once
def _duties(plan_id: int) -> QuerySet:
    rows = Responsibility.objects.filter(item__goal__plan_id=plan_id)
    return rows.order_by("duty", "order").values_list(*DutyRow._fields)
