"""The office's queue: what waits for review in order, and what is done to many at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from targets import access, actions
from targets.choices import AWAITING, EntryState, Role, Verb
from targets.forms.review import JudgeForm, RowForm
from targets.hints import read_hints
from targets.models import Entry, Event, Item, Period, Status, User
from targets.questions import items_in
from targets.views.items import period_tabs

ask = require_http_methods(["GET", "HEAD", "POST"])

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


@access.role_required(Role.OFFICE)
@ask
def approve_entries(request: HttpRequest) -> HttpResponse:
    """Approve many entries at once where nothing was flagged; each is its own act."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    statuses = Status.objects.visible_to(request.user)
    failed: dict[int, str] = {}
    if request.method == "POST":
        failed = _approve_ticked(request, period, statuses)
        if not failed:
            return redirect(f"{reverse('targets:review-queue')}?period={period.code}")
    rows, flagged = approvable(period, request.user)
    context = {
        "period": period,
        "tabs": period_tabs(request, periods, period),
        "rows": [
            (entry, text, failed.get(entry.pk, ""), _chosen(request, entry)) for entry, text in rows
        ],
        "flagged": flagged,
        "failed": failed,
        "statuses": statuses,
        "ticked": set(request.POST.getlist("entry")),
        "trail": [("审核", f"{reverse('targets:review-queue')}?period={period.code}")],
    }
    return render(request, "targets/approve_entries.html", context)


def _chosen(request: HttpRequest, entry: Entry) -> str:
    return request.POST.get(f"{entry.pk}-status", str(entry.status_id or ""))


def approvable(period: Period, user: User) -> tuple[list[tuple[Entry, str]], int]:
    """Return what all leads reported and nothing was flagged in, with the text proposed.

    Beside them the number of those that were flagged: they are read one by one.
    """
    waiting = waiting_items(period).filter(state=EntryState.SUBMITTED).values("entry_pk")
    entries = list(
        Entry.objects.filter(pk__in=waiting)
        .with_item()
        .prefetch_related("contributions__unit")
        .order_by("item__goal__number", "item__number")
    )
    flagged = flagged_entries(entries, user)
    rows = [
        (entry, actions.proposed_text(entry.contributions.all()))
        for entry in entries
        if entry.pk not in flagged
    ]
    return rows, len(flagged)


def flagged_entries(entries: list[Entry], user: User) -> set[int]:
    """Return the entries with a hint on a text, or with a supporting unit's words in them."""
    parts = []
    for entry in entries:
        for each in entry.contributions.all():
            each.entry = entry
            parts.append(each)
    hints = read_hints(parts, user=user)
    return {each.entry_id for each in parts if hints[each.pk] or (not each.is_lead and each.text)}


def _approve_ticked(request: HttpRequest, period: Period, statuses: object) -> dict[int, str]:
    """Approve each ticked entry on its own; return what could not be, with the reason why."""
    failed: dict[int, str] = {}
    done = 0
    proposed = {entry.pk: (entry, text) for entry, text in approvable(period, request.user)[0]}
    for pk in _ticked(request):
        form = RowForm(request.POST, prefix=str(pk), statuses=statuses)
        if pk not in proposed:
            failed[pk] = "该事项已不在可批量通过之列（单位已撤回，或他人已核定）。"
            continue
        entry, text = proposed[pk]
        if not form.is_valid():
            failed[pk] = "请选择完成状态。"
            continue
        try:
            actions.approve_entry(
                entry=entry, approved_text=text, by=request.user, **form.cleaned_data
            )
            done += 1
        except actions.Refused as refusal:
            failed[pk] = str(refusal)
    _say(request, done, failed, "核定")
    return failed


def _ticked(request: HttpRequest) -> list[int]:
    return [
        int(each) for each in request.POST.getlist("entry") if each.isdecimal() and len(each) < 18
    ]


def _say(request: HttpRequest, done: int, failed: dict[int, str], what: str) -> None:
    if done:
        messages.success(request, f"已{what}{done}项。")
    if failed:
        names = Entry.objects.visible_to(request.user).filter(pk__in=failed).with_item()
        items: dict[str, list[str]] = {}
        for entry in names:
            items.setdefault(failed[entry.pk].rstrip("。"), []).append(str(entry.item))
        said = "；".join(f"{why}：{'、'.join(each)}" for why, each in items.items())
        messages.error(request, f"{len(failed)}项未{what}。{said or '没有这些事项'}。")
    if not done and not failed:
        messages.error(request, "请先勾选事项。")
        failed[0] = "请先勾选事项。"


@access.role_required(Role.OFFICE)
@ask
def judge_entries(request: HttpRequest) -> HttpResponse:
    """Give several judged entries another status with one reason; each is its own act."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    statuses = Status.objects.visible_to(request.user)
    form = JudgeForm(request.POST or None, statuses=statuses)
    if request.method == "POST" and form.is_valid():
        failed = _judge_ticked(request, period, form)
        if not failed:
            return redirect(f"{reverse('targets:judge-entries')}?period={period.code}")
    judged = Entry.objects.for_period(period).filter(status__isnull=False, reopened_at=None)
    shown = request.GET.get("status", "")
    if shown.isdecimal() and len(shown) < 18:
        judged = judged.filter(status_id=int(shown))
    context = {
        "period": period,
        "tabs": period_tabs(request, periods, period),
        "entries": judged.with_item().order_by("item__goal__number", "item__number"),
        "statuses": statuses,
        "shown": shown,
        "form": form,
        "ticked": set(request.POST.getlist("entry")),
        "trail": [("审核", f"{reverse('targets:review-queue')}?period={period.code}")],
    }
    return render(request, "targets/judge_entries.html", context)


def _judge_ticked(request: HttpRequest, period: Period, form: JudgeForm) -> dict[int, str]:
    failed: dict[int, str] = {}
    done = 0
    entries = (
        Entry.objects.visible_to(request.user)
        .for_period(period)
        .with_item()
        .in_bulk(_ticked(request))
    )
    for pk, entry in entries.items():
        version = request.POST.get(f"{pk}-version", "")
        try:
            actions.judge_entry(
                entry=entry,
                version=int(version) if version.isdecimal() and len(version) < 10 else 0,
                by=request.user,
                **form.cleaned_data,
            )
            done += 1
        except actions.Refused as refusal:
            failed[pk] = str(refusal)
    _say(request, done, failed, "改判")
    return failed


def recent_reasons(district_id: int) -> list[str]:
    """Return up to eight reasons of late returns in the district, each once, the newest first."""
    returns = Event.objects.filter(district_id=district_id, verb=Verb.RETURN).order_by("-pk")
    return list(dict.fromkeys(returns.values_list("reason", flat=True)[:40]))[:8]
