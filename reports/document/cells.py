"""Cells of the annex broken into lines, and cut where the page ends: between paragraphs first.

Print and workbook cut alike: after a paragraph, else after a sentence, else after a clause.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

from reports.document.annex import AnnexRow, Column, Layout
from reports.document.lines import (
    RUNT,
    Line,
    Measure,
    break_paragraph,
    break_paragraphs,
    printable,
)
from reports.document.names import NameBreaker

CONTINUED = "（续）"
_SENTENCE_ENDS, _CLAUSE_ENDS = "。！？", "；，、："
_QUOTE_ENDS = "”’）》」』"
# Lines before the page's end within which such an end is looked for.
_PARAGRAPH_REACH = 5
# And the characters that stand in the line before it. In a narrow column a clause takes many
# lines: before it is torn, one is looked for as far up, and a lonely last line is the lesser evil.
_ENDS = ((_SENTENCE_ENDS, 4, RUNT), (_CLAUSE_ENDS, 3, RUNT), (_CLAUSE_ENDS, _PARAGRAPH_REACH, 0))


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell prints on one page."""

    layout: Layout
    measure: Measure
    paragraphs: tuple[str, ...]
    lines: tuple[Line, ...]

    def cut(self, limit: int, mark: str) -> "tuple[Cell, Cell]":
        """Return the cell's first `limit` lines at most, and the rest, begun with `mark`."""
        if len(self.lines) <= limit:
            return self, text_cell([mark] if mark else [], self.measure)
        first, rest = cut_paragraphs(self.paragraphs, self.lines, limit)
        if rest and mark:
            rest = [mark + rest[0], *rest[1:]]
        return self._part(first), self._part(rest)

    def _part(self, paragraphs: Sequence[str]) -> "Cell":
        """Return a cell of some of the paragraphs; whole ones keep the lines they have."""
        by_number = groupby(self.lines, key=attrgetter("paragraph"))
        broken = {self.paragraphs[number]: tuple(lines) for number, lines in by_number}
        lines = [
            replace(line, paragraph=number)
            for number, paragraph in enumerate(paragraphs)
            for line in broken.get(paragraph) or break_paragraph(paragraph, self.measure)
        ]
        return Cell(self.layout, self.measure, tuple(paragraphs), tuple(lines))

    def cut_names(self, limit: int) -> "tuple[Cell, Cell]":
        """Return the names' first lines, and the rest where not all have room, else all again."""
        if len(self.lines) <= limit:
            return self, self
        # Names of two lines are parted by a blank one.
        blanks = [at for at in range(1, limit + 1) if not self.lines[at].text]
        at = blanks[-1] if blanks else limit
        rest = self.lines[at + 1 :] if blanks else self.lines[at:]
        return replace(self, lines=self.lines[:at]), replace(self, lines=rest)


def text_cell(paragraphs: Sequence[str], measure: Measure) -> Cell:
    """Return a cell of running text."""
    kept = tuple(paragraphs)
    return Cell(Layout.TEXT, measure, kept, tuple(break_paragraphs(kept, measure)))


def measured_cell(column: Column, row: AnnexRow, measure: Measure, names: NameBreaker) -> Cell:
    """Break one cell of a row into lines; names are broken at words."""
    paragraphs = [part for text in column.paragraphs(row) for part in printable(text).split("\n")]
    if column.layout is Layout.TEXT:
        return text_cell(paragraphs, measure)
    return Cell(column.layout, measure, (), tuple(_name_lines(paragraphs, measure, names)))


def _name_lines(texts: Sequence[str], measure: Measure, names: NameBreaker) -> list[Line]:
    blank = [Line("", 0.0, 0, True)]
    broken = names.lines_of(texts, measure)
    return [line for text in broken for line in break_paragraph(text, measure) or blank]


def cut_paragraphs(
    paragraphs: Sequence[str], lines: Sequence[Line], limit: int
) -> tuple[list[str], list[str]]:
    """Divide paragraphs, broken into these lines, so that the first part takes `limit` at most."""
    number, place = _place_of_cut(paragraphs, lines, limit)
    whole = paragraphs[number]
    left = [whole[place:]] if whole[place:].strip() else []
    return [*paragraphs[:number], whole[:place]], [*left, *paragraphs[number + 1 :]]


def _place_of_cut(paragraphs: Sequence[str], lines: Sequence[Line], limit: int) -> tuple[int, int]:
    """Return the paragraph, and the place in it, where the next page begins."""
    lowest = max(limit - _PARAGRAPH_REACH, 0)
    for at in range(limit, lowest, -1):
        if lines[at - 1].is_last:
            return lines[at - 1].paragraph, len(paragraphs[lines[at - 1].paragraph])
    for ends, reach, fewest in _ENDS:
        for at in range(limit, max(limit - reach, 0), -1):
            line = lines[at - 1]
            inside = _last_end(line.text, ends)
            if inside > fewest:
                return line.paragraph, _place_in(paragraphs[line.paragraph], line) + inside
    last = lines[limit - 1]
    return last.paragraph, _place_in(paragraphs[last.paragraph], last) + len(last.text)


def _place_in(paragraph: str, line: Line) -> int:
    """Return where a line begins in its paragraph, which was broken without outer blanks."""
    return line.start + len(paragraph) - len(paragraph.lstrip(" "))


def _last_end(text: str, ends: str) -> int:
    """Return the place after the last end of a sentence or clause in the text; 0: none."""
    for place in range(len(text), 0, -1):
        if text[place - 1] in ends:
            while place < len(text) and text[place] in _QUOTE_ENDS:
                place += 1
            return place
    return 0
