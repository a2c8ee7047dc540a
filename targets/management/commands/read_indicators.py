"""Print what the reader proposes as indicators for a year's standards."""

import csv
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from targets.models import Item
from targets.reading.indicators import propose_indicators
from targets.reading.plain import plain_number

COLUMNS = ("goal_no", "item_no", "name", "kind", "comparison", "target", "measure")


class Command(BaseCommand):
    """`manage.py read_indicators 2020 [--goal N] --format csv`: one row a proposal.

    Targets are in the plain measure: 3.8万亩 is printed as 38000, 亩. Nothing is stored.
    """

    help = "从工作标准中读出拟定的指标，只打印，不写入"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, help="年度，例如 2020")
        parser.add_argument("--goal", type=int, help="只读这一目标")
        parser.add_argument("--district", help="行政区划代码；只有一个区时可省略")
        parser.add_argument("--format", choices=["csv"], default="csv")

    def handle(self, *args: object, **options: Any) -> None:
        items = Item.objects.filter(goal__plan__year=options["year"]).select_related("goal")
        if options["district"]:
            items = items.filter(goal__plan__district__code=options["district"])
        if not items.exists():
            raise CommandError(f"没有{options['year']}年度任务。")
        if items.values("goal__plan").distinct().count() > 1:
            raise CommandError("有几个区，请用 --district 指明。")
        if options["goal"]:
            items = items.filter(goal__number=options["goal"])
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        for item in items.order_by("goal__number", "number"):
            for each in propose_indicators(item.standard):
                target, measure = each.resolved
                high = f"-{plain_number(each.resolved_high)}" if each.high is not None else ""
                writer.writerow(
                    [
                        item.goal.number,
                        item.number,
                        each.name,
                        each.kind,
                        each.comparison,
                        f"{plain_number(target)}{high}",
                        measure,
                    ]
                )
