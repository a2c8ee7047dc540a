"""A quarter that units report on, and who has more time for it."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from targets.choices import ExtensionState, PeriodState, Role
from targets.models.base import DistrictQuerySet, NaturalKey, Place, Rows, Viewer, loaded_after
from targets.models.catalogue import Item, Plan
from targets.models.requests import RequestQuerySet, UnitRequest
from targets.models.units import Unit
from targets.quarters import NAMES, Quarter


class PeriodQuerySet(DistrictQuerySet["Period"]):
    district_path = "plan__district_id"
    key_fields = ("plan__district__code", "plan__year", "number")

    def visible_to(self, user: Viewer) -> Self:
        """Keep the district's periods; one not yet opened is seen by the office alone."""
        rows = super().visible_to(user)
        return rows if user.role == Role.OFFICE else rows.exclude(state=PeriodState.DRAFT)

    def running(self) -> Self:
        """Keep the open quarters that were never closed: they alone follow the plan."""
        return self.filter(state=PeriodState.OPEN, kept_at=None)

    def opened_before(self, period: "Period") -> "Period | None":
        """Return the plan's nearest earlier quarter that was ever opened, or None."""
        earlier = self.filter(plan_id=period.plan_id, number__lt=period.number)
        return earlier.exclude(state=PeriodState.DRAFT).order_by("-number").first()

    def newest_first(self) -> Self:
        """Order by year and quarter, the latest first."""
        return self.order_by("-plan__year", "-number")


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
    asks_problems = models.BooleanField("填写存在的问题和下一步措施", default=False)
    # "Last quarter": the nearest earlier one that was open when this one opened. Written down
    # then, so that an earlier one that opens later changes nothing here.
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="承接季度",
        related_name="followers",
        null=True,
        blank=True,
    )
    # From its first closing on, a quarter is read from what was kept (targets.models.kept).
    kept_at = models.DateTimeField("留存时间", null=True, blank=True)
    kept_title = models.CharField("留存的任务名称", max_length=100, blank=True)
    kept_unit_total = models.PositiveSmallIntegerField("留存的责任单位数", null=True, blank=True)
    kept_district = models.CharField("留存的区名", max_length=50, blank=True)
    kept_office = models.CharField("留存的督查机构全称", max_length=100, blank=True)

    objects = PeriodQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=Q(kept_at__isnull=True) | ~Q(state=PeriodState.DRAFT),
                name="draft_period_keeps_nothing",
            ),
        ]

    def __str__(self) -> str:
        return self.quarter.name

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.plan.district_id)

    @property
    def quarter(self) -> Quarter:
        """The quarter with its names; reads the plan's year."""
        return Quarter(self.plan.year, self.number)

    @property
    def code(self) -> str:
        """As URLs and commands write it: 2020Q1."""
        return str(self.quarter)

    @property
    def due_day(self) -> date:
        """The due date of a quarter that was opened; one in preparation may have none yet."""
        if self.due_on is None:
            raise ValueError("a quarter in preparation is due on no day")
        return self.due_on

    @property
    def is_open(self) -> bool:
        return self.state == PeriodState.OPEN

    @property
    def is_last(self) -> bool:
        """Whether it is the last quarter of its plan: nothing of the plan can follow."""
        return self.number == max(NAMES)

    @property
    def is_kept(self) -> bool:
        """Whether it has ever been closed: its catalogue is what was kept then."""
        return self.kept_at is not None

    @property
    def plan_title(self) -> str:
        """How documents of the quarter call its plan."""
        return self.kept_title if self.is_kept else self.plan.title

    @property
    def stated_unit_total(self) -> int | None:
        return self.kept_unit_total if self.is_kept else self.plan.stated_unit_total

    @property
    def district_name(self) -> str:
        return self.kept_district if self.is_kept else self.plan.district.name

    @property
    def office_name(self) -> str:
        return self.kept_office if self.is_kept else self.plan.district.office_name

    def day_of(self, today: date) -> date:
        """Return the day that the quarter is looked at on: a closed one stays at its closing."""
        if self.state != PeriodState.CLOSED or not self.is_kept:
            return today
        return min(today, timezone.localdate(self.kept_at))

    @loaded_after("targets.plan")
    def natural_key(self) -> NaturalKey:
        return (*self.plan.natural_key(), self.number)


class ExtensionQuerySet(RequestQuerySet["Extension"]):
    district_path = "period__plan__district_id"

    def with_names(self) -> Self:
        """Fetch what a page needs to name the request: unit, item, and who decided."""
        return self.select_related("unit", "item__goal", "requested_by", "decided_by")

    def locked(self) -> Self:
        """Lock the rows, with all that an event and a letter about them name."""
        return self.select_for_update(of=("self",)).select_related(
            "period__plan", "item__goal", "unit__district", "unit__successor__successor"
        )

    def granted(self) -> Self:
        """Keep the extensions that the office agreed to."""
        return self.filter(state=ExtensionState.GRANTED)

    def waiting_or_granted(self) -> Self:
        """Keep those that the office has not refused and nothing else has ended."""
        return self.filter(state__in=(ExtensionState.REQUESTED, ExtensionState.GRANTED))

    def of(self, period: Period, unit_id: int) -> Self:
        """Keep one unit's requests in one period, the newest first."""
        return self.filter(period=period, unit_id=unit_id).order_by("-pk")

    def granted_until(
        self, period: Period, unit_id: int, item_id: int | None = None
    ) -> date | None:
        """Return the latest day granted to a unit in a period, or None.

        With an item, the latest that holds for it: granted for it, or for all of them.
        """
        rows = self.of(period, unit_id).granted().filter(holds_for(item_id))
        return rows.aggregate(latest=models.Max("until"))["latest"]


def holds_for(item: object) -> Q:
    """Return what keeps the extensions that hold for an item; for None, those of all items."""
    whole = Q(item__isnull=True)
    return whole if item is None else whole | Q(item=item)


class Extension(UnitRequest):
    """A unit's request for a later due date in one period (延期): for all its items, or for one.

    Late is measured against the date in force; the period's own date is kept beside it.
    """

    period = models.ForeignKey(
        Period, models.PROTECT, verbose_name="季度", related_name="extensions"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="extensions")
    # None: all that the unit reports in the period.
    item = models.ForeignKey(
        Item,
        models.PROTECT,
        verbose_name="责任事项",
        related_name="extensions",
        null=True,
        blank=True,
    )
    until = models.DateField("延至")
    state = models.CharField(
        "状态", max_length=10, choices=ExtensionState, default=ExtensionState.REQUESTED
    )

    states = ExtensionState
    objects = ExtensionQuerySet.as_manager()

    class Meta(UnitRequest.Meta):
        verbose_name = verbose_name_plural = "延期申请"
        constraints = [
            models.UniqueConstraint(
                fields=["period", "unit"],
                condition=Q(state=ExtensionState.REQUESTED, item__isnull=True),
                name="one_open_extension_request",
            ),
            models.UniqueConstraint(
                fields=["period", "unit", "item"],
                condition=Q(state=ExtensionState.REQUESTED),
                name="one_open_extension_request_an_item",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ExtensionState.values), name="extension_state_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=ExtensionState.REQUESTED,
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                )
                | (
                    ~Q(state=ExtensionState.REQUESTED)
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                ),
                name="extension_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.period}{f' {self.item}' if self.item else ''}"

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.period.plan.district_id, self.item_id, self.unit_id)

    @property
    def about(self) -> str:
        """What it is about, as letters name it: the quarter, and the item if it is for one."""
        return f"{self.period}{self.item.quoted_title if self.item else ''}"

    def facts(self) -> dict[str, object]:
        """Return what the trail says of it: the day asked for, and the period's own."""
        return {
            "state": self.state,
            "until": self.until.isoformat(),
            "due_on": self.period.due_day.isoformat(),
        }


def with_due_dates(
    rows: Rows,
    due_on: F | Value,
    period: OuterRef | Value,
    unit: OuterRef,
    item: OuterRef | None = None,
) -> Rows:
    """Annotate extended_until and due_in_force (see `rules.due_in_force`).

    Without `item` they are what holds for all items of the unit; with it, also what was
    granted for that one.
    """
    latest = (
        Extension.objects.granted()
        .filter(holds_for(item), period=period, unit=unit)
        .order_by("-until")
        .values("until")[:1]
    )
    own = models.ExpressionWrapper(due_on, output_field=models.DateField())
    return rows.annotate(extended_until=Subquery(latest, output_field=models.DateField())).annotate(
        # Greatest of a date and NULL is NULL on SQLite: the period's own date stands in.
        due_in_force=Greatest(own, Coalesce("extended_until", own))
    )
