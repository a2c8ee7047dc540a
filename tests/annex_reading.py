"""The annex read back from its files, column by column under their heads."""

import csv
import io
from collections.abc import Sequence

import docx
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from targets.importing.workbook import LINE_END
from tests.pdf_reading import Sheet

PRINT_HEAD_ROW = 3


def place_of(sheet: Worksheet, head: str, head_row: int = PRINT_HEAD_ROW) -> int:
    """Return the number of the column under a head, from 1."""
    return [cell.value for cell in sheet[head_row]].index(head) + 1


def print_cells(book: openpyxl.Workbook, head: str) -> list[object]:
    """Return the cells of a column of the sheet to print, from the first row on."""
    sheet = book["附表"]
    column = place_of(sheet, head)
    return [sheet.cell(row, column).value for row in range(4, sheet.max_row + 1)]


def print_text(book: openpyxl.Workbook, head: str) -> str:
    """Return a column of the sheet to print as one text, without the line ends that were set."""
    return "".join(str(value or "") for value in print_cells(book, head)).replace(LINE_END, "")


def flat_records(book: openpyxl.Workbook) -> list[dict[str, object]]:
    """Return the rows of the sheet of one row an item, by heads."""
    heads, *rows = book["明细"].iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def csv_records(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def word_records(data: bytes) -> list[dict[str, str]]:
    """Return the rows of the Word file's annexes by heads; each table says its goal above them."""
    records = []
    for table in docx.Document(io.BytesIO(data)).tables:
        if len(table.rows) < 3 or table.rows[1].cells[0].text != "工作标准":
            continue  # the distribution block, or a table of the body
        goal, head, *rows = ([cell.text for cell in row.cells] for row in table.rows)
        number, _, name = goal[0].partition("\u3000")
        heads = ["序号", "目标名称", *head]
        records += [dict(zip(heads, (number, name, *row), strict=True)) for row in rows]
    return records


def joined_records(data: bytes) -> list[dict[str, str]]:
    """Return the Word file's rows, without blanks; what was divided, （3）（续）, is joined."""
    joined: list[dict[str, str]] = []
    for record in word_records(data):
        plain = {head: "".join(text.split()) for head, text in record.items()}
        label, is_continued, rest = plain["工作标准"].partition("（续）")
        if not is_continued:
            joined.append(plain)
            continue
        above = joined[-1]
        assert above["工作标准"].startswith(label)
        assert above["牵头单位"] == plain["牵头单位"]
        further = {head: above[head] + plain[head] for head in list(plain)[3:-1]}
        joined[-1] = above | further | {"工作标准": above["工作标准"] + rest}
    return joined


def pdf_columns(sheets: Sequence[Sheet], heads: Sequence[str]) -> dict[str, str]:
    """Return the text of each annex column, page after page, without heads and repeated labels."""
    texts = dict.fromkeys(heads, "")
    for sheet in sheets:
        if not all(head in sheet.text for head in heads):
            continue
        # The annex title above the first head may say 一季度完成情况 too.
        start = sheet.text.rindex("".join(heads))
        places = [sheet.text.index(name, start) for name in heads]
        marks_of = [
            sheet.marks[at : at + len(name)] for at, name in zip(places, heads, strict=True)
        ]
        below = marks_of[0][0].y + 4
        upright = [rule for rule in sheet.rules if rule.height > rule.width]
        edges = sorted({round(rule.left) for rule in upright})
        foot = max(rule.bottom for rule in upright)  # the distribution block may follow
        for head, marks in zip(heads, marks_of, strict=True):
            left = max(edge for edge in edges if edge <= marks[0].x)
            right = min(edge for edge in edges if edge > marks[-1].x)
            texts[head] += "".join(
                mark.text for mark in sheet.marks if left < mark.x < right and below < mark.y < foot
            )
    return texts
