"""A verdict of an earlier quarter, carried into the quarters that go on from it."""

from copy import copy

from targets.actions.lights import refresh_lights
from targets.choices import Duty, EntryOrigin, ItemOutcome, Verb
from targets.models import Contribution, Entry, User, record_event
from targets.questions import later_entries, responsibilities_of
from targets.refusals import Refused


def opens_with(entry: Entry, outcome: str, *, stays_counted: bool) -> bool:
    """Tell whether the next quarter opens with the entry's status and text, owing no report."""
    if entry.status is None:
        return False
    return entry.status.is_completed or (outcome != ItemOutcome.LIVE and stays_counted)


def without_verdict(entry: Entry) -> Entry:
    """Return the entry as later quarters see it while it is reviewed anew."""
    source = copy(entry)
    source.status = None
    return source


def check_forwarding(entry: Entry, *, is_forwarded: bool | None) -> None:
    """Refuse where a later quarter would differ and nobody has said whether it shall."""
    if is_forwarded is None and (names := names_of(moving(entry))):
        raise Refused(
            f"{names}沿用了本季度的结果。请选择：把这次的改动带入{names}，还是保持{names}现有的结果。"
        )


def moving(entry: Entry) -> list[Entry]:
    """Return the open later entries that would open otherwise now, each as it would be then."""
    before = {entry.period_id: entry}
    moved = []
    for later in later_entries([entry]).get(entry.pk, []):
        source = before.get(later.period.follows_id or 0)
        if source is None or not later.period.is_open:
            continue
        if _follow(later, source):
            moved.append(later)
        before[later.period_id] = later
    return moved


def names_of(entries: list[Entry]) -> str:
    """Return the quarters of the entries, as a sentence lists them; "" for none."""
    return "、".join(str(each.period) for each in entries)


def carry_forward(entry: Entry, *, reason: str, by: User) -> list[Entry]:
    """Let later quarters go on from the entry as it is now; return those that changed.

    What became completed comes into them completed and owes nothing; what no longer is, is
    owed there by its leads. For the acts that judge, inside their transaction.
    """
    Entry.objects.select_for_update().filter(
        item_id=entry.item_id, period__plan_id=entry.period.plan_id
    ).count()
    moved = moving(entry)
    was = {each.pk: each for each in Entry.objects.filter(pk__in=[each.pk for each in moved])}
    for later in moved:
        _bring_parts(later)
        later.version += 1
        later.save()
        refresh_lights([later])
        record_event(
            by=by,
            verb=Verb.CHANGE,
            subject=later,
            old=facts_of(was[later.pk]),
            new=facts_of(later),
            reason=f"带入{entry.period}的改动：{reason}"[:500],
        )
    return moved


def facts_of(entry: Entry) -> dict[str, str]:
    """Return what the trail says of a verdict."""
    return {
        "status": entry.status.name if entry.status else "",
        "approved_text": entry.approved_text,
        "origin": EntryOrigin(entry.origin).value,
    }


def _follow(later: Entry, source: Entry) -> bool:
    """Set on the later entry what it would open with after the source; tell whether it differs."""
    line = later.line
    now = (later.status_id, later.approved_text)
    if opens_with(source, line.outcome, stays_counted=line.stays_counted):
        later.origin, later.status = EntryOrigin.CARRIED, source.status
        later.approved_text = source.approved_text
    elif line.outcome == ItemOutcome.LIVE:
        later.origin, later.status, later.approved_text = EntryOrigin.REPORTED, None, ""
    return (later.status_id, later.approved_text) != now


def _bring_parts(later: Entry) -> None:
    """Give the leads their boxes in what they owe now; take them away in what nobody owes."""
    if later.origin == EntryOrigin.CARRIED:
        later.contributions.filter(duty=Duty.LEAD).delete()
        return
    for duty in responsibilities_of(later).filter(duty=Duty.LEAD):
        Contribution.objects.get_or_create(
            entry=later, unit_id=duty.unit_id, defaults={"duty": duty.duty, "order": duty.order}
        )
