"""Breaking Chinese text into lines that fill their measure.

Lines are broken here, before layout, for three reasons: a page can then be planned
exactly, characters can be spread between Chinese characters (CSS engines for print
stretch blanks only), and the rules for line starts and ends (行首行尾禁则,
GB/T 15834-2011 5.1.10) hold whatever the engine.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

NOT_AT_START = frozenset("，。、；：！？）》」』】〕〉’”…—～·％‰℃％,.;:!?)]}%·-〗｝］")
NOT_AT_END = frozenset("（《「『【〔〈‘“([{〖｛［$￥¥")
_PAIRED = frozenset("—…")
_WORD = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,:/+%&@#_=-'\"")
# A line may be set this much tighter, in em a character, to take in what would else start the next;
# and this much where a paragraph's last line would else hold a character or two alone.
SHRINK, SHRINK_RUNT = 0.02, 0.036
RUNT = 2
# Beyond this many em a character a spread line looks worse than a short one.
STRETCH = 0.3


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is set."""

    text: str
    spacing: float  # pt added to every character's advance; negative sets tighter
    start: int  # index in the paragraph of the first character
    is_last: bool  # of its paragraph


@dataclass(frozen=True, slots=True)
class Measure:
    """The room that a paragraph is set into."""

    width: float  # pt
    size: float  # type size in pt
    advance: Callable[[str], float]  # em
    indent: float = 0.0  # of the first line, pt
    shrink: float = SHRINK
    spacing: float = 0.0  # of a line that is not filled, pt a character
    is_justified: bool = True


_LINE_ENDS = re.compile("[\v\f\x85\u2028\u2029]")


def printable(text: str) -> str:
    """Return the text without characters that have no printed form, tabs as blanks.

    Line feeds stay, and every other sign that ends a line becomes one: a soft break, as Word
    and web pages write it, is a line's end to its reader. Nothing visible is changed: published
    wording is evidence. Marks that turn the writing direction (Cf) go too: they could make a
    sentence read otherwise.
    """
    kept = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    return "".join(
        character
        for character in kept
        if character == "\n"
        or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )


def may_break(before: str, after: str) -> bool:
    """Tell whether a line may end between two neighbouring characters."""
    if after in NOT_AT_START or before in NOT_AT_END:
        return False
    if after == " " or unicodedata.category(after) in {"Mn", "Me", "Cf"}:
        return False
    if before in _WORD and after in _WORD:
        return False
    return not (before == after and before in _PAIRED)


def break_paragraph(text: str, measure: Measure) -> list[Line]:
    """Return the lines of one paragraph (no LF in it); an empty text gives no line."""
    lines = _broken(text.strip(" "), measure)
    if len(lines) > 1 and len(lines[-1].text) <= RUNT and measure.is_justified:
        tighter = _broken(text.strip(" "), replace(measure, shrink=SHRINK_RUNT))
        if len(tighter) < len(lines):
            return tighter
    return lines


def _broken(text: str, measure: Measure) -> list[Line]:
    widths = [measure.advance(character) * measure.size for character in text]
    ends = [0.0, *accumulate(widths)]
    lines: list[Line] = []
    start = 0
    while start < len(text):
        room = measure.width - (0.0 if start else measure.indent)
        stop = _line_end(text, ends, start, room, measure)
        lines.append(_fill(text, ends, start, stop, room, measure))
        start = stop
        while start < len(text) and text[start] == " ":
            start += 1
    return lines


def break_text(text: str, measure: Measure) -> list[Line]:
    """Return the lines of all paragraphs (divided by LF) of a text; blank paragraphs vanish."""
    return [line for part in text.split("\n") for line in break_paragraph(part, measure)]


def _line_end(text: str, ends: Sequence[float], start: int, room: float, measure: Measure) -> int:
    """Return the index after the line's last character."""
    fitting = tightest = start
    limit = start
    for stop in range(start + 1, len(text) + 1):
        natural = ends[stop] - ends[start]
        count = stop - start
        if natural - count * measure.shrink * measure.size > room + measure.size * 0.01:
            break
        limit = stop
        if stop == len(text) or may_break(text[stop - 1], text[stop]):
            tightest = stop
            if natural <= room:
                fitting = stop
    if tightest == start:
        # One word longer than the line: cut it where the line ends rather than lose it.
        return max(limit, start + 1)
    if fitting in (start, tightest):
        return tightest
    tighter = (ends[tightest] - ends[start] - room) / (tightest - start)
    looser = (room - (ends[fitting] - ends[start])) / (fitting - start)
    return tightest if tighter <= looser else fitting


def _fill(
    text: str,
    ends: Sequence[float],
    start: int,
    stop: int,
    room: float,
    measure: Measure,
) -> Line:
    """Return the line with the spacing that makes it as wide as its room."""
    is_last = stop >= len(text.rstrip(" "))
    body = text[start:stop].rstrip(" ")
    natural = ends[start + len(body)] - ends[start]
    gap = (room - natural) / max(len(body), 1)
    if gap < measure.spacing:
        spacing = gap  # too wide even as it is: take it in, last line or not
    elif is_last or not measure.is_justified or gap > STRETCH * measure.size:
        spacing = measure.spacing
    else:
        spacing = gap
    return Line(body, spacing, start, is_last)
