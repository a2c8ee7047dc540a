"""What the figures are counted from: a quarter's items and duties as plain rows, a statement each.

Instances of every row and its relations would cost three times as much.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import QuerySet

from targets.choices import ContributionState, Duty, ItemOutcome, Light
from targets.models import Contribution, Entry, Period
from targets.pace import STEP
from targets.questions import duties_in, goals_in, items_in, statuses_in
from targets.questions.items import Lines
from targets.statements import compiled_once, values_of

AT_ONCE = 500  # rows that are fetched together where all of them are streamed


class LedgerDuty(NamedTuple):
    """A unit's part in an item, named as the query spells its columns."""

    item_key: int
    duty: str
    unit_id: int
    unit_name: str
    shown_name: str  # as the quarter's documents print it
    unit_order: int
    unit_body: int  # the unit through all its names


class LedgerItem(NamedTuple):
    """An item with its entry, named as the query spells its columns."""

    item_key: int
    goal_key: int
    goal__number: int
    goal__name: str
    number: int
    is_numbered: bool
    standard: str
    outcome: str
    stays_counted: bool
    cancelled_reason: str
    entry_pk: int | None
    entry_text: str
    status_name: str
    class_key: str
    reopened_at: object  # only whether it is set is asked
    leader_id: int | None
    leader_name: str | None
    leader_username: str | None
    change: str
    is_stalled: bool
    light: str  # a Light, the office's own before the one worked out; "" without indicators
    light_words: str
    distance: Decimal | None
    reached: Decimal | None
    due: Decimal | None


class LedgerGoal(NamedTuple):
    """A goal, named as the query spells its columns."""

    goal_key: int
    number: int
    name: str


class LedgerStatus(NamedTuple):
    """A status, named as the query spells its columns."""

    status_key: int
    name: str
    clause: str
    is_completed: bool
    color: str


def fetch_items(period: Period) -> list[LedgerItem]:
    """Return the quarter's items in print order, each with its entry."""
    rows = (LedgerItem._make(values) for values in _items(values_of(period)))
    return [_with_shares(row) if row.light else row for row in rows]


class ListedItem(NamedTuple):
    """What a list's file says of an item itself, named as the query spells its columns."""

    item_key: int
    goal__number: int
    goal__name: str
    number: int
    standard: str
    entry_text: str
    outcome: str
    stays_counted: bool
    cancelled_reason: str
    class_key: str
    reopened_at: object
    leader_name: str | None
    leader_username: str | None
    light: str
    light_words: str

    @property
    def is_counted(self) -> bool:
        """Whether the item is in the denominator."""
        return self.outcome != ItemOutcome.CANCELLED or self.stays_counted


def stream_items(period: Period, items: Lines) -> Iterator[tuple[ListedItem, list[str], list[str]]]:
    """Yield items of a quarter (`items_in`) in print order, with who leads and who supports them.

    Two statements whose rows are read side by side, both in the order of print: of neither
    more than a few hundred are in memory.
    """
    order = ("item__goal__number", "item__number")
    duties = duties_in(period).order_by(*order, "duty", "order")
    told = duties.values_list(*order, "duty", "shown_name").iterator(chunk_size=AT_ONCE)
    parts = groupby(told, key=itemgetter(0, 1))
    numbers, part = next(parts, _NO_MORE)
    listed = items.with_leader().in_print_order().values_list(*ListedItem._fields)
    for values in listed.iterator(chunk_size=AT_ONCE):
        item = ListedItem._make(values)
        own = (item.goal__number, item.number)
        while numbers is not None and numbers < own:
            numbers, part = next(parts, _NO_MORE)
        names: dict[str, list[str]] = {Duty.LEAD: [], Duty.SUPPORTING: []}
        if numbers == own:
            for *_place, duty, name in part:
                names[duty].append(name)
        yield item, names[Duty.LEAD], names[Duty.SUPPORTING]


_NO_MORE: tuple[None, Iterator[tuple[Any, ...]]] = (None, iter(()))


def _with_shares(row: LedgerItem) -> LedgerItem:
    return row._replace(
        distance=_exact(row.distance), reached=_exact(row.reached), due=_exact(row.due)
    )


def _exact(value: object) -> Decimal | None:
    """Return a share as it was kept: SQLite hands a float out where PostgreSQL has a decimal."""
    return None if value is None else Decimal(str(value)).quantize(STEP)


def fetch_duties(period: Period) -> list[LedgerDuty]:
    """Return the units' parts in the quarter's items, of each item in their order."""
    return [LedgerDuty._make(values) for values in _duties(values_of(period))]


def fetch_goals(period: Period) -> list[LedgerGoal]:
    """Return the quarter's goals in order."""
    return [LedgerGoal._make(values) for values in _goals(values_of(period))]


def fetch_statuses(period: Period) -> list[LedgerStatus]:
    """Return the statuses that the quarter is counted in, in order."""
    rows = _statuses(values_of(period), period.plan.district_id)
    return [LedgerStatus._make(values) for values in rows]


def fetch_previous_texts(period: Period) -> dict[int, str]:
    """Return each item's approved text in the quarter that this one follows, by item id."""
    if period.follows_id is None:
        return {}
    rows = Entry.objects.filter(period_id=period.follows_id)
    return dict(rows.values_list("item_id", "approved_text"))


def fetch_leaders(period: Period) -> dict[int, str]:
    """Return each item's portfolio leader by name, by item id; items without one are left out."""
    rows = items_in(period).with_leader().exclude(leader_name=None)
    return dict(rows.values_list("item_key", "leader_name"))


def fetch_problems(period: Period) -> dict[int, str]:
    """Return what stands in an item's way (存在的问题), as its units wrote it and was approved."""
    return _further_texts(period, "problems")


def fetch_next_steps(period: Period) -> dict[int, str]:
    """Return what is to be done next about each item (下一步措施), as `fetch_problems`."""
    return _further_texts(period, "next_steps")


def _further_texts(period: Period, field: str) -> dict[int, str]:
    """Return the approved texts by item id; of several lead units each with its name.

    Two statements at most; units are called as the quarter's documents print them.
    """
    rows = (
        Contribution.objects.filter(
            entry__period_id=period.pk, duty=Duty.LEAD, state=ContributionState.APPROVED
        )
        .exclude(**{field: ""})
        .order_by("entry__item_id", "order")
        .values_list("entry__item_id", "unit_id", field)
    )
    texts: dict[int, list[tuple[int, str]]] = {}
    for item_id, unit_id, text in rows:
        texts.setdefault(item_id, []).append((unit_id, text))
    if not texts:
        return {}
    duties = duties_in(period).values_list("item_key", "unit_id", "shown_name")
    names = {(item_id, unit_id): name for item_id, unit_id, name in duties}
    return {
        item_id: "\n".join(
            f"{names[item_id, unit_id]}：{text}"
            if len(told) > 1 and (item_id, unit_id) in names
            else text
            for unit_id, text in told
        )
        for item_id, told in texts.items()
    }


def fetch_lights(period: Period) -> dict[int, str]:
    """Return each item's light in words, by item id; items without indicators are left out."""
    rows = Entry.objects.for_period(period).exclude(light="", overruled_light="")
    return {
        each.item_id: "\n".join(filter(None, (Light(each.light_shown).label, each.light_words)))
        for each in rows.only("item_id", "light", "overruled_light", "light_words")
    }


@compiled_once
def _items(period_values: tuple[Any, ...]) -> QuerySet[Any, tuple[Any, ...]]:
    period = Period(*period_values)
    rows = items_in(period).with_leader().with_changes(period)
    return rows.in_print_order().values_list(*LedgerItem._fields)


@compiled_once
def _duties(period_values: tuple[Any, ...]) -> QuerySet[Any, tuple[Any, ...]]:
    return duties_in(Period(*period_values)).values_list(*LedgerDuty._fields)


@compiled_once
def _goals(period_values: tuple[Any, ...]) -> QuerySet[Any, tuple[Any, ...]]:
    return goals_in(Period(*period_values)).values_list(*LedgerGoal._fields)


@compiled_once
def _statuses(period_values: tuple[Any, ...], district_id: int) -> QuerySet[Any, tuple[Any, ...]]:
    return statuses_in(Period(*period_values), district_id).values_list(*LedgerStatus._fields)
