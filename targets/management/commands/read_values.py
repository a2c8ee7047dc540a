"""Print what the reader proposes as values from a quarter's texts."""

import csv
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from targets.models import Entry
from targets.quarters import parse_quarter
from targets.reading.indicators import propose_indicators, resolve
from targets.reading.plain import plain_number
from targets.reading.values import propose_values

COLUMNS = ("goal_no", "item_no", "name", "measure", "value", "source")


class Command(BaseCommand):
    """`manage.py read_values 2020Q1 --format csv`: one row a value, each with its sentence.

    Read for the indicators that the item's standard proposes, from the approved text. Values
    are in the plain measure: 45.3亿元 is printed as 4530000000, 元. Nothing is stored.
    """

    help = "从季度核定表述中读出各指标的数值，只打印，不写入"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", help="季度，例如 2020Q1")
        parser.add_argument("--goal", type=int, help="只读这一目标")
        parser.add_argument("--district", help="行政区划代码；只有一个区时可省略")
        parser.add_argument("--format", choices=["csv"], default="csv")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            quarter = parse_quarter(options["quarter"])
        except ValueError as error:
            raise CommandError(f"季度应写作 2020Q1，而不是 {options['quarter']}。") from error
        entries = Entry.objects.filter(
            period__plan__year=quarter.year, period__number=quarter.number
        ).select_related("item__goal")
        if options["district"]:
            entries = entries.filter(period__plan__district__code=options["district"])
        if not entries.exists():
            raise CommandError(f"没有 {quarter} 这个季度。")
        if entries.values("period").distinct().count() > 1:
            raise CommandError("有几个区，请用 --district 指明。")
        if options["goal"]:
            entries = entries.filter(item__goal__number=options["goal"])
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        for entry in entries.order_by("item__goal__number", "item__number"):
            indicators = propose_indicators(entry.item.standard)
            for each in propose_values(entry.approved_text, indicators, year=quarter.year):
                indicator = indicators[each.place]
                value, measure = resolve(each.value, indicator.measure)
                writer.writerow(
                    [
                        entry.item.goal.number,
                        entry.item.number,
                        indicator.name,
                        measure,
                        plain_number(value),
                        each.source,
                    ]
                )
