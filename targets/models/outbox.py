"""What waits to leave the site: mail and hooks, queued with the change that they tell of."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from targets.choices import Channel
from targets.models.base import Place
from targets.models.units import District


class Message(models.Model):
    """One mail or one call of the web hook; sent by `manage.py send_messages`, with retries.

    It waits while `next_attempt_at` is set. Sent, `sent_at` is; given up, neither.
    """

    district = models.ForeignKey(
        District, models.PROTECT, verbose_name="区", related_name="+", null=True
    )
    channel = models.CharField("渠道", max_length=5, choices=Channel)
    # A hook has no address of its own: the only one is in the settings.
    recipient = models.EmailField("收件地址", blank=True)
    subject = models.CharField("标题", max_length=200)
    body = models.TextField("内容")
    queued_at = models.DateTimeField("排入时间", auto_now_add=True)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    next_attempt_at = models.DateTimeField("下次发送", null=True, default=timezone.now)
    sent_at = models.DateTimeField("发送时间", null=True)
    last_error = models.CharField("最近一次失败的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "待发消息"
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="message_waiting",
                condition=Q(next_attempt_at__isnull=False),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(next_attempt_at__isnull=True),
                name="message_sent_waits_no_longer",
            ),
            models.CheckConstraint(
                condition=(Q(channel=Channel.MAIL) & ~Q(recipient=""))
                | Q(channel=Channel.HOOK, recipient=""),
                name="message_mail_has_recipient",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.district_id)

    @property
    def is_given_up(self) -> bool:
        return self.sent_at is None and self.next_attempt_at is None
