"""What a reader may want to look at again in a text: hints, never locks.

Published wording is evidence and is never corrected; a hint names what it saw and
blocks nothing. Put aside, it stays away until the text or the evidence changes.
Patterns were tried on the 118 texts of the real first quarter of 2020.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from targets.models import Contribution, DismissedHint, Entry, Period, User

SHORTEST = 15  # characters; 数据统计中。 and 已制定工作方案。 say too little
# Characters before a number: fewer tell nothing, and beyond these two facts may differ in words
# and still be one (第一季度网上累计收到… and 网上累计收到…).
SHORTEST_FACT = 6
LONGEST_FACT = 10
QUOTED = 40  # characters of evidence shown

KINDS = {
    "same_as_before": "与上季度文字相同",
    "no_numbers": "工作标准有数量要求，填报没有数字",
    "part_over_total": "分项大于总数",
    "two_values": "同一事实有两个数值",
    "last_year": "写的可能是上一年的成绩",
    "short": "文字过短",
}


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
        hints = find_hints(
            each.text,
            standard=item.standard,
            previous=[
                text for unit, text in previous[each.entry.item_id] if unit in (None, each.unit_id)
            ],
            neighbours=[other for other in neighbours if other.name != str(item)],
            year=period.plan.year,
        )
        found[each.pk] = [hint for hint in hints if (each.pk, hint.digest) not in dismissed]
    return found


def _neighbours(period: Period, user: User) -> Iterator[Neighbour]:
    """Yield the quarter's texts: what was approved, else what was handed in."""
    approved = Entry.objects.for_period(period).exclude(approved_text="")
    for entry in approved.select_related("item__goal", "kept__goal", "period"):
        yield Neighbour(str(entry.line), entry.approved_text)
    submitted = Contribution.objects.readable_by(user).filter(
        entry__period=period, entry__approved_text=""
    )
    for each in submitted.exclude(text="").select_related(
        "entry__item__goal", "entry__kept__goal", "entry__period"
    ):
        yield Neighbour(str(each.entry.line), each.text)


def _previous_texts(period: Period, item_ids: set[int]) -> dict[int, list[tuple]]:
    """Return last quarter's texts by item: (None, approved text) and (unit's key, its own)."""
    before = {"period_id": period.follows_id}
    texts: dict[int, list[tuple]] = defaultdict(list)
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
) -> list[Hint]:
    """Return the hints on one text, in the order of KINDS; none on an empty text.

    `previous` holds last quarter's texts (the unit's own and the approved one), `year`
    is the plan's.
    """
    if not text.strip():
        return []
    found = [
        ("same_as_before", same_as_before(text, previous)),
        ("no_numbers", no_numbers(text, standard)),
        ("part_over_total", part_over_total(text)),
        ("two_values", two_values(text, neighbours)),
        ("last_year", last_year(text, year)),
        ("short", short(text)),
    ]
    return [Hint(kind, told, _digest(kind, text, told)) for kind, told in found if told]


def same_as_before(text: str, previous: Iterable[str]) -> str:
    """Tell that the text is last quarter's, whatever its blanks, line ends and forms."""
    if any(_bare(text) == _bare(each) for each in previous if each):
        return "除空格和换行外，与上季度逐字相同。"
    return ""


def no_numbers(text: str, standard: str) -> str:
    """Tell which amounts the standard asks for, where the text has none at all."""
    asked = [each.whole for each in _amounts(standard)]
    if not asked or any(_amounts(text)):
        return ""
    return f"工作标准中有：{'、'.join(asked[:3])}。"


def part_over_total(text: str) -> str:
    """Tell which part that follows 其中 is larger than the total before it, in the same unit."""
    for sentence in re.split(r"[。；\n]", text):
        before, found, after = sentence.partition("其中")
        if not found:
            continue
        totals = list(_amounts(before))
        # Only the last figure before 其中 is its total; 同比 and 占 speak of something else.
        if not totals:
            continue
        total = totals[-1]
        for part in _amounts(after):
            is_same_unit = part.unit == total.unit and part.unit != "%"
            if is_same_unit and part.value > total.value:
                return f"“{part.whole}”大于总数“{total.whole}”：{_quote(sentence, total.whole)}"
    return ""


def two_values(text: str, neighbours: Iterable[Neighbour]) -> str:
    """Tell where another text gives another value to what reads as the same fact."""
    own = {fact.key: fact for fact in _facts(text)}
    for neighbour in neighbours:
        for theirs in _facts(neighbour.text):
            ours = own.get(theirs.key)
            if ours and ours.value != theirs.value:
                return f"本条“{ours.phrase}”，{neighbour.name}“{theirs.phrase}”。"
    return ""


def last_year(text: str, year: int) -> str:
    """Tell which sentence reports the year before as done; comparisons with it do not count."""
    for sentence in re.split(r"[。；;\n]", text):
        plain = _NAMED.sub("", sentence)
        is_old = f"{year - 1}年" in plain or "去年" in plain
        is_comparison = re.search(r"同比|较(?:上年|去年)|比(?:上年|去年)|相比", plain)
        if is_old and not is_comparison and re.search(r"完成|验收|实现|拨付|总结", plain):
            return f"“{sentence.strip()[:QUOTED]}”"
    return ""


def short(text: str) -> str:
    """Tell how short a text is that says too little to judge by."""
    length = len(_bare(text))
    return f"只有{length}字。" if length < SHORTEST else ""


# --- figures in running text ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit: what stands before it, its value, and as it is written."""

    before: str
    value: Decimal
    unit: str
    whole: str

    @property
    def key(self) -> tuple[str, str]:
        """What two figures share that count the same thing."""
        return self.before[-LONGEST_FACT:], self.unit

    @property
    def phrase(self) -> str:
        return f"{self.before}{self.whole}"


_NUMBER = re.compile(
    r"(?<![A-Za-z0-9.〔\[])(?P<number>[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)"
    r"(?P<unit>(?:万|亿|千)?[（(]?[\u4e00-\u9fff%][）)]?[\u4e00-\u9fff]?)"
)
# What counts nothing: years, days, hours, quarters, numbers of paragraphs and of documents.
_CALENDAR = re.compile(r"年|月|日|时|号|季|点|届|版|条|期")
_LISTED = re.compile(r"(?m)^\s*[0-9]{1,2}[、.．]")
_NAMED = re.compile(r"《[^》]*》|[〔\[][0-9]{4}[〕\]][0-9]*号?|“[^”]*”")
_UNITS = {
    "万": 10_000,
    "亿": 100_000_000,
    "千": 1_000,
}


def _amounts(text: str) -> Iterator[Amount]:
    """Yield the numbers that count something, in the order they stand."""
    plain = _LISTED.sub("", unicodedata.normalize("NFKC", text))
    for match in _NUMBER.finditer(plain):
        unit = match["unit"]
        if _CALENDAR.match(unit):
            continue
        factor = _UNITS.get(unit[0], 1)
        counted = (unit[1:] if factor > 1 else unit).strip("()")
        # One sign names the unit (批（次） and 批次 are one), but 平方 alone is none.
        counted = counted[:2] if counted.startswith("平方") else counted[:1]
        yield Amount(
            before=_clause(plain[: match.start()]),
            value=Decimal(match["number"].replace(",", "")) * factor,
            unit=counted,
            whole=f"{match['number']}{unit[0] if factor > 1 else ''}{counted}",
        )


def _clause(text: str) -> str:
    """Return the words of the clause that ends here, without blanks."""
    return re.split(r"[，。；：、,;:\s()0-9]", text)[-1]


# Every text of a quarter is a neighbour of every other: each is read once, not a hundred times.
@lru_cache(maxsize=1024)
def _facts(text: str) -> tuple[Amount, ...]:
    """Return the figures whose words before them are long enough to tell what they count."""
    return tuple(
        amount for amount in _amounts(text) if len(amount.before) >= SHORTEST_FACT and amount.unit
    )


def _bare(text: str) -> str:
    """Return the text to compare by: no blanks, no invisible characters, one form of each."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(each for each in normal if not each.isspace() and _is_visible(each))


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf"}


def _quote(sentence: str, around: str) -> str:
    start = max(0, sentence.find(around) - QUOTED // 2)
    return f"“{sentence[start : start + QUOTED].strip()}”"


def _digest(kind: str, text: str, evidence: str) -> str:
    return hashlib.sha256("\0".join((kind, text, evidence)).encode()).hexdigest()
