"""Supervision sheets (督办单): printed, numbered, received by the units they go to."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from targets.choices import SheetStep
from targets.models.base import DistrictQuerySet, Place, Viewer, both_or_neither
from targets.models.instructions import Instruction
from targets.models.units import District, Unit
from targets.rules import REASON_LIMIT


class SheetQuerySet(DistrictQuerySet["Sheet"]):
    def readable_by(self, user: Viewer) -> Self:
        """Keep what office and leaders see, or what a unit is to receive."""
        return self._read_by(user, Q(receipts__unit=user.unit_id))

    def to_receive(self, unit_id: int | None) -> Self:
        """Keep those that a unit has not received yet."""
        if unit_id is None:
            return self.none()
        return self.filter(receipts__unit=unit_id, receipts__received_at=None)


class Sheet(models.Model):
    """One sheet about one instruction in one step; what it prints stays as it was issued."""

    district = models.ForeignKey(District, models.PROTECT, verbose_name="区", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("编号")
    instruction = models.ForeignKey(
        Instruction, models.PROTECT, verbose_name="领导批示", related_name="sheets"
    )
    step = models.CharField("级别", max_length=10, choices=SheetStep)
    office_name = models.CharField("督查机构全称", max_length=100)
    subject = models.TextField("督办事项", blank=True)
    follow_up = models.CharField("督办要求", max_length=REASON_LIMIT)
    due_on = models.DateField("落实期限")
    issued_at = models.DateTimeField("印发时间", auto_now_add=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="印发人", related_name="+"
    )

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办单"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "year", "number"], name="sheet_number_once_in_year"
            ),
            models.UniqueConstraint(
                fields=["instruction", "step"], name="sheet_step_once_an_instruction"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="sheet_number_positive"),
            models.CheckConstraint(condition=Q(step__in=SheetStep.values), name="sheet_step_known"),
        ]

    def __str__(self) -> str:
        return f"督办单〔{self.year}〕{self.number}号"

    def get_absolute_url(self) -> str:
        return reverse("targets:sheet", args=[self.pk])

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.district_id, self.instruction.item_id)


class SheetReceipt(models.Model):
    """A unit that a sheet goes to, and who received it there (签收)."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, verbose_name="督办单", related_name="receipts")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+")
    received_at = models.DateTimeField("签收时间", null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="签收人",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = verbose_name_plural = "督办单签收"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "unit"], name="sheet_received_once_a_unit"),
            models.CheckConstraint(
                condition=both_or_neither("received_at", "received_by"),
                name="sheet_received_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}签收{self.sheet}"
