"""The annex as a workbook: a sheet to print and a sheet to analyse.

Heights of wrapped and merged rows are computed by nobody when a file is written, so they
are estimated here, with room to spare: nothing is cut when the sheet is printed. What a
user wrote stays text: never a formula, an error value or a link.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, NamedStyle, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from reports.document.annex import (
    Annex,
    AnnexRow,
    Column,
    Layout,
    column_widths,
    flat_heads,
    flat_rows,
    joined,
    words_of,
)
from reports.document.cells import CONTINUED, cut_paragraphs
from reports.document.fonts import ROLES
from reports.document.lines import Measure, break_paragraph, break_paragraphs, printable
from reports.document.names import NameBreaker
from reports.document.sheets import (
    FLAT,
    SIZE,
    add_flat_style,
    book_bytes,
    face,
    new_book,
    print_as_list,
    write_text,
)
from targets.importing.marks import HEADS, key_of, mark_of
from targets.importing.workbook import LINE_END, MARKS, WORD_FOR_WORD

DIGIT = 7  # pixels at 96 to the inch: a digit of the normal font, in which widths are counted
TABLE_WIDTH = 135.0  # digits; what prints on A4 at full size
LINE = 1.46 * SIZE  # pt a line in the tallest of the faces that may stand in (Noto Sans CJK)
ROW_EXTRA = 5.0
ROW_LIMIT = 409.0  # pt; a spreadsheet knows no taller row
PAGE_ROOM = 425.0  # pt for the rows under the head on a printed page
FIRST_ROOM = PAGE_ROOM - 80.0  # less the two heading rows
# The goal's number is a number in its cell.
NUMBERED = "goal_number"
CENTRED, FILLED = "附表居中", "附表正文"
_THIN = Side(style="thin", color="FF000000")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet to print: its columns, and what each holds of a line."""

    columns: list[Column]
    measures: list[Measure]
    names: NameBreaker

    @property
    def places(self) -> list[tuple[int, Column]]:
        """The columns with their numbers, from 1."""
        return list(enumerate(self.columns, start=1))


@dataclass(frozen=True, slots=True)
class PrintRow:
    """One row of the print sheet; a row too tall for one becomes several."""

    goal_number: int
    texts: tuple[str, ...]  # one for each column
    height: float  # pt that its own words need


def annex_xlsx(*annexes: Annex, created_by: str = "") -> bytes:
    """Return annexes as .xlsx: each ready to print, and 明细, one row an item with filters.

    A hidden sheet marks each row as it goes out, for when the file comes back in.

    Raises ValueError where a text is longer than a cell holds (32,767 characters).
    """
    book = new_book(annexes[0].title, created_by=created_by)
    _define_styles(book)
    sheets = [book.active, *(book.create_sheet() for _ in annexes[1:])]
    for place, (sheet, annex) in enumerate(zip(sheets, annexes, strict=True), start=1):
        _fill_print_sheet(sheet, annex, f"附表{place}" if len(annexes) > 1 else "附表")
    whole = joined(annexes)
    _fill_flat_sheet(book.create_sheet(WORD_FOR_WORD), whole)
    _fill_marks(book.create_sheet(MARKS), whole)
    return book_bytes(book)


def _define_styles(book: Workbook) -> None:
    """Name the cell styles: assigning one name is many times quicker than its parts."""
    add_flat_style(book)
    font = face("fang", SIZE)
    centred = Alignment(horizontal="center", vertical="center", wrap_text=True)
    filled = Alignment(horizontal="left", vertical="center", wrap_text=True)
    for style in (
        NamedStyle(CENTRED, font=font, border=_BOX, alignment=centred),
        NamedStyle(FILLED, font=font, border=_BOX, alignment=filled),
    ):
        book.add_named_style(style)


# The sheet to print ---------------------------------------------------------


def _fill_print_sheet(sheet: Worksheet, annex: Annex, tag: str) -> None:
    sheet.title = tag
    columns = annex.printed
    widths = column_widths(columns, TABLE_WIDTH, "sheet")
    layout = Sheet(columns, [_measure(width) for width in widths], NameBreaker(words_of(annex)))
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = round(width, 2)
    _write_headings(sheet, annex, tag)
    row = 4
    for page, rows in enumerate(_pages(layout, _print_rows(annex, layout))):
        if page:
            sheet.row_breaks.append(Break(id=row - 1))
        row = _write_page(sheet, layout, row, rows)
    _set_up_printing(sheet, last_row=max(row - 1, 3), last_column=len(columns))


def _write_headings(sheet: Worksheet, annex: Annex, tag: str) -> None:
    write_text(sheet, 1, 1, tag)
    sheet.cell(1, 1).font = face("hei", 16)
    sheet.row_dimensions[1].height = 28
    sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=len(annex.columns))
    write_text(sheet, 2, 1, annex.title)
    sheet.cell(2, 1).font = face("title", 18)
    sheet.cell(2, 1).alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.row_dimensions[2].height = 50
    for place, column in enumerate(annex.printed, start=1):
        write_text(sheet, 3, place, annex.head_of(column))
        cell = sheet.cell(3, place)
        cell.font, cell.border = face("hei", SIZE), _BOX
        cell.alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[3].height = 24


def _write_page(sheet: Worksheet, layout: Sheet, row: int, rows: Sequence[PrintRow]) -> int:
    """Write one printed page's rows with its own merged goals; return the next free row."""
    for goal in _goals(rows):
        start = row
        extra = (_goal_height(layout, goal) - sum(each.height for each in goal)) / len(goal)
        for each in goal:
            _write_row(sheet, layout, row, each, is_first=row == start)
            sheet.row_dimensions[row].height = round(each.height + extra, 1)
            row += 1
        for place, column in layout.places if row - start > 1 else ():
            if column.layout is Layout.GOAL:
                # Not merge_cells(): it would copy the borders that the cells have already.
                letter = get_column_letter(place)
                sheet.merged_cells.add(f"{letter}{start}:{letter}{row - 1}")
    return row


def _write_row(
    sheet: Worksheet, layout: Sheet, row: int, each: PrintRow, *, is_first: bool
) -> None:
    for (place, column), text, measure in zip(
        layout.places, each.texts, layout.measures, strict=True
    ):
        cell = sheet.cell(row, place)
        cell.style = FILLED if column.layout is Layout.TEXT else CENTRED
        if column.layout is Layout.GOAL and not is_first:
            continue
        if column.key == NUMBERED:
            cell.value = each.goal_number
        else:
            is_text = column.layout is Layout.TEXT
            write_text(sheet, row, place, _with_line_ends(text, measure) if is_text else text)


def _set_up_printing(sheet: Worksheet, last_row: int, last_column: int) -> None:
    setup = sheet.page_setup
    setup.paperSize, setup.orientation, setup.scale = sheet.PAPERSIZE_A4, "landscape", 100
    margins = sheet.page_margins
    # On a screen that shows things larger the same columns print up to 5% wider.
    margins.left = margins.right = 15 / 25.4
    margins.top, margins.bottom = 22 / 25.4, 20 / 25.4
    margins.header = margins.footer = 10 / 25.4
    sheet.print_options.horizontalCentered = True
    sheet.print_title_rows = "3:3"
    sheet.print_area = f"A1:{get_column_letter(last_column)}{last_row}"
    sheet.freeze_panes = "A4"
    sheet.oddFooter.center.text = "第 &P 页　共 &N 页"
    sheet.oddFooter.center.font = f"{ROLES['song'].office_name},Regular"
    sheet.oddFooter.center.size = 10


def _measure(digits: float) -> Measure:
    """Return what a column holds: 7 pixels a character at 96 to the inch, 4% kept back."""
    width = digits * DIGIT * 72 / 96 * 0.96
    return Measure(width, SIZE, _estimated_advance, is_justified=False)


def _estimated_advance(character: str) -> float:
    """Return an advance in em in the widest of the faces that may stand in (DejaVu Sans)."""
    if ord(character) >= 0x2000:
        return 1.0
    return 0.8 if character.isupper() or character in "%@&" else 0.64


def _lines(paragraph: str, measure: Measure) -> list[str]:
    """Return a paragraph's lines, each with the blanks at its end: nothing is lost."""
    whole = paragraph.strip(" ")
    starts = [line.start for line in break_paragraph(whole, measure)]
    return [whole[start:end] for start, end in pairwise([*starts, len(whole)])] or [""]


def _with_line_ends(text: str, measure: Measure) -> str:
    """Return the text with its lines ended where the rules of punctuation let them end.

    LibreOffice knows no such rules in a cell that comes out of an .xlsx file and would begin
    lines with 。 and ，. The importer takes these ends for what they are, not for paragraphs'.
    """
    # Without the no-break blanks that somebody's paragraph ends with: it would run into the next.
    paragraphs = [each.rstrip(" \u00a0") for each in printable(text).split("\n")]
    return "\n".join(LINE_END.join(_lines(paragraph, measure)) for paragraph in paragraphs)


def _height(texts: Iterable[str], measures: Iterable[Measure]) -> float:
    """Return the pt that a row of these texts needs."""
    counts = (
        sum(len(_lines(paragraph, measure)) for paragraph in printable(text).split("\n"))
        for text, measure in zip(texts, measures, strict=True)
    )
    return max(counts) * LINE + ROW_EXTRA


def _print_rows(annex: Annex, layout: Sheet) -> list[PrintRow]:
    """Return all rows; the first must fit under the headings."""
    limits = [FIRST_ROOM, *[min(ROW_LIMIT, PAGE_ROOM)] * (len(annex.rows) - 1)]
    return [
        part
        for row, limit in zip(annex.rows, limits[: len(annex.rows)], strict=True)
        for part in _parts(row, layout, limit)
    ]


def _parts(row: AnnexRow, layout: Sheet, limit: float) -> Iterator[PrintRow]:
    """Yield the print rows of an item: one, or several where it is taller than `limit` pt.

    Each says which item it is, and who leads it.
    """
    limit_lines = int((limit - ROW_EXTRA) / LINE)
    cells = [
        ["\n".join(layout.names.lines_of(column.paragraphs(row), measure))]
        if column.layout is not Layout.TEXT
        else _pieces("\n".join(column.paragraphs(row)), measure, limit_lines)
        for column, measure in zip(layout.columns, layout.measures, strict=True)
    ]
    for index in range(max(map(len, cells))):
        texts = []
        for column, pieces in zip(layout.columns, cells, strict=True):
            if column.layout is not Layout.TEXT:
                texts.append(pieces[0])
            else:
                text = pieces[index] if index < len(pieces) else ""
                texts.append(row.label + CONTINUED + text if index and column.says_item else text)
        own = [
            (text, measure)
            for text, measure, column in zip(texts, layout.measures, layout.columns, strict=True)
            if column.layout is not Layout.GOAL
        ]
        yield PrintRow(row.goal_number, tuple(texts), _height(*zip(*own, strict=True)))


def _pieces(text: str, measure: Measure, limit: int) -> list[str]:
    """Cut a text into pieces of at most `limit` lines: after a paragraph, else a sentence."""
    text = printable(text)
    # A line is kept back for the mark that the rest begins with.
    limit = max(limit - 1, 1)
    pieces: list[str] = []
    paragraphs = text.split("\n")
    while True:
        lines = break_paragraphs(paragraphs, measure)
        if len(lines) + sum(not each.strip(" ") for each in paragraphs) <= limit:
            pieces.append("\n".join(paragraphs))
            return pieces
        first, paragraphs = cut_paragraphs(paragraphs, lines, min(limit, len(lines)))
        pieces.append("\n".join(first))
        if not paragraphs:
            return pieces


def _goals(rows: Sequence[PrintRow]) -> list[list[PrintRow]]:
    """Return a page's rows by goal."""
    return [list(group) for _, group in groupby(rows, key=attrgetter("goal_number"))]


def _goal_height(layout: Sheet, rows: Sequence[PrintRow]) -> float:
    """Return the pt that a goal's rows on one page need, and its name beside them."""
    own = [
        (text, measure)
        for text, measure, column in zip(
            rows[0].texts, layout.measures, layout.columns, strict=True
        )
        if column.layout is Layout.GOAL
    ]
    label = _height(*zip(*own, strict=True)) if own else 0.0
    return max(sum(row.height for row in rows), label)


def _pages(layout: Sheet, rows: Sequence[PrintRow]) -> Iterator[list[PrintRow]]:
    """Divide the rows into printed pages; breaks are set by hand, so that merges end with them."""
    page: list[PrintRow] = []
    room = FIRST_ROOM
    for row in rows:
        if page and sum(_goal_height(layout, goal) for goal in _goals([*page, row])) > room:
            yield page
            page, room = [], PAGE_ROOM
        page.append(row)
    if page:
        yield page


# The sheet to analyse ---------------------------------------------------------


def _fill_flat_sheet(sheet: Worksheet, annex: Annex) -> None:
    widths = [column.widths.flat for column in annex.flat]
    _fill_table(sheet, flat_heads(annex), flat_rows(annex), widths)


def _fill_marks(sheet: Worksheet, annex: Annex) -> None:
    """Write what `targets.importing.marks` reads when the workbook comes back."""
    write_text(sheet, 1, 1, annex.title)
    rows = (
        (key_of(row.goal_number, row.item_number), mark_of(row.standard), mark_of(row.progress))
        for row in annex.rows
    )
    for index, cells in enumerate((HEADS, *rows), start=2):
        for column, value in enumerate(cells, start=1):
            write_text(sheet, index, column, value)
    # Not to be shown from a spreadsheet's menu: nothing on it is for people.
    sheet.sheet_state = Worksheet.SHEETSTATE_VERYHIDDEN


def _fill_table(
    sheet: Worksheet,
    heads: Sequence[str],
    rows: Sequence[Sequence[int | str | None]],
    widths: Sequence[int],
) -> None:
    for column, head in enumerate(heads, start=1):
        write_text(sheet, 1, column, head)
        sheet.cell(1, column).font = face("hei", SIZE)
        sheet.column_dimensions[get_column_letter(column)].width = widths[column - 1]
    for index, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            sheet.cell(index, column).style = FLAT
            if isinstance(value, str):
                write_text(sheet, index, column, value)
            else:
                sheet.cell(index, column).value = value
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{len(rows) + 1}"
    print_as_list(sheet)
