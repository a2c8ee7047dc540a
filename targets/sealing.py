"""The chain over the trail: what the database's owner changes afterwards is named.

Sealing gives every event that has none a link: a digest of its content and of the link
before. It happens after the events are committed, so no writer waits for another; an
event whose transaction ended late gets its link next time (docs/decisions/0012).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from targets.choices import TrailFault
from targets.models import Event, Seal

# No transaction lasts as long: what turns up later than this was not written when it says.
LATE = timedelta(days=1)
CHUNK = 1000
NAMED = 20  # faults that are named; the rest are counted
CODE_LENGTH = 20  # hexadecimal digits of a link's digest that people write down


@dataclass(frozen=True, slots=True)
class Fault:
    """One event that is not as it was sealed."""

    event_id: int
    kind: TrailFault


@dataclass(frozen=True, slots=True)
class Noted:
    """What was written down after an earlier check: how many were sealed, under which code."""

    sealed: int
    code: str


@dataclass(slots=True)
class Verdict:
    """What a check found; `sealed` and `code` are the figure to write down."""

    sealed: int = 0
    code: str = ""
    unread: int = 0  # the first so many were not compared
    count: int = 0
    faults: list[Fault] = field(default_factory=list)
    is_as_noted: bool | None = None  # None: nothing was noted

    @property
    def is_sound(self) -> bool:
        return not self.count and self.is_as_noted is not False

    @property
    def spaced_code(self) -> str:
        """Return the code in fours, as people copy it."""
        return " ".join(self.code[at : at + 4] for at in range(0, len(self.code), 4))

    def add(self, event_id: int, kind: TrailFault) -> None:
        self.count += 1
        if len(self.faults) < NAMED:
            self.faults.append(Fault(event_id, kind))


def seal_trail() -> None:
    """Give a link to every event that has none yet, in the order of their numbers."""
    try:
        with transaction.atomic():
            _seal(timezone.now())
    except IntegrityError:
        # Somebody took the next number at the same moment: theirs stands, ours is not needed.
        return


def _seal(at: datetime) -> None:
    last = Seal.objects.last()
    number, digest = (last.number, last.digest) if last else (0, "")
    waiting = Event.objects.filter(pk__gt=_settled(last), seal__isnull=True).order_by("pk")
    after = 0
    while events := list(waiting.filter(pk__gt=after).values()[:CHUNK]):
        links = []
        for event in events:
            number, digest = number + 1, link_digest(digest, event)
            links.append(Seal(number=number, event_id=event["id"], digest=digest, at=at))
        Seal.objects.bulk_create(links)
        after = events[-1]["id"]


def _settled(last: Seal | None) -> int:
    """Return the number up to which no transaction can still add an event; 0 for none.

    Numbers are given in the order of time. One that was still open at the last sealing
    took its number within LATE before it, and so above all that was sealed before that.
    """
    if last is None:
        return 0
    earlier = Seal.objects.filter(at__lt=last.at - LATE).order_by("-event_id").first()
    return earlier.event_id if earlier else 0


def link_digest(previous: str, event: dict) -> str:
    """Return the digest of an event's columns after the link before it.

    What is empty is left out, so that a column added later changes no old digest.
    """
    content = {name: value for name, value in event.items() if value not in (None, "", {})}
    text = json.dumps([previous, content], sort_keys=True, default=_moment)
    return hashlib.sha256(text.encode()).hexdigest()


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


def read_chain(noted: Noted | None = None, newest: int | None = None) -> Verdict:
    """Compare every event with its link, and every link with the one before.

    `newest` leaves the rest out: a page has no time for the trail of decades.
    """
    last = Seal.objects.last()
    if last is None:
        return Verdict(is_as_noted=False if noted else None)
    before = Seal.objects.filter(number=last.number - newest).first() if newest else None
    verdict = Verdict(sealed=last.number, code=last.digest[:CODE_LENGTH])
    verdict.unread = before.number if before else 0
    _compare(verdict, before)
    for event_id in _unsealed(_settled(last)):
        verdict.add(event_id, TrailFault.INSERTED)
    if noted:
        links = Seal.objects.filter(number=noted.sealed, digest__startswith=noted.code)
        verdict.is_as_noted = links.exists()
    return verdict


def _compare(verdict: Verdict, before: Seal | None) -> None:
    number, digest = (before.number, before.digest) if before else (0, "")
    sealed_at, sealed_before = before.at if before else None, None
    for seal, event in _sealed_events(after=number):
        if seal.at != sealed_at:
            sealed_before, sealed_at = sealed_at, seal.at
        if event is None:
            verdict.add(seal.event_id, TrailFault.REMOVED)
        elif seal.number != number + 1:
            verdict.add(seal.event_id, TrailFault.UNLINKED)
        elif seal.digest != link_digest(digest, event):
            verdict.add(seal.event_id, TrailFault.CHANGED)
        elif sealed_before and event["at"] < sealed_before - LATE:
            verdict.add(seal.event_id, TrailFault.INSERTED)
        number, digest = seal.number, seal.digest


def _sealed_events(after: int) -> Iterator[tuple[Seal, dict | None]]:
    """Yield the links after one with their events' columns, None where the event is gone."""
    while seals := list(Seal.objects.filter(number__gt=after)[:CHUNK]):
        found = Event.objects.filter(pk__in=[each.event_id for each in seals]).values()
        events = {each["id"]: each for each in found}
        for seal in seals:
            yield seal, events.get(seal.event_id)
        after = seals[-1].number


def _unsealed(settled: int) -> QuerySet:
    """Return the numbers of the events without a link that are too old to be waiting for one."""
    unsealed = Event.objects.filter(pk__lte=settled, seal__isnull=True)
    return unsealed.order_by("pk").values_list("pk", flat=True)
