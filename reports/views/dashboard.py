"""The quarter's rates: one line, by goal, by unit; every number opens the list it counted."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from reports.figures import build_figures
from targets import access


@require_safe
def show_dashboard(request: HttpRequest) -> HttpResponse:
    """Show a period's figures."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    figures = build_figures(period)
    context = {
        "period": period,
        "figures": figures,
        "items_url": f"{reverse('targets:items')}?{urlencode({'period': period.code})}",
        "tabs": [
            (each.quarter.name, f"{request.path}?period={each.code}", each == period)
            for each in periods
        ],
    }
    return render(request, "reports/dashboard.html", context)
