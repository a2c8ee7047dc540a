"""A quarter's window: opened with a due date, closed, opened again with a reason."""

from datetime import date

from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from targets.actions.keeping import corrected_entries, keep_quarter
from targets.actions.lights import refresh_lights
from targets.actions.requests import lapse_with_period
from targets.actions.values import keep_values
from targets.choices import (
    ContributionState,
    Duty,
    EntryOrigin,
    ItemOutcome,
    PeriodState,
    Verb,
)
from targets.models import (
    Contribution,
    Entry,
    Item,
    Period,
    Plan,
    Responsibility,
    Unit,
    User,
    record_event,
)
from targets.quarters import NAMES
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT
from targets.statistics import refresh_after_commit


@transaction.atomic
def create_period(*, plan: Plan, number: int, by: User) -> Period:
    """Prepare a quarter of a plan; units see nothing of it until it opens."""
    _check_office(by, plan)
    if number not in NAMES:
        raise Refused("请选择第一至第四季度。")
    if plan.periods.filter(number=number).exists():
        raise Refused("该季度已经建立。")
    period = Period.objects.create(plan=plan, number=number)
    record_event(by=by, verb=Verb.CREATE, subject=period, new=_facts(period))
    return period


@transaction.atomic
def open_period(
    *,
    period: Period,
    due_on: date,
    remind_days: int = 7,
    head_signs: bool = False,
    evidence_required: bool = False,
    asks_problems: bool = False,
    by: User,
) -> Period:
    """Open a prepared quarter: one entry an item, one contribution a lead unit.

    An item judged completed last quarter opens completed, with its text, and owes no
    report. So does an item that is closed but stays counted (cancelled, completed, carried
    over): it keeps its last status.
    """
    period = _lock(period)
    _check_office(by, period.plan)
    if period.state != PeriodState.DRAFT:
        raise Refused(f"{period}{period.get_state_display()}，不能再次开放。")
    if gone := gone_leads(period):
        names = "、".join(f"{unit}（现为{unit.successor}）" for unit in gone)
        raise Refused(f"以下单位已撤并，请先把所负责的事项调整给承接单位：{names}。")
    was = _facts(period)
    period.state = PeriodState.OPEN
    period.follows = Period.objects.opened_before(period)
    _set(period, due_on, remind_days, head_signs, evidence_required, asks_problems)
    entries = Entry.objects.bulk_create(_entries_of(period))
    for entry in entries:
        entry.period = period
    refresh_lights(entries)
    owed = Contribution.objects.bulk_create(_contributions_of(entries))
    record_event(
        by=by,
        verb=Verb.OPEN,
        subject=period,
        old=was,
        new={**_facts(period), "entries": len(entries), "contributions": len(owed)},
    )
    refresh_after_commit(len(entries))
    return period


@transaction.atomic
def change_period(
    *,
    period: Period,
    due_on: date,
    remind_days: int,
    head_signs: bool,
    evidence_required: bool,
    asks_problems: bool = False,
    by: User,
) -> Period:
    """Change an open quarter's due date, for everyone, and what it asks of a submission.

    What was submitted before stays submitted: new requirements hold for what comes.
    """
    period = _lock(period)
    _check_office(by, period.plan)
    if period.state != PeriodState.OPEN:
        raise Refused(f"{period}{period.get_state_display()}，不能修改填报要求。")
    was = _facts(period)
    _set(period, due_on, remind_days, head_signs, evidence_required, asks_problems)
    record_event(by=by, verb=Verb.CHANGE, subject=period, old=was, new=_facts(period))
    return period


@transaction.atomic
def close_period(*, period: Period, by: User) -> Period:
    """Close an open quarter: from then on it takes nothing, and is what it was then.

    What units asked for and nobody has answered comes to nothing. Closed again, the trail says
    which items' verdicts or texts differ from the time before.
    """
    period = _lock(period)
    _check_office(by, period.plan)
    if period.state != PeriodState.OPEN:
        raise Refused(f"{period}{period.get_state_display()}，不能关闭。")
    was = _facts(period)
    corrected = {"corrected": corrected_entries(period)} if period.is_kept else {}
    keep_quarter(period, timezone.now())
    keep_values(period, by=by)
    period.state = PeriodState.CLOSED
    period.save()
    record_event(
        by=by, verb=Verb.CLOSE, subject=period, old=was, new={**_facts(period), **corrected}
    )
    lapse_with_period(period, by)
    refresh_after_commit(period.entries.count())  # as many rows were kept
    return period


@transaction.atomic
def reopen_period(*, period: Period, reason: str, by: User) -> Period:
    """Open a closed quarter again, with a reason."""
    reason = required_reason(reason, REASON_LIMIT)
    period = _lock(period)
    _check_office(by, period.plan)
    if period.state != PeriodState.CLOSED:
        raise Refused(f"{period}{period.get_state_display()}，不能重新开放。")
    was = _facts(period)
    period.state = PeriodState.OPEN
    period.save()
    record_event(
        by=by, verb=Verb.REOPEN, subject=period, old=was, new=_facts(period), reason=reason
    )
    return period


@transaction.atomic
def remove_period(*, period: Period, reason: str, by: User) -> None:
    """Take away a quarter that was opened, or prepared, by mistake and is still untouched."""
    reason = required_reason(reason, REASON_LIMIT)
    period = _lock(period)
    _check_office(by, period.plan)
    if touched := touched_by(period):
        raise Refused(f"{period}{touched}，不能删除。")
    was, place = _facts(period), period.place()
    name, key = str(period), period.pk
    Contribution.objects.filter(entry__period=period).delete()
    period.entries.all().delete()
    try:
        period.delete()
    except ProtectedError as error:
        raise Refused(f"{name}已起草通报或已有记录，不能删除。") from error
    period.pk = key
    record_event(by=by, verb=Verb.DELETE, subject=period, place=place, old=was, reason=reason)


def touched_by(period: Period) -> str:
    """Return what has been done in a quarter that keeps it from being removed, or ""."""
    if period.is_kept:
        return "关闭过"
    if period.followers.exists():
        return "之后又开放了季度"
    started = Contribution.objects.filter(entry__period=period).exclude(
        state=ContributionState.NOT_STARTED, text="", consolidated_text=""
    )
    if started.exists():
        return "已有单位填报"
    judged = Q(approved_at__isnull=False) | Q(reopened_at__isnull=False)
    if period.entries.filter(judged | Q(origin=EntryOrigin.PUBLISHED)).exists():
        return "已有核定的事项"
    if period.reminders.exists() or period.extensions.exists():
        return "已有催办或延期记录"
    return ""


def gone_leads(period: Period) -> list[Unit]:
    """Return the units that lead a live item of the plan though another took over their work."""
    duties = Responsibility.objects.filter(
        item__goal__plan_id=period.plan_id, item__outcome=ItemOutcome.LIVE
    )
    gone = Unit.objects.filter(pk__in=duties.values("unit_id"), successor__isnull=False)
    return list(gone.select_related("successor").order_by("order"))


def _set(
    period: Period,
    due_on: date,
    remind_days: int,
    head_signs: bool,
    evidence_required: bool,
    asks_problems: bool,
) -> None:
    if due_on < date(period.plan.year, 1, 1):
        raise Refused(f"截止日期早于{period.plan.year}年，请检查年份。")
    period.due_on, period.remind_days = due_on, remind_days
    period.head_signs, period.evidence_required = head_signs, evidence_required
    period.asks_problems = asks_problems
    period.save()


def _entries_of(period: Period) -> list[Entry]:
    last = {
        entry.item_id: entry
        for entry in Entry.objects.filter(period_id=period.follows_id or 0).select_related("status")
    }
    entries = []
    for item in Item.objects.filter(goal__plan_id=period.plan_id).in_print_order():
        before = last.get(item.pk)
        status = before.status if before else None
        is_kept = item.outcome != ItemOutcome.LIVE and item.stays_counted
        if before and status and (status.is_completed or is_kept):
            entries.append(
                Entry(
                    period=period,
                    item=item,
                    origin=EntryOrigin.CARRIED,
                    status=status,
                    approved_text=before.approved_text,
                )
            )
        elif item.outcome == ItemOutcome.LIVE:
            entries.append(Entry(period=period, item=item))
    return entries


def _contributions_of(entries: list[Entry]) -> list[Contribution]:
    owing = {entry.item_id: entry for entry in entries if entry.origin == EntryOrigin.REPORTED}
    duties = Responsibility.objects.filter(item_id__in=owing, duty=Duty.LEAD)
    return [
        Contribution(
            entry=owing[duty.item_id], unit_id=duty.unit_id, duty=duty.duty, order=duty.order
        )
        for duty in duties
    ]


def _lock(period: Period) -> Period:
    Period.objects.select_for_update().get(pk=period.pk)
    return Period.objects.select_related("plan__district", "follows").get(pk=period.pk)


def _check_office(by: User, plan: Plan) -> None:
    if not by.is_office or by.district_id != plan.district_id:
        raise Refused("只有督查室可以管理季度填报。")


def _facts(period: Period) -> dict[str, object]:
    return {
        "state": period.state,
        "due_on": period.due_on.isoformat() if period.due_on else None,
        "remind_days": period.remind_days,
        "head_signs": period.head_signs,
        "evidence_required": period.evidence_required,
        "asks_problems": period.asks_problems,
    }
