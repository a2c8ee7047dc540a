"""Cells that are merged down a column: what the rows below say by saying nothing."""

from collections.abc import Iterator

from targets.importing.layout import Table

# Texts of one item: of a cell merged down, the rows below have none of their own.
_OWN = ("standard", "progress", "problems", "next_steps")


def filled(
    table: Table, meanings: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str], set[str]]]:
    """Yield each body row's cells by meaning, merged cells filled down.

    The set names the meanings whose cell is merged with the row above: for a standard
    that means that the row goes on with the item above.
    """
    columns = {meaning: table.columns[meaning] for meaning in meanings if meaning in table.columns}
    anchors = _anchors(table, set(columns.values()))
    blank = dict.fromkeys(meanings, "")
    for row in table.body():
        raw = table.grid.rows[row]
        cells = blank.copy()
        continued = set()
        for meaning, column in columns.items():
            cells[meaning] = raw[column]
            if (row, column) in anchors:
                continued.add(meaning)
                if meaning not in _OWN:
                    cells[meaning] = table.grid.rows[anchors[row, column]][column]
        yield row, cells, continued


def _anchors(table: Table, columns: set[int]) -> dict[tuple[int, int], int]:
    """Return (row, column) -> row of the cell above that it is merged with."""
    anchors = {}
    last = len(table.grid.rows) - 1
    for top, left, bottom, _right in table.grid.merges:
        if left in columns and bottom > top:
            for row in range(top + 1, min(bottom, last) + 1):
                anchors[row, left] = top
    return anchors
