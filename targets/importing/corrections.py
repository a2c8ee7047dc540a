"""Corrections that a file seems to need: offered with a count, taken by a person only."""

import csv
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from targets.importing.preview import Suggestion
from targets.importing.records import Record
from targets.importing.words import tidied

TIDY = "tidy"
_TEXTS = ("standard", "progress")
# Only a text with one of these can be changed by `tidied`.
_MARKS = re.compile(r"[ \u00a0,;:()]|[；。;.][2-9][、.．]")


@cache
def misreadings() -> dict[str, tuple[str, str]]:
    """Return what scans are known to misread: found -> (meant, why)."""
    path = Path(__file__).with_name("misreadings.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["found"]: (row["meant"], row["why"]) for row in csv.DictReader(file)}


def correct(records: list[Record], taken: Iterable[str]) -> list[Suggestion]:
    """Apply the corrections that were taken, and return all that apply with their counts."""
    taken = set(taken)
    suggestions = [each for found in misreadings() if (each := _misread(records, found, taken))]
    counted = sum(_tidy(record, TIDY in taken) for record in records)
    if counted:
        text = "整理扫描或格式转换留下的空格、半角标点，并把连在一起的“1、2、”分段"
        suggestions.append(Suggestion(TIDY, text, counted, TIDY in taken))
    return suggestions


def _misread(records: list[Record], found: str, taken: set[str]) -> Suggestion | None:
    meant, why = misreadings()[found]
    count = 0
    for record in records:
        for meaning in (*_TEXTS, "goal_name"):
            text = getattr(record, meaning)
            if found in text:
                count += text.count(found)
                if found in taken:
                    setattr(record, meaning, text.replace(found, meant))
    text = f"“{found}”改为“{meant}”（{why}）"
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
