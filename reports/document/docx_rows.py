"""The annex as the Word file holds it: a table a goal, a row taller than a page divided.

Word decides where its pages end, so nothing here knows on which page a row stands: the goal is in
the head rows, which Word repeats, and a row goes over whole. Only what no page holds is divided,
into rows as high as a page, so that each begins one wherever Word ends its pages.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from operator import attrgetter

from reports.document import fonts
from reports.document.annex import Annex, AnnexRow, Column, Layout, words_of
from reports.document.annex_pages import (
    GEOMETRIES,
    TABLE_SIZE,
    annex_heading_height,
    annex_title_lines,
    print_widths,
)
from reports.document.cells import Cell
from reports.document.content import Orientation
from reports.document.lines import Line, Measure, printable
from reports.document.names import NameBreaker
from reports.document.pages import (
    LINE_HEIGHT,
    RULE,
    MeasuredRow,
    cut_row,
    measure_row,
    place_of_cut,
)

# Lengths in pt: a cell's padding at each side, above and below; what a head row has more above
# and below; the blank between two goals' tables.
#
# LibreOffice 7.4 prints nothing more of a table whose first row, or only row on a page, ends
# within its own rule's width of the page's end. So whatever stands on a page is a whole number of
# thirds of a line high, but for the head rows at its top, and pages end half a third away.
SIDES, TOP, BOTTOM = 2.6, 2.05, 2.0
HEAD_MORE = 0.65
BETWEEN = 6.0
THIRD = LINE_HEIGHT / 3
# Word breaks lines a little otherwise than we do, and other faces may stand in. So a text is
# measured as if its lines were so much shorter, and may still take such a share of a page more.
_NARROWER = TABLE_SIZE
_SAFETY = 0.05
# Lines that a page's row leaves blank at most: fewer than any rest has.
_BLANK_LINES = 2
_ROW_EXTRA = TOP + BOTTOM + RULE
_HEADS_EXTRA = 2 * (_ROW_EXTRA + 2 * HEAD_MORE) + RULE

Cells = list[list[str]]  # a row: of each column its paragraphs, LF where a name is broken


@dataclass(frozen=True, slots=True)
class TableRow:
    """An item, or a part of one; `least` is how many pt it is high at least, 0: as its words."""

    cells: Cells
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class GoalTable:
    """One goal's table: its head says the goal, its rows the items."""

    name: str  # with its number, LF where it is broken
    columns: tuple[Column, ...]
    heads: tuple[str, ...]  # LF where one is broken
    widths: tuple[float, ...]  # pt
    rows: tuple[TableRow, ...]


def heading_height(title_lines: int) -> float:
    """Return the pt above the first table: as in print, but whole thirds of a line."""
    return round(annex_heading_height(title_lines) / THIRD) * THIRD


def goal_tables(annex: Annex, orientation: Orientation) -> Iterator[GoalTable]:
    """Yield the annex's tables in print order."""
    columns = tuple(each for each in annex.printed if each.layout is not Layout.GOAL)
    geometry = GEOMETRIES[orientation]
    widths = tuple(print_widths(columns, orientation))
    names = NameBreaker(words_of(annex))
    advance = fonts.advances("fang")
    narrower = (_NARROWER if column.layout is Layout.TEXT else 0.0 for column in columns)
    # Word fills a line as far as it goes, as is done with what is not justified.
    measures = [
        Measure(width - 2 * SIDES - less, TABLE_SIZE, advance, is_justified=False)
        for width, less in zip(widths, narrower, strict=True)
    ]
    hei = fonts.advances("hei")
    heads = tuple(
        "\n".join(names.lines(annex.head_of(column), Measure(width - 2 * SIDES, TABLE_SIZE, hei)))
        for column, width in zip(columns, widths, strict=True)
    )
    head_lines = 1 + max(head.count("\n") for head in heads)
    band = Measure(geometry.width - 2 * SIDES, TABLE_SIZE, hei, is_justified=False)
    divider = _Divider(columns, measures, names)
    divider.above = heading_height(len(annex_title_lines(annex, orientation)))
    for number, group in groupby(annex.rows, key=lambda row: row.goal_number):
        rows = list(group)
        name = "\n".join(names.lines(f"{number}　{printable(rows[0].goal_name)}", band))
        head = (1 + name.count("\n") + head_lines) * LINE_HEIGHT + _HEADS_EXTRA
        parts = tuple(part for row in rows for part in divider.parts(row, geometry.height - head))
        if divider.above:
            divider.above += BETWEEN + head
        yield GoalTable(name, columns, heads, widths, parts)


class _Divider:
    """Turns items into rows, and one that no page holds into several.

    `above` is how many pt stand on the next row's page already, where that is known: below the
    annex's title, and below the rest of a divided row, which begins a page. Elsewhere it is 0.
    """

    def __init__(
        self, columns: Sequence[Column], measures: Sequence[Measure], names: NameBreaker
    ) -> None:
        self._columns = columns
        self._measures = measures
        self._names = names
        self._is_first = True  # it would leave the annex's title alone on its page
        self.above = 0.0

    def parts(self, row: AnnexRow, room: float) -> Iterator[TableRow]:
        """Yield the rows of an item; each after the first says which item it is, and its leads.

        `room` is what a page has below the table's head, in pt.
        """
        cells = [
            [part for text in column.paragraphs(row) for part in printable(text).split("\n")]
            if column.layout is Layout.TEXT
            else self._names_in(column.paragraphs(row), measure)
            for column, measure in zip(self._columns, self._measures, strict=True)
        ]
        above, self.above, margin = self.above, 0.0, _SAFETY * room
        is_first, self._is_first = self._is_first, False
        limit = room - margin - (above if is_first else 0.0)
        if self._may_need(cells) <= limit:
            yield TableRow(cells)
            return
        rest = measure_row(row, self._columns, self._measures, self._names)
        kept = tuple(map(_with_blank_lines, rest.cells))
        rest = replace(rest, cells=kept, padding=(TOP + BOTTOM) / 2)
        if rest.height <= limit:
            yield TableRow(cells)
            return
        left = room - above
        while rest.height > left - margin:
            is_forced = is_first or left == room
            at = place_of_cut(rest, left - margin, room - margin, is_forced=is_forced)
            if at is not None:
                first, rest = cut_row(rest, at)
                yield TableRow(_cells_of(first), _least_height(left))
            elif left == room:
                break  # a page of a few lines only: Word must divide it
            left = room
        self.above = rest.height
        yield TableRow(_cells_of(rest))

    def _names_in(self, texts: Sequence[str], measure: Measure) -> list[str]:
        """Return names as paragraphs, a blank one between them where one takes two lines."""
        broken = ["\n".join(self._names.lines(printable(text), measure)) for text in texts]
        if len(broken) < 2 or not any("\n" in name for name in broken):
            return broken
        return [each for name in broken for each in ("", name)][1:]

    def _may_need(self, cells: Cells) -> float:
        """Return the pt that a row needs at most: to measure each line takes far longer."""
        counts = [
            sum(
                max(1, math.ceil(len(line) * measure.size / (measure.width - 2 * measure.size)))
                for paragraph in paragraphs
                for line in paragraph.split("\n")
            )
            for paragraphs, measure in zip(cells, self._measures, strict=True)
        ]
        return max(counts) * LINE_HEIGHT + _ROW_EXTRA


def _with_blank_lines(cell: Cell) -> Cell:
    """Return a text with a line for each blank paragraph: Word keeps them, print does not."""
    if cell.layout is not Layout.TEXT:
        return cell
    lines = {number: tuple(own) for number, own in groupby(cell.lines, attrgetter("paragraph"))}
    blanks = {
        number: (Line("", 0.0, 0, is_last=True, paragraph=number),)
        for number in range(len(cell.paragraphs))
        if number not in lines
    }
    return replace(cell, lines=tuple(chain(*(own for _, own in sorted((lines | blanks).items())))))


def _least_height(room: float) -> float:
    """Return a height that leaves no room for a further part, in whole thirds of a line."""
    return (room - _BLANK_LINES * LINE_HEIGHT) // THIRD * THIRD


def _cells_of(row: MeasuredRow) -> Cells:
    return [
        list(cell.paragraphs) if cell.layout is Layout.TEXT else [line.text for line in cell.lines]
        for cell in row.cells
    ]
