"""The office's name where it stands alone: beside the date under the masthead, and as signature.

A name that does not fit is broken between words; the date never breaks. Sizes are in pt.
"""

from dataclasses import dataclass

from reports.document import fonts
from reports.document.annex import words_of
from reports.document.content import CircularContent
from reports.document.lines import Measure, printable
from reports.document.names import NameBreaker
from reports.document.setting import BODY_SIZE, TEXT_WIDTH, width_of

# Under the masthead a name of two lines is set smaller, so that the red rule stays where it is.
SMALL_SIZE = 14.0
# The paper's own name in red, pt; and what stands between two characters, em.
RED_SIZE, RED_SPACING, RED_TIGHTEST = 64.0, 0.3, 0.04
_MARGIN, _GAP = BODY_SIZE, BODY_SIZE  # beside name and date, and between them


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A line of the signature, and how far it ends from the right of the text area."""

    text: str
    right: float


@dataclass(frozen=True, slots=True)
class RedName:
    """How the paper's own name is set: red, large, in one line however long it is."""

    size: float
    spacing: float  # pt after each character


def red_name_of(content: CircularContent) -> RedName:
    """Return the size and spacing in which the paper's name fits [7.2.4: the size is free]."""
    name = printable(content.masthead)
    gaps, wide = max(len(name) - 1, 1), width_of(name, "title", 1.0)
    spacing = min(RED_SPACING, max(RED_TIGHTEST, (TEXT_WIDTH / RED_SIZE - wide) / gaps))
    size = min(RED_SIZE, TEXT_WIDTH / (wide + spacing * gaps))
    return RedName(round(size, 2), round(spacing * size, 2))


@dataclass(frozen=True, slots=True)
class Masthead:
    """The name's lines under the masthead; the date stands beside the last."""

    lines: list[str]
    size: float


def masthead_of(content: CircularContent, spare: float = 0.0) -> Masthead:
    """Return the name as it stands beside the date, in one line where it fits.

    `spare` are pt that stay free besides, for programs that set the line wider.
    """
    line = TEXT_WIDTH - 2 * _MARGIN - _GAP - spare
    room = line - width_of(content.date_text, "fang", BODY_SIZE)
    if width_of(printable(content.issuer), "fang", BODY_SIZE) <= room:
        return Masthead([printable(content.issuer)], BODY_SIZE)
    room = line - width_of(content.date_text, "fang", SMALL_SIZE)
    return Masthead(_broken(content, room, SMALL_SIZE), SMALL_SIZE)


def printer_lines(content: CircularContent) -> list[str]:
    """Return the printing office's name in the distribution block, beside a date kept whole."""
    day = width_of(f"{content.date_text}印发", "fang", SMALL_SIZE)
    return _broken(content, TEXT_WIDTH - 3 * SMALL_SIZE - day, SMALL_SIZE, content.printer)


def signature_of(content: CircularContent) -> list[SignatureLine]:
    """Return the name's lines and the date's [7.3.5].

    With a seal the date stands four characters in and the name is centred over it; without
    one the name stands two in and the date begins two right of the name.
    """
    room = TEXT_WIDTH - (0 if content.is_sealed else 2 * BODY_SIZE)
    lines = _broken(content, room, BODY_SIZE)
    widths = [width_of(line, "fang", BODY_SIZE) for line in lines]
    name, day = max(widths), width_of(content.date_text, "fang", BODY_SIZE)
    if content.is_sealed:
        date_right = 4 * BODY_SIZE
        name_right = date_right + (day - name) / 2
        if name_right < 0:  # a long name keeps to the text area, and the date to its middle
            date_right, name_right = (name - day) / 2, 0.0
    else:
        name_right = 2 * BODY_SIZE
        date_right = name_right + name - 2 * BODY_SIZE - day
        if date_right < 2 * BODY_SIZE:  # a short name: the date is the longer line
            date_right = 2 * BODY_SIZE
            name_right = date_right + day + 2 * BODY_SIZE - name
    rights = [name_right + (name - width) / 2 for width in widths]
    return [
        SignatureLine(text, round(right, 2))
        for text, right in zip([*lines, content.date_text], [*rights, date_right], strict=True)
    ]


def _broken(
    content: CircularContent, room: float, size: float, office: str | None = None
) -> list[str]:
    """Return an office's name, the issuer's where none is given, in lines that have room."""
    name = printable(content.issuer if office is None else office)
    if width_of(name, "fang", size) <= room:
        return [name]
    texts = [content.title, *content.paragraphs]
    texts += [word for annex in content.annexes for word in words_of(annex)]
    lines = NameBreaker(texts).lines(name, Measure(room, size, fonts.advances("fang")))
    if len(lines) > 1:
        return lines
    # No place between words: at the last character that fits.
    broken, line = [], ""
    for character in name:
        if line and width_of(line + character, "fang", size) > room:
            broken.append(line)
            line = ""
        line += character
    return [*broken, line]
