"""The Word file: read back with python-docx, and its pages as LibreOffice prints them."""

import io
import re
from dataclasses import replace
from itertools import pairwise

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from reports.document.annex_pages import annex_title_lines
from reports.document.body_tables import set_tables
from reports.document.content import BodyTable, CircularContent, Orientation
from reports.document.docx import circular_docx
from reports.document.docx_rows import THIRD, goal_tables, heading_height
from reports.document.fonts import ROLES
from reports.document.issuer import red_name_of
from reports.document.pages import LINE_HEIGHT
from reports.document.typesetting import planned_front
from tests.annex_reading import joined_records, word_records
from tests.documents import content_of, make_row, source_content
from tests.hard_years import content_by_year
from tests.office_printing import crossed, printed_all, table_rows
from tests.pdf_reading import MM, Sheet

PROGRESS = "一季度完成情况"


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
        "通报报头": ("title", 64),
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
def test_words_parts_leave_no_room_on_their_page(orientation: Orientation) -> None:
    """So each further part begins a page, wherever Word ends the one before."""
    content = content_by_year()["long-entries"]
    parts = [row for table in goal_tables(content.annex, orientation) for row in table.rows]
    goes_on = ["（续）" in row.cells[0][0] for row in parts]
    assert [row.least > 0 for row in parts] == [*goes_on[1:], False]
    page = max(row.least for row in parts)
    middle = [
        row.least
        for row, (at, after) in zip(parts, pairwise(goes_on), strict=False)
        if at and after
    ]
    assert set(middle) == {page}
    # Below the annex's title there is less room, and as much of it is taken.
    title = heading_height(len(annex_title_lines(content.annex, orientation)))
    assert parts[0].least == pytest.approx(page - title, abs=0.1)
    assert all(row.least / THIRD == pytest.approx(round(row.least / THIRD)) for row in parts)


def test_words_first_page_has_no_room_for_what_goes_over_with_the_signature() -> None:
    sentence = "推进重点项目建设，完成投资若干亿元，新开工项目三个，均按计划推进。"
    fitting = docx.Document(io.BytesIO(circular_docx(source_content())))
    assert not any(each.different_first_page_header_footer for each in fitting.sections)
    content = replace(source_content(), body=(sentence * 6,))
    front, _ = front_of(content)
    (body,) = (each for each in front if each.text == sentence * 6)
    assert not body.paragraph_format.keep_with_next  # LibreOffice would take all of it
    sections = docx.Document(io.BytesIO(circular_docx(content))).sections
    assert [each.different_first_page_header_footer for each in sections] == [True, False, False]
    above, number = sections[0].first_page_footer.paragraphs
    assert number.text.startswith("—")
    assert number.alignment == sections[0].footer.paragraphs[0].alignment
    foot = Mm(35 - 25.5).pt - 14
    lines = (above.paragraph_format.line_spacing.pt - foot) / 28.95
    assert lines == pytest.approx(round(lines), abs=0.15)  # whole ones of the grid stay blank
    assert lines > 1
    # A second page's footer is the even pages', which the annex does not take over.
    upright = replace(FRONTS["three-pages"], orientation=Orientation.PORTRAIT)
    sections = docx.Document(io.BytesIO(circular_docx(upright))).sections
    assert [len(each.even_page_footer.paragraphs) for each in sections] == [2, 1, 1]
    assert not any(each.different_first_page_header_footer for each in sections)


def test_words_table_of_the_body_stands_below_its_title_as_in_print() -> None:
    table = with_all_that_is_long().body[0]
    assert isinstance(table, BodyTable)
    document = docx.Document(io.BytesIO(circular_docx(with_all_that_is_long())))
    printed = document.tables[0]
    assert [cell.text for cell in printed.rows[0].cells] == list(table.heads)
    assert [tuple(cell.text for cell in row.cells) for row in printed.rows[1:]] == list(table.rows)
    widths = [column.width.pt for column in printed.columns]
    assert widths == pytest.approx(set_tables([table])[0].widths, abs=0.1)
    title, above = printed._tbl.getprevious(), printed._tbl.getnext()
    assert Paragraph(title, document).text == table.title
    assert Paragraph(title, document).style.paragraph_format.keep_with_next
    assert Paragraph(above, document).style.name == "正文表后"
    # The head stays with two rows, and the last two stay together.
    kept = [
        all(each.paragraph_format.keep_with_next for each in row.cells[0].paragraphs)
        for row in printed.rows[1:]
    ]
    assert kept == [True, None, None, True, True] or kept == [True, False, False, True, True]


def test_words_name_of_the_paper_is_as_large_as_in_print() -> None:
    for name in ("督查通报", "武汉市新洲区人民政府督查室文件"):
        content = replace(source_content(), masthead=name)
        masthead = docx.Document(io.BytesIO(circular_docx(content))).paragraphs[0]
        spaced, last = masthead.runs
        assert (spaced.text, last.text) == (name[:-1], name[-1])
        size = (spaced.font.size or masthead.style.font.size).pt
        assert size == pytest.approx(red_name_of(content).size, abs=0.5)
        assert last._r.xpath("string(./w:rPr/w:spacing/@w:val)") == "0"


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


def with_a_tall_item() -> CircularContent:
    """Return the published quarter with two items in its middle that no page holds.

    The second by its blank paragraphs, which Word keeps.
    """
    content = source_content()
    tall = replace(content.annex.rows[60], progress=tall_content().annex.rows[1].progress)
    blank = replace(content.annex.rows[61], progress="按计划推进。\n\n" * 17 + "加紧推进。")
    rows = (*content.annex.rows[:60], tall, blank, *content.annex.rows[62:])
    return replace(content, annex=replace(content.annex, rows=rows))


def with_all_that_is_long() -> CircularContent:
    """Return a circular of a long issuer, many recipients, a table, and one long paragraph."""
    sentence = "推进重点项目建设，完成投资若干亿元，新开工项目三个，均按计划推进。"
    ranks = tuple((str(place), "区自然资源和规划局", "31%") for place in range(1, 6))
    content = source_content()
    keys = ("goal_number", "goal_name", "standard", "progress", "status", "lead_units")
    return replace(
        content,
        annex=replace(content.annex, columns=keys, rows=content.annex.rows[:9]),
        corrects="2020年第1期",
        issuer="武汉市新洲区人民政府督查室与武汉市新洲区发展和改革局重点项目推进工作领导小组",
        body=(BodyTable("各单位完成情况", ("名次", "单位", "完成率"), ranks), sentence * 9),
        copy_to="区委办公室、" * 9 + "区人大常委会办公室。",
        copy_label="抄送",
        send_to="、".join(f"区第{place}责任单位" for place in range(1, 31)) + "。",
    )


YEARS = {
    "published": source_content(),
    "tall-item": with_a_tall_item(),
    "all-long": with_all_that_is_long(),
    **{
        name: content_by_year()[name]
        for name in ("four-statuses", "long-entries", "long-entries-upright")
    },
}
years = pytest.mark.parametrize("year", YEARS)


def front(lines: int, **changes: object) -> CircularContent:
    """Return a circular whose body is one paragraph of so many lines."""
    text = "推进重点项目建设完成投资若干亿元新开工项目三个均按计划推进" * 40
    return content_of([make_row(1, 1)], body=(f"{text[: 28 * lines - 13]}。",), **changes)


FRONTS = {
    "five": front(5),
    "as-tight-as-can-be": front(7, is_sealed=False),
    "eight": front(8),
    "thirteen": front(13),
    "three-pages": front(33),
    "four-pages": front(55),
    # Without an annex, so that where the block's page stands is known.
    "one-page-alone": front(5, has_annex=False),
    "two-pages-alone": front(12, has_annex=False),
    "three-pages-alone": front(33, has_annex=False),
    "issuer-of-21": front(5, issuer="武汉市新洲区人民政府督查室与新洲区发展改革局"),
}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return {year: circular_docx(content) for year, content in YEARS.items()}


@pytest.fixture(scope="module")
def prints(
    files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Sheet]]:
    """Print them in whatever stands in for the offices' faces."""
    fronts = {name: circular_docx(content) for name, content in FRONTS.items()}
    return printed_all(files | fronts, "docx", tmp_path_factory.mktemp("word"))


def annex_pages(sheets: list[Sheet]) -> list[list[list[str]]]:
    """Return the rows of each page of the annex."""
    return [rows for rows in map(table_rows, sheets) if rows and len(rows[0]) == 1 and rows[0][0]]


@pytest.mark.document
@years
def test_every_page_of_words_annex_says_the_goal_and_opens_with_a_whole_row(
    year: str, files: dict[str, bytes], prints: dict[str, list[Sheet]]
) -> None:
    """Row by row as in the file: none lost, none begun on one page and ended on the next."""
    records = []
    for page in annex_pages(prints[year][1:-1]):
        assert len(page[0]) == 1
        assert page[1][0] == "工作标准"
        for place, row in enumerate(page):
            if len(row) == 1:
                goal = row[0]
            elif row[0] == "工作标准":
                heads = row
            else:
                assert "（续）" not in row[0] or place == 2, "only the first row of a page goes on"
                records.append({"goal": goal, **dict(zip(heads, row, strict=True))})
    wanted = [
        {head: "".join(text.split()) for head, text in record.items()}
        for record in word_records(files[year])
    ]
    for record in wanted:
        record["goal"] = record.pop("序号") + record.pop("目标名称")
    assert records == wanted


@pytest.mark.document
def test_words_columns_of_four_characters_hold_them(prints: dict[str, list[Sheet]]) -> None:
    for sheet in prints["all-long"]:
        for at in (match.start() for match in re.finditer("完成状态|正在推进", sheet.text)):
            assert len({round(mark.y) for mark in sheet.marks[at : at + 4]}) == 1
    assert "完成状态" in prints["all-long"][2].text


@pytest.mark.document
@years
def test_only_what_no_page_holds_is_divided_in_word(
    year: str, files: dict[str, bytes], prints: dict[str, list[Sheet]]
) -> None:
    divided = sum("（续）" in each["工作标准"] for each in word_records(files[year]))
    assert divided >= 5 if year.startswith(("tall", "long")) else divided == 0
    # The page before what goes on is full.
    for before, after in pairwise(sheet for sheet in prints[year][1:-1] if sheet.marks):
        if "（续）" in table_rows(after)[2][0]:
            below = 27 * MM if before.width > before.height else 35 * MM
            foot = before.height - below - max(rule.bottom for rule in before.rules)
            assert foot < 4 * LINE_HEIGHT


def assert_block_stands_at_the_foot(sheet: Sheet) -> None:
    """Look for the block on the text area's edges, without a page number [7.4, 7.5]."""
    rules = sorted((rule for rule in sheet.rules if rule.width > 300), key=lambda rule: rule.top)
    # LibreOffice takes an even page's margins for an odd one's: left 28, right 26 mm.
    for rule in rules:
        assert (rule.left, rule.right) == pytest.approx((28 * MM, 184 * MM), abs=0.5 * MM)
    assert rules[-1].bottom == pytest.approx(262 * MM, abs=MM)
    assert "—" not in sheet.text


@pytest.mark.document
@years
def test_libreoffice_prints_the_word_file_with_nothing_cut(
    year: str, prints: dict[str, list[Sheet]]
) -> None:
    content, sheets = YEARS[year], prints[year]
    assert "督查通报" in sheets[0].text
    lines = [["".join(mark.text for mark in line) for line in each.lines()] for each in sheets]
    (signed,) = (page for page in lines if content.date_text in page)
    # Word for word: LibreOffice does not print a mark that hangs over its line's end.
    before = [page[:-1] for page in lines[: lines.index(signed) + 1]]  # without the page number
    printed = "".join(line for page in before for line in page)
    assert all(paragraph in printed for paragraph in content.paragraphs)
    last = content.paragraphs[-1]
    assert last[-6:] in "".join(signed)  # never a signature alone
    assert last[:8] in "".join(sheets[0].text.split())  # nor a title
    red = max(rule.bottom for rule in sheets[0].rules if rule.colour == (0xE6, 0, 0x12))
    assert red == pytest.approx(37 * MM + 6 * 28.95, abs=MM)  # six lines of the grid, as in the PDF
    block = "".join("".join(mark.text for mark in line) for line in sheets[-1].lines())
    for label, names in content.recipients:
        assert label + names in block
    assert content.printer in block
    assert_block_stands_at_the_foot(sheets[-1])
    assert [crossed(sheet) for sheet in sheets] == [[]] * len(sheets)


@pytest.mark.document
@pytest.mark.parametrize("name", FRONTS)
def test_words_front_has_the_pages_of_the_pdfs(name: str, prints: dict[str, list[Sheet]]) -> None:
    """Its title with text below it, its signature with text above it."""
    content = FRONTS[name]
    lines = [
        ["".join(mark.text for mark in line) for line in each.lines()] for each in prints[name]
    ]
    count = planned_front(content).plan.page_count
    assert [content.date_text in page for page in lines].index(True) + 1 == count
    for page in lines[:count]:
        assert sum(line in content.body[0] for line in page) >= 2
    assert "".join(line for page in lines[:count] for line in page[:-1]).count(content.body[0]) == 1


@pytest.mark.document
@pytest.mark.parametrize(
    ("name", "number"),
    [("one-page-alone", "—2—"), ("two-pages-alone", ""), ("three-pages-alone", "—4—")],
)
def test_words_block_has_a_page_number_where_no_blank_page_is_before_it(
    name: str, number: str, prints: dict[str, list[Sheet]]
) -> None:
    block = prints[name][-1]
    assert "相关责任单位" in block.text
    assert re.findall("—[0-9]+—", block.text) == ([number] if number else [])
