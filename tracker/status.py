"""What the administrator's page says of the machine: versions, room, backups, slow pages."""

import platform
from dataclasses import dataclass
from pathlib import Path

import django
from django.conf import settings
from django.db import connection

from reports.document.fonts import ROLES, face_in_use
from targets.models import Message, User
from targets.triggers import SQLITE, dialect
from tracker.backups import Backup, list_backups
from tracker.readiness import Readiness, answers, free_megabytes
from tracker.timed import LastRuns, last_runs
from tracker.traffic import slow_views
from tracker.version import VERSION

GIVEN_UP_LISTED = 20


@dataclass(frozen=True, slots=True)
class Queue:
    """The outbox of a district."""

    waiting: int
    given_up: int
    listed: list[Message]  # the newest of those given up


def describe(user: User) -> dict[str, object]:
    """Return what the page shows; messages are those of the user's own district."""
    runs: list[LastRuns] = last_runs()
    return {
        "versions": _versions(),
        "fonts": [(role.label, face_in_use(role.key)) for role in ROLES.values()],
        "database": _database(),
        "disk": f"{free_megabytes(settings.VAR_DIR) / 1024:.1f}GB",
        "answers": _faults(),
        "backup": _last_backup(),
        "second": settings.BACKUP_SECOND,
        "runs": runs,
        "queue": _queue(user),
        "slow": slow_views(),
    }


def _faults() -> list[Readiness]:
    return [each for each in answers() if not each.is_ok]


def _versions() -> str:
    return f"{VERSION}（Python {platform.python_version()}，Django {django.get_version()}）"


def _database() -> str:
    with connection.cursor() as cursor:
        if dialect(connection) == SQLITE:
            cursor.execute("SELECT sqlite_version()")
            (version,) = cursor.fetchone()
            size = Path(connection.settings_dict["NAME"]).stat().st_size
            return f"SQLite {version}，{size / 1024 / 1024:.0f}MB"
        cursor.execute(
            "SELECT current_setting('server_version'), pg_database_size(current_database())"
        )
        version, size = cursor.fetchone()
    return f"PostgreSQL {version}，{size / 1024 / 1024:.0f}MB"


def _last_backup() -> Backup | None:
    return next(iter(list_backups(settings.BACKUP_DIR)), None)


def _queue(user: User) -> Queue:
    own = Message.objects.filter(district=user.district_id)
    given_up = own.filter(next_attempt_at=None, sent_at=None)
    return Queue(
        waiting=own.filter(next_attempt_at__isnull=False).count(),
        given_up=given_up.count(),
        listed=list(given_up[:GIVEN_UP_LISTED]),
    )
