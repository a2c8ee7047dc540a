"""What scans of a district's documents are known to misread: its own rows, kept by its office."""

from django.db import models
from django.db.models import F, Q

from targets.models.base import DistrictQuerySet, Place
from targets.models.units import District


class Misreading(models.Model):
    """A word as a scan reads it, and what is meant: offered on import, never applied unasked."""

    district = models.ForeignKey(
        District, models.PROTECT, verbose_name="区", related_name="misreadings"
    )
    found = models.CharField("误识为", max_length=50)
    meant = models.CharField("应为", max_length=50)
    why = models.CharField("说明", max_length=100, blank=True)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "扫描误识"
        ordering = ["found"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "found"], name="misreading_once_in_district"
            ),
            models.CheckConstraint(
                condition=~Q(found="") & ~Q(found=F("meant")), name="misreading_changes_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.found}→{self.meant}"

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.district_id)
