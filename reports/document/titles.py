"""Breaking titles into lines where the sense allows."""

import re
from collections.abc import Callable, Sequence

TITLE_SIZE = 22.0  # 2号
TITLE_LINE = 20  # characters of 2号 (22 pt) in a line of 156 mm


def break_title(
    text: str,
    *,
    before: str = "",
    width: float = TITLE_LINE,
    at_words: Callable[[str], Sequence[str]] | None = None,
) -> tuple[str, ...]:
    """Break a title into lines of at most `width` characters where the sense allows.

    After 》 is best, then before `before` (the quarter's name), then after 的 and before
    words that open a new part. A title without such a place is broken by `at_words`, which
    returns its lines, or one line where it knows none; else evenly, never inside a number.
    """
    if _title_width(text) <= width:
        return (text,)
    for places in (_after(text, "》"), _at(text, before), _sense_places(text)):
        fitting = [
            place
            for place in places
            if _title_width(text[:place]) <= width and _title_width(text[place:]) <= width
        ]
        if fitting:
            middle = _title_width(text) / 2
            place = min(fitting, key=lambda at: abs(_title_width(text[:at]) - middle))
            return (text[:place], text[place:])
    lines, is_of_sense = _broken_evenly(text, before, width)
    if not is_of_sense and at_words is not None:
        words = tuple(at_words(text))
        if all(_title_width(line) <= width for line in words):
            return words
    return lines


def _broken_evenly(text: str, before: str, width: float) -> tuple[tuple[str, ...], bool]:
    """Break a title, each line as long as a place of sense allows; tell whether each did."""
    places = sorted({*_after(text, "》"), *_at(text, before), *_sense_places(text)})
    is_of_sense = True
    lines, start = [], 0
    while _title_width(text[start:]) > width:
        reach = [at for at in places if at > start and _title_width(text[start:at]) <= width]
        longest = max(
            (at for at in range(start + 1, len(text)) if _title_width(text[start:at]) <= width),
            default=start + 1,
        )
        usable = [at for at in reach if _title_width(text[start:at]) >= width / 3]
        stop = max(usable, default=longest)
        if not usable:
            is_of_sense = False
            while stop > start + 1 and re.match(r"[0-9A-Za-z]{2}", text[stop - 1 : stop + 1]):
                stop -= 1
        lines.append(text[start:stop])
        start = stop
    return (*lines, text[start:]), is_of_sense


def _title_width(text: str) -> float:
    """Return the width in characters, half-width ones counted half."""
    return sum(0.5 if ord(character) < 0x2000 else 1.0 for character in text)


def _after(text: str, mark: str) -> list[int]:
    return [match.end() for match in re.finditer(re.escape(mark), text)]


def _at(text: str, word: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(word), text)] if word else []


def _sense_places(text: str) -> list[int]:
    words = (
        r"(?=确定的|主要|重点|责任|完成情况|工作|任务|督查(?!通报|专报)|有关)|(?<=的)(?!通报|督查)"
    )
    places = [match.start() for match in re.finditer(words, text)]
    return [at for at in places if 0 < at < len(text)]
