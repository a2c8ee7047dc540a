"""The office's first page: how far every unit is in a quarter, and the list behind its counts."""

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from targets import access
from targets.board import (
    VIEWS,
    BoardRow,
    Count,
    belongs,
    build_rows,
    list_url,
)
from targets.choices import CELLS, NOT_SUBMITTED, OVERDUE, Role
from targets.filters import ContributionFilter
from targets.models import Adjustment, Contribution, Instruction, Period
from targets.questions import entries_to_review, first_steps, waiting_for_office
from targets.rules import days_left
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
    kept = [row for row in rows if belongs(row, shown)]
    others = [each for each in periods if each.is_open and each != period]
    context = {
        "period": period,
        "days_left": days_left(timezone.localdate(), period.due_on),
        "tabs": period_tabs(request, periods, period),
        "views": _views(period, rows, shown),
        "show": shown,
        "rows": kept,
        "groups": _groups(kept),
        "idle": [row for row in kept if not row.total.value],
        "cells": CELLS,
        "has_contacts": any(row.unit.contact_name or row.unit.contact_phone for row in rows),
        "items_url": f"{reverse('targets:items')}?period={period.code}",
        "awaiting": entries_to_review().filter(period=period).count(),
        "requests": sum(len(row.asks) for row in rows),
        "elsewhere": [each for each in waiting_for_office(others) if each.is_any],
        "adjustments": Adjustment.objects.visible_to(request.user).waiting().count(),
        "instructions": Instruction.objects.visible_to(request.user).untaken().count(),
        "answers": Instruction.objects.visible_to(request.user).to_review().count(),
        **_sums(period, rows),
    }
    return render(request, "targets/board.html", context)


def _groups(rows: list[BoardRow]) -> list[tuple[str, list[BoardRow]]]:
    """Return the units with a duty: those that owe first, then those that are done."""
    owing = [row for row in rows if row.owed.value]
    done = [row for row in rows if row.total.value and not row.owed.value]
    return [(title, group) for title, group in (("", owing), ("已报齐", done)) if group]


def _sums(period: Period, rows: list[BoardRow]) -> dict[str, object]:
    """Return the sums over all units: the sentence and the bar that head the board."""
    cells = Counter(cell for row in rows for cell in row.cells)
    lists = {key: {"progress": str(key)} for key in CELLS}
    lists |= {key: {"progress": str(key), "overdue": "false"} for key in NOT_SUBMITTED}
    lists[OVERDUE] = {"progress": "owed", "overdue": "true"}
    bar = [(key, label, cells[key], list_url(period, **lists[key])) for key, label in CELLS.items()]
    return {
        "bar": _placed(bar),
        "total": Count(
            "应报送", sum(row.total.value for row in rows), list_url(period, progress="due")
        ),
        "owed": Count(
            "欠报", sum(row.owed.value for row in rows), list_url(period, progress="owed")
        ),
        "owing_units": sum(bool(row.owed.value) for row in rows),
        "overdue": cells[OVERDUE],
        "overdue_url": list_url(period, **lists[OVERDUE]),
    }


def _placed(bar: list[tuple[str, str, int, str]]) -> list[dict[str, object]]:
    """Give each part of a bar 100 wide its place."""
    whole, at, parts = sum(value for _, _, value, _ in bar) or 1, 0.0, []
    for key, label, value, url in bar:
        width = 100 * value / whole
        parts.append(
            {
                "key": str(key),
                "label": label,
                "value": value,
                "url": url,
                "x": f"{at:.2f}",
                "width": f"{width:.2f}",
            }
        )
        at += width
    return parts


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
        return render(request, "targets/no_period.html", {"steps": first_steps(request.user)})
    rows = Contribution.objects.filter(entry__period=period).with_progress(
        period.day_of(timezone.localdate())
    )
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
