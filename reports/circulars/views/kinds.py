"""Kinds of circular: mastheads, series of numbers, usual wording."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from reports.circulars import access
from reports.circulars.forms import KindForm
from reports.circulars.kind_actions import save_kind
from reports.circulars.models import CircularKind
from reports.circulars.parts import PARTS, unread
from targets.access import role_required
from targets.choices import Role
from targets.refusals import Refused

TRAIL = [("督查通报", "/circulars/")]


@role_required(Role.OFFICE)
@require_safe
def list_kinds(request: HttpRequest) -> HttpResponse:
    """List the district's kinds of circular."""
    context = {"kinds": access.list_kinds(request.user), "trail": TRAIL}
    return render(request, "reports/kinds.html", context)


@role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def add_kind(request: HttpRequest) -> HttpResponse:
    """Make a new kind of circular."""
    return _edit(request, CircularKind(district=request.user.district))


@role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_kind(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a kind of circular; what was issued stays as it is."""
    return _edit(request, access.get_kind(request.user, pk))


def _edit(request: HttpRequest, kind: CircularKind) -> HttpResponse:
    form = KindForm(request.POST if request.method == "POST" else None, instance=kind)
    if request.method == "POST" and form.is_valid():
        shown = form.cleaned_data["shown"]
        try:
            save_kind(kind=form.instance, shown=shown, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已保存：{kind.name}。")
            for said in unread(kind.wording):
                messages.warning(request, f"常用文字中{said}")
            return redirect("reports:circular-kinds")
    context = {
        "form": form,
        "kind": kind,
        "parts": PARTS.values(),
        "trail": [*TRAIL, ("通报种类", "/circulars/kinds/")],
    }
    return render(request, "reports/edit_kind.html", context)
