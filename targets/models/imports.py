"""A confirmed import: what it changed, so that it can be undone as one."""

from django.conf import settings
from django.db import models

from targets.models.base import DistrictQuerySet, Place, both_or_neither
from targets.models.units import District


class Import(models.Model):
    """One file, previewed and then confirmed in one transaction."""

    district = models.ForeignKey(District, models.PROTECT, verbose_name="区", related_name="+")
    kind = models.CharField("类别", max_length=20)
    file_name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField(max_length=64)
    applied_at = models.DateTimeField("导入时间", auto_now_add=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导入人", related_name="+"
    )
    # Rows as [{"model", "pk", "version", "old", "new"}]: enough to put each back.
    changes = models.JSONField("变更", default=list)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="撤销人",
        related_name="+",
        null=True,
        blank=True,
    )

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入记录"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither("undone_at", "undone_by"),
                name="import_undone_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.district_id)
