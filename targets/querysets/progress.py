"""A quarter's reporting: periods and extensions, entries, contributions and their timing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, TruncDate

from targets.choices import (
    ContributionState,
    Duty,
    ExtensionState,
    ItemOutcome,
    PeriodState,
    Role,
    Timing,
)
from targets.querysets.district import DistrictQuerySet
from targets.rules import LOCAL

if TYPE_CHECKING:
    from targets.models import Entry, Period, User

REPORTED = (ContributionState.SUBMITTED, ContributionState.APPROVED)
OWED = (ContributionState.NOT_STARTED, ContributionState.DRAFT, ContributionState.RETURNED)
EXCUSED = "excused"  # unreported, and nobody waits for it any more


class PeriodQuerySet(DistrictQuerySet):
    district_path = "plan__district_id"

    def visible_to(self, user: User) -> Self:
        """Keep the district's periods; one not yet opened is seen by the office alone."""
        rows = super().visible_to(user)
        return rows if user.role == Role.OFFICE else rows.exclude(state=PeriodState.DRAFT)

    def newest_first(self) -> Self:
        """Order by year and quarter, the latest first."""
        return self.order_by("-plan__year", "-number")


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


def with_due_dates(rows: models.QuerySet, due_on: object, period: object, unit: object) -> object:
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
        rows = with_due_dates(
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
