"""What goes on under the successor's name when a unit is renamed or merged, table by table.

What was approved keeps the old name, and so does every quarter that was ever closed.
"""

from collections.abc import Collection

from django.db.models import Max, Q, QuerySet

from targets.actions.indicators import give_indicators
from targets.actions.requests import lapse
from targets.choices import (
    NOT_SUBMITTED,
    ContributionState,
    Duty,
    ItemOutcome,
)
from targets.models import (
    Adjustment,
    Answer,
    Contribution,
    Entry,
    Extension,
    Indicator,
    Instruction,
    Period,
    Responsibility,
    SheetReceipt,
    Unit,
    User,
)
from targets.rules import REASON_LIMIT


def open_parts(unit: Unit) -> QuerySet[Contribution]:
    """Return what a unit still has to do with in running quarters."""
    judged = Q(entry__status__isnull=False, entry__reopened_at=None)
    return Contribution.objects.filter(
        unit=unit,
        entry__period__in=Period.objects.running(),
        entry__item__outcome=ItemOutcome.LIVE,
    ).exclude(judged)


def move_duties(unit: Unit, successor: Unit) -> int:
    """Give the successor the unit's place in every live item; return how many moved."""
    duties = Responsibility.objects.filter(unit=unit, item__outcome=ItemOutcome.LIVE)
    theirs = {
        each.item_id: each
        for each in Responsibility.objects.filter(unit=successor, item__in=duties.values("item"))
    }
    moved = 0
    for duty in duties:
        own = theirs.get(duty.item_id)
        # A lead's place is weightier than a supporting unit's, a first lead's than a second's.
        if own and (own.duty, own.order) < (duty.duty, duty.order):
            duty.delete()
        else:
            if own:
                own.delete()
            duty.unit = successor
            duty.save()
        moved += 1
    return moved


def move_contributions(unit: Unit, successor: Unit) -> tuple[int, list[Contribution]]:
    """Bring the open entries in line with the duties as they are now.

    Return how many parts were dealt with, and those in which the successor reports on the old
    unit's work from now on: what came to it, and its own part in the same item, unless that was
    handed in already.
    """
    entries = Entry.objects.filter(pk__in=open_parts(unit).values("entry_id"))
    moved, taken = 0, []
    for entry in entries:
        Entry.objects.select_for_update().get(pk=entry.pk)
        old = entry.contributions.filter(unit=unit).exclude(state=ContributionState.APPROVED)
        duty = Responsibility.objects.filter(item_id=entry.item_id, unit=successor).first()
        for part in old:
            its_part = _hand_over(entry, part, successor, duty)
            moved += 1
            if part.unit_id == successor.pk or its_part.state in NOT_SUBMITTED:
                taken.append(its_part)
        entry.version += 1
        entry.save()
    return moved, taken


def _hand_over(
    entry: Entry, part: Contribution, successor: Unit, duty: Responsibility | None
) -> Contribution:
    """Bring one part of the old unit to the successor; return the successor's part."""
    own = entry.contributions.filter(unit=successor).first()
    if own is None:
        part.unit = successor
    elif not part.holds_words and not part.evidence.exists():
        part.delete()
        part = own
    else:
        # Both have written: what the old unit wrote stays its own, and nobody waits for more.
        last = entry.contributions.aggregate(last=Max("order"))["last"]
        part.duty, part.order = Duty.SUPPORTING, last + 1
        _raise(part)
        part = own
    if duty:
        part.duty, part.order = duty.duty, duty.order
    _raise(part)
    return part


def _raise(part: Contribution) -> None:
    part.version += 1
    part.save()


def move_extensions(
    unit: Unit, successor: Unit, taken: Collection[Contribution], *, is_rename: bool, by: User
) -> None:
    """Let what was granted hold for the work that was taken over, and what waits be decided.

    A granted day stays with the old unit, whose reports are measured by it; the successor gets
    it beside, for the items of `taken` and no other of its own. A unit under a
    new name has nothing but what came to it: its day and its requests are for all, as they were.
    """
    mine = Extension.objects.filter(unit=unit, period__in=Period.objects.running()).order_by("pk")
    granted = list(mine.granted())
    waiting = list(mine.waiting().locked())
    if is_rename:
        mine.waiting().update(unit=successor)
        _copy_extensions([(each, each.item_id) for each in granted], successor)
        return
    items = _items_by_period(taken)
    latest: dict[tuple[int, int], Extension] = {}
    for each in granted:
        for item_id in _reach(each, items):
            known = latest.get((each.period_id, item_id))
            if known is None or known.until < each.until:
                latest[each.period_id, item_id] = each
    _copy_extensions([(each, item_id) for (_, item_id), each in latest.items()], successor)
    _move_waiting_extensions(waiting, successor, items, by)


def _items_by_period(parts: Collection[Contribution]) -> dict[int, list[int]]:
    items: dict[int, list[int]] = {}
    for each in parts:
        items.setdefault(each.entry.period_id, []).append(each.entry.item_id)
    return items


def _reach(extension: Extension, items: dict[int, list[int]]) -> list[int]:
    """Return which of the items, by period, the extension is for."""
    there = items.get(extension.period_id, [])
    return [each for each in there if extension.item_id in (None, each)]


# What a request says, and what was decided on it.
_REQUESTED = (
    "until",
    "reason",
    "requested_by_id",
    "state",
    "decided_at",
    "decided_by_id",
    "decision_reason",
)


def _copy_extensions(copies: Collection[tuple[Extension, int | None]], successor: Unit) -> None:
    """Give the successor each extension, for the item beside it or for all (None)."""
    rows = [
        Extension(
            period_id=each.period_id,
            unit=successor,
            item_id=item_id,
            **{name: getattr(each, name) for name in _REQUESTED},
        )
        for each, item_id in copies
    ]
    Extension.objects.bulk_create(rows)
    for row, (each, _) in zip(rows, copies, strict=True):
        row.requested_at = each.requested_at  # a new row's is now
    Extension.objects.bulk_update(rows, ["requested_at"])


def _move_waiting_extensions(
    waiting: Collection[Extension], successor: Unit, items: dict[int, list[int]], by: User
) -> None:
    """Let the successor ask for the items that came to it, one by one.

    Granted for all, it would excuse what the successor had before. Of two that wait for the
    same the successor's own is decided.
    """
    theirs = Extension.objects.waiting().filter(unit=successor)
    asked: set[tuple[int, int | None]] = set(theirs.values_list("period_id", "item_id"))
    owed = _items_by_period(
        Contribution.objects.owed()
        .filter(unit=successor, entry__period__in=list(items))
        .select_related("entry")
    )
    still = {pk: [each for each in items[pk] if each in owed.get(pk, [])] for pk in items}
    copies: list[tuple[Extension, int | None]] = []
    answers = []
    # Those for one item first: one for all asks for the others.
    waiting = sorted(waiting, key=lambda each: each.item_id is None)
    for each in waiting:
        is_asked = (each.period_id, None) in asked
        reach = _reach(each, still)
        new = [pk for pk in reach if not is_asked and (each.period_id, pk) not in asked]
        copies += [(each, pk) for pk in new]
        asked |= {(each.period_id, pk) for pk in new}
        if new:
            answers.append("并入的事项已逐项转为其申请")
        else:
            answers.append("按其申请办理" if is_asked or reach else "仍需延期的由其另行申请")
    _copy_extensions(copies, successor)
    for each, answer in zip(waiting, answers, strict=True):
        lapse([each], f"已由{successor}承接，{answer}。", by)


def named_indicators(unit: Unit) -> QuerySet[Indicator]:
    """Return what the unit is named to report of live items."""
    return Indicator.objects.live().filter(unit=unit, item__outcome=ItemOutcome.LIVE)


def move_indicators(unit: Unit, successor: Unit, *, reason: str, by: User) -> None:
    """Let the successor report the numbers that the unit was named for."""
    theirs = named_indicators(unit).select_related("unit", "item__goal__plan")
    give_indicators(theirs, successor, reason=reason, by=by)


def move_adjustments(unit: Unit, successor: Unit, by: User) -> None:
    """Let waiting requests go on; of two waiting for the same item the successor's."""
    theirs = Adjustment.objects.waiting().filter(unit=successor)
    waiting = Adjustment.objects.waiting().filter(unit=unit)
    twice = waiting.filter(item__in=list(theirs.values_list("item", flat=True)))
    lapse(twice.locked(), f"已由{successor}承接，按其申请办理。", by)
    waiting.update(unit=successor)


def move_instructions(unit: Unit, successor: Unit) -> None:
    """Let the successor answer what is not done, going on from the old unit's answer.

    An item that is not carried on keeps its old leads, and so do the answers about it.
    """
    Instruction.objects.filter(unit=unit, done_at=None).update(unit=successor)
    asked = Instruction.objects.asking(successor.pk).filter(done_at=None).order_by()
    theirs = Answer.objects.filter(unit=successor, instruction__in=asked)
    for old in Answer.objects.filter(unit=unit, instruction__in=asked):
        own = theirs.filter(instruction=old.instruction_id).first()
        if own is None:
            old.unit = successor
            old.save()
        elif own.is_open and old.is_open:
            _join_drafts(old, own)


def _join_drafts(old: Answer, own: Answer) -> None:
    """Put what the old unit wrote below the successor's draft, where somebody can read it.

    So stands why it was sent back, until the answer is handed in.
    """
    own.text = "\n".join(each for each in (own.text, old.text) if each)
    reasons = "\n".join(filter(None, dict.fromkeys((own.return_reason, old.return_reason))))
    if len(reasons) <= REASON_LIMIT:
        own.return_reason = reasons
    own.version += 1
    own.save()
    old.files.update(answer=own)
    old.delete()


def move_sheets(unit: Unit, successor: Unit) -> None:
    """Let the successor receive what the old unit has not; it receives a sheet once."""
    theirs = SheetReceipt.objects.filter(unit=successor).values_list("sheet", flat=True)
    waiting = SheetReceipt.objects.filter(unit=unit, received_at=None)
    waiting.exclude(sheet__in=list(theirs)).update(unit=successor)
