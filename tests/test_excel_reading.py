"""Cells as Excel, WPS and LibreOffice keep them: values read by one rule each, the rest said."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from targets.importing import Unreadable
from targets.importing.grid import Grid
from targets.importing.reading import read_grids
from targets.models import UnitAlias
from tests import builders
from tests import importing_files as files
from tests.importing_files import choose, confirm, upload

HEADS = ("序号", "目标名称", "工作标准", "一季度完成情况", "牵头单位")
GOAL = "稳步实施重点改革"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET, STYLES, STRINGS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"
TYPES, LINKS = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"


def parts_of(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def packed(parts: dict[str, str]) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return result.getvalue()


def cells(*columns: str, row: int = 1) -> str:
    """Return a row of inline strings; a column that begins with <c is a whole cell."""
    made = "".join(
        text
        if text.startswith("<c ")
        else f'<c r="{chr(65 + at)}{row}" t="inlineStr"><is>'
        + (text if text.startswith("<") else f'<t xml:space="preserve">{text}</t>')
        + "</is></c>"
        for at, text in enumerate(columns)
    )
    return f'<row r="{row}">{made}</row>'


def sheet(*rows: str, before: str = "", after: str = "", **parts: str) -> bytes:
    """Return a workbook whose one sheet is written element by element."""
    body = f'<worksheet xmlns="{MAIN}">{before}<sheetData>{"".join(rows)}</sheetData>{after}'
    return packed(parts_of(files.workbook(("x",))) | {SHEET: f"{body}</worksheet>"} | parts)


def read(data: bytes) -> tuple[Grid, str]:
    grid = read_grids(data)[0]
    return grid, "；".join(text for _row, _column, text in grid.notes)


def previewed(cast, as_user, data: bytes):
    page = upload(as_user(cast.office), data, "progress", period=cast.period.pk)
    return page, page.context["preview"]


def item_row(progress: str) -> str:
    """Return the second row: an item whose cell of 完成情况 is as given."""
    return cells("1", GOAL, "（1）完成第1件实事。", progress, "单位1", row=2)


def test_strict_open_xml_is_read():
    data = files.workbook(HEADS, (1, GOAL, "（1）完成第1件实事。", "已开工。", "单位1"))
    strict = {
        name: text.replace(MAIN, STRICT).replace(
            RELATIONS, "http://purl.oclc.org/ooxml/officeDocument/relationships"
        )
        for name, text in parts_of(data).items()
    }
    grid, said = read(packed(strict))
    assert grid.rows[1] == ["1", GOAL, "（1）完成第1件实事。", "已开工。", "单位1"]
    assert said == ""


@pytest.mark.parametrize(
    "inside",
    [
        '<fills count="1"><fill/></fills>',
        '<cellXfs><xf fontId="99" numFmtId="777"/></cellXfs>',
        "<colors><indexedColors><rgbColor/></indexedColors></colors>",
    ],
)
def test_odd_styles_do_not_matter(inside):
    parts = parts_of(files.workbook(("甲", "乙"), ("丙", "丁")))
    data = packed(parts | {STYLES: f'<styleSheet xmlns="{MAIN}">{inside}</styleSheet>'})
    assert read(data)[0].rows == [["甲", "乙"], ["丙", "丁"]]


@pytest.mark.parametrize("size", ["A1", "A1:XFD1048576", "B7:C9"])
def test_a_wrong_size_is_not_believed(size):
    data = sheet(cells("甲", "乙"), cells("丙", "丁", row=2), before=f'<dimension ref="{size}"/>')
    assert read(data)[0].rows == [["甲", "乙"], ["丙", "丁"]]


def test_escaped_characters_are_what_they_stand_for():
    data = sheet(cells("1、甲；_x000B_2、乙；_x000D_\n3、丙。_x0041__x005F_x0042_", "_x0001_丁"))
    assert read(data)[0].rows == [["1、甲；\n2、乙；\n3、丙。A_x0042_", "丁"]]


RICH = (
    "<r><t>投资</t></r><r><rPr><strike/></rPr><t>2.1</t></r><r><rPr><b/></rPr><t>3.2</t></r>"
    '<r><rPr><strike val="0"/></rPr><t>亿元</t></r><rPh sb="0" eb="1"><t>touzi</t></rPh>'
)
RAISED = '<r><t>10</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>3</t></r>'


def by_shared_strings(*strings: str) -> bytes:
    """Return a workbook whose first row holds these shared strings, in reverse order."""
    last = len(strings) - 1
    row = "".join(
        f'<c r="{chr(65 + at)}1" t="s"><v>{last - at}</v></c>' for at in range(len(strings))
    )
    entries = "".join(f"<si>{each}</si>" for each in strings)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    parts = parts_of(sheet(f'<row r="1">{row}</row>'))
    part = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'
    link = (
        f'<Relationship Id="rS" Target="sharedStrings.xml" Type="{RELATIONS}/sharedStrings"/>'
        "</Relationships>"
    )
    return packed(
        parts
        | {
            STRINGS: f'<sst xmlns="{MAIN}">{entries}</sst>',
            TYPES: parts[TYPES].replace("</Types>", part),
            LINKS: parts[LINKS].replace("</Relationships>", link),
        }
    )


@pytest.mark.parametrize(
    "data", [sheet(cells(RICH, RAISED, "平")), by_shared_strings("<t>平</t>", RAISED, RICH)]
)
def test_rich_text_is_read_without_what_is_struck_out_or_a_guide(data):
    grid, said = read(data)
    assert grid.rows == [["投资3.2亿元", "103", "平"]]
    assert "带删除线的文字未读取：“2.1”" in said
    assert "注音“touzi”未读取" in said
    assert "上标或下标“3”" in said


def test_a_cell_struck_out_as_a_whole_is_named():
    inside = (
        "<fonts><font/><font><strike/></font></fonts>"
        '<cellXfs><xf fontId="0"/><xf fontId="1"/></cellXfs>'
    )
    void = '<c r="B1" s="1" t="inlineStr"><is><t>作废</t></is></c>'
    styles = f'<styleSheet xmlns="{MAIN}">{inside}</styleSheet>'
    grid, said = read(sheet(cells("甲", void), **{STYLES: styles}))
    assert grid.rows == [["甲", ""]]
    assert "整格带删除线，未读取：“作废”" in said


def test_what_a_merged_cell_covers_is_named(cast, as_user):
    data = sheet(
        cells(*HEADS),
        item_row("已开工。"),
        cells("1", GOAL, "（3）完成第3件实事。", "去年的旧数据", "单位3", row=3),
        after='<mergeCells><mergeCell ref="D2:D3"/></mergeCells>',
    )
    page, preview = previewed(cast, as_user, data)
    assert {each.label: [one.new for one in each.differences] for each in preview.changes} == {
        "1（1）": ["已开工。"],
        "1（3）": [],
    }
    html = page.content.decode()
    assert "Sheet1 第3行D列：被合并单元格遮住的文字未读取：“去年的旧数据”" in html
    assert "只作为上面事项的完成情况" in html


def test_overlapping_merges_are_refused_soon():
    merges = '<mergeCell ref="A1:BL5000"/>' * 30_000
    rows = "".join(cells("甲", row=number) for number in range(1, 5001))
    data = sheet(rows, after=f"<mergeCells>{merges}</mergeCells>")
    with pytest.raises(Unreadable, match="互相重叠"):
        read_grids(data)


def test_a_formula_gives_its_value_and_one_never_computed_stands_in_the_way(cast, as_user):
    kept = '<c r="D2" t="str"><f>A1&amp;B1</f><v>已开工。</v></c>'
    page, preview = previewed(cast, as_user, sheet(cells(*HEADS), item_row(kept)))
    assert preview.is_understood
    assert "单元格是公式，按文件中保存的计算结果读入" in page.content.decode()
    assert [each.differences[0].new for each in preview.changes] == ["已开工。"]
    # Without a value, or with the empty one that a library leaves where it computes nothing.
    for value in ("", "<v/>", "<v></v>"):
        never = f'<c r="D2"><f>A1&amp;B1</f>{value}</c>'
        _page, preview = previewed(cast, as_user, sheet(cells(*HEADS), item_row(never)))
        found = [(each.place.column, each.found[:6]) for each in preview.problems]
        assert found == [("D", "单元格是公式")]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ('<c r="D2"><v>0.8</v></c>', "数字：0.8"),
        ('<c r="D2" t="b"><v>1</v></c>', "逻辑值"),
        ('<c r="D2" t="e"><v>#N/A</v></c>', "错误值"),
        ('<c r="D2" t="d"><v>2020-06-30</v></c>', "日期"),
    ],
)
def test_what_is_no_text_where_a_text_belongs_is_asked_about(cast, as_user, cell, found):
    _page, preview = previewed(cast, as_user, sheet(cells(*HEADS), item_row(cell)))
    assert found in preview.problems[0].found


def test_invisible_characters_leave_names_numbers_and_heads_and_are_named(cast, as_user):
    row = (
        "1\u200b",
        f"\ufeff{GOAL}",
        "\u2060（1）完成第1件实事。",
        "已\u200b开工。",
        "单\u00ad位1\u200e",
    )
    heads = ("序号", "目标\u200b名称", "工作标准", "一季度完成情况", "牵头单位")
    page, preview = previewed(cast, as_user, files.annex(row, heads=heads))
    assert preview.is_understood
    html = page.content.decode()
    for code in ("列名中看不见的字符（U+200B）", "（U+200B）", "（U+FEFF）", "（U+00AD、U+200E）"):
        assert code in html
    confirm(as_user(cast.office), page)
    first = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    assert first.text == "已\u200b开工。", "a text is evidence, and stays as it is"


def test_every_sheet_and_column_is_accounted_for(cast, as_user):
    book = Workbook()
    book.active.title = "说明"
    book.active.append(["本表由各单位填写"])
    main = book.create_sheet("附表")
    main.append(["2030年第一季度完成情况"])
    main.append([*HEADS, "备注", None])
    main.append([1, GOAL, "（1）完成第1件实事。", "已开工。", "单位1", "另有要事", "无名"])
    main.append([*HEADS, "备注"])
    book.create_sheet("备份").sheet_state = "hidden"
    book.create_sheet("底稿").sheet_state = "veryHidden"
    page, preview = previewed(cast, as_user, files.saved(book))
    told = {each.name: each.rows for each in preview.tables}
    assert told["附表"] == (
        "读取，表头在第2行；表头以上的1行是标题，没有读取；重复的表头1行；内容1行。"
    )
    assert told["说明"] == "没有可以导入的表头，没有读取。"
    assert told["备份"] == told["底稿"] == "隐藏的工作表，没有读取。"
    columns = {each.place.column: each.meaning for each in preview.tables[0].columns}
    assert columns == {
        "A": "goal_number",
        "B": "goal_name",
        "C": "standard",
        "D": "progress",
        "E": "leads",
        "F": "",
        "G": "",
    }
    html = page.content.decode()
    assert "附表 第2行F列：这一列“备注”没有读取。" in html
    assert "附表 第2行G列：这一列（没有列名）没有读取。" in html


def test_a_long_string_in_many_cells_is_kept_once():
    rows = "".join(cells("甲", "长" * 15_000, row=number) for number in range(1, 60))
    kept = read_grids(sheet(rows))[0].as_json()
    assert [len(text) for text in kept["texts"]] == [15_000]


def test_more_text_than_a_plan_can_hold_is_refused():
    rows = "".join(cells("长" * 30_000, row=number) for number in range(1, 900))
    with pytest.raises(Unreadable, match="万字"):
        read_grids(sheet(rows))


def test_an_unknown_unit_is_counted_and_may_be_settled_or_changed_in_the_preview(cast, as_user):
    office = as_user(cast.office)
    UnitAlias.objects.create(unit=cast.units[0], name="甲局")
    rows = (
        (1, GOAL, "（1）完成第1件实事。", "已开工。", "甲局"),
        (1, GOAL, "（3）完成第3件实事。", "已完工。", "单位3、区某某局"),
    )
    page = upload(office, files.annex(*rows), "progress", period=cast.period.pk)
    preview = page.context["preview"]
    assert preview.unread_count == 1
    assert [each.name for each in preview.questions] == ["区某某局"]
    assert [(each.name, each.unit_id) for each in preview.matches] == [("甲局", cast.units[0].pk)]
    assert "digest" not in page.content.decode()
    page = choose(office, page, **{"unit:区某某局": cast.units[1].pk})
    preview = page.context["preview"]
    assert preview.unread_count == 0
    assert "区某某局" in [each.name for each in preview.matches], "it can still be changed"
    page = choose(office, page, **{"unit:区某某局": ""})
    assert page.context["preview"].unread_count == 1


def test_a_missing_year_or_quarter_is_asked_for_and_the_file_kept(cast, as_user):
    office = as_user(cast.office)
    page = upload(
        office, files.annex((1, GOAL, "（1）完成第1件实事。", "已开工。", "单位1")), "progress"
    )
    assert "这是哪个季度的完成情况？" in page.content.decode()
    page = choose(office, page, target=cast.period.pk)
    assert page.context["preview"].count("new") == 1
    heads = ("序号", "目标名称", "工作标准", "牵头单位")
    page = upload(office, files.workbook(heads, (1, "做强", "（1）甲。", "单位1")), "plan")
    assert "这是哪一年的任务？" in page.content.decode()
    page = choose(office, page, target=2031)
    assert page.context["preview"].subject == "2031年度任务"


def test_a_column_may_be_said_to_be_what_it_is(cast, as_user):
    office = as_user(cast.office)
    heads = ("序号", "目标名称", "工作标准", "做到哪一步了", "牵头单位")
    row = (1, GOAL, "（1）完成第1件实事。", "已开工。", "单位1")
    page = upload(office, files.annex(row, heads=heads), "progress", period=cast.period.pk)
    preview = page.context["preview"]
    assert "没有找到表头" in preview.problems[0].found
    column = next(each for each in preview.tables[0].columns if each.head == "做到哪一步了")
    page = choose(office, page, **{f"column:{column.key}": "progress"})
    assert page.context["preview"].is_understood
    assert [each.differences[0].new for each in page.context["preview"].changes] == ["已开工。"]


def test_a_column_of_helping_units_is_read_as_supporting(cast, as_user):
    heads = ("序号", "目标名称", "工作标准", "牵头单位", "协助单位")
    data = files.workbook(heads, (1, "做强", "（1）甲。", "单位1", "单位2、单位3"))
    page = upload(as_user(cast.office), data, "plan", year=2031)
    told = {
        one.name: one.new for each in page.context["preview"].changes for one in each.differences
    }
    assert told["配合单位"] == "单位2、单位3"
