"""What a workbook's stylesheet says of its cells: struck out, or shown as per cent.

Cells name their format by its place in the list `cellXfs`.
"""

import zipfile
from dataclasses import dataclass
from xml.parsers import expat

# Excel's own limit (its "specifications and limits": unique cell formats); no cell of a file
# that a person made points beyond it.
MOST_FORMATS = 65_490
_PER_CENT = frozenset({"9", "10"})  # built in: 0% and 0.00%


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of one kind, as cells name them."""

    struck: frozenset[str] = frozenset()  # whose font is struck out
    percent: frozenset[str] = frozenset()  # that show 0.85 as 85%


PLAIN = Formats()  # of a workbook that says nothing of its cells


class _Reader:
    """Gathers fonts, number formats and cell formats from a parser's events."""

    def __init__(self) -> None:
        self.struck: list[bool] = []  # by font
        self.percent = set(_PER_CENT)  # number formats
        self.cells: list[tuple[str, str]] = []  # number format and font, by cell format
        self._within: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition("}")[2]
        above = self._within[-1] if self._within else ""
        self._within.append(tag)
        if tag == "font" and above == "fonts":
            self.struck.append(False)
        elif tag == "strike" and above == "font" and self.struck:
            self.struck[-1] = attributes.get("val") not in ("0", "false")
        elif tag == "numFmt" and "%" in attributes.get("formatCode", ""):
            self.percent.add(attributes.get("numFmtId", ""))
        elif tag == "xf" and above == "cellXfs":
            self.cells.append((attributes.get("numFmtId", "0"), attributes.get("fontId", "0")))

    def end(self, _name: str) -> None:
        self._within.pop()

    def is_struck(self, font: str) -> bool:
        number = int(font) if font.isascii() and font.isdecimal() and len(font) < 8 else 0
        return number < len(self.struck) and self.struck[number]


def read_formats(archive: zipfile.ZipFile, path: str) -> Formats:
    """Read the stylesheet at `path`; a broken one costs only what it would have told."""
    name = next((each for each in archive.namelist() if each.lower() == path.lower()), "")
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator="}")

    def start(name: str, attributes: dict[str, str]) -> None:
        reader.start(name, attributes)
        if len(reader.cells) == MOST_FORMATS:
            parser.StartElementHandler = parser.EndElementHandler = None

    parser.StartElementHandler, parser.EndElementHandler = start, reader.end
    try:
        parser.Parse(archive.read(name) if name else b"", True)
    except expat.ExpatError:
        return PLAIN
    cells = [(str(number), *cell) for number, cell in enumerate(reader.cells)]
    return Formats(
        frozenset(number for number, _shown, font in cells if reader.is_struck(font)),
        frozenset(number for number, shown, _font in cells if shown in reader.percent),
    )
