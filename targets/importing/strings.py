"""Strings of a workbook that hold more than plain text: struck-out words, phonetic guides.

Most workbooks have none, and then nothing is gone through twice.
"""

import zipfile
from dataclasses import dataclass
from xml.parsers import expat

TELLING = (b"strike", b"rPh", b"vertAlign")


@dataclass(frozen=True, slots=True)
class Rich:
    """A string without its struck-out words; those, guides and raised characters apart."""

    text: str
    struck: str
    guide: str
    raised: str

    @property
    def is_plain(self) -> bool:
        return not (self.struck or self.guide or self.raised)


class StringReader:
    """Puts one string together from its runs; fed by a parser's events."""

    def __init__(self) -> None:
        self._parts: dict[str, list[str]] = {}
        self._is_struck = self._is_guide = self._is_raised = self._is_text = False

    def begin(self) -> None:
        """Forget the last string."""
        self._parts = {"text": [], "struck": [], "guide": [], "raised": []}
        self._is_struck = self._is_guide = self._is_raised = self._is_text = False

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        """See an element within a string begin."""
        if tag == "r":
            self._is_struck = self._is_raised = False
        elif tag == "strike":
            self._is_struck = attributes.get("val") not in ("0", "false")
        elif tag == "vertAlign":
            self._is_raised = attributes.get("val") in ("superscript", "subscript")
        elif tag == "rPh":
            self._is_guide = True
        elif tag == "t":
            self._is_text = True

    def close(self, tag: str) -> None:
        """See an element within a string end."""
        if tag == "rPh":
            self._is_guide = False
        elif tag == "t":
            self._is_text = False
        elif tag == "r":
            self._is_struck = self._is_raised = False

    def say(self, text: str) -> None:
        """Take characters."""
        if not self._is_text:
            return
        if self._is_guide:
            self._parts["guide"].append(text)
        elif self._is_struck:
            self._parts["struck"].append(text)
        else:
            self._parts["text"].append(text)
            if self._is_raised:
                self._parts["raised"].append(text)

    def end(self) -> Rich:
        """Return the string."""
        return Rich(**{name: "".join(parts) for name, parts in self._parts.items()})


def read_shared(archive: zipfile.ZipFile, path: str) -> dict[int, Rich]:
    """Return, by number, the shared strings that hold more than plain text."""
    name = next((each for each in archive.namelist() if each.lower() == path.lower()), "")
    if not name:
        return {}
    data = archive.read(name)
    if not any(each in data for each in TELLING):
        return {}
    found: dict[int, Rich] = {}
    reader = StringReader()
    number = -1

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal number
        tag = name.rpartition("}")[2]
        if tag == "si":
            number += 1
            reader.begin()
        elif number >= 0:
            reader.open(tag, attributes)

    def end(name: str) -> None:
        tag = name.rpartition("}")[2]
        if tag != "si":
            reader.close(tag)
        elif not (one := reader.end()).is_plain:
            found[number] = one

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = reader.say
    parser.buffer_text = True
    reader.begin()
    parser.Parse(data, True)
    return found
