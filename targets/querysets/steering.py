"""Instructions, the trail, and the tokens of programs that read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import Case, Value, When

from targets.choices import Role
from targets.querysets.district import DistrictQuerySet

if TYPE_CHECKING:
    from targets.models import User


class InstructionQuerySet(DistrictQuerySet):
    district_path = "item__goal__plan__district_id"

    def readable_by(self, user: User) -> Self:
        """Keep what office and leaders see, or a unit on the items it leads or supports."""
        rows = self.visible_to(user)
        if user.role in {Role.OFFICE, Role.LEADER}:
            return rows
        if user.role != Role.UNIT:
            return rows.none()
        return rows.filter(item__responsibilities__unit_id=user.unit_id)

    def with_item(self) -> Self:
        """Fetch what a page needs to name the instruction and its people."""
        return self.select_related("item__goal__plan", "given_by", "done_by")

    def of_kind(self, kind: str, today: date) -> Self:
        """Keep the "open" ones, those "overdue" on a local day, those "done", or all."""
        if kind == "open":
            return self.filter(done_at__isnull=True)
        if kind == "overdue":
            return self.filter(done_at__isnull=True, due_on__lt=today)
        return self.filter(done_at__isnull=False) if kind == "done" else self

    def newest_own_first(self, user: User) -> Self:
        """Order a leader's own before the others', then the newest first."""
        is_other = Case(When(given_by_id=user.pk, then=Value(0)), default=Value(1))
        return self.order_by(is_other, "-pk")


class ApiTokenQuerySet(DistrictQuerySet):
    def valid(self) -> Self:
        """Keep the tokens that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class EventQuerySet(DistrictQuerySet):
    """The trail: read, and added to by `record_event`; nothing else."""

    def update(self, **kwargs: object) -> int:
        raise TypeError("the trail is append-only: an event is never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("the trail is append-only: an event is never deleted")
