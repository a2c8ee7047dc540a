"""Texts and verdicts of an import, written by the actions that the pages use where there is one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from targets.actions import contributions as writing
from targets.actions.contributions import save_contribution, submit_contribution
from targets.actions.entries import approve_entry, judge_entry, propose_status
from targets.actions.import_writing import Kept, Writer, changed, record_row, snapshot
from targets.choices import ContributionState, Verb
from targets.importing import Choice
from targets.importing.preview import Change
from targets.importing.rows import (
    ApprovedTextRow,
    LeadTextRow,
    ProposalRow,
    ReportRow,
    ValueRow,
    VerdictRow,
)
from targets.models import Contribution, Entry, Report, Status, record_event
from targets.questions.asked import Figure
from targets.refusals import Refused
from targets.rules import TEXT_LIMIT

CONTRIBUTION_FIELDS = (
    "state",
    "text",
    "consolidated_text",
    "problems",
    "next_steps",
    "saved_at",
    "saved_by",
    "submitted_at",
    "submitted_by",
    "return_reason",
    "own_view",
    "head_name",
    "head_agreed_on",
    "entered_by_office",
)
VALUE_FIELDS = (
    "indicator",
    "value",
    "as_of",
    "is_estimate",
    "source_words",
    "source_start",
    "source_end",
)
ENTRY_FIELDS = (
    "status",
    "proposed_status",
    "approved_text",
    "approved_at",
    "approved_by",
    "reopened_at",
)


def write_approved_text(write: Writer, change: Change, row: ApprovedTextRow) -> Kept:
    entry = writing.lock_entry(change.there)
    writing.check_office(write.by, entry)
    writing.check_open(entry)
    writing.check_version(entry, change.seen)
    old = snapshot(entry, ENTRY_FIELDS)
    entry.approved_text = _chosen(change, entry.approved_text, row.text)
    entry.approved_at, entry.approved_by = timezone.now(), write.by
    entry.version += 1
    entry.save()
    facts = ({"approved_text": old["approved_text"]}, {"approved_text": entry.approved_text})
    record_row(write, entry, Verb.CHANGE, *facts, item_id=entry.item_id)
    return changed(entry, old, snapshot(entry, ENTRY_FIELDS), version=entry.version)


def write_lead_text(write: Writer, change: Change, row: LeadTextRow) -> Kept:
    """Hand in the first lead's text in its place (代填)."""
    contribution = writing.lock_contribution(change.there)
    writing.check_office(write.by, contribution.entry)
    writing.check_accepts_reports(contribution.entry)
    writing.check_version(contribution, change.seen)
    old, was = snapshot(contribution, CONTRIBUTION_FIELDS), writing.facts_of(contribution)
    text = _chosen(change, row.here, row.text)
    if row.is_joint:
        contribution.consolidated_text = text
    if not row.is_joint or not contribution.text or contribution.text == row.here:
        contribution.text = text
    contribution.problems, contribution.next_steps = row.problems, row.next_steps
    contribution.return_reason = ""
    contribution.state = ContributionState.SUBMITTED
    contribution.entered_by_office = True
    contribution.saved_at = contribution.submitted_at = timezone.now()
    contribution.saved_by = contribution.submitted_by = write.by
    contribution.version += 1
    contribution.save()
    Entry.objects.filter(pk=contribution.entry_id).update(version=F("version") + 1)
    record_event(
        by=write.by,
        verb=Verb.SUBMIT,
        subject=contribution,
        old=was,
        new={
            **writing.facts_of(contribution),
            **Report.of(contribution).plain(),
            "entered_by_office": True,
        },
        reason=write.reason,
    )
    new = snapshot(contribution, CONTRIBUTION_FIELDS)
    return changed(contribution, old, new, version=contribution.version)


def write_verdict(write: Writer, change: Change, row: VerdictRow) -> Kept:
    """Approve a verdict with its wording; one that was approved otherwise is judged again."""
    entry = writing.lock_entry(change.there)
    old = snapshot(entry, ENTRY_FIELDS)
    submitted = entry.contributions.filter(state=ContributionState.SUBMITTED)
    parts = list(submitted.values_list("pk", flat=True))
    is_settled = entry.is_judged and not entry.in_rereview
    # Later quarters stay as they are: the preview says so.
    entry = (judge_entry if is_settled else approve_entry)(
        entry=entry,
        version=change.seen,
        status=Status.objects.get(pk=row.status_id),
        approved_text=row.text,
        reason=write.reason,
        is_forwarded=False,
        by=write.by,
    )
    new = snapshot(entry, ENTRY_FIELDS)
    return {**changed(entry, old, new, version=entry.version), "approved": parts}


def write_proposal(write: Writer, change: Change, row: ProposalRow) -> Kept:
    """Put a verdict before the office's review."""
    entry = writing.lock_entry(change.there)
    old = snapshot(entry, ENTRY_FIELDS)
    status = Status.objects.get(pk=row.status_id)
    entry = propose_status(entry=entry, status=status, reason=write.reason, by=write.by)
    return changed(entry, old, snapshot(entry, ENTRY_FIELDS), version=entry.version)


def write_report(write: Writer, change: Change, row: ReportRow) -> Kept:
    """Save or submit a unit's own text and values, by the same actions as its form."""
    contribution = Contribution.objects.get(pk=change.there)
    old = snapshot(contribution, CONTRIBUTION_FIELDS)
    values = [snapshot(each, VALUE_FIELDS) for each in contribution.values.all()]
    here = Report.of(contribution)
    fields = ("text", "consolidated_text", "problems", "next_steps")
    texts = {name: text for name in fields if (text := getattr(row, name)) is not None}
    chosen = {name: _chosen(change, getattr(here, name), text) for name, text in texts.items()}
    act = submit_contribution if row.submits else save_contribution
    written = act(
        contribution=contribution,
        version=change.seen,
        report=_with_texts(here, chosen),
        figures={each.indicator_id: _figure_of(each) for each in row.figures},
        by=write.by,
    )
    new = snapshot(written, CONTRIBUTION_FIELDS)
    facts = changed(written, old, new, version=written.version)
    return {**facts, "values": values} if row.figures else facts


def _with_texts(here: Report, texts: dict[str, str]) -> Report:
    return replace(
        here,
        text=texts.get("text", here.text),
        consolidated_text=texts.get("consolidated_text", here.consolidated_text),
        problems=texts.get("problems", here.problems),
        next_steps=texts.get("next_steps", here.next_steps),
    )


def _figure_of(row: ValueRow) -> Figure:
    return Figure(
        value=Decimal(row.value) if row.value else None,
        as_of=date.fromisoformat(row.as_of) if row.as_of else None,
        is_estimate=row.is_estimate,
    )


def _chosen(change: Change, here: str, theirs: str) -> str:
    """Return the text that the person decided for; both are joined, nothing is cut."""
    if change.choice != Choice.BOTH or not here or here == theirs:
        return theirs or (here if change.choice == Choice.BOTH else "")
    text = f"{here}\n{theirs}" if theirs else here
    if len(text) > TEXT_LIMIT:
        raise Refused(
            f"事项{change.label}两份文字合并后有{len(text)}字，超过{TEXT_LIMIT}字，请另选一份。"
        )
    return text
