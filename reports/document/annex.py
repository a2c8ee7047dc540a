"""The annex table (附表): figures to head and rows, shared by PDF, Word, Excel and CSV."""

import csv
import io
from dataclasses import dataclass

from reports.figures.quarter import FigureRow, QuarterFigures

UNREPORTED = "未填报"
# A cell that a spreadsheet would take for a formula, a command or a link between programs.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """One responsibility item as the annex prints it."""

    goal_number: int
    goal_name: str
    item_number: int
    label: str  # （1）, or "" where a goal's single item is not numbered
    standard: str
    progress: str  # paragraphs divided by LF
    lead_units: tuple[str, ...]
    supporting_units: tuple[str, ...]
    status: str

    @property
    def numbered_standard(self) -> str:
        return self.label + self.standard


@dataclass(frozen=True, slots=True)
class Annex:
    """The whole annex: its title, its column heads, its rows in print order."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[AnnexRow, ...]


def build_annex(figures: QuarterFigures) -> Annex:
    """Return the annex of one quarter.

    Rows come in the order of the figures, one for each item, cancelled ones included
    with their reason.
    """
    return Annex(
        title=f"{figures.plan_title}{figures.quarter.title}完成情况",
        heads=("序号", "目标名称", "工作标准", figures.quarter.head, "牵头单位"),
        rows=tuple(_annex_row(row) for row in figures.rows),
    )


def _annex_row(row: FigureRow) -> AnnexRow:
    progress = row.text
    if not progress and row.class_key == "unreported":
        progress = UNREPORTED
    if row.cancelled_reason:
        progress = f"{progress}\n（已取消：{row.cancelled_reason}）".strip()
    return AnnexRow(
        goal_number=row.goal_number,
        goal_name=row.goal_name,
        item_number=row.item_number,
        label=row.label,
        standard=row.standard,
        progress=progress,
        lead_units=row.lead_units,
        supporting_units=row.supporting_units,
        status=row.status_name,
    )


def flat_heads(annex: Annex) -> tuple[str, ...]:
    """Return the column heads of the flat form: one row an item, every column filled."""
    return (
        "目标序号",
        "目标名称",
        "事项序号",
        "工作标准",
        annex.heads[3],
        "牵头单位",
        "配合单位",
        "完成状态",
    )


def flat_rows(annex: Annex) -> list[tuple[int | str, ...]]:
    """Return the rows of the flat form, for filters and sorting; units joined by 、."""
    return [
        (
            row.goal_number,
            row.goal_name,
            row.item_number,
            row.standard,
            row.progress,
            "、".join(row.lead_units),
            "、".join(row.supporting_units),
            row.status,
        )
        for row in annex.rows
    ]


def neutralised(value: int | str) -> int | str:
    """Return the value so that no spreadsheet takes it for a formula when it opens a CSV."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def annex_csv(annex: Annex) -> bytes:
    """Return the flat rows as CSV: UTF-8 with a byte-order mark, for Excel's sake; CRLF."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(flat_heads(annex))
    for row in flat_rows(annex):
        writer.writerow([neutralised(value) for value in row])
    return buffer.getvalue().encode("utf-8-sig")
