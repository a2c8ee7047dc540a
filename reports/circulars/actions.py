"""Every change of a circular: keyword-only, atomic, the actor named, one event each."""

import hashlib
from collections.abc import Container, Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from reports.circulars import rendering
from reports.circulars.drafts import circular_content, generated_words, proposed_number
from reports.circulars.kind_actions import usual_kind
from reports.circulars.models import (
    Circular,
    CircularKind,
    CircularState,
    FileKind,
    IssuedFile,
)
from reports.document.annex import COLUMNS
from reports.document.content import (
    REPORT_TO,
    SEND_TO,
    CircularContent,
    content_to_json,
)
from reports.figures.quarter import build_figures
from targets.choices import PeriodState, Role, Verb
from targets.models import District, Period, User, record_event
from targets.refusals import Refused, Stale

# How often an issue starts again because another took its number meanwhile.
ATTEMPTS = 5
OFFICE = (Role.OFFICE,)
SIGNERS = (Role.OFFICE, Role.LEADER)
EDITABLE = (
    "dated",
    "title",
    "body",
    "addressed_to",
    "report_to",
    "copy_to",
    "send_to",
    "remark",
    "annexes",
    "subset",
    "has_tenths",
    "unit_count",
    "printed_by",
    "is_landscape",
    "is_sealed",
    "extra_columns",
    "tells_pace",
    "first_number",
    "first_number_reason",
)


# What a correction takes over from the issue that it corrects.
CARRIED = (
    "addressed_to",
    "report_to",
    "copy_to",
    "send_to",
    "remark",
    "printed_by",
    "is_landscape",
    "is_sealed",
    "extra_columns",
    "annexes",
    "subset",
    "has_tenths",
    "unit_count",
    "tells_pace",
)


class _NumberTaken(Exception):
    """Another circular was issued under the number while this one was rendered."""


def _check_role(by: User, district_id: int, roles: Container[Role] = OFFICE) -> None:
    if by.role not in roles or by.district_id != district_id:
        raise Refused("只有本区督查室可以起草和印发督查通报。")


@transaction.atomic
def draft_circular(
    *, period: Period, by: User, dated: date | None = None, kind: CircularKind | None = None
) -> Circular:
    """Draft a circular of a kind for a period; its figures follow the ledger until the issue."""
    _check_role(by, period.plan.district_id)
    if period.state == PeriodState.DRAFT:
        raise Refused("该季度尚未开放填报，不能起草通报。")
    circular = Circular.objects.create(
        district_id=period.plan.district_id,
        period=period,
        kind=kind or usual_kind(period.plan.district),
        dated=dated or timezone.localdate(),
        report_to=REPORT_TO,
        send_to=SEND_TO,
        issuer=period.office_name,
    )
    record_event(by=by, verb=Verb.DRAFT, subject=circular)
    return circular


@transaction.atomic
def edit_circular(*, circular: Circular, version: int, by: User, **words: object) -> Circular:
    """Change a draft's words; `words` are any of EDITABLE.

    A title or body that says what the figures give anyway is not kept, so that it goes
    on following them.
    """
    circular = _locked_draft(circular, version, by)
    if {"title", "body"} & words.keys():
        generated = generated_words(circular, build_figures(circular.period))
        words = {
            name: "" if name in generated and value == generated[name] else value
            for name, value in words.items()
        }
    unknown = words.keys() - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {sorted(unknown)}")
    old, was = {name: _fact(circular, name) for name in words}, circular.first_number
    for name, value in words.items():
        setattr(circular, name, value)
    _check_first_number(circular, was)
    new = {name: _fact(circular, name) for name in words}
    changed = [name for name in words if old[name] != new[name]]
    if changed:
        circular.version += 1
        _forget_sign_off(circular)
        circular.save()
        record_event(
            by=by,
            verb=Verb.CHANGE,
            subject=circular,
            old={name: old[name] for name in changed},
            new={name: new[name] for name in changed},
            reason=circular.first_number_reason if "first_number" in changed else "",
        )
    return circular


def _forget_sign_off(circular: Circular) -> None:
    """Take reading and signature back: what they were given for is no longer there."""
    circular.reader = circular.signer = circular.read_digest = ""
    circular.read_at = circular.read_by = circular.signed_at = circular.signed_by = None


def _fact(circular: Circular, name: str) -> str:
    """Return a field as the trail keeps it, choices by their label; what is not set is empty."""
    value = getattr(circular, name)
    if name == "unit_count":
        return str(circular.get_unit_count_display())
    if isinstance(value, list):
        return "、".join(COLUMNS[key].head for key in value)
    return "" if value is None else str(value)


def _check_first_number(circular: Circular, was: int | None) -> None:
    has_begun = circular.first_number is not None and (
        Circular.objects.next_number(circular.kind_id, circular.dated) is not None
    )
    if has_begun and circular.first_number != was:
        raise Refused("本年度已有印发的通报，期号须依次顺延，请清空“起始期号”。")
    if has_begun or circular.first_number is None:
        # Another issue began the series since it was set here.
        circular.first_number, circular.first_number_reason = None, ""
        return
    if circular.first_number < 1:
        raise Refused("起始期号须为正整数。")
    if not circular.first_number_reason:
        raise Refused("请说明起始期号的原因，例如“第1期已另行印发”。")


@transaction.atomic
def rewrite_circular(*, circular: Circular, version: int, by: User) -> Circular:
    """Write a draft's title and body anew from the figures as they are now."""
    return edit_circular(circular=circular, version=version, by=by, title="", body="")


@transaction.atomic
def remove_circular(*, circular: Circular, version: int, by: User) -> None:
    """Take away a draft that was begun by mistake; its words stay in the trail."""
    draft = _locked_draft(circular, version, by)
    words = {name: _fact(draft, name) for name in EDITABLE}
    place, key = draft.place(), draft.pk
    draft.delete()
    draft.pk = key
    old = {name: text for name, text in words.items() if text}
    record_event(by=by, verb=Verb.DELETE, subject=draft, place=place, old=old)


@transaction.atomic
def correct_circular(*, circular: Circular, by: User) -> Circular:
    """Draft a circular that corrects an issued one; the issued one stays as it is."""
    _check_role(by, circular.district_id)
    # Whoever begins one at the same time waits here, and finds it.
    circular = Circular.objects.select_for_update(of=("self",)).get(pk=circular.pk)
    if not circular.is_issued:
        raise Refused("只能更正已印发的通报；草稿可直接修改。")
    waiting = circular.corrections.drafts().first()
    if waiting is not None:
        raise Refused("该期通报已有更正草稿，请继续编辑该草稿。")
    draft = draft_circular(period=circular.period, by=by, kind=circular.kind)
    draft.corrects = circular
    for name in CARRIED:
        setattr(draft, name, getattr(circular, name))
    draft.save()
    return draft


@transaction.atomic
def read_circular(*, circular: Circular, version: int, shown: str, by: User) -> Circular:
    """Put the reader's name to a draft (核稿), as `shown`: rendering.words_digest of the page.

    An earlier reading and signature of other words give way to it.
    """
    draft = _locked_draft(circular, version, by)
    digest = _check_sign_off_asked(draft, shown)
    if draft.is_read(digest):
        raise Refused(f"该通报已由{draft.reader}核稿。")
    _forget_sign_off(draft)
    draft.reader, draft.read_digest = str(by), digest
    draft.read_at, draft.read_by = timezone.now(), by
    draft.save()
    record_event(
        by=by, verb=Verb.READ, subject=draft, new={"reader": draft.reader, "digest": digest}
    )
    return draft


@transaction.atomic
def sign_circular(*, circular: Circular, version: int, shown: str, by: User) -> Circular:
    """Sign a draft off (签发), as `shown`; only what somebody else has read so."""
    draft = _locked_draft(circular, version, by, SIGNERS)
    digest = _check_sign_off_asked(draft, shown)
    if not draft.is_read(digest):
        raise Refused("当前内容尚未核稿，或核稿之后有变动；请先核稿，再签发。")
    if draft.is_signed(digest):
        raise Refused(f"该通报已由{draft.signer}签发。")
    if draft.read_by == by:
        raise Refused("核稿人与签发人不能是同一人，请由另一人签发。")
    draft.signer = str(by)
    draft.signed_at, draft.signed_by = timezone.now(), by
    draft.save()
    record_event(
        by=by, verb=Verb.SIGN, subject=draft, new={"signer": draft.signer, "digest": digest}
    )
    return draft


def _check_sign_off_asked(draft: Circular, shown: str) -> str:
    """Return the digest of the draft's content, which must be what the person was shown."""
    if not draft.district.requires_sign_off:
        raise Refused("本区未要求核稿、签发，可直接印发。")
    digest = rendering.words_digest(circular_content(draft))
    if digest != shown:
        raise Refused("您查看之后统计或附表内容有变动，请核对最新预览后再操作。")
    return digest


def issue_circular(
    *,
    circular: Circular,
    version: int,
    by: User,
    reader: str = "",
    signer: str = "",
    shown: str | None = None,
) -> Circular:
    """Issue a draft: number, words, figures and files together, for good.

    The files are rendered under the number that is next, with no transaction open; a
    short transaction then takes the number and keeps everything, or nothing. If
    another circular took the number meanwhile, it is done again under the next.
    `shown` is rendering.words_digest of what the person was shown, figures included:
    if the ledger has moved since, nothing is issued. `reader` and `signer` are names
    from paper; where the office requires both acts here, those who did them are kept.
    """
    for _ in range(ATTEMPTS):
        draft = _draft_now(circular, version, by)
        content = circular_content(draft)
        if shown is not None and shown != rendering.words_digest(content):
            raise Refused("您查看之后统计或附表内容有变动，请核对最新预览后再印发。")
        _names_of(draft, content, (reader, signer))
        files = {kind: rendering.obtain_file(content, kind) for kind in rendering.kinds_of(content)}
        try:
            return _freeze(draft, version, content, files, by, (reader, signer))
        except _NumberTaken:
            continue
    raise Refused("同时印发的通报过多，请稍后再试。")


def _names_of(
    draft: Circular, content: CircularContent, from_paper: tuple[str, str]
) -> tuple[str, str]:
    """Return who read and who signed the content; refuse it where both must and have not."""
    if not draft.district.requires_sign_off:
        return from_paper
    if not draft.is_signed(rendering.words_digest(content)):
        raise Refused("本期内容尚未核稿、签发，或核稿之后又有变动；请先核稿、签发。")
    return draft.reader, draft.signer


def _draft_now(circular: Circular, version: int, by: User) -> Circular:
    found = Circular.objects.select_related(
        "period__plan__district", "district", "corrects__kind", "kind"
    )
    draft = found.get(pk=circular.pk)
    _check_draft(draft, version, by)
    return draft


def _check_draft(draft: Circular, version: int, by: User, roles: Container[Role] = OFFICE) -> None:
    _check_role(by, draft.district_id, roles)
    if draft.is_issued:
        raise Refused(f"该通报已印发（{draft.full_name}），不能再改动。如有错误，请起草更正。")
    if draft.version != version:
        raise Stale("该通报刚被其他人修改，请核对最新内容后再操作。", draft)


def _locked_draft(
    circular: Circular, version: int, by: User, roles: Container[Role] = OFFICE
) -> Circular:
    draft = Circular.objects.select_for_update(of=("self",)).get(pk=circular.pk)
    _check_draft(draft, version, by, roles)
    return draft


def _freeze(
    draft: Circular,
    version: int,
    content: CircularContent,
    files: Mapping[FileKind, bytes],
    by: User,
    from_paper: tuple[str, str],
) -> Circular:
    try:
        with transaction.atomic():
            # Whoever issues in this district waits here, so that the number stays the next.
            District.objects.select_for_update().get(pk=draft.district_id)
            issued = _locked_draft(draft, version, by)
            if proposed_number(issued) != content.number:
                raise _NumberTaken
            # Asked again: it may have been read anew, with other figures, while files were made.
            _write_issued(issued, content, by, _names_of(issued, content, from_paper))
            hashes = _write_files(issued, files)
            record_event(
                by=by, verb=Verb.ISSUE, subject=issued, new={"number": content.number, **hashes}
            )
            return issued
    except IntegrityError as error:
        raise _NumberTaken from error


def _write_issued(
    issued: Circular, content: CircularContent, by: User, names: tuple[str, str]
) -> None:
    issued.state = CircularState.ISSUED
    issued.year, issued.number = issued.dated.year, content.number
    issued.masthead, issued.number_in_year = content.masthead, content.number_in_year
    issued.reader, issued.signer = names
    # Words that followed the figures stop here, in the row as in the content.
    issued.title, issued.body = "\n".join(content.title_lines), "\n".join(content.paragraphs)
    issued.content = content_to_json(content)
    issued.issued_at, issued.issued_by = timezone.now(), by
    issued.version += 1
    issued.save()


def _write_files(issued: Circular, files: Mapping[FileKind, bytes]) -> dict[str, str]:
    """Keep the files; return their SHA-256 by kind."""
    hashes = {kind: hashlib.sha256(data).hexdigest() for kind, data in files.items()}
    IssuedFile.objects.bulk_create(
        IssuedFile(circular=issued, kind=kind, data=data, size=len(data), sha256=hashes[kind])
        for kind, data in files.items()
    )
    return {str(kind): value for kind, value in hashes.items()}


def record_download(*, circular: Circular, kind: FileKind, by: User) -> None:
    """Write into the trail that a file was taken out of the system."""
    record_event(by=by, verb=Verb.EXPORT, subject=circular, new={"kind": str(kind)})
