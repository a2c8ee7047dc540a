"""The quarter to fill in offline: a unit's own workbook, and the office's for all units."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from reports.attachments import XLSX, ZIP, attach, chosen_period
from reports.document.unit_workbooks import told_in, unit_rows, unit_xlsx, units_zip
from reports.renderings import digest_of, made_once
from targets import access
from targets.choices import Role


@access.role_required(Role.UNIT)
@require_safe
def download_my_workbook(request: HttpRequest) -> HttpResponseBase:
    """Give a unit its own items of the period as a workbook to fill in."""
    period, _periods = chosen_period(request)
    unit = request.user.unit
    if unit is None:  # the role has one, by a constraint
        raise Http404
    rows = unit_rows(period, request.user, unit).get(unit, [])
    content = made_once(
        digest_of(told_in(period, {unit: rows})),
        "workbook",
        lambda: unit_xlsx(period, unit, rows),
    )
    name = f"{unit.name}{period.code}填报表.xlsx"
    return attach(request, period, content, XLSX, name, file=name)


@access.role_required(Role.OFFICE)
@require_safe
def download_unit_workbooks(request: HttpRequest) -> HttpResponseBase:
    """Give the office every unit's workbook of the period, one file each."""
    period, _periods = chosen_period(request)
    rows = unit_rows(period, request.user)
    content = made_once(
        digest_of(told_in(period, rows)), "workbooks", lambda: units_zip(period, rows)
    )
    name = f"各单位{period.code}填报表.zip"
    return attach(request, period, content, ZIP, name, file=name)
