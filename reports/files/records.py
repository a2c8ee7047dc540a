"""Items and figures as rows and plain JSON values, for files and for the data interface.

Every value comes from the same `Overview` that the pages show.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reports.dashboard.overview import Overview, UnitRow
from reports.figures.ledger import fetch_statuses, stream_items
from reports.figures.quarter import FigureRow, GroupFigures, QuarterFigures, class_kinds
from reports.figures.timing import TimingCount
from targets.choices import ItemChange, Light
from targets.models import Period
from targets.pace import in_kept_digits
from targets.questions.items import Lines
from targets.questions.measures import JudgedIndicator, indicators_in, value_text
from targets.reading.plain import plain_number
from targets.spreadsheets import Value

VERSION = 1
ITEM_HEADS = (
    "目标序号",
    "目标名称",
    "事项序号",
    "工作标准",
    "完成情况",
    "牵头单位",
    "配合单位",
    "分管领导",
    "完成状态",
    "计入总数",
    "取消原因",
    "重新审核中",
    "进度",
    "进度依据",
)
# In digits: together as much as one page across has in type that can be read.
ITEM_WIDTHS = (6, 14, 6, 34, 50, 13, 13, 9, 9, 6, 10, 7, 9, 16)
INDICATOR_COLUMNS = (
    ("目标序号", 6),
    ("目标名称", 14),
    ("事项序号", 6),
    ("指标名称", 24),
    ("类型", 8),
    ("比较方式", 9),
    ("目标值", 10),
    ("区间上限", 10),
    ("计量单位", 9),
    ("到期季度", 9),
    ("填报单位", 13),
    ("本季度数值", 10),
    ("数据截止日", 14),
    ("实际或预计", 7),
    ("进度", 9),
    ("进度依据", 20),
    ("标准原文", 24),
)
TIMING_HEADS = ("按时报送", "逾期报送", "逾期未报", "未到期未报", "按时率")


def item_rows(period: Period, items: Lines) -> Iterator[tuple[Value, ...]]:
    """Yield items of a period (`items_in`) under `ITEM_HEADS`, in print order.

    Three statements, and never more than a few hundred rows in memory: the figures of a
    quarter would hold them all.
    """
    labels = {kind.key: kind.label for kind in class_kinds(fetch_statuses(period))}
    for row, leads, supporting in stream_items(period, items):
        yield (
            row.goal__number,
            row.goal__name,
            row.number,
            row.standard,
            row.entry_text,
            "、".join(leads),
            "、".join(supporting),
            row.leader_name or row.leader_username or "",
            labels.get(row.class_key, "已取消"),
            "是" if row.is_counted else "否",
            row.cancelled_reason,
            "是" if row.reopened_at else "",
            Light(row.light).label if row.light else "",
            row.light_words,
        )


def indicator_rows(period: Period, items: Lines) -> Iterator[tuple[Value, ...]]:
    """Yield a row for each indicator of items of a period, in print order: three statements.

    Numbers are numbers, exact; of a step the value is whether it is done.
    """
    indicators = indicators_in(period)
    listed = items.in_print_order().values_list("item_key", "goal__number", "goal__name", "number")
    for item_id, *place in listed:
        for each in indicators.get(item_id, []):
            promised, row = each.indicator, each.value
            is_told = row is not None and row.value is not None
            yield (
                *place,
                promised.name,
                promised.get_kind_display(),
                "" if promised.is_milestone else promised.get_comparison_display(),
                _exact(promised.target),
                _exact(promised.target_high),
                promised.measure,
                promised.get_due_quarter_display() or "",
                promised.unit.name if promised.unit else "第一牵头单位",
                value_text(promised, row)
                if promised.is_milestone
                else _exact(row.value if row else None),
                row.as_of.isoformat() if row and row.as_of else "",
                ("预计数" if row.is_estimate else "实际数") if row and is_told else "",
                each.verdict.light.label,
                each.verdict.words,
                promised.source_words,
            )


def items_data(period: Period, figures: QuarterFigures) -> dict[str, Any]:
    """Return the items as JSON values (docs/api.md)."""
    labels = {each.key: each.label for each in figures.classes}
    leaders = {each.id: each.name for each in figures.leaders}
    indicators = indicators_in(period)
    return {
        **_head(period, figures),
        "items": [
            {
                "goal_number": row.goal_number,
                "goal_name": row.goal_name,
                "item_number": row.item_number,
                "standard": row.standard,
                "progress": row.text,
                "lead_units": list(row.lead_units),
                "supporting_units": list(row.supporting_units),
                "portfolio_leader": "" if row.leader_id is None else leaders.get(row.leader_id, ""),
                "class": row.class_key,
                "class_label": labels.get(row.class_key, "已取消"),
                "is_counted": row.is_counted,
                "cancelled_reason": row.cancelled_reason,
                "in_rereview": row.in_rereview,
                "change": row.change,
                "is_stalled": row.is_stalled,
                "light": row.light,
                "light_label": Light(row.light).label if row.light else "",
                "light_words": row.light_words,
                "distance": _decimal(row.distance),
                "indicators": [_indicator(each) for each in indicators.get(row.item_id, [])],
            }
            for row in figures.rows
        ],
    }


def _indicator(each: JudgedIndicator) -> dict[str, Any]:
    """Return one indicator; decimals as text, so that none is rounded on its way."""
    promised, row, verdict = each.indicator, each.value, each.verdict
    return {
        "name": promised.name,
        "kind": promised.kind,
        "comparison": promised.comparison,
        "target": _decimal(promised.target),
        "target_high": _decimal(promised.target_high),
        "measure": promised.measure,
        "due_quarter": promised.due_quarter,
        "unit": promised.unit.name if promised.unit else "",
        "value": _decimal(row.value if row else None),
        "as_of": row.as_of.isoformat() if row and row.as_of else None,
        "is_estimate": bool(row and row.is_estimate),
        "due": _decimal(in_kept_digits(verdict.due)),
        "distance": _decimal(in_kept_digits(verdict.distance)),
        "light": verdict.light,
        "light_label": verdict.light.label,
        "light_words": verdict.words,
    }


def _exact(number: Decimal | None) -> Decimal | None:
    """Return a number without idle zeros."""
    return None if number is None else Decimal(plain_number(number))


def _decimal(number: Decimal | None) -> str | None:
    return None if number is None else plain_number(number)


def figures_data(period: Period, overview: Overview) -> dict[str, Any]:
    """Return the figures as JSON values (docs/api.md)."""
    figures = overview.figures
    trends = overview.trends
    return {
        **_head(period, figures),
        "sentence": overview.sentence,
        "total": figures.item_total,
        "completed": figures.completed,
        "completed_percent": overview.percent,
        "unit_total": figures.unit_total,
        "stated_unit_total": figures.stated_unit_total,
        "classes": [
            {
                "key": each.key,
                "label": each.label,
                "count": each.count,
                "percent": each.percent,
                "is_completed": each.is_completed,
            }
            for each in figures.classes
        ],
        "goals": [_group(each) for each in figures.goals],
        "units": [
            {
                **_group(lead),
                "timing": _timing(row.timing),
                "supporting": _pair(row.supporting),
            }
            for lead, row in _leading(overview)
        ],
        "supporters": [{"name": each.name, **(_pair(each) or {})} for each in figures.supporters],
        "leaders": [_group(each) for each in figures.leaders],
        "changes": {
            change.value: [_number(row) for row in overview.changes[change]]
            for change in ItemChange
        },
        "lights": [
            {"light": each.light, "label": each.label, "count": each.count}
            for each in overview.standing.counts
        ],
        "behind": [_number(row) for row in overview.standing.behind],
        "stalled": [_number(row) for row in overview.stalled],
        "trend": [
            {
                "period": str(point.quarter),
                "completed": point.completed,
                "total": point.total,
                "completed_percent": point.percent,
            }
            for point in (*trends.last_year, *trends.this_year)
        ],
    }


def _leading(overview: Overview) -> list[tuple[GroupFigures, UnitRow]]:
    """Return the lead units with their counts, in the district's order."""
    leading = [(row.lead, row) for row in overview.units if row.lead]
    return sorted(leading, key=lambda pair: pair[0].number)


def figure_table(overview: Overview) -> tuple[list[str], list[tuple[Value, ...]]]:
    """Return heads and rows of the figures: the whole, each goal, each lead unit, each leader."""
    figures = overview.figures
    heads = ["分组", "序号", "名称", "总数", "完成", "完成率"]
    heads += [each.label for each in figures.classes]
    heads += [*TIMING_HEADS, "配合总数", "配合完成"]
    blank: tuple[Value, ...] = (None,) * (len(TIMING_HEADS) + 2)
    whole = (figures.item_total, figures.completed, figures.completed_percent)
    rows: list[tuple[Value, ...]] = [
        ("全部", None, "合计", *whole, *(each.count for each in figures.classes), *blank)
    ]
    rows += [("目标", *_cells(each), *blank) for each in figures.goals]
    for lead, row in _leading(overview):
        supporting = row.supporting
        beside = (supporting.total, supporting.completed) if supporting else (0, 0)
        rows.append(("牵头单位", *_cells(lead), *timing_cells(row.timing), *beside))
    rows += [("分管领导", *_cells(each), *blank) for each in figures.leaders]
    return heads, rows


def timing_cells(timing: TimingCount) -> tuple[Value, ...]:
    """Return when reports came, under `TIMING_HEADS`."""
    return (timing.on_time, timing.late, timing.overdue, timing.waiting, timing.percent)


def _head(period: Period, figures: QuarterFigures) -> dict[str, Any]:
    return {
        "version": VERSION,
        "district": figures.district_name,
        "plan": figures.plan_title,
        "period": {
            "code": period.code,
            "name": period.quarter.name,
            "title": figures.quarter.title,
            "state": period.state,
            "due_on": period.due_on.isoformat() if period.due_on else None,
        },
    }


def _cells(group: GroupFigures) -> tuple[Value, ...]:
    return (
        group.number,
        group.name,
        group.total,
        group.completed,
        group.completed_percent,
        *(each.count for each in group.classes),
    )


def _group(group: GroupFigures) -> dict[str, Any]:
    return {
        "number": group.number,
        "name": group.name,
        "total": group.total,
        "completed": group.completed,
        "completed_percent": group.completed_percent,
        "classes": {each.key: each.count for each in group.classes},
    }


def _pair(group: GroupFigures | None) -> dict[str, int] | None:
    return {"total": group.total, "completed": group.completed} if group else None


def _timing(timing: TimingCount) -> dict[str, Any]:
    return {
        "on_time": timing.on_time,
        "late": timing.late,
        "overdue": timing.overdue,
        "waiting": timing.waiting,
        "on_time_percent": timing.percent,
    }


def _number(row: FigureRow) -> str:
    """Return the item's number as people write it: 4(9)."""
    return f"{row.goal_number}({row.item_number})"
