"""Verdicts without a database: what may be done, what is late, how parts round.

Sources: the counting and state rules in docs/domain.md.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

TEXT_LIMIT = 20_000  # characters in one text; a longer one is refused whole, never cut
REASON_LIMIT = 500
ITEM_NUMBER_LIMIT = 20  # characters, with blanks
LOCAL = ZoneInfo("Asia/Shanghai")
_ITEM_NUMBER = re.compile(r"([0-9]{1,3})\s*\(([0-9]{1,3})\)", re.ASCII)


def percent(part: int, whole: int) -> int | None:
    """Return part/whole in whole percent, half up; None where the whole is 0 (printed as —).

    `round()` would round 12.5 to the even 12, where Excel prints 13.
    """
    if whole == 0:
        return None
    return (200 * part + whole) // (2 * whole)


def percent_parts(parts: Sequence[int]) -> list[int | None]:
    """Return whole percents of the parts that add up to 100.

    Each is rounded half up and the rest goes on the largest part; of equal parts on
    the first. All are None where the parts add up to 0.
    """
    whole = sum(parts)
    rounded = [percent(part, whole) for part in parts]
    if whole:
        largest = max(range(len(parts)), key=lambda index: parts[index])
        rounded[largest] += 100 - sum(rounded)
    return rounded


def due_in_force(due_on: date, extended_until: date | None) -> date:
    """Return the day that lateness is measured against: the period's, or a later extension's.

    The period's own date is never overwritten; it is shown beside this one.
    """
    return max(due_on, extended_until) if extended_until else due_on


def due_until(due_on: date) -> datetime:
    """Return the last microsecond of the due day in Asia/Shanghai."""
    return datetime.combine(due_on, time.max, tzinfo=LOCAL)


def is_late(moment: datetime, due_on: date) -> bool:
    """Tell whether a moment lies after the due day, in Asia/Shanghai, has ended.

    Give it the day in force (`due_in_force`), not the period's.
    """
    return moment > due_until(due_on)


def days_left(today: date, due_on: date) -> int:
    """Return the days until the due day: 0 on the day itself, negative once it is over."""
    return (due_on - today).days


def goal_label(number: int, name: str) -> str:
    """Return a goal's name as lists print it, after its number."""
    return f"{number}．{name}"


def item_label(goal: int, number: int, is_numbered: bool) -> str:
    """Return an item's number as documents print it, 4（9）; a goal's single item may be 4."""
    return f"{goal}（{number}）" if is_numbered else str(goal)


def parse_item_number(text: str) -> tuple[int, int] | None:
    """Return (goal, item) of a number as people write it, 4(9) or ４（９）; None for other text."""
    if len(text) > ITEM_NUMBER_LIMIT:
        return None
    match = _ITEM_NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return (int(match[1]), int(match[2])) if match else None


def clean_text(text: str) -> str:
    """Return the text as it is kept: line ends as LF, nothing else changed but outer blanks."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
