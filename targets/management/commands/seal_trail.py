"""Give every new event its link; for a timer. Killed, the next run goes on where it was."""

from typing import Any

from django.core.management.base import BaseCommand

from targets.sealing import seal_trail

TOLD_EVERY = 20_000  # links


class Command(BaseCommand):
    """`manage.py seal_trail`"""

    help = "封存新的操作记录；中断后再次执行即从中断处继续"
    requires_system_checks = ()  # they name the fonts in use every time

    def handle(self, *args: object, **options: Any) -> None:
        told = 0

        def tell(given: int) -> None:
            nonlocal told
            if given - told >= TOLD_EVERY:
                told = given
                self.stdout.write(f"已封存{given}条")

        self.stdout.write(f"本次封存{seal_trail(tell)}条")
