"""What a lead unit asks the office to change in one of its items (调整申请)."""

from typing import Self

from django.db import models
from django.db.models import Q

from targets.choices import AdjustmentState
from targets.models.base import Place, Rows
from targets.models.catalogue import Item
from targets.models.requests import RequestQuerySet, UnitRequest
from targets.models.units import Unit
from targets.rules import REASON_LIMIT, TEXT_LIMIT


class AdjustmentQuerySet(RequestQuerySet["Adjustment"]):
    district_path = "item__goal__plan__district_id"

    def in_state(self, state: str) -> Self:
        """Keep those in a state; all of them, where it is no state."""
        return self.filter(state=state) if state in AdjustmentState else self

    def with_names(self) -> Self:
        """Fetch what a page needs to name the request: unit, item, goal, plan, and who decided."""
        return self.select_related("unit", "item__goal__plan", "requested_by", "decided_by")

    def locked(self) -> Self:
        """Lock the rows, with all that an event and a letter about them name."""
        return self.select_for_update(of=("self",)).select_related(
            "item__goal__plan", "unit__district", "unit__successor__successor"
        )


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

    states = AdjustmentState
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
                    & (Q(state=AdjustmentState.WITHDRAWN) | ~Q(decision_reason=""))
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
    def about(self) -> str:
        """What it is about, as letters name it."""
        return f"{self.item.goal.plan}{self.item.quoted_title}"

    def facts(self) -> dict[str, object]:
        """Return what the trail says of it."""
        return {"state": self.state, "standard": self.standard, "other": self.other}


def with_requests(items: Rows) -> Rows:
    """Annotate was_asked_about: most items never were, and their page need not look."""
    requests = Adjustment.objects.filter(item=models.OuterRef("pk"))
    return items.annotate(was_asked_about=models.Exists(requests))
