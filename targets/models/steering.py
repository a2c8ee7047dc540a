"""How the office steers a quarter: reminders, extensions, evidence, hints, instructions."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from targets import querysets
from targets.choices import EvidenceKind, ExtensionState
from targets.models.catalogue import Item, Unit
from targets.models.progress import Contribution, Period
from targets.rules import REASON_LIMIT


class Extension(models.Model):
    """A unit's request for a later due date in one period (延期).

    Late is measured against the date in force; the period's own date is kept beside it.
    """

    period = models.ForeignKey(
        Period, models.PROTECT, verbose_name="季度", related_name="extensions"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="extensions")
    until = models.DateField("延至")
    reason = models.CharField("申请原因", max_length=REASON_LIMIT)
    state = models.CharField(
        "状态", max_length=10, choices=ExtensionState, default=ExtensionState.REQUESTED
    )
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申请人", related_name="+"
    )
    decided_at = models.DateTimeField("批复时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="批复人",
        related_name="+",
        null=True,
        blank=True,
    )
    decision_reason = models.CharField("批复意见", max_length=REASON_LIMIT, blank=True)

    objects = querysets.ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "延期申请"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "unit"],
                condition=Q(state=ExtensionState.REQUESTED),
                name="one_open_extension_request",
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
        return f"{self.unit} {self.period}"


class Reminder(models.Model):
    """One act of chasing one unit (催办), in rising steps."""

    period = models.ForeignKey(
        Period, models.PROTECT, verbose_name="季度", related_name="reminders"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="reminders")
    step = models.PositiveSmallIntegerField("第几次")
    owed = models.PositiveSmallIntegerField("未报送项数")
    note = models.CharField("催办意见", max_length=REASON_LIMIT, blank=True)
    sent_at = models.DateTimeField("催办时间", auto_now_add=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="催办人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "催办记录"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["period", "unit", "step"], name="reminder_step_once"),
            models.CheckConstraint(condition=Q(step__gte=1), name="reminder_step_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} 第{self.step}次催办"


class Evidence(models.Model):
    """A file that a unit attached to its contribution (佐证材料)."""

    contribution = models.ForeignKey(
        Contribution, models.PROTECT, verbose_name="单位填报内容", related_name="evidence"
    )
    kind = models.CharField(
        "类别", max_length=12, choices=EvidenceKind, default=EvidenceKind.EVIDENCE
    )
    # The name that the unit gave; on disk the file has a name of our own.
    name = models.CharField("文件名", max_length=255)
    file = models.FileField("文件", upload_to="evidence/%Y/%m/")
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField(max_length=64)
    attached_at = models.DateTimeField("上传时间", auto_now_add=True)
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EvidenceKind.values), name="evidence_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DismissedHint(models.Model):
    """A hint on a text that someone has looked at and put aside."""

    contribution = models.ForeignKey(
        Contribution, models.CASCADE, verbose_name="单位填报内容", related_name="dismissed_hints"
    )
    kind = models.CharField("提示", max_length=30)
    # Of the text and the evidence that the hint names: another text brings the hint back.
    digest = models.CharField(max_length=64)
    dismissed_at = models.DateTimeField("时间", auto_now_add=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="操作人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "已忽略的提示"
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "kind", "digest"], name="hint_dismissed_once"
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class Instruction(models.Model):
    """A leader's instruction on an item (领导批示), and the follow-up the office makes of it."""

    item = models.ForeignKey(
        Item, models.PROTECT, verbose_name="责任事项", related_name="instructions"
    )
    text = models.CharField("批示内容", max_length=REASON_LIMIT)
    given_at = models.DateTimeField("批示时间", auto_now_add=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="批示人", related_name="+"
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

    objects = querysets.InstructionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "领导批示"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="instruction_done_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} 批示"
