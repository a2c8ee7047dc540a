"""A document's tables as grids: rows and cells out of any wrapper, merged both ways."""

import io
import zipfile
from collections.abc import Iterator

from lxml import etree

from targets.importing.grid import CELL_LIMIT, COLUMN_LIMIT, ROW_LIMIT, Grid, clean_cell
from targets.importing.guard import Unreadable
from targets.importing.word.found import Found
from targets.importing.word.package import (
    child_of,
    is_on,
    load,
    name_of,
    value_of,
    whole,
    words_in,
)
from targets.importing.word.text import TextReader
from targets.importing.word.wrappers import SILENT, chosen_branch, inside, is_mark

_OUTSIDE = 60  # characters of the text around the tables that a note repeats


def read_document(data: bytes) -> list[Grid]:
    """Return the tables of a .docx in their order; Unreadable where there is none."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = load(archive)
    return _DocumentReader(parts).read(parts["document"])


class _DocumentReader:
    def __init__(self, parts: dict[str, etree._Element]) -> None:
        self._text = TextReader(parts)
        self._grids: list[Grid] = []
        self._cells = 0

    def read(self, document: etree._Element) -> list[Grid]:
        body = child_of(document, "w:body")
        self._text.take_table = self._read_table
        around = self._text.read_blocks(body if body is not None else document)
        if not self._grids:
            raise Unreadable("Word文档中没有表格。")
        if text := " ".join(around.text.split()):
            more = "……" if len(text) > _OUTSIDE else ""
            self._grids[0].notes.append([0, -1, f"表格以外的文字未读取：“{text[:_OUTSIDE]}{more}”"])
        self._grids[0].notes += [[0, -1, f"表格以外：{each}"] for each in around.notes]
        self._grids[0].notes += [[0, -1, f"表格以外未读取：{each}"] for each in around.unread]
        return self._grids

    def _read_table(self, table: etree._Element) -> None:
        """Read one table that stands in no cell; those in its cells are part of their text."""
        self._text.take_table = None
        grid = Grid(f"表格{len(self._grids) + 1}", [], is_part=True, edges=_edges_of(table))
        self._grids.append(grid)
        if len(self._grids) > ROW_LIMIT:
            raise Unreadable("Word文档中的表格过多，未读取。")
        open_merges: dict[int, list[int]] = {}
        for element in _stray(table, "w:tr"):
            grid.unread.append([0, -1, words_in(element)])
        for row in inside(table, "w:tr"):
            gone = _gone(row)
            if gone:
                grid.notes.append([len(grid.rows), -1, f"{gone}未读取：“{words_in(row)}”"])
                continue
            self._read_row(grid, row, open_merges)
            if len(grid.rows) > ROW_LIMIT or len(grid.rows[-1]) > COLUMN_LIMIT:
                raise Unreadable(f"{grid.name}超过{ROW_LIMIT}行或{COLUMN_LIMIT}列，未读取。")
        width = max((len(row) for row in grid.rows), default=0)
        for row in grid.rows:
            row += [""] * (width - len(row))
        if len(grid.edges) != width + 1:
            grid.edges = []
        self._text.take_table = self._read_table

    def _read_row(self, grid: Grid, row: etree._Element, open_merges: dict[int, list[int]]) -> None:
        """Add a row with the text of each merged range in its first cell alone."""
        index = len(grid.rows)
        before = whole(value_of(child_of(row, "w:trPr", "w:gridBefore")))
        cells = [""] * max(0, min(before, COLUMN_LIMIT + 1))
        for element in _stray(row, "w:tc"):
            grid.unread.append([index, len(cells), words_in(element)])
        for cell in inside(row, "w:tc"):
            self._cells += 1
            if self._cells > CELL_LIMIT:
                raise Unreadable(f"Word文档中的表格超过{CELL_LIMIT}个单元格，未读取。")
            column = len(cells)
            found = self._text.read_blocks(cell)
            text = clean_cell(found.text)
            span, merge = _span_of(cell), _merge_of(cell, "w:vMerge")
            if _merge_of(cell, "w:hMerge") == "continue" and column:
                # The older way to merge along a row: the cell to the left goes on.
                text = _covered(grid, index, column, text)
                _widen(grid, open_merges, index, column, span)
            elif merge == "continue" and column in open_merges:
                open_merges[column][2] = index
                text = _covered(grid, index, column, text)
            elif merge == "restart" or span > 1:
                open_merges[column] = [index, column, index, column + span - 1]
                grid.merges.append(open_merges[column])
            else:
                open_merges.pop(column, None)
            if child_of(cell, "w:tcPr", "w:cellDel") is not None:
                grid.notes.append([index, column, f"单元格已删除（修订），未读取：“{text}”"])
                text = ""
            _keep(grid, index, column, found)
            cells += [text] + [""] * (span - 1)
        grid.rows.append(cells)


def _gone(row: etree._Element) -> str:
    """Return why a row is not to be seen, or ""."""
    properties = child_of(row, "w:trPr")
    if child_of(properties, "w:del") is not None:
        return "已删除（修订）的一行"
    return "隐藏的一行" if is_on(child_of(properties, "w:hidden")) else ""


def _stray(element: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """Yield what has words in it beside the rows of a table, or the cells of a row."""
    for each in element:
        name = name_of(each)
        if name == wanted or name in SILENT or is_mark(name):
            continue
        if name == "mc:AlternateContent":
            branch = chosen_branch(each)
            each = branch if branch is not None else each
        if any(name_of(inner) == wanted for inner in each.iter()):
            yield from _stray(each, wanted)
        elif words_in(each):
            yield each


def _covered(grid: Grid, row: int, column: int, text: str) -> str:
    """Name the words under a merged cell, which nobody sees."""
    if text:
        grid.notes.append([row, column, f"被合并单元格遮住的文字未读取：“{text}”"])
    return ""


def _widen(grid: Grid, open_merges: dict[int, list[int]], row: int, column: int, span: int) -> None:
    left = next((each for each in grid.merges if each[0] == row and each[3] == column - 1), None)
    if left is None:
        left = open_merges[column - 1] = [row, column - 1, row, column - 1]
        grid.merges.append(left)
    left[3] = column + span - 1


def _keep(grid: Grid, row: int, column: int, found: Found) -> None:
    grid.notes += [[row, column, each] for each in found.notes]
    grid.unread += [[row, column, each] for each in found.unread]


def _span_of(cell: etree._Element) -> int:
    span = whole(value_of(child_of(cell, "w:tcPr", "w:gridSpan")), 1)
    return max(1, min(span, COLUMN_LIMIT + 1))


def _merge_of(cell: etree._Element, name: str) -> str:
    """Return "restart", "continue" (which is also what no value means) or ""."""
    merge = child_of(cell, "w:tcPr", name)
    return "" if merge is None else value_of(merge) or "continue"


def _edges_of(table: etree._Element) -> list[int]:
    edges = [0]
    columns = child_of(table, "w:tblGrid")
    for each in columns if columns is not None else ():
        if name_of(each) == "w:gridCol":
            edges.append(edges[-1] + max(0, whole(value_of(each, "w"))))
    return edges if edges[-1] else []
