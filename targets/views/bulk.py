"""What the office does to many entries at once; each is its own act, with its own event."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from targets import access, actions
from targets.choices import HANDED_IN, EntryState, Role
from targets.forms.review import JudgeForm
from targets.hints import read_hints
from targets.models import Entry, Period, Status, User
from targets.questions import later_entries, statuses_for
from targets.views.items import period_tabs
from targets.views.queue import waiting_items

ask = require_http_methods(["GET", "HEAD", "POST"])

GONE = "该事项已不在可批量通过之列（单位已撤回，或他人已核定）。"
NO_STATUS = "请选择完成状态。"
NOT_TICKED = "已选完成状态但没有勾选，未处理；所选状态仍保留。"


@access.role_required(Role.OFFICE)
@ask
def approve_entries(request: HttpRequest) -> HttpResponse:
    """Approve many entries at once where nothing was flagged.

    One status for all that are ticked; a row's own goes first. What was chosen and not
    done stays on the page.
    """
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    statuses = list(statuses_for(period))
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
            (entry, text, failed.get(entry.pk, ""), _status_of(request, entry), _missing(entry))
            for entry, text in rows
        ],
        "asks_reason": any(_missing(entry) for entry, _text in rows),
        "reason": request.POST.get("reason", ""),
        "flagged": flagged,
        "failed": failed,
        "statuses": statuses,
        "status": request.POST.get("status", ""),
        "ticked": set(request.POST.getlist("entry")),
        "all_ticked": "all" in request.GET and request.method != "POST",
        "trail": [("审核", f"{reverse('targets:review-queue')}?period={period.code}")],
    }
    return render(request, "targets/approve_entries.html", context)


def approvable(period: Period, user: User) -> tuple[list[tuple[Entry, str]], int]:
    """Return what all leads reported and nothing was flagged in, with the text proposed.

    So is what waits for other leads while the first one's joint text is there: with a
    reason it can be approved. Beside them the number of those that were flagged: they are
    read one by one.
    """
    waiting = waiting_items(period).filter(state__in=(EntryState.SUBMITTED, EntryState.PARTIAL))
    keys = list(waiting.values_list("entry_pk", flat=True))
    entries = list(
        Entry.objects.filter(pk__in=keys)
        .select_related("item__goal", "kept__goal")
        .prefetch_related("contributions__unit")
        .in_print_order()
    )
    entries = [each for each in entries if not _missing(each) or _has_joint_text(each)]
    for entry in entries:
        entry.period = period
    flagged = flagged_entries(entries, user)
    rows = [
        (entry, actions.proposed_text(entry.contributions.all()))
        for entry in entries
        if entry.pk not in flagged
    ]
    return rows, len(flagged)


def _missing(entry: Entry) -> list[str]:
    """Return the lead units that have handed nothing in, from what was fetched with the entry."""
    leads = [each for each in entry.contributions.all() if each.is_lead]
    return [each.unit.name for each in leads if each.state not in HANDED_IN]


def _has_joint_text(entry: Entry) -> bool:
    return any(
        each.consolidates and each.consolidated_text and each.state in HANDED_IN
        for each in entry.contributions.all()
    )


def _status_of(request: HttpRequest, entry: Entry) -> str:
    """Return the row's own status: as chosen on the page, at first what a file proposed."""
    return request.POST.get(f"{entry.pk}-status", str(entry.proposed_status_id or ""))


def flagged_entries(entries: list[Entry], user: User) -> set[int]:
    """Return the entries with a hint on a text, or with a supporting unit's words in them."""
    parts = []
    for entry in entries:
        for each in entry.contributions.all():
            each.entry = entry
            parts.append(each)
    hints = read_hints(parts, user=user)
    return {each.entry_id for each in parts if hints[each.pk] or (not each.is_lead and each.text)}


def _approve_ticked(request: HttpRequest, period: Period, statuses: list[Status]) -> dict[int, str]:
    """Approve each ticked entry on its own; return what could not be, with the reason why."""
    by_key = {str(each.pk): each for each in statuses}
    common = by_key.get(request.POST.get("status", ""))
    proposed = {entry.pk: (entry, text) for entry, text in approvable(period, request.user)[0]}
    ticked = _ticked(request)
    failed = {
        pk: NOT_TICKED
        for pk in proposed
        if pk not in ticked and request.POST.get(f"{pk}-status", "") in by_key
    }
    done = 0
    for pk in ticked:
        status = by_key.get(request.POST.get(f"{pk}-status", "")) or common
        if pk not in proposed or status is None:
            failed[pk] = NO_STATUS if pk in proposed else GONE
            continue
        entry, text = proposed[pk]
        try:
            actions.approve_entry(
                entry=entry,
                version=_shown_version(request, pk),
                status=status,
                approved_text=text,
                reason=request.POST.get("reason", "") if _missing(entry) else "",
                by=request.user,
            )
            done += 1
        except actions.Refused as refusal:
            failed[pk] = str(refusal)
    _say(request, done, failed, "核定")
    return failed


def _shown_version(request: HttpRequest, pk: int) -> int:
    """Return the version that the row was shown in; 0, which none is, for nonsense."""
    version = request.POST.get(f"{pk}-version", "")
    return int(version) if version.isdecimal() and len(version) < 10 else 0


def _ticked(request: HttpRequest) -> list[int]:
    ticked = request.POST.getlist("entry")
    return [int(each) for each in ticked if each.isdecimal() and len(each) < 18]


def _say(request: HttpRequest, done: int, failed: dict[int, str], what: str) -> None:
    if done:
        messages.success(request, f"已{what}{done}项。")
    if failed:
        names = Entry.objects.visible_to(request.user).filter(pk__in=failed).with_item()
        items: dict[str, list[str]] = {}
        for entry in names:
            items.setdefault(failed[entry.pk].rstrip("。"), []).append(str(entry.line))
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
    statuses = statuses_for(period)
    judged = Entry.objects.for_period(period).filter(status__isnull=False, reopened_at=None)
    later = later_entries(judged) if period.is_open else {}
    form = JudgeForm(
        request.POST or None,
        statuses=statuses,
        later=[each for found in later.values() for each in found],
    )
    if request.method == "POST" and form.is_valid():
        failed = _judge_ticked(request, period, form)
        if not failed:
            return redirect(f"{reverse('targets:judge-entries')}?period={period.code}")
    shown = request.GET.get("status", "")
    if shown.isdecimal() and len(shown) < 18:
        judged = judged.filter(status_id=int(shown))
    context = {
        "period": period,
        "tabs": period_tabs(request, periods, period),
        "entries": [
            (entry, _quarters_of(later.get(entry.pk, [])))
            for entry in judged.with_item().in_print_order()
        ],
        "statuses": statuses,
        "shown": shown,
        "form": form,
        "ticked": set(request.POST.getlist("entry")),
        "all_ticked": "all" in request.GET and request.method != "POST",
        "trail": [("审核", f"{reverse('targets:review-queue')}?period={period.code}")],
    }
    return render(request, "targets/judge_entries.html", context)


def _quarters_of(entries: list[Entry]) -> str:
    """Return the open quarters that carry the result on, as the row says it."""
    return "、".join(str(each.period) for each in entries if each.status_id and each.period.is_open)


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
        try:
            actions.judge_entry(
                entry=entry,
                version=_shown_version(request, pk),
                by=request.user,
                **form.cleaned_data,
            )
            done += 1
        except actions.Refused as refusal:
            failed[pk] = str(refusal)
    _say(request, done, failed, "改判")
    return failed
