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

from reports import renderings
from reports.circulars.models import FileKind
from reports.document import typesetting
from reports.document.annex import annex_csv, joined
from reports.document.content import CircularContent, content_from_json, content_to_json, renumbered
from reports.document.docx import circular_docx
from reports.document.pdf import Variant
from reports.document.xlsx import annex_xlsx
from reports.renderings import Rendering, RenderingState

logger = logging.getLogger(__name__)

INLINE_ROWS = 300
# A rendering that has not finished by then died with its process.
LOST_AFTER = timedelta(minutes=10)
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
    return renderings.digest_of(style, words)


def words_digest(content: CircularContent) -> str:
    """Return what names the words and figures alone, under whatever number."""
    words = json.dumps(content_to_json(renumbered(content, 0)), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def obtain_file(content: CircularContent, kind: FileKind) -> bytes:
    """Return the content's file, kept or rendered here and now, and keep it."""
    return renderings.made_once(digest_of(content), kind, lambda: render_file(content, kind))


def is_kept(content: CircularContent, kind: FileKind) -> bool:
    """Tell whether the content's file need not be made."""
    return renderings.ready_file(digest_of(content), kind) is not None


def obtain_front(content: CircularContent) -> bytes:
    """Return the pages before the annex as PDF: what can be shown while the rest is made."""
    return renderings.made_once(digest_of(content), "front", lambda: typesetting.front_pdf(content))


def file_or_start(content: CircularContent, kind: FileKind) -> bytes | Rendering:
    """Return the file, or the rendering under way where it takes too long for a request."""
    data = renderings.ready_file(digest_of(content), kind)
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
    renderings.keep_file(rendering.digest, rendering.kind, data)


def progress_of(rendering: Rendering, rows: int) -> tuple[int, int]:
    """Return the seconds gone and the seconds it may take in all."""
    gone = (timezone.now() - rendering.started_at).total_seconds()
    return int(gone), max(2, round(rows * SECONDS_A_ROW))
