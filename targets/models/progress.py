"""A quarter's reporting: the period, an entry for each item, a contribution for each unit."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.urls import reverse

from targets import querysets
from targets.choices import ContributionState, Duty, EntryOrigin, PeriodState
from targets.models.catalogue import Item, Plan, Status, Unit, manager
from targets.quarters import NAMES, Quarter
from targets.rules import REASON_LIMIT, TEXT_LIMIT

models.TextField.register_lookup(Length)


class Period(models.Model):
    """A quarter of a plan that units report on (填报期)."""

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="年度任务", related_name="periods")
    number = models.PositiveSmallIntegerField("季度", choices=list(NAMES.items()))
    state = models.CharField("状态", max_length=10, choices=PeriodState, default=PeriodState.DRAFT)
    # Through 23:59:59 Asia/Shanghai of the day (targets.rules.due_until).
    due_on = models.DateField("填报截止", null=True, blank=True)
    remind_days = models.PositiveSmallIntegerField(
        "提前提醒天数", default=7, help_text="截止前几天起，在单位首页提示。"
    )
    head_signs = models.BooleanField("须经单位主要领导审阅", default=False)
    evidence_required = models.BooleanField("须附佐证材料", default=False)

    objects = manager(querysets.PeriodQuerySet, "plan__district__code", "plan__year", "number")

    class Meta:
        verbose_name = verbose_name_plural = "季度"
        ordering = ["-plan__year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="period_once_a_quarter"),
            models.CheckConstraint(
                condition=Q(number__in=NAMES), name="period_number_is_a_quarter"
            ),
            models.CheckConstraint(
                condition=Q(state__in=PeriodState.values), name="period_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=PeriodState.DRAFT) | Q(due_on__isnull=False),
                name="opened_period_has_due_date",
            ),
        ]

    def __str__(self) -> str:
        return self.quarter.name

    @property
    def quarter(self) -> Quarter:
        """The quarter with its names; reads the plan's year."""
        return Quarter(self.plan.year, self.number)

    @property
    def code(self) -> str:
        """As URLs and commands write it: 2020Q1."""
        return str(self.quarter)

    @property
    def is_open(self) -> bool:
        return self.state == PeriodState.OPEN

    def natural_key(self) -> tuple:
        return (*self.plan.natural_key(), self.number)

    natural_key.dependencies = ["targets.plan"]


class Entry(models.Model):
    """One item in one quarter (季度完成情况): the contributions inside it, and the judgement.

    Status and approved text are the office's alone; no unit's write reaches them.
    """

    period = models.ForeignKey(Period, models.PROTECT, verbose_name="季度", related_name="entries")
    item = models.ForeignKey(Item, models.PROTECT, verbose_name="责任事项", related_name="entries")
    origin = models.CharField(
        "来源", max_length=10, choices=EntryOrigin, default=EntryOrigin.REPORTED
    )
    status = models.ForeignKey(
        Status,
        models.PROTECT,
        verbose_name="完成状态",
        related_name="entries",
        null=True,
        blank=True,
    )
    approved_text = models.TextField("核定表述", blank=True)
    approved_at = models.DateTimeField("核定时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="核定人",
        related_name="+",
        null=True,
        blank=True,
    )
    # Set while a judged entry is reviewed anew: figures keep what was last approved.
    reopened_at = models.DateTimeField("重新审核自", null=True, blank=True)
    # Raised by every change inside the entry, so that nobody approves what they were not shown.
    version = models.PositiveIntegerField("版本", default=1)

    objects = manager(
        querysets.EntryQuerySet,
        "period__plan__district__code",
        "period__plan__year",
        "period__number",
        "item__goal__number",
        "item__number",
    )

    class Meta:
        verbose_name = verbose_name_plural = "季度完成情况"
        ordering = ["item__goal__number", "item__number"]
        constraints = [
            models.UniqueConstraint(fields=["period", "item"], name="entry_once_a_period"),
            models.CheckConstraint(
                condition=Q(origin__in=EntryOrigin.values), name="entry_origin_known"
            ),
            # A text printed elsewhere, or carried from last quarter, names no approver here.
            models.CheckConstraint(
                condition=Q(
                    status__isnull=True,
                    approved_text="",
                    approved_at__isnull=True,
                    approved_by__isnull=True,
                    reopened_at__isnull=True,
                    origin=EntryOrigin.REPORTED,
                )
                | Q(status__isnull=False, approved_at__isnull=False, approved_by__isnull=False)
                | Q(
                    status__isnull=False,
                    approved_at__isnull=True,
                    approved_by__isnull=True,
                    origin__in=[EntryOrigin.PUBLISHED, EntryOrigin.CARRIED],
                ),
                name="entry_judged_whole_or_not_at_all",
            ),
            models.CheckConstraint(
                condition=Q(approved_text__length__lte=TEXT_LIMIT),
                name="approved_text_within_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.item}"

    def get_absolute_url(self) -> str:
        return reverse("targets:review-entry", args=[self.pk])

    @property
    def is_judged(self) -> bool:
        return self.status_id is not None

    @property
    def in_rereview(self) -> bool:
        return self.reopened_at is not None

    def natural_key(self) -> tuple:
        return (*self.period.natural_key(), self.item.goal.number, self.item.number)

    natural_key.dependencies = ["targets.period", "targets.item", "targets.status"]


class Contribution(models.Model):
    """One unit's own text on one entry (单位填报内容); the office never edits it."""

    entry = models.ForeignKey(
        Entry, models.PROTECT, verbose_name="季度完成情况", related_name="contributions"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name="单位", related_name="contributions"
    )
    duty = models.CharField("职责", max_length=10, choices=Duty, default=Duty.LEAD)
    order = models.PositiveSmallIntegerField("排序", default=1)
    state = models.CharField(
        "状态",
        max_length=12,
        choices=ContributionState,
        default=ContributionState.NOT_STARTED,
    )
    text = models.TextField("本单位完成情况", blank=True)
    # The first lead's text for the whole item (汇总稿); its own field, beside its own part.
    consolidated_text = models.TextField("汇总稿", blank=True)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="保存人",
        related_name="+",
        null=True,
        blank=True,
    )
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="报送人",
        related_name="+",
        null=True,
        blank=True,
    )
    # 单位主要领导审阅: who agreed, and when, where the office requires it.
    head_name = models.CharField("审阅领导", max_length=50, blank=True)
    head_agreed_on = models.DateField("审阅日期", null=True, blank=True)
    # 代填: the office wrote for a unit that could not.
    entered_by_office = models.BooleanField("督查室代填", default=False)
    return_reason = models.CharField("退回原因", max_length=REASON_LIMIT, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = querysets.ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位填报内容"
        ordering = ["duty", "order"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "unit"], name="contribution_once_a_unit"),
            models.CheckConstraint(
                condition=Q(state__in=ContributionState.values), name="contribution_state_known"
            ),
            models.CheckConstraint(
                condition=Q(duty__in=Duty.values), name="contribution_duty_known"
            ),
            models.CheckConstraint(
                condition=Q(saved_at__isnull=True, saved_by__isnull=True)
                | Q(saved_at__isnull=False, saved_by__isnull=False),
                name="contribution_saved_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="contribution_submitted_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(head_name="", head_agreed_on__isnull=True)
                | (~Q(head_name="") & Q(head_agreed_on__isnull=False)),
                name="head_agreed_with_name_and_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ContributionState.SUBMITTED, ContributionState.APPROVED])
                | (Q(submitted_at__isnull=False) & ~Q(text="")),
                name="submitted_contribution_has_text",
            ),
            models.CheckConstraint(
                condition=~Q(state=ContributionState.RETURNED) | ~Q(return_reason=""),
                name="returned_contribution_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    text__length__lte=TEXT_LIMIT, consolidated_text__length__lte=TEXT_LIMIT
                ),
                name="contribution_text_within_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.unit}"

    def get_absolute_url(self) -> str:
        return reverse("targets:edit-contribution", args=[self.pk])

    @property
    def is_lead(self) -> bool:
        return self.duty == Duty.LEAD

    @property
    def consolidates(self) -> bool:
        """Whether this unit is the first lead, which may write the item's joint text."""
        return self.is_lead and self.order == 1
