"""A unit's own pages: what it owes, and the form for one item."""

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from targets import access, actions, rules
from targets.choices import ContributionState, Duty, Role
from targets.filters import MyItemsFilter
from targets.forms.fields import VersionForm
from targets.forms.reporting import ContributionForm
from targets.models import Contribution, Entry, Period, User
from targets.tables import PER_PAGE, MyItemsTable
from targets.views.items import period_tabs


@access.role_required(Role.UNIT)
@require_safe
def list_my_items(request: HttpRequest) -> HttpResponse:
    """List the unit's contributions of a period, and the items it may add to."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    own = (
        Contribution.objects.owned_by(request.user)
        .filter(entry__period=period)
        .select_related("entry__item__goal", "entry__status", "saved_by")
    )
    chosen = MyItemsFilter(request.GET, period=period, queryset=own)
    table = MyItemsTable(chosen.qs)
    RequestConfig(request, paginate={"per_page": PER_PAGE, "silent": True}).configure(table)
    context = {
        "period": period,
        "tabs": period_tabs(request, periods, period),
        "filter": chosen,
        "table": table,
        "supported": _supported(request.user, period),
        **_owed(own),
    }
    return render(request, "targets/my_items.html", context)


def _owed(own: QuerySet) -> dict:
    """Count a unit's lead contributions by state, and find the one to do next."""
    leads = own.filter(duty=Duty.LEAD)
    counts = dict(leads.order_by().values_list("state").annotate(Count("pk")))
    open_states = [
        ContributionState.RETURNED,
        ContributionState.DRAFT,
        ContributionState.NOT_STARTED,
    ]
    total = sum(counts.values())
    owed = sum(counts.get(state, 0) for state in open_states)
    first = leads.filter(state__in=open_states).order_by(
        "-state", "entry__item__goal__number", "entry__item__number"
    )
    return {
        "counts": {state: counts.get(state, 0) for state in ContributionState.values},
        "total": total,
        "owed": owed,
        # "returned" sorts first, then "not_started", then "draft".
        "next": first.first() if owed else None,
    }


def _supported(user: User, period: Period) -> QuerySet:
    """Return the entries that the unit supports and has not added to."""
    added = Contribution.objects.filter(entry=OuterRef("pk"), unit_id=user.unit_id)
    return (
        Entry.objects.for_period(period)
        .filter(
            item__responsibilities__unit_id=user.unit_id,
            item__responsibilities__duty=Duty.SUPPORTING,
        )
        .exclude(Exists(added))
        .select_related("item__goal", "status")
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
@require_http_methods(["GET", "HEAD", "POST"])
def edit_contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form for one item; save it as a draft, or submit it."""
    contribution = access.get_own_contribution(request.user, pk)
    responsibilities = list(contribution.entry.item.responsibilities.select_related("unit"))
    leads = sum(each.duty == Duty.LEAD for each in responsibilities)
    form = ContributionForm(request.POST or None, contribution=contribution, leads=leads)
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            return _write(request, contribution, form)
        except actions.Stale as stale:
            theirs = stale.current
            form = _with_version(request, form, theirs, leads)
            form.add_error(None, str(stale))
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "contribution": contribution,
        "form": form,
        "theirs": theirs,
        "responsibilities": responsibilities,
        **_beside(request.user, contribution),
    }
    return render(request, "targets/edit_contribution.html", context)


def _write(
    request: HttpRequest, contribution: Contribution, form: ContributionForm
) -> HttpResponse:
    facts = {
        "contribution": contribution,
        "version": form.cleaned_data["version"],
        "by": request.user,
        **form.texts(),
    }
    if request.POST.get("then") == "submit":
        written = actions.submit_contribution(**facts)
        messages.success(request, f"{written.entry.item}已报送督查室，请等待审核。")
        return redirect(f"{reverse('targets:my-items')}?period={written.entry.period.code}")
    written = actions.save_contribution(**facts)
    messages.success(request, "草稿已保存，尚未报送。")
    return redirect(written)


def _with_version(
    request: HttpRequest, form: ContributionForm, theirs: Contribution, leads: int
) -> ContributionForm:
    """Bind the typed text to the version now shown beside it, so that the next save can pass."""
    data = request.POST.copy()
    data["version"] = str(theirs.version)
    bound = ContributionForm(data, contribution=theirs, leads=leads)
    bound.full_clean()
    return bound


def _beside(user: User, contribution: Contribution) -> dict:
    """Return what helps to write: last quarter's text, the other units' parts, lateness."""
    entry = contribution.entry
    others = (
        Contribution.objects.readable_by(user)
        .filter(entry=entry)
        .exclude(pk=contribution.pk)
        .select_related("unit")
    )
    submitted = contribution.submitted_at
    return {
        "previous": Entry.objects.before(entry).first(),
        "others": others,
        "is_late": bool(submitted) and rules.is_late(submitted, entry.period.due_on),
        "may_write": _may_write(contribution),
        "may_withdraw": entry.period.is_open and contribution.state == ContributionState.SUBMITTED,
    }


def _may_write(contribution: Contribution) -> bool:
    try:
        actions.check_may_write(contribution)
    except actions.Refused:
        return False
    return True


@access.role_required(Role.UNIT)
@require_POST
def withdraw_contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a submitted text back to draft."""
    contribution = access.get_own_contribution(request.user, pk)
    form = VersionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "页面已过期，请刷新后再试。")
        return redirect(contribution)
    try:
        actions.withdraw_contribution(
            contribution=contribution, version=form.cleaned_data["version"], by=request.user
        )
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已撤回为草稿，修改后请重新报送。")
    return redirect(contribution)
