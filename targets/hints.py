"""What a reader may want to look at again in a text: hints, never locks.

Published wording is evidence and is never corrected; a hint names what it saw and
blocks nothing. Put aside, it stays away until the text or the evidence changes.
Tried on the 118 texts of the real first quarter of 2020: tests/data/hints_2020Q1.csv says what
was found there, and which of it is true.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from targets.choices import ItemOutcome
from targets.models import Contribution, DismissedHint, Entry, Period, User
from targets.reading import arithmetic
from targets.reading.amounts import fold, read_passage
from targets.rules import item_label

SHORTEST = 15  # characters; 数据统计中。 and 已制定工作方案。 say too little
QUOTED = 40  # characters of evidence shown

KINDS = {
    "same_as_before": "与上季度文字相同",
    "same_as_other": "与其他事项文字相同",
    "says_cancelled": "文中说已取消，事项仍在实施",
    "no_numbers": "工作标准有数量要求，填报没有数字",
    "part_over_total": "分项大于总数",
    "sums_differ": "分项相加与总数不符",
    "part_over_whole": "部分大于另一事项中的全部",
    "two_values": "同一事实有两个数值",
    "too_many_each": "人次与人数不相称",
    "last_year": "写的可能是上一年的成绩",
    "short": "文字过短",
}


_NAMED = re.compile(r"《[^》\n]{0,80}》|[〔\[][0-9]{4}[〕\]][0-9]{0,6}号?|“[^”\n]{0,80}”")
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+")
# `fold` leaves these as they are.
_PUNCTUATION = str.maketrans("，：；！？", ",:;!?")
_CANCELLED = re.compile(r"(?:该|本)(?:事项|项目|项工作|工作|计划)[^，。；\n]{0,8}取消")


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing worth a second look: its kind, what it is based on, and its fingerprint."""

    kind: str
    evidence: str
    digest: str

    @property
    def label(self) -> str:
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another text of the same quarter that the reader may see: its name, such as 20（3）."""

    name: str
    text: str


def read_hints(contributions: list[Contribution], *, user: User) -> dict[int, list[Hint]]:
    """Return the hints on contributions of one period by their keys, without those put aside.

    Texts are compared with what the user may read of the same quarter, and with last
    quarter's. Five queries, however many contributions there are; give each its entry
    with item, goal, period and plan.
    """
    if not contributions:
        return {}
    period = contributions[0].entry.period
    neighbours = list(_neighbours(period, user))
    previous = _previous_texts(period, {each.entry.item_id for each in contributions})
    dismissed = set(
        DismissedHint.objects.filter(contribution__in=contributions).values_list(
            "contribution_id", "digest"
        )
    )
    found = {}
    for each in contributions:
        item = each.entry.line
        name = str(item)
        hints = find_hints(
            each.text,
            standard=item.standard,
            previous=[
                text for unit, text in previous[each.entry.item_id] if unit in (None, each.unit_id)
            ],
            neighbours=[other for other in neighbours if other.name != name],
            year=period.plan.year,
            is_live=item.outcome == ItemOutcome.LIVE,
        )
        found[each.pk] = [hint for hint in hints if (each.pk, hint.digest) not in dismissed]
    return found


def _neighbours(period: Period, user: User) -> Iterator[Neighbour]:
    """Yield the quarter's texts: what was approved, else what was handed in.

    As plain values: a page of hints has hundreds of them, and needs no more than their names.
    """
    approved = Entry.objects.for_period(period).exclude(approved_text="")
    submitted = Contribution.objects.readable_by(user).filter(
        entry__period=period, entry__approved_text=""
    )
    told = (
        (approved, "", "approved_text"),
        (submitted.exclude(text=""), "entry__", "text"),
    )
    for rows, entry, text in told:
        # The item as the quarter kept it, else as it is today.
        kept, today = (
            (
                f"{entry}{item}__goal__number",
                f"{entry}{item}__number",
                f"{entry}{item}__is_numbered",
            )
            for item in ("kept", "item")
        )
        for words, *numbers in rows.values_list(text, *kept, *today):
            number = numbers[:3] if numbers[0] is not None else numbers[3:]
            yield Neighbour(item_label(*number), words)


def _previous_texts(period: Period, item_ids: set[int]) -> dict[int, list[tuple[int | None, str]]]:
    """Return last quarter's texts by item: (None, approved text) and (unit's key, its own)."""
    before = {"period_id": period.follows_id}
    texts: dict[int, list[tuple[int | None, str]]] = defaultdict(list)
    if period.follows_id is None:
        return texts
    entries = Entry.objects.filter(item_id__in=item_ids, **before)
    for item_id, text in entries.values_list("item_id", "approved_text"):
        texts[item_id].append((None, text))
    own = Contribution.objects.filter(entry__in=entries)
    for item_id, unit_id, text in own.values_list("entry__item_id", "unit_id", "text"):
        texts[item_id].append((unit_id, text))
    return texts


def find_hints(
    text: str,
    *,
    standard: str,
    previous: Iterable[str] = (),
    neighbours: Iterable[Neighbour] = (),
    year: int,
    is_live: bool = True,
) -> list[Hint]:
    """Return the hints on one text, in the order of KINDS; none on an empty text.

    `previous` holds last quarter's texts (the unit's own and the approved one), `year`
    is the plan's. A text that is too full of numbers to be read has no remark on them.
    """
    if not text.strip():
        return []
    neighbours = list(neighbours)
    passage = read_passage(text)
    found = {
        "same_as_before": same_as_before(text, previous),
        "same_as_other": same_as_other(text, neighbours),
        "says_cancelled": says_cancelled(text) if is_live else "",
        "no_numbers": no_numbers(text, standard),
        "part_over_total": arithmetic.part_over_total(passage),
        "sums_differ": arithmetic.sums_differ(passage),
        "part_over_whole": part_over_whole(text, neighbours),
        "two_values": two_values(text, neighbours),
        "too_many_each": arithmetic.too_many_each(text),
        "last_year": last_year(text, year),
        "short": short(text),
    }
    return [
        Hint(kind, found[kind], _digest(kind, text, found[kind])) for kind in KINDS if found[kind]
    ]


def same_as_before(text: str, previous: Iterable[str]) -> str:
    """Tell that the text is last quarter's, whatever its blanks, line ends and forms."""
    if any(_bare(text) == _bare(each) for each in previous if each):
        return "除空格和换行外，与上季度逐字相同。"
    return ""


def same_as_other(text: str, neighbours: Iterable[Neighbour]) -> str:
    """Tell which other item says the same, word for word; what is short may well be said twice."""
    own = _bare(text)
    if len(own) < SHORTEST:
        return ""
    same = [each.name for each in neighbours if _bare(each.text) == own]
    return f"与{'、'.join(same[:3])}逐字相同。" if same else ""


def says_cancelled(text: str) -> str:
    """Tell where the text says that the item itself is cancelled."""
    said = _CANCELLED.search(fold(text))
    return f"“{text[said.start() : said.end()]}”" if said else ""


def no_numbers(text: str, standard: str) -> str:
    """Tell which amounts the standard asks for, where the text has none at all."""
    passage = read_passage(standard)
    asked = [standard[each.start : each.end] for each in passage.amounts if not each.is_class]
    if not asked or read_passage(text).amounts:
        return ""
    return f"工作标准中有：{'、'.join(asked[:3])}。"


def part_over_whole(text: str, neighbours: Iterable[Neighbour]) -> str:
    """Tell where a part here is more than the whole in another text, or the other way round."""
    if not arithmetic.people_in(text).heads:
        return ""
    for neighbour in neighbours:
        if not arithmetic.people_in(neighbour.text).heads:
            continue
        if told := arithmetic.part_over_whole(text, neighbour.text):
            return f"本条{told}（{neighbour.name}）。"
        if told := arithmetic.part_over_whole(neighbour.text, text):
            return f"{neighbour.name}{told}（本条）。"
    return ""


def two_values(text: str, neighbours: Iterable[Neighbour]) -> str:
    """Tell where another text gives another value to the same fact."""
    if not arithmetic.facts_in(text):
        return ""
    for neighbour in neighbours:
        if told := arithmetic.told_otherwise(text, neighbour.text):
            ours, theirs = told
            return f"本条“{ours}”，{neighbour.name}“{theirs}”。"
    return ""


def last_year(text: str, year: int) -> str:
    """Tell which sentence reports the year before as done; comparisons with it do not count."""
    unnamed = _NAMED.sub(lambda match: "□" * len(match[0]), text)
    for sentence in re.finditer(r"[^。；;\n]+", unnamed):
        plain = sentence[0]
        is_old = f"{year - 1}年" in plain or "去年" in plain
        is_comparison = re.search(r"同比|较(?:上年|去年)|比(?:上年|去年)|相比", plain)
        if is_old and not is_comparison and re.search(r"完成|验收|实现|拨付|总结", plain):
            said = text[sentence.start() : sentence.end()].strip()
            return f"“{said[:QUOTED]}”"
    return ""


def short(text: str) -> str:
    """Tell how short a text is that says too little to judge by."""
    length = len(_bare(text))
    return f"只有{length}字。" if length < SHORTEST else ""


@lru_cache(maxsize=512)
def _bare(text: str) -> str:
    """Return the text to compare by: no blanks, no invisible characters, one form of each."""
    return _UNSEEN.sub("", fold(text).translate(_PUNCTUATION))


def _digest(kind: str, text: str, evidence: str) -> str:
    return hashlib.sha256("\0".join((kind, text, evidence)).encode()).hexdigest()
