"""The annex as the Word file holds it: a table a goal, tall rows divided where a page would end.

Word decides where its pages end; so the goal is in the head rows, which Word repeats, and a row
goes over whole. Only where that would leave much of a page blank is it divided.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

from reports.document import fonts
from reports.document.annex import Annex, AnnexRow, Column, Layout, column_widths, words_of
from reports.document.annex_pages import (
    GEOMETRIES,
    TABLE_SIZE,
    annex_heading_height,
    annex_title_lines,
)
from reports.document.content import Orientation
from reports.document.lines import Measure, may_break, printable
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
SIDES, TOP, BOTTOM = 3.0, 2.05, 2.0
HEAD_MORE = 0.65
BETWEEN = 6.0
THIRD = LINE_HEIGHT / 3
# Shares of a page. Word breaks lines a little otherwise than we do, and other faces may stand in:
# a part that fills a page, and one that ends it, may get so much taller.
_SAFETY, _MARGIN = 0.1, 0.06
# A row goes over whole where it leaves no more than this; with the margin, less than a quarter.
_BLANK = 0.18
_ROW_EXTRA = TOP + BOTTOM + RULE
_HEADS_EXTRA = 2 * (_ROW_EXTRA + 2 * HEAD_MORE) + RULE

Cells = list[list[str]]  # a row: of each column its paragraphs, LF where a name is broken


@dataclass(frozen=True, slots=True)
class GoalTable:
    """One goal's table: its head says the goal, its rows the items."""

    number: int
    name: str  # LF where it is broken
    columns: tuple[Column, ...]
    widths: tuple[float, ...]  # pt
    rows: tuple[Cells, ...]


def heading_height(title_lines: int) -> float:
    """Return the pt above the first table: as in print, but whole thirds of a line."""
    return round(annex_heading_height(title_lines) / THIRD) * THIRD


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
    heading = heading_height(len(annex_title_lines(annex, orientation)))
    pages = _Pages(geometry.height, heading)
    divider = _Divider(columns, measures, names, pages)
    for number, group in groupby(annex.rows, key=lambda row: row.goal_number):
        rows = list(group)
        name = "\n".join(names.lines(f"{number}　{printable(rows[0].goal_name)}", band))
        pages.begin_table((2 + name.count("\n")) * LINE_HEIGHT + _HEADS_EXTRA)
        parts = tuple(cells for row in rows for cells in divider.parts(row))
        yield GoalTable(number, name, columns, widths, parts)


class _Pages:
    """How much room Word's pages probably have; lengths in pt."""

    def __init__(self, height: float, heading: float) -> None:
        """Begin a page of the height, `heading` of it taken by the annex's title."""
        self._height = height
        self._left = height - heading + BETWEEN
        self._head = 0.0  # of the table's head rows, which stand on every page
        self._is_head_last = False  # nothing is below it yet: it would go over as well
        self.is_new = True

    def begin_table(self, head: float) -> None:
        self._head = head
        self._left -= BETWEEN + head
        self._is_head_last = True

    @property
    def whole(self) -> float:
        """What a page has for rows under the head."""
        return self._height - self._head

    @property
    def sure(self) -> float:
        """What is surely left of this page for a part of a row."""
        return self._left - self._height * (_SAFETY if self.is_new else _MARGIN)

    @property
    def may_turn(self) -> bool:
        """Tell whether what is left may stay blank."""
        blank = self._left + (BETWEEN + self._head if self._is_head_last else 0.0)
        return not self.is_new and blank <= _BLANK * self._height

    def has_room(self, height: float) -> bool:
        return height <= min(self._left, self.whole - _SAFETY * self._height)

    def put(self, height: float) -> None:
        self._left -= height
        self.is_new = self._is_head_last = False

    def turn(self) -> None:
        self._left = self.whole
        self.is_new, self._is_head_last = True, False


class _Divider:
    """Turns items into rows, and one that would leave much of a page blank into several.

    Where Word ends its pages otherwise, a divided row stands in mid-page: each of its parts
    says whose it is.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        measures: Sequence[Measure],
        names: NameBreaker,
        pages: _Pages,
    ) -> None:
        self._columns = columns
        self._measures = measures
        self._names = names
        self._pages = pages

    def parts(self, row: AnnexRow) -> Iterator[Cells]:
        """Yield the rows of an item; each after the first says which item it is, and its leads."""
        pages = self._pages
        cells = [
            [part for text in column.paragraphs(row) for part in printable(text).split("\n")]
            if column.layout is Layout.TEXT
            else self._names_in(column.paragraphs(row), measure)
            for column, measure in zip(self._columns, self._measures, strict=True)
        ]
        height = self._height(cells)
        if not pages.has_room(height) and pages.may_turn:
            pages.turn()
        if pages.has_room(height):
            pages.put(height)
            yield cells
            return
        whole = measure_row(row, self._columns, self._measures, self._names)
        rest = replace(whole, padding=(TOP + BOTTOM) / 2)
        while not pages.has_room(height):
            at = place_of_cut(rest, pages.sure, pages.whole, is_forced=pages.is_new)
            if at is not None:
                first, rest = cut_row(rest, at)
                height = self._height(_cells_of(rest))
                yield _cells_of(first)
            elif pages.is_new:
                break  # no place to cut it: Word must
            pages.turn()
        pages.put(height)
        yield _cells_of(rest)

    def _names_in(self, texts: Sequence[str], measure: Measure) -> list[str]:
        """Return names as paragraphs, a blank one between them where one takes two lines."""
        broken = ["\n".join(self._names.lines(printable(text), measure)) for text in texts]
        if len(broken) < 2 or not any("\n" in name for name in broken):
            return broken
        return [each for name in broken for each in ("", name)][1:]

    def _height(self, cells: Cells) -> float:
        """Return the pt that a row probably takes in Word."""
        counts = (
            sum(line_count(paragraph, measure) for paragraph in paragraphs)
            if column.layout is Layout.TEXT
            else sum(1 + name.count("\n") for name in paragraphs)
            for column, paragraphs, measure in zip(
                self._columns, cells, self._measures, strict=True
            )
        )
        return max(counts) * LINE_HEIGHT + _ROW_EXTRA


def line_count(text: str, measure: Measure) -> int:
    """Return how many lines a paragraph takes where each is filled as far as it goes, as in Word.

    To weigh the lines against each other, as the PDF does, takes five times as long.
    """
    room = measure.width / measure.size
    if len(text) <= room:  # no character is wider than its size
        return 1
    ends = [0.0, *accumulate(map(measure.advance, text))]
    count, start = 1, 0
    while ends[-1] - ends[start] > room:
        stop = furthest = max(bisect_right(ends, ends[start] + room) - 1, start + 1)
        while stop > start and not may_break(text[stop - 1], text[stop]):
            stop -= 1
        start = stop if stop > start else furthest
        count += 1
    return count


def _cells_of(row: MeasuredRow) -> Cells:
    return [
        list(cell.paragraphs) if cell.layout is Layout.TEXT else [line.text for line in cell.lines]
        for cell in row.cells
    ]
