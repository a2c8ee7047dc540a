"""What a year sets out to do, and who answers for it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from targets import choices, querysets
from targets.rules import REASON_LIMIT, goal_label, item_label


class KeyManager(models.Manager):
    """A manager that finds a row by its natural key, so that fixtures name no numbers."""

    key_fields: tuple[str, ...] = ()

    def get_by_natural_key(self, *values: object) -> models.Model:
        return self.get(**dict(zip(self.key_fields, values, strict=True)))


def manager(queryset: type[models.QuerySet], *key_fields: str) -> models.Manager:
    """Return a manager with the queryset's verbs that looks rows up by the key fields."""
    name = f"{queryset.__name__}Manager"
    base = KeyManager.from_queryset(queryset, class_name=name)
    made = base()
    made.key_fields = key_fields
    # Migrations must not serialise it: history needs no verbs.
    made.use_in_migrations = False
    return made


class District(models.Model):
    """A district government; plans, units and accounts belong to one."""

    code = models.CharField("行政区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=50)
    office_name = models.CharField("督查机构全称", max_length=100)
    requires_sign_off = models.BooleanField(
        "印发前须核稿、签发",
        default=False,
        help_text="开启后，督查通报须由一人核稿、另一人签发，方可印发。",
    )

    objects = manager(models.QuerySet, "code")

    class Meta:
        verbose_name = verbose_name_plural = "区"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple:
        return (self.code,)


class Unit(models.Model):
    """A government body that leads or supports items."""

    district = models.ForeignKey(District, models.PROTECT, verbose_name="区", related_name="units")
    name = models.CharField("单位名称", max_length=100)
    # Sorting by the sound of a name goes wrong (长宁, 重庆): units carry their order.
    order = models.PositiveSmallIntegerField("排序")
    # Chasing is done by telephone.
    contact_name = models.CharField("联络员", max_length=50, blank=True)
    contact_phone = models.CharField("联络电话", max_length=50, blank=True)
    portfolio_leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="分管领导",
        related_name="portfolio_units",
        null=True,
        blank=True,
        limit_choices_to={"role": choices.Role.LEADER},
    )
    # A rename or merger: from that day the successor takes over the open work.
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="承接单位",
        related_name="predecessors",
        null=True,
        blank=True,
    )
    superseded_on = models.DateField("撤并更名日期", null=True, blank=True)

    objects = manager(querysets.UnitQuerySet, "district__code", "name")

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"],
                name="unit_name_once_in_district",
                violation_error_message="本区已有同名单位。",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True, superseded_on__isnull=True)
                | Q(successor__isnull=False, superseded_on__isnull=False),
                name="unit_succession_dated",
                violation_error_message="承接单位与撤并更名日期须同时填写。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple:
        return (*self.district.natural_key(), self.name)

    natural_key.dependencies = ["targets.district"]


class UnitAlias(models.Model):
    """Another name under which documents print a unit."""

    unit = models.ForeignKey(Unit, models.CASCADE, verbose_name="单位", related_name="aliases")
    name = models.CharField("别名", max_length=100)

    objects = manager(models.QuerySet, "unit__district__code", "unit__name", "name")

    class Meta:
        verbose_name = verbose_name_plural = "单位别名"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="alias_once_a_unit"),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple:
        return (*self.unit.natural_key(), self.name)

    natural_key.dependencies = ["targets.unit"]


class Status(models.Model):
    """A verdict that the office may give an item: 已完成, 正在推进, and what it adds."""

    district = models.ForeignKey(
        District, models.PROTECT, verbose_name="区", related_name="statuses"
    )
    name = models.CharField("状态名称", max_length=20)
    clause = models.CharField(
        "通报用语",
        max_length=30,
        help_text="通报正文中项数之前的用语，如“已完成年度目标任务的”“正在推进的”。",
    )
    is_completed = models.BooleanField("计为完成", default=False)
    order = models.PositiveSmallIntegerField("排序")
    color = models.CharField(
        "颜色", max_length=10, choices=choices.Color, default=choices.Color.BLUE
    )

    objects = manager(querysets.DistrictQuerySet, "district__code", "name")

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
            models.CheckConstraint(
                condition=Q(color__in=choices.Color.values), name="status_color_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple:
        return (*self.district.natural_key(), self.name)

    natural_key.dependencies = ["targets.district"]


class Plan(models.Model):
    """A year's breakdown of the Government Work Report (责任分解方案)."""

    district = models.ForeignKey(District, models.PROTECT, verbose_name="区", related_name="plans")
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField(
        "任务名称",
        max_length=100,
        help_text="通报标题与正文中的名称，如“2020年区《政府工作报告》确定的主要目标任务”。",
    )
    # A published plan may count units that it does not name; the office sees both figures.
    stated_unit_total = models.PositiveSmallIntegerField(
        "方案所称责任单位数", null=True, blank=True
    )

    objects = manager(querysets.DistrictQuerySet, "district__code", "year")

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

    def natural_key(self) -> tuple:
        return (*self.district.natural_key(), self.year)

    natural_key.dependencies = ["targets.district"]


class Goal(models.Model):
    """A numbered goal (目标) of a plan."""

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="年度任务", related_name="goals")
    number = models.PositiveSmallIntegerField("序号")
    name = models.CharField("目标名称", max_length=100)

    objects = manager(querysets.GoalQuerySet, "plan__district__code", "plan__year", "number")

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

    def __str__(self) -> str:
        return goal_label(self.number, self.name)

    def natural_key(self) -> tuple:
        return (*self.plan.natural_key(), self.number)

    natural_key.dependencies = ["targets.plan"]


class Item(models.Model):
    """A responsibility item (责任事项): one standard, one or several lead units."""

    goal = models.ForeignKey(Goal, models.PROTECT, verbose_name="目标", related_name="items")
    number = models.PositiveSmallIntegerField("事项序号")
    is_numbered = models.BooleanField(
        "印出序号", default=True, help_text="目标下只有一项且原文未编号时，不印（1）。"
    )
    standard = models.TextField("工作标准")
    outcome = models.CharField(
        "年度结果",
        max_length=12,
        choices=choices.ItemOutcome,
        default=choices.ItemOutcome.LIVE,
    )
    cancelled_reason = models.CharField("取消原因", max_length=REASON_LIMIT, blank=True)
    stays_counted = models.BooleanField(
        "仍计入总数", default=True, help_text="事项取消后是否仍计入总项数。"
    )
    portfolio_leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="分管领导",
        related_name="portfolio_items",
        null=True,
        blank=True,
        limit_choices_to={"role": choices.Role.LEADER},
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

    objects = manager(
        querysets.ItemQuerySet,
        "goal__plan__district__code",
        "goal__plan__year",
        "goal__number",
        "number",
    )

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
                condition=Q(outcome__in=choices.ItemOutcome.values), name="item_outcome_known"
            ),
            models.CheckConstraint(
                condition=(Q(outcome=choices.ItemOutcome.CANCELLED) & ~Q(cancelled_reason=""))
                | (
                    ~Q(outcome=choices.ItemOutcome.CANCELLED)
                    & Q(cancelled_reason="", stays_counted=True)
                ),
                name="item_cancelled_with_reason",
                violation_error_message="取消的事项须写明原因；未取消的事项计入总数且不写取消原因。",
            ),
        ]

    def __str__(self) -> str:
        return item_label(self.goal.number, self.number, self.is_numbered)

    def get_absolute_url(self) -> str:
        return reverse("targets:item", args=[self.pk])

    @property
    def label(self) -> str:
        """The number as documents print it, （1）; a goal's single item may have none."""
        return f"（{self.number}）" if self.is_numbered else ""

    def natural_key(self) -> tuple:
        return (*self.goal.natural_key(), self.number)

    natural_key.dependencies = ["targets.goal"]


class Responsibility(models.Model):
    """One unit's part in one item. The first lead consolidates (汇总单位)."""

    item = models.ForeignKey(
        Item, models.CASCADE, verbose_name="责任事项", related_name="responsibilities"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name="单位", related_name="responsibilities"
    )
    duty = models.CharField("职责", max_length=10, choices=choices.Duty, default=choices.Duty.LEAD)
    order = models.PositiveSmallIntegerField("排序", default=1)

    objects = manager(
        models.QuerySet,
        "item__goal__plan__district__code",
        "item__goal__plan__year",
        "item__goal__number",
        "item__number",
        "unit__name",
    )

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
                condition=Q(duty__in=choices.Duty.values), name="responsibility_duty_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_duty_display()}：{self.unit}"

    def natural_key(self) -> tuple:
        return (*self.item.natural_key(), self.unit.name)

    natural_key.dependencies = ["targets.item", "targets.unit"]
