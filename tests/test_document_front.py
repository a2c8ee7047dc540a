"""The pages before the annex: text and signature together, a seal clear of all, on the grid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, product

import pytest

from reports.document.content import BodyTable, CircularContent
from reports.document.typesetting import circular_pdf
from tests.documents import content_of, make_row
from tests.pdf_reading import MM, Mark, Sheet, read_pdf
from tests.test_document_pdf import LONG_NAME

pytestmark = pytest.mark.document
PITCH = 28.95
SEAL = 42 * MM
WORDS = "督查工作要坚持问题导向突出重点任务强化跟踪问效推动各项部署"[:28]
DAY = "2020年4月28日"
LINES = range(3, 13)
bodies = pytest.mark.parametrize(("lines", "is_sealed"), [*product(LINES, (True, False))])


@dataclass(frozen=True)
class Front:
    """The pages before the annex, read back: lines of marks from top to bottom."""

    pages: list[list[list[Mark]]]
    issuer: str

    @property
    def signed(self) -> list[list[Mark]]:
        """The lines of the page that holds the signature, its page number left out."""
        first, *others = self.pages  # the first says the date under its masthead too
        (page,) = (page for page in (first[5:], *others) if DAY in map(text_of, page))
        return first if page == first[5:] else page

    @property
    def day(self) -> int:
        return max(at for at, line in enumerate(self.signed) if text_of(line) == DAY)

    @property
    def name(self) -> int:
        """The first line of the signature."""
        at, rest = self.day, self.issuer
        while rest:
            at -= 1
            line = text_of(self.signed[at])
            assert rest.endswith(line)
            rest = rest.removesuffix(line)
        return at


def text_of(line: Sequence[Mark]) -> str:
    return "".join(mark.text for mark in line)


def front_of(content: CircularContent) -> Front:
    pages = []
    for number, sheet in enumerate(read_pdf(circular_pdf(content)), 1):
        lines = upright_lines(sheet, number)
        if sheet.width > sheet.height or not lines or text_of(lines[0]).startswith("报："):
            break
        pages.append(lines)
    return Front(pages, content.issuer)


def upright_lines(sheet: Sheet, number: int) -> list[list[Mark]]:
    return [line for line in sheet.lines() if text_of(line) != f"—{number}—"]


def content_with(lines: int, **changes: object) -> CircularContent:
    """Return a circular whose body is one paragraph of so many lines."""
    return content_of([make_row(1, 1)], body=((WORDS * lines)[: lines * 28 - 6] + "。",), **changes)


@cache
def measured(lines: int, is_sealed: bool) -> Front:
    return front_of(content_with(lines, is_sealed=is_sealed))


def ink_clear_of_seal(front: Front) -> None:
    """Hold that a seal of 42 mm in the middle of name and date touches nothing else."""
    page, name, day = front.signed, front.name, front.day
    pitch = page[day][0].y - page[day - 1][0].y
    middle = (page[name][0].y + page[day][0].y) / 2 - 6  # the characters' own middle
    centre = (page[day][0].x + page[day][-1].x + 16) / 2
    for at, line in enumerate(page):
        if name <= at <= day:
            continue
        for mark in line:
            across = max(mark.left - centre, centre - mark.right, 0)
            down = max(mark.top - middle, middle - mark.bottom, 0)
            assert (across**2 + down**2) ** 0.5 > SEAL / 2, (text_of(line), pitch)
    # The page number's highest ink lies 4.5 mm below the text area.
    assert middle + SEAL / 2 < (262 + 4.5) * MM


@bodies
def test_few_lines_stand_on_one_page_with_the_signature(lines: int, is_sealed: bool) -> None:
    front = measured(lines, is_sealed)
    assert len(front.pages) == (1 if lines <= (6 if is_sealed else 7) else 2)
    text = "".join(text_of(line) for page in front.pages for line in page)
    assert text.count(WORDS) == lines - 1


@bodies
def test_two_lines_go_over_where_the_signature_does(lines: int, is_sealed: bool) -> None:
    front = measured(lines, is_sealed)
    if len(front.pages) > 1:
        over = [line for line in front.signed[: front.name] if text_of(line)[0] in WORDS]
        assert len([line for line in over if len(line) > 20]) == 2
        # Not one line of text is taken from the first page that need not go.
        assert sum(len(line) == 28 for line in front.pages[0]) == lines - 3


@bodies
def test_lines_and_signature_keep_one_pitch_and_the_gap_gives_way_first(
    lines: int, is_sealed: bool
) -> None:
    front = measured(lines, is_sealed)
    page, name = front.signed, front.name
    first = next(at for at, line in enumerate(page) if "督查工作要坚持" in text_of(line))
    pitch = page[first + 1][0].y - page[first][0].y
    assert 25.7 <= pitch <= PITCH + 0.05
    for before, after in pairwise(page[first:]):
        steps = (after[0].y - before[0].y) / pitch
        assert steps == pytest.approx(round(steps), abs=0.02)
    gap = round((page[name][0].y - page[name - 1][0].y) / pitch) - 1
    assert 1 <= gap <= (2 if is_sealed else 1)
    if pitch < PITCH - 0.05:
        assert gap == 1


@bodies
def test_a_seal_stands_clear_of_text_and_page_number(lines: int, is_sealed: bool) -> None:
    front = measured(lines, is_sealed)
    if is_sealed:
        ink_clear_of_seal(front)
    assert front.signed[front.day][0].y <= 262 * MM - 6
    # Not in the row of the page number either.
    assert max(mark.bottom for mark in front.signed[front.day]) < 262 * MM


def test_the_grid_is_kept_on_a_page_with_room() -> None:
    page = measured(3, True).signed
    tops = [line[0].y for line in page if line[0].size == pytest.approx(16, abs=0.1)]
    lines = [(y - tops[-1]) / PITCH for y in tops if y > 278]  # below the red rule
    assert len(lines) == 7
    assert lines == pytest.approx([round(line) for line in lines], abs=0.02)
    # The text area's own grid: the date's baseline where a line of a full page has its.
    full = front_of(content_with(60)).pages[1]
    nearest = min(full, key=lambda line: abs(line[0].y - tops[-1]))
    assert nearest[0].y == pytest.approx(tops[-1], abs=0.1)


@pytest.mark.parametrize("lines", [3, 6])
@pytest.mark.parametrize("length", [6, 14, 20, 28, 36])
def test_a_seal_over_a_name_of_any_length_is_clear(length: int, lines: int) -> None:
    front = front_of(content_with(lines, issuer=LONG_NAME[:length]))
    ink_clear_of_seal(front)
    assert len(front.pages) == 1 or "督查工作" in text_of(front.signed[0])


def test_short_paragraphs_go_over_two_at_a_time_and_a_heading_with_its_text() -> None:
    body = [f"{number}．有关单位要加快推进。" for number in range(1, 9)]
    front = front_of(content_of([make_row(1, 1)], body=tuple(body)))
    assert [text_of(line) for line in front.signed[:2]] == body[-2:]
    body[-3] = "二、工作要求"
    front = front_of(content_of([make_row(1, 1)], body=tuple(body)))
    assert [text_of(line) for line in front.signed[:3]] == body[-3:]


def test_a_longer_text_fills_its_pages_before_two_lines_go_over() -> None:
    # The second page's 22 lines would hold the text, but not the signature.
    front = front_of(content_with(31))
    assert [sum(WORDS[:7] in text_of(line) for line in page) for page in front.pages] == [11, 18, 2]


def test_a_remark_stands_on_the_line_below_the_date() -> None:
    front = front_of(content_with(3, remark="此件公开发布"))
    remark, day = front.signed[-1], front.signed[front.day]
    assert text_of(remark) == "（此件公开发布）"
    assert remark[0].y - day[0].y == pytest.approx(PITCH, abs=0.1)


@pytest.mark.parametrize("annexes", [1, 12])
@pytest.mark.parametrize("lines", [0, 9, 40])
def test_the_pages_planned_are_the_pages_laid_out(lines: int, annexes: int) -> None:
    content = content_with(lines, further=(content_with(1).annex,) * (annexes - 1))
    content = replace(content, body=content.body if lines else ())
    sheets = read_pdf(circular_pdf(content))
    front = [sheet for sheet in sheets[: -2 if sheets[-2].text == "" else -1] if sheet.text]
    upright = sum(sheet.width < sheet.height for sheet in front)
    # The block stands on an even page, and every page before it bears its number.
    assert len(sheets) % 2 == 0
    for number, sheet in enumerate(front, 1):
        assert f"—{number}—" in sheet.text
    assert len(front) == upright + annexes
    # Behind a blank page the block's page has none either [7.5].
    is_numbered = f"—{len(sheets)}—" in sheets[-1].text
    assert is_numbered is (sheets[-2].text != "")


def test_beside_a_table_text_and_signature_stay_together_too() -> None:
    table = BodyTable("各单位情况", ("单位", "项数"), (("区发改局", "3"), ("区财政局", "2")))
    front = front_of(content_of([make_row(1, 1)], body=(WORDS, table, WORDS * 2 + "。")))
    ink_clear_of_seal(front)
    assert any(text_of(line).endswith("。") for line in front.signed[: front.name])


@pytest.mark.parametrize("is_sealed", [True, False])
@pytest.mark.parametrize("lines", [6, 12, 18, 22, 24, 25, 26, 27, 28, 31, 45])
def test_without_an_annex_the_block_stands_below_the_text_where_there_is_room(
    lines: int, is_sealed: bool
) -> None:
    content = content_with(lines, has_annex=False, is_sealed=is_sealed)
    sheets = read_pdf(circular_pdf(content))
    assert len(sheets) % 2 == 0
    block = sheets[-1].line(f"{DAY}印发")
    assert 262 * MM - 25 < block[0].y < 262 * MM
    written = [sheet for sheet in sheets if WORDS[:7] in sheet.text]
    assert len(sheets) - len(written) <= (2 if len(written) % 2 == 0 else 1)
    last = max(mark.y for mark in written[-1].line(content.issuer)) + PITCH
    if len(written) % 2 == 0:
        # A block of three lines, and one blank above it; a seal reaches 30 pt below the date.
        room = 262 * MM - last - (34 if is_sealed else 6)
        assert (len(sheets) == len(written)) == (room > 75 + 25)
    if sheets[-1] in written and is_sealed:
        pages = [upright_lines(sheet, number) for number, sheet in enumerate(sheets, 1)]
        ink_clear_of_seal(Front(pages, content.issuer))
    assert (f"—{len(sheets)}—" in sheets[-1].text) == (sheets[-2].text != "")


HEADS = ("名次", "单位", "完成率")


def ranking(rows: int, title: str = "各单位情况") -> BodyTable:
    return BodyTable(
        title, HEADS, tuple((f"第{place}名", "区发改局", "31%") for place in range(1, rows + 1))
    )


def rows_of(page: Sequence[Sequence[Mark]]) -> list[str]:
    """Return the rows of a page's tables by what stands in their first column."""
    texts = ["".join(mark.text for mark in line if mark.size == 10.5) for line in page]
    return [text.partition("名次" if "名次" in text else "名")[0] for text in texts if text]


@pytest.mark.parametrize("is_sealed", [True, False])
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 33, 34, 35, 70])
def test_a_table_is_parted_between_two_rows_and_two(rows: int, is_sealed: bool) -> None:
    body = (WORDS * 5, ranking(rows), "排名靠后的单位要抓紧推进。")
    front = front_of(content_of([make_row(1, 1)], body=body, is_sealed=is_sealed))
    tables = [rows_of(page) for page in front.pages]
    numbers = [text for table in tables for text in table if text]
    assert numbers == [f"第{place}" for place in range(1, rows + 1)]
    for table in filter(None, tables):
        assert table[0] == ""  # the head, on every page
        assert len(table) > min(2, rows)
    # The title stands over the first rows, and nothing below the text area.
    (titled,) = (page for page in front.pages if "各单位情况" in map(text_of, page))
    assert "第1" in rows_of(titled)
    for page in front.pages:
        assert page[-1][-1].bottom < 262 * MM
    if is_sealed:
        ink_clear_of_seal(front)
    assert "排名靠后的单位要抓紧推进。" in map(text_of, front.signed)


def test_a_table_fills_its_page_before_it_goes_on() -> None:
    front = front_of(content_of([make_row(1, 1)], body=(WORDS * 5, ranking(50), WORDS * 2)))
    height = 13.65 + 4.5  # of a row
    for page in front.pages[:2]:
        (last,) = {mark.y for mark in page[-1]}
        assert 262 * MM - 2 * height < last < 262 * MM
    tables = [rows_of(page) for page in front.pages]
    assert [len(table) > 2 for table in tables] == [True, True, True]


def test_a_heading_stands_on_the_page_of_the_table_below_it() -> None:
    body = (WORDS * 7 + "重" * 20, "一、单位排名", ranking(3), WORDS)
    front = front_of(content_of([make_row(1, 1)], body=body))
    assert text_of(front.pages[1][0]) == "一、单位排名"


def test_tables_with_the_same_heads_have_the_same_columns_and_hold_their_text() -> None:
    long = "问津新城建设发展集团有限责任公司" * 2
    named = BodyTable("其他单位", HEADS, (("1", long, "3%"), ("2", "中心" * 40, "2%")))
    content = content_of([make_row(1, 1)], body=(WORDS, ranking(3), named, WORDS))
    sheets = read_pdf(circular_pdf(content))[:2]
    rules = [rule for sheet in sheets for rule in sheet.rules if rule.height > 5 > rule.width]
    margins = {round(rule.left, 1) for rule in rules}
    assert len(margins) == 4
    left, *_, right = sorted(margins)
    assert right - left == pytest.approx(156 * MM, abs=0.5)
    marks = [mark for sheet in sheets for mark in sheet.marks if mark.size == 10.5]
    assert "".join(mark.text for mark in marks).count("中心") == 40
    for mark in marks:
        assert all(mark.right < edge or mark.left > edge for edge in margins)


@pytest.mark.parametrize(
    "name", ["专报", "督查通报", "政务督查专报", "重点工作督查通报", "政府工作目标任务督查情况专报"]
)
def test_the_papers_own_name_stands_in_one_line_however_long(name: str) -> None:
    page = front_of(content_with(3, masthead=name)).pages[0]
    red = page[0]
    assert text_of(red) == name  # in one line
    assert min(mark.left for mark in red) >= 28 * MM - 0.5
    assert max(mark.right for mark in red) <= 184 * MM + 0.5
    size = red[0].size
    assert size == pytest.approx(64, abs=0.01) if len(name) <= 6 else 30 < size < 64
    assert (red[0].x + red[-1].x + size) / 2 == pytest.approx(106 * MM, abs=1)
    # What stands below stays where it is.
    assert text_of(page[1]) == "第2期"
    assert page[1][0].y == pytest.approx(216.7, abs=3)
