"""Where the table is on a sheet: its head row, what its columns mean, its body rows.

Title lines stand above the head and notes below the table; the head is printed again at
page breaks; columns come in any order and under their usual other names. A person may
say of any column what it is (`Choices.columns`); what is read of none is said.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from targets.importing.bands import spread_goal
from targets.importing.grid import Grid, column_name
from targets.importing.heads import Heads
from targets.importing.preview import Choices, Column, FilePlace, Note, Preview, Problem, TableRead
from targets.importing.words import invisible, plain, split_item_number

_IN_BRACKETS = re.compile(r"\(.*?\)$")
HEAD_SEARCH = 60  # rows from the top that may hold the head
HEAD_LENGTH = 40  # characters; no column's name is longer
UNREAD = "-"  # what a person says of a column that is not to be read


@dataclass(slots=True)
class Table:
    """A head row and what its columns mean; rows count from 0, as in the grid."""

    grid: Grid
    head_row: int  # -1 where the table goes on with the one before
    heads: list[str]  # the head row's cells as "plain" leaves them
    columns: dict[str, int]
    also: dict[str, list[int]]  # further columns of the same meaning
    repeated: int = 0  # rows that were the head again

    @property
    def name(self) -> str:
        return self.grid.name

    def head(self, meaning: str) -> str:
        return self.heads[self.columns[meaning]]

    def place(self, row: int, meaning: str = "") -> FilePlace:
        column = column_name(self.columns[meaning]) if meaning in self.columns else ""
        return FilePlace(self.name, row + 1, column)

    def body(self) -> Iterator[int]:
        """Yield the rows below the head that hold anything and are no repeated head."""
        self.repeated = 0
        for row in range(self.head_row + 1, len(self.grid.rows)):
            cells = self.grid.rows[row]
            if not any(cells):
                continue
            if self._repeats(cells):
                self.repeated += 1
            else:
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
class _Search:
    """What to look for: patterns by meaning, those that a table must have, what a person said."""

    patterns: Mapping[str, re.Pattern[str]]
    required: tuple[str, ...]
    told: Mapping[str, str]


@dataclass(slots=True)
class _Nearest:
    """The row that comes closest to a head, for a person to say what its columns are."""

    count: int = 0
    table: Table | None = None
    notes: list[Note] = field(default_factory=list)


def find_tables(grids: list[Grid], heads: Heads, choices: Choices, preview: Preview) -> list[Table]:
    """Return the tables whose heads have the required meanings.

    Of a workbook's sheets the first that fits is read, or the one that the person
    chose; the tables of a Word document are one table divided by its pages. The preview
    is told of every sheet, table and column what became of it.
    """
    search = _Search(heads.patterns, heads.required, choices.columns)
    preview.meanings = heads.labels
    seen = [grid for grid in grids if not grid.is_hidden]
    if "goal_name" in heads.patterns:
        for grid in seen:
            spread_goal(grid, heads.patterns)
    nearest = _Nearest()
    fitting = [table for grid in seen if (table := _find(grid, search, nearest))]
    is_parted = bool(seen) and seen[0].is_part
    preview.sheets = [] if is_parted else [each.name for each in fitting]
    preview.sheet = choices.sheet or (fitting[0].name if fitting else "")
    if not fitting:
        preview.problems.append(_no_head(seen, heads))
        if nearest.table is not None:
            preview.tables.append(_told(nearest.table, "还缺必需的列，没有读取"))
        return []
    if is_parted:
        tables = _with_parts(seen, fitting, preview)
    elif choices.sheet == "*":
        tables = fitting
    else:
        tables = [each for each in fitting if each.name == choices.sheet][:1] or fitting[:1]
    for table in tables:
        _tell(table, preview)
    read = {id(table.grid) for table in tables}
    for grid in grids:
        if id(grid) not in read and (grid.rows or grid.is_hidden):
            preview.tables.append(_left_out(grid, fitting))
    return tables


def _find(grid: Grid, search: _Search, nearest: _Nearest) -> Table | None:
    for row, cells in enumerate(grid.rows[:HEAD_SEARCH]):
        columns, also = _meanings(grid.name, row, cells, search)
        if not columns:
            continue
        table = Table(grid, row, [plain(cell) for cell in cells], columns, also)
        if all(meaning in columns for meaning in search.required):
            return table
        if len(columns) > nearest.count:
            nearest.count, nearest.table = len(columns), table
    return None


def _meanings(
    name: str, row: int, cells: list[str], search: _Search
) -> tuple[dict[str, int], dict[str, list[int]]]:
    columns: dict[str, int] = {}
    also: dict[str, list[int]] = {}
    told = {}
    for column, cell in enumerate(cells):
        said = search.told.get(key_of(name, row, column))
        if said:
            told[column] = said
        elif cell and len(cell) <= HEAD_LENGTH:
            meaning = _meaning_of(plain(cell), search.patterns)
            if meaning in columns:
                also.setdefault(meaning, []).append(column)
            elif meaning:
                columns[meaning] = column
    for column, said in told.items():
        if said in search.patterns:
            if said in columns:
                also.setdefault(said, []).append(columns[said])
            columns[said] = column
    return columns, also


def _meaning_of(text: str, patterns: Mapping[str, re.Pattern[str]]) -> str:
    short = _IN_BRACKETS.sub("", text)
    for meaning, pattern in patterns.items():
        if pattern.fullmatch(text) or pattern.fullmatch(short):
            return meaning
    return ""


def key_of(name: str, row: int, column: int) -> str:
    """Return what names a column in choices: the sheet, the head's row, the letter."""
    return f"{name}:{row + 1}:{column_name(column)}"


# Tables that go on ----------------------------------------------------------------


def _with_parts(grids: list[Grid], fitting: list[Table], preview: Preview) -> list[Table]:
    """Return a document's tables in order; one without a head goes on with the last one's."""
    heads = {id(table.grid): table for table in fitting}
    tables: list[Table] = []
    for grid in grids:
        if id(grid) in heads:
            tables.append(heads[id(grid)])
        elif tables and any(any(row) for row in grid.rows):
            part = _continue(grid, tables[-1])
            if part is None and _may_belong(grid, tables[-1]):
                _tell_unlike(grid, tables[-1], preview)
            elif part is None:
                text = " ".join(cell for row in grid.rows for cell in row if cell)
                note = f"没有表头，列数也与{tables[-1].name}不同，没有读取：“{text[:200]}”。"
                preview.notes.append(Note(FilePlace(grid.name, 1), note))
            else:
                tables.append(part)
                note = f"没有表头，按{tables[-2].name}的列接着读取。"
                preview.notes.append(Note(FilePlace(grid.name, 1), note))
    return tables


def _may_belong(grid: Grid, last: Table) -> bool:
    """Tell whether a table of another shape may be a page of the one before, and not a foot.

    It is one where some row numbers an item, or has as many columns as must be there.
    """
    filled = max(sum(1 for cell in row if cell) for row in grid.rows)
    is_numbered = any(
        split_item_number(cell)[0] for row in grid.rows for cell in row if len(row) > 1
    )
    return is_numbered or filled >= len(last.columns) - 1


def _continue(grid: Grid, last: Table) -> Table | None:
    """Bring a table without a head into the columns of the one before; None where it cannot be.

    As many columns are the same columns. Otherwise each cell goes where it stands across
    the page, or, where that is not known, columns of nothing are left out.
    """
    width = len(last.grid.rows[0])
    if len(grid.rows[0]) != width:
        rows = _by_place(grid, last.grid) or _without_empty(grid, width)
        standard = last.columns.get("standard")
        is_item = rows is not None and any(
            standard is None or split_item_number(row[standard])[0] for row in rows
        )
        if rows is None or not is_item:
            return None
        grid.rows, grid.merges, grid.edges = rows, [], last.grid.edges
        grid.notes = [[row, -1, text] for row, _column, text in grid.notes]
        grid.unread = [[row, -1, text] for row, _column, text in grid.unread]
    return Table(grid, -1, last.heads, last.columns, {})


def _by_place(grid: Grid, last: Grid) -> list[list[str]] | None:
    if not grid.edges or not last.edges:
        return None
    total, full = grid.edges[-1], last.edges[-1]
    ends = [edge * total for edge in last.edges[1:]]  # in units of both widths multiplied
    spans = {(top, left): right for top, left, _bottom, right in grid.merges}
    rows = []
    for index, cells in enumerate(grid.rows):
        row = [""] * (len(last.edges) - 1)
        for column, cell in enumerate(cells):
            if not cell:
                continue
            right = spans.get((index, column), column)
            middle = (grid.edges[column] + grid.edges[right + 1]) * full // 2
            target = next((at for at, end in enumerate(ends) if middle < end), len(row) - 1)
            if row[target]:
                return None  # two cells in one column: nobody knows what they were
            row[target] = cell
        rows.append(row)
    return rows


def _without_empty(grid: Grid, width: int) -> list[list[str]] | None:
    filled = [
        column for column in range(len(grid.rows[0])) if any(row[column] for row in grid.rows)
    ]
    if len(filled) != width:
        return None
    return [[row[column] for column in filled] for row in grid.rows]


def _tell_unlike(grid: Grid, last: Table, preview: Preview) -> None:
    preview.problems.append(
        Problem(
            FilePlace(grid.name, 1),
            f"没有表头，共{len(grid.rows[0])}列",
            f"与{last.name}同样的{len(last.grid.rows[0])}列，或有自己的表头",
            "如果它接着上一个表格，请补上表头；如果与导入无关，请从文件中删除这个表格。",
        )
    )


# What became of it ------------------------------------------------------------------


def _no_head(grids: list[Grid], heads: Heads) -> Problem:
    wanted = "、".join(heads.labels[meaning] for meaning in heads.required)
    seen = "、".join(f"“{grid.name}”" for grid in grids[:8]) or "（空）"
    return Problem(
        FilePlace(grids[0].name if grids else "", 1),
        f"在{seen}中没有找到表头",
        f"一行中同时有这些列名：{wanted}",
        "请确认选对了文件、工作表和导入类别；表头须在前60行内，列名写在同一行。",
    )


def _told(table: Table, rows: str) -> TableRead:
    """Return what became of a table's columns; columns of nothing are none."""
    meanings = {column: meaning for meaning, column in table.columns.items()}
    grid, start = table.grid, table.head_row + 1
    columns = []
    for column, head in enumerate(table.heads):
        is_filled = any(row[column] for row in grid.rows[start:] if column < len(row))
        if head or is_filled:
            columns.append(
                Column(
                    key_of(grid.name, table.head_row, column),
                    FilePlace(grid.name, max(start, 1), column_name(column)),
                    head[:HEAD_LENGTH],
                    meanings.get(column, ""),
                    is_filled,
                )
            )
    return TableRead(grid.name, rows, tuple(columns) if table.head_row >= 0 else ())


def _tell(table: Table, preview: Preview) -> None:
    """Say how a table was read: rows, columns, what is hidden, left out or not read."""
    total = sum(1 for _row in table.body())
    above = sum(1 for row in table.grid.rows[: max(table.head_row, 0)] if any(row))
    parts = [f"读取，表头在第{table.head_row + 1}行" if table.head_row >= 0 else "读取，没有表头"]
    if above:
        parts.append(f"表头以上的{above}行是标题，没有读取")
    if table.repeated:
        parts.append(f"重复的表头{table.repeated}行")
    parts.append(f"内容{total}行")
    read = _told(table, "；".join(parts) + "。")
    preview.tables.append(read)
    for each in read.columns:
        if not each.meaning and each.is_filled:
            name = f"“{each.head}”" if each.head else "（没有列名）"
            preview.notes.append(Note(each.place, f"这一列{name}没有读取。"))
    for column in (*table.columns.values(), *chain(*table.also.values())):
        codes = invisible(table.grid.rows[table.head_row][column]) if table.head_row >= 0 else []
        if codes:
            place = FilePlace(table.name, table.head_row + 1, column_name(column))
            preview.notes.append(Note(place, f"列名中看不见的字符（{'、'.join(codes)}）已去除。"))
    preview.notes += _on_hidden(table)
    _pass_on(table, preview)


def _pass_on(table: Table, preview: Preview) -> None:
    """Pass on what the reader said of cells; what it could not read stands in the way."""
    read = set(table.columns.values())
    for row, column, text in table.grid.notes:
        preview.notes.append(Note(_place(table, row, column), f"{text}。"))
    for row, column, text in table.grid.unread:
        place = _place(table, row, column)
        if row <= table.head_row or (column >= 0 and column not in read):
            preview.notes.append(Note(place, f"有读不出的内容：{text[:200]}。"))
        else:
            todo = "请在文件中改为普通文字（或删除）后再上传。"
            preview.problems.append(Problem(place, f"读不出的内容：{text[:200]}", "文字", todo))


def _place(table: Table, row: int, column: int) -> FilePlace:
    return FilePlace(table.name, row + 1, column_name(column) if column >= 0 else "")


def _left_out(grid: Grid, fitting: list[Table]) -> TableRead:
    if grid.is_hidden:
        return TableRead(grid.name, "隐藏的工作表，没有读取。")
    if any(each.grid is grid for each in fitting):
        return TableRead(grid.name, "也有可以导入的表格，没有读取；可在上面另选。")
    return TableRead(grid.name, "没有可以导入的表头，没有读取。")


def _on_hidden(table: Table) -> Iterator[Note]:
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
