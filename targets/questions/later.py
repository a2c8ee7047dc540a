"""What later quarters go on from an entry with: seen before the entry is judged again."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from targets.choices import ContributionState, Duty, EntryOrigin, PeriodState
from targets.models import Contribution, Entry, Evidence


def later_entries(entries: Iterable[Entry]) -> dict[int, list[Entry]]:
    """Return, by key, the entries of later quarters that go on from each; in order, one statement.

    An entry goes on from the one of the quarter that its own follows as long as nobody has
    done anything to it: it came in with that one's status and text, or it waits, with nothing
    written, to be reported. What follows it in turn goes on as well. Those of a closed quarter
    are among them (`period.is_open`), although nothing moves there; nothing follows them.
    """
    by_place = {(each.item_id, each.period_id): each.pk for each in entries}
    found: dict[int, list[Entry]] = defaultdict(list)
    for later in _untouched(by_place):
        first = by_place.get((later.item_id, later.period.follows_id or 0))
        if first is None:
            continue
        found[first].append(later)
        if later.period.is_open:
            by_place[later.item_id, later.period_id] = first
    return dict(found)


def _untouched(places: dict[tuple[int, int], int]) -> QuerySet[Entry]:
    """Return the entries of the places' items in quarters that follow one, which nobody touched."""
    parts = Contribution.objects.filter(entry_id=OuterRef("pk"), duty=Duty.LEAD)
    begun = parts.exclude(state=ContributionState.NOT_STARTED, text="", consolidated_text="")
    files = Evidence.objects.filter(contribution__in=parts.values("pk"))
    return (
        Entry.objects.filter(
            item_id__in={item_id for item_id, _period in places},
            origin__in=[EntryOrigin.CARRIED, EntryOrigin.REPORTED],
            approved_at=None,
            reopened_at=None,
            proposed_status=None,
            period__follows__isnull=False,
        )
        .exclude(period__state=PeriodState.DRAFT)
        .filter(~Exists(begun), ~Exists(files))
        .select_related("period__plan__district", "item__goal", "kept__goal", "status")
        .order_by("item_id", "period__number")
    )
