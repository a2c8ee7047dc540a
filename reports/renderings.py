"""Files that are made once: kept by a digest of all that they show, for whoever may read that.

The digest is taken of what was gathered for the reader, after every question of who may see
what. So two readers get the same file only where they would have been shown the same.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

KEPT = 40  # files of a kind; the least recently used go first
_WRITERS = Path(__file__).parent / "document"


class RenderingState(models.TextChoices):
    """working → ready or failed."""

    WORKING = "working", "生成中"
    READY = "ready", "已生成"
    FAILED = "failed", "生成失败"


class Rendering(models.Model):
    """A file kept by its content: the same content is never rendered twice."""

    digest = models.CharField("内容摘要", max_length=64)
    kind = models.CharField("形式", max_length=12)  # a FileKind of circulars, or a name of its room
    state = models.CharField("状态", max_length=10, choices=RenderingState)
    data = models.BinaryField("内容", null=True)
    started_at = models.DateTimeField("开始时间")
    used_at = models.DateTimeField("最近使用")

    class Meta:
        verbose_name = verbose_name_plural = "预览缓存"
        constraints = [
            models.UniqueConstraint(fields=["digest", "kind"], name="rendering_once_a_content"),
            models.CheckConstraint(
                condition=Q(state=RenderingState.READY, data__isnull=False)
                | (~Q(state=RenderingState.READY) & Q(data__isnull=True)),
                name="rendering_ready_has_data",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.get_state_display()}"


def digest_of(*words: str) -> str:
    """Return what names the file that holds these words, as this version's writers make it."""
    told = json.dumps([_writers_digest(), *words], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


@cache
def _writers_digest() -> str:
    """Return a digest of the writers themselves: after an upgrade nothing old is given out."""
    digest = hashlib.sha256()
    for source in sorted(_WRITERS.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def ready_file(digest: str, kind: str) -> bytes | None:
    """Return the kept file, or None."""
    found = Rendering.objects.filter(digest=digest, kind=kind, state=RenderingState.READY).first()
    if found is None:
        return None
    Rendering.objects.filter(pk=found.pk).update(used_at=timezone.now())
    return bytes(found.data or b"")


def made_once(digest: str, kind: str, make: Callable[[], bytes]) -> bytes:
    """Return the kept file, or make it here and now, and keep it."""
    data = ready_file(digest, kind)
    if data is None:
        data = make()
        keep_file(digest, kind, data)
    return data


@transaction.atomic
def keep_file(digest: str, kind: str, data: bytes) -> None:
    """Keep a file, and of its kind no more than KEPT."""
    now = timezone.now()
    facts = {"state": RenderingState.READY, "data": data, "used_at": now}
    Rendering.objects.update_or_create(
        digest=digest,
        kind=kind,
        defaults=facts,
        create_defaults={**facts, "started_at": now},
    )
    own = Rendering.objects.filter(kind=kind)
    kept = own.order_by("-used_at", "-pk").values_list("pk", flat=True)[:KEPT]
    own.exclude(pk__in=list(kept)).delete()


def remove_unused(*, before: datetime) -> int:
    """Take away what nobody asked for since; return how many files."""
    removed, _each = Rendering.objects.filter(used_at__lt=before).delete()
    return removed
