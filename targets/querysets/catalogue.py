"""Units and goals of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import OuterRef, Value

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

    def with_due(self, period: Period) -> Self:
        """Add extended_until (None without one) and due_in_force of an opened period."""
        return with_due_dates(self, Value(period.due_on), Value(period.pk), OuterRef("pk"))


class GoalQuerySet(DistrictQuerySet):
    district_path = "plan__district_id"
