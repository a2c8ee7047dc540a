"""Chasing (催办): who owes is reminded, in rising steps, by e-mail and web hook where set.

The office chases by hand; `send_due_reminders` chases by the district's rule, for a timer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from targets.actions.outbox import ONE_ACT, queue_hook, queue_mail
from targets.choices import PeriodState, Verb
from targets.models import (
    Contribution,
    District,
    Period,
    Reminder,
    Unit,
    User,
    record_event,
)
from targets.refusals import Refused
from targets.rules import REASON_LIMIT, item_label, item_title, quoted

# A day of the rule that the timer missed, the machine being off, is made up for so long.
MADE_UP = timedelta(days=2)
FARTHEST_DAY = 60  # before or after the due date
MOST_DAYS = 12
BY_RULE = "系统（自动催办）"


class Owed(NamedTuple):
    """One report that a unit owes, and by when."""

    title: str  # the item's number and standard, as the quarter has them
    extended_until: date | None
    due: date  # in force for the unit and the item

    def is_spared(self, today: date) -> bool:
        """Tell whether an extension that was granted for it still runs."""
        return self.extended_until is not None and self.extended_until >= today


@dataclass(frozen=True, slots=True)
class Chase:
    """What became of one press of 催办."""

    sent: list[Reminder]
    # (unit, why it was left alone), for the person who asked
    spared: list[tuple[Unit, str]]


@transaction.atomic
def remind_units(*, period: Period, units: Iterable[Unit], note: str = "", by: User) -> Chase:
    """Remind the units that owe reports; each gets its own next step.

    Never reminded: a unit that owes nothing, one that owes only what an extension still runs
    for, and one that was reminded within the last minute. They are named in the answer; if
    nobody is left, the whole is refused. What an extension still runs for is not counted.
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
    owed, latest = _owed(period), _latest(period)
    today = timezone.localdate()
    chase = Chase([], [])
    for unit in units:
        last = latest.get(unit.pk)
        if why := _spared(owed.get(unit.pk, []), today, last):
            chase.spared.append((unit, why))
            continue
        to_chase = [each for each in owed[unit.pk] if not each.is_spared(today)]
        chase.sent.append(_remind(period, unit, len(to_chase), note, last, by))
    if not chase.sent:
        reasons = "；".join(f"{unit}{why}" for unit, why in chase.spared)
        raise Refused(f"没有需要催办的单位：{reasons}。")
    _queue_mails(chase.sent, owed, today)
    return chase


@transaction.atomic
def change_reminder_rule(
    *, district: District, days: Sequence[int], words: str = "", by: User
) -> District:
    """Set on which days units that owe are reminded by themselves; no day: never.

    `days` count from the due date in force: -7 a week before, 0 on the day, 3 three days after.
    """
    if not by.is_office or by.district_id != district.pk:
        raise Refused("只有督查室可以设定自动催办。")
    days, words = sorted(set(days)), words.strip()
    if len(days) > MOST_DAYS or any(abs(day) > FARTHEST_DAY for day in days):
        raise Refused(f"自动催办最多{MOST_DAYS}天，截止前后都不超过{FARTHEST_DAY}天，请修改。")
    if len(words) > REASON_LIMIT:
        raise Refused(f"催办意见最多{REASON_LIMIT}字，现有{len(words)}字，请删减后再保存。")
    district = District.objects.select_for_update().get(pk=district.pk)
    was = _rule_of(district)
    district.reminder_days, district.reminder_words = days, words
    if _rule_of(district) != was:
        district.save()
        record_event(by=by, verb=Verb.CHANGE, subject=district, old=was, new=_rule_of(district))
    return district


def _rule_of(district: District) -> dict[str, object]:
    return {
        "reminder_days": list(district.reminder_days),
        "reminder_words": district.reminder_words,
    }


def send_due_reminders() -> list[Reminder]:
    """Remind by each district's rule, as of today; run again on the same day, it adds nothing.

    Each quarter by itself: killed in between, the next run goes on with the others. Left alone
    is who owes nothing but what an extension still runs for; the days count from the date in
    force for each report. Whoever the office has chased by hand since then is not chased for the
    same day again.
    """
    periods = Period.objects.filter(state=PeriodState.OPEN).exclude(
        plan__district__reminder_days=[]
    )
    return [reminder for period in periods.order_by("pk") for reminder in _send_due(period.pk)]


@transaction.atomic
def _send_due(pk: int) -> list[Reminder]:
    Period.objects.select_for_update().get(pk=pk)
    period = Period.objects.select_related("plan__district").get(pk=pk)
    if not period.is_open:
        return []
    district, today = period.plan.district, period.day_of(timezone.localdate())
    owed, latest = _owed(period), _latest(period)
    sent = []
    units = Unit.objects.filter(pk__in=owed).select_related("successor__successor")
    for unit in units.order_by("order"):
        last = latest.get(unit.pk)
        to_chase = [each for each in owed[unit.pk] if not each.is_spared(today)]
        day = _day_of_rule(district.reminder_days, {each.due for each in to_chase}, today)
        is_chased = last is not None and day and timezone.localdate(last.sent_at) >= day
        if day is None or is_chased:
            continue
        sent.append(_remind(period, unit, len(to_chase), district.reminder_words, last, None))
    _queue_mails(sent, owed, today)
    if sent:
        queue_hook(
            subject=f"【催办】{period}工作目标完成情况",
            body="、".join(f"{each.unit.addressee}（尚有{each.owed}项）" for each in sent)
            + f"尚未报送，请尽快登录系统报送。{district.reminder_words}",
            district_id=district.pk,
        )
    return sent


def _day_of_rule(days: Sequence[int], dues: Iterable[date], today: date) -> date | None:
    """Return the newest day of the rule up to today; None where it is too long ago."""
    passed = (due + timedelta(days=day) for due in dues for day in days)
    return max((day for day in passed if today - MADE_UP <= day <= today), default=None)


def _remind(
    period: Period, unit: Unit, owed: int, note: str, last: Reminder | None, by: User | None
) -> Reminder:
    reminder = Reminder.objects.create(
        period=period,
        unit=unit,
        step=last.step + 1 if last else 1,
        owed=owed,
        note=note,
        sent_by=by,
    )
    record_event(
        by=by,
        actor="" if by else BY_RULE,
        verb=Verb.REMIND,
        subject=reminder,
        new={"step": reminder.step, "owed": reminder.owed, "period": period.code},
        reason=reminder.note,
    )
    return reminder


def _latest(period: Period) -> dict[int, Reminder]:
    """Return each unit's newest reminder."""
    reminders = period.reminders.select_related("sent_by").order_by("step")
    return {each.unit_id: each for each in reminders}


_OWED = (
    "unit_id",
    "goal_number",
    "item_number",
    "is_numbered",
    "standard",
    "extended_until",
    "due_in_force",
)


def _owed(period: Period) -> dict[int, list[Owed]]:
    """Return what each unit owes, in print order: one query."""
    rows = Contribution.objects.owed().filter(entry__period=period)
    found: dict[int, list[Owed]] = {}
    for unit_id, goal, number, is_numbered, standard, *days in (
        rows.with_due().in_print_order().values_list(*_OWED)
    ):
        title = f"{item_label(goal, number, is_numbered)} {item_title(standard)}"
        owed = Owed(title, *days)
        found.setdefault(unit_id, []).append(owed)
    return found


def _spared(owed: list[Owed], today: date, last: Reminder | None) -> str:
    if not owed:
        return "没有未报送的事项"
    if all(each.is_spared(today) for each in owed):
        days = sorted({each.extended_until for each in owed if each.extended_until})
        return f"已同意延期至{'、'.join(date_format(day) for day in days)}"
    if last and timezone.now() - last.sent_at < ONE_ACT:
        who = last.sent_by.name if last.sent_by else BY_RULE
        return f"刚刚已由{who}催办（第{last.step}次），不重复发送"
    return ""


def _queue_mails(
    reminders: list[Reminder], owed: Mapping[int, Sequence[Owed]], today: date
) -> None:
    """Write to every active account of the units that has an address, each on its own.

    What a unit owes that is gone, whoever took it over is told.
    """
    by_unit: dict[int, list[Reminder]] = {}
    for reminder in reminders:
        by_unit.setdefault(reminder.unit.present.pk, []).append(reminder)
    if not by_unit:
        return
    accounts = User.objects.filter(unit_id__in=by_unit, is_active=True).exclude(email="")
    for account in accounts:
        for reminder in by_unit.get(account.unit_id or 0, []):
            queue_mail(
                recipient=account.email,
                subject=f"【催办】{reminder.period}工作目标完成情况尚未报送",
                body=_body(reminder, owed[reminder.unit_id], today),
                district_id=account.district_id,
            )


def _body(reminder: Reminder, owed: Sequence[Owed], today: date) -> str:
    period = reminder.period
    note = f"\n{reminder.note}\n" if reminder.note else ""
    return (
        f"{reminder.unit.addressee}：\n\n"
        f"{period.plan_title}{period}完成情况，贵单位尚有{reminder.owed}项未报送"
        f"（填报截止{_dues(owed, today)}，第{reminder.step}次催办）。"
        f"请尽快登录系统报送。{_spared_words(owed, today)}\n{note}\n{period.office_name}\n"
    )


def _dues(owed: Sequence[Owed], today: date) -> str:
    """Return the day in force, and which items have another one."""
    to_chase = [each for each in owed if not each.is_spared(today)]
    first = min(each.due for each in to_chase)
    others = [each for each in to_chase if each.due != first]
    if not others:
        return date_format(first)
    return f"{date_format(first)}，其中{_by_day(others)}"


def _spared_words(owed: Sequence[Owed], today: date) -> str:
    """Return which items are not meant, since more time was granted for them; "" if none is."""
    spared = [each for each in owed if each.is_spared(today)]
    return f"另有{_by_day(spared)}，不在此次催办之内。" if spared else ""


def _by_day(owed: Iterable[Owed]) -> str:
    days: dict[date, list[str]] = {}
    for each in owed:
        days.setdefault(each.due, []).append(quoted(each.title))
    return "，".join(
        f"{'、'.join(titles)}已同意延至{date_format(day)}" for day, titles in sorted(days.items())
    )
