"""Lists and figures as files: what the page shows, as filtered."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from reports.brief import brief_pdf
from reports.figures import build_figures
from reports.forms import ScopeForm
from reports.overview import part_of
from reports.records import ITEM_HEADS, ITEM_WIDTHS, csv_bytes, figure_table, item_rows
from reports.xlsx import table_xlsx
from targets import access
from targets.choices import Verb
from targets.filters import ItemFilter
from targets.models import Period, record_event

NAMES = {"items": "事项清单", "figures": "完成情况", "brief": "领导简报"}
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def export_items(request: HttpRequest, kind: str) -> HttpResponse:
    """Give the list of items as filtered, in print order, as CSV or .xlsx."""
    period, _periods = chosen_period(request)
    chosen = ItemFilter(request.GET, period=period, user=request.user)
    kept = set(chosen.qs.order_by().values_list("pk", flat=True))
    figures = build_figures(period)
    rows = item_rows(figures, (row for row in figures.rows if row.item_id in kept))
    if kind == "xlsx":
        content = table_xlsx(f"{period.code}事项清单", ITEM_HEADS, rows, ITEM_WIDTHS)
        return as_file(request, period, content, XLSX, "items", kind)
    return as_file(request, period, csv_bytes(ITEM_HEADS, rows), CSV, "items", kind)


@require_safe
def export_figures(request: HttpRequest, kind: str) -> HttpResponse:
    """Give the dashboard's tables as CSV or .xlsx, narrowed as the page is."""
    period, periods = chosen_period(request)
    whole = build_figures(period)
    form = ScopeForm(request.GET, period=period, periods=periods, figures=whole, user=request.user)
    scope = form.scope()
    overview = part_of(whole, period, periods, today=timezone.localdate(), scope=scope)
    heads, rows = figure_table(overview)
    if kind == "xlsx":
        widths = (12, 8, 30, *(10 for _head in heads[3:]))
        content = table_xlsx(f"{period.code}完成情况", heads, rows, widths)
        return as_file(request, period, content, XLSX, "figures", kind)
    return as_file(request, period, csv_bytes(heads, rows), CSV, "figures", kind)


@require_safe
def show_brief(request: HttpRequest) -> HttpResponse:
    """Give the brief of one page as PDF, narrowed as the dashboard is."""
    period, periods = chosen_period(request)
    today = timezone.localdate()
    whole = build_figures(period)
    form = ScopeForm(request.GET, period=period, periods=periods, figures=whole, user=request.user)
    scope = form.scope()
    overview = part_of(whole, period, periods, today=today, scope=scope)
    content = brief_pdf(overview, period, today=today, chosen=form.chosen_names())
    return as_file(request, period, content, "application/pdf", "brief", "pdf")


def chosen_period(request: HttpRequest) -> tuple[Period, list[Period]]:
    """Return the period that the address names, and all that the reader may see; or 404."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        raise Http404
    return period, periods


def as_file(
    request: HttpRequest, period: Period, content: bytes, content_type: str, name: str, kind: str
) -> HttpResponse:
    """Return the file as a download, and record who took it."""
    record_event(
        by=request.user,
        verb=Verb.EXPORT,
        subject=period,
        district_id=period.plan.district_id,
        new={"file": f"{name}.{kind}", "filter": request.GET.urlencode()[:500]},
    )
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(
        True, f"{NAMES[name]}{period.code}.{kind}"
    )
    return response
