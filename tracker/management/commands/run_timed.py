"""Run a command of the list of timed ones, and remember how it went; for the timers."""

import io
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tracker.models import TimedRun
from tracker.timed import BY_COMMAND

KEPT = 500  # runs of each command


class Command(BaseCommand):
    """`manage.py run_timed 命令`; its exit status is the command's own."""

    help = "执行一个定时任务，并记下结果"
    requires_system_checks = ()  # they name the fonts in use every time

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("timed", choices=BY_COMMAND, metavar="命令")

    def handle(self, *args: object, timed: str, **options: Any) -> None:
        run = TimedRun.objects.create(command=timed)
        told = io.StringIO()
        try:
            call_command(timed, stdout=told, stderr=told)
            is_ok = True
        except SystemExit as end:
            is_ok = not end.code
        except CommandError as error:
            is_ok = False
            told.write(f"{error}\n")
        except Exception as error:
            self._remember(run, False, type(error).__name__)
            raise
        words = told.getvalue().strip()
        self._remember(run, is_ok, words.splitlines()[-1] if words else "")
        self.stdout.write(words)
        if not is_ok:
            sys.exit(1)

    def _remember(self, run: TimedRun, is_ok: bool, said: str) -> None:
        run.ended_at, run.is_ok, run.said = timezone.now(), is_ok, said[:300]
        run.save()
        kept = TimedRun.objects.filter(command=run.command)[:KEPT]
        oldest = min(each.pk for each in kept)
        TimedRun.objects.filter(command=run.command, pk__lt=oldest).delete()
