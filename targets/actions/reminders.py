"""Chasing (催办): who owes is reminded, in rising steps, and by e-mail where there is one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.formats import date_format

from targets.actions.outbox import queue_mail
from targets.choices import Verb
from targets.models import Contribution, Extension, Period, Reminder, Unit, User, record_event
from targets.refusals import Refused
from targets.rules import REASON_LIMIT

# Two presses within it, of one person or of two, are one reminder.
ONE_ACT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Chase:
    """What became of one press of 催办."""

    sent: list[Reminder]
    # (unit, why it was left alone), for the person who asked
    spared: list[tuple[Unit, str]]


@transaction.atomic
def remind_units(*, period: Period, units: Iterable[Unit], note: str = "", by: User) -> Chase:
    """Remind the units that owe reports; each gets its own next step.

    Never reminded: a unit that owes nothing, one whose extension still runs, and one that
    was reminded within the last minute. They are named in the answer; if nobody is left,
    the whole is refused.
    """
    Period.objects.select_for_update().get(pk=period.pk)
    period = Period.objects.select_related("plan__district").get(pk=period.pk)
    if not by.is_office or by.district_id != period.plan.district_id:
        raise Refused("只有督查室可以催办。")
    if not period.is_open:
        raise Refused(f"{period}{period.get_state_display()}，不能催办。")
    note = note.strip()
    if len(note) > REASON_LIMIT:
        raise Refused(f"催办意见最多{REASON_LIMIT}字，现有{len(note)}字，请删减后再发送。")
    units = [unit for unit in units if unit.district_id == period.plan.district_id]
    if not units:
        raise Refused("请至少选择一个单位。")
    owed = _owed(period)
    running = _running_extensions(period)
    # In rising steps: what stays is the newest of each unit.
    latest = {
        each.unit_id: each for each in period.reminders.select_related("sent_by").order_by("step")
    }
    chase = Chase([], [])
    for unit in units:
        last = latest.get(unit.pk)
        if why := _spared(unit, owed, running, last):
            chase.spared.append((unit, why))
            continue
        reminder = Reminder.objects.create(
            period=period,
            unit=unit,
            step=last.step + 1 if last else 1,
            owed=owed[unit.pk],
            note=note,
            sent_by=by,
        )
        chase.sent.append(reminder)
        record_event(
            by=by,
            verb=Verb.REMIND,
            subject=reminder,
            new={"step": reminder.step, "owed": reminder.owed, "period": period.code},
            reason=reminder.note,
        )
    if not chase.sent:
        reasons = "；".join(f"{unit}{why}" for unit, why in chase.spared)
        raise Refused(f"没有需要催办的单位：{reasons}。")
    _queue_mails(chase.sent)
    return chase


def _owed(period: Period) -> dict[int, int]:
    rows = Contribution.objects.owed().filter(entry__period=period).order_by()
    return dict(rows.values_list("unit_id").annotate(Count("pk")))


def _running_extensions(period: Period) -> dict[int, date]:
    """Return the last granted day of each unit whose extension has not passed today."""
    granted = Extension.objects.granted().filter(period=period, until__gte=timezone.localdate())
    return dict(granted.order_by().values_list("unit_id").annotate(Max("until")))


def _spared(
    unit: Unit, owed: dict[int, int], running: dict[int, date], last: Reminder | None
) -> str:
    if unit.pk not in owed:
        return "没有未报送的事项"
    if unit.pk in running:
        return f"已同意延期至{date_format(running[unit.pk])}"
    if last and timezone.now() - last.sent_at < ONE_ACT:
        return f"刚刚已由{last.sent_by.name}催办（第{last.step}次），不重复发送"
    return ""


def _queue_mails(reminders: list[Reminder]) -> None:
    """Write to every active account of the units that has an address, each on its own.

    What a unit owes that is gone, whoever took it over is told.
    """
    by_unit: dict[int, list[Reminder]] = {}
    for reminder in reminders:
        by_unit.setdefault(reminder.unit.present.pk, []).append(reminder)
    accounts = User.objects.filter(unit_id__in=by_unit, is_active=True).exclude(email="")
    for account in accounts:
        for reminder in by_unit[account.unit_id]:
            queue_mail(
                recipient=account.email,
                subject=f"【催办】{reminder.period}工作目标完成情况尚未报送",
                body=_body(reminder),
                district_id=account.district_id,
            )


def _body(reminder: Reminder) -> str:
    period = reminder.period
    note = f"\n{reminder.note}\n" if reminder.note else ""
    return (
        f"{reminder.unit.addressee}：\n\n"
        f"{period.plan_title}{period}完成情况，贵单位尚有{reminder.owed}项未报送"
        f"（填报截止{date_format(period.due_on)}，第{reminder.step}次催办）。"
        f"请尽快登录系统报送。\n{note}\n{period.office_name}\n"
    )
