"""What a year sets out to do, and who answers for it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from targets.choices import Color, Duty, ItemOutcome, Role
from targets.models.base import (
    DistrictQuerySet,
    KeyedQuerySet,
    NaturalKey,
    Place,
    Row,
    loaded_after,
)
from targets.models.units import District, Unit
from targets.models.wording import holds
from targets.rules import REASON_LIMIT, goal_label, item_label, item_title, quoted


class StatusFacts(models.Model):
    """What a status says; a closed quarter keeps its own copy (KeptStatus)."""

    name = models.CharField("状态名称", max_length=20)
    clause = models.CharField(
        "通报用语",
        max_length=30,
        help_text="通报正文中项数之前的用语，如“已完成年度目标任务的”“正在推进的”。",
    )
    is_completed = models.BooleanField("计为完成", default=False)
    order = models.PositiveSmallIntegerField("排序")
    color = models.CharField("颜色", max_length=10, choices=Color, default=Color.BLUE)

    class Meta:
        abstract = True
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class StatusQuerySet(DistrictQuerySet[Row]):
    key_fields = ("district__code", "name")


class Status(StatusFacts):
    """A verdict that the office may give an item: 已完成, 正在推进, and what it adds."""

    district = models.ForeignKey(
        District, models.PROTECT, verbose_name="区", related_name="statuses"
    )

    objects = StatusQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "完成状态"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"],
                name="status_name_once_in_district",
                violation_error_message="已有同名状态。",
            ),
            models.UniqueConstraint(
                fields=["district", "order"],
                name="status_order_once_in_district",
                violation_error_message="排序号已被其他状态使用。",
            ),
            models.CheckConstraint(condition=Q(color__in=Color.values), name="status_color_known"),
        ]

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.district_id)

    @loaded_after("targets.district")
    def natural_key(self) -> NaturalKey:
        return (*self.district.natural_key(), self.name)


class PlanQuerySet(DistrictQuerySet["Plan"]):
    key_fields = ("district__code", "year")


class Plan(models.Model):
    """A year's breakdown of the Government Work Report (责任分解方案)."""

    district = models.ForeignKey(District, models.PROTECT, verbose_name="区", related_name="plans")
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField(
        "任务名称",
        max_length=100,
        help_text="通报标题与正文中的名称，如“2020年区《政府工作报告》确定的主要目标任务”。",
    )
    # 左右 is met within this part of the target; from as far ahead of pace on it is 超进度.
    pace_margin = models.DecimalField(
        "“左右”的幅度（%）", max_digits=4, decimal_places=1, default=Decimal(5)
    )
    # A published plan may count units that it does not name; the office sees both figures.
    stated_unit_total = models.PositiveSmallIntegerField(
        "方案所称责任单位数", null=True, blank=True
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度任务"
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "year"],
                name="plan_once_a_year",
                violation_error_message="该年度已有任务方案。",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2099), name="plan_year_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年度任务"

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.district_id)

    @loaded_after("targets.district")
    def natural_key(self) -> NaturalKey:
        return (*self.district.natural_key(), self.year)


class GoalQuerySet(DistrictQuerySet[Row]):
    district_path = "plan__district_id"
    key_fields = ("plan__district__code", "plan__year", "number")


class GoalFacts(models.Model):
    """What a goal is called; a closed quarter keeps its own copy (KeptGoal)."""

    number = models.PositiveSmallIntegerField("序号")
    name = models.CharField("目标名称", max_length=100)

    class Meta:
        abstract = True
        ordering = ["number"]

    def __str__(self) -> str:
        return goal_label(self.number, self.name)


class Goal(GoalFacts):
    """A numbered goal (目标) of a plan."""

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="年度任务", related_name="goals")

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "目标"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="goal_number_once_in_plan",
                violation_error_message="该年度已有此序号的目标。",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="goal_number_positive"),
        ]

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.plan.district_id)

    @loaded_after("targets.plan")
    def natural_key(self) -> NaturalKey:
        return (*self.plan.natural_key(), self.number)


class LineQuerySet(DistrictQuerySet[Row]):
    """Items as they are today, or as a quarter kept them: what both can be asked."""

    def in_print_order(self) -> Self:
        """Order as the annex prints them: goal, then item."""
        return self.order_by("goal__number", "number")

    def holding(self, words: Iterable[str]) -> Self:
        """Keep the items that hold every word in their standard or their goal's name."""
        rows = self
        for word in words:
            rows = rows.filter(Q(holds("standard", word)) | Q(holds("goal__name", word)))
        return rows

    # An item names a unit once (a constraint), so these joins double no row.

    def of_unit(self, unit_id: int) -> Self:
        """Keep the items in which the unit has a part."""
        return self.filter(responsibilities__unit_id=unit_id)

    def led_by(self, unit_id: int) -> Self:
        """Keep the items that the unit leads, alone or with others."""
        return self.filter(responsibilities__unit_id=unit_id, responsibilities__duty=Duty.LEAD)

    def supported_by(self, unit_id: int) -> Self:
        """Keep the items that the unit supports."""
        return self.filter(
            responsibilities__unit_id=unit_id, responsibilities__duty=Duty.SUPPORTING
        )

    def with_leader(self) -> Self:
        """Add leader_id, leader_name and leader_username.

        The item's own portfolio leader, else its first lead unit's.
        """
        leads = Responsibility.objects.filter(item_id=OuterRef("pk"), duty=Duty.LEAD)

        def own_or_units(name: str, output: "models.Field[Any, Any]") -> Coalesce:
            units = leads.order_by("order").values(f"unit__portfolio_leader{name}")
            return Coalesce(f"portfolio_leader{name}", Subquery(units[:1]), output_field=output)

        return self.annotate(
            leader_id=own_or_units("_id", models.BigIntegerField()),
            leader_name=own_or_units("__name", models.CharField()),
            leader_username=own_or_units("__username", models.CharField()),
        )


class ItemQuerySet(LineQuerySet["Item"]):
    """Items as they are; joined with their entry of one period they are `questions.items_in`."""

    district_path = "goal__plan__district_id"
    key_fields = ("goal__plan__district__code", "goal__plan__year", "goal__number", "number")


class ItemFacts(models.Model):
    """What an item is; a closed quarter keeps its own copy (KeptItem)."""

    number = models.PositiveSmallIntegerField("事项序号")
    is_numbered = models.BooleanField(
        "印出序号", default=True, help_text="目标下只有一项且原文未编号时，不印（1）。"
    )
    standard = models.TextField("工作标准")
    outcome = models.CharField(
        "年度结果",
        max_length=12,
        choices=ItemOutcome,
        default=ItemOutcome.LIVE,
    )
    cancelled_reason = models.CharField("取消原因", max_length=REASON_LIMIT, blank=True)
    stays_counted = models.BooleanField(
        "仍计入总数", default=True, help_text="事项取消后是否仍计入总项数。"
    )

    goal: "models.ForeignKey[GoalFacts, GoalFacts]"  # as its quarter has it

    class Meta:
        abstract = True
        ordering = ["goal__number", "number"]

    def __str__(self) -> str:
        return item_label(self.goal.number, self.number, self.is_numbered)

    @property
    def title(self) -> str:
        """How a page of its own is titled: the number and its standard in few words."""
        return f"{self} {item_title(self.standard)}"

    @property
    def quoted_title(self) -> str:
        return quoted(self.title)

    @property
    def label(self) -> str:
        """The number as documents print it, （1）; a goal's single item may have none."""
        return f"（{self.number}）" if self.is_numbered else ""


class Item(ItemFacts):
    """A responsibility item (责任事项): one standard, one or several lead units."""

    goal = models.ForeignKey(Goal, models.PROTECT, verbose_name="目标", related_name="items")
    portfolio_leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="分管领导",
        related_name="portfolio_items",
        null=True,
        blank=True,
        limit_choices_to={"role": Role.LEADER},
        help_text="不填则按牵头单位的分管领导。",
    )
    carried_from = models.OneToOneField(
        "self",
        models.PROTECT,
        verbose_name="结转自",
        related_name="carried_into",
        null=True,
        blank=True,
    )
    units = models.ManyToManyField(
        Unit, through="Responsibility", verbose_name="责任单位", related_name="items"
    )

    was_asked_about: bool  # by with_requests

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "责任事项"
        ordering = ["goal__number", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["goal", "number"],
                name="item_number_once_in_goal",
                violation_error_message="该目标下已有此序号的事项。",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="item_number_positive"),
            models.CheckConstraint(
                condition=Q(outcome__in=ItemOutcome.values), name="item_outcome_known"
            ),
            models.CheckConstraint(
                condition=(Q(outcome=ItemOutcome.CANCELLED) & ~Q(cancelled_reason=""))
                | (~Q(outcome=ItemOutcome.CANCELLED) & Q(cancelled_reason="", stays_counted=True)),
                name="item_cancelled_with_reason",
                violation_error_message="取消的事项须写明原因；未取消的事项计入总数且不写取消原因。",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("targets:item", args=[self.pk])

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.goal.plan.district_id, self.pk)

    @loaded_after("targets.goal")
    def natural_key(self) -> NaturalKey:
        return (*self.goal.natural_key(), self.number)


class ResponsibilityQuerySet(KeyedQuerySet[Row]):
    key_fields = (
        "item__goal__plan__district__code",
        "item__goal__plan__year",
        "item__goal__number",
        "item__number",
        "unit__name",
    )


class Responsibility(models.Model):
    """One unit's part in one item. The first lead consolidates (汇总单位)."""

    item = models.ForeignKey(
        Item, models.CASCADE, verbose_name="责任事项", related_name="responsibilities"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name="单位", related_name="responsibilities"
    )
    duty = models.CharField("职责", max_length=10, choices=Duty, default=Duty.LEAD)
    order = models.PositiveSmallIntegerField("排序", default=1)

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "责任单位"
        # "lead" sorts before "supporting".
        ordering = ["duty", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "unit"],
                name="unit_once_in_item",
                violation_error_message="同一单位在一个事项中只能出现一次。",
            ),
            models.UniqueConstraint(
                fields=["item", "duty", "order"],
                name="responsibility_order_once",
                violation_error_message="同一事项的牵头（配合）单位排序不能相同。",
            ),
            models.CheckConstraint(condition=Q(order__gte=1), name="responsibility_order_positive"),
            models.CheckConstraint(
                condition=Q(duty__in=Duty.values), name="responsibility_duty_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_duty_display()}：{self.unit}"

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.item.goal.plan.district_id, self.item_id, self.unit_id)

    @loaded_after("targets.item", "targets.unit")
    def natural_key(self) -> NaturalKey:
        return (*self.item.natural_key(), self.unit.name)
