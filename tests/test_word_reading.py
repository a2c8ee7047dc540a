"""Words in a Word table, however they are wrapped: read as a person sees them, or named."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targets.importing.bands import spread_goal
from targets.importing.grid import Grid
from targets.importing.heads import PLAN_HEADS
from targets.importing.reading import read_grids
from targets.importing.word.numbering import formatted
from tests import word_files as word
from tests.importing_files import upload
from tests.word_files import HEADS, cell, paragraph, row, run, table


def read(progress: str, **parts: str) -> tuple[str, str, list[str]]:
    """Return the text of the cell, all that is said about it, and what was not read."""
    grid = read_grids(word.with_progress(progress, **parts))[0]
    assert grid.rows[1][4] == "单位1", "the cell beside it stays in its column"
    said = "；".join(text for _row, _column, text in grid.notes)
    return grid.rows[1][3], said, [text for _row, _column, text in grid.unread]


def field(code: str, *result: str) -> str:
    """Return a complex field; without a result it shows what its code draws."""
    separate = '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' if result else ""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText> {code} </w:instrText></w:r>{separate}{''.join(result)}"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def box(words: str) -> str:
    """Return a text box as Word 2010 and later write it: once for each kind of reader."""
    content = f"<w:txbxContent>{paragraph(run(words))}</w:txbxContent>"
    return (
        "<w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>{content}</wps:txbx></wps:wsp>'
        "</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )


SMART = '<w:smartTag w:uri="urn:x" w:element="chmetcnv">{}</w:smartTag>'
SDT = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (run("截至") + SMART.format(run("6月30日")) + run("，32公里。"), "截至6月30日，32公里。"),
        (SMART.format(SMART.format(run("32公里"))), "32公里"),
        (f'<w:customXml w:element="x">{run("3.2")}</w:customXml>' + run("亿元"), "3.2亿元"),
        (run("见") + f'<w:hyperlink w:anchor="a">{run("附件")}</w:hyperlink>', "见附件"),
        (run("共") + SDT.format(run("3个")), "共3个"),
        (SDT.format(paragraph(run("3.2亿元。"))), "3.2亿元。"),
        (f'<w:fldSimple w:instr="PAGE">{run("12")}</w:fldSimple>' + run("户"), "12户"),
        (run("占") + field("REF a", run("80"), run("%")) + run("。"), "占80%。"),
        (field("IF 1", field("REF b", run("隐")), run("显示")), "隐显示"),
        (f"<w:dir>{run('甲')}</w:dir><w:bdo w:val='ltr'>{run('乙')}</w:bdo>", "甲乙"),
        (f"<w:newer>{run('甲')}</w:newer>" + run("乙"), "甲乙"),
        (f"<mc:AlternateContent><mc:Choice Requires='x'>{run('甲')}</mc:Choice>"
         f"<mc:Fallback>{run('甲')}</mc:Fallback></mc:AlternateContent>", "甲"),
        ("<w:r><w:t>一</w:t><w:br/><w:t>二</w:t><w:cr/><w:t>三</w:t><w:tab/><w:t>四</w:t></w:r>",
         "一\n二\n三 四"),
        ("<w:r><w:t>A</w:t><w:noBreakHyphen/><w:t>1</w:t><w:softHyphen/></w:r>", "A-1"),
        ('<w:r><w:t>5万</w:t><w:sym w:font="宋体" w:char="33A1"/></w:r>', "5万㎡"),
        ('<w:r><w:sym w:font="Symbol" w:char="F0B3"/><w:t>6%</w:t></w:r>', "≥6%"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:t>完成</w:t></w:r>', "✓完成"),
        ("<m:oMath><m:r><m:t>3</m:t></m:r><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num>"
         "<m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>", "3 1/2"),
        (r"<w:r><w:t>第</w:t></w:r>" + field(r"eq \o\ac(○,3)") + run("批"), "第③批"),
        (paragraph(run("甲；")) + paragraph(run("乙。")), "甲；\n乙。"),
        (paragraph(run("甲")) + SDT.format(paragraph(run("乙"))), "甲\n乙"),
    ],
)  # fmt: skip
def test_words_in_any_wrapper_are_read(content, text):
    found, _said, unread = read(content)
    assert (found, unread) == (text, [])


TRACKED = 'w:id="1" w:author="甲" w:date="2020-07-01T00:00:00Z"'
HIDDEN_STYLES = (
    '<w:style w:type="character" w:styleId="off"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="base"><w:basedOn w:val="off"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="gone"><w:rPr><w:vanish/></w:rPr></w:style>'
)


@pytest.mark.parametrize(
    ("content", "text", "note"),
    [
        (run("投资") + f"<w:del {TRACKED}><w:r><w:delText>2.1</w:delText></w:r></w:del>"
         f"<w:ins {TRACKED}>{run('3.2')}</w:ins>" + run("亿元"), "投资3.2亿元", "删去“2.1”"),
        (f"<w:moveFrom {TRACKED}>{run('旧处')}</w:moveFrom>"
         f"<w:moveTo {TRACKED}>{run('新处')}</w:moveTo>", "新处", "修订"),
        (paragraph(run("甲"), properties=f"<w:rPr><w:del {TRACKED}/></w:rPr>")
         + paragraph(run("乙")), "甲乙", "修订"),
        (run("明") + run("暗", "<w:vanish/>"), "明", "隐藏的文字未读取：“暗”"),
        (run("明") + run("暗", '<w:vanish w:val="0"/>'), "明暗", ""),
        (run("明") + run("暗", '<w:rStyle w:val="base"/>'), "明", "“暗”"),
        (paragraph(run("明")) + paragraph(run("暗"), properties='<w:pStyle w:val="gone"/>'),
         "明", "“暗”"),
        (paragraph(run("再明", '<w:rStyle w:val="off"/>'), properties='<w:pStyle w:val="gone"/>'),
         "再明", ""),
        (run("投资") + run("2.1", "<w:strike/>") + run("3.2"), "投资3.2",
         "带删除线的文字未读取：“2.1”"),
        (run("甲") + run("乙", "<w:dstrike/>"), "甲", "“乙”"),
        ('<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>lù</w:t></w:r></w:rt><w:rubyBase>'
         '<w:r><w:t>甪</w:t></w:r></w:rubyBase></w:ruby></w:r>' + run("直镇"), "甪直镇",
         "注音“lù”"),
        (run("3.2亿元") + '<w:r><w:footnoteReference w:id="2"/></w:r>', "3.2亿元",
         "脚注未读取：“含预拨”"),
        (run("甲") + '<w:r><w:commentReference w:id="5"/></w:r>', "甲", "批注未读取：“请核”"),
        (run("甲") + box("框内乙"), "甲\n框内乙", "文本框"),
        ("<w:r><w:pict><v:shape><v:textbox><w:txbxContent>" + paragraph(run("老框"))
         + "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>", "老框", "文本框"),
        ("<w:r><w:drawing><wp:inline><a:graphic/></wp:inline></w:drawing></w:r>" + run("甲"),
         "甲", "图片未读取"),
        ("<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + run("单击输入文字")
         + "</w:sdtContent></w:sdt>" + run("甲"), "甲", "提示文字“单击输入文字”"),
        (run("10") + run("3", '<w:vertAlign w:val="superscript"/>'), "103", "上标或下标“3”"),
        (paragraph(run("如下：")) + table(row("阳逻街", "3.2亿元"), row("邾城街", "1亿元"))
         + paragraph() + paragraph(run("合计4.2亿元。")),
         "如下：\n阳逻街 3.2亿元\n邾城街 1亿元\n合计4.2亿元。", "套有表格"),
        ('<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox>'
         '</w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r>'
         '<w:r><w:fldChar w:fldCharType="end"/></w:r>' + run("已完成"), "☑已完成", ""),
    ],
)  # fmt: skip
def test_what_is_left_out_or_read_otherwise_is_said(content, text, note):
    found, said, unread = read(
        content,
        styles=HIDDEN_STYLES,
        footnotes=f'<w:footnote w:id="2">{paragraph(run("含预拨"))}</w:footnote>',
        comments=f'<w:comment w:id="5">{paragraph(run("请核"))}</w:comment>',
    )
    assert (found, unread) == (text, [])
    assert note in said
    assert note or not said


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('<w:r><w:sym w:font="Webdings" w:char="F0C8"/></w:r>', "Webdings"),
        ('<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r>', "Excel.Sheet"),
        ('<w:r><w:pict><v:shape><v:textpath string="艺术字3.2"/></v:shape></w:pict></w:r>',
         "艺术字3.2"),
        ("<w:r><w:drawing><c:chart/></w:drawing></w:r>", "图表"),
        (field(r"EQ \f(1,2)"), r"EQ \f(1,2)"),
        ('<w:fldSimple w:instr="SYMBOL 61"/>', "SYMBOL 61"),
        ("<w:newer>3.2亿元</w:newer>", "3.2亿元"),
        ('<w:altChunk/>' + paragraph(), "另一份文档"),
        ("<m:oMath><m:nary><m:e><m:r><m:t>5</m:t></m:r></m:e></m:nary></m:oMath>", "公式“5”"),
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + run("吞掉的3.2亿元"), "吞掉的3.2亿元"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_stands_in_the_way_by_its_place(cast, as_user, content, named):
    page = upload(
        as_user(cast.office),
        word.with_progress(content),
        "progress",
        period=cast.period.pk,
        name="附表.docx",
    )
    problems = page.context["preview"].problems
    assert [str(each.place) for each in problems] == ["表格1 第2行D列"]
    assert named in problems[0].found
    assert "digest" not in page.content.decode()


# Automatic numbers ------------------------------------------------------------------


def level(number: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbered(text: str, number: int = 1, at: int = 0) -> str:
    properties = f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>'
    return paragraph(run(text), properties=properties)


LISTS = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "chineseCounting", "%1、")
    + level(1, "decimal", "（%2）")
    + level(2, "decimalEnclosedCircleChinese", "%3")
    + level(3, "decimal", "%1.%2.%3.%4", "<w:isLgl/>")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + level(0, "decimal", "%1.", '<w:pStyle w:val="Counted"/>')
    + '</w:abstractNum><w:abstractNum w:abstractNumId="2">'
    + level(0, "bullet", "\uf0d8", '<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr>')
    + level(1, "hebrew1", "%2、")
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>'
    '<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
    '<w:startOverride w:val="5"/></w:lvlOverride></w:num>'
)
COUNTED = (
    '<w:style w:type="paragraph" w:styleId="Counted"><w:pPr><w:numPr><w:numId w:val="2"/>'
    '</w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="Own">'
    '<w:basedOn w:val="Counted"/></w:style>'
)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (numbered("甲；") + numbered("乙。"), "一、甲；\n二、乙。"),
        (numbered("甲") + numbered("子", at=1) + numbered("丑", at=1) + numbered("乙")
         + numbered("寅", at=1), "一、甲\n（1）子\n（2）丑\n二、乙\n（1）寅"),
        (numbered("甲") + numbered("子", at=1) + numbered("寅", at=2) + numbered("卯", at=3),
         "一、甲\n（1）子\n①寅\n1.1.1.1 卯"),
        (numbered("甲") + numbered("乙", 4) + numbered("丙", 4), "一、甲\n五、乙\n六、丙"),
        (paragraph(run("甲"), properties='<w:pStyle w:val="Own"/>')
         + paragraph(run("乙"), properties='<w:pStyle w:val="Own"/>'), "1.甲\n2.乙"),
        (paragraph(run("甲"), properties='<w:pStyle w:val="Own"/><w:numPr><w:numId w:val="0"/>'
         "</w:numPr>"), "甲"),
        (numbered("甲", 3), "➢ 甲"),
        (numbered("甲") + paragraph(run("旁")) + numbered("乙"), "一、甲\n旁\n二、乙"),
    ],
)  # fmt: skip
def test_automatic_numbers_are_read_as_word_prints_them(content, text):
    found, said, unread = read(content, numbering=LISTS, styles=COUNTED)
    assert (found, unread) == (text, [])
    assert ("自动编号" in said) == (text != "甲")


def test_a_number_of_an_unknown_form_is_named():
    _found, _said, unread = read(numbered("甲", 3, 1), numbering=LISTS)
    assert unread == ["自动编号（格式hebrew1）"]


def test_lists_count_on_from_cell_to_cell_and_from_the_text_around():
    body = numbered("题") + table(
        row("序号", "工作标准"), row(cell(numbered("")), "甲"), row(cell(numbered("")), "乙")
    )
    grid = read_grids(word.document(body, numbering=LISTS))[0]
    assert [each[0] for each in grid.rows[1:]] == ["二、", "三、"]
    assert "表格以外的文字未读取：“一、题”" in [text for _row, _column, text in grid.notes]


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("chineseCounting", {1: "一", 10: "十", 11: "十一", 21: "二十一", 105: "一百零五"}),
        ("chineseLegalSimplified", {1: "壹", 12: "壹拾贰"}),
        ("ideographDigital", {10: "一〇", 21: "二一"}),
        ("upperRoman", {4: "IV", 9: "IX", 1990: "MCMXC"}),
        ("lowerLetter", {1: "a", 26: "z", 27: "aa"}),
        ("decimalEnclosedCircle", {1: "①", 20: "⑳", 21: "㉑"}),
        ("decimalFullWidth", {12: "１２"}),
        ("decimalZero", {3: "03"}),
        ("ideographTraditional", {1: "甲", 10: "癸", 11: "甲"}),
        ("ordinal", {1: "1st", 12: "12th", 23: "23rd"}),
        ("thaiNumbers", {1: None}),
    ],
)  # fmt: skip
def test_forms_of_numbers(form, numbers):
    assert {each: formatted(each, form) for each in numbers} == numbers


# Rows and cells ---------------------------------------------------------------------

SPAN = '<w:gridSpan w:val="2"/>'
DOWN, GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def grid_of(*rows: str, **parts: object) -> Grid:
    return read_grids(word.document(table(*rows), **parts))[0]


def test_cells_and_rows_come_out_of_any_wrapper():
    inner = SDT.format(cell(run("乙")))
    grid = grid_of(
        SDT.format(row("甲", "二")),
        row(cell(run("一")), inner),
        f'<w:customXml w:element="x">{row("丙", "四")}</w:customXml>',
    )
    assert grid.rows == [["甲", "二"], ["一", "乙"], ["丙", "四"]]


def test_merged_cells_keep_their_columns_both_ways():
    grid = grid_of(
        row(cell(run("宽"), properties=SPAN), "三"),
        row(cell(run("高"), properties=DOWN), "二", "三"),
        row(cell(run("遮住"), properties=GOES_ON), "乙", "丙"),
        row(cell(run("左"), properties='<w:hMerge w:val="restart"/>'),
            cell(run("旧"), properties='<w:hMerge w:val="continue"/>'), "末"),
    )  # fmt: skip
    assert grid.rows == [
        ["宽", "", "三"],
        ["高", "二", "三"],
        ["", "乙", "丙"],
        ["左", "", "末"],
    ]
    assert [0, 0, 0, 1] in grid.merges
    assert [1, 0, 2, 0] in grid.merges
    assert [3, 0, 3, 1] in grid.merges
    said = "；".join(each[2] for each in grid.notes)
    assert "遮住的文字未读取：“遮住”" in said
    assert "遮住的文字未读取：“旧”" in said


def test_a_row_that_begins_later_keeps_its_columns():
    grid = grid_of(row("甲", "乙"), row("二", properties='<w:gridBefore w:val="1"/>'))
    assert grid.rows == [["甲", "乙"], ["", "二"]]


def test_rows_and_cells_deleted_or_hidden_are_named():
    grid = grid_of(
        row("甲", "乙"),
        row("旧行", "旧值", properties=f"<w:del {TRACKED}/>"),
        row("暗行", "暗值", properties="<w:hidden/>"),
        row("丙", cell(run("旧格"), properties=f"<w:cellDel {TRACKED}/>")),
    )
    assert grid.rows == [["甲", "乙"], ["丙", ""]]
    said = "；".join(each[2] for each in grid.notes)
    assert "旧行旧值" in said
    assert "暗行暗值" in said
    assert "旧格" in said


@pytest.mark.parametrize(
    ("band", "span", "heads", "goal"),
    [
        ("2　做优做强先进制造业", 3, HEADS[2:], "2"),
        ("2．做优做强先进制造业", 3, HEADS[2:], "2"),
        ("目标任务", 3, HEADS[2:], None),  # a title
        ("2　做优做强先进制造业", 2, HEADS[2:], None),  # a cell among others
        ("2020年任务", 5, HEADS, None),  # the goal's columns are there
    ],
)
def test_a_goal_above_the_head_becomes_its_columns(band, span, heads, goal):
    title = cell(run(band), properties=f'<w:gridSpan w:val="{span}"/>')
    item = [*("9", "别的目标")[: len(heads) - 3], "（1）投产。", "已投产。", "单位1"]
    (grid,) = read_grids(word.document(table(row(title), row(*heads), row(*item))))
    before = [list(each) for each in grid.rows]
    for _turn in range(2):  # a held file is looked at again
        spread_goal(grid, PLAN_HEADS.patterns)
        if goal is None:
            assert grid.rows == before
        else:
            assert grid.rows[1:] == [
                [*HEADS],
                [goal, "做优做强先进制造业", "（1）投产。", "已投产。", "单位1"],
            ]
            assert not any(grid.rows[0])


def test_strict_documents_and_other_main_parts_are_read():
    data = word.with_progress(run("3.2亿元。"), namespace=word.STRICT, main="word/document2.xml")
    assert read_grids(data)[0].rows[1][3] == "3.2亿元。"


def test_a_table_in_a_text_box_or_control_is_a_table_too():
    floating = f"<w:txbxContent>{table(row('甲', '乙'))}{paragraph()}</w:txbxContent>"
    body = paragraph(
        f"<w:r><w:pict><v:shape><v:textbox>{floating}</v:textbox></v:shape></w:pict></w:r>"
    ) + SDT.format(table(row("丙", "丁")))
    grids = read_grids(word.document(body))
    assert [grid.rows for grid in grids] == [[["甲", "乙"]], [["丙", "丁"]]]


# Tables that go on --------------------------------------------------------------------

FIRST = (
    row(*word.HEADS),
    row("1", "稳步实施重点改革", "（1）完成第1件实事。", "已开工。", "单位1"),
)
NEXT = ("1", "稳步实施重点改革", "（3）完成第3件实事。", "已完工。", "单位3")


@pytest.mark.parametrize(
    ("second", "problems"),
    [
        (table(row(*NEXT)), 0),
        # A column more, of nothing: as a converter draws it.
        (table(row(*NEXT[:2], "", *NEXT[2:])), 0),
        # A column more, by where its lines stand: the cell that lies across two is one.
        (table(row(*NEXT[:3], cell(run(NEXT[3]), properties=SPAN), NEXT[4]),
               widths=(100, 100, 100, 60, 40, 100)), 0),
        (table(row(*NEXT[:3], "已完", "工。", NEXT[4])), 1),
    ],
)  # fmt: skip
def test_a_table_goes_on_after_a_page_also_with_a_column_more(cast, as_user, second, problems):
    body = table(*FIRST, widths=(100, 100, 100, 100, 100)) + paragraph() + second
    page = upload(
        as_user(cast.office), word.document(body), "progress", period=cast.period.pk, name="a.docx"
    )
    preview = page.context["preview"]
    assert len(preview.problems) == problems
    if problems:
        assert preview.problems[0].place.sheet == "表格2"
    else:
        told = {each.label: each.differences[0].new for each in preview.changes}
        assert told == {"1（1）": "已开工。", "1（3）": "已完工。"}


# Whatever a table holds ---------------------------------------------------------------


class _Tokens:
    """Words that occur once each, so that it can be told where each of them went."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.left: list[str] = []
        self._count = 0

    def take(self, is_shown: bool) -> str:
        self._count += 1
        token = f"词{self._count}号"
        (self.shown if is_shown else self.left).append(token)
        return token


# How each wrapper is written, and whether what is in it is seen: True, False or None for "as
# what is around it".
WRAPPERS = {
    "smart": (SMART, None),
    "custom": ('<w:customXml w:element="x">{}</w:customXml>', None),
    "control": (SDT, None),
    "link": ('<w:hyperlink w:anchor="a">{}</w:hyperlink>', None),
    "field": ('<w:fldSimple w:instr="REF a">{}</w:fldSimple>', None),
    "inserted": (f"<w:ins {TRACKED}>{{}}</w:ins>", None),
    "moved": (f"<w:moveTo {TRACKED}>{{}}</w:moveTo>", None),
    "deleted": (f"<w:moveFrom {TRACKED}>{{}}</w:moveFrom>", False),
    "complex": (field("REF a", "{}"), None),
    "unheard-of": ("<w:w2031>{}</w:w2031>", None),
    "either": ("<mc:AlternateContent><mc:Choice Requires='x'>{}</mc:Choice></mc:AlternateContent>",
               None),
}  # fmt: skip
LEAVES = {
    "plain": ("", True),
    "bold": ("<w:b/>", True),
    "hidden": ("<w:vanish/>", False),
    "struck": ("<w:strike/>", False),
    "hidden by style": ('<w:rStyle w:val="base"/>', False),
}

inline = st.recursive(
    st.sampled_from(sorted(LEAVES)),
    lambda inner: st.tuples(st.sampled_from(sorted(WRAPPERS)), st.lists(inner, max_size=3)),
    max_leaves=8,
)
blocks = st.lists(
    st.one_of(
        st.lists(inline, min_size=1, max_size=3).map(lambda each: ("p", each)),
        st.lists(inline, min_size=1, max_size=2).map(lambda each: ("table", each)),
        st.lists(inline, min_size=1, max_size=2).map(lambda each: ("box", each)),
    ),
    min_size=1,
    max_size=3,
)


def write(node: object, tokens: _Tokens, is_shown: bool = True) -> str:
    if isinstance(node, str):
        properties, shows = LEAVES[node]
        return run(tokens.take(is_shown and shows), properties)
    name, inner = node
    wrapper, shows = WRAPPERS[name]
    shows = is_shown if shows is None else shows
    return wrapper.replace("{}", "".join(write(each, tokens, shows) for each in inner))


def write_block(block: tuple, tokens: _Tokens) -> str:
    kind, inner = block
    content = "".join(write(each, tokens) for each in inner)
    if kind == "table":
        return table(row(cell(content))) + paragraph()
    return paragraph(box_of(content) if kind == "box" else content)


def box_of(content: str) -> str:
    inner = f"<w:txbxContent>{paragraph(content)}</w:txbxContent>"
    return f"<w:r><w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict></w:r>"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cells=st.lists(blocks, min_size=1, max_size=3))
def test_every_word_is_read_once_or_left_out_by_name(cells):
    tokens = _Tokens()
    made = ["".join(write_block(block, tokens) for block in each) for each in cells]
    body = table(row(*(f"<w:tc>{each}</w:tc>" for each in made)))
    grid = read_grids(word.document(body, styles=HIDDEN_STYLES))[0]
    text = "\n".join(grid.rows[0])
    read_tokens = [token for token in tokens.shown + tokens.left if token in text]
    assert read_tokens == tokens.shown
    assert all(text.count(token) == 1 for token in tokens.shown)
    assert [text.index(token) for token in tokens.shown] == sorted(
        text.index(token) for token in tokens.shown
    ), "in the order in which they stand"
    said = "".join(str(each[2]) for each in grid.notes + grid.unread)
    assert [token for token in tokens.left if token not in said] == []
