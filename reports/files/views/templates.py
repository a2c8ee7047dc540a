"""Tables for imports: empty ones for each kind that the account may import, and the plan's."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from reports.attachments import XLSX, attach
from reports.document.import_templates import ImportTable, import_book
from reports.files.plans import plan_tables
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
    tables = (ImportTable(name, heads) for name, heads in TEMPLATES[Kind(kind)].items())
    content = import_book(f"{label}模板", *tables)
    name = f"{label}模板.xlsx"
    return attach(request, request.user, content, XLSX, name, file=name)


@access.role_required(Role.OFFICE)
@require_safe
def export_plan(request: HttpRequest, year: int) -> HttpResponseBase:
    """Give a year's plan with its indicators as the workbook that the import reads."""
    plan = access.get_plan(request.user, year)
    title = f"{plan.year}年度任务"
    content = import_book(title, *plan_tables(plan))
    return attach(request, plan, content, XLSX, f"{title}.xlsx", file="plan.xlsx")
