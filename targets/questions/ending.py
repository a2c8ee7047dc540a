"""What an act means for the running quarters' totals, and what goes on: said before it is done."""

from collections.abc import Collection
from dataclasses import dataclass

from targets.models import Contribution, Item, Period, Plan, Status, User
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


@dataclass(frozen=True)
class CountingEffect:
    """One running quarter's totals as they are and as they would be, in items."""

    period: Period
    done: int
    done_then: int
    total: int


def effects_of_counting(status: Status) -> list[CountingEffect]:
    """Return what it changes that a status counts, or no longer: one statement a quarter."""
    effects = []
    running = Period.objects.running().filter(plan__district_id=status.district_id)
    for period in running.select_related("plan").order_by("plan__year", "number"):
        counted = list(
            items_in(period).exclude(class_key="").values_list("is_completed", "status_id")
        )
        done = sum(bool(is_done) for is_done, _status in counted)
        concerned = sum(key == status.pk for _is_done, key in counted)
        then = done - concerned if status.is_completed else done + concerned
        effects.append(CountingEffect(period, done, then, len(counted)))
    return effects


def leader_going_on(item: Item) -> User | None:
    """Return the item's own 分管领导 for the item that it goes on as: one who still leads."""
    leader = item.portfolio_leader
    return leader if leader and leader.is_active and leader.is_leader else None
