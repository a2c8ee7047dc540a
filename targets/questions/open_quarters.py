"""What waits in every open quarter, one by one."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from targets.models import Contribution, Extension, Period
from targets.models.contributions import is_owed_now
from targets.questions.waiting import entries_to_review


@dataclass(frozen=True, slots=True)
class OfficeDuties:
    """What one open quarter asks of the office."""

    period: Period
    owed: int  # reports that units have still to hand in
    awaiting: int  # items that the review queue lists
    requests: int  # extensions to be decided

    @property
    def is_any(self) -> bool:
        return bool(self.owed or self.awaiting or self.requests)


def waiting_for_office(periods: Iterable[Period]) -> list[OfficeDuties]:
    """Return what each of the periods that is open asks of the office: three queries."""
    opened = [each for each in periods if each.is_open]
    if not opened:
        return []
    parts = Contribution.objects.filter(entry__period__in=opened).order_by()
    owed = dict(parts.filter(is_owed_now()).values_list("entry__period_id").annotate(Count("pk")))
    waits = entries_to_review().filter(period__in=opened).order_by()
    awaiting = dict(waits.values_list("period_id").annotate(Count("pk")))
    waiting = Extension.objects.waiting().filter(period__in=opened)
    asked = dict(waiting.order_by().values_list("period_id").annotate(Count("pk")))
    return [
        OfficeDuties(each, *(counted.get(each.pk, 0) for counted in (owed, awaiting, asked)))
        for each in opened
    ]
