"""What becomes of a unit on a day: renamed, or merged into another (更名、合并)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from targets.models.units import Unit
from targets.rules import REASON_LIMIT


class Succession(models.Model):
    """A decided rename or merger; it acts on its day, not before.

    Once carried out, the unit names its successor (`Unit.successor`); until then nothing has
    changed, and it can be withdrawn.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="successions")
    # A merger names the unit that goes on; a rename the name under which this one does.
    successor = models.ForeignKey(
        Unit,
        models.PROTECT,
        verbose_name="承接单位",
        related_name="+",
        null=True,
        blank=True,
    )
    name = models.CharField("新的单位名称", max_length=100, blank=True)
    on = models.DateField("更名或合并日期")
    moves_accounts = models.BooleanField("账号一并转入", default=True)
    reason = models.CharField("依据", max_length=REASON_LIMIT)
    decided_at = models.DateTimeField("办理时间", auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办理人", related_name="+"
    )
    carried_out_at = models.DateTimeField("生效时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "更名、合并"
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(carried_out_at=None, withdrawn_at=None),
                name="one_waiting_succession_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) & ~Q(name="")
                | Q(successor__isnull=False, name=""),
                name="succession_renames_or_merges",
            ),
            models.CheckConstraint(
                condition=Q(carried_out_at=None) | Q(withdrawn_at=None),
                name="succession_carried_out_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}→{self.successor or self.name}"
