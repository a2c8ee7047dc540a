"""What it means for a plan's running quarters that items end: said before they do."""

from collections.abc import Collection
from dataclasses import dataclass

from targets.models import Contribution, Period, Plan
from targets.questions.items import items_in


@dataclass(frozen=True)
class EndingEffect:
    """One running quarter's totals with the items counted and without, in items.

    `owed` counts the contributions that will be asked for no more, `unjudged` the items that
    stay without a verdict of this quarter unless one is given first.
    """

    period: Period
    done: int
    total: int
    done_without: int
    total_without: int
    owed: int
    unjudged: int


def effects_of_ending(plan: Plan, item_keys: Collection[int]) -> list[EndingEffect]:
    """Return the effect on every running quarter of the plan, two statements a quarter."""
    effects = []
    for period in Period.objects.running().filter(plan=plan).select_related("plan"):
        counted = list(
            items_in(period)
            .exclude(class_key="")
            .values_list("item_key", "is_completed", "status_id")
        )
        others = [bool(is_done) for key, is_done, _status in counted if key not in item_keys]
        owed = Contribution.objects.owed().filter(
            entry__period=period, entry__item_id__in=item_keys
        )
        effects.append(
            EndingEffect(
                period=period,
                done=sum(bool(is_done) for _key, is_done, _status in counted),
                total=len(counted),
                done_without=sum(others),
                total_without=len(others),
                owed=owed.count(),
                unjudged=sum(key in item_keys and not status for key, _done, status in counted),
            )
        )
    return effects
