"""The light of an item in a quarter, worked out anew by every act that touches what it rests on."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from targets.choices import PeriodState
from targets.models import Entry, Indicator, IndicatorValue, Item, Period
from targets.pace import JUDGED, Verdict, due_at, in_kept_digits, worst
from targets.questions.measures import judge_value, value_day

WORDS_LIMIT = 120


def refresh_lights(entries: Iterable[Entry]) -> None:
    """Work the lights of entries of one period out anew: three statements for a plan of any size.

    Only what differs is written, a thousand rows a statement: one statement for a hundred
    thousand is more than a database server bears. A closed quarter is only touched by the act
    that supplements its values. Where a quarter keeps its indicators, how each of them stands
    is written with the entry, in one statement more.
    """
    entries = list(entries)
    if not entries:
        return
    period = entries[0].period
    item_ids = [each.item_id for each in entries]
    indicators: dict[int, list[Indicator]] = {}
    for each in Indicator.objects.of_period(period).filter(item_id__in=item_ids):
        indicators.setdefault(each.item_id, []).append(each)
    values = {
        each.indicator_id: each
        for each in IndicatorValue.objects.filter(period=period, indicator__item_id__in=item_ids)
    }
    changed, rows = [], []
    for entry in entries:
        before = _light_of(entry)
        judged = [
            _judged(each, values.get(each.pk), period) for each in indicators.get(entry.item_id, [])
        ]
        _set_light(entry, judged)
        if _light_of(entry) != before:
            changed.append(entry)
        rows += [each.row for each in judged if each.row and _is_kept_otherwise(each.row, each)]
    if changed:
        Entry.objects.bulk_update(changed, _KEPT, batch_size=1000)
    if rows:
        IndicatorValue.objects.bulk_update(rows, IndicatorValue.VERDICT, batch_size=1000)


class _Judged(NamedTuple):
    indicator: Indicator
    row: IndicatorValue | None
    value: Decimal | None
    on: date
    verdict: Verdict


def _judged(indicator: Indicator, row: IndicatorValue | None, period: Period) -> _Judged:
    return _Judged(
        indicator,
        row,
        row.value if row else None,
        value_day(row, period),
        judge_value(indicator, row, period),
    )


_KEPT = ("light", "light_words", "distance", "reached", "due")  # of an entry


def _light_of(entry: Entry) -> tuple[Any, ...]:
    return tuple(getattr(entry, name) for name in _KEPT)


def _is_kept_otherwise(row: IndicatorValue, judged: _Judged) -> bool:
    """Tell whether a kept row said otherwise; it says what is judged now."""
    if not row.is_kept:
        return False
    before = row.verdict
    row.keep(judged.verdict)
    return row.verdict != before


def _set_light(entry: Entry, judged: list[_Judged]) -> None:
    entry.light, entry.light_words = "", ""
    entry.distance = entry.reached = entry.due = None
    if not judged:
        return
    entry.light = worst(each.verdict.light for each in judged)
    told = [each for each in judged if each.verdict.distance is not None]
    if not told:
        return
    last = min(told, key=_rank)
    entry.distance = in_kept_digits(last.verdict.distance)
    name = f"{last.indicator.name}：" if len(judged) > 1 else ""
    entry.light_words = f"{name}{last.verdict.words}"[-WORDS_LIMIT:]
    if last.indicator.target and last.value is not None:
        entry.reached = in_kept_digits(last.value / last.indicator.target)
        due = due_at(last.indicator, last.on)
        entry.due = None if due is None else in_kept_digits(due / last.indicator.target)


def _rank(judged: _Judged) -> tuple[int, Decimal]:
    """The worst light first, and of one light the farthest behind."""
    return JUDGED.index(judged.verdict.light), judged.verdict.distance or Decimal(0)


def refresh_open_lights(item: Item) -> None:
    """Work the item's lights out anew in every open quarter."""
    entries = Entry.objects.filter(item=item, period__state=PeriodState.OPEN)
    for entry in entries.select_related("period__plan"):
        refresh_lights([entry])
