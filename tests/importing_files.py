"""Workbooks as people send them: the source's annex laid out as its pages are, and others."""

import io
import re
from collections.abc import Iterable
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

SOURCE = Path(__file__).with_name("data") / "circular-2020-q1-annex.tsv"
HEADS = ("序号", "目标名称", "工作标准", "一季度完成情况", "牵头单位")


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def workbook(*rows: Iterable, title: str = "Sheet1") -> bytes:
    """Return a workbook of one sheet with the rows as they are."""
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def annex(*rows: Iterable, heads: tuple = HEADS) -> bytes:
    """Return a workbook that begins with the annex's head."""
    return workbook(heads, *rows)


def source_rows() -> list[list[str]]:
    """Return the rows of the source's annex as its pages print them, heads included."""
    rows = []
    for line in SOURCE.read_text(encoding="utf-8").splitlines():
        if "\t" in line:
            rows.append([_cell(cell) for cell in line.split("\t")])
    return rows


def _cell(text: str) -> str:
    """Turn the paragraphs of one page's text layer into lines of a cell."""
    return re.sub(r"</?p>", "", re.sub(r"</p>\s*<p>", "\n", text)).strip()


def source_workbook() -> bytes:
    """Return the source's annex as a workbook: titles, repeated heads, broken units, notes.

    Units stand under one another as on the page; goals are merged where a page goes on
    with one; row 17(5) is shifted by two columns, as the text layer has it.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = "附表"
    sheet.append(["附表"])
    sheet.append(["2020年区《政府工作报告》确定的主要目标任务第一季度完成情况"])
    sheet.merge_cells("A2:E2")
    start = 0
    for row in source_rows():
        if len(row) == 5:
            row[4] = row[4].replace(" ", "\n")
        sheet.append([int(cell) if cell.isdecimal() else cell or None for cell in row])
        if row[0].isdecimal():
            start = sheet.max_row
        elif row[0] == "" and start:
            _merge_goal(sheet, start)
        else:
            start = 0
    sheet.append(["报：区人民政府区长、副区长。"])
    sheet.append(["发：相关责任单位。"])
    return saved(book)


def _merge_goal(sheet: object, start: int) -> None:
    for column in "AB":
        for merged in list(sheet.merged_cells.ranges):
            if merged.coord.startswith(f"{column}{start}:"):
                sheet.unmerge_cells(merged.coord)
        sheet.merge_cells(f"{column}{start}:{column}{sheet.max_row}")


# Through the pages ------------------------------------------------------------


def upload(client, data: bytes, kind: str, name: str = "附表.xlsx", **fields):
    """Upload a file and return the page that answers, whatever it is."""
    file = SimpleUploadedFile(name, data)
    return client.post("/imports/", {"kind": kind, "file": file, **fields}, follow=True)


def token_of(page) -> str:
    return re.search(r'name="upload" value="([^"]+)"', page.content.decode())[1]


def confirm(client, page):
    html = page.content.decode()
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', html)
    assert digest, "the preview offers no confirmation"
    data = {"upload": token_of(page), "digest": digest[1]}
    return client.post("/imports/apply/", data, follow=True)


def choose(client, page, **choices):
    data = {"upload": token_of(page), **choices}
    return client.post("/imports/preview/", data, follow=True)


def counts(page) -> dict[str, int]:
    preview = page.context["preview"]
    return {str(state.value): count for state, _label, count in page.context["counts"]} | {
        "problems": len(preview.problems) + len(preview.questions)
    }
