"""The lists of the pages as heads and rows for files; `records` has that of the items.

Rows come from querysets that hold what the reader may see. A text stands in its row
only where the caller says that the reader may read it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from reports.dashboard.overview import UnitRow
from reports.files.records import TIMING_HEADS, timing_cells
from reports.files.search import Hit, Kind
from targets.board import LABELS, PROGRESS, BoardRow
from targets.choices import ContributionState, Duty, OwnView
from targets.models import (
    Adjustment,
    Contribution,
    Extension,
    Instruction,
    Item,
    KeptItem,
    called_at,
)
from targets.models.entries import with_line
from targets.quarters import Quarter
from targets.spreadsheets import Value

_DUTIES = dict(Duty.choices)
_VIEWS = dict(OwnView.choices)
_STATES = dict(ContributionState.choices)
_ITEM = (("目标序号", 6), ("目标名称", 20), ("事项序号", 6), ("工作标准", 50))


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list ready to be written as CSV or .xlsx."""

    name: str  # as the trail names the file
    title: str  # as the downloaded file is called
    columns: tuple[tuple[str, int], ...]  # head and width in digits
    rows: Iterable[tuple[Value, ...]]  # made one after the other, as the file is written

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(head for head, _width in self.columns)

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(width for _head, width in self.columns)


# What `contribution_list` takes of a contribution: plain values, at a third of a row's cost.
CONTRIBUTED = (
    "goal_number",
    "goal_name",
    "item_number",
    "standard",
    "unit__name",
    "duty",
    "progress",
    "is_overdue",
    "submitted_at",
    "due_in_force",
    "entered_by_office",
    "return_reason",
    "is_readable",
    "text",
    "consolidated_text",
    "problems",
    "next_steps",
    "own_view",
)


def contribution_list(code: str, rows: Iterable[Any]) -> ListFile:
    """Return a period's contributions as named tuples of `CONTRIBUTED`.

    Texts of those alone that `is_readable`.
    """
    columns = (
        *_ITEM,
        ("单位", 20),
        ("职责", 10),
        ("填报进度", 12),
        ("逾期", 8),
        ("报送时间", 21),
        ("截止日期", 14),
        ("督查室代填", 11),
        ("退回原因", 24),
        ("填报内容", 70),
        ("汇总稿", 70),
        ("存在的问题", 40),
        ("下一步措施", 40),
        ("本单位意见", 12),
    )
    cells = (
        (
            each.goal_number,
            each.goal_name,
            each.item_number,
            each.standard,
            each.unit__name,
            _DUTIES[each.duty],
            LABELS[each.progress],
            "是" if each.is_overdue else "",
            _moment(each.submitted_at),
            _day(each.due_in_force),
            "是" if each.entered_by_office else "",
            each.return_reason,
            each.text if each.is_readable else "",
            each.consolidated_text if each.is_readable else "",
            each.problems if each.is_readable else "",
            each.next_steps if each.is_readable else "",
            _VIEWS.get(each.own_view, "") if each.is_readable else "",
        )
        for each in rows
    )
    return ListFile("contributions", f"填报明细{code}", columns, cells)


def own_list(code: str, rows: Iterable[Contribution]) -> ListFile:
    """Return a unit's own contributions of a period, `with_due`, with their texts."""
    columns = (
        *_ITEM,
        ("职责", 10),
        ("状态", 10),
        ("最近保存", 21),
        ("保存人", 14),
        ("报送时间", 21),
        ("截止日期", 14),
        ("退回原因", 24),
        ("本单位完成情况", 70),
        ("汇总稿", 70),
        ("存在的问题", 40),
        ("下一步措施", 40),
        ("本单位意见", 12),
    )
    cells = (
        (
            *_item(each.entry.line),
            each.get_duty_display(),
            each.get_state_display(),
            _moment(each.saved_at),
            called_at(each.saved_by, each.saved_at),
            _moment(each.submitted_at),
            _day(each.due_in_force),
            each.return_reason,
            each.text,
            each.consolidated_text,
            each.problems,
            each.next_steps,
            each.get_own_view_display(),
        )
        for each in rows
    )
    return ListFile("my-items", f"本单位填报{code}", columns, cells)


# Of the kinds with a row for each item of a quarter a file takes plain values, at a fifth of the
# cost of the rows' models: how one leads to its entry, and its text, unit and state.
_HIT_LINE = ("goal_number", "goal_name", "item_number", "standard")
_HIT_VALUES = {
    "entries": ("", ("approved_text",)),
    "contributions": ("entry__", ("text", "unit__name", "state")),
}


def hit_list(
    kind: Kind, hits: QuerySet[Any], read: Callable[[QuerySet[Any]], Iterable[Any]]
) -> ListFile:
    """Return the hits of one kind, `read` from their queryset, with their whole text.

    An item's own text is its standard.
    """
    columns = (("年度或季度", 13), *_ITEM, ("名称", 20), ("单位", 16), ("状态", 10), ("文字", 59))
    if kind.key in _HIT_VALUES:
        entry, own = _HIT_VALUES[kind.key]
        quarter = (f"{entry}period__plan__year", f"{entry}period__number")
        plain = with_line(hits, entry).values_list(*quarter, *_HIT_LINE, *own)
        cells = (_quarter_hit(*values) for values in read(plain))
    else:
        cells = (_hit(kind.show(each)) for each in read(hits))
    return ListFile("hits", f"搜索结果（{kind.label}）", columns, cells)


def _quarter_hit(
    year: int,
    number: int,
    goal_number: int,
    goal_name: str,
    item_number: int,
    standard: str,
    text: str,
    unit: str = "",
    state: str = "",
) -> tuple[Value, ...]:
    item = (goal_number, goal_name, item_number, standard)
    return (Quarter(year, number).name, *item, "", unit, _STATES.get(state, ""), text)


def _hit(hit: Hit) -> tuple[Value, ...]:
    item = _item(hit.item) if hit.item else (None,) * len(_ITEM)
    # An item's own text is its standard, which has its column.
    text = "" if hit.item and hit.text == hit.item.standard else hit.text
    name = "" if hit.item and hit.title == hit.item.title else hit.title
    return (hit.when, *item, name, hit.unit, hit.state, text)


def unit_list(code: str, rows: Iterable[UnitRow]) -> ListFile:
    """Return a period's units: what each leads, when it reported, what it supports."""
    columns = (
        ("序号", 8),
        ("单位", 24),
        ("职责", 10),
        ("牵头总数", 10),
        ("牵头完成", 10),
        ("完成率", 8),
        *((head, 12) for head in TIMING_HEADS),
        ("配合总数", 10),
        ("配合完成", 10),
    )
    cells = (
        (
            each.number,
            each.name,
            "牵头" if each.lead else "只配合",
            each.lead.total if each.lead else 0,
            each.lead.completed if each.lead else 0,
            each.lead.completed_percent if each.lead else None,
            *timing_cells(each.timing),
            each.supporting.total if each.supporting else 0,
            each.supporting.completed if each.supporting else 0,
        )
        for each in rows
    )
    return ListFile("units", f"责任单位{code}", columns, cells)


def board_list(code: str, rows: Iterable[BoardRow]) -> ListFile:
    """Return the units of a period's board: how far each is, by when, how often chased."""
    columns = (
        ("单位", 24),
        ("联络员", 13),
        ("电话", 16),
        ("应报", 8),
        *((LABELS[state], 8) for state in PROGRESS),
        ("逾期未报", 10),
        ("逾期报送", 10),
        ("配合补充", 10),
        ("截止日期", 14),
        ("延期", 24),
        ("已催办次数", 12),
        ("最近催办", 21),
    )
    cells: Iterable[tuple[Value, ...]] = (
        (
            each.unit.name,
            each.unit.contact_name,
            each.unit.contact_phone,
            each.total.value,
            *(count.value for count in each.counts),
            each.overdue.value,
            each.late,
            each.added.value,
            _day(each.due) if each.total.value else "",
            each.more_time,
            each.step,
            _moment(each.reminded_at),
        )
        for each in rows
    )
    return ListFile("board", f"办理进度{code}", columns, cells)


def instruction_list(label: str, rows: Iterable[Instruction], today: date) -> ListFile:
    """Return leaders' instructions, `with_item` and `with_answers`, and what came of each."""
    columns = (
        *_ITEM,
        ("交办单位", 20),
        ("批示", 46),
        ("批示人", 14),
        ("批示时间", 21),
        ("办理状态", 10),
        ("督办要求", 36),
        ("落实期限", 14),
        ("单位回复", 46),
        ("落实情况", 36),
        ("办结人", 14),
        ("办结时间", 21),
    )
    cells = (
        (
            *(_item(each.item) if each.item else _NO_ITEM),
            str(each.unit or ""),
            each.text,
            each.giver_name,
            _day(each.given_on) or _moment(each.given_at),
            _stage(each, today),
            each.follow_up,
            _day(each.due_on),
            "\n".join(f"{one.unit}：{one.text}" for one in each.shown_answers),
            each.outcome,
            called_at(each.done_by, each.done_at),
            _moment(each.done_at),
        )
        for each in rows
    )
    return ListFile("instructions", f"领导批示（{label}）", columns, cells)


_ASKED = (("申请原因", 40), ("申请人", 14), ("申请时间", 21), ("状态", 10))
_SETTLED = (("批复意见", 40), ("批复人", 14), ("批复时间", 21))


def extension_list(code: str, rows: Iterable[tuple[Extension, Item | KeptItem | None]]) -> ListFile:
    """Return a period's requests for more time, each with its item; None: all of the unit's."""
    columns = (("单位", 20), *_ITEM, ("申请延至", 14), *_ASKED, *_SETTLED)
    cells = (
        (
            each.unit.name,
            *(_item(line) if line else ("", "全部事项", "", "")),
            _day(each.until),
            *_asked(each),
            *_settled(each),
        )
        for each, line in rows
    )
    return ListFile("extensions", f"延期申请{code}", columns, cells)


def adjustment_list(rows: Iterable[Adjustment]) -> ListFile:
    """Return requests that items be adjusted, `with_names`, and what became of each."""
    columns = (
        ("年度", 8),
        *_ITEM,
        ("单位", 20),
        ("拟调整的工作标准", 50),
        ("其他调整内容", 40),
        *_ASKED,
        *_SETTLED,
    )
    cells = (
        (
            each.item.goal.plan.year,
            *_item(each.item),
            each.unit.name,
            each.standard,
            each.other,
            *_asked(each),
            *_settled(each),
        )
        for each in rows
    )
    return ListFile("adjustments", "调整申请", columns, cells)


def _asked(each: Extension | Adjustment) -> tuple[Value, ...]:
    return (
        each.reason,
        called_at(each.requested_by, each.requested_at),
        _moment(each.requested_at),
        each.get_state_display(),
    )


def _settled(each: Extension | Adjustment) -> tuple[Value, ...]:
    return (
        each.decision_reason,
        called_at(each.decided_by, each.decided_at),
        _moment(each.decided_at),
    )


def _stage(instruction: Instruction, today: date) -> str:
    if instruction.done_at:
        return "已办结"
    is_over = instruction.due_on is not None and instruction.due_on < today
    return "已超期" if is_over else "未办结"


_NO_ITEM = ("",) * len(_ITEM)  # an instruction to a unit


def _item(item: Item | KeptItem) -> tuple[Value, ...]:
    return (item.goal.number, item.goal.name, item.number, item.standard)


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
