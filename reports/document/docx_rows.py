"""The annex as the Word file holds it: a table a goal, rows taller than a page divided.

Word decides where its pages end, so nothing here knows on which page a row stands: the goal
is in the head rows, which Word repeats, and a row goes over whole.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.document import fonts
from reports.document.annex import Annex, AnnexRow, Column, Layout, column_widths, words_of
from reports.document.annex_pages import (
    GEOMETRIES,
    TABLE_SIZE,
    annex_heading_height,
    annex_title_lines,
)
from reports.document.content import Orientation
from reports.document.lines import Measure, printable
from reports.document.names import NameBreaker
from reports.document.pages import LINE_HEIGHT, RULE, MeasuredRow, cut_row, measure_row

SIDES, TOP = 3.0, 2.0  # pt of a cell's padding at each side, and above and below
# Word breaks lines a little otherwise than we do, and other faces may stand in: a row that gets
# taller by this share of its page still fits.
_SAFETY = 0.1
_ROW_EXTRA = 2 * TOP + RULE

Cells = list[list[str]]  # a row: of each column its paragraphs, LF where a name is broken


@dataclass(frozen=True, slots=True)
class GoalTable:
    """One goal's table: its head says the goal, its rows the items."""

    number: int
    name: str  # LF where it is broken
    columns: tuple[Column, ...]
    widths: tuple[float, ...]  # pt
    rows: tuple[Cells, ...]


def goal_tables(annex: Annex, orientation: Orientation) -> Iterator[GoalTable]:
    """Yield the annex's tables in print order."""
    columns = tuple(each for each in annex.printed if each.layout is not Layout.GOAL)
    geometry = GEOMETRIES[orientation]
    widths = tuple(column_widths(columns, geometry.width, orientation.value))
    names = NameBreaker(words_of(annex))
    advance = fonts.advances("fang")
    measures = [
        Measure(width - 2 * SIDES, TABLE_SIZE, advance, is_justified=column.layout is Layout.TEXT)
        for column, width in zip(columns, widths, strict=True)
    ]
    band = Measure(
        geometry.width - 2 * SIDES, TABLE_SIZE, fonts.advances("hei"), is_justified=False
    )
    heading = annex_heading_height(len(annex_title_lines(annex, orientation)))
    divider = _Divider(columns, measures, names)
    for number, group in groupby(annex.rows, key=lambda row: row.goal_number):
        rows = list(group)
        name = "\n".join(names.lines(f"{number}　{printable(rows[0].goal_name)}", band))
        head = (2 + name.count("\n")) * LINE_HEIGHT + 2 * _ROW_EXTRA
        room = (geometry.height - head) * (1 - _SAFETY)
        # The annex's first row stands under its title, not on a page of its own.
        first_rooms = [room - heading, *[room] * (len(rows) - 1)]
        heading = 0.0
        yield GoalTable(
            number,
            name,
            columns,
            widths,
            tuple(
                cells
                for row, first_room in zip(rows, first_rooms, strict=True)
                for cells in divider.parts(row, first_room, room)
            ),
        )


class _Divider:
    """Turns items into rows, and one that is taller than a page into several."""

    def __init__(
        self, columns: Sequence[Column], measures: Sequence[Measure], names: NameBreaker
    ) -> None:
        self._columns = columns
        self._measures = measures
        self._names = names

    def parts(self, row: AnnexRow, first_room: float, room: float) -> Iterator[Cells]:
        """Yield the rows of an item; each after the first says which item it is, and its leads.

        `first_room` and `room` are the pt that the first one may take, and each further one.
        """
        cells = [
            [part for text in column.paragraphs(row) for part in printable(text).split("\n")]
            if column.layout is Layout.TEXT
            else self._names_in(column.paragraphs(row), measure)
            for column, measure in zip(self._columns, self._measures, strict=True)
        ]
        if self._may_need(cells) <= first_room:
            yield cells
            return
        rest = measure_row(row, self._columns, self._measures, self._names)
        limit, further = (int((each - _ROW_EXTRA) / LINE_HEIGHT) for each in (first_room, room))
        while rest.line_count > limit:
            first, rest = cut_row(rest, limit)
            yield _cells_of(first)
            limit = further
        yield _cells_of(rest)

    def _names_in(self, texts: Sequence[str], measure: Measure) -> list[str]:
        """Return names as paragraphs, a blank one between them where one takes two lines."""
        broken = ["\n".join(self._names.lines(printable(text), measure)) for text in texts]
        if len(broken) < 2 or not any("\n" in name for name in broken):
            return broken
        return [each for name in broken for each in ("", name)][1:]

    def _may_need(self, cells: Cells) -> float:
        """Return the pt that a row needs at most: measuring each line of it takes far longer."""
        counts = [
            sum(
                max(1, math.ceil(len(part) * measure.size / (measure.width - 2 * measure.size)))
                for paragraph in paragraphs
                for part in paragraph.split("\n")  # a name's lines
            )
            for paragraphs, measure in zip(cells, self._measures, strict=True)
        ]
        return max(counts) * LINE_HEIGHT + _ROW_EXTRA


def _cells_of(row: MeasuredRow) -> Cells:
    return [
        list(cell.paragraphs) if cell.layout is Layout.TEXT else [line.text for line in cell.lines]
        for cell in row.cells
    ]
