"""Read a workbook or a Word document into grids of text; the one place that opens them.

`read_grids` guards, then reads in a limited child process. What a cell is beyond its
text (a formula, an error, a number, a date) is kept beside it, so that nobody takes a
guess for a text.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import PurePosixPath
from typing import Self
from xml.parsers import expat

from docx import Document
from docx.table import Table
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from targets.importing.child import run_limited
from targets.importing.guard import DOCX, Unreadable, recognise

ROW_LIMIT = 20_000
COLUMN_LIMIT = 64
CELL_LIMIT = 600_000
SHEET_LIMIT = 60
MERGE_LIMIT = 40_000

MARKS = "导出校验"  # see targets.importing.marks
WORD_FOR_WORD = "明细"  # the sheet beside them on which this site ended no lines
LINE_END = "\u00a0\n"  # of a line on the other one, which may be copied or renamed
FORMULA, ERROR, NUMBER, DATE, BOOLEAN = "公式", "错误值", "数字", "日期", "逻辑值"


@dataclass(slots=True)
class Grid:
    """One sheet or table as text: rows and columns count from 0, as the file has them."""

    name: str
    rows: list[list[str]]
    # "row,column" -> FORMULA, ERROR, NUMBER, DATE or BOOLEAN, where a cell is not plain text.
    kinds: dict[str, str] = field(default_factory=dict)
    # [top, left, bottom, right] of each merged range.
    merges: list[list[int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    # A table of a Word document, which its pages may have divided.
    is_part: bool = False
    # A hidden sheet that this site wrote itself; no table for a person to choose.
    is_hidden: bool = False

    def as_json(self) -> dict:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, value: dict) -> Self:
        return cls(**value)

    def kind(self, row: int, column: int) -> str:
        """Return what the cell is other than text; "" for text."""
        return self.kinds.get(f"{row},{column}", "")


def column_name(column: int) -> str:
    """Return a column as spreadsheets name it: 0 is A."""
    return get_column_letter(column + 1)


def read_grids(data: bytes) -> list[Grid]:
    """Return the visible sheets of a workbook, or the tables of a Word document.

    After them comes the hidden sheet `MARKS`, where this site wrote one.

    Raises Unreadable with a message for the person where the file is none, is unsafe,
    or would take too long or too much memory.
    """
    reader = _read_docx if recognise(data) == DOCX else _read_xlsx
    return [Grid.from_json(each) for each in run_limited(reader, data)]


# Workbooks ------------------------------------------------------------------


def _read_xlsx(data: bytes) -> list[dict]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _refuse_entities(archive)
        # Before openpyxl: it goes through a whole sheet merely to learn its size.
        scans = {path: _scan(archive, path, title) for path, title in _sheet_paths(archive).items()}
        return _sheets(scans, data)


def _scan(archive: zipfile.ZipFile, path: str, title: str) -> "SheetScan":
    scan = SheetScan(title)
    with archive.open(path) as source:
        scan.read(source)
    return scan


def _sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the path of each sheet in the package with its title, from the workbook's index."""
    targets: dict[str, str] = {}
    titles: list[tuple[str, str]] = []

    def see(name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition("}")[2]
        if tag == "Relationship":
            targets[attributes["Id"]] = attributes["Target"]
        elif tag == "sheet":
            key = next((value for name, value in attributes.items() if name.endswith("}id")), "")
            titles.append((key, attributes.get("name", "")))

    for path in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartElementHandler = see
        with archive.open(path) as source:
            parser.ParseFile(source)
    paths = {}
    for key, title in titles:
        target = targets[key]
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        paths[path] = title
    return paths


def _sheets(scans: dict[str, "SheetScan"], data: bytes) -> list[dict]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise Unreadable("文件中没有可见的工作表。")
    if len(visible) > SHEET_LIMIT:
        raise Unreadable(f"文件有{len(visible)}个工作表，超过{SHEET_LIMIT}个。请只留下要导入的表。")
    marks = [sheet for sheet in book.worksheets if sheet.title == MARKS and sheet not in visible]
    # Private, but the only way from a read-only sheet to its part of the package.
    grids = [_grid_of(sheet, scans[sheet._worksheet_path]) for sheet in visible + marks[:1]]
    for grid in grids[len(visible) :]:
        grid.is_hidden = True
    for grid in grids if marks else ():
        if grid.name != WORD_FOR_WORD:
            grid.rows = [[cell.replace(LINE_END, "") for cell in row] for row in grid.rows]
    return [grid.as_json() for grid in grids]


def _grid_of(sheet: object, scan: "SheetScan") -> Grid:
    grid = Grid(sheet.title, [], merges=scan.merges)
    grid.hidden_rows = sorted(row for row in scan.hidden_rows if row < scan.last_row)
    grid.hidden_columns = sorted(
        column for column in scan.hidden_columns if column < scan.last_column
    )
    if not scan.last_row:
        return grid
    # The declared size is whatever the writer put there; only the scan is believed.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(
        max_row=scan.last_row, max_col=max(scan.last_column, 1), values_only=True
    )
    for index, row in enumerate(rows):
        grid.rows.append([_text_of(grid, index, column, cell) for column, cell in enumerate(row)])
    for row, column in scan.formulas:
        grid.kinds[f"{row},{column}"] = FORMULA
    for row, column in scan.errors:
        grid.kinds[f"{row},{column}"] = ERROR
    return grid


# Excel writes what XML cannot hold, and the carriage return, as _xHHHH_.
_ESCAPED_RETURN = re.compile(r"_x000[dD]_")
# Tabs as blanks, line feeds as they are, the other control characters not at all.
_CONTROLS = dict.fromkeys(range(0x20)) | {0x09: " ", 0x0A: "\n"}


def _text_of(grid: Grid, row: int, column: int, value: object) -> str:
    """Return a cell's text, noting what it is when it is none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean_cell(value)
    if isinstance(value, bool):
        kind, text = BOOLEAN, "是" if value else "否"
    elif isinstance(value, date | datetime | clock_time | timedelta):
        kind, text = DATE, str(value)
    else:
        kind, text = NUMBER, str(value)
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            text = str(int(value))
    grid.kinds[f"{row},{column}"] = kind
    return text


def clean_cell(text: str) -> str:
    """Return the text with line ends as LF and without control characters."""
    if "\r" in text or "_x000" in text:
        text = _ESCAPED_RETURN.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = text.translate(_CONTROLS)
    return text.strip()


class SheetScan:
    """One pass over a sheet's XML that keeps no cell: bounds, merges, formulas, what is hidden.

    It stops at the limits, so that the reader proper is never given a sheet beyond them.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.last_row = self.last_column = 0  # of cells that hold anything; counted from 1
        self.merges: list[list[int]] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.formulas: list[tuple[int, int]] = []
        self.errors: list[tuple[int, int]] = []
        self._row = self._column = 0
        self._row_total = self._cell_total = 0
        self._handlers = {
            "row": self._see_row,
            "c": self._see_cell,
            "v": self._see_value,
            "is": self._see_value,
            "f": self._see_formula,
            "col": self._see_column,
            "mergeCell": self._see_merge,
        }
        # Element's name with its namespace -> handler or None, as met.
        self._known: dict[str, Callable[[dict[str, str]], None] | None] = {}

    def read(self, source: io.BufferedIOBase) -> None:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartElementHandler = self._see
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.ParseFile(source)

    def _see(self, name: str, attributes: dict[str, str]) -> None:
        if name not in self._known:
            self._known[name] = self._handlers.get(name.rpartition("}")[2])
        handler = self._known[name]
        if handler:
            handler(attributes)

    def _see_row(self, attributes: dict[str, str]) -> None:
        self._row_total += 1
        if self._row_total > ROW_LIMIT:
            raise Unreadable(
                f"工作表“{self.title}”超过{ROW_LIMIT}行（空行也计算在内），未读取。"
                "请选中表格下方的全部空行删除后保存，再上传。"
            )
        self._row = int(attributes.get("r", self._row + 1))
        self._column = 0
        if attributes.get("hidden") in ("1", "true"):
            self.hidden_rows.add(self._row - 1)

    def _see_cell(self, attributes: dict[str, str]) -> None:
        self._cell_total += 1
        if self._cell_total > CELL_LIMIT:
            raise Unreadable(
                f"工作表“{self.title}”超过{CELL_LIMIT}个单元格（空格也计算在内），未读取。"
                "请把需要导入的表格复制到新的工作簿后再上传。"
            )
        place = attributes.get("r")
        self._column = coordinate_to_tuple(place)[1] if place else self._column + 1
        if attributes.get("t") == "e":
            self.errors.append((self._row - 1, self._column - 1))

    def _see_value(self, attributes: dict[str, str]) -> None:
        if self._row > self.last_row:
            self.last_row = self._row
            if self._row > ROW_LIMIT:
                raise Unreadable(
                    f"工作表“{self.title}”在第{self._row}行还有内容，超过{ROW_LIMIT}行，未读取。"
                    "请删除表格以外的内容后再上传。"
                )
        if self._column > self.last_column:
            self.last_column = self._column
            if self._column > COLUMN_LIMIT:
                raise Unreadable(
                    f"工作表“{self.title}”超过{COLUMN_LIMIT}列，未读取。"
                    "请删除表格以外的列后再上传。"
                )

    def _see_formula(self, attributes: dict[str, str]) -> None:
        self._see_value(attributes)
        self.formulas.append((self._row - 1, self._column - 1))

    def _see_column(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes["min"]), int(attributes["max"])
            self.hidden_columns.update(range(first - 1, min(last, COLUMN_LIMIT)))

    def _see_merge(self, attributes: dict[str, str]) -> None:
        if len(self.merges) >= MERGE_LIMIT:
            raise Unreadable(f"工作表“{self.title}”的合并单元格过多，未读取。请取消合并后再上传。")
        left, top, right, bottom = range_boundaries(attributes["ref"])
        # A range may span the whole sheet: it is kept as four numbers, never as cells.
        if top <= ROW_LIMIT and left <= COLUMN_LIMIT:
            self.merges.append(
                [top - 1, left - 1, min(bottom, ROW_LIMIT) - 1, min(right, COLUMN_LIMIT) - 1]
            )


class _PrologRead(Exception):
    """The first element was reached: no document type can follow."""


def _refuse_doctype(*_details: object) -> None:
    raise Unreadable(
        "文件中含有XML实体定义，可能是恶意文件，不予读取。请用Excel或WPS新建工作簿，粘贴数值后再上传。"
    )


def _stop_at_element(*_details: object) -> None:
    raise _PrologRead


def _refuse_entities(archive: zipfile.ZipFile) -> None:
    """Refuse a package any of whose XML parts declares a document type."""
    for member in archive.infolist():
        if PurePosixPath(member.filename).suffix.lower() not in (".xml", ".rels"):
            continue
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = _stop_at_element
        try:
            with archive.open(member) as source:
                parser.ParseFile(source)
        except _PrologRead:
            continue


# Word documents ---------------------------------------------------------------


def _read_docx(data: bytes) -> list[dict]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _refuse_entities(archive)
    tables = Document(io.BytesIO(data)).tables
    if not tables:
        raise Unreadable("Word文档中没有表格。")
    if len(tables) > ROW_LIMIT:
        raise Unreadable("Word文档中的表格过多，未读取。")
    return [
        _grid_of_table(table, f"表格{number}").as_json()
        for number, table in enumerate(tables, start=1)
    ]


def _grid_of_table(table: Table, name: str) -> Grid:
    """Return a table with the text of each merged range in its first cell alone."""
    grid = Grid(name, [], is_part=True)
    open_merges: dict[int, list[int]] = {}
    for index, row in enumerate(table.rows):
        cells = [""] * row.grid_cols_before
        for text, span, merge in _cells_of(row):
            column = len(cells)
            if merge == "continue" and column in open_merges:
                open_merges[column][2] = index
                text = ""
            elif merge == "restart" or span > 1:
                open_merges[column] = [index, column, index, column + span - 1]
                grid.merges.append(open_merges[column])
            else:
                open_merges.pop(column, None)
            cells += [text] + [""] * (span - 1)
        if index >= ROW_LIMIT or len(cells) > COLUMN_LIMIT:
            raise Unreadable(f"{name}超过{ROW_LIMIT}行或{COLUMN_LIMIT}列，未读取。")
        grid.rows.append(cells)
    width = max((len(row) for row in grid.rows), default=0)
    for row in grid.rows:
        row += [""] * (width - len(row))
    return grid


def _cells_of(row: object) -> Iterator[tuple[str, int, str | None]]:
    """Yield each cell of a Word row as text, columns spanned, and vertical merge."""
    for cell in row._tr.tc_lst:
        text = "\n".join(
            "".join(run.text for run in paragraph.r_lst if run.text)
            if not paragraph.hyperlink_lst
            else "".join(each.text for each in paragraph.inner_content_elements)
            for paragraph in cell.p_lst
        )
        yield clean_cell(text), cell.grid_span, cell.vMerge
