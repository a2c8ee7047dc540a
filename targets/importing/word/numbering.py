"""Automatic numbers as Word prints them: they are no text in the file, and must not be lost."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from targets.importing.word.package import child_of, is_on, name_of, value_of, whole
from targets.importing.word.styles import Styles
from targets.importing.word.symbols import bullet

LEVELS = 9
_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_PLACE = re.compile(r"%([1-9])")


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    font: str = ""
    restart: int | None = None  # after which level; None is any above, 0 never
    is_legal: bool = False
    style: str = ""


@dataclass(slots=True)
class _List:
    """What a paragraph's numId leads to."""

    abstract: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)  # levels that begin anew with this list
    is_begun: bool = False


class Numbering:
    """The document's lists, counting as its paragraphs come by in their order."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._lists: dict[int, _List] = {}
        self._counts: dict[str, list[int | None]] = {}
        if root is None:
            return
        abstracts = {
            value_of(each, "abstractNumId") or "": each
            for each in root
            if name_of(each) == "w:abstractNum"
        }
        levels = {key: _levels_of(each) for key, each in abstracts.items()}
        for each in root:
            if name_of(each) == "w:num":
                key = value_of(child_of(each, "w:abstractNumId")) or ""
                self._lists[whole(value_of(each, "numId"))] = _list_of(each, key, levels)
        # A list may borrow another's form through a style of lists.
        for each in self._lists.values():
            link = value_of(child_of(abstracts.get(each.abstract), "w:numStyleLink"))
            other = self._lists.get(styles.number_of(link)[0] or 0) if link else None
            if other and not each.levels:
                each.abstract, each.levels = other.abstract, other.levels

    def level_of_style(self, number: int, style: str) -> int:
        """Return the level of a list that a paragraph style stands for."""
        found = self._lists.get(number)
        levels = found.levels.items() if found else ()
        return next((key for key, level in levels if style and level.style == style), 0)

    def next(self, number: int, level: int) -> tuple[str, str]:
        """Return the next number as printed, and what of it cannot be read ("" where all can)."""
        found = self._lists.get(number)
        if found is None or level not in found.levels:
            return "", ""
        counts = self._counts.setdefault(found.abstract, [None] * LEVELS)
        if not found.is_begun:
            found.is_begun = True
            for key, start in found.starts.items():
                counts[key] = start - 1
        own = found.levels[level]
        count = counts[level]
        counts[level] = own.start if count is None else count + 1
        for below in range(level + 1, LEVELS):
            restart = found.levels[below].restart if below in found.levels else None
            if restart is None or level < restart:
                counts[below] = None
        return self._printed(found, own, counts)

    def _printed(self, found: _List, own: _Level, counts: list[int | None]) -> tuple[str, str]:
        if own.form == "bullet":
            return bullet(own.text, own.font) + " " if own.text else "", ""
        if own.form == "none" and not _PLACE.search(own.text):
            return own.text, ""
        unread = ""

        def fill(match: re.Match[str]) -> str:
            nonlocal unread
            level = int(match[1]) - 1
            other = found.levels.get(level, _Level())
            count = counts[level]
            form = "decimal" if own.is_legal else other.form
            text = formatted(other.start if count is None else count, form)
            if text is None:
                unread = form
                return ""
            return text

        text = _PLACE.sub(fill, own.text)
        # 1、 and ① stand by themselves; 1 before 个 would read as another number.
        last = text[-1:]
        is_bare = last.isalpha() or (last.isascii() and last.isdecimal())
        return (f"{text} " if is_bare else text), unread


def _levels_of(abstract: etree._Element) -> dict[int, _Level]:
    return {
        whole(value_of(each, "ilvl")): _level_of(each)
        for each in abstract
        if name_of(each) == "w:lvl" and 0 <= whole(value_of(each, "ilvl")) < LEVELS
    }


def _level_of(element: etree._Element) -> _Level:
    restart = value_of(child_of(element, "w:lvlRestart"))
    form = child_of(element, "w:numFmt")
    if form is None:  # newer forms stand behind a choice of what the reader knows
        choice = child_of(element, "mc:AlternateContent", "mc:Fallback", "w:numFmt")
        form = choice
    fonts = child_of(element, "w:rPr", "w:rFonts")
    return _Level(
        start=whole(value_of(child_of(element, "w:start")), 1),
        form=value_of(form) or "decimal",
        text=value_of(child_of(element, "w:lvlText")) or "",
        font=value_of(fonts, "ascii") or value_of(fonts, "hAnsi") or "",
        restart=None if restart is None else whole(restart),
        is_legal=bool(is_on(child_of(element, "w:isLgl"))),
        style=value_of(child_of(element, "w:pStyle")) or "",
    )


def _list_of(element: etree._Element, key: str, levels: dict[str, dict[int, _Level]]) -> _List:
    made = _List(key, dict(levels.get(key, {})))
    for each in element:
        level = whole(value_of(each, "ilvl"), -1)
        if name_of(each) == "w:lvlOverride" and 0 <= level < LEVELS:
            start = value_of(child_of(each, "w:startOverride"))
            other = child_of(each, "w:lvl")
            if other is not None:
                made.levels[level] = _level_of(other)
            if start is not None:
                made.starts[level] = whole(start, 1)
    return made


def formatted(number: int, form: str) -> str | None:
    """Return a number in one of Word's forms; None where the form is not known here."""
    maker = _FORMS.get(form)
    return None if maker is None or not 0 <= number < 100_000 else maker(number)


def _chinese(number: int, digits: str = _DIGITS, units: str = "十百千万") -> str:
    """Return 0 to 99,999 as counted: 十, 二十一, 一百零五."""
    if number == 0:
        return "零"
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if rest and rest < 1000 else ""
        head = _chinese(number // 10_000, digits, units) + units[3]
        return head + gap + (_chinese(rest, digits, units) if rest else "")
    text, has_gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            text += ("零" if has_gap else "") + digits[digit] + (units[power - 1] if power else "")
            has_gap = False
        elif text:
            has_gap = True
    is_bare_ten = 10 <= number < 20 and digits is _DIGITS
    return text[1:] if is_bare_ten else text


def _roman(number: int) -> str:
    pairs = zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ["M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"],
        strict=True,
    )
    text = ""
    for value, letters in pairs:
        text += letters * (number // value)
        number %= value
    return text


def _letters(number: int) -> str:
    """Return A to Z, then AA, BB and so on, as Word goes on."""
    return "" if number < 1 else chr(ord("A") + (number - 1) % 26) * min((number - 1) // 26 + 1, 30)


def _cycle(names: str, number: int) -> str:
    return names[(number - 1) % len(names)] if number else ""


def _ordinal(number: int) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number // 10 % 10 == 1 else ends.get(number % 10, 'th')}"


def _digits(number: int) -> str:
    """Return the figures one by one: 21 is 二一."""
    return "".join(_DIGITS[int(each)] for each in str(number))


def _enclosed(first: int, last: int, number: int) -> str:
    """Return the character of a row that begins with one; plain figures beyond its end."""
    return chr(first + number - 1) if 1 <= number <= last else str(number)


def _circled(number: int) -> str:
    if 21 <= number <= 35:
        return chr(0x3251 + number - 21)
    return "⓪" if number == 0 else _enclosed(0x2460, 20, number)


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_FORMS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda number: f"{number:02}",
    "decimalFullWidth": lambda number: str(number).translate(_WIDE),
    "decimalFullWidth2": lambda number: str(number).translate(_WIDE),
    "numberInDash": lambda number: f"- {number} -",
    "none": lambda number: "",
    "ordinal": _ordinal,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": lambda number: _enclosed(0x2474, 20, number),
    "decimalEnclosedFullstop": lambda number: _enclosed(0x2488, 20, number),
    "ideographEnclosedCircle": lambda number: _enclosed(0x3280, 10, number),
    "upperLetter": _letters,
    "lowerLetter": lambda number: _letters(number).lower(),
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "ideographDigital": _digits,
    "taiwaneseDigital": _digits,
    "japaneseDigitalTenThousand": _digits,
    "chineseLegalSimplified": lambda number: _chinese(number, _LEGAL, "拾佰仟万"),
    "ideographTraditional": lambda number: _cycle(_STEMS, number),
    "ideographZodiac": lambda number: _cycle(_BRANCHES, number),
    "ideographZodiacTraditional": lambda number: (
        _cycle(_STEMS, number) + _cycle(_BRANCHES, number)
    ),
}  # fmt: skip
