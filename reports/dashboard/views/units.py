"""The list of units that a count of units opens, and what it takes to make it a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.dashboard.cells import unit_row
from reports.dashboard.forms import UnitForm
from reports.dashboard.links import make_links
from reports.dashboard.overview import UnitRow, part_of
from reports.dashboard.tables import UnitFiguresTable
from reports.figures.quarter import Scope, build_figures
from targets import access
from targets.models import Period


@require_safe
def list_units(request: HttpRequest) -> HttpResponse:
    """List a period's units with their figures, as filtered, sorted and paged by the URL."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    form, rows = choose_units(request, period, periods)
    table = UnitFiguresTable(rows, request=request)
    links = make_links(period.code, form.scope())
    context = {
        "period": period,
        "filter": {"form": form},
        "table": table,
        "links": links,
        "unit_rows": [(row, *unit_row(row, links)) for row in table.paginated_rows.data],
        # The list's exports take the same filters; the period is always named.
        "query": form.given.urlencode(),
        "trail": [("完成情况", make_links(period.code, Scope()).pages)],
    }
    return render(request, "reports/units.html", context)


def choose_units(
    request: HttpRequest, period: Period, periods: list[Period]
) -> tuple[UnitForm, list[UnitRow]]:
    """Return the units that the address asks for, in the district's order, and the form."""
    whole = build_figures(period)
    form = UnitForm(request.GET, period=period, periods=periods, figures=whole, user=request.user)
    scope = form.scope()
    overview = part_of(whole, period, periods, today=timezone.localdate(), scope=scope)
    return form, form.keep(overview.all_units)
