"""An item in one quarter, and the office's judgement of it."""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Length
from django.urls import reverse

from targets.choices import EntryOrigin, ItemOutcome, Light, PeriodState
from targets.gauges import light_badge
from targets.models.base import DistrictQuerySet, NaturalKey, Place, Rows, loaded_after
from targets.models.catalogue import Item, Status
from targets.models.kept import KeptItem, KeptStatus
from targets.models.periods import Period
from targets.models.wording import holds
from targets.rules import REASON_LIMIT, TEXT_LIMIT

models.TextField.register_lookup(Length)


class EntryQuerySet(DistrictQuerySet["Entry"]):
    district_path = "period__plan__district_id"
    key_fields = (
        "period__plan__district__code",
        "period__plan__year",
        "period__number",
        "item__goal__number",
        "item__number",
    )

    def holding(self, words: Iterable[str]) -> Self:
        """Keep the approved texts, of opened quarters, that hold every word."""
        rows = self.exclude(approved_text="").exclude(period__state=PeriodState.DRAFT)
        for word in words:
            rows = rows.filter(holds("approved_text", word))
        return rows

    def for_period(self, period: Period) -> Self:
        """Keep the entries of one period."""
        return self.filter(period=period)

    def before(self, entry: "Entry") -> Self:
        """Keep the same item's entry of the quarter that this one follows."""
        if entry.period.follows_id is None:
            return self.none()
        return self.filter(item_id=entry.item_id, period_id=entry.period.follows_id).with_item()

    def with_item(self) -> Self:
        """Fetch what a page needs to name the entry: item, goal, period, plan, status.

        Adds status_name and status_color, as the quarter counts with the status.
        """
        return with_verdict(self, "").select_related(
            "item__goal", "kept__goal", "period__plan__district", "status", "approved_by"
        )

    def with_line(self) -> Self:
        """Add goal_number, goal_name, item_number, is_numbered, standard and outcome.

        They are the item's as the entry's quarter has them.
        """
        return with_line(self, "")

    def in_print_order(self) -> Self:
        """Order as the annex of the quarter prints them."""
        return self.with_line().order_by(*PRINT_ORDER)


PRINT_ORDER = ("goal_number", "item_number")  # of rows of `with_line`


def with_line(rows: Rows, entry: str) -> Rows:
    """Annotate the item as the entry's quarter has it: as it was kept, else as it is today.

    `entry` leads from the rows to the entry, or is "".
    """
    names = {
        "goal_number": "goal__number",
        "goal_name": "goal__name",
        "item_number": "number",
        "is_numbered": "is_numbered",
        "standard": "standard",
        "outcome": "outcome",
    }
    return rows.annotate(
        **{
            alias: Coalesce(f"{entry}kept__{name}", f"{entry}item__{name}")
            for alias, name in names.items()
        }
    )


def with_verdict(rows: Rows, entry: str) -> Rows:
    """Annotate status_name and status_color as the entry's quarter counts with its status."""
    kept = KeptStatus.objects.filter(
        period_id=OuterRef(f"{entry}period_id"), status_id=OuterRef(f"{entry}status_id")
    )
    return rows.annotate(
        **{
            f"status_{name}": Coalesce(Subquery(kept.values(name)[:1]), f"{entry}status__{name}")
            for name in ("name", "color")
        }
    )


def is_live(entry: str) -> Q:
    """Tell whether the item was live in the entry's quarter; `entry` as in `with_line`."""
    today = Q(**{f"{entry}kept__isnull": True, f"{entry}item__outcome": ItemOutcome.LIVE})
    return Q(**{f"{entry}kept__outcome": ItemOutcome.LIVE}) | today


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
    # What a file that came in says; put before the office in its review, and gone with it.
    proposed_status = models.ForeignKey(
        Status,
        models.PROTECT,
        verbose_name="建议的完成状态",
        related_name="+",
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
    # How the item stands against its pace in this quarter, worked out by every act that touches
    # a value (targets.actions.lights); "" where it has no indicator.
    light = models.CharField("进度", max_length=10, choices=Light, blank=True)
    light_words = models.CharField("进度依据", max_length=120, blank=True)
    # (value − due) ÷ |target| of the worst part: what lists and briefs rank by.
    distance = models.DecimalField(
        "距应达进度", max_digits=24, decimal_places=8, null=True, blank=True
    )
    # Of the same part, as shares of its target: how far it is, and how far it should be.
    reached = models.DecimalField("已达", max_digits=24, decimal_places=8, null=True, blank=True)
    due = models.DecimalField("应达", max_digits=12, decimal_places=8, null=True, blank=True)
    # The office's own light, with its reason, in place of the one worked out.
    overruled_light = models.CharField("督查室认定", max_length=10, choices=Light, blank=True)
    overruled_reason = models.CharField("认定理由", max_length=REASON_LIMIT, blank=True)
    # Raised by every change inside the entry, so that nobody approves what they were not shown.
    version = models.PositiveIntegerField("版本", default=1)

    objects = EntryQuerySet.as_manager()

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
                condition=Q(light__in=["", *Light.values]), name="entry_light_known"
            ),
            models.CheckConstraint(
                condition=Q(overruled_light="", overruled_reason="")
                | (Q(overruled_light__in=Light.values) & ~Q(overruled_reason="")),
                name="light_overruled_with_reason",
                violation_error_message="认定进度须写明理由。",
            ),
            models.CheckConstraint(
                condition=Q(approved_text__length__lte=TEXT_LIMIT),
                name="approved_text_within_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.line}"

    def get_absolute_url(self) -> str:
        return reverse("targets:review-entry", args=[self.pk])

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.period.plan.district_id, self.item_id)

    @property
    def line(self) -> Item | KeptItem:
        """The item as the quarter has it: what was kept of it, else as it is today."""
        is_fetched = Entry._meta.get_field("kept").is_cached(self)
        if not is_fetched and not self.period.is_kept:
            return self.item
        return self.kept if hasattr(self, "kept") else self.item

    @property
    def is_judged(self) -> bool:
        return self.status_id is not None

    @property
    def in_rereview(self) -> bool:
        return self.reopened_at is not None

    @property
    def light_badge(self) -> str:
        """The light as sign and word; nothing where the item has no indicator."""
        return light_badge(self.light_shown, is_overruled=bool(self.overruled_light))

    @property
    def light_shown(self) -> str:
        """The light that counts: the office's own, else the one worked out."""
        return self.overruled_light or self.light

    @loaded_after("targets.period", "targets.item", "targets.status")
    def natural_key(self) -> NaturalKey:
        return (*self.period.natural_key(), self.item.goal.number, self.item.number)
