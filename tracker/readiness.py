"""Whether this machine is fit to serve: one list of questions, for /readyz and the page."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from reports.document.fonts import ROLES, face_in_use
from targets.models import Event

UNSEALED_AT_MOST = timedelta(hours=2)
LOOKED_AT = 10_000  # newest events in which one without a link is looked for


@dataclass(frozen=True, slots=True)
class Readiness:
    """One question's answer; `fault` is empty where all is well."""

    name: str  # for machines
    label: str
    fault: str = ""

    @property
    def is_ok(self) -> bool:
        return not self.fault


def answers() -> list[Readiness]:
    """Ask everything; an unreachable database is the only answer of its own."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return [
            Readiness("database", "数据库"),
            *(Readiness(name, label, ask()) for name, label, ask in QUESTIONS),
        ]
    except DatabaseError:
        return [Readiness("database", "数据库", "无法连接")]


def missing_migrations() -> str:
    """Name the first migration that has not run, "" where all have."""
    applied = MigrationRecorder(connection).applied_migrations()
    missing = sorted(_known_migrations() - set(applied))
    return f"数据表没有更新：{missing[0][0]}.{missing[0][1]}" if missing else ""


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations of this release; read once a process."""
    return frozenset(MigrationLoader(None).disk_migrations)


def low_disk() -> str:
    """Say where there is too little room left, "" where there is enough."""
    for folder in (settings.VAR_DIR, settings.BACKUP_DIR):
        if folder.is_dir() and (free := free_megabytes(folder)) < settings.DISK_LOW_MB:
            return f"{folder}只剩{free}MB"
    return ""


def free_megabytes(folder: object) -> int:
    """Return the room left where a folder is."""
    return shutil.disk_usage(str(folder)).free // (1024 * 1024)


def missing_fonts() -> str:
    """Name the roles for which no Chinese face is installed, "" where every one has one."""
    return "、".join(role.label for role in ROLES.values() if face_in_use(role.key) is None)


def stale_seals() -> str:
    """Say that events have waited too long for their link, "" where they have not."""
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    recent = Event.objects.filter(pk__gt=newest - LOOKED_AT, seal__isnull=True)
    oldest = recent.order_by("pk").values_list("at", flat=True).first()
    if oldest is None or timezone.now() - oldest < UNSEALED_AT_MOST:
        return ""
    return f"操作记录自{timezone.localtime(oldest):%Y-%m-%d %H:%M}起没有封存"


QUESTIONS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("migrations", "数据表", missing_migrations),
    ("disk", "磁盘", low_disk),
    ("fonts", "公文字体", missing_fonts),
    ("seals", "操作记录的封存", stale_seals),
)
