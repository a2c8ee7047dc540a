"""Circulars: the archive, drafts, issuing, corrections."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reports.circulars import access, actions, drafts, rendering
from reports.circulars.forms import (
    CircularForm,
    IssueForm,
    ShownForm,
    VersionForm,
    others_words,
    typed_words,
)
from reports.circulars.models import Circular
from reports.circulars.parts import PARTS
from reports.circulars.rewording import Rewording
from reports.circulars.views.fields import field_groups
from reports.circulars.views.warnings import linked_warnings
from reports.document.content import CircularContent
from reports.figures.quarter import QuarterFigures, build_figures
from reports.renderings import Rendering, RenderingState
from targets.access import role_required
from targets.choices import Role
from targets.refusals import Refused, Stale
from targets.resumed import take_kept

TRAIL = [("督查通报", "/circulars/")]


@require_safe
def list_circulars(request: HttpRequest) -> HttpResponse:
    """Show the archive and, to the office, its drafts."""
    pages = Paginator(access.list_issued(request.user), 25)
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "drafts": access.list_drafts(request.user),
        "periods": access.list_draftable_periods(request.user),
        "kinds": access.list_kinds(request.user),
    }
    return render(request, "reports/circulars.html", context)


@role_required(Role.OFFICE)
@require_POST
def draft_circular(request: HttpRequest) -> HttpResponse:
    """Draft a circular for the period that was chosen."""
    periods = {str(each.pk): each for each in access.list_draftable_periods(request.user)}
    period = periods.get(request.POST.get("period", ""))
    if period is None:
        messages.error(request, "请选择已开放的季度。")
        return redirect("reports:circulars")
    kinds = {str(each.pk): each for each in access.list_kinds(request.user)}
    kind = kinds.get(request.POST.get("kind", ""))
    circular = actions.draft_circular(period=period, by=request.user, kind=kind)
    return redirect("reports:edit-circular", circular.pk)


@require_safe
def show_circular(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one circular: a draft with its preview and warnings, an issued one with its files."""
    circular = access.get_circular(request.user, pk)
    if circular.is_issued:
        return _show_issued(request, circular)
    figures = build_figures(circular.period)
    content = drafts.circular_content(circular, figures)
    digest = rendering.words_digest(content)
    context = {
        "circular": circular,
        "number": content.number_text,
        "has_annex": content.has_annex,
        "rewordings": _rewordings(circular, figures),
        "warnings": linked_warnings(circular, figures, request.user),
        "rewrite": VersionForm(initial={"version": circular.version}),
        "shown": ShownForm(initial={"version": circular.version, "shown": digest}),
        "is_read": circular.is_read(digest),
        "is_signed": circular.is_signed(digest),
        "trail": TRAIL,
    }
    return render(request, "reports/draft.html", context)


def _show_issued(
    request: HttpRequest, circular: Circular, posted: list[tuple[str, str]] | None = None
) -> HttpResponse:
    context = {
        "circular": circular,
        "posted": posted,
        "files": circular.files.defer("data"),
        "changes": drafts.changes_of(circular),
        "corrections": circular.corrections.visible_to(request.user),
        "trail": TRAIL,
    }
    return render(request, "reports/issued.html", context, status=409 if posted else 200)


def _say_issued(request: HttpRequest, circular: Circular) -> HttpResponse:
    """Tell whoever comes too late, such as by a second click, that it was issued."""
    if request.method == "POST":
        messages.warning(request, f"{circular.full_name}此前已经印发，刚才的操作没有作用。")
    return redirect(circular)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_circular(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft's words; what was typed after it was issued is given back."""
    circular = access.get_for_office(request.user, pk)
    if circular.is_issued:
        typed = typed_words(request.POST)
        if typed:
            said = f"{circular.full_name}此前已经印发，不能再改动；如有错误，请起草更正。"
            messages.error(request, said)
            return _show_issued(request, circular, typed)
        return _say_issued(request, circular)
    figures = build_figures(circular.period)
    saved = CircularForm.initial_of(circular) | drafts.current_words(circular, figures)
    resumed = take_kept(request, request.path) if request.method == "GET" else {}
    initial = saved | resumed
    form = CircularForm(_posted(request), initial=initial, figures=figures, circular=circular)
    theirs: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_circular(circular=circular, by=request.user, **form.cleaned_data)
        except Stale as stale:
            form.add_error(None, str(stale))
            theirs = others_words(form, saved)
            # Saved once more, with both before his eyes, it is his that counts.
            posted = request.POST.copy()
            posted["version"] = str(circular.version)
            form.data = posted
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "草稿已保存。")
            if "stay" in request.POST:
                return redirect("reports:edit-circular", pk)
            return redirect(circular)
    warnings = linked_warnings(circular, figures, request.user)
    context = {
        "circular": circular,
        "form": form,
        "groups": field_groups(form, {each.field for each in warnings}),
        "is_resumed": bool(resumed),
        "theirs": theirs,
        "warnings": warnings,
        "parts": PARTS.values(),
        "rewordings": _rewordings(circular, figures),
        "trail": _trail(circular),
    }
    return render(request, "reports/edit_circular.html", context)


@require_POST
def rewrite_circular(request: HttpRequest, pk: int) -> HttpResponse:
    """Write title and body anew from the current figures."""
    circular = access.get_for_office(request.user, pk)
    if circular.is_issued:
        return _say_issued(request, circular)
    form = VersionForm(request.POST)
    if form.is_valid():
        try:
            actions.rewrite_circular(circular=circular, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "标题和正文已按当前统计重新生成。")
    return redirect(circular)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_circular(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then take a draft away."""
    circular = access.get_for_office(request.user, pk)
    if circular.is_issued:
        return _say_issued(request, circular)
    form = VersionForm(_posted(request), initial={"version": circular.version})
    if request.method == "POST" and form.is_valid():
        try:
            actions.remove_circular(circular=circular, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已删除：{circular}。")
            return redirect("reports:circulars")
    context = {
        "form": form,
        "heading": f"删除{circular}",
        "note": "误起草的、重复的草稿可以删除，期号不受影响。删除后不能恢复，草稿中自行改写的文字"
        "留在操作记录中。",
        "button": "删除",
        "back": circular.get_absolute_url(),
        "danger": True,
    }
    return render(request, "targets/confirm.html", context)


@require_POST
def read_circular(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the reader's name to a draft as it was shown."""
    circular = access.get_for_office(request.user, pk)
    return _put_name(request, circular, actions.read_circular, "已核稿，请由另一人签发。")


@require_POST
def sign_circular(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign a draft off as it was shown and read."""
    if access.waits_to_be_read(request.user, pk):
        messages.error(
            request, "这份草稿在您查看之后有改动，没有签发；督查室重新核稿后再请您签发。"
        )
        return redirect("reports:circulars")
    circular = access.get_to_sign(request.user, pk)
    return _put_name(request, circular, actions.sign_circular, "已签发，可以印发。")


def _put_name(
    request: HttpRequest, circular: Circular, act: Callable[..., Circular], done: str
) -> HttpResponse:
    if circular.is_issued:
        return _say_issued(request, circular)
    form = ShownForm(request.POST)
    if form.is_valid():
        try:
            act(circular=circular, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)
    elif act is actions.sign_circular and circular.read_by == request.user:
        messages.error(request, "核稿人与签发人不能是同一人，请由另一人签发。")
    else:
        messages.error(request, "提交的内容不完整，请重新打开该页面再操作。")
    return redirect(circular)


@require_http_methods(["GET", "HEAD", "POST"])
def issue_circular(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then issue; a long circular is rendered first, with its progress shown."""
    circular = access.get_for_office(request.user, pk)
    if circular.is_issued:
        return _say_issued(request, circular)
    figures = build_figures(circular.period)
    content = drafts.circular_content(circular, figures)
    waiting = _first_unready(content) if len(figures.rows) > rendering.INLINE_ROWS else None
    if waiting is not None:
        return show_progress(request, waiting, len(figures.rows))
    form = IssueForm(
        _posted(request),
        initial={"version": circular.version, "shown": rendering.words_digest(content)},
        has_acts=circular.district.requires_sign_off,
    )
    if request.method == "POST" and form.is_valid():
        try:
            issued = actions.issue_circular(circular=circular, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已印发：{issued.full_name}。")
            return redirect(issued)
    context = {
        "circular": circular,
        "form": form,
        "number": content.number_text,
        "title": content.title,
        "warnings": linked_warnings(circular, figures, request.user),
        "trail": _trail(circular),
    }
    return render(request, "reports/issue_circular.html", context)


def _first_unready(content: CircularContent) -> Rendering | None:
    """Start what is not rendered yet, one file at a time; None when all files are ready."""
    for kind in rendering.kinds_of(content):
        made = rendering.file_or_start(content, kind)
        if isinstance(made, Rendering):
            return made
    return None


@require_POST
def correct_circular(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft a circular that corrects an issued one."""
    circular = access.get_issued(request.user, pk)
    try:
        draft = actions.correct_circular(circular=circular, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(circular)
    return redirect("reports:edit-circular", draft.pk)


def show_progress(request: HttpRequest, waiting: Rendering, rows: int) -> HttpResponse:
    """Say how long a rendering has taken; the page asks again by itself."""
    gone, expected = rendering.progress_of(waiting, rows)
    context = {"rendering": waiting, "gone": gone, "expected": expected, "rows": rows}
    response = render(request, "reports/rendering.html", context, status=202)
    if waiting.state == RenderingState.WORKING:
        response["Refresh"] = "3"
    return response


def _rewordings(circular: Circular, figures: QuarterFigures) -> list[Rewording]:
    return drafts.rewordings_of(circular, figures) if circular.corrects else []


def _posted(request: HttpRequest) -> QueryDict | None:
    """Return what was sent; an empty form is sent too, and is wrong rather than new."""
    return request.POST if request.method == "POST" else None


def _trail(circular: Circular) -> list[tuple[str, str]]:
    return [*TRAIL, (str(circular), reverse("reports:circular", args=[circular.pk]))]
