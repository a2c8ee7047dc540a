"""What a sheet's own XML tells beside its values: bounds, merges, formulas, what is hidden."""

import re
from collections.abc import Callable, Container
from xml.parsers import expat

from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from targets.importing.formats import PLAIN, Formats
from targets.importing.grid import CELL_LIMIT, COLUMN_LIMIT, ROW_LIMIT
from targets.importing.guard import Unreadable
from targets.importing.strings import TELLING, Rich, StringReader

MERGE_LIMIT = 40_000

_FORMULA = re.compile(rb"[<:]f[\s/>]")


class SheetScan:
    """One pass over a sheet's XML that keeps no cell: bounds, merges, formulas, what is hidden.

    It stops at the limits, so that the reader proper is never given a sheet beyond them.
    """

    def __init__(
        self,
        title: str,
        formats: Formats = PLAIN,
        numbers: Container[int] = (),
    ) -> None:
        """`numbers` are those of the shared strings that the cells are to be asked for."""
        self.title = title
        self.last_row = self.last_column = 0  # of cells that hold anything; counted from 1
        self.merges: list[list[int]] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        # (row, column) of a formula -> whether the file keeps what it came to.
        self.formulas: dict[tuple[int, int], bool] = {}
        self.errors: list[tuple[int, int]] = []
        self.struck: list[tuple[int, int]] = []  # cells whose whole font is struck out
        self.shared: list[tuple[int, int, int]] = []  # row, column, number of the string
        self.inline: list[tuple[int, int, Rich]] = []  # strings that are more than plain
        self.percents: list[tuple[int, int]] = []  # cells whose number is shown as per cent
        self._formats, self._numbers = formats, numbers
        self._row = self._column = 0
        self._row_total = self._cell_total = 0
        self._type = ""
        self._value: list[str] | None = None
        self._string: StringReader | None = None
        self._handlers = {
            "row": self._see_row,
            "c": self._see_cell,
            "v": self._see_value,
            "is": self._see_inline,
            "f": self._see_formula,
            "col": self._see_column,
            "mergeCell": self._see_merge,
        }
        # Element's name with its namespace -> handler or None, as met.
        self._known: dict[str, Callable[[dict[str, str]], None] | None] = {}

    def read(self, data: bytes) -> None:
        """Go through a sheet's part once."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartElementHandler = self._see
        if self._numbers or any(each in data for each in TELLING) or _FORMULA.search(data):
            # Characters are listened to only where there may be something to tell.
            parser.EndElementHandler = self._end
            parser.CharacterDataHandler = self._say
            parser.buffer_text = True
        parser.StartDoctypeDeclHandler = refuse_doctype
        parser.Parse(data, True)

    def _see(self, name: str, attributes: dict[str, str]) -> None:
        if name not in self._known:
            self._known[name] = self._handlers.get(name.rpartition("}")[2])
        handler = self._known[name]
        if handler:
            handler(attributes)
        elif self._string is not None:
            self._string.open(name.rpartition("}")[2], attributes)

    def _end(self, name: str) -> None:
        tag = name.rpartition("}")[2]
        if tag == "v" and self._value is not None:
            text, self._value = "".join(self._value).strip(), None
            place = (self._row - 1, self._column - 1)
            # A library leaves an empty element where it computed nothing; "" is a text's result.
            if place in self.formulas and (text or self._type == "str"):
                self.formulas[place] = True
            number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
            if self._type == "s" and number in self._numbers:
                self.shared.append((self._row - 1, self._column - 1, number))
        elif self._string is not None and tag == "is":
            one, self._string = self._string.end(), None
            if not one.is_plain:
                self.inline.append((self._row - 1, self._column - 1, one))
        elif self._string is not None:
            self._string.close(tag)

    def _say(self, text: str) -> None:
        if self._string is not None:
            self._string.say(text)
        elif self._value is not None:
            self._value.append(text)

    def _see_row(self, attributes: dict[str, str]) -> None:
        self._row_total += 1
        if self._row_total > ROW_LIMIT:
            raise Unreadable(
                f"工作表“{self.title}”超过{ROW_LIMIT}行（空行也计算在内），未读取。"
                "请选中表格下方的全部空行删除后保存，再上传。"
            )
        self._row = int(attributes.get("r", self._row + 1))
        self._column = 0
        if _is_hidden(attributes, "ht"):
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
        self._type = attributes.get("t", "")
        if self._type == "e":
            self.errors.append((self._row - 1, self._column - 1))
        if attributes.get("s") in self._formats.struck:
            self.struck.append((self._row - 1, self._column - 1))
        if attributes.get("s") in self._formats.percent:
            self.percents.append((self._row - 1, self._column - 1))

    def _see_value(self, _attributes: dict[str, str]) -> None:
        self._see_content()
        self._value = []

    def _see_inline(self, _attributes: dict[str, str]) -> None:
        self._see_content()
        self._string = StringReader()
        self._string.begin()

    def _see_content(self) -> None:
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

    def _see_formula(self, _attributes: dict[str, str]) -> None:
        self._see_content()
        self.formulas[self._row - 1, self._column - 1] = False

    def _see_column(self, attributes: dict[str, str]) -> None:
        if _is_hidden(attributes, "width"):
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


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    """Tell whether a row or column is hidden, or has no height or width."""
    return attributes.get("hidden") in ("1", "true") or attributes.get(size) in ("0", "0.0")


def refuse_doctype(*_details: object) -> None:
    raise Unreadable(
        "文件中含有XML实体定义，可能是恶意文件，不予读取。请用Excel或WPS新建工作簿，粘贴数值后再上传。"
    )
