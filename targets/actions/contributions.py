"""A unit's own text: started, saved, submitted, withdrawn; returned by the office."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from targets.actions.refusals import Refused, Stale, required_reason
from targets.choices import ContributionState, ItemOutcome, Verb
from targets.models import Contribution, Entry, Responsibility, User, record_event
from targets.rules import REASON_LIMIT, TEXT_LIMIT, clean_text

EDITABLE = (ContributionState.NOT_STARTED, ContributionState.DRAFT, ContributionState.RETURNED)

STALE_MESSAGE = (
    "保存未成功：您打开本页之后，这项内容已被他人修改。两份文字都在下面，请核对合并后再保存。"
)


@transaction.atomic
def start_contribution(*, entry: Entry, by: User) -> Contribution:
    """Give a supporting unit its own box in an entry; returns the existing one if there is one.

    Lead units' boxes are made when the period opens; supporting units owe none.
    """
    entry = lock_entry(entry.pk)
    existing = entry.contributions.filter(unit_id=by.unit_id).first()
    if existing:
        return existing
    duty = Responsibility.objects.filter(item_id=entry.item_id, unit_id=by.unit_id).first()
    if duty is None:
        raise Refused("贵单位不是该事项的责任单位，不能填报。")
    check_accepts_reports(entry)
    contribution = Contribution.objects.create(
        entry=entry, unit_id=by.unit_id, duty=duty.duty, order=duty.order
    )
    record_contribution(contribution, by=by, verb=Verb.START)
    return contribution


@transaction.atomic
def save_contribution(
    *, contribution: Contribution, version: int, text: str, consolidated_text: str = "", by: User
) -> Contribution:
    """Save a unit's text as a draft; the first save of a returned text makes it a draft again.

    `version` is the one the person was shown: if another account of the unit saved
    since, Stale carries the row as it is now and nothing is written. The same save
    arriving twice is one save.
    """
    contribution = lock_contribution(contribution.pk)
    _check_own(contribution, by)
    check_accepts_reports(contribution.entry)
    text, consolidated_text = _checked(text), _checked(consolidated_text)
    if contribution.state == ContributionState.DRAFT and _says(
        contribution, text, consolidated_text
    ):
        return contribution
    was = facts_of(contribution)
    _write_text(contribution, version, text, consolidated_text, by)
    _move(contribution, ContributionState.DRAFT)
    record_contribution(contribution, by=by, verb=Verb.SAVE, old=was)
    return contribution


@transaction.atomic
def submit_contribution(
    *, contribution: Contribution, version: int, text: str, consolidated_text: str = "", by: User
) -> Contribution:
    """Save a text and hand it to the office (报送), in one act.

    Pressed again after the reply was lost, it finds its own text submitted and is done.
    """
    contribution = lock_contribution(contribution.pk)
    _check_own(contribution, by)
    text, consolidated_text = _checked(text), _checked(consolidated_text)
    if contribution.state == ContributionState.SUBMITTED and _says(
        contribution, text, consolidated_text
    ):
        return contribution
    check_accepts_reports(contribution.entry)
    if not text:
        raise Refused("完成情况为空，请填写后再报送。")
    was = facts_of(contribution)
    _write_text(contribution, version, text, consolidated_text, by)
    contribution.submitted_at, contribution.submitted_by = timezone.now(), by
    contribution.return_reason = ""
    _move(contribution, ContributionState.SUBMITTED)
    record_contribution(
        contribution,
        by=by,
        verb=Verb.SUBMIT,
        old=was,
        new={"text": text, "consolidated_text": consolidated_text},
    )
    return contribution


@transaction.atomic
def withdraw_contribution(*, contribution: Contribution, version: int, by: User) -> Contribution:
    """Take a submitted text back to draft, as long as the office has not approved it."""
    contribution = lock_contribution(contribution.pk)
    _check_own(contribution, by)
    check_accepts_reports(contribution.entry)
    check_version(contribution, version)
    if contribution.state != ContributionState.SUBMITTED:
        raise Refused("只有已报送、尚未通过审核的内容才能撤回。")
    was = facts_of(contribution)
    contribution.submitted_at = contribution.submitted_by = None
    _move(contribution, ContributionState.DRAFT)
    record_contribution(contribution, by=by, verb=Verb.WITHDRAW, old=was)
    return contribution


@transaction.atomic
def return_contribution(
    *, contribution: Contribution, version: int, reason: str, by: User
) -> Contribution:
    """Send a submitted text back to its unit with a reason (退回)."""
    contribution = lock_contribution(contribution.pk)
    check_office(by, contribution.entry)
    reason = required_reason(reason, REASON_LIMIT)
    check_open(contribution.entry)
    check_version(contribution, version)
    if contribution.state != ContributionState.SUBMITTED:
        raise Refused("只能退回已报送的内容；该内容当前不是“已报送”状态，请刷新页面查看。")
    was = facts_of(contribution)
    mark_returned(contribution, reason)
    record_contribution(contribution, by=by, verb=Verb.RETURN, old=was, reason=reason)
    return contribution


def mark_returned(contribution: Contribution, reason: str) -> None:
    """Put a locked contribution into the returned state; the caller records the event."""
    contribution.return_reason = reason
    contribution.submitted_at = contribution.submitted_by = None
    _move(contribution, ContributionState.RETURNED)


def lock_entry(pk: int) -> Entry:
    """Return the entry with its row locked until the transaction ends.

    Every action inside an entry takes this lock first, so approval and a unit's
    save follow one after the other. SQLite has no row locks: its transactions
    begin IMMEDIATE and stand in line anyway.
    """
    Entry.objects.select_for_update().get(pk=pk)
    return Entry.objects.with_item().get(pk=pk)


def lock_contribution(pk: int) -> Contribution:
    """Return the contribution, read after its entry was locked, with all that names it."""
    entry = lock_entry(Contribution.objects.values_list("entry_id", flat=True).get(pk=pk))
    contribution = Contribution.objects.select_related("unit", "saved_by").get(pk=pk)
    contribution.entry = entry
    return contribution


def check_office(by: User, entry: Entry) -> None:
    """Refuse anyone but the supervision office of the entry's district."""
    if not by.is_office or by.district_id != entry.period.plan.district_id:
        raise Refused("只有督查室可以审核。")


def check_open(entry: Entry) -> None:
    """Refuse when the entry's period is not open."""
    if not entry.period.is_open:
        raise Refused(
            f"{entry.period}填报{entry.period.get_state_display()}，不能再修改。"
            "如需修改，请联系督查室重新开放。"
        )


def check_accepts_reports(entry: Entry) -> None:
    """Refuse a unit's write to a closed period, a cancelled item or an approved entry."""
    check_open(entry)
    if entry.item.outcome == ItemOutcome.CANCELLED:
        raise Refused(f"该事项已取消（{entry.item.cancelled_reason}），无需填报。")
    if entry.item.outcome != ItemOutcome.LIVE:
        raise Refused(f"该事项{entry.item.get_outcome_display()}，无需填报。")
    if entry.is_judged and not entry.in_rereview:
        raise Refused("该事项本季度已核定，不能再修改。如需修改，请联系督查室重新审核。")


def check_may_write(contribution: Contribution) -> None:
    """Refuse when the unit cannot change this text as things stand."""
    check_accepts_reports(contribution.entry)
    if contribution.state not in EDITABLE:
        raise Refused(_not_editable(contribution))


def check_version(row: Contribution | Entry, version: int) -> None:
    """Raise Stale unless the row is still the version that the person was shown."""
    if row.version != version:
        raise Stale(STALE_MESSAGE, row)


def _check_own(contribution: Contribution, by: User) -> None:
    if not by.is_unit or by.unit_id != contribution.unit_id:
        raise Refused("只能填报本单位的内容。")


def _checked(text: str) -> str:
    text = clean_text(text)
    if len(text) > TEXT_LIMIT:
        raise Refused(f"文字最多{TEXT_LIMIT}字，现有{len(text)}字，请删减后再保存。")
    if "\0" in text:
        raise Refused("文字中含有无法保存的控制字符，请删除后再保存。")
    return text


def _says(contribution: Contribution, text: str, consolidated_text: str) -> bool:
    return (contribution.text, contribution.consolidated_text) == (text, consolidated_text)


def _write_text(
    contribution: Contribution, version: int, text: str, consolidated_text: str, by: User
) -> None:
    check_version(contribution, version)
    if contribution.state not in EDITABLE:
        raise Refused(_not_editable(contribution))
    if consolidated_text and not contribution.consolidates:
        raise Refused("只有第一牵头单位可以填写汇总稿。")
    contribution.text = text
    contribution.consolidated_text = consolidated_text
    contribution.saved_at, contribution.saved_by = timezone.now(), by


def _not_editable(contribution: Contribution) -> str:
    if contribution.state == ContributionState.SUBMITTED:
        return "该内容已报送。如需修改，请先撤回。"
    return "该内容已通过审核，不能再修改。如需修改，请联系督查室退回。"


def _move(contribution: Contribution, state: ContributionState) -> None:
    """Write the contribution in its new state and raise both versions."""
    contribution.state = state
    contribution.version += 1
    contribution.save()
    Entry.objects.filter(pk=contribution.entry_id).update(version=F("version") + 1)
    contribution.entry.version += 1


def facts_of(contribution: Contribution) -> dict:
    """What the trail says of a contribution: never the words of a draft."""
    return {
        "state": contribution.state,
        "characters": len(contribution.text),
        "consolidated_characters": len(contribution.consolidated_text),
    }


def record_contribution(
    contribution: Contribution,
    *,
    by: User,
    verb: Verb,
    old: dict | None = None,
    new: dict | None = None,
    reason: str = "",
) -> None:
    record_event(
        by=by,
        verb=verb,
        subject=contribution,
        district_id=contribution.entry.period.plan.district_id,
        item_id=contribution.entry.item_id,
        unit_id=contribution.unit_id,
        old=old,
        new={**facts_of(contribution), **(new or {})},
        reason=reason,
    )
