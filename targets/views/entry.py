"""A unit's first page: what it owes, by when, what came back; and what it does to all at once."""

import re
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from targets import access, actions, rules
from targets.choices import (
    ANSWERED,
    ContributionState,
    Duty,
    Role,
)
from targets.filters import MyItemsFilter
from targets.forms.reporting import ExtensionForm
from targets.models import (
    Adjustment,
    Contribution,
    Entry,
    Instruction,
    Item,
    Period,
    Report,
    Sheet,
    User,
)
from targets.models.contributions import ContributionQuerySet
from targets.models.entries import EntryQuerySet
from targets.questions import duties_in
from targets.views.confirm import ask_and_do
from targets.views.contribution import TOO_OLD, render_forms
from targets.views.items import period_tabs
from targets.worklist import in_order_of_work, list_addresses, read_work, unit_of

# For how long the office's answer to a request stands on the unit's first page.
ANSWERS_SHOWN = timedelta(days=30)
# A draft on the page for submitting all: its number, and the version that was shown.
_SHOWN = re.compile(r"([0-9]{1,18})-([0-9]{1,9})", re.ASCII)


@access.role_required(Role.UNIT)
@require_safe
def list_my_items(request: HttpRequest) -> HttpResponse:
    """Show what the unit owes in every open quarter, and its items of one, by goal."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    work = read_work(request.user, [each for each in periods if each.is_open or each == period])
    quarter = next((each for each in work if each.period == period), None)
    opened = [each for each in work if each.period.is_open]
    first = in_order_of_work(opened)
    own = _own(request.user, period)
    chosen = MyItemsFilter(request.GET, period=period, queryset=own)
    narrowed = {name for name in chosen.data if name != "period" and chosen.data.get(name)}
    kept = set(chosen.qs.order_by().values_list("pk", flat=True)) if narrowed else None
    rows = [each for each in (quarter.rows if quarter else []) if kept is None or each.pk in kept]
    # What came back, and what another quarter still misses; the rest keeps the order by goal.
    urgent = [
        each
        for each in first
        if not narrowed
        and (each.return_reason or (each.is_overdue and each.entry.period_id != period.pk))
    ]
    context = {
        "period": period,
        "tabs": period_tabs(request, periods, period),
        "filter": chosen,
        "narrowed": bool(narrowed),
        "query": chosen.data.urlencode(),
        "unit": unit_of(work),
        "quarter": quarter,
        "lines": [each for each in opened if each.leads],
        "owed_total": len(first),
        "next": first[0] if first else None,
        "has_begun": any(
            row.state != ContributionState.NOT_STARTED for each in opened for row in each.leads
        ),
        "rows": rows,
        "urgent": urgent,
        "views": list_addresses(quarter) if quarter else [],
        "groups": _by_goal([each for each in rows if each.is_owed and each not in urgent]),
        "done": [each for each in rows if not each.is_owed],
        "supported": _supported(request.user, period),
        "today": timezone.localdate(),
        "sheets_to_receive": Sheet.objects.visible_to(request.user).to_receive(
            request.user.unit_id
        ),
        "adjustments": Adjustment.objects.readable_by(request.user)
        .waiting_or_answered_since(timezone.now() - ANSWERS_SHOWN)
        .with_names(),
        **_instructions(request.user),
    }
    return render(request, "targets/my_items.html", context)


def _instructions(user: User) -> dict[str, Any]:
    """Return what is not done yet, and whether the unit still owes an answer to any of it."""
    given = Instruction.objects.readable_by(user).filter(done_at__isnull=True)
    rows = list(given.with_own_answer(user.unit_id).with_item())
    owes = any(each.asks_me and each.own_state not in ANSWERED for each in rows)
    return {"open_instructions": rows, "owes_answer": owes}


def _by_goal(rows: list[Contribution]) -> list[tuple[str, list[Contribution]]]:
    groups: dict[str, list[Contribution]] = {}
    for each in rows:
        goal = each.entry.line.goal
        groups.setdefault(rules.goal_label(goal.number, goal.name), []).append(each)
    return list(groups.items())


def _own(user: User, period: Period) -> ContributionQuerySet:
    return (
        Contribution.objects.owned_by(user)
        .filter(entry__period=period)
        .select_related("entry__item__goal", "entry__kept__goal", "entry__status", "saved_by")
    )


def _drafts(user: User, period: Period) -> ContributionQuerySet:
    """Return what can be submitted as it stands: drafts that hold a text."""
    drafts = _own(user, period).filter(state=ContributionState.DRAFT).exclude(text="")
    return drafts.in_print_order()


def _supported(user: User, period: Period) -> EntryQuerySet:
    """Return the entries that the unit supports and has not added to."""
    added = Contribution.objects.filter(entry=OuterRef("pk"), unit_id=user.unit_id or 0)
    supported = duties_in(period).filter(unit_id=user.unit_id or 0, duty=Duty.SUPPORTING)
    return (
        Entry.objects.for_period(period)
        .filter(item_id__in=supported.order_by().values_list("item_key", flat=True))
        .exclude(Exists(added))
        .with_item()
        .in_print_order()
    )


@access.role_required(Role.UNIT)
@require_POST
def start_contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a supporting unit its box in an entry, and go there."""
    entry = access.get_entry(request.user, pk)
    try:
        contribution = actions.start_contribution(entry=entry, by=request.user)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("targets:my-items")
    return redirect(contribution)


@access.role_required(Role.UNIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submit_drafts(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the drafts that can go in as they stand; posted, submit those that were ticked."""
    period = access.get_period(request.user, pk)
    back = f"{reverse('targets:my-items')}?period={period.code}"
    done: list[Contribution] = []
    refused: list[NotSubmitted] = []
    if request.method == "POST":
        done, refused = _submit_each(request, period)
        if done and not refused:
            messages.success(request, f"已报送{len(done)}项，请等待审核。")
            return redirect(back)
    context = {
        "period": period,
        "drafts": _drafts(request.user, period),
        "done": done,
        "refused": refused,
        "back": back,
        "trail": [("本单位填报", back)],
    }
    return render(request, "targets/submit_drafts.html", context)


NotSubmitted = tuple[Contribution | str, str]  # what, and why not


def _submit_each(
    request: HttpRequest, period: Period
) -> tuple[list[Contribution], list[NotSubmitted]]:
    """Submit each ticked draft in its own transaction; return those done, and (what, why not)."""
    done: list[Contribution] = []
    refused: list[NotSubmitted] = []
    shown = [_SHOWN.fullmatch(value) for value in request.POST.getlist("draft")]
    versions = {int(match[1]): int(match[2]) for match in shown if match}
    if not versions:
        return [], [("", TOO_OLD if request.POST.getlist("draft") else "请至少选择一项。")]
    for draft in _own(request.user, period).filter(pk__in=versions):
        try:
            # The version is the one that the page showed, so words nobody saw stay here.
            actions.submit_contribution(
                contribution=draft,
                version=_shown(draft, versions),
                report=Report.of(draft),
                by=request.user,
            )
        except actions.Refused as refusal:
            refused.append((draft, str(refusal)))
        else:
            done.append(draft)
    return done, refused


def _shown(draft: Contribution, versions: dict[int, int]) -> int:
    if versions[draft.pk] != draft.version and draft.state == ContributionState.DRAFT:
        raise actions.Refused("您打开本页之后，该项内容又有修改。请查看后再报送。")
    return versions[draft.pk]


@access.role_required(Role.UNIT)
@require_http_methods(["GET", "HEAD", "POST"])
def request_extension(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the office for a later due date, for all that is owed or for one item."""
    period = access.get_period(request.user, pk)
    days = [each.due for each in read_work(request.user, [period])]  # none: not opened yet
    note = (
        f"现行填报截止日期为{date_format(days[0], 'Y年n月j日') if days else '未定'}。"
        "督查室同意后，按新的日期计算是否逾期；批复之前，仍按现行日期。"
    )
    initial = {"item": request.GET.get("item")}
    return ask_and_do(
        request,
        form=ExtensionForm(
            request.POST or None, owed=_owed_items(request.user, period), initial=initial
        ),
        action=actions.request_extension,
        heading=f"申请延期：{period}",
        note=note,
        button="提交申请",
        done="延期申请已提交，请等待督查室批复。",
        back=f"{reverse('targets:my-items')}?period={period.code}",
        period=period,
    )


def _owed_items(user: User, period: Period) -> QuerySet[Item]:
    owed = Contribution.objects.owned_by(user).owed().filter(entry__period=period)
    items = Item.objects.filter(pk__in=owed.values("entry__item_id"))
    return items.select_related("goal").in_print_order()


@access.role_required(Role.UNIT)
@never_cache
@require_safe
def print_my_items(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all the unit's contributions of a period as one form to sign and seal (报送单)."""
    period = access.get_period(request.user, pk)
    own = _own(request.user, period).with_due().select_related("unit").prefetch_related("evidence")
    written = own.exclude(text="").in_print_order()
    return render_forms(request, period, list(written), timezone.localdate())
