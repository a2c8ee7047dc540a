"""Tables of the body as they are set: columns measured, rows as high as known before layout.

Lengths are in pt.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.document import fonts
from reports.document.content import BodyTable
from reports.document.lines import Measure, break_paragraph, printable
from reports.document.names import NameBreaker
from reports.document.pages import LINE_HEIGHT, RULE
from reports.document.setting import TEXT_WIDTH, width_of

SIZE = 10.5  # 五号, as in the annex
TITLE_SIZE = 14.0  # 四号
SIDES, PADDING = 8.5, 2.0  # left and right, with the rule; above and below a cell's text
ABOVE, BELOW = 7.0, 10.0  # that stay blank above the title and below the last rule
# Rows that stand under the head at a page's foot, and at the next page's top.
FEWEST_ROWS = 2


@dataclass(frozen=True, slots=True)
class SetRow:
    """One row, each cell's lines parted by LF."""

    cells: tuple[str, ...]
    height: float  # with the rule below it


@dataclass(frozen=True, slots=True)
class SetTable:
    """A table with its columns' widths; its title takes a line of the page's own pitch."""

    title: str
    widths: tuple[float, ...]
    head: SetRow
    rows: tuple[SetRow, ...]

    def is_bound(self, place: int) -> bool:
        """Tell whether a row stays on the page of the row before it."""
        return 0 < place < FEWEST_ROWS or place > len(self.rows) - FEWEST_ROWS


def set_tables(body: Sequence[str | BodyTable]) -> dict[int, SetTable]:
    """Measure the body's tables, each by its place in it; one without rows is none.

    Those with the same heads have the same columns, one below the other.
    """
    tables = {
        place: part for place, part in enumerate(body) if isinstance(part, BodyTable) and part.rows
    }
    return {
        place: _set_table(table, [each for each in tables.values() if each.heads == table.heads])
        for place, table in tables.items()
    }


def _set_table(table: BodyTable, alike: Sequence[BodyTable]) -> SetTable:
    """Break a table's cells into lines that fit columns as wide as all those alike need."""
    widths = _widths(table.heads, [row for each in alike for row in each.rows])
    names = NameBreaker(cell for row in table.rows for cell in row)
    return SetTable(
        table.title,
        widths,
        _set_row(table.heads, widths, names, "hei"),
        tuple(_set_row(row, widths, names, "fang") for row in table.rows),
    )


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """Return the columns' widths: as wide as their text, and what is left to each alike.

    Where the texts are wider than the page, the widest columns are made narrower.
    """
    natural = [
        SIDES
        + max(
            width_of(printable(head), "hei", SIZE),
            *(width_of(printable(row[place]), "fang", SIZE) for row in rows),
        )
        for place, head in enumerate(heads)
    ]
    left = TEXT_WIDTH
    if sum(natural) <= left:
        return tuple(width + (left - sum(natural)) / len(natural) for width in natural)
    widest = 0.0
    for place, width in enumerate(sorted(natural)):
        widest = left / (len(natural) - place)
        if width > widest:
            break
        left -= width
    return tuple(min(width, widest) for width in natural)


def _set_row(
    cells: Sequence[str], widths: Sequence[float], names: NameBreaker, face: str
) -> SetRow:
    lines = [
        _lines(printable(cell).replace("\n", " "), width, names, face)
        for cell, width in zip(cells, widths, strict=True)
    ]
    height = max(map(len, lines)) * LINE_HEIGHT + 2 * PADDING + RULE
    return SetRow(tuple("\n".join(each) for each in lines), height)


def _lines(text: str, width: float, names: NameBreaker, face: str) -> list[str]:
    measure = Measure(width - SIDES + 1e-6, SIZE, fonts.advances(face), is_justified=False)
    lines = names.lines(text, measure)
    if len(lines) == 1:  # it fits, or has no place between words
        lines = [line.text for line in break_paragraph(text, measure)]
    return lines or [""]
