"""Several items of a plan ended at once: all of them or none, each with its own event."""

from collections import Counter
from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import Max

from targets.actions.items import cancel_item, carry_over_item, complete_item
from targets.models import Goal, Item, User
from targets.refusals import Refused


@transaction.atomic
def complete_items(*, items: Sequence[Item], reason: str, by: User) -> None:
    """Close live items (办结) with one reason."""
    _end_each(items, lambda item: complete_item(item=item, reason=reason, by=by))


@transaction.atomic
def cancel_items(*, items: Sequence[Item], reason: str, stays_counted: bool, by: User) -> None:
    """Cancel live items (取消) with one reason, all in or all out of the total."""
    _end_each(
        items,
        lambda item: cancel_item(item=item, reason=reason, stays_counted=stays_counted, by=by),
    )


@transaction.atomic
def carry_over_items(
    *, items: Sequence[Item], goals: dict[int, Goal], reason: str, by: User
) -> None:
    """Go on with live items in a later plan (结转), each in the goal given for its key.

    Standard, units and 分管领导 stay. The number stays too where the goal has it free, else it is
    the next one after the goal's last; one that is not printed stays so while it is the goal's
    only item.
    """
    wanted = Counter(goal.pk for goal in goals.values())

    def carry_over(item: Item) -> None:
        goal = goals[item.pk]
        is_alone = wanted[goal.pk] == 1 and not goal.items.exists()
        carry_over_item(
            item=item,
            goal=goal,
            number=_free_number(goal, item.number),
            standard=item.standard,
            is_numbered=item.is_numbered or not is_alone,
            reason=reason,
            by=by,
        )

    _end_each(items, carry_over)


def _end_each(items: Sequence[Item], end: Callable[[Item], object]) -> None:
    """End every item; refuse with the names of those that cannot be, and end none."""
    if not items:
        raise Refused("请先勾选事项。")
    refused: dict[str, list[str]] = {}
    for item in items:
        try:
            end(item)
        except Refused as refusal:
            refused.setdefault(str(refusal), []).append(str(item))
    if refused:
        said = "；".join(f"{'、'.join(each)}：{why.rstrip('。')}" for why, each in refused.items())
        raise Refused(f"一项也没有办理。请去掉以下事项后再提交：{said}。")


def _free_number(goal: Goal, wanted: int) -> int:
    if not goal.items.filter(number=wanted).exists():
        return wanted
    return goal.items.aggregate(last=Max("number"))["last"] + 1
