"""What one unit reports on one item in one quarter, and when it came."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse

from targets.choices import (
    EXCUSED,
    HANDED_IN,
    NOT_SUBMITTED,
    ContributionState,
    Duty,
    OwnView,
    Role,
    Timing,
)
from targets.models.base import DistrictQuerySet, Place, Viewer, both_or_neither
from targets.models.catalogue import Responsibility
from targets.models.entries import PRINT_ORDER, Entry, is_live, with_line, with_verdict
from targets.models.kept import KeptUnit
from targets.models.periods import with_due_dates
from targets.models.units import Unit, unit_in_hands_of
from targets.models.wording import holds
from targets.rules import LOCAL, REASON_LIMIT, TEXT_LIMIT


def is_owed_now() -> Q:
    """Return what makes a contribution owed; lateness is another matter."""
    is_unjudged = Q(entry__status__isnull=True) | Q(entry__reopened_at__isnull=False)
    return is_unjudged & Q(duty=Duty.LEAD, state__in=NOT_SUBMITTED) & is_live("entry__")


def _holds(condition: Q) -> Case:
    """Return a column that is true where the condition holds, and false elsewhere."""
    return Case(
        When(condition, then=Value(True)),
        default=Value(False),
        output_field=models.BooleanField(),
    )


class ContributionQuerySet(DistrictQuerySet["Contribution"]):
    """Contributions; whether their text may be read is another matter than that they exist."""

    district_path = "entry__period__plan__district_id"

    def owned_by(self, user: Viewer) -> Self:
        """Keep the user's unit's own contributions; empty for accounts without a unit.

        Those of the units that it took over from are its own too.
        """
        if user.role != Role.UNIT:
            return self.none()
        return self.filter(unit_in_hands_of(user.unit_id))

    def with_due(self) -> Self:
        """Add extended_until, due_in_force and is_late: submitted after that day had ended.

        The day of the submission is taken in Asia/Shanghai, so this agrees with
        `rules.is_late` to the microsecond.
        """
        rows = with_due_dates(
            self,
            F("entry__period__due_on"),
            OuterRef("entry__period_id"),
            OuterRef("unit_id"),
            OuterRef("entry__item_id"),
        )
        submitted_on = TruncDate("submitted_at", tzinfo=LOCAL)
        return rows.annotate(submitted_on=submitted_on).annotate(
            is_late=Case(
                When(submitted_on__gt=F("due_in_force"), then=Value(True)),
                default=Value(False),
                output_field=models.BooleanField(),
            )
        )

    def with_line(self) -> Self:
        """Add goal_number, goal_name, item_number, is_numbered, standard and outcome.

        They are the item's as the entry's quarter has them.
        """
        return with_line(self, "entry__")

    def with_verdict(self) -> Self:
        """Add status_name and status_color, as the entry's quarter counts with its status."""
        return with_verdict(self, "entry__")

    def with_unit_order(self) -> Self:
        """Add unit_order: the unit's place among the units as the quarter has them."""
        kept = KeptUnit.objects.filter(
            period_id=OuterRef("entry__period_id"), unit_id=OuterRef("unit_id")
        )
        return self.annotate(unit_order=Coalesce(Subquery(kept.values("order")[:1]), "unit__order"))

    def with_names(self) -> Self:
        """Fetch what a page needs to name the contribution: unit, entry, item, goal."""
        return self.select_related(
            "unit", "entry__item__goal", "entry__kept__goal", "entry__period__plan"
        )

    def in_print_order(self) -> Self:
        """Order as the annex of the quarter prints the items, of each its units in order."""
        return self.with_line().order_by(*PRINT_ORDER, "duty", "order")

    def owed(self) -> Self:
        """Keep what lead units still have to hand in: not started, draft or returned.

        A cancelled item and an entry judged without the unit's part take no report any more.
        """
        return self.filter(is_owed_now())

    def overdue(self, today: date) -> Self:
        """Keep what is owed although its day in force is over on the given local day."""
        return self.owed().with_due().filter(due_in_force__lt=today)

    def to_chase(self, today: date) -> Self:
        """Keep what is owed and in no extension that still runs on the given local day."""
        is_over = Q(extended_until__isnull=True) | Q(extended_until__lt=today)
        return self.owed().with_due().filter(is_over)

    def holding(self, words: Iterable[str]) -> Self:
        """Keep the contributions whose text holds every word."""
        rows = self.exclude(text="")
        for word in words:
            rows = rows.filter(holds("text", word))
        return rows

    def with_timing(self, today: date) -> Self:
        """Keep what lead units owe or have handed in, and add timing (a Timing).

        What nobody waits for any more (the item cancelled, the entry judged without the
        unit's part) is left out: it is neither punctual nor late.
        """
        is_reported = Q(state__in=HANDED_IN)
        return (
            self.filter(is_owed_now() | is_reported, duty=Duty.LEAD)
            .with_due()
            .annotate(
                timing=Case(
                    When(is_reported & Q(is_late=True), then=Value(Timing.LATE)),
                    When(is_reported, then=Value(Timing.ON_TIME)),
                    When(due_in_force__lt=today, then=Value(Timing.OVERDUE)),
                    default=Value(Timing.WAITING),
                    output_field=models.CharField(),
                )
            )
        )

    def with_progress(self, today: date) -> Self:
        """Add with_due's, is_owed, is_overdue and progress, for the office's board and its lists.

        `progress` is the state, or EXCUSED for what was never reported and is owed no
        longer. `is_overdue` holds for what was submitted late, and for what is owed
        though its day in force is over.
        """
        excused = Q(duty=Duty.LEAD, state__in=NOT_SUBMITTED, is_owed=False)
        overdue = Q(is_late=True) | Q(is_owed=True, due_in_force__lt=today)
        return (
            self.with_due()
            .annotate(is_owed=_holds(is_owed_now()))
            .annotate(
                is_overdue=_holds(overdue),
                progress=Case(
                    When(excused, then=Value(EXCUSED)),
                    default=F("state"),
                    output_field=models.CharField(),
                ),
            )
        )

    def with_readable(self, user: Viewer, among: Q) -> Self:
        """Add is_readable: whether the user may read the text; asked of the rows that fit."""
        readable = Contribution.objects.readable_by(user).filter(among).values("pk")
        return self.annotate(is_readable=_holds(Q(pk__in=readable)))

    def readable_by(self, user: Viewer) -> Self:
        """Keep the contributions whose text the user may read.

        A draft: its own unit. Returned: its own unit, and the office that returned it.
        Submitted: the item's units, office, leaders. Approved: everyone of the district.
        """
        rows = self.visible_to(user)
        approved = Q(state=ContributionState.APPROVED)
        submitted = Q(state=ContributionState.SUBMITTED)
        if user.role == Role.OFFICE:
            return rows.filter(approved | submitted | Q(state=ContributionState.RETURNED))
        if user.role == Role.LEADER:
            return rows.filter(approved | submitted)
        if user.role == Role.UNIT and user.unit_id is not None:
            shared = Exists(
                Responsibility.objects.filter(
                    item_id=OuterRef("entry__item_id"), unit_id=user.unit_id
                )
            )
            return rows.filter(approved | Q(unit_id=user.unit_id) | (submitted & Q(shared)))
        return rows.filter(approved)


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
    # Beside the progress, where the office asks for them in this quarter; both optional.
    problems = models.TextField("存在的问题", blank=True)
    next_steps = models.TextField("下一步措施", blank=True)
    # What the unit itself thinks; the verdict is the office's. "" where it says nothing.
    own_view = models.CharField("本单位意见", max_length=10, choices=OwnView, blank=True)
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

    objects = ContributionQuerySet.as_manager()

    due_in_force: date  # of rows `with_due`; only what was opened is reported on
    is_readable: bool  # of rows `with_readable`
    was_returned: bool  # of rows that `questions.was_returned` was asked of

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
                condition=both_or_neither("saved_at", "saved_by"),
                name="contribution_saved_by_someone",
            ),
            models.CheckConstraint(
                condition=both_or_neither("submitted_at", "submitted_by"),
                name="contribution_submitted_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(head_name="", head_agreed_on__isnull=True)
                | (~Q(head_name="") & Q(head_agreed_on__isnull=False)),
                name="head_agreed_with_name_and_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=list(HANDED_IN))
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
            models.CheckConstraint(
                condition=Q(problems__length__lte=TEXT_LIMIT, next_steps__length__lte=TEXT_LIMIT),
                name="contribution_problems_within_limit",
            ),
            models.CheckConstraint(
                condition=Q(own_view__in=["", *OwnView.values]), name="contribution_own_view_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.unit}"

    def get_absolute_url(self) -> str:
        return reverse("targets:edit-contribution", args=[self.pk])

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.entry.period.plan.district_id, self.entry.item_id, self.unit_id)

    @property
    def holds_words(self) -> bool:
        """Whether the unit has put any words of its own into it."""
        return bool(self.text or self.consolidated_text or self.problems or self.next_steps)

    @property
    def is_lead(self) -> bool:
        return self.duty == Duty.LEAD

    @property
    def consolidates(self) -> bool:
        """Whether this unit is the first lead, which may write the item's joint text."""
        return self.is_lead and self.order == 1


@dataclass(frozen=True, slots=True)
class Report:
    """What a unit types on one item: the columns of a contribution that are its own words.

    The one list of them: form, script, workbook and the pages that give typed text back
    go by `Report.labels()`.
    """

    text: str
    consolidated_text: str = ""
    problems: str = ""
    next_steps: str = ""
    own_view: str = ""  # of `OwnView`, or nothing
    head_name: str = ""
    head_agreed_on: date | None = None

    @classmethod
    def of(cls, contribution: Contribution) -> "Report":
        """Return what a contribution says now."""
        return cls(**{name: getattr(contribution, name) for name in cls.labels()})

    @classmethod
    def labels(cls) -> dict[str, str]:
        """Return the columns by name, in the order of the form, as pages call them."""
        columns = {each.name: each for each in Contribution._meta.fields}
        return {each.name: str(columns[each.name].verbose_name) for each in fields(cls)}

    def write_to(self, contribution: Contribution) -> None:
        """Put the words into the contribution's columns; saving it is the caller's."""
        for name in self.labels():
            setattr(contribution, name, getattr(self, name))

    def plain(self) -> dict[str, str]:
        """Return the words as the trail and scripts hold them: a date as ISO, nothing as ""."""
        values = {name: getattr(self, name) for name in self.labels()}
        return {name: str(value or "") for name, value in values.items()}
