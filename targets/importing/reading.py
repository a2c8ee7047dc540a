"""Read a workbook or a Word document into grids of text; the one way into a file."""

import io
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

from targets.importing.child import run_limited
from targets.importing.grid import TEXT_LIMIT, Grid
from targets.importing.guard import DOCX, Unreadable, recognise
from targets.importing.sheets import refuse_doctype
from targets.importing.word import read_document
from targets.importing.workbook import read_workbook


def read_grids(data: bytes) -> list[Grid]:
    """Return the visible sheets of a workbook, or the tables of a Word document.

    After them come the hidden sheets, of which only one that this site wrote has rows.

    Raises Unreadable with a message for the person where the file is none, is unsafe,
    or would take too long or too much memory.
    """
    reader = _read_docx if recognise(data) == DOCX else _read_xlsx
    return [Grid.from_json(each) for each in run_limited(reader, data)]


def _read_docx(data: bytes) -> list[dict[str, Any]]:
    return _told(data, read_document)


def _read_xlsx(data: bytes) -> list[dict[str, Any]]:
    return _told(data, read_workbook)


def _told(data: bytes, reader: Callable[[bytes], list[Grid]]) -> list[dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _refuse_entities(archive)
    grids = reader(data)
    characters = sum(len(cell) for grid in grids for row in grid.rows for cell in row)
    if characters > TEXT_LIMIT:
        raise Unreadable(
            f"文件中的文字有{characters // 10_000}万字，超过{TEXT_LIMIT // 10_000}万字，未读取。"
            "请把需要导入的表格复制到新的文件后再上传。"
        )
    return [grid.as_json() for grid in grids]


class _PrologRead(Exception):
    """The first element was reached: no document type can follow."""


def _stop_at_element(*_details: object) -> None:
    raise _PrologRead


def _refuse_entities(archive: zipfile.ZipFile) -> None:
    """Refuse a package any of whose XML parts declares a document type."""
    for member in archive.infolist():
        if PurePosixPath(member.filename).suffix.lower() not in (".xml", ".rels"):
            continue
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = refuse_doctype
        parser.StartElementHandler = _stop_at_element
        try:
            with archive.open(member) as source:
                parser.ParseFile(source)
        except _PrologRead:
            continue
