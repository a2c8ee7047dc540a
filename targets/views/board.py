"""The office's first page: how far every unit is in a quarter, and the list behind its counts."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from targets import access
from targets.board import (
    COLOURS,
    LABELS,
    PROGRESS,
    VIEWS,
    BoardRow,
    Count,
    belongs,
    build_rows,
    list_url,
)
from targets.choices import EXCUSED, Role
from targets.filters import ContributionFilter
from targets.models import Contribution, Period
from targets.questions import first_steps
from targets.tables import ContributionTable
from targets.views.items import period_tabs


@access.role_required(Role.OFFICE)
@require_safe
def show_board(request: HttpRequest) -> HttpResponse:
    """Show how far every unit is, whom to chase, and what waits for the office."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None or period.due_on is None:
        return render(request, "targets/no_period.html", {"steps": first_steps(request.user)})
    rows = build_rows(period)
    shown = request.GET.get("show", "")
    context = {
        "period": period,
        "tabs": period_tabs(request, periods, period),
        "views": _views(period, rows, shown),
        "show": shown,
        "rows": [row for row in rows if belongs(row, shown)],
        "labels": [LABELS[state] for state in PROGRESS],
        "totals": _totals(period, rows),
        "requests": sum(row.asks for row in rows),
        "colours": COLOURS,
        "legend": [(COLOURS[key], LABELS[key]) for key in (*PROGRESS, EXCUSED)],
    }
    return render(request, "targets/board.html", context)


def _totals(period: Period, rows: Iterable[BoardRow]) -> list[Count]:
    """Return the sums over all units, the sentence that heads the board."""
    rows = list(rows)
    totals = [Count("应报送", sum(row.total.value for row in rows), list_url(period))]
    for index, state in enumerate(PROGRESS):
        value = sum(row.counts[index].value for row in rows)
        totals.append(Count(LABELS[state], value, list_url(period, progress=state.value)))
    overdue = sum(row.overdue.value for row in rows)
    return [*totals, Count("逾期", overdue, list_url(period, overdue="true"))]


def _views(period: Period, rows: list[BoardRow], shown: str) -> list[tuple[str, str, bool]]:
    path = f"{reverse('targets:board')}?period={period.code}"
    return [
        (
            f"{label} {sum(belongs(row, key) for row in rows)}",
            f"{path}&show={key}" if key else path,
            key == shown,
        )
        for key, label in VIEWS
    ]


@access.role_required(Role.OFFICE)
@require_safe
def list_contributions(request: HttpRequest) -> HttpResponse:
    """List a period's contributions: the list that every number of the board opens."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    rows = Contribution.objects.filter(entry__period=period).with_progress(timezone.localdate())
    chosen = ContributionFilter(request.GET, period=period, queryset=rows)
    context = {
        "period": period,
        "tabs": period_tabs(request, periods, period),
        "filter": chosen,
        "query": chosen.data.urlencode(),
        "table": ContributionTable(chosen.qs, request=request),
        "trail": [("办理进度", f"{reverse('targets:board')}?period={period.code}")],
    }
    return render(request, "targets/contributions.html", context)
