"""Every unit × its items in a quarter: how far each is, and the lists behind the counts."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import F, Max, QuerySet
from django.urls import reverse
from django.utils import timezone

from targets.choices import (
    CELLS,
    EXCUSED,
    HANDED_IN,
    NOT_SUBMITTED,
    OVERDUE,
    ContributionState,
    Duty,
)
from targets.models import Contribution, Extension, Period, Reminder, Unit
from targets.questions import units_in, with_due
from targets.rules import due_in_force
from targets.statements import Values, compiled_once

# The columns of counts, in the order of the work.
PROGRESS = (*NOT_SUBMITTED, *HANDED_IN)
LABELS = {**dict(ContributionState.choices), EXCUSED: "无须报送"}
VIEWS = (
    ("", "全部单位"),
    ("owing", "未报送单位"),
    ("overdue", "逾期单位"),
    ("extended", "已延期单位"),
    ("asking", "申请延期单位"),
)


@dataclass(frozen=True, slots=True)
class Count:
    """One number of the board and the list that it counted."""

    label: str
    value: int
    url: str


class Part(NamedTuple):
    """One unit's report on one item, as far as the board shows it."""

    unit_id: int
    duty: str
    progress: str  # a ContributionState or EXCUSED
    is_owed: bool
    is_overdue: bool
    entry__item_id: int

    @property
    def label(self) -> str:
        return str(LABELS[self.progress])


@compiled_once
def _parts(period_id: int, today: date) -> QuerySet[Any, Values]:
    rows = Contribution.objects.filter(entry__period_id=period_id).with_progress(today)
    return rows.order_by().values_list(*Part._fields)


# The latest day granted to a unit, by item; None stands for all of them.
Granted = dict[int | None, date]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One unit in the quarter."""

    unit: Unit  # with due_in_force and extended_until
    parts: list[Part]  # leads and supporting
    counts: list[Count]  # its lead contributions, one a column of PROGRESS
    cells: list[str]  # a key of CELLS for each lead contribution that counts
    total: Count  # without what nobody waits for any more
    owed: Count
    overdue: Count  # of those owed
    late: int  # handed in, but after the day in force
    added: Count  # what it added as a supporting unit
    step: int  # of the last reminder; 0: none
    reminded_at: datetime | None
    asks: list[Extension]  # requests that wait
    due: date  # the earliest in force for what is owed; the unit's own where nothing is
    is_due_extended: bool  # that day is a granted one
    later: dict[date, int]  # days granted to single items beyond it -> how many are owed by then
    is_extended: bool  # it was ever granted more time, for all or for one

    @property
    def awaiting(self) -> Count:
        return self.counts[PROGRESS.index(ContributionState.SUBMITTED)]

    @property
    def approved(self) -> Count:
        return self.counts[PROGRESS.index(ContributionState.APPROVED)]

    @property
    def more_time(self) -> str:
        """What the unit was granted and asks for: 1份延至2030-07-10；1件待批."""
        later = [f"{count}份延至{day.isoformat()}" for day, count in self.later.items()]
        whole = ["已延期"] if self.is_due_extended else []
        return "；".join([*whole, *later, *([f"{len(self.asks)}件待批"] if self.asks else [])])

    @property
    def told(self) -> str:
        """The cells in words, for who does not see them: 已通过3份，未填报1份."""
        numbers = Counter(self.cells)
        return "，".join(f"{label}{numbers[key]}份" for key, label in CELLS.items() if numbers[key])


def build_rows(period: Period) -> list[BoardRow]:
    """Return the plan's units, those that owe most first: four queries, whatever the size."""
    theirs: dict[int, list[Part]] = defaultdict(list)
    for values in _parts(period.pk, period.day_of(timezone.localdate())):
        part = Part(*values)
        theirs[part.unit_id].append(part)
    reminded = {
        unit_id: (step, sent_at)
        for unit_id, step, sent_at in Reminder.objects.filter(period=period)
        .order_by()
        .values_list("unit_id")
        .annotate(Max("step"), Max("sent_at"))
    }
    requests: dict[int, list[Extension]] = defaultdict(list)
    granted: dict[int, Granted] = defaultdict(dict)
    extensions = Extension.objects.filter(period=period).waiting_or_granted()
    for each in extensions.order_by("pk"):
        if each.is_waiting:
            requests[each.unit_id].append(each)
        else:
            days = granted[each.unit_id]
            days[each.item_id] = max(each.until, days.get(each.item_id, each.until))
    place = list_url(period)
    rows = [
        _row(
            place,
            unit,
            theirs[unit.pk],
            reminded.get(unit.pk, (0, None)),
            requests[unit.pk],
            granted[unit.pk],
        )
        for unit in with_due(units_in(period), period).order_by(F("unit_order"))
    ]
    return sorted(rows, key=lambda row: (not row.total.value, -row.owed.value, -row.overdue.value))


def _row(
    place: str,
    unit: Unit,
    parts: list[Part],
    reminded: tuple[int, datetime | None],
    asks: list[Extension],
    granted: Granted,
) -> BoardRow:
    leads = [each for each in parts if each.duty == Duty.LEAD]
    days = Counter(
        due_in_force(unit.due_in_force, granted.get(each.entry__item_id))
        for each in leads
        if each.is_owed
    )
    due = min(days, default=unit.due_in_force)
    by_progress = Counter(each.progress for each in leads)
    own = f"{place}&unit={unit.pk}"
    return BoardRow(
        unit=unit,
        parts=parts,
        counts=[
            Count(LABELS[state], by_progress[state], f"{own}&progress={state.value}")
            for state in PROGRESS
        ],
        cells=_cells(leads),
        total=Count("应报", sum(each.progress != EXCUSED for each in leads), f"{own}&progress=due"),
        owed=Count("未报送", sum(each.is_owed for each in leads), f"{own}&progress=owed"),
        overdue=Count(
            "逾期未报",
            sum(each.is_owed and each.is_overdue for each in leads),
            f"{own}&progress=owed&overdue=true",
        ),
        late=sum(each.is_overdue and each.progress in HANDED_IN for each in leads),
        added=Count(
            "补充",
            len(parts) - len(leads),
            own.replace(f"duty={Duty.LEAD.value}", f"duty={Duty.SUPPORTING.value}"),
        ),
        step=reminded[0],
        reminded_at=reminded[1],
        asks=asks,
        due=due,
        is_due_extended=due != unit.due_in_force or unit.extended_until is not None,
        later={day: days[day] for day in sorted(days) if day != due},
        is_extended=bool(granted),
    )


def _cells(leads: list[Part]) -> list[str]:
    kinds = Counter(
        OVERDUE if each.is_owed and each.is_overdue else each.progress for each in leads
    )
    return [str(key) for key in CELLS for _ in range(kinds[key])]


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
        return row.is_extended
    if shown == "asking":
        return bool(row.asks)
    return True
