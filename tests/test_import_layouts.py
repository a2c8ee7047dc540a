"""The same table as Excel, WPS, LibreOffice and Word write it, and as people lay it out."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from targets.importing import Kind, Preview, State, preview_source, read_source
from targets.importing.grid import Grid
from targets.importing.layout import find_tables
from targets.importing.preview import Choices
from targets.importing.previewing import TEMPLATES
from targets.importing.reading import read_grids
from targets.importing.rows import ItemRow
from targets.importing.units import Register
from targets.importing.words import split_item_number, tidied, whole_number
from tests import importing_files as files

HEADS = ("序号", "目标名称", "工作标准", "牵头单位")
ROWS = (
    ("1", "做强产业", "（1）引进项目10个。", "单位1\n单位2"),
    ("", "", "（2）建成厂房。", "单位3"),
    ("2", "扩大投资", "完成投资5亿元。", "单位4"),
)
WANTED = [
    ("1(1)", "引进项目10个。", [1, 2]),
    ("1(2)", "建成厂房。", [3]),
    ("2(1)", "完成投资5亿元。", [4]),
]


def previewed(cast, data: bytes) -> Preview:
    source = read_source(
        data=data, file_name="方案.xlsx", kind=Kind.PLAN, user_id=cast.office.pk, target=2031
    )
    return preview_source(source, cast.office)


def items_of(cast, preview: Preview) -> list[tuple[str, str, list[int]]]:
    order = {unit.pk: number for number, unit in enumerate(cast.units, start=1)}
    return [
        (each.key, each.row.standard, [order[pk] for pk in each.row.leads])
        for each in preview.changes
        if isinstance(each.row, ItemRow)
    ]


def assert_is_the_plan(cast, data: bytes) -> Preview:
    preview = previewed(cast, data)
    assert preview.is_understood, [*preview.problems, *preview.questions]
    assert items_of(cast, preview) == WANTED
    return preview


# Written by others ------------------------------------------------------------


def by_excel(prefix: str = "", with_places: bool = True) -> bytes:
    """Return the table as Excel stores it: shared strings with rich text and phonetics.

    With a prefix, as other libraries name the elements; without places, as some leave
    out where a cell stands.
    """
    strings: list[str] = []
    p = f"{prefix}:" if prefix else ""
    xmlns = f"xmlns{':' + prefix if prefix else ''}"
    main = f'{xmlns}="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    body = ""
    for number, row in enumerate((HEADS, *ROWS), start=1):
        cells = ""
        for letter, text in zip("ABCD", row, strict=True):
            place = f' r="{letter}{number}"' if with_places else ""
            strings.append(text)
            cells += f'<{p}c{place} t="s"><{p}v>{len(strings) - 1}</{p}v></{p}c>'
        place = f' r="{number}"' if with_places else ""
        body += f"<{p}row{place}>{cells}</{p}row>"
    sheet = f"<{p}worksheet {main}><{p}sheetData>{body}</{p}sheetData></{p}worksheet>"
    entries = "".join(
        f"<{p}si><{p}r><{p}rPr><{p}b/></{p}rPr><{p}t xml:space='preserve'>{text[:2]}</{p}t></{p}r>"
        f"<{p}r><{p}t xml:space='preserve'>{text[2:]}</{p}t></{p}r>"
        f"<{p}rPh sb='0' eb='1'><{p}t>yin</{p}t></{p}rPh></{p}si>"
        for text in strings
    )
    return _packed(
        {
            "xl/worksheets/sheet1.xml": sheet,
            "xl/sharedStrings.xml": f"<{p}sst {main}>{entries}</{p}sst>",
        }
    )


def _packed(changes: dict[str, str]) -> bytes:
    part = (
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats'
        '-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(files.workbook(HEADS))) as source,
        zipfile.ZipFile(result, "w") as target,
    ):
        for name in source.namelist():
            text = changes.get(name) or source.read(name).decode()
            if name == "[Content_Types].xml":
                text = text.replace("</Types>", part)
            target.writestr(name, text)
        target.writestr("xl/sharedStrings.xml", changes["xl/sharedStrings.xml"])
    return result.getvalue()


@pytest.mark.parametrize("prefix", ["", "x"])
@pytest.mark.parametrize("with_places", [True, False])
def test_shared_strings_with_rich_text_come_in(cast, prefix, with_places):
    assert_is_the_plan(cast, by_excel(prefix, with_places))


@pytest.mark.document
def test_a_workbook_saved_by_libreoffice_comes_in(cast, tmp_path):
    office = shutil.which("soffice")
    assert office, "LibreOffice is part of what the tests need"
    path = tmp_path / "from.xlsx"
    path.write_bytes(files.workbook(HEADS, *ROWS))
    out = tmp_path / "out"
    subprocess.run(
        [
            office,
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(out),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert_is_the_plan(cast, (Path(out) / "from.xlsx").read_bytes())


def test_a_table_in_word_comes_in_over_its_pages(cast):
    document = Document()
    document.add_paragraph("2031年责任分解方案")
    first = document.add_table(3, 4)
    for row, cells in zip(first.rows, (HEADS, *ROWS[:2]), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    for column in (0, 1):
        first.cell(1, column).merge(first.cell(2, column))
    document.add_paragraph("")
    # The next page's table repeats no head.
    second = document.add_table(1, 4)
    for cell, text in zip(second.rows[0].cells, ROWS[2], strict=True):
        cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    assert_is_the_plan(cast, buffer.getvalue())


# Laid out by people -------------------------------------------------------------


def test_titles_repeated_heads_merges_and_notes_are_no_rows(cast):
    book = Workbook()
    sheet = book.active
    sheet.append(["2031年区《政府工作报告》责任分解方案"])
    sheet.merge_cells("A1:D1")
    sheet.append(["单位：区督查室", None, None, "2031年1月"])
    sheet.append(HEADS)
    sheet.append((1, "做强\n产业", "（1）引进项目10个。", "单位1 单位2"))
    sheet.append(HEADS)
    sheet.append((1, "做强产业", " ( ２ ) 建成厂房。", "单 位\n3"))
    sheet.append([])
    sheet.append(("二", "扩大投资", "完成投资5亿元。", "单位4，"))
    sheet.append(["注：牵头单位有多个的，第一个为汇总单位。"])
    sheet.merge_cells("A9:D9")
    preview = assert_is_the_plan(cast, files.saved(book))
    assert "第9行：不属于表格内容" in "；".join(
        f"{each.place}：{each.text}" for each in preview.notes
    )


def test_columns_in_another_order_under_other_names_come_in(cast):
    heads = ("责任单位", "No.", "主要目标", "备注", "重点任务（目标要求）")
    rows = [(leads, number, name, "", text) for number, name, text, leads in ROWS]
    assert_is_the_plan(cast, files.workbook(heads, *rows))


def test_pieces_marked_as_going_on_are_joined(cast):
    rows = [
        (1, "做强产业", "（1）引进项目", "单位1、单位2"),
        (1, "做强产业", "（1）（续）10个。", "单位1、单位2"),
        *ROWS[1:],
    ]
    rows[2] = (1, "做强产业", *rows[2][2:])
    assert_is_the_plan(cast, files.workbook(HEADS, *rows))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("1", "做强产业", "没有序号的事项。", "单位3"), "没有序号|以（1）（2）开头"),
        (("1", "做强产业", "（1）又一个第一项。", "单位3"), "每个事项只出现一次"),
        (("第一", "", "（2）建成厂房。", "单位3"), "目标1|名称"),
        (("甲", "做强产业", "（2）建成厂房。", "单位3"), "目标序号"),
        (("3", "", "（1）建成厂房。", "单位3"), "目标3的名称"),
        (("1", "做强产业", "（3）（续）接谁？", "单位3"), "接续"),
        (("1", "做强产业", "（2）建成厂房。", ""), "至少一个牵头单位"),
        (("1", "做大产业", "（2）建成厂房。", "单位3"), "与第2行相同"),
    ],
)
def test_a_row_that_can_be_read_two_ways_is_reported(cast, row, message):
    preview = previewed(cast, files.workbook(HEADS, ROWS[0], row))
    if row[0] == "第一":
        assert preview.is_understood, "第一 is 1, and the goal goes on"
        return
    assert len(preview.problems) == 1
    told = preview.problems[0]
    assert any(part in told.expected + told.found + told.todo for part in message.split("|"))
    assert (told.place.sheet, told.place.row) == ("Sheet1", 3)
    assert told.todo


@pytest.mark.parametrize("first", [(), ROWS[:1]], ids=["first of its goal", "below another"])
@pytest.mark.parametrize("is_apart", [False, True], ids=["before the standard", "in a column"])
def test_a_standard_that_begins_like_a_row_that_goes_on_is_reported_and_never_joined(
    cast, first, is_apart
):
    """Into a year that lacks it; where the item is here, its standard tells."""
    number = len(first) + 1
    cells = (str(number), "（续）建成厂房。") if is_apart else (f"（{number}）（续）建成厂房。",)
    rows = [(1, "做强产业", "1", "引进项目10个。", "单位1、单位2")] if is_apart else list(ROWS[:1])
    heads = (*HEADS[:2], "事项序号", *HEADS[2:]) if is_apart else HEADS
    rows = [*rows[: len(first)], ("1", "做强产业", *cells, "单位1、单位2")]
    preview = previewed(cast, files.workbook(heads, *rows))
    (told,) = preview.problems
    assert told.place.row == len(rows) + 1
    assert "工作标准本身以“（续）”开头的，请改写开头" in told.todo


def test_a_number_or_date_where_a_text_belongs_is_asked_about(cast):
    preview = previewed(cast, files.workbook(HEADS, ("1", "做强产业", 0.5, "单位1")))
    assert [(each.place.column, each.found) for each in preview.problems] == [
        ("C", "单元格是数字：0.5")
    ]


def test_the_sheet_that_fits_is_read_and_another_can_be_chosen(cast):
    book = Workbook()
    book.active.title = "说明"
    book.active.append(["本表由各单位填写"])
    for title, rows in (("甲表", ROWS), ("乙表", ROWS[:1])):
        sheet = book.create_sheet(title)
        for row in (HEADS, *rows):
            sheet.append(row)
    hidden = book.create_sheet("备份")
    hidden.append(HEADS)
    hidden.sheet_state = "hidden"
    preview = assert_is_the_plan(cast, files.saved(book))
    assert (preview.sheets, preview.sheet) == (["甲表", "乙表"], "甲表")


# Names and numbers ---------------------------------------------------------------


def test_names_are_matched_longest_first_and_never_guessed():
    register = Register(
        [(1, "区自然资源局"), (2, "区自然资源和规划局"), (3, "区城管局"), (4, "城管局分局")],
        [(2, "区自然资源局和规划局"), (3, "区城管执法局")],
    )
    read = register.read
    assert read("区自然资源局\n和规划局").unit_ids == (2,)
    assert read("区自然资 源局区城管执\n法局").unit_ids == (1, 3)
    assert read("区城管局、区城管执法局").unit_ids == (3,), "one unit, named twice"
    assert read("区城管局／区自然资源局").unit_ids == (3, 1)
    odd = read("区城管局 无名 小局 区自然资源局")
    assert (odd.unit_ids, odd.unmatched) == ((3, 1), ("无名小局",))
    assert read("区城管").unmatched == ("区城管",), "a beginning is no name"
    assert register.similar("区城管局局")[0] == "区城管局"


def test_two_ways_to_read_a_cell_are_none():
    register = Register([(1, "甲乙"), (2, "丙"), (3, "甲"), (4, "乙丙")], [])
    assert register.read("甲乙丙").unmatched == ("甲乙丙",)
    assert register.read("甲 乙丙").unit_ids == (3, 4), "a blank may decide"
    assert register.read("甲乙、丙").unit_ids == (1, 2)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        ("３", 3),
        ("(12)", 12),
        ("二十", 20),
        ("十一", 11),
        ("九十九", 99),
        ("第三", 3),
        ("0", None),
        ("-1", None),
        ("²", 2),
        ("1_0", None),
        ("nan", None),
        ("1.5", None),
        ("", None),
    ],
)
def test_numbers_of_goals_are_read_strictly(text, number):
    assert whole_number(text) == number


def test_item_numbers_may_be_written_either_way():
    for text in ("(5)新建", "（5）新建", "（ ５ ） 新建"):
        assert split_item_number(text) == (5, "新建")
    assert split_item_number("5、新建") == (None, "5、新建")
    assert split_item_number("（五）新建")[0] is None


def test_tidying_is_done_once_and_keeps_what_is_printed():
    text = "1、完成 3.5 亿元 , 增长—91.2%; 其中: A(甲)。 2、2020 年 1:2 ,共 1,000 户"
    tidy = tidied(text)
    assert tidy == "1、完成3.5亿元，增长—91.2%；其中：A（甲）。\n2、2020年1:2，共1,000户"
    assert tidied(tidy) == tidy


def test_a_wide_merge_costs_nothing(cast):
    book = Workbook()
    book.active.append(HEADS)
    book.active.append(ROWS[0])
    data = files.saved(book)
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        sheet = source.read("xl/worksheets/sheet1.xml").decode()
    merge = '<mergeCells count="1"><mergeCell ref="F1:XFD1048576"/></mergeCells>'
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            body = source.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                body = sheet.replace("</sheetData>", f"</sheetData>{merge}")
            target.writestr(name, body)
    grid = read_grids(changed.getvalue())[0]
    assert len(grid.rows) == 2
    assert previewed(cast, changed.getvalue()).count(State.NEW) == 3


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, tables in TEMPLATES.items() for name in tables]
)
def test_a_head_that_is_missing_is_named_in_its_own_kind_s_words(kind, name):
    preview, heads = Preview(kind, ""), TEMPLATES[kind][name]
    assert find_tables([Grid("甲", [["乙", "丙"]])], heads, Choices(), preview) == []
    (problem,) = preview.problems
    wanted = "、".join(head.label for head in heads.by_meaning.values() if head.is_required)
    assert problem.expected == f"一行中同时有这些列名：{wanted}"
