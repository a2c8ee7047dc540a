"""How completion went from quarter to quarter, and in last year's plan."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.figures.quarter import (
    ClassKind,
    QuarterFigures,
    count_classes,
    kinds_of,
)
from targets.choices import UNREPORTED, PeriodState
from targets.models import Period
from targets.quarters import Quarter
from targets.questions import class_history
from targets.rules import percent
from targets.statements import compiled_once

_class_history = compiled_once(class_history)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """Completion at one quarter's end, or as it stands in an open one."""

    quarter: Quarter
    completed: int
    total: int
    percent: int | None  # half up


@dataclass(frozen=True, slots=True)
class Trends:
    """Quarter by quarter: this year's plan, last year's, and each lead unit's."""

    this_year: tuple[TrendPoint, ...]  # up to the quarter looked at
    last_year: tuple[TrendPoint, ...]  # () where there is no such plan, or a part is looked at
    units: dict[int, tuple[TrendPoint, ...]]

    @property
    def before(self) -> TrendPoint | None:
        """The quarter before the one looked at, in the same plan."""
        return self.this_year[-2] if len(self.this_year) > 1 else None

    @property
    def year_before(self) -> TrendPoint | None:
        """The same quarter of last year's plan."""
        number = self.this_year[-1].quarter.number if self.this_year else 0
        return next((each for each in self.last_year if each.quarter.number == number), None)


def build_trends(
    period: Period, periods: Iterable[Period], figures: QuarterFigures, *, is_whole: bool
) -> Trends:
    """Count the quarters of the plan and of last year's: one query.

    `periods` are those that the reader may see. A quarter is counted from its entries,
    with the items as they are now: one cancelled since is out of the earlier ones too.
    """
    year = period.plan.year
    years = (year, year - 1) if is_whole else (year,)
    history = _History(_class_history(period.plan.district_id, years))
    kinds = kinds_of(figures)
    completed = {each.key for each in kinds if each.is_completed}
    seen = sorted(
        each.quarter
        for each in periods
        if each.quarter.year in years and (each.state != PeriodState.DRAFT or each == period)
    )
    mine = [each for each in seen if each.year == year and each.number <= period.number]
    items = [row.item_id for row in figures.rows]
    led = defaultdict(list)
    for row in figures.rows:
        for unit_id in row.lead_ids:
            led[unit_id].append(row.item_id)
    return Trends(
        history.whole(mine, items, kinds),
        history.whole(
            [each for each in seen if each.year == year - 1], history.items(year - 1), kinds
        ),
        {unit_id: history.unit(mine, items, completed) for unit_id, items in led.items()},
    )


class _History:
    """Class keys by item and quarter."""

    def __init__(self, rows: Iterable[tuple[int, int, int | None, str]]) -> None:
        self.keys: dict[tuple[int, int, int], str] = {}
        self.excluded: set[int] = set()
        self.by_year: dict[int, set[int]] = defaultdict(set)
        for item_id, year, number, key in rows:
            self.by_year[year].add(item_id)
            if key == "":
                self.excluded.add(item_id)
            elif number is not None:
                self.keys[item_id, year, number] = key

    def items(self, year: int) -> list[int]:
        """Return the items of a year's plan."""
        return sorted(self.by_year[year])

    def keys_at(self, quarter: Quarter, items: Sequence[int]) -> list[str]:
        """Return the class keys of the counted items; one without an entry is 未填报."""
        return [
            self.keys.get((item, quarter.year, quarter.number), UNREPORTED)
            for item in items
            if item not in self.excluded
        ]

    def whole(
        self, quarters: Sequence[Quarter], items: Sequence[int], kinds: Sequence[ClassKind]
    ) -> tuple[TrendPoint, ...]:
        """Count a plan, or a part of it, at each quarter."""
        points = []
        for each in quarters:
            classes = count_classes(kinds, self.keys_at(each, items))
            completed = sum(kind.count for kind in classes if kind.is_completed)
            total = sum(kind.count for kind in classes)
            points.append(TrendPoint(each, completed, total, percent(completed, total)))
        return tuple(points)

    def unit(
        self, quarters: Sequence[Quarter], items: Sequence[int], completed: set[str]
    ) -> tuple[TrendPoint, ...]:
        """Count a unit's items at each quarter."""
        points = []
        for each in quarters:
            keys = self.keys_at(each, items)
            done = sum(key in completed for key in keys)
            points.append(TrendPoint(each, done, len(keys), percent(done, len(keys))))
        return tuple(points)
