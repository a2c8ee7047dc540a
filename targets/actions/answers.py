"""A unit's answer to an instruction (批示回复): saved, handed in, accepted or sent back."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from targets import filetypes
from targets.actions.files import columns_of, examine_file, on_disk
from targets.actions.outbox import queue_to_unit
from targets.choices import ANSWERED, AnswerState, Verb
from targets.models import Answer, Instruction, InstructionFile, User, record_event
from targets.refusals import Refused, Stale, required_reason
from targets.rules import REASON_LIMIT, TEXT_LIMIT, clean_text

FILES_AT_MOST = 10  # beside one answer


@transaction.atomic
def save_answer(
    *, instruction: Instruction, version: int, text: str, by: User, hands_in: bool = False
) -> Answer:
    """Keep a unit's draft. `version` is what its page showed; 1 where nothing was saved yet.

    The same save arriving twice is one; if a colleague saved since, Stale carries the row.
    `hands_in`: the words are saved on their way to being handed in with files. Where the same
    form was handed in already, its answer is returned as it stands.
    """
    text = _checked(text)
    if hands_in and (sent := _handed_in(instruction, text, by)):
        return sent
    answer = _lock_own(instruction, by)
    if answer.pk and (answer.text, answer.state) == (text, AnswerState.DRAFT):
        return answer
    was = _facts(answer)
    _write(answer, version, text)
    record_event(by=by, verb=Verb.SAVE, subject=answer, old=was, new=_facts(answer))
    return answer


@transaction.atomic
def submit_answer(*, instruction: Instruction, version: int, text: str, by: User) -> Answer:
    """Save the answer and hand it to the office, in one act; arriving twice it is one."""
    text = _checked(text)
    if sent := _handed_in(instruction, text, by):
        return sent
    answer = _lock_own(instruction, by)
    if not text:
        raise Refused("请填写回复内容后再提交。")
    was = _facts(answer)
    _write(answer, version, text)
    answer.state = AnswerState.SUBMITTED
    answer.submitted_at, answer.submitted_by = timezone.now(), by
    answer.return_reason = ""
    answer.save()
    record_event(by=by, verb=Verb.SUBMIT, subject=answer, old=was, new=_facts(answer))
    return answer


@transaction.atomic
def accept_answer(*, answer: Answer, version: int, by: User) -> Answer:
    """Take an answer as it was read; from then on the trail holds its words."""
    answer = _lock_submitted(answer, version, by)
    was = _facts(answer)
    answer.state, answer.version = AnswerState.ACCEPTED, answer.version + 1
    answer.save()
    new = {**_facts(answer), "text": answer.text}
    record_event(by=by, verb=Verb.APPROVE, subject=answer, old=was, new=new)
    return answer


@transaction.atomic
def return_answer(*, answer: Answer, version: int, reason: str, by: User) -> Answer:
    """Send an answer back to its unit with a reason; its words are the unit's draft again.

    Not to one that is asked no more, which could not write it anew.
    """
    reason = required_reason(reason, REASON_LIMIT)
    answer = _lock_submitted(answer, version, by)
    if not Instruction.objects.asking(answer.unit_id).filter(pk=answer.instruction_id).exists():
        raise Refused(
            f"该批示已不由{answer.unit}办理，退回后无人能改。可以通过，作为当时的回复留存；"
            "需要补充的，请现在的牵头单位回复。"
        )
    was = _facts(answer)
    answer.state, answer.version = AnswerState.RETURNED, answer.version + 1
    answer.return_reason = reason
    answer.save()
    record_event(
        by=by, verb=Verb.RETURN, subject=answer, old=was, new=_facts(answer), reason=reason
    )
    about = answer.instruction
    queue_to_unit(
        unit=answer.unit,
        subject=f"【退回】对{about.about}批示的回复",
        body=f"贵单位对{about.about}批示的回复已退回，请登录系统查看原因，修改后重新提交。",
        office_name=answer.unit.district.office_name,
    )
    return answer


def attach_to_answer(*, answer: Answer, file: "UploadedFile[Any]", by: User) -> InstructionFile:
    """Put a file beside an answer that can still be changed; the same one twice is one."""
    _check_asked(answer.instruction, by)
    name = filetypes.clean_name(file.name or "")
    found = examine_file(answer, name, file, by)
    row = InstructionFile(
        instruction=answer.instruction, answer=answer, **columns_of(name, file, found, by)
    )
    with on_disk(row, file):
        kept = _attach(row, found.scanned, by)
    if kept is not row:
        row.file.delete(save=False)
    return kept


@transaction.atomic
def _attach(row: InstructionFile, scanned: str, by: User) -> InstructionFile:
    # Before anything is refused: of a form that arrives twice the second finds the first's.
    Instruction.objects.select_for_update().get(pk=row.instruction_id)
    beside = list(InstructionFile.objects.filter(answer__unit=by.unit, answer=row.answer))
    for each in beside:
        if (each.sha256, each.name) == (row.sha256, row.name):
            return each
    answer = _lock_own(row.instruction, by)
    if len(beside) >= FILES_AT_MOST:
        raise Refused(
            f"每件回复最多上传{FILES_AT_MOST}个文件，“{row.name}”未上传。请先移除不需要的。"
        )
    row.save()
    facts = row.facts() | ({"scanned": scanned} if scanned else {})
    record_event(by=by, verb=Verb.ATTACH, subject=answer, new=facts)
    return row


@transaction.atomic
def detach_from_answer(*, file: InstructionFile, by: User) -> Answer:
    """Take a file away from an answer that can still be changed; the trail keeps its hash."""
    answer = _lock_own(file.instruction, by)
    row = answer.files.filter(pk=file.pk).first()
    if row is None:
        return answer
    record_event(by=by, verb=Verb.DETACH, subject=answer, old=row.facts())
    stored = row.file
    row.delete()
    transaction.on_commit(lambda: stored.delete(save=False))
    return answer


def _handed_in(instruction: Instruction, text: str, by: User) -> Answer | None:
    """Return the unit's answer if just these words were handed in already.

    One after the other, so that the second of two posts finds the first.
    """
    Instruction.objects.select_for_update().get(pk=instruction.pk)
    same = Answer.objects.filter(instruction=instruction, state__in=ANSWERED, text=text)
    return same.filter(unit=by.unit_id).first() if by.is_unit else None


def _lock_own(instruction: Instruction, by: User) -> Answer:
    """Return the unit's answer as it is now, new where there is none; refuse what is closed."""
    Instruction.objects.select_for_update().get(pk=instruction.pk)
    instruction = Instruction.objects.with_item().get(pk=instruction.pk)
    _check_asked(instruction, by)
    if not instruction.follow_up:
        raise Refused("该批示尚未转办。督查室转办后即可回复。")
    if instruction.done_at is not None:
        raise Refused("该批示已办结，不能再回复。")
    answer = instruction.answers.filter(unit=by.unit).select_related("unit").first()
    answer = answer or Answer(instruction=instruction, unit=by.unit)
    if not answer.is_open:
        raise Refused("已经回复，不能再修改。确需修改的，请与督查室联系退回。")
    return answer


def _check_asked(instruction: Instruction, by: User) -> None:
    asked = Instruction.objects.readable_by(by).asking(by.unit_id).filter(pk=instruction.pk)
    if not (by.is_unit and asked.exists()):
        raise Refused("只有牵头单位和交办单位可以回复批示。")


def _lock_submitted(answer: Answer, version: int, by: User) -> Answer:
    # Finishing waits here too: what is done stays as it is.
    Instruction.objects.select_for_update().get(pk=answer.instruction_id)
    answer = Answer.objects.select_related(
        "instruction__item__goal__plan", "instruction__unit", "unit__district", "unit__successor"
    ).get(pk=answer.pk)
    if not by.is_office or by.district_id != answer.place().district_id:
        raise Refused("只有督查室可以审核回复。")
    if answer.version != version or answer.state != AnswerState.SUBMITTED:
        raise Stale("您打开本页之后，这件回复又有变动。请查看后再办理。", answer)
    if answer.instruction.done_at is not None:
        raise Refused("该批示已办结，回复不再审核，保留提交时的内容。")
    return answer


def _write(answer: Answer, version: int, text: str) -> None:
    if answer.version != version:
        raise Stale("您打开本页之后，本单位又有人保存过。请对照后再保存。", answer)
    answer.text, answer.state, answer.version = text, AnswerState.DRAFT, version + 1
    answer.save()


def _checked(text: str) -> str:
    text = clean_text(text)
    if len(text) > TEXT_LIMIT:
        raise Refused(f"回复内容最多{TEXT_LIMIT}字，现有{len(text)}字，请删减后再提交。")
    if "\0" in text:
        raise Refused("文字中含有无法保存的控制字符，请删除后再提交。")
    return text


def _facts(answer: Answer) -> dict[str, Any]:
    """Return what the trail tells of an answer: never the words of a draft."""
    return {"state": answer.state, "characters": len(answer.text)} if answer.pk else {}
