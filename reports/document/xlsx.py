"""The annex as a workbook: a sheet to print and a sheet to analyse. The only writer of openpyxl.

Heights of wrapped and merged rows are computed by nobody when a file is written, so they
are estimated here, with room to spare: nothing is cut when the sheet is printed. What a
user wrote stays text: never a formula, an error value or a link.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import groupby, pairwise
from operator import attrgetter

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reports.document.annex import Annex, AnnexRow, flat_heads, flat_rows
from reports.document.fonts import ROLES
from reports.document.lines import Measure, break_paragraph, printable
from reports.document.packages import without_clock
from targets.importing.marks import HEADS, key_of, mark_of
from targets.importing.workbook import LINE_END, MARKS, WORD_FOR_WORD

# Column widths hang on the normal font; this one has a metric twin on every system, the
# Chinese ones have not. In digits of it, 7 pixels each at 96 to the inch.
NORMAL_FONT, NORMAL_SIZE, DIGIT = "Arial", 10, 7
WIDTHS = (5.5, 11.5, 36.0, 67.0, 15.0)
SIZE = 10.5  # 五号
LINE = 1.46 * SIZE  # pt a line in the tallest of the faces that may stand in (Noto Sans CJK)
ROW_EXTRA = 5.0
ROW_LIMIT = 409.0  # pt; a spreadsheet knows no taller row
PAGE_ROOM = 425.0  # pt for the rows under the head on a printed page
FIRST_ROOM = PAGE_ROOM - 80.0  # less the two heading rows
CELL_LIMIT = 32_767  # characters; a spreadsheet knows no longer cell
CONTINUED = "（续）"
CENTRED, FILLED, FLAT = "附表居中", "附表正文", "明细正文"
# The file's own clock: a workbook of the same content has the same bytes.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_THIN = Side(style="thin", color="FF000000")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_FLAT_WIDTHS = (9, 24, 9, 50, 70, 24, 24, 12)


@dataclass(frozen=True, slots=True)
class PrintRow:
    """One row of the print sheet; a row too tall for one becomes several."""

    goal_number: int
    goal_name: str
    standard: str
    progress: str
    units: str
    height: float  # pt that its own words need


def annex_xlsx(annex: Annex, *, created_by: str = "") -> bytes:
    """Return the annex as .xlsx: 附表, ready to print, and 明细, one row an item with filters.

    A hidden sheet marks each row as it goes out, for when the file comes back in.

    Raises ValueError where a text is longer than a cell holds (32,767 characters).
    """
    book = Workbook()
    book.properties.creator = printable(created_by)
    book.properties.title = printable(annex.title)
    book.properties.created = book.properties.modified = _EPOCH
    _define_styles(book)
    _fill_print_sheet(book.active, annex)
    _fill_flat_sheet(book.create_sheet(WORD_FOR_WORD), annex)
    _fill_marks(book.create_sheet(MARKS), annex)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        # Not Workbook.save(): it writes the time of saving into the properties.
        ExcelWriter(book, archive).write_data()
    return without_clock(buffer.getvalue())


def table_xlsx(
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[int | str | None]],
    widths: Sequence[int],
) -> bytes:
    """Return a list as .xlsx, one row each, with filters; widths in digits.

    Raises ValueError where a text is longer than a cell holds (32,767 characters).
    """
    book = Workbook()
    book.properties.title = printable(title)
    book.properties.created = book.properties.modified = _EPOCH
    _define_styles(book)
    sheet = book.active
    sheet.title = printable(title)
    _fill_table(sheet, heads, rows, widths)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        ExcelWriter(book, archive).write_data()
    return without_clock(buffer.getvalue())


def _define_styles(book: Workbook) -> None:
    """Name the cell styles: assigning one name is many times quicker than its parts."""
    font = _font("fang", SIZE)
    centred = Alignment(horizontal="center", vertical="center", wrap_text=True)
    filled = Alignment(horizontal="left", vertical="center", wrap_text=True)
    top = Alignment(vertical="top", wrap_text=True)
    for style in (
        NamedStyle(CENTRED, font=font, border=_BOX, alignment=centred),
        NamedStyle(FILLED, font=font, border=_BOX, alignment=filled),
        NamedStyle(FLAT, font=font, alignment=top),
    ):
        book.add_named_style(style)
    normal = book._named_styles["Normal"]  # openpyxl gives no other way to the default font
    normal.font = Font(name=NORMAL_FONT, size=NORMAL_SIZE)


def _write_text(sheet: Worksheet, row: int, column: int, value: str) -> None:
    """Write a text that stays one, whatever it begins with."""
    text = printable(value)
    if len(text) > CELL_LIMIT:
        raise ValueError(
            f"第{row}行第{column}列有{len(text)}个字符，超过单元格上限{CELL_LIMIT}个。"
        )
    cell = sheet.cell(row, column)
    cell.value = text
    # openpyxl guesses "=…" to be a formula and "#N/A" an error value.
    cell.data_type = "s"
    if text.startswith(("=", "+", "-", "@")):
        cell.quotePrefix = True


# The sheet to print ---------------------------------------------------------


def _fill_print_sheet(sheet: Worksheet, annex: Annex) -> None:
    sheet.title = "附表"
    for index, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    _write_headings(sheet, annex)
    row = 4
    for page, rows in enumerate(_pages(_print_rows(annex))):
        if page:
            sheet.row_breaks.append(Break(id=row - 1))
        row = _write_page(sheet, row, rows)
    _set_up_printing(sheet, annex, last_row=max(row - 1, 3))


def _write_headings(sheet: Worksheet, annex: Annex) -> None:
    _write_text(sheet, 1, 1, "附表")
    sheet.cell(1, 1).font = _font("hei", 16)
    sheet.row_dimensions[1].height = 28
    sheet.merge_cells("A2:E2")
    _write_text(sheet, 2, 1, annex.title)
    sheet.cell(2, 1).font = _font("title", 18)
    sheet.cell(2, 1).alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.row_dimensions[2].height = 50
    for column, head in enumerate(annex.heads, start=1):
        _write_text(sheet, 3, column, head)
        cell = sheet.cell(3, column)
        cell.font, cell.border = _font("hei", SIZE), _BOX
        cell.alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[3].height = 24


@cache
def _font(key: str, size: float) -> Font:
    return Font(name=ROLES[key].office_name, size=size)


def _write_page(sheet: Worksheet, row: int, rows: Sequence[PrintRow]) -> int:
    """Write one printed page's rows with its own merged goals; return the next free row."""
    for goal in _goals(rows):
        start = row
        extra = (_goal_height(goal) - sum(each.height for each in goal)) / len(goal)
        for each in goal:
            _write_row(sheet, row, each, is_first=row == start)
            sheet.row_dimensions[row].height = round(each.height + extra, 1)
            row += 1
        for column in (1, 2) if row - start > 1 else ():
            # Not merge_cells(): it would copy the borders that the cells have already.
            letter = get_column_letter(column)
            sheet.merged_cells.add(f"{letter}{start}:{letter}{row - 1}")
    return row


def _write_row(sheet: Worksheet, row: int, each: PrintRow, *, is_first: bool) -> None:
    values = (each.goal_number, each.goal_name) if is_first else (None, None)
    filled = (_with_line_ends(each.standard, 2), _with_line_ends(each.progress, 3))
    for column, value in enumerate((*values, *filled, each.units), start=1):
        cell = sheet.cell(row, column)
        cell.style = FILLED if column in (3, 4) else CENTRED
        if isinstance(value, str):
            _write_text(sheet, row, column, value)
        else:
            cell.value = value


def _set_up_printing(sheet: Worksheet, annex: Annex, last_row: int) -> None:
    setup = sheet.page_setup
    setup.paperSize, setup.orientation, setup.scale = sheet.PAPERSIZE_A4, "landscape", 100
    margins = sheet.page_margins
    # On a screen that shows things larger the same columns print up to 5% wider.
    margins.left = margins.right = 15 / 25.4
    margins.top, margins.bottom = 22 / 25.4, 20 / 25.4
    margins.header = margins.footer = 10 / 25.4
    sheet.print_options.horizontalCentered = True
    sheet.print_title_rows = "3:3"
    sheet.print_area = f"A1:E{last_row}"
    sheet.freeze_panes = "A4"
    sheet.oddFooter.center.text = "第 &P 页　共 &N 页"
    sheet.oddFooter.center.font = f"{ROLES['song'].office_name},Regular"
    sheet.oddFooter.center.size = 10


def _column_measure(column: int) -> Measure:
    """Return what a column holds: 7 pixels a character at 96 to the inch, 4% kept back."""
    width = WIDTHS[column] * DIGIT * 72 / 96 * 0.96
    return Measure(width, SIZE, _estimated_advance, is_justified=False, shrink=0.0)


def _estimated_advance(character: str) -> float:
    """Return an advance in em in the widest of the faces that may stand in (DejaVu Sans)."""
    if ord(character) >= 0x2000:
        return 1.0
    return 0.8 if character.isupper() or character in "%@&" else 0.64


def _lines(paragraph: str, column: int) -> list[str]:
    """Return a paragraph's lines, each with the blanks at its end: nothing is lost."""
    whole = paragraph.strip(" ")
    starts = [line.start for line in break_paragraph(whole, _column_measure(column))]
    return [whole[start:end] for start, end in pairwise([*starts, len(whole)])] or [""]


def _with_line_ends(text: str, column: int) -> str:
    """Return the text with its lines ended where the rules of punctuation let them end.

    LibreOffice knows no such rules in a cell that comes out of an .xlsx file and would begin
    lines with 。 and ，. The importer takes these ends for what they are, not for paragraphs'.
    """
    # Without the no-break blanks that somebody's paragraph ends with: it would run into the next.
    paragraphs = [each.rstrip(" \u00a0") for each in printable(text).split("\n")]
    return "\n".join(LINE_END.join(_lines(paragraph, column)) for paragraph in paragraphs)


def _line_count(text: str, column: int) -> int:
    return sum(len(_lines(paragraph, column)) for paragraph in printable(text).split("\n"))


def _height(*texts: tuple[str, int]) -> float:
    return max(_line_count(text, column) for text, column in texts) * LINE + ROW_EXTRA


def _print_rows(annex: Annex) -> list[PrintRow]:
    """Return all rows; the first must fit under the headings."""
    limits = [FIRST_ROOM, *[min(ROW_LIMIT, PAGE_ROOM)] * (len(annex.rows) - 1)]
    return [
        part
        for row, limit in zip(annex.rows, limits[: len(annex.rows)], strict=True)
        for part in _parts(row, limit)
    ]


def _parts(row: AnnexRow, limit: float) -> Iterator[PrintRow]:
    """Yield the print rows of an item: one, or several where it is taller than `limit` pt."""
    lines = int((limit - ROW_EXTRA) / LINE)
    standards = _pieces(row.numbered_standard, 2, lines)
    progresses = _pieces(row.progress, 3, lines)
    units = "\n".join(row.lead_units)
    for index in range(max(len(standards), len(progresses))):
        standard = standards[index] if index < len(standards) else ""
        progress = progresses[index] if index < len(progresses) else ""
        if index and not standard:
            standard = row.label + CONTINUED
        height = _height((standard, 2), (progress, 3), (units, 4))
        yield PrintRow(row.goal_number, row.goal_name, standard, progress, units, height)


def _pieces(text: str, column: int, limit: int) -> list[str]:
    """Cut a text into pieces of at most `limit` lines, at line ends, nothing added or lost."""
    text = printable(text)
    pieces: list[str] = []
    held: list[str] = []
    count = 0
    for paragraph in text.split("\n"):
        lines = _lines(paragraph, column)
        start = 0
        while start < len(lines):
            room = limit - count
            held.append("".join(lines[start : start + room]))
            count += len(lines[start : start + room])
            start += room
            if count >= limit:
                pieces.append("\n".join(held))
                held, count = [], 0
    if held or not pieces:
        pieces.append("\n".join(held))
    return pieces


def _goals(rows: Sequence[PrintRow]) -> list[list[PrintRow]]:
    """Return a page's rows by goal."""
    return [list(group) for _, group in groupby(rows, key=attrgetter("goal_number"))]


def _goal_height(rows: Sequence[PrintRow]) -> float:
    """Return the pt that a goal's rows on one page need, and its name beside them."""
    return max(sum(row.height for row in rows), _height((rows[0].goal_name, 1)))


def _pages(rows: Sequence[PrintRow]) -> Iterator[list[PrintRow]]:
    """Divide the rows into printed pages; breaks are set by hand, so that merges end with them."""
    page: list[PrintRow] = []
    room = FIRST_ROOM
    for row in rows:
        if page and sum(map(_goal_height, _goals([*page, row]))) > room:
            yield page
            page, room = [], PAGE_ROOM
        page.append(row)
    if page:
        yield page


# The sheet to analyse ---------------------------------------------------------


def _fill_flat_sheet(sheet: Worksheet, annex: Annex) -> None:
    _fill_table(sheet, flat_heads(annex), flat_rows(annex), _FLAT_WIDTHS)


def _fill_marks(sheet: Worksheet, annex: Annex) -> None:
    """Write what `targets.importing.marks` reads when the workbook comes back."""
    _write_text(sheet, 1, 1, annex.title)
    rows = (
        (key_of(row.goal_number, row.item_number), mark_of(row.standard), mark_of(row.progress))
        for row in annex.rows
    )
    for index, cells in enumerate((HEADS, *rows), start=2):
        for column, value in enumerate(cells, start=1):
            _write_text(sheet, index, column, value)
    # Not to be shown from a spreadsheet's menu: nothing on it is for people.
    sheet.sheet_state = Worksheet.SHEETSTATE_VERYHIDDEN


def _fill_table(
    sheet: Worksheet,
    heads: Sequence[str],
    rows: Sequence[Sequence[int | str | None]],
    widths: Sequence[int],
) -> None:
    for column, head in enumerate(heads, start=1):
        _write_text(sheet, 1, column, head)
        sheet.cell(1, column).font = _font("hei", SIZE)
        sheet.column_dimensions[get_column_letter(column)].width = widths[column - 1]
    for index, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            sheet.cell(index, column).style = FLAT
            if isinstance(value, str):
                _write_text(sheet, index, column, value)
            else:
                sheet.cell(index, column).value = value
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{len(rows) + 1}"
    sheet.freeze_panes = "A2"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
