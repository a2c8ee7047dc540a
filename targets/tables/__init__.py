"""Lists as declarations: a column with its heading, its order, and the markup of its cells."""

from targets.tables.contributions import ContributionTable
from targets.tables.items import ItemTable
from targets.tables.lists import PagedTable
from targets.tables.people import AccountTable, UnitTable
from targets.tables.trail import EventTable, draw_fold, name_in

__all__ = [
    "AccountTable",
    "ContributionTable",
    "EventTable",
    "ItemTable",
    "PagedTable",
    "UnitTable",
    "draw_fold",
    "name_in",
]
