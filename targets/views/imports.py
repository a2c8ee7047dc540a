"""A file in: uploaded, previewed, confirmed as one, undone as one."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from targets import access, actions
from targets.choices import Role
from targets.difference import compare
from targets.forms.imports import UploadForm, read_choices, read_target
from targets.importing import (
    Holding,
    Kind,
    Preview,
    Source,
    State,
    Unreadable,
    preview_source,
    read_source,
)
from targets.importing.preview import Change, Verdicts, grouped
from targets.importing.previewing import KINDS, TEMPLATES
from targets.models import Period, Unit, User
from targets.views.confirm import ask_and_do

IMPORTERS = (Role.OFFICE, Role.ADMINISTRATOR, Role.UNIT)
SHOWN = 30  # rows of one state, problems or notes on a page; the rest is counted
ASKED = 50  # names on a page that are to be settled; the next ones follow
COMPARED = 30  # rows whose differences are marked character by character
LISTED = 50
ROWS_A_SECOND = 150  # that an import writes: 1,180 items took 7.4 s of a slow core


@access.role_required(*IMPORTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def list_imports(request: HttpRequest) -> HttpResponse:
    """List what was imported, and take a file; nothing is written before its preview."""
    form = UploadForm(request.POST or None, request.FILES or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_held(_hold(request, form)))
        except Unreadable as error:
            form.add_error("file", str(error))
    imports = access.list_imports(request.user).defer("changes")[:LISTED]
    *trail, (heading, _here) = _trail(request.user)
    templates = [
        (kind, kind.label, [(name, heads.columns) for name, heads in TEMPLATES[kind].items()])
        for kind in KINDS[request.user.role]
        if kind in TEMPLATES
    ]
    context = {
        "form": form,
        "imports": [(each, Kind(each.kind).label) for each in imports],
        "heading": heading,
        "trail": trail,
        "templates": templates,
    }
    return render(request, "targets/imports.html", context)


def _hold(request: HttpRequest, form: UploadForm) -> str:
    """Read the upload and keep it until it is confirmed; return its token."""
    file = form.cleaned_data["file"]
    source = read_source(
        data=file.read(),
        file_name=file.name,
        kind=Kind(form.cleaned_data["kind"]),
        user_id=request.user.pk,
        target=form.target,
    )
    return Holding().put(source)


def _trail(user: User) -> list[tuple[str, str]]:
    """Return the way down to the list of imports, which a unit reaches from its first page."""
    here = reverse("targets:imports")
    if user.is_unit:
        return [("本单位填报", reverse("targets:my-items")), ("上传填报表", here)]
    return [("导入", here)]


def _held(token: str) -> str:
    return f"{reverse('targets:preview-import')}?{urlencode({'upload': token})}"


@access.role_required(*IMPORTERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preview_import(request: HttpRequest) -> HttpResponse:
    """Show what the held file would change; take the person's choices and show it again."""
    token = request.POST.get("upload") or request.GET.get("upload", "")
    try:
        source = Holding().get(token, request.user.pk)
        preview = preview_source(source, request.user)
    except Unreadable as error:
        messages.error(request, str(error))
        return redirect("targets:imports")
    if not source.seen and not preview.asks_target:
        # What the person is shown first is what a later change here is measured by.
        source.seen = preview.versions
        Holding().put(source, token)
    if request.method == "POST":
        _take_choices(request, source, preview)
        Holding().put(source, token)
        return redirect(_held(token))
    return _show(request, token, source, preview)


def _take_choices(request: HttpRequest, source: Source, preview: Preview) -> None:
    target = read_target(request.POST, source.kind, request.user)
    source.choices = read_choices(request.POST, preview, source.choices, request.user)
    if target and target != source.target:
        # Another year or quarter: what was decided about single rows was about others.
        source.target, source.seen = target, {}
        source.choices.texts = {}


@access.role_required(*IMPORTERS)
@require_POST
def apply_import(request: HttpRequest) -> HttpResponse:
    """Write what the preview showed, in one transaction."""
    token = request.POST.get("upload", "")
    try:
        source = Holding().get(token, request.user.pk)
        done = actions.apply_import(
            source=source, digest=request.POST.get("digest", ""), by=request.user
        )
    except Unreadable as error:
        messages.error(request, str(error))
        return redirect("targets:imports")
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(_held(token))
    Holding().drop(token, request.user.pk)
    messages.success(
        request, f"已导入“{done.file_name}”，共{len(done.changes)}处。如有差错，可整体撤销。"
    )
    if source.kind == Kind.PLAN:
        messages.info(
            request, "工作标准中的数量要求可拟定为指标：打开“年度任务”，按“拟定指标”逐项确认。"
        )
    return redirect("targets:import", pk=done.pk)


def _show(request: HttpRequest, token: str, source: Source, preview: Preview) -> HttpResponse:
    groups = [_group(preview, state) for state in (State.CONFLICT, State.CHANGED, State.NEW)]
    context = {
        "trail": _trail(request.user),
        "token": token,
        "source": source,
        "preview": preview,
        "counts": [(state, state.label, preview.count(state)) for state in State],
        "groups": [group for group in groups if group["total"]],
        "seconds": 1 + sum(group["total"] for group in groups) // ROWS_A_SECOND,
        "problems": preview.problems[:SHOWN],
        "notes": grouped(preview.notes),
        "questions": preview.questions[:ASKED],
        "matches": preview.matches[:ASKED],
        "units": list(_units(request)) if preview.questions or preview.matches else (),
        "verdicts": [("", "不导入，只作核对"), *Verdicts.choices],
        "targets": _targets(request.user, source.kind),
        "has_choices": bool(
            preview.suggestions
            or preview.questions
            or source.kind in (Kind.PLAN, Kind.PROGRESS)  # another year or quarter
            or preview.offers_verdicts
            or preview.count(State.CONFLICT)
            or len(preview.sheets) > 1
        ),
    }
    return render(request, "targets/preview_import.html", context)


def _units(request: HttpRequest) -> QuerySet[Unit, tuple[int, str]]:
    return Unit.objects.visible_to(request.user).values_list("pk", "name")


def _targets(user: User, kind: Kind) -> list[tuple[int, str]]:
    """Return the quarters that a preview may be moved to; a year is typed."""
    if kind != Kind.PROGRESS:
        return []
    periods = Period.objects.visible_to(user).select_related("plan").newest_first()
    return [(each.pk, str(each)) for each in periods]


def _group(preview: Preview, state: State) -> dict[str, Any]:
    """Return one state's rows for the page; every conflict, since each wants an answer."""
    rows = preview.in_state(state)
    shown = rows if state == State.CONFLICT else rows[:SHOWN]
    return {
        "state": state.value,
        "label": state.label,
        "total": len(rows),
        "rows": [_row(each, index) for index, each in enumerate(shown)],
        "left": len(rows) - len(shown),
    }


def _row(change: Change, index: int) -> dict[str, object]:
    fields = [
        {
            "name": each.name,
            "old": each.old,
            "new": each.new,
            "is_number": each.is_number,
            # Beside each other where a person has to choose, or there is much to compare.
            "parts": compare(each.old, each.new)
            if change.state == State.CHANGED and index < COMPARED
            else None,
        }
        for each in change.differences
    ]
    return {"change": change, "fields": fields}


@access.role_required(*IMPORTERS)
@require_safe
def show_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an import changed, and the texts that were not taken."""
    imported = access.get_import(request.user, pk)
    written = [each for each in imported.changes if each["model"]]
    context = {
        "imported": imported,
        "kind": Kind(imported.kind).label,
        "total": len(written),
        "names": [each["name"] for each in written[:SHOWN]],
        "declined": [each for each in imported.changes if not each["model"]],
        "trail": _trail(request.user),
    }
    return render(request, "targets/import.html", context)


@access.role_required(*IMPORTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def undo_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Put back everything that an import changed."""
    imported = access.get_import(request.user, pk)
    return ask_and_do(
        request,
        form=forms.Form(request.POST if request.method == "POST" else None),
        action=actions.undo_import,
        heading="撤销导入",
        note=f"将“{imported.file_name}”导入的内容整体恢复到导入之前。"
        "导入之后又有变化的，不能整体撤销。",
        button="撤销这次导入",
        done="导入已撤销，各项内容已恢复。",
        back=reverse("targets:imports"),
        danger=True,
        imported=imported,
    )
