"""Units: whom to telephone, and what becomes of the work when one is renamed or merged."""

from datetime import date

from django.db import transaction
from django.db.models import Max

from targets.choices import ContributionState, Duty, ItemOutcome, PeriodState, Role, Verb
from targets.models import (
    Contribution,
    Entry,
    Extension,
    Responsibility,
    Unit,
    User,
    record_event,
)
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT


@transaction.atomic
def change_contact(*, unit: Unit, contact_name: str, contact_phone: str, by: User) -> Unit:
    """Note a unit's reporter and telephone number; chasing is done by telephone."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if by.role not in (Role.OFFICE, Role.ADMINISTRATOR) or by.district_id != unit.district_id:
        raise Refused("只有督查室和系统管理员可以修改联络员。")
    was = _contact(unit)
    unit.contact_name, unit.contact_phone = contact_name.strip(), contact_phone.strip()
    unit.save()
    record_event(subject=unit, by=by, verb=Verb.CHANGE, old=was, new=_contact(unit))
    return unit


@transaction.atomic
def succeed_unit(
    *,
    unit: Unit,
    on: date,
    successor: Unit | None = None,
    name: str = "",
    moves_accounts: bool = True,
    reason: str,
    by: User,
) -> Unit:
    """Let another unit take over a unit's open work (更名、合并), and return it.

    With a name a new unit is made in the old one's place; otherwise an existing one takes
    over. Live items and what is not yet approved in open quarters move; what was approved
    and every circular keep the old name. Where the successor has a part in an item
    already, it keeps one part, the weightier; what the old unit wrote there stays beside.
    """
    reason = required_reason(reason, REASON_LIMIT)
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if by.role != Role.ADMINISTRATOR or by.district_id != unit.district_id:
        raise Refused("只有系统管理员可以办理单位更名、合并。")
    if unit.successor_id:
        raise Refused(f"{unit}已由{unit.successor}承接。")
    is_rename = successor is None
    if is_rename:
        successor = _renamed(unit, name.strip())
    else:
        _check_successor(unit, successor)
    moved = _move_duties(unit, successor)
    parts = _move_contributions(unit, successor)
    if is_rename:
        Extension.objects.filter(unit=unit, period__state=PeriodState.OPEN).update(unit=successor)
    if moves_accounts:
        User.objects.filter(unit=unit).update(unit=successor)
    unit.successor, unit.superseded_on = successor, on
    unit.save()
    record_event(
        subject=unit,
        by=by,
        verb=Verb.SUCCEED,
        new={
            "successor": successor.name,
            "superseded_on": on.isoformat(),
            "items": moved,
            "contributions": parts,
            "moves_accounts": moves_accounts,
        },
        reason=reason,
    )
    return successor


def _renamed(unit: Unit, name: str) -> Unit:
    if not name:
        raise Refused("请选择承接单位，或填写新的单位名称。")
    if len(name) > 100:
        raise Refused("单位名称最多100字。")
    if Unit.objects.filter(district_id=unit.district_id, name=name).exists():
        raise Refused(f"已有名为“{name}”的单位，请在“承接单位”中选择它。")
    return Unit.objects.create(
        district_id=unit.district_id,
        name=name,
        order=unit.order,
        contact_name=unit.contact_name,
        contact_phone=unit.contact_phone,
        portfolio_leader_id=unit.portfolio_leader_id,
    )


def _check_successor(unit: Unit, successor: Unit) -> None:
    if successor.pk == unit.pk:
        raise Refused("承接单位不能是本单位。")
    if successor.district_id != unit.district_id:
        raise Refused("承接单位须属于本区。")
    if successor.successor_id:
        raise Refused(f"{successor}已撤并，不能承接。")


def _move_duties(unit: Unit, successor: Unit) -> int:
    """Give the successor the unit's place in every live item; return how many moved."""
    duties = Responsibility.objects.filter(unit=unit, item__outcome=ItemOutcome.LIVE)
    theirs = {
        each.item_id: each
        for each in Responsibility.objects.filter(unit=successor, item__in=duties.values("item"))
    }
    moved = 0
    for duty in duties:
        own = theirs.get(duty.item_id)
        # A lead's place is weightier than a supporting unit's, a first lead's than a second's.
        if own and (own.duty, own.order) < (duty.duty, duty.order):
            duty.delete()
        else:
            if own:
                own.delete()
            duty.unit = successor
            duty.save()
        moved += 1
    return moved


def _move_contributions(unit: Unit, successor: Unit) -> int:
    """Bring the open entries in line with the duties as they are now; return how many moved."""
    entries = Entry.objects.filter(
        contributions__unit=unit,
        period__state=PeriodState.OPEN,
        item__outcome=ItemOutcome.LIVE,
    ).exclude(status__isnull=False, reopened_at=None)
    moved = 0
    for entry in entries.distinct():
        Entry.objects.select_for_update().get(pk=entry.pk)
        old = entry.contributions.filter(unit=unit).exclude(state=ContributionState.APPROVED)
        duty = Responsibility.objects.filter(item_id=entry.item_id, unit=successor).first()
        for part in old:
            _hand_over(entry, part, successor, duty)
            moved += 1
        entry.version += 1
        entry.save()
    return moved


def _hand_over(
    entry: Entry, part: Contribution, successor: Unit, duty: Responsibility | None
) -> None:
    own = entry.contributions.filter(unit=successor).first()
    if own is None:
        part.unit = successor
    elif not part.holds_words and not part.evidence.exists():
        part.delete()
        part = own
    else:
        # Both have written: what the old unit wrote stays its own, and nobody waits for more.
        last = entry.contributions.aggregate(last=Max("order"))["last"]
        part.duty, part.order = Duty.SUPPORTING, last + 1
        _raise(part)
        part = own
    if duty:
        part.duty, part.order = duty.duty, duty.order
    _raise(part)


def _raise(part: Contribution) -> None:
    part.version += 1
    part.save()


def _contact(unit: Unit) -> dict:
    return {"contact_name": unit.contact_name, "contact_phone": unit.contact_phone}
