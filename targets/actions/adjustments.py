"""A lead unit asks that one of its items be adjusted (调整申请), or withdraws; the office answers.

Adopting a request is adjusting the item (`adjust_item`): nothing changes by the request alone.
"""

from django.db import transaction

from targets.actions.requests import settle, tell_unit, withdraw
from targets.choices import AdjustmentState, Duty, ItemOutcome, PeriodState, Verb
from targets.models import Adjustment, Item, User, record_event
from targets.quarters import NAMES
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT, TEXT_LIMIT, clean_text


@transaction.atomic
def request_adjustment(
    *, item: Item, standard: str = "", other: str = "", reason: str, by: User
) -> Adjustment:
    """Ask for another standard, or in free words for something else, with a reason.

    Only a lead of a live item asks, in a plan that still has a quarter to come or open. A unit
    has one request for an item that waits; the same one arriving twice is one.
    """
    reason = required_reason(reason, REASON_LIMIT)
    Item.objects.select_for_update().get(pk=item.pk)
    item = Item.objects.select_related("goal__plan").get(pk=item.pk)
    unit_id = _asking_unit(item, by)
    standard, other = clean_text(standard), other.strip()
    if standard == item.standard:
        standard = ""
    if not standard and not other:
        raise Refused("请修改工作标准，或写明其他需要调整的内容。")
    if len(standard) > TEXT_LIMIT:
        raise Refused(f"工作标准最多{TEXT_LIMIT}字，现有{len(standard)}字，请删减后再提交。")
    if len(other) > REASON_LIMIT:
        raise Refused(f"其他调整内容最多{REASON_LIMIT}字，现有{len(other)}字，请删减后再提交。")
    waiting = Adjustment.objects.waiting().filter(item=item, unit=unit_id).first()
    if waiting and (waiting.standard, waiting.other, waiting.reason) == (standard, other, reason):
        return waiting
    if waiting:
        raise Refused("已有一份调整申请等待督查室答复，请勿重复申请。如需更改，请先撤回。")
    adjustment = Adjustment.objects.create(
        item=item,
        unit_id=unit_id,
        standard=standard,
        other=other,
        reason=reason,
        requested_by=by,
    )
    record_event(by=by, verb=Verb.APPLY, subject=adjustment, new=adjustment.facts(), reason=reason)
    return adjustment


def may_ask_for_adjustment(item: Item, by: User) -> bool:
    """Tell whether the account's unit may ask that the item be adjusted."""
    try:
        _asking_unit(item, by)
    except Refused:
        return False
    return True


def _asking_unit(item: Item, by: User) -> int:
    """Return the key of the account's unit, which leads the item and may ask."""
    plan = item.goal.plan
    lead = item.responsibilities.filter(unit=by.unit_id, duty=Duty.LEAD).first()
    if not by.is_unit or by.district_id != plan.district_id or lead is None:
        raise Refused("只有牵头单位可以申请调整。")
    if item.outcome != ItemOutcome.LIVE:
        raise Refused(f"该事项{item.get_outcome_display()}，不能申请调整。")
    if plan.periods.filter(number=max(NAMES), state=PeriodState.CLOSED).exists():
        raise Refused(f"{plan}各季度已经结束，不能申请调整。")
    return lead.unit_id


@transaction.atomic
def withdraw_adjustment(*, adjustment: Adjustment, by: User) -> Adjustment:
    """Take a request back that the office has not answered."""
    adjustment = _lock(adjustment)
    withdraw(adjustment, by)
    return adjustment


@transaction.atomic
def decline_adjustment(*, adjustment: Adjustment, reason: str, by: User) -> Adjustment:
    """Leave the item as it is, with a reason that the unit reads."""
    reason = required_reason(reason, REASON_LIMIT)
    return answer(adjustment, AdjustmentState.DECLINED, reason, by)


def answer(adjustment: Adjustment, state: AdjustmentState, reason: str, by: User) -> Adjustment:
    """Write the office's answer down, and tell the unit."""
    adjustment = _lock(adjustment)
    if not by.is_office or by.district_id != adjustment.item.goal.plan.district_id:
        raise Refused("只有督查室可以答复调整申请。")
    if not adjustment.is_waiting:
        raise Refused(f"该申请{adjustment.get_state_display()}，不能再答复。")
    adopted = state == AdjustmentState.ADOPTED
    verb = Verb.ADOPT if adopted else Verb.DECLINE
    settle(adjustment, state=state, verb=verb, reason=reason, by=by)
    what = "督查室已采纳，事项已经调整，请登录系统查看。" if adopted else "督查室未采纳，事项不变。"
    tell_unit(adjustment, heading="答复", what=what)
    return adjustment


def _lock(adjustment: Adjustment) -> Adjustment:
    """Return the request as it is now, locked after its item."""
    Item.objects.select_for_update().get(pk=adjustment.item_id)
    return Adjustment.objects.locked().get(pk=adjustment.pk)
