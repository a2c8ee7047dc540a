"""A unit's first page: what it owes, by when, what came back; and what it does to all at once."""

import re
from collections import Counter

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
    NOT_SUBMITTED,
    ContributionState,
    Duty,
    ExtensionState,
    ItemOutcome,
    Role,
)
from targets.filters import MyItemsFilter
from targets.forms.reporting import ExtensionForm
from targets.models import (
    Contribution,
    Entry,
    Extension,
    Instruction,
    Period,
    Reminder,
    Report,
    User,
)
from targets.questions import duties_in
from targets.tables import MyItemsTable
from targets.views.confirm import ask_and_do
from targets.views.contribution import TOO_OLD, render_forms
from targets.views.items import period_tabs

# A draft on the page for submitting all: its number, and the version that was shown.
_SHOWN = re.compile(r"([0-9]{1,18})-([0-9]{1,9})", re.ASCII)


@access.role_required(Role.UNIT)
@require_safe
def list_my_items(request: HttpRequest) -> HttpResponse:
    """List the unit's contributions of a period, and the items it may add to."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    own = _own(request.user, period)
    chosen = MyItemsFilter(request.GET, period=period, queryset=own.with_due())
    context = {
        "period": period,
        "tabs": period_tabs(request, periods, period),
        "filter": chosen,
        "query": chosen.data.urlencode(),
        "table": MyItemsTable(chosen.qs, period=period, request=request),
        "supported": _supported(request.user, period),
        "today": timezone.localdate(),
        "open_instructions": Instruction.objects.readable_by(request.user)
        .filter(done_at__isnull=True)
        .with_item(),
        **_counted(own, f"{request.path}?period={period.code}"),
        **_dates(request.user, period),
    }
    return render(request, "targets/my_items.html", context)


def _own(user: User, period: Period) -> QuerySet:
    return (
        Contribution.objects.owned_by(user)
        .filter(entry__period=period)
        .select_related("entry__item__goal", "entry__kept__goal", "entry__status", "saved_by")
    )


def _drafts(user: User, period: Period) -> QuerySet:
    """Return what can be submitted as it stands: drafts that hold a text."""
    drafts = _own(user, period).filter(state=ContributionState.DRAFT).exclude(text="")
    return drafts.in_print_order()


def _owed(own: QuerySet) -> dict:
    """Count a unit's lead contributions by state, and find what is owed and what comes next.

    One query: a unit has a handful of items, and the page needs each of them anyway.
    """
    rows = list(
        own.select_related("unit")
        .annotate(
            is_written=Exists(Contribution.objects.filter(pk=OuterRef("pk")).exclude(text=""))
        )
        .defer("text", "consolidated_text", "problems", "next_steps")
        .in_print_order()
    )
    leads = [each for each in rows if each.is_lead]
    waiting = [each for each in leads if _is_owed(each)]
    drafts = [each for each in rows if each.state == ContributionState.DRAFT and each.is_written]
    # The reason stays with a text that is being mended; handing it in clears it.
    returned = [each for each in waiting if each.return_reason]
    unwritten = [each for each in waiting if each not in drafts]
    return {
        "unit": rows[0].unit if rows else None,
        "counts": Counter(each.state for each in leads),
        "total": len(leads),
        "owed": len(waiting),
        "returned": returned,
        "ready": len(drafts),
        # What came back first, then what holds no words yet, then what can go in as it is.
        "next": next(iter(returned + unwritten + waiting), None),
        # Everything still owed is written: the next thing to do is to hand it in.
        "all_written": bool(waiting) and not unwritten,
    }


def _counted(own: QuerySet, list_url: str) -> dict:
    """Return what `_owed` counts, and the figures over the list, each with its own list."""
    owed = _owed(own)
    leads = f"{list_url}&duty={Duty.LEAD}"
    submitted, approved = ContributionState.SUBMITTED, ContributionState.APPROVED
    stats = [
        ("应报送", owed["total"], leads),
        ("未报送", owed["owed"], f"{list_url}&state=owed"),
        ("已报送待审", owed["counts"][submitted], f"{leads}&state={submitted}"),
        ("已通过", owed["counts"][approved], f"{leads}&state={approved}"),
    ]
    return {**owed, "list_url": list_url, "stats": stats}


def _is_owed(contribution: Contribution) -> bool:
    """Tell for a row in hand what ContributionQuerySet.owed tells of many."""
    entry = contribution.entry
    is_waited_for = not entry.is_judged or entry.in_rereview
    is_live = entry.line.outcome == ItemOutcome.LIVE
    return contribution.state in NOT_SUBMITTED and is_waited_for and is_live


def _dates(user: User, period: Period) -> dict:
    """Return the day in force for the unit, the days left, its requests, and its reminders."""
    requests = list(Extension.objects.of(period, user.unit_id))
    granted = [each.until for each in requests if each.state == ExtensionState.GRANTED]
    due = rules.due_in_force(period.due_on, max(granted, default=None))
    left = rules.days_left(timezone.localdate(), due)
    return {
        "due": due,
        "is_extended": due != period.due_on,
        "days_left": left,
        "days_over": -left,
        "is_near": 0 <= left <= period.remind_days,
        "extension": requests[0] if requests else None,
        "reminders": list(Reminder.objects.filter(period=period, unit_id=user.unit_id)),
        "may_extend": period.is_open and left >= 0,
    }


def _supported(user: User, period: Period) -> QuerySet:
    """Return the entries that the unit supports and has not added to."""
    added = Contribution.objects.filter(entry=OuterRef("pk"), unit_id=user.unit_id)
    supported = duties_in(period).filter(unit_id=user.unit_id, duty=Duty.SUPPORTING)
    return (
        Entry.objects.for_period(period)
        .filter(item_id__in=supported.order_by().values("item_key"))
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
    done, refused = [], []
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


def _submit_each(request: HttpRequest, period: Period) -> tuple[list, list]:
    """Submit each ticked draft in its own transaction; return those done, and (what, why not)."""
    done, refused = [], []
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
    """Ask the office for a later due date, with a reason."""
    period = access.get_period(request.user, pk)
    extended_until = Extension.objects.granted_until(period, request.user.unit_id)
    due = rules.due_in_force(period.due_on, extended_until)
    note = (
        f"现行填报截止日期为{date_format(due, 'Y年n月j日')}。"
        "督查室同意后，按新的日期计算是否逾期；批复之前，仍按现行日期。"
    )
    return ask_and_do(
        request,
        form=ExtensionForm(request.POST or None),
        action=actions.request_extension,
        heading=f"申请延期：{period}",
        note=note,
        button="提交申请",
        done="延期申请已提交，请等待督查室批复。",
        back=f"{reverse('targets:my-items')}?period={period.code}",
        period=period,
    )


@access.role_required(Role.UNIT)
@never_cache
@require_safe
def print_my_items(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all the unit's contributions of a period as one form to sign and seal (报送单)."""
    period = access.get_period(request.user, pk)
    own = _own(request.user, period).with_due().select_related("unit").prefetch_related("evidence")
    written = own.exclude(text="").in_print_order()
    return render_forms(request, period, list(written), timezone.localdate())
