"""What a closed quarter consisted of (docs/decisions/0017): written once, when it first closes.

Each row is a copy of one row of the catalogue, with its facts as they stood and the key of
the row that it was copied from. Nothing changes it afterwards; only what followed from the
quarter's own entries (`kept_change`, `kept_stalled`) is written anew when a reopened quarter
closes again.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from targets.choices import Duty, ItemChange
from targets.models.catalogue import (
    Goal,
    GoalFacts,
    Item,
    ItemFacts,
    Status,
    StatusFacts,
)
from targets.models.periods import Period
from targets.models.units import Unit


class KeptGoal(GoalFacts):
    """A goal as the quarter had it."""

    period = models.ForeignKey(Period, models.CASCADE, related_name="kept_goals")
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="kept")

    class Meta(GoalFacts.Meta):
        verbose_name = verbose_name_plural = "留存的目标"
        constraints = [
            models.UniqueConstraint(fields=["period", "goal"], name="goal_kept_once"),
        ]


class KeptUnit(models.Model):
    """A unit of the district as it was called when the quarter closed, and its place."""

    period = models.ForeignKey(Period, models.CASCADE, related_name="kept_units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="kept")
    name = models.CharField("单位名称", max_length=100)
    order = models.PositiveSmallIntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "留存的单位"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["period", "unit"], name="unit_kept_once"),
        ]

    def __str__(self) -> str:
        return self.name


class KeptStatus(StatusFacts):
    """A status as the quarter was counted with it."""

    period = models.ForeignKey(Period, models.CASCADE, related_name="kept_statuses")
    status = models.ForeignKey(Status, models.PROTECT, related_name="kept")

    class Meta(StatusFacts.Meta):
        verbose_name = verbose_name_plural = "留存的完成状态"
        constraints = [
            models.UniqueConstraint(fields=["period", "status"], name="status_kept_once"),
        ]


class KeptItem(ItemFacts):
    """An item as the quarter had it; whatever else a quarter keeps of an item joins here."""

    period = models.ForeignKey(Period, models.CASCADE, related_name="kept_items")
    item = models.ForeignKey(Item, models.PROTECT, related_name="kept")
    goal = models.ForeignKey(KeptGoal, models.CASCADE, related_name="items")
    # None: the item owed nothing in the quarter and carried nothing over.
    entry = models.OneToOneField("targets.Entry", models.PROTECT, related_name="kept", null=True)
    # The item's own portfolio leader, else its first lead unit's, as the account was called.
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    leader_name = models.CharField("分管领导", max_length=50, blank=True)
    leader_username = models.CharField("分管领导账号", max_length=50, blank=True)
    # Against the quarter before, as it then stood.
    kept_change = models.CharField("较上季度", max_length=10, choices=ItemChange, blank=True)
    kept_stalled = models.BooleanField("两季度无进展", default=False)

    class Meta(ItemFacts.Meta):
        verbose_name = verbose_name_plural = "留存的事项"
        constraints = [
            models.UniqueConstraint(fields=["period", "item"], name="item_kept_once"),
            models.CheckConstraint(
                condition=Q(kept_change__in=["", *ItemChange.values]), name="kept_change_known"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("targets:item", args=[self.item_id])


class KeptResponsibility(models.Model):
    """A unit's part in an item as the quarter had it."""

    item = models.ForeignKey(KeptItem, models.CASCADE, related_name="responsibilities")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="kept_responsibilities")
    # As the quarter's documents print it: the unit's name, or what was published before.
    printed_name = models.CharField("印出的名称", max_length=100)
    duty = models.CharField("职责", max_length=10, choices=Duty)
    order = models.PositiveSmallIntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "留存的责任单位"
        # "lead" sorts before "supporting".
        ordering = ["duty", "order"]
        constraints = [
            models.UniqueConstraint(fields=["item", "unit"], name="kept_unit_once_in_item"),
            models.CheckConstraint(condition=Q(duty__in=Duty.values), name="kept_duty_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_duty_display()}：{self.unit}"
