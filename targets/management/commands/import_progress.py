"""Import a quarter's progress from an annex: the same preview, report and trail as the page."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from targets.importing import Kind
from targets.management.importing import ImportCommand
from targets.models import Period, User
from targets.quarters import parse_quarter


class Command(ImportCommand):
    help = (
        "Import a quarter's progress; exits with 1, writing nothing, where something is not "
        "understood."
    )
    kind = Kind.PROGRESS

    def add_target(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", metavar="2020Q2")

    def find_target(self, by: User, options: dict[str, Any]) -> int:
        try:
            quarter = parse_quarter(options["quarter"])
        except ValueError as error:
            raise CommandError("季度写作2020Q2。") from error
        periods = Period.objects.visible_to(by)
        period = periods.filter(plan__year=quarter.year, number=quarter.number).first()
        if period is None:
            raise CommandError(f"没有{quarter.name}。")
        return period.pk
