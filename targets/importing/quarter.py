"""A quarter as it stands here, in plain values: what the rows of an annex are compared with.

Everything is fetched at once, in a constant number of statements, for there may be
thousands of rows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from targets.choices import ContributionState, Duty
from targets.importing.annex import KnownItem
from targets.importing.marks import Mark
from targets.importing.words import plain
from targets.models import Contribution, Entry, Period
from targets.questions import duties_in, items_in, statuses_in


class EntryHere(NamedTuple):
    """An entry as it stands here."""

    pk: int
    version: int
    approved_text: str
    status_id: int | None
    reopened_at: datetime | None
    proposed_status_id: int | None

    @property
    def is_judged(self) -> bool:
        return self.status_id is not None

    @property
    def is_settled(self) -> bool:
        """Whether it is judged and not under review anew."""
        return self.is_judged and self.reopened_at is None


class ContributionHere(NamedTuple):
    """The first lead's contribution as it stands here."""

    pk: int
    version: int
    state: str
    text: str
    consolidated_text: str
    problems: str
    next_steps: str
    entered_by_office: bool
    unit: str


@dataclass(slots=True)
class QuarterHere:
    """Everything of the quarter that rows are compared with."""

    items: dict[tuple[int, int], KnownItem]
    entries: dict[int, EntryHere]  # by item
    contributions: dict[int, ContributionHere]  # of the first lead, by entry
    duties: dict[int, dict[str, list[int]]]  # unit keys in order, by item and duty
    marks: dict[str, Mark]  # of the annex as it was exported, by the item's key
    statuses: dict[str, int]  # by name as "plain" leaves it
    status_names: dict[int, str]
    asks_problems: bool

    def leads(self, item_id: int) -> list[int]:
        return self.duties.get(item_id, {}).get(Duty.LEAD.value, [])

    def texts_of(self, entry: EntryHere) -> list[str]:
        """Return what the office may read of an entry and its first lead's report."""
        part = self.contributions.get(entry.pk)
        if part is None or part.state == ContributionState.DRAFT:
            return [entry.approved_text]
        return [entry.approved_text, part.text, part.consolidated_text]


def load_quarter(period: Period, marks: dict[str, Mark]) -> QuarterHere:
    """Return what is here of a period, which comes with its plan."""
    fields = EntryHere._fields
    entries = {
        item_id: EntryHere(*facts)
        for item_id, *facts in Entry.objects.filter(period=period)
        .order_by()
        .values_list("item_id", *fields)
    }
    names = (*ContributionHere._fields[:-1], "unit__name")
    contributions: dict[int, ContributionHere] = {}
    leads = Contribution.objects.filter(entry__period=period, duty=Duty.LEAD)
    for entry_id, *facts in leads.order_by("entry_id", "order").values_list("entry_id", *names):
        if entry_id not in contributions:
            contributions[entry_id] = ContributionHere(*facts)
    duties: dict[int, dict[str, list[int]]] = {}
    for item_id, duty, unit_id in duties_in(period).values_list("item_key", "duty", "unit_id"):
        duties.setdefault(item_id, {}).setdefault(duty, []).append(unit_id)
    statuses = statuses_in(period, period.plan.district_id)
    status_names = dict(statuses.values_list("status_key", "name"))
    return QuarterHere(
        items=_load_items(period),
        entries=entries,
        contributions=contributions,
        duties=duties,
        marks=marks,
        statuses={plain(name): pk for pk, name in status_names.items()},
        status_names=status_names,
        asks_problems=period.asks_problems,
    )


def _load_items(period: Period) -> dict[tuple[int, int], KnownItem]:
    """Return the quarter's items as it has them, by (goal number, item number)."""
    rows = items_in(period).values_list(
        "goal__number",
        "number",
        "item_key",
        "goal__name",
        "is_numbered",
        "standard",
        "outcome",
    )
    return {(goal, number): KnownItem(*facts) for goal, number, *facts in rows}
