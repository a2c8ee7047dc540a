"""What a leader looks at: the figures of a quarter, whole or in part, and what to ask about.

Dashboard, one-page brief and the data interface show the same `Overview`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from reports.dashboard import charts
from reports.dashboard.asked import LateInstruction
from reports.figures.quarter import (
    FigureRow,
    GroupFigures,
    QuarterFigures,
    Scope,
    build_figures,
    narrow_figures,
)
from reports.figures.ranking import BANDS, size_of
from reports.figures.sentence import Phrase, opening_sentence, progress_phrases
from reports.figures.standing import Standing, standing_of
from reports.figures.timing import QuarterTiming, TimingCount, build_timing
from reports.figures.trends import TrendPoint, Trends, build_trends
from targets.choices import ItemChange, Light
from targets.models import Period
from targets.quarters import NAMES

WORRIES = 10


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit in a list of units."""

    id: int
    number: int  # its place in the district's order
    name: str
    lead: GroupFigures | None  # None: it only supports
    supporting: GroupFigures | None  # shown apart, in no rate
    timing: TimingCount
    trend: tuple[TrendPoint, ...]

    @property
    def size(self) -> int | None:
        """The least of its band in BANDS; None: it leads nothing."""
        return None if self.lead is None else size_of(self.lead.total)


@dataclass(frozen=True, slots=True)
class UnitBand:
    """Units with about as many items, ranked by rate among themselves."""

    least: int  # as in BANDS
    heading: str
    rows: tuple[UnitRow, ...]


@dataclass(frozen=True, slots=True)
class Worry:
    """An item to ask about, and why."""

    row: FigureRow
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the page of a quarter shows."""

    figures: QuarterFigures
    scope: Scope
    goals: tuple[GroupFigures, ...]  # ranked: the worst rate first, of equal rates the larger
    bands: tuple[UnitBand, ...]
    supporters: tuple[GroupFigures, ...]  # units that lead nothing here
    timing: QuarterTiming
    trends: Trends
    changes: dict[str, tuple[FigureRow, ...]]  # ItemChange -> items, in print order
    stalled: tuple[FigureRow, ...]
    late_units: tuple[UnitRow, ...]  # with reports overdue, the most first
    late_instructions: Sequence[LateInstruction] = ()  # that the reader may see

    @property
    def standing(self) -> Standing:
        """How the promises stand against their pace, the farthest behind first."""
        return standing_of(self.figures)

    @property
    def worries(self) -> tuple[Worry, ...]:
        """The ten items to ask about, worked out when asked for: a list of units shows none."""
        return _worries(self.figures, self.timing, self.standing, self._late_days)

    @property
    def _late_days(self) -> dict[int, list[int]]:
        """By how many days instructions are overdue, by item."""
        days: dict[int, list[int]] = {}
        for each in self.late_instructions:
            if each.item_id:
                days.setdefault(each.item_id, []).append(each.days)
        return days

    @property
    def late_elsewhere(self) -> tuple[LateInstruction, ...]:
        """Overdue instructions that are no item's of this list: to units, on ended items."""
        shown = {row.item_id for row in self.figures.rows if row.is_live and row.is_counted}
        rest = [each for each in self.late_instructions if each.item_id not in shown]
        if self.scope.unit_id:
            rest = [each for each in rest if each.unit_id == self.scope.unit_id]
        elif self.scope:
            rest = []
        return tuple(rest[:WORRIES])

    @property
    def sentence(self) -> str:
        """The circular's own sentence on these figures."""
        return opening_sentence(self.figures)

    @property
    def phrases(self) -> list[Phrase]:
        """The sentence's part on progress, each number with what it counts."""
        return progress_phrases(self.figures)

    @property
    def percent(self) -> int | None:
        """The completion rate, as the sentence prints it; None: 0 of 0."""
        return self.figures.completed_percent

    @property
    def summary(self) -> str:
        """The composition in words: the text alternative of its bar."""
        parts = "，".join(
            f"{each.label}{each.count}项占{each.percent}%"
            for each in self.figures.classes
            if each.count
        )
        whole = f"完成{self.figures.completed}/{self.figures.item_total}项"
        return f"{whole}：{parts}" if parts else "没有计入总数的事项"

    @property
    def trend_summary(self) -> str:
        """The lines in words: the text alternative of the chart."""
        return "完成率走势：" + "，".join(
            f"{point.quarter.name}{point.completed}/{point.total}"
            for point in (*self.trends.this_year, *self.trends.last_year)
        )

    @property
    def units(self) -> tuple[UnitRow, ...]:
        """Every lead unit, band after band."""
        return tuple(row for band in self.bands for row in band.rows)

    @property
    def all_units(self) -> tuple[UnitRow, ...]:
        """Every unit with a part, leading or only supporting, in the district's order."""
        only = (
            UnitRow(each.id, each.number, each.name, None, each, TimingCount(), ())
            for each in self.supporters
        )
        return tuple(sorted((*self.units, *only), key=lambda row: row.number))

    @property
    def has_before(self) -> bool:
        """Whether there is a quarter before to compare with."""
        return self.trends.before is not None


def build_overview(
    period: Period, periods: Iterable[Period], *, today: date, scope: Scope | None = None
) -> Overview:
    """Work out the overview of a period as of a local day: six queries, whatever the size.

    `periods` are those that the reader may see, with their plans.
    """
    return part_of(build_figures(period), period, periods, today=today, scope=scope or Scope())


def part_of(
    whole: QuarterFigures,
    period: Period,
    periods: Iterable[Period],
    *,
    today: date,
    scope: Scope,
    late: Sequence[LateInstruction] = (),
) -> Overview:
    """Work out the overview of a part of figures at hand: two queries.

    `late` are the overdue instructions that the reader may see.
    """
    figures = narrow_figures(whole, scope)
    timing = build_timing(period, today, figures.rows)
    trends = build_trends(period, periods, figures, scope)
    supporting = {each.id: each for each in figures.supporters}
    units = [
        UnitRow(
            each.id,
            each.number,
            each.name,
            each,
            supporting.get(each.id),
            timing.of(each.id),
            trends.units.get(each.id, ()),
        )
        for each in figures.units
    ]
    leading = {each.id for each in units}
    return Overview(
        figures=figures,
        scope=scope,
        goals=tuple(sorted(figures.goals, key=_rank)),
        bands=_bands(units),
        supporters=tuple(each for each in figures.supporters if each.id not in leading),
        timing=timing,
        trends=trends,
        changes={
            change.value: tuple(row for row in figures.rows if row.change == change)
            for change in ItemChange
        },
        late_instructions=late,
        stalled=tuple(row for row in figures.rows if row.is_stalled),
        late_units=tuple(
            sorted(
                (each for each in units if each.timing.overdue),
                key=lambda each: -each.timing.overdue,
            )
        ),
    )


def draw_trends(overview: Overview) -> charts.LineChart | None:
    """Return the chart over the quarters; None where there is a single rate to tell."""
    trends = overview.trends
    if len(trends.this_year) + len(trends.last_year) < 2:
        return None
    series: list[tuple[str, Sequence[tuple[int, charts.Point]]]] = []
    for points in (trends.this_year, trends.last_year):
        if points:
            placed = [(point.quarter.number - 1, point) for point in points]
            series.append((f"{points[0].quarter.year}年", placed))
    return charts.draw_lines(series, list(NAMES.values()))


def _rank(group: GroupFigures) -> tuple[float, int, int]:
    """Order by exact rate, the worst first; of equal rates the larger, then print order.

    A group of which nothing is counted has no rate, and comes last.
    """
    rate = group.completed / group.total if group.total else 2.0
    return (rate, -group.total, group.number)


def _bands(units: Sequence[UnitRow]) -> tuple[UnitBand, ...]:
    leading = [(_rank(each.lead), each) for each in units if each.lead]
    ranked = [each for _place, each in sorted(leading, key=itemgetter(0))]
    bands = (
        UnitBand(least, heading, tuple(each for each in ranked if each.size == least))
        for least, heading in BANDS
    )
    return tuple(band for band in bands if band.rows)


def _worries(
    figures: QuarterFigures,
    timing: QuarterTiming,
    standing: Standing,
    late_days: Mapping[int, Sequence[int]],
) -> tuple[Worry, ...]:
    """Return up to ten items: those with an overdue instruction, then those farthest behind their
    pace, then overdue, stalled and reopened ones, then those of weak goals.
    """
    completed = {each.key for each in figures.classes if each.is_completed}
    labels = {each.key: each.label for each in figures.classes}
    goals = {each.id: each for each in figures.goals}
    farthest = {row.item_id: place for place, row in enumerate(standing.behind)}
    ranked = []
    for place, row in enumerate(figures.rows):
        if not (row.is_live and row.is_counted):
            continue
        asked = late_days.get(row.item_id, ())
        reasons = [_late_words(asked)] if asked else []
        if row.light == Light.BEHIND:
            reasons.append(f"欠进度：{row.light_words}")
        late = len(timing.overdue.get(row.item_id, ()))
        if late:
            reasons.append(f"{late}家牵头单位逾期未报" if late > 1 else "逾期未报")
        if row.is_stalled:
            reasons.append("两季度无进展")
        if row.change == ItemChange.REOPENED:
            reasons.append("由已完成重新打开")
        elif row.in_rereview:
            reasons.append("重新审核中")
        # What stands still or went back weighs more than a report that is merely late.
        weight = (late > 0) + 2 * row.is_stalled + 2 * (row.change == ItemChange.REOPENED)
        weight += row.in_rereview
        if not weight and not reasons:
            if row.class_key in completed:
                continue
            goal = goals[row.goal_id]
            reasons.append(f"{labels[row.class_key]}，所属目标完成{goal.completed}/{goal.total}")
        goal = goals[row.goal_id]
        rate = goal.completed / goal.total if goal.total else 0.0
        behind = farthest.get(row.item_id, len(farthest))
        last = -max(asked, default=-1)  # the longest overdue first; 1 where nothing is
        ranked.append((last, behind, -weight, rate, -goal.total, place, Worry(row, tuple(reasons))))
    ranked.sort(key=lambda each: each[:6])
    return tuple(each[-1] for each in ranked[:WORRIES])


def _late_words(days: Sequence[int]) -> str:
    many = f"{len(days)}件" if len(days) > 1 else ""
    return f"{many}批示超期{max(days)}天"
