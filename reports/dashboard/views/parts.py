"""A page for one unit and one for one goal: what it leads, how far that is, and what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.dashboard import cells, charts
from reports.dashboard.links import make_links
from reports.dashboard.overview import Overview, draw_trends, part_of
from reports.dashboard.views.dashboard import compare
from reports.figures.quarter import FigureRow, Scope, build_figures
from targets import access
from targets.choices import Role, Verb
from targets.models import Event, Extension, Instruction, Period, Reminder, Unit, User
from targets.quarters import NAMES
from targets.questions import merged_into

# Who is told of a unit's returns, extensions and reminders: those who act on them, and itself.
SUPERVISORS = (Role.OFFICE, Role.LEADER, Role.AUDITOR)
INSTRUCTIONS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a unit dealt with one quarter."""

    returned: int  # how many times the office gave a report back
    reminded: int
    extended_until: date | None  # all its items
    extended_items: int  # for how many it was granted more time one by one


@require_safe
def show_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a unit: its items, its punctuality, and what it was told."""
    unit = access.get_unit(request.user, pk)
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    overview = _overview(period, periods, Scope(unit_id=unit.pk))
    may_see = request.user.role in SUPERVISORS or request.user.unit_id == unit.pk
    context = _context(overview, period, periods, trail=("单位", reverse("reports:units")))
    context |= {
        "unit": unit,
        "taken_over": merged_into(unit, until=period.day_of(timezone.localdate())),
        "row": next((each for each in overview.units if each.id == unit.pk), None),
        "conduct": _conduct(unit, period) if may_see else None,
        "instructions": _instructions(request.user, overview.figures.rows, unit),
    }
    return render(request, "reports/unit.html", context)


@require_safe
def show_goal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a goal: its items with their text, and the units that answer for them."""
    goal = access.get_goal(request.user, pk)
    periods = [each for each in access.list_periods(request.user) if each.plan_id == goal.plan_id]
    period = access.choose_period(request, periods)
    if period is None:
        return render(request, "targets/no_period.html")
    overview = _overview(period, periods, Scope(goal_id=goal.pk))
    context = _context(overview, period, periods, trail=("完成情况", reverse("reports:dashboard")))
    context |= {
        "goal": goal,
        "instructions": _instructions(request.user, overview.figures.rows),
    }
    return render(request, "reports/goal.html", context)


def _overview(period: Period, periods: Sequence[Period], scope: Scope) -> Overview:
    whole = build_figures(period)
    return part_of(whole, period, periods, today=timezone.localdate(), scope=scope)


def _context(
    overview: Overview, period: Period, periods: Sequence[Period], trail: tuple[str, str]
) -> dict[str, object]:
    """Return what both pages show: figures, the items' groups, the quarters, the chart."""
    links = make_links(period.code, overview.scope)
    fills = charts.assign_fills(overview.figures.classes)
    shown = {each.key for each in overview.figures.classes if each.count}
    return {
        "period": period,
        "overview": overview,
        "compared": compare(overview),
        "figures": overview.figures,
        "links": links,
        "fills": [fill for fill in fills if fill.key in shown],
        "standing": overview.standing,
        "behind": cells.behind_rows(overview.standing),
        "main_bar": charts.stack_bar(overview.figures.classes, fills),
        "groups": [
            (name, [(row, cells.units_of(row, links)) for row in rows])
            for name, rows in _groups(overview)
        ],
        "lines": draw_trends(overview),
        "tabs": [
            (NAMES[each.number], f"?period={each.code}", each == period)
            for each in reversed(periods)
            if each.plan_id == period.plan_id
        ],
        "trail": [trail],
    }


def _groups(overview: Overview) -> list[tuple[str, list[FigureRow]]]:
    """Return the items by class, the completed ones last: what is open is asked about."""
    classes = sorted(overview.figures.classes, key=lambda each: each.is_completed)
    groups = [
        (each.label, [row for row in overview.figures.rows if row.class_key == each.key])
        for each in classes
    ]
    groups.append(("不计入总数", [row for row in overview.figures.rows if not row.is_counted]))
    return [(name, rows) for name, rows in groups if rows]


def _conduct(unit: Unit, period: Period) -> Conduct:
    returned = Event.objects.filter(
        unit=unit, verb=Verb.RETURN, subject="contribution", item__goal__plan_id=period.plan_id
    )
    granted = Extension.objects.of(period, unit.pk).granted().order_by()
    extended = granted.aggregate(
        until=Max("until", filter=Q(item=None)), items=Count("item", distinct=True)
    )
    return Conduct(
        returned=returned.count(),
        reminded=Reminder.objects.filter(unit=unit, period=period).count(),
        extended_until=extended["until"],
        extended_items=extended["items"],
    )


def _instructions(
    user: User, rows: Sequence[FigureRow], unit: Unit | None = None
) -> list[Instruction]:
    """Return the newest instructions on these items, or to the unit, that the reader may see."""
    theirs = Q(item_id__in=[row.item_id for row in rows])
    if unit:
        theirs |= Q(unit=unit)
    found = Instruction.objects.readable_by(user).filter(theirs).with_item()
    return list(found.newest_own_first(user).distinct()[:INSTRUCTIONS_SHOWN])
