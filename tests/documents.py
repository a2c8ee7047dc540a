"""Figures for document tests: the real first quarter from its files, and made-up plans."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from reports.document.content import CircularContent, compose
from reports.figures.quarter import ClassCount, FigureRow, QuarterFigures
from targets.quarters import Quarter
from targets.rules import percent_parts

SOURCE = Path(__file__).resolve().parent.parent / "fixtures" / "source"
PLAN_TITLE = "2020年区《政府工作报告》确定的主要目标任务"
OFFICE = "武汉市新洲区人民政府督查室"
ISSUED_ON = date(2020, 4, 28)
CLAUSES = {
    "status-1": ("已完成", "已完成年度目标任务的", True),
    "status-2": ("正在推进", "正在推进的", False),
    "pending": ("待核定", "已报送待核定的", False),
    "unreported": ("未填报", "未填报的", False),
}


def read_source(name: str) -> list[dict[str, str]]:
    with (SOURCE / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def make_row(
    goal: int,
    item: int,
    *,
    goal_name: str = "全面加强政府自身建设",
    standard: str = "推进重点工作。",
    text: str = "正在推进。",
    units: Sequence[str] = ("区发改局",),
    class_key: str = "status-2",
    is_numbered: bool = True,
) -> FigureRow:
    return FigureRow(
        item_id=goal * 1000 + item,
        entry_id=None,
        goal_number=goal,
        goal_name=goal_name,
        item_number=item,
        is_numbered=is_numbered,
        standard=standard,
        text=text,
        lead_units=tuple(units),
        supporting_units=(),
        class_key=class_key,
        status_name=CLAUSES[class_key][0] if class_key.startswith("status") else "",
        is_counted=True,
        cancelled_reason="",
        in_rereview=False,
    )


def make_figures(
    rows: Sequence[FigureRow], *, quarter: Quarter | None = None, unit_total: int | None = None
) -> QuarterFigures:
    """Count made-up rows as the figures count real ones."""
    counts = [sum(row.class_key == key for row in rows) for key in CLAUSES]
    shares = percent_parts(counts, [is_completed for _, _, is_completed in CLAUSES.values()])
    classes = tuple(
        ClassCount(key, label, clause, count, percent, is_completed, "grey")
        for (key, (label, clause, is_completed)), count, percent in zip(
            CLAUSES.items(), counts, shares, strict=True
        )
    )
    leads = {unit for row in rows for unit in row.lead_units}
    return QuarterFigures(
        quarter=quarter or Quarter(2020, 1),
        plan_title=PLAN_TITLE,
        district_name="新洲区",
        office_name=OFFICE,
        rows=tuple(rows),
        classes=classes,
        goals=(),
        units=(),
        unit_total=len(leads) if unit_total is None else unit_total,
        stated_unit_total=54,
    )


def source_rows() -> list[FigureRow]:
    """Return the 118 items of the published first quarter."""
    completed = {
        (row["goal_no"], row["item_no"])
        for row in read_source("assessment.csv")
        if row["status"] == "completed"
    }
    return [
        make_row(
            int(row["goal_no"]),
            int(row["item_no"]),
            goal_name=row["goal_name"],
            standard=row["standard"],
            text=row["progress"],
            units=row["lead_units"].split("|"),
            class_key="status-1" if (row["goal_no"], row["item_no"]) in completed else "status-2",
            is_numbered=row["item_numbered"] == "yes",
        )
        for row in read_source("annex.csv")
    ]


def source_figures(quarter: Quarter | None = None) -> QuarterFigures:
    return make_figures(source_rows(), quarter=quarter, unit_total=len(read_source("units.csv")))


def source_content() -> CircularContent:
    """Return the published circular: 第2期, 2020年4月28日."""
    return compose(source_figures(), number=2, issued_on=ISSUED_ON)


def content_of(rows: Sequence[FigureRow], **changes: object) -> CircularContent:
    return replace(compose(make_figures(rows), number=2, issued_on=ISSUED_ON), **changes)
