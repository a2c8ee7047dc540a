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
TITLE_LIMIT = 36  # characters of a standard that title its item: a line of a head
LEAST_TITLE = 6  # characters that a title keeps where it is cut before a quote or bracket
LOCAL = ZoneInfo("Asia/Shanghai")
_ITEM_NUMBER = re.compile(r"([0-9]{1,3})\s*\(([0-9]{1,3})\)", re.ASCII)


def percent(part: int, whole: int) -> int | None:
    """Return part/whole in whole percent, half up; None where the whole is 0 (printed as —).

    `round()` would round 12.5 to the even 12, where Excel prints 13.
    """
    if whole == 0:
        return None
    return (200 * part + whole) // (2 * whole)


def percent_parts(
    parts: Sequence[int], are_headline: Sequence[bool] = (), *, scale: int = 1
) -> list[int | None]:
    """Return the parts' percents, which add up to 100; with `scale` 10 in tenths, to 1000.

    The headline parts (what counts as completed) are together the plain half-up rounding of
    their own number, which no rest ever touches. It is split among them, and what is left of
    100 among the others, by the largest remainder; ties in order. All are None where the
    parts add up to 0.
    """
    whole = sum(parts)
    if not whole:
        return [None] * len(parts)
    hundred = 100 * scale
    flags = are_headline or [False] * len(parts)
    headline = [index for index, is_headline in enumerate(flags) if is_headline]
    others = [index for index, is_headline in enumerate(flags) if not is_headline]
    together = sum(parts[index] for index in headline)
    share = (2 * hundred * together + whole) // (2 * whole)
    result: list[int | None] = [0] * len(parts)
    for indexes, total in ((headline, share), (others, hundred - share)):
        floors = {index: hundred * parts[index] // whole for index in indexes}
        by_remainder = sorted(indexes, key=lambda index: -(hundred * parts[index] % whole))
        rest = total - sum(floors.values())
        for place, index in enumerate(by_remainder):
            result[index] = floors[index] + (place < rest)
    return result


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


def shortened(text: str, limit: int) -> str:
    """Return a text of so many characters at most, … at its end where more follows."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def quoted(words: str) -> str:
    """Return words in quotes, those inside as ‘ ’: “服务业‘十大突破工程’” (GB/T 15834)."""
    return f"“{words.translate(_INNER_QUOTES)}”"


def item_title(standard: str) -> str:
    """Return a work standard in few words, to title its item: its first sentence, or its start.

    Up to TITLE_LIMIT characters, cut at a comma where there is one, and not within quotes or
    brackets unless the standard begins with them; … says that more follows.
    """
    text = " ".join(standard.split()).lstrip("。；; ") or standard
    sentence = re.split(r"[。；;]", text, maxsplit=1)[0] or text
    if len(sentence) <= TITLE_LIMIT:
        return sentence if text.rstrip("。；;") == sentence else f"{sentence}…"
    start = sentence[:TITLE_LIMIT]
    cut = max(start.rfind(mark) for mark in "，、")
    start = start[:cut] if cut > TITLE_LIMIT // 2 else start
    for opening, closing in ("“”", "（）", "《》"):
        before = start[: start.rfind(opening)]
        # A few words, or none, would title nothing.
        if start.count(opening) > start.count(closing) and len(before) >= LEAST_TITLE:
            start = before
    return f"{start.rstrip('，、')}…"


def parse_item_number(text: str) -> tuple[int, int] | None:
    """Return (goal, item) of a number as people write it, 4(9) or ４（９）; None for other text."""
    if len(text) > ITEM_NUMBER_LIMIT:
        return None
    match = _ITEM_NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return (int(match[1]), int(match[2])) if match else None


_INNER_QUOTES = str.maketrans("“”", "‘’")
# Whoever pastes one makes 01亿元 look like 10亿元, on paper too; no word needs them.
_TURNING = str.maketrans("", "", "\u202d\u202e")


def clean_text(text: str) -> str:
    """Return the text as it is kept, nothing changed but outer blanks, line ends, what turns it.

    Lines end with LF; signs that nobody sees and that print characters in another order than
    they stand in are left out, so that everybody reads what is counted and compared.
    """
    return text.translate(_TURNING).replace("\r\n", "\n").replace("\r", "\n").strip()
