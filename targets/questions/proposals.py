"""What the standards promise in numbers and nobody has decided on yet."""

from collections.abc import Iterable

from django.db.models import Prefetch

from targets.choices import ItemOutcome
from targets.models import Goal, Indicator, Item, Plan
from targets.reading.indicators import Proposal, propose_indicators


def undecided(item: Item, indicators: Iterable[Indicator]) -> list[Proposal]:
    """Return the item's proposals without those whose words have been decided on.

    `indicators` are the item's own, in every state: what was refused or ended is not
    proposed again of the same words.
    """
    if item.outcome != ItemOutcome.LIVE:
        return []
    decided = {(each.source_start, each.source_end) for each in indicators}
    return [
        each for each in propose_indicators(item.standard) if (each.start, each.end) not in decided
    ]


def goals_with_proposals(plan: Plan) -> list[tuple[Goal, list[tuple[Item, list[Proposal]]]]]:
    """Return each goal with its items that have undecided proposals: three statements."""
    items = Item.objects.order_by("number").prefetch_related(
        Prefetch("indicators", Indicator.objects.order_by("order"))
    )
    goals = Goal.objects.filter(plan=plan).prefetch_related(Prefetch("items", items))
    found = []
    for goal in goals:
        rows = [(item, undecided(item, item.indicators.all())) for item in goal.items.all()]
        found.append((goal, [(item, proposals) for item, proposals in rows if proposals]))
    return found
