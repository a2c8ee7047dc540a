"""How the domain is read: scoping by user and period, derived states, nothing written.

A queryset that reaches a view passes through `visible_to`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, TruncDate

from targets.changes import facts_since, item_change, item_stalled
from targets.choices import (
    ContributionState,
    Duty,
    EntryState,
    ExtensionState,
    ItemOutcome,
    PeriodState,
    Role,
    Timing,
)
from targets.rules import LOCAL

if TYPE_CHECKING:
    from targets.models import Entry, Period, User


class DistrictQuerySet(models.QuerySet):
    """Rows that belong to a district through the path `district_path`."""

    district_path = "district_id"

    def visible_to(self, user: User) -> Self:
        """Keep the rows of the user's own district; an account without one sees nothing."""
        if user.district_id is None:
            return self.none()
        return self.filter(**{self.district_path: user.district_id})


class UnitQuerySet(DistrictQuerySet):
    """Units in the district's own order."""

    def leading(self, plan_id: int) -> Self:
        """Keep the units that lead an item of the plan."""
        return self.filter(
            responsibilities__item__goal__plan_id=plan_id, responsibilities__duty=Duty.LEAD
        ).distinct()

    def responsible(self, plan_id: int) -> Self:
        """Keep the units with any part, lead or supporting, in the plan."""
        return self.filter(responsibilities__item__goal__plan_id=plan_id).distinct()

    def with_due(self, period: Period) -> Self:
        """Add extended_until (None without one) and due_in_force of an opened period."""
        return _with_due(self, Value(period.due_on), Value(period.pk), OuterRef("pk"))


class ExtensionQuerySet(DistrictQuerySet):
    district_path = "period__plan__district_id"

    def granted(self) -> Self:
        """Keep the extensions that the office agreed to."""
        return self.filter(state=ExtensionState.GRANTED)

    def of(self, period: Period, unit_id: int) -> Self:
        """Keep one unit's requests in one period, the newest first."""
        return self.filter(period=period, unit_id=unit_id).order_by("-pk")

    def granted_until(self, period: Period, unit_id: int) -> date | None:
        """Return the latest day granted to a unit in a period, or None."""
        rows = self.of(period, unit_id).granted()
        return rows.aggregate(latest=models.Max("until"))["latest"]


def _with_due(rows: models.QuerySet, due_on: object, period: object, unit: object) -> object:
    """Annotate extended_until and due_in_force (see `rules.due_in_force`)."""
    extensions = apps.get_model("targets", "Extension").objects
    latest = (
        extensions.granted().filter(period=period, unit=unit).order_by("-until").values("until")[:1]
    )
    own = models.ExpressionWrapper(due_on, output_field=models.DateField())
    return rows.annotate(extended_until=Subquery(latest, output_field=models.DateField())).annotate(
        # Greatest of a date and NULL is NULL on SQLite: the period's own date stands in.
        due_in_force=Greatest(own, Coalesce("extended_until", own))
    )


class GoalQuerySet(DistrictQuerySet):
    district_path = "plan__district_id"


class PeriodQuerySet(DistrictQuerySet):
    district_path = "plan__district_id"

    def visible_to(self, user: User) -> Self:
        """Keep the district's periods; one not yet opened is seen by the office alone."""
        rows = super().visible_to(user)
        return rows if user.role == Role.OFFICE else rows.exclude(state=PeriodState.DRAFT)

    def newest_first(self) -> Self:
        """Order by year and quarter, the latest first."""
        return self.order_by("-plan__year", "-number")


def _leads(**conditions: object) -> Count:
    """Count an entry's lead contributions that meet the conditions."""
    prefixed = {f"entry__contributions__{name}": value for name, value in conditions.items()}
    return Count(
        "entry__contributions",
        filter=Q(entry__contributions__duty=Duty.LEAD, **prefixed),
    )


REPORTED = (ContributionState.SUBMITTED, ContributionState.APPROVED)
OWED = (ContributionState.NOT_STARTED, ContributionState.DRAFT, ContributionState.RETURNED)


class ItemQuerySet(DistrictQuerySet):
    """Items, alone or joined with their entry of one period."""

    district_path = "goal__plan__district_id"

    def in_print_order(self) -> Self:
        """Order as the annex prints them: goal, then item."""
        return self.order_by("goal__number", "number")

    def with_entry(self, period: Period) -> Self:
        """Keep the plan's items and join each with its entry of the period, if it has one.

        Adds entry_pk, entry_text, status_id, status_name, status_color, state
        (an EntryState) and class_key (the class that the figures count it in; ""
        where a cancelled item is out of the denominator).
        """
        return (
            self.filter(goal__plan_id=period.plan_id)
            .annotate(entry=FilteredRelation("entries", condition=Q(entries__period=period)))
            .annotate(
                entry_pk=F("entry__pk"),
                entry_text=Coalesce(
                    "entry__approved_text", Value(""), output_field=models.TextField()
                ),
                status_id=F("entry__status_id"),
                status_name=Coalesce("entry__status__name", Value("")),
                status_color=Coalesce("entry__status__color", Value("grey")),
                status_order=F("entry__status__order"),
                reopened_at=F("entry__reopened_at"),
                lead_total=_leads(),
                lead_reported=_leads(state__in=REPORTED),
                lead_returned=_leads(state=ContributionState.RETURNED),
                lead_drafted=_leads(state=ContributionState.DRAFT),
            )
            .annotate(state=entry_state(), class_key=figure_class())
        )

    def with_leader(self) -> Self:
        """Add leader_id: the item's own portfolio leader, else its first lead unit's."""
        duties = apps.get_model("targets", "Responsibility").objects
        first = duties.filter(item_id=OuterRef("pk"), duty=Duty.LEAD).order_by("order")
        return self.annotate(
            leader_id=Coalesce(
                "portfolio_leader_id",
                Subquery(first.values("unit__portfolio_leader_id")[:1]),
                output_field=models.BigIntegerField(),
            )
        )

    def with_changes(self, period: Period) -> Self:
        """Add change (an ItemChange or "") and is_stalled, against the quarter before.

        For rows of `with_entry`. The first quarter of a plan has none to be compared with.
        Stalled: neither judged completed, nor anything new for two quarters: nothing
        reported in either, or the same status and the same approved text in both.
        """
        return self.annotate(**facts_since(period, REPORTED)).annotate(
            change=item_change(), is_stalled=item_stalled()
        )

    def holding(self, words: Iterable[str]) -> Self:
        """Keep the items that hold every word in their standard or their goal's name."""
        rows = self
        for word in words:
            rows = rows.filter(Q(standard__icontains=word) | Q(goal__name__icontains=word))
        return rows

    # An item names a unit once (a constraint), so these joins double no row.

    def led_by(self, unit_id: int) -> Self:
        """Keep the items that the unit leads, alone or with others."""
        return self.filter(responsibilities__unit_id=unit_id, responsibilities__duty=Duty.LEAD)

    def supported_by(self, unit_id: int) -> Self:
        """Keep the items that the unit supports."""
        return self.filter(
            responsibilities__unit_id=unit_id, responsibilities__duty=Duty.SUPPORTING
        )


def entry_state() -> Case:
    """Return the state of an annotated entry (see docs/domain.md, States).

    Not reopened and judged is approved, whatever its contributions say; after that
    the worst news first: returned, all reported, some reported, drafted, nothing.
    """
    return Case(
        When(status_id__isnull=False, reopened_at__isnull=True, then=Value(EntryState.APPROVED)),
        When(status_id__isnull=False, then=Value(EntryState.REREVIEW)),
        When(lead_returned__gt=0, then=Value(EntryState.RETURNED)),
        When(lead_total__gt=0, lead_reported=F("lead_total"), then=Value(EntryState.SUBMITTED)),
        When(lead_reported__gt=0, then=Value(EntryState.PARTIAL)),
        When(lead_drafted__gt=0, then=Value(EntryState.DRAFT)),
        default=Value(EntryState.NOT_STARTED),
        output_field=models.CharField(),
    )


PENDING = "pending"  # reported by at least one lead, not judged
UNREPORTED = "unreported"  # neither judged nor reported: 未填报


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
        When(lead_reported__gt=0, then=Value(PENDING)),
        default=Value(UNREPORTED),
        output_field=models.CharField(),
    )


def class_history(district_id: int, years: Iterable[int]) -> models.QuerySet:
    """Return (item, year, quarter number or None, class_key) of every entry of the years' plans.

    An item without any entry has one row without a quarter.
    """
    reported = apps.get_model("targets", "Contribution").objects.filter(
        entry_id=OuterRef("entries__pk"), duty=Duty.LEAD, state__in=REPORTED
    )
    return (
        apps.get_model("targets", "Item")
        .objects.filter(goal__plan__district_id=district_id, goal__plan__year__in=years)
        .annotate(
            status_id=F("entries__status_id"),
            lead_reported=Case(When(Exists(reported), then=Value(1)), default=Value(0)),
        )
        .annotate(class_key=figure_class())
        .order_by()
        .values_list("pk", "goal__plan__year", "entries__period__number", "class_key")
    )


class EntryQuerySet(DistrictQuerySet):
    district_path = "period__plan__district_id"

    def holding(self, words: Iterable[str]) -> Self:
        """Keep the approved texts, of opened quarters, that hold every word."""
        rows = self.exclude(approved_text="").exclude(period__state=PeriodState.DRAFT)
        for word in words:
            rows = rows.filter(approved_text__icontains=word)
        return rows

    def for_period(self, period: Period) -> Self:
        """Keep the entries of one period."""
        return self.filter(period=period)

    def before(self, entry: Entry) -> Self:
        """Keep the same item's entry of the quarter before, with its status and period."""
        return self.filter(
            item_id=entry.item_id,
            period__plan_id=entry.period.plan_id,
            period__number=entry.period.number - 1,
        ).select_related("period__plan", "status")

    def with_item(self) -> Self:
        """Fetch what a page needs to name the entry: item, goal, period, plan, status."""
        return self.select_related("item__goal", "period__plan__district", "status", "approved_by")


EXCUSED = "excused"  # unreported, and nobody waits for it any more


def _is_owed() -> Q:
    is_unjudged = Q(entry__status__isnull=True) | Q(entry__reopened_at__isnull=False)
    return is_unjudged & Q(duty=Duty.LEAD, state__in=OWED, entry__item__outcome=ItemOutcome.LIVE)


def _holds(condition: Q) -> Case:
    """Return a column that is true where the condition holds, and false elsewhere."""
    return Case(
        When(condition, then=Value(True)),
        default=Value(False),
        output_field=models.BooleanField(),
    )


class ContributionQuerySet(DistrictQuerySet):
    """Contributions; whether their text may be read is another matter than that they exist."""

    district_path = "entry__period__plan__district_id"

    def owned_by(self, user: User) -> Self:
        """Keep the user's unit's own contributions; empty for accounts without a unit."""
        if user.role != Role.UNIT:
            return self.none()
        return self.filter(unit_id=user.unit_id)

    def with_due(self) -> Self:
        """Add extended_until, due_in_force and is_late: submitted after that day had ended.

        The day of the submission is taken in Asia/Shanghai, so this agrees with
        `rules.is_late` to the microsecond.
        """
        rows = _with_due(
            self, F("entry__period__due_on"), OuterRef("entry__period_id"), OuterRef("unit_id")
        )
        submitted_on = TruncDate("submitted_at", tzinfo=LOCAL)
        return rows.annotate(submitted_on=submitted_on).annotate(
            is_late=Case(
                When(submitted_on__gt=F("due_in_force"), then=Value(True)),
                default=Value(False),
                output_field=models.BooleanField(),
            )
        )

    def owed(self) -> Self:
        """Keep what lead units still have to hand in: not started, draft or returned.

        A cancelled item and an entry judged without the unit's part take no report any more.
        """
        return self.filter(_is_owed())

    def overdue(self, today: date) -> Self:
        """Keep what is owed although its day in force is over on the given local day."""
        return self.owed().with_due().filter(due_in_force__lt=today)

    def holding(self, words: Iterable[str]) -> Self:
        """Keep the contributions whose text holds every word."""
        rows = self.exclude(text="")
        for word in words:
            rows = rows.filter(text__icontains=word)
        return rows

    def with_timing(self, today: date) -> Self:
        """Keep what lead units owe or have handed in, and add timing (a Timing).

        What nobody waits for any more (the item cancelled, the entry judged without the
        unit's part) is left out: it is neither punctual nor late.
        """
        is_owed = (Q(entry__status__isnull=True) | Q(entry__reopened_at__isnull=False)) & Q(
            state__in=OWED, entry__item__outcome=ItemOutcome.LIVE
        )
        is_reported = Q(state__in=REPORTED)
        return (
            self.filter(is_owed | is_reported, duty=Duty.LEAD)
            .with_due()
            .annotate(
                timing=Case(
                    When(is_reported & Q(is_late=True), then=Value(Timing.LATE)),
                    When(is_reported, then=Value(Timing.ON_TIME)),
                    When(due_in_force__lt=today, then=Value(Timing.OVERDUE)),
                    default=Value(Timing.WAITING),
                    output_field=models.CharField(),
                )
            )
        )

    def with_progress(self, today: date) -> Self:
        """Add with_due's, is_owed, is_overdue and progress, for the office's board and its lists.

        `progress` is the state, or EXCUSED for what was never reported and is owed no
        longer. `is_overdue` holds for what was submitted late, and for what is owed
        though its day in force is over.
        """
        excused = Q(duty=Duty.LEAD, state__in=OWED, is_owed=False)
        overdue = Q(is_late=True) | Q(is_owed=True, due_in_force__lt=today)
        return (
            self.with_due()
            .annotate(is_owed=_holds(_is_owed()))
            .annotate(
                is_overdue=_holds(overdue),
                progress=Case(
                    When(excused, then=Value(EXCUSED)),
                    default=F("state"),
                    output_field=models.CharField(),
                ),
            )
        )

    def readable_by(self, user: User) -> Self:
        """Keep the contributions whose text the user may read.

        A draft: its own unit. Returned: its own unit, and the office that returned it.
        Submitted: the item's units, office, leaders. Approved: everyone of the district.
        """
        rows = self.visible_to(user)
        approved = Q(state=ContributionState.APPROVED)
        submitted = Q(state=ContributionState.SUBMITTED)
        if user.role == Role.OFFICE:
            return rows.filter(approved | submitted | Q(state=ContributionState.RETURNED))
        if user.role == Role.LEADER:
            return rows.filter(approved | submitted)
        if user.role == Role.UNIT:
            shared = Exists(
                apps.get_model("targets", "Responsibility").objects.filter(
                    item_id=OuterRef("entry__item_id"), unit_id=user.unit_id
                )
            )
            return rows.filter(approved | Q(unit_id=user.unit_id) | (submitted & Q(shared)))
        return rows.filter(approved)


class InstructionQuerySet(DistrictQuerySet):
    district_path = "item__goal__plan__district_id"

    def readable_by(self, user: User) -> Self:
        """Keep what office and leaders see, or a unit on the items it leads or supports."""
        rows = self.visible_to(user)
        if user.role in {Role.OFFICE, Role.LEADER}:
            return rows
        if user.role != Role.UNIT:
            return rows.none()
        return rows.filter(item__responsibilities__unit_id=user.unit_id)

    def with_item(self) -> Self:
        """Fetch what a page needs to name the instruction and its people."""
        return self.select_related("item__goal__plan", "given_by", "done_by")

    def of_kind(self, kind: str, today: date) -> Self:
        """Keep the "open" ones, those "overdue" on a local day, those "done", or all."""
        if kind == "open":
            return self.filter(done_at__isnull=True)
        if kind == "overdue":
            return self.filter(done_at__isnull=True, due_on__lt=today)
        return self.filter(done_at__isnull=False) if kind == "done" else self

    def newest_own_first(self, user: User) -> Self:
        """Order a leader's own before the others', then the newest first."""
        is_other = Case(When(given_by_id=user.pk, then=Value(0)), default=Value(1))
        return self.order_by(is_other, "-pk")


class ApiTokenQuerySet(DistrictQuerySet):
    def valid(self) -> Self:
        """Keep the tokens that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class EventQuerySet(DistrictQuerySet):
    """The trail: read, and added to by `record_event`; nothing else."""

    def update(self, **kwargs: object) -> int:
        raise TypeError("the trail is append-only: an event is never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("the trail is append-only: an event is never deleted")
