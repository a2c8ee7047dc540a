"""Write systemd's timers for the list of timed commands; deploy/install calls it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tracker.timed import TIMED

UNIT = """\
# Made by manage.py write_timers from tracker/timed.py.
[Unit]
Description=Tracker: {command}

[Timer]
OnCalendar={calendar}
Persistent=true
RandomizedDelaySec=20
Unit=tracker-task@{command}.service

[Install]
WantedBy=timers.target
"""


class Command(BaseCommand):
    """`manage.py write_timers 文件夹` writes a file for each command and prints their names."""

    help = "为每个定时任务写一个systemd的.timer文件"
    requires_system_checks = ()  # they name the fonts in use every time

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="文件夹")

    def handle(self, *args: object, folder: Path, **options: Any) -> None:
        for each in TIMED:
            name = f"tracker-{each.command}.timer"
            text = UNIT.format(command=each.command, calendar=each.calendar)
            (folder / name).write_text(text, encoding="utf-8")
            self.stdout.write(name)
