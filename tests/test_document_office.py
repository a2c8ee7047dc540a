"""Word, Excel and CSV: read back with their libraries, and printed through LibreOffice."""

import csv
import io
import os
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from openpyxl.worksheet.worksheet import Worksheet

from reports.document.annex import Annex, annex_csv, flat_rows
from reports.document.content import CircularContent, Orientation
from reports.document.docx import circular_docx
from reports.document.fonts import ROLES, face_in_use
from reports.document.import_templates import ImportTable, import_book
from reports.document.lines import NOT_AT_START
from reports.document.locked import HEAD_ROW, Column, fill_locked
from reports.document.sheet_rows import LINE, ROW_EXTRA, ROW_LIMIT
from reports.document.sheets import CELL_LIMIT
from reports.document.tables import table_file
from reports.document.xlsx import annex_xlsx
from targets.importing.heads import PLAN_HEADS
from targets.importing.workbook import LINE_END
from tests.annex_reading import (
    csv_records,
    joined_records,
    place_of,
    print_cells,
    print_text,
    word_records,
)
from tests.documents import content_of, make_row, source_content
from tests.pdf_reading import MM, Mark, Sheet, read_pdf

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


# Word ------------------------------------------------------------------


def tall_content() -> CircularContent:
    text = "推进重点项目建设，完成投资12.5亿元；新开工项目三个，均按计划推进。" * 150
    units = ("区发改局", "区自然资源和规划局")
    return content_of([make_row(1, 1), make_row(1, 2, text=text, units=units), make_row(2, 1)])


@pytest.fixture(scope="module")
def word() -> docx.document.Document:
    return docx.Document(io.BytesIO(circular_docx(source_content())))


def test_word_pages_are_those_of_the_standard(word: docx.document.Document) -> None:
    first, annex, last = word.sections
    for section in (first, last):
        assert (section.page_width, section.page_height) == pytest.approx(
            (Mm(210), Mm(297)), abs=700
        )
        sides = (
            section.top_margin,
            section.bottom_margin,
            section.left_margin,
            section.right_margin,
        )
        assert sides == pytest.approx((Mm(37), Mm(35), Mm(28), Mm(26)), abs=700)
    assert annex.orientation == WD_ORIENT.LANDSCAPE
    assert (annex.page_width, annex.page_height) == pytest.approx((Mm(297), Mm(210)), abs=700)
    sides = (annex.top_margin, annex.right_margin, annex.bottom_margin, annex.left_margin)
    # Mirrored pages swap the sides: the mean of each pair is within the standard's 1 mm on all.
    assert sides == pytest.approx((Mm(27), Mm(36), Mm(27), Mm(36)), abs=700)
    grid = first._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")
    assert word.settings.odd_and_even_pages_header_footer
    assert word.settings.element.find(qn("w:mirrorMargins")) is not None


def test_word_styles_name_the_offices_faces(word: docx.document.Document) -> None:
    wanted = {
        "通报报头": ("title", 62),
        "Heading 1": ("title", 22),
        "通报正文": ("fang", 16),
        "通报落款": ("fang", 16),
        "附表标识": ("hei", 16),
        "附表表头": ("hei", 10.5),
        "附表正文": ("fang", 10.5),
        "通报版记": ("fang", 14),
        "通报页码": ("song", 14),
    }
    for name, (role, size) in wanted.items():
        style = word.styles[name]
        fonts = style.element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == fonts.get(qn("w:ascii")) == ROLES[role].office_name
        assert style.font.size == Pt(size)
    assert str(word.styles["通报报头"].font.color.rgb) == "E60012"
    assert word.styles["通报正文"].paragraph_format.line_spacing == Pt(28.95)
    assert word.styles["通报正文"].paragraph_format.first_line_indent == Pt(32)


def test_word_holds_the_same_words(word: docx.document.Document) -> None:
    content = source_content()
    texts = [paragraph.text for paragraph in word.paragraphs]
    assert content.body[0] in texts
    # A title is one paragraph, whatever its lines.
    assert "\n".join(content.title_lines) in texts
    assert content.annex.title in ["".join(text.split()) for text in texts]
    records = joined_records(circular_docx(content))
    for record, row in zip(records, content.annex.rows, strict=True):
        assert list(record.values()) == [
            "".join(text.split())
            for text in (
                *(str(row.goal_number), row.goal_name, row.numbered_standard, row.progress),
                "".join(row.lead_units),
            )
        ]


def test_words_signature_never_stands_alone_on_a_page(word: docx.document.Document) -> None:
    body = next(each for each in word.paragraphs if each.text == source_content().body[-1])
    note = next(each for each in word.paragraphs if each.text.startswith("附表："))
    assert body.paragraph_format.keep_with_next
    assert note.paragraph_format.keep_with_next


def test_word_tables_repeat_goal_and_heads_and_keep_rows_whole(
    word: docx.document.Document,
) -> None:
    goals = {row.goal_number for row in source_content().annex.rows}
    tables = [each._tbl for each in word.tables][:-1]  # the last is the distribution block
    assert len(tables) == len(goals)
    for table in tables:
        heads = [row.trPr.find(qn("w:tblHeader")) is not None for row in table.tr_lst]
        assert heads == [True, True, *[False] * (len(heads) - 2)]
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in table.tr_lst)
        # Tables that touch are one table to Word.
        assert table.getprevious().tag == qn("w:p")


@pytest.mark.parametrize("orientation", list(Orientation))
def test_words_tables_never_end_within_a_rules_width_of_the_page(orientation: Orientation) -> None:
    """LibreOffice 7.4 would print nothing more of a table whose one row on a page ends there."""
    content = replace(source_content(), orientation=orientation)
    document = docx.Document(io.BytesIO(circular_docx(content)))
    table, section, rule = document.tables[0]._tbl, document.sections[1], 10

    def spacing(style: str, key: str) -> int:
        (found,) = document.styles[style].element.xpath("./w:pPr/w:spacing")
        return int(found.get(qn(f"w:{key}")))

    line = spacing("附表正文", "line")
    third = sum(int(each.get(qn("w:w"))) for each in table.xpath(".//w:tblCellMar/*")[::2]) + rule
    assert 3 * third == line
    heads = [spacing(name, "before") + spacing(name, "after") for name in ("附表目标", "附表表头")]
    above = rule + sum(heads)  # beside lines and thirds, at a page's top
    assert (spacing("附表间隔", "line") + above) % third == 0  # a further table changes nothing
    page = (section.page_height - section.top_margin - section.bottom_margin) // 635
    assert 2 * rule < (page - above) % third < third - 2 * rule
    title = next(each for each in document.paragraphs if each.style.name == "Heading 2")
    layout, grid = title.paragraph_format, 579
    heading = layout.space_before.twips + layout.space_after.twips
    heading += grid * (2 + title.text.count("\n"))
    assert heading % third in (0, 1, third - 1)


def test_words_long_names_are_broken_between_words() -> None:
    content = replace(source_content(), orientation=Orientation.PORTRAIT)
    names = {record["牵头单位"] for record in word_records(circular_docx(content))}
    assert "区自然资源\n和规划局" in names
    # Two units of which one takes two lines: a blank line between them.
    assert "阳逻开发区\n管委会\n\n区自然资源\n和规划局" in names
    # No character is left alone on a line, as 区 would be where only words count.
    assert any("区市场\n监管局" in name.split("\n\n") for name in names)
    assert not [name for name in names for line in name.split("\n") if len(line) == 1]


def front_of(content: CircularContent) -> tuple[list[Paragraph], float]:
    """Return the paragraphs from the title on to the date, and the pt before the signature."""
    found = docx.Document(io.BytesIO(circular_docx(content))).paragraphs[3:]
    end = next(at for at, each in enumerate(found) if each.text == content.date_text)
    name = next(each for each in found if each.style.name == "通报落款")
    return found[: end + 1], name.paragraph_format.space_before.pt


def test_words_front_gives_way_as_the_pdfs_does() -> None:
    content = source_content()
    sentence = "推进重点项目建设，完成投资若干亿元，新开工项目三个，均按计划推进。"
    wide, gap = front_of(replace(content, body=(sentence * 2,)))
    assert gap == pytest.approx(2 * 28.95, abs=0.1)
    assert "附表：2020年区《政府工作报告》确定的主要目标任务\n第一季度完成情况" in [
        each.text for each in wide
    ]
    # With six lines the gap and then the pitch give way; of eight the second paragraph goes over.
    tight, gap = front_of(replace(content, body=(sentence * 5,)))
    assert gap < 28.95
    assert {each.paragraph_format.line_spacing.pt for each in tight} == {gap}
    parted, _ = front_of(replace(content, body=(sentence * 5, sentence)))
    assert [each.paragraph_format.page_break_before for each in parted if each.text][1:3] == [
        None,
        True,
    ]


@pytest.mark.parametrize("orientation", list(Orientation))
def test_words_rows_taller_than_a_page_go_on_as_rows_of_their_item(
    orientation: Orientation,
) -> None:
    content = replace(tall_content(), orientation=orientation)
    text, leads = content.annex.rows[1].progress, content.annex.rows[1].lead_units
    first, *parts, last = word_records(circular_docx(content))
    assert len(parts) > 1
    assert first[PROGRESS] == last[PROGRESS] == "正在推进。"
    assert [each["工作标准"] for each in parts] == [
        "（2）推进重点工作。",
        *["（2）（续）"] * (len(parts) - 1),
    ]
    assert {"".join(each["牵头单位"].split()) for each in parts} == {"".join(leads)}
    assert "".join(each[PROGRESS] for each in parts) == text
    assert all(each[PROGRESS].endswith(("。", "；")) for each in parts)


def test_word_calls_its_words_chinese(word: docx.document.Document) -> None:
    (default,) = word.styles.element.xpath("w:docDefaults//w:lang")
    assert default.get(qn("w:eastAsia")) == "zh-CN"
    assert word.settings.element.find(qn("w:themeFontLang")).get(qn("w:eastAsia")) == "zh-CN"
    assert word.core_properties.language == "zh-CN"


def test_word_annex_can_stand_upright() -> None:
    content = replace(source_content(), orientation=Orientation.PORTRAIT)
    sections = docx.Document(io.BytesIO(circular_docx(content))).sections
    assert {section.orientation for section in sections} == {WD_ORIENT.PORTRAIT}


def test_markup_in_words_stays_text_in_word() -> None:
    text = "</w:t><w:br/>&amp;<b>甲</b>\x00"
    content = content_of([make_row(1, 1, text=text, units=[text])], body=(text,), send_to=text)
    document = docx.Document(io.BytesIO(circular_docx(content)))
    shown = "</w:t><w:br/>&amp;<b>甲</b>"
    assert shown in [paragraph.text for paragraph in document.paragraphs]
    assert word_records(circular_docx(content))[0][PROGRESS] == shown


# Printed through LibreOffice ------------------------------------------------


def same_faces(folder: Path) -> dict[str, str]:
    """Return an environment in which the offices' faces are those that the PDF is measured in."""
    aliases = "".join(
        f'<alias binding="same"><family>{role.office_name}</family>'
        f"<accept><family>{face_in_use(key).family}</family></accept></alias>"
        for key, role in ROLES.items()
    )
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><fontconfig><include>/etc/fonts/fonts.conf</include>'
        f"{aliases}</fontconfig>"
    )
    return {**os.environ, "FONTCONFIG_FILE": str(config)}


def printed(
    data: bytes, suffix: str, folder: Path, environment: dict[str, str] | None = None
) -> list[Sheet]:
    """Convert an office file to PDF and read it."""
    office = shutil.which("soffice")
    assert office, "LibreOffice is part of what the tests need"
    source = folder / f"document.{suffix}"
    source.write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, source]
    subprocess.run(command, check=True, capture_output=True, timeout=180, env=environment)
    return read_pdf((folder / "document.pdf").read_bytes())


def crossed(sheet: Sheet) -> list[str]:
    """Return the characters that a horizontal rule cuts through."""
    rules = [rule for rule in sheet.rules if rule.height < 2 and rule.width > 20]
    return [
        mark.text
        for mark in sheet.marks
        for rule in rules
        if rule.left < mark.x < rule.right and mark.top + 1 < rule.top < mark.bottom - 1
    ]


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


def words(line: Sequence[Mark]) -> str:
    return "".join("".join(mark.text for mark in line).split())


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
    sheets = printed(annex_xlsx(annex), "xlsx", tmp_path)
    count = len(workbook(annex)["附表"].row_breaks.brk) + 1
    pages, further = sheets[:count], sheets[count:]
    for place, sheet in enumerate(pages, start=1):
        assert (sheet.width, sheet.height) == pytest.approx((842, 595), abs=1)
        assert "序号目标名称工作标准一季度完成情况牵头单位" in sheet.text
        assert crossed(sheet) == []
        assert max(mark.right for mark in sheet.marks) < sheet.width - 40
        assert f"第{place}页共{count}页" in words(sheet.marks)
    # Each line as it was ended, none broken again, none begun with a mark.
    lines = [words(line) for sheet in pages for line in cell_lines(sheet)]
    assert [line for line in lines if line[0] in NOT_AT_START] == []
    assert set(lines_of(workbook(annex)["附表"])) <= set(lines)
    units = "".join(sheet.text for sheet in pages)
    for row in annex.rows:
        assert row.lead_units[0][:4] in units
    assert_flat_sheet_is_readable(annex, further)


@pytest.mark.document
@pytest.mark.slow
def test_libreoffice_prints_a_list_with_nothing_cut(tmp_path: Path) -> None:
    """A list's rows are as high as their texts, in whatever face; it counts its pages."""
    rows = [(row.standard, row.progress) for row in source_content().annex.rows[:20]]
    data = b"".join(table_file("清单", ("工作标准", "完成情况"), rows, (44, 60)))
    sheets = printed(data, "xlsx", tmp_path)
    on_paper = "".join(words(sorted(sheet.marks, key=lambda m: m.x)) for sheet in sheets)
    for place, sheet in enumerate(sheets, start=1):
        assert crossed(sheet) == []
        assert f"第{place}页共{len(sheets)}页" in words(sheet.marks)
    wanted = "".join(standard + progress for standard, progress in rows)
    counted = Counter("".join(wanted.split()))
    assert counted - Counter(on_paper) == Counter()


def test_a_lists_rows_are_as_high_as_their_texts() -> None:
    rows = [("一" * 10, 1), ("一" * 45, 2), ("一\n二\n三", 3), ("一" * 9000, 4)]
    data = b"".join(table_file("清单", ("名称", "数"), rows, (24, 9)))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    heights = [sheet.row_dimensions[row].height for row in range(2, 6)]
    lines = [1, 5, 3]  # eleven characters have room on a line
    expected = [*(count * LINE + ROW_EXTRA for count in lines), ROW_LIMIT]
    assert heights == pytest.approx(expected, abs=0.1)


def test_an_import_workbooks_rows_are_as_high_as_the_texts_shown() -> None:
    row = {"standard": "一" * 70, "name": "甲", "not-shown": "一" * 900}
    data = import_book("任务分解", ImportTable("任务", PLAN_HEADS, [row]))
    sheet = openpyxl.load_workbook(io.BytesIO(data))["任务"]
    assert sheet.row_dimensions[2].height == pytest.approx(3 * LINE + ROW_EXTRA, abs=0.1)


def test_a_units_rows_are_as_high_as_any_of_their_texts() -> None:
    """Of whichever column, line by line; a hidden one counts for nothing."""
    columns: list[Column[str]] = [
        Column("其他", 9, lambda row: "一"),
        Column("存在问题", 24, lambda row: row, lambda row: True),
        Column("核对", 9, lambda row: "一" * 900, is_hidden=True),
    ]
    sheet = openpyxl.Workbook().active
    fill_locked(sheet, "填报", "说明", ["一", "一\n" * 6, "一" * 9000], columns, least=4)
    heights = [sheet.row_dimensions[HEAD_ROW + place].height for place in (1, 2, 3)]
    expected = [4 * LINE + ROW_EXTRA, 7 * LINE + ROW_EXTRA, ROW_LIMIT]
    assert heights == pytest.approx(expected, abs=0.1)


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


def assert_block_stands_at_the_foot(sheet: Sheet) -> None:
    """Look for the block on the text area's edges, without a page number [7.4, 7.5]."""
    rules = sorted((rule for rule in sheet.rules if rule.width > 300), key=lambda rule: rule.top)
    # LibreOffice takes an even page's margins for an odd one's: left 28, right 26 mm.
    for rule in rules:
        assert (rule.left, rule.right) == pytest.approx((28 * MM, 184 * MM), abs=0.5 * MM)
    assert rules[-1].bottom == pytest.approx(262 * MM, abs=MM)
    assert "—" not in sheet.text


@pytest.mark.document
@pytest.mark.slow
def test_libreoffice_prints_the_word_file_with_nothing_cut(tmp_path: Path) -> None:
    content = source_content()
    tall = replace(content.annex.rows[60], progress=tall_content().annex.rows[1].progress)
    rows = (*content.annex.rows[:60], tall, *content.annex.rows[61:])
    content = replace(content, annex=replace(content.annex, rows=rows))
    sheets = printed(circular_docx(content), "docx", tmp_path)
    assert "督查通报" in sheets[0].text
    first = ["".join(mark.text for mark in line) for line in sheets[0].lines()]
    assert content.date_text in first  # the signature's, on a page with the body
    red = max(rule.bottom for rule in sheets[0].rules if rule.colour == (0xE6, 0, 0x12))
    assert red == pytest.approx(37 * MM + 6 * 28.95, abs=MM)  # six lines of the grid, as in the PDF
    assert "报：区人民政府区长、副区长。" in sheets[-1].text
    assert_block_stands_at_the_foot(sheets[-1])
    annex = [sheet for sheet in sheets[1:-1] if sheet.marks]
    # LibreOffice writes a line's faces one after the other; places give the reading order.
    inside = [[m for line in each.lines() for m in line if m.x > 35 * MM] for each in annex]
    texts = list(map(words, inside))  # without the turned page number
    assert_goals_stand_on_their_pages(content, texts)
    for sheet, text in zip(annex, texts, strict=True):
        assert crossed(sheet) == []
        assert "工作标准一季度完成情况牵头单位" in text
        assert text.count(f"{tall.label}（续）") <= 1
    for sheet in annex[:-1]:
        blank = sheet.height - 27 * MM - max(rule.bottom for rule in sheet.rules)
        assert blank < 156 * MM / 4
    assert sum(f"{tall.label}（续）" in text for text in texts) > 1
    assert 25 <= len(sheets) <= 40


def assert_goals_stand_on_their_pages(content: CircularContent, texts: Sequence[str]) -> None:
    """Find each item below its own goal's number and name, on the page where it stands."""
    bands = {row.goal_number: f"{row.goal_number}{row.goal_name}" for row in content.annex.rows}
    for row in content.annex.rows:
        start = "".join(row.numbered_standard.split())[:8]
        nearest = [
            max(bands, key=lambda goal: text.rfind(bands[goal], 0, text.index(start)))
            for text in texts
            if start in text and any(band in text[: text.index(start)] for band in bands.values())
        ]
        assert row.goal_number in nearest, start


def test_packages_are_sound() -> None:
    for data in (annex_xlsx(source_content().annex), circular_docx(source_content())):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            assert package.testzip() is None
            assert {each.date_time for each in package.infolist()} == {(2000, 1, 1, 0, 0, 0)}
