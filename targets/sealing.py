"""The chains over the trail: what the database's owner changes afterwards is named.

Sealing gives every event that has none a link: a digest of its content and of the link
before. It happens after the events are committed, by a timer, so no writer and no page waits
for it; an event whose transaction ended late gets its link next time (docs/decisions/0012).

Each district has a chain of its own, and the events of no district have one. All of them
begin with the last link of the chain over everything that version 0.1 made, which is closed.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypedDict

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from targets.choices import TrailFault
from targets.models import District, Event, Seal

# No transaction lasts as long: what turns up later than this was not written when it says.
LATE = timedelta(days=1)
CHUNK = 1000
NAMED = 20  # faults that are named; the rest are counted
CODE_LENGTH = 20  # hexadecimal digits of a link's digest that people write down
Progress = Callable[[int], object]


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
class ChainVerdict:
    """What a check of one chain found; `sealed` and `code` are the figure to write down."""

    sealed: int = 0
    code: str = ""
    sealed_at: datetime | None = None  # what was written before has its link
    compared: int = 0
    unread: int = 0  # links, of the closed chain too, that were not compared
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


def open_chains() -> list[int]:
    """Return the chains that grow: that of no district, then each district's."""
    districts = District.objects.order_by("pk").values_list("pk", flat=True)
    return [Seal.NO_DISTRICT, *districts]


# Sealing ------------------------------------------------------------------


def seal_trail(progress: Progress | None = None) -> int:
    """Give a link to every event that has none yet; return how many were given.

    Every thousand is a transaction of its own: killed, the next run goes on where this one
    was. `progress` is called after each with the number of links given so far.
    """
    given = 0
    for chain in open_chains():
        for piece in _seal_chain(chain):
            given += piece
            if progress:
                progress(given)
    return given


def _seal_chain(chain: int) -> Iterator[int]:
    waiting = waiting_events(chain).order_by("pk")
    after, now = 0, timezone.now()
    while events := list(waiting.filter(pk__gt=after).values()[: CHUNK + 1]):
        piece, is_last = events[:CHUNK], len(events) <= CHUNK
        try:
            with transaction.atomic():
                _link(chain, piece, now if is_last else None)
        except IntegrityError:
            # Somebody took the next number at the same moment: theirs stands, and goes on.
            return
        yield len(piece)
        if is_last:
            return
        after = piece[-1]["id"]


class Columns(TypedDict):
    """An event as the database has it, by column; all it has besides goes into its link too."""

    id: int
    at: datetime


def _link(chain: int, events: Sequence[Columns], at: datetime | None) -> None:
    """Add links to a chain. `at` is None where more events wait: they are sealed up to the last."""
    last = _last(chain)
    number, digest = _end(chain, last)
    if at is None:
        at = max(events[-1]["at"], last.at) if last else events[-1]["at"]
    links = []
    for event in events:
        number, digest = number + 1, link_digest(digest, event)
        links.append(Seal(chain=chain, number=number, event_id=event["id"], digest=digest, at=at))
    Seal.objects.bulk_create(links)


def waiting_events(chain: int) -> QuerySet[Event]:
    """Return the events that a chain has yet to link."""
    settled = max(_settled(chain), _settled(Seal.CLOSED))
    return _events_of(chain).filter(pk__gt=settled, seal__isnull=True)


def _events_of(chain: int) -> QuerySet[Event]:
    return Event.objects.filter(district=None if chain == Seal.NO_DISTRICT else chain)


def _last(chain: int) -> Seal | None:
    return Seal.objects.filter(chain=chain).last()


def _end(chain: int, last: Seal | None) -> tuple[int, str]:
    """Return a chain's last number and digest; of one without links, where it begins."""
    if last:
        return last.number, last.digest
    closed = None if chain == Seal.CLOSED else _last(Seal.CLOSED)
    return 0, closed.digest if closed else ""


def _settled(chain: int) -> int:
    """Return the number up to which no transaction can still add an event; 0 for none.

    Numbers are given in the order of time. One that was still open at the last sealing
    took its number within LATE before it, and so above all that was sealed before that.
    """
    last = _last(chain)
    if last is None:
        return 0
    seals = Seal.objects.filter(chain=chain, at__lt=last.at - LATE)
    earlier = seals.order_by("-event_id").values_list("event_id", flat=True).first()
    return earlier or 0


def link_digest(previous: str, event: Columns) -> str:
    """Return the digest of an event's columns after the link before it.

    What is empty is left out, so that a column added later changes no old digest.
    """
    content = {name: value for name, value in event.items() if value not in (None, "", {})}
    text = json.dumps([previous, content], sort_keys=True, default=moment)
    return hashlib.sha256(text.encode()).hexdigest()


def moment(value: datetime) -> str:
    """Return a moment as it stands in a link."""
    return value.astimezone(UTC).isoformat()


# Checking -----------------------------------------------------------------


def read_chain(chain: int, noted: Noted | None = None, newest: int | None = None) -> ChainVerdict:
    """Compare every event of a chain with its link, and every link with the one before.

    `newest` compares so many at most, of this chain and then of the closed one that it follows:
    a page has no time for the trail of decades. Without it the chain alone is compared whole.
    """
    last = _last(chain)
    verdict = ChainVerdict()
    if last:
        verdict.sealed, verdict.code = last.number, last.digest[:CODE_LENGTH]
        verdict.sealed_at = last.at
    _compare(verdict, chain, newest)
    if newest and chain != Seal.CLOSED:
        _compare(verdict, Seal.CLOSED, newest - verdict.compared)
    for event_id in _unsealed(chain):
        verdict.add(event_id, TrailFault.INSERTED)
    if noted:
        # A figure from before the chains were parted tells of the closed one.
        verdict.is_as_noted = goes_through(noted, {chain, Seal.CLOSED})
    return verdict


def goes_through(noted: Noted, chains: Collection[int] = ()) -> bool:
    """Tell whether one of these chains, or of all, still has the link that was noted."""
    links = Seal.objects.filter(number=noted.sealed, digest__startswith=noted.code)
    return (links.filter(chain__in=chains) if chains else links).exists()


def _compare(verdict: ChainVerdict, chain: int, newest: int | None) -> None:
    """Compare a chain's links, the newest so many of them, and add what is wrong."""
    last = _last(chain)
    before, left_out = None, 0
    if last and newest is not None and last.number > newest:
        left_out = last.number - newest
        before = Seal.objects.filter(chain=chain, number=left_out).first()
    number, digest = (before.number, before.digest) if before else _end(chain, None)
    sealed_at, sealed_before = before.at if before else _begun_at(chain), None
    verdict.unread += left_out
    for seal, event in sealed_events(chain, after=left_out):
        verdict.compared += 1
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


def _begun_at(chain: int) -> datetime | None:
    closed = None if chain == Seal.CLOSED else _last(Seal.CLOSED)
    return closed.at if closed else None


def sealed_events(chain: int, after: int) -> Iterator[tuple[Seal, Columns | None]]:
    """Yield the links after one with their events' columns, None where the event is gone."""
    links = Seal.objects.filter(chain=chain)
    while seals := list(links.filter(number__gt=after)[:CHUNK]):
        found = Event.objects.filter(pk__in=[each.event_id for each in seals]).values()
        events = {each["id"]: each for each in found}
        for seal in seals:
            yield seal, events.get(seal.event_id)
        after = seals[-1].number


def _unsealed(chain: int) -> QuerySet[Event, int]:
    """Return the numbers of the events without a link that are too old to be waiting for one."""
    if chain == Seal.CLOSED:
        return Event.objects.none().values_list("pk", flat=True)
    settled = max(_settled(chain), _settled(Seal.CLOSED))
    unsealed = _events_of(chain).filter(pk__lte=settled, seal__isnull=True)
    return unsealed.order_by("pk").values_list("pk", flat=True)
