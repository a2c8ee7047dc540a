"""The office's desk: one entry judged, returned, or opened again."""

from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from targets import access, actions, difference
from targets.choices import NOT_SUBMITTED, ContributionState, Role
from targets.forms.fields import VersionedForm, first_error, written_texts
from targets.forms.plan import EnterForm
from targets.forms.review import ApproveForm, ReopenEntryForm, ReturnEntryForm, ReturnForm
from targets.hints import read_hints
from targets.models import Contribution, Entry, Report, User
from targets.models.contributions import ContributionQuerySet
from targets.questions import (
    Returned,
    last_returned,
    later_entries,
    responsibilities_of,
    was_returned,
)
from targets.questions.measures import desk_values
from targets.views.queue import after_review, neighbours_of, recent_reasons

# The entry judged last and its version since, kept in the session for the one undo.
LAST_VERDICT = "last_verdict"


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
    form = ApproveForm(request.POST, entry=entry, later=_later(entry))
    if form.is_valid():
        try:
            judged = actions.approve_entry(entry=entry, by=request.user, **form.cleaned_data)
        except actions.Refused as refusal:
            form = _refused(form, request, entry.pk, refusal)
        else:
            messages.success(request, f"{entry.line}已核定为{judged.status}。")
            request.session[LAST_VERDICT] = [judged.pk, judged.version]
            return redirect(after_review(entry))
    return _show(request, access.get_entry(request.user, pk), approve=form)


@access.role_required(Role.OFFICE)
@require_POST
def take_back_approval(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the last verdict, while nobody has acted since, and stand before it again."""
    entry = access.get_entry(request.user, pk)
    form = VersionedForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        actions.take_back_approval(entry=entry, version=version, by=request.user)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已撤销{entry.line}的核定，请重新审核。")
    request.session.pop(LAST_VERDICT, None)
    return redirect("targets:review-entry", entry.pk)


@access.role_required(Role.OFFICE)
@require_POST
def reopen_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Review a judged entry anew."""
    entry = access.get_entry(request.user, pk)
    form = ReopenEntryForm(request.POST, entry=entry, later=_later(entry))
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
        reasons=recent_reasons(request.user.district_id or 0),
        auto_id="id_all_%s",
    )
    if form.is_valid():
        try:
            returned = actions.return_entry(entry=entry, by=request.user, **form.cleaned_data)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            names = "、".join(each.unit.name for each in returned)
            messages.success(request, f"{entry.line}已退回{names}。")
            return redirect(after_review(entry))
    return _show(request, access.get_entry(request.user, pk), return_all=form)


@access.role_required(Role.OFFICE)
@require_POST
def return_contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one unit's text back, with a reason."""
    contribution = access.get_contribution(request.user, pk)
    form = ReturnForm(
        request.POST,
        reasons=recent_reasons(request.user.district_id or 0),
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
            entry = access.get_entry(request.user, contribution.entry_id)
            return redirect(after_review(entry))
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
            (str(part.entry.line), reverse("targets:review-entry", args=[part.entry_id])),
        ],
    }
    return render(request, "targets/enter_contribution.html", context)


def _known(user: User, part: Contribution) -> dict[str, object]:
    """Begin with the text where the office may read it: what it returned itself."""
    is_readable = Contribution.objects.readable_by(user).filter(pk=part.pk).exists()
    texts = ("text", "problems", "next_steps")
    known = {name: getattr(part, name) for name in texts} if is_readable else {}
    return {"version": part.version, **known}


def _parts(entry: Entry, user: User) -> ContributionQuerySet:
    """Return the entry's contributions in print order with lateness, people and files.

    Adds is_readable: whether the user may see the text, or only that there is one.
    """
    parts = (
        was_returned(entry.contributions.with_due())
        .with_readable(user, Q(entry=entry))
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
    """Draw the desk: what was written, what it is read against, and the panel that judges."""
    contributions = list(_parts(entry, request.user))
    shown = [each for each in contributions if each.is_readable]
    submitted = [each for each in shown if each.state == ContributionState.SUBMITTED]
    hints = read_hints(submitted, user=request.user)
    sent_back = [each for each in submitted if each.was_returned]
    returned = last_returned(sent_back) if sent_back else {}
    is_open = entry.period.is_open
    previous = Entry.objects.before(entry).first()
    later = _later(entry)
    proposed = actions.proposed_text(shown)
    may_approve = is_open and (not entry.is_judged or entry.in_rereview)
    may_reopen = is_open and entry.is_judged and not entry.in_rereview
    sent = return_all or (returning[1] if returning else None)
    drawn = [(approve, may_approve), (reopen, may_reopen), (sent, is_open)]
    context = {
        "entry": entry,
        "period": entry.period,
        "responsibilities": responsibilities_of(entry),
        "contributions": [
            (each, hints.get(each.pk), _rewriting(each, returned)) for each in contributions
        ],
        "values": desk_values(entry, shown),
        "previous": previous,
        "since": _since(previous, proposed),
        "rewritten": _rewritten(entry, proposed),
        "proposed": proposed,
        "here": neighbours_of(entry),
        "asks_reason": any(each.is_lead and each.state in NOT_SUBMITTED for each in contributions)
        or not any(each.is_lead for each in contributions)
        or approve is not None,
        "approve": approve or _fresh(entry, proposed, later),
        "reopen": reopen or ReopenEntryForm(entry=entry, later=later),
        "returning": _return_form(request, entry, submitted, return_all, returning),
        "may_approve": may_approve,
        "may_reopen": may_reopen,
        "unseen": [_unseen(form) for form, is_drawn in drawn if form and not is_drawn],
        "undo": _last_verdict(request, entry),
        "trail": [("审核", _queue(entry))],
    }
    return render(request, "targets/review_entry.html", context)


def _unseen(form: Form) -> dict[str, object]:
    """Return what a form says that has no panel any more: somebody else acted in the meantime."""
    return {"why": first_error(form), "posted": written_texts(form)}


def _return_form(
    request: HttpRequest,
    entry: Entry,
    submitted: list[Contribution],
    return_all: ReturnEntryForm | None,
    returning: tuple[int, ReturnForm] | None,
) -> dict[str, object] | None:
    """Return the panel's one form that sends back: the unit's, or of several the ticked ones."""
    if returning:
        pk, form = returning
        unit = next((each.unit for each in submitted if each.pk == pk), "单位")
        return {
            "form": form,
            "url": reverse("targets:return-contribution", args=[pk]),
            "title": "退回修改",
            "button": f"退回{unit}",
        }
    if return_all or len(submitted) > 1:
        whole = return_all or ReturnEntryForm(
            initial={"version": entry.version},
            units=[each.unit for each in submitted],
            reasons=recent_reasons(request.user.district_id or 0),
            auto_id="id_all_%s",
        )
        return {
            "form": whole,
            "url": reverse("targets:return-entry", args=[entry.pk]),
            "title": "退回多个单位",
            "button": "退回所选单位",
        }
    if not submitted:
        return None
    (only,) = submitted
    form = ReturnForm(
        initial={"version": only.version},
        reasons=recent_reasons(request.user.district_id or 0),
        auto_id=f"id_{only.pk}_%s",
    )
    return _return_form(request, entry, submitted, None, (only.pk, form))


def _rewriting(
    contribution: Contribution, returned: dict[int, Returned]
) -> dict[str, object] | None:
    """Return what the unit changed since its text was sent back, or None."""
    before = returned.get(contribution.pk)
    if before is None:
        return None
    return {"before": before, "parts": difference.compare(before.text, contribution.text)}


def _last_verdict(request: HttpRequest, entry: Entry) -> Entry | None:
    """Return the entry that this session judged last, as long as nobody acted in it since."""
    pk, version = request.session.get(LAST_VERDICT) or (0, 0)
    rows = Entry.objects.visible_to(request.user).filter(
        pk=pk, version=version, status__isnull=False, period_id=entry.period_id
    )
    return rows.select_related("item__goal", "status").first() if pk else None


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


def _later(entry: Entry) -> list[Entry]:
    """Return what goes on from the entry in later quarters."""
    return later_entries([entry]).get(entry.pk, [])


def _fresh(entry: Entry, proposed: str, later: list[Entry]) -> ApproveForm:
    """Propose the text once from what was submitted; a reopened entry keeps its own."""
    if entry.in_rereview and not proposed:
        proposed = entry.approved_text
    status = entry.proposed_status_id or entry.status_id
    initial = {"version": entry.version, "status": status, "approved_text": proposed}
    return ApproveForm(entry=entry, later=later, initial=initial)


def _refused(
    form: ApproveForm, request: HttpRequest, pk: int, refusal: actions.Refused
) -> ApproveForm:
    """Keep what was typed; after a stale page, bind it to the version now shown."""
    if isinstance(refusal, actions.Stale):
        data = request.POST.copy()
        data["version"] = str(refusal.current.version)
        entry = access.get_entry(request.user, pk)
        form = ApproveForm(data, entry=entry, later=_later(entry))
        form.full_clean()
    form.add_error(None, str(refusal))
    return form


def _queue(entry: Entry) -> str:
    return f"{reverse('targets:review-queue')}?period={entry.period.code}"
