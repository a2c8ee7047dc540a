"""A locked sheet that somebody fills in: a head, one row a thing, and the open cells in yellow.

Locked without a password: it guards against slips, the comparison at the upload against the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from openpyxl.styles import Alignment, Border, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from reports.document.sheet_rows import LINE, ROW_EXTRA, ROW_LIMIT, room_of
from reports.document.sheets import (
    SIZE,
    cut_note,
    face,
    head_pages,
    number_pages,
    print_as_list,
    set_measured_height,
    write_text,
)
from reports.document.tables import row_fit

Row = TypeVar("Row")
HEAD_ROW = 3
_THIN = Side(style="thin", color="FF999999")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_OPEN_FILL = PatternFill("solid", fgColor="FFFFF9E5")
_HEAD_FILL = PatternFill("solid", fgColor="FFEEF2F6")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a sheet; people write into it where `is_open` says so.

    What `is_printed` is false of stands behind all others, for the screen alone.
    """

    head: str
    width: int
    text: Callable[[Row], str]
    is_open: Callable[[Row], bool] = lambda _row: False
    is_hidden: bool = False
    is_printed: bool = True


def fill_locked(
    sheet: Worksheet,
    title: str,
    hint: str,
    rows: Sequence[Row],
    columns: Sequence[Column[Row]],
    least: int,
) -> None:
    """Write the sheet; a row has room for its texts, and for so many lines at least."""
    write_text(sheet, 1, 1, title)
    write_text(sheet, 2, 1, hint)
    sheet.cell(1, 1).font, sheet.cell(2, 1).font = face("hei", 16), face("fang", SIZE)
    for at, column in enumerate(columns, start=1):
        write_text(sheet, HEAD_ROW, at, column.head)
        cell = sheet.cell(HEAD_ROW, at)
        cell.font, cell.fill, cell.border = face("hei", SIZE), _HEAD_FILL, _BOX
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        dimension = sheet.column_dimensions[get_column_letter(at)]
        dimension.width, dimension.hidden = column.width, column.is_hidden
    seen = [column for column in columns if not column.is_hidden]
    rooms = [room_of(column.width) / SIZE for column in seen]
    cut = 0
    for index, row in enumerate(rows, start=HEAD_ROW + 1):
        size, height = row_fit([column.text(row) for column in seen], rooms)
        _fill_row(sheet, index, row, columns, size)
        shown = min(max(height, least * LINE + ROW_EXTRA), ROW_LIMIT)
        set_measured_height(sheet, index, shown)
        cut += height > ROW_LIMIT
    sheet.protection.sheet = True
    # False allows: rows may be made taller, columns wider.
    sheet.protection.formatRows = sheet.protection.formatColumns = False
    _set_up_printing(sheet, title, columns, HEAD_ROW + len(rows))
    number_pages(sheet, f"{sheet.title}　第 &P 页{cut_note(cut)}")


def _set_up_printing(
    sheet: Worksheet, title: str, columns: Sequence[Column[Row]], last_row: int
) -> None:
    printed = {
        place: column.width
        for place, column in enumerate(columns, start=1)
        if column.is_printed and not column.is_hidden
    }
    print_as_list(sheet, [*printed.values()], HEAD_ROW)
    sheet.freeze_panes = sheet.cell(HEAD_ROW + 1, 2)
    sheet.print_options.gridLines = False
    # The title is printed above every page: above the first columns, which stand again on pages
    # to the right, it would have no room.
    sheet.print_area = f"A{HEAD_ROW}:{get_column_letter(max(printed))}{last_row}"
    head_pages(sheet, title)


def _fill_row(
    sheet: Worksheet, index: int, row: Row, columns: Sequence[Column[Row]], size: float
) -> None:
    for at, column in enumerate(columns, start=1):
        write_text(sheet, index, at, column.text(row))
        cell = sheet.cell(index, at)
        cell.border, cell.font = _BOX, face("fang", size)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        # As text: what is typed here, 1/2 or =1, shall stay what was typed.
        cell.number_format = "@"
        if column.is_open(row):
            cell.protection, cell.fill = Protection(locked=False), _OPEN_FILL


def restrict(
    sheet: Worksheet,
    validation: DataValidation,
    heads: Sequence[str],
    held: Sequence[str],
    rows: Sequence[int],
) -> None:
    """Let a rule hold in the columns with these heads, in these rows of the sheet."""
    for head in (each for each in held if each in heads):
        letter = get_column_letter(heads.index(head) + 1)
        for row in rows:
            validation.add(f"{letter}{row}")
    if rows:
        sheet.add_data_validation(validation)
