"""Content to file, once: drafts' files are kept by what they hold.

Rendering takes a second or more, so no transaction is open meanwhile, and above
`INLINE_ROWS` rows it leaves the request for a process of its own.
"""

import hashlib
import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from reports.circulars.models import FileKind, Rendering, RenderingState
from reports.document import typesetting
from reports.document.annex import annex_csv, joined
from reports.document.content import CircularContent, content_from_json, content_to_json, renumbered
from reports.document.docx import circular_docx
from reports.document.pdf import Variant
from reports.document.xlsx import annex_xlsx

logger = logging.getLogger(__name__)

INLINE_ROWS = 300
# A rendering that has not finished by then died with its process.
LOST_AFTER = timedelta(minutes=10)
KEPT = 60  # drafts' files; the least recently used go first
SECONDS_A_ROW = 0.012  # for the estimate that a waiting person is shown

_RENDERERS: dict[FileKind, Callable[[CircularContent], bytes]] = {
    FileKind.PDF: typesetting.circular_pdf,
    FileKind.ARCHIVE: lambda content: typesetting.circular_pdf(content, Variant.ARCHIVE),
    FileKind.WEB: lambda content: typesetting.circular_pdf(content, Variant.WEB),
    FileKind.WORD: circular_docx,
    FileKind.ANNEX_EXCEL: lambda content: annex_xlsx(*content.annexes, created_by=content.issuer),
    FileKind.ANNEX_PDF: typesetting.annex_pdf,
    FileKind.ANNEX_CSV: lambda content: annex_csv(joined(content.annexes)),
}


_ANNEX_KINDS = (FileKind.ANNEX_EXCEL, FileKind.ANNEX_PDF, FileKind.ANNEX_CSV)


def kinds_of(content: CircularContent) -> list[FileKind]:
    """Return the forms that a circular has: without an annex, none of the annex's."""
    return [kind for kind in FileKind if content.annexes or kind not in _ANNEX_KINDS]


def render_file(content: CircularContent, kind: FileKind) -> bytes:
    """Return one form of a circular, rendered now."""
    return _RENDERERS[kind](content)


def digest_of(content: CircularContent) -> str:
    """Return what names the content's files: its words, and the stylesheet with its typefaces."""
    words = json.dumps(content_to_json(content), ensure_ascii=False, sort_keys=True)
    style = typesetting.css_of(content)
    return hashlib.sha256(f"{style}\0{words}".encode()).hexdigest()


def words_digest(content: CircularContent) -> str:
    """Return what names the words and figures alone, under whatever number."""
    words = json.dumps(content_to_json(renumbered(content, 0)), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def ready_file(content: CircularContent, kind: FileKind) -> bytes | None:
    """Return the kept file of this content, or None."""
    found = Rendering.objects.filter(
        digest=digest_of(content), kind=kind, state=RenderingState.READY
    ).first()
    if found is None:
        return None
    Rendering.objects.filter(pk=found.pk).update(used_at=timezone.now())
    return bytes(found.data)


def obtain_file(content: CircularContent, kind: FileKind) -> bytes:
    """Return the content's file, kept or rendered here and now, and keep it."""
    data = ready_file(content, kind)
    if data is None:
        data = render_file(content, kind)
        _keep(digest_of(content), kind, data)
    return data


def file_or_start(content: CircularContent, kind: FileKind) -> bytes | Rendering:
    """Return the file, or the rendering under way where it takes too long for a request."""
    data = ready_file(content, kind)
    if data is not None:
        return data
    if content.row_count <= INLINE_ROWS:
        return obtain_file(content, kind)
    return _start(content, kind)


def _start(content: CircularContent, kind: FileKind) -> Rendering:
    digest = digest_of(content)
    now = timezone.now()
    Rendering.objects.filter(
        digest=digest, kind=kind, state=RenderingState.WORKING, started_at__lt=now - LOST_AFTER
    ).delete()
    try:
        with transaction.atomic():
            rendering = Rendering.objects.create(
                digest=digest,
                kind=kind,
                state=RenderingState.WORKING,
                started_at=now,
                used_at=now,
            )
    except IntegrityError:  # somebody asked for the same a moment ago
        return Rendering.objects.get(digest=digest, kind=kind)
    with tempfile.TemporaryFile() as words:  # a pipe would hold the request until it is read
        words.write(json.dumps(content_to_json(content), ensure_ascii=False).encode())
        words.seek(0)
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "render_circular"]
        subprocess.Popen(  # noqa: S603 - our own command; the content goes in by stdin
            [*command, str(rendering.pk)],
            stdin=words,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    return rendering


def finish_rendering(rendering: Rendering, words: bytes) -> None:
    """Render what `_start` asked for; the child process's half. A failure is kept as such."""
    try:
        data = render_file(content_from_json(json.loads(words)), FileKind(rendering.kind))
    except Exception:
        logger.exception("rendering %s failed", rendering.pk)
        Rendering.objects.filter(pk=rendering.pk).update(state=RenderingState.FAILED)
        return
    Rendering.objects.filter(pk=rendering.pk).update(
        state=RenderingState.READY, data=data, used_at=timezone.now()
    )


def _keep(digest: str, kind: FileKind, data: bytes) -> None:
    now = timezone.now()
    with transaction.atomic():
        Rendering.objects.update_or_create(
            digest=digest,
            kind=kind,
            defaults={"state": RenderingState.READY, "data": data, "used_at": now},
            create_defaults={
                "state": RenderingState.READY,
                "data": data,
                "started_at": now,
                "used_at": now,
            },
        )
        kept = Rendering.objects.order_by("-used_at").values_list("pk", flat=True)[:KEPT]
        Rendering.objects.exclude(pk__in=list(kept)).delete()


def progress_of(rendering: Rendering, rows: int) -> tuple[int, int]:
    """Return the seconds gone and the seconds it may take in all."""
    gone = (timezone.now() - rendering.started_at).total_seconds()
    return int(gone), max(2, round(rows * SECONDS_A_ROW))
