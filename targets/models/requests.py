"""What a unit asks of the office (申请), and what became of it."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When

from targets.choices import AdjustmentState, ExtensionState
from targets.models.base import DistrictQuerySet, Row, Viewer
from targets.models.units import unit_in_hands_of
from targets.rules import REASON_LIMIT

# Both kinds of request have these words for their states.
WAITING = Q(state=ExtensionState.REQUESTED)


class RequestQuerySet(DistrictQuerySet[Row]):
    """Requests of one kind: who reads them, and which of them wait for the office."""

    def readable_by(self, user: Viewer) -> Self:
        """Keep what office and leaders see; of a unit, its own and those it took over."""
        return self._read_by(user, unit_in_hands_of(user.unit_id))

    def waiting(self) -> Self:
        """Keep those that the office has not answered."""
        return self.filter(WAITING)

    def waiting_or_answered_since(self, moment: datetime) -> Self:
        """Keep what waits, and what was answered or came to nothing not long ago."""
        withdrawn = Q(state=ExtensionState.WITHDRAWN)
        return self.filter(WAITING | (Q(decided_at__gte=moment) & ~withdrawn))

    def waiting_first(self) -> Self:
        """Order those that wait before the others, of each the newest first."""
        return self.order_by(Case(When(WAITING, then=0), default=1), "-pk")


class UnitRequest(models.Model):
    """Who asks and why, who decided and why; each kind of request has states of its own.

    One that its unit withdrew was decided by whoever withdrew it; one that came to nothing
    (LAPSED), by whoever did what made it so.
    """

    states: ClassVar[type[ExtensionState] | type[AdjustmentState]]
    state: "models.CharField[str, str]"

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

    @property
    def is_waiting(self) -> bool:
        return self.state == self.states.REQUESTED

    @property
    def has_lapsed(self) -> bool:
        """Whether something else took away what there was to decide."""
        return self.state == self.states.LAPSED

    @property
    def color(self) -> str:
        """The colour of its state's badge."""
        if self.is_waiting:
            return "amber"
        agreed = {ExtensionState.GRANTED, AdjustmentState.ADOPTED}
        return "green" if self.state in agreed else "grey"
