"""What a search finds: the rows that hold every word, of what the reader may read."""

from django.db.models import QuerySet

from targets.excerpts import split_words
from targets.models import Contribution, Entry, Item, User
from targets.rules import parse_item_number


def find_hits(user: User, kind: str, query: str) -> QuerySet:
    """Return the rows of a kind (of `excerpts.KINDS`) that hold every word, the newest plan first.

    Only what the user may read; an item is found by its number 4(9) too.
    """
    words = split_words(query)
    if kind == "items":
        rows = Item.objects.visible_to(user).select_related("goal__plan")
        if number := parse_item_number(query):
            rows = rows.filter(goal__number=number[0], number=number[1])
        else:
            rows = rows.holding(words)
        return rows.order_by("-goal__plan__year", "goal__number", "number")
    if kind == "entries":
        return (
            Entry.objects.visible_to(user)
            .holding(words)
            .with_item()
            .with_line()
            .order_by("-period__plan__year", "-period__number", "goal_number", "item_number")
        )
    return (
        Contribution.objects.readable_by(user)
        .holding(words)
        .with_names()
        .order_by("-entry__period__plan__year", "-entry__period__number", "-pk")
    )
