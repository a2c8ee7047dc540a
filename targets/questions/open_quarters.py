"""What waits in every open quarter, one by one."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from targets.choices import ContributionState
from targets.models import Contribution, Extension, Period
from targets.models.contributions import is_owed_now
from targets.models.entries import is_live


@dataclass(frozen=True, slots=True)
class OfficeDuties:
    """What one open quarter asks of the office."""

    period: Period
    owed: int  # reports that units have still to hand in
    awaiting: int  # reports to be reviewed
    requests: int  # extensions to be decided

    @property
    def is_any(self) -> bool:
        return bool(self.owed or self.awaiting or self.requests)


def waiting_for_office(periods: Iterable[Period]) -> list[OfficeDuties]:
    """Return what each of the periods that is open asks of the office: two queries."""
    opened = [each for each in periods if each.is_open]
    if not opened:
        return []
    parts = Contribution.objects.filter(entry__period__in=opened).order_by()
    counts = parts.values_list("entry__period_id").annotate(
        owed=Count("pk", filter=is_owed_now()),
        awaiting=Count("pk", filter=Q(state=ContributionState.SUBMITTED) & is_live("entry__")),
    )
    counted = {period_id: (owed, awaiting) for period_id, owed, awaiting in counts}
    waiting = Extension.objects.waiting().filter(period__in=opened)
    asked = dict(waiting.order_by().values_list("period_id").annotate(Count("pk")))
    return [
        OfficeDuties(each, *counted.get(each.pk, (0, 0)), asked.get(each.pk, 0)) for each in opened
    ]
