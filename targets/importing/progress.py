"""A quarter's annex against the quarter here: which text would change, and which may not."""

from targets.choices import CLASS_LABELS, UNREPORTED, Duty, ItemOutcome
from targets.importing.annex import KnownItem, load_register, read_annex, unit_names
from targets.importing.heads import PROGRESS_HEADS
from targets.importing.lead_texts import compare_lead_text
from targets.importing.marks import Mark, key_of, mark_of, read_marks
from targets.importing.preview import (
    Change,
    Choice,
    Difference,
    Kind,
    Note,
    Preview,
    Problem,
    State,
)
from targets.importing.quarter import EntryHere, QuarterHere, load_quarter
from targets.importing.records import Record, without_verdicts
from targets.importing.rows import ApprovedTextRow, LeadTextRow, VerdictRow
from targets.importing.source import Source
from targets.importing.units import Register
from targets.importing.verdicts import (
    compare_verdict,
    has_verdict,
    propose,
    read_verdict,
    settles,
)
from targets.importing.words import differs, likeness, plain, rejoined
from targets.models import Entry, Period
from targets.questions import later_entries

_JUDGES = (ApprovedTextRow, VerdictRow)
_WEIGHED = (ApprovedTextRow, LeadTextRow)
SAME_STANDARD = 0.4  # below this likeness a standard is another item's


def preview_progress(source: Source, period: Period) -> Preview:
    """Compare an annex with a period; `period` comes with its plan."""
    preview = Preview(Kind.PROGRESS, period.quarter.name)
    register = load_register(period.plan.district_id, source.choices.units)
    title = f"{period.plan_title}{period.quarter.title}完成情况"
    here = load_quarter(period, read_marks(source.grids, title))
    records = read_annex(
        source,
        preview,
        heads=PROGRESS_HEADS,
        district_id=period.plan.district_id,
        register=register,
        items=here.items,
        quarter=period.quarter,
    )
    preview.offers_verdicts = any(has_verdict(record.status) for record in records)
    for record in records:
        _compare(preview, source, record, here, register)
    touched = [each for each in preview.changes if each.state != State.UNCHANGED]
    _note_later(preview, touched)
    if touched and not period.is_open:
        preview.problems.append(
            Problem(
                touched[0].place,
                f"{len(touched)}行有变化",
                "季度处于“填报中”",
                f"{period}{period.get_state_display()}，不能修改。请先在“季度管理”中重新开放。",
            )
        )
    return preview


def _compare(
    preview: Preview, source: Source, record: Record, here: QuarterHere, register: Register
) -> None:
    item = here.items.get(record.key)
    if item is None:
        _problem(
            preview,
            record,
            "standard",
            f"事项{record.label}",
            "年度任务中已有的事项",
            "系统中没有该事项。请核对序号；新的事项先用“年度任务”导入。",
        )
        return
    if not _is_same_standard(preview, record, item):
        return
    _note_others(preview, record, item, here, register)
    entry = here.entries.get(item.pk)
    joints = record.joined.get("progress", ())
    progress = rejoined(record.progress, joints, *(here.texts_of(entry) if entry else ()))
    if item.outcome == ItemOutcome.CANCELLED or progress == CLASS_LABELS[UNREPORTED]:
        progress = without_verdicts(progress)
    if entry is None and not progress:
        # As the exported annex prints an item that owed nothing this quarter.
        text = "该事项本季度没有填报任务，文件中也没有完成情况，不作修改。"
        preview.notes.append(Note(record.at("progress"), text))
        return
    if entry is None:
        _problem(
            preview,
            record,
            "progress",
            f"事项{record.label}的完成情况",
            "本季度填报的事项",
            "该事项本季度没有填报任务（季度未开放，或事项已办结、取消）。请从文件中删除这一行。",
        )
        return
    status_id = read_verdict(preview, record, entry, here, source.choices.verdicts)
    key = key_of(*record.key)
    change = Change(key, record.label, record.place, State.UNCHANGED)
    if status_id is not None and settles(source.choices.verdicts, status_id, entry):
        compare_verdict(preview, change, record, entry, progress, here, status_id, source.seen)
    elif entry.is_judged:
        _compare_entry(change, entry, progress, "progress" in record.joined, source.seen)
    else:
        is_shared = len(here.leads(item.pk)) > 1
        contribution = here.contributions.get(entry.pk)
        compare_lead_text(preview, change, contribution, progress, record, here, is_shared)
    _weigh(preview, change, _mark_of_row(here.marks.get(key), item, record), progress)
    change.choice = source.choices.texts.get(key, change.choice)
    preview.changes.append(change)
    proposal = propose(source.choices.verdicts, status_id, record, entry, here)
    if proposal is not None:
        preview.changes.append(proposal)


def _note_later(preview: Preview, touched: list[Change]) -> None:
    """Say which results later quarters carry on, for an import leaves those as they are."""
    changes = {each.there: each for each in touched if isinstance(each.row, _JUDGES)}
    later = later_entries(Entry.objects.filter(pk__in=changes)) if changes else {}
    by_quarter: dict[str, list[Change]] = {}
    for pk, entries in later.items():
        for name in dict.fromkeys(str(each.period) for each in entries if each.status_id):
            by_quarter.setdefault(name, []).append(changes[pk])
    for name, found in by_quarter.items():
        labels = "、".join(each.label for each in found)
        text = (
            f"{name}沿用了{len(found)}项的结果，导入后{name}保持不变：{labels}。"
            f"要带入{name}的，导入后在审核页重新审核时选择。"
        )
        preview.notes.append(Note(found[0].place, text))


def _note_others(
    preview: Preview, record: Record, item: KnownItem, here: QuarterHere, register: Register
) -> None:
    """Name the differences in columns that are only looked at here."""
    duties = here.duties.get(item.pk, {})
    for meaning, duty, name in (
        ("leads", Duty.LEAD, "牵头单位"),
        ("supporting", Duty.SUPPORTING, "配合单位"),
    ):
        text = getattr(record, meaning)
        units = list(register.read(text).unit_ids) if text else []
        known = duties.get(duty.value, [])
        if units and units != known:
            names = unit_names(register, known) or "（无）"
            text = f"{name}与系统中的“{names}”不同，不作修改。"
            preview.notes.append(Note(record.at(meaning), text))
    if record.goal_name and plain(record.goal_name) != plain(item.goal_name):
        text = f"目标名称与系统中的“{item.goal_name}”不同，不作修改。"
        preview.notes.append(Note(record.at("goal_name"), text))


def _is_same_standard(preview: Preview, record: Record, item: KnownItem) -> bool:
    """Tell whether the row is about this item; another standard means another numbering."""
    old, new = plain(item.standard), plain(record.standard)
    if old == new or not new:
        return True
    if likeness(old, new) >= SAME_STANDARD:
        text = "工作标准的文字与系统中的不同；导入完成情况不改工作标准。"
        preview.notes.append(Note(record.at("standard"), text))
        return True
    _problem(
        preview,
        record,
        "standard",
        record.standard[:60],
        item.standard[:60],
        f"工作标准与系统中事项{record.label}的不同，可能不是同一事项，请核对序号。",
    )
    return False


def _mark_of_row(mark: Mark | None, item: KnownItem, record: Record) -> str:
    """Return the mark of the row's text when it was exported; "" where that is not known.

    Not known either where the number names another item by now.
    """
    if mark and mark.standard in (mark_of(item.standard), mark_of(record.standard)):
        return mark.progress
    return ""


def _weigh(preview: Preview, change: Change, mark: str, progress: str) -> None:
    """Tell a row changed in the file from one that was changed here since the export."""
    row = change.row
    if change.state != State.CHANGED or not mark or not isinstance(row, _WEIGHED):
        return
    if mark_of(row.here) == mark:
        return
    if mark_of(progress) == mark and (not isinstance(row, LeadTextRow) or row.is_text_alone):
        change.state, change.differences, change.row = State.UNCHANGED, [], None
        text = f"事项{change.label}在导出之后系统中已有修改，文件中没有改动，保留系统中的文字。"
        preview.notes.append(Note(change.place, text))
        return
    change.state = State.CONFLICT
    change.options = (Choice.FILE, Choice.HERE, Choice.BOTH)
    change.message = "导出这份附表之后，系统中的这一项又有修改。两份文字都在下面。"


def _compare_entry(
    change: Change, entry: EntryHere, progress: str, is_joined: bool, seen: dict[str, int]
) -> None:
    """The office's own text: an annex may change it while the quarter is open."""
    change.pk, change.version = entry.pk, entry.version
    if not progress or not differs(entry.approved_text, progress, joined=is_joined):
        return
    change.differences = [Difference("核定表述", entry.approved_text, progress)]
    change.row = ApprovedTextRow(progress, entry.approved_text)
    if seen.get(change.key, entry.version) != entry.version:
        change.state = State.CONFLICT
        change.options = (Choice.FILE, Choice.HERE, Choice.BOTH)
        change.message = "上传文件之后，系统中的这一项已被他人修改。"
    else:
        change.state = State.CHANGED


def _problem(
    preview: Preview, record: Record, meaning: str, found: str, expected: str, todo: str
) -> None:
    preview.problems.append(Problem(record.at(meaning), found, expected, todo))
