"""An item's indicators with their values, quarter by quarter, as pages show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from targets.choices import HANDED_IN, IndicatorState
from targets.gauges import Marked, light_badge, mark_words, pace_bar, value_line
from targets.models import (
    Contribution,
    Entry,
    Indicator,
    IndicatorValue,
    Item,
    Period,
    ReportedValue,
)
from targets.models.indicators import ValueFacts
from targets.pace import Verdict, due_at, in_percent, judge
from targets.quarters import last_day
from targets.reading.oddities import oddities
from targets.reading.plain import shown_number
from targets.reading.signs import change_text
from targets.reading.values import Reading, propose_values


def value_text(indicator: Indicator, row: ValueFacts | None) -> str:
    """Return a value with its measure, "" where there is none; of a step whether it is done."""
    return value_in_words(indicator, None if row is None else row.value)


def value_in_words(indicator: Indicator, value: Decimal | None) -> str:
    """Return a number with its measure, "" where there is none; of a step whether it is done."""
    if value is None:
        return ""
    if indicator.is_milestone:
        return "已完成" if value else "未完成"
    if indicator.is_fall:
        return change_text(value, indicator.measure)
    return f"{shown_number(value)}{indicator.measure}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One indicator as it stands at the end of a quarter."""

    number: int  # of its words in the standard
    indicator: Indicator
    value: IndicatorValue | None
    verdict: Verdict
    reached: Decimal | None  # share of the target
    due: Decimal | None
    line: str  # its quarters as a small chart

    @property
    def badge(self) -> str:
        return light_badge(self.verdict.light)

    @property
    def bar(self) -> str:
        return pace_bar(self.reached, self.due, self.verdict.light)

    @property
    def value_text(self) -> str:
        return value_text(self.indicator, self.value)

    @property
    def reached_text(self) -> str:
        """The part of the target, of sums alone: a rate's own number says it."""
        is_rate = self.indicator.measure in ("%", "个百分点")
        return "" if self.reached is None or is_rate else in_percent(self.reached)


@dataclass(frozen=True, slots=True)
class JudgedIndicator:
    """One indicator of a quarter, its value as figures use it, and how it stands by it."""

    indicator: Indicator
    value: IndicatorValue | None
    verdict: Verdict


def value_day(row: ValueFacts | None, period: Period) -> date:
    """Return the day that a value is judged at: its own, else the quarter's last."""
    return (row.as_of if row else None) or last_day(period.plan.year, period.number)


def judge_value(indicator: Indicator, row: ValueFacts | None, period: Period) -> Verdict:
    """Return how an indicator stands by today's rule; None: without a value."""
    return judge(indicator, row.value if row else None, value_day(row, period))


def verdict_on(indicator: Indicator, row: ValueFacts | None, period: Period) -> Verdict:
    """Return how an indicator stood as its closed quarter kept it, else how it stands."""
    if isinstance(row, IndicatorValue) and row.is_kept:
        return row.verdict
    return judge_value(indicator, row, period)


def indicators_in(period: Period) -> dict[int, list[JudgedIndicator]]:
    """Return a quarter's indicators by item id, in their order: two statements.

    Of a closed quarter they are those that it kept.
    """
    values = {
        each.indicator_id: each for each in IndicatorValue.objects.filter(period_id=period.pk)
    }
    found: dict[int, list[JudgedIndicator]] = {}
    indicators = Indicator.objects.of_period(period).select_related("unit")
    for each in indicators.order_by("item_id", "order", "pk"):
        row = values.get(each.pk)
        verdict = verdict_on(each, row, period)
        found.setdefault(each.item_id, []).append(JudgedIndicator(each, row, verdict))
    return found


@dataclass(frozen=True, slots=True)
class Measured:
    """An item's indicators as of one entry, and every quarter's values."""

    entry: Entry | None  # the newest that has values, else the newest
    measures: list[Measure]
    values: dict[int, list[IndicatorValue]]  # by period

    @property
    def numbers(self) -> dict[int, int]:
        """The indicators' numbers by key, as they stand beside marked words."""
        return {each.indicator.pk: each.number for each in self.measures}

    def text(self, entry: Entry) -> str:
        """Return an entry's approved text with the numbers marked that values were read from."""
        text, numbers = entry.approved_text, self.numbers
        return mark_words(
            text,
            [
                Marked(each.source_start, each.source_end, numbers[each.indicator_id])
                for each in self.values.get(entry.period_id, [])
                if each.source_start is not None
                and each.source_end is not None
                and each.indicator_id in numbers
                and text[each.source_start : each.source_end] in each.source_words
            ],
        )


def measured(item: Item, entries: Sequence[Entry]) -> Measured:
    """Return how an item stands: two statements. `entries` newest first, with period and plan."""
    if not any(each.light for each in entries):  # no indicator, no light
        return Measured(None, [], {})
    is_measured = Q(state=IndicatorState.ACCEPTED) | Q(values__isnull=False)
    indicators = list(
        Indicator.objects.filter(is_measured, item=item).distinct().prefetch_related("values")
    )
    values: dict[int, list[IndicatorValue]] = {}
    for indicator in indicators:
        for value in indicator.values.all():
            values.setdefault(value.period_id, []).append(value)
    told = {pk for pk, rows in values.items() if any(each.value is not None for each in rows)}
    shown = next((each for each in entries if each.period_id in told), entries[0])
    there = {each.indicator_id: each for each in values.get(shown.period_id, [])}
    # What a quarter kept when it closed is all that it is measured by; any other by what is live.
    kept = {pk for pk, each in there.items() if each.is_kept}
    chosen = [each for each in indicators if (each.pk in kept if kept else each.is_live)]
    chosen.sort(key=lambda each: (each.order, each.pk))
    return Measured(
        shown,
        [
            _measure(number, each, there.get(each.pk), shown, entries, values)
            for number, each in enumerate(chosen, start=1)
        ],
        values,
    )


def _measure(
    number: int,
    indicator: Indicator,
    value: IndicatorValue | None,
    entry: Entry,
    entries: Iterable[Entry],
    values: dict[int, list[IndicatorValue]],
) -> Measure:
    year = entry.period.plan.year
    amount, target = value.value if value else None, indicator.target
    quarters = {each.period_id: each.period.number for each in entries}
    its_rows = {
        quarters[pk]: row
        for pk, rows in values.items()
        for row in rows
        if row.indicator_id == indicator.pk and row.value is not None and pk in quarters
    }
    points = {at: row.value for at, row in its_rows.items() if row.value is not None}
    dues = {at: due_at(indicator, last_day(year, at)) for at in range(1, 5)}
    # What a closed quarter was held to stays, whatever the rule became.
    if target is not None:
        dues |= {at: row.due for at, row in its_rows.items() if row.due is not None}
    verdict = verdict_on(indicator, value, entry.period)
    due = verdict.due
    if due is None:
        due = due_at(indicator, value_day(value, entry.period))
    return Measure(
        number=number,
        indicator=indicator,
        value=value,
        verdict=verdict,
        reached=amount / target if target and amount is not None else None,
        due=due / target if target and due is not None and amount is not None else None,
        line=value_line(points, {at: due for at, due in dues.items() if due is not None}),
    )


def marked_standard(item: Item, measures: Iterable[Measure]) -> str:
    """Return the standard with the words underlined that its indicators were read from."""
    words = item.standard
    return mark_words(
        words,
        [
            Marked(each.indicator.source_start, each.indicator.source_end, each.number)
            for each in measures
            if each.indicator.source_start is not None
            and each.indicator.source_end is not None
            and words[each.indicator.source_start : each.indicator.source_end]
            == each.indicator.source_words
        ],
    )


@dataclass(frozen=True, slots=True)
class DeskValue:
    """An indicator on the review desk: what was reported, what the text says, what it makes."""

    indicator: Indicator
    reported: ReportedValue | None
    reading: Reading | None
    entered: IndicatorValue | None  # the quarter's value as figures use it
    verdict: Verdict
    remarks: list[str]

    @property
    def badge(self) -> str:
        return light_badge(self.verdict.light)

    @property
    def reported_text(self) -> str:
        return value_text(self.indicator, self.reported)

    @property
    def entered_text(self) -> str:
        return value_text(self.indicator, self.entered)

    @property
    def differs(self) -> bool:
        """Whether the text says another number than was reported."""
        return (
            self.reported is not None
            and self.reading is not None
            and self.reported.value != self.reading.value
        )

    @property
    def is_as_read(self) -> bool:
        """Whether the text says just what was reported."""
        return self.reading is not None and self.reported is not None and not self.differs

    @property
    def read_text(self) -> str:
        """The number as the text says it, in the indicator's measure."""
        if self.reading is None:
            return ""
        return value_in_words(self.indicator, self.reading.value)


def desk_values(entry: Entry, contributions: Iterable[Contribution]) -> list[DeskValue]:
    """Return what an entry is measured by with what its submitted texts report: three statements.

    `contributions` are those whose text the viewer may read.
    """
    if not entry.light:  # no indicator, no light
        return []
    indicators = list(Indicator.objects.of_period(entry.period).filter(item_id=entry.item_id))
    parts = [each for each in contributions if each.state in HANDED_IN]
    reported = {
        each.indicator_id: each
        for each in ReportedValue.objects.filter(contribution__in=parts).select_related(
            "contribution"
        )
    }
    values: dict[int, dict[int, IndicatorValue]] = {}
    rows = IndicatorValue.objects.filter(
        indicator__in=indicators, period__number__lte=entry.period.number
    )
    for value in rows.select_related("period").order_by("period__number"):
        values.setdefault(value.indicator_id, {})[value.period.number] = value
    texts = "\n".join(each.text for each in parts) or entry.approved_text
    numbers = [each for each in indicators if not each.is_milestone]
    found = {
        numbers[each.place].pk: each
        for each in propose_values(texts, numbers, year=entry.period.plan.year)
    }
    return [
        _report_row(each, entry, reported.get(each.pk), found.get(each.pk), values.get(each.pk, {}))
        for each in indicators
    ]


def _report_row(
    indicator: Indicator,
    entry: Entry,
    reported: ReportedValue | None,
    reading: Reading | None,
    values: dict[int, IndicatorValue],
) -> DeskValue:
    period = entry.period
    entered = values.get(period.number)
    counted = entered if entry.is_judged and not entry.in_rereview else reported or entered
    earlier = [each.value for number, each in values.items() if number < period.number]
    value = counted.value if counted else None
    return DeskValue(
        indicator=indicator,
        reported=reported,
        reading=reading,
        entered=entered,
        verdict=verdict_on(indicator, counted, period),
        remarks=oddities(
            kind=indicator.kind,
            measure=indicator.measure,
            value=value,
            before=earlier[-1] if earlier else None,
            target=indicator.target,
            read_as=reading.unit if reading else "",
        ),
    )
