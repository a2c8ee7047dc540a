"""A workbook's sheets as grids of text.

python-calamine reads the values, also where styles, dates or properties are odd or the
package is strict Open XML. What it does not tell stands in the parts themselves: `sheets`
reads what is hidden, merged or computed, `strings` what is struck out or only a guide.
"""

import io
import posixpath
import zipfile
from collections import defaultdict
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from targets.importing.formats import read_formats
from targets.importing.grid import BOOLEAN, DATE, ERROR, FORMULA, NUMBER, PERCENT, Grid, clean_cell
from targets.importing.guard import BROKEN, Unreadable
from targets.importing.sheets import SheetScan
from targets.importing.strings import Rich, read_shared
from targets.reading.plain import plain_number

SHEET_LIMIT = 60

MARKS = "导出校验"  # see targets.importing.marks
WORD_FOR_WORD = "明细"  # the sheet beside them on which this site ended no lines
LINE_END = "\u00a0\n"  # of a line on the other one, which may be copied or renamed


def read_workbook(data: bytes) -> list[Grid]:
    """Return the visible sheets, then the hidden ones; of those only `MARKS` has rows."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        # Before the values: nobody asks for the cells of a sheet that is beyond the limits.
        rich = read_shared(archive, "xl/sharedStrings.xml")
        scans = _scans(archive, rich)
        asides = _asides(archive)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except CalamineError as error:
        raise Unreadable(BROKEN) from error
    sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    visible = [each for each in sheets if each.visible == SheetVisibleEnum.Visible]
    if not visible:
        raise Unreadable("文件中没有可见的工作表。")
    if len(visible) > SHEET_LIMIT:
        raise Unreadable(f"文件有{len(visible)}个工作表，超过{SHEET_LIMIT}个。请只留下要导入的表。")
    hidden = [each.name for each in sheets if each not in visible]
    grids = [_grid_of(book, each.name, scans, rich) for each in visible]
    grids[0].notes += [[0, -1, text] for text in asides]
    for name in hidden:
        grid = _grid_of(book, name, scans, rich) if name == MARKS else Grid(name, [])
        grid.is_hidden = True
        grids.append(grid)
    for grid in grids if MARKS in hidden else ():
        if grid.name != WORD_FOR_WORD:
            grid.rows = [[cell.replace(LINE_END, "") for cell in row] for row in grid.rows]
    return grids


def _grid_of(
    book: CalamineWorkbook, name: str, scans: dict[str, SheetScan], rich: dict[int, Rich]
) -> Grid:
    scan = scans.get(name) or SheetScan(name)
    grid = Grid(name, [], merges=scan.merges)
    values = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    # The values end where values do; a formula that was never computed stands there too.
    for index in range(scan.last_row):
        cells = values[index][: scan.last_column] if index < len(values) else []
        row = [_text_of(grid, index, column, cell) for column, cell in enumerate(cells)]
        grid.rows.append(row + [""] * (scan.last_column - len(row)))
    grid.hidden_rows = sorted(row for row in scan.hidden_rows if row < len(grid.rows))
    width = len(grid.rows[0]) if grid.rows else 0
    grid.hidden_columns = sorted(column for column in scan.hidden_columns if column < width)
    _show_percents(grid, scan)
    _tell_strings(grid, scan, rich)
    _tell_formulas(grid, scan)
    _clear_merged(grid)
    return grid


def _text_of(grid: Grid, row: int, column: int, value: object) -> str:
    """Return a cell's text, noting what it is when it is none."""
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


def _show_percents(grid: Grid, scan: SheetScan) -> None:
    """Read a number that is shown as per cent as it is seen: the file's 0.85 is 85%."""
    for row, column in scan.percents:
        if _is_inside(grid, row, column) and grid.kind(row, column) == NUMBER:
            number = Decimal(f"{float(grid.rows[row][column]):.15g}") * 100
            grid.rows[row][column] = f"{plain_number(number)}%"
            grid.kinds[f"{row},{column}"] = PERCENT


def _tell_strings(grid: Grid, scan: SheetScan, rich: dict[int, Rich]) -> None:
    """Take struck-out words out of the cells, and name them and the phonetic guides."""
    for row, column, index in scan.shared:
        if _is_inside(grid, row, column):
            _apply(grid, row, column, rich[index])
    for row, column, one in scan.inline:
        if _is_inside(grid, row, column):
            _apply(grid, row, column, one)
    for row, column in scan.struck:
        if _is_inside(grid, row, column) and grid.rows[row][column]:
            text, grid.rows[row][column] = grid.rows[row][column], ""
            grid.kinds.pop(f"{row},{column}", None)
            grid.notes.append([row, column, f"整格带删除线，未读取：“{text}”"])


def _apply(grid: Grid, row: int, column: int, rich: Rich) -> None:
    if rich.struck:
        grid.rows[row][column] = clean_cell(rich.text)
        grid.notes.append([row, column, f"带删除线的文字未读取：“{rich.struck.strip()}”"])
    if rich.guide:
        grid.notes.append([row, column, f"注音“{rich.guide.strip()}”未读取，只读取文字本身"])
    if rich.raised:
        grid.notes.append([row, column, f"上标或下标“{rich.raised.strip()}”按普通文字读入"])


def _tell_formulas(grid: Grid, scan: SheetScan) -> None:
    for (row, column), has_value in scan.formulas.items():
        if not _is_inside(grid, row, column):
            continue
        if has_value:
            grid.notes.append([row, column, "单元格是公式，按文件中保存的计算结果读入"])
        else:
            grid.kinds[f"{row},{column}"] = FORMULA
    for row, column in scan.errors:
        if _is_inside(grid, row, column):
            grid.kinds[f"{row},{column}"] = ERROR


def _clear_merged(grid: Grid) -> None:
    """Take out what stands under a merged cell: nobody sees it, so it is named, not read."""
    width = len(grid.rows[0]) if grid.rows else 0
    left_over = len(grid.rows) * width  # ranges of a real sheet never lie on one another
    for top, left, bottom, right in grid.merges:
        last, end = min(bottom + 1, len(grid.rows)), min(right + 1, width)
        left_over -= max(0, last - top) * max(0, end - left)
        if left_over < 0:
            raise Unreadable(
                f"工作表“{grid.name}”的合并单元格互相重叠，未读取。请取消合并后再上传。"
            )
        for row in range(top, last):
            cells = grid.rows[row]
            for column in range(left, end):
                if cells[column] and (row, column) != (top, left):
                    text = f"被合并单元格遮住的文字未读取：“{cells[column]}”"
                    grid.notes.append([row, column, text])
                    cells[column] = ""
                    grid.kinds.pop(f"{row},{column}", None)


def _is_inside(grid: Grid, row: int, column: int) -> bool:
    return row < len(grid.rows) and column < len(grid.rows[row])


# The package --------------------------------------------------------------------


def _scans(archive: zipfile.ZipFile, rich: dict[int, Rich]) -> dict[str, SheetScan]:
    """Return what each sheet's own XML tells, by the sheet's title."""
    formats = read_formats(archive, "xl/styles.xml")
    names = {name.lstrip("/").lower(): name for name in archive.namelist()}
    scans = {}
    for path, title in _sheet_paths(archive).items():
        scan = scans[title] = SheetScan(title, formats, rich)
        if path.lower() in names:
            scan.read(archive.read(names[path.lower()]))
    return scans


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
        path = target if target.startswith("/") else f"/xl/{target}"
        paths[posixpath.normpath(path).lstrip("/")] = title
    return paths


def _asides(archive: zipfile.ZipFile) -> list[str]:
    """Say what else of words the package holds that stands in no cell."""
    found: dict[str, int] = defaultdict(int)
    for name in archive.namelist():
        if name.startswith(("xl/comments", "xl/threadedComments/")):
            found["单元格批注未读取"] += 1
        elif name.startswith("xl/drawings/drawing") and b":t>" in archive.read(name):
            found["文本框或图形中的文字未读取"] += 1
        elif name.startswith(("xl/charts/chart", "xl/media/")):
            found["图表、图片未读取"] += 1
    return list(found)
