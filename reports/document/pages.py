"""Planning the annex table's pages: which rows stand on which page, and where a long one is cut.

Lines are already broken (reports.document.lines), so heights are known before layout. That makes
the goal's number and name real merged cells on every page on which the goal goes on,
without asking the layout engine twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from reports.document.annex import AnnexRow, Column, Layout
from reports.document.cells import CONTINUED, Cell, measured_cell
from reports.document.lines import Measure
from reports.document.names import NameBreaker

LINE_HEIGHT = 13.65  # pt: 1.3 times 五号 (10.5 pt)
RULE = 0.5  # pt
# Padding above and below a cell's text, pt: the plan that breaks best is taken.
PADDINGS = (3.0, 2.8, 2.6, 3.2, 2.4)
# A row goes over to the next page whole unless it would leave more than this many lines blank.
BLANK_LINES = 3
# Lines of a row that is cut, at least, before and after the cut.
LINES_BEFORE, LINES_AFTER = 3, 3
FEWEST_NAME_LINES = 6  # of names that no page holds, before the cut


@dataclass(frozen=True)
class MeasuredRow:
    """One item with its cells broken into lines; also what is left of one after a cut."""

    row: AnnexRow
    cells: tuple[Cell, ...]  # in the order of the annex's columns
    marks: tuple[str, ...]  # what each cell's rest begins with after a cut
    padding: float
    whole: "MeasuredRow | None" = None  # what this is the rest of

    @property
    def is_continued(self) -> bool:
        return self.whole is not None

    @property
    def extra(self) -> float:
        """Pt beyond the lines: padding above and below, and the rule below."""
        return 2 * self.padding + RULE

    @cached_property
    def line_count(self) -> int:
        return max(1, *(len(each.lines) for each in self.cells if each.layout is not Layout.GOAL))

    @property
    def text_count(self) -> int:
        """The lines of its longest text, or of its names where they are more than a page's."""
        return max(0, *(len(each.lines) for each in self.cells if each.layout is Layout.TEXT))

    @property
    def name_count(self) -> int:
        return max(0, *(len(each.lines) for each in self.cells if each.layout is Layout.CENTRED))

    @cached_property
    def height(self) -> float:
        return self.line_count * LINE_HEIGHT + self.extra

    @cached_property
    def label_height(self) -> float:
        goals = (len(each.lines) for each in self.cells if each.layout is Layout.GOAL)
        lines = max(goals, default=0)  # in Word the goal has no column
        return lines * LINE_HEIGHT + self.extra


@dataclass(slots=True)
class Segment:
    """The rows of one goal on one page: its number and name stand once, merged over them."""

    rows: list[MeasuredRow]
    is_first: bool  # the goal begins here

    @property
    def height(self) -> float:
        return max(sum(row.height for row in self.rows), self.rows[0].label_height)

    @property
    def row_extra(self) -> float:
        """Pt to add to each row where the goal's name needs more room than its rows."""
        missing = self.rows[0].label_height - sum(row.height for row in self.rows)
        return max(missing, 0.0) / len(self.rows)


@dataclass(slots=True)
class AnnexPage:
    """One page of the annex table."""

    segments: list[Segment] = field(default_factory=list)

    @property
    def height(self) -> float:
        return sum(segment.height for segment in self.segments)

    def height_with(self, row: MeasuredRow) -> float:
        """Return the page's height if the row were added."""
        if self.goes_on(row):
            grown = Segment([*self.segments[-1].rows, row], False)
            return self.height - self.segments[-1].height + grown.height
        return self.height + max(row.height, row.label_height)

    def goes_on(self, row: MeasuredRow) -> bool:
        """Tell whether the row belongs to the goal that stands last on the page."""
        if not self.segments:
            return False
        return self.segments[-1].rows[0].row.goal_number == row.row.goal_number

    def add(self, row: MeasuredRow, is_first: bool) -> None:
        if self.goes_on(row):
            self.segments[-1].rows.append(row)
        else:
            self.segments.append(Segment([row], is_first))

    @property
    def row_count(self) -> int:
        return sum(len(segment.rows) for segment in self.segments)


def measure_row(
    row: AnnexRow, columns: Sequence[Column], measures: Sequence[Measure], names: NameBreaker
) -> MeasuredRow:
    """Break one row's cells into lines; a measure for each column."""
    pairs = zip(columns, measures, strict=True)
    return MeasuredRow(
        row=row,
        cells=tuple(measured_cell(column, row, measure, names) for column, measure in pairs),
        marks=tuple(row.label + CONTINUED if each.says_item else "" for each in columns),
        padding=PADDINGS[0],
    )


def cut_row(row: MeasuredRow, lines: int) -> tuple[MeasuredRow, MeasuredRow]:
    """Cut a row after so many lines at most: the rest says which item it is, and who leads it."""
    pairs = [_cut_cell(cell, mark, lines) for cell, mark in zip(row.cells, row.marks, strict=True)]
    before = replace(row, cells=tuple(first for first, _ in pairs))
    return before, replace(row, cells=tuple(rest for _, rest in pairs), whole=row)


def _cut_cell(cell: Cell, mark: str, lines: int) -> tuple[Cell, Cell]:
    if cell.layout is Layout.GOAL:
        return cell, cell
    return cell.cut_names(lines) if cell.layout is Layout.CENTRED else cell.cut(lines, mark)


def place_of_cut(row: MeasuredRow, room: float, page_room: float, *, is_forced: bool) -> int | None:
    """Return after how many lines to cut a row that does not fit into the room, or None.

    `is_forced`: the page is empty but for it.
    """
    available = int((room - row.extra) / LINE_HEIGHT + 1e-6)
    is_divided = row.name_count * LINE_HEIGHT + row.extra > page_room
    if is_divided or (is_forced and row.name_count > available):
        # There is no room for all its names: they are divided, and its text ends where it may.
        if not is_forced and available < FEWEST_NAME_LINES:
            return None
        left = row.text_count - available
        return available - max(LINES_AFTER - left, 0) if left > 0 else available
    if not is_forced and available <= BLANK_LINES:
        return None
    at = min(available, row.text_count - LINES_AFTER)
    # The names stand whole on both pages.
    is_too_low = at < LINES_BEFORE or row.name_count > available
    if is_too_low or (not is_forced and room < row.label_height):
        return None
    return at


def plan_pages(rows: Sequence[MeasuredRow], *, first_room: float, room: float) -> list[AnnexPage]:
    """Return the pages of the table.

    `first_room` and `room` are the pt that rows may take on the first and on every other
    page, the table's head already taken off. No row is lost and none is taller than its
    page. Of a few paddings the one is taken that cuts fewest rows, leaves least blank
    and does not end in a page with a remnant.
    """
    plans = [
        _fill_pages([replace(row, padding=padding) for row in rows], first_room, room)
        for padding in PADDINGS
    ]
    return min(plans, key=lambda pages: _badness(pages, first_room, room))


def _badness(pages: Sequence[AnnexPage], first_room: float, room: float) -> float:
    """Weigh cut rows, blank feet (beyond three lines) and a nearly empty last page."""
    rooms = [first_room, *[room] * (len(pages) - 1)]
    blanks = [limit - page.height for page, limit in zip(pages, rooms, strict=True)]
    cuts = sum(
        row.is_continued for page in pages for segment in page.segments for row in segment.rows
    )
    feet = sum(max(0.0, blank - 3 * LINE_HEIGHT) ** 2 for blank in blanks[:-1])
    lonely = len(pages) > 1 and _is_lonely(pages[-1], room)
    return cuts + feet / LINE_HEIGHT**2 + 40 * lonely


def _fill_pages(rows: Sequence[MeasuredRow], first_room: float, room: float) -> list[AnnexPage]:
    pages = [AnnexPage()]
    goal_seen: int | None = None
    for whole in rows:
        row: MeasuredRow | None = whole
        while row is not None:
            page = pages[-1]
            limit = first_room if len(pages) == 1 else room
            is_first = row.row.goal_number != goal_seen
            if page.height_with(row) <= limit:
                page.add(row, is_first)
                goal_seen = row.row.goal_number
                break
            at = place_of_cut(row, limit - page.height, room, is_forced=not page.segments)
            if at is not None:
                before, row = cut_row(row, at)
                page.add(before, is_first)
                goal_seen = row.row.goal_number
            elif not page.segments:
                page.add(row, is_first)  # cannot happen on a page of more than six lines
                break
            pages.append(AnnexPage())
    _relieve_last_page(pages, room)
    return [page for page in pages if page.segments] or [AnnexPage()]


def _relieve_last_page(pages: list[AnnexPage], room: float) -> None:
    """Give a last page that would hold a remnant, or one short row, more company.

    The row cut before it is joined again and whole rows follow from the page before,
    until the last page is a quarter full and has two rows.
    """
    while len(pages) > 1 and _is_lonely(pages[-1], room) and pages[-2].row_count > 2:
        rows = [row for segment in pages[-1].segments for row in segment.rows]
        firsts = {
            segment.rows[0].row.goal_number for segment in pages[-1].segments if segment.is_first
        }
        segment = pages[-2].segments[-1]
        moved = segment.rows.pop()
        if not segment.rows:
            pages[-2].segments.pop()
            if segment.is_first:
                firsts.add(moved.row.goal_number)
        rows[:1] = [rows[0].whole] if rows[0].whole else [moved, rows[0]]
        relieved = AnnexPage()
        for row in rows:
            relieved.add(row, row.row.goal_number in firsts)
        if relieved.height > room:
            return _put_back(pages, moved, segment)
        pages[-1] = relieved
    return None


def _is_lonely(page: AnnexPage, room: float) -> bool:
    return page.row_count < 2 or page.height < room / 4


def _put_back(pages: list[AnnexPage], moved: MeasuredRow, segment: Segment) -> None:
    if not segment.rows:
        pages[-2].segments.append(segment)
    segment.rows.append(moved)
