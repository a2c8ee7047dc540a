"""Questions that need several models: what is asked of one quarter's items and units."""

from targets.questions.ending import (
    CountingEffect,
    EndingEffect,
    effects_of_counting,
    effects_of_ending,
    leader_going_on,
)
from targets.questions.first_steps import FirstStep, first_steps
from targets.questions.items import Lines, class_history, items_in
from targets.questions.later import later_entries
from targets.questions.open_quarters import OfficeDuties, waiting_for_office
from targets.questions.quarter import (
    duties_in,
    goals_in,
    responsibilities_of,
    statuses_for,
    statuses_in,
)
from targets.questions.requests import extensions_in, unanswered_about, unanswered_in
from targets.questions.returned import Returned, last_returned, was_returned
from targets.questions.units import merged_into, units_in, with_due, with_waiting_successions
from targets.questions.waiting import entries_to_review

__all__ = [
    "CountingEffect",
    "EndingEffect",
    "FirstStep",
    "Lines",
    "OfficeDuties",
    "Returned",
    "class_history",
    "duties_in",
    "effects_of_counting",
    "effects_of_ending",
    "entries_to_review",
    "extensions_in",
    "first_steps",
    "goals_in",
    "items_in",
    "last_returned",
    "later_entries",
    "leader_going_on",
    "merged_into",
    "responsibilities_of",
    "statuses_for",
    "statuses_in",
    "unanswered_about",
    "unanswered_in",
    "units_in",
    "waiting_for_office",
    "was_returned",
    "with_due",
    "with_waiting_successions",
]
