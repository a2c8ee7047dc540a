"""The annex as a workbook: a sheet to print and a sheet to analyse.

Where lines and pages end is worked out in `sheet_rows`; here it is written. What a user wrote
stays text: never a formula, an error value or a link.
"""

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, NamedStyle, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from reports.document.annex import Annex, Column, Layout, flat_heads, flat_rows, joined
from reports.document.sheet_rows import (
    HEAD_HEIGHT,
    ROW_LIMIT,
    PrintRow,
    PrintSheet,
    Segment,
    flat_fit,
    flat_widths,
)
from reports.document.sheets import (
    SIZE,
    SMALL,
    add_flat_style,
    book_bytes,
    cut_note,
    face,
    new_book,
    number_pages,
    print_as_list,
    set_measured_height,
    write_text,
)
from targets.importing.marks import HEADS, key_of, mark_of
from targets.importing.workbook import MARKS, WORD_FOR_WORD

# The goal's number is a number in its cell.
NUMBERED = "goal_number"
CENTRED, FILLED = "附表居中", "附表正文"
LISTED, LISTED_SMALL = "附表明细", "附表明细小字"
_THIN = Side(style="thin", color="FF000000")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


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
    listed = Alignment(horizontal="left", vertical="top", wrap_text=True)
    for style in (
        NamedStyle(CENTRED, font=font, border=_BOX, alignment=centred),
        NamedStyle(FILLED, font=font, border=_BOX, alignment=filled),
        NamedStyle(LISTED, font=font, border=_BOX, alignment=listed),
        NamedStyle(LISTED_SMALL, font=face("fang", SMALL), border=_BOX, alignment=listed),
    ):
        book.add_named_style(style)


# The sheet to print ---------------------------------------------------------


def _fill_print_sheet(sheet: Worksheet, annex: Annex, tag: str) -> None:
    sheet.title = tag
    layout = PrintSheet(annex)
    for index, width in enumerate(layout.widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = round(width, 2)
    _write_headings(sheet, layout, tag)
    row = 4
    for place, page in enumerate(layout.pages):
        if place:
            sheet.row_breaks.append(Break(id=row - 1))
        for segment in page:
            row = _write_segment(sheet, layout.columns, row, segment)
    _set_up_printing(sheet, layout, last_row=max(row - 1, 3))
    # Breaks are set by hand: so many pages. &N would count the other sheets' as well.
    number_pages(sheet, f"第 &P 页　共 {len(layout.pages)} 页")


def _write_headings(sheet: Worksheet, layout: PrintSheet, tag: str) -> None:
    write_text(sheet, 1, 1, tag)
    sheet.cell(1, 1).font = face("hei", round(layout.enlarged(16.0) * 2) / 2)
    sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=len(layout.columns))
    write_text(sheet, 2, 1, layout.title)
    sheet.cell(2, 1).font = face("title", layout.title_size)
    sheet.cell(2, 1).alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.row_dimensions[1].height = layout.tag_height
    sheet.row_dimensions[2].height = layout.title_height
    for place, column in enumerate(layout.columns, start=1):
        write_text(sheet, 3, place, layout.annex.head_of(column))
        cell = sheet.cell(3, place)
        cell.font, cell.border = face("hei", SIZE), _BOX
        cell.alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[3].height = HEAD_HEIGHT


def _write_segment(sheet: Worksheet, columns: Sequence[Column], row: int, segment: Segment) -> int:
    """Write a goal's rows on one page under its merged label; return the next free row."""
    start = row
    for each in segment.rows:
        _write_row(sheet, columns, row, each, is_first=row == start)
        if segment.extra > 0:  # for the goal's name, which no program measures: it is merged
            sheet.row_dimensions[row].height = round(each.height + segment.extra, 1)
        else:
            set_measured_height(sheet, row, round(each.height, 1))
        row += 1
    for place, column in enumerate(columns, start=1) if row - start > 1 else ():
        if column.layout is Layout.GOAL:
            # Not merge_cells(): it would copy the borders that the cells have already.
            letter = get_column_letter(place)
            sheet.merged_cells.add(f"{letter}{start}:{letter}{row - 1}")
    return row


def _write_row(
    sheet: Worksheet, columns: Sequence[Column], row: int, each: PrintRow, *, is_first: bool
) -> None:
    for place, (column, text) in enumerate(zip(columns, each.texts, strict=True), start=1):
        cell = sheet.cell(row, place)
        cell.style = FILLED if column.layout is Layout.TEXT else CENTRED
        if column.layout is Layout.GOAL and not is_first:
            continue
        if column.key == NUMBERED:
            cell.value = each.goal_number
        else:
            write_text(sheet, row, place, text)


def _set_up_printing(sheet: Worksheet, layout: PrintSheet, last_row: int) -> None:
    setup = sheet.page_setup
    setup.paperSize, setup.orientation, setup.scale = (
        sheet.PAPERSIZE_A4,
        "landscape",
        layout.percent,
    )
    margins = sheet.page_margins
    # On a screen that shows things larger the same columns print up to 5% wider.
    margins.left = margins.right = 15 / 25.4
    margins.top, margins.bottom = 22 / 25.4, 20 / 25.4
    margins.header = margins.footer = 10 / 25.4
    sheet.print_options.horizontalCentered = True
    sheet.print_title_rows = "3:3"
    sheet.print_area = f"A1:{get_column_letter(len(layout.columns))}{last_row}"
    sheet.freeze_panes = "A4"


# The sheet to analyse ---------------------------------------------------------


def _fill_flat_sheet(sheet: Worksheet, annex: Annex) -> None:
    """Write one row an item, every column filled: to sort and filter, and to be read on paper."""
    heads, rows, widths = flat_heads(annex), flat_rows(annex), flat_widths(annex)
    for column, (head, width) in enumerate(zip(heads, widths, strict=True), start=1):
        write_text(sheet, 1, column, head)
        cell = sheet.cell(1, column)
        cell.font, cell.border = face("hei", SIZE), _BOX
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(column)].width = round(width, 2)
    fits = [flat_fit(row, widths) for row in (heads, *rows)]
    for index, (_size, height) in enumerate(fits, start=1):
        set_measured_height(sheet, index, min(height, ROW_LIMIT))
    for index, (row, (size, _height)) in enumerate(zip(rows, fits[1:], strict=True), start=2):
        style = LISTED if size == SIZE else LISTED_SMALL
        for column, value in enumerate(row, start=1):
            sheet.cell(index, column).style = style
            if isinstance(value, str):
                write_text(sheet, index, column, value)
            else:
                sheet.cell(index, column).value = value
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{len(rows) + 1}"
    print_as_list(sheet, widths)
    sheet.print_options.gridLines = False
    # One row an item, so that it filters and counts: what is taller than a row is not divided.
    # No total of pages: &N counts the other sheets' too, a number of ours not what was filtered.
    cut = sum(height > ROW_LIMIT for _size, height in fits)
    number_pages(sheet, f"{WORD_FOR_WORD}　第 &P 页{cut_note(cut, '附表或单元格')}")


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
