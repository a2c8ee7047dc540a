"""The PDF measured against GB/T 9704-2012: what the file holds, not what the stylesheet says."""

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from django.conf import settings

from reports.document import fonts
from reports.document.annex import COLUMNS, OPTIONAL, Layout, print_order
from reports.document.annex_pages import print_widths
from reports.document.content import CircularContent, Orientation
from reports.document.pages import BLANK_LINES, LINE_HEIGHT
from reports.document.pdf import ForbiddenURLError, Variant, _FontFetcher, render_pdf
from reports.document.typesetting import (
    annex_pdf,
    circular_css,
    circular_html,
    circular_pdf,
    plan_annex,
)
from tests.documents import content_of, make_row, source_content, source_rows
from tests.pdf_reading import MM, Mark, Rule, Sheet, bookmarks, inflated, metadata, read_pdf

pytestmark = pytest.mark.document
TITLE_LINES = ("2020年区《政府工作报告》", "确定的主要目标任务第一季度完成情况")
RED, BLACK = (230, 0, 18), (0, 0, 0)
# Seen landscape, and on the sheet itself: left, top, right, bottom in mm by odd and even page.
ODD, EVEN = (28, 37, 26, 35), (26, 37, 28, 35)
TURNED_ODD, TURNED_EVEN = (35, 28, 37, 26), (35, 26, 37, 28)
ONE = 1 * MM


@pytest.fixture(scope="module")
def sheets() -> list[Sheet]:
    """Return the published circular, read back."""
    return read_pdf(circular_pdf(source_content()))


def annex_of(sheets: Sequence[Sheet]) -> list[tuple[int, Sheet]]:
    """Return the landscape pages with their numbers."""
    return [(n, sheet) for n, sheet in enumerate(sheets, 1) if sheet.width > sheet.height]


def inside(sheet: Sheet, margins: tuple[int, int, int, int]) -> list[Mark]:
    """Return the marks whose ink lies in the text area."""
    left, top, right, bottom = (side * MM for side in margins)
    return [
        mark
        for mark in sheet.marks
        if mark.right > left - ONE
        and mark.left < sheet.width - right + ONE
        and mark.bottom > top - ONE
        and mark.top < sheet.height - bottom + ONE
    ]


def faces(marks: Sequence[Mark]) -> set[str]:
    return {mark.face for mark in marks}


def face(key: str) -> str:
    used = fonts.face_in_use(key)
    assert used is not None
    return fonts.installed_fonts()[used.family, used.weight].name


def long_body(lines: int) -> CircularContent:
    """Return a circular whose body is one paragraph of so many full lines."""
    text = "督查工作要坚持问题导向突出重点任务强化跟踪问效推动各项部署"[:28]
    assert len(text) == 28
    return content_of([make_row(1, 1)], body=((text * lines)[: lines * 28 - 2],))


# The first page ------------------------------------------------------------------


def test_sheets_are_a4_and_text_keeps_to_its_area(sheets: list[Sheet]) -> None:
    for number, sheet in enumerate(sheets, 1):
        sides = sorted((sheet.width, sheet.height))
        assert sides == pytest.approx([210 * MM, 297 * MM], abs=0.5)
        turned = sheet.width > sheet.height
        margins = (
            (TURNED_ODD if turned else ODD) if number % 2 else (TURNED_EVEN if turned else EVEN)
        )
        left, top, right, bottom = (side * MM for side in margins)
        outside = [
            mark
            for mark in sheet.marks
            if mark.left < left - ONE
            or mark.right > sheet.width - right + ONE
            or mark.top < top - ONE
            or mark.bottom > sheet.height - bottom + ONE
        ]
        number_text = "".join(mark.text for mark in outside)
        assert number_text in ("", f"—{number}—"), (number, number_text)


def test_masthead_is_red_song_and_centred(sheets: list[Sheet]) -> None:
    masthead = sheets[0].line("督查通报")
    assert {mark.colour for mark in masthead} == {RED}
    assert faces(masthead) == {face("title")}
    assert masthead[0].size > 50
    middle = (masthead[0].left + masthead[-1].right) / 2
    assert middle == pytest.approx((28 + 78) * MM, abs=2 * MM)
    issue = sheets[0].line("第2期")
    assert (issue[0].left + issue[-1].right) / 2 == pytest.approx((28 + 78) * MM, abs=ONE)


def test_issuer_and_date_stand_one_character_in_above_the_red_rule(sheets: list[Sheet]) -> None:
    page = sheets[0]
    red = [rule for rule in page.rules if rule.colour == RED]
    assert len(red) == 1
    rule = red[0]
    assert rule.width == pytest.approx(156 * MM, abs=0.5)
    assert rule.left == pytest.approx(28 * MM, abs=0.5)
    assert rule.height > 1
    line = next(line for line in page.lines() if line[0].text == "武" and line[0].y < rule.top)
    assert line[0].x == pytest.approx(28 * MM + 16, abs=ONE)
    assert line[-1].x + 16 == pytest.approx(184 * MM - 16, abs=ONE)
    assert 0 < rule.top - line[0].y < 20
    title = page.line("关于2020年区")
    # Two blank lines between the rule and the title.
    assert title[0].top - rule.bottom == pytest.approx(2 * 28.95 + 7, abs=6)


def test_title_is_two_lines_of_song_broken_by_sense(sheets: list[Sheet]) -> None:
    lines = [line for line in sheets[0].lines() if line[0].size == pytest.approx(22, abs=0.1)]
    assert ["".join(mark.text for mark in line) for line in lines] == [
        "关于2020年区《政府工作报告》",
        "确定的主要目标任务第一季度完成情况的通报",
    ]
    for line in lines:
        assert faces(line) == {face("title")}
        assert (line[0].x + line[-1].x + 22) / 2 == pytest.approx(106 * MM, abs=3 * MM)


def test_body_annex_note_and_signature_stand_where_the_standard_says(sheets: list[Sheet]) -> None:
    page = sheets[0]
    body = page.line("2020年区《政府工作报告》确定的主要目标任务分解为118")
    assert {round(mark.size, 1) for mark in body} == {16.0}
    assert faces(body) == {face("fang")}
    assert body[0].x == pytest.approx(28 * MM + 32, abs=ONE)
    note = page.line("附表：2020年区")
    assert note[0].x == pytest.approx(28 * MM + 32, abs=ONE)
    runover = next(line for line in page.lines() if line[0].y > note[0].y + 5)
    assert runover[0].x == pytest.approx(note[3].x, abs=ONE)
    assert "完成情况" in "".join(mark.text for mark in runover)
    name, day = page.lines()[-3], page.lines()[-2]
    assert "".join(mark.text for mark in day) == "2020年4月28日"
    assert day[-1].x + 16 == pytest.approx(184 * MM - 4 * 16, abs=ONE)
    middle = (name[0].x + name[-1].x + 16) / 2
    assert middle == pytest.approx((day[0].x + day[-1].x + 16) / 2, abs=ONE)


def test_without_a_seal_the_date_begins_two_characters_right_of_the_name() -> None:
    page = read_pdf(circular_pdf(content_of([make_row(1, 1)], is_sealed=False)))[0]
    name, day = page.lines()[-3], page.lines()[-2]
    assert name[-1].x + 16 == pytest.approx(184 * MM - 2 * 16, abs=ONE)
    assert day[0].x == pytest.approx(name[0].x + 2 * 16, abs=ONE)


def test_sentence_is_the_published_one(sheets: list[Sheet]) -> None:
    assert (
        "2020年区《政府工作报告》确定的主要目标任务分解为118项责任事项，涉及责任单位54家。"
        "从督查情况看，1—3月，各牵头单位按照任务要求，积极推进118项责任事项，"
        "已完成年度目标任务的36项，占31%；正在推进的82项，占69%。"
    ) in sheets[0].text


# The grid ------------------------------------------------------------------


def test_sixty_lines_of_body_fill_22_lines_of_28_characters() -> None:
    pages = read_pdf(circular_pdf(long_body(60)))
    body = [sheet for sheet in pages if sheet.width < sheet.height][1:]
    full = [mark for mark in inside(body[0], EVEN) if mark.size == pytest.approx(16, abs=0.1)]
    lines: dict[int, list[Mark]] = {}
    for mark in full:
        lines.setdefault(round(mark.y), []).append(mark)
    assert len(lines) == 22
    assert {len(line) for line in lines.values()} == {28}
    ys = sorted(line[0].y for line in lines.values())
    assert [after - before for before, after in pairwise(ys)] == pytest.approx(
        [28.95] * 21, abs=0.05
    )
    assert min(mark.left for mark in full) >= 26 * MM - 0.5
    assert max(mark.right for mark in full) <= (210 - 28) * MM + 0.5
    first, last = min(mark.x for mark in full), max(mark.x for mark in full)
    assert (last - first) / 27 == pytest.approx(156 * MM / 28, abs=0.05)
    assert min(mark.top for mark in full) >= 37 * MM - 0.5
    assert max(mark.bottom for mark in full) <= (297 - 35) * MM + 0.5


def test_heading_levels_take_their_faces() -> None:
    body = ("一、总体情况", "（一）完成较好的。各单位进展顺利。", "1．具体事项。", "（1）细目。")
    page = read_pdf(circular_pdf(content_of([make_row(1, 1)], body=body)))[0]
    assert faces(page.line("一、总体情况")) == {face("hei")}
    assert faces(page.line("（一）完成较好的。")) == {face("kai")}
    assert faces(page.line("各单位进展顺利。")) == {face("fang")}
    assert faces(page.line("1．具体事项。")) == {face("fang")}
    assert faces(page.line("（1）细目。")) == {face("fang")}


# Page numbers ------------------------------------------------------------------


def number_of(sheet: Sheet, number: int) -> list[Mark]:
    dashes = [mark for mark in sheet.marks if mark.size == pytest.approx(14, abs=0.1)]
    wanted = f"—{number}—"
    text = "".join(mark.text for mark in dashes)
    at = text.find(wanted)
    return dashes[at : at + len(wanted)] if at >= 0 else []


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages() -> None:
    pages = read_pdf(circular_pdf(long_body(60)))
    odd, even = number_of(pages[0], 1), number_of(pages[1], 2)
    assert faces(odd) == faces(even) == {face("song")}
    assert odd[-1].x + 14 == pytest.approx(184 * MM - 14, abs=ONE)
    assert even[0].x == pytest.approx(26 * MM + 14, abs=ONE)
    for marks in (odd, even):
        dash = (marks[0].top + marks[0].bottom) / 2
        assert dash - 262 * MM == pytest.approx(7 * MM, abs=ONE)


def test_annex_numbers_stay_on_the_sheet_turned(sheets: list[Sheet]) -> None:
    for number, sheet in annex_of(sheets):
        marks = number_of(sheet, number)
        dash = (marks[0].left + marks[0].right) / 2
        assert 35 * MM - dash == pytest.approx(7 * MM, abs=ONE)
        assert marks[0].y < marks[-1].y  # turned: it runs down the page
        if number % 2:
            assert max(mark.bottom for mark in marks) == pytest.approx(184 * MM - 14, abs=ONE)
        else:
            assert min(mark.top for mark in marks) == pytest.approx(26 * MM + 14, abs=ONE)


def test_blank_page_and_block_after_it_bear_no_number(sheets: list[Sheet]) -> None:
    assert len(sheets) % 2 == 0
    assert sheets[-2].text == ""
    assert number_of(sheets[-1], len(sheets)) == []


def test_block_that_follows_at_once_bears_its_number() -> None:
    rows = source_rows()
    counts = {}
    for count in range(1, 40):
        content = content_of(rows[:count])
        if len(plan_annex(content)) % 2 == 0:  # front page and annex end on an odd page
            counts[count] = content
            break
    content = counts.popitem()[1]
    pages = read_pdf(circular_pdf(content))
    assert len(pages) == len(plan_annex(content)) + 2
    assert number_of(pages[-1], len(pages))


# The distribution block --------------------------------------------------------


def test_distribution_block_stands_at_the_foot_of_the_last_even_page(sheets: list[Sheet]) -> None:
    page = sheets[-1]
    rules = sorted((rule for rule in page.rules if rule.width > 100 * MM), key=lambda r: r.top)
    assert [round(rule.height / MM, 2) for rule in rules] == [0.35, 0.25, 0.35]
    for rule in rules:
        assert rule.left == pytest.approx(26 * MM, abs=0.5)
        assert rule.width == pytest.approx(156 * MM, abs=0.5)
    assert rules[-1].bottom == pytest.approx(262 * MM, abs=0.5)
    lines = page.lines()
    assert ["".join(mark.text for mark in line) for line in lines] == [
        "报：区人民政府区长、副区长。",
        "发：相关责任单位。",
        "武汉市新洲区人民政府督查室2020年4月28日印发",
    ]
    for line in lines:
        assert line[0].x == pytest.approx(26 * MM + 14, abs=ONE)
        assert {round(mark.size, 1) for mark in line} == {14.0}
    assert lines[-1][-1].x + 14 == pytest.approx(182 * MM - 14, abs=ONE)


def test_long_recipients_run_over_after_the_colon() -> None:
    content = content_of([make_row(1, 1)], send_to="、".join(f"第{n}责任单位" for n in range(20)))
    lines = read_pdf(circular_pdf(content))[-1].lines()
    starts = [line[0].x for line in lines[1:-1]]
    assert len(starts) > 2
    assert starts[1:] == pytest.approx([starts[0] + 28] * (len(starts) - 1), abs=ONE)


def test_portrait_annex_shares_its_last_even_page_with_the_block() -> None:
    rows = [make_row(1, n, text="正在推进。" * 10) for n in range(1, 5)]
    pages = read_pdf(circular_pdf(content_of(rows, orientation=Orientation.PORTRAIT)))
    assert len(pages) == 2
    assert "工作标准" in pages[1].text
    rules = [rule for rule in pages[1].rules if rule.colour == BLACK and rule.width > 150 * MM]
    assert max(rule.bottom for rule in rules) == pytest.approx(262 * MM, abs=0.5)
    assert number_of(pages[1], 2)


# The annex ------------------------------------------------------------------


def vertical_rules(sheet: Sheet) -> list[Rule]:
    return [rule for rule in sheet.rules if rule.height > rule.width]


@pytest.mark.parametrize("orientation", list(Orientation))
def test_every_annex_page_has_head_label_and_both_outer_rules(orientation: Orientation) -> None:
    content = replace(source_content(), orientation=orientation)
    plan = plan_annex(content)
    sheets = read_pdf(annex_pdf(content))
    assert len(sheets) == len(plan)
    left = 35 * MM if orientation is Orientation.LANDSCAPE else 28 * MM
    for number, (sheet, page) in enumerate(zip(sheets, plan, strict=True), 1):
        start = left if orientation is Orientation.LANDSCAPE or number % 2 else 26 * MM
        width = (225 if orientation is Orientation.LANDSCAPE else 156) * MM
        assert "序号目标名称工作标准一季度完成情况牵头单位" in sheet.text
        rules = vertical_rules(sheet)
        for edge in (start, start + width):
            covered = sum(
                rule.height for rule in rules if abs((rule.left + rule.right) / 2 - edge) < 1
            )
            assert covered >= page.height, (number, edge)
        for segment in page.segments:
            number_text = str(segment.rows[0].row.goal_number)
            assert number_text in sheet.between(start, start + 28)
            assert segment.rows[0].row.goal_name in sheet.between(start + 22, start + 90)


def test_annex_heading_stands_on_lines_one_and_three(sheets: list[Sheet]) -> None:
    page = sheets[1]
    tag, title = (
        page.line("附表"),
        page.line("2020年区《政府工作报告》确定的主要目标任务第一季度完成情况"),
    )
    assert faces(tag) == {face("hei")}
    assert tag[0].size == pytest.approx(16, abs=0.1)
    assert tag[0].x == pytest.approx(35 * MM, abs=ONE)
    assert faces(title) == {face("title")}
    assert title[0].y - tag[0].y == pytest.approx(2 * 28.95, abs=3)
    # 2号, broken by sense, each line in the middle [7.3.7, 7.3.1].
    assert title[0].size == pytest.approx(22, abs=0.1)
    first, second = (page.line(text) for text in (TITLE_LINES[0], TITLE_LINES[1]))
    assert second[0].y - first[0].y == pytest.approx(28.95, abs=1)
    for line in (first, second):
        middle = (line[0].left + line[-1].right) / 2
        assert middle == pytest.approx((35 + 112.5) * MM, abs=2 * MM)
    head = page.line("序号目标名称")
    assert faces(head) == {face("hei")}
    assert head[0].size == pytest.approx(10.5, abs=0.1)


def test_every_item_unit_and_figure_comes_out_whole_and_in_order(sheets: list[Sheet]) -> None:
    pages = [sheet for _, sheet in annex_of(sheets)]
    edges = [35 * MM]
    for width in (28, 60, 188):
        edges.append(edges[-1] + width)
    right = 35 * MM + 225 * MM
    standards = "".join(sheet.between(edges[2] - 1, edges[3] - 1) for sheet in pages)
    progress = "".join(sheet.between(edges[3] - 1, right - 82) for sheet in pages)
    units = "".join(sheet.between(right - 82, right) for sheet in pages)
    place = {"s": 0, "p": 0, "u": 0}
    progress = progress.replace("一季度完成情况", "")
    # What goes on says so, and is led by the same units.
    standards = re.sub(r"(（[0-9]+）)?（续）|工作标准", "", standards)
    for row in source_content().annex.rows:
        for key, column, text in (
            ("s", standards, row.numbered_standard),
            ("p", progress, row.progress),
            ("u", units.replace("牵头单位", ""), "".join(row.lead_units)),
        ):
            wanted = "".join(text.split())
            found = column.find(wanted, place[key])
            assert found >= 0, (key, wanted[:30])
            place[key] = found + 1


def test_pages_have_no_large_blank_foot() -> None:
    content = source_content()
    pages = annex_of(read_pdf(circular_pdf(content)))
    for number, sheet in pages[:-1]:
        foot = (210 - (26 if number % 2 else 28)) * MM
        lowest = max(rule.bottom for rule in sheet.rules)
        assert foot - lowest < (BLANK_LINES + 3) * LINE_HEIGHT, number


def test_lines_of_wide_columns_reach_the_edge_and_keep_the_rules_of_punctuation(
    sheets: list[Sheet],
) -> None:
    edge = 35 * MM + 225 * MM - 82 - 4
    reached = total = 0
    for _, sheet in annex_of(sheets):
        column = [m for m in sheet.marks if edge - 275 < m.x < edge + 4 and m.size < 11]
        rows: dict[int, list[Mark]] = {}
        for mark in column:
            rows.setdefault(round(mark.y), []).append(mark)
        lines = [rows[y] for y in sorted(rows)]
        for line in lines:
            assert line[0].text not in "，。、；：！？）》”％%", sheet.text[:20]
            assert line[-1].text not in "（《“", sheet.text[:20]
        for line, following in pairwise(lines):
            if following[0].y - line[0].y < 14 and len(line) > 20:
                total += 1
                reached += line[-1].x + 10.5 > edge - 3
    assert total > 300
    assert reached / total > 0.9


def long_text(length: int) -> str:
    return ("推进重点项目建设，完成投资12.5亿元，占年度计划的36%；" * (length // 20))[:length]


@pytest.mark.parametrize("orientation", list(Orientation))
@pytest.mark.parametrize("length", [617, 5_000, 20_000])
def test_long_entries_come_out_whole(length: int, orientation: Orientation) -> None:
    text = long_text(length)
    rows = [make_row(1, 1), make_row(1, 2, text=text, standard="攻坚克难。"), make_row(2, 1)]
    content = content_of(rows, orientation=orientation)
    pages = read_pdf(annex_pdf(content))
    last = 82 if orientation is Orientation.LANDSCAPE else 61
    progress = ""
    for number, sheet in enumerate(pages, 1):
        right = (260 if orientation is Orientation.LANDSCAPE else 184) * MM
        if orientation is Orientation.PORTRAIT and number % 2 == 0:
            right = 182 * MM
        start = right - last - _progress_width(orientation)
        progress += sheet.between(start - 1, right - last).replace("一季度完成情况", "")
        assert "牵头单位" in sheet.text
    assert text in progress


def _progress_width(orientation: Orientation) -> float:
    if orientation is Orientation.LANDSCAPE:
        return 225 * MM - 28 - 60 - 188 - 82
    return 156 * MM - 24 - 50 - 126 - 61


@pytest.mark.parametrize(
    "rows",
    [
        [make_row(1, 1, units=[f"区第{n}责任单位局" for n in range(1, 13)])],
        [make_row(1, n, text=f"第{n}项正在推进。") for n in range(1, 61)],
        [make_row(1, 1, is_numbered=False)],
        [],
    ],
    ids=["twelve-units", "sixty-items", "one-item", "no-item"],
)
def test_odd_plans_come_out_whole(rows: list) -> None:
    sheets = read_pdf(circular_pdf(content_of(rows)))
    text = "".join(sheet.text for sheet in sheets)
    for row in rows:
        assert row.text in text
        for unit in row.lead_units:
            assert unit in text
    for _, sheet in annex_of(sheets):
        assert "序号目标名称" in sheet.text
        if rows:
            assert "全面加强政府自身建设" in sheet.between(60 * MM - 60, 67 * MM)


# As many as an upright sheet holds: with status and supporting units a draft is warned.
MANY = print_order([key for key in OPTIONAL if COLUMNS[key].fetch])


@pytest.mark.parametrize("orientation", list(Orientation))
def test_heads_stand_inside_their_columns_however_many_there_are(orientation) -> None:
    content = replace(
        content_of([make_row(1, 1)], orientation=orientation),
        annex=replace(content_of([make_row(1, 1)]).annex, columns=MANY),
    )
    (sheet,) = read_pdf(annex_pdf(content))
    edges = sorted(
        {round(rule.left) for rule in sheet.rules if rule.height > rule.width and rule.height > 5}
    )
    first = min(rule.top for rule in sheet.rules)
    heads = "".join(COLUMNS[key].head for key in content.annex.columns if key != "progress")
    head = [mark for mark in sheet.marks if mark.face == face("hei") and mark.top > first]
    assert sorted(mark.text for mark in head) == sorted(f"{heads}一季度完成情况")
    for mark in head:
        assert not any(mark.left + 0.5 < edge < mark.right - 0.5 for edge in edges), mark.text
    for before, after in pairwise(sorted(head, key=lambda mark: (round(mark.y), mark.x))):
        if round(before.y) == round(after.y):
            assert after.left > before.right - 1


def test_a_text_column_of_a_crowded_annex_holds_five_characters() -> None:
    columns = [COLUMNS[key] for key in MANY]
    widths = print_widths(columns, Orientation.LANDSCAPE)
    texts = [w for c, w in zip(columns, widths, strict=True) if c.layout is Layout.TEXT]
    assert min(texts) >= 5 * 10.5 + 8.5
    assert sum(widths) == pytest.approx(225 * MM, abs=0.1)


# The file ------------------------------------------------------------------


def test_same_content_gives_the_same_bytes() -> None:
    content = content_of(source_rows()[:10])
    for variant in Variant:
        assert circular_pdf(content, variant) == circular_pdf(content, variant)


def test_metadata_language_and_bookmarks() -> None:
    content = source_content()
    data = circular_pdf(content, Variant.WEB)
    facts = metadata(data)
    assert facts["Title"] == content.title
    assert facts["Author"] == content.issuer
    assert facts["CreationDate"].startswith("D:20200428")
    assert b"/Lang (zh-CN)" in inflated(data)
    marks = bookmarks(data)
    assert marks[0] == (0, content.title)
    goals = [title for level, title in marks if level == 1]
    assert len(goals) == 20
    assert goals[0] == "1　经济社会发展的主要预期目标"


def test_variants_say_what_they_are() -> None:
    content = content_of(source_rows()[:8])
    variants = (Variant.ARCHIVE, Variant.WEB)
    archive, web = (inflated(circular_pdf(content, each)) for each in variants)
    assert b"pdfaid:part" in archive
    assert b"pdfuaid:part" in web
    assert b"/StructTreeRoot" in web
    assert b"/RowSpan" in web


def test_faces_are_embedded_as_subsets(caplog: pytest.LogCaptureFixture) -> None:
    data = circular_pdf(source_content())
    assert len(data) < 1_000_000
    assert inflated(data).count(b"/FontFile") >= 4
    assert "Unable to subset" not in caplog.text


_ONE_CIRCULAR = """
import django; django.setup()
from reports.document.typesetting import circular_pdf
from tests.documents import source_content
circular_pdf(source_content())
print(*(line.split()[1] for line in open("/proc/self/status") if "VmHWM" in line))
"""


def test_a_cold_process_keeps_below_200_megabytes() -> None:
    # A process of its own: what this one has used already must not count.
    done = subprocess.run(
        [sys.executable, "-c", _ONE_CIRCULAR],
        cwd=settings.BASE_DIR,
        check=True,
        capture_output=True,
        text=True,
    )
    assert 0 < int(done.stdout) * 1024 < 200e6


def test_what_people_wrote_is_inert() -> None:
    evil = (
        '<script>alert(1)</script><img src="file:///etc/passwd">'
        '<link rel="attachment" href="file:///etc/hostname">{{ 7|add:7 }}'
    )
    content = content_of([make_row(1, 1, text=evil, standard=evil)], body=(evil,), send_to=evil)
    html = circular_html(content)
    assert "<script>" not in html
    assert "<img" not in html
    data = circular_pdf(content)
    assert b"/EmbeddedFile" not in inflated(data)
    assert "{{7|add:7}}" in "".join(sheet.text for sheet in read_pdf(data))


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "https://example.org/a.png", "data:text/css,p{}"]
)
def test_nothing_is_fetched(address: str) -> None:
    with pytest.raises(ForbiddenURLError):
        _FontFetcher().fetch(address)


def test_no_file_of_this_machine_gets_into_a_document() -> None:
    html = '<html lang="zh"><title>x</title><img src="file:///etc/hostname"/><p>完</p></html>'
    data = render_pdf(html, circular_css(Orientation.LANDSCAPE))
    assert read_pdf(data)[0].text.startswith("完")


def test_lines_with_characters_of_another_face_reach_the_edge() -> None:
    # The open faces lack ³, ㎡ and −: what stands in for them is measured too.
    text = "新建管道累计5.6m³，绿地面积共3.6万㎡，主要指标降幅−8.1%，" * 8
    page = read_pdf(circular_pdf(content_of([make_row(1, 1)], body=(text,))))[0]
    marks = [mark for mark in page.marks if mark.y > 380 and mark.size == 16]
    assert face("fang") not in faces([mark for mark in marks if mark.text in "³㎡−"])
    body = [line for line in page.lines() if line[0].y > 380 and len(line) > 25]
    assert len(body) > 5
    for line in body[:-1]:
        beyond = line[-1].x + fonts.advances("fang")(line[-1].text) * 16 - 184 * MM
        # A mark's blank half may hang out. Beside another face the engine sets half the spacing.
        foreign = sum(mark.face != face("fang") for mark in line)
        assert min(abs(beyond), abs(beyond - 8)) < 0.6 + 0.5 * foreign, line[-1].text


def test_control_and_rare_characters_do_not_break_the_document() -> None:
    text = "平方米³㎡\x00\x07\u200b\u202e文字😀𠮷\tend"
    title = ("关于工作\x0b\x1c\ufffe情况的通报",)
    sheets = read_pdf(circular_pdf(content_of([make_row(1, 1, text=text)], title_lines=title)))
    shown = "".join(sheet.text for sheet in sheets)
    assert "平方米³" in shown
    assert "文字" in shown
    assert "\x00" not in shown


# An office's name of any length --------------------------------------------

LONG_NAME = "某某省某某市某某区人民政府办公室政务督查与目标绩效考核工作领导小组办公室"


@pytest.mark.parametrize("is_sealed", [True, False])
@pytest.mark.parametrize("length", [6, 12, 18, 22, 28, 30, 36])
def test_a_name_of_any_length_stays_on_the_paper_and_the_date_whole(
    length: int, is_sealed: bool
) -> None:
    issuer = LONG_NAME[:length]
    content = content_of([make_row(1, 1)], issuer=issuer, is_sealed=is_sealed)
    *pages, last = (s for s in read_pdf(circular_pdf(content)) if s.width < s.height)
    printed = ["".join(mark.text for mark in line) for line in last.lines()][2:]
    assert printed[-1].endswith("2020年4月28日印发")
    assert "".join(printed) == f"{issuer}2020年4月28日印发"
    assert max(mark.right for mark in last.marks) <= (210 - 28) * MM - 14 + 1
    lines = ["".join(mark.text for mark in line) for page in pages for line in page.lines()]
    day = "2020年4月28日"
    title = next(at for at, line in enumerate(lines) if line.startswith("关于"))
    assert "".join(lines[lines.index("第2期") + 1 : title]) == issuer + day
    signed = lines.index(day, title)
    assert "".join(lines[title:signed]).endswith(issuer)
    shown = [mark for page in pages for mark in page.marks if mark.text.strip()]
    assert min(mark.left for mark in shown) >= 26 * MM - 0.5
    assert max(mark.right for mark in shown) <= (210 - 26) * MM + 0.5
    # The red rule stays where a short name leaves it.
    red = next(rule for rule in pages[0].rules if rule.colour[0] > 200)
    assert red.bottom == pytest.approx(278.6, abs=0.5)
