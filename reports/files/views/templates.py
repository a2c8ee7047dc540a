"""Empty tables for imports: one for each kind that the account may import."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from reports.attachments import XLSX, attach
from reports.document.import_templates import template_xlsx
from targets import access
from targets.choices import Role
from targets.importing import Kind
from targets.importing.previewing import KINDS, TEMPLATES


@access.role_required(Role.OFFICE, Role.ADMINISTRATOR)
@require_safe
def download_import_template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give an empty table of a kind, with its columns' names."""
    if kind not in KINDS[request.user.role]:
        raise Http404
    label = Kind(kind).label.partition("（")[0]
    content = template_xlsx(f"{label}模板", TEMPLATES[Kind(kind)])
    name = f"{label}模板.xlsx"
    return attach(request, request.user, content, XLSX, name, file=name)
