"""The pages of a PDF as pictures: what a browser shows beside a form, or where it shows no PDF."""

import io
import math

import pypdfium2

_SCALE = 110 / 72  # dots an inch; the text of an annex is readable at a screen's width
_COLOURS = 32  # ink, red, white and what lies between: a quarter of the bytes of full colour


def page_sizes(pdf: bytes) -> list[tuple[int, int]]:
    """Return every page's width and height as its picture will have them, in dots."""
    with pypdfium2.PdfDocument(pdf) as document:
        sizes = (document.get_page_size(number) for number in range(len(document)))
        return [(math.ceil(width * _SCALE), math.ceil(height * _SCALE)) for width, height in sizes]


def page_picture(pdf: bytes, number: int) -> bytes:
    """Return one page, counted from 1, as PNG; IndexError where the PDF has no such page."""
    with pypdfium2.PdfDocument(pdf) as document:
        if not 1 <= number <= len(document):
            raise IndexError(number)
        picture = document[number - 1].render(scale=_SCALE).to_pil().quantize(_COLOURS)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
