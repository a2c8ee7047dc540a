"""The quarter to fill in offline: a unit's own workbook, and the office's for all units."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from reports.workbooks import unit_rows, unit_xlsx, units_zip
from targets import access
from targets.choices import Role, Verb
from targets.models import Period, record_event

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access.role_required(Role.UNIT)
@require_safe
def download_my_workbook(request: HttpRequest) -> HttpResponse:
    """Give a unit its own items of the period as a workbook to fill in."""
    period = _period(request)
    unit = request.user.unit
    rows = unit_rows(period, request.user, unit).get(unit, [])
    content = unit_xlsx(period, unit, rows)
    return _as_file(request, period, content, f"{unit.name}{period.code}填报表.xlsx", XLSX)


@access.role_required(Role.OFFICE)
@require_safe
def download_unit_workbooks(request: HttpRequest) -> HttpResponse:
    """Give the office every unit's workbook of the period, one file each."""
    period = _period(request)
    content = units_zip(period, unit_rows(period, request.user))
    return _as_file(request, period, content, f"各单位{period.code}填报表.zip", "application/zip")


def _period(request: HttpRequest) -> Period:
    period = access.choose_period(request, access.list_periods(request.user))
    if period is None:
        raise Http404
    return period


def _as_file(
    request: HttpRequest, period: Period, content: bytes, name: str, content_type: str
) -> HttpResponse:
    record_event(
        by=request.user,
        verb=Verb.EXPORT,
        subject=period,
        district_id=period.plan.district_id,
        unit_id=request.user.unit_id,
        new={"file": name},
    )
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
