"""Pace (序时进度): how far a promise should be at a date, how far it is, and its light.

Without a table. Every number is an exact decimal; a share is between 0 and 1. The rules are
told in docs/domain.md, and why they are these in docs/decisions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from targets.choices import Comparison, IndicatorKind, Light, PaceKind
from targets.reading.plain import plain_number

MONTHS = 12
MARGIN = Decimal(5)  # per cent of the target: 左右, and from here on 超进度
WHOLE = Decimal(1)

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
    due = target * share
    distance = _distance(promise, target, value, due)
    light = _light(promise, target, value, share, distance)
    return Verdict(light, due, distance, _arithmetic(promise, target, value, share))


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


def _arithmetic(promise: Promise, target: Decimal, value: Decimal, share: Decimal) -> str:
    """Return the rule in words: 应达25%，实际16.3%; of a rate the rates themselves."""
    unit = promise.measure
    if _is_told_in_shares(promise, target):
        return f"应达{in_percent(share)}，实际{in_percent(value / target)}"
    return f"{_due(promise, target * share)}，实际{plain_number(value)}{unit}"


def due_words(promise: Promise, on: date) -> str:
    """Return what is due at the end of the given day: 应达126.25亿元（25%）.

    Nothing where the whole target is, which stands there anyway, and of a milestone.
    """
    if promise.kind == IndicatorKind.MILESTONE or promise.target is None:
        return ""
    if promise.pace == PaceKind.YEAR_END and _months_ended(on) < MONTHS:
        return "年终认定"
    share = share_due(promise, on)
    if share == WHOLE:
        return ""
    words = _due(promise, promise.target * share)
    is_share = _is_told_in_shares(promise, promise.target)
    return f"{words}（{in_percent(share)}）" if is_share else words


def _is_told_in_shares(promise: Promise, target: Decimal) -> bool:
    return target > 0 and promise.measure not in ("%", "个百分点")


def _due(promise: Promise, due: Decimal) -> str:
    """Return what is due in words, to two decimals: a twelfth of ten has no end."""
    word = "应控制在" if promise.comparison == Comparison.AT_MOST else "应达"
    rounded = due.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return f"{word}{plain_number(rounded)}{promise.measure}"


def in_percent(share: Decimal) -> str:
    """Return a share in per cent with one decimal at most, half up: 16.3%, 25%, 304.5%."""
    rounded = (share * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{plain_number(rounded)}%"


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
