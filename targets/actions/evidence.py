"""Files that a unit attaches to its contribution (佐证材料), and takes away again."""

import hashlib
import logging
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError, transaction

from targets import filetypes, inspection, scanner
from targets.actions.contributions import check_may_write, lock_contribution, writes_for
from targets.choices import EvidenceKind, Verb
from targets.models import Contribution, Evidence, User, record_event
from targets.refusals import Refused

FILE_LIMIT = 10  # files attached to one contribution
MARK = "mark"  # settings.EVIDENCE_ACTIVE: keep what runs or fetches, with a mark

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out about a file before it is kept."""

    content_type: str
    sha256: str
    active: str = ""  # what in it runs or fetches, for whoever downloads it
    scanned: str = ""  # what the office's scanner said


def attach_evidence(
    *, contribution: Contribution, file: UploadedFile, kind: EvidenceKind, by: User
) -> Evidence:
    """Attach a file to a contribution that can still be changed.

    The same file arriving twice is attached once. The file is written before the
    transaction begins, lest twenty megabytes go to disk under the write lock; where
    either fails, what of it is on disk is taken away again. Where the database was lost
    it stays: the row may have been committed, and a stray file does less harm than none.
    """
    _check_own(contribution, by)
    name = filetypes.clean_name(file.name or "")
    found = _examined(contribution, name, file, by)
    evidence = Evidence(
        contribution=contribution,
        kind=EvidenceKind(kind),
        name=name,
        content_type=found.content_type,
        size=file.size,
        sha256=found.sha256,
        active=found.active,
        attached_by=by,
    )
    stored = evidence.file
    own_name = f"{uuid.uuid4().hex}{filetypes.ending_of(name)}"
    path = stored.field.generate_filename(evidence, own_name)
    try:
        stored.save(own_name, file, save=False)
        attached = _attach(evidence, found.scanned, by)
    except (OperationalError, InterfaceError):
        raise
    except BaseException:
        stored.storage.delete(path)
        raise
    if attached is not evidence:
        evidence.file.delete(save=False)
    return attached


@transaction.atomic
def _attach(evidence: Evidence, scanned: str, by: User) -> Evidence:
    contribution = _lock_own(evidence.contribution_id, by)
    attached = list(contribution.evidence.all())
    for each in attached:
        if (each.sha256, each.name, each.kind) == (evidence.sha256, evidence.name, evidence.kind):
            return each
    if len(attached) >= FILE_LIMIT:
        raise Refused(
            f"每项最多上传{FILE_LIMIT}个文件，“{evidence.name}”未上传。请先移除不需要的。"
        )
    evidence.save()
    facts = _facts(evidence) | ({"scanned": scanned} if scanned else {})
    record_event(by=by, verb=Verb.ATTACH, subject=contribution, new=facts)
    return evidence


@transaction.atomic
def detach_evidence(*, evidence: Evidence, by: User) -> Contribution:
    """Take a file away from a contribution that can still be changed; the trail keeps its hash."""
    contribution = _lock_own(evidence.contribution_id, by)
    evidence = contribution.evidence.filter(pk=evidence.pk).first()
    if evidence is None:
        return contribution
    record_event(by=by, verb=Verb.DETACH, subject=contribution, old=_facts(evidence))
    stored = evidence.file
    evidence.delete()
    transaction.on_commit(lambda: stored.delete(save=False))
    return contribution


def _lock_own(pk: int, by: User) -> Contribution:
    contribution = lock_contribution(pk)
    _check_own(contribution, by)
    check_may_write(contribution)
    return contribution


def _check_own(contribution: Contribution, by: User) -> None:
    if not writes_for(by, contribution):
        raise Refused("只能为本单位的填报内容上传或移除材料。")


def _checked(name: str, file: UploadedFile) -> str:
    """Return the content type of a file that may be attached, or refuse it."""
    if not file.size:
        raise Refused(f"“{name}”是空文件，请核对后重新上传。")
    if file.size > filetypes.SIZE_LIMIT:
        limit = filetypes.SIZE_LIMIT // (1024 * 1024)
        raise Refused(f"“{name}”超过{limit}MB，请压缩或拆分后再上传。")
    try:
        return filetypes.recognise(name, file)
    except filetypes.UnknownFile as error:
        raise Refused(str(error)) from error


def _examined(contribution: Contribution, name: str, file: UploadedFile, by: User) -> Findings:
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
        _record_block(contribution, sha256, {"active": active}, by)
        raise Refused(
            f"“{name}”含有{active}，别人打开时可能自动运行或对外连接，未上传。"
            "请去掉后另存，或打印成PDF后再上传。"
        )
    return Findings(content_type, sha256, active, _scanned(contribution, name, data, sha256, by))


def _scanned(contribution: Contribution, name: str, data: bytes, sha256: str, by: User) -> str:
    """Return the scanner's words on a clean file; "" where no scanner is set."""
    try:
        answer = scanner.scan(data)
    except scanner.ScannerFailed as error:
        logger.exception("The virus scanner gave no verdict")
        _record_block(contribution, sha256, {"scanned": str(error)}, by)
        raise Refused(
            f"病毒扫描没有完成，“{name}”未上传。请稍后再试；仍不行的，请告知系统管理员。"
        ) from error
    if answer is None:
        return ""
    if not answer.is_clean:
        _record_block(contribution, sha256, {"scanned": answer.words}, by)
        raise Refused(f"病毒扫描发现“{name}”有问题（{answer.words}），未上传。请先查杀本机病毒。")
    return answer.words


@transaction.atomic
def _record_block(contribution: Contribution, sha256: str, found: dict, by: User) -> None:
    """Remember that a file was turned away, and why; its name belongs to a draft."""
    record_event(
        by=by,
        verb=Verb.BLOCK,
        subject=contribution,
        new={"sha256": sha256, **found},
    )


@transaction.atomic
def record_evidence_download(*, evidence: Evidence, by: User) -> None:
    """Remember who took a file out of the site.

    Neither its name nor its item is told: the office reads the trail, and a co-lead the
    item's page, but not what belongs to a draft.
    """
    contribution = evidence.contribution
    record_event(
        by=by,
        verb=Verb.EXPORT,
        subject=contribution,
        place=contribution.place()._replace(item_id=None),
        new={"kind": evidence.kind, "size": evidence.size, "sha256": evidence.sha256},
    )


def _facts(evidence: Evidence) -> dict:
    facts = {
        "name": evidence.name,
        "kind": evidence.kind,
        "size": evidence.size,
        "sha256": evidence.sha256,
    }
    return facts | ({"active": evidence.active} if evidence.active else {})
