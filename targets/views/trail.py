"""The trail for the office and the auditor: read, narrowed, taken out; never changed."""

from collections.abc import Iterator
from datetime import timedelta

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from targets import access, actions
from targets.choices import Role, Verb
from targets.event_wording import ToldFact, tell
from targets.filters import EventFilter
from targets.forms.trail import CheckForm
from targets.models import Event, User
from targets.models.trail import EventQuerySet
from targets.sealing import ChainVerdict
from targets.spreadsheets import Value, csv_lines
from targets.tables import EventTable, name_in

ROLES_SHOWN = 30  # days for which a role given or taken stands above the trail
ROLES_LISTED = 10
_VERBS = dict(Verb.choices)
HEADS = ("时间", "账号", "姓名", "来源地址", "操作", "对象", "单位", "变化", "原因")


@access.role_required(Role.OFFICE, Role.AUDITOR)
@require_safe
def show_trail(request: HttpRequest) -> HttpResponse:
    """List the district's events, the newest first."""
    chosen = EventFilter(request.GET, queryset=_events(request.user), user=request.user)
    context = {
        "filter": chosen,
        "roles": _roles(request.user),
        "roles_days": ROLES_SHOWN,
        "table": EventTable(chosen.qs, request=request),
        "query": request.GET.urlencode(),
    }
    return render(request, "targets/trail.html", context)


@access.role_required(Role.OFFICE, Role.AUDITOR)
@require_safe
def export_trail(request: HttpRequest) -> StreamingHttpResponse:
    """Give the events, narrowed as the list is, as CSV for Excel; the export is an event too."""
    chosen = EventFilter(request.GET, queryset=_events(request.user), user=request.user)
    total = chosen.qs.count()
    actions.record_export(subject=request.user, kind="trail.csv", rows=total, by=request.user)
    name = f"trail-{timezone.localdate():%Y%m%d}.csv"
    answer = StreamingHttpResponse(
        csv_lines(HEADS, _rows(chosen.qs, request.user)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@access.role_required(Role.OFFICE, Role.AUDITOR)
def check_trail(request: HttpRequest) -> HttpResponse:
    """Say whether the trail is as it was sealed; posted, it is compared now."""
    form = CheckForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "trail": [("操作记录", reverse("targets:trail"))]}
    if request.method == "POST" and form.is_valid():
        verdict = actions.check_trail(noted=form.noted, by=request.user)
        context |= {
            "verdict": verdict,
            "noted": form.noted,
            "rows": _named(verdict, request.user),
            "checked_at": timezone.now(),
        }
    return render(request, "targets/check_trail.html", context)


def _named(verdict: ChainVerdict, user: User) -> list[tuple[int, str, Event | None]]:
    """Return each fault's number and words, with the event where it is there and the user's."""
    found = _events(user).in_bulk([each.event_id for each in verdict.faults])
    return [(each.event_id, each.kind.label, found.get(each.event_id)) for each in verdict.faults]


def _roles(user: User) -> list[tuple[Event, list[ToldFact]]]:
    """Return what roles were given and taken lately, in words, for the auditor."""
    if user.role != Role.AUDITOR:
        return []
    since = timezone.now() - timedelta(days=ROLES_SHOWN)
    events = _events(user).filter(verb=Verb.ROLE, at__gte=since)
    return list(tell(events[:ROLES_LISTED], user))


def _events(user: User) -> EventQuerySet:
    events = Event.objects.visible_to(user).select_related("by", "unit")
    return events.order_by("-pk")


def _rows(events: EventQuerySet, user: User) -> Iterator[tuple[Value, ...]]:
    values = events.values_list(*EventTable.values, "unit__name", named=True)
    for event, changes in tell(values.iterator(chunk_size=500), user):
        told = "；".join(f"{each.label}：{each.old or '—'}→{each.new or '—'}" for each in changes)
        yield (
            f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}",
            event.actor,
            name_in(event),
            event.address,
            _VERBS.get(event.verb, event.verb),
            event.subject_name,
            event.unit__name or "",
            told,
            event.reason,
        )
