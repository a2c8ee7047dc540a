"""Items for everyone: the list that every number opens, and one item's page through the year."""

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from targets import access, actions
from targets.choices import Duty, PeriodState, Role, Verb
from targets.event_folding import Fold, fold_saves
from targets.event_wording import tell
from targets.filters import ItemFilter
from targets.models import (
    Adjustment,
    Contribution,
    Entry,
    Event,
    Instruction,
    Item,
    Period,
    Responsibility,
    User,
)
from targets.questions.measures import marked_standard, measured
from targets.tables import ItemTable, draw_fold

MOST_EVENTS = 200  # on one item's page; the trail's own page has the rest
# A unit's work on its draft is told to the unit itself, the office and the auditor.
ON_DRAFTS = (Verb.START, Verb.SAVE, Verb.ATTACH, Verb.DETACH, Verb.DISMISS)
# What a unit asked the office for is no other unit's concern.
REQUESTS = (Verb.REQUEST, Verb.GRANT, Verb.REFUSE, Verb.APPLY, Verb.ADOPT, Verb.DECLINE)


@require_safe
def list_items(request: HttpRequest) -> HttpResponse:
    """List a period's items as filtered, sorted and paged by the URL."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    chosen = ItemFilter(request.GET, period=period, user=request.user)
    context = {
        "period": period,
        "tabs": period_tabs(request, periods, period),
        "filter": chosen,
        "table": ItemTable(chosen.qs, period=period, request=request),
        # The list's exports take the same filters; the period is always named.
        "query": chosen.data.urlencode(),
    }
    return render(request, "targets/items.html", context)


@require_safe
def show_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an item: standard, units, and each quarter's entry as a timeline."""
    item = access.get_item(request.user, pk)
    readable = Contribution.objects.readable_by(request.user).select_related("unit")
    told = (
        Entry.objects.filter(item=item)
        .visible_to(request.user)
        .exclude(period__state=PeriodState.DRAFT)
        .with_item()
        .prefetch_related(Prefetch("contributions", readable, to_attr="readable"))
        .order_by("-period__number")
    )
    entries = list(told)
    how = measured(item, entries)
    responsibilities = list(item.responsibilities.select_related("unit"))
    takes_part = any(
        each.unit_id == request.user.unit_id and each.duty == Duty.LEAD for each in responsibilities
    )
    events = _events(item, request.user, responsibilities)
    context = {
        "item": item,
        "responsibilities": responsibilities,
        "entries": [(entry, how.text(entry)) for entry in entries],
        "measured": how,
        "standard": marked_standard(item, how.measures),
        "takes_part": takes_part,
        "adjustments": item.was_asked_about
        and Adjustment.objects.readable_by(request.user).filter(item=item).with_names(),
        "may_ask": takes_part and actions.may_ask_for_adjustment(item, request.user),
        "events": [(fold.event, drawn) for fold, drawn in events],
        "event_count": sum(len(fold.told) for fold, _drawn in events),
        "instructions": Instruction.objects.readable_by(request.user)
        .filter(item=item)
        .with_item()
        .with_answers(request.user),
        "today": timezone.localdate(),
        "trail": [("事项清单", reverse("targets:items"))],
    }
    return render(request, "targets/item.html", context)


def _events(
    item: Item, user: User, responsibilities: list[Responsibility]
) -> list[tuple[Fold, SafeString]]:
    """Return the item's latest events in words, for those whose work it is, and its overseers."""
    takes_part = any(each.unit_id == user.unit_id for each in responsibilities)
    if not (takes_part or user.role in (Role.OFFICE, Role.LEADER, Role.AUDITOR)):
        return []
    events = Event.objects.visible_to(user).filter(item=item).select_related("by", "unit")
    hidden = ON_DRAFTS + REQUESTS if user.is_unit else ON_DRAFTS
    if user.is_unit or user.is_leader:
        events = events.exclude(~Q(unit_id=user.unit_id) & Q(verb__in=hidden))
    told = tell(events.order_by("-pk")[:MOST_EVENTS], user)
    return [(fold, draw_fold(fold)) for fold in fold_saves(told)]


Tab = tuple[str, str, bool]  # label, address, whether it is shown


def period_tabs(request: HttpRequest, periods: list[Period], current: Period) -> list[Tab]:
    """Return the periods as tabs that keep the page and drop its filters."""
    return [
        (each.quarter.name, f"{request.path}?period={each.code}", each == current)
        for each in periods
    ]
