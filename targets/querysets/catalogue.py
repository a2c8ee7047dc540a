"""Units and goals of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db.models import OuterRef, Q, Value

from targets.choices import Duty
from targets.querysets.district import DistrictQuerySet
from targets.querysets.progress import with_due_dates

if TYPE_CHECKING:
    from targets.models import Period


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

    def with_part(self, period: Period) -> Self:
        """Keep the units with a part in the plan, now or when its quarter opened.

        Looked up in lists: as joins the two would pass through every unit's every item.
        """
        models = apps.get_app_config("targets")
        now = models.get_model("Responsibility").objects.filter(item__goal__plan=period.plan_id)
        then = models.get_model("Contribution").objects.filter(entry__period_id=period.pk)
        return self.filter(
            Q(pk__in=now.values("unit_id")) | Q(pk__in=then.values("unit_id")),
            district_id=period.plan.district_id,
        )

    def with_due(self, period: Period) -> Self:
        """Add extended_until (None without one) and due_in_force of an opened period."""
        return with_due_dates(self, Value(period.due_on), Value(period.pk), OuterRef("pk"))


class GoalQuerySet(DistrictQuerySet):
    district_path = "plan__district_id"
