"""The one-page brief for leaders, as PDF."""

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.attachments import PDF, attach, chosen_period, shown_filter
from reports.dashboard.asked import fetch_late
from reports.dashboard.brief import brief_pdf
from reports.dashboard.forms import ScopeForm
from reports.dashboard.overview import part_of
from reports.figures.quarter import build_figures


@require_safe
def show_brief(request: HttpRequest) -> HttpResponseBase:
    """Give the brief of one page as PDF, narrowed as the dashboard is."""
    period, periods = chosen_period(request)
    today = timezone.localdate()
    whole = build_figures(period)
    form = ScopeForm(request.GET, period=period, periods=periods, figures=whole, user=request.user)
    scope = form.scope()
    late = fetch_late(request.user, period, today)
    overview = part_of(whole, period, periods, today=today, scope=scope, late=late)
    content = brief_pdf(overview, period, today=today, chosen=form.chosen_names())
    name = f"领导简报{period.code}.pdf"
    return attach(
        request, period, content, PDF, name, file="brief.pdf", filter=shown_filter(request)
    )
