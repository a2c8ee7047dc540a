"""The office's desk: one entry judged, returned, or opened again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from targets import access, actions
from targets.choices import Role
from targets.forms.fields import first_error
from targets.forms.review import ApproveForm, ReopenEntryForm, ReturnForm
from targets.models import Contribution, Entry


@access.role_required(Role.OFFICE)
@require_safe
def review_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an entry with everything needed to judge it, and the forms to do so."""
    return _show(request, access.get_entry(request.user, pk))


@access.role_required(Role.OFFICE)
@require_POST
def approve_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge an entry: status and approved text."""
    entry = access.get_entry(request.user, pk)
    form = ApproveForm(request.POST, entry=entry)
    if form.is_valid():
        try:
            actions.approve_entry(entry=entry, by=request.user, **form.cleaned_data)
        except actions.Refused as refusal:
            form = _refused(form, request, entry.pk, refusal)
        else:
            messages.success(request, f"{entry.item}已核定。")
            return redirect(_queue(entry))
    return _show(request, access.get_entry(request.user, pk), approve=form)


@access.role_required(Role.OFFICE)
@require_POST
def reopen_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Review a judged entry anew."""
    entry = access.get_entry(request.user, pk)
    form = ReopenEntryForm(request.POST, entry=entry)
    if form.is_valid():
        try:
            actions.reopen_entry(entry=entry, by=request.user, **form.cleaned_data)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已转入重新审核；再次核定之前，统计仍按原核定结果。")
            return redirect(entry)
    return _show(request, access.get_entry(request.user, pk), reopen=form)


@access.role_required(Role.OFFICE)
@require_POST
def return_contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one unit's text back, with a reason."""
    contribution = access.get_contribution(request.user, pk)
    form = ReturnForm(request.POST)
    if form.is_valid():
        try:
            actions.return_contribution(
                contribution=contribution, by=request.user, **form.cleaned_data
            )
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已退回{contribution.unit}。")
            return redirect(contribution.entry)
    entry = access.get_entry(request.user, contribution.entry_id)
    return _show(request, entry, returning=(contribution.pk, form))


def _show(
    request: HttpRequest,
    entry: Entry,
    *,
    approve: ApproveForm | None = None,
    reopen: ReopenEntryForm | None = None,
    returning: tuple[int, ReturnForm] | None = None,
) -> HttpResponse:
    contributions = list(entry.contributions.select_related("unit", "submitted_by", "saved_by"))
    readable = set(
        Contribution.objects.readable_by(request.user)
        .filter(entry=entry)
        .values_list("pk", flat=True)
    )
    shown = [each for each in contributions if each.pk in readable]
    forms = {each.pk: ReturnForm(initial={"version": each.version}) for each in shown}
    if returning:
        forms[returning[0]] = returning[1]
    context = {
        "entry": entry,
        "period": entry.period,
        "responsibilities": entry.item.responsibilities.select_related("unit"),
        "contributions": [
            (each, each.pk in readable, forms.get(each.pk)) for each in contributions
        ],
        "previous": Entry.objects.before(entry).first(),
        "approve": approve or _fresh(entry, shown),
        "reopen": reopen or ReopenEntryForm(entry=entry),
        "errors": first_error(returning[1]) if returning else "",
        "may_approve": entry.period.is_open and (not entry.is_judged or entry.in_rereview),
        "may_reopen": entry.period.is_open and entry.is_judged and not entry.in_rereview,
        "trail": [("事项清单", _queue(entry))],
    }
    return render(request, "targets/review_entry.html", context)


def _fresh(entry: Entry, readable: list[Contribution]) -> ApproveForm:
    """Propose the text once from what was submitted; a reopened entry keeps its own."""
    proposed = actions.proposed_text(readable)
    if entry.in_rereview and not proposed:
        proposed = entry.approved_text
    initial = {"version": entry.version, "status": entry.status_id, "approved_text": proposed}
    return ApproveForm(entry=entry, initial=initial)


def _refused(
    form: ApproveForm, request: HttpRequest, pk: int, refusal: actions.Refused
) -> ApproveForm:
    """Keep what was typed; after a stale page, bind it to the version now shown."""
    if isinstance(refusal, actions.Stale):
        data = request.POST.copy()
        data["version"] = str(refusal.current.version)
        form = ApproveForm(data, entry=access.get_entry(request.user, pk))
        form.full_clean()
    form.add_error(None, str(refusal))
    return form


def _queue(entry: Entry) -> str:
    return f"{reverse('targets:items')}?period={entry.period.code}"
