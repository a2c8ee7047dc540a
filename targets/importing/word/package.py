"""The parts of a Word document as trees, and their elements under one short name.

Strict and transitional Open XML differ in their namespaces only: both are `w:t` here.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://purl.oclc.org/ooxml/drawingml/chart": "c",
    "http://schemas.openxmlformats.org/drawingml/2006/diagram": "dgm",
    "http://purl.oclc.org/ooxml/drawingml/diagram": "dgm",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
}
_DOCUMENT = "/officeDocument"
_WANTED = ("styles", "numbering", "footnotes", "endnotes", "comments")


def load(archive: zipfile.ZipFile) -> dict[str, etree._Element]:
    """Return the main part as "document" and the parts it names: styles, numbering, and so on."""
    names = {name.lstrip("/"): name for name in archive.namelist()}
    main = next(
        (
            target
            for kind, target in _relationships(archive, names, "")
            if kind.endswith(_DOCUMENT) and target in names
        ),
        "word/document.xml",
    )
    trees = {"document": _parse(archive, names[main])}
    for kind, target in _relationships(archive, names, main):
        name = kind.rpartition("/")[2]
        if name in _WANTED and target in names and name not in trees:
            trees[name] = _parse(archive, names[target])
    return trees


def _relationships(
    archive: zipfile.ZipFile, names: dict[str, str], part: str
) -> Iterator[tuple[str, str]]:
    """Yield (type, path in the package) of what a part, or the package itself, refers to."""
    folder, _, file = part.rpartition("/")
    path = f"{folder}/_rels/{file}.rels".lstrip("/")
    if path not in names:
        return
    for each in _parse(archive, names[path]):
        target = each.get("Target", "")
        if each.get("TargetMode") != "External":
            joined = target if target.startswith("/") else f"/{folder}/{target}"
            yield each.get("Type", ""), posixpath.normpath(joined).lstrip("/")


def _parse(archive: zipfile.ZipFile, name: str) -> etree._Element:
    # Document types were refused before; depth and size stay within the parser's own limits.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    with archive.open(name) as source:
        return etree.parse(source, parser).getroot()


@lru_cache(maxsize=4096)
def _short(tag: str) -> str:
    namespace, _, local = tag.rpartition("}")
    return f"{_PREFIXES.get(namespace[1:], '?')}:{local}"


def name_of(element: etree._Element) -> str:
    """Return an element's short name, "w:t"; "" for what is no element."""
    return _short(element.tag) if isinstance(element.tag, str) else ""


def value_of(element: etree._Element | None, attribute: str = "val") -> str | None:
    """Return an attribute of the element's own namespace, or None."""
    if element is None:
        return None
    namespace = element.tag.rpartition("}")[0]
    return element.get(f"{namespace}}}{attribute}") or element.get(attribute)


def child_of(element: etree._Element | None, *names: str) -> etree._Element | None:
    """Return the first child on the way down the names, or None."""
    for name in names:
        if element is None:
            return None
        element = next((each for each in element if name_of(each) == name), None)
    return element


def is_on(element: etree._Element | None) -> bool | None:
    """Return what a switch says (present and not off), or None where there is none."""
    if element is None:
        return None
    return value_of(element) not in ("0", "false", "off")


def whole(text: str | None, default: int = 0) -> int:
    """Return a small whole number, or the default where the text is none."""
    text = (text or "").strip()
    if text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal() and len(text) < 9:
        return int(text)
    return default


def words_in(element: etree._Element) -> str:
    """Return all text below an element, for messages: it is named, not read."""
    return " ".join("".join(element.itertext()).split())
