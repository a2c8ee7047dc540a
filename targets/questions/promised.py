"""What an indicator says, before it is one: proposed, typed, imported; and what it must hold."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from targets.choices import Comparison, IndicatorKind, PaceKind
from targets.models import Indicator, Unit
from targets.reading.plain import has_too_many_digits, plain_number
from targets.reading.signs import as_kept, as_typed, falls, is_fall
from targets.refusals import Refused
from targets.widths import narrow

LARGEST = Decimal(10) ** 15
NAME_LIMIT, MEASURE_LIMIT, NOTE_LIMIT = 100, 20, 200  # characters


@dataclass(frozen=True)
class Promised:
    """What an indicator says, as it is proposed, typed or changed."""

    name: str
    kind: str
    measure: str = ""
    comparison: str = Comparison.AT_LEAST
    target: Decimal | None = None
    target_high: Decimal | None = None
    unit: Unit | None = None
    note: str = ""
    pace: str = ""  # "": as the kind has it
    curve: Sequence[int] | None = None
    due_quarter: int | None = None
    source_start: int | None = None
    source_end: int | None = None


def usual_pace(kind: str) -> str:
    """Return the pace of a kind: a sum grows month by month, a rate is held to whole."""
    return PaceKind.EVEN if kind == IndicatorKind.CUMULATIVE else PaceKind.FULL


def measure_as_kept(typed: str) -> str:
    """Return a measure as it is kept: ％ is %, which rules ask for."""
    return narrow(typed.strip())


def as_it_is_kept(promised: Promised) -> Promised:
    """Return what is typed as an indicator keeps it: of a fall the sign, of a kind its pace."""
    comparison, target, high = promised.comparison, promised.target, promised.target_high
    if target is not None:
        comparison, target, high = as_kept(promised.name, promised.kind, (comparison, target, high))
    return replace(
        promised,
        name=promised.name.strip(),
        measure=measure_as_kept(promised.measure),
        comparison=comparison,
        target=target,
        target_high=high,
        note=promised.note.strip(),
        pace=promised.pace or usual_pace(promised.kind),
    )


def as_it_is_typed(indicator: Indicator) -> Promised:
    """Return what an indicator keeps as it is typed: of a fall how far."""
    comparison, target, high = indicator.comparison, indicator.target, indicator.target_high
    if target is not None:
        terms = as_typed(indicator.name, indicator.kind, (comparison, target, high))
        comparison, target, high = terms
    return Promised(
        name=indicator.name,
        kind=indicator.kind,
        measure=indicator.measure,
        comparison=comparison,
        target=target,
        target_high=high,
        unit=indicator.unit,
        note=indicator.note,
        pace=indicator.pace,
        curve=indicator.curve,
        due_quarter=indicator.due_quarter,
        source_start=indicator.source_start,
        source_end=indicator.source_end,
    )


def read_curve(typed: str) -> list[int] | None:
    """Return the four per cents of an own pace; None where nothing is typed.

    Raises ValueError, in Chinese, where they are not four.
    """
    text = unicodedata.normalize("NFKC", typed)
    if not text.strip():
        return None
    parts = [each for each in re.split(r"[、,，;；\s]+", text.replace("%", "")) if each]
    if len(parts) != 4 or not all(re.fullmatch("[0-9]{1,3}", each) for each in parts):
        raise ValueError("请写四个百分比，如：10、60、80、100。")
    return [int(each) for each in parts]


def curve_text(curve: Sequence[int] | None) -> str:
    """Return an own pace as it is typed, "" where there is none."""
    return "、".join(map(str, curve or []))


def check_terms(promised: Promised) -> None:
    """Raise Refused, with what to do, where it cannot be an indicator of any item."""
    name = promised.name.strip()
    if not name or len(name) > NAME_LIMIT or "\0" in promised.name:
        raise Refused("请填写指标名称，最多100字。")
    if promised.kind == IndicatorKind.MILESTONE:
        _check_step(promised)
        return
    if promised.due_quarter:
        raise Refused(f"“{promised.name}”不是节点，请不要选到期季度；如果是节点，请改类型。")
    if promised.target is None or not promised.measure.strip():
        raise Refused(f"请填写“{promised.name}”的目标值和计量单位。")
    if len(promised.measure.strip()) > MEASURE_LIMIT:
        raise Refused("计量单位最多20字。")
    if promised.kind == IndicatorKind.CUMULATIVE and promised.target < 0:
        raise Refused(f"“{promised.name}”是累计数，目标值不能小于0；下降的幅度请选“增速”。")
    numbers = [each for each in (promised.target, promised.target_high) if each is not None]
    if any(abs(each) >= LARGEST for each in numbers):
        raise Refused(f"“{promised.name}”的目标值过大，请改用更大的计量单位（如万元、亿元）。")
    if any(has_too_many_digits(each) for each in numbers):
        raise Refused(f"“{promised.name}”的目标值最多15位有效数字。")
    is_range, high = promised.comparison == Comparison.RANGE, promised.target_high
    if is_range and (high is None or not high > promised.target):
        raise Refused(f"“{promised.name}”是区间，请填写大于下限的上限。")
    if not is_range and high is not None:
        raise Refused(f"“{promised.name}”不是区间，请不要填写上限。")
    if promised.pace == PaceKind.CURVE:
        _check_curve(promised)
    elif promised.curve:
        raise Refused("填了自定进度的百分比，请把序时进度选为“自定进度”。")


def _check_step(promised: Promised) -> None:
    has_number = promised.target is not None or promised.target_high is not None
    if has_number or promised.measure.strip() or promised.curve:
        raise Refused(
            f"“{promised.name}”是节点，没有目标值、计量单位和自定进度，请清空；如果是数量，请改类型。"
        )
    if promised.due_quarter not in (1, 2, 3, 4):
        raise Refused(f"请为节点“{promised.name}”选择到期季度。")


def doubled_fall(promised: Promised) -> str:
    """Return what to do where typed words say a fall twice: 能耗下降 不低于−3; "" where not.

    Whether that means 下降3%以上 or 下降不超过3% nobody can tell, and it is one light or the other.
    A growth of at most −3, as lists of indicators have it, is clear.
    """
    target = promised.target
    is_unclear = (
        promised.comparison == Comparison.AT_LEAST
        and target is not None
        and is_fall(promised.kind, target)
        and falls(promised.name)
    )
    if not is_unclear or target is None:
        return ""
    size = plain_number(-target)
    return (
        f"名称已写明下降，目标值不写负号：下降{size}以上的选“不低于”，填{size}；"
        f"下降不超过{size}的选“不高于”，填{size}。"
    )


def _check_curve(promised: Promised) -> None:
    curve = list(promised.curve or [])
    is_rising = curve == sorted(curve) and all(0 <= each <= 100 for each in curve)
    if len(curve) != 4 or not is_rising or curve[-1] != 100:
        raise Refused("自定进度须为四个季度末的百分比，逐季不减，年末为100，例如 10、60、80、100。")
