"""What leaders ask for (领导批示), and what comes of it."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone

from targets.choices import ANSWERED, AnswerState, Duty, InstructionKind, Role
from targets.models.base import DistrictQuerySet, Place, Viewer, both_or_neither
from targets.models.catalogue import Item
from targets.models.files import AttachedFile
from targets.models.units import District, Unit
from targets.rules import REASON_LIMIT

GIVER_LIMIT = 50  # characters of the name or office of whoever wrote on paper


class InstructionQuerySet(DistrictQuerySet["Instruction"]):
    def readable_by(self, user: Viewer) -> Self:
        """Keep what office and leaders see; of a unit, what goes to it or to its items."""
        # An instruction goes to an item or to a unit: each row is met once.
        own = Q(item__responsibilities__unit=user.unit_id) | Q(unit=user.unit_id)
        return self._read_by(user, own)

    def shown_to(self, user: Viewer) -> Self:
        """Keep what is readable, and with `is_former` what a unit answered when it was its own.

        Of the latter a unit is shown no more than the leader's words and its own answer.
        """
        mine = Instruction.objects.readable_by(user).filter(pk=OuterRef("pk"))
        own = Answer.objects.filter(instruction=OuterRef("pk"), unit=user.unit_id)
        rows = self.visible_to(user).annotate(is_former=~Exists(mine))
        answered = Exists(own) if user.role == Role.UNIT else Q(pk=None)
        return rows.filter(Q(is_former=False) | answered)

    def with_item(self) -> Self:
        """Fetch what a page needs to name the instruction and its people."""
        return self.select_related("item__goal__plan", "unit", "given_by", "done_by")

    def asking(self, unit: int | F | OuterRef | None) -> Self:
        """Keep those that a unit answers: what goes to it, and what goes to items it leads."""
        if unit is None:  # who has no unit is asked for nothing
            return self.none()
        leads = Q(item__responsibilities__unit=unit, item__responsibilities__duty=Duty.LEAD)
        return self.filter(leads | Q(unit=unit))

    def with_own_answer(self, unit_id: int | None) -> Self:
        """Add `asks_me`, `own_state` and `own_return_reason` of a unit that looks."""
        asking = Instruction.objects.asking(unit_id).exclude(follow_up="")
        own = Answer.objects.filter(instruction=OuterRef("pk"), unit=unit_id)
        return self.annotate(
            asks_me=Exists(asking.filter(pk=OuterRef("pk"))),
            own_state=Subquery(own.values("state")[:1]),
            own_return_reason=Subquery(own.values("return_reason")[:1]),
        )

    def with_answers(self, user: Viewer) -> Self:
        """Fetch files, and as `shown_answers` what the user may read of the answers."""
        readable = Answer.objects.readable_by(user).select_related("unit", "submitted_by")
        readable = readable.with_asked()
        return self.prefetch_related(
            Prefetch("files", InstructionFile.objects.filter(answer=None), to_attr="scans"),
            Prefetch("answers", readable.prefetch_related("files"), to_attr="shown_answers"),
            Prefetch("answers", Answer.objects.told_sent_back(user), to_attr="sent_back"),
        )

    def to_review(self) -> Self:
        """Keep open ones with an answer that waits for the office."""
        handed_in = Answer.objects.filter(instruction=OuterRef("pk"), state=AnswerState.SUBMITTED)
        return self.filter(Exists(handed_in), done_at__isnull=True)

    def untaken(self) -> Self:
        """Keep those that the office has not turned into a duty of a unit's yet."""
        return self.filter(done_at__isnull=True, follow_up="")

    def of_kind(self, kind: str, today: date) -> Self:
        """Keep those of an `InstructionKind`; what is overdue is so on a local day."""
        if kind == InstructionKind.OPEN:
            return self.filter(done_at__isnull=True)
        if kind == InstructionKind.OVERDUE:
            return self.filter(done_at__isnull=True, due_on__lt=today)
        if kind == InstructionKind.NEW:
            return self.untaken()
        if kind == InstructionKind.ANSWERED:
            return self.to_review()
        return self.filter(done_at__isnull=False) if kind == InstructionKind.DONE else self

    def given_by_leader(self, leader: int | OuterRef) -> Self:
        """Keep what a leader typed himself, or wrote on paper and the office registered as his."""
        return self.filter(_is_own(leader))

    def with_answered(self) -> Self:
        """Add `answered`: how many units have handed in an answer."""
        handed_in = Count("answers", filter=Q(answers__state__in=ANSWERED))
        return self.annotate(answered=handed_in)

    def open_first(self) -> Self:
        """Order what is not done before what is, the newest first."""
        is_open = When(done_at=None, then=Value(0))
        return self.order_by(Case(is_open, default=Value(1)), "-pk")

    def newest_own_first(self, user: Viewer) -> Self:
        """Order what a leader typed or wrote himself before the others', then the newest first."""
        is_own = When(_is_own(user.pk), then=Value(0))
        return self.order_by(Case(is_own, default=Value(1)), "-pk")


def _is_own(leader: int | OuterRef) -> Q:
    return Q(given_by=leader, giver="") | Q(leader=leader)


class Instruction(models.Model):
    """A leader's instruction on an item or to a unit, and the follow-up the office makes of it.

    Typed by the leader himself (`given_by`), or on paper: then `giver` and `given_on` say who
    wrote it and when, and `given_by` is the office's account that registered it.
    """

    # That of the item or unit: no page looks through the other districts' instructions.
    district = models.ForeignKey(District, models.PROTECT, verbose_name="区", related_name="+")
    item = models.ForeignKey(
        Item,
        models.PROTECT,
        verbose_name="责任事项",
        related_name="instructions",
        null=True,
        blank=True,
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        verbose_name="交办单位",
        related_name="instructions",
        null=True,
        blank=True,
    )
    text = models.CharField("批示内容", max_length=REASON_LIMIT)
    given_at = models.DateTimeField("批示时间", auto_now_add=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="批示人", related_name="+"
    )
    giver = models.CharField("批示领导", max_length=GIVER_LIMIT, blank=True)
    given_on = models.DateField("批示日期", null=True, blank=True)
    # Whose own it is, where the leader who wrote on paper has an account too.
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="领导账号",
        related_name="+",
        null=True,
        blank=True,
    )
    due_on = models.DateField("落实期限", null=True, blank=True)
    follow_up = models.CharField("督办要求", max_length=REASON_LIMIT, blank=True)
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="办结人",
        related_name="+",
        null=True,
        blank=True,
    )
    outcome = models.CharField("落实情况", max_length=REASON_LIMIT, blank=True)

    objects = InstructionQuerySet.as_manager()

    is_former: bool  # of those `shown_to` somebody
    # Of rows `with_answers`.
    shown_answers: "list[Answer]"
    sent_back: "list[Answer]"
    asks_me: bool  # of those `with_own_answer`, and own_state
    own_state: str | None

    class Meta:
        verbose_name = verbose_name_plural = "领导批示"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["district", "done_at"], name="instruction_open_in_district")
        ]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither("done_at", "done_by"),
                name="instruction_done_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True, unit__isnull=False)
                | Q(item__isnull=False, unit__isnull=True),
                name="instruction_goes_to_one",
            ),
            models.CheckConstraint(
                condition=Q(giver="", given_on__isnull=True, leader__isnull=True)
                | (~Q(giver="") & Q(given_on__isnull=False)),
                name="instruction_on_paper_with_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.addressee} 批示"

    def get_absolute_url(self) -> str:
        return reverse("targets:instruction", args=[self.pk])

    @property
    def addressee(self) -> Item | Unit:
        """The item or the unit that it goes to."""
        addressee = self.item or self.unit
        if addressee is None:  # the database refuses such a row
            raise ValueError("an instruction goes to an item or to a unit")
        return addressee

    @property
    def title(self) -> str:
        """What a page about it is titled by: its item, or the unit."""
        return self.item.title if self.item else str(self.unit)

    @property
    def about(self) -> str:
        """What it goes to, in a sentence: “4（9） 新建幼儿园2所”, or the unit."""
        return self.item.quoted_title if self.item else str(self.unit)

    def asked_units(self) -> list[Unit]:
        """Return the units that answer it: an item's leads in their order, or the one it names."""
        if self.item is None:
            return [self.unit] if self.unit else []
        leads = self.item.responsibilities.filter(duty=Duty.LEAD)
        return [each.unit for each in leads.select_related("unit").order_by("order")]

    @property
    def is_on_paper(self) -> bool:
        return bool(self.giver)

    @property
    def giver_name(self) -> str:
        """Who gave it: as the office wrote it down, or as the account was called that day."""
        return self.giver or str(self.given_by.name_at(self.given_at))

    @property
    def day(self) -> date:
        """The local day on which it was given."""
        return self.given_on or timezone.localdate(self.given_at)

    @property
    def year(self) -> int:
        """The year of its plan; of one to a unit, that of its day."""
        return int(self.item.goal.plan.year) if self.item else self.day.year

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return self.addressee.place()


class AnswerQuerySet(models.QuerySet["Answer"]):
    def readable_by(self, user: Viewer) -> Self:
        """Keep a unit's own answers, and what was handed in for those who see its instruction.

        What was sent back is the unit's own draft again.
        """
        if user.role == Role.UNIT:
            return self.filter(unit=user.unit_id)
        rows = self.filter(state__in=ANSWERED)
        return rows.filter(instruction__in=Instruction.objects.readable_by(user).order_by())

    def sent_back(self) -> Self:
        """Keep those that the office sent back and their unit has not handed in again.

        Its first save makes an answer a draft again; the reason stands until it is handed in.
        """
        return self.exclude(return_reason="")

    def told_sent_back(self, user: Viewer) -> Self:
        """Keep what office and leaders are told was sent back, and why: without its words."""
        if user.role not in {Role.OFFICE, Role.LEADER}:
            return self.none()
        rows = self.sent_back().filter(
            instruction__in=Instruction.objects.readable_by(user).order_by()
        )
        rows = rows.select_related("unit").only("instruction", "return_reason", "unit__name")
        return rows.with_asked()

    def with_asked(self) -> Self:
        """Add `is_asked`: whether the instruction still asks the unit, which may write then."""
        asking = Instruction.objects.asking(OuterRef("unit"))
        return self.annotate(is_asked=Exists(asking.filter(pk=OuterRef("instruction"))))


class Answer(models.Model):
    """What a unit did about an instruction (回复): its draft, handed in, accepted or sent back."""

    instruction = models.ForeignKey(
        Instruction, models.PROTECT, verbose_name="领导批示", related_name="answers"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name="单位", related_name="instruction_answers"
    )
    state = models.CharField("状态", max_length=10, choices=AnswerState, default=AnswerState.DRAFT)
    text = models.TextField("回复内容", blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    saved_at = models.DateTimeField("最近保存", auto_now=True)
    submitted_at = models.DateTimeField("回复时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="回复人",
        related_name="+",
        null=True,
        blank=True,
    )
    return_reason = models.CharField("退回原因", max_length=REASON_LIMIT, blank=True)

    is_asked: bool  # of those `with_asked`

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批示回复"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["instruction", "unit"], name="answer_once_a_unit"),
            models.CheckConstraint(
                condition=Q(state__in=AnswerState.values), name="answer_state_known"
            ),
            models.CheckConstraint(
                condition=both_or_neither("submitted_at", "submitted_by"),
                name="answer_submitted_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ANSWERED) | (Q(submitted_at__isnull=False) & ~Q(text="")),
                name="answer_handed_in_with_text",
            ),
            models.CheckConstraint(
                condition=~Q(state=AnswerState.RETURNED) | ~Q(return_reason=""),
                name="answer_returned_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}回复{self.instruction}"

    @property
    def is_open(self) -> bool:
        """Whether its unit may write in it."""
        return self.state not in ANSWERED

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return self.instruction.place()._replace(unit_id=self.unit_id)


class InstructionFile(AttachedFile):
    """A file beside an instruction: the scan of what was written on paper, or a unit's."""

    instruction = models.ForeignKey(
        Instruction, models.PROTECT, verbose_name="领导批示", related_name="files"
    )
    # None: the scan.
    answer = models.ForeignKey(
        Answer,
        models.PROTECT,
        verbose_name="批示回复",
        related_name="files",
        null=True,
        blank=True,
    )
    file = models.FileField("文件", upload_to="instructions/%Y/%m/")

    class Meta:
        verbose_name = verbose_name_plural = "批示附件"
        ordering = ["pk"]
