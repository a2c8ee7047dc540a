"""Promises as numbers: what an item is measured by, and the values of each quarter."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from targets.choices import (
    Comparison,
    Duty,
    IndicatorKind,
    IndicatorState,
    Light,
    PaceKind,
    ValueOrigin,
)
from targets.models.base import DistrictQuerySet, Place, both_or_neither
from targets.models.catalogue import Item
from targets.models.contributions import Contribution
from targets.models.periods import Period
from targets.models.units import Unit
from targets.pace import MARGIN, Verdict, in_kept_digits
from targets.quarters import NAMES
from targets.reading.plain import shown_number
from targets.reading.signs import fall_text, is_fall
from targets.rules import REASON_LIMIT

# Exact: from one yuan in 亿元 to a plan's billions.
DIGITS, PLACES = 24, 8
WORDS_LIMIT = 300  # characters of the words that a number was read from


class IndicatorQuerySet(DistrictQuerySet["Indicator"]):
    district_path = "item__goal__plan__district_id"

    def live(self) -> Self:
        """Keep what is accepted and not ended: what a report is asked for today."""
        return self.filter(state=IndicatorState.ACCEPTED)

    def of_period(self, period: Period) -> Self:
        """Keep what the period is measured by: today's, or what it kept when it closed."""
        kept = IndicatorValue.objects.filter(period=period, is_kept=True)
        is_live = Q(state=IndicatorState.ACCEPTED) & ~Exists(kept)
        return self.filter(
            is_live | Q(pk__in=kept.values("indicator")),
            item__goal__plan_id=period.plan_id,
        )

    def with_reporter(self, period: Period) -> Self:
        """Tell of each whether the unit that it names leads its item in the period."""
        leads = Contribution.objects.filter(
            entry__period=period,
            entry__item=OuterRef("item"),
            unit=OuterRef("unit"),
            duty=Duty.LEAD,
        )
        return self.annotate(is_reporter_there=Exists(leads))


class Indicator(models.Model):
    """One number that an item's standard promises (指标), or a step to be reached (节点).

    Once accepted it does not change: a correction ends it and puts another in its place, so a
    closed quarter is still judged by what was promised then.
    """

    item = models.ForeignKey(
        Item, models.CASCADE, verbose_name="责任事项", related_name="indicators"
    )
    order = models.PositiveSmallIntegerField("排序", default=1)
    name = models.CharField("指标名称", max_length=100)
    kind = models.CharField("类型", max_length=12, choices=IndicatorKind)
    measure = models.CharField("计量单位", max_length=20, blank=True)
    comparison = models.CharField(
        "比较方式", max_length=10, choices=Comparison, default=Comparison.AT_LEAST
    )
    target = models.DecimalField(
        "目标值", max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True
    )
    target_high = models.DecimalField(
        "区间上限", max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        verbose_name="填报单位",
        related_name="indicators",
        null=True,
        blank=True,
        help_text="不填则由第一牵头单位填报。",
    )
    note = models.CharField("口径说明", max_length=200, blank=True)
    pace = models.CharField("序时进度", max_length=10, choices=PaceKind, default=PaceKind.EVEN)
    # Per cent of the target due at the end of each quarter.
    curve = models.JSONField("自定进度", null=True, blank=True)
    margin = models.DecimalField("左右的幅度（%）", max_digits=4, decimal_places=1, default=MARGIN)
    due_quarter = models.PositiveSmallIntegerField(
        "到期季度", choices=list(NAMES.items()), null=True, blank=True
    )
    # The words of the standard, as standard[source_start:source_end].
    source_words = models.CharField("标准原文", max_length=WORDS_LIMIT, blank=True)
    source_start = models.PositiveIntegerField("原文起点", null=True, blank=True)
    source_end = models.PositiveIntegerField("原文终点", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=IndicatorState)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="提出人",
        related_name="+",
        null=True,
        blank=True,
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="决定人",
        related_name="+",
        null=True,
        blank=True,
    )
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    ended_reason = models.CharField("终止原因", max_length=REASON_LIMIT, blank=True)

    objects = IndicatorQuerySet.as_manager()

    is_reporter_there: bool  # of rows `with_reporter`

    class Meta:
        verbose_name = verbose_name_plural = "指标"
        ordering = ["item__goal__number", "item__number", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=IndicatorKind.values), name="indicator_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(comparison__in=Comparison.values), name="indicator_comparison_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=IndicatorState.values), name="indicator_state_known"
            ),
            models.CheckConstraint(
                condition=Q(pace__in=PaceKind.values), name="indicator_pace_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind=IndicatorKind.MILESTONE, target__isnull=True, due_quarter__isnull=False
                )
                | (
                    ~Q(kind=IndicatorKind.MILESTONE)
                    & Q(target__isnull=False, due_quarter__isnull=True)
                    & ~Q(measure="")
                ),
                name="indicator_has_target_or_quarter",
                violation_error_message="指标须有目标值和计量单位；节点须有到期季度。",
            ),
            models.CheckConstraint(
                # A comparison with NULL would pass as unknown.
                condition=Q(
                    comparison=Comparison.RANGE,
                    target_high__isnull=False,
                    target_high__gt=models.F("target"),
                )
                | (~Q(comparison=Comparison.RANGE) & Q(target_high__isnull=True)),
                name="indicator_range_has_two_ends",
                violation_error_message="区间须有上限，且大于下限；其他比较方式没有上限。",
            ),
            models.CheckConstraint(
                condition=Q(pace=PaceKind.CURVE, curve__isnull=False)
                | (~Q(pace=PaceKind.CURVE) & Q(curve__isnull=True)),
                name="indicator_curve_with_its_pace",
            ),
            models.CheckConstraint(
                condition=both_or_neither("source_start", "source_end"),
                name="indicator_words_have_two_ends",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=IndicatorState.PROPOSED, decided_at__isnull=True, decided_by__isnull=True
                )
                | (
                    ~Q(state=IndicatorState.PROPOSED)
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                ),
                name="indicator_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(state=IndicatorState.ENDED, ended_at__isnull=False)
                | (~Q(state=IndicatorState.ENDED) & Q(ended_at__isnull=True, ended_reason="")),
                name="indicator_ended_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.name}"

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.item.goal.plan.district_id, self.item_id, self.unit_id)

    @property
    def is_milestone(self) -> bool:
        return self.kind == IndicatorKind.MILESTONE

    @property
    def is_fall(self) -> bool:
        return is_fall(self.kind, self.target, self.target_high)

    @property
    def target_text(self) -> str:
        """The promise as pages print it: 505亿元, 不超过50亿元, 5—8%, 下降3%以上, 第二季度."""
        if self.target is None:
            return self.get_due_quarter_display()
        if self.is_fall:
            return fall_text(self.comparison, self.target, self.target_high, self.measure)
        number = shown_number(self.target)
        if self.target_high is not None:
            return f"{number}—{shown_number(self.target_high)}{self.measure}"
        if self.comparison == Comparison.ABOUT:
            return f"{number}{self.measure}左右"
        sign = "" if self.comparison == Comparison.AT_LEAST else self.get_comparison_display()
        return f"{sign}{number}{self.measure}"

    @property
    def is_live(self) -> bool:
        return self.state == IndicatorState.ACCEPTED


class ValueFacts(models.Model):
    """What is said of an indicator: a number, when it was taken, and the words it stands in."""

    value = models.DecimalField(
        "数值", max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True
    )
    # None: the quarter's last day.
    as_of = models.DateField("数据截止日", null=True, blank=True)
    is_estimate = models.BooleanField("预计数", default=False)
    source_words = models.CharField("出处", max_length=WORDS_LIMIT, blank=True)
    source_start = models.PositiveIntegerField("出处起点", null=True, blank=True)
    source_end = models.PositiveIntegerField("出处终点", null=True, blank=True)

    class Meta:
        abstract = True


class ReportedValue(ValueFacts):
    """A value as a unit reports it with its contribution; the unit's own until it is approved."""

    contribution = models.ForeignKey(
        Contribution, models.CASCADE, verbose_name="单位填报内容", related_name="values"
    )
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, verbose_name="指标", related_name="reported"
    )

    class Meta:
        verbose_name = verbose_name_plural = "填报的数值"
        ordering = ["indicator__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "indicator"], name="value_reported_once"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False), name="reported_value_is_a_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}：{self.value}"


class IndicatorValue(ValueFacts):
    """An indicator's value in one quarter, as figures use it; a kept row may say 无数据."""

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, verbose_name="指标", related_name="values"
    )
    period = models.ForeignKey(
        Period, models.PROTECT, verbose_name="季度", related_name="indicator_values"
    )
    origin = models.CharField("来源", max_length=10, choices=ValueOrigin)
    set_at = models.DateTimeField("确定时间")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确定人", related_name="+"
    )
    # The quarter has closed with this indicator: it belongs to it from then on, and so does
    # how it stood, by the rule of that day.
    is_kept = models.BooleanField("随季度留存", default=False)
    light = models.CharField("进度", max_length=10, choices=Light, blank=True)
    light_words = models.CharField("进度依据", max_length=200, blank=True)
    # As in a Verdict: what was due, in the indicator's measure, and the distance from it.
    due = models.DecimalField(
        "应达", max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True
    )
    distance = models.DecimalField(
        "距应达进度", max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True
    )

    VERDICT = ("light", "light_words", "due", "distance")

    class Meta:
        verbose_name = verbose_name_plural = "指标数值"
        ordering = ["indicator__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "period"], name="value_once_a_quarter"),
            models.CheckConstraint(
                condition=Q(origin__in=ValueOrigin.values), name="value_origin_known"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | Q(is_kept=True),
                name="value_missing_only_where_kept",
            ),
            models.CheckConstraint(
                condition=Q(is_kept=True, light__in=Light.values) | Q(is_kept=False, light=""),
                name="value_kept_with_its_light",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.indicator}：{self.value}"

    @property
    def verdict(self) -> Verdict:
        """How a kept row's indicator stood."""
        return Verdict(Light(self.light), self.due, self.distance, self.light_words)

    def keep(self, verdict: Verdict) -> None:
        """Note that the quarter keeps the row, and how its indicator stands; save it yourself."""
        self.is_kept = True
        self.light, self.light_words = verdict.light, verdict.words
        self.due = in_kept_digits(verdict.due)
        self.distance = in_kept_digits(verdict.distance)
