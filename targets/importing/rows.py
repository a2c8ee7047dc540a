"""What an import writes, one frozen dataclass for each kind of row: the seam to the actions.

A comparison fills one in, the preview's digest covers it, and `targets.actions.import_rows`
finds the action by its class. Units are keys of the register; texts are as the file has them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A year's plan that is not here yet."""

    title: str


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A goal, new or under another name."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item with its units in order; `supporting` is None where the file has no such column."""

    goal: int
    number: int
    standard: str
    is_numbered: bool
    leads: tuple[int, ...]
    supporting: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator of an item as it is typed (`questions.promised`); numbers "" are none.

    `span` is where the words stand in the item's standard that it is read from.
    """

    goal: int
    item: int
    name: str
    kind: str
    measure: str
    comparison: str
    target: str
    target_high: str
    unit_id: int | None
    note: str
    pace: str
    curve: tuple[int, ...]
    due_quarter: int | None
    span: tuple[int, int] | tuple[None, None]


@dataclass(frozen=True, slots=True)
class ApprovedTextRow:
    """The office's own wording of an entry (核定表述); `here` is what it says now."""

    text: str
    here: str


@dataclass(frozen=True, slots=True)
class LeadTextRow:
    """The first lead's text, entered by the office; `here` is "" where it may not be read.

    Where several units lead the item, it is the joint text (汇总稿).
    """

    text: str
    here: str
    is_joint: bool
    problems: str
    next_steps: str
    is_text_alone: bool  # whether nothing but the text differs


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A verdict with its wording, approved by the office in the import (核定)."""

    status_id: int
    text: str


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A verdict that is put before the office in its review."""

    status_id: int


@dataclass(frozen=True, slots=True)
class ValueRow:
    """An indicator's value out of a unit's workbook; "" takes it away, an `as_of` "" is the end."""

    indicator_id: int
    value: str
    as_of: str
    is_estimate: bool


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A unit's own report out of its workbook; None where it says nothing of that text.

    `figures` are the values that it says anew; others stay as they are.
    """

    text: str | None
    consolidated_text: str | None
    problems: str | None
    next_steps: str | None
    submits: bool
    figures: tuple[ValueRow, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit with the other names to be added; `order` 0 puts it last, a contact "" stays."""

    name: str
    aliases: tuple[str, ...]
    order: int
    contact_name: str
    contact_phone: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account; its password never comes from a file."""

    username: str
    name: str
    role: str
    unit_id: int | None
    phone: str
    email: str


Row = (
    PlanRow
    | GoalRow
    | ItemRow
    | IndicatorRow
    | ApprovedTextRow
    | LeadTextRow
    | VerdictRow
    | ProposalRow
    | ReportRow
    | UnitRow
    | AccountRow
)
