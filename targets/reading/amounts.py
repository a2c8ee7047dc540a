"""The numbers of a text that count something, each with its place, measure and comparison."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from targets.choices import Comparison
from targets.reading import words
from targets.reading.numerals import CHINESE, read_numeral

# Numbers looked at in one text. A report has some dozens; beyond this it is no prose, and
# what follows is not read (`Passage.is_whole`).
MOST = 600
FOLDED = 5_000  # characters whose folded form is remembered

_NUMBER = re.compile(
    r"(?P<digits>[0-9]++(?:,[0-9]{3}(?![0-9]))*+(?:\.[0-9]++)?+)" + rf"|[{CHINESE}]++"
)


def _either(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


# 千 is a factor in 2千万, and the beginning of a measure in 5千瓦.
_MEASURE = re.compile(
    r"[余多]?+(?P<factor>万亿|百(?!分)|千(?![瓦克米伏])|万|亿)?+[余多]?+"
    rf"(?P<measure>{_either(words.MEASURES)})?+"
)
_BARE_MEASURE = re.compile("亩|吨|平方米|公顷")
_NO_MEASURE = re.compile(_either(words.NO_MEASURE))
_AFTER = re.compile(_either((*words.AT_LEAST_AFTER, *words.AT_MOST_AFTER, *words.ABOUT_AFTER)))
# Names and quotations: a number inside is part of what something is called.
_NAMED = re.compile(
    r"“[^“”\n]{0,40}”|\"[^\"\n]{0,40}\"|《[^《》\n]{0,80}》"
    r"|[〔\[][0-9]{4}[〕\]](?:[0-9]{1,6}号)?|“?十[一二三四五六]五”?(?=规划|期间|时期|前期|末|[，。、])"
)
_LISTED = re.compile(r"^[ \t]*[0-9]{1,2}[、.](?![0-9])", re.MULTILINE)
_CLAUSE_END = re.compile(r"[，。；：！？\n;]|,(?![0-9])|:(?!1(?![0-9]))")
_SENTENCE_END = re.compile(r"[。；！？\n;]")
_DASHES = "-—–~至到"
# Minus as our own pages print it, hyphens, bars: what people paste for one.
_MINUS_SIGNS = "−‐‑―─﹣"
_JOINING = "、和及与或且并；，。,;：:)） \n“"
# One thing is written as a count only where something was made: 新建一座, but not 一批, 一方面.
_ONE = re.compile(rf"(?:{_either(words.VERBS)})了?$")
_COUNTERS = set("美欧个家座处所块条项件名人户株棵台辆次场批起例只套间栋幢支部份亩元公里平方米吨%倍")
_BEFORE = dict(
    sorted(
        [
            *((each, Comparison.AT_LEAST) for each in words.AT_LEAST_BEFORE),
            *((each, Comparison.AT_MOST) for each in words.AT_MOST_BEFORE),
            *((each, Comparison.ABOUT) for each in words.ABOUT_BEFORE),
        ],
        key=lambda pair: -len(pair[0]),
    )
)
# 3万 has been read from its 3; 任一, 统一 and 每三 are no counts.
_NOT_BEFORE_CHINESE = "第每同统任唯单万亿0123456789"
_TITLES = re.compile(r"规定|制度|原则|纪律|机制|职责|要求|意见|政策|保障|战役|行动计划")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its measure, as text[start:end] of the text it was read from.

    `value` is as written, in `measure` times `factor`: 3.8万亩 is 3.8, 10000, 亩. `high` is
    the upper end of a range. `extent` is the end with 以上, 左右 and the like.
    """

    start: int
    end: int
    extent: int
    value: Decimal
    high: Decimal | None
    scale: str
    measure: str
    comparison: str
    is_class: bool  # 亿元以上项目: it says of which size, not how many

    @property
    def factor(self) -> int:
        return words.FACTORS.get(self.scale, 1)

    @property
    def resolved(self) -> Decimal:
        """The value in the plain measure: 万 and 亿 resolved."""
        return self.value * self.factor

    @property
    def is_part(self) -> bool:
        """Whether it is a part of something: per cent, points, times."""
        return self.measure in words.PARTS

    @property
    def unit(self) -> str:
        """The measure as it is written, with its factor: 亿元, 万株."""
        return self.scale + self.measure


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that has been read: folded (as long as the text itself), and its amounts in order."""

    text: str
    folded: str
    amounts: tuple[Amount, ...]
    clause_ends: tuple[int, ...]
    sentence_ends: tuple[int, ...]
    is_whole: bool

    def clause(self, place: int) -> tuple[int, int]:
        """Return where the clause begins and ends that holds the place."""
        return _span(self.clause_ends, place, len(self.folded))

    def sentence(self, place: int) -> tuple[int, int]:
        """Return where the sentence begins and ends that holds the place."""
        return _span(self.sentence_ends, place, len(self.folded))


def _span(ends: tuple[int, ...], place: int, length: int) -> tuple[int, int]:
    before = bisect_right(ends, place - 1)
    after = bisect_left(ends, place)
    start = ends[before - 1] + 1 if before else 0
    return start, ends[after] if after < len(ends) else length


class _Folding(dict[int, str]):
    """One character for one: full-width forms become half-width, places stay what they are.

    Ligatures that would become several (U+FDFA is eighteen letters) stay themselves, and so
    does Chinese punctuation, whose comma parts no thousands.
    """

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        folded = "-" if sign in _MINUS_SIGNS else unicodedata.normalize("NFKC", sign)
        kept = folded if len(folded) == 1 and sign not in "，：；！？" else sign
        # Begun anew when full: one text of many signs shall not make all later ones slow.
        if len(self) >= FOLDED:
            self.clear()
        self[code] = kept
        return kept


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return the text in one form of each character, exactly as long as it was."""
    return text.translate(_FOLDING)


# Every text of a quarter is a neighbour of every other: each is read once, not a hundred times.
@lru_cache(maxsize=512)
def read_passage(text: str) -> Passage:
    """Return the text with the amounts that count something, in the order they stand."""
    folded = fold(text)
    named = [match.span() for match in _NAMED.finditer(folded)]
    named += [match.span() for match in _LISTED.finditer(folded)]
    found = list(islice(_NUMBER.finditer(folded), MOST + 1))
    return Passage(
        text=text,
        folded=folded,
        amounts=tuple(_amounts(folded, found[:MOST], sorted(named))),
        clause_ends=tuple(match.start() for match in _CLAUSE_END.finditer(folded)),
        sentence_ends=tuple(match.start() for match in _SENTENCE_END.finditer(folded)),
        is_whole=len(found) <= MOST,
    )


def _amounts(text: str, found: list[re.Match[str]], named: list[tuple[int, int]]) -> list[Amount]:
    amounts: list[Amount] = []
    starts = [start for start, _end in named]
    # A bare number that may begin a range (5—8%): its start, end and value.
    low: tuple[int, int, Decimal] | None = None
    for match in found:
        bare, low = low, None
        inside = bisect_right(starts, match.start()) - 1
        if inside >= 0 and match.start() < named[inside][1]:
            continue
        if not _may_count(text, match):
            continue
        amount = _read_amount(text, match)
        if amount is None:
            value = read_numeral(match[0])
            if value is not None and match["digits"]:
                low = (match.start(), match.end(), value)
            continue
        if bare and _is_joined(text, bare[1], amount.start):
            amount = _range(bare[0], bare[2], amount)
        elif amounts and _is_joined(text, amounts[-1].end, amount.start):
            first = amounts[-1]
            if first.high is None and first.unit == amount.unit and first.value < amount.value:
                amount = _range(amounts.pop().start, first.value, amount)
        amounts.append(amount)
    return amounts


def _is_joined(text: str, end: int, start: int) -> bool:
    return start == end + 1 and text[end] in _DASHES


def _range(start: int, low: Decimal, amount: Amount) -> Amount:
    return replace(
        amount,
        start=start,
        value=low,
        high=abs(amount.value),
        comparison=Comparison.RANGE,
    )


def _may_count(text: str, match: re.Match[str]) -> bool:
    """Tell whether what stands before the number lets it count: not G347, 第3, v1.2."""
    if match[0] == "二":  # an order (二次设计); the count is 两
        return False
    if not match.start():
        return True
    before = text[match.start() - 1]
    if match["digits"] is None:
        return before not in _NOT_BEFORE_CHINESE
    is_letter = before.isascii() and (before.isalnum() or before in "._/")
    return not is_letter and before not in "第每"


def _read_amount(text: str, match: re.Match[str]) -> Amount | None:
    is_chinese = match["digits"] is None
    written, end = match[0], match.end()
    scale = ""
    if is_chinese and len(written) > 1 and written[-1] in "万亿":
        # 三亿元 is 3 in 亿元, as 3亿元 is.
        written, scale = written[:-1], written[-1]
    value = read_numeral(written)
    if value is None:
        return None if not is_chinese else _bare_factor(text, match)
    if text[max(0, match.start() - 3) : match.start()] == "百分之":
        return _amount(text, match.start() - 3, end, value, "", "%")
    if not is_chinese and text.startswith(":1", end) and not text[end + 2 : end + 3].isdigit():
        return _amount(text, match.start(), end + 2, value, "", ":1")
    factor, measured, end = _measure_after(text, end)
    scale = factor or scale
    at = end - len(measured)
    other = _NO_MEASURE.match(text, at)
    if other and len(other[0]) > len(measured):
        return None
    measure = words.MEASURES.get(measured, "")
    if not measure:
        # 金额4.2亿 counts money; 3万 alone may count anything.
        is_name = text[at : at + 1].isalpha() and not _AFTER.match(text, at)
        if scale not in ("亿", "万亿") or is_name:
            return None
        measure = "元"
    elif is_chinese and not _is_chinese_count(text, match, measured, end):
        return None
    return _amount(text, match.start(), end, value, scale, measure)


def _measure_after(text: str, place: int) -> tuple[str, str, int]:
    """Return the factor and the measure that follow, "" where there are none, and their end."""
    found = _MEASURE.match(text, place)
    if found is None:
        return "", "", place
    return found["factor"] or "", found["measure"] or "", found.end()


def _bare_factor(text: str, match: re.Match[str]) -> Amount | None:
    """Read 万亩 and 千吨 as one of the factor; 亿元 and 千人 are names of sizes and plans."""
    if match[0] not in ("万", "千", "百"):
        return None
    measured = _BARE_MEASURE.match(text, match.end())
    if not measured:
        return None
    return _amount(text, match.start(), measured.end(), Decimal(1), match[0], measured[0])


def _is_chinese_count(text: str, match: re.Match[str], measure: str, end: int) -> bool:
    """Tell 三个, 五处 and 新建一座 from 一批, 两张名片 and 八项规定."""
    if measure[0] not in _COUNTERS or (measure == "人" and len(match[0]) == 1):
        return False
    # 三个100% counts nothing, 八项规定 is a title.
    if text[end : end + 1].isdigit() or _TITLES.match(text, end):
        return False
    if match[0] == "一":
        return measure != "批" and bool(
            _ONE.search(text[max(0, match.start() - 6) : match.start()])
        )
    return True


def _amount(
    text: str,
    start: int,
    end: int,
    value: Decimal,
    scale: str,
    measure: str,
) -> Amount | None:
    if any(text.startswith(each, end) for each in words.FIGURES_OF_SPEECH):
        return None
    after = _AFTER.match(text, end)
    extent = after.end() if after else end
    comparison = _comparison(text, start, after[0] if after else "")
    if measure in words.TIMES and comparison != Comparison.AT_MOST:
        return None
    sign = text[start - 1 : start]
    is_joined = start > 1 and text[start - 2] in "0123456789%)"  # 5-8%
    if measure in words.PARTS and sign and (sign == "负" or (sign in "-—–" and not is_joined)):
        value, start = -value, start - 1
    is_class = after is not None and after[0] in (*words.AT_LEAST_AFTER, *words.AT_MOST_AFTER)
    is_class = is_class and bool(text[extent : extent + 1]) and text[extent] not in _JOINING
    return Amount(start, end, extent, value, None, scale, measure, comparison, is_class)


def _comparison(text: str, start: int, after: str) -> str:
    """Return how the words around a number compare with it; a bare one is at least that much."""
    before = text[max(0, start - 4) : start].rstrip("—-–负")
    if before.endswith("前"):  # 全省前10名
        return Comparison.AT_MOST
    if after in words.AT_MOST_AFTER:
        return Comparison.AT_MOST
    if after in words.AT_LEAST_AFTER:
        return Comparison.AT_LEAST
    if after in words.ABOUT_AFTER:
        return Comparison.ABOUT
    # The longest word counts: 不低于 ends in 低于 and means the contrary.
    said = next((each for each in _BEFORE if before.endswith(each)), "")
    if said in words.ABOUT_BEFORE and before.endswith(("附近", "最近")):
        return Comparison.AT_LEAST
    return _BEFORE.get(said, Comparison.AT_LEAST)
