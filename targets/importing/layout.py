"""Where the table is on a sheet: its head row, what its columns mean, its body rows.

Title lines stand above the head and notes below the table; the head is printed again at
page breaks; columns come in any order and under their usual other names.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from targets.importing.preview import Note, Place, Problem
from targets.importing.words import plain
from targets.importing.workbook import Grid, column_name

# Column names as "plain" leaves them, without what follows in brackets.
_PERIOD = (
    r"(?:.{0,6}年)?(?:第?[一二三四1-4]季度|上半年|前三季度|全年|年度|本季度"
    r"|[0-9]{1,2}[-—~至][0-9]{1,2}月|截[至止].{1,12})?"
)
ANNEX_HEADS = {
    "goal_number": r"序号|目标序号|编号|目标编号|No\.?",
    "goal_name": r"目标名称|目标|工作目标|目标任务|主要目标|目标项目",
    "item_number": r"事项序号|事项编号|任务序号",
    "standard": r"工作标准|目标标准|责任事项|工作任务|重点任务|工作内容|目标内容|具体事项|任务内容",
    "progress": _PERIOD
    + r"(?:工作|任务|目标)?(?:完成|进展|推进|落实)(?:情况|进度)(?:说明)?|核定表述",
    "leads": r"牵头单位|牵头责任单位|责任单位|牵头部门|主办单位|责任部门|承办单位",
    "supporting": r"配合单位|协办单位|配合部门|协同单位|配合责任单位|参与单位",
    "status": r"完成状态|状态",
}
_IN_BRACKETS = re.compile(r"\(.*?\)$")
HEAD_SEARCH = 60  # rows from the top that may hold the head
HEAD_LENGTH = 40  # characters; no column's name is longer


@dataclass(slots=True)
class Table:
    """A head row and what its columns mean; rows count from 0, as in the grid."""

    grid: Grid
    head_row: int
    heads: list[str]  # the head row's cells as "plain" leaves them
    columns: dict[str, int]
    also: dict[str, list[int]]  # further columns of the same meaning

    @property
    def name(self) -> str:
        return self.grid.name

    def head(self, meaning: str) -> str:
        return self.heads[self.columns[meaning]]

    def place(self, row: int, meaning: str = "") -> Place:
        column = column_name(self.columns[meaning]) if meaning in self.columns else ""
        return Place(self.name, row + 1, column)

    def body(self) -> Iterator[int]:
        """Yield the rows below the head that hold anything and are no repeated head."""
        for row in range(self.head_row + 1, len(self.grid.rows)):
            cells = self.grid.rows[row]
            if any(cells) and not self._repeats(cells):
                yield row

    def _repeats(self, cells: list[str]) -> bool:
        """Tell whether the row is the head again; the first cell that differs settles it."""
        filled = 0
        for cell, head in zip(cells, self.heads, strict=False):
            if cell:
                filled += 1
                if len(cell) > HEAD_LENGTH or plain(cell) != head:
                    return False
        return filled > 1

    def odd_cells(self, row: int, meanings: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield (meaning, kind) of the row's cells that are not plain text."""
        for meaning in meanings:
            if meaning in self.columns:
                kind = self.grid.kind(row, self.columns[meaning])
                if kind:
                    yield meaning, kind


@dataclass(slots=True)
class Found:
    """The tables to read, the sheets that would have fitted, and what was passed over."""

    tables: list[Table] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def find_tables(
    grids: list[Grid], heads: Mapping[str, str], required: Iterable[str], sheet: str = ""
) -> Found:
    """Return the tables whose heads have the required meanings.

    Of a workbook's sheets the first that fits is read, or the one that the person
    chose; the tables of a Word document are one table divided by its pages.
    """
    patterns = {meaning: re.compile(pattern, re.IGNORECASE) for meaning, pattern in heads.items()}
    required = tuple(required)
    grids = [grid for grid in grids if not grid.is_hidden]
    fitting = [table for grid in grids if (table := _find(grid, patterns, required))]
    found = Found(sheets=[] if grids and grids[0].is_part else [each.name for each in fitting])
    if not fitting:
        found.problems.append(_no_head(grids, required))
        return found
    if fitting[0].grid.is_part:
        found.tables = _with_parts(grids, fitting)
    elif sheet == "*":
        found.tables = fitting
    else:
        found.tables = [each for each in fitting if each.name == sheet][:1] or fitting[:1]
    for table in found.tables:
        found.notes += _notes_on(table)
    return found


def _find(
    grid: Grid, patterns: Mapping[str, re.Pattern], required: tuple[str, ...]
) -> Table | None:
    for row, cells in enumerate(grid.rows[:HEAD_SEARCH]):
        columns, also = _meanings(cells, patterns)
        if all(meaning in columns for meaning in required):
            return Table(grid, row, [plain(cell) for cell in cells], columns, also)
    return None


def _meanings(
    cells: list[str], patterns: Mapping[str, re.Pattern]
) -> tuple[dict[str, int], dict[str, list[int]]]:
    columns: dict[str, int] = {}
    also: dict[str, list[int]] = {}
    for column, cell in enumerate(cells):
        if not cell or len(cell) > HEAD_LENGTH:
            continue
        text = plain(cell)
        for meaning, pattern in patterns.items():
            if pattern.fullmatch(text) or pattern.fullmatch(_IN_BRACKETS.sub("", text)):
                if meaning in columns:
                    also.setdefault(meaning, []).append(column)
                else:
                    columns[meaning] = column
                break
    return columns, also


def _with_parts(grids: list[Grid], fitting: list[Table]) -> list[Table]:
    """Return a document's tables in order; one without a head goes on with the last one's."""
    heads = {id(table.grid): table for table in fitting}
    tables: list[Table] = []
    for grid in grids:
        if id(grid) in heads:
            tables.append(heads[id(grid)])
        elif tables and grid.rows and len(grid.rows[0]) == len(tables[-1].grid.rows[0]):
            tables.append(Table(grid, -1, tables[-1].heads, tables[-1].columns, {}))
    return tables


def _no_head(grids: list[Grid], required: tuple[str, ...]) -> Problem:
    wanted = "、".join(_EXAMPLES[meaning] for meaning in required)
    seen = "、".join(f"“{grid.name}”" for grid in grids[:8]) or "（空）"
    return Problem(
        Place(grids[0].name if grids else "", 1),
        f"在{seen}中没有找到表头",
        f"一行中同时有这些列名：{wanted}",
        "请确认选对了文件、工作表和导入类别；表头须在前60行内，列名写在同一行。",
    )


_EXAMPLES = {
    "goal_number": "序号",
    "goal_name": "目标名称",
    "standard": "工作标准",
    "progress": "完成情况",
    "leads": "牵头单位",
    "name": "单位名称",
    "username": "用户名",
    "display": "显示名称",
    "role": "角色",
    "key": "系统编号",
    "version": "版本",
    "text": "本单位完成情况",
}


def _notes_on(table: Table) -> Iterator[Note]:
    hidden = [row for row in table.grid.hidden_rows if row > table.head_row]
    if hidden:
        rows = "、".join(str(row + 1) for row in hidden[:10])
        more = f"等{len(hidden)}行" if len(hidden) > 10 else "行"
        yield Note(table.place(hidden[0]), f"第{rows}{more}是隐藏行，也已读取。")
    columns = set(table.columns.values()) & set(table.grid.hidden_columns)
    if columns - _own_hidden(table):
        names = "、".join(column_name(column) for column in sorted(columns))
        yield Note(table.place(table.head_row), f"{names}列是隐藏列，也已读取。")


def _own_hidden(table: Table) -> set[int]:
    """The columns that this site's own workbooks hide."""
    return {
        table.columns[meaning] for meaning in ("key", "version", "mark") if meaning in table.columns
    }
