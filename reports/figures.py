"""The figures of one quarter: every total and percentage, worked out once.

Dashboard, circular, annex and exports render the same `QuarterFigures`, so their
numbers cannot disagree.
"""

from dataclasses import dataclass

from targets.quarters import Quarter


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
    units: tuple[GroupFigures, ...]  # each lead gets the whole item: rows do not add up to item_total
    unit_total: int  # units with a responsibility, lead or supporting
    lead_unit_total: int
    stated_unit_total: int | None  # what the plan itself says, where it says so

    @property
    def item_total(self) -> int:
        """Items in the denominator."""
        return sum(each.count for each in self.classes)

    @property
    def completed(self) -> int:
        return sum(each.count for each in self.classes if each.is_completed)
