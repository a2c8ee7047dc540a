"""Workbooks that an import reads: empty tables, or what is here, to change and send back.

Every cell is text: what is typed there, 1/2 or 85%, stays what was typed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.document.sheet_rows import ROW_LIMIT, room_of
from reports.document.sheets import (
    SIZE,
    book_bytes,
    cut_note,
    face,
    new_book,
    number_pages,
    print_as_list,
    set_measured_height,
    write_text,
)
from reports.document.tables import row_fit
from targets.importing.heads import Heads

# Widths in digits by meaning; of all else, numbers and choices, `_WIDTH`.
_WIDTH = 12
_WIDTHS = {
    "standard": 60,
    "progress": 60,
    "source": 40,
    **dict.fromkeys(("name", "goal_name", "leads", "supporting", "note"), 28),
    **dict.fromkeys(("pace", "unit", "curve"), 17),
}


@dataclass(frozen=True, slots=True)
class ImportTable:
    """One sheet: its columns as the import knows them, and its rows by the columns' meanings."""

    name: str
    heads: Heads
    rows: Iterable[Mapping[str, str]] = ()


def import_book(title: str, *tables: ImportTable) -> bytes:
    """Return a workbook of the tables, and a sheet that says what each column is.

    Raises ValueError where a text is longer than a cell holds (32,767 characters).
    """
    book = new_book(title)
    for place, table in enumerate(tables):
        sheet = book.create_sheet(table.name, place)
        _fill(sheet, table)
    notes = book.worksheets[-1]
    notes.title = "列的说明"
    lines = [("列名", "是否必需", "内容")]
    for table in tables:
        lines += [(f"“{table.name}”表", "", "")] if len(tables) > 1 else []
        lines += table.heads.columns
    for row, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            write_text(notes, row, column, text)
            notes.cell(row, column).font = face("hei" if row == 1 else "fang", SIZE)
    widths = (16, 12, 70)
    for letter, width in zip("ABC", widths, strict=True):
        notes.column_dimensions[letter].width = width
    print_as_list(notes, widths)
    return book_bytes(book)


def _fill(sheet: Worksheet, table: ImportTable) -> None:
    shown = [(meaning, head) for meaning, head in table.heads.by_meaning.items() if head.about]
    for column, (meaning, head) in enumerate(shown, start=1):
        write_text(sheet, 1, column, head.label)
        cell = sheet.cell(1, column)
        cell.font = face("hei", SIZE)
        cell.alignment = Alignment(wrap_text=True)
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width = _WIDTHS.get(meaning, _WIDTH)
        dimension.number_format = "@"
    top = Alignment(vertical="top", wrap_text=True)
    widths = [_WIDTHS.get(meaning, _WIDTH) for meaning, _head in shown]
    rooms = [room_of(width) / SIZE for width in widths]
    cut = 0
    for row, values in enumerate(table.rows, start=2):
        texts = [values.get(meaning, "") for meaning, _head in shown]
        size, height = row_fit(texts, rooms)
        for column, text in enumerate(texts, start=1):
            write_text(sheet, row, column, text)
            cell = sheet.cell(row, column)
            cell.font, cell.alignment, cell.number_format = face("fang", size), top, "@"
        set_measured_height(sheet, row, min(height, ROW_LIMIT))
        cut += height > ROW_LIMIT
    print_as_list(sheet, widths)
    number_pages(sheet, f"{table.name}　第 &P 页{cut_note(cut)}")
