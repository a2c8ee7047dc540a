"""What a unit is asked to report in numbers: which indicators, and whether a number will do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from targets.choices import Duty
from targets.models import Contribution, Entry, Indicator, IndicatorValue, Period
from targets.models.indicators import PLACES
from targets.quarters import last_day
from targets.reading.plain import has_too_many_digits

LARGEST = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Figure:
    """A value as it is typed: None takes it away."""

    value: Decimal | None
    as_of: date | None = None  # None: the quarter's last day
    is_estimate: bool = False


def indicators_of(contribution: Contribution) -> list[Indicator]:
    """Return the indicators that this unit reports: its own, and as first lead all others'.

    Others' are those that name no unit, or one that leads the item no longer.

    A step is asked for from the quarter on in which it is due.
    """
    entry = contribution.entry
    # An entry without indicators has no light at all.
    if contribution.duty != Duty.LEAD or not entry.light:
        return []
    asked = Indicator.objects.of_period(entry.period).with_reporter(entry.period)
    asked = asked.filter(item_id=entry.item_id)
    return [each for each in asked if _is_asked(each, contribution, entry.period)]


def indicators_asked(
    contributions: Iterable[Contribution], period: Period
) -> dict[int, list[Indicator]]:
    """Return by contribution id what `indicators_of` says of each, all of one quarter's.

    One statement, however many contributions there are.
    """
    by_item: dict[int, list[Indicator]] = {}
    leads = [each for each in contributions if each.duty == Duty.LEAD and each.entry.light]
    if not leads:
        return {}
    asked = Indicator.objects.of_period(period).with_reporter(period)
    for each in asked.order_by("item_id", "order", "pk"):
        by_item.setdefault(each.item_id, []).append(each)
    return {
        part.pk: [
            each for each in by_item.get(part.entry.item_id, []) if _is_asked(each, part, period)
        ]
        for part in leads
    }


def _is_asked(indicator: Indicator, contribution: Contribution, period: Period) -> bool:
    is_own = indicator.unit_id == contribution.unit_id or (
        contribution.consolidates and not indicator.is_reporter_there
    )
    return is_own and (not indicator.due_quarter or indicator.due_quarter <= period.number)


def values_before(entry: Entry) -> dict[int, Decimal]:
    """Return the last value of each of the item's indicators in earlier quarters of the plan."""
    return _newest(IndicatorValue.objects.filter(indicator__item_id=entry.item_id), entry.period)


def all_values_before(period: Period) -> dict[int, Decimal]:
    """Return the last earlier value of each indicator of the plan, by its key: one statement."""
    return _newest(IndicatorValue.objects.all(), period)


def _newest(values: QuerySet[IndicatorValue], period: Period) -> dict[int, Decimal]:
    rows = values.filter(
        period__plan_id=period.plan_id, period__number__lt=period.number, value__isnull=False
    )
    told = rows.order_by("period__number").values_list("indicator_id", "value")
    return {pk: value for pk, value in told if value is not None}


def fault_of(indicator: Indicator, figure: Figure, period: Period) -> str:
    """Return why a figure cannot be the indicator's value in the quarter; "" where it can."""
    value = figure.value
    if value is None:
        return ""
    if not value.is_finite() or abs(value) >= LARGEST:
        return f"“{indicator.name}”的数值过大，请检查计量单位（{indicator.measure}）。"
    if has_too_many_digits(value):
        return f"“{indicator.name}”最多15位有效数字。"
    if value != round(value, PLACES):
        return f"“{indicator.name}”最多{PLACES}位小数。"
    if indicator.is_milestone and value not in (0, 1):
        return f"节点“{indicator.name}”请选择是否已完成。"
    year = period.plan.year
    end = last_day(year, period.number)
    if figure.as_of and not date(year, 1, 1) <= figure.as_of <= end:
        return f"“{indicator.name}”的数据截止日须在{year}年1月1日至{end.month}月{end.day}日之间。"
    return ""
