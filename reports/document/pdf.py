"""HTML to PDF. Only this module and `engine` import WeasyPrint; of what is private, see `_Page`.

Documents are HTML that is well-formed XML too: every element closed, in lower case.
Nothing is fetched while a document is made but the installed typefaces: nothing from the
network, no other file of this machine.
The same HTML and CSS give the same bytes: no clock, no random identifier.
"""

import gc
import hashlib
import logging
import re
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from xml.etree import ElementTree

from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from reports.document import engine, fonts

logger = logging.getLogger(__name__)
engine.quicken()
engine.level_lines()
# Pango's font map is shared by all documents of a process and is not safe across threads.
_lock = threading.Lock()


class Variant(StrEnum):
    """The forms in which the PDF is given out."""

    PRINT = "print"
    ARCHIVE = "archive"  # PDF/A-2u: keeps for decades
    WEB = "web"  # PDF/UA-1: tagged, for screen readers


_OPTIONS: dict[Variant, dict[str, object]] = {
    Variant.PRINT: {},
    Variant.ARCHIVE: {"pdf_variant": "pdf/a-2u"},
    Variant.WEB: {"pdf_variant": "pdf/ua-1", "pdf_tags": True},
}


class ForbiddenURLError(ValueError):
    """A document asked for a file or an address."""


class _FontFetcher(URLFetcher):  # type: ignore[misc]  # the engine ships no types
    """Opens the faces in use and refuses every other address: documents are complete."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url not in fonts.font_files().values():
            logger.warning("refused an address in a document: %s", url[:200])
            raise ForbiddenURLError(f"documents fetch nothing, refused: {url[:200]}")
        return super().fetch(url, headers)


# What XML cannot hold; no typeface has it either.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Page(HTML):  # type: ignore[misc]
    """A document read by the XML parser, and without the engine's own stylesheet.

    The HTML parser, in Python throughout, would take a twentieth of the time. Our stylesheet
    says all that is needed, and a rule that matches nothing still costs a tenth. The
    overridden method is WeasyPrint's own; where a later version knows it no more, documents
    look the same and take a little longer.
    """

    wrapper_element: Any

    def __init__(self, html: str) -> None:
        super().__init__(string="", url_fetcher=_FontFetcher())
        # Our own templates made it: it declares no entities.
        root = ElementTree.fromstring(_NOT_XML.sub(" ", html))  # noqa: S314
        self.wrapper_element = self.wrapper_element.from_html_root(root)
        self.etree_element = root

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return []


@cache
def _fonts() -> FontConfiguration:
    """Return the process's one font configuration; building it lists every installed font."""
    return FontConfiguration()


@cache
def _stylesheet(css: str) -> CSS:
    # Without the font configuration a fallback would be chosen silently.
    return CSS(string=css, font_config=_fonts(), url_fetcher=_FontFetcher())


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the collector from walking what only grows, rows and boxes: a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


# Level 9, the writer's own, takes a tenth of the whole time for less than a hundredth of the size.
_COMPRESSION = 5


def _compress(pdf: Any) -> None:
    """Compress the streams before they are written, more cheaply than the writer would.

    The metadata stay plain: an archive is to find them without taking the file apart.
    """
    for stream in pdf.objects:
        if getattr(stream, "compress", False):
            stream.compress = False
            if stream.extra.get("Type") == "/Metadata":
                continue
            plain = stream.data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
            packed = zlib.compress(plain, _COMPRESSION)
            if packed.endswith(b"\r"):
                # It would be read as half of the line's end that follows, and missed: a blank
                # line more ends the checksum, and so the stream, in another byte.
                packed = zlib.compress(plain + b"\n", _COMPRESSION)
            stream.stream = [packed]
            stream.extra["Filter"] = "/FlateDecode"


def _scope_heads(pdf: Any) -> None:
    """Let each table head rule its column, instead of a list of heads in each cell.

    WeasyPrint 70 makes those lists without counting the cells that reach down from a row
    above: beside a goal's merged cells a standard would be read out as a number.
    """
    for element in pdf.objects:
        kind = element.get("S") if isinstance(element, dict) else None
        if kind == "/TH":
            element["A"]["Scope"] = "/Column"
        elif kind == "/TD":
            element["A"].pop("Headers", None)


def _finish(document: Document, pdf: Any) -> None:
    """Mend what the writer (pydyf.PDF) holds before it is written; WeasyPrint's finisher."""
    _scope_heads(pdf)
    _compress(pdf)


def _laid_out(html: str, css: str, variant: Variant = Variant.PRINT) -> Document:
    return _Page(html).render(
        font_config=_fonts(), stylesheets=[_stylesheet(css)], **_OPTIONS[variant]
    )


def render_pdf(html: str, css: str, variant: Variant = Variant.PRINT) -> bytes:
    """Return the PDF of a complete HTML document.

    `css` should be one of few texts: its parsed form is kept for the life of the process.
    """
    identifier = hashlib.sha256(f"{variant}\0{css}\0{html}".encode()).digest()[:16]
    with _lock, collector_paused(), warnings.catch_warnings():
        # WeasyPrint leaves the colour profile's file for the interpreter to close.
        warnings.simplefilter("ignore", ResourceWarning)
        document = _laid_out(html, css, variant)
        return document.write_pdf(pdf_identifier=identifier, finisher=_finish, **_OPTIONS[variant])


@lru_cache(maxsize=64)
def count_pages(html: str, css: str) -> int:
    """Return how many pages a complete HTML document takes, without painting it."""
    with _lock, collector_paused():
        return len(_laid_out(html, css).pages)
