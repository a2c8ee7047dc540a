"""Items joined with their entry of one period, and the states and classes that follow."""

from collections.abc import Iterable
from typing import Any, Self

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
    PeriodState,
)
from targets.models import Contribution, Entry, Item, KeptItem, KeptStatus, Period
from targets.models.base import Row
from targets.models.catalogue import ItemQuerySet, LineQuerySet
from targets.pace import RANKED_LIGHTS
from targets.questions.last_quarter import facts_since, item_change, item_stalled


def _leads(*conditions: Q, **named: object) -> models.QuerySet[Contribution]:
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


class PeriodLineQuerySet(LineQuerySet[Row]):
    """Items as `items_in` joins them with their entry."""

    def with_lead_counts(self) -> Self:
        """Add lead_total and lead_reported."""
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


class PeriodItemQuerySet(PeriodLineQuerySet[Item]):
    """Today's items, with their entry."""

    district_path = ItemQuerySet.district_path


class PeriodKeptItemQuerySet(PeriodLineQuerySet[KeptItem]):
    """A closed quarter's items, with their entry."""

    district_path = "period__plan__district_id"

    def with_leader(self) -> Self:
        """Leave them as they are: whose portfolio an item was is kept in its row."""
        return self

    def with_changes(self, period: Period) -> Self:
        """Add change and is_stalled; a closed quarter's are what was kept of them."""
        if period.state == PeriodState.CLOSED:
            return self.annotate(change=F("kept_change"), is_stalled=F("kept_stalled"))
        return super().with_changes(period)


# A quarter's items of either kind, with columns that the checker knows nothing of.
Lines = PeriodLineQuerySet[Any]


def items_in(period: Period) -> Lines:
    """Return the quarter's items, each joined with its entry, if it has one.

    Once the quarter was closed they are those that it kept, else the plan's as they are
    today. Adds item_key and goal_key (the rows' own keys are of two kinds), entry_pk,
    entry_text, entry_origin, approved_at, reopened_at, status_id, status_name, status_color,
    status_order, is_completed, light ("" without indicators) with its light_words, distance,
    reached and due, state (an EntryState) and class_key (the class that the figures count it
    in; "" where a cancelled item is out of the denominator).
    """
    if period.is_kept:
        kept = Q(entry__status__kept__period=period)
        kept_rows = (
            PeriodKeptItemQuerySet(KeptItem)
            .filter(period_id=period.pk)
            .annotate(verdict=FilteredRelation("entry__status__kept", condition=kept))
            .annotate(item_key=F("item_id"), goal_key=F("goal__goal_id"))
        )
        return _with_verdict(kept_rows, "verdict")
    rows = (
        PeriodItemQuerySet(Item)
        .filter(goal__plan_id=period.plan_id)
        .annotate(entry=FilteredRelation("entries", condition=Q(entries__period=period)))
        .annotate(item_key=F("pk"), goal_key=F("goal_id"))
    )
    return _with_verdict(rows, "entry__status")


def _with_verdict(rows: Lines, status: str) -> Lines:
    """Annotate what the joined `entry` says; `status` leads to its status's facts."""
    return (
        rows.annotate(
            entry_pk=F("entry__pk"),
            entry_text=Coalesce("entry__approved_text", Value(""), output_field=models.TextField()),
            entry_origin=Coalesce("entry__origin", Value("")),
            approved_at=F("entry__approved_at"),
            reopened_at=F("entry__reopened_at"),
            light=Coalesce(NullIf("entry__overruled_light", Value("")), "entry__light", Value("")),
            light_words=Coalesce("entry__light_words", Value("")),
            distance=F("entry__distance"),
            reached=F("entry__reached"),
            due=F("entry__due"),
            status_id=F("entry__status_id"),
            status_name=Coalesce(f"{status}__name", Value("")),
            status_color=Coalesce(f"{status}__color", Value("grey")),
            status_order=F(f"{status}__order"),
            is_completed=Coalesce(f"{status}__is_completed", Value(False)),
            is_overruled=Case(When(entry__overruled_light__gt="", then=Value(True)), default=False),
        )
        .annotate(light_rank=light_rank())
        .alias(
            reported_lead=_one_lead(state__in=HANDED_IN),
            missing_lead=_one_lead(~Q(state__in=HANDED_IN)),
            returned_lead=_one_lead(state=ContributionState.RETURNED),
            drafted_lead=_one_lead(state=ContributionState.DRAFT),
        )
        .annotate(state=entry_state(), class_key=figure_class())
    )


def light_rank() -> Case:
    """Return the place of an annotated item's light: the worst first, none last."""
    return Case(
        *(When(light=light, then=Value(place)) for place, light in enumerate(RANKED_LIGHTS)),
        default=Value(len(RANKED_LIGHTS)),
        output_field=models.SmallIntegerField(),
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


# Year, quarter number, item key, goal key, leader key or None, class_key, is_completed, body.
ClassRow = tuple[int, int, int, int, int | None, str, bool, int | None]


def class_history(district_id: int, years: Iterable[int]) -> models.QuerySet[Any, ClassRow]:
    """Return every line of the years' quarters, once for each of its lead units.

    (year, quarter number, item key, goal key, leader key or None, class_key, is_completed,
    lead body or None). A kept quarter's lines are those of its closing, another's are
    today's. A body is a unit through all its names (`Unit.origin`).
    """
    present, kept = _present_history(district_id, years), _kept_history(district_id, years)
    return present.union(kept, all=True)


def _present_history(district_id: int, years: Iterable[int]) -> models.QuerySet[Any, ClassRow]:
    own = Entry.objects.filter(item_id=OuterRef("pk"), period_id=OuterRef("period_key"))
    rows = Item.objects.filter(
        goal__plan__district_id=district_id,
        goal__plan__year__in=years,
        goal__plan__periods__kept_at=None,
    ).annotate(
        period_key=F("goal__plan__periods__pk"),
        year=F("goal__plan__year"),
        quarter=F("goal__plan__periods__number"),
        item_key=F("pk"),
        goal_key=F("goal_id"),
        entry_pk=Subquery(own.values("pk")[:1]),
        status_id=Subquery(own.values("status_id")[:1]),
        is_completed=Coalesce(Subquery(own.values("status__is_completed")[:1]), Value(False)),
    )
    return _history_columns(rows.with_leader())


def _kept_history(district_id: int, years: Iterable[int]) -> models.QuerySet[Any, ClassRow]:
    status = KeptStatus.objects.filter(
        period_id=OuterRef("period_id"), status_id=OuterRef("entry__status_id")
    )
    rows = KeptItem.objects.filter(
        period__plan__district_id=district_id, period__plan__year__in=years
    ).annotate(
        year=F("period__plan__year"),
        quarter=F("period__number"),
        item_key=F("item_id"),
        goal_key=F("goal__goal_id"),
        entry_pk=F("entry_id"),
        status_id=F("entry__status_id"),
        is_completed=Coalesce(Subquery(status.values("is_completed")[:1]), Value(False)),
    )
    return _history_columns(rows)


def _history_columns(rows: models.QuerySet[Any]) -> models.QuerySet[Any, ClassRow]:
    is_lead = Q(responsibilities__duty=Duty.LEAD)
    return (
        rows.annotate(lead=FilteredRelation("responsibilities", condition=is_lead))
        .annotate(lead_body=Coalesce("lead__unit__origin_id", "lead__unit_id"))
        .alias(reported_lead=_one_lead(state__in=HANDED_IN))
        .annotate(class_key=figure_class())
        .order_by()
        .values_list(
            "year",
            "quarter",
            "item_key",
            "goal_key",
            "leader_id",
            "class_key",
            "is_completed",
            "lead_body",
        )
    )
