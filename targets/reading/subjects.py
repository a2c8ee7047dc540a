"""What a number speaks of: the words about it, and how far two such names agree."""

import re
from dataclasses import dataclass
from functools import lru_cache

from targets.reading import words
from targets.reading.amounts import Passage

# A name is a phrase. What is longer is a sentence, and its head says little.
LONGEST = 60

_JOINED = re.compile(r"^[、和及与，,:：]*(?:其中[，,:：]?)?|[、，,：:（(]+$")
_SIZE = re.compile(r"[0-9.]*[百千万亿]+元?(?:以上|以下)的?|[0-9.]+[亿万]?元(?:以上|以下)的?")
_NOT_NAMES = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9“”（）()]+")
PERIOD = re.compile(
    r"(?:截止|截至)?(?:20[0-9]{2}年)?(?:[0-9]{1,2}[-—~至][0-9]{1,2}月份?|[0-9]{1,2}月份?(?:[0-9]{1,2}日)?"
    r"|[一二三四1-4]月?季度|上半年|前三季度|第[一二三四]季度)(?:底|末|下旬|中旬|上旬)?"
)


def _alternatives(names: list[str]) -> str:
    return "|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))


_VERB_HEAD = re.compile(rf"^(?:{_alternatives(words.VERBS)})+")
_COMMON_PAIRS = frozenset(words.COMMON_NOUNS)
_AIM = re.compile(r"^(?:力争|确保|争取|努力|实现)+(?=..)")
_FILLER = re.compile(_alternatives(words.FILLERS))
_RATE_WORDS = re.compile(_alternatives([*words.FALLS, *words.GROWS]))
_TAIL_WORDS = [
    *words.AT_LEAST_BEFORE,
    *words.AT_MOST_BEFORE,
    *words.ABOUT_BEFORE,
    *words.HELD_AT,
    "至",
]
_TAIL = re.compile(rf"(?<!签)(?:{_alternatives([*_TAIL_WORDS, '分别', '等', '共'])})$")


@dataclass(frozen=True, slots=True)
class Subject:
    """The words about a number: `name` as a person would call it, `start` where they begin."""

    name: str
    start: int


def subject_of(passage: Passage, place: int, *, inherit: bool = True) -> Subject:
    """Return what the amount at this place in the list speaks of.

    It is what stands in its clause since the number before; where the number stands first
    (启动9个污水处理工程), also what follows it.
    """
    amount = passage.amounts[place]
    clause_start, clause_end = passage.clause(amount.start)
    start = clause_start
    previous = passage.amounts[place - 1] if place else None
    # A number that names a size (亿元以上) is part of what is counted.
    if previous and previous.start >= clause_start and not previous.is_class:
        start = previous.extent
    elif previous and previous.is_class and previous.start >= clause_start:
        start = _start_before_class(passage, place, clause_start)
    start = max(start, amount.start - LONGEST)
    before = passage.folded[start : amount.start]
    name = _JOINED.sub("", before.strip())
    rest = _rest(passage, place, clause_end)
    if rest:
        name += rest
    if inherit and start > clause_start and not _VERB_HEAD.match(name):
        name = _inherited(passage, clause_start, start) + name
    return Subject(_JOINED.sub("", name.strip()).strip(), start)


def _start_before_class(passage: Passage, place: int, clause_start: int) -> int:
    """Return where the words begin that a number of size is a part of."""
    earlier = [
        each.extent
        for each in passage.amounts[max(0, place - 4) : place]
        if each.start >= clause_start and not each.is_class
    ]
    return max(earlier, default=clause_start)


def _rest(passage: Passage, place: int, clause_end: int) -> str:
    """Return the words that follow the number and belong to it: 9个[污水处理工程]."""
    amount = passage.amounts[place]
    following = passage.amounts[place + 1] if place + 1 < len(passage.amounts) else None
    end = min(clause_end, amount.extent + LONGEST)
    if following and following.start < end:
        end = following.start
    rest = passage.folded[amount.extent : end]
    if not rest or rest[0] in "、，,和及与并且（()":
        return ""
    return rest.split("、")[0].rstrip("，,")


def _inherited(passage: Passage, clause_start: int, start: int) -> str:
    """Return the verb at the head of the clause: what is 新建 first is 新建 next."""
    head = _VERB_HEAD.match(passage.folded[clause_start:start].lstrip("、 "))
    return head[0] if head else ""


@lru_cache(maxsize=4096)
def core(name: str) -> str:
    """Return what is counted: the name without verbs, sizes, periods and filling words."""
    for written, meant in words.SAME_THING.items():
        name = name.replace(written, meant)
    name = _SIZE.sub("", PERIOD.sub("", name))
    name = _VERB_HEAD.sub("", _NOT_NAMES.sub("", name))
    return _RATE_WORDS.sub("", _FILLER.sub("", name)).strip("“”()（）的为了")


@dataclass(frozen=True, slots=True)
class _Name:
    """A name made ready to be compared: its core's signs and pairs of signs, and its verb."""

    signs: frozenset[str]
    pairs: frozenset[str]
    verb: str


@lru_cache(maxsize=4096)
def _prepared(name: str) -> _Name:
    what = core(name)
    verb = _VERB_HEAD.match(_NOT_NAMES.sub("", name))
    return _Name(
        signs=frozenset(what),
        pairs=frozenset(what[place : place + 2] for place in range(len(what) - 1)),
        verb=verb[0] if verb else "",
    )


def likeness(first: str, second: str) -> float:
    """Return from 0 to 1 how much of the first name's core is found in the second's.

    Half of it counts signs, half pairs of signs: 政府债务 and 政府性债务 are close. Two names
    that share no more than 项目 or 企业 are half as close, unless the same was done to both.
    """
    ours, theirs = _prepared(first), _prepared(second)
    if not ours.signs or not theirs.signs:
        return 0.0
    alike = len(ours.signs & theirs.signs) / len(ours.signs)
    is_same_verb = bool(ours.verb) and ours.verb == theirs.verb
    if ours.pairs:
        shared = ours.pairs & theirs.pairs
        alike = (alike + len(shared) / len(ours.pairs)) / 2
        if shared <= _COMMON_PAIRS and not is_same_verb:
            return alike / 2
    return min(1.0, alike + 0.05) if is_same_verb else alike


def tidy(name: str) -> str:
    """Return the name as an indicator is called: without 达到, 增长 to come before a number."""
    short = _TAIL.sub("", _TAIL.sub("", name))
    return _AIM.sub("", short).strip("、，, ") or name
