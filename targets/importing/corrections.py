"""Corrections that a file seems to need: offered with a count, taken by a person only."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from targets.importing.preview import Suggestion
from targets.importing.records import Record
from targets.importing.words import tidied
from targets.models import Misreading

TIDY = "tidy"
_TEXTS = ("standard", "progress")
# Only a text with one of these can be changed by `tidied`.
_MARKS = re.compile(r"[ \u00a0,;:()]|[；。;.][2-9][、.．]")


@dataclass(frozen=True, slots=True)
class Known:
    """A word as scans misread it, and what is meant."""

    found: str
    meant: str
    why: str


def load_misreadings(district_id: int) -> list[Known]:
    """Return what the district's office has noted."""
    rows = Misreading.objects.filter(district_id=district_id)
    return [Known(*facts) for facts in rows.values_list("found", "meant", "why")]


def correct(
    records: list[Record], misreadings: Iterable[Known], taken: Iterable[str]
) -> list[Suggestion]:
    """Apply the corrections that were taken, and return all that apply with their counts."""
    taken = set(taken)
    suggestions = [each for known in misreadings if (each := _misread(records, known, taken))]
    counted = sum(_tidy(record, TIDY in taken) for record in records)
    if counted:
        text = "整理扫描或格式转换留下的空格、半角标点，并把连在一起的“1、2、”分段"
        suggestions.append(Suggestion(TIDY, text, counted, TIDY in taken))
    return suggestions


def _misread(records: list[Record], known: Known, taken: set[str]) -> Suggestion | None:
    found, meant = known.found, known.meant
    count = 0
    for record in records:
        for meaning in (*_TEXTS, "goal_name"):
            text = getattr(record, meaning)
            if found in text:
                count += text.count(found)
                if found in taken:
                    setattr(record, meaning, text.replace(found, meant))
    text = f"“{found}”改为“{meant}”" + (f"（{known.why}）" if known.why else "")
    return Suggestion(found, text, count, found in taken) if count else None


def _tidy(record: Record, is_taken: bool) -> int:
    """Tidy the record's texts, or only count those that tidying would change."""
    count = 0
    for meaning in _TEXTS:
        text = getattr(record, meaning)
        if _MARKS.search(text):
            tidy = tidied(text)
            if tidy != text:
                count += 1
                if is_taken:
                    setattr(record, meaning, tidy)
    return count
