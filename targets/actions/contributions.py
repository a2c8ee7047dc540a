"""A unit's own text: started, saved, submitted, withdrawn; returned by the office."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format

from targets.actions.outbox import ONE_ACT, queue_to_unit
from targets.actions.values import differs, report_values, values_in_words
from targets.choices import (
    NOT_SUBMITTED,
    ContributionState,
    EvidenceKind,
    ItemOutcome,
    OwnView,
    Verb,
)
from targets.models import Contribution, Entry, Event, Extension, Report, User, record_event
from targets.models.units import unit_in_hands_of
from targets.questions import responsibilities_of
from targets.questions.asked import Figure
from targets.refusals import Refused, Stale, required_reason
from targets.rules import REASON_LIMIT, TEXT_LIMIT, clean_text, due_in_force

HEAD_NAME_LIMIT = 50  # characters, as the column

STALE_MESSAGE = (
    "保存未成功：您打开本页之后，这项内容已被他人修改。两份文字都在下面，请核对合并后再保存。"
)

OWN_STALE_MESSAGE = (
    "保存未成功：您打开本页之后，您的账号已经保存或报送过这项内容。"
    "两份文字都在下面，请核对合并后再保存。"
)


@transaction.atomic
def start_contribution(*, entry: Entry, by: User) -> Contribution:
    """Give a supporting unit its own box in an entry; returns the existing one if there is one.

    Lead units' boxes are made when the period opens; supporting units owe none.
    """
    entry = lock_entry(entry.pk)
    existing = entry.contributions.filter(unit_in_hands_of(by.unit_id)).first()
    if existing:
        return existing
    duty = responsibilities_of(entry).filter(unit_in_hands_of(by.unit_id)).first()
    if duty is None:
        raise Refused(
            "贵单位现在不是该事项的责任单位，不能填报；督查室可能刚调整了责任单位，请返回首页核对。"
        )
    check_accepts_reports(entry)
    contribution = Contribution.objects.create(
        entry=entry, unit_id=duty.unit_id, duty=duty.duty, order=duty.order
    )
    record_event(by=by, verb=Verb.START, subject=contribution, new=facts_of(contribution))
    return contribution


@transaction.atomic
def save_contribution(
    *,
    contribution: Contribution,
    version: int,
    report: Report,
    figures: Mapping[int, Figure] | None = None,
    by: User,
) -> Contribution:
    """Save a unit's text as a draft; the first save of a returned text makes it a draft again.

    `figures` are the values of the indicators that the unit reports, by the indicators' keys;
    None leaves them as they are. `version` is the one the person was shown: if another
    account of the unit saved since, Stale carries the row as it is now and nothing is
    written. The same save arriving twice is one save; one that arrives late is stale.
    """
    contribution = lock_contribution(contribution.pk)
    _check_own(contribution, by)
    check_accepts_reports(contribution.entry)
    report = checked_report(report)
    is_same = Report.of(contribution) == report and not differs(contribution, figures)
    if contribution.state == ContributionState.DRAFT and is_same:
        return contribution
    was = facts_of(contribution)
    _write_report(contribution, version, report, by)
    values = report_values(contribution, figures or {})
    move(contribution, ContributionState.DRAFT)
    # Never the words of a draft, and no more its numbers.
    new = {**facts_of(contribution), **({"values": len(values)} if values else {})}
    record_event(by=by, verb=Verb.SAVE, subject=contribution, old=was, new=new)
    return contribution


@transaction.atomic
def submit_contribution(
    *,
    contribution: Contribution,
    version: int,
    report: Report,
    figures: Mapping[int, Figure] | None = None,
    by: User,
) -> Contribution:
    """Save a text and hand it to the office (报送), in one act.

    Pressed again after the reply was lost, it finds its own text submitted and is done.
    """
    contribution = lock_contribution(contribution.pk)
    _check_own(contribution, by)
    report = checked_report(report)
    is_same = Report.of(contribution) == report and not differs(contribution, figures)
    if contribution.state == ContributionState.SUBMITTED and is_same:
        return contribution
    check_accepts_reports(contribution.entry)
    was = facts_of(contribution)
    _write_report(contribution, version, report, by)
    report_values(contribution, figures or {})
    check_complete(contribution)
    contribution.submitted_at, contribution.submitted_by = timezone.now(), by
    contribution.return_reason = ""
    move(contribution, ContributionState.SUBMITTED)
    record_event(
        by=by,
        verb=Verb.SUBMIT,
        subject=contribution,
        old=was,
        new={
            **facts_of(contribution),
            **report.plain(),
            **values_in_words(contribution),
        },
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
    move(contribution, ContributionState.DRAFT)
    record_event(
        by=by, verb=Verb.WITHDRAW, subject=contribution, old=was, new=facts_of(contribution)
    )
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
    mark_returned(contribution, reason, by)
    return contribution


def mark_returned(contribution: Contribution, reason: str, by: User) -> None:
    """Put a locked contribution into the returned state, and write to its unit why.

    Returned again for the same reason within a minute, it is told once.
    """
    is_told = Event.objects.filter(
        item_id=contribution.entry.item_id,
        subject="contribution",
        subject_id=contribution.pk,
        verb=Verb.RETURN,
        reason=reason,
        at__gt=timezone.now() - ONE_ACT,
    ).exists()
    was = facts_of(contribution)
    contribution.return_reason = reason
    contribution.submitted_at = contribution.submitted_by = None
    move(contribution, ContributionState.RETURNED)
    record_event(
        by=by,
        verb=Verb.RETURN,
        subject=contribution,
        old=was,
        new=facts_of(contribution),
        reason=reason,
    )
    if not is_told:
        _tell_returned(contribution)


def _tell_returned(contribution: Contribution) -> None:
    entry, unit = contribution.entry, contribution.unit
    period = entry.period
    granted = Extension.objects.granted_until(period, unit.pk, entry.item_id)
    due = date_format(due_in_force(period.due_day, granted))
    about = f"{period}{entry.line.quoted_title}"
    queue_to_unit(
        unit=unit,
        subject=f"【退回】{about}填报内容",
        body=f"贵单位{about}的完成情况已退回，请登录系统按退回原因修改，重新报送"
        f"（填报截止{due}）。",
        words=contribution.return_reason,
        office_name=period.office_name,
    )


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
    line = entry.line
    if line.outcome == ItemOutcome.CANCELLED:
        raise Refused(f"该事项已取消（{line.cancelled_reason}），无需填报。")
    if line.outcome != ItemOutcome.LIVE:
        raise Refused(f"该事项{line.get_outcome_display()}，无需填报。")
    if entry.is_judged and not entry.in_rereview:
        raise Refused("该事项本季度已核定，不能再修改。如需修改，请联系督查室重新审核。")


def check_may_write(contribution: Contribution) -> None:
    """Refuse when the unit cannot change this text as things stand."""
    check_accepts_reports(contribution.entry)
    if contribution.state not in NOT_SUBMITTED:
        raise Refused(_not_editable(contribution))


def check_version(row: Contribution | Entry, version: int) -> None:
    """Raise Stale unless the row is still the version that the person was shown."""
    if row.version != version:
        raise Stale(STALE_MESSAGE, row)


def writes_for(by: User, contribution: Contribution) -> bool:
    """Tell whether the account writes for the unit: its own, or one that its own took over."""
    if not by.is_unit:
        return False
    if by.unit_id == contribution.unit_id:
        return True
    return Contribution.objects.owned_by(by).filter(pk=contribution.pk).exists()


def _check_own(contribution: Contribution, by: User) -> None:
    if not writes_for(by, contribution):
        raise Refused("只能填报本单位的内容。")


def _checked(text: str) -> str:
    text = clean_text(text)
    if len(text) > TEXT_LIMIT:
        raise Refused(f"文字最多{TEXT_LIMIT}字，现有{len(text)}字，请删减后再保存。")
    if "\0" in text:
        raise Refused("文字中含有无法保存的控制字符，请删除后再保存。")
    return text


def checked_report(report: Report) -> Report:
    """Return what was typed as it is kept, or refuse what cannot be kept."""
    head_name, agreed_on = _checked(report.head_name), report.head_agreed_on
    if len(head_name) > HEAD_NAME_LIMIT:
        raise Refused(f"审阅领导姓名最多{HEAD_NAME_LIMIT}字。")
    if bool(head_name) != bool(agreed_on):
        raise Refused("请同时填写审阅领导姓名和审阅日期，或者都不填。")
    if agreed_on and agreed_on > timezone.localdate():
        raise Refused("审阅日期不能晚于今天。")
    if report.own_view not in ("", *OwnView.values):
        raise Refused("本单位意见只能是“已完成”或“仍在推进”，也可以不填。")
    return Report(
        own_view=report.own_view,
        text=_checked(report.text),
        consolidated_text=_checked(report.consolidated_text),
        problems=_checked(report.problems),
        next_steps=_checked(report.next_steps),
        head_name=head_name,
        head_agreed_on=agreed_on,
    )


def _write_report(contribution: Contribution, version: int, report: Report, by: User) -> None:
    """Put what was typed into a locked contribution that is still as the person saw it.

    A draft that already says exactly this is no conflict, whatever its version: the
    reply to an earlier save was lost, or an automatic save came just before.
    """
    is_same_draft = (
        contribution.state == ContributionState.DRAFT and Report.of(contribution) == report
    )
    if not is_same_draft and contribution.version != version:
        # The reply to an earlier save was lost, or the person wrote in another window too.
        is_returned = contribution.state == ContributionState.RETURNED
        is_own = contribution.saved_by_id == by.pk and not is_returned
        raise Stale(OWN_STALE_MESSAGE if is_own else STALE_MESSAGE, contribution)
    if contribution.state not in NOT_SUBMITTED:
        raise Refused(_not_editable(contribution))
    if report.consolidated_text and not contribution.consolidates:
        raise Refused("只有第一牵头单位可以填写汇总稿。")
    report.write_to(contribution)
    contribution.saved_at, contribution.saved_by = timezone.now(), by
    # What the office wrote for the unit is the unit's own from its first save on.
    contribution.entered_by_office = False


def check_complete(contribution: Contribution) -> None:
    """Refuse to hand in what lacks its text, or what the office asks for in this period."""
    period = contribution.entry.period
    if not contribution.text:
        raise Refused("完成情况为空，请填写后再报送。")
    if period.head_signs and not contribution.head_name:
        raise Refused("本季度须经单位主要领导审阅：请填写审阅领导姓名和审阅日期后再报送。")
    is_lead = contribution.is_lead
    evidence = contribution.evidence.filter(kind=EvidenceKind.EVIDENCE)
    if period.evidence_required and is_lead and not evidence.exists():
        raise Refused("本季度须附佐证材料：请上传至少一份材料后再报送。")


def _not_editable(contribution: Contribution) -> str:
    if contribution.state == ContributionState.SUBMITTED:
        return "该内容已报送。如需修改，请先撤回。"
    return "该内容已通过审核，不能再修改。如需修改，请联系督查室退回。"


def move(contribution: Contribution, state: ContributionState) -> None:
    """Write the contribution in its new state and raise both versions."""
    contribution.state = state
    contribution.version += 1
    contribution.save()
    Entry.objects.filter(pk=contribution.entry_id).update(version=F("version") + 1)
    contribution.entry.version += 1


def facts_of(contribution: Contribution) -> dict[str, object]:
    """What the trail says of a contribution: never the words of a draft."""
    return {
        "state": contribution.state,
        "characters": len(contribution.text),
        "consolidated_characters": len(contribution.consolidated_text),
        **_lengths_of_further(contribution),
    }


def _lengths_of_further(contribution: Contribution) -> dict[str, object]:
    """Of the texts that few quarters ask for, the trail speaks only where there are any."""
    lengths = {
        "problems_characters": len(contribution.problems),
        "next_steps_characters": len(contribution.next_steps),
    }
    return {name: length for name, length in lengths.items() if length}
