"""A previewed file is applied as one, and undone as one while nothing came after."""

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from targets.actions import import_rows, import_undoing
from targets.actions.import_writing import Kept, Writer
from targets.choices import Verb
from targets.importing import Choice, Preview, Source, State, Unreadable, preview_source
from targets.importing.preview import Change
from targets.models import Import, Place, User, record_event
from targets.refusals import Refused
from targets.statistics import refresh_after_commit

CHANGED_SINCE = "预览之后，系统中的内容有了变化，尚未导入。请按下面的新预览核对后再确认。"


@transaction.atomic
def apply_import(*, source: Source, digest: str, by: User) -> Import:
    """Write what the preview with this digest showed: all of it in one transaction, or nothing.

    The comparison is made again here. Where it comes out differently than the person
    was shown, where something was not understood, or a conflict is undecided, it is
    refused.
    """
    try:
        preview = preview_source(source, by)
    except Unreadable as error:
        raise Refused(str(error)) from error
    _check(preview, digest)
    write = Writer(source=source, by=by)
    changes = []
    for change in preview.changes:
        if change.state == State.UNCHANGED:
            continue
        if change.state == State.CONFLICT and change.choice == Choice.HERE:
            changes.append(_declined(change))
            continue
        changes.append(import_rows.write_row(write, change))
    made = Import.objects.create(
        district=by.own_district,
        kind=preview.kind,
        file_name=source.file_name,
        sha256=source.sha256,
        applied_by=by,
        changes=changes,
    )
    record_event(
        by=by, verb=Verb.IMPORT, subject=made, place=_place(made, by), new=_facts(made, preview)
    )
    refresh_after_commit(len(changes))
    return made


@transaction.atomic
def undo_import(*, imported: Import, by: User) -> Import:
    """Put back everything that an import changed; refused where anything came after."""
    Import.objects.select_for_update().get(pk=imported.pk)
    imported = Import.objects.select_related("district").get(pk=imported.pk)
    is_own_unit = by.is_unit and imported.applied_by.unit_id == by.unit_id
    if imported.district_id != by.district_id or imported.applied_by.role != by.role:
        raise Refused("只有导入的一方可以撤销。")
    if by.is_unit and not is_own_unit:
        raise Refused("只有导入的一方可以撤销。")
    if imported.undone_at is not None:
        raise Refused("这次导入已经撤销过。")
    import_undoing.check_unused(imported.changes)
    try:
        for change in reversed(imported.changes):
            import_undoing.put_back(change, by=by, file_name=imported.file_name)
    except ProtectedError as error:
        raise Refused("导入之后，系统中已有依赖这些内容的记录，不能整体撤销。") from error
    imported.undone_at, imported.undone_by = timezone.now(), by
    imported.save(update_fields=["undone_at", "undone_by"])
    facts = {"rows": len(imported.changes)}
    record_event(by=by, verb=Verb.UNDO, subject=imported, place=_place(imported, by), new=facts)
    return imported


def _check(preview: Preview, digest: str) -> None:
    if not preview.is_understood:
        raise Refused("文件中还有未能识别的内容，尚未导入。请按提示修改后重新上传。")
    if not preview.has_work:
        raise Refused("文件与系统中的内容一致，没有需要导入的内容。")
    if preview.digest != digest:
        raise Refused(CHANGED_SINCE)
    if not preview.may_apply:
        raise Refused("还有冲突尚未处理，未导入。请逐项选择后再确认。")


def _declined(change: Change) -> Kept:
    """Keep the file's side of a conflict that was decided for what is here."""
    return {
        "model": "",
        "key": change.key,
        "declined": [
            {"name": each.name, "here": each.old, "file": each.new} for each in change.differences
        ],
    }


def _facts(made: Import, preview: Preview) -> dict[str, object]:
    counts = preview.counts
    return {
        "kind": preview.kind.value,
        "subject": preview.subject,
        "sha256": made.sha256,
        **{state.value: counts[state] for state in State},
        "corrections": [each.key for each in preview.suggestions if each.is_taken],
    }


def _place(imported: Import, by: User) -> Place:
    return Place(imported.district_id, unit_id=by.unit_id)
