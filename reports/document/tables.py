"""A list as a workbook, however long: its rows go to a file as they come, and out in pieces.

openpyxl makes the workbook and writes the sheet with its head alone; the rows below it are
written here. A cell takes openpyxl fifty times as long, and two million of them longer than a
worker of the site may be silent.
"""

import math
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.writer.excel import ExcelWriter

from reports.document.lines import printable
from reports.document.packages import EPOCH
from reports.document.sheet_rows import LINE, ROW_EXTRA, ROW_LIMIT, WIDEST_LATIN, room_of
from reports.document.sheets import (
    FLAT,
    SIZE,
    add_flat_style,
    face,
    new_book,
    print_as_list,
    stored_text,
)
from targets.spreadsheets import Value, looks_like_formula, number_text

PIECE = 64 * 1024  # bytes
_END = b"</sheetData>"


class _Package(zipfile.ZipFile):
    """A package with one fixed date on every member, whose sheet goes on with a list's rows."""

    sheet: "_Sheet"

    def writestr(self, name: str, data: bytes | str, *_options: object) -> None:  # type: ignore[override]
        """Add a member from memory."""
        super().writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)

    def write(self, path: str, name: str, *_options: object) -> None:  # type: ignore[override]
        """Add the sheet: as openpyxl wrote it, with the rows put in at their place."""
        before, _end, after = Path(path).read_bytes().partition(_END)
        member = zipfile.ZipInfo(name, EPOCH)
        member.compress_type = zipfile.ZIP_DEFLATED
        with self.open(member, "w") as target:
            target.write(before)
            for line in self.sheet.lines():
                target.write(line.encode())
            # How far the filters reach is known now.
            target.write(_END + after.replace(*self.sheet.filtered()))


class _Sheet:
    """A list's sheet: its head by openpyxl, its rows as XML."""

    def __init__(
        self,
        sheet: WriteOnlyWorksheet,
        heads: Sequence[str],
        rows: Iterable[Sequence[Value]],
        widths: Sequence[int],
    ) -> None:
        self._sheet, self._rows, self._last = sheet, rows, 1
        self._rooms = [room_of(width) / SIZE for width in widths]
        self._letters = [get_column_letter(place) for place in range(1, len(heads) + 1)]
        for letter, width in zip(self._letters, widths, strict=True):
            sheet.column_dimensions[letter].width = width
        print_as_list(sheet)
        # The one sheet of its file: &N counts its pages alone.
        sheet.oddFooter.center.text = "第 &P 页　共 &N 页"
        sheet.append([_head(sheet, head) for head in heads])
        sheet.auto_filter.ref = self._reach()
        self._plain, self._quoted = (_style(sheet, quoted=quoted) for quoted in (False, True))

    def _reach(self) -> str:
        return f"A1:{self._letters[-1]}{self._last}"

    def lines(self) -> Iterator[str]:
        """Yield the rows as XML."""
        for number, values in enumerate(self._rows, start=2):
            cells = (
                self._cell(letter, place, number, value)
                for place, (letter, value) in enumerate(
                    zip(self._letters, values, strict=True), start=1
                )
            )
            height = row_height(values, self._rooms)
            yield f'<row r="{number}" ht="{height:.1f}">{"".join(cells)}</row>'
            self._last = number

    def _cell(self, letter: str, place: int, number: int, value: Value) -> str:
        """Return a cell; a text stays one, whatever it begins with."""
        if value is None or value == "":
            return f'<c r="{letter}{number}" s="{self._plain}"/>'
        if not isinstance(value, str):
            return f'<c r="{letter}{number}" s="{self._plain}"><v>{number_text(value)}</v></c>'
        text = stored_text(value, number, place)
        style = self._quoted if looks_like_formula(text) else self._plain
        return (
            f'<c r="{letter}{number}" s="{style}" t="inlineStr">'
            f'<is><t xml:space="preserve">{escape(text)}</t></is></c>'
        )

    def filtered(self) -> tuple[bytes, bytes]:
        """Return how far the filters reached in the sheet as it was, and how far they do."""
        head = self._sheet.auto_filter.ref
        self._sheet.auto_filter.ref = self._reach()
        return f'ref="{head}"'.encode(), f'ref="{self._reach()}"'.encode()


def table_file(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[Value]], widths: Sequence[int]
) -> Iterator[bytes]:
    """Yield a list as .xlsx, piece by piece, one row each, with filters; widths in digits.

    It is whole, in a temporary file, before the first piece is given. Raises ValueError where
    a text is longer than a cell holds (32,767 characters).
    """
    book = new_book(title, write_only=True)
    add_flat_style(book)
    sheet = _Sheet(book.create_sheet(printable(title)), heads, rows, widths)
    with tempfile.TemporaryFile() as file:
        with _Package(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
            package.sheet = sheet
            # Not Workbook.save(): it writes the time of saving into the properties.
            ExcelWriter(book, package).write_data()
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def row_height(values: Sequence[Value], rooms: Sequence[float]) -> float:
    """Return the pt that a row needs where columns have so many ems for words.

    Estimated, for speed, and rather too tall than too low: LibreOffice works no height out
    itself, and would print the first line of each cell alone.
    """
    most = 1
    for value, room in zip(values, rooms, strict=True):
        # No character is wider than an em.
        if not isinstance(value, str) or (len(value) <= room and "\n" not in value):
            continue
        most = max(most, sum(_line_count(part, room) for part in value.split("\n")))
    return min(most * LINE + ROW_EXTRA, ROW_LIMIT)


def _line_count(text: str, room: float) -> int:
    """Return the lines of a paragraph; a Chinese character is three bytes, a letter one."""
    wide = (len(text.encode(errors="replace")) - len(text)) / 2
    ems = wide + (len(text) - wide) * WIDEST_LATIN
    # Rules for line starts, and words kept whole, leave about an em of a line free.
    return 1 if ems <= room else math.ceil(ems / max(room - 1.0, 1.0))


def _style(sheet: WriteOnlyWorksheet, *, quoted: bool) -> int:
    """Return the number of the rows' style; what looks like a formula is marked as a text."""
    cell = WriteOnlyCell(sheet)
    cell.style = FLAT
    cell.quotePrefix = quoted
    number: int = cell.style_id
    return number


def _head(sheet: WriteOnlyWorksheet, head: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, printable(head))
    cell.data_type, cell.font = "s", face("hei", SIZE)
    cell.quotePrefix = looks_like_formula(head)
    return cell
