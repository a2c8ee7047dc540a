"""Years that are hard to print, each looked over as an old hand of the office would."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import pytest

from reports.document.annex import Column, Layout
from reports.document.annex_pages import plan_annex
from reports.document.cells import CONTINUED, Cell
from reports.document.content import CircularContent
from reports.document.lines import (
    NOT_AT_END,
    NOT_AT_START,
    RUNT,
    SPREAD,
    Line,
    Measure,
    break_paragraph,
    may_break,
)
from reports.document.pages import BLANK_LINES, LINE_HEIGHT, AnnexPage, MeasuredRow
from reports.document.typesetting import circular_pdf
from tests.hard_years import content_by_year
from tests.pdf_reading import MM, Sheet, read_pdf

pytestmark = pytest.mark.document
YEARS = content_by_year()
years = pytest.mark.parametrize("year", YEARS)
ENDS = ("。", "！", "？", "；", "，", "、", "：", "”", "’", "）", "》", "」", "』")


@dataclass(frozen=True)
class Printed:
    """One year on paper and as it was planned."""

    content: CircularContent
    sheets: list[Sheet]
    plan: list[AnnexPage]

    @property
    def annex(self) -> list[tuple[int, Sheet]]:
        """The annex's sheets with their page numbers."""
        (first,) = (
            at for at, sheet in enumerate(self.sheets) if re.match("—?[0-9]*—?附表", sheet.text)
        )
        numbered = list(enumerate(self.sheets, 1))
        return numbered[first : first + len(self.plan)]

    @property
    def rows(self) -> Iterator[MeasuredRow]:
        for page in self.plan:
            yield from rows_of(page)

    def cells(self) -> Iterator[tuple[MeasuredRow, Column, Cell]]:
        for row in self.rows:
            for column, cell in zip(self.content.annex.printed, row.cells, strict=True):
                yield row, column, cell


@cache
def printed(year: str) -> Printed:
    content = YEARS[year]
    return Printed(content, read_pdf(circular_pdf(content)), plan_annex(content))


def rows_of(page: AnnexPage) -> list[MeasuredRow]:
    return [row for segment in page.segments for row in segment.rows]


def text_of(cell: Cell) -> str:
    return "".join(line.text for line in cell.lines)


def margins_of(sheet: Sheet, number: int) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the text area as the sheet is seen, in pt."""
    inner, outer = (28, 26) if number % 2 else (26, 28)
    sides = (35, inner, 37, outer) if sheet.width > sheet.height else (inner, 37, outer, 35)
    left, top, right, bottom = (side * MM for side in sides)
    return left, top, sheet.width - right, sheet.height - bottom


@years
def test_nothing_stands_beyond_the_margins(year: str) -> None:
    for number, sheet in enumerate(printed(year).sheets, 1):
        left, top, right, bottom = margins_of(sheet, number)
        outside = "".join(
            mark.text
            for mark in sheet.marks
            if mark.left < left - 0.5
            or mark.right > right + 0.5
            or mark.top < top - 0.5
            or mark.bottom > bottom + 0.5
        )
        assert outside in ("", f"—{number}—")


@years
def test_no_character_stands_on_another(year: str) -> None:
    for sheet in printed(year).sheets:
        for line in sheet.lines():
            for before, after in pairwise(line):
                assert after.left > before.right - before.size / 4, before.text + after.text


@years
def test_no_rule_is_crossed_by_text(year: str) -> None:
    for _, sheet in printed(year).annex:
        across = [rule for rule in sheet.rules if rule.width > rule.height]
        for mark in sheet.marks:
            if 10 < mark.size < 11:
                assert not any(
                    mark.top + 0.5 < rule.top < mark.bottom - 0.5
                    and rule.left < mark.left < rule.right
                    for rule in across
                ), mark


@years
def test_a_row_that_goes_on_opens_its_page_with_its_label_and_units(year: str) -> None:
    for page in printed(year).plan:
        assert [row.is_continued for row in rows_of(page)][1:].count(True) == 0
    for row, column, cell in printed(year).cells():
        if row.is_continued and column.says_item:
            assert text_of(cell).startswith(row.row.label + CONTINUED)
        if column.key == "lead_units":
            assert text_of(cell)
    shown = [sheet.text.count(CONTINUED) for _, sheet in printed(year).annex]
    assert shown == [sum(row.is_continued for row in rows_of(page)) for page in printed(year).plan]


@years
def test_cuts_fall_at_the_end_of_a_paragraph_a_sentence_or_a_clause(year: str) -> None:
    for before, after in pairwise(printed(year).rows):
        if not after.is_continued:
            continue
        for cell, rest in zip(before.cells, after.cells, strict=True):
            if cell.layout is Layout.TEXT and text_of(rest) and cell.paragraphs:
                ended = cell.paragraphs[-1]
                whole = [*before.row.progress.split("\n"), before.row.numbered_standard]
                assert ended.endswith(ENDS) or ended in whole, ended[-20:]


@years
def test_lines_begin_and_end_as_they_may(year: str) -> None:
    for _, column, cell in printed(year).cells():
        if cell.layout is Layout.TEXT:
            for line in cell.lines:
                assert line.text[0] not in NOT_AT_START, (column.key, line.text)
                assert line.text[-1] not in NOT_AT_END, (column.key, line.text)


@years
def test_no_last_line_is_lonely_where_spacing_avoids_it(year: str) -> None:
    seen: set[str] = set()
    for _, _, cell in printed(year).cells():
        if cell.layout is not Layout.TEXT:
            continue
        for number, paragraph in enumerate(cell.paragraphs):
            lines = [line for line in cell.lines if line.paragraph == number]
            if paragraph not in seen and len(lines) > 1 and len(lines[-1].text) <= RUNT:
                seen.add(paragraph)
                assert not can_end_well(paragraph, cell.measure), lines[-1]


def can_end_well(paragraph: str, measure: Measure) -> bool:
    """Tell whether lines of no more than half a point's spacing end in three characters or more."""
    starts = {0}
    for start in range(len(paragraph)):
        if start not in starts:
            continue
        for stop in range(start + RUNT + 1, len(paragraph) + 1):
            line = set_alone(paragraph[start:stop], measure)
            if line is None:
                break
            if stop == len(paragraph):
                return True
            if line.spacing <= SPREAD and may_break(paragraph[stop - 1], paragraph[stop]):
                starts.add(stop)
    return False


def set_alone(text: str, measure: Measure) -> Line | None:
    """Return the text as one full line; None where it does not fit into one."""
    lines = break_paragraph(text, measure)
    if len(lines) > 1 or lines[0].spacing < -SPREAD:
        return None
    closed = len(lines[0].closed) / 2  # em: marks that share their blank
    natural = (sum(measure.advance(character) for character in text) - closed) * measure.size
    gap = (measure.width - natural) / len(text)
    return Line(text, max(gap, lines[0].spacing), 0, is_last=False)


@years
def test_no_page_ends_far_above_its_foot(year: str) -> None:
    for number, sheet in printed(year).annex[:-1]:
        foot = margins_of(sheet, number)[3]
        lowest = max(rule.bottom for rule in sheet.rules)
        assert foot - lowest < (BLANK_LINES + 3) * LINE_HEIGHT, number


@years
def test_every_word_is_printed_once(year: str) -> None:
    words: dict[tuple[int, int], str] = {}
    for row, column, cell in printed(year).cells():
        if column.key == "progress":
            key = (row.row.goal_number, row.row.item_number)
            words[key] = words.get(key, "") + text_of(cell)
    for row in YEARS[year].annex.rows:
        kept = "".join(words[row.goal_number, row.item_number].split())
        assert kept == "".join(row.progress.split())


def shares_in(body: Sequence[object]) -> list[int]:
    return [int(share) for share in re.findall(r"占([0-9]+)%", str(body[0]))]


@years
def test_shares_add_up_and_the_completed_ones_are_plainly_rounded(year: str) -> None:
    content = YEARS[year]
    shares = shares_in(content.body)
    assert sum(shares) == 100
    done = {"已完成", "提前完成年度目标任务并通过区级评估验收"}
    completed = sum(row.status in done for row in content.annex.rows)
    if completed:
        total = len(content.annex.rows)
        assert shares[0] == (200 * completed + total) // (2 * total)
    else:
        assert "目前尚无完成年度目标任务的" in str(content.body[0])
