"""Breaking Chinese text into lines that fill their measure.

Lines are broken here, before layout, for three reasons: a page can then be planned
exactly, characters can be spread between Chinese characters (CSS engines for print
stretch blanks only), and the rules for line starts and ends (行首行尾禁则,
GB/T 15834-2011 5.1.10) hold whatever the engine.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

NOT_AT_START = frozenset(
    "，。、；：！？）》」』】〕〉’”…—～·％‰℃,.;:!?)]}%-–〗｝］．/／"
    "¹²³⁰⁴⁵⁶⁷⁸⁹ⁿ₀₁₂₃₄₅₆₇₈₉°′″㎡㎥㎞㎝㎜㎏㎎㏄"
)
NOT_AT_END = frozenset("（《「『【〔〈‘“([{〖｛［$￥¥/／")
_PAIRED = frozenset("—…")
_WORD = frozenset(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,:/+%&@#_=-'\"μµΩ"
)
# Signs that belong to the number after them: −87, ±5, ≥30. A long dash is none, as in 1—3月.
_SIGNS = frozenset("−－＋±≥≤≧≦＞＜≈")
# What no line divides: an item's number, 8（1）; a dash and the number after it, as in 1—3月
# and in a fall, 增长—91.2%.
_KEPT = re.compile(r"[0-9](?=[（(][0-9]{1,3}[）)])|[—～](?=[0-9])")
# Full-width marks whose other half is blank: the right one, and the left one.
_CLOSING = frozenset("，。、；：”’）》】〕〉」』")
_OPENING = frozenset("（《“‘【〔〈「『")
# Two neighbouring marks that share the blank between them: the first gives up its half.
_CLOSED_UP = re.compile(
    "[{closing}](?=[{closing}{opening}])|[{opening}](?=[{opening}])".format(
        closing="".join(sorted(_CLOSING)), opening="".join(sorted(_OPENING))
    )
)
_FULL = 0.9  # em; a narrower mark has no blank half
# pt that a character is moved by at most to fill a line; beyond it the eye sees a gap.
SPREAD = 0.5
RUNT = 2  # characters that do not stand alone in a paragraph's last line
_PLACES = 6  # places where a line may end that are compared
# What the search for better line ends weighs: a line out of the limit, and a lonely last line,
# for which many lines are moved as far as they may, but none beyond it.
_UNFILLED, _LONELY = 40.0, 36.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is set."""

    text: str
    spacing: float  # pt added to every character's advance; negative sets tighter
    start: int  # index in the paragraph of the first character
    is_last: bool  # of its paragraph
    closed: tuple[int, ...] = ()  # marks in the text whose blank right half is taken away
    paragraph: int = 0  # of the text, from 0


@dataclass(frozen=True, slots=True)
class Measure:
    """The room that a paragraph is set into."""

    width: float  # pt
    size: float  # type size in pt
    advance: Callable[[str], float]  # em
    indent: float = 0.0  # of the first line, pt
    spacing: float = 0.0  # of a line that is not filled, pt a character
    is_justified: bool = True
    # A heading's typeface: so many characters at the beginning are set in it.
    head_length: int = 0
    head_advance: Callable[[str], float] | None = None


_LINE_ENDS = re.compile("[\v\f\x85\u2028\u2029]")
_NO_CHARACTERS = "\ufffe\uffff"  # XML has no place for them: no Word file, no workbook


def printable(text: str) -> str:
    """Return the text without characters that have no printed form, tabs as blanks.

    Line feeds stay, and every other sign that ends a line becomes one: a soft break, as Word
    and web pages write it, is a line's end to its reader. Nothing visible is changed: published
    wording is evidence. Marks that turn the writing direction (Cf) go too: they could make a
    sentence read otherwise.
    """
    kept = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    if kept.replace("\n", "").replace("\u3000", "").isprintable():
        return kept  # as nearly all are: to ask for each character takes a hundred times as long
    return "".join(
        character
        for character in kept
        if character == "\n"
        or (
            unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
            and character not in _NO_CHARACTERS
        )
    )


def may_break(before: str, after: str) -> bool:
    """Tell whether a line may end between two neighbouring characters."""
    if after in NOT_AT_START or before in NOT_AT_END:
        return False
    if after == " " or unicodedata.category(after) in {"Mn", "Me", "Cf"}:
        return False
    if after in _WORD and (before in _WORD or (before in _SIGNS and after.isdecimal())):
        return False
    return not (before == after and before in _PAIRED)


class _Setting:
    """A paragraph measured: where it may end a line, and how each line would be filled."""

    def __init__(self, text: str, measure: Measure) -> None:
        self.text = text
        self.measure = measure
        size = measure.size
        head = measure.head_advance or measure.advance
        advances = [
            *map(head, text[: measure.head_length]),
            *map(measure.advance, text[measure.head_length :]),
        ]
        self.advances = advances
        self.closed = {
            found.start()
            for found in _CLOSED_UP.finditer(text)
            if min(advances[found.start() : found.start() + 2]) >= _FULL
        }
        self.kept = {found.end() for found in _KEPT.finditer(text)}
        widths = [width * size for width in advances]
        for index in self.closed:
            widths[index] -= size / 2
        self.ends = [*accumulate(widths, initial=0.0)]

    def room(self, start: int) -> float:
        return self.measure.width - (0.0 if start else self.measure.indent)

    def width(self, start: int, stop: int) -> float:
        """Return the natural width of a line, the mark at its end whole."""
        reopened = self.measure.size / 2 if stop - 1 in self.closed else 0.0
        return self.ends[stop] - self.ends[start] + reopened

    def gap(self, start: int, stop: int) -> float:
        """Return the pt a character that fill the line; a mark's blank half may hang out."""
        while stop > start + 1 and self.text[stop - 1] == " ":
            stop -= 1
        missing = self.room(start) - self.width(start, stop)
        if missing < 0 and self.text[stop - 1] in _CLOSING and self.advances[stop - 1] >= _FULL:
            missing = min(missing + self.measure.size / 2, 0.0)
        return missing / (stop - start)

    def may_end(self, stop: int) -> bool:
        if stop == len(self.text):
            return True
        return stop not in self.kept and may_break(self.text[stop - 1], self.text[stop])

    def next_start(self, stop: int) -> int:
        while stop < len(self.text) and self.text[stop] == " ":
            stop += 1
        return stop

    def stops(self, start: int) -> tuple[list[int], int]:
        """Return where a line from `start` may end, and where a word longer than it is cut.

        Of the places that leave room only the last few: no good line ends before them.
        """
        fitting = self.ends[start] + self.room(start) - self.measure.size / 2
        stop = max(bisect_right(self.ends, fitting, start + 1) - 1, start)
        found: list[int] = []
        for at in range(stop, start, -1):
            if self.may_end(at):
                found.append(at)
                if len(found) == _PLACES:
                    break
        found.reverse()
        limit = max(stop, start + 1)
        lowest = -SPREAD if self.measure.is_justified else 0.0
        while stop < len(self.text):
            stop += 1
            gap = self.gap(start, stop)
            if gap < lowest - 1e-9:
                break
            if gap >= 0:
                limit = stop
            if self.may_end(stop):
                found.append(stop)
        return found, max(limit, start + 1)

    def line(self, start: int, stop: int) -> Line:
        """Return the line with the spacing that makes it as wide as its room."""
        is_last = self.next_start(stop) >= len(self.text)
        body = self.text[start:stop].rstrip(" ")
        gap = self.gap(start, stop)
        measure = self.measure
        if gap < measure.spacing:
            spacing = gap  # too wide even as it is: take it in, last line or not
        elif is_last or not measure.is_justified:
            spacing = measure.spacing
        else:
            spacing = max(min(gap, SPREAD), measure.spacing)
        inside = range(start, start + len(body) - 1)
        closed = tuple(index - start for index in inside if index in self.closed)
        return Line(body, spacing, start, is_last, closed)


def break_paragraph(text: str, measure: Measure) -> list[Line]:
    """Return the lines of one paragraph (no LF in it); an empty text gives no line.

    Line after line first; where one is then out of the limit, or the last one holds a
    character or two, the best of all ways is looked for.
    """
    setting = _Setting(text.strip(" "), measure)
    length = len(setting.text)
    if length and setting.gap(0, length) >= measure.spacing:
        return [setting.line(0, length)]
    places = _line_after_line(setting)
    if not measure.is_justified:
        places = _without_runt(setting, places)
    elif not _is_good(setting, places):
        places = _best_places(setting)
    return [setting.line(start, stop) for start, stop in places]


def _line_after_line(setting: _Setting) -> list[tuple[int, int]]:
    """Return start and stop of each line, each ended where its own characters move least."""
    places = []
    start = 0
    while start < len(setting.text):
        stops, limit = setting.stops(start)
        stop = (
            min(stops[-3:], key=lambda at: (_strain(setting, start, at), -at)) if stops else limit
        )
        places.append((start, stop))
        start = setting.next_start(stop)
    return places


def _strain(setting: _Setting, start: int, stop: int) -> float:
    """Return how far a line is from its natural spacing, in limits; 0 for a last line."""
    gap = setting.gap(start, stop)
    natural = setting.measure.spacing
    is_last = setting.next_start(stop) >= len(setting.text)
    if not setting.measure.is_justified or is_last:
        gap = min(gap, natural)
    return abs(gap - natural) / (SPREAD - natural if gap > natural else SPREAD + natural)


def _is_runt(places: Sequence[tuple[int, int]]) -> bool:
    return len(places) > 1 and places[-1][1] - places[-1][0] <= RUNT


def _is_good(setting: _Setting, places: Sequence[tuple[int, int]]) -> bool:
    return not _is_runt(places) and all(
        _strain(setting, start, stop) <= 1.0 for start, stop in places
    )


def _best_places(setting: _Setting) -> list[tuple[int, int]]:
    """Return the lines whose strains, squared, are least in all."""
    length = len(setting.text)
    best: dict[int, tuple[float, int, int]] = {0: (0.0, -1, 0)}  # at -> cost, start, stop before
    for start in range(length):
        if start not in best:
            continue
        cost = best[start][0]
        stops, limit = setting.stops(start)
        for stop in stops[-_PLACES:] or [limit]:
            strain = _strain(setting, start, stop)
            following = setting.next_start(stop)
            own = strain**2 + (_UNFILLED * strain if strain > 1.0 else 0.0)
            if following >= length and start and stop - start <= RUNT:
                own += _LONELY
            if following not in best or cost + own < best[following][0]:
                best[following] = (cost + own, start, stop)
    places = []
    at = length
    while at > 0:
        _, start, stop = best[at]
        places.append((start, stop))
        at = start
    return places[::-1]


def _without_runt(setting: _Setting, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """End the line before a lonely last one earlier, where lines are not filled anyway."""
    if not _is_runt(places):
        return places
    (start, stop), (_, end) = places[-2:]
    for at in range(stop - 1, start + RUNT, -1):
        if end - at > RUNT and setting.may_end(at) and setting.gap(at, end) >= 0:
            return [*places[:-2], (start, at), (at, end)]
    return places


def break_text(text: str, measure: Measure) -> list[Line]:
    """Return the lines of all paragraphs (divided by LF) of a text; blank paragraphs vanish."""
    return break_paragraphs(text.split("\n"), measure)


def break_paragraphs(paragraphs: Sequence[str], measure: Measure) -> list[Line]:
    """Return the lines of the paragraphs, each with its paragraph's number."""
    return [
        replace(line, paragraph=number)
        for number, paragraph in enumerate(paragraphs)
        for line in break_paragraph(paragraph, measure)
    ]
