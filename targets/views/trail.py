"""The trail for the office and the auditor: read, narrowed, taken out; never changed."""

import csv
from collections.abc import Iterable, Iterator

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from targets import access, actions
from targets.choices import Role, Verb
from targets.filters import EventFilter
from targets.forms.trail import CheckForm
from targets.models import Event, User
from targets.retelling import Change, retell
from targets.sealing import Verdict

PER_PAGE = 50
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
HEADS = ("时间", "账号", "姓名", "来源地址", "操作", "对象", "单位", "变化", "原因")


@access.role_required(Role.OFFICE, Role.AUDITOR)
@require_safe
def show_trail(request: HttpRequest) -> HttpResponse:
    """List the district's events, the newest first."""
    chosen = EventFilter(request.GET, queryset=_events(request.user), user=request.user)
    page = Paginator(chosen.qs, PER_PAGE).get_page(request.GET.get("page"))
    events = list(page.object_list)
    context = {
        "filter": chosen,
        "page": page,
        "rows": list(tell(events, request.user)),
        "imports": _shown_imports(events, request.user),
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
        _lines(chosen.qs, request.user), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@access.role_required(Role.OFFICE, Role.AUDITOR)
def check_trail(request: HttpRequest) -> HttpResponse:
    """Say whether the trail is as it was sealed; posted, it is sealed and compared now."""
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


def _named(verdict: Verdict, user: User) -> list[tuple[int, str, Event | None]]:
    """Return each fault's number and words, with the event where it is there and the user's."""
    found = _events(user).in_bulk([each.event_id for each in verdict.faults])
    return [(each.event_id, each.kind.label, found.get(each.event_id)) for each in verdict.faults]


def _events(user: User) -> QuerySet:
    events = Event.objects.visible_to(user).select_related("by", "unit")
    return events.order_by("-pk")


def _shown_imports(events: Iterable[Event], user: User) -> set[int]:
    """Return the imports that the events are about and that the user may open, and so undo."""
    found = [each.subject_id for each in events if each.subject == "import"]
    return set(access.list_imports(user).filter(pk__in=found).values_list("pk", flat=True))


def tell(events: Iterable[Event], user: User) -> Iterator[tuple[Event, list[Change]]]:
    """Yield each event with its changes in words, as far as the user may read them."""
    for event in events:
        yield event, retell(event.subject, event.old, event.new, shows_words=_reads(event, user))


def _reads(event: Event, user: User) -> bool:
    """Tell whether the user may read a unit's own words in this event.

    Words stand in the trail from the submission on. What is attached or removed belongs
    to a draft: its name is the unit's own.
    """
    if event.verb in (Verb.ATTACH, Verb.DETACH):
        return user.is_unit and event.unit_id == user.unit_id
    return user.is_office or user.is_leader or (user.is_unit and event.unit_id == user.unit_id)


class Echo:
    """A file that gives back what is written to it, line by line."""

    def write(self, line: str) -> str:
        return line


def _lines(events: QuerySet, user: User) -> Iterator[bytes]:
    writer = csv.writer(Echo())
    # The byte-order mark: without it Excel takes UTF-8 for the local code page.
    yield b"\xef\xbb\xbf" + writer.writerow(HEADS).encode()
    for event, changes in tell(events.iterator(chunk_size=500), user):
        told = "；".join(f"{each.label}：{each.old or '—'}→{each.new or '—'}" for each in changes)
        row = (
            f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}",
            event.actor,
            event.by.name if event.by else "",
            event.address,
            event.get_verb_display(),
            event.subject_name,
            event.unit.name if event.unit else "",
            told,
            event.reason,
        )
        yield writer.writerow([_inert(cell) for cell in row]).encode()


def _inert(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
