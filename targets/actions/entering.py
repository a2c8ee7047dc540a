"""The office writes for a unit that cannot (代填), marked as such, with the reason."""

from django.db import transaction
from django.utils import timezone

from targets.actions import contributions as writing
from targets.choices import NOT_SUBMITTED, ContributionState, Verb
from targets.models import Contribution, Report, User, record_event
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT

# What the office writes of a report; the rest is the unit's own.
SAID = ("text", "problems", "next_steps")


@transaction.atomic
def enter_contribution(
    *, contribution: Contribution, version: int, report: Report, reason: str, by: User
) -> Contribution:
    """Hand in a text on a unit's behalf, in one act.

    A draft of the unit's own stays the unit's: the office cannot read it, so it must not
    replace it. What the period asks of a unit (its head, evidence) is not asked here: the
    reason stands in for both.
    """
    contribution = writing.lock_contribution(contribution.pk)
    writing.check_office(by, contribution.entry)
    reason = required_reason(reason, REASON_LIMIT)
    writing.check_accepts_reports(contribution.entry)
    _check_may_enter(contribution)
    writing.check_version(contribution, version)
    report = writing.checked_report(report)
    if not report.text:
        raise Refused("完成情况为空，请填写后再提交。")
    was = writing.facts_of(contribution)
    report.write_to(contribution)
    contribution.entered_by_office = True
    contribution.return_reason = ""
    contribution.saved_at = contribution.submitted_at = timezone.now()
    contribution.saved_by = contribution.submitted_by = by
    writing.move(contribution, ContributionState.SUBMITTED)
    record_event(
        by=by,
        verb=Verb.SUBMIT,
        subject=contribution,
        old=was,
        new={
            **writing.facts_of(contribution),
            **{name: text for name, text in report.plain().items() if name in SAID and text},
            "entered_by_office": True,
        },
        reason=reason,
    )
    return contribution


def _check_may_enter(contribution: Contribution) -> None:
    """Refuse where a text is there that the office has not written and may not read."""
    state = contribution.state
    is_unread = state == ContributionState.DRAFT and not contribution.entered_by_office
    is_written = contribution.holds_words
    if state in NOT_SUBMITTED and not (is_unread and is_written):
        return
    if state == ContributionState.DRAFT:
        raise Refused("该单位已有未报送的草稿，不能代填。请联系单位自行报送，或由单位清空草稿。")
    raise Refused(f"该单位的内容{contribution.get_state_display()}，无需代填。")
