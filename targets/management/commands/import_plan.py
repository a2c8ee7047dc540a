"""Import a year's plan from a table: the same preview, report and trail as the page."""

from typing import Any

from django.core.management.base import CommandParser

from targets.importing import Kind
from targets.management.importing import ImportCommand
from targets.models import User


class Command(ImportCommand):
    help = "Import a year's plan; exits with 1, writing nothing, where something is not understood."
    kind = Kind.PLAN

    def add_target(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True)

    def find_target(self, by: User, options: dict[str, Any]) -> int:
        return options["year"]
