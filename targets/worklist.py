"""A unit's work: what it owes in every open quarter, and what to do first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, F, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from targets.choices import (
    CELLS,
    OVERDUE,
    ContributionState,
    Duty,
    ExtensionState,
    PeriodState,
)
from targets.models import Contribution, Extension, Period, Reminder, Unit, User
from targets.models.entries import PRINT_ORDER
from targets.models.units import unit_in_hands_of
from targets.rules import days_left, due_in_force

# A Contribution as `read_work` annotates it: is_owed, is_overdue, is_written, progress, its line.
Work = Any


@dataclass(frozen=True, slots=True)
class QuarterWork:
    """What a unit owes in one quarter, and by when."""

    period: Period
    rows: list[Work]  # in print order
    requests: list[Extension]  # the newest first
    reminders: list[Reminder]  # the newest first
    due: date  # in force for the unit

    @property
    def leads(self) -> list[Work]:
        return [each for each in self.rows if each.is_lead]

    @property
    def owed(self) -> list[Work]:
        return [each for each in self.rows if each.is_owed]

    @property
    def returned(self) -> list[Work]:
        # The reason stays with a text that is being mended; handing it in clears it.
        return [each for each in self.owed if each.return_reason]

    @property
    def ready(self) -> list[Work]:
        """Drafts that hold a text: they can go in as they stand."""
        drafts = (each for each in self.rows if each.state == ContributionState.DRAFT)
        return [each for each in drafts if each.is_written]

    @property
    def counts(self) -> Counter[str]:
        return Counter(each.state for each in self.leads)

    @property
    def cells(self) -> list[str]:
        """A key of `board.CELLS` for each lead report, in their order."""
        kinds = Counter(_kind(each) for each in self.leads)
        return [str(key) for key in CELLS for _ in range(kinds[key])]

    @property
    def told(self) -> str:
        numbers = Counter(self.cells)
        return "，".join(f"{label}{numbers[key]}项" for key, label in CELLS.items() if numbers[key])

    @property
    def days_left(self) -> int:
        """Days until the day in force; negative once it is over."""
        return days_left(timezone.localdate(), self.due)

    @property
    def days_over(self) -> int:
        return -self.days_left

    @property
    def is_near(self) -> bool:
        return 0 <= self.days_left <= self.period.remind_days

    @property
    def is_extended(self) -> bool:
        return self.due != self.period.due_on

    @property
    def extensions(self) -> list[Extension]:
        """The newest request for all items, and for each item that is still owed.

        Of a unit that was taken over only where something is still reported under its name.
        One that came to nothing is told where there is no other; one withdrawn is not.
        """
        owed = {(each.unit_id, each.entry.item_id) for each in self.owed}
        names = {unit_id for unit_id, _ in owed} or {each.unit_id for each in self.rows}
        newest: dict[int | None, Extension] = {}
        for each in sorted(self.requests, key=lambda each: each.has_lapsed):
            is_meant = (each.unit_id, each.item_id) in owed or (
                each.item_id is None and each.unit_id in names
            )
            if each.state != ExtensionState.WITHDRAWN and (is_meant or each.has_lapsed):
                newest.setdefault(each.item_id, each)
        return list(newest.values())

    @property
    def may_extend(self) -> bool:
        """Whether there is still time to ask for more, for all that is owed or for some of it."""
        today = timezone.localdate()
        return self.period.is_open and any(each.due_in_force >= today for each in self.owed)

    @property
    def url(self) -> str:
        return f"{reverse('targets:my-items')}?period={self.period.code}"


def _kind(contribution: Work) -> str:
    if contribution.is_owed and contribution.is_overdue:
        return OVERDUE
    return str(contribution.progress)


def read_work(user: User, periods: Iterable[Period]) -> list[QuarterWork]:
    """Return a unit's work in the periods, in their order: three queries, whatever the size."""
    periods = [each for each in periods if each.due_on is not None]
    rows = (
        Contribution.objects.owned_by(user)
        .filter(entry__period__in=periods)
        .with_progress(timezone.localdate())
        .annotate(
            is_written=Case(
                When(~Q(text=""), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            )
        )
        .select_related("entry__item__goal", "entry__kept__goal", "saved_by", "unit")
        .defer("text", "consolidated_text", "problems", "next_steps", "entry__approved_text")
        .in_print_order()
    )
    by_period: dict[int, list[Work]] = {}
    for row in rows:
        by_period.setdefault(row.entry.period_id, []).append(row)
    own = unit_in_hands_of(user.unit_id)
    asked: dict[int, list[Extension]] = {}
    requests = Extension.objects.filter(own, period__in=periods)
    for request in requests.select_related("item__goal").order_by("-pk"):
        asked.setdefault(request.period_id, []).append(request)
    chased: dict[int, list[Reminder]] = {}
    sent = Reminder.objects.filter(own, period__in=periods)
    for reminder in sent:
        chased.setdefault(reminder.period_id, []).append(reminder)
    return [
        QuarterWork(
            period=each,
            rows=by_period.get(each.pk, []),
            requests=asked.get(each.pk, []),
            reminders=chased.get(each.pk, []),
            due=_due(each, by_period.get(each.pk, []), asked.get(each.pk, [])),
        )
        for each in periods
    ]


def _due(period: Period, rows: list[Work], requests: list[Extension]) -> date:
    """Return the day in force; the earliest, where what is owed has several.

    Where nothing is owed, what holds for all items of each name that the unit reports under.
    """
    owed = [each.due_in_force for each in rows if each.is_owed]
    if owed:
        return min(owed)
    granted: dict[int, date] = {}
    for each in requests:
        if each.state == ExtensionState.GRANTED and each.item_id is None:
            granted[each.unit_id] = max(granted.get(each.unit_id, each.until), each.until)
    names = {each.unit_id for each in rows}
    days = [granted.get(name) for name in names] or list(granted.values())
    on = period.due_day
    return min((due_in_force(on, each) for each in days), default=on)


def in_order_of_work(quarters: Iterable[QuarterWork]) -> list[Work]:
    """Return all that is owed, the most urgent first.

    Overdue before what came back, then what holds no words yet, then what is written; what is
    due first goes first, and items go by their numbers.
    """
    return sorted(
        (each for quarter in quarters for each in quarter.owed),
        key=lambda each: (
            not each.is_overdue,
            not each.return_reason,
            each.is_written,
            each.due_in_force,
            each.goal_number,
            each.item_number,
        ),
    )


def next_after(user: User, done: Contribution) -> Contribution | None:
    """Return what a unit does next beside this report, in the order of work: one query."""
    overdue = Case(When(due_in_force__lt=timezone.localdate(), then=Value(0)), default=Value(1))
    came_back = Case(When(return_reason="", then=Value(1)), default=Value(0))
    written = Case(When(text="", then=Value(0)), default=Value(1))
    owed = Contribution.objects.owned_by(user).owed().exclude(pk=done.pk).with_due().with_line()
    return (
        owed.filter(entry__period__state=PeriodState.OPEN)
        .order_by(overdue, came_back, written, F("due_in_force"), *PRINT_ORDER)
        .first()
    )


def unit_of(quarters: Iterable[QuarterWork]) -> Unit | None:
    """Return the unit whose work it is, as its rows name it."""
    return next((each.unit for quarter in quarters for each in quarter.rows), None)


def list_addresses(quarter: QuarterWork) -> list[tuple[str, int, str]]:
    """Return the figures over a unit's list, each with the list that it counts."""
    leads = f"{quarter.url}&duty={Duty.LEAD}"
    submitted, approved = ContributionState.SUBMITTED, ContributionState.APPROVED
    return [
        ("牵头", len(quarter.leads), leads),
        ("待报", len(quarter.owed), f"{quarter.url}&state=owed"),
        ("待审", quarter.counts[submitted], f"{leads}&state={submitted}"),
        ("已通过", quarter.counts[approved], f"{leads}&state={approved}"),
    ]
