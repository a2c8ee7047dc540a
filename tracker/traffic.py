"""How many answers each view gave, and how long they took, added up by day.

Every process adds up by itself and writes its sums down once a minute, at the end of an
answer: reading a page must not cost a write.
"""

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F, Max, Sum
from django.db.models.functions import Greatest
from django.utils import timezone

from tracker.models import Traffic

logger = logging.getLogger(__name__)

WRITE_EVERY = 60  # seconds
SLOW_MS = 1000
KEPT = timedelta(days=30)
WEEK = timedelta(days=7)
MOST_LISTED = 10


@dataclass(slots=True)
class Sums:
    """What a process has added up for one view on one day."""

    answers: int = 0
    faults: int = 0
    slow: int = 0
    total_ms: int = 0
    slowest_ms: int = 0


class Counter:
    """The sums of one process that are not written down yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sums: dict[tuple[date, str], Sums] = {}
        self._written_at = time.monotonic()

    def add(self, view: str, status: int, milliseconds: int) -> None:
        """Count one answer."""
        key = timezone.localdate(), view[:100]
        with self._lock:
            sums = self._sums.setdefault(key, Sums())
            sums.answers += 1
            sums.faults += status >= HTTPStatus.INTERNAL_SERVER_ERROR
            sums.slow += milliseconds >= SLOW_MS
            sums.total_ms += milliseconds
            sums.slowest_ms = max(sums.slowest_ms, milliseconds)

    def write_if_due(self) -> None:
        """Write the sums down if a minute has passed; they are dropped where that fails."""
        now = time.monotonic()
        with self._lock:
            if not settings.COUNT_TRAFFIC or now - self._written_at < WRITE_EVERY:
                return
            self._written_at, sums, self._sums = now, self._sums, {}
        try:
            _write(sums.items())
        except DatabaseError as error:
            logger.warning("traffic not written: %s", type(error).__name__)


def _write(counted: Iterable[tuple[tuple[date, str], Sums]]) -> None:
    with transaction.atomic():
        # In one order: two processes that write at once must not wait for each other.
        for (day, view), sums in sorted(counted, key=lambda each: each[0]):
            Traffic.objects.get_or_create(day=day, view=view)
            Traffic.objects.filter(day=day, view=view).update(
                answers=F("answers") + sums.answers,
                faults=F("faults") + sums.faults,
                slow=F("slow") + sums.slow,
                total_ms=F("total_ms") + sums.total_ms,
                slowest_ms=Greatest(F("slowest_ms"), sums.slowest_ms),
            )
        Traffic.objects.filter(day__lt=timezone.localdate() - KEPT).delete()


def slow_views() -> list[dict[str, Any]]:
    """Return the views that were slow in the last seven days, the most often slow first."""
    week = Traffic.objects.filter(day__gt=timezone.localdate() - WEEK, slow__gt=0)
    rows = (
        week.order_by()
        .values("view")
        .annotate(
            times=Sum("slow"),
            of=Sum("answers"),
            average_ms=Sum("total_ms") / Sum("answers"),
            slowest=Max("slowest_ms"),
        )
    )
    return [dict(row) for row in rows.order_by("-times", "view")[:MOST_LISTED]]
