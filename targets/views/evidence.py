"""Files beside a contribution: attached and removed by its unit, downloaded by its readers."""

from collections.abc import Callable

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from targets import access, actions
from targets.choices import Role
from targets.forms.reporting import ContributionForm
from targets.models import Contribution, Evidence, InstructionFile
from targets.views.contribution import act_on_form


@access.role_required(Role.UNIT)
@require_http_methods(["GET", "HEAD", "POST"])
def attach_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the draft as it is typed and attach the files chosen beside it.

    The form that was refused stands at this address; a new login leads here again.
    """
    contribution = access.get_own_contribution(request.user, pk)
    if request.method != "POST":
        return redirect(contribution)
    return act_on_form(request, contribution, _attached, attaches=True)


def _attached(request: HttpRequest, contribution: Contribution, form: ContributionForm) -> str:
    count = len(request.FILES.getlist("files"))
    if not count:
        raise actions.Refused("尚未选择文件。请先选择要上传的文件。")
    messages.success(request, f"已上传{count}个文件，草稿已保存。")
    return contribution.get_absolute_url()


@access.role_required(Role.UNIT)
@require_POST
def detach_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the draft as it is typed and take one file away."""
    evidence = access.get_own_evidence(request.user, pk)
    contribution = access.get_own_contribution(request.user, evidence.contribution_id)

    def detach(request: HttpRequest, contribution: Contribution, form: ContributionForm) -> str:
        actions.detach_evidence(evidence=evidence, by=request.user)
        messages.success(request, f"已移除“{evidence.name}”，草稿已保存。")
        return contribution.get_absolute_url()

    return act_on_form(request, contribution, detach)


@never_cache
@require_safe
def download_evidence(request: HttpRequest, pk: int) -> FileResponse:
    """Hand a contribution's file over for saving."""
    evidence = access.get_evidence(request.user, pk)
    return hand_over(request, evidence, actions.record_evidence_download, evidence=evidence)


def hand_over(
    request: HttpRequest,
    row: Evidence | InstructionFile,
    record: Callable[..., None],
    **subject: object,
) -> FileResponse:
    """Return a file for saving, never for showing: the browser must not open it as a page."""
    try:
        file = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404("the file is no longer on disk") from error
    if request.method == "GET":
        record(by=request.user, **subject)
    response = FileResponse(
        file, as_attachment=True, filename=row.name, content_type=row.content_type
    )
    # Also where a server in front should drop its own headers.
    response["X-Content-Type-Options"] = "nosniff"
    return response
