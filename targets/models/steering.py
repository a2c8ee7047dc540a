"""How the office steers a quarter: reminders, evidence, hints."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from targets.choices import EvidenceKind
from targets.models.base import Place
from targets.models.contributions import Contribution
from targets.models.files import AttachedFile
from targets.models.periods import Period
from targets.models.units import Unit
from targets.rules import REASON_LIMIT


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
    # None: it went out by the district's rule (manage.py send_reminders).
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="催办人",
        related_name="+",
        null=True,
        blank=True,
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

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.period.plan.district_id, unit_id=self.unit_id)


class Evidence(AttachedFile):
    """A file that a unit attached to its contribution (佐证材料)."""

    contribution = models.ForeignKey(
        Contribution, models.PROTECT, verbose_name="单位填报内容", related_name="evidence"
    )
    kind = models.CharField(
        "类别", max_length=12, choices=EvidenceKind, default=EvidenceKind.EVIDENCE
    )
    file = models.FileField("文件", upload_to="evidence/%Y/%m/")

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EvidenceKind.values), name="evidence_kind_known"
            ),
        ]

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"kind": self.kind}


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
