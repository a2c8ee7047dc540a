"""What every workbook of ours shares: text that stays text, and files without a clock."""

import io
import zipfile
from datetime import UTC, datetime

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reports.document.lines import printable
from reports.document.packages import without_clock
from targets.spreadsheets import looks_like_formula

CELL_LIMIT = 32_767  # characters; a spreadsheet knows no longer cell
# The file's own clock: a workbook of the same content has the same bytes.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def new_book(title: str, *, created_by: str | None = None) -> Workbook:
    """Return an empty workbook under its title."""
    book = Workbook()
    if created_by is not None:
        book.properties.creator = printable(created_by)
    book.properties.title = printable(title)
    book.properties.created = book.properties.modified = _EPOCH
    return book


def write_text(sheet: Worksheet, row: int, column: int, value: str) -> None:
    """Write a text that stays one, whatever it begins with.

    Raises ValueError where it is longer than a cell holds.
    """
    text = printable(value)
    if len(text) > CELL_LIMIT:
        raise ValueError(
            f"第{row}行第{column}列有{len(text)}个字符，超过单元格上限{CELL_LIMIT}个。"
        )
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
