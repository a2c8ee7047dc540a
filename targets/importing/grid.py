"""One sheet or table as text: what every reader fills in and every comparison reads.

What a cell is beyond its text (a number, a date, struck-out words) is kept beside it, so
that nobody takes a guess for a text, and nothing is left out without a word.
"""

from dataclasses import dataclass, field
from typing import Any, Self

from openpyxl.utils import get_column_letter

ROW_LIMIT = 20_000
COLUMN_LIMIT = 64
CELL_LIMIT = 600_000
TEXT_LIMIT = 24_000_000  # characters of one file, a text that stands in many cells each time

FORMULA, ERROR, NUMBER, DATE, BOOLEAN = "公式", "错误值", "数字", "日期", "逻辑值"
PERCENT = "百分数"  # a number whose format says so; its text is what is seen: 85%

# Tabs as blanks, what ends a line as a line feed, the other control characters not at all.
_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), None) | {
    0x09: " ",
    0x0A: "\n",
    0x0B: "\n",
    0x0C: "\n",
    0x0D: "\n",
    0x85: "\n",
    0x2028: "\n",
    0x2029: "\n",
}


@dataclass(slots=True)
class Grid:
    """Rows and columns count from 0, as the file has them."""

    name: str
    rows: list[list[str]]
    # "row,column" -> FORMULA, ERROR, NUMBER, PERCENT, DATE or BOOLEAN, where a cell is no text.
    kinds: dict[str, str] = field(default_factory=dict)
    # [top, left, bottom, right] of each merged range.
    merges: list[list[int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    # [row, column, text]: what was left out of a cell, or read otherwise than it looks.
    notes: list[list[Any]] = field(default_factory=list)
    # [row, column, text]: what stands there and could not be read.
    unread: list[list[Any]] = field(default_factory=list)
    # A table of a Word document, which its pages may have divided.
    is_part: bool = False
    # Where the columns of such a table begin and end across the page; [] where not known.
    edges: list[int] = field(default_factory=list)
    # A sheet that is hidden in the file: read only where this site wrote it itself.
    is_hidden: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return plain values, each text of more than a few characters once."""
        numbers: dict[str, int] = {}
        rows = [
            [cell if len(cell) < 16 else numbers.setdefault(cell, len(numbers)) for cell in row]
            for row in self.rows
        ]
        value = {name: getattr(self, name) for name in self.__slots__}
        return {**value, "rows": rows, "texts": list(numbers)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        texts = value.pop("texts")
        value["rows"] = [
            [cell if isinstance(cell, str) else texts[cell] for cell in row]
            for row in value["rows"]
        ]
        return cls(**value)

    def kind(self, row: int, column: int) -> str:
        """Return what the cell is other than text; "" for text."""
        return self.kinds.get(f"{row},{column}", "")


def column_name(column: int) -> str:
    """Return a column as spreadsheets name it: 0 is A."""
    return get_column_letter(column + 1)


def clean_cell(text: str) -> str:
    """Return the text with line ends as LF and without control characters or outer blanks."""
    if not text.isprintable():
        text = text.replace("\r\n", "\n").translate(_CONTROLS)
    return text.strip()
