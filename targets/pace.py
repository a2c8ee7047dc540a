"""Pace (序时进度): how far a promise should be at a date, how far it is, and its light.

Without a table. Every number is an exact decimal; a share is between 0 and 1. The rules are
told in docs/domain.md, and why they are these in docs/decisions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Protocol

from targets.choices import Comparison, IndicatorKind, Light, PaceKind
from targets.reading.plain import shown_number
from targets.reading.signs import change_text, fall_text, is_fall
from targets.reading.words import MEASURES, PIECES

MONTHS = 12
MARGIN = Decimal(5)  # per cent of the target: 左右, and from here on 超进度
WHOLE = Decimal(1)
STEP = Decimal("0.00000001")  # as numbers and shares are kept
FARTHEST = Decimal(10) ** 15  # that a distance is kept: beyond it a number was mistyped
MANY = 100  # of so many pieces a share is said; of fewer how many are due

# What can be judged, worst first.
JUDGED = (Light.BEHIND, Light.ON_PACE, Light.AHEAD, Light.MET)
# Every light; what cannot be judged comes after what can.
RANKED_LIGHTS = (*JUDGED, Light.YEAR_END, Light.NO_DATA)


class Promise(Protocol):
    """What is held against the pace: an indicator."""

    kind: str
    comparison: str
    target: Decimal | None
    target_high: Decimal | None
    measure: str
    pace: str
    curve: Sequence[int] | None
    margin: Decimal
    due_quarter: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an indicator stands: its light, what is due, and the distance that ranks it.

    `distance` is (value − due) ÷ |target|, reversed for what should be small: below zero is
    behind. None where nothing can be judged.
    """

    light: Light
    due: Decimal | None = None
    distance: Decimal | None = None
    words: str = ""


def share_due(promise: Promise, on: date) -> Decimal:
    """Return the share of the target that is due at the end of the given day.

    Even by month: months that have ended, of twelve. A curve gives the four quarters' ends in
    per cent, and goes straight between them. All else is due whole at any date.
    """
    months = _months_ended(on)
    if promise.pace == PaceKind.EVEN:
        return Decimal(months) / MONTHS
    if promise.pace == PaceKind.CURVE and promise.curve:
        points = [Decimal(0), *(Decimal(each) / 100 for each in promise.curve)]
        quarter, rest = divmod(months, 3)
        if not rest:
            return points[quarter]
        return points[quarter] + (points[quarter + 1] - points[quarter]) * rest / 3
    return WHOLE


def due_at(promise: Promise, on: date) -> Decimal | None:
    """Return what is due at the end of the given day; None of a step.

    Of a few whole things (15块, 3处) as many as are whole: nobody owes three quarters of a car
    park, and where none may happen but three a year, one may by March.
    """
    if promise.target is None:
        return None
    due = promise.target * share_due(promise, on)
    if not _is_counted(promise):
        return due
    is_limit = promise.comparison == Comparison.AT_MOST
    return due.to_integral_value(ROUND_CEILING if is_limit else ROUND_FLOOR)


def _is_counted(promise: Promise) -> bool:
    """Tell whether few whole things are promised, which come one by one."""
    return promise.target is not None and 0 < promise.target < MANY and _is_of_pieces(promise)


def _is_of_pieces(promise: Promise) -> bool:
    """Tell whether whole things are promised, however many."""
    target = promise.target
    return (
        promise.kind == IndicatorKind.CUMULATIVE
        and target is not None
        and target == target.to_integral_value()
        and MEASURES.get(promise.measure) in PIECES
    )


def _waits_for_the_first(promise: Promise, due: Decimal) -> bool:
    """Tell whether not even one of few whole things is due yet: 1个 is due in December."""
    return not due and _is_counted(promise) and promise.comparison != Comparison.AT_MOST


def _months_ended(on: date) -> int:
    is_last_day = on.month != (date.fromordinal(on.toordinal() + 1)).month
    return on.month if is_last_day else on.month - 1


def judge(promise: Promise, value: Decimal | None, on: date) -> Verdict:
    """Return the verdict on a value that stands at the end of the given day.

    A better value never has a worse light: every bound below is crossed once.
    """
    if promise.kind == IndicatorKind.MILESTONE:
        return _judge_milestone(promise, value, on)
    if value is None or promise.target is None:
        return Verdict(Light.NO_DATA)
    share = share_due(promise, on)
    if promise.pace == PaceKind.YEAR_END and _months_ended(on) < MONTHS:
        return Verdict(Light.YEAR_END, words="年终认定")
    target = promise.target
    due = due_at(promise, on) or Decimal(0)
    if value <= 0 and _waits_for_the_first(promise, due):
        return Verdict(Light.YEAR_END, words=_by_the_years_end(promise, target))
    distance = _distance(promise, target, value, due)
    light = _light(promise, target, value, share, distance)
    return Verdict(light, due, distance, _arithmetic(promise, target, value, due))


def in_kept_digits(number: Decimal | None) -> Decimal | None:
    """Return what was divided out in the digits that are kept: a twelfth of 100 has no end."""
    if number is None:
        return None
    return min(max(number, -FARTHEST), FARTHEST).quantize(STEP, rounding=ROUND_HALF_UP)


def _judge_milestone(promise: Promise, value: Decimal | None, on: date) -> Verdict:
    """A milestone is done or not; it can be behind only once its quarter has ended."""
    due_month = 3 * (promise.due_quarter or 4)
    words = f"第{'一二三四'[(promise.due_quarter or 4) - 1]}季度到期"
    if value:
        return Verdict(Light.MET, WHOLE, Decimal(0), words)
    late = _months_ended(on) - due_month
    if value is None or late < 0:
        return Verdict(Light.NO_DATA, words=words)
    return Verdict(Light.BEHIND, WHOLE, -WHOLE, words)


def _distance(promise: Promise, target: Decimal, value: Decimal, due: Decimal) -> Decimal:
    size = abs(target) or WHOLE
    if promise.comparison == Comparison.AT_MOST:
        return (due - value) / size
    high = _ceiling(promise)
    if high is not None and value > high:
        return (high - value) / size
    return (value - due) / size


def _ceiling(promise: Promise) -> Decimal | None:
    """Return what a value must not pass: of 等于 the target, of a range its upper end."""
    if promise.comparison == Comparison.EXACTLY:
        return promise.target
    if promise.comparison == Comparison.RANGE:
        return promise.target_high
    return None


def _is_met(promise: Promise, target: Decimal, value: Decimal, share: Decimal) -> bool:
    if promise.comparison == Comparison.AT_MOST:
        # A sum that must stay small can still grow: it is met when the year is over.
        return share == WHOLE and value <= target
    if promise.comparison == Comparison.ABOUT:
        return value >= target - abs(target) * promise.margin / 100
    return value >= target


def _light(
    promise: Promise, target: Decimal, value: Decimal, share: Decimal, distance: Decimal
) -> Light:
    ceiling = _ceiling(promise)
    if ceiling is not None and value > ceiling:
        return Light.BEHIND
    if _is_met(promise, target, value, share):
        return Light.MET
    slack = promise.margin / 100 if promise.comparison == Comparison.ABOUT else Decimal(0)
    if distance < -slack:
        return Light.BEHIND
    return Light.AHEAD if distance >= promise.margin / 100 else Light.ON_PACE


def _arithmetic(promise: Promise, target: Decimal, value: Decimal, due: Decimal) -> str:
    """Return the rule in words: 应达25%，实际16.3%; of rates and few whole things themselves."""
    unit = promise.measure
    if is_fall(promise.kind, target, promise.target_high):
        return f"{_due(promise, due)}，实际{change_text(value, unit)}"
    high = _ceiling(promise)
    if high is not None and value > high:
        return f"应不超过{shown_number(high)}{unit}，实际{shown_number(value)}{unit}"
    if _is_told_in_shares(promise, target):
        return f"应达{in_percent(due / target)}，实际{in_percent(value / target)}"
    if _waits_for_the_first(promise, due):
        return f"{_by_the_years_end(promise, target)}，实际{shown_number(value)}{unit}"
    return f"{_due(promise, due)}，实际{shown_number(value)}{unit}"


def due_words(promise: Promise, on: date) -> str:
    """Return what is due at the end of a quarter: 本季度末应达126.25亿元（25%）.

    Nothing where the whole target is, which stands there anyway, and of a milestone.
    """
    due = due_at(promise, on)
    if due is None or promise.target is None:
        return ""
    if promise.pace == PaceKind.YEAR_END and _months_ended(on) < MONTHS:
        return "年终认定"
    share = share_due(promise, on)
    if share == WHOLE:
        return ""
    if _waits_for_the_first(promise, due):
        return _by_the_years_end(promise, promise.target)
    words = f"本季度末{_due(promise, due)}"
    is_share = _is_told_in_shares(promise, promise.target)
    return f"{words}（{in_percent(share)}）" if is_share else words


def _is_told_in_shares(promise: Promise, target: Decimal) -> bool:
    return target > 0 and promise.measure not in ("%", "个百分点") and not _is_counted(promise)


def _by_the_years_end(promise: Promise, target: Decimal) -> str:
    return f"年底前完成{shown_number(target)}{promise.measure}"


def _due(promise: Promise, due: Decimal) -> str:
    """Return what is due in words, to two decimals: a twelfth of ten has no end.

    Of people and things whole ones are told; what many are judged by is the share beside it.
    """
    rounded = due.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    if _is_of_pieces(promise):
        rounded = due.to_integral_value(ROUND_FLOOR)
    if is_fall(promise.kind, promise.target, promise.target_high):
        # Held to whole, as a rule; by another pace the far end of a range is not due yet.
        high = promise.target_high if due == promise.target else None
        return f"应{fall_text(promise.comparison, rounded, high, promise.measure)}"
    word = "应控制在" if promise.comparison == Comparison.AT_MOST else "应达"
    return f"{word}{shown_number(rounded)}{promise.measure}"


def in_percent(share: Decimal) -> str:
    """Return a share in per cent with one decimal at most, half up: 16.3%, 25%, 304.5%."""
    rounded = (share * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{shown_number(rounded)}%"


def worst(lights: Iterable[Light]) -> Light:
    """Return an item's light from its indicators': the worst of those that can be judged.

    已达标 is said only where every part is; a part without data leaves the rest 超进度.
    """
    found = list(lights)
    judged = [JUDGED.index(each) for each in found if each in JUDGED]
    if not judged:
        return Light.YEAR_END if Light.YEAR_END in found else Light.NO_DATA
    light = JUDGED[min(judged)]
    if light == Light.MET and len(judged) < len(found):
        return Light.AHEAD
    return light
