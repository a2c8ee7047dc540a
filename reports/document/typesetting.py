"""The circular as a page design: content to HTML and CSS in the layout of GB/T 9704-2012.

Sizes are in pt unless a name says otherwise. What CSS cannot know beforehand (line ends,
page ends, merged cells, whether a blank page comes before the distribution block) is
worked out here; everything else is in templates/reports/circular/.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.template.loader import render_to_string

from reports.document import fonts
from reports.document.annex import COLUMNS, PRINTED, Annex, Column, Layout, column_widths, words_of
from reports.document.cells import Cell
from reports.document.content import CircularContent, Orientation
from reports.document.lines import Measure, break_paragraph
from reports.document.names import NameBreaker
from reports.document.pages import (
    LINE_HEIGHT,
    PADDINGS,
    AnnexPage,
    MeasuredRow,
    Segment,
    measure_row,
    plan_pages,
)
from reports.document.pdf import Variant, count_pages, render_pdf
from reports.document.setting import (
    BODY_SIZE,
    BODY_SPACING,
    STEP,
    STEPS,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    SetLine,
    body_paragraphs,
    set_line,
    set_lines,
)

GRID = 28.95  # 22 lines in 225 mm [5.2.3]
TITLE_SIZE, BLOCK_SIZE = 22.0, 14.0  # 2号, 4号
TABLE_SIZE = 10.5  # 五号
ANNEX_TITLE_SIZE = 18.0  # 小二号: the source's title then takes one landscape line
TABLE_HEAD = LINE_HEIGHT + 9.5  # the head row with padding and rules
BLOCK_LINE = 25.0  # line pitch of the distribution block
_CELL_SIDES, _CENTRED_SIDES = 8.5, 4.5  # padding left and right, and the rule
MARKED = "goal_name"  # the column whose cells are the PDF's bookmarks
_SAFETY = 1.0  # pt of each annex page that stay free against rounding


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
    return column_widths(columns, GEOMETRIES[orientation].width, orientation.value)


def _width(text: str, face: str, size: float) -> float:
    advance = fonts.advances(face)
    return sum(advance(character) for character in text) * size


def signature_indents(content: CircularContent) -> tuple[float, float]:
    """Return how far name and date stand from the right, in pt [7.3.5].

    With a seal the date stands four characters in and the name is centred over it;
    without one the name stands two in and the date begins two right of the name.
    """
    name = _width(content.issuer, "fang", BODY_SIZE)
    day = _width(content.date_text, "fang", BODY_SIZE)
    if content.is_sealed:
        date_right = 4 * BODY_SIZE
        name_right = date_right + (day - name) / 2
        if name_right < 0:  # a long name keeps to the text area, and the date to its middle
            date_right, name_right = (name - day) / 2, 0.0
    else:
        name_right = 2 * BODY_SIZE
        date_right = name_right + name - 2 * BODY_SIZE - day
        if date_right < 2 * BODY_SIZE:  # a short name: the date is the longer line
            date_right = 2 * BODY_SIZE
            name_right = date_right + day + 2 * BODY_SIZE - name
    return round(name_right, 2), round(date_right, 2)


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


def _measured_rows(content: CircularContent) -> list[MeasuredRow]:
    columns = content.annex.printed
    measures = _column_measures(columns, content.orientation)
    names = NameBreaker(words_of(content.annex))
    return [measure_row(row, columns, measures, names) for row in content.annex.rows]


def _annex_title_lines(annex: Annex, geometry: Geometry) -> list[str]:
    measure = Measure(geometry.width, ANNEX_TITLE_SIZE, fonts.advances("title"))
    if _width(annex.title, "title", ANNEX_TITLE_SIZE) <= geometry.width:
        return [annex.title]
    at = annex.title.find("第") if "季度" in annex.title else -1
    if at > 0 and _width(annex.title[:at], "title", ANNEX_TITLE_SIZE) <= geometry.width:
        return [annex.title[:at], annex.title[at:]]
    return [line.text for line in break_paragraph(annex.title, measure)]


def plan_annex(content: CircularContent) -> list[AnnexPage]:
    """Return the annex's pages with their rows, measured in the faces in use."""
    geometry = GEOMETRIES[content.orientation]
    title_lines = _annex_title_lines(content.annex, geometry)
    room = geometry.height - TABLE_HEAD - _SAFETY
    return plan_pages(
        _measured_rows(content),
        first_room=room - annex_heading_height(len(title_lines)),
        room=room,
    )


def tall_rows(content: CircularContent) -> frozenset[int]:
    """Return the indexes of the annex's rows that are taller than a quarter of a page.

    Word may break these; kept whole they would leave too large a foot blank before them.
    """
    geometry = GEOMETRIES[content.orientation]
    limit = (geometry.height - TABLE_HEAD) / 4
    rows = enumerate(_measured_rows(content))
    return frozenset(index for index, row in rows if row.height > limit)


def annex_heading_height(title_lines: int) -> float:
    """Return the pt above the table on the annex's first page: 附表, a line, the title [7.3.7]."""
    return GRID * (2 + title_lines) + GRID / 2


def _page_context(
    page: AnnexPage, columns: Sequence[Column], started: set[int]
) -> list[dict[str, Any]]:
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
                context.append({"lines": set_lines(cell.lines), "height": height})
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
    return {"lines": lines, "css_class": "c"}


def _block_place(content: CircularContent, pages: list[AnnexPage], last_number: int) -> str:
    """Return where the distribution block goes: "shared", "after" or "blank" [7.4, 7.5].

    It stands at the foot of the last page, which must be an even one: under a portrait
    annex where there is room for it; else on a page of its own, before which a blank
    page may be needed. Then neither bears a number.
    """
    block = 4 * BLOCK_LINE
    geometry = GEOMETRIES[content.orientation]
    used = pages[-1].height + TABLE_HEAD
    if len(pages) == 1:
        used += annex_heading_height(len(_annex_title_lines(content.annex, geometry)))
    is_even = last_number % 2 == 0
    if content.orientation is Orientation.PORTRAIT and is_even and used + block <= geometry.height:
        return "shared"
    return "blank" if is_even else "after"


def _context(content: CircularContent) -> dict[str, Any]:
    geometry = GEOMETRIES[content.orientation]
    name = f"附表：{content.annex.title}"
    runover = 3 * BODY_SIZE  # under the name's first character
    first = Measure(
        TEXT_WIDTH - 2 * BODY_SIZE, BODY_SIZE, fonts.advances("fang"), spacing=BODY_SPACING
    )
    head = break_paragraph(name, first)
    note = [set_line(line) for line in head[:1]]
    if len(head) > 1:
        rest = replace(first, width=first.width - runover)
        note += [set_line(line) for line in break_paragraph(name[len(head[0].text) :], rest)]
    return {
        "content": content,
        "paragraphs": body_paragraphs(content.body),
        "note": note,
        "signature": signature_indents(content),
        "annex_title_lines": _annex_title_lines(content.annex, geometry),
        "annex_heading": "h2",
        "heads": [content.annex.head_of(column) for column in content.annex.printed],
    }


def _document(context: dict[str, Any]) -> str:
    html = render_to_string("reports/circular/document.html", context)
    return fonts.with_substitutes(html)


def circular_html(content: CircularContent) -> str:
    """Return the complete HTML of a circular with its annex, ready for `circular_css`."""
    context = _context(content)
    front = _document({**context, "only_front": True})
    pages = plan_annex(content)
    last_number = count_pages(front, _css_of(content)) + len(pages)
    started: set[int] = set()
    return _document(
        {
            **context,
            "pages": [_page_context(page, content.annex.printed, started) for page in pages],
            "padding": _padding(pages),
            "block": _block_place(content, pages, last_number),
        },
    )


def annex_html(content: CircularContent) -> str:
    """Return the complete HTML of the annex alone, numbered from 1."""
    started: set[int] = set()
    pages = plan_annex(content)
    return _document(
        {
            **_context(content),
            "only_annex": True,
            "annex_heading": "h1",
            "pages": [_page_context(page, content.annex.printed, started) for page in pages],
            "padding": _padding(pages),
        },
    )


def _padding(pages: list[AnnexPage]) -> str:
    """Return the class of the padding that the plan was made with."""
    segments = pages[0].segments
    return f"p{PADDINGS.index(segments[0].rows[0].padding)}" if segments else "p0"


@cache
def circular_css(orientation: Orientation, columns: tuple[str, ...] = PRINTED) -> str:
    """Return the stylesheet of the document for the faces that are installed."""
    geometry = GEOMETRIES[orientation]
    widths = print_widths([COLUMNS[key] for key in columns], orientation)
    return render_to_string(
        "reports/circular/document.css",
        {
            "font_files": fonts.font_files(),
            "faces": {key: fonts.css_stack(key) for key in fonts.ROLES},
            "title_weight": fonts.css_weight("title"),
            "is_landscape": orientation is Orientation.LANDSCAPE,
            "columns": [f"{width:.2f}" for width in widths],
            "table_width": f"{geometry.width:.2f}",
            "line_height": LINE_HEIGHT,
            "paddings": PADDINGS,
            "grid": GRID,
            "wider": [(step, f"{step * STEP:.2f}") for step in range(1, STEPS + 1)],
            "tighter": [(step, f"{-step * STEP:.2f}") for step in range(1, STEPS + 1)],
        },
    )


def _css_of(content: CircularContent) -> str:
    return circular_css(content.orientation, content.annex.columns)


def circular_pdf(content: CircularContent, variant: Variant = Variant.PRINT) -> bytes:
    """Return the circular with its annex as PDF."""
    return render_pdf(circular_html(content), _css_of(content), variant)


def annex_pdf(content: CircularContent, variant: Variant = Variant.PRINT) -> bytes:
    """Return the annex alone as PDF."""
    return render_pdf(annex_html(content), _css_of(content), variant)
