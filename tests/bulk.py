"""A quarter of very many rows, past the actions: what lists and their files are measured with."""

from datetime import date

from django.utils import timezone

from targets.choices import ContributionState, EntryOrigin, PeriodState, Verb
from targets.models import (
    Contribution,
    Entry,
    Event,
    Goal,
    Instruction,
    Item,
    Period,
    Plan,
    Responsibility,
    Unit,
    User,
)

TEXT = "已完成年度任务的一半，群众反映良好，下一步将继续推进实事办理。" * 4
PER_GOAL, TOGETHER = 1000, 2000


def make_quarter(plan: Plan, units: list[Unit], rows: int, *, by: User) -> Period:
    """Open a plan's first quarter with so many items, each reported on, judged and spoken of."""
    period = Period.objects.create(
        plan=plan, number=1, state=PeriodState.OPEN, due_on=date(plan.year, 4, 9)
    )
    goals = Goal.objects.bulk_create(
        Goal(plan=plan, number=number, name=f"目标{number}")
        for number in range(1, -(-rows // PER_GOAL) + 1)
    )
    items = Item.objects.bulk_create(
        (
            Item(
                goal=goals[place // PER_GOAL],
                number=place % PER_GOAL + 1,
                standard=f"完成第{place}件实事。",
            )
            for place in range(rows)
        ),
        batch_size=TOGETHER,
    )
    Responsibility.objects.bulk_create(
        (
            Responsibility(item=item, unit=units[place % len(units)], order=1)
            for place, item in enumerate(items)
        ),
        batch_size=TOGETHER,
    )
    status = plan.district.statuses.first()
    entries = Entry.objects.bulk_create(
        (
            Entry(
                period=period,
                item=item,
                approved_text=TEXT,
                origin=EntryOrigin.PUBLISHED,
                status=status,
            )
            for item in items
        ),
        batch_size=TOGETHER,
    )
    _report(entries, units, by)
    return period


def _report(entries: list[Entry], units: list[Unit], by: User) -> None:
    """Let every unit report on what it leads, and leaders and the trail speak of each item."""
    now = timezone.now()
    said = {"saved_at": now, "saved_by": by, "submitted_at": now, "submitted_by": by}
    Contribution.objects.bulk_create(
        (
            Contribution(
                entry=entry,
                unit=units[place % len(units)],
                order=1,
                state=ContributionState.APPROVED,
                text=TEXT,
                **said,
            )
            for place, entry in enumerate(entries)
        ),
        batch_size=TOGETHER,
    )
    items = [each.item_id for each in entries]
    Instruction.objects.bulk_create(
        (
            Instruction(district=by.district, item_id=pk, text="请抓紧办理。", given_by=by)
            for pk in items
        ),
        batch_size=TOGETHER,
    )
    Event.objects.bulk_create(
        (
            Event(
                district=by.district,
                by=by,
                actor=by.username,
                actor_name=by.name,
                verb=Verb.APPROVE,
                subject="entry",
                subject_id=pk,
                subject_name="事项",
                item_id=pk,
                unit=units[place % len(units)],
                old={"status": None},
                new={"status": "已完成", "approved_text": TEXT},
            )
            for place, pk in enumerate(items)
        ),
        batch_size=TOGETHER,
    )
