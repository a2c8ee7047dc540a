"""The domain's tables."""

from targets.models.catalogue import (
    District,
    Goal,
    Item,
    Plan,
    Responsibility,
    Status,
    Unit,
    UnitAlias,
)
from targets.models.people import User
from targets.models.progress import Contribution, Entry, Period
from targets.models.trail import Event, record_event, remembered_address

__all__ = [
    "Contribution",
    "District",
    "Entry",
    "Event",
    "Goal",
    "Item",
    "Period",
    "Plan",
    "Responsibility",
    "Status",
    "Unit",
    "UnitAlias",
    "User",
    "record_event",
    "remembered_address",
]
