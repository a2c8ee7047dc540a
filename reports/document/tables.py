"""A list as a workbook, however long: its rows go to a file as they come, and out in pieces."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.writer.excel import ExcelWriter

from reports.document.lines import printable
from reports.document.packages import EPOCH
from reports.document.sheets import (
    FLAT,
    SIZE,
    add_flat_style,
    face,
    new_book,
    print_as_list,
    stored_text,
)
from targets.spreadsheets import Value, looks_like_formula

PIECE = 64 * 1024  # bytes


class _Package(zipfile.ZipFile):
    """A package that is written piece by piece, with one fixed date on every member."""

    def writestr(self, name: str, data: bytes | str, *_options: object) -> None:  # type: ignore[override]
        """Add a member from memory."""
        super().writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)

    def write(self, path: str, name: str, *_options: object) -> None:  # type: ignore[override]
        """Add a member from a file."""
        member = zipfile.ZipInfo(name, EPOCH)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.file_size = Path(path).stat().st_size
        with Path(path).open("rb") as source, self.open(member, "w") as target:
            shutil.copyfileobj(source, target, PIECE)


class _Row:
    """The cells of a row, used again for every row: it is written before the next is filled."""

    def __init__(self, sheet: WriteOnlyWorksheet, columns: int) -> None:
        self._plain = [self._cell(sheet, quoted=False) for _ in range(columns)]
        self._quoted = [self._cell(sheet, quoted=True) for _ in range(columns)]

    @staticmethod
    def _cell(sheet: WriteOnlyWorksheet, *, quoted: bool) -> WriteOnlyCell:
        cell = WriteOnlyCell(sheet)
        cell.style = FLAT
        # What looks like a formula is marked as the text that it is.
        cell.quotePrefix = quoted
        return cell

    def filled(self, number: int, values: Sequence[Value]) -> Iterator[WriteOnlyCell]:
        """Yield the cells of a row with its values."""
        for place, value in enumerate(values):
            if not isinstance(value, str):
                cell = self._plain[place]
                cell.value = value
                yield cell
                continue
            text = stored_text(value, number, place + 1)
            cell = (self._quoted if looks_like_formula(text) else self._plain)[place]
            cell.value = text
            # openpyxl guesses "=…" to be a formula and "#N/A" an error value.
            cell.data_type = "s"
            yield cell


def table_file(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[Value]], widths: Sequence[int]
) -> Iterator[bytes]:
    """Yield a list as .xlsx, piece by piece, one row each, with filters; widths in digits.

    It is whole, in a temporary file, before the first piece is given. Raises ValueError where
    a text is longer than a cell holds (32,767 characters).
    """
    book = new_book(title, write_only=True)
    add_flat_style(book)
    sheet = book.create_sheet(printable(title))
    _fill(sheet, heads, rows, widths)
    with tempfile.TemporaryFile() as file:
        _write(book, file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _fill(
    sheet: WriteOnlyWorksheet,
    heads: Sequence[str],
    rows: Iterable[Sequence[Value]],
    widths: Sequence[int],
) -> None:
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    print_as_list(sheet)
    line, number = _Row(sheet, len(heads)), 1
    sheet.append([_head(sheet, head) for head in heads])
    for number, values in enumerate(rows, start=2):
        sheet.append(line.filled(number, values))
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{number}"


def _head(sheet: WriteOnlyWorksheet, head: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, printable(head))
    cell.data_type, cell.font = "s", face("hei", SIZE)
    cell.quotePrefix = looks_like_formula(head)
    return cell


def _write(book: Workbook, file: IO[bytes]) -> None:
    with _Package(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        # Not Workbook.save(): it writes the time of saving into the properties.
        ExcelWriter(book, package).write_data()
