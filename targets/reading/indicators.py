"""Promises as numbers: indicators proposed from the words of a standard."""

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from targets.choices import Comparison, IndicatorKind
from targets.reading import words
from targets.reading.amounts import Amount, Passage, read_passage
from targets.reading.signs import as_kept
from targets.reading.subjects import core, subject_of, tidy

NAME_LIMIT = 100  # characters; as long as the column of an indicator's name
MOST_PROPOSALS = 50  # of one standard; what promises more is no standard
REACH = 120  # characters of a clause that are looked at before a number
_RESPECTIVELY = "分别"
_SPLIT = re.compile(r"[、和及与]")
_DOUBLED = re.compile(r"(?:翻(?P<times>[一二两三])?番|翻番|倍增)")


@dataclass(frozen=True, slots=True)
class Proposal:
    """An indicator as the words say it: standard[start:end] are the words it was read from."""

    name: str
    kind: str
    comparison: str
    target: Decimal
    high: Decimal | None  # upper end of a range, else None
    measure: str  # as written, with its factor: 亿元, 万株
    start: int
    end: int

    @property
    def resolved(self) -> tuple[Decimal, str]:
        """The target in the plain measure: 3.8万亩 is 38000, 亩."""
        return resolve(self.target, self.measure)

    @property
    def resolved_high(self) -> Decimal:
        """The upper end of a range in the plain measure."""
        return resolve(self.high or self.target, self.measure)[0]


def split_measure(unit: str) -> tuple[int, str]:
    """Return factor and plain measure of a unit as written: 万株 is 10000, 株.

    A measure that begins with a factor's sign and is none (千瓦) stays whole.
    """
    if unit in words.MEASURES:
        return 1, words.MEASURES[unit]
    for scale in sorted(words.FACTORS, key=len, reverse=True):
        rest = unit.removeprefix(scale)
        if rest != unit and rest:
            return words.FACTORS[scale], words.MEASURES.get(rest, rest)
    return 1, unit


def resolve(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """Return the value in the plain measure, and the measure: 万 and 亿 resolved."""
    factor, measure = split_measure(unit)
    return value * factor, measure


def propose_indicators(standard: str) -> list[Proposal]:
    """Return the indicators that a standard's words promise, in the order they stand."""
    passage = read_passage(standard)
    places = (place for place, amount in enumerate(passage.amounts) if not amount.is_class)
    proposals = [
        each for place in islice(places, MOST_PROPOSALS) if (each := _propose(passage, place))
    ]
    proposals += _doublings(passage)
    proposals += _firsts(passage)
    return sorted(proposals, key=lambda each: (each.start, each.end))[:MOST_PROPOSALS]


def _propose(passage: Passage, place: int) -> Proposal | None:
    amount = passage.amounts[place]
    respective = _respective_name(passage, place)
    subject = subject_of(passage, place)
    name = respective or tidy(subject.name)
    if not name:
        return None
    if not core(name):
        name = _said_before(passage, place) + name
    kind = kind_of(passage, amount, name)
    comparison = _shared_comparison(passage, place) if respective else amount.comparison
    comparison, target, high = as_kept(name, kind, (comparison, amount.value, amount.high))
    return Proposal(
        name=name[-NAME_LIMIT:],
        kind=kind,
        comparison=comparison,
        target=target,
        high=high,
        measure=amount.unit,
        start=subject.start + _blank(passage.folded, subject.start),
        end=amount.extent,
    )


def _said_before(passage: Passage, place: int) -> str:
    """Return what a bare rate speaks of: of 接待游客100万人次，同比增长12% the visitors."""
    start, _end = passage.sentence(passage.amounts[place].start)
    if not place or passage.amounts[place - 1].start < start:
        return ""
    return tidy(subject_of(passage, place - 1).name)


def _blank(text: str, start: int) -> int:
    """Return how many signs stand before the first word: 、and blanks."""
    length = 0
    while start + length < len(text) and text[start + length] in "、，, 和及":
        length += 1
    return length


def kind_of(passage: Passage, amount: Amount, name: str) -> str:
    """Return the kind of a promised number: growth, ratio, level, else cumulative."""
    if amount.is_part:
        near = passage.folded[max(0, amount.start - 8) : amount.start]
        grows = any(each in near or each in name[-8:] for each in (*words.GROWS, *words.FALLS))
        is_ratio = any(each in name for each in words.RATIOS) and amount.measure == "%"
        clause_start, _end = passage.clause(amount.start)
        clause = passage.folded[max(clause_start, amount.start - REACH) : amount.start]
        if _RESPECTIVELY in clause:
            grows = grows or any(each in clause for each in (*words.GROWS, *words.FALLS))
        if grows and not (is_ratio and amount.measure == "%" and _says_ratio_last(near)):
            return IndicatorKind.GROWTH
        return IndicatorKind.RATIO
    if amount.measure == ":1":
        return IndicatorKind.RATIO
    near = passage.folded[max(0, amount.start - 8) : amount.start]
    if amount.measure in words.TIMES or near.endswith(words.HELD_AT):
        return IndicatorKind.LEVEL
    if any(each in name for each in words.LEVELS) or name.endswith("前"):
        return IndicatorKind.LEVEL
    return IndicatorKind.CUMULATIVE


def _says_ratio_last(near: str) -> bool:
    """Tell 利用率提高到85% (a level of a ratio) from 利用率提高5个百分点."""
    return near.endswith(("到", "至", "达"))


def _respective_name(passage: Passage, place: int) -> str:
    """Return the one of several names that a number belongs to: A、B分别增长25%、30%."""
    amount = passage.amounts[place]
    start, end = passage.clause(amount.start)
    start = max(start, amount.start - REACH)
    said = passage.folded.find(_RESPECTIVELY, start, amount.start)
    if said < 0:
        return ""
    first = place
    while first and passage.amounts[first - 1].start > said:
        first -= 1
    count = sum(said < each.start < end for each in passage.amounts[first : first + 8])
    names = [each for each in _SPLIT.split(passage.folded[start:said]) if each]
    if len(names) != count:
        return ""
    verb = passage.folded[said + len(_RESPECTIVELY) : passage.amounts[first].start]
    return f"{names[place - first]}{verb}"


def _shared_comparison(passage: Passage, place: int) -> str:
    """Return what the last of several says for all: 25%、30%以上."""
    amount = passage.amounts[place]
    _start, end = passage.clause(amount.start)
    row = [each for each in passage.amounts[place : place + 8] if each.start < end]
    said = [each for each in row if each.extent > each.end]
    return said[-1].comparison if said else amount.comparison


def _doublings(passage: Passage) -> list[Proposal]:
    """Return promises to double: 翻一番 is a growth of 100%, 翻两番 of 300%."""
    found = []
    for match in islice(_DOUBLED.finditer(passage.folded), MOST_PROPOSALS):
        start, _end = passage.clause(match.start())
        start = max(start, match.start() - REACH)
        name = tidy(passage.folded[start : match.start()].removesuffix("实现").strip())
        times = {"两": 2, "二": 2, "三": 3}.get(match["times"] or "", 1)
        if name:
            found.append(
                Proposal(
                    name=name[-NAME_LIMIT:],
                    kind=IndicatorKind.GROWTH,
                    comparison=Comparison.AT_LEAST,
                    target=Decimal(100 * (2**times - 1)),
                    high=None,
                    measure="%",
                    start=start,
                    end=match.end(),
                )
            )
    return found


def _firsts(passage: Passage) -> list[Proposal]:
    """Return promises of a first one: 百亿企业零突破 is one at least."""
    found: list[Proposal] = []
    place = passage.folded.find(words.FIRST_OF)
    while place >= 0 and len(found) < MOST_PROPOSALS:
        start, _end = passage.clause(place)
        start = max(start, place - REACH)
        name = tidy(passage.folded[start:place])
        measure = next(
            (unit for noun, unit in words.COUNTED_BY.items() if name.endswith(noun)), "个"
        )
        end = place + len(words.FIRST_OF)
        if name:
            found.append(
                Proposal(
                    name=name,
                    kind=IndicatorKind.CUMULATIVE,
                    comparison=Comparison.AT_LEAST,
                    target=Decimal(1),
                    high=None,
                    measure=measure,
                    start=start,
                    end=end,
                )
            )
        place = passage.folded.find(words.FIRST_OF, end)
    return found
