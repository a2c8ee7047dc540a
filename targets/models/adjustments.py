"""What a lead unit asks the office to change in one of its items (调整申请)."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Case, Q, When

from targets.choices import AdjustmentState, Role
from targets.models.base import DistrictQuerySet, Place, Rows, Viewer
from targets.models.catalogue import Item
from targets.models.contributions import unit_in_hands_of
from targets.models.requests import UnitRequest
from targets.models.units import Unit
from targets.rules import REASON_LIMIT, TEXT_LIMIT


class AdjustmentQuerySet(DistrictQuerySet["Adjustment"]):
    district_path = "item__goal__plan__district_id"

    def readable_by(self, user: Viewer) -> Self:
        """Keep what office and leaders see; of a unit, its own and those it took over."""
        rows = self.visible_to(user)
        if user.role in {Role.OFFICE, Role.LEADER}:
            return rows
        if user.role != Role.UNIT:
            return rows.none()
        return rows.filter(unit_in_hands_of(user.unit_id))

    def waiting(self) -> Self:
        """Keep those that the office has not answered."""
        return self.filter(state=AdjustmentState.REQUESTED)

    def waiting_or_answered_since(self, moment: datetime) -> Self:
        """Keep what waits, and what was answered not long ago."""
        return self.filter(Q(state=AdjustmentState.REQUESTED) | Q(decided_at__gte=moment))

    def waiting_first(self) -> Self:
        """Order those that wait before the others, of each the newest first."""
        is_answered = Case(When(state=AdjustmentState.REQUESTED, then=0), default=1)
        return self.order_by(is_answered, "-pk")

    def with_names(self) -> Self:
        """Fetch what a page needs to name the request: unit, item, goal, plan, and who decided."""
        return self.select_related("unit", "item__goal__plan", "requested_by", "decided_by")


class Adjustment(UnitRequest):
    """A lead unit's request that an item's standard, or something else of it, be adjusted.

    The office declines it with a reason, or adopts it by adjusting the item. It changes
    nothing by itself.
    """

    item = models.ForeignKey(
        Item, models.PROTECT, verbose_name="责任事项", related_name="adjustments"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="adjustments")
    # "" where the standard is to stay.
    standard = models.TextField("拟调整的工作标准", blank=True)
    # In the unit's words: a deadline, units.
    other = models.CharField("其他调整内容", max_length=REASON_LIMIT, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=AdjustmentState, default=AdjustmentState.REQUESTED
    )

    objects = AdjustmentQuerySet.as_manager()

    class Meta(UnitRequest.Meta):
        verbose_name = verbose_name_plural = "调整申请"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "unit"],
                condition=Q(state=AdjustmentState.REQUESTED),
                name="one_open_adjustment_request",
            ),
            models.CheckConstraint(
                condition=Q(state__in=AdjustmentState.values), name="adjustment_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(standard="", other=""), name="adjustment_asks_something"
            ),
            models.CheckConstraint(
                condition=Q(standard__length__lte=TEXT_LIMIT),
                name="adjustment_standard_within_limit",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=AdjustmentState.REQUESTED,
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                )
                | (
                    ~Q(state=AdjustmentState.REQUESTED)
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decision_reason="")
                ),
                name="adjustment_decided_by_someone_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.item}"

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.item.goal.plan.district_id, self.item_id, self.unit_id)

    @property
    def is_waiting(self) -> bool:
        return self.state == AdjustmentState.REQUESTED


def with_requests(items: Rows) -> Rows:
    """Annotate was_asked_about: most items never were, and their page need not look."""
    requests = Adjustment.objects.filter(item=models.OuterRef("pk"))
    return items.annotate(was_asked_about=models.Exists(requests))
