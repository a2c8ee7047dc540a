"""A plan as the tables that the import reads: its items with their units, and its indicators."""

from collections.abc import Iterator, Mapping

from django.db.models import Prefetch

from reports.document.import_templates import ImportTable
from targets.choices import Duty
from targets.importing.indicator_cells import cells_of
from targets.importing.preview import Kind
from targets.importing.previewing import TEMPLATES
from targets.models import Indicator, Item, Plan, Responsibility
from targets.questions.promised import as_it_is_typed

_Rows = Iterator[Mapping[str, str]]


def plan_tables(plan: Plan) -> list[ImportTable]:
    """Return the plan's sheets, in print order: three statements."""
    rows = {"年度任务": _items(plan), "指标": _indicators(plan)}
    return [ImportTable(name, heads, rows[name]) for name, heads in TEMPLATES[Kind.PLAN].items()]


def _items(plan: Plan) -> _Rows:
    duties = Responsibility.objects.select_related("unit")
    items = Item.objects.filter(goal__plan=plan).select_related("goal")
    items = items.prefetch_related(Prefetch("responsibilities", duties))
    for item in items.order_by("goal__number", "number"):
        units = list(item.responsibilities.all())
        yield {
            "goal_number": str(item.goal.number),
            "goal_name": item.goal.name,
            "item_number": str(item.number),
            "standard": item.standard,
            "leads": _names(units, Duty.LEAD),
            "supporting": _names(units, Duty.SUPPORTING),
        }


def _names(units: list[Responsibility], duty: Duty) -> str:
    return "、".join(each.unit.name for each in units if each.duty == duty)


def _indicators(plan: Plan) -> _Rows:
    """Yield what is accepted today; what was ended stays with the quarters that it measured."""
    live = Indicator.objects.live().filter(item__goal__plan=plan)
    live = live.select_related("item__goal", "unit")
    for each in live.order_by("item__goal__number", "item__number", "order", "pk"):
        yield {
            "goal_number": str(each.item.goal.number),
            "item_number": str(each.item.number),
            "name": each.name,
            **cells_of(as_it_is_typed(each), each.unit.name if each.unit else ""),
            "source": each.source_words,
        }
