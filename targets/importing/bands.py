"""Tables that say their goal in a row above the head: brought into columns of their own.

So the Word file of a circular is built, whose every table is one goal.
"""

import re
from collections.abc import Mapping

from targets.importing.grid import Grid
from targets.importing.words import plain

_GOAL = re.compile(r"\s*([0-9０-９]{1,3})[\s\u3000、.．]+(\S.*)", re.DOTALL)
_HEADS = ["序号", "目标名称"]


def spread_goal(grid: Grid, patterns: Mapping[str, re.Pattern[str]]) -> None:
    """Give a table whose first row is its goal alone the goal's two columns, at the left.

    Only where that row is one cell over all columns, and the next one a head without them.
    """
    match = _goal_of(grid)
    if match is None or not _is_head_without_goal(grid.rows[1], patterns):
        return
    goal = [match[1], match[2].strip()]
    grid.rows = [
        ["", "", *["" for _ in grid.rows[0]]],
        [*_HEADS, *grid.rows[1]],
        *([*(goal if any(row) else ["", ""]), *row] for row in grid.rows[2:]),
    ]
    grid.merges = [
        [top, left + 2, bottom, right + 2] for top, left, bottom, right in grid.merges[1:]
    ]
    for notes in (grid.notes, grid.unread):
        notes[:] = [[row, at + 2 if at >= 0 else at, text] for row, at, text in notes]
    grid.edges = []


def _goal_of(grid: Grid) -> re.Match[str] | None:
    if len(grid.rows) < 2 or not grid.merges:
        return None
    is_band = grid.merges[0] == [0, 0, 0, len(grid.rows[0]) - 1]
    return _GOAL.fullmatch(grid.rows[0][0]) if is_band else None


def _is_head_without_goal(cells: list[str], patterns: Mapping[str, re.Pattern[str]]) -> bool:
    heads = [plain(cell) for cell in cells]

    def stands(meaning: str) -> bool:
        return any(patterns[meaning].fullmatch(head) for head in heads)

    return stands("standard") and not stands("goal_number") and not stands("goal_name")
