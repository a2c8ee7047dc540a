"""What units asked for: a quarter's requests for more time; what an act would leave undecided."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef

from targets.models import Adjustment, Entry, Extension, Item, KeptItem, Period

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


def unanswered_about(item_keys: Collection[int]) -> str:
    """Return what ending the items means for the requests about them; "" where none waits."""
    extensions = Extension.objects.waiting().filter(item__in=item_keys)
    adjustments = Adjustment.objects.waiting().filter(item__in=item_keys)
    return _ending(extensions.count() + adjustments.count())


def unanswered_in(period: Period) -> str:
    """Return what closing the period means for what was asked; "" where nothing waits."""
    requests = Extension.objects.waiting().filter(period=period).count()
    if period.is_last:
        about = Adjustment.objects.waiting().filter(item__goal__plan=period.plan_id)
        requests += about.count()
    return _ending(requests)


def _ending(requests: int) -> str:
    return f"尚未答复的{requests}份申请随即终止，并通知单位。" if requests else ""
