"""The office's queue: what waits for review, in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from targets import access
from targets.choices import (
    AWAITING,
    HANDED_IN,
    ContributionState,
    EntryState,
    ItemOutcome,
    Role,
    Verb,
)
from targets.hints import read_hints
from targets.models import Contribution, Entry, Event, Period, User
from targets.questions import Lines, items_in, was_returned
from targets.rules import item_label
from targets.statements import Values, compiled_once, values_of
from targets.views.items import period_tabs

# The headings of the queue.
HEADINGS = {
    EntryState.SUBMITTED: "牵头单位均已报送",
    EntryState.PARTIAL: "部分牵头单位已报送",
    EntryState.REREVIEW: "重新审核中",
}


class Waiting(NamedTuple):
    """One line of the queue."""

    entry_pk: int
    label: str  # the item's number, 8（2）
    units: list[str]  # that have handed in
    at: datetime | None  # the last of them
    again: bool  # one of them had been sent back before


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where an entry stands in the queue."""

    position: int  # 1 is the first; 0: it does not wait
    total: int
    previous: int | None  # primary keys of entries
    next: int | None
    lines: list[Waiting]  # what waits around it, in print order


AROUND = 14  # lines shown of a long queue


def neighbours_of(entry: Entry) -> Neighbours:
    """Return the waiting entries before and after this one in print order, in three queries."""
    rows = _waiting_rows(values_of(entry.period))
    here = (entry.line.goal.number, entry.line.number)
    before = [row for row in rows if row[:2] < here]
    after = [row for row in rows if row[:2] > here]
    waits = len(before) + len(after) < len(rows)
    first = max(0, min(len(before) - AROUND // 2, len(rows) - AROUND))
    return Neighbours(
        position=len(before) + 1 if waits else 0,
        total=len(rows),
        previous=before[-1][3] if before else None,
        next=after[0][3] if after else None,
        # A queue of one leads nowhere.
        lines=_lines(rows[first : first + AROUND]) if len(rows) > 1 else [],
    )


@compiled_once
def _waiting_rows(period_values: Values) -> QuerySet[Any, Values]:
    return waiting_items(Period(*period_values)).values_list(
        "goal__number", "number", "is_numbered", "entry_pk"
    )


def _lines(rows: list[Values]) -> list[Waiting]:
    handed_in = was_returned(
        Contribution.objects.filter(
            entry_id__in=[row[3] for row in rows], state=ContributionState.SUBMITTED
        )
    )
    units: dict[int, list[Values]] = {}
    for entry_pk, *rest in handed_in.order_by("duty", "order").values_list(
        "entry_id", "unit__name", "submitted_at", F("was_returned")
    ):
        units.setdefault(entry_pk, []).append(rest)
    return [
        Waiting(
            entry_pk,
            item_label(goal, number, is_numbered),
            [name for name, *_ in units.get(entry_pk, [])],
            max((at for _, at, _ in units.get(entry_pk, [])), default=None),
            any(again for *_, again in units.get(entry_pk, [])),
        )
        for goal, number, is_numbered, entry_pk in rows
    ]


def waiting_items(period: Period) -> Lines:
    """Return the items whose entry waits for the office, in print order; none that has ended."""
    waiting = items_in(period).filter(state__in=AWAITING, outcome=ItemOutcome.LIVE)
    return waiting.in_print_order()


def after_review(entry: Entry) -> str:
    """Return where the office goes on: the next that waits, else the first, else the queue."""
    here = neighbours_of(entry)
    first = waiting_items(entry.period).first() if here.next is None and here.total else None
    if first is not None:
        return reverse("targets:review-entry", args=[first.entry_pk])
    if here.next is None:
        return f"{reverse('targets:review-queue')}?period={entry.period.code}"
    return reverse("targets:review-entry", args=[here.next])


@dataclass(frozen=True, slots=True)
class Reported:
    """What a row of the whole queue tells of the reports on an item, before it is opened."""

    units: list[str]  # that have handed in
    at: datetime | None  # the last of them
    again: bool  # one of them had been sent back before
    views: list[str]  # what the units think, where they say so
    hints: list[str]  # the labels of the hints on their texts, each once


def _reports_on(items: list[Any], period: Period, user: User) -> dict[int, Reported]:
    """Return what was handed in on each of the waiting items, by their entries' keys."""
    keys = [item.entry_pk for item in items]
    parts = list(
        was_returned(Contribution.objects.filter(entry_id__in=keys, state__in=HANDED_IN))
        .select_related("unit", "entry__item__goal", "entry__kept__goal")
        .order_by("duty", "order")
    )
    for each in parts:
        each.entry.period = period
    hints = read_hints(parts, user=user)
    by_entry: dict[int, list[Any]] = {key: [] for key in keys}
    for each in parts:
        by_entry[each.entry_id].append(each)
    return {
        key: Reported(
            units=[each.unit.name for each in rows],
            at=max((each.submitted_at for each in rows), default=None),
            again=any(each.was_returned for each in rows),
            views=[each.get_own_view_display() for each in rows if each.own_view],
            hints=list(dict.fromkeys(hint.label for each in rows for hint in hints[each.pk])),
        )
        for key, rows in by_entry.items()
    }


@access.role_required(Role.OFFICE)
@require_safe
def review_queue(request: HttpRequest) -> HttpResponse:
    """List what waits for review, and where to begin."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    items = list(waiting_items(period).with_lead_counts().select_related("goal"))
    reports = _reports_on(items, period, request.user)
    groups = [
        (
            state.value,
            HEADINGS[state],
            [(item, reports[item.entry_pk]) for item in items if item.state == state],
        )
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
