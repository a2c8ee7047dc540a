"""The quarter at a glance: where do we stand, what is behind and who answers, what came of it.

Every number opens the list that it counted: `links` makes the addresses from the same scope
that the figures were narrowed to.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.circulars.access import list_to_sign
from reports.dashboard import cells, charts
from reports.dashboard.asked import fetch_late, fetch_own
from reports.dashboard.forms import ScopeForm
from reports.dashboard.links import Links, make_links
from reports.dashboard.overview import Overview, draw_trends, part_of
from reports.figures.ledger import fetch_problems
from reports.figures.quarter import (
    QuarterFigures,
    Scope,
    build_figures,
    narrow_figures,
)
from reports.figures.trends import TrendPoint
from targets import access
from targets.choices import ItemChange
from targets.models import Period, User
from targets.quarters import NAMES

# What changed since the quarter before, and its heading.
CHANGES = (
    (ItemChange.COMPLETED, "新完成"),
    (ItemChange.REOPENED, "由已完成重新打开"),
    (ItemChange.CANCELLED, "取消"),
)
# So many rows stand open; the rest is folded below them.
GOALS_OPEN = 5


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
    today = timezone.localdate()
    late = fetch_late(request.user, period, today)
    overview = part_of(whole, period, periods, today=today, scope=scope, late=late)
    fills = charts.assign_fills(whole.classes)
    links = make_links(period.code, scope)
    context = {
        "period": period,
        "overview": overview,
        "figures": overview.figures,
        "filter": {"form": form},
        "chosen": form.chosen_names(),
        "links": links,
        "query": _query(period.code, scope),
        "compared": compare(overview),
        "to_sign": list_to_sign(request.user, period.plan.district),
        "portfolio": _portfolio(request.user, overview, whole, fills),
        "own": fetch_own(request.user),
        "today": today,
        "tabs": _tabs(period, periods, scope),
        **_drawn(overview, fills, links, fetch_problems(period) if period.asks_problems else {}),
    }
    return render(request, "reports/dashboard.html", context)


def _tabs(period: Period, periods: list[Period], scope: Scope) -> list[tuple[str, str, bool]]:
    """Return the quarters of the plan that is looked at, narrowed in the same way."""
    return [
        (NAMES[each.number], f"?{_query(each.code, scope)}", each == period)
        for each in reversed(periods)
        if each.plan_id == period.plan_id
    ]


def compare(overview: Overview) -> list[tuple[str, TrendPoint, Links, int | None]]:
    """Return the quarter before and the same one last year, with the change since in points."""
    points = (
        ("上季度末", overview.trends.before),
        ("上年同期", overview.trends.year_before),
    )
    return [
        (
            name,
            point,
            make_links(str(point.quarter), overview.scope),
            _change(overview.percent, point.percent),
        )
        for name, point in points
        if point
    ]


def _change(now: int | None, then: int | None) -> int | None:
    return None if now is None or then is None else now - then


def _query(code: str, scope: Scope) -> str:
    values = {"goal": scope.goal_id, "unit": scope.unit_id, "leader": scope.leader_id}
    return urlencode({**{name: value for name, value in values.items() if value}, "period": code})


def _drawn(
    overview: Overview,
    fills: tuple[charts.Fill, ...],
    links: Links,
    problems: Mapping[int, str],
) -> dict[str, object]:
    """Return the charts, the rows of the tables, and the classes that count something."""
    classes = overview.figures.classes
    shown = {each.key for each in classes if each.count}
    goals = [cells.goal_row(each, links, shown, fills) for each in overview.goals]
    return {
        "fills": [fill for fill in fills if fill.key in shown],
        "shown": [each for each in classes if each.key in shown and not each.is_completed],
        "standing": overview.standing,
        "behind": cells.behind_rows(overview.standing),
        "main_bar": charts.stack_bar(classes, fills),
        "worries": [
            (each, cells.units_of(each.row, links), problems.get(each.row.item_id, ""))
            for each in overview.worries
        ],
        "goals": (goals[:GOALS_OPEN], goals[GOALS_OPEN:]),
        "leaders": [cells.leader_row(each, links, shown) for each in overview.figures.leaders],
        "bands": [
            (band, [cells.lead_row(row, links, fills) for row in band.rows])
            for band in overview.bands
        ],
        "changes": [
            (key, heading, len(rows)) for key, heading in CHANGES if (rows := overview.changes[key])
        ],
        "supporters": [cells.supporter_row(each, links) for each in overview.supporters],
        "has_sparks": len(overview.trends.this_year) > 1,
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
) -> dict[str, object] | None:
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
