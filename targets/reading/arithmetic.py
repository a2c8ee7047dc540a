"""What the numbers of texts add up to: sums, parts and wholes, facts told twice, heads.

Without a table, over passages that are read already. A text with more numbers than anybody
writes (`Passage.is_whole`) is left alone: it costs its own remarks and nobody else's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from targets.reading.amounts import Amount, Passage, read_passage
from targets.reading.plain import plain_number
from targets.reading.subjects import PERIOD, core

PEOPLE = {"人", "名", "人次"}
# Characters of what is counted, without verbs and periods: 累计完成投资 is no fact of its own.
SHORTEST_FACT = 6
# From this part of the total on, parts that are meant to be all of it fall short by mistake.
NEARLY_ALL = Decimal("0.95")
# Monthly payments reach a person three times a quarter; no more than so many times a year.
MOST_EACH = 12

_IN_BRACKETS = re.compile(r"[（(][^（()）\n]{0,200}[）)]")
_CUT = re.compile(r"[，。；：、,;:\s！？]")
_GROUP_AFTER = re.compile(r"[\u4e00-\u9fff]{0,12}?(?:人员|对象|家庭|群众|职工|居民|学生|户)")
_GROUP_BEFORE = re.compile(
    r"([\u4e00-\u9fff]{0,12}(?:人员|对象|家庭|群众|职工|居民|学生|户))(?:共)?$"
)
_STOCK = re.compile(r"^(?:现有|共有|共|为|有|全区)+")
_NEW = re.compile(r"新增|新纳入|清退|减少")
_WHOLE = re.compile(r"(?:共计|共|合计|总计|累计)$")
_PAID = re.compile(r"发放|拨付|支付|兑现|落实")


def _measure(amount: Amount) -> str:
    return "人" if amount.measure in PEOPLE else amount.measure


def _said(passage: Passage, amount: Amount) -> str:
    return passage.text[amount.start : amount.end]


# --- parts and their total, in one sentence --------------------------------------


@dataclass(frozen=True, slots=True)
class Parts:
    """A total and what follows it after 其中, in the same measure."""

    total: Amount
    parts: tuple[Amount, ...]

    @property
    def sum(self) -> Decimal:
        return sum((each.resolved for each in self.parts), Decimal(0))

    @property
    def slack(self) -> Decimal:
        """How far the sum may be off because its numbers are rounded."""
        return sum((_half_a_unit(each) for each in (self.total, *self.parts)), Decimal(0))


def _half_a_unit(amount: Amount) -> Decimal:
    exponent = amount.value.as_tuple().exponent
    places = exponent if isinstance(exponent, int) else 0
    # A whole number is counted, not rounded, unless it stands for 万 or 亿.
    if places == 0 and amount.factor == 1:
        return Decimal(0)
    return Decimal(1).scaleb(places) * amount.factor / 2


def parts_in(passage: Passage) -> Iterator[Parts]:
    """Yield each total with its parts, as 其中 divides them; per cents and brackets aside."""
    if not passage.is_whole or "其中" not in passage.folded:
        return
    hidden = [match.span() for match in _IN_BRACKETS.finditer(passage.folded)]
    plain = [
        each
        for each in passage.amounts
        if not each.is_part and not each.is_class and not _inside(each.start, hidden)
    ]
    for match in re.finditer("其中", passage.folded):
        start, end = passage.sentence(match.start())
        following = passage.folded.find("其中", match.end(), end)
        end = following if following >= 0 else end
        before = [each for each in plain if start <= each.start < match.start()]
        after = [each for each in plain if match.end() <= each.start < end]
        if not after:
            continue
        measure = _measure(after[0])
        totals = [each for each in before if _measure(each) == measure and _counts(passage, each)]
        parts = tuple(each for each in after if _measure(each) == measure)
        if totals:
            yield Parts(totals[-1], parts)


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _counts(passage: Passage, amount: Amount) -> bool:
    """Tell a total from a target that is told again: 占2000亩任务的304.5%."""
    after = passage.folded[amount.extent : amount.extent + 2]
    before = passage.folded[max(0, amount.start - 2) : amount.start]
    return after != "任务" and not before.endswith(("占", "任务", "目标"))


def part_over_total(passage: Passage) -> str:
    """Tell which part is larger than the total before it."""
    for found in parts_in(passage):
        for part in found.parts:
            if part.resolved > found.total.resolved:
                return (
                    f"“{_said(passage, part)}”大于总数“{_said(passage, found.total)}”："
                    f"“{_around(passage, found.total.start, part.end)}”"
                )
    return ""


def sums_differ(passage: Passage) -> str:
    """Tell which parts add up to more than their total, or to nearly all of it."""
    for found in parts_in(passage):
        total, added = found.total.resolved, found.sum
        if len(found.parts) < 2 or max(each.resolved for each in found.parts) > total:
            continue
        falls_short = total * NEARLY_ALL <= added < total - found.slack
        if added > total + found.slack or falls_short:
            factor = found.total.factor
            unit = found.total.unit
            return (
                f"总数“{_said(passage, found.total)}”，分项相加为{plain_number(added / factor)}"
                f"{unit}：“{_around(passage, found.total.start, found.parts[-1].end)}”"
            )
    return ""


def _around(passage: Passage, start: int, end: int, most: int = 80) -> str:
    words = passage.text[max(0, start - 12) : end]
    return words if len(words) <= most else f"{words[: most - 1]}…"


# --- one fact told twice ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """A number with its subject: what two texts must agree on."""

    subject: str
    measure: str
    value: Decimal
    phrase: str


# Every text of a quarter is a neighbour of every other: each is read once, not a hundred times.
@lru_cache(maxsize=512)
def facts_in(text: str) -> dict[tuple[str, str], Fact]:
    """Return the facts of a text by subject and measure; none where the subject is no name.

    累计完成投资 says of nothing in particular what was spent: two such numbers are two facts.
    """
    passage = read_passage(text)
    if not passage.is_whole:
        return {}
    found: dict[tuple[str, str], Fact] = {}
    for amount in passage.amounts:
        if amount.is_part or amount.is_class:
            continue
        start, _end = passage.clause(amount.start)
        start = max(start, amount.start - 60)
        clause = passage.folded[start : amount.start]
        said = _CUT.split(clause)[-1]
        subject = re.sub(r"[0-9.,]+", "", PERIOD.sub("", said))
        # 甲镇：完成改造12户 — whose it is stands before the colon.
        if start and passage.folded[start - 1] in ":：":
            owner, _at = passage.clause(start - 1)
            subject = passage.folded[max(owner, start - 20) : start - 1] + subject
        if len(core(subject)) < SHORTEST_FACT:
            continue
        phrase = passage.text[amount.start - len(said) : amount.end]
        fact = Fact(subject, _measure(amount), amount.resolved, phrase)
        found.setdefault((fact.subject, fact.measure), fact)
    return found


def told_otherwise(text: str, other: str) -> tuple[str, str] | None:
    """Return a fact that both texts tell with different values, as each words it; None: none."""
    ours, theirs = facts_in(text), facts_in(other)
    for key in ours.keys() & theirs.keys():
        if ours[key].value != theirs[key].value:
            return ours[key].phrase, theirs[key].phrase
    return None


# --- people, and what is paid to them -----------------------------------------------


@dataclass(frozen=True, slots=True)
class Heads:
    """A group of people with its number: 4134名农村特困供养人员, 现有特困供养人员4239人."""

    group: str
    amount: Amount
    is_new: bool


@dataclass(frozen=True, slots=True)
class Payment:
    """What was paid to a group: of one kind, or of several together."""

    group: str
    kinds: tuple[str, ...]
    is_whole: bool  # 供养金、慰问金、补贴共2010.3万元
    value: Decimal


@dataclass(frozen=True, slots=True)
class People:
    """Everything that a text says of groups of people."""

    heads: tuple[Heads, ...]
    payments: tuple[Payment, ...]


@lru_cache(maxsize=512)
def people_in(text: str) -> People:
    """Return the groups that a text counts, and what it says was paid to each."""
    passage = read_passage(text)
    if not passage.is_whole:
        return People((), ())
    heads: list[Heads] = []
    payments: list[Payment] = []
    group, sentence = "", -1
    for previous, amount in zip((None, *passage.amounts), passage.amounts, strict=False):
        start, _end = passage.sentence(amount.start)
        if start != sentence:
            group, sentence = "", start
        if amount.measure in PEOPLE or amount.measure == "户":
            named = _group(passage, previous, amount)
            if named:
                heads.append(named)
                group = named.group
        elif amount.measure == "元" and group:
            payment = _payment(passage, previous, amount, group)
            if payment:
                payments.append(payment)
    return People(tuple(heads), tuple(payments))


def _group(passage: Passage, previous: Amount | None, amount: Amount) -> Heads | None:
    clause_start, _end = passage.clause(amount.start)
    start = max(clause_start, previous.end if previous else 0, amount.start - 20)
    before = passage.folded[start : amount.start]
    after = _GROUP_AFTER.match(passage.folded, amount.end)
    if after:
        return Heads(after[0], amount, bool(_NEW.search(before)))
    named = _GROUP_BEFORE.search(before)
    if not named:
        return None
    return Heads(_STOCK.sub("", _NEW.sub("", named[1])), amount, bool(_NEW.search(before)))


def _payment(
    passage: Passage, previous: Amount | None, amount: Amount, group: str
) -> Payment | None:
    clause_start, _end = passage.clause(amount.start)
    start = max(clause_start, previous.end if previous else 0, amount.start - 60)
    said = passage.folded[start : amount.start]
    paid = _PAID.search(said)
    kinds_said = said[paid.end() :] if paid else said.lstrip("、和及")
    is_whole = bool(_WHOLE.search(kinds_said))
    kinds = tuple(each for each in re.split("[、和及]", _WHOLE.sub("", kinds_said)) if each)
    if not kinds:
        return None
    return Payment(group, kinds, is_whole and len(kinds) > 1, amount.resolved)


def too_many_each(text: str) -> str:
    """Tell which number of times cannot be that of so many people: 121346人次 for 4134名."""
    heads = people_in(text).heads
    for times in heads:
        if times.amount.measure != "人次":
            continue
        for people in heads:
            is_same = people.group == times.group and people.amount.measure in ("人", "名")
            if not is_same or not people.amount.value:
                continue
            each = times.amount.resolved / people.amount.resolved
            if each > MOST_EACH:
                return (
                    f"{times.group}{plain_number(people.amount.resolved)}"
                    f"{people.amount.measure}，共{plain_number(times.amount.resolved)}人次，"
                    f"平均每人{plain_number(round(each, 1))}次。"
                )
    return ""


def part_over_whole(part: str, whole: str) -> str:
    """Tell what a text says of a part of a group that is more than the other says of all of it.

    Part and whole are the same group by name, the part with more words before it: 农村特困供养人员
    are some of the 特困供养人员.
    """
    return _more_heads(people_in(part), people_in(whole)) or _more_paid(
        people_in(part), people_in(whole)
    )


def _is_part(part: str, whole: str) -> bool:
    return part != whole and part.endswith(whole) and len(whole) >= 4


def _more_heads(part: People, whole: People) -> str:
    for all_of_them in whole.heads:
        for some in part.heads:
            are_alike = not (some.is_new or all_of_them.is_new) and "人次" not in (
                some.amount.measure,
                all_of_them.amount.measure,
            )
            if (
                are_alike
                and _is_part(some.group, all_of_them.group)
                and some.amount.resolved > all_of_them.amount.resolved
            ):
                return (
                    f"{some.group}{plain_number(some.amount.resolved)}{some.amount.measure}，多于"
                    f"{all_of_them.group}{plain_number(all_of_them.amount.resolved)}"
                    f"{all_of_them.amount.measure}"
                )
    return ""


def _more_paid(part: People, whole: People) -> str:
    for paid in whole.payments:
        if not paid.is_whole:
            continue
        some = [
            each
            for each in part.payments
            if _is_part(each.group, paid.group) and _is_among(each.kinds, paid.kinds)
        ]
        added = sum((each.value for each in some), Decimal(0))
        if added > paid.value:
            return (
                f"{some[0].group}{'、'.join(kind for each in some for kind in each.kinds)}"
                f"相加为{plain_number(added / 10_000)}万元，多于{paid.group}"
                f"{'、'.join(paid.kinds)}共{plain_number(paid.value / 10_000)}万元"
            )
    return ""


def _is_among(kinds: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return all(any(each.endswith(one) or one.endswith(each) for one in whole) for each in kinds)
