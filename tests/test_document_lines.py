"""Lines, pages and faces: what is worked out before layout."""

import time

import pytest
from django.core.checks import run_checks
from lxml import etree

from reports.document import fonts
from reports.document.annex_pages import GEOMETRIES, TABLE_HEAD, plan_annex
from reports.document.content import compose, date_text
from reports.document.lines import (
    NOT_AT_END,
    NOT_AT_START,
    Measure,
    break_paragraph,
    break_text,
    printable,
)
from reports.document.names import NameBreaker, break_title_at_words
from reports.document.pages import plan_pages
from reports.document.pdf import _Page
from reports.document.titles import break_title
from reports.document.typesetting import circular_pdf
from targets.quarters import Quarter
from tests.documents import (
    ISSUED_ON,
    content_of,
    make_figures,
    make_row,
    source_content,
    source_rows,
)
from tests.pdf_reading import read_pdf

TEN = Measure(width=100.0, size=10.0, advance=lambda c: 0.5 if ord(c) < 0x2000 else 1.0)


def test_lines_hold_the_whole_text_in_order() -> None:
    for row in source_content().annex.rows:
        for measure in (TEN, Measure(178.0, 10.5, fonts.advances("fang"))):
            lines = break_text(row.progress, measure)
            assert "".join(line.text for line in lines) == row.progress.replace("\n", "").strip()


def test_no_line_begins_or_ends_with_a_forbidden_character() -> None:
    for row in source_content().annex.rows:
        lines = break_text(row.progress, Measure(178.0, 10.5, fonts.advances("fang")))
        for line in lines:
            assert line.text[0] not in NOT_AT_START
            assert line.is_last or line.text[-1] not in NOT_AT_END


@pytest.mark.parametrize("raised", ["³", "²", "⁵"])
def test_a_unit_of_measure_keeps_its_raised_number(raised: str) -> None:
    # 5m ends on the edge: the raised number alone would begin a line.
    found = [line.text for line in break_paragraph(f"一二三四五六七八九5m{raised}，石方", TEN)]
    assert found == ["一二三四五六七八九", f"5m{raised}，石方"]


@pytest.mark.parametrize("mark", "．/／–")
def test_a_mark_that_belongs_to_what_stands_before_it_begins_no_line(mark: str) -> None:
    # GB/T 15834-2011 5.1.9, 5.1.10: neither begins a line, and a slash does not end one either.
    text = f"一二三四五六七八九十{mark}十一月"
    assert not any(line.text.startswith(mark) for line in break_paragraph(text, TEN))
    if mark in "/／":
        text = f"一二三四五六七八九{mark}十一月"
        assert not any(line.text.endswith(mark) for line in break_paragraph(text, TEN))


@pytest.mark.parametrize("sign", "−－＋±≥≤≧≦＞＜≈")
def test_a_number_keeps_the_sign_before_it(sign: str) -> None:
    found = [line.text for line in break_paragraph(f"一二三四五六七八九{sign}87%，石方", TEN)]
    assert found == ["一二三四五六七八九", f"{sign}87%，石方"]
    # Before words it is a mark like others.
    words = [line.text for line in break_paragraph(f"一二三四五六七八九{sign}石方之多", TEN)]
    assert words[0].startswith(f"一二三四五六七八九{sign}")


@pytest.mark.parametrize(
    "item",
    ["8（1）", "14（12）", "8(1)", "1—3", "10～15", "—91.2%", "3.6㎡", "35μg/m³", "PM₂.₅", "9°"],
)
def test_a_number_stands_on_one_line_with_what_belongs_to_it(item: str) -> None:
    for before in range(1, 12):
        text = "一二三四五六七八九十一二"[:before] + f"{item}项，其余各项"
        assert any(item in line.text for line in break_paragraph(text, TEN)), text


def test_filled_lines_are_as_wide_as_their_measure() -> None:
    lines = break_paragraph("一二三四五六七八九，十一二三四五六七八九十一二三", TEN)
    for line in lines[:-1]:
        natural = sum(TEN.advance(character) for character in line.text) * 10
        assert natural + line.spacing * len(line.text) == pytest.approx(100)


def test_numbers_and_words_are_not_broken_but_a_longer_one_is() -> None:
    assert [line.text for line in break_paragraph("一二三四五六七八12345.67亿元", TEN)][
        1
    ] == "12345.67亿元"
    assert "".join(line.text for line in break_paragraph("x" * 95, TEN)) == "x" * 95
    assert max(len(line.text) for line in break_paragraph("x" * 95, TEN)) <= 21


def test_printable_drops_what_has_no_form_and_keeps_the_rest() -> None:
    assert printable("甲\x00\x1f\u202e\u200b乙\r\t丙\n丁³ ") == "甲乙 丙\n丁³ "
    # XML takes whatever is left; lxml raises, where it does not, and with it Word and Excel.
    left = printable("".join(map(chr, range(0x110000))))
    element = etree.Element("t")
    element.text = left
    assert element.text == left


@pytest.mark.parametrize("key", list(fonts.ROLES))
def test_faces_are_found_and_measured(key: str) -> None:
    advance = fonts.advances(key)
    assert fonts.face_in_use(key) is not None
    assert advance("督") == pytest.approx(1.0)
    assert 0.4 <= advance("2") <= 0.6


def test_check_says_which_faces_are_in_use_without_a_warning() -> None:
    found = [message for message in run_checks() if message.id and message.id.startswith("reports")]
    assert [message.id for message in found] == ["reports.I001"]
    for key, role in fonts.ROLES.items():
        used = fonts.face_in_use(key)
        assert used is not None
        assert f"{role.label} {used.family}" in found[0].msg
        assert used.is_official or role.office_name in found[0].hint


def test_check_warns_where_no_face_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "face_in_use", lambda key: None)
    found = [message.id for message in run_checks() if (message.id or "").startswith("reports")]
    assert found == ["reports.W001"] * len(fonts.ROLES)


def test_the_engine_still_asks_for_its_own_stylesheet_by_that_name() -> None:
    assert hasattr(super(_Page, _Page), "_ua_stylesheets")


# Pages ------------------------------------------------------------------


def test_pages_hold_every_row_whole_and_none_overflows() -> None:
    content = source_content()
    pages = plan_annex(content)
    geometry = GEOMETRIES[content.orientation]
    seen: dict[tuple[int, int], str] = {}
    place = content.annex.columns.index("progress")
    for page in pages:
        assert page.height + TABLE_HEAD <= geometry.height
        for segment in page.segments:
            for row in segment.rows:
                key = (row.row.goal_number, row.row.item_number)
                seen[key] = seen.get(key, "") + "".join(
                    line.text for line in row.cells[place].lines
                )
    assert list(seen) == [(row.goal_number, row.item_number) for row in content.annex.rows]
    for row in content.annex.rows:
        assert seen[row.goal_number, row.item_number] == "".join(row.progress.split("\n"))


def test_last_page_is_not_a_remnant() -> None:
    for count in range(20, 119, 7):
        content = content_of([make_row(1, n, text="推进工作。" * 40) for n in range(1, count)])
        pages = plan_annex(content)
        assert pages[-1].row_count > 1 or len(pages) == 1


def test_no_rows_make_one_empty_page() -> None:
    assert len(plan_pages([], first_room=300, room=400)) == 1


# Words ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "title", "months"),
    [
        (1, "第一季度", "1—3月"),
        (2, "上半年", "1—6月"),
        (3, "前三季度", "1—9月"),
        (4, "全年", "1—12月"),
    ],
)
def test_each_quarter_has_its_own_phrasing(number: int, title: str, months: str) -> None:
    figures = make_figures([make_row(1, 1)], quarter=Quarter(2020, number))
    content = compose(figures, number=3, issued_on=ISSUED_ON)
    assert content.title_lines == (
        "关于2020年区《政府工作报告》",
        f"确定的主要目标任务{title}完成情况的通报",
    )
    assert f"从督查情况看，{months}，各牵头单位" in content.body[0]
    assert content.annex.title == f"2020年区《政府工作报告》确定的主要目标任务{title}完成情况"
    assert content.annex.progress_head == {1: "一季度"}.get(number, title) + "完成情况"


def test_titles_break_by_sense_and_never_inside_a_number() -> None:
    assert break_title("关于重点工作的通报") == ("关于重点工作的通报",)
    long = "关于2021年度全区民生实事项目和政府投资重点建设项目第三季度完成情况的通报"
    lines = break_title(long, before="第三季度")
    assert "".join(lines) == long
    assert all(len(line) <= 22 for line in lines)
    solid = "关于" + "甲" * 30 + "2021年" + "乙" * 20
    assert "".join(break_title(solid)) == solid


@pytest.mark.parametrize(
    "title",
    [
        "关于加快推进全区重大|项目建设进度的督查通报",
        "关于2024年度民生实事|项目进展滞后单位的通报",
        "关于印发新洲区优化营商环境|三年行动计划实施细则的通知",
        "关于城市更新和老旧小区改造|项目建设推进缓慢问题的督查专报",
        "关于生态环境保护督察反馈|意见整改落实情况的通报",
        "关于第三季度全区重大项目集中|开工和固定资产投资入库纳统情况|以及下一阶段工作安排的督查通报",
    ],
)
def test_an_offices_own_title_is_broken_between_words(title: str) -> None:
    texts = [text for row in source_rows() for text in (row.standard, row.text)]
    lines = break_title(
        title.replace("|", ""), at_words=lambda each: break_title_at_words(texts, each)
    )
    assert "|".join(lines) == title


def test_an_offices_name_is_broken_after_a_place() -> None:
    measure = Measure(14 * 20, 14, fonts.advances("fang"), is_justified=False)
    office = "内蒙古自治区呼伦贝尔市鄂温克族自治旗人民政府督查室"
    lines = NameBreaker().lines(office, measure)
    assert lines == ["内蒙古自治区呼伦贝尔市", "鄂温克族自治旗人民政府督查室"]


@pytest.mark.parametrize(
    "office",
    [
        "四川省凉山彝族自治州西昌市人民政府目标督查办公室",
        "湖北省武汉市新洲区人民政府办公室政务督查科",
        "某某省某某市某某区人民政府办公室政务督查与目标",
        "杭州市临安区委区政府督查室与目标考核领导小组办公室",
    ],
)
def test_an_offices_name_is_not_broken_within_its_places(office: str) -> None:
    measure = Measure(14 * 20, 14, fonts.advances("fang"), is_justified=False)
    lines = NameBreaker().lines(office, measure)
    assert len(lines) == 2
    assert lines[1][:3] not in ("市人民", "区人民", "区委区")
    assert "".join(lines) == office


def test_the_annex_note_does_not_divide_the_quarters_name() -> None:
    text = read_pdf(circular_pdf(source_content()))[0].lines()
    lines = ["".join(mark.text for mark in line) for line in text]
    at = next(at for at, line in enumerate(lines) if line.startswith("附表："))
    assert lines[at].endswith("主要目标任务")
    assert lines[at + 1] == "第一季度完成情况"


def test_dates_have_no_leading_zeros() -> None:
    assert date_text(ISSUED_ON) == "2020年4月28日"


def test_a_name_of_thousands_of_characters_is_broken_in_a_moment() -> None:
    name = "新洲区问津新城建设发展集团有限责任公司" * 250
    measure = Measure(73.5, 10.5, fonts.advances("fang"), is_justified=False)
    start = time.process_time()
    lines = NameBreaker([name]).lines(name, measure)
    assert time.process_time() - start < 2  # 0.02 s; where every line looks at all, minutes
    assert "".join(lines) == name
    assert max(map(len, lines)) <= 7
