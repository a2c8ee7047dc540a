"""The office's judgement of an entry: approved, and opened again."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from targets.actions import contributions as writing
from targets.actions import forwarding
from targets.actions.forwarding import facts_of
from targets.actions.values import adopt_values, give_back_values
from targets.choices import HANDED_IN, ContributionState, Duty, EntryOrigin, Verb
from targets.models import (
    Contribution,
    Entry,
    Event,
    Status,
    Unit,
    User,
    record_event,
)
from targets.questions import later_entries, responsibilities_of
from targets.refusals import Refused, Stale, required_reason
from targets.rules import REASON_LIMIT, TEXT_LIMIT, clean_text


@transaction.atomic
def approve_entry(
    *,
    entry: Entry,
    version: int,
    status: Status,
    approved_text: str,
    reason: str = "",
    is_forwarded: bool | None = None,
    by: User,
) -> Entry:
    """Judge an entry: status, approved text, person and time together; submitted parts approved.

    A reason is required where a lead unit has not submitted. Its unsubmitted draft
    stays as it is. `is_forwarded` says whether open later quarters that go on from the entry
    go on from what it is now; where it was judged before and they would differ, somebody has
    to say it.
    """
    entry = writing.lock_entry(entry.pk)
    writing.check_office(by, entry)
    writing.check_open(entry)
    _check_shown(entry, version)
    if entry.is_judged and not entry.in_rereview:
        raise Refused("该事项本季度已核定。如需改判，请先重新审核。")
    if status.district_id != entry.period.plan.district_id:
        raise Refused("请选择本区的完成状态。")
    approved_text = _checked(approved_text)
    leads = list(entry.contributions.filter(duty=Duty.LEAD).select_related("unit"))
    # A part approved before the entry was reopened, and not returned, is reported as it stands.
    missing = [each for each in leads if each.state not in HANDED_IN]
    if (missing or not leads) and not reason.strip():
        names = "、".join(each.unit.name for each in missing) or "牵头单位"
        raise Refused(f"{names}尚未报送。如仍要核定，请填写原因。")
    if reason:
        reason = required_reason(reason, REASON_LIMIT)
    was = facts_of(entry)
    entry.status, entry.approved_text = status, approved_text
    if was["status"]:
        forwarding.check_forwarding(entry, is_forwarded=is_forwarded)
    for contribution in entry.contributions.filter(state=ContributionState.SUBMITTED):
        contribution.state = ContributionState.APPROVED
        contribution.version += 1
        contribution.save()
    entry.approved_at, entry.approved_by = timezone.now(), by
    entry.reopened_at = entry.proposed_status = None
    _write(entry)
    adopt_values(entry, by=by)
    told = facts_of(entry) | _forwarded(entry, is_forwarded, reason or status.name, by)
    record_event(by=by, verb=Verb.APPROVE, subject=entry, old=was, new=told, reason=reason)
    return entry


def _forwarded(
    source: Entry, is_forwarded: bool | None, reason: str, by: User
) -> dict[str, object]:
    """Carry a verdict forward where that was chosen; return what the trail says of the choice."""
    names = forwarding.names_of(forwarding.moving(source))
    if is_forwarded is None or not names:
        return {}
    if is_forwarded:
        forwarding.carry_forward(source, reason=reason, by=by)
    return {"later": f"带入{names}" if is_forwarded else f"{names}保持不变"}


@transaction.atomic
def take_back_approval(*, entry: Entry, version: int, by: User) -> Entry:
    """Undo one's own first approval of an entry, as long as nobody has acted in it since.

    `version` is the entry's after the approval: whatever was done since has raised it. The
    parts stand submitted again. A verdict given after a reopening is changed by reopening.
    """
    entry = writing.lock_entry(entry.pk)
    writing.check_office(by, entry)
    writing.check_open(entry)
    if entry.version != version or entry.approved_by_id != by.pk or entry.in_rereview:
        raise Refused("核定之后该事项又有变化，或不是您核定的，不能撤销。如需改判，请重新审核。")
    last = (
        Event.objects.filter(item_id=entry.item_id, subject="entry", subject_id=entry.pk)
        .order_by("-pk")
        .first()
    )
    if last is None or last.verb != Verb.APPROVE or last.old.get("status"):
        raise Refused("该事项此前已核定过，不能撤销。如需改判，请重新审核。")
    later = later_entries([entry]).get(entry.pk, [])
    if names := forwarding.names_of([each for each in later if each.status_id]):
        raise Refused(f"{names}已沿用这一结果，不能撤销。如需改判，请重新审核。")
    was = facts_of(entry)
    for contribution in entry.contributions.filter(
        state=ContributionState.APPROVED, submitted_at__isnull=False
    ):
        contribution.state = ContributionState.SUBMITTED
        contribution.version += 1
        contribution.save()
    entry.status, entry.approved_text = None, ""
    entry.approved_at = entry.approved_by = None
    entry.origin = EntryOrigin.REPORTED
    _write(entry)
    give_back_values(entry, by=by)
    record_event(by=by, verb=Verb.WITHDRAW, subject=entry, old=was, new=facts_of(entry))
    return entry


@transaction.atomic
def reopen_entry(
    *,
    entry: Entry,
    version: int,
    units: Iterable[Unit],
    reason: str,
    is_forwarded: bool | None = None,
    by: User,
) -> Entry:
    """Review a judged entry anew, and return the chosen units' contributions.

    Figures keep what was last approved until it is approved again. A published or
    carried entry has no contributions: the chosen leads get theirs, already returned.
    `is_forwarded` says whether open later quarters that came completed out of this one wait
    for reports as well, or stay until it is judged.
    """
    entry, reason = _to_reopen(entry, version, reason, by)
    source = forwarding.without_verdict(entry)
    forwarding.check_forwarding(source, is_forwarded=is_forwarded)
    _reopen(entry, reason, by, _forwarded(source, is_forwarded, reason, by))
    _return_units(entry, {unit.pk for unit in units}, reason, by)
    return entry


def _to_reopen(entry: Entry, version: int, reason: str, by: User) -> tuple[Entry, str]:
    """Return the entry, locked, and the reason, where the one may be reopened for the other."""
    entry = writing.lock_entry(entry.pk)
    writing.check_office(by, entry)
    reason = required_reason(reason, REASON_LIMIT)
    writing.check_open(entry)
    _check_shown(entry, version)
    if not entry.is_judged or entry.in_rereview:
        raise Refused("只有已核定的事项才能重新审核。")
    return entry, reason


def _reopen(entry: Entry, reason: str, by: User, later: dict[str, object]) -> None:
    was = facts_of(entry)
    entry.reopened_at = timezone.now()
    _write(entry)
    told = facts_of(entry) | later
    record_event(by=by, verb=Verb.REOPEN, subject=entry, old=was, new=told, reason=reason)


@transaction.atomic
def judge_entry(
    *,
    entry: Entry,
    version: int,
    status: Status,
    approved_text: str | None = None,
    reason: str,
    is_forwarded: bool | None = None,
    by: User,
) -> Entry:
    """Give a judged entry another status in one act: reopened and approved.

    Its text stays unless another is given. Both moves are in the trail with the one reason;
    no unit has to write again. `is_forwarded` as in `approve_entry`.
    """
    if entry.status_id == status.pk:
        raise Refused(f"该事项已是“{status.name}”，无需改判。")
    entry, reason = _to_reopen(entry, version, reason, by)
    _reopen(entry, reason, by, {})
    return approve_entry(
        entry=entry,
        version=entry.version,
        status=status,
        approved_text=entry.approved_text if approved_text is None else approved_text,
        reason=reason,
        is_forwarded=is_forwarded,
        by=by,
    )


@transaction.atomic
def propose_status(*, entry: Entry, status: Status, reason: str, by: User) -> Entry:
    """Put a status before the office, to be confirmed or changed when the entry is reviewed."""
    entry = writing.lock_entry(entry.pk)
    writing.check_office(by, entry)
    writing.check_open(entry)
    if entry.is_judged and not entry.in_rereview:
        raise Refused("该事项本季度已核定，不能再提出建议。")
    if status.district_id != entry.period.plan.district_id:
        raise Refused("请选择本区的完成状态。")
    was = {"proposed_status": entry.proposed_status.name if entry.proposed_status else ""}
    entry.proposed_status = status
    _write(entry)
    new = {"proposed_status": status.name}
    record_event(by=by, verb=Verb.CHANGE, subject=entry, old=was, new=new, reason=reason)
    return entry


@transaction.atomic
def return_entry(
    *, entry: Entry, version: int, units: Iterable[Unit], reason: str, by: User
) -> list[Contribution]:
    """Send the submitted texts of several units back, all with one reason."""
    entry = writing.lock_entry(entry.pk)
    writing.check_office(by, entry)
    reason = required_reason(reason, REASON_LIMIT)
    writing.check_open(entry)
    _check_shown(entry, version)
    submitted = entry.contributions.filter(
        state=ContributionState.SUBMITTED, unit__in=[unit.pk for unit in units]
    ).select_related("unit")
    returned = []
    for contribution in submitted:
        contribution.entry = entry
        writing.mark_returned(contribution, reason, by)
        returned.append(contribution)
    if not returned:
        raise Refused("所选单位没有已报送的内容可以退回，请刷新页面查看。")
    return returned


def _return_units(entry: Entry, unit_ids: set[int], reason: str, by: User) -> None:
    duties = {
        duty.unit_id: duty for duty in responsibilities_of(entry).filter(unit_id__in=unit_ids)
    }
    if unit_ids - duties.keys():
        raise Refused("所选单位不是该事项的责任单位。")
    for unit_id, duty in duties.items():
        contribution, _made = Contribution.objects.select_related("unit").get_or_create(
            entry=entry, unit_id=unit_id, defaults={"duty": duty.duty, "order": duty.order}
        )
        contribution.entry = entry
        writing.mark_returned(contribution, reason, by)


def proposed_text(contributions: Iterable[Contribution]) -> str:
    """Propose the approved text from what the leads submitted.

    The first lead's consolidated text where it wrote one; else the submitted texts in
    lead order, one after the other on new lines, without renumbering; what two leads say
    in the same words stands once.
    """
    leads = [
        each
        for each in contributions
        if each.is_lead and each.state in (ContributionState.SUBMITTED, ContributionState.APPROVED)
    ]
    for each in leads:
        if each.consolidates and each.consolidated_text:
            return each.consolidated_text
    return "\n".join(dict.fromkeys(each.text for each in leads))


def _check_shown(entry: Entry, version: int) -> None:
    if entry.version != version:
        raise Stale(
            "未保存：您打开本页之后，该事项有了新的变化（单位报送、撤回，或他人已审核）。"
            "请先查看最新内容，您填写的文字仍保留在下面。",
            entry,
        )


def _checked(text: str) -> str:
    text = clean_text(text)
    if not text:
        raise Refused("核定表述为空，请填写后再通过。")
    if len(text) > TEXT_LIMIT:
        raise Refused(f"核定表述最多{TEXT_LIMIT}字，现有{len(text)}字，请删减后再通过。")
    if "\0" in text:
        raise Refused("文字中含有无法保存的控制字符，请删除后再通过。")
    return text


def _write(entry: Entry) -> None:
    entry.version += 1
    entry.save()
