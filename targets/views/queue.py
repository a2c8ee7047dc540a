"""The office's queue: what waits for review, in order."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from targets import access
from targets.choices import AWAITING, EntryState, Role, Verb
from targets.models import Entry, Event, Item, Period
from targets.questions import items_in
from targets.views.items import period_tabs

# The headings of the queue.
HEADINGS = {
    EntryState.SUBMITTED: "牵头单位均已报送",
    EntryState.PARTIAL: "部分牵头单位已报送",
    EntryState.REREVIEW: "重新审核中",
}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where an entry stands in the queue."""

    position: int  # 1 is the first; 0: it does not wait
    total: int
    previous: int | None  # primary keys of entries
    next: int | None


def neighbours_of(entry: Entry) -> Neighbours:
    """Return the waiting entries before and after this one in print order, in one query."""
    rows = waiting_items(entry.period).values_list("goal__number", "number", "entry_pk")
    here = (entry.item.goal.number, entry.item.number)
    before = [pk for *place, pk in rows if tuple(place) < here]
    after = [pk for *place, pk in rows if tuple(place) > here]
    waits = any(pk == entry.pk for *_place, pk in rows)
    return Neighbours(
        position=len(before) + 1 if waits else 0,
        total=len(rows),
        previous=before[-1] if before else None,
        next=after[0] if after else None,
    )


def waiting_items(period: Period) -> Iterable[Item]:
    """Return the items whose entry waits for the office, in print order."""
    return items_in(period).filter(state__in=AWAITING).in_print_order()


def after_review(entry: Entry) -> str:
    """Return where the office goes on: the next that waits, else the first, else the queue."""
    here = neighbours_of(entry)
    if here.next is None and here.total:
        first = waiting_items(entry.period).first()
        return reverse("targets:review-entry", args=[first.entry_pk])
    if here.next is None:
        return f"{reverse('targets:review-queue')}?period={entry.period.code}"
    return reverse("targets:review-entry", args=[here.next])


@access.role_required(Role.OFFICE)
@require_safe
def review_queue(request: HttpRequest) -> HttpResponse:
    """List what waits for review, and where to begin."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    waiting = waiting_items(period).with_lead_counts()
    items = list(waiting.select_related("goal").prefetch_related("units"))
    groups = [
        (state.value, HEADINGS[state], [item for item in items if item.state == state])
        for state in AWAITING
    ]
    context = {
        "period": period,
        "tabs": period_tabs(request, periods, period),
        "total": len(items),
        "first": items[0] if items else None,
        "groups": [group for group in groups if group[-1]],
    }
    return render(request, "targets/review_queue.html", context)


def recent_reasons(district_id: int) -> list[str]:
    """Return up to eight reasons of late returns in the district, each once, the newest first."""
    returns = Event.objects.filter(district_id=district_id, verb=Verb.RETURN).order_by("-pk")
    return list(dict.fromkeys(returns.values_list("reason", flat=True)[:40]))[:8]
