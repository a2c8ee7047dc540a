"""The data interface, version 1: figures and items for the district's own programs (docs/api.md).

Read-only; a bearer token stands for the district that made it. The numbers are those of
the pages: both come from the same `Overview`.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from reports.attachments import CSV
from reports.dashboard.overview import build_overview
from reports.figures.quarter import build_figures
from reports.files.actions import note_token_use
from reports.files.records import ITEM_HEADS, figure_table, figures_data, item_rows, items_data
from targets import access
from targets.models import Period
from targets.questions import items_in
from targets.spreadsheets import csv_bytes, csv_lines

JSON = {"ensure_ascii": False}


def token_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the view the period of its address, in the token's district; else 401 or 404."""

    @wraps(view)
    def guarded(request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
        token = access.find_token(request.headers.get("Authorization", ""))
        if token is None:
            answer = _error("令牌无效或已停用。", 401)
            answer["WWW-Authenticate"] = 'Bearer realm="api"'
            return answer
        note_token_use(token=token, today=timezone.localdate())
        periods = access.list_district_periods(token.district_id)
        period = next((each for each in periods if each.code == code), None)
        if period is None:
            return _error("没有这个季度。", 404)
        return view(period, periods, kind)

    # It reads no cookie and writes nothing: another method is refused for what it is.
    return csrf_exempt(login_not_required(never_cache(require_safe(guarded))))


@token_required
def show_figures(period: Period, periods: list[Period], kind: str) -> HttpResponse:
    """Answer with the figures of a quarter."""
    overview = build_overview(period, periods, today=timezone.localdate())
    if kind == "csv":
        return HttpResponse(csv_bytes(*figure_table(overview)), content_type=CSV)
    return JsonResponse(figures_data(period, overview), json_dumps_params=JSON)


@token_required
def show_items(period: Period, periods: list[Period], kind: str) -> HttpResponseBase:
    """Answer with every item of a quarter, with its approved text."""
    if kind == "csv":
        lines = csv_lines(ITEM_HEADS, item_rows(period, items_in(period)))
        return StreamingHttpResponse(lines, content_type=CSV)
    return JsonResponse(items_data(period, build_figures(period)), json_dumps_params=JSON)


def _error(message: str, status: int) -> JsonResponse:
    return JsonResponse({"error": message}, status=status, json_dumps_params=JSON)
