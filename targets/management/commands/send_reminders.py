"""Remind by each district's rule the units that owe reports; for a timer, once a day."""

from typing import Any

from django.core.management.base import BaseCommand

from targets.actions import send_due_reminders


class Command(BaseCommand):
    """`manage.py send_reminders`: run again on the same day, it adds nothing."""

    help = "按各区设定的自动催办日，催办尚未报送的单位；同一天重复执行不会重复催办"
    requires_system_checks = ()  # they name the fonts in use every time

    def handle(self, *args: object, **options: Any) -> None:
        sent = send_due_reminders()
        self.stdout.write(f"已催办{len(sent)}个单位")
