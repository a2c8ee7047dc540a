"""What a quarter consists of beside its items: goals, statuses, units and their parts.

A quarter that was ever closed is read from what it kept (targets.models.kept), any other from
the plan as it is today. The rows of both kinds have the same columns; their own keys are of
two kinds, so what other rows are found by stands in columns named *_key.
"""

from typing import TYPE_CHECKING, TypedDict

from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from targets.models import (
    Entry,
    Goal,
    KeptGoal,
    KeptResponsibility,
    KeptStatus,
    KeptUnit,
    Period,
    Responsibility,
    Status,
)

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations as With


class GoalColumns(TypedDict):
    """What `goals_in` adds."""

    goal_key: int


class StatusColumns(TypedDict):
    """What `statuses_in` adds."""

    status_key: int


class DutyColumns(TypedDict):
    """What `duties_in` adds."""

    item_key: int
    unit_name: str
    shown_name: str
    unit_order: int
    unit_body: int


if TYPE_CHECKING:  # of today, or of a closed quarter
    Goals = models.QuerySet[With[Goal, GoalColumns]] | models.QuerySet[With[KeptGoal, GoalColumns]]
    Statuses = (
        models.QuerySet[With[Status, StatusColumns]]
        | models.QuerySet[With[KeptStatus, StatusColumns]]
    )
    Responsibilities = models.QuerySet[Responsibility] | models.QuerySet[KeptResponsibility]
    Duties = (
        models.QuerySet[With[Responsibility, DutyColumns]]
        | models.QuerySet[With[KeptResponsibility, DutyColumns]]
    )


def goals_in(period: Period) -> "Goals":
    """Return the goals in order, with goal_key."""
    if period.is_kept:
        kept = KeptGoal.objects.filter(period_id=period.pk)
        return kept.annotate(goal_key=F("goal_id")).order_by("number")
    goals = Goal.objects.filter(plan_id=period.plan_id)
    return goals.annotate(goal_key=F("pk")).order_by("number")


def statuses_in(period: Period, district_id: int) -> "Statuses":
    """Return the statuses in order, with status_key."""
    if period.is_kept:
        kept = KeptStatus.objects.filter(period_id=period.pk)
        return kept.annotate(status_key=F("status_id")).order_by("order")
    statuses = Status.objects.filter(district_id=district_id)
    return statuses.annotate(status_key=F("pk")).order_by("order")


def statuses_for(period: Period) -> models.QuerySet[Status]:
    """Return the statuses that an entry of the quarter can be given."""
    known = statuses_in(period, period.plan.district_id).order_by()
    return Status.objects.filter(pk__in=known.values_list("status_key", flat=True))


def duties_in(period: Period) -> "Duties":
    """Return the units' parts, of each item in order.

    With item_key, unit_id, unit_name (the unit's), shown_name (as the quarter's documents
    print it), unit_order, and unit_body, which is the unit through all its names.
    """
    body = Coalesce("unit__origin_id", "unit_id")
    if period.is_kept:
        place = KeptUnit.objects.filter(period_id=period.pk, unit_id=OuterRef("unit_id"))
        kept = KeptResponsibility.objects.filter(item__period_id=period.pk)
        return kept.annotate(
            item_key=F("item__item_id"),
            unit_name=Subquery(place.values("name")[:1]),
            shown_name=F("printed_name"),
            unit_order=Subquery(place.values("order")[:1]),
            unit_body=body,
        ).order_by("duty", "order")
    duties = Responsibility.objects.filter(item__goal__plan_id=period.plan_id)
    return duties.annotate(
        item_key=F("item_id"),
        unit_name=F("unit__name"),
        shown_name=F("unit__name"),
        unit_order=F("unit__order"),
        unit_body=body,
    ).order_by("duty", "order")


def responsibilities_of(entry: Entry) -> "Responsibilities":
    """Return one entry's units in order, as its quarter has them: unit, duty, order."""
    return entry.line.responsibilities.select_related("unit").order_by("duty", "order")
