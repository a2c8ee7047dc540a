"""A Word document -> grids of the text that a person sees, and what of it was not read.

`tables` lays out rows and cells, `text` reads what stands in one, `styles` says what is
hidden or struck out, `numbering` prints automatic numbers, `symbols` knows the symbol
fonts. Every element with text in it ends in a cell, in a note or in `unread`.
"""

from targets.importing.word.tables import read_document

__all__ = ["read_document"]
