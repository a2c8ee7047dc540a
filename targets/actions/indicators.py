"""An item's indicators: accepted or refused by the office, corrected, ended; steps proposed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from targets.actions.lights import refresh_lights, refresh_open_lights
from targets.choices import (
    Duty,
    IndicatorKind,
    IndicatorState,
    ItemOutcome,
    PeriodState,
    Verb,
)
from targets.models import (
    Entry,
    Indicator,
    IndicatorValue,
    Item,
    Period,
    Plan,
    ReportedValue,
    Unit,
    User,
    record_event,
)
from targets.models.indicators import WORDS_LIMIT
from targets.questions.promised import Promised, as_it_is_kept, check_terms, curve_text
from targets.reading.indicators import Proposal
from targets.reading.plain import shown_number
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT


def promised_by(proposal: Proposal) -> Promised:
    """Return what a proposal says, as an indicator says it."""
    return Promised(
        name=proposal.name,
        kind=proposal.kind,
        measure=proposal.measure,
        comparison=proposal.comparison,
        target=proposal.target,
        target_high=proposal.high,
        source_start=proposal.start,
        source_end=proposal.end,
    )


@transaction.atomic
def accept_indicator(*, item: Item, promised: Promised, by: User, reason: str = "") -> Indicator:
    """Measure an item by one more number or step; words already decided are refused."""
    item = _lock(item)
    _check_office(by, item)
    indicator = _new(item, promised, IndicatorState.ACCEPTED, by)
    _record(indicator, by=by, verb=Verb.ACCEPT, reason=reason)
    refresh_open_lights(item)
    return indicator


@dataclass(frozen=True)
class Decision:
    """The office's yes or no to one proposal."""

    item: Item
    promised: Promised
    is_accepted: bool


@transaction.atomic
def decide_proposals(*, plan: Plan, decisions: Sequence[Decision], by: User) -> int:
    """Accept or refuse many proposals of a plan in one act; all of them or none.

    Words that are refused are not proposed again. Each has its event. Return how many were
    decided.
    """
    Plan.objects.select_for_update().get(pk=plan.pk)
    keys = {each.item.pk for each in decisions}
    there = Item.objects.filter(pk__in=keys, goal__plan=plan).select_related("goal__plan")
    items = {each.pk: each for each in there}
    if keys - items.keys():
        raise Refused("有的事项不在本年度任务中，请刷新页面。")
    known: dict[int, list[Indicator]] = {pk: [] for pk in keys}
    for indicator in Indicator.objects.filter(item_id__in=keys):
        known[indicator.item_id].append(indicator)
    made = []
    for each in decisions:
        item = items[each.item.pk]
        _check_office(by, item)
        state = IndicatorState.ACCEPTED if each.is_accepted else IndicatorState.REFUSED
        made.append(_indicator(item, each.promised, state, by, known[item.pk]))
        known[item.pk].append(made[-1])
    for indicator in Indicator.objects.bulk_create(made):
        is_accepted = indicator.state == IndicatorState.ACCEPTED
        _record(indicator, by=by, verb=Verb.ACCEPT if is_accepted else Verb.REJECT)
    _refresh_open(plan, keys)
    return len(made)


def _refresh_open(plan: Plan, item_ids: set[int]) -> None:
    for period in Period.objects.filter(plan=plan, state=PeriodState.OPEN).select_related("plan"):
        entries = list(Entry.objects.for_period(period).filter(item_id__in=item_ids))
        for entry in entries:
            entry.period = period
        refresh_lights(entries)


@transaction.atomic
def propose_milestone(*, item: Item, name: str, due_quarter: int, by: User) -> Indicator:
    """Propose a step that the unit means to reach (节点); the office fixes it."""
    item = _lock(item)
    leads = item.responsibilities.filter(duty=Duty.LEAD)
    if by.unit is None or not leads.filter(unit=by.unit).exists():
        raise Refused("只有牵头单位可以提出节点。")
    promised = Promised(name=name, kind=IndicatorKind.MILESTONE, due_quarter=due_quarter)
    indicator = _new(item, promised, IndicatorState.PROPOSED, by)
    _record(indicator, by=by, verb=Verb.PROPOSE)
    return indicator


@transaction.atomic
def decide_milestone(*, indicator: Indicator, is_accepted: bool, by: User) -> Indicator:
    """Fix a step that a unit proposed, or refuse it."""
    indicator = _lock_indicator(indicator)
    _check_office(by, indicator.item)
    if indicator.state != IndicatorState.PROPOSED:
        raise Refused("该节点已有决定，请刷新页面查看。")
    indicator.state = IndicatorState.ACCEPTED if is_accepted else IndicatorState.REFUSED
    indicator.decided_at, indicator.decided_by = timezone.now(), by
    indicator.save()
    _record(indicator, by=by, verb=Verb.ACCEPT if is_accepted else Verb.REJECT)
    refresh_open_lights(indicator.item)
    return indicator


@transaction.atomic
def change_indicator(
    *, indicator: Indicator, promised: Promised, reason: str, by: User
) -> Indicator:
    """Put a corrected indicator in the place of one that is live; closed quarters keep the old.

    Values of open quarters move to it, unless the measure is another.
    """
    reason = required_reason(reason, REASON_LIMIT)
    indicator = _lock_indicator(indicator)
    _check_office(by, indicator.item)
    _check_live(indicator)
    was = facts_of(indicator)
    _end(indicator, reason)
    made = _new(indicator.item, promised, IndicatorState.ACCEPTED, by, order=indicator.order)
    if facts_of(made) == was:
        raise Refused("内容没有变化，无需修改。")
    if made.measure == indicator.measure and made.kind == indicator.kind:
        _take_values(indicator, made)
    _record(made, by=by, verb=Verb.CHANGE, old=was, reason=reason)
    refresh_open_lights(indicator.item)
    return made


def _take_values(old: Indicator, made: Indicator) -> None:
    """Move the values of open quarters to what took an indicator's place.

    A quarter that kept the old one when it closed goes on with it, also when it is reopened.
    """
    its_own = IndicatorValue.objects.filter(indicator=old, is_kept=True).values("period")
    open_ones = {"period__state": PeriodState.OPEN, "is_kept": False}
    IndicatorValue.objects.filter(indicator=old, **open_ones).update(indicator=made)
    reported = ReportedValue.objects.filter(
        indicator=old, contribution__entry__period__state=PeriodState.OPEN
    )
    reported.exclude(contribution__entry__period__in=its_own).update(indicator=made)


def give_indicators(indicators: Iterable[Indicator], unit: Unit, *, reason: str, by: User) -> None:
    """Let another unit report these; for the act that moves a unit's work to its successor.

    Each is ended, and one that says the same of the other unit takes its place: a closed
    quarter keeps the name under which it was measured.
    """
    for old in indicators:
        made = Indicator.objects.get(pk=old.pk)
        made.pk, made.unit = None, unit
        made.decided_at, made.decided_by = timezone.now(), by
        _end(old, reason)
        made.save()
        _take_values(old, made)
        _record(made, by=by, verb=Verb.CHANGE, old=facts_of(old), reason=reason)


@transaction.atomic
def end_indicator(*, indicator: Indicator, reason: str, by: User) -> Indicator:
    """Measure the item by it no longer; closed quarters keep it with its values."""
    reason = required_reason(reason, REASON_LIMIT)
    indicator = _lock_indicator(indicator)
    _check_office(by, indicator.item)
    _check_live(indicator)
    _end(indicator, reason)
    _record(indicator, by=by, verb=Verb.END, reason=reason)
    refresh_open_lights(indicator.item)
    return indicator


def end_indicators_of(item: Item, *, reason: str, by: User) -> None:
    """End what was read from a standard that has been adjusted; the new words are read anew."""
    for indicator in item.indicators.filter(
        state__in=[IndicatorState.ACCEPTED, IndicatorState.REFUSED], source_start__isnull=False
    ):
        if indicator.state == IndicatorState.REFUSED:
            # Other words stand there now: what was refused of the old ones says nothing of them.
            indicator.source_start = indicator.source_end = None
            indicator.save()
            continue
        # The new words may be the same at the same place: they are proposed anew all the same.
        indicator.source_start = indicator.source_end = None
        _end(indicator, reason)
        _record(indicator, by=by, verb=Verb.END, reason=reason)
    refresh_open_lights(item)


def _end(indicator: Indicator, reason: str) -> None:
    indicator.state = IndicatorState.ENDED
    indicator.ended_at, indicator.ended_reason = timezone.now(), reason
    indicator.save()


def _new(
    item: Item, promised: Promised, state: str, by: User, order: int | None = None
) -> Indicator:
    indicator = _indicator(item, promised, state, by, list(item.indicators.all()), order)
    indicator.save()
    return indicator


def _indicator(
    item: Item,
    promised: Promised,
    state: str,
    by: User,
    known: Sequence[Indicator],
    order: int | None = None,
) -> Indicator:
    """Return a checked indicator, not saved; `known` are the item's others, ended ones too."""
    _check(item, promised)
    promised = as_it_is_kept(promised)
    start, end = promised.source_start, promised.source_end
    if start is not None and order is None:
        _check_undecided(promised, known)
    is_decided = state != IndicatorState.PROPOSED
    return Indicator(
        item=item,
        order=order or max((each.order for each in known), default=0) + 1,
        name=promised.name.strip(),
        kind=promised.kind,
        measure=promised.measure.strip(),
        comparison=promised.comparison,
        target=promised.target,
        target_high=promised.target_high,
        unit=promised.unit,
        note=promised.note.strip(),
        pace=promised.pace,
        curve=list(promised.curve) if promised.curve else None,
        margin=item.goal.plan.pace_margin,
        due_quarter=promised.due_quarter,
        source_words="" if start is None else item.standard[start:end][:WORDS_LIMIT],
        source_start=start,
        source_end=end,
        state=state,
        proposed_by=None if is_decided else by,
        decided_at=timezone.now() if is_decided else None,
        decided_by=by if is_decided else None,
    )


def _check_undecided(promised: Promised, known: Sequence[Indicator]) -> None:
    """Refuse words that somebody decided on in the meantime."""
    for each in known:
        is_same = (each.source_start, each.source_end) == (
            promised.source_start,
            promised.source_end,
        )
        if is_same and each.state != IndicatorState.ENDED:
            raise Refused(f"“{promised.name}”已有决定，请刷新页面查看。")


def _check(item: Item, promised: Promised) -> None:
    if item.outcome != ItemOutcome.LIVE:
        raise Refused(f"该事项{item.get_outcome_display()}，不能再设指标。")
    check_terms(promised)
    leads = item.responsibilities.filter(duty=Duty.LEAD)
    if promised.unit and not leads.filter(unit=promised.unit).exists():
        raise Refused(f"{promised.unit}不是该事项的牵头单位。")


def _check_live(indicator: Indicator) -> None:
    if not indicator.is_live:
        raise Refused(f"该指标{indicator.get_state_display()}，不能修改，请刷新页面查看。")


def _lock(item: Item) -> Item:
    Item.objects.select_for_update().get(pk=item.pk)
    return Item.objects.select_related("goal__plan").get(pk=item.pk)


def _lock_indicator(indicator: Indicator) -> Indicator:
    _lock(indicator.item)
    return Indicator.objects.select_related("item__goal__plan", "unit").get(pk=indicator.pk)


def _check_office(by: User, item: Item) -> None:
    if not by.is_office or by.district_id != item.goal.plan.district_id:
        raise Refused("只有督查室可以确定指标。")


def facts_of(indicator: Indicator) -> dict[str, str]:
    """What the trail says of an indicator."""
    facts = {
        "name": indicator.name,
        "kind": indicator.get_kind_display(),
        "unit": indicator.unit.name if indicator.unit else "",
        "note": indicator.note,
    }
    if indicator.is_milestone:
        return {**facts, "due_quarter": indicator.get_due_quarter_display()}
    target = shown_number(Decimal(indicator.target or 0))
    if indicator.target_high is not None:
        target += f"—{shown_number(Decimal(indicator.target_high))}"
    # The words of a fall hold its comparison.
    is_fall = indicator.is_fall
    return {
        **facts,
        "comparison": "" if is_fall else indicator.get_comparison_display(),
        "target": indicator.target_text if is_fall else f"{target}{indicator.measure}",
        "pace": indicator.get_pace_display(),
        "curve": curve_text(indicator.curve),
    }


def _record(
    indicator: Indicator,
    *,
    by: User,
    verb: Verb,
    old: dict[str, str] | None = None,
    reason: str = "",
) -> None:
    record_event(
        by=by,
        verb=verb,
        subject=indicator,
        old=old,
        new=facts_of(indicator),
        reason=reason,
    )
