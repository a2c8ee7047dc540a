"""Text that goes into spreadsheets: it stays text, whatever it begins with."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice

# A cell so begun is a formula, a command or a link between programs to some spreadsheet; one
# set up for full-width typing takes the full-width signs too.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_TOGETHER = 200  # rows that are written at once

Value = int | Decimal | str | None


def looks_like_formula(text: str) -> bool:
    """Tell whether a spreadsheet might take the text for more than a text."""
    return text.startswith(_FORMULA_STARTS)


def number_text(value: int | Decimal) -> str:
    """Return a number as a cell holds it: without exponent, whatever the decimal's own is."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def csv_cell(value: Value) -> str:
    """Return the value as a CSV cell that no spreadsheet takes for a formula; None is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return number_text(value)
    return f"'{value}" if looks_like_formula(value) else value


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """Yield rows as CSV, many at a time: UTF-8 with a byte-order mark, for Excel's sake; CRLF.

    No cell is a formula; a head may be a word of the office's too: the name of a status.
    """
    encoding = "utf-8-sig"
    waiting = chain((heads,), rows)
    while batch := list(islice(waiting, _TOGETHER)):
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerows([csv_cell(value) for value in row] for row in batch)
        yield buffer.getvalue().encode(encoding)
        encoding = "utf-8"


def csv_bytes(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return rows as CSV, as `csv_lines` writes them."""
    return b"".join(csv_lines(heads, rows))
