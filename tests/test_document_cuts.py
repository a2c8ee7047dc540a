"""How the annex's lines are filled and where its rows are cut, on the real plan and hard ones."""

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import openpyxl
import pytest

from reports.document import fonts
from reports.document.annex import Layout
from reports.document.annex_pages import annex_title_lines, plan_annex
from reports.document.cells import Cell
from reports.document.content import CircularContent, Orientation
from reports.document.docx_rows import goal_tables
from reports.document.lines import RUNT, SPREAD, Measure, break_paragraph
from reports.document.names import NameBreaker
from reports.document.pages import MeasuredRow
from reports.document.setting import body_paragraphs
from reports.document.sheet_rows import ROW_LIMIT, PrintSheet, Segment
from reports.document.xlsx import annex_xlsx
from targets.importing.workbook import LINE_END
from tests.annex_reading import print_cells
from tests.documents import content_of, make_row, source_content

ENDS = ("。", "！", "？", "；", "，", "、", "：", "”", "’", "）", "》", "」", "』")
PARAGRAPH = "推进重点项目建设，完成投资12.5亿元；其中，“新兴产业”项目3个，其余项目正在抓紧推进。"
LONG_UNIT = "问津新城建设发展集团有限责任公司"


def hard_years() -> dict[str, CircularContent]:
    text = PARAGRAPH * 6
    rows = [
        make_row(1, 1, text=PARAGRAPH * 120),  # 5,000 characters and more
        make_row(1, 2, standard=PARAGRAPH * 40, text=text),
        make_row(1, 3, text=text, units=[f"{LONG_UNIT}第{n}分公司" for n in range(1, 13)]),
        make_row(2, 1, text="（一）" + "连续不断无标点的文字" * 90),
        make_row(2, 2, text="\n".join(f"{n}、{PARAGRAPH}" for n in range(1, 30))),
    ]
    return {
        "real": source_content(),
        "hard": content_of(rows),
        "upright": replace(content_of(rows), orientation=Orientation.PORTRAIT),
        "one": content_of([make_row(1, 1)]),
    }


YEARS = hard_years()
years = pytest.mark.parametrize("content", YEARS.values(), ids=YEARS)


def rows_of(content: CircularContent) -> Iterator[MeasuredRow]:
    for page in plan_annex(content):
        for segment in page.segments:
            yield from segment.rows


def cells_of(content: CircularContent, layout: Layout) -> Iterator[Cell]:
    for row in rows_of(content):
        yield from (cell for cell in row.cells if cell.layout is layout)


@years
def test_no_character_is_moved_by_more_than_half_a_point(content: CircularContent) -> None:
    for cell in cells_of(content, Layout.TEXT):
        assert all(abs(line.spacing) <= SPREAD + 1e-6 for line in cell.lines)


def test_lines_of_the_real_plan_are_full_and_no_last_one_is_lonely() -> None:
    lines = [line for cell in cells_of(source_content(), Layout.TEXT) for line in cell.lines]
    assert len(lines) > 900
    assert [line.text for line in lines if line.is_last and line.start and len(line.text) < 3] == []
    short = [line for line in lines if not line.is_last and line.spacing >= SPREAD]
    assert len(short) <= 3  # an English word or a number that no line takes in


@years
def test_a_row_that_goes_on_says_which_it_is_and_who_leads_it(content: CircularContent) -> None:
    standard = content.annex.columns.index("standard")
    units = content.annex.columns.index("lead_units")
    for row in rows_of(content):
        if row.whole is None:
            continue
        first = "".join(line.text for line in row.cells[standard].lines)
        assert first.startswith(f"{row.row.label}（续）")
        assert any(line.text for line in row.cells[units].lines)


@years
def test_rows_are_cut_after_a_paragraph_a_sentence_or_a_clause(content: CircularContent) -> None:
    progress = content.annex.columns.index("progress")
    previous: MeasuredRow | None = None
    for row in rows_of(content):
        if (
            row.whole is not None
            and row.cells[progress].lines
            and "连续不断" not in row.row.progress
        ):
            ended = previous.cells[progress].paragraphs[-1]
            is_whole_paragraph = ended in row.row.progress.split("\n")
            assert is_whole_paragraph or ended.endswith(ENDS), ended[-20:]
        previous = row


@years
def test_no_word_is_lost_where_rows_are_cut(content: CircularContent) -> None:
    progress = content.annex.columns.index("progress")
    seen: dict[tuple[int, int], str] = {}
    for row in rows_of(content):
        key = (row.row.goal_number, row.row.item_number)
        words = "".join(line.text for line in row.cells[progress].lines)
        seen[key] = seen.get(key, "") + words
    for row in content.annex.rows:
        words = "".join(row.progress.split())
        assert "".join(seen[row.goal_number, row.item_number].split()) == words


def test_the_workbook_cuts_and_says_the_same() -> None:
    content = content_of([make_row(1, 2, standard=PARAGRAPH * 40, text=PARAGRAPH * 80)])
    book = openpyxl.load_workbook(io.BytesIO(annex_xlsx(content.annex)))
    standards = [str(cell) for cell in print_cells(book, "工作标准")]
    assert len(standards) > 1
    assert all(each.startswith("（2）（续）") for each in standards[1:])
    assert set(print_cells(book, "牵头单位")) == {"区发改局"}
    texts = [str(cell).rstrip() for cell in print_cells(book, "一季度完成情况") if cell]
    assert all(text.endswith("。") for text in texts)


@years
def test_the_workbooks_pages_hold_their_rows_and_no_line_stands_alone(
    content: CircularContent,
) -> None:
    sheet = PrintSheet(content.annex)
    rooms = [sheet.first_room, *[sheet.page_room] * len(sheet.pages)]
    for page, room in zip(sheet.pages, rooms, strict=False):
        assert sum(segment.height for segment in page) <= room
        for segment in page:
            assert all(row.height + segment.extra <= ROW_LIMIT for row in segment.rows)
    rows = [row for page in sheet.pages for segment in page for row in segment.rows]
    paragraphs = [part for row in rows for text in row.texts for part in parts_of(text)]
    assert [lines for lines in paragraphs if len(lines) > 1 and len(lines[-1]) <= RUNT] == []
    # A row that goes on is cut where its page ends, and not before.
    cut = [page for page, after in pairwise(sheet.pages) if goes_on(after)]
    assert all(sum(segment.height for segment in page) > ROW_LIMIT * 0.8 for page in cut[1:])


def parts_of(text: str) -> list[list[str]]:
    """Return the paragraphs of a cell that has its lines ended."""
    marked = text.replace(LINE_END, "\0")
    return [part.split("\0") for part in marked.split("\n")] if "\0" in marked else []


def goes_on(page: list[Segment]) -> bool:
    return any("（续）" in text for text in page[0].rows[0].texts)


@pytest.mark.parametrize("length", range(29, 60, 3))
def test_titles_of_annexes_are_broken_alike_and_inside_no_word(length: int) -> None:
    lead = "武汉市新洲区人民政府关于进一步贯彻落实省委省政府和市委市政府决策部署的若干年度"
    lead += "重点工作任务分工方案"
    title = f"{lead[: length - 10]}第一季度完成情况"
    annex = replace(source_content().annex, title=title)
    words = ["情况", "完成", "季度", "一季", "第一", "政府", "武汉", "人民", "任务"]
    printed = [annex_title_lines(annex, orientation) for orientation in Orientation]
    for lines in (*printed, PrintSheet(annex).title.split("\n")):
        assert "".join(lines) == title
        for before, after in pairwise(lines):
            assert before[-1] + after[0] not in words


def test_words_rows_use_the_page_that_they_go_on_to() -> None:
    content = content_of([make_row(1, 1, text=PARAGRAPH * 100)])
    (table,) = goal_tables(content.annex, Orientation.LANDSCAPE)
    lengths = [len(row.cells[1][0]) for row in table.rows]
    assert len(lengths) > 2
    assert min(lengths[1:-1]) > 1.3 * lengths[0]  # the first stands under the annex's title


def test_names_of_the_real_plan_are_broken_between_words() -> None:
    names = {}
    for row in rows_of(source_content()):
        (cell,) = (each for each in row.cells[1:2])
        names[row.row.goal_name] = [line.text for line in cell.lines]
    assert names["做优做强先进制造业"] == ["做优做强", "先进制造业"]
    assert names["坚决防范化解重大风险"] == ["坚决防范", "化解", "重大风险"]
    assert all("".join(lines) == name for name, lines in names.items())


def test_a_unit_of_two_lines_cannot_be_taken_for_two() -> None:
    breaker = NameBreaker()
    measure = Measure(77.5, 10.5, fonts.advances("fang"), is_justified=False)
    lines = breaker.lines_of([LONG_UNIT, "区发改局"], measure)
    assert "".join(lines[: lines.index("")]) == LONG_UNIT
    assert lines[lines.index("") + 1 :] == ["区发改局"]
    assert breaker.lines_of(["区发改局", "区财政局"], measure) == ["区发改局", "区财政局"]


@pytest.mark.parametrize("heading", ["（一）加强调度。", "一、总体情况。", ""])
def test_each_run_is_measured_in_its_own_face(heading: str) -> None:
    lines = body_paragraphs([heading + PARAGRAPH * 4])[0]["lines"]
    assert lines[0].lead == heading
    measure = Measure(442.2, 16, fonts.advances("fang"), indent=32, spacing=-0.21)
    plain = break_paragraph("文" * 200, measure)
    assert [len(line.text) for line in plain[:2]] == [26, 28]


def test_neighbouring_marks_share_their_blank() -> None:
    measure = Measure(200, 10, lambda _: 1.0)
    (line,) = break_paragraph("他说“好”，然后（“走”）。", measure)
    assert [line.text[at] for at in line.closed] == ["”", "（", "”", "）"]
