"""How the site does: for a load balancer, for a monitor, and for the administrator."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from targets import access, actions
from targets.choices import Role
from targets.models import Message
from tracker import metrics
from tracker.readiness import answers
from tracker.status import describe


@login_not_required
@never_cache
@require_safe
def show_readiness(request: HttpRequest) -> HttpResponse:
    """Answer 200 where this machine is fit to serve, else 503; a line for each question."""
    answered = answers()
    lines = [f"{each.name} {'ok' if each.is_ok else 'failed'}\n" for each in answered]
    status = 200 if all(each.is_ok for each in answered) else 503
    return HttpResponse("".join(lines), status=status, content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """Give figures to a monitor on this machine, or to one that carries the token."""
    if not metrics.may_read(request):
        raise PermissionDenied
    return HttpResponse(metrics.render(), content_type="text/plain; version=0.0.4; charset=utf-8")


@access.role_required(Role.ADMINISTRATOR)
@require_safe
def show_status(request: HttpRequest) -> HttpResponse:
    """Show how the machine does: versions, room, backup, timers, outbox, slow pages."""
    return render(request, "status.html", describe(request.user))


@access.role_required(Role.ADMINISTRATOR)
@require_POST
def retry_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message that was given up once more."""
    message = get_object_or_404(Message, pk=pk, district=request.user.district_id)
    try:
        actions.retry_message(message=message, by=request.user)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已重新排入发送，几分钟内发出。")
    return redirect("status")
