"""A unit's form for one item: written, saved while it is written, submitted, withdrawn."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from targets import access, actions, difference
from targets.choices import HANDED_IN, ContributionState, Role
from targets.forms.fields import VersionedForm, first_error
from targets.forms.reporting import AttachForm, ContributionForm
from targets.hints import read_hints
from targets.models import Contribution, Entry, Period, Report, User, called_at
from targets.questions import last_returned
from targets.questions.waiting import owed_by
from targets.resumed import take_kept
from targets.worklist import next_after

# What a button that hands in says: back to the list, or on to what is owed next.
SUBMITS = ("submit", "next")

TOO_OLD = "页面已过期，请刷新后再试。"


@access.role_required(Role.UNIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form for one item; save it as a draft, or submit it.

    A script that asks for JSON gets its answer so: the same save, without a page.
    """
    contribution = access.get_own_contribution(request.user, pk)
    if request.method != "POST":
        return show_form(request, contribution, **_kept(request, contribution))
    if request.headers.get("Accept") == "application/json":
        return _save_automatically(request, contribution)
    if "take" in request.POST:
        return act_on_form(
            request, contribution, _take, typed=_with_readings(request, contribution)
        )
    if request.POST.get("then") in SUBMITS:
        return act_on_form(request, contribution, _submit, saves_first=bool(request.FILES))
    return act_on_form(request, contribution, _save)


def _save(request: HttpRequest, contribution: Contribution, form: ContributionForm) -> str:
    messages.success(request, "草稿已保存，尚未报送。")
    return contribution.get_absolute_url()


def _take(request: HttpRequest, contribution: Contribution, form: ContributionForm) -> str:
    messages.success(request, "已采用文中的数值，草稿已保存，尚未报送。")
    return f"{contribution.get_absolute_url()}#values"


def _with_readings(request: HttpRequest, contribution: Contribution) -> QueryDict:
    """Return what was typed, with the value that the person takes from the text, or with all."""
    typed = request.POST.copy()
    form = ContributionForm(request.POST, contribution=contribution)
    for row in form.rows():
        if row.reading and request.POST["take"] in ("all", str(row.indicator.pk)):
            typed[row.value.html_name] = row.read_number
            typed[row.estimate.html_name] = "1" if row.reading.is_estimate else ""
    return typed


def _submit(request: HttpRequest, contribution: Contribution, form: ContributionForm) -> str:
    """Submit what was typed in one act; where files came along, the draft is saved already."""
    shown = contribution.version if request.FILES else form.cleaned_data["version"]
    written = actions.submit_contribution(
        contribution=contribution,
        version=shown,
        report=form.report(),
        figures=form.figures(),
        by=request.user,
    )
    messages.success(request, f"{written.entry.line}已报送督查室，请等待审核。")
    following = next_after(request.user, written) if request.POST["then"] == "next" else None
    if following is not None:
        return following.get_absolute_url()
    return f"{reverse('targets:my-items')}?period={written.entry.period.code}"


# What is done with a form once its draft is saved: it returns the address to go to.
Then = Callable[[HttpRequest, Contribution, ContributionForm], str]


def act_on_form(
    request: HttpRequest,
    contribution: Contribution,
    then: Then,
    *,
    saves_first: bool = True,
    typed: QueryDict | None = None,
    attaches: bool = False,
) -> HttpResponse:
    """Save the posted form as a draft, attach the files it brought, then do the rest.

    Whatever is refused on the way, the page shows what was typed and says why; what
    was done before that stays done.
    """
    form = ContributionForm(typed or request.POST, contribution=contribution)
    attach = AttachForm(request.POST, request.FILES)
    if not (form.is_valid() and attach.is_valid()):
        return show_form(request, contribution, form=form, attach=attach)
    is_saved = False
    try:
        if saves_first:
            contribution = _save_draft(request, contribution, form)
            is_saved = True
            _attach(request, contribution, attach)
        return redirect(then(request, contribution, form))
    except actions.Refused as refusal:
        return _show_refused(
            request, contribution.pk, refusal, is_saved=is_saved, attaches=attaches
        )


def _save_draft(
    request: HttpRequest, contribution: Contribution, form: ContributionForm
) -> Contribution:
    return actions.save_contribution(
        contribution=contribution,
        version=form.cleaned_data["version"],
        report=form.report(),
        figures=form.figures(),
        by=request.user,
    )


def _show_refused(
    request: HttpRequest, pk: int, refusal: actions.Refused, *, is_saved: bool, attaches: bool
) -> HttpResponse:
    """Show the typed text bound to the version now shown, so that the next save can pass."""
    now = access.get_own_contribution(request.user, pk)
    form = ContributionForm({**request.POST.dict(), "version": now.version}, contribution=now)
    form.add_error(None, str(refusal))
    if is_saved:
        form.errors_title = "草稿已保存，请更正以下问题："
    theirs = now if isinstance(refusal, actions.Stale) else None
    attach = AttachForm() if attaches else None
    return show_form(request, now, form=form, theirs=theirs, attach=attach)


def _attach(request: HttpRequest, contribution: Contribution, form: AttachForm) -> None:
    for file in form.cleaned_data["files"]:
        actions.attach_evidence(
            contribution=contribution,
            file=file,
            kind=form.cleaned_data["kind"],
            by=request.user,
        )


def _save_automatically(request: HttpRequest, contribution: Contribution) -> JsonResponse:
    """Answer a script's save: 200 saved, 400 to be corrected, 409 someone else's, 422 refused."""
    form = ContributionForm(request.POST, contribution=contribution, is_automatic=True)
    status, said = 200, {}
    try:
        if form.is_valid():
            saved = _save_draft(request, contribution, form)
            said = {**_said(saved), "message": form.left_out}
            if form.indicators:
                said["notes"] = _notes(saved)
        else:
            status, said = 400, {"message": first_error(form)}
    except actions.Stale as stale:
        now = access.get_own_contribution(request.user, contribution.pk)
        status, said = 409, {"message": str(stale), **_said(now)}
    except actions.Refused as refusal:
        status, said = 422, {"message": str(refusal)}
    return JsonResponse(said, status=status)


def _said(contribution: Contribution) -> dict[str, object]:
    """Return a contribution as scripts read it: its version, its words, by whom and when."""
    saved_at = contribution.saved_at and timezone.localtime(contribution.saved_at)
    return {
        "version": contribution.version,
        **Report.of(contribution).plain(),
        "by": called_at(contribution.saved_by, contribution.saved_at),
        "at": date_format(saved_at, "H:i") if saved_at else "",
    }


def _notes(contribution: Contribution) -> dict[int, str]:
    """Return what stands below each indicator's fields, as HTML, by the indicators' keys."""
    rows = ContributionForm(contribution=contribution).rows()
    return {
        row.indicator.pk: render_to_string(
            "targets/_value_notes.html", {"row": row, "may_write": True}
        )
        for row in rows
    }


def _kept(request: HttpRequest, contribution: Contribution) -> dict[str, Any]:
    """Return the form with what was typed before the session ended, once, or nothing."""
    kept = take_kept(request, contribution.get_absolute_url())
    if not kept:
        return {}
    form = ContributionForm(contribution=contribution)
    typed = {name: kept[name] for name in form.fields if name in kept}
    typed.pop("version", None)
    form = ContributionForm(contribution=contribution, initial=typed)
    differs = contribution.text and contribution.text != typed.get("text")
    return {"form": form, "theirs": contribution if differs else None, "is_restored": True}


def show_form(
    request: HttpRequest,
    contribution: Contribution,
    *,
    form: ContributionForm | None = None,
    attach: AttachForm | None = None,
    theirs: Contribution | None = None,
    is_restored: bool = False,
    offered: str = "",
) -> HttpResponse:
    """Draw the page: the form where it may be written, beside what helps to write it."""
    responsibilities = contribution.entry.line.responsibilities.all()
    form = form or ContributionForm(contribution=contribution)
    context = {
        "contribution": contribution,
        "form": form,
        "fields": json.dumps({**Report.labels(), **form.value_labels()}, ensure_ascii=False),
        "attach": attach or AttachForm(),
        # Where files were chosen and refused, the box to choose them stays open.
        "is_attaching": bool(request.FILES) or attach is not None,
        "theirs": theirs,
        "responsibilities": responsibilities,
        "is_restored": is_restored,
        # The box holds what the server has not: the script saves it without waiting for a key.
        "is_unsaved": is_restored or bool(offered) or form.is_bound,
        "offered": offered,
        "today": timezone.localdate(),
        **_beside(request.user, contribution),
    }
    return render(request, "targets/edit_contribution.html", context)


def _beside(user: User, contribution: Contribution) -> dict[str, object]:
    """Return what stands beside the form: last quarter, the others' parts, dates, the verdict."""
    entry = contribution.entry
    everyone = list(
        Contribution.objects.readable_by(user)
        .filter(entry=entry)
        .select_related("unit")
        .prefetch_related("evidence")
    )
    others = [each for each in everyone if each.pk != contribution.pk]
    own = next(each for each in everyone if each.pk == contribution.pk)
    previous = Entry.objects.before(entry).first()
    parts = _changes_by_office(contribution, others)
    may_write = _may_write(contribution)
    return {
        "previous": previous,
        "previous_text": text_of_last_quarter(contribution, previous),
        "others": others,
        "evidence": list(own.evidence.all()),
        "may_write": may_write,
        "may_extend": may_write
        and contribution.is_lead
        and contribution.due_in_force >= timezone.localdate(),
        # Counted with the account: what the unit owes beside this one.
        "owes_more": may_write and owed_by(user) > contribution.is_lead,
        "rewriting": _rewriting(contribution),
        "hints": read_hints([contribution], user=user)[contribution.pk] if may_write else [],
        "may_withdraw": entry.period.is_open and contribution.state == ContributionState.SUBMITTED,
        "parts": parts,
        "has_changes": difference.is_changed(parts or []),
    }


def _rewriting(contribution: Contribution) -> dict[str, object] | None:
    """Return what was sent back and what changed since, while its reason stands; or None."""
    if not contribution.return_reason:
        return None
    before = last_returned([contribution]).get(contribution.pk)
    if before is None or before.text == contribution.text:
        return None
    return {"before": before, "parts": difference.compare(before.text, contribution.text)}


def text_of_last_quarter(contribution: Contribution, previous: Entry | None) -> str:
    """Return the unit's own text of the quarter before, else what was approved then."""
    if previous is None:
        return ""
    own = previous.contributions.filter(unit_id=contribution.unit_id).exclude(text="").first()
    if own and own.state in HANDED_IN:
        return own.text
    return previous.approved_text


def _changes_by_office(
    contribution: Contribution, others: list[Contribution]
) -> list[difference.Part] | None:
    """Return how the approved text differs from what the leads handed in; None before approval."""
    entry = contribution.entry
    if not entry.is_judged or contribution.state != ContributionState.APPROVED:
        return None
    parts = sorted([contribution, *others], key=lambda each: (each.duty, each.order))
    return difference.compare(actions.proposed_text(parts), entry.approved_text)


def _may_write(contribution: Contribution) -> bool:
    try:
        actions.check_may_write(contribution)
    except actions.Refused:
        return False
    return True


@access.role_required(Role.UNIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start_from_previous(request: HttpRequest, pk: int) -> HttpResponse:
    """Put last quarter's text into the box, unsaved; where words stand there, ask first."""
    contribution = access.get_own_contribution(request.user, pk)
    if request.method != "POST":
        return redirect(contribution)
    previous = Entry.objects.before(contribution.entry).first()
    theirs = text_of_last_quarter(contribution, previous)
    known = ContributionForm(contribution=contribution).fields
    typed = {name: request.POST.get(name, "") for name in (*Report.labels(), *known)}
    mine, how = typed["text"], request.POST.get("how", "")
    offered = "asked" if mine.strip() and mine.strip() != theirs and not how else "filled"
    if offered == "filled":
        typed["text"] = f"{mine.rstrip()}\n{theirs}" if how == "append" else theirs
    form = ContributionForm(contribution=contribution, initial=typed)
    return show_form(request, contribution, form=form, offered=offered)


@access.role_required(Role.UNIT)
@require_POST
def withdraw_contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a submitted text back to draft."""
    contribution = access.get_own_contribution(request.user, pk)
    form = VersionedForm(request.POST)
    if not form.is_valid():
        messages.error(request, TOO_OLD)
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


@access.role_required(Role.UNIT)
@never_cache
@require_http_methods(["GET", "HEAD"])
def print_contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one contribution as the form that the unit's head signs and seals (报送单)."""
    contribution = access.get_own_contribution(request.user, pk)
    return render_forms(request, contribution.entry.period, [contribution], timezone.localdate())


def render_forms(
    request: HttpRequest, period: Period, contributions: list[Contribution], today: date
) -> HttpResponse:
    """Draw the 报送单 of one unit, with one or many items.

    A day that was granted for all of them stands at the head, one of a single item beside it.
    """
    days = {each.due_in_force for each in contributions}
    due = days.pop() if len(days) == 1 else None
    context = {
        "period": period,
        "due": due if due != period.due_on else None,
        "unit": request.user.unit,
        "contributions": contributions,
        "today": today,
    }
    return render(request, "targets/print_contributions.html", context)
