"""Every unit × its items in a quarter: how far each is, and the lists behind the counts."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from targets.choices import (
    EXCUSED,
    HANDED_IN,
    NOT_SUBMITTED,
    ContributionState,
    Duty,
    ExtensionState,
)
from targets.models import Contribution, Extension, Period, Reminder, Unit
from targets.questions import units_in, with_due

# The columns of counts, in the order of the work.
PROGRESS = (*NOT_SUBMITTED, *HANDED_IN)
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
    units = with_due(units_in(period), period).order_by("order")
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


def belongs(row: BoardRow, shown: str) -> bool:
    """Tell whether a unit stands in the view of VIEWS that is shown."""
    if shown == "owing":
        return row.owed.value > 0
    if shown == "overdue":
        return row.overdue.value > 0
    if shown == "extended":
        return row.is_extended or row.asks
    return True
