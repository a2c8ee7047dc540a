"""More time for one unit in one period (延期): asked for, withdrawn, decided by the office.

For all that the unit still owes, or for one item.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from targets.actions.requests import settle, tell_unit, withdraw
from targets.choices import ExtensionState, Verb
from targets.models import Contribution, Extension, Item, Period, User, record_event
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT, due_in_force, is_late

MOST_DAYS = 366  # a longer one is a slip of the pen: 2031 for 2030


@transaction.atomic
def request_extension(
    *, period: Period, until: date, reason: str, item: Item | None = None, by: User
) -> Extension:
    """Ask for a later due date for the unit's reports of a period, before the date has passed.

    For all of them, or for one item that it still owes. Reports that it writes under the name
    of a unit it took over have a request of their own, since late is measured by the name; the
    first of them is returned. One request waits at a time for the same; the same one arriving
    twice is one. Until the office has decided, the date in force stays what it is.
    """
    reason = required_reason(reason, REASON_LIMIT)
    Period.objects.select_for_update().get(pk=period.pk)
    period = Period.objects.select_related("plan").get(pk=period.pk)
    if not by.is_unit or by.district_id != period.plan.district_id:
        raise Refused("只有责任单位可以申请延期。")
    if not period.is_open:
        raise Refused(f"{period}{period.get_state_display()}，不能申请延期。")
    owing = _owing(period, item, by)
    asked = [_request(period, unit_id, item, until, reason, by) for unit_id in owing]
    return asked[0]


def _owing(period: Period, item: Item | None, by: User) -> list[int]:
    """Return the keys of the units whose reports the account owes; its own if it owes none."""
    owed = Contribution.objects.owned_by(by).owed().filter(entry__period=period)
    if item:
        owed = owed.filter(entry__item=item)
    return sorted(set(owed.values_list("unit_id", flat=True))) or [by.unit_id or 0]


def _request(
    period: Period, unit_id: int, item: Item | None, until: date, reason: str, by: User
) -> Extension:
    item_id = item.pk if item else None
    granted = Extension.objects.granted_until(period, unit_id, item_id)
    due = due_in_force(period.due_day, granted)
    waiting = _waiting(period, unit_id, item_id)
    if waiting and (waiting.until, waiting.reason) == (until, reason):
        return waiting
    if waiting:
        raise Refused("已有一份延期申请等待督查室批复，请勿重复申请。如需更改，请先撤回。")
    if is_late(timezone.now(), due):
        raise Refused(
            f"填报截止日期（{date_format(due)}）已过，不能再申请延期。"
            "请尽快报送，并电话联系督查室说明情况。"
        )
    if until <= due:
        raise Refused(f"延期日期须晚于现行截止日期（{date_format(due)}）。")
    if (until - due).days > MOST_DAYS:
        raise Refused("延期日期过远，请核对年份。")
    owed = Contribution.objects.owed().filter(entry__period=period, unit_id=unit_id)
    if not owed.exists():
        raise Refused("贵单位在本季度没有尚未报送的事项，无需申请延期。")
    if item and not owed.filter(entry__item=item).exists():
        raise Refused(f"贵单位在本季度不必再报送事项{item}，无需为它申请延期。")
    extension = Extension.objects.create(
        period=period, unit_id=unit_id, item=item, until=until, reason=reason, requested_by=by
    )
    record_event(by=by, verb=Verb.REQUEST, subject=extension, new=extension.facts(), reason=reason)
    return extension


@transaction.atomic
def withdraw_extension(*, extension: Extension, by: User) -> Extension:
    """Take a request back that the office has not decided on; the date in force stays."""
    extension = _lock(extension)
    withdraw(extension, by)
    return extension


@transaction.atomic
def grant_extension(*, extension: Extension, until: date, reason: str = "", by: User) -> Extension:
    """Agree to a request, until the day asked for or another one."""
    extension = _lock_waiting(extension, by)
    period = extension.period
    if not period.is_open:
        raise Refused(f"{period}{period.get_state_display()}，不能再批复延期。")
    due = period.due_day
    if extension.item_id:
        # A day that all items of the unit have anyway would grant nothing.
        due = due_in_force(due, Extension.objects.granted_until(period, extension.unit_id))
    if until <= due:
        raise Refused(f"延期日期须晚于填报截止日期（{date_format(due)}）。")
    if (until - period.due_day).days > MOST_DAYS:
        raise Refused("延期日期过远，请核对年份。")
    asked = extension.until
    extension.until = until
    was: dict[str, object] = {"until": asked.isoformat()}
    _decide(extension, ExtensionState.GRANTED, Verb.GRANT, reason.strip(), by, was)
    what = f"督查室同意延至{date_format(until)}，当日24时前报送不算逾期。"
    tell_unit(extension, heading="批复", what=what)
    return extension


@transaction.atomic
def refuse_extension(*, extension: Extension, reason: str, by: User) -> Extension:
    """Turn a request down, with a reason that the unit reads."""
    reason = required_reason(reason, REASON_LIMIT)
    extension = _lock_waiting(extension, by)
    _decide(extension, ExtensionState.REFUSED, Verb.REFUSE, reason, by)
    what = "督查室未同意延期，仍按现行截止日期计算是否逾期。"
    tell_unit(extension, heading="批复", what=what)
    return extension


def _lock(extension: Extension) -> Extension:
    """Return the request as it is now, locked after its period."""
    Period.objects.select_for_update().get(pk=extension.period_id)
    return Extension.objects.locked().get(pk=extension.pk)


def _lock_waiting(extension: Extension, by: User) -> Extension:
    """Return the request, locked with its period, if this office may decide it still."""
    extension = _lock(extension)
    if not by.is_office or by.district_id != extension.period.plan.district_id:
        raise Refused("只有督查室可以批复延期。")
    if not extension.is_waiting:
        raise Refused(f"该申请{extension.get_state_display()}，不能再批复。")
    return extension


def _decide(
    extension: Extension,
    state: ExtensionState,
    verb: Verb,
    reason: str,
    by: User,
    was: dict[str, object] | None = None,
) -> None:
    if len(reason) > REASON_LIMIT:
        raise Refused(f"批复意见最多{REASON_LIMIT}字，现有{len(reason)}字，请删减后再提交。")
    settle(extension, state=state, verb=verb, reason=reason, by=by, was=was)


def _waiting(period: Period, unit_id: int, item_id: int | None) -> Extension | None:
    return Extension.objects.of(period, unit_id).waiting().filter(item=item_id).first()
