"""The office's first page: every unit × its items in a quarter, and the lists behind the counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from targets import access
from targets.choices import ContributionState, Duty, ExtensionState, Role
from targets.filters import ContributionFilter
from targets.models import Contribution, Extension, Period, Reminder, Unit
from targets.querysets import EXCUSED
from targets.tables import ContributionTable
from targets.views.items import period_tabs

# The columns of counts, in the order of the work.
PROGRESS = (
    ContributionState.NOT_STARTED,
    ContributionState.DRAFT,
    ContributionState.RETURNED,
    ContributionState.SUBMITTED,
    ContributionState.APPROVED,
)
LABELS = {**dict(ContributionState.choices), EXCUSED: "无须报送"}
COLOURS = {
    ContributionState.NOT_STARTED: "grey",
    ContributionState.DRAFT: "draft",
    ContributionState.RETURNED: "amber",
    ContributionState.SUBMITTED: "blue",
    ContributionState.APPROVED: "green",
    EXCUSED: "excused",
}
VIEWS = (
    ("", "全部单位"),
    ("owing", "未报送单位"),
    ("overdue", "逾期单位"),
    ("extended", "延期单位"),
)


@dataclass(frozen=True, slots=True)
class Count:
    """One number of the board and the list that it counted."""

    label: str
    value: int
    url: str


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One unit in the quarter."""

    unit: Unit  # with due_in_force and extended_until
    contributions: list[Contribution]  # with_progress, in print order, leads and supporting
    counts: list[Count]  # its lead contributions, one a column of PROGRESS
    total: Count
    owed: Count
    overdue: Count
    added: Count  # what it added as a supporting unit
    step: int  # of the last reminder; 0: none
    reminded_at: object
    asks: bool  # an extension request waits

    @property
    def is_extended(self) -> bool:
        return self.unit.extended_until is not None


@access.role_required(Role.OFFICE)
@require_safe
def show_board(request: HttpRequest) -> HttpResponse:
    """Show how far every unit is, whom to chase, and what waits for the office."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None or period.due_on is None:
        return render(request, "targets/no_period.html")
    rows = build_rows(period)
    shown = request.GET.get("show", "")
    context = {
        "period": period,
        "tabs": period_tabs(request, periods, period),
        "views": _views(period, rows, shown),
        "show": shown,
        "rows": [row for row in rows if _belongs(row, shown)],
        "labels": [LABELS[state] for state in PROGRESS],
        "totals": _totals(period, rows),
        "requests": sum(row.asks for row in rows),
        "colours": COLOURS,
        "legend": [(COLOURS[key], LABELS[key]) for key in (*PROGRESS, EXCUSED)],
    }
    return render(request, "targets/board.html", context)


def build_rows(period: Period) -> list[BoardRow]:
    """Return the plan's units in their order: four queries, whatever the size."""
    theirs = defaultdict(list)
    contributions = (
        Contribution.objects.filter(entry__period=period)
        .with_progress(timezone.localdate())
        .select_related("entry__item__goal")
        .order_by("entry__item__goal__number", "entry__item__number")
    )
    for each in contributions:
        each.label, each.colour = LABELS[each.progress], COLOURS[each.progress]
        theirs[each.unit_id].append(each)
    reminded = {
        unit_id: (step, sent_at)
        for unit_id, step, sent_at in Reminder.objects.filter(period=period)
        .order_by()
        .values_list("unit_id")
        .annotate(Max("step"), Max("sent_at"))
    }
    asking = set(
        Extension.objects.filter(period=period, state=ExtensionState.REQUESTED).values_list(
            "unit_id", flat=True
        )
    )
    units = Unit.objects.with_part(period).with_due(period).order_by("order")
    return [
        _row(period, unit, theirs[unit.pk], reminded.get(unit.pk, (0, None)), unit.pk in asking)
        for unit in units
    ]


def _row(
    period: Period,
    unit: Unit,
    contributions: list[Contribution],
    reminded: tuple,
    asks: bool,
) -> BoardRow:
    leads = [each for each in contributions if each.duty == Duty.LEAD]
    by_progress = Counter(each.progress for each in leads)

    def count(label: str, value: int, **narrowed: object) -> Count:
        return Count(label, value, list_url(period, unit=unit.pk, **narrowed))

    return BoardRow(
        unit=unit,
        contributions=contributions,
        counts=[
            count(LABELS[state], by_progress[state], progress=state.value) for state in PROGRESS
        ],
        total=count("应报", len(leads)),
        owed=count("未报送", sum(each.is_owed for each in leads), progress="owed"),
        overdue=count("逾期", sum(each.is_overdue for each in leads), overdue="true"),
        added=count("补充", len(contributions) - len(leads), duty=Duty.SUPPORTING.value),
        step=reminded[0],
        reminded_at=reminded[1],
        asks=asks,
    )


def list_url(period: Period, **narrowed: object) -> str:
    """Return the list of exactly the lead contributions that a number of the board counted."""
    query = urlencode({"period": period.code, "duty": Duty.LEAD.value, **narrowed})
    return f"{reverse('targets:contributions')}?{query}"


def _totals(period: Period, rows: Iterable[BoardRow]) -> list[Count]:
    """Return the sums over all units, the sentence that heads the board."""
    rows = list(rows)
    totals = [Count("应报送", sum(row.total.value for row in rows), list_url(period))]
    for index, state in enumerate(PROGRESS):
        value = sum(row.counts[index].value for row in rows)
        totals.append(Count(LABELS[state], value, list_url(period, progress=state.value)))
    overdue = sum(row.overdue.value for row in rows)
    return [*totals, Count("逾期", overdue, list_url(period, overdue="true"))]


def _belongs(row: BoardRow, shown: str) -> bool:
    if shown == "owing":
        return row.owed.value > 0
    if shown == "overdue":
        return row.overdue.value > 0
    if shown == "extended":
        return row.is_extended or row.asks
    return True


def _views(period: Period, rows: list[BoardRow], shown: str) -> list[tuple[str, str, bool]]:
    path = f"{reverse('targets:board')}?period={period.code}"
    return [
        (
            f"{label} {sum(_belongs(row, key) for row in rows)}",
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
