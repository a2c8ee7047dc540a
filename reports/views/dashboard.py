"""The quarter at a glance: one line, what to ask about, by goal, by unit, over time.

Every number opens the list that it counted: `links` makes the addresses from the same scope
that the figures were narrowed to.
"""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports import charts
from reports.figures import (
    ClassCount,
    GroupFigures,
    QuarterFigures,
    Scope,
    build_figures,
    narrow_figures,
)
from reports.forms import ScopeForm
from reports.links import Links, make_links
from reports.overview import Overview, draw_trends, part_of
from reports.trends import TrendPoint
from targets import access
from targets.models import User
from targets.quarters import NAMES


@require_safe
def show_dashboard(request: HttpRequest) -> HttpResponse:
    """Show a period's figures, whole or narrowed."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    whole = build_figures(period)
    form = ScopeForm(request.GET, period=period, periods=periods, figures=whole, user=request.user)
    scope = form.scope()
    overview = part_of(whole, period, periods, today=timezone.localdate(), scope=scope)
    fills = charts.assign_fills(whole.classes)
    context = {
        "period": period,
        "overview": overview,
        "figures": overview.figures,
        "filter": {"form": form},
        "chosen": form.chosen_names(),
        "links": make_links(period.code, scope),
        "query": urlencode({**_query(scope), "period": period.code}),
        "compared": _compared(overview),
        "portfolio": _portfolio(request.user, overview, whole, fills),
        "tabs": [
            (
                each.quarter.name,
                f"{request.path}?{urlencode({'period': each.code})}",
                each == period,
            )
            for each in periods
            if each.plan_id == period.plan_id
        ],
        **_drawn(overview, fills),
    }
    return render(request, "reports/dashboard.html", context)


def _compared(overview: Overview) -> list[tuple[str, TrendPoint, Links]]:
    """Return the quarter before and the same one last year, where there are such."""
    points = (
        ("上季度末", overview.trends.before),
        ("上年同期", overview.trends.year_before),
    )
    return [
        (name, point, make_links(str(point.quarter), overview.scope))
        for name, point in points
        if point
    ]


def _query(scope: Scope) -> dict[str, int]:
    values = {"goal": scope.goal_id, "unit": scope.unit_id, "leader": scope.leader_id}
    return {name: value for name, value in values.items() if value}


def _drawn(overview: Overview, fills: tuple[charts.Fill, ...]) -> dict:
    """Return the charts, and the classes that count something."""
    classes = overview.figures.classes
    shown = {each.key for each in classes if each.count}

    def cells(group: GroupFigures) -> list[ClassCount]:
        return [each for each in group.classes if each.key in shown and not each.is_completed]

    return {
        "fills": [fill for fill in fills if fill.key in shown],
        "shown": [each for each in classes if each.key in shown and not each.is_completed],
        "main_bar": charts.stack_bar(classes, fills),
        "goals": [
            (goal, charts.stack_bar(goal.classes, fills), cells(goal)) for goal in overview.goals
        ],
        "leaders": [(leader, cells(leader)) for leader in overview.figures.leaders],
        "bands": [
            (
                band,
                [
                    (row, charts.stack_bar(row.lead.classes, fills), charts.draw_spark(row.trend))
                    for row in band.rows
                ],
            )
            for band in overview.bands
        ],
        "spark_width": 12 * len(overview.trends.this_year),
        "lines": draw_trends(overview),
        "trend_rows": _trend_rows(overview),
        "trend_years": [
            points[0].quarter.year
            for points in (overview.trends.this_year, overview.trends.last_year)
            if points
        ],
    }


def _trend_rows(overview: Overview) -> list[tuple[str, list[tuple[TrendPoint, str] | None]]]:
    """Return the table behind the chart: quarter, then each year's point and its list."""
    years = [overview.trends.this_year]
    if overview.trends.last_year:
        years.append(overview.trends.last_year)
    points = [
        {
            point.quarter.number: (point, make_links(str(point.quarter), overview.scope).items)
            for point in year
        }
        for year in years
    ]
    return [
        (name, [year.get(number) for year in points])
        for number, name in NAMES.items()
        if any(number in year for year in points)
    ]


def _portfolio(
    user: User, overview: Overview, whole: QuarterFigures, fills: tuple[charts.Fill, ...]
) -> dict | None:
    """Return a leader's own part, which comes first on the whole plan's page."""
    if not user.is_leader or overview.scope:
        return None
    figures = narrow_figures(whole, Scope(leader_id=user.pk))
    if not figures.rows:
        return None
    mine = {row.item_id for row in figures.rows}
    return {
        "figures": figures,
        "bar": charts.stack_bar(figures.classes, fills),
        "stalled": [row for row in overview.stalled if row.item_id in mine],
        "reopened": [row for row in overview.changes["reopened"] if row.item_id in mine],
        "overdue": [row for row in figures.rows if row.item_id in overview.timing.overdue],
    }
