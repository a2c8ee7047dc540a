"""A quarter's requests for more time, each with its item as the quarter has it."""

from django.db.models import Exists, OuterRef

from targets.models import Entry, Extension, Item, KeptItem, Period

Line = Item | KeptItem


def extensions_in(period: Period) -> list[tuple[Extension, Line | None]]:
    """Return the requests, those that wait first, with the item that each is for: two queries.

    None: for all that the unit reports.
    """
    named = Extension.objects.filter(period=period, item=OuterRef("item_id"))
    entries = Entry.objects.for_period(period).filter(Exists(named)).with_item()
    lines = {each.item_id: each.line for each in entries}
    requests = Extension.objects.filter(period=period).with_names().waiting_first()
    return [(each, lines.get(each.item_id or 0)) for each in requests]
