"""The units of one quarter, and by when each has to report."""

from django.db.models import OuterRef, Q, Value

from targets.models import Contribution, Period, Responsibility, Unit
from targets.models.periods import with_due_dates
from targets.models.units import UnitQuerySet


def units_in(period: Period) -> UnitQuerySet:
    """Return the units with a part in the plan, now or when its quarter opened.

    Looked up in lists: as joins the two would pass through every unit's every item.
    """
    now = Responsibility.objects.filter(item__goal__plan=period.plan_id)
    then = Contribution.objects.filter(entry__period_id=period.pk)
    return Unit.objects.filter(
        Q(pk__in=now.values("unit_id")) | Q(pk__in=then.values("unit_id")),
        district_id=period.plan.district_id,
    )


def with_due(units: UnitQuerySet, period: Period) -> UnitQuerySet:
    """Add extended_until (None without one) and due_in_force of an opened period."""
    return with_due_dates(units, Value(period.due_on), Value(period.pk), OuterRef("pk"))
