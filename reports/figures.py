"""The figures of one quarter: every total and percentage, worked out once.

Dashboard, circular, annex and exports render the same `QuarterFigures`, so their
numbers cannot disagree.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from targets.choices import Color, Duty, ItemOutcome
from targets.models import Goal, Item, Period, Responsibility, Status, Unit
from targets.quarters import Quarter
from targets.querysets import PENDING, UNREPORTED
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

    @property
    def label(self) -> str:
        """The item's number as documents print it: （1）, or nothing."""
        return f"（{self.item_number}）" if self.is_numbered else ""


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """The counts of one goal, or of one unit as lead."""

    id: int
    number: int
    name: str
    classes: tuple[ClassCount, ...]  # every class in status order, empty ones included

    @property
    def total(self) -> int:
        return sum(each.count for each in self.classes)

    @property
    def completed(self) -> int:
        return sum(each.count for each in self.classes if each.is_completed)

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

    @property
    def item_total(self) -> int:
        """Items in the denominator."""
        return sum(each.count for each in self.classes)

    @property
    def completed(self) -> int:
        return sum(each.count for each in self.classes if each.is_completed)


@dataclass(frozen=True, slots=True)
class ClassKind:
    """A class to count in: one of the office's statuses, or one of the two without a verdict."""

    key: str
    label: str
    clause: str
    is_completed: bool
    color: str


def class_kinds(statuses: Iterable[Status]) -> list[ClassKind]:
    """Return the classes in print order: the statuses in theirs, then 待核定, 未填报 last."""
    judged = [
        ClassKind(
            f"status-{status.pk}", status.name, status.clause, status.is_completed, status.color
        )
        for status in statuses
    ]
    return [
        *judged,
        ClassKind(PENDING, "待核定", "已报送待核定的", False, Color.AMBER),
        ClassKind(UNREPORTED, "未填报", "未填报的", False, Color.GREY),
    ]


def count_classes(kinds: Sequence[ClassKind], keys: Iterable[str]) -> tuple[ClassCount, ...]:
    """Count the class keys of a group's items; the percents add up to 100, or are all None."""
    counter = Counter(keys)
    counts = [counter[kind.key] for kind in kinds]
    return tuple(
        ClassCount(kind.key, kind.label, kind.clause, count, share, kind.is_completed, kind.color)
        for kind, count, share in zip(kinds, counts, percent_parts(counts), strict=True)
    )


def build_figures(period: Period) -> QuarterFigures:
    """Work out the figures of a period as the database stands: four queries, whatever the size.

    `period` comes with plan and district fetched. An item counts once in every
    total, however many units lead it; in `units` each lead gets the whole item.
    """
    plan = period.plan
    kinds = class_kinds(Status.objects.filter(district_id=plan.district_id))
    duties = defaultdict(list)
    for duty in Responsibility.objects.filter(item__goal__plan=plan).select_related("unit"):
        duties[duty.item_id].append(duty)
    items = list(Item.objects.with_entry(period).select_related("goal").in_print_order())
    rows = tuple(_row(item, duties[item.pk]) for item in items)
    counted = [row for row in rows if row.is_counted]
    units = {duty.unit_id: duty.unit for each in duties.values() for duty in each}
    return QuarterFigures(
        quarter=period.quarter,
        plan_title=plan.title,
        district_name=plan.district.name,
        office_name=plan.district.office_name,
        rows=rows,
        classes=count_classes(kinds, (row.class_key for row in counted)),
        goals=_goal_figures(kinds, Goal.objects.filter(plan=plan), counted),
        units=_unit_figures(kinds, units.values(), duties, counted),
        unit_total=len(units),
        stated_unit_total=plan.stated_unit_total,
    )


def _row(item: Item, duties: Sequence[Responsibility]) -> FigureRow:
    return FigureRow(
        item_id=item.pk,
        entry_id=item.entry_pk,
        goal_number=item.goal.number,
        goal_name=item.goal.name,
        item_number=item.number,
        is_numbered=item.is_numbered,
        standard=item.standard,
        text=item.entry_text,
        lead_units=_names(duties, Duty.LEAD),
        supporting_units=_names(duties, Duty.SUPPORTING),
        class_key=item.class_key,
        status_name=item.status_name,
        is_counted=item.outcome != ItemOutcome.CANCELLED or item.stays_counted,
        cancelled_reason=item.cancelled_reason,
        in_rereview=item.reopened_at is not None,
    )


def _names(duties: Sequence[Responsibility], duty: Duty) -> tuple[str, ...]:
    return tuple(each.unit.name for each in duties if each.duty == duty)


def _goal_figures(
    kinds: Sequence[ClassKind], goals: Iterable[Goal], rows: Sequence[FigureRow]
) -> tuple[GroupFigures, ...]:
    keys = defaultdict(list)
    for row in rows:
        keys[row.goal_number].append(row.class_key)
    return tuple(
        GroupFigures(goal.pk, goal.number, goal.name, count_classes(kinds, keys[goal.number]))
        for goal in goals
    )


def _unit_figures(
    kinds: Sequence[ClassKind],
    units: Iterable[Unit],
    duties: dict[int, list[Responsibility]],
    rows: Sequence[FigureRow],
) -> tuple[GroupFigures, ...]:
    keys = defaultdict(list)
    leading = set()
    for each in duties.values():
        leading |= {duty.unit_id for duty in each if duty.duty == Duty.LEAD}
    for row in rows:
        for duty in duties[row.item_id]:
            if duty.duty == Duty.LEAD:
                keys[duty.unit_id].append(row.class_key)
    return tuple(
        GroupFigures(unit.pk, unit.order, unit.name, count_classes(kinds, keys[unit.pk]))
        for unit in sorted(units, key=lambda unit: unit.order)
        if unit.pk in leading
    )
