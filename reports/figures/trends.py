"""How completion went from quarter to quarter, and in last year's plan."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from reports.figures.quarter import QuarterFigures, Scope
from targets.choices import PeriodState
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
    before: TrendPoint | None  # the quarter that the one looked at follows

    @property
    def year_before(self) -> TrendPoint | None:
        """The same quarter of last year's plan."""
        number = self.this_year[-1].quarter.number if self.this_year else 0
        return next((each for each in self.last_year if each.quarter.number == number), None)


def build_trends(
    period: Period, periods: Iterable[Period], figures: QuarterFigures, scope: Scope
) -> Trends:
    """Count the quarters of the plan, and of last year's for the whole: one query.

    `periods` are those that the reader may see. Each quarter is counted as it stands: a
    closed one with the items, units and statuses that it kept, another with today's.
    """
    year = period.plan.year
    years = (year,) if scope else (year, year - 1)
    lines = defaultdict(list)
    for values in _class_history(period.plan.district_id, years):
        line = _Line._make(values)
        lines[line.year, line.quarter].append(line)
    seen = sorted(
        each.quarter
        for each in periods
        if each.quarter.year in years and (each.state != PeriodState.DRAFT or each == period)
    )
    mine = [each for each in seen if each.year == year and each.number <= period.number]
    bodies = {
        unit_id: body
        for row in figures.rows
        for unit_id, body in zip(row.lead_ids, row.lead_bodies, strict=True)
    }
    body = None if scope.unit_id is None else bodies.get(scope.unit_id)
    part = _Part(scope.goal_id, body, scope.leader_id)
    this_year = [_point(each, _held(lines[each.year, each.number], part)) for each in mine]
    if this_year and this_year[-1].quarter == period.quarter:
        # The quarter looked at says what its own sentence says.
        this_year[-1] = replace(this_year[-1], percent=figures.completed_percent)
    by_unit = [_by_unit(lines[each.year, each.number], part) for each in mine]
    follows = next((each.quarter for each in periods if each.pk == period.follows_id), None)
    return Trends(
        this_year=tuple(this_year),
        last_year=tuple(
            _point(each, _held(lines[each.year, each.number], part))
            for each in seen
            if each.year < year
        ),
        units={
            unit_id: tuple(
                _point(each, done[body]) for each, done in zip(mine, by_unit, strict=True)
            )
            for unit_id, body in bodies.items()
        },
        before=next((each for each in this_year if each.quarter == follows), None),
    )


class _Line(NamedTuple):
    """An item in a quarter with one of its lead units, as `class_history` has it."""

    year: int
    quarter: int
    item_id: int
    goal_id: int
    leader_id: int | None
    class_key: str
    is_completed: bool
    body: int | None


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a quarter that is looked at: as `Scope`, but a unit through all its names."""

    goal_id: int | None
    body: int | None
    leader_id: int | None

    def holds(self, line: _Line) -> bool:
        return (
            (self.goal_id is None or line.goal_id == self.goal_id)
            and (self.body is None or line.body == self.body)
            and (self.leader_id is None or line.leader_id == self.leader_id)
        )


def _held(lines: Iterable[_Line], part: _Part) -> dict[int, bool]:
    """Return whether each of the part's counted items is completed."""
    return {
        line.item_id: bool(line.is_completed)
        for line in lines
        if line.class_key and part.holds(line)
    }


def _by_unit(lines: Iterable[_Line], part: _Part) -> defaultdict[int, dict[int, bool]]:
    """Return the same for each lead unit, by its body."""
    part = replace(part, body=None)
    units: defaultdict[int, dict[int, bool]] = defaultdict(dict)
    for line in lines:
        if line.class_key and line.body is not None and part.holds(line):
            units[line.body][line.item_id] = bool(line.is_completed)
    return units


def _point(quarter: Quarter, items: dict[int, bool]) -> TrendPoint:
    completed, total = sum(items.values()), len(items)
    return TrendPoint(quarter, completed, total, percent(completed, total))
