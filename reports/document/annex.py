"""The annex table (附表): which columns there are, and the rows that they print.

A column is declared once, in `COLUMNS`; PDF, Word, Excel and CSV go through the list, and none
of them knows a column by its place. docs/recipes.md says how to add one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from reports.figures.ledger import (
    fetch_leaders,
    fetch_lights,
    fetch_next_steps,
    fetch_previous_texts,
    fetch_problems,
)
from reports.figures.quarter import FigureRow, QuarterFigures
from targets.choices import CLASS_LABELS, UNREPORTED
from targets.models import Period
from targets.spreadsheets import csv_bytes


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
    extra: Mapping[str, str] = field(default_factory=dict)  # optional columns: key -> text

    @property
    def numbered_standard(self) -> str:
        return self.label + self.standard


class Layout(StrEnum):
    """How a column's cells are set."""

    GOAL = "goal"  # centred; stands once for all items of its goal on a page
    TEXT = "text"  # paragraphs, justified; takes its share of the room that the others leave
    CENTRED = "centred"  # short words, one line or more each


@dataclass(frozen=True, slots=True)
class Widths:
    """How wide a column is; of text columns the numbers are shares of what the others leave."""

    landscape: float  # pt, print and Word
    portrait: float
    # Digits of the workbook's normal font, on the sheet to print: whole characters for a text.
    sheet: float
    flat: int  # the same, on the sheet of one row an item


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the annex."""

    key: str  # names it in a circular's choice, and in AnnexRow.extra
    head: str  # of the progress column each quarter has its own: Annex.head_of
    layout: Layout
    widths: Widths
    paragraphs: Callable[[AnnexRow], Sequence[str]]  # what a printed cell holds
    value: Callable[[AnnexRow], int | str]  # what a cell of the flat form holds
    flat_head: str = ""  # in the flat form; "": as in print
    says_item: bool = False  # where a row goes on, this column says which item it is: （3）（续）
    # Of an optional column that the figures do not hold: every item's text of a period by item
    # id, in a constant number of queries.
    fetch: Callable[[Period], Mapping[int, str]] | None = None


def indented(text: str) -> list[str]:
    """Return a text's paragraphs, the first with the blanks (　　) that all others begin with.

    Texts are kept without outer blanks, so that the first paragraph alone would stand out.
    """
    first, *others = text.split("\n")
    blanks = {each[: len(each) - len(each.lstrip(" \u3000"))] for each in others if each.strip()}
    return [blanks.pop() + first if len(blanks) == 1 else first, *others]


def _optional(
    key: str,
    head: str,
    layout: Layout,
    widths: Widths,
    fetch: Callable[[Period], Mapping[int, str]],
) -> Column:
    def text(row: AnnexRow) -> str:
        return row.extra.get(key, "")

    return Column(key, head, layout, widths, lambda row: indented(text(row)), text, fetch=fetch)


# In print order, from left to right.
COLUMNS = {
    column.key: column
    for column in (
        Column(
            "goal_number",
            "序号",
            Layout.GOAL,
            Widths(28.0, 24.0, 5.5, 6),
            lambda row: [str(row.goal_number)],
            lambda row: row.goal_number,
            flat_head="目标序号",
        ),
        Column(
            "goal_name",
            "目标名称",
            Layout.GOAL,
            Widths(60.0, 50.0, 12.5, 14),  # five characters a line
            lambda row: [row.goal_name],
            lambda row: row.goal_name,
        ),
        Column(
            "item_number",
            "事项序号",
            Layout.CENTRED,
            Widths(32.0, 28.0, 7.0, 6),
            lambda row: [row.label or str(row.item_number)],
            lambda row: row.item_number,
        ),
        Column(
            "standard",
            "工作标准",
            Layout.TEXT,
            Widths(188.0, 126.0, 40.0, 34),
            lambda row: indented(row.numbered_standard),
            lambda row: row.standard,
            says_item=True,
        ),
        _optional(
            "previous",
            "上季度情况",
            Layout.TEXT,
            Widths(150.0, 100.0, 36.0, 36),
            fetch_previous_texts,
        ),
        Column(
            "progress",
            "完成情况",
            Layout.TEXT,
            Widths(279.8, 181.2, 62.0, 66),
            lambda row: indented(row.progress),
            lambda row: row.progress,
        ),
        _optional(
            "problems", "存在的问题", Layout.TEXT, Widths(110.0, 76.0, 26.0, 28), fetch_problems
        ),
        _optional(
            "next_steps",
            "下一步措施",
            Layout.TEXT,
            Widths(110.0, 76.0, 26.0, 28),
            fetch_next_steps,
        ),
        _optional("pace", "进度", Layout.CENTRED, Widths(64.0, 52.0, 13.0, 14), fetch_lights),
        Column(
            "lead_units",
            "牵头单位",
            Layout.CENTRED,
            Widths(82.0, 61.0, 15.0, 13),  # seven characters a line
            lambda row: row.lead_units,
            lambda row: "、".join(row.lead_units),
        ),
        Column(
            "supporting_units",
            "配合单位",
            Layout.CENTRED,
            Widths(82.0, 61.0, 15.0, 13),
            lambda row: row.supporting_units,
            lambda row: "、".join(row.supporting_units),
        ),
        _optional("leader", "分管领导", Layout.CENTRED, Widths(48.0, 44.0, 9.0, 9), fetch_leaders),
        Column(
            "status",
            "完成状态",
            Layout.CENTRED,
            Widths(48.0, 44.0, 9.0, 9),
            lambda row: [row.status],
            lambda row: row.status,
        ),
    )
}
PRINTED = ("goal_number", "goal_name", "standard", "progress", "lead_units")
# What the office may choose besides for an annex; an item's number stands in its standard.
OPTIONAL = tuple(key for key in COLUMNS if key not in (*PRINTED, "item_number"))


@dataclass(frozen=True, slots=True)
class Annex:
    """The whole annex: its title, the columns that it prints, its rows in print order."""

    title: str
    progress_head: str  # 一季度完成情况
    rows: tuple[AnnexRow, ...]
    columns: tuple[str, ...] = PRINTED  # keys of COLUMNS

    @property
    def printed(self) -> list[Column]:
        """The columns of the table to print, from left to right."""
        return [COLUMNS[key] for key in self.columns]

    @property
    def flat(self) -> list[Column]:
        """The columns of the flat form: every one but optional ones that are not printed."""
        return [
            column
            for column in COLUMNS.values()
            if column.fetch is None or column.key in self.columns
        ]

    def head_of(self, column: Column) -> str:
        """Return the head of a column in print."""
        return self.progress_head if column.key == "progress" else column.head

    def flat_head_of(self, column: Column) -> str:
        """Return the head of a column in the flat form."""
        return column.flat_head or self.head_of(column)


def print_order(extra: Sequence[str]) -> tuple[str, ...]:
    """Return the keys of the columns always printed and of the extra ones, in print order."""
    return tuple(key for key in COLUMNS if key in PRINTED or key in extra)


def fetch_extra(period: Period, columns: Sequence[str]) -> dict[str, Mapping[int, str]]:
    """Return what the optional ones among the columns print: key -> item id -> text."""
    fetches = {key: COLUMNS[key].fetch for key in columns}
    return {key: fetch(period) for key, fetch in fetches.items() if fetch}


def column_widths(
    columns: Sequence[Column], total: float, width_of: str, narrowest: float = 0.0
) -> list[float]:
    """Return the columns' widths; they add up to `total`, as text columns share what is left.

    `width_of` names the field of `Widths`; without a text column all share. No sharing column
    is narrower than `narrowest` where all can be so wide.
    """
    wanted = [getattr(column.widths, width_of) for column in columns]
    shares = [column.layout is Layout.TEXT for column in columns]
    if not any(shares):
        shares = [True] * len(columns)
    sharing = {index: wanted[index] for index, shared in enumerate(shares) if shared}
    room = total - sum(width for width, shared in zip(wanted, shares, strict=True) if not shared)
    widths = dict(enumerate(wanted)) | _shared(sharing, room, narrowest)
    return [widths[index] for index in range(len(columns))]


def _shared(wanted: Mapping[int, float], room: float, narrowest: float) -> dict[int, float]:
    """Divide room in proportion, but give none less than `narrowest` where that can be."""
    scale = room / sum(wanted.values())
    short = {index: narrowest for index, width in wanted.items() if width * scale < narrowest}
    if not short or narrowest * len(wanted) > room:
        return {index: width * scale for index, width in wanted.items()}
    others = {index: width for index, width in wanted.items() if index not in short}
    return short | _shared(others, room - narrowest * len(short), narrowest)


def build_annex(
    figures: QuarterFigures,
    columns: tuple[str, ...] = PRINTED,
    extra: Mapping[str, Mapping[int, str]] | None = None,
) -> Annex:
    """Return the annex of one quarter; `extra` as `fetch_extra` gives it.

    Rows come in the order of the figures, one for each item, cancelled ones included
    with their reason.
    """
    return Annex(
        title=f"{figures.plan_title}{figures.quarter.title}完成情况",
        progress_head=figures.quarter.head,
        rows=tuple(_annex_row(row, extra or {}) for row in figures.rows),
        columns=columns,
    )


def _annex_row(row: FigureRow, extra: Mapping[str, Mapping[int, str]]) -> AnnexRow:
    progress = row.text
    if not progress and row.class_key == UNREPORTED:
        progress = CLASS_LABELS[UNREPORTED]
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
        extra={key: texts.get(row.item_id, "") for key, texts in extra.items()},
    )


def flat_heads(annex: Annex) -> tuple[str, ...]:
    """Return the column heads of the flat form: one row an item, every column filled."""
    return tuple(annex.flat_head_of(column) for column in annex.flat)


def flat_rows(annex: Annex) -> list[tuple[int | str, ...]]:
    """Return the rows of the flat form, for filters and sorting; units joined by 、."""
    columns = annex.flat
    return [tuple(column.value(row) for column in columns) for row in annex.rows]


def joined(annexes: Sequence[Annex]) -> Annex:
    """Return the items of several annexes as one, each once, in print order, all columns."""
    rows = {(row.goal_number, row.item_number): row for annex in annexes for row in annex.rows}
    keys = {key for annex in annexes for key in annex.columns}
    return replace(
        annexes[0],
        rows=tuple(rows[number] for number in sorted(rows)),
        columns=tuple(key for key in COLUMNS if key in keys),
    )


def words_of(annex: Annex) -> list[str]:
    """Return every text that the annex prints, for what is learnt from them of words."""
    return [
        text
        for row in annex.rows
        for text in (row.goal_name, row.standard, row.progress, *row.lead_units)
    ]


def annex_csv(annex: Annex) -> bytes:
    """Return the flat rows as CSV: UTF-8 with a byte-order mark, for Excel's sake; CRLF."""
    return csv_bytes(flat_heads(annex), flat_rows(annex))
