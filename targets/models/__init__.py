"""The domain's tables."""

from targets.models.adjustments import Adjustment
from targets.models.base import DistrictQuerySet, Place, Viewer, both_or_neither
from targets.models.catalogue import Goal, Item, Plan, Responsibility, Status
from targets.models.contributions import Contribution, Report
from targets.models.entries import Entry
from targets.models.imports import Import
from targets.models.indicators import Indicator, IndicatorValue, ReportedValue
from targets.models.instructions import Answer, Instruction, InstructionFile
from targets.models.kept import (
    KeptGoal,
    KeptItem,
    KeptResponsibility,
    KeptStatus,
    KeptUnit,
)
from targets.models.misreadings import Misreading
from targets.models.outbox import Message
from targets.models.people import (
    FormerPassword,
    LoginBrake,
    LoginSession,
    User,
    called_at,
    name_at,
    normalized_username,
)
from targets.models.periods import Extension, Period
from targets.models.sheets import Sheet, SheetReceipt
from targets.models.steering import DismissedHint, Evidence, Reminder
from targets.models.successions import Succession
from targets.models.tokens import ApiToken, digest_of
from targets.models.trail import (
    COMMAND_LINE,
    Event,
    Facts,
    Recorded,
    Seal,
    record_attempt,
    record_event,
    record_refused,
    remembered_address,
)
from targets.models.units import District, Unit, UnitAlias

__all__ = [
    "COMMAND_LINE",
    "Adjustment",
    "Answer",
    "ApiToken",
    "Contribution",
    "DismissedHint",
    "District",
    "DistrictQuerySet",
    "Entry",
    "Event",
    "Evidence",
    "Extension",
    "Facts",
    "FormerPassword",
    "Goal",
    "Import",
    "Indicator",
    "IndicatorValue",
    "Instruction",
    "InstructionFile",
    "Item",
    "KeptGoal",
    "KeptItem",
    "KeptResponsibility",
    "KeptStatus",
    "KeptUnit",
    "LoginBrake",
    "LoginSession",
    "Message",
    "Misreading",
    "Period",
    "Place",
    "Plan",
    "Recorded",
    "Reminder",
    "Report",
    "ReportedValue",
    "Responsibility",
    "Seal",
    "Sheet",
    "SheetReceipt",
    "Status",
    "Succession",
    "Unit",
    "UnitAlias",
    "User",
    "Viewer",
    "both_or_neither",
    "called_at",
    "digest_of",
    "name_at",
    "normalized_username",
    "record_attempt",
    "record_event",
    "record_refused",
    "remembered_address",
]
