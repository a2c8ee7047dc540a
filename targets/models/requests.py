"""What a unit asks of the office (申请), and what the office made of it."""

from django.conf import settings
from django.db import models

from targets.rules import REASON_LIMIT


class UnitRequest(models.Model):
    """Who asks and why, who decided and why; each kind of request has states of its own."""

    reason = models.CharField("申请原因", max_length=REASON_LIMIT)
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

    class Meta:
        abstract = True
        ordering = ["-pk"]
