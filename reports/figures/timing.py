"""Punctuality: when the lead units' reports of a quarter came, against the dates in force."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from reports.figures.quarter import FigureRow
from targets.choices import Timing
from targets.models import Contribution, Period
from targets.rules import percent
from targets.statements import compiled_once


@dataclass(frozen=True, slots=True)
class TimingCount:
    """How many reports came when; each stands for one item that the unit leads."""

    on_time: int = 0
    late: int = 0  # reported after the date in force
    overdue: int = 0  # not reported, and the date in force is over
    waiting: int = 0  # not reported, and there is still time

    @property
    def due(self) -> int:
        """The reports that can be judged: handed in, or overdue."""
        return self.on_time + self.late + self.overdue

    @property
    def percent(self) -> int | None:
        """按时率: whole percent of the due reports that came on time; None: none is due yet."""
        return percent(self.on_time, self.due)


@dataclass(frozen=True, slots=True)
class QuarterTiming:
    """The reports of a quarter, by unit; and who is overdue with each item."""

    units: dict[int, TimingCount]
    overdue: dict[int, tuple[int, ...]]  # item id -> unit ids

    def of(self, unit_id: int) -> TimingCount:
        """Return a unit's counts, all 0 where it owes nothing."""
        return self.units.get(unit_id, TimingCount())


@compiled_once
def _reports(period_id: int, today: date) -> QuerySet[Any, tuple[Any, ...]]:
    rows = Contribution.objects.filter(entry__period_id=period_id).with_timing(today)
    return rows.order_by("entry__item_id", "order").values_list(
        "unit_id", "entry__item_id", F("timing")
    )


def build_timing(period: Period, today: date, items: Iterable[FigureRow]) -> QuarterTiming:
    """Count the reports on the items as of a local day: one query.

    What a unit reported in an earlier quarter on an item that it leads no longer is in no
    count, as the item is in none of the unit's.
    """
    leads = {row.item_id: row.lead_ids for row in items}
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    overdue: dict[int, list[int]] = defaultdict(list)
    for unit_id, item_id, timing in _reports(period.pk, period.day_of(today)):
        if unit_id not in leads.get(item_id, ()):
            continue
        counts[unit_id][timing] += 1
        if timing == Timing.OVERDUE:
            overdue[item_id].append(unit_id)
    return QuarterTiming(
        {
            unit_id: TimingCount(**{str(Timing(key)): count for key, count in each.items()})
            for unit_id, each in counts.items()
        },
        {item_id: tuple(each) for item_id, each in overdue.items()},
    )
