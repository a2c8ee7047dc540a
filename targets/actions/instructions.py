"""A leader's instruction (批示): given, turned into a follow-up by the office, done."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from targets.choices import Verb
from targets.models import Instruction, Item, User, record_event
from targets.refusals import Refused
from targets.rules import REASON_LIMIT


@transaction.atomic
def give_instruction(*, item: Item, text: str, by: User) -> Instruction:
    """Leave an instruction on an item; its units and the office see it at once."""
    item = Item.objects.select_related("goal__plan").get(pk=item.pk)
    if not by.is_leader or by.district_id != item.goal.plan.district_id:
        raise Refused("只有区领导可以作出批示。")
    instruction = Instruction.objects.create(
        item=item, text=_required(text, "批示内容"), given_by=by
    )
    record_event(by=by, verb=Verb.INSTRUCT, subject=instruction, new=_facts(instruction))
    return instruction


@transaction.atomic
def follow_up_instruction(
    *, instruction: Instruction, follow_up: str, due_on: date, by: User
) -> Instruction:
    """Say what is asked of the units and by when; while it is not done both may change."""
    instruction = _lock(instruction, by)
    was = _facts(instruction)
    instruction.follow_up = _required(follow_up, "督办要求")
    instruction.due_on = due_on
    instruction.save()
    record_event(by=by, verb=Verb.FOLLOW_UP, subject=instruction, old=was, new=_facts(instruction))
    return instruction


@transaction.atomic
def finish_instruction(*, instruction: Instruction, outcome: str, by: User) -> Instruction:
    """Close a follow-up with what came of it."""
    instruction = _lock(instruction, by)
    if instruction.due_on is None:
        raise Refused("该批示尚未转办。请先填写督办要求和落实期限。")
    was = _facts(instruction)
    instruction.outcome = _required(outcome, "落实情况")
    instruction.done_at, instruction.done_by = timezone.now(), by
    instruction.save()
    record_event(by=by, verb=Verb.COMPLETE, subject=instruction, old=was, new=_facts(instruction))
    return instruction


def _lock(instruction: Instruction, by: User) -> Instruction:
    """Return the row as it is now, locked; refuse all but the office, and what is done."""
    Instruction.objects.select_for_update().get(pk=instruction.pk)
    instruction = Instruction.objects.select_related("item__goal__plan").get(pk=instruction.pk)
    if not by.is_office or by.district_id != instruction.item.goal.plan.district_id:
        raise Refused("只有督查室可以办理批示。")
    if instruction.done_at is not None:
        raise Refused("该批示已办结，不能再修改。如需继续督办，请领导另作批示。")
    return instruction


def _required(text: str, name: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(f"请填写{name}后再提交。")
    if len(text) > REASON_LIMIT:
        raise Refused(f"{name}最多{REASON_LIMIT}字，现有{len(text)}字，请删减后再提交。")
    if "\0" in text:
        raise Refused("文字中含有无法保存的控制字符，请删除后再提交。")
    return text


def _facts(instruction: Instruction) -> dict:
    return {
        "text": instruction.text,
        "follow_up": instruction.follow_up,
        "due_on": instruction.due_on.isoformat() if instruction.due_on else None,
        "outcome": instruction.outcome,
    }
