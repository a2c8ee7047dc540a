"""How the domain is read: scoping by user and period, derived states, nothing written.

A queryset that reaches a view passes through `visible_to`.
"""

from targets.querysets.catalogue import GoalQuerySet, UnitQuerySet
from targets.querysets.district import DistrictQuerySet
from targets.querysets.items import PENDING, UNREPORTED, ItemQuerySet, class_history
from targets.querysets.progress import (
    EXCUSED,
    OWED,
    REPORTED,
    ContributionQuerySet,
    EntryQuerySet,
    ExtensionQuerySet,
    PeriodQuerySet,
)
from targets.querysets.steering import ApiTokenQuerySet, EventQuerySet, InstructionQuerySet

__all__ = [
    "EXCUSED",
    "OWED",
    "PENDING",
    "REPORTED",
    "UNREPORTED",
    "ApiTokenQuerySet",
    "ContributionQuerySet",
    "DistrictQuerySet",
    "EntryQuerySet",
    "EventQuerySet",
    "ExtensionQuerySet",
    "GoalQuerySet",
    "InstructionQuerySet",
    "ItemQuerySet",
    "PeriodQuerySet",
    "UnitQuerySet",
    "class_history",
]
