"""A circular's files: an issued one's as they were issued, a draft's as they would be."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from reports.circulars import access, actions, drafts, rendering
from reports.circulars.models import Circular, FileKind
from reports.circulars.views.circulars import show_progress
from reports.renderings import Rendering

_TYPES = {
    FileKind.PDF: ("application/pdf", "{}.pdf"),
    FileKind.ARCHIVE: ("application/pdf", "{}（归档）.pdf"),
    FileKind.WEB: ("application/pdf", "{}（无障碍）.pdf"),
    FileKind.WORD: (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "{}.docx",
    ),
    FileKind.ANNEX_EXCEL: (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "{}附表.xlsx",
    ),
    FileKind.ANNEX_PDF: ("application/pdf", "{}附表.pdf"),
    FileKind.ANNEX_CSV: ("text/csv; charset=utf-8", "{}附表.csv"),
}
_VARIANTS = {"": FileKind.PDF, "archive": FileKind.ARCHIVE, "web": FileKind.WEB}


@require_safe
def download_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the circular as PDF; ?variant=archive or web for the other two forms."""
    kind = _VARIANTS.get(request.GET.get("variant", ""))
    if kind is None:
        raise Http404
    return download_file(request, pk, kind)


@require_safe
def download_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Give one form of a circular as a file to save."""
    circular = access.get_circular(request.user, pk)
    kind = FileKind(kind)
    if circular.is_issued:
        stored = get_object_or_404(circular.files, kind=kind)
        return _attachment(request, circular, kind, bytes(stored.data), stored.sha256)
    content = drafts.circular_content(circular)
    data = rendering.file_or_start(content, kind)
    if isinstance(data, Rendering):
        return show_progress(request, data, content.row_count)
    return _attachment(request, circular, kind, data)


def _name_of_draft(circular: Circular) -> str:
    return f"{circular.kind.name}（{circular.period}，草稿）"


def _attachment(
    request: HttpRequest, circular: Circular, kind: FileKind, data: bytes, sha256: str = ""
) -> HttpResponse:
    content_type, pattern = _TYPES[kind]
    name = circular.full_name if circular.is_issued else _name_of_draft(circular)
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, pattern.format(name))
    response["Cache-Control"] = "private, no-store"
    if sha256:
        response["ETag"] = f'"{sha256}"'
    if request.method == "GET":
        actions.record_download(circular=circular, kind=kind, by=request.user)
    return response
