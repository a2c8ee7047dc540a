"""What happened to an item since the quarter before, as expressions of the database.

Rows of `items_in` are annotated with `facts_since`, then with the two verdicts.
"""

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate

from targets.choices import HANDED_IN, Duty, ItemChange, ItemOutcome, PeriodState, Verb
from targets.models import Contribution, Entry, Event, Period
from targets.rules import LOCAL


def facts_since(period: Period) -> dict[str, models.Expression]:
    """Return what the verdicts read: the item now, and in its plan's quarter before."""
    before = Entry.objects.filter(
        item_id=OuterRef("pk"),
        # The period's key by itself: with the item's it is an index, joined it may be a scan.
        period_id=Subquery(_period_before(period).values("pk")),
    )
    reported = Contribution.objects.filter(
        entry_id=OuterRef("pk"), duty=Duty.LEAD, state__in=HANDED_IN
    )
    same = before.filter(status_id=OuterRef("status_id"), approved_text=OuterRef("entry_text"))
    return {
        "is_completed": Coalesce("entry__status__is_completed", Value(False)),
        "has_before": Exists(_quarter_before(period)),
        "was_completed": Exists(before.filter(status__is_completed=True)),
        "was_silent": Exists(before.filter(~Exists(reported), status__isnull=True)),
        "was_same": Exists(same),
        # One event's key and not an EXISTS, which PostgreSQL may answer by hashing the whole trail.
        "cancelled_by": Subquery(_cancelled_in(period).order_by().values("pk")[:1]),
    }


def item_change() -> Case:
    """Return what happened to an annotated item since the quarter before."""
    return Case(
        When(has_before=False, then=Value("")),
        When(
            outcome=ItemOutcome.CANCELLED,
            then=Case(
                When(cancelled_by__isnull=False, then=Value(ItemChange.CANCELLED)),
                default=Value(""),
            ),
        ),
        When(was_completed=True, is_completed=False, then=Value(ItemChange.REOPENED)),
        When(was_completed=True, reopened_at__isnull=False, then=Value(ItemChange.REOPENED)),
        When(was_completed=False, is_completed=True, then=Value(ItemChange.COMPLETED)),
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


def _period_before(period: Period) -> models.QuerySet:
    periods = Period.objects.order_by()
    return periods.filter(plan_id=period.plan_id, number=period.number - 1)


def _quarter_before(period: Period) -> models.QuerySet:
    return _period_before(period).exclude(state=PeriodState.DRAFT)


def _cancelled_in(period: Period) -> models.QuerySet:
    """Return an item's cancellations after the last quarter's due date and up to this one's.

    While no later quarter has opened, everything after belongs to this one.
    """
    periods = Period.objects.exclude(state=PeriodState.DRAFT)
    later = periods.filter(plan_id=period.plan_id, number__gt=period.number)
    since = Subquery(_quarter_before(period).values("due_on")[:1])
    until = Q(day__lte=period.due_on) if period.due_on else Q(pk__in=[])
    return (
        Event.objects.filter(item_id=OuterRef("pk"), verb=Verb.CANCEL)
        .annotate(day=TruncDate("at", tzinfo=LOCAL))
        .filter(until | ~Exists(later), day__gt=since)
    )
