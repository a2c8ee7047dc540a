"""The annex's pages: columns measured, rows planned onto pages, and what the template fills in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.document import fonts
from reports.document.annex import Annex, Column, Layout, column_widths, words_of
from reports.document.cells import Cell
from reports.document.content import CircularContent, Orientation
from reports.document.lines import Measure
from reports.document.names import NameBreaker, annex_title_at_words
from reports.document.pages import (
    LINE_HEIGHT,
    PADDINGS,
    AnnexPage,
    MeasuredRow,
    Segment,
    measure_row,
    plan_pages,
)
from reports.document.setting import (
    GRID,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    SetLine,
    set_lines,
)

TABLE_SIZE = 10.5  # 五号
ANNEX_TITLE_SIZE = 22.0  # 2号 [7.3.7, 7.3.1]
TABLE_HEAD = LINE_HEIGHT + 9.5  # the head row of one line with padding and rules
_HEAD_SIDES = 2.5
NARROWEST = 5 * TABLE_SIZE + 8.5  # a text column of five characters, padding and rule
_CELL_SIDES, _CENTRED_SIDES = 8.5, 4.5  # padding left and right, and the rule
_SAFETY = 1.0  # pt of each annex page that stay free against rounding
MARKED = "goal_name"  # the column whose cells are the PDF's bookmarks
BLOCK_LINE = 25.0  # line pitch of the distribution block


@dataclass(frozen=True, slots=True)
class Geometry:
    """The annex's pages in one orientation."""

    width: float
    height: float


GEOMETRIES = {
    Orientation.LANDSCAPE: Geometry(TEXT_HEIGHT, TEXT_WIDTH),
    Orientation.PORTRAIT: Geometry(TEXT_WIDTH, TEXT_HEIGHT),
}


def print_widths(columns: Sequence[Column], orientation: Orientation) -> list[float]:
    """Return how wide the annex's columns are in print and in Word, in pt."""
    width = GEOMETRIES[orientation].width
    return column_widths(columns, width, orientation.value, NARROWEST)


def head_lines(annex: Annex, orientation: Orientation) -> list[list[str]]:
    """Return each column's head in lines that fit it."""
    breaker, advance = NameBreaker(), fonts.advances("hei")
    return [
        breaker.lines(annex.head_of(column), Measure(width - _HEAD_SIDES, TABLE_SIZE, advance))
        for column, width in zip(
            annex.printed, print_widths(annex.printed, orientation), strict=True
        )
    ]


def head_height(annex: Annex, orientation: Orientation) -> float:
    """Return the pt that the table's head takes on every page."""
    return TABLE_HEAD + LINE_HEIGHT * (max(map(len, head_lines(annex, orientation))) - 1)


def _column_measures(columns: Sequence[Column], orientation: Orientation) -> list[Measure]:
    """Return what each column's text is set into."""
    advance = fonts.advances("fang")
    widths = zip(columns, print_widths(columns, orientation), strict=True)
    return [
        Measure(width - _CELL_SIDES, TABLE_SIZE, advance)
        if column.layout is Layout.TEXT
        else Measure(width - _CENTRED_SIDES, TABLE_SIZE, advance, is_justified=False)
        for column, width in widths
    ]


def _measured_rows(annex: Annex, orientation: Orientation) -> list[MeasuredRow]:
    columns = annex.printed
    measures = _column_measures(columns, orientation)
    names = NameBreaker(words_of(annex))
    return [measure_row(row, columns, measures, names) for row in annex.rows]


def annex_title_lines(annex: Annex, orientation: Orientation) -> list[str]:
    """Break the title by sense, before the quarter's name where it can."""
    width = GEOMETRIES[orientation].width
    return annex_title_at_words(annex, Measure(width, ANNEX_TITLE_SIZE, fonts.advances("title")))


def plan_annex(content: CircularContent, annex: Annex | None = None) -> list[AnnexPage]:
    """Return an annex's pages with their rows, measured in the faces in use; the first's."""
    annex = annex or content.annex
    geometry = GEOMETRIES[content.orientation]
    title_lines = annex_title_lines(annex, content.orientation)
    room = geometry.height - head_height(annex, content.orientation) - _SAFETY
    return plan_pages(
        _measured_rows(annex, content.orientation),
        first_room=room - annex_heading_height(len(title_lines)),
        room=room,
    )


def annex_heading_height(title_lines: int) -> float:
    """Return the pt above the table on the annex's first page: 附表, a line, the title [7.3.7]."""
    return GRID * (2 + title_lines) + GRID / 2


# A template that asks for a name that is not there takes fifty times as long.
_PLAIN = {"css_class": "", "span": 0, "mark": "", "height": ""}


def _page_context(
    page: AnnexPage, columns: Sequence[Column], started: set[int]
) -> list[list[dict[str, Any]]]:
    return [row for segment in page.segments for row in _segment_context(segment, columns, started)]


def _segment_context(
    segment: Segment, columns: Sequence[Column], started: set[int]
) -> list[list[dict[str, Any]]]:
    """Return the rows of a goal on one page, the goal's own cells merged into the first."""
    goal = segment.rows[0].row
    mark = "" if goal.goal_number in started else f"{goal.goal_number}　{goal.goal_name}"
    started.add(goal.goal_number)
    rows = []
    for index, row in enumerate(segment.rows):
        height = f"{row.height + segment.row_extra:.2f}" if segment.row_extra else ""
        context = []
        for column, cell in zip(columns, row.cells, strict=True):
            if cell.layout is Layout.TEXT:
                context.append(_PLAIN | {"lines": set_lines(cell.lines), "height": height})
            elif cell.layout is Layout.CENTRED:
                context.append(_centred(cell) | {"height": height})
            elif index == 0:
                marked = {"mark": mark if column.key == MARKED else ""}
                context.append(_centred(cell) | marked | {"span": len(segment.rows)})
                continue
            else:
                continue
            height = ""
        rows.append(context)
    return rows


def _centred(cell: Cell) -> dict[str, Any]:
    lines = [SetLine("\n".join(line.text for line in cell.lines), "")]
    return _PLAIN | {"lines": lines, "css_class": "c"}


def annex_room_left(content: CircularContent, annex: Annex, pages: list[AnnexPage]) -> float:
    """Return the pt that the annex's last page leaves blank."""
    geometry = GEOMETRIES[content.orientation]
    used = pages[-1].height + head_height(annex, content.orientation)
    if len(pages) == 1:
        used += annex_heading_height(len(annex_title_lines(annex, content.orientation)))
    return geometry.height - used


def annex_context(
    content: CircularContent, annex: Annex, pages: list[AnnexPage], place: int
) -> dict[str, Any]:
    """Return what the template fills in; `place` counts the annexes from 1."""
    started: set[int] = set()
    return {
        "tag": annex_tag(content, place),
        "table_class": f"a{place} {_padding(pages)}",
        "title_lines": annex_title_lines(annex, content.orientation),
        "heads": ["\n".join(lines) for lines in head_lines(annex, content.orientation)],
        "pages": [_page_context(page, annex.printed, started) for page in pages],
    }


def annex_tag(content: CircularContent, place: int) -> str:
    """Return what stands over an annex: 附表, or 附表1 where there are several."""
    return f"附表{place}" if len(content.annexes) > 1 else "附表"


def _padding(pages: list[AnnexPage]) -> str:
    """Return the class of the padding that the plan was made with."""
    segments = pages[0].segments
    return f"p{PADDINGS.index(segments[0].rows[0].padding)}" if segments else "p0"
