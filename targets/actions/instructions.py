"""A leader's instruction (批示): typed or registered, turned into a follow-up, done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from targets import filetypes
from targets.actions.files import columns_of, examine_file, on_disk
from targets.choices import ItemOutcome, Verb
from targets.models import Instruction, InstructionFile, Item, Unit, User, record_event
from targets.models.instructions import GIVER_LIMIT
from targets.refusals import Refused
from targets.rules import REASON_LIMIT


@dataclass(frozen=True, slots=True)
class OnPaper:
    """What stands on the sheet that the office registers, and what it asks of it at once."""

    giver: str  # the leader's office or name, as the office writes it
    given_on: date
    text: str
    leader: User | None = None  # his account, where he has one
    follow_up: str = ""
    due_on: date | None = None  # with the follow-up or not at all
    on_ended: bool = False  # also where an item was cancelled, completed or carried over


@transaction.atomic
def give_instruction(*, item: Item, text: str, by: User) -> Instruction:
    """Leave an instruction on an item; its units and the office see it at once.

    The same words posted twice on one day are one, while they are open.
    """
    item = Item.objects.select_related("goal__plan").get(pk=item.pk)
    if not by.is_leader or by.district_id != item.goal.plan.district_id:
        raise Refused("只有区领导可以作出批示。")
    text = _required(text, "批示内容")
    # One after the other, so that the second of two posts finds the first.
    Item.objects.select_for_update().get(pk=item.pk)
    own = Instruction.objects.filter(item=item, given_by=by, giver="", text=text, done_at=None)
    same = own.with_item().first()
    if same and same.day == timezone.localdate():
        return same
    instruction = Instruction.objects.create(
        district_id=item.goal.plan.district_id, item=item, text=text, given_by=by
    )
    record_event(by=by, verb=Verb.INSTRUCT, subject=instruction, new=_facts(instruction))
    return instruction


def register_instruction(
    *,
    paper: OnPaper,
    addressees: Sequence[Item | Unit],
    scan: "UploadedFile[bytes] | None",
    by: User,
) -> list[Instruction]:
    """Register an instruction written on paper, once for each item or unit that it goes to.

    Each is followed up and answered by itself; all of them carry the same scan.
    """
    _check_paper(paper, addressees, by)
    if scan is None:
        return _register(paper, addressees, None, "", by)
    name = filetypes.clean_name(scan.name or "")
    found = examine_file(addressees[0], name, scan, by)
    file = InstructionFile(**columns_of(name, scan, found, by))
    with on_disk(file, scan):
        return _register(paper, addressees, file, found.scanned, by)


def _check_paper(paper: OnPaper, addressees: Sequence[Item | Unit], by: User) -> None:
    if not by.is_office:
        raise Refused("只有督查室可以登记批示。")
    if not addressees:
        raise Refused("请填写事项编号或单位，写明批示交给谁办理。")
    ended = [
        f"事项{each}{each.get_outcome_display()}"
        for each in addressees
        if isinstance(each, Item) and each.outcome != ItemOutcome.LIVE
    ]
    if ended and not paper.on_ended:
        raise Refused(
            f"{'、'.join(ended)}，不再由单位办理，没有登记。请改填其他事项或交办单位；"
            "确需登记在该事项上的，请勾选“仍登记在已结束的事项上”后再登记。"
        )
    if any(each.place().district_id != by.district_id for each in addressees):
        raise Refused("只能登记本区事项和单位的批示。")
    if paper.leader and not (paper.leader.is_leader and paper.leader.district_id == by.district_id):
        raise Refused("只能选择本区领导的账号。")
    if not paper.giver.strip() or len(paper.giver.strip()) > GIVER_LIMIT:
        raise Refused(f"请填写批示领导，最多{GIVER_LIMIT}字。")
    if paper.given_on > timezone.localdate():
        raise Refused("批示日期还没有到，请核对后再登记。")
    if bool(paper.follow_up.strip()) != bool(paper.due_on):
        raise Refused("督办要求和落实期限请一并填写；都不填的，登记后再转办。")


@transaction.atomic
def _register(
    paper: OnPaper,
    addressees: Sequence[Item | Unit],
    file: InstructionFile | None,
    scanned: str,
    by: User,
) -> list[Instruction]:
    text = _required(paper.text, "批示内容")
    follow_up = _required(paper.follow_up, "督办要求") if paper.follow_up.strip() else ""
    made = []
    for each in addressees:
        to = {"item": each} if isinstance(each, Item) else {"unit": each}
        instruction = Instruction.objects.create(
            **to,
            district=by.own_district,
            text=text,
            given_by=by,
            giver=paper.giver.strip(),
            given_on=paper.given_on,
            leader=paper.leader,
            follow_up=follow_up,
            due_on=paper.due_on,
        )
        facts = _facts(instruction)
        if file:
            file.pk, file._state.adding, file.instruction = None, True, instruction
            file.save()
            facts |= {"file": file.name, "sha256": file.sha256}
            facts |= {"active": file.active} if file.active else {}
            facts |= {"scanned": scanned} if scanned else {}
        record_event(by=by, verb=Verb.INSTRUCT, subject=instruction, new=facts)
        made.append(instruction)
    return made


@transaction.atomic
def record_instruction_download(*, file: InstructionFile, by: User) -> None:
    """Remember who took a file beside an instruction out of the site.

    The name of one beside an answer is not told: it may be a draft's.
    """
    facts = {"size": file.size, "sha256": file.sha256}
    if file.answer is None:
        record_event(
            by=by, verb=Verb.EXPORT, subject=file.instruction, new={"name": file.name, **facts}
        )
        return
    record_event(by=by, verb=Verb.EXPORT, subject=file.answer, new=facts)


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
    instruction = Instruction.objects.with_item().get(pk=instruction.pk)
    if not by.is_office or by.district_id != instruction.place().district_id:
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


def _facts(instruction: Instruction) -> dict[str, str | None]:
    paper = (
        {"giver": instruction.giver, "given_on": instruction.day.isoformat()}
        if instruction.is_on_paper
        else {}
    )
    return {
        **paper,
        "text": instruction.text,
        "follow_up": instruction.follow_up,
        "due_on": instruction.due_on.isoformat() if instruction.due_on else None,
        "outcome": instruction.outcome,
    }
