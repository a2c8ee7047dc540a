"""The lists of the pages as files: as filtered, in full, and no more than the page may show."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.attachments import CSV, XLSX, attach, chosen_period, shown_filter
from reports.dashboard.views.units import choose_units
from reports.document.tables import table_file
from reports.files.lists import (
    CONTRIBUTED,
    ListFile,
    adjustment_list,
    board_list,
    contribution_list,
    extension_list,
    hit_list,
    instruction_list,
    own_list,
    unit_list,
)
from reports.files.search import KIND_BY_KEY, find
from targets import access
from targets.board import belongs, build_rows
from targets.choices import InstructionKind, Role
from targets.excerpts import QUERY_LIMIT
from targets.filters import ContributionFilter, MyItemsFilter
from targets.models import Adjustment, Contribution, Instruction, Period, User
from targets.questions import extensions_in
from targets.spreadsheets import csv_lines


@access.role_required(Role.OFFICE)
@require_safe
def export_contributions(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give the office a period's contributions as filtered; a unit's draft stays its own."""
    period, _periods = chosen_period(request)
    rows = Contribution.objects.filter(entry__period=period).with_progress(
        period.day_of(timezone.localdate())
    )
    chosen = ContributionFilter(request.GET, period=period, queryset=rows).qs
    readable = Contribution.objects.readable_by(request.user).filter(entry__period=period)
    told = chosen.in_print_order().annotate(is_readable=Q(pk__in=readable.order_by().values("pk")))
    values = told.values_list(*CONTRIBUTED, named=True)
    found = contribution_list(period.code, _streamed(values))
    return _as_file(request, period, found, kind, chosen.count())


@access.role_required(Role.OFFICE)
@require_safe
def export_board(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give the office the units of a period's board, in the view that is shown."""
    period, _periods = chosen_period(request)
    if period.due_on is None:
        raise Http404
    shown = request.GET.get("show", "")
    rows = [row for row in build_rows(period) if belongs(row, shown)]
    return _as_file(request, period, board_list(period.code, rows), kind, len(rows))


@access.role_required(Role.UNIT)
@require_safe
def export_my_items(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give a unit its own contributions of a period as filtered."""
    period, _periods = chosen_period(request)
    rows = (
        Contribution.objects.owned_by(request.user)
        .filter(entry__period=period)
        .with_due()
        .with_names()
        .select_related("saved_by")
    )
    chosen = MyItemsFilter(request.GET, period=period, queryset=rows).qs
    found = own_list(period.code, _streamed(chosen.in_print_order()))
    return _as_file(request, period, found, kind, chosen.count())


@require_safe
def export_hits(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give all hits of one kind; without words there are none."""
    query = request.GET.get("q", "").strip()
    if len(query) > QUERY_LIMIT or "\0" in query:
        raise Http404
    searched = KIND_BY_KEY.get(request.GET.get("kind", ""), KIND_BY_KEY["items"])
    hits = find(request.user, searched, query)
    if not query:
        hits = hits.none()
    return _as_file(request, request.user, hit_list(searched, hits, _streamed), kind, hits.count())


@access.role_required(Role.OFFICE, Role.LEADER, Role.UNIT)
@require_safe
def export_instructions(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give the instructions that the reader may see, in the order of the page."""
    today = timezone.localdate()
    which = request.GET.get("kind", "")
    chosen = InstructionKind(which) if which in InstructionKind else InstructionKind.OPEN
    rows = Instruction.objects.readable_by(request.user).with_item().of_kind(chosen, today)
    ordered = _streamed(rows.newest_own_first(request.user).with_answers(request.user))
    found = instruction_list(chosen.label, ordered, today)
    return _as_file(request, request.user, found, kind, rows.count())


@access.role_required(Role.OFFICE)
@require_safe
def export_extensions(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give the office a period's requests for more time, in the order of the page."""
    period, _periods = chosen_period(request)
    rows = extensions_in(period)
    return _as_file(request, period, extension_list(period.code, rows), kind, len(rows))


@access.role_required(Role.OFFICE)
@require_safe
def export_adjustments(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give the office the requests that items be adjusted, of the state that is shown."""
    rows = Adjustment.objects.readable_by(request.user).in_state(request.GET.get("state", ""))
    ordered = _streamed(rows.with_names().waiting_first())
    return _as_file(request, request.user, adjustment_list(ordered), kind, rows.count())


@require_safe
def export_units(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give a period's units with their figures as filtered, in the district's order."""
    period, periods = chosen_period(request)
    _form, rows = choose_units(request, period, periods)
    return _as_file(request, period, unit_list(period.code, rows), kind, len(rows))


def _streamed(rows: QuerySet[Any]) -> Iterator[Any]:
    """Yield the rows as the database gives them: never more in memory than a few hundred."""
    return rows.iterator(chunk_size=500)


def _as_file(
    request: HttpRequest, subject: Period | User, found: ListFile, kind: str, rows: int
) -> HttpResponseBase:
    """Return the list as a download, and record who took how many rows of what."""
    if kind == "xlsx":
        content = table_file(found.title, found.heads, found.rows, found.widths)
    else:
        content = csv_lines(found.heads, found.rows)
    return attach(
        request,
        subject,
        content,
        XLSX if kind == "xlsx" else CSV,
        f"{found.title}.{kind}",
        file=f"{found.name}.{kind}",
        rows=rows,
        filter=shown_filter(request),
    )
