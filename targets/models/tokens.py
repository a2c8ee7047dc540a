"""Tokens with which a program of the district reads figures and items."""

import hashlib
from typing import Self

from django.conf import settings
from django.db import models

from targets.models.base import DistrictQuerySet, Place, both_or_neither
from targets.models.units import District


def digest_of(secret: str) -> str:
    """Return what is kept of a token; the secret is long and random, so it needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiTokenQuerySet(DistrictQuerySet["ApiToken"]):
    def valid(self) -> Self:
        """Keep the tokens that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class ApiToken(models.Model):
    """A token of the data interface; its secret is shown once, when it is made."""

    district = models.ForeignKey(District, models.PROTECT, verbose_name="区", related_name="tokens")
    name = models.CharField("用途", max_length=50, help_text="如“督查室大屏”。")
    digest = models.CharField("摘要", max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField("创建时间", auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="创建人", related_name="+"
    )
    last_used_on = models.DateField("最近使用", null=True, blank=True)
    withdrawn_at = models.DateTimeField("停用时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="停用人",
        related_name="+",
        null=True,
        blank=True,
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "数据接口令牌"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither("withdrawn_at", "withdrawn_by"),
                name="token_withdrawn_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.district_id)
