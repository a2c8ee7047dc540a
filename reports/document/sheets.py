"""What every workbook of ours shares: text that stays text, and files without a clock."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import accumulate

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, NamedStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reports.document.fonts import ROLES
from reports.document.lines import printable
from reports.document.packages import without_clock
from targets.spreadsheets import looks_like_formula

# openpyxl writes a font's parts in an order of its own; Excel's schema knows this one alone.
_ORDER = ("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz")
Font.__elements__ = (*_ORDER, "color", "name", "family", "charset", "scheme")
# Column widths hang on the normal font; this one has a metric twin on every system, the
# Chinese ones have not. At this size a digit is 7.04 pixels wide: Excel, which counts in whole
# pixels, and LibreOffice, which does not, make columns alike.
_NORMAL = Font(name="Arial", size=9.5)
SIZE = 10.5  # 五号
SMALL = 9.0  # 小五: of a row whose text would be taller than a row can be
# Says that a face is a Chinese one: where it is missing, Windows takes a Chinese one for it.
_GB2312 = 134
FLAT, FLAT_SMALL = "明细正文", "明细小字"
# How a list prints, in digits. On A4 across at full size: 5% less than there is, as a screen that
# shows things larger makes the same columns wider. Type smaller than this share nobody reads.
PAPER_WIDTH, READABLE = 142.0, 0.7
_LABELS = 45.0  # of the first columns, which stand again on every page across
CELL_LIMIT = 32_767  # characters; a spreadsheet knows no longer cell
# The file's own clock: a workbook of the same content has the same bytes.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def new_book(title: str, *, created_by: str | None = None, write_only: bool = False) -> Workbook:
    """Return an empty workbook under its title; `write_only` keeps no row that was written."""
    book = Workbook(write_only=write_only)
    book._named_styles["Normal"].font = _NORMAL  # openpyxl gives no other way to it
    if created_by is not None:
        book.properties.creator = printable(created_by)
    book.properties.title = printable(title)
    book.properties.created = book.properties.modified = _EPOCH
    return book


class _MeasuredRow(RowDimension):  # type: ignore[misc]  # openpyxl has no types
    """A row whose height was measured, and is not held to it.

    Held fast (customHeight, which openpyxl always writes) LibreOffice would cut words off
    where a face taller than those we know of stands in; so they stand over the row's edge.
    """

    @property
    def customHeight(self) -> bool:  # noqa: N802 - the attribute's name in the file
        return False


def set_measured_height(sheet: Worksheet, row: int, height: float) -> None:
    """Give a row the height, in pt, that its words need."""
    sheet.row_dimensions[row] = _MeasuredRow(sheet, index=row, ht=height)


@cache
def face(key: str, size: float) -> Font:
    """Return the font of a role, by the name that Office programs know."""
    return Font(name=ROLES[key].office_name, size=size, charset=_GB2312)


def add_flat_style(book: Workbook) -> None:
    """Name the style of a list's cells: assigning one name is many times quicker than its parts."""
    top = Alignment(vertical="top", wrap_text=True)
    for name, size in ((FLAT, SIZE), (FLAT_SMALL, SMALL)):
        book.add_named_style(NamedStyle(name, font=face("fang", size), alignment=top))


def print_as_list(
    sheet: Worksheet | WriteOnlyWorksheet, widths: Sequence[float], head_row: int = 1
) -> None:
    """Keep a list's heads in sight, and let it print on A4 across, heads on every page.

    `widths` are those of the columns that print, in digits. Where they are too many for one page
    in type that can be read, the list goes on to the right, and its first columns stand again.
    """
    sheet.freeze_panes = f"A{head_row + 1}"
    setup, margins = sheet.page_setup, sheet.page_margins
    setup.paperSize, setup.orientation = Worksheet.PAPERSIZE_A4, "landscape"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    labels = _label_count(widths)
    setup.fitToWidth, setup.fitToHeight = _pages_across(widths, labels), 0
    setup.pageOrder = "overThenDown"
    margins.left = margins.right = 10 / 25.4
    margins.top, margins.bottom = 15 / 25.4, 18 / 25.4
    margins.header = margins.footer = 8 / 25.4
    sheet.print_title_rows = f"{head_row}:{head_row}"
    if labels and setup.fitToWidth > 1:
        sheet.print_title_cols = f"A:{get_column_letter(labels)}"
    sheet.print_options.gridLines = sheet.print_options.horizontalCentered = True


def _label_count(widths: Sequence[float]) -> int:
    """Return how many columns say which thing a row is about."""
    reached = accumulate(widths)
    return sum(width <= _LABELS for width in reached)


def _pages_across(widths: Sequence[float], labels: int) -> int:
    """Return how many pages lie side by side in type that can be read; no column is divided."""
    room = PAPER_WIDTH / READABLE - sum(widths[:labels])
    pages, left = 1, room
    for width in widths[labels:]:
        if width > left:
            pages, left = pages + 1, room
        left -= width
    return pages


def number_pages(sheet: Worksheet | WriteOnlyWorksheet, text: str) -> None:
    """Number a sheet's pages from 1, wherever it stands among the others."""
    sheet.page_setup.firstPageNumber, sheet.page_setup.useFirstPageNumber = 1, True
    sheet.HeaderFooter.scaleWithDoc = False  # as large on every paper
    footer = sheet.oddFooter.center
    footer.text, footer.size = text, 10
    footer.font = f"{ROLES['song'].office_name},Regular"


def head_pages(sheet: Worksheet, title: str) -> None:
    """Print a title above every page."""
    head = sheet.oddHeader.center
    # A single & would be a code.
    head.text, head.size = printable(title).replace("&", "&&"), 14
    head.font = f"{ROLES['hei'].office_name},Regular"
    sheet.page_margins.top = 18 / 25.4


def cut_note(rows: int, where: str = "单元格") -> str:
    """Return what a sheet's foot says of rows whose text is taller than a row can be."""
    return f"　（有{rows}项文字太长，本表印不全，全文见{where}）" if rows else ""


def stored_text(value: str, row: int, column: int) -> str:
    """Return a text as a cell holds it; raises ValueError where it is longer than one does."""
    text = printable(value)
    if len(text) > CELL_LIMIT:
        raise ValueError(
            f"第{row}行第{column}列有{len(text)}个字符，超过单元格上限{CELL_LIMIT}个。"
        )
    return text


def write_text(sheet: Worksheet, row: int, column: int, value: str) -> None:
    """Write a text that stays one, whatever it begins with.

    Raises ValueError where it is longer than a cell holds.
    """
    text = stored_text(value, row, column)
    cell = sheet.cell(row, column)
    cell.value = text
    # openpyxl guesses "=…" to be a formula and "#N/A" an error value.
    cell.data_type = "s"
    if looks_like_formula(text):
        cell.quotePrefix = True


def book_bytes(book: Workbook) -> bytes:
    """Return the workbook as .xlsx; the same content has the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        # Not Workbook.save(): it writes the time of saving into the properties.
        ExcelWriter(book, archive).write_data()
    return without_clock(buffer.getvalue())
