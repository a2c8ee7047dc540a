"""What scans misread: the office's own list, offered as corrections on import."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from targets import access, actions
from targets.choices import Role
from targets.forms.imports import MisreadingForm
from targets.models import Misreading


@access.role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def list_misreadings(request: HttpRequest) -> HttpResponse:
    """List what was noted, and note another."""
    form = MisreadingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_misreading(by=request.user, **form.cleaned_data)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记：{made}。")
            return redirect("targets:misreadings")
    context = {
        "form": form,
        "misreadings": Misreading.objects.visible_to(request.user),
        "trail": [("导入", reverse("targets:imports"))],
    }
    return render(request, "targets/misreadings.html", context)


@access.role_required(Role.OFFICE)
@require_POST
def remove_misreading(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a correction no longer."""
    misreading = access.get_misreading(request.user, pk)
    try:
        actions.remove_misreading(misreading=misreading, by=request.user)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已删除：{misreading}。")
    return redirect("targets:misreadings")
