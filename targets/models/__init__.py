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
from targets.models.imports import Import
from targets.models.outbox import Message
from targets.models.people import User
from targets.models.progress import Contribution, Entry, Period
from targets.models.steering import DismissedHint, Evidence, Extension, Instruction, Reminder
from targets.models.tokens import ApiToken, digest_of
from targets.models.trail import (
    COMMAND_LINE,
    Event,
    Seal,
    record_attempt,
    record_event,
    remembered_address,
)

__all__ = [
    "COMMAND_LINE",
    "ApiToken",
    "Contribution",
    "DismissedHint",
    "District",
    "Entry",
    "Event",
    "Evidence",
    "Extension",
    "Goal",
    "Import",
    "Instruction",
    "Item",
    "Message",
    "Period",
    "Plan",
    "Reminder",
    "Responsibility",
    "Seal",
    "Status",
    "Unit",
    "UnitAlias",
    "User",
    "digest_of",
    "record_attempt",
    "record_event",
    "remembered_address",
]
