"""Excel and CSV: read back with their libraries, and printed through LibreOffice."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.document.annex import (
    COLUMNS,
    OPTIONAL,
    Annex,
    annex_csv,
    flat_rows,
    print_order,
)
from reports.document.docx import circular_docx
from reports.document.fonts import ROLES
from reports.document.import_templates import ImportTable, import_book
from reports.document.lines import NOT_AT_START
from reports.document.locked import HEAD_ROW, Column, fill_locked
from reports.document.sheet_rows import LINE, ROW_EXTRA, ROW_LIMIT
from reports.document.sheets import CELL_LIMIT, SMALL, book_bytes, new_book
from reports.document.tables import table_file
from reports.document.xlsx import annex_xlsx
from targets.importing.heads import PLAN_HEADS
from targets.importing.workbook import LINE_END
from tests.annex_reading import (
    csv_records,
    place_of,
    print_cells,
    print_text,
)
from tests.documents import content_of, make_row, source_content
from tests.office_printing import crossed, printed, printed_all, words
from tests.pdf_reading import Mark, Sheet

PROGRESS = "一季度完成情况"
EVIL = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "#N/A", '=HYPERLINK("http://a","b")')
EVIL += ("＝1+1", "＋1", "－1", "＠A1")  # full-width signs, which a spreadsheet takes as well


def evil_annex() -> Annex:
    rows = [
        make_row(1, n, text=text, is_numbered=False, standard=text)
        for n, text in enumerate(EVIL, 1)
    ]
    return content_of(rows).annex


def workbook(annex: Annex) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(annex_xlsx(annex)))


# Excel ------------------------------------------------------------------


def test_print_sheet_holds_every_item_word_for_word() -> None:
    annex = source_content().annex
    book = workbook(annex)
    assert print_text(book, "工作标准") == "".join(row.numbered_standard for row in annex.rows)
    assert print_text(book, PROGRESS) == "".join(row.progress for row in annex.rows)
    # Names are broken at words, as in print.
    units = "".join("".join(row.lead_units) for row in annex.rows)
    assert "".join(print_text(book, "牵头单位").split()) == units


def test_empty_paragraphs_and_blanks_survive_the_line_ends() -> None:
    growth = "GDP growth of the whole district came to seven per cent in March and April."
    text = f"1、第一段。\n\n  {growth}\n"
    book = workbook(content_of([make_row(1, 1, text=text), make_row(1, 2, text="")]).annex)
    sheet = book["附表"]
    first, second = print_cells(book, PROGRESS)
    lines = [line.strip(" ") for line in text.split("\n")]
    assert LINE_END in first
    assert first.replace(LINE_END, "").split("\n") == lines
    assert not second
    lines = first.count("\n") + 1
    assert sheet.row_dimensions[4].height == pytest.approx(lines * LINE + ROW_EXTRA, abs=0.1)


def test_flat_sheet_holds_one_row_an_item_with_filters() -> None:
    annex = source_content().annex
    sheet = workbook(annex)["明细"]
    values = [tuple(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert values == [tuple(value or None for value in row) for row in flat_rows(annex)]
    assert sheet.auto_filter.ref == f"A1:H{len(annex.rows) + 1}"
    assert not sheet.merged_cells.ranges


def test_flat_sheet_says_where_a_text_is_taller_than_a_row() -> None:
    def footer(*lengths: int) -> str:
        rows = [make_row(1, n, text="推进项目。" * length) for n, length in enumerate(lengths, 1)]
        return str(workbook(content_of(rows).annex)["明细"].oddFooter.center.text)

    assert "印不全" not in footer(1, 10)
    assert "有2项文字太长，本表印不全，全文见附表或单元格" in footer(1, 300, 400)


def test_print_sheet_is_set_up_for_paper() -> None:
    sheet = workbook(source_content().annex)["附表"]
    assert sheet.page_setup.orientation == "landscape"
    assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4
    assert (
        not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage
    )
    assert sheet.print_title_rows == "$3:$3"
    # Not &N, which counts the other sheets' pages too: breaks are set by hand.
    assert sheet.oddFooter.center.text == f"第 &P 页　共 {len(sheet.row_breaks.brk) + 1} 页"
    assert sheet.page_setup.firstPageNumber == 1
    assert sheet["A1"].font.name == ROLES["hei"].office_name
    assert sheet["A2"].font.name == ROLES["title"].office_name
    standard = sheet.cell(5, place_of(sheet, "工作标准"))
    assert standard.font.name == ROLES["fang"].office_name
    assert standard.font.size == 10.5


def test_merges_end_at_page_breaks_and_labels_repeat() -> None:
    sheet = workbook(source_content().annex)["附表"]
    breaks = [each.id for each in sheet.row_breaks.brk]
    assert len(breaks) > 10
    goal_merges = [each for each in sheet.merged_cells.ranges if each.min_row > 3]
    for merge in goal_merges:
        assert not [at for at in breaks if merge.min_row <= at < merge.max_row]
    for at in breaks:
        assert sheet.cell(at + 1, place_of(sheet, "序号")).value is not None
        assert sheet.cell(at + 1, place_of(sheet, "目标名称")).value


def test_rows_keep_below_the_limit_and_long_ones_go_on() -> None:
    text = "推进重点项目建设，完成投资12.5亿元；" * 250
    annex = content_of([make_row(1, 1), make_row(1, 2, text=text)]).annex
    book = workbook(annex)
    sheet = book["附表"]
    heights = [sheet.row_dimensions[row].height for row in range(4, sheet.max_row + 1)]
    assert max(heights) <= ROW_LIMIT
    assert len(heights) > 3
    assert print_cells(book, "工作标准")[2] == "（2）（续）"
    pieces = print_cells(book, PROGRESS)[1:]
    assert "".join(pieces).replace(LINE_END, "") == text


def test_what_must_be_divided_goes_on_to_the_pages_end() -> None:
    """It begins below what stands on the page, and is cut where the page ends."""
    text = "推进重点项目建设，完成投资12.5亿元；" * 250
    annex = content_of([make_row(1, 1), make_row(1, 2, text=text)]).annex
    sheet = workbook(annex)["附表"]
    assert sheet.row_breaks.brk[0].id == 5
    assert sheet.row_dimensions[5].height > 250


def wide_annex() -> Annex:
    """Return an annex of every column that there is."""
    annex = source_content().annex
    texts = dict.fromkeys(OPTIONAL, "推进征收，倒排工期，确保上半年完成。" * 3)
    rows = [replace(row, extra=texts | {"leader": "分管领导"}) for row in annex.rows[:20]]
    return replace(annex, rows=tuple(rows), columns=print_order([*COLUMNS]))


def test_a_sheet_of_many_columns_is_printed_smaller_not_narrower() -> None:
    sheet = workbook(wide_annex())["附表"]
    assert sheet.page_setup.scale == 70
    letters = [get_column_letter(place_of(sheet, head)) for head in ("存在的问题", PROGRESS)]
    widths = [sheet.column_dimensions[letter].width for letter in letters]
    assert widths[0] > 14  # a head of five characters has room
    assert widths[1] > 33
    # As tall as on other papers: the title is set larger.
    assert sheet["A2"].font.size == pytest.approx(22 / 0.7, abs=0.5)
    assert workbook(source_content().annex)["附表"].page_setup.scale == 100
    # So a page holds more of them: 174 mm less the head, in type of 70%.
    breaks = [3, *(each.id for each in sheet.row_breaks.brk)]
    heights = [
        sum(sheet.row_dimensions[row].height for row in range(start + 1, stop + 1))
        for start, stop in pairwise(breaks)
    ]
    assert 500 < max(heights) < 174 / 25.4 * 72 / 0.7 - sheet.row_dimensions[3].height


def test_rows_are_as_high_as_their_words_and_a_goals_name_need() -> None:
    """None is stretched: a long goal name is weighed against all its rows on the page."""
    rows = [make_row(1, n, goal_name="经济社会发展的主要预期目标") for n in range(1, 6)]
    rows.append(make_row(2, 1, goal_name="经济社会发展的主要预期目标"))
    sheet = workbook(content_of(rows).annex)["附表"]
    heights = [sheet.row_dimensions[row].height for row in range(4, 10)]
    assert heights[:5] == pytest.approx([LINE + ROW_EXTRA] * 5, abs=0.1)
    assert heights[5] == pytest.approx(3 * LINE + ROW_EXTRA, abs=0.1)


def test_what_looks_like_a_formula_stays_text() -> None:
    book = workbook(evil_annex())
    for sheet in book:
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert not [cell for cell in cells if cell.data_type in ("f", "e")]
        values = {cell.value for cell in cells}
        assert set(EVIL) <= values or sheet.sheet_state == "veryHidden"


def test_control_characters_are_left_out_and_too_long_a_cell_is_refused() -> None:
    annex = content_of([make_row(1, 1, text="甲\x00\x0b乙")]).annex
    assert print_cells(workbook(annex), PROGRESS) == ["甲\n乙"]
    with pytest.raises(ValueError, match="单元格上限"):
        annex_xlsx(content_of([make_row(1, 1, text="长" * (CELL_LIMIT + 1))]).annex)


def test_workbook_and_word_file_have_the_same_bytes_each_time() -> None:
    content = source_content()
    assert annex_xlsx(content.annex) == annex_xlsx(content.annex)
    assert circular_docx(content) == circular_docx(content)


# CSV ------------------------------------------------------------------


def test_csv_holds_the_flat_rows_with_a_byte_order_mark() -> None:
    annex = source_content().annex
    data = annex_csv(annex)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[1:] == [[str(value) for value in row] for row in flat_rows(annex)]


def test_csv_neutralises_formulas() -> None:
    rows = csv_records(annex_csv(evil_annex()))
    for text, row in zip(EVIL, rows, strict=True):
        assert row[PROGRESS] == (text if text.startswith("#") else "'" + text)


# Printed through LibreOffice ------------------------------------------------


def cell_lines(sheet: Sheet) -> list[list[Mark]]:
    """Return the lines of a table's cells, column by column."""
    places = {round(rule.left) for rule in sheet.rules if rule.height > max(rule.width, 5)}
    edges = [place for place in sorted(places) if place - 1 not in places]
    top = min(rule.top for rule in sheet.rules)
    lines = []
    for left, right in pairwise(edges):
        inside = (m for m in sheet.marks if left < m.x < right and m.y > top)
        column = sorted(inside, key=lambda m: m.y)
        starts = [i for i, m in enumerate(column) if not i or m.y - column[i - 1].y > LINE / 2]
        lines += [
            sorted(column[start:stop], key=lambda m: m.x)
            for start, stop in pairwise([*starts, len(column)])
        ]
    return lines


def lines_of(sheet: Worksheet) -> list[str]:
    """Return the lines of the standards and texts as the workbook ends them."""
    places = [place_of(sheet, head) for head in ("工作标准", PROGRESS)]
    cells = [sheet.cell(row, place) for row in range(4, sheet.max_row + 1) for place in places]
    return ["".join(line.split()) for cell in cells for line in str(cell.value or "").split("\n")]


@pytest.mark.document
@pytest.mark.slow
def test_libreoffice_prints_the_workbook_with_nothing_cut(tmp_path: Path) -> None:
    """In whatever stands in for the offices' faces: the tallest and widest that are installed."""
    annex = source_content().annex
    texts = [row.progress for row in annex.rows[:9]]
    files = {
        "annex": annex_xlsx(annex),
        "wide": annex_xlsx(wide_annex()),  # printed smaller
        "form": locked_form(texts),
    }
    sheets = printed_all(files, "xlsx", tmp_path)
    pages, further = print_pages(annex, sheets["annex"])
    for sheet in pages:
        assert "序号目标名称工作标准一季度完成情况牵头单位" in sheet.text
    units = "".join(sheet.text for sheet in pages)
    for row in annex.rows:
        assert row.lead_units[0][:4] in units
    assert_flat_sheet_is_readable(annex, further)
    for sheet in print_pages(wide_annex(), sheets["wide"])[0]:
        assert "存在的问题" in words(sheet.marks)  # a head that no column cuts
    on_form = Counter("".join(words(sheet.marks) for sheet in sheets["form"]))
    assert Counter("".join("".join(texts).split())) - on_form == Counter()
    for sheet in sheets["form"]:
        assert crossed(sheet) == []
        assert "甲局&乙办填报表" in words(sheet.marks)


def print_pages(annex: Annex, sheets: Sequence[Sheet]) -> tuple[list[Sheet], list[Sheet]]:
    """Return the pages of the sheet to print, with nothing cut on them, and all further ones."""
    sheet = workbook(annex)["附表"]
    count = len(sheet.row_breaks.brk) + 1
    pages = list(sheets[:count])
    for place, page in enumerate(pages, start=1):
        assert (page.width, page.height) == pytest.approx((842, 595), abs=1)
        assert crossed(page) == []
        assert max(mark.right for mark in page.marks) < page.width - 40
        assert f"第{place}页共{count}页" in words(page.marks)
    # Each line as it was ended, none broken again, none begun with a mark.
    lines = [words(line) for page in pages for line in cell_lines(page)]
    assert [line for line in lines if line[0] in NOT_AT_START] == []
    assert set(lines_of(sheet)) <= set(lines)
    return pages, list(sheets[count:])


def locked_form(texts: Sequence[str]) -> bytes:
    """Return a form of one column to fill in beside a number."""
    columns: list[Column[str]] = [
        Column("编号", 10, lambda row: "1（1）"),
        Column("完成情况", 50, lambda row: row, lambda row: True),
    ]
    book = new_book("填报表")
    fill_locked(book.active, "甲局&乙办填报表", "说明", texts, columns, least=2)
    return book_bytes(book)


@pytest.mark.document
@pytest.mark.slow
def test_libreoffice_prints_a_list_with_nothing_cut(tmp_path: Path) -> None:
    """A wide list goes on to the right, in type that is read; its rows are as high as their texts.

    In whatever face; it counts its pages.
    """
    heads = ("序号", "工作标准", "完成情况", "汇总稿", "报送时间")
    rows = [
        (number, row.standard, row.progress, row.progress, "2020-04-10 09:00")
        for number, row in enumerate(source_content().annex.rows[:12], start=101)
    ]
    data = b"".join(table_file("清单", heads, rows, (9, 70, 90, 90, 21)))
    sheets = printed(data, "xlsx", tmp_path)
    assert len(sheets) % 2 == 0
    for place, sheet in enumerate(sheets, start=1):
        assert crossed(sheet) == []
        assert f"第{place}页共{len(sheets)}页" in words(sheet.marks)
        cells = words([mark for mark in sheet.marks if mark.y < sheet.height - 40])
        heads_on_page = heads[:3] if place % 2 else (heads[0], *heads[3:])
        assert [head for head in heads if head in cells] == [*heads_on_page]
        assert min(mark.size for mark in sheet.marks if mark.y < sheet.height - 40) > 7.3
    on_paper = "".join(words(sorted(sheet.marks, key=lambda m: m.x)) for sheet in sheets)
    wanted = "".join("".join(map(str, (row[0], *row))) for row in rows)  # the first stands twice
    counted = Counter("".join(wanted.split()))
    assert counted - Counter(on_paper) == Counter()


def test_a_lists_rows_are_as_high_as_their_texts() -> None:
    rows = [("一" * 10, 1), ("一" * 45, 2), ("一\n二\n三", 3), ("2020-04-10 09:00", 4)]
    data = b"".join(table_file("清单", ("名称", "事项序号"), rows, (24, 6)))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet.row_dimensions[1].height == pytest.approx(2 * LINE + 3 * ROW_EXTRA, abs=0.1)
    heights = [sheet.row_dimensions[row].height for row in range(2, 6)]
    lines = [1, 5, 3, 1]  # eleven characters have room on a line
    assert heights == pytest.approx([count * LINE + ROW_EXTRA for count in lines], abs=0.1)
    assert "印不全" not in sheet.oddFooter.center.text


def test_a_lists_taller_rows_are_set_smaller_and_its_foot_says_what_is_cut() -> None:
    """No row is taller than 409 pt: what then has no room is said, and never dropped."""
    rows = [("一" * 290, 1), ("一" * 9000, 2), ("=" + "一" * 290, 3)]
    data = b"".join(table_file("清单", ("名称", "数"), rows, (24, 9)))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    heights = [sheet.row_dimensions[row].height for row in range(2, 5)]
    assert heights[1] == ROW_LIMIT
    assert max(heights[0], heights[2]) < ROW_LIMIT
    assert {sheet.cell(row, 1).font.size for row in range(2, 5)} == {SMALL}
    assert [sheet.cell(row, 1).value for row in range(2, 5)] == [name for name, _ in rows]
    assert sheet["A4"].quotePrefix
    assert "有1项文字太长，本表印不全，全文见单元格" in sheet.oddFooter.center.text


def test_an_import_workbooks_rows_are_as_high_as_the_texts_shown() -> None:
    row = {"standard": "一" * 70, "name": "甲", "not-shown": "一" * 900}
    data = import_book("任务分解", ImportTable("任务", PLAN_HEADS, [row]))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book._named_styles["Normal"].font.name == "Arial"  # widths are counted in its digits
    sheet = book["任务"]
    assert sheet.row_dimensions[2].height == pytest.approx(3 * LINE + ROW_EXTRA, abs=0.1)


def test_a_units_rows_are_as_high_as_any_of_their_texts() -> None:
    """Of whichever column, line by line; a hidden one counts for nothing."""
    columns: list[Column[str]] = [
        Column("其他", 9, lambda row: "一"),
        Column("存在问题", 24, lambda row: row, lambda row: True),
        Column("状态", 9, lambda row: "一", is_printed=False),
        Column("核对", 9, lambda row: "一" * 900, is_hidden=True),
    ]
    sheet = openpyxl.Workbook().active
    fill_locked(sheet, "填报", "说明", ["一", "一\n" * 6, "一" * 9000], columns, least=4)
    heights = [sheet.row_dimensions[HEAD_ROW + place].height for place in (1, 2, 3)]
    expected = [4 * LINE + ROW_EXTRA, 7 * LINE + ROW_EXTRA, ROW_LIMIT]
    assert heights == pytest.approx(expected, abs=0.1)
    assert "有1项文字太长" in sheet.oddFooter.center.text
    # On paper stand the columns for people, as large as can be.
    assert sheet.print_area == f"'{sheet.title}'!$A$3:$B$6"


def assert_flat_sheet_is_readable(annex: Annex, sheets: Sequence[Sheet]) -> None:
    """Look for every word of the flat rows, large enough and under a repeated head."""
    for place, sheet in enumerate(sheets, start=1):
        assert (sheet.width, sheet.height) == pytest.approx((842, 595), abs=1)
        assert "目标序号" in words(sheet.marks)
        assert f"明细第{place}页" in words(sheet.marks)
        assert crossed(sheet) == []
        assert min(mark.size for mark in sheet.marks) > 8.5
    printed_on = "".join(words(sheet.marks) for sheet in sheets)
    for row in annex.rows:
        assert "".join(row.progress.split())[-6:] in printed_on


def test_packages_are_sound() -> None:
    for data in (annex_xlsx(source_content().annex), circular_docx(source_content())):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            assert package.testzip() is None
            assert {each.date_time for each in package.infolist()} == {(2000, 1, 1, 0, 0, 0)}
