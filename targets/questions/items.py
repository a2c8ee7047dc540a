"""Items joined with their entry of one period, and the states and classes that follow."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Case, Count, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf

from targets.choices import (
    HANDED_IN,
    PENDING,
    UNREPORTED,
    ContributionState,
    Duty,
    EntryState,
    ItemOutcome,
)
from targets.models import Contribution, Item, Period
from targets.models.catalogue import ItemQuerySet
from targets.questions.last_quarter import facts_since, item_change, item_stalled


def _leads(*conditions: Q, **named: object) -> models.QuerySet:
    """Return the lead contributions of an annotated item's entry that meet the conditions.

    Always asked in a subquery: joined, several of them and a search multiply the rows, and
    without statistics (after an import) PostgreSQL has joined all with all.
    """
    return Contribution.objects.filter(
        *conditions, entry_id=OuterRef("entry_pk"), duty=Duty.LEAD, **named
    )


def _one_lead(*conditions: Q, **named: object) -> Subquery:
    """Return the key of such a lead contribution of an annotated item's entry, or NULL.

    Not an EXISTS: PostgreSQL may answer that by hashing every contribution there is, of
    all years and districts; one row's key it can only look up.
    """
    return Subquery(_leads(*conditions, **named).order_by().values("pk")[:1])


def _lead_count(**named: object) -> Coalesce:
    """Count an annotated item's lead contributions that meet the conditions."""
    counted = _leads(**named).order_by().values("entry_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), Value(0))


class PeriodItemQuerySet(ItemQuerySet):
    """Items as `items_in` joins them with their entry."""

    def with_lead_counts(self) -> Self:
        """Add lead_total and lead_reported, of rows of `with_entry`."""
        return self.annotate(
            lead_total=_lead_count(), lead_reported=_lead_count(state__in=HANDED_IN)
        )

    def with_changes(self, period: Period) -> Self:
        """Add change (an ItemChange or "") and is_stalled, against the quarter before.

        The first quarter of a plan has none to be compared with.
        Stalled: neither judged completed, nor anything new for two quarters: nothing
        reported in either, or the same status and the same approved text in both.
        """
        return self.annotate(**facts_since(period)).annotate(
            change=item_change(), is_stalled=item_stalled()
        )


def items_in(period: Period) -> PeriodItemQuerySet:
    """Return the plan's items, each joined with its entry of the period, if it has one.

    Adds entry_pk, entry_text, status_id, status_name, status_color, light ("" without
    indicators) with its light_words, distance, reached and due, state
    (an EntryState) and class_key (the class that the figures count it in; ""
    where a cancelled item is out of the denominator).
    """
    return (
        PeriodItemQuerySet(Item)
        .filter(goal__plan_id=period.plan_id)
        .annotate(entry=FilteredRelation("entries", condition=Q(entries__period=period)))
        .annotate(
            entry_pk=F("entry__pk"),
            entry_text=Coalesce("entry__approved_text", Value(""), output_field=models.TextField()),
            status_id=F("entry__status_id"),
            status_name=Coalesce("entry__status__name", Value("")),
            status_color=Coalesce("entry__status__color", Value("grey")),
            status_order=F("entry__status__order"),
            reopened_at=F("entry__reopened_at"),
            light=Coalesce(NullIf("entry__overruled_light", Value("")), "entry__light", Value("")),
            light_words=Coalesce("entry__light_words", Value("")),
            distance=F("entry__distance"),
            reached=F("entry__reached"),
            due=F("entry__due"),
        )
        .alias(
            reported_lead=_one_lead(state__in=HANDED_IN),
            missing_lead=_one_lead(~Q(state__in=HANDED_IN)),
            returned_lead=_one_lead(state=ContributionState.RETURNED),
            drafted_lead=_one_lead(state=ContributionState.DRAFT),
        )
        .annotate(state=entry_state(), class_key=figure_class())
    )


def entry_state() -> Case:
    """Return the state of an annotated entry (see docs/domain.md, States).

    Not reopened and judged is approved, whatever its contributions say; after that
    the worst news first: returned, all reported, some reported, drafted, nothing.
    """
    return Case(
        When(status_id__isnull=False, reopened_at__isnull=True, then=Value(EntryState.APPROVED)),
        When(status_id__isnull=False, then=Value(EntryState.REREVIEW)),
        When(returned_lead__isnull=False, then=Value(EntryState.RETURNED)),
        When(
            reported_lead__isnull=False, missing_lead__isnull=True, then=Value(EntryState.SUBMITTED)
        ),
        When(reported_lead__isnull=False, then=Value(EntryState.PARTIAL)),
        When(drafted_lead__isnull=False, then=Value(EntryState.DRAFT)),
        default=Value(EntryState.NOT_STARTED),
        output_field=models.CharField(),
    )


def figure_class() -> Case:
    """Return the class of the figures that an annotated item counts in.

    "status-<pk>" once judged, also while it is reviewed anew; else PENDING or UNREPORTED.
    """
    return Case(
        When(outcome=ItemOutcome.CANCELLED, stays_counted=False, then=Value("")),
        When(
            status_id__isnull=False,
            then=models.functions.Concat(
                Value("status-"),
                models.functions.Cast("status_id", models.CharField()),
            ),
        ),
        When(reported_lead__isnull=False, then=Value(PENDING)),
        default=Value(UNREPORTED),
        output_field=models.CharField(),
    )


def class_history(district_id: int, years: Iterable[int]) -> models.QuerySet:
    """Return (item, year, quarter number or None, class_key) of every entry of the years' plans.

    An item without any entry has one row without a quarter.
    """
    reported = Contribution.objects.filter(
        entry_id=OuterRef("entries__pk"), duty=Duty.LEAD, state__in=HANDED_IN
    )
    return (
        Item.objects.filter(goal__plan__district_id=district_id, goal__plan__year__in=years)
        .annotate(
            status_id=F("entries__status_id"),
        )
        .alias(reported_lead=Subquery(reported.order_by().values("pk")[:1]))
        .annotate(class_key=figure_class())
        .order_by()
        .values_list("pk", "goal__plan__year", "entries__period__number", "class_key")
    )
