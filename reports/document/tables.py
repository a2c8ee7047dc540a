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
from typing import NamedTuple, Self
from xml.sax.saxutils import escape

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.writer.excel import ExcelWriter

from reports.document.lines import printable
from reports.document.packages import EPOCH
from reports.document.sheet_rows import (
    ROW_EXTRA,
    ROW_LIMIT,
    WIDEST_LATIN,
    fitted,
    flat_fit,
    room_of,
    widest,
)
from reports.document.sheets import (
    FLAT,
    FLAT_SMALL,
    SIZE,
    SMALL,
    add_flat_style,
    cut_note,
    face,
    new_book,
    number_pages,
    print_as_list,
    stored_text,
)
from targets.spreadsheets import Value, looks_like_formula, number_text

PIECE = 64 * 1024  # bytes
_END = b"</sheetData>"
_SHORT = 24  # characters, as of a day and time: measured each


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
            # How far the filters reach, and what is cut, is known now.
            target.write(_END + self.sheet.closed(after))


class _Sheet:
    """A list's sheet: its head by openpyxl, its rows as XML."""

    def __init__(
        self,
        sheet: WriteOnlyWorksheet,
        heads: Sequence[str],
        rows: Iterable[Sequence[Value]],
        widths: Sequence[int],
    ) -> None:
        self._sheet, self._rows, self._last, self._cut = sheet, rows, 1, 0
        self._rooms = [room_of(width) / SIZE for width in widths]
        self._letters = [get_column_letter(place) for place in range(1, len(heads) + 1)]
        for letter, width in zip(self._letters, widths, strict=True):
            sheet.column_dimensions[letter].width = width
        print_as_list(sheet, widths)
        # The one sheet of its file: &N counts its pages alone.
        number_pages(sheet, "第 &P 页　共 &N 页")
        _size, height = flat_fit(heads, widths)  # few enough to be measured
        sheet.row_dimensions[1].height = height + 2 * ROW_EXTRA
        sheet.append([_head(sheet, head) for head in heads])
        sheet.auto_filter.ref = self._reach()
        self._styles = {SIZE: _Styles.named(sheet, FLAT), SMALL: _Styles.named(sheet, FLAT_SMALL)}

    def _reach(self) -> str:
        return f"A1:{self._letters[-1]}{self._last}"

    def lines(self) -> Iterator[str]:
        """Yield the rows as XML."""
        for number, values in enumerate(self._rows, start=2):
            size, height = row_fit(values, self._rooms)
            styles = self._styles[size]
            cells = (
                _cell(letter, place, number, value, styles)
                for place, (letter, value) in enumerate(
                    zip(self._letters, values, strict=True), start=1
                )
            )
            height, is_cut = min(height, ROW_LIMIT), height > ROW_LIMIT
            yield f'<row r="{number}" ht="{height:.1f}">{"".join(cells)}</row>'
            self._last, self._cut = number, self._cut + is_cut

    def closed(self, end: bytes) -> bytes:
        """Return the sheet's end with how far the filters reach now, and how much is cut."""
        head = self._sheet.auto_filter.ref
        self._sheet.auto_filter.ref = self._reach()
        end = end.replace(f'ref="{head}"'.encode(), f'ref="{self._reach()}"'.encode())
        note = cut_note(self._cut).encode("ascii", "xmlcharrefreplace")
        return end.replace(b"</oddFooter>", note + b"</oddFooter>")


class _Styles(NamedTuple):
    """The numbers of a row's styles: of a text, of one that looks like a formula, of a number."""

    plain: int
    quoted: int
    number: int

    @classmethod
    def named(cls, sheet: WriteOnlyWorksheet, name: str) -> Self:
        plain, quoted, number = (WriteOnlyCell(sheet) for _ in cls._fields)
        for cell in (plain, quoted, number):
            cell.style = name
        quoted.quotePrefix = True
        # Off the edge: a text begins right behind it.
        number.alignment = Alignment(horizontal="right", vertical="top", indent=1)
        return cls(plain.style_id, quoted.style_id, number.style_id)


def _cell(letter: str, place: int, number: int, value: Value, styles: _Styles) -> str:
    """Return a cell; a text stays one, whatever it begins with."""
    if value is None or value == "":
        return f'<c r="{letter}{number}" s="{styles.plain}"/>'
    if not isinstance(value, str):
        return f'<c r="{letter}{number}" s="{styles.number}"><v>{number_text(value)}</v></c>'
    text = stored_text(value, number, place)
    style = styles.quoted if looks_like_formula(text) else styles.plain
    return (
        f'<c r="{letter}{number}" s="{style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{escape(text)}</t></is></c>'
    )


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


def row_fit(values: Sequence[Value], rooms: Sequence[float]) -> tuple[float, float]:
    """Return the size of type, and the pt, of a row; `rooms`: the columns' ems for words.

    Estimated, for speed, and rather too tall than too low: LibreOffice works no height out
    itself, and would print the first line of each cell alone. The pt may be more than a row
    can have.
    """

    def count_lines(size: float) -> int:
        most = 1
        for value, room in zip(values, rooms, strict=True):
            # No character is wider than an em.
            if isinstance(value, str) and (len(value) > room or "\n" in value):
                parts = value.split("\n")
                most = max(most, sum(_line_count(part, room * SIZE / size) for part in parts))
        return most

    return fitted(count_lines)


def _line_count(text: str, room: float) -> int:
    """Return the lines of a paragraph; a Chinese character is three bytes, a letter one."""
    wide = (len(text.encode(errors="replace")) - len(text)) / 2
    ems = wide + (len(text) - wide) * WIDEST_LATIN
    if ems <= room or (len(text) <= _SHORT and sum(map(widest, text)) <= room):
        return 1
    # Rules for line starts, and words kept whole, leave about an em of a line free.
    return math.ceil(ems / max(room - 1.0, 1.0))


def _head(sheet: WriteOnlyWorksheet, head: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, printable(head))
    cell.data_type, cell.font = "s", face("hei", SIZE)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    cell.quotePrefix = looks_like_formula(head)
    return cell
