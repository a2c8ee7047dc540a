"""The values of indicators: reported by units, adopted with the entry, entered by the office."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from targets.actions.lights import refresh_lights
from targets.choices import HANDED_IN, PeriodState, ValueOrigin, Verb
from targets.models import (
    Contribution,
    Entry,
    Indicator,
    IndicatorValue,
    Period,
    ReportedValue,
    User,
    record_event,
)
from targets.models.indicators import PLACES, WORDS_LIMIT
from targets.questions.asked import Figure, fault_of, indicators_of
from targets.questions.measures import judge_value
from targets.reading.plain import shown_number
from targets.reading.signs import change_text
from targets.reading.values import Reading, propose_values
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT


def report_values(contribution: Contribution, figures: Mapping[int, Figure]) -> dict[str, str]:
    """Write what a unit reports of its indicators, by their keys; return what changed, in words.

    For `save_contribution` and its like, inside their transaction. A value that stands in the
    unit's text keeps the place that it was read from.
    """
    entry = contribution.entry
    asked = {each.pk: each for each in indicators_of(contribution) if each.pk in figures}
    if figures.keys() - asked.keys():
        raise Refused("有的指标已由督查室修改，请刷新页面后再填写数值。")
    found = readings(contribution.text, list(asked.values()), entry.period.plan.year)
    there = {each.indicator_id: each for each in contribution.values.all()}
    changed = {}
    for pk, figure in figures.items():
        _check(asked[pk], figure, entry.period)
        row = there.get(pk)
        if figure.value is None:
            if row:
                row.delete()
                changed[asked[pk].name] = ""
            continue
        row = row or ReportedValue(contribution=contribution, indicator=asked[pk])
        before = (row.value, row.as_of, row.is_estimate)
        row.value, row.as_of, row.is_estimate = figure.value, figure.as_of, figure.is_estimate
        _take_source(row, found.get(pk))
        if before != (row.value, row.as_of, row.is_estimate):
            changed[asked[pk].name] = _said(asked[pk], figure.value)
        row.save()
    return changed


def differs(contribution: Contribution, figures: Mapping[int, Figure] | None) -> bool:
    """Tell whether the figures say anything else than what the contribution holds."""
    if figures is None:
        return False
    there = {
        each.indicator_id: Figure(each.value, each.as_of, each.is_estimate)
        for each in contribution.values.all()
    }
    return any(
        there.get(pk, Figure(None)) != (figure if figure.value is not None else Figure(None))
        for pk, figure in figures.items()
    )


def values_in_words(contribution: Contribution) -> dict[str, dict[str, str]]:
    """Return what the trail says of a report's values: nothing where there are none."""
    rows = contribution.values.select_related("indicator")
    said = {each.indicator.name: _said(each.indicator, each.value) for each in rows}
    return {"values": said} if said else {}


def readings(text: str, indicators: list[Indicator], year: int) -> dict[int, Reading]:
    """Return what a text says of the indicators, by their keys; steps are not read."""
    numbers = [each for each in indicators if not each.is_milestone]
    return {numbers[each.place].pk: each for each in propose_values(text, numbers, year=year)}


def readings_in_texts(period: Period) -> dict[int, Reading]:
    """Return what a quarter's approved texts say of the plan's live indicators, by their keys.

    Proposed to the person who supplements a quarter; nothing is stored.
    """
    found: dict[int, Reading] = {}
    by_item: dict[int, list[Indicator]] = {}
    for each in Indicator.objects.live().filter(item__goal__plan_id=period.plan_id):
        by_item.setdefault(each.item_id, []).append(each)
    texts = Entry.objects.for_period(period).filter(item_id__in=by_item)
    for item_id, text in texts.values_list("item_id", "approved_text"):
        found |= readings(text, by_item[item_id], period.plan.year)
    return found


def figure_read(reading: Reading) -> Figure:
    """Return a reading as it would be typed, to as many places as are kept."""
    return Figure(round(reading.value, PLACES), is_estimate=reading.is_estimate)


def adopt_values(entry: Entry, *, by: User) -> None:
    """Take the values of an entry's submitted reports as the quarter's; with its approval.

    What the office entered itself stays. For `approve_entry`, inside its transaction.
    """
    reported = ReportedValue.objects.filter(
        contribution__entry=entry, contribution__state__in=HANDED_IN
    ).select_related("indicator", "contribution")
    there = {
        each.indicator_id: each
        for each in IndicatorValue.objects.filter(
            period_id=entry.period_id, indicator__item_id=entry.item_id
        )
    }
    for each in reported:
        row = there.get(each.indicator_id)
        if row and row.origin == ValueOrigin.OFFICE:
            continue
        row = row or IndicatorValue(indicator=each.indicator, period=entry.period)
        before = _facts(row)
        _copy(each, row)
        row.origin, row.set_at, row.set_by = ValueOrigin.REPORTED, timezone.now(), by
        row.save()
        if _facts(row) != before:
            _record(entry, each.indicator, by=by, verb=Verb.MEASURE, old=before, new=_facts(row))
    refresh_lights([entry])
    _reload(entry)


def give_back_values(entry: Entry, *, by: User) -> None:
    """Take the reported values back that the entry's first approval made the quarter's.

    For `take_back_approval`, inside its transaction.
    """
    adopted = IndicatorValue.objects.filter(
        period_id=entry.period_id, indicator__item_id=entry.item_id, origin=ValueOrigin.REPORTED
    ).select_related("indicator")
    for each in adopted:
        _record(entry, each.indicator, by=by, verb=Verb.MEASURE, old=_facts(each), new={})
        if each.is_kept:
            # The quarter was measured by it when it closed before: it stays, without a value.
            each.value, each.as_of, each.is_estimate = None, None, False
            _take_source(each, None)
            each.save()
        else:
            each.delete()
    refresh_lights([entry])
    _reload(entry)


@transaction.atomic
def enter_value(
    *, entry: Entry, indicator: Indicator, figure: Figure, reason: str, by: User
) -> IndicatorValue | None:
    """Enter or correct a quarter's value as the office (录入), with a reason, traced."""
    Entry.objects.select_for_update().get(pk=entry.pk)
    entry = Entry.objects.with_item().get(pk=entry.pk)
    _check_office(by, entry.period)
    reason = required_reason(reason, REASON_LIMIT)
    if not entry.period.is_open:
        raise Refused(f"{entry.period}填报{entry.period.get_state_display()}，不能录入数值。")
    asked = Indicator.objects.of_period(entry.period).filter(item_id=entry.item_id)
    if not asked.filter(pk=indicator.pk).exists():
        raise Refused("该指标已终止，请刷新页面查看。")
    _check(indicator, figure, entry.period)
    row = IndicatorValue.objects.filter(indicator=indicator, period=entry.period).first()
    before = _facts(row)
    if figure.value is None and not (row and row.is_kept):
        if row:
            row.delete()
        row = None
    else:
        row = row or IndicatorValue(indicator=indicator, period=entry.period)
        row.value, row.as_of, row.is_estimate = figure.value, figure.as_of, figure.is_estimate
        found = readings(entry.approved_text, [indicator], entry.period.plan.year)
        _take_source(row, found.get(indicator.pk))
        row.origin, row.set_at, row.set_by = ValueOrigin.OFFICE, timezone.now(), by
        row.save()
    _record(entry, indicator, by=by, verb=Verb.MEASURE, old=before, new=_facts(row), reason=reason)
    refresh_lights([entry])
    return row


@transaction.atomic
def supplement_values(
    *, period: Period, figures: Mapping[int, Figure], reason: str, by: User
) -> int:
    """Give a quarter that closed before there were indicators its values, once (补录).

    Statuses, texts and issued circulars stay. Every live indicator of the plan belongs to the
    quarter from then on, those without a value as 无数据. Return how many values were taken.
    """
    Period.objects.select_for_update().get(pk=period.pk)
    period = Period.objects.select_related("plan").get(pk=period.pk)
    _check_office(by, period)
    reason = required_reason(reason, REASON_LIMIT)
    if period.state != PeriodState.CLOSED:
        raise Refused(f"{period}尚未关闭，数值请在填报和审核中录入。")
    if IndicatorValue.objects.filter(period=period).exists():
        raise Refused(f"{period}已有指标数值，不能再次补录。")
    entries = {
        each.item_id: each
        for each in Entry.objects.for_period(period).select_related("period__plan", "item")
    }
    indicators = {
        each.pk: each
        for each in Indicator.objects.live().filter(item_id__in=entries).select_related("item")
    }
    if figures.keys() - indicators.keys():
        raise Refused("有的指标已修改或终止，请刷新页面后再补录。")
    if not any(each.value is not None for each in figures.values()):
        raise Refused("没有填写任何数值，请至少填写一个再补录。")
    now, rows = timezone.now(), []
    for pk, indicator in indicators.items():
        figure = figures.get(pk, Figure(None))
        _check(indicator, figure, period)
        row = IndicatorValue(
            indicator=indicator,
            period=period,
            value=figure.value,
            as_of=figure.as_of,
            is_estimate=figure.is_estimate,
            origin=ValueOrigin.PAST,
            set_at=now,
            set_by=by,
        )
        row.keep(judge_value(indicator, row, period))
        text = entries[indicator.item_id].approved_text
        if figure.value is not None:
            _take_source(row, readings(text, [indicator], period.plan.year).get(pk))
        rows.append(row)
    IndicatorValue.objects.bulk_create(rows)
    refresh_lights(entries.values())
    taken = [each for each in rows if each.value is not None]
    record_event(
        by=by,
        verb=Verb.SUPPLEMENT,
        subject=period,
        new={"values": {str(each.indicator): _said(each.indicator, each.value) for each in taken}},
        reason=reason,
    )
    return len(taken)


def keep_values(period: Period, *, by: User) -> None:
    """Fix what a closing quarter is measured by: its indicators, their values, how each stands.

    For `close_period`, inside its transaction: nine statements at most, however many there are.
    Closed again, a quarter keeps what it kept, and what its entries' own acts wrote.
    """
    there = {each.indicator_id: each for each in IndicatorValue.objects.filter(period=period)}
    if any(each.is_kept for each in there.values()):
        return
    now, new, known = timezone.now(), [], []
    for each in Indicator.objects.of_period(period):
        row = there.get(each.pk)
        if row:
            known.append(row)
        else:
            row = IndicatorValue(
                indicator=each, period=period, origin=ValueOrigin.OFFICE, set_at=now, set_by=by
            )
            new.append(row)
        row.keep(judge_value(each, row, period))
    IndicatorValue.objects.bulk_create(new)
    IndicatorValue.objects.bulk_update(known, ["is_kept", *IndicatorValue.VERDICT], batch_size=1000)
    # The items with them, should the rule have changed since an act wrote their lights.
    entries = list(period.entries.all())
    for entry in entries:
        entry.period = period
    refresh_lights(entries)


def _check(indicator: Indicator, figure: Figure, period: Period) -> None:
    if fault := fault_of(indicator, figure, period):
        raise Refused(fault)


def _take_source(row: ReportedValue | IndicatorValue, reading: Reading | None) -> None:
    """Keep the words that a value was read from, where the text says just this value."""
    row.source_words, row.source_start, row.source_end = "", None, None
    if reading is not None and reading.value == row.value:
        row.source_words = reading.source[:WORDS_LIMIT]
        row.source_start, row.source_end = reading.start, reading.end


def _copy(reported: ReportedValue, row: IndicatorValue) -> None:
    for name in ("value", "as_of", "is_estimate", "source_words", "source_start", "source_end"):
        setattr(row, name, getattr(reported, name))


def _reload(entry: Entry) -> None:
    entry.refresh_from_db(fields=["light", "light_words", "distance", "reached", "due"])


def _said(indicator: Indicator, value: Decimal | None) -> str:
    if value is None:
        return ""
    if indicator.is_fall:
        return change_text(Decimal(value), indicator.measure)
    return f"{shown_number(Decimal(value))}{indicator.measure}"


def _facts(row: IndicatorValue | None) -> dict[str, str | bool]:
    if row is None or row.value is None:
        return {}
    return {
        "value": _said(row.indicator, row.value),
        "as_of": row.as_of.isoformat() if row.as_of else "",
        "is_estimate": row.is_estimate,
    }


def _check_office(by: User, period: Period) -> None:
    if not by.is_office or by.district_id != period.plan.district_id:
        raise Refused("只有督查室可以录入指标数值。")


def _record(
    entry: Entry,
    indicator: Indicator,
    *,
    by: User,
    verb: Verb,
    old: dict[str, str | bool],
    new: dict[str, str | bool],
    reason: str = "",
) -> None:
    record_event(
        by=by,
        verb=verb,
        subject=entry,
        old=old,
        new={"indicator": indicator.name, **new},
        reason=reason,
    )
