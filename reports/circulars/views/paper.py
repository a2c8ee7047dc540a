"""The paper itself: the PDF as it will be printed, and its pages as pictures."""

import base64
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from reports import renderings
from reports.circulars import access, drafts, rendering
from reports.circulars.forms import PageForm
from reports.circulars.models import Circular, FileKind
from reports.circulars.views.circulars import show_progress
from reports.document.content import CircularContent
from reports.document.pictures import page_picture, page_sizes
from reports.renderings import Rendering, RenderingState

_FRAMED = {"frame-ancestors": [SELF], "object-src": [SELF], "script-src": [NONE]}


@csp_replace(_FRAMED)  # type: ignore[arg-type]  # its types know no view with arguments
@xframe_options_sameorigin
@require_safe
def preview_circular(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the PDF itself, exactly as it will be printed."""
    circular = access.get_circular(request.user, pk)
    pdf, _of, rows = _pdf_of(circular)
    if isinstance(pdf, Rendering):
        return show_progress(request, pdf, rows)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = "inline"
    return response


@csp_replace(_FRAMED)  # type: ignore[arg-type]  # its types know no view with arguments
@xframe_options_sameorigin
@require_safe
def show_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every page as a picture, in a frame beside the fields; the browser fetches what is seen.

    The pages' addresses name the content: all are of the same words, whoever edits meanwhile.
    Where they are still to be made, the first page stands there already, and the browser asks
    for the ?whole by itself.
    """
    circular = access.get_circular(request.user, pk)
    content = None if circular.is_issued else drafts.circular_content(circular)
    if content and "whole" not in request.GET and not rendering.is_kept(content, FileKind.PDF):
        return _show_first_page(request, circular, content, None)
    pdf, of, _rows = _pdf_of(circular, content=content)
    if isinstance(pdf, Rendering):
        if content and pdf.state == RenderingState.WORKING:
            return _show_first_page(request, circular, content, pdf)
        return show_progress(request, pdf, 0)
    context = {"circular": circular, "sizes": page_sizes(pdf), "of": of}
    return render(request, "reports/paper.html", context)


def _show_first_page(
    request: HttpRequest, circular: Circular, content: CircularContent, waiting: Rendering | None
) -> HttpResponse:
    """Show the first page while the others are made; `waiting`: in a process of their own."""
    picture = base64.b64encode(page_picture(rendering.obtain_front(content), 1)).decode()
    context: dict[str, Any] = {
        "circular": circular,
        "first_page": f"data:image/png;base64,{picture}",
    }
    if waiting:
        context["gone"], context["expected"] = rendering.progress_of(waiting, content.row_count)
    response = render(request, "reports/paper.html", context, status=202)
    response["Refresh"] = f"{3 if waiting else 0}; url=?whole=1"
    return response


@require_safe
def show_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one page as PNG: ?number, and of a draft ?of, which the paper's addresses hold."""
    circular = access.get_circular(request.user, pk)
    form = PageForm(request.GET)
    if not form.is_valid():
        raise Http404
    pdf, _of, _rows = _pdf_of(circular, form.cleaned_data["of"])
    if isinstance(pdf, Rendering):
        raise Http404
    try:
        picture = page_picture(pdf, form.cleaned_data["number"] or 1)
    except IndexError:
        raise Http404 from None
    return HttpResponse(picture, content_type="image/png")


def _pdf_of(
    circular: Circular, of: str = "", content: CircularContent | None = None
) -> tuple[bytes | Rendering, str, int]:
    """Return a circular's PDF or its rendering under way, what names its content, its rows.

    With `of`, a name given out before, the PDF is the kept one; nothing is set anew for it.
    `content`: a draft's, where it is known already.
    """
    if circular.is_issued:
        return bytes(get_object_or_404(circular.files, kind=FileKind.PDF).data), "", 0
    # The salt vouches that the name was given out for this circular, not for another district's.
    signer = Signer(salt=f"the paper of circular {circular.pk}")
    if not of:
        content = content or drafts.circular_content(circular)
        made = rendering.file_or_start(content, FileKind.PDF)
        return made, signer.sign(rendering.digest_of(content)), content.row_count
    try:
        kept = renderings.ready_file(signer.unsign(of), FileKind.PDF)
    except BadSignature:
        kept = None
    if kept is None:
        raise Http404
    return kept, of, 0
