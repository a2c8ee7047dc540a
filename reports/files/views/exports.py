"""Items and figures as files: what the page shows, as filtered."""

from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.attachments import CSV, XLSX, attach, chosen_period, shown_filter
from reports.dashboard.forms import ScopeForm
from reports.dashboard.overview import part_of
from reports.document.tables import table_file
from reports.figures.quarter import build_figures
from reports.files.records import (
    INDICATOR_COLUMNS,
    ITEM_HEADS,
    ITEM_WIDTHS,
    figure_table,
    indicator_rows,
    item_rows,
)
from targets.filters import ItemFilter
from targets.models import Period
from targets.spreadsheets import Value, csv_lines


@require_safe
def export_items(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give the list of items as filtered, in print order, as CSV or .xlsx."""
    period, _periods = chosen_period(request)
    chosen = ItemFilter(request.GET, period=period, user=request.user)
    rows = item_rows(period, chosen.qs)
    return _as_file(request, period, ("items", "事项清单"), ITEM_HEADS, rows, ITEM_WIDTHS, kind)


@require_safe
def export_indicators(request: HttpRequest) -> HttpResponseBase:
    """Give the indicators of the items as filtered, with their values, as .xlsx."""
    period, _periods = chosen_period(request)
    chosen = ItemFilter(request.GET, period=period, user=request.user)
    heads, widths = zip(*INDICATOR_COLUMNS, strict=True)
    rows = indicator_rows(period, chosen.qs)
    return _as_file(request, period, ("indicators", "指标"), heads, rows, widths, "xlsx")


@require_safe
def export_figures(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give the dashboard's tables as CSV or .xlsx, narrowed as the page is."""
    period, periods = chosen_period(request)
    whole = build_figures(period)
    form = ScopeForm(request.GET, period=period, periods=periods, figures=whole, user=request.user)
    scope = form.scope()
    overview = part_of(whole, period, periods, today=timezone.localdate(), scope=scope)
    heads, rows = figure_table(overview)
    widths = (12, 8, 30, *(10 for _head in heads[3:]))
    return _as_file(request, period, ("figures", "完成情况"), heads, rows, widths, kind)


def _as_file(
    request: HttpRequest,
    period: Period,
    names: tuple[str, str],
    heads: Sequence[str],
    rows: Iterable[Sequence[Value]],
    widths: Sequence[int],
    kind: str,
) -> HttpResponseBase:
    """Return the table as a download; `names` are the trail's and the reader's."""
    name, title = names
    if kind == "xlsx":
        content, content_type = table_file(f"{period.code}{title}", heads, rows, widths), XLSX
    else:
        content, content_type = csv_lines(heads, rows), CSV
    return attach(
        request,
        period,
        content,
        content_type,
        f"{title}{period.code}.{kind}",
        file=f"{name}.{kind}",
        filter=shown_filter(request),
    )
