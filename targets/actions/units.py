"""Units: whom to telephone, and what becomes of the work when one is renamed or merged."""

import logging
from datetime import date

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from targets.choices import (
    AdjustmentState,
    ContributionState,
    Duty,
    ExtensionState,
    ItemOutcome,
    Role,
    Verb,
)
from targets.models import (
    Adjustment,
    Answer,
    Contribution,
    Entry,
    Extension,
    Instruction,
    Period,
    Responsibility,
    SheetReceipt,
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
        "个启用的账号": User.objects.filter(unit=unit, is_active=True).count(),
        "份延期": Extension.objects.filter(unit=unit, period__in=Period.objects.running()).count(),
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
    moved = _move_duties(unit, successor)
    parts = _move_contributions(unit, successor)
    _move_extensions(unit, successor, by)
    _move_adjustments(unit, successor, by)
    _move_instructions(unit, successor)
    _move_sheets(unit, successor)
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


def open_parts(unit: Unit) -> QuerySet[Contribution]:
    """Return what a unit still has to do with in running quarters."""
    judged = Q(entry__status__isnull=False, entry__reopened_at=None)
    return Contribution.objects.filter(
        unit=unit,
        entry__period__in=Period.objects.running(),
        entry__item__outcome=ItemOutcome.LIVE,
    ).exclude(judged)


def _move_extensions(unit: Unit, successor: Unit, by: User) -> None:
    """Let granted days and waiting requests go on; of two waiting for the same the successor's."""
    mine = Extension.objects.filter(unit=unit, period__in=Period.objects.running())
    theirs = Extension.objects.filter(unit=successor, state=ExtensionState.REQUESTED)
    asked = set(theirs.values_list("period", "item"))
    waiting = mine.filter(state=ExtensionState.REQUESTED).values_list("pk", "period", "item")
    Extension.objects.filter(pk__in=[pk for pk, *what in waiting if tuple(what) in asked]).update(
        state=ExtensionState.REFUSED,
        decided_at=timezone.now(),
        decided_by=by,
        decision_reason=f"已由{successor}承接，按其申请办理。",
    )
    mine.exclude(state=ExtensionState.REFUSED).update(unit=successor)


def _move_adjustments(unit: Unit, successor: Unit, by: User) -> None:
    """Let waiting requests go on; of two waiting for the same item the successor's."""
    theirs = Adjustment.objects.waiting().filter(unit=successor)
    waiting = Adjustment.objects.waiting().filter(unit=unit)
    waiting.filter(item__in=list(theirs.values_list("item", flat=True))).update(
        state=AdjustmentState.DECLINED,
        decided_at=timezone.now(),
        decided_by=by,
        decision_reason=f"已由{successor}承接，按其申请办理。",
    )
    waiting.update(unit=successor)


def _move_instructions(unit: Unit, successor: Unit) -> None:
    """Let the successor answer what is not done, going on from the old unit's answer.

    An item that is not carried on keeps its old leads, and so do the answers about it.
    """
    Instruction.objects.filter(unit=unit, done_at=None).update(unit=successor)
    asked = Instruction.objects.asking(successor.pk).filter(done_at=None).order_by()
    theirs = Answer.objects.filter(unit=successor, instruction__in=asked)
    for old in Answer.objects.filter(unit=unit, instruction__in=asked):
        own = theirs.filter(instruction=old.instruction_id).first()
        if own is None:
            old.unit = successor
            old.save()
        elif own.is_open and old.is_open:
            _join_drafts(old, own)


def _join_drafts(old: Answer, own: Answer) -> None:
    """Put what the old unit wrote below the successor's draft, where somebody can read it."""
    own.text = "\n".join(each for each in (own.text, old.text) if each)
    own.version += 1
    own.save()
    old.files.update(answer=own)
    old.delete()


def _move_sheets(unit: Unit, successor: Unit) -> None:
    """Let the successor receive what the old unit has not; it receives a sheet once."""
    theirs = SheetReceipt.objects.filter(unit=successor).values_list("sheet", flat=True)
    waiting = SheetReceipt.objects.filter(unit=unit, received_at=None)
    waiting.exclude(sheet__in=list(theirs)).update(unit=successor)


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
    entries = Entry.objects.filter(pk__in=open_parts(unit).values("entry_id"))
    moved = 0
    for entry in entries:
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


def _contact(unit: Unit) -> dict[str, object]:
    return {"contact_name": unit.contact_name, "contact_phone": unit.contact_phone}
