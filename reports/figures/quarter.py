"""The figures of one quarter: every total and percentage, worked out once.

Dashboard, circular, annex and exports render the same `QuarterFigures`, so their
numbers cannot disagree.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reports.figures.ledger import (
    LedgerDuty,
    LedgerGoal,
    LedgerItem,
    LedgerStatus,
    fetch_duties,
    fetch_goals,
    fetch_items,
    fetch_statuses,
)
from targets.choices import CLASS_LABELS, PENDING, UNREPORTED, Color, Duty, ItemOutcome
from targets.models import Period
from targets.quarters import Quarter
from targets.rules import percent, percent_parts


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many items of a group fall in one class."""

    key: str  # "status-<pk>", "pending" or "unreported": the value of the lists' class filter
    label: str  # 已完成
    clause: str  # as the circular's sentence begins it: 已完成年度目标任务的
    count: int
    percent: int | None  # whole percent; of one group they add up to 100; None: 0 of 0
    is_completed: bool
    color: str  # one of targets.choices.Color


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One responsibility item in the quarter, in print order."""

    item_id: int
    entry_id: int | None
    goal_number: int
    goal_name: str
    item_number: int
    is_numbered: bool  # a goal's single item may be printed without its （1）
    standard: str
    text: str  # the approved text, paragraphs divided by LF; "" where there is none
    lead_units: tuple[str, ...]  # canonical names in order
    supporting_units: tuple[str, ...]
    class_key: str
    status_name: str  # "" while the office has not judged
    is_counted: bool  # False: cancelled and taken out of the denominator
    cancelled_reason: str  # "" unless cancelled
    in_rereview: bool  # reopened: text and status are those last approved
    # What only pages ask for; documents print none of it.
    goal_id: int = 0
    lead_ids: tuple[int, ...] = ()  # as lead_units
    lead_bodies: tuple[int, ...] = ()  # the same through all their names
    supporting_ids: tuple[int, ...] = ()
    leader_id: int | None = None  # the item's portfolio leader, else its first lead's
    change: str = ""  # an ItemChange since the quarter before
    is_stalled: bool = False  # no movement for two quarters
    is_live: bool = True
    outcome_label: str = str(ItemOutcome.LIVE.label)
    light: str = ""  # a Light; "" where the item has no indicator
    light_words: str = ""  # its arithmetic: 应达25%，实际16.3%
    # Of the worst indicator: (value − due) ÷ |target|, and value and due as shares of the target.
    distance: Decimal | None = None
    reached: Decimal | None = None
    due: Decimal | None = None

    @property
    def label(self) -> str:
        """The item's number as documents print it: （1）, or nothing."""
        return f"（{self.item_number}）" if self.is_numbered else ""


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """The counts of one goal, of one unit as lead or as supporter, or of one leader."""

    id: int
    number: int
    name: str
    classes: tuple[ClassCount, ...]  # every class in status order, empty ones included
    # Sums over the classes, worked out once: rows are ranked and printed by them many times.
    total: int
    completed: int

    @property
    def completed_percent(self) -> int | None:
        """Whole percent of the group's items that are completed; None: 0 of 0."""
        return percent(self.completed, self.total)


@dataclass(frozen=True, slots=True)
class QuarterFigures:
    """All figures of one quarter of one plan."""

    quarter: Quarter
    plan_title: str  # 2020年区《政府工作报告》确定的主要目标任务
    district_name: str
    office_name: str  # 武汉市新洲区人民政府督查室
    rows: tuple[FigureRow, ...]
    classes: tuple[ClassCount, ...]  # over all counted items
    goals: tuple[GroupFigures, ...]
    units: tuple[GroupFigures, ...]  # each lead gets the whole item: do not add them up
    unit_total: int  # units with a responsibility, lead or supporting
    stated_unit_total: int | None  # what the plan itself says, where it says so
    supporters: tuple[GroupFigures, ...] = ()  # units by what they support; in no total
    leaders: tuple[GroupFigures, ...] = ()  # portfolio leaders; an item has one at most

    @property
    def item_total(self) -> int:
        """Items in the denominator."""
        return sum(each.count for each in self.classes)

    @property
    def completed(self) -> int:
        return sum(each.count for each in self.classes if each.is_completed)

    @property
    def completed_percent(self) -> int | None:
        """Whole percent of the items that are completed; None: 0 of 0."""
        return percent(self.completed, self.item_total)


@dataclass(frozen=True, slots=True)
class ClassKind:
    """A class to count in: one of the office's statuses, or one of the two without a verdict."""

    key: str
    label: str
    clause: str
    is_completed: bool
    color: str


def class_kinds(statuses: Iterable[LedgerStatus]) -> list[ClassKind]:
    """Return the classes in print order: the statuses in theirs, then 待核定, 未填报 last."""
    judged = [
        ClassKind(
            f"status-{status.status_key}",
            status.name,
            status.clause,
            bool(status.is_completed),
            status.color,
        )
        for status in statuses
    ]
    return [
        *judged,
        ClassKind(PENDING, CLASS_LABELS[PENDING], "已报送待核定的", False, Color.AMBER),
        ClassKind(UNREPORTED, CLASS_LABELS[UNREPORTED], "未填报的", False, Color.GREY),
    ]


def count_classes(kinds: Sequence[ClassKind], keys: Iterable[str]) -> tuple[ClassCount, ...]:
    """Count the class keys of a group's items; the percents add up to 100, or are all None."""
    counter = Counter(keys)
    counts = [counter[kind.key] for kind in kinds]
    shares = percent_parts(counts, [kind.is_completed for kind in kinds])
    return tuple(
        ClassCount(kind.key, kind.label, kind.clause, count, share, kind.is_completed, kind.color)
        for kind, count, share in zip(kinds, counts, shares, strict=True)
    )


def build_figures(period: Period) -> QuarterFigures:
    """Work out the figures of a period as the database stands: four queries, whatever the size.

    `period` comes with plan and district fetched. An item counts once in every
    total, however many units lead it; in `units` each lead gets the whole item.
    """
    kinds = class_kinds(fetch_statuses(period))
    duties = defaultdict(list)
    for duty in fetch_duties(period):
        duties[duty.item_key].append(duty)
    items = fetch_items(period)
    rows = tuple(_row(item, duties[item.item_key]) for item in items)
    counted = [row for row in rows if row.is_counted]
    all_duties = [duty for each in duties.values() for duty in each]
    units = {duty.unit_id: (duty.unit_id, duty.unit_order, duty.unit_name) for duty in all_duties}
    leading = {pk for row in rows for pk in row.lead_ids}
    supporting = {pk for row in rows for pk in row.supporting_ids}
    in_order = sorted(units.values(), key=lambda unit: unit[1])
    return QuarterFigures(
        quarter=period.quarter,
        plan_title=period.plan_title,
        district_name=period.district_name,
        office_name=period.office_name,
        rows=rows,
        classes=count_classes(kinds, (row.class_key for row in counted)),
        goals=_group(kinds, _goal_names(fetch_goals(period)), counted, _goal_of),
        units=_group(kinds, [unit for unit in in_order if unit[0] in leading], counted, _leads_of),
        unit_total=len(units),
        stated_unit_total=period.stated_unit_total,
        supporters=_group(
            kinds,
            [unit for unit in in_order if unit[0] in supporting],
            counted,
            _supporters_of,
        ),
        leaders=_group(kinds, _leader_names(items), counted, _leader_of),
    )


def kinds_of(figures: QuarterFigures) -> list[ClassKind]:
    """Return the classes that the figures were counted in."""
    return [
        ClassKind(each.key, each.label, each.clause, each.is_completed, each.color)
        for each in figures.classes
    ]


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the plan to look at alone; without any of the three, the whole."""

    goal_id: int | None = None
    unit_id: int | None = None  # as lead
    leader_id: int | None = None

    def __bool__(self) -> bool:
        return any((self.goal_id, self.unit_id, self.leader_id))

    def holds(self, row: FigureRow) -> bool:
        """Tell whether the row lies in the part."""
        return (
            (self.goal_id is None or row.goal_id == self.goal_id)
            and (self.unit_id is None or self.unit_id in row.lead_ids)
            and (self.leader_id is None or row.leader_id == self.leader_id)
        )


def select_figures(figures: QuarterFigures, keep: Callable[[FigureRow], bool]) -> QuarterFigures:
    """Return the figures of some of the items, counted in the same way."""
    rows = tuple(row for row in figures.rows if keep(row))
    kinds = kinds_of(figures)
    counted = [row for row in rows if row.is_counted]
    leading = {pk for row in rows for pk in row.lead_ids}
    supporting = {pk for row in rows for pk in row.supporting_ids}
    units = [each for each in _names(figures.units) if each[0] in leading]
    return replace(
        figures,
        rows=rows,
        classes=count_classes(kinds, (row.class_key for row in counted)),
        goals=_not_empty(_group(kinds, _names(figures.goals), counted, _goal_of)),
        units=_group(kinds, units, counted, _leads_of),
        supporters=(),
        leaders=_not_empty(_group(kinds, _names(figures.leaders), counted, _leader_of)),
        unit_total=len(leading | supporting),
        stated_unit_total=None,
    )


def narrow_figures(figures: QuarterFigures, scope: Scope) -> QuarterFigures:
    """Return the figures of a part of the plan, counted in the same way.

    Goals and leaders without an item in it are left out, and units without a part. With a
    unit chosen, the units are that one alone, and what it supports is counted beside what
    it leads.
    """
    if not scope:
        return figures
    kinds = kinds_of(figures)
    rows = tuple(row for row in figures.rows if scope.holds(row))
    around = replace(scope, unit_id=None)
    counted = [row for row in rows if row.is_counted]
    beside = [row for row in figures.rows if around.holds(row)]
    leading = {pk for row in rows for pk in row.lead_ids}
    supporting = {pk for row in beside for pk in row.supporting_ids}
    if scope.unit_id is not None:
        leading &= {scope.unit_id}
        supporting &= {scope.unit_id}
    units = [each for each in _names(figures.units) if each[0] in leading]
    supporters = [each for each in _names(figures.supporters) if each[0] in supporting]
    return replace(
        figures,
        rows=rows,
        classes=count_classes(kinds, (row.class_key for row in counted)),
        goals=_not_empty(_group(kinds, _names(figures.goals), counted, _goal_of)),
        units=_group(kinds, units, counted, _leads_of),
        supporters=_group(
            kinds, supporters, [row for row in beside if row.is_counted], _supporters_of
        ),
        leaders=_not_empty(_group(kinds, _names(figures.leaders), counted, _leader_of)),
        unit_total=len(leading | supporting),
        stated_unit_total=None,
    )


def _row(item: LedgerItem, duties: Sequence[LedgerDuty]) -> FigureRow:
    leads = [each for each in duties if each.duty == Duty.LEAD]
    supporters = [each for each in duties if each.duty == Duty.SUPPORTING]
    return FigureRow(
        item_id=item.item_key,
        entry_id=item.entry_pk,
        goal_number=item.goal__number,
        goal_name=item.goal__name,
        item_number=item.number,
        is_numbered=bool(item.is_numbered),
        standard=item.standard,
        text=item.entry_text,
        lead_units=tuple([each.shown_name for each in leads]),
        supporting_units=tuple([each.shown_name for each in supporters]),
        class_key=item.class_key,
        status_name=item.status_name,
        is_counted=item.outcome != ItemOutcome.CANCELLED or bool(item.stays_counted),
        cancelled_reason=item.cancelled_reason,
        in_rereview=item.reopened_at is not None,
        goal_id=item.goal_key,
        lead_ids=tuple([each.unit_id for each in leads]),
        lead_bodies=tuple([each.unit_body for each in leads]),
        supporting_ids=tuple([each.unit_id for each in supporters]),
        leader_id=item.leader_id,
        change=item.change,
        is_stalled=bool(item.is_stalled),
        is_live=item.outcome == ItemOutcome.LIVE,
        outcome_label=ItemOutcome(item.outcome).label,
        light=item.light,
        light_words=item.light_words,
        distance=item.distance,
        reached=item.reached,
        due=item.due,
    )


GroupName = tuple[int, int, str]  # id, number to order by, name


def _names(groups: Iterable[GroupFigures]) -> list[GroupName]:
    return [(each.id, each.number, each.name) for each in groups]


def _goal_names(goals: Iterable[LedgerGoal]) -> list[GroupName]:
    return [(goal.goal_key, goal.number, goal.name) for goal in goals]


def _leader_names(items: Iterable[LedgerItem]) -> list[GroupName]:
    """Return the leaders in use, in the order of their accounts' names."""
    leaders = {
        (each.leader_username or "", each.leader_name or "", each.leader_id)
        for each in items
        if each.leader_id is not None
    }
    return [
        (pk, number, name or username)
        for number, (username, name, pk) in enumerate(sorted(leaders), start=1)
    ]


def _goal_of(row: FigureRow) -> tuple[int, ...]:
    return (row.goal_id,)


def _leads_of(row: FigureRow) -> tuple[int, ...]:
    return row.lead_ids


def _supporters_of(row: FigureRow) -> tuple[int, ...]:
    return row.supporting_ids


def _leader_of(row: FigureRow) -> tuple[int, ...]:
    return () if row.leader_id is None else (row.leader_id,)


def _group(
    kinds: Sequence[ClassKind],
    names: Iterable[GroupName],
    rows: Iterable[FigureRow],
    groups_of: Callable[[FigureRow], tuple[int, ...]],
) -> tuple[GroupFigures, ...]:
    """Count the rows by the groups that each belongs to."""
    keys = defaultdict(list)
    for row in rows:
        for group in groups_of(row):
            keys[group].append(row.class_key)
    completed = {kind.key for kind in kinds if kind.is_completed}
    return tuple(
        GroupFigures(
            pk,
            number,
            name,
            count_classes(kinds, keys[pk]),
            total=len(keys[pk]),
            completed=sum(key in completed for key in keys[pk]),
        )
        for pk, number, name in names
    )


def _not_empty(groups: tuple[GroupFigures, ...]) -> tuple[GroupFigures, ...]:
    return tuple(each for each in groups if each.total)
