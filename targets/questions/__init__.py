"""Questions that need several models: what is asked of one quarter's items and units."""

from targets.questions.first_steps import FirstStep, first_steps
from targets.questions.items import PeriodItemQuerySet, class_history, items_in
from targets.questions.open_quarters import OfficeDuties, waiting_for_office
from targets.questions.returned import Returned, last_returned, was_returned
from targets.questions.units import units_in, with_due

__all__ = [
    "FirstStep",
    "OfficeDuties",
    "PeriodItemQuerySet",
    "Returned",
    "class_history",
    "first_steps",
    "items_in",
    "last_returned",
    "units_in",
    "waiting_for_office",
    "was_returned",
    "with_due",
]
