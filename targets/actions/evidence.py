"""Files that a unit attaches to its contribution (佐证材料), and takes away again."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from targets import filetypes
from targets.actions.contributions import check_may_write, lock_contribution, writes_for
from targets.actions.files import columns_of, examine_file, on_disk
from targets.choices import EvidenceKind, Verb
from targets.models import Contribution, Evidence, User, record_event
from targets.refusals import Refused

FILE_LIMIT = 10  # files attached to one contribution


def attach_evidence(
    *, contribution: Contribution, file: "UploadedFile[bytes]", kind: EvidenceKind, by: User
) -> Evidence:
    """Attach a file to a contribution that can still be changed.

    The same file arriving twice is attached once.
    """
    _check_own(contribution, by)
    name = filetypes.clean_name(file.name or "")
    found = examine_file(contribution, name, file, by)
    evidence = Evidence(
        contribution=contribution, kind=EvidenceKind(kind), **columns_of(name, file, found, by)
    )
    with on_disk(evidence, file):
        attached = _attach(evidence, found.scanned, by)
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
    facts = evidence.facts() | ({"scanned": scanned} if scanned else {})
    record_event(by=by, verb=Verb.ATTACH, subject=contribution, new=facts)
    return evidence


@transaction.atomic
def detach_evidence(*, evidence: Evidence, by: User) -> Contribution:
    """Take a file away from a contribution that can still be changed; the trail keeps its hash."""
    contribution = _lock_own(evidence.contribution_id, by)
    there = contribution.evidence.filter(pk=evidence.pk).first()
    if there is None:
        return contribution
    record_event(by=by, verb=Verb.DETACH, subject=contribution, old=there.facts())
    stored = there.file
    there.delete()
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
