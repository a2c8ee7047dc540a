"""Units: whom to telephone, and what becomes of the work when one is renamed or merged."""

import logging
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from targets.actions.taking_over import (
    move_adjustments,
    move_contributions,
    move_duties,
    move_extensions,
    move_indicators,
    move_instructions,
    move_sheets,
    named_indicators,
    open_parts,
)
from targets.choices import (
    ItemOutcome,
    Role,
    Verb,
)
from targets.models import (
    Extension,
    Instruction,
    Period,
    Responsibility,
    Succession,
    Unit,
    User,
    record_event,
)
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT

logger = logging.getLogger(__name__)


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
) -> Succession:
    """Let another unit take over a unit's open work on a day (更名、合并).

    With a name the unit goes on under it, as a new row in the old one's place; otherwise an
    existing unit takes over. A day that has come acts at once; a later one waits for it
    (`carry_out_successions`).
    """
    reason = required_reason(reason, REASON_LIMIT)
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    _check_administrator(by, unit)
    _check_may_succeed(unit, successor, name.strip())
    succession = Succession.objects.create(
        unit=unit,
        successor=successor,
        name="" if successor else name.strip(),
        on=on,
        moves_accounts=moves_accounts,
        reason=reason,
        decided_by=by,
    )
    if on <= timezone.localdate():
        _carry_out(succession, by=by)
    else:
        record_event(
            by=by,
            verb=Verb.SCHEDULE,
            subject=unit,
            new=_succession_facts(succession),
            reason=reason,
        )
    return succession


@transaction.atomic
def withdraw_succession(*, succession: Succession, reason: str, by: User) -> Succession:
    """Take back a rename or merger whose day has not come."""
    reason = required_reason(reason, REASON_LIMIT)
    unit = Unit.objects.select_for_update().get(pk=succession.unit_id)
    succession = Succession.objects.select_related("unit", "successor").get(pk=succession.pk)
    _check_administrator(by, unit)
    if succession.carried_out_at or succession.withdrawn_at:
        raise Refused("该项更名、合并已经生效或已撤回，不能再撤回。")
    succession.withdrawn_at = timezone.now()
    succession.save()
    record_event(
        by=by,
        verb=Verb.WITHDRAW,
        subject=unit,
        old=_succession_facts(succession),
        reason=reason,
    )
    return succession


def carry_out_successions(today: date) -> list[Succession]:
    """Carry out what was decided for this day or one before; return what was.

    Each in its own transaction. One that cannot be carried out any more (its name was taken
    meanwhile) stays waiting, where the administrator sees it.
    """
    done = []
    waiting = Succession.objects.filter(carried_out_at=None, withdrawn_at=None, on__lte=today)
    for pk in waiting.order_by("on", "pk").values_list("pk", flat=True):
        try:
            with transaction.atomic():
                unit_id = Succession.objects.values_list("unit_id", flat=True).get(pk=pk)
                Unit.objects.select_for_update().get(pk=unit_id)
                succession = Succession.objects.select_related(
                    "unit", "successor", "decided_by"
                ).get(pk=pk)
                if succession.carried_out_at or succession.withdrawn_at:
                    continue  # another process was quicker
                _check_may_succeed(succession.unit, succession.successor, succession.name)
                _carry_out(succession, by=succession.decided_by)
                done.append(succession)
        except Refused as refusal:
            logger.warning("Succession %s waits: %s", pk, refusal)
    return done


def effect_of(unit: Unit) -> dict[str, int]:
    """Return what a succession of the unit would move today, by the word for each."""
    parts = open_parts(unit)
    return {
        "项实施中的事项": Responsibility.objects.filter(
            unit=unit, item__outcome=ItemOutcome.LIVE
        ).count(),
        "份尚未通过的填报内容": parts.count(),
        "个指定由其填报的指标": named_indicators(unit).count(),
        "个启用的账号": User.objects.filter(unit=unit, is_active=True).count(),
        "份延期": Extension.objects.filter(unit=unit, period__in=Period.objects.running())
        .waiting_or_granted()
        .count(),
        "件未办结的批示": Instruction.objects.filter(unit=unit, done_at=None).count(),
    }


def _carry_out(succession: Succession, *, by: User) -> None:
    """Move the live items, what is unapproved in quarters never closed, accounts, extensions.

    What was approved keeps the old name, and so does every quarter that was ever closed.
    Where the successor has a part in an item already, it keeps one part, the weightier; what
    the old unit wrote there stays beside.
    """
    unit, successor = succession.unit, succession.successor
    is_rename = successor is None
    successor = successor or _renamed(unit, succession.name)
    moved = move_duties(unit, successor)
    parts, taken = move_contributions(unit, successor)
    move_extensions(unit, successor, taken, is_rename=is_rename, by=by)
    move_indicators(unit, successor, reason=succession.reason, by=by)
    move_adjustments(unit, successor, by)
    move_instructions(unit, successor)
    move_sheets(unit, successor)
    accounts = []
    if succession.moves_accounts:
        accounts = list(User.objects.filter(unit=unit).values_list("username", flat=True))
        User.objects.filter(unit=unit).update(unit=successor)
    unit.successor, unit.superseded_on = successor, succession.on
    unit.save()
    succession.carried_out_at = timezone.now()
    succession.save()
    facts = {
        **_succession_facts(succession),
        "successor": successor.name,
        "items": moved,
        "contributions": parts,
        "accounts": accounts,
    }
    record_event(by=by, verb=Verb.SUCCEED, subject=unit, new=facts, reason=succession.reason)
    if is_rename:
        facts = {"name": successor.name, "was": unit.name}
        record_event(by=by, verb=Verb.CREATE, subject=successor, new=facts)


def _succession_facts(succession: Succession) -> dict[str, object]:
    return {
        "successor": str(succession.successor or succession.name),
        "superseded_on": succession.on.isoformat(),
        "moves_accounts": succession.moves_accounts,
    }


def _check_administrator(by: User, unit: Unit) -> None:
    if by.role != Role.ADMINISTRATOR or by.district_id != unit.district_id:
        raise Refused("只有系统管理员可以办理单位更名、合并。")


def _check_may_succeed(unit: Unit, successor: Unit | None, name: str) -> None:
    if unit.successor_id:
        raise Refused(f"{unit}已由{unit.successor}承接。")
    waiting = unit.successions.filter(carried_out_at=None, withdrawn_at=None).first()
    if waiting and waiting.on > timezone.localdate():
        raise Refused(
            f"{unit}已办理更名、合并，{date_format(waiting.on, 'Y年n月j日')}生效。"
            "如需更改，请先撤回。"
        )
    if successor:
        _check_successor(unit, successor)
        return
    if not name:
        raise Refused("请选择承接单位，或填写新的单位名称。")
    if len(name) > 100:
        raise Refused("单位名称最多100字。")
    if Unit.objects.filter(district_id=unit.district_id, name=name).exists():
        raise Refused(f"已有名为“{name}”的单位，请在“承接单位”中选择它。")


def _renamed(unit: Unit, name: str) -> Unit:
    return Unit.objects.create(
        district_id=unit.district_id,
        name=name,
        order=unit.order,
        contact_name=unit.contact_name,
        contact_phone=unit.contact_phone,
        portfolio_leader_id=unit.portfolio_leader_id,
        origin_id=unit.origin_id or unit.pk,
    )


def _check_successor(unit: Unit, successor: Unit) -> None:
    if successor.pk == unit.pk:
        raise Refused("承接单位不能是本单位。")
    if successor.district_id != unit.district_id:
        raise Refused("承接单位须属于本区。")
    if successor.successor_id:
        raise Refused(f"{successor}已撤并，不能承接。")


def _contact(unit: Unit) -> dict[str, object]:
    return {"contact_name": unit.contact_name, "contact_phone": unit.contact_phone}
