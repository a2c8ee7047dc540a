"""What happened to an item since the quarter before, as expressions of the database.

Rows of `items_in` are annotated with `facts_since`, then with the two verdicts.
"""

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncDate

from targets.choices import (
    HANDED_IN,
    Duty,
    EntryOrigin,
    ItemChange,
    ItemOutcome,
    PeriodState,
    Verb,
)
from targets.models import Contribution, Entry, Event, KeptStatus, Period
from targets.rules import LOCAL


def facts_since(period: Period) -> dict[str, Combinable]:
    """Return what the verdicts read: the item in the quarter, and in the one it follows."""
    before = Entry.objects.filter(item_id=OuterRef("item_key"), period_id=period.follows_id or 0)
    reported = Contribution.objects.filter(
        entry_id=OuterRef("pk"), duty=Duty.LEAD, state__in=HANDED_IN
    )
    kept = KeptStatus.objects.filter(
        period_id=period.follows_id or 0, status_id=OuterRef("status_id")
    )
    # A status counts there as it did then, where that quarter was closed since.
    completed = Coalesce(Subquery(kept.values("is_completed")[:1]), "status__is_completed")
    same = before.filter(status_id=OuterRef("status_id"), approved_text=OuterRef("entry_text"))
    return {
        "has_before": Value(period.follows_id is not None, output_field=models.BooleanField()),
        "was_completed": Exists(before.alias(counts=completed).filter(counts=True)),
        "was_silent": Exists(before.filter(~Exists(reported), status__isnull=True)),
        "was_same": Exists(same),
        # One event's key and not an EXISTS, which PostgreSQL may answer by hashing the whole trail.
        "cancelled_by": Subquery(_cancelled_in(period).order_by().values("pk")[:1]),
    }


def item_change() -> Case:
    """Return what happened to an annotated item in the quarter, against the one it follows.

    Completed anew is only what was judged in the quarter itself, and reopened only what had
    come into it completed: where an earlier quarter was corrected meanwhile, nothing
    happened in this one. What came in and was left alone was neither.
    """
    came_completed = Q(entry_origin=EntryOrigin.CARRIED)
    is_untouched = Q(entry_origin=EntryOrigin.CARRIED, approved_at__isnull=True)
    return Case(
        When(has_before=False, then=Value("")),
        When(
            outcome=ItemOutcome.CANCELLED,
            then=Case(
                When(cancelled_by__isnull=False, then=Value(ItemChange.CANCELLED)),
                default=Value(""),
            ),
        ),
        When(
            Q(was_completed=True, is_completed=False)
            & ~Q(entry_origin=EntryOrigin.REPORTED)
            & ~is_untouched,
            then=Value(ItemChange.REOPENED),
        ),
        When(
            came_completed & Q(was_completed=True, reopened_at__isnull=False),
            then=Value(ItemChange.REOPENED),
        ),
        When(
            Q(was_completed=False, is_completed=True) & ~is_untouched,
            then=Value(ItemChange.COMPLETED),
        ),
        default=Value(""),
        output_field=models.CharField(),
    )


def item_stalled() -> Case:
    """Tell whether an annotated item has not moved for two quarters."""
    return Case(
        When(is_completed=True, then=Value(False)),
        When(~Q(outcome=ItemOutcome.LIVE), then=Value(False)),
        When(was_same=True, then=Value(True)),
        When(status_id__isnull=True, reported_lead__isnull=True, was_silent=True, then=Value(True)),
        default=Value(False),
        output_field=models.BooleanField(),
    )


def _cancelled_in(period: Period) -> models.QuerySet[Event]:
    """Return an item's cancellations after the last quarter's due date and up to this one's.

    While no later quarter has opened, everything after belongs to this one.
    """
    later = Period.objects.filter(plan_id=period.plan_id, number__gt=period.number)
    later = later.exclude(state=PeriodState.DRAFT)
    since = Subquery(Period.objects.filter(pk=period.follows_id or 0).values("due_on")[:1])
    until = Q(day__lte=period.due_on) if period.due_on else Q(pk__in=[])
    return (
        Event.objects.filter(item_id=OuterRef("item_key"), verb=Verb.CANCEL)
        .annotate(day=TruncDate("at", tzinfo=LOCAL))
        .filter(until | ~Exists(later), day__gt=since)
    )
