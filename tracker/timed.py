"""The one list of what runs by the clock: deploy/ makes its timers from it, the page shows it.

`manage.py run_timed COMMAND` runs one and remembers how it went.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Max, QuerySet
from django.utils import timezone

from tracker.models import TimedRun


@dataclass(frozen=True, slots=True)
class Timed:
    """A command, when systemd starts it (OnCalendar, local time), and when it counts as late."""

    command: str
    label: str
    calendar: str
    late_after: timedelta


NIGHTLY = timedelta(hours=26)
TIMED = (
    Timed("send_messages", "发送邮件和消息", "*:0/5", timedelta(hours=1)),
    Timed("send_reminders", "按规则催办", "*-*-* 08:30:00", NIGHTLY),
    Timed("seal_trail", "封存操作记录", "*:3/10", timedelta(hours=2)),
    Timed("backup", "备份", "*-*-* 01:30:00", NIGHTLY),
    Timed("clean_up", "清理过期的文件和记录", "*-*-* 03:30:00", NIGHTLY),
    Timed("check_trail", "核验操作记录", "*-*-* 02:30:00", NIGHTLY),
)
BY_COMMAND = {each.command: each for each in TIMED}


@dataclass(frozen=True, slots=True)
class LastRuns:
    """How a command fared: its newest run, and the newest that went well."""

    timed: Timed
    last: TimedRun | None
    last_good: TimedRun | None

    @property
    def is_late(self) -> bool:
        """Whether it has not gone well for too long; one that never ran is late too."""
        since = self.last_good.ended_at if self.last_good else None
        return since is None or timezone.now() - since > self.timed.late_after


def last_runs() -> list[LastRuns]:
    """Return how each command of the list fared, in its order; two statements."""
    newest = {run.command: run for run in _newest(TimedRun.objects.all())}
    good = {run.command: run for run in _newest(TimedRun.objects.filter(is_ok=True))}
    return [LastRuns(each, newest.get(each.command), good.get(each.command)) for each in TIMED]


def _newest(runs: QuerySet[TimedRun]) -> QuerySet[TimedRun]:
    latest = runs.order_by().values("command").annotate(latest=Max("pk")).values("latest")
    return TimedRun.objects.filter(pk__in=latest)
