"""The annex as a workbook prints it: lines ended, rows measured, cut and laid onto pages.

Nobody computes the heights of wrapped and merged rows when a workbook is written, so they are
worked out here, so that no line is cut or broken again in the faces that stand in where the
offices' are missing. Lengths are in pt unless a name says otherwise.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate, pairwise, repeat, tee

from reports.document import fonts
from reports.document.annex import Annex, AnnexRow, Column, Layout, column_widths, words_of
from reports.document.cells import CONTINUED, cut_paragraphs
from reports.document.lines import RUNT, Line, Measure, may_break, printable
from reports.document.names import NameBreaker, annex_title_at_words
from reports.document.sheets import PAPER_WIDTH, READABLE, SIZE, SMALL
from targets.importing.workbook import LINE_END

DIGIT = 7  # pixels at 96 to the inch: a digit of the normal font, in which widths are counted
TABLE_WIDTH = 135.0  # digits; what prints on A4 at full size
# With many columns the table is wider and printed smaller, so that each text has so many digits.
TEXT_LEAST = 18.0
_SIDES = 5  # pixels of a column's width that are no room for words
_KEPT = 0.99  # some printers set a little wider than the screen
# Of the faces that stand in where the offices' are missing: a line of Noto Sans CJK, the tallest
# (the offices' take 1.2 of their size in Excel), and an em's share of DejaVu Sans' letters and
# digits, the widest. Whoever opens the file, no line may be cut or broken again.
LINE_SHARE = 1.45
LINE = LINE_SHARE * SIZE
WIDEST_LATIN, WIDEST_PERCENT = 0.64, 0.95
ROW_EXTRA = 4.0
ROW_LIMIT = 409.0  # a spreadsheet knows no taller row
PAGE_ROOM = 468.0  # of a printed page, with the table's head
HEAD_HEIGHT = 24.0
LEAST_PART = 0.25  # of a page, for a part of an item that must be divided
TAG_HEIGHT = 28.0  # of the row of 附表, above the title
TITLE_SIZE, TITLE_LINE = 22.0, 29.0  # 2号 [7.3.7]
# The sheet of one row an item, in digits: what prints on A4 at nearly full size; each text
# column beyond standard and progress makes it wider, as far as it can be read on one page.
FLAT_WIDTH, FLAT_MORE, FLAT_MOST = 160.0, 21.0, PAPER_WIDTH / READABLE


@dataclass(frozen=True, slots=True)
class PrintRow:
    """One row of the print sheet; a row too tall for one becomes several."""

    goal_number: int
    texts: tuple[str, ...]  # one for each column, its lines ended
    height: float  # that its own words need
    label: float  # that the goal's name needs


@dataclass
class Segment:
    """A goal's rows on one page: its number and name are merged over them."""

    rows: list[PrintRow]

    @property
    def height(self) -> float:
        return max(sum(row.height for row in self.rows), self.rows[0].label)

    @property
    def extra(self) -> float:
        """What each row gets beside its own height where the goal's name needs more."""
        return (self.height - sum(row.height for row in self.rows)) / len(self.rows)


class PrintSheet:
    """The sheet to print of an annex."""

    def __init__(self, annex: Annex) -> None:
        self.annex = annex
        self.columns = annex.printed
        self.percent = _percent(self.columns)  # of its size in print
        self.width = TABLE_WIDTH * 100 / self.percent  # digits
        self.widths = column_widths(self.columns, self.width, "sheet")
        self._rooms = list(map(room_of, self.widths))
        self._names = NameBreaker(words_of(annex))

    @cached_property
    def title(self) -> str:
        """The title in lines broken by sense."""
        measure = Measure(room_of(self.width), self.title_size, fonts.advances("title"))
        return "\n".join(annex_title_at_words(self.annex, measure))

    def enlarged(self, length: float) -> float:
        """Return the length that is printed as long as this."""
        return length * 100 / self.percent

    @property
    def title_size(self) -> float:
        return round(self.enlarged(TITLE_SIZE) * 2) / 2

    @property
    def title_height(self) -> float:
        return self.enlarged((self.title.count("\n") + 1) * TITLE_LINE + 16.0)

    @property
    def tag_height(self) -> float:
        return self.enlarged(TAG_HEIGHT)

    @property
    def page_room(self) -> float:
        """What a page has for rows, under the table's head."""
        return self.enlarged(PAGE_ROOM) - HEAD_HEIGHT

    @property
    def first_room(self) -> float:
        """What the first page has for rows, under its headings."""
        return self.page_room - self.tag_height - self.title_height

    @cached_property
    def pages(self) -> list[list[Segment]]:
        """The rows by page and goal; breaks are set by hand, so that merges end with them."""
        pages: list[list[Segment]] = [[]]
        left = self.first_room
        for row in self.annex.rows:
            for part in self._rows_of(row, left, is_first=not pages[0]):
                last = pages[-1][-1] if pages[-1] else None
                if last and last.rows[0].goal_number == part.goal_number:
                    grown = Segment([*last.rows, part])
                else:
                    last, grown = None, Segment([part])
                more = grown.height - (last.height if last else 0.0)
                if more > left and pages[-1]:
                    pages.append([Segment([part])])
                    left = self.page_room - pages[-1][0].height
                    continue
                pages[-1][-1 if last else len(pages[-1]) :] = [grown]
                left -= more
        return pages

    def _rows_of(self, row: AnnexRow, left: float, *, is_first: bool) -> list[PrintRow]:
        """Return an item's rows, `left` pt being left of the page: one, where it fits into one.

        What must be divided goes on to the page's end, and is divided there.
        """
        parts = list(self._parts(row, repeat(ROW_LIMIT)))
        if len(parts) == 1 and not (is_first and parts[0].height > left):
            return parts
        is_short = left < self.page_room * LEAST_PART and not is_first
        return list(self._parts(row, self._rooms_from(self.page_room if is_short else left)))

    def _rooms_from(self, left: float) -> Iterator[float]:
        """Yield the pt of each further part of an item that begins with `left` on a page."""
        while True:
            room = min(left, ROW_LIMIT)
            yield room
            left -= room
            if left < self.page_room * LEAST_PART:
                left = self.page_room

    def _parts(self, row: AnnexRow, rooms: Iterable[float]) -> Iterator[PrintRow]:
        """Yield the rows of an item: one, or several where it is too tall for the first room.

        Each says which item it is, and who leads it.
        """
        for_cells = tee((int((room - ROW_EXTRA) / LINE) for room in rooms), len(self.columns))
        cells = [
            self._pieces(row, column, room, limits)
            for column, room, limits in zip(self.columns, self._rooms, for_cells, strict=True)
        ]
        for index in range(max(map(len, cells))):
            found = [
                self._part(row, column, pieces, index)
                for column, pieces in zip(self.columns, cells, strict=True)
            ]
            lines = dict.fromkeys((True, False), 1)
            for column, (_, count) in zip(self.columns, found, strict=True):
                is_label = column.layout is Layout.GOAL
                lines[is_label] = max(lines[is_label], count)
            height, label = (lines[is_label] * LINE + ROW_EXTRA for is_label in (False, True))
            yield PrintRow(row.goal_number, tuple(text for text, _ in found), height, label)

    def _part(
        self, row: AnnexRow, column: Column, pieces: Sequence[tuple[str, int]], index: int
    ) -> tuple[str, int]:
        """Return what a cell holds in an item's so many-th row: names stand again in each."""
        if index < len(pieces):
            return pieces[index]
        if column.layout is not Layout.TEXT:
            return pieces[-1]
        return (row.label + CONTINUED if column.says_item else "", 1)

    def _pieces(
        self, row: AnnexRow, column: Column, room: float, limits: Iterator[int]
    ) -> list[tuple[str, int]]:
        """Return what a cell holds, row by row, with the lines of each: so many at most."""
        if column.layout is not Layout.TEXT:
            measure = Measure(room, SIZE, fonts.advances("fang"), is_justified=False)
            names = self._names.lines_of(column.paragraphs(row), measure)
            return [("\n".join(part), len(part)) for part in _divided(names, limits)]
        text = printable("\n".join(column.paragraphs(row)))
        # Without the no-break blanks that a paragraph ends with: it would run into the next.
        paragraphs = [each.rstrip(" \u00a0") for each in text.split("\n")]
        mark = row.label + CONTINUED if column.says_item else ""
        pieces = []
        while True:
            broken = [sheet_lines(each, room) for each in paragraphs]
            count, limit = sum(map(len, broken)), next(limits)
            if count <= limit:
                pieces.append(("\n".join(map(LINE_END.join, broken)), count))
                return pieces
            lines = _as_lines(broken)
            first, rest = cut_paragraphs(paragraphs, lines, min(limit, len(lines)))
            broken = [sheet_lines(each, room) for each in first]
            pieces.append(("\n".join(map(LINE_END.join, broken)), sum(map(len, broken))))
            if not rest:
                return pieces
            paragraphs = [mark + rest[0], *rest[1:]]


def _percent(columns: Sequence[Column]) -> int:
    """Return the percentage of its size in which a table of these columns is printed."""
    texts = [each.widths.sheet for each in columns if each.layout is Layout.TEXT]
    wanted = sum(each.widths.sheet for each in columns if each.layout is not Layout.TEXT)
    if texts:
        wanted += sum(texts) * TEXT_LEAST / min(texts)
    return int(100 * max(min(TABLE_WIDTH / wanted, 1.0), READABLE))


def room_of(digits: float) -> float:
    """Return the pt that a column of this width has for words."""
    return (digits * DIGIT - _SIDES) * 72 / 96 * _KEPT


def _divided(names: list[str], limits: Iterator[int]) -> Iterator[list[str]]:
    """Yield the lines of names in parts of so many at most, cut between two names."""
    for limit in limits:
        if len(names) <= limit:
            break
        at = next((at for at in range(limit, 0, -1) if not names[at]), limit)
        yield names[:at]
        names = names[at + 1 :] if not names[at] else names[at:]
    yield names


def _as_lines(broken: Sequence[Sequence[str]]) -> list[Line]:
    """Return the lines as those who cut paragraphs want them; a blank paragraph is a line too."""
    found = []
    for number, lines in enumerate(broken):
        starts = [0, *accumulate(map(len, lines))]
        for at, text in enumerate(lines):
            is_last = at == len(lines) - 1
            found.append(Line(text.rstrip(" "), 0.0, starts[at], is_last, paragraph=number))
    return found


def sheet_lines(paragraph: str, room: float) -> list[str]:
    """Return a paragraph's lines in `room` pt, each with the blanks at its end: nothing is lost.

    A cell spreads and closes up nothing, so that the last place that fits ends the line.
    LibreOffice knows no rules for line starts in a cell that comes out of an .xlsx file and would
    begin lines with 。 and ，; the importer takes these ends for what they are.
    """
    text = paragraph.strip(" ")
    ends = [0.0, *accumulate(map(widest, text))]
    # What ends the line takes room itself: LINE_END begins with a blank.
    whole, most = room / SIZE, room / SIZE - widest(LINE_END[0])
    starts = [0]
    while ends[-1] - ends[starts[-1]] > whole:
        start = starts[-1]
        furthest = max(bisect_right(ends, ends[start] + most + 1e-9) - 1, start + 1)
        stop = _last_end(text, start, furthest)
        while stop < len(text) and text[stop] == " ":
            stop += 1
        if stop >= len(text):
            break
        starts.append(stop)
    if len(starts) > 1 and len(text) - starts[-1] <= RUNT:
        _relieve_runt(text, ends, starts, whole)
    return [text[start:stop] for start, stop in pairwise([*starts, len(text)])] or [""]


def _last_end(text: str, start: int, furthest: int) -> int:
    """Return the last place up to `furthest` where a line may end; a word too long is cut."""
    if furthest < len(text) and text[furthest] == " ":
        return furthest
    for stop in range(min(furthest, len(text) - 1), start, -1):
        if may_break(text[stop - 1], text[stop]):
            return stop
    return furthest


def _relieve_runt(text: str, ends: Sequence[float], starts: list[int], room: float) -> None:
    """End the line before a lonely last one earlier."""
    for at in range(starts[-1] - 1, starts[-2] + RUNT, -1):
        if ends[-1] - ends[at] > room:
            return
        if len(text) - at > RUNT and may_break(text[at - 1], text[at]):
            starts[-1] = at
            return


# One row an item -----------------------------------------------------------------


def flat_widths(annex: Annex) -> list[float]:
    """Return the columns' widths in digits on the sheet of one row an item."""
    columns = annex.flat
    texts = sum(column.layout is Layout.TEXT for column in columns)
    return column_widths(
        columns, min(FLAT_WIDTH + FLAT_MORE * max(texts - 2, 0), FLAT_MOST), "flat"
    )


def flat_fit(values: Sequence[int | str], widths: Sequence[float]) -> tuple[float, float]:
    """Return the size of type, and the pt, of a row of these values.

    A list is read wherever it is opened: it may rather be too tall than lose its last line.
    """
    texts = [printable(str(value)).split("\n") for value in values]
    rooms = [room_of(width) for width in widths]

    def count_lines(size: float) -> int:
        # As if the column were wider, and the type as large as ever.
        scaled = [room * SIZE / size for room in rooms]
        cells = zip(texts, scaled, strict=True)
        return max(sum(len(sheet_lines(part, room)) for part in parts) for parts, room in cells)

    return fitted(count_lines)


def fitted(count_lines: Callable[[float], int]) -> tuple[float, float]:
    """Return the size of type, and the pt, of a row that has so many lines in a size.

    It is set smaller where it would be taller than a row can be; the pt may still be more.
    """
    height = count_lines(SIZE) * LINE + ROW_EXTRA
    if height <= ROW_LIMIT:
        return SIZE, round(height, 1)
    return SMALL, round(count_lines(SMALL) * LINE_SHARE * SMALL + ROW_EXTRA, 1)


@cache
def widest(sign: str) -> float:
    """Return a character's width in the widest face that may stand in, in ems."""
    own = fonts.advances("fang")(sign)
    if sign == "%":
        return max(own, WIDEST_PERCENT)
    return max(own, WIDEST_LATIN) if sign.isascii() and sign.isalnum() else own
