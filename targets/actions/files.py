"""Files that come in from outside: looked into and scanned, then written beside their row."""

import hashlib
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError, transaction

from targets import filetypes, inspection, scanner
from targets.choices import Verb
from targets.models import Evidence, InstructionFile, User, record_event
from targets.models.trail import Recorded
from targets.refusals import Refused

MARK = "mark"  # settings.EVIDENCE_ACTIVE: keep what runs or fetches, with a mark

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out about a file before it is kept."""

    content_type: str
    sha256: str
    active: str = ""  # what in it runs or fetches, for whoever downloads it
    scanned: str = ""  # what the office's scanner said


def columns_of(name: str, file: "UploadedFile[Any]", found: Findings, by: User) -> dict[str, Any]:
    """Return what a file's row keeps of it, by its columns (models.files.AttachedFile)."""
    return {
        "name": name,
        "content_type": found.content_type,
        "size": file.size or 0,
        "sha256": found.sha256,
        "active": found.active,
        "attached_by": by,
    }


@contextmanager
def on_disk(row: Evidence | InstructionFile, file: "UploadedFile[Any]") -> Iterator[None]:
    """Write a file under a name of our own, for the transaction within that saves its row.

    Before it begins, lest twenty megabytes go to disk under the write lock; where either
    fails, what of it is on disk is taken away again. Where the database was lost it stays:
    the row may have been committed, and a stray file does less harm than none.
    """
    stored = row.file
    own_name = f"{uuid.uuid4().hex}{filetypes.ending_of(row.name)}"
    path = stored.field.generate_filename(row, own_name)
    try:
        stored.save(own_name, file, save=False)
        yield
    except (OperationalError, InterfaceError):
        raise
    except BaseException:
        stored.storage.delete(path)
        raise


def examine_file(subject: Recorded, name: str, file: "UploadedFile[Any]", by: User) -> Findings:
    """Look into a file and have it scanned; refuse what must not be kept, and remember that."""
    content_type = _checked(name, file)
    file.seek(0)
    data = file.read()
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        active = "、".join(inspection.find_active(content_type, data))
    except inspection.Uninspectable as error:
        raise Refused(f"“{name}”{error}，未上传。请用原软件另存后再上传。") from error
    if active and settings.EVIDENCE_ACTIVE != MARK:
        _record_block(subject, sha256, {"active": active}, by)
        raise Refused(
            f"“{name}”含有{active}，别人打开时可能自动运行或对外连接，未上传。"
            "请去掉后另存，或打印成PDF后再上传。"
        )
    return Findings(content_type, sha256, active, _scanned(subject, name, data, sha256, by))


def _scanned(subject: Recorded, name: str, data: bytes, sha256: str, by: User) -> str:
    """Return the scanner's words on a clean file; "" where no scanner is set."""
    try:
        answer = scanner.scan(data)
    except scanner.ScannerFailed as error:
        logger.exception("The virus scanner gave no verdict")
        _record_block(subject, sha256, {"scanned": str(error)}, by)
        raise Refused(
            f"病毒扫描没有完成，“{name}”未上传。请稍后再试；仍不行的，请告知系统管理员。"
        ) from error
    if answer is None:
        return ""
    if not answer.is_clean:
        _record_block(subject, sha256, {"scanned": answer.words}, by)
        raise Refused(f"病毒扫描发现“{name}”有问题（{answer.words}），未上传。请先查杀本机病毒。")
    return answer.words


@transaction.atomic
def _record_block(subject: Recorded, sha256: str, found: dict[str, str], by: User) -> None:
    """Remember that a file was turned away, and why; its name belongs to a draft."""
    record_event(
        by=by,
        verb=Verb.BLOCK,
        subject=subject,
        new={"sha256": sha256, **found},
    )


def _checked(name: str, file: "UploadedFile[Any]") -> str:
    """Return the content type of a file that may be attached, or refuse it."""
    if not file.size:
        raise Refused(f"“{name}”是空文件，请核对后重新上传。")
    if file.size > filetypes.SIZE_LIMIT:
        limit = filetypes.SIZE_LIMIT // (1024 * 1024)
        raise Refused(f"“{name}”超过{limit}MB，请压缩或拆分后再上传。")
    try:
        return filetypes.recognise(name, cast("BinaryIO", file))
    except filetypes.UnknownFile as error:
        raise Refused(str(error)) from error
