"""What a report says of its indicators: values proposed from its words, each with its sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Protocol

from targets.choices import IndicatorKind
from targets.reading import words
from targets.reading.amounts import Amount, Passage, read_passage
from targets.reading.indicators import split_measure
from targets.reading.signs import falls
from targets.reading.subjects import likeness, subject_of

# From this likeness of names on, a number is taken to speak of an indicator; and how much more
# alike the full name must be than another for an equal one to be displaced.
ALIKE = 0.4
MOST_READ = 120  # amounts of one text that are held against its indicators
QUOTED = 120  # characters of a sentence that are shown beside a value
REACH = 80  # characters before a number in which its subject is looked for
_COMPARED = re.compile("同比|相比|较|比")
# A clause that says itself what was done with its number.
_DONE = re.compile("完成|实现|新增|新建|建成|已|到位|达|增长|下降|占")


class Sought(Protocol):
    """What a value is read for: an indicator, accepted or only proposed."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def measure(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that the words give an indicator; text[start:end] is the number as it is written."""

    place: int  # of the indicator in the list
    value: Decimal  # in the indicator's measure
    start: int
    end: int
    is_estimate: bool
    source: str  # the sentence
    unit: str  # as the text has it: 万元, where the indicator is in 亿元


@dataclass(frozen=True, slots=True)
class _Candidate:
    score: float
    place: int
    at: int
    amount: Amount
    value: Decimal


def propose_values(text: str, indicators: Sequence[Sought], *, year: int) -> list[Reading]:
    """Return one value at most for each indicator, by the place of the indicator.

    `year` is the plan's: what is said of the year before is no value. A number serves one
    indicator; the better match takes it.
    """
    passage = read_passage(text)
    candidates = [
        each
        for at, amount in islice(enumerate(passage.amounts), MOST_READ)
        if _is_reported(passage, at, year)
        for each in _candidates(passage, at, amount, indicators)
    ]
    # Of equally good ones the later: 1月份 comes before 1季度, a part after 其中 is none.
    candidates.sort(key=lambda each: (-each.score, -each.at))
    taken: set[int] = set()
    found: dict[int, _Candidate] = {}
    for each in candidates:
        if each.place not in found and each.at not in taken:
            found[each.place] = each
            taken.add(each.at)
    return [_reading(passage, found[place]) for place in sorted(found)]


def _reading(passage: Passage, candidate: _Candidate) -> Reading:
    amount = candidate.amount
    start, end = passage.sentence(amount.start)
    source = passage.text[start:end].strip()
    if len(source) > QUOTED:
        start = max(start, amount.start - QUOTED + 30)
        source = passage.text[start : start + QUOTED].strip()
    # 预计完成投资14亿元左右，同比下降87%: a rate is as foreseen as the amount before it.
    clause_start, _end = (passage.sentence if amount.is_part else passage.clause)(amount.start)
    near = passage.folded[max(clause_start, amount.start - REACH) : amount.start]
    return Reading(
        place=candidate.place,
        value=candidate.value,
        start=amount.start,
        end=amount.end,
        is_estimate=any(each in near for each in words.ESTIMATES),
        source=source,
        unit=amount.unit,
    )


def _candidates(
    passage: Passage, at: int, amount: Amount, indicators: Sequence[Sought]
) -> list[_Candidate]:
    found = []
    subject = subject_of(passage, at).name
    start, end = _clauses_about(passage, at)
    clause = passage.folded[start:end]
    # 完成选址 is a step on the way, except for an indicator that counts just that.
    steps = [each for each in words.NOT_DONE if each in clause]
    for place, indicator in enumerate(indicators):
        factor, measure = split_measure(indicator.measure)
        if not _same_measure(measure, amount.measure):
            continue
        if any(each not in indicator.name for each in steps):
            continue
        value = amount.resolved / factor
        if amount.is_part:
            signed = _rate(passage, at, indicator)
            if signed is None:
                continue
            value = signed
        score = _score(passage, at, subject, indicator)
        if score >= ALIKE:
            # Of two that hold the whole name the one that says no more: 项目占比, 工业项目占比.
            score += likeness(subject, indicator.name) / 10
            found.append(_Candidate(score, place, at, amount, value))
    return found


def _same_measure(first: str, second: str) -> bool:
    people = {"人", "名", "人次"}
    if first in people and second in people:
        return (first == "人次") == (second == "人次")
    counted = {"个", "家"}
    return first == second or (first in counted and second in counted)


def _rate(passage: Passage, at: int, indicator: Sought) -> Decimal | None:
    """Return a per cent as the indicator counts it, a fall as negative; None where it is another.

    Growth is read from words of change (同比下降30%), a ratio where there are none (利用率89%).
    """
    amount = passage.amounts[at]
    start, _end = passage.clause(amount.start)
    near = passage.folded[max(start, amount.start - REACH) : amount.start]
    last = near[-8:]
    changes = any(each in last for each in (*words.FALLS, *words.GROWS))
    if indicator.kind == IndicatorKind.GROWTH:
        if not changes:
            return None
        return -abs(amount.value) if falls(last) else amount.value
    if changes and not last.rstrip("约近").endswith(("到", "至", "达")):
        return None
    is_share = re.search(r"占[^比，,]*$", near[-12:])
    if is_share and "占" not in indicator.name:
        return None
    return amount.value


def _score(passage: Passage, at: int, subject: str, indicator: Sought) -> float:
    """Return how well a number's words fit an indicator's name, 0 to 1."""
    amount = passage.amounts[at]
    own = likeness(indicator.name, subject)
    if indicator.kind != IndicatorKind.GROWTH:
        return own
    # 一般公共预算收入完成11.32亿元，占预算的21.4%，同比下降30%: the subject stands before.
    start, _end = passage.sentence(amount.start)
    before = passage.folded[max(start, amount.start - REACH) : amount.start]
    return max(own, likeness(indicator.name, before))


def _clauses_about(passage: Passage, at: int) -> tuple[int, int]:
    """Return where the words begin and end that say how far a number has come.

    A clause that only names and counts goes on with the one before it: 下达高新技术企业15家，
    科技“小巨人”20家.
    """
    amount = passage.amounts[at]
    start, end = passage.clause(amount.start)
    sentence_start, _end = passage.sentence(amount.start)
    goes_on = at and passage.amounts[at - 1].extent == start - 1 and start > sentence_start
    if goes_on and not _DONE.search(passage.folded[start : amount.start]):
        start, _end = passage.clause(passage.amounts[at - 1].start)
    return max(start, amount.start - REACH), min(end, amount.extent + REACH)


def _is_reported(passage: Passage, at: int, year: int) -> bool:
    """Tell whether a number says what was reached: not a target, a part or last year's."""
    amount = passage.amounts[at]
    if amount.is_class or amount.high is not None:
        return False
    start, end = _clauses_about(passage, at)
    clause = passage.folded[start:end]
    before = passage.folded[start : amount.start]
    is_old = f"{year - 1}年" in clause or any(each in before for each in words.LAST_YEAR)
    if is_old and not _COMPARED.search(before):
        return False
    after = passage.folded[amount.extent : amount.extent + 3]
    # 占2000亩任务的304.5%: the target said again.
    if after.startswith(("任务", "的任务", "目标")) or before.endswith(("任务", "目标")):
        return False
    return not _is_part_of_before(passage, at) and not _is_denied(passage, at)


def _is_part_of_before(passage: Passage, at: int) -> bool:
    """Tell whether a number follows 其中 and is a part of one in the same measure before it."""
    amount = passage.amounts[at]
    start, _end = passage.sentence(amount.start)
    said = passage.folded.rfind("其中", max(start, amount.start - 400), amount.start)
    if said < 0:
        return False
    place = at - 1
    while place >= 0 and passage.amounts[place].start > said:
        place -= 1
    return (
        place >= 0
        and passage.amounts[place].start >= start
        and passage.amounts[place].measure == amount.measure
    )


def _is_denied(passage: Passage, at: int) -> bool:
    """Tell whether the sentence goes on to say that the growth was a fall: 增长10%，…是负增长."""
    amount = passage.amounts[at]
    if not amount.is_part or amount.value < 0:
        return False
    _start, end = passage.sentence(amount.start)
    return "负增长" in passage.folded[amount.end : min(end, amount.end + REACH)]
