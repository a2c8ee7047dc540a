"""Empty tables to fill in for an import: the head, one line of what belongs where, nothing else."""

from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from reports.document.sheets import book_bytes, new_book, write_text
from targets.importing.heads import Heads


def template_xlsx(title: str, heads: Heads) -> bytes:
    """Return a workbook of one table to fill in, and a sheet that says what each column is."""
    book = new_book(title)
    sheet = book.active
    sheet.title = "表格"
    notes = book.create_sheet("列的说明")
    for row, line in enumerate(heads.columns, start=1):
        for column, text in enumerate(line, start=1):
            write_text(notes, row + 1, column, text)
    for column, text in enumerate(("列名", "是否必需", "内容"), start=1):
        write_text(notes, 1, column, text)
        notes.cell(1, column).font = Font(bold=True)
    notes.column_dimensions["A"].width, notes.column_dimensions["C"].width = 16, 70
    for column, (head, _needed, _about) in enumerate(heads.columns, start=1):
        write_text(sheet, 1, column, head)
        cell = sheet.cell(1, column)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True)
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width, dimension.number_format = 24, "@"
    sheet.freeze_panes = "A2"
    return book_bytes(book)
