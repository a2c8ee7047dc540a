"""What a PDF really holds, read back: characters with place, size, face and colour; rules; text."""

import ctypes
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as raw

MM = 72 / 25.4


@dataclass(frozen=True)
class Mark:
    """One character; lengths in pt, y counted from the top of the page."""

    text: str
    x: float  # of the origin on the baseline
    y: float
    size: float
    face: str
    colour: tuple[int, int, int]
    left: float  # of the ink
    right: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Rule:
    """A painted path's bounds; y from the top."""

    left: float
    top: float
    right: float
    bottom: float
    colour: tuple[int, int, int]

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class Sheet:
    """One page, read."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    rules: tuple[Rule, ...]

    @property
    def text(self) -> str:
        return "".join(mark.text for mark in self.marks)

    def lines(self) -> list[list[Mark]]:
        """Return the horizontal lines from top to bottom, each from left to right."""
        rows: dict[int, list[Mark]] = {}
        for mark in self.marks:
            rows.setdefault(round(mark.y), []).append(mark)
        return [sorted(rows[y], key=lambda mark: mark.x) for y in sorted(rows)]

    def line(self, text: str) -> list[Mark]:
        """Return the marks of a text that stands in one line."""
        at = self.text.index(text)
        return list(self.marks[at : at + len(text)])

    def between(self, left: float, right: float) -> str:
        """Return the text of a column, in reading order; page numbers are not part of it."""
        inside = [mark for mark in self.marks if left <= mark.x < right and mark.size != 14]
        return "".join(mark.text for mark in inside)


@contextmanager
def opened(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(data)
    try:
        yield document
    finally:
        document.close()


def read_pdf(data: bytes) -> list[Sheet]:
    """Read every page; blanks and line ends that the library makes up are left out."""
    with opened(data) as document:
        return [_read_page(document[index]) for index in range(len(document))]


def metadata(data: bytes) -> dict[str, str]:
    with opened(data) as document:
        return document.get_metadata_dict()


def bookmarks(data: bytes) -> list[tuple[int, str]]:
    with opened(data) as document:
        return [(mark.level, mark.get_title()) for mark in document.get_toc()]


def inflated(data: bytes) -> bytes:
    """Return the file with its compressed streams unpacked, to search for names in it."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", data, re.DOTALL)
    plain = [data]
    for stream in streams:
        with suppress(zlib.error):
            plain.append(zlib.decompress(stream))
    return b"\n".join(plain)


def _read_page(page: pypdfium2.PdfPage) -> Sheet:
    width, height = page.get_size()
    text = page.get_textpage()
    marks = [
        mark
        for index in range(text.count_chars())
        if (mark := _mark(text.raw, index, height)) is not None
    ]
    rules = [
        _rule(each, height) for each in page.get_objects() if each.type == raw.FPDF_PAGEOBJ_PATH
    ]
    text.close()
    page.close()
    return Sheet(width, height, tuple(marks), tuple(rules))


def _mark(text: object, index: int, height: float) -> Mark | None:
    character = chr(raw.FPDFText_GetUnicode(text, index))
    if character in "\r\n \x02" or raw.FPDFText_IsGenerated(text, index):
        return None
    x, y, left, right, bottom, top = (ctypes.c_double() for _ in range(6))
    raw.FPDFText_GetCharOrigin(text, index, x, y)
    raw.FPDFText_GetCharBox(text, index, left, right, bottom, top)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    raw.FPDFText_GetFillColor(text, index, red, green, blue, alpha)
    name = ctypes.create_string_buffer(200)
    raw.FPDFText_GetFontInfo(text, index, name, 200, ctypes.c_int())
    return Mark(
        character,
        x.value,
        height - y.value,
        _size(text, index),
        name.value.decode().split("+")[-1],
        (red.value, green.value, blue.value),
        left.value,
        right.value,
        height - top.value,
        height - bottom.value,
    )


def _size(text: object, index: int) -> float:
    """Return the size as it appears: WeasyPrint draws with a unit font and a matrix."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text, index, matrix)
    scale = (matrix.a**2 + matrix.b**2) ** 0.5
    return round(raw.FPDFText_GetFontSize(text, index) * scale, 2)


def _rule(each: pypdfium2.PdfObject, height: float) -> Rule:
    left, bottom, right, top = each.get_bounds()
    stroked = ctypes.c_int()
    mode = ctypes.c_int()
    raw.FPDFPath_GetDrawMode(each.raw, mode, stroked)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    read = raw.FPDFPageObj_GetStrokeColor if stroked.value else raw.FPDFPageObj_GetFillColor
    read(each.raw, red, green, blue, alpha)
    return Rule(left, height - top, right, height - bottom, (red.value, green.value, blue.value))
