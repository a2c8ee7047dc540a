"""The plan's items through the year: added, adjusted, completed, cancelled, carried over."""

import hashlib
import json
from collections.abc import Sequence

from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone
from django.utils.formats import date_format

from targets.actions.adjustments import answer
from targets.actions.indicators import end_indicators_of
from targets.actions.requests import lapse_with_item, lapse_with_lead
from targets.choices import AdjustmentState, ContributionState, Duty, EntryOrigin, ItemOutcome, Verb
from targets.importing.words import split_continued, split_item_number
from targets.models import (
    Adjustment,
    Contribution,
    Entry,
    Goal,
    Item,
    Period,
    Responsibility,
    Unit,
    User,
    record_event,
)
from targets.questions import leader_going_on
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT, TEXT_LIMIT, clean_text


@transaction.atomic
def add_item(
    *,
    goal: Goal,
    number: int,
    standard: str,
    leads: Sequence[Unit],
    supporting: Sequence[Unit],
    is_numbered: bool = True,
    reason: str = "",
    by: User,
) -> Item:
    """Add an item to a goal; in every open quarter it gets its entry and its leads their boxes."""
    goal = Goal.objects.select_related("plan").select_for_update(of=("self",)).get(pk=goal.pk)
    _check_office(by, goal.plan.district_id)
    _check_beginning(standard, is_numbered)
    item = Item(goal=goal, number=number, is_numbered=is_numbered)
    _write(item, number, standard, leads, supporting)
    opened = _enter_open_periods(item)
    record_event(
        by=by,
        verb=Verb.CREATE,
        subject=item,
        new={**_told(item, leads, supporting), "periods": opened},
        reason=reason.strip(),
    )
    return item


@transaction.atomic
def adjust_item(
    *,
    item: Item,
    number: int,
    standard: str,
    leads: Sequence[Unit],
    supporting: Sequence[Unit],
    is_numbered: bool = True,
    reason: str,
    adjustment: Adjustment | None = None,
    seen: str = "",
    by: User,
) -> Item:
    """Change a live item's number, standard or units (调整), with a reason.

    `seen`: how the page showed the item (`state_of`); nobody's change is undone unseen.
    `adjustment` is the unit's request that this adopts, as it was asked or otherwise. In open
    quarters a new lead gets its box. What a unit wrote that leads no longer stays,
    as a supporting unit's, so nobody waits for more; an empty box goes.
    """
    reason = required_reason(reason, REASON_LIMIT)
    item = _lock(item, by)
    if item.outcome != ItemOutcome.LIVE:
        raise Refused(f"该事项{item.get_outcome_display()}，不能调整。")
    was = facts_of(item)
    if seen and seen != state_of(item):
        raise Refused(_changed_meanwhile(item))
    if (clean_text(standard), is_numbered) != (item.standard, item.is_numbered):
        _check_beginning(standard, is_numbered)
    item.is_numbered = is_numbered
    _write(item, number, standard, leads, supporting)
    if facts_of(item) == was:
        hint = "采纳申请，请把调整写进工作标准或责任单位；不调整的，请选“不采纳”并说明。"
        raise Refused(f"内容没有变化，无需调整。{hint if adjustment else ''}")
    if item.standard != was["standard"]:
        end_indicators_of(item, reason=reason, by=by)
    _enter_open_periods(item)
    new = facts_of(item)
    if adjustment:
        adopted = answer(adjustment, AdjustmentState.ADOPTED, reason, by)
        day = date_format(timezone.localtime(adopted.requested_at), "Y年n月j日")
        new["adjustment"] = f"{adopted.unit}，{day}"
    record_event(by=by, verb=Verb.ADJUST, subject=item, old=was, new=new, reason=reason)
    lapse_with_lead(item, by)
    return item


@transaction.atomic
def cancel_item(*, item: Item, reason: str, stays_counted: bool, by: User) -> Item:
    """Cancel a live item (取消) with a reason; it stays visible, in or out of the total."""
    reason = required_reason(reason, REASON_LIMIT)
    item = _lock(item, by)
    if item.outcome != ItemOutcome.LIVE:
        raise Refused(f"该事项{item.get_outcome_display()}，不能取消。")
    was = facts_of(item)
    item.outcome = ItemOutcome.CANCELLED
    item.cancelled_reason = reason
    item.stays_counted = stays_counted
    item.save()
    record_event(
        by=by,
        verb=Verb.CANCEL,
        subject=item,
        old=was,
        new={**facts_of(item), "stays_counted": stays_counted},
        reason=reason,
    )
    lapse_with_item(item, by)
    return item


@transaction.atomic
def complete_item(*, item: Item, reason: str, by: User) -> Item:
    """Close a live item (办结、销号) with a reason: it owes no more reports."""
    reason = required_reason(reason, REASON_LIMIT)
    item = _lock(item, by)
    if item.outcome != ItemOutcome.LIVE:
        raise Refused(f"该事项{item.get_outcome_display()}，不能办结。")
    was = facts_of(item)
    item.outcome = ItemOutcome.COMPLETED
    item.save()
    record_event(
        by=by, verb=Verb.COMPLETE, subject=item, old=was, new=facts_of(item), reason=reason
    )
    lapse_with_item(item, by)
    return item


@transaction.atomic
def carry_over_item(
    *,
    item: Item,
    goal: Goal,
    number: int,
    standard: str,
    is_numbered: bool = True,
    reason: str,
    by: User,
) -> Item:
    """Go on with a live item in a later plan (结转): a new item there, linked to this one.

    Its units go on with it, and its own 分管领导 if he has one (`leader_going_on`).
    """
    reason = required_reason(reason, REASON_LIMIT)
    item = _lock(item, by)
    goal = Goal.objects.select_related("plan").get(pk=goal.pk)
    if item.outcome != ItemOutcome.LIVE:
        raise Refused(f"该事项{item.get_outcome_display()}，不能结转。")
    if goal.plan.district_id != by.district_id or goal.plan.year <= item.goal.plan.year:
        raise Refused("只能结转到以后年度的任务中，请选择以后年度的目标。")
    _check_beginning(standard, is_numbered)
    was = facts_of(item)
    leader = leader_going_on(item)
    successor = Item(
        goal=goal,
        number=number,
        is_numbered=is_numbered,
        portfolio_leader=leader,
        carried_from=item,
    )
    _write(successor, number, standard, *_units_of(item))
    _enter_open_periods(successor)
    told = {"portfolio_leader": str(leader)} if leader else {}
    record_event(
        by=by,
        verb=Verb.CREATE,
        subject=successor,
        new={**facts_of(successor), **told},
        reason=reason,
    )
    item.outcome = ItemOutcome.CARRIED_OVER
    item.save()
    carried = {"carried_into": f"{goal.plan.year}年度 {successor}"}
    record_event(
        by=by,
        verb=Verb.CARRY_OVER,
        subject=item,
        old=was,
        new={**facts_of(item), **carried},
        reason=reason,
    )
    lapse_with_item(item, by)
    return successor


def _units_of(item: Item) -> tuple[list[Unit], list[Unit]]:
    """Return an item's lead and supporting units, each in their order."""
    duties = list(item.responsibilities.select_related("unit"))
    leads = [each.unit for each in duties if each.duty == Duty.LEAD]
    return leads, [each.unit for each in duties if each.duty == Duty.SUPPORTING]


@transaction.atomic
def restore_item(*, item: Item, reason: str, by: User) -> Item:
    """Take an item up again that was cancelled, completed or carried over, with a reason.

    In running quarters its leads owe their reports again, unless it is judged there; who took
    over a unit meanwhile answers for it. One that was carried over comes back while nothing was
    reported on the new item, which goes.
    """
    reason = required_reason(reason, REASON_LIMIT)
    item = _lock(item, by)
    if item.outcome == ItemOutcome.LIVE:
        raise Refused("该事项正在实施，无需恢复。")
    was = facts_of(item)
    if item.outcome == ItemOutcome.CARRIED_OVER:
        _take_back(item)
    item.outcome, item.cancelled_reason, item.stays_counted = ItemOutcome.LIVE, "", True
    item.save()
    _hand_to_present(item)
    _enter_open_periods(item)
    record_event(by=by, verb=Verb.RESTORE, subject=item, old=was, new=facts_of(item), reason=reason)
    return item


def _hand_to_present(item: Item) -> None:
    """Give the parts of units that are gone to whoever has their work; each unit keeps one."""
    duties = list(item.responsibilities.select_related("unit").order_by("duty", "order"))
    if not any(each.unit.successor_id for each in duties):
        return
    leads = [each.unit.present for each in duties if each.duty == Duty.LEAD]
    others = [each.unit.present for each in duties if each.duty == Duty.SUPPORTING]
    leads = list(dict.fromkeys(leads))
    supporting = [unit for unit in dict.fromkeys(others) if unit not in leads]
    _write(item, item.number, item.standard, leads, supporting)


def _take_back(item: Item) -> None:
    """Remove the item that another went on as, if nothing has come of it yet."""
    carried = Item.objects.filter(carried_from=item).first()
    if carried is None:
        return
    if carried.entries.exists() or carried.kept.exists():
        raise Refused(f"结转后的事项（{carried.goal.plan}{carried}）已进入填报，不能恢复。")
    try:
        carried.delete()
    except ProtectedError as error:
        raise Refused("结转后的事项已有批示、指标或调整申请，不能恢复。") from error


def state_of(item: Item) -> str:
    """Return a short name for how an item is now, for a page to say which one it showed."""
    facts = json.dumps(facts_of(item), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def _changed_meanwhile(item: Item) -> str:
    duties = item.responsibilities.select_related("unit").order_by("duty", "order")
    units = "、".join(each.unit.name for each in duties)
    return (
        f"本页打开之后，该事项已有改动，现为{item}（{units}）：{item.standard}"
        "请核对；仍要按下面填写的内容调整的，再提交一次。"
    )


def facts_of(item: Item) -> dict[str, object]:
    """What the trail says of an item: its number, standard, units in order, and outcome."""
    duties = item.responsibilities.select_related("unit").order_by("duty", "order")
    leads = [each.unit for each in duties if each.duty == Duty.LEAD]
    return _told(item, leads, [each.unit for each in duties if each.duty == Duty.SUPPORTING])


def _told(item: Item, leads: Sequence[Unit], supporting: Sequence[Unit]) -> dict[str, object]:
    return {
        "number": str(item),
        "standard": item.standard,
        "leads": [unit.name for unit in leads],
        "supporting": [unit.name for unit in supporting],
        "outcome": item.outcome,
    }


def _check_beginning(standard: str, is_numbered: bool) -> None:
    """Refuse what a printed annex could not be read back from (`targets.importing.records`).

    Where no number is printed, a standard that begins with one, or with the mark of a row that
    goes on, is taken for another item or for a part of the one before.
    """
    standard = clean_text(standard)
    rest = split_continued(split_item_number(standard)[1])[1]
    mark = standard[: len(standard) - len(rest)].strip()
    if mark and not is_numbered:
        raise Refused(
            f"不印序号的事项，工作标准不能以“{mark}”开头，否则导入附表时会当作序号或续行。"
            "请勾选“印出序号”，或改写开头。"
        )


def _write(
    item: Item, number: int, standard: str, leads: Sequence[Unit], supporting: Sequence[Unit]
) -> None:
    """Check and write an item with its units; the order given is the order kept."""
    standard = clean_text(standard)
    if not standard or len(standard) > TEXT_LIMIT:
        raise Refused(f"请填写工作标准，最多{TEXT_LIMIT}字。")
    if not leads:
        raise Refused("请至少填写一个牵头单位。")
    units = [*leads, *supporting]
    twice = [unit.name for unit in units if units.count(unit) > 1]
    if twice:
        raise Refused(f"{twice[0]}出现了两次；同一单位在一个事项中只能出现一次。")
    if any(unit.district_id != item.goal.plan.district_id for unit in units):
        raise Refused("只能选择本区的单位。")
    if gone := next((unit for unit in units if unit.successor_id), None):
        raise Refused(f"{gone}已撤并，现为{gone.present}，请改填{gone.present}。")
    taken = Item.objects.filter(goal=item.goal, number=number).exclude(pk=item.pk)
    if number < 1 or taken.exists():
        raise Refused(f"该目标下已有第{number}项，请换一个序号。")
    item.number, item.standard = number, standard
    is_new = item.pk is None
    item.save()
    if not is_new:
        item.responsibilities.all().delete()
    Responsibility.objects.bulk_create(
        Responsibility(item=item, unit=unit, duty=duty, order=order)
        for duty, named in ((Duty.LEAD, leads), (Duty.SUPPORTING, supporting))
        for order, unit in enumerate(named, start=1)
    )


def _enter_open_periods(item: Item) -> list[str]:
    """Bring the item's entries of the open quarters in line with its units; return their codes."""
    running = Period.objects.running().filter(plan_id=item.goal.plan_id)
    periods = list(running.select_related("plan"))
    # A plan that comes in before its first quarter has hundreds of items and none to enter.
    duties = {each.unit_id: each for each in item.responsibilities.all()} if periods else {}
    codes = []
    for period in periods:
        entry, _made = Entry.objects.get_or_create(period=period, item=item)
        Entry.objects.select_for_update().get(pk=entry.pk)
        codes.append(period.code)
        is_open = not entry.is_judged or entry.in_rereview
        if entry.origin != EntryOrigin.REPORTED or not is_open:
            continue
        _drop_empty(entry, duties)
        for contribution in entry.contributions.all():
            duty = duties.get(contribution.unit_id)
            contribution.duty = duty.duty if duty else Duty.SUPPORTING
            contribution.order = duty.order if duty else len(duties) + 1
            contribution.save()
        there = set(entry.contributions.values_list("unit_id", flat=True))
        Contribution.objects.bulk_create(
            Contribution(entry=entry, unit_id=unit_id, duty=duty.duty, order=duty.order)
            for unit_id, duty in duties.items()
            if duty.duty == Duty.LEAD and unit_id not in there
        )
        entry.version += 1
        entry.save()
    return codes


def _drop_empty(entry: Entry, duties: dict[int, Responsibility]) -> None:
    """Take away the untouched boxes of units that lead no longer."""
    leading = [unit_id for unit_id, duty in duties.items() if duty.duty == Duty.LEAD]
    untouched = Q(
        state=ContributionState.NOT_STARTED,
        text="",
        consolidated_text="",
        problems="",
        next_steps="",
    )
    entry.contributions.filter(untouched, evidence=None).exclude(unit_id__in=leading).delete()


def _lock(item: Item, by: User) -> Item:
    Item.objects.select_for_update().get(pk=item.pk)
    item = Item.objects.select_related("goal__plan", "portfolio_leader").get(pk=item.pk)
    _check_office(by, item.goal.plan.district_id)
    return item


def _check_office(by: User, district_id: int) -> None:
    if not by.is_office or by.district_id != district_id:
        raise Refused("只有督查室可以修改年度任务。")
