"""The district and its units, by all the names they go by."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from targets.choices import Duty, Role
from targets.models.base import (
    DistrictQuerySet,
    KeyedQuerySet,
    NaturalKey,
    Place,
    both_or_neither,
    loaded_after,
)
from targets.rules import REASON_LIMIT


def usual_sheet_days() -> list[int]:
    """Return from which day after the due date a sheet is blue, yellow, red."""
    return [0, 7, 15]


class DistrictRegisterQuerySet(KeyedQuerySet["District"]):
    key_fields = ("code",)


class District(models.Model):
    """A district government; plans, units and accounts belong to one."""

    code = models.CharField("行政区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=50)
    office_name = models.CharField("督查机构全称", max_length=100)
    requires_sign_off = models.BooleanField(
        "印发前须核稿、签发",
        default=False,
        help_text="开启后，督查通报须由一人核稿、另一人签发，方可印发。",
    )
    # Reminders that go out by themselves: days after the due date in force, before it negative.
    reminder_days = models.JSONField("自动催办日", default=list, blank=True)
    reminder_words = models.CharField("自动催办意见", max_length=REASON_LIMIT, blank=True)
    # From which day after an instruction's due date its sheet is blue, yellow, red; rising.
    sheet_days = models.JSONField("督办单分级", default=usual_sheet_days)

    objects = DistrictRegisterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "区"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.pk)

    def natural_key(self) -> NaturalKey:
        return (self.code,)


class UnitQuerySet(DistrictQuerySet["Unit"]):
    """Units in the district's own order."""

    key_fields = ("district__code", "name")

    def leading(self, plan_id: int) -> Self:
        """Keep the units that lead an item of the plan."""
        return self.filter(
            responsibilities__item__goal__plan_id=plan_id, responsibilities__duty=Duty.LEAD
        ).distinct()


class Unit(models.Model):
    """A government body that leads or supports items."""

    district = models.ForeignKey(District, models.PROTECT, verbose_name="区", related_name="units")
    name = models.CharField("单位名称", max_length=100)
    # Sorting by the sound of a name goes wrong (长宁, 重庆): units carry their order.
    order = models.PositiveSmallIntegerField("排序")
    # Chasing is done by telephone.
    contact_name = models.CharField("联络员", max_length=50, blank=True)
    contact_phone = models.CharField("联络电话", max_length=50, blank=True)
    portfolio_leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="分管领导",
        related_name="portfolio_units",
        null=True,
        blank=True,
        limit_choices_to={"role": Role.LEADER},
    )
    # A rename or merger: from that day the successor takes over the open work.
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="承接单位",
        related_name="predecessors",
        null=True,
        blank=True,
    )
    superseded_on = models.DateField("撤并更名日期", null=True, blank=True)
    # A renamed unit is a new row, so that what was written under the old name keeps it; all
    # rows of one body name its first. None: this is the first.
    origin = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="更名前的单位",
        related_name="renamed",
        null=True,
        blank=True,
    )

    objects = UnitQuerySet.as_manager()

    # Of rows of `questions.with_due`.
    extended_until: date | None
    due_in_force: date
    is_to_chase: bool  # of those that may be reminded

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"],
                name="unit_name_once_in_district",
                violation_error_message="本区已有同名单位。",
            ),
            models.CheckConstraint(
                condition=both_or_neither("successor", "superseded_on"),
                name="unit_succession_dated",
                violation_error_message="承接单位与撤并更名日期须同时填写。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.district_id, unit_id=self.pk)

    @property
    def present(self) -> "Unit":
        """The unit that has the work today: itself, or whoever took it over in the end."""
        unit = self
        while unit.successor is not None:
            unit = unit.successor
        return unit

    @property
    def addressee(self) -> str:
        """Whom to write to about its work: itself, or who took it over, naming both."""
        return f"{self.present}（承接{self}）" if self.successor_id else self.name

    @loaded_after("targets.district")
    def natural_key(self) -> NaturalKey:
        return (*self.district.natural_key(), self.name)


class UnitAliasQuerySet(KeyedQuerySet["UnitAlias"]):
    key_fields = ("unit__district__code", "unit__name", "name")


class UnitAlias(models.Model):
    """Another name under which documents print a unit."""

    unit = models.ForeignKey(Unit, models.CASCADE, verbose_name="单位", related_name="aliases")
    name = models.CharField("别名", max_length=100)

    objects = UnitAliasQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位别名"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="alias_once_a_unit"),
        ]

    def __str__(self) -> str:
        return self.name

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.unit.district_id, unit_id=self.unit_id)

    @loaded_after("targets.unit")
    def natural_key(self) -> NaturalKey:
        return (*self.unit.natural_key(), self.name)


def unit_in_hands_of(unit_id: int | None, path: str = "unit") -> Q:
    """Tell whether the row's unit is this one, or one whose work it took over.

    What a closed quarter keeps under an old name is written by the successor's accounts when
    the quarter opens again. Of a longer chain than this no district has ever told.
    """
    taken_over = ("", "__successor", "__successor__successor", "__successor__successor__successor")
    if unit_id is None:  # an account without a unit holds nothing
        return Q(pk__in=[])
    held = Q()
    for chain in taken_over:
        held |= Q(**{f"{path}{chain}_id": unit_id})
    return held
