"""The office's desk: one entry judged, returned, or opened again."""

from django.contrib import messages
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from targets import access, actions, difference
from targets.choices import ContributionState, Role
from targets.forms.fields import first_error
from targets.forms.plan import EnterForm
from targets.forms.review import ApproveForm, ReopenEntryForm, ReturnEntryForm, ReturnForm
from targets.hints import read_hints
from targets.models import Contribution, Entry, Report, User
from targets.views.queue import after_review, neighbours_of, recent_reasons


@access.role_required(Role.OFFICE)
@require_safe
def review_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an entry with everything needed to judge it, and the forms to do so."""
    return _show(request, access.get_entry(request.user, pk))


@access.role_required(Role.OFFICE)
@require_POST
def approve_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge an entry: status and approved text; then go on to the next that waits."""
    entry = access.get_entry(request.user, pk)
    form = ApproveForm(request.POST, entry=entry)
    if form.is_valid():
        try:
            actions.approve_entry(entry=entry, by=request.user, **form.cleaned_data)
        except actions.Refused as refusal:
            form = _refused(form, request, entry.pk, refusal)
        else:
            messages.success(request, f"{entry.item}已核定。")
            return redirect(after_review(entry))
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
            return redirect("targets:review-entry", entry.pk)
    return _show(request, access.get_entry(request.user, pk), reopen=form)


@access.role_required(Role.OFFICE)
@require_POST
def return_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Send several units' texts back with one reason."""
    entry = access.get_entry(request.user, pk)
    units = [each.unit for each in _parts(entry, request.user)]
    form = ReturnEntryForm(
        request.POST,
        units=units,
        reasons=recent_reasons(request.user.district_id),
        auto_id="id_all_%s",
    )
    if form.is_valid():
        try:
            returned = actions.return_entry(entry=entry, by=request.user, **form.cleaned_data)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            names = "、".join(each.unit.name for each in returned)
            messages.success(request, f"{entry.item}已退回{names}。")
            return redirect(after_review(entry))
    return _show(request, access.get_entry(request.user, pk), return_all=form)


@access.role_required(Role.OFFICE)
@require_POST
def return_contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one unit's text back, with a reason."""
    contribution = access.get_contribution(request.user, pk)
    form = ReturnForm(
        request.POST,
        reasons=recent_reasons(request.user.district_id),
        auto_id=f"id_{contribution.pk}_%s",
    )
    if form.is_valid():
        try:
            actions.return_contribution(
                contribution=contribution, by=request.user, **form.cleaned_data
            )
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已退回{contribution.unit}。")
            return redirect("targets:review-entry", contribution.entry_id)
    entry = access.get_entry(request.user, contribution.entry_id)
    return _show(request, entry, returning=(contribution.pk, form))


@access.role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def enter_contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """Write for a unit that cannot, marked as such."""
    part = access.get_part(request.user, pk)
    form = EnterForm(
        request.POST or None, period=part.entry.period, initial=_known(request.user, part)
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.enter_contribution(
                contribution=part,
                version=form.cleaned_data["version"],
                report=form.report(Report.of(part)),
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已代{part.unit}填报，并注明“督查室代填”。")
            return redirect("targets:review-entry", part.entry_id)
    context = {
        "part": part,
        "form": form,
        "trail": [
            ("审核", _queue(part.entry)),
            (str(part.entry.item), reverse("targets:review-entry", args=[part.entry_id])),
        ],
    }
    return render(request, "targets/enter_contribution.html", context)


def _known(user: User, part: Contribution) -> dict:
    """Begin with the text where the office may read it: what it returned itself."""
    is_readable = Contribution.objects.readable_by(user).filter(pk=part.pk).exists()
    texts = ("text", "problems", "next_steps")
    known = {name: getattr(part, name) for name in texts} if is_readable else {}
    return {"version": part.version, **known}


def _parts(entry: Entry, user: User) -> QuerySet:
    """Return the entry's contributions in print order with lateness, people and files.

    Adds is_readable: whether the user may see the text, or only that there is one.
    """
    readable = Contribution.objects.readable_by(user).filter(entry=entry).values("pk")
    parts = (
        entry.contributions.with_due()
        .annotate(is_readable=Case(When(pk__in=readable, then=Value(True)), default=Value(False)))
        .select_related("unit", "submitted_by", "saved_by")
        .prefetch_related("evidence")
    )
    for each in parts:
        each.entry = entry
    return parts


def _show(
    request: HttpRequest,
    entry: Entry,
    *,
    approve: ApproveForm | None = None,
    reopen: ReopenEntryForm | None = None,
    return_all: ReturnEntryForm | None = None,
    returning: tuple[int, ReturnForm] | None = None,
) -> HttpResponse:
    contributions = list(_parts(entry, request.user))
    shown = [each for each in contributions if each.is_readable]
    submitted = [each for each in shown if each.state == ContributionState.SUBMITTED]
    hints = read_hints(submitted, user=request.user)
    reasons = recent_reasons(request.user.district_id) if submitted else []
    forms = {
        each.pk: ReturnForm(
            initial={"version": each.version}, reasons=reasons, auto_id=f"id_{each.pk}_%s"
        )
        for each in submitted
    }
    if returning:
        forms[returning[0]] = returning[1]
    all_form = ReturnEntryForm(
        initial={"version": entry.version},
        units=[each.unit for each in submitted],
        reasons=reasons,
        auto_id="id_all_%s",
    )
    is_open = entry.period.is_open
    previous = Entry.objects.before(entry).first()
    proposed = actions.proposed_text(shown)
    context = {
        "entry": entry,
        "period": entry.period,
        "responsibilities": entry.item.responsibilities.select_related("unit"),
        "contributions": [(each, forms.get(each.pk), hints.get(each.pk)) for each in contributions],
        "previous": previous,
        "since": _since(previous, proposed),
        "rewritten": _rewritten(entry, proposed),
        "proposed": proposed,
        "here": neighbours_of(entry),
        "approve": approve or _fresh(entry, proposed),
        "reopen": reopen or ReopenEntryForm(entry=entry),
        "return_all": return_all or (all_form if len(submitted) > 1 else None),
        "errors": first_error(returning[1]) if returning else "",
        "may_approve": is_open and (not entry.is_judged or entry.in_rereview),
        "may_reopen": is_open and entry.is_judged and not entry.in_rereview,
        "trail": [("审核", _queue(entry))],
    }
    return render(request, "targets/review_entry.html", context)


def _since(previous: Entry | None, proposed: str) -> list[difference.Part] | None:
    """Return what changed since last quarter's approved text; None where one is missing."""
    if previous is None or not previous.approved_text or not proposed:
        return None
    return difference.compare(previous.approved_text, proposed)


def _rewritten(entry: Entry, proposed: str) -> list[difference.Part] | None:
    """Return how the approved text differs from what the units wrote; None where it is not both."""
    if not entry.is_judged or not proposed:
        return None
    return difference.compare(proposed, entry.approved_text)


def _fresh(entry: Entry, proposed: str) -> ApproveForm:
    """Propose the text once from what was submitted; a reopened entry keeps its own."""
    if entry.in_rereview and not proposed:
        proposed = entry.approved_text
    status = entry.proposed_status_id or entry.status_id
    initial = {"version": entry.version, "status": status, "approved_text": proposed}
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
    return f"{reverse('targets:review-queue')}?period={entry.period.code}"
