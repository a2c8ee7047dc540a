"""The units of one quarter, and by when each has to report."""

from datetime import date

from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from targets.models import Contribution, KeptUnit, Period, Succession, Unit
from targets.models.periods import with_due_dates
from targets.models.units import UnitQuerySet
from targets.questions.quarter import duties_in


def units_in(period: Period) -> UnitQuerySet:
    """Return the units with a part in the quarter, or with a box in it, in its order.

    Adds unit_order. Looked up in lists: as joins the two would pass through every unit's
    every item.
    """
    duties = duties_in(period).order_by()
    boxes = Contribution.objects.filter(entry__period_id=period.pk)
    place = KeptUnit.objects.filter(period_id=period.pk, unit_id=OuterRef("pk"))
    return (
        Unit.objects.filter(
            Q(pk__in=duties.values("unit_id")) | Q(pk__in=boxes.values("unit_id")),
            district_id=period.plan.district_id,
        )
        .annotate(unit_order=Coalesce(Subquery(place.values("order")[:1]), "order"))
        .order_by("unit_order")
    )


def merged_into(unit: Unit, *, until: date) -> list[Unit]:
    """Return the units whose work this one took over up to a day, as it or under another name."""
    body = unit.origin_id or unit.pk
    names = Unit.objects.filter(Q(pk=body) | Q(origin_id=body))
    merged = Unit.objects.filter(successor__in=names, superseded_on__lte=until)
    return list(merged.exclude(pk__in=names.values("pk")).order_by("superseded_on", "order"))


def with_waiting_successions(units: UnitQuerySet) -> UnitQuerySet:
    """Add waiting_pk, waiting_on and waiting_name of a rename or merger whose day has not come."""
    waiting = Succession.objects.filter(
        unit_id=OuterRef("pk"), carried_out_at=None, withdrawn_at=None
    ).annotate(whose=Coalesce("successor__name", "name"))
    return units.annotate(
        waiting_pk=Subquery(waiting.values("pk")[:1]),
        waiting_on=Subquery(waiting.values("on")[:1]),
        waiting_name=Subquery(waiting.values("whose")[:1]),
    )


def with_due(units: UnitQuerySet, period: Period) -> UnitQuerySet:
    """Add extended_until (None without one) and due_in_force of an opened period."""
    return with_due_dates(units, Value(period.due_on), Value(period.pk), OuterRef("pk"))
