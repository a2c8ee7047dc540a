"""A quarter's annex against the quarter here: which text would change, and which may not."""

from dataclasses import dataclass
from typing import NamedTuple

from targets.choices import NOT_SUBMITTED, ContributionState, Duty, ItemOutcome
from targets.importing.annex import KnownItem, load_items, load_register, read_annex, unit_names
from targets.importing.heads import PROGRESS_HEADS
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
from targets.importing.records import Record, without_verdicts
from targets.importing.rows import ApprovedTextRow, LeadTextRow
from targets.importing.source import Source
from targets.importing.units import Register
from targets.importing.words import differs, likeness, plain
from targets.models import Contribution, Entry, Period, Responsibility

SAME_STANDARD = 0.4  # below this likeness a standard is another item's


class _Entry(NamedTuple):
    """An entry as it stands here: rows of plain values, for there may be thousands."""

    pk: int
    version: int
    approved_text: str
    status_id: int | None

    @property
    def is_judged(self) -> bool:
        return self.status_id is not None


class _Contribution(NamedTuple):
    """The first lead's contribution as it stands here."""

    pk: int
    version: int
    state: str
    text: str
    consolidated_text: str
    entered_by_office: bool
    unit: str


@dataclass(slots=True)
class _Here:
    """Everything of the quarter that rows are compared with, fetched at once."""

    items: dict[tuple[int, int], KnownItem]
    entries: dict[int, _Entry]  # by item
    contributions: dict[int, _Contribution]  # of the first lead, by entry
    leads: dict[int, list[int]]  # unit keys in order, by item
    marks: dict[str, Mark]  # of the annex as it was exported, by the item's key


def preview_progress(source: Source, period: Period) -> Preview:
    """Compare an annex with a period; `period` comes with its plan."""
    preview = Preview(Kind.PROGRESS, period.quarter.name)
    register = load_register(period.plan.district_id, source.choices.units)
    title = f"{period.plan.title}{period.quarter.title}完成情况"
    here = _load(period, read_marks(source.grids, title))
    records = read_annex(
        source,
        preview,
        heads=PROGRESS_HEADS,
        register=register,
        items=here.items,
        quarter=period.quarter,
    )
    for record in records:
        _compare(preview, source, record, here, register)
    touched = [each for each in preview.changes if each.state != State.UNCHANGED]
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


def _load(period: Period, marks: dict[str, Mark]) -> _Here:
    entries = {
        item_id: _Entry(*facts)
        for item_id, *facts in Entry.objects.filter(period=period)
        .order_by()
        .values_list("item_id", "pk", "version", "approved_text", "status_id")
    }
    contributions: dict[int, _Contribution] = {}
    leads = Contribution.objects.filter(entry__period=period, duty=Duty.LEAD)
    for entry_id, *facts in leads.order_by("entry_id", "order").values_list(
        "entry_id",
        "pk",
        "version",
        "state",
        "text",
        "consolidated_text",
        "entered_by_office",
        "unit__name",
    ):
        if entry_id not in contributions:
            contributions[entry_id] = _Contribution(*facts)
    units: dict[int, list[int]] = {}
    duties = Responsibility.objects.filter(item__goal__plan_id=period.plan_id, duty=Duty.LEAD)
    for item_id, unit_id in duties.order_by("item_id", "order").values_list("item_id", "unit_id"):
        units.setdefault(item_id, []).append(unit_id)
    return _Here(load_items(period.plan_id), entries, contributions, units, marks)


def _compare(
    preview: Preview, source: Source, record: Record, here: _Here, register: Register
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
    units = list(register.read(record.leads).unit_ids) if record.leads else []
    if units and units != here.leads.get(item.pk):
        names = unit_names(register, here.leads.get(item.pk, []))
        text = f"牵头单位与系统中的“{names}”不同，不作修改。"
        preview.notes.append(Note(record.at("leads"), text))
    progress = record.progress
    if item.outcome == ItemOutcome.CANCELLED or progress == "未填报":
        progress = without_verdicts(progress)
    entry = here.entries.get(item.pk)
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
    key = key_of(*record.key)
    change = Change(key, record.label, record.place, State.UNCHANGED)
    if entry.is_judged:
        _compare_entry(change, entry, progress, "progress" in record.joined, source.seen)
    else:
        _compare_contribution(change, here.contributions.get(entry.pk), progress, record)
    _weigh(preview, change, _mark_of_row(here.marks.get(key), item, record), progress)
    change.choice = source.choices.texts.get(key, change.choice)
    preview.changes.append(change)


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
    if change.state != State.CHANGED or not mark or mark_of(change.row.here) == mark:
        return
    if mark_of(progress) == mark:
        change.state, change.differences, change.row = State.UNCHANGED, [], None
        text = f"事项{change.label}在导出之后系统中已有修改，文件中没有改动，保留系统中的文字。"
        preview.notes.append(Note(change.place, text))
        return
    change.state = State.CONFLICT
    change.options = (Choice.FILE, Choice.HERE, Choice.BOTH)
    change.message = "导出这份附表之后，系统中的这一项又有修改。两份文字都在下面。"


def _compare_entry(
    change: Change, entry: _Entry, progress: str, is_joined: bool, seen: dict[str, int]
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


def _compare_contribution(
    change: Change, contribution: _Contribution | None, progress: str, record: Record
) -> None:
    """The first lead's text: the office may enter it for the unit, never overwrite the unit's."""
    if contribution is None or not progress:
        return
    change.pk, change.version = contribution.pk, contribution.version
    unit = contribution.unit
    state = contribution.state
    is_written = bool(contribution.text or contribution.consolidated_text)
    is_blank = state in NOT_SUBMITTED and not is_written
    # What the office itself handed in for the unit (代填), it may also put right.
    is_ours = contribution.entered_by_office and state == ContributionState.SUBMITTED
    is_hidden = state == ContributionState.DRAFT and is_written
    if not is_hidden and not differs(
        contribution.text, progress, joined="progress" in record.joined
    ):
        return
    here = "（草稿，督查室不能查看）" if is_hidden else contribution.text
    change.differences = [Difference(f"{unit}填报内容", here, progress)]
    change.row = LeadTextRow(progress, "" if is_hidden else contribution.text)
    if is_blank or is_ours:
        change.state = State.CHANGED if contribution.text else State.NEW
        return
    change.state = State.CONFLICT
    change.options = (Choice.HERE,)
    change.choice = Choice.HERE
    if is_hidden:
        change.message = f"{unit}已有草稿（{len(contribution.text)}字），不会被覆盖。"
    else:
        label = ContributionState(state).label
        change.message = (
            f"{unit}{label}的内容不会被覆盖；如需采用文件中的文字，请在审核时修改核定表述。"
        )


def _problem(
    preview: Preview, record: Record, meaning: str, found: str, expected: str, todo: str
) -> None:
    preview.problems.append(Problem(record.at(meaning), found, expected, todo))
