"""What tells, when the annex comes back, which rows were touched there and which here.

The annex workbook carries a hidden sheet: each item's number with a mark of its standard
and of its text as they were exported. A row changed on one side alone is that side's; a
row changed on both is a conflict. The marks follow from the printed words and nothing
else, so that a kept or an issued annex carries the right ones, in the same bytes.
"""

import hashlib
from dataclasses import dataclass

from targets.importing.grid import Grid
from targets.importing.records import without_verdicts
from targets.importing.workbook import MARKS

HEADS = ("系统编号", "工作标准校验", "完成情况校验")


@dataclass(frozen=True, slots=True)
class Mark:
    """One item as it was exported."""

    standard: str
    progress: str


def mark_of(text: str) -> str:
    """Return the mark of a text: the same wherever its lines end, and without 未填报."""
    # Blanks of any width but the plain one count as not printable.
    seen = (each for each in without_verdicts(text) if each.isprintable() and each != " ")
    return hashlib.sha256("".join(seen).encode()).hexdigest()[:16]


def key_of(goal_number: int, item_number: int) -> str:
    """Return what names an item on the sheet: 3(2)."""
    return f"{goal_number}({item_number})"


def read_marks(grids: list[Grid], title: str) -> dict[str, Mark]:
    """Return the marks of the annex so titled by key; none where the file carries none.

    A sheet of another quarter's annex, or one that somebody has altered, is not believed.
    """
    grid = next((each for each in grids if each.is_hidden and each.name == MARKS), None)
    if grid is None or len(grid.rows) < 2 or tuple(grid.rows[1][:3]) != HEADS:
        return {}
    if mark_of(grid.rows[0][0]) != mark_of(title):
        return {}
    return {key: Mark(standard, progress) for key, standard, progress, *_rest in grid.rows[2:]}
