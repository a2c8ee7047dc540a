"""What was sent back, to be read against what is written now."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from targets.choices import Verb
from targets.models import Contribution, Event
from targets.models.base import Rows


class Returned(NamedTuple):
    """The text that was last sent back, why, and when."""

    text: str
    reason: str
    at: datetime


def was_returned(contributions: Rows) -> Rows:
    """Add was_returned: whether the contribution was ever sent back."""
    # Found by the item, which has an index; the trail is long.
    returns = Event.objects.filter(
        item_id=OuterRef("entry__item_id"),
        subject="contribution",
        subject_id=OuterRef("pk"),
        verb=Verb.RETURN,
    )
    return contributions.annotate(was_returned=Exists(returns))


def last_returned(contributions: Collection[Contribution]) -> dict[int, Returned]:
    """Return what was last sent back of each contribution (with its entry) that ever was, by key.

    From the trail, which keeps the words of every submission: one query. Whoever may read a
    contribution handed in now was given the earlier one to read as well; ask for no others.
    """
    events = (
        Event.objects.filter(
            item_id__in={each.entry.item_id for each in contributions},
            subject="contribution",
            subject_id__in=[each.pk for each in contributions],
            verb__in=(Verb.SUBMIT, Verb.RETURN),
        )
        .order_by("pk")
        .values_list("subject_id", "verb", "new", "reason", "at")
    )
    words: dict[int, str] = {}
    found: dict[int, Returned] = {}
    for pk, verb, new, reason, at in events:
        if pk is None:
            continue
        if verb == Verb.SUBMIT:
            words[pk] = new.get("text", "")
        elif pk in words:
            found[pk] = Returned(words[pk], reason, at)
    return found
