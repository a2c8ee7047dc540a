"""完成状态 out of an annex: only looked at, proposed for the review, or approved, as asked."""

from targets.choices import CLASS_LABELS, UNREPORTED, ItemOutcome
from targets.importing.preview import (
    Change,
    Choice,
    Difference,
    Note,
    Preview,
    Problem,
    State,
    Verdicts,
)
from targets.importing.quarter import EntryHere, QuarterHere
from targets.importing.records import Record
from targets.importing.rows import ProposalRow, VerdictRow
from targets.importing.words import differs, plain

# What the exported annex prints where there is no verdict.
_NONE = (
    "",
    CLASS_LABELS[UNREPORTED],
    "—",
    "-",
    *(plain(str(label)) for label in ItemOutcome.labels),
)


def has_verdict(text: str) -> bool:
    """Tell whether a cell of 完成状态 says anything that could be a verdict."""
    return plain(text) not in _NONE


def read_verdict(
    preview: Preview,
    record: Record,
    entry: EntryHere,
    here: QuarterHere,
    verdicts: str,
) -> int | None:
    """Return the status that the row names; what it is not taken for is said."""
    if not has_verdict(record.status):
        return None
    status_id = here.statuses.get(plain(record.status))
    now = here.status_names.get(entry.status_id or 0, "未核定")
    if status_id is None and verdicts:
        preview.problems.append(
            Problem(
                record.at("status"),
                record.status[:40],
                "、".join(here.status_names.values()),
                "请改为本区的完成状态，或在“完成状态”一栏选择不导入。",
            )
        )
    elif not verdicts and status_id != entry.status_id:
        text = f"完成状态“{record.status[:20]}”与系统中的“{now}”不同，没有导入；可在上面选择导入。"
        preview.notes.append(Note(record.at("status"), text))
    elif verdicts == Verdicts.PROPOSE and entry.is_settled and status_id != entry.status_id:
        text = f"已核定为“{now}”，文件中的“{record.status[:20]}”没有导入；如需改判，请在审核时改。"
        preview.notes.append(Note(record.at("status"), text))
    return status_id


def settles(verdicts: str, status_id: int | None, entry: EntryHere) -> bool:
    """Tell whether the row's verdict is to be written as approved."""
    is_other = status_id != entry.status_id or not entry.is_settled
    return verdicts == Verdicts.APPROVE and status_id is not None and is_other


def compare_verdict(
    preview: Preview,
    change: Change,
    record: Record,
    entry: EntryHere,
    progress: str,
    here: QuarterHere,
    status_id: int,
    seen: dict[str, int],
) -> None:
    """Set the state of a row whose verdict and text are approved together."""
    text = progress or entry.approved_text
    if not text:
        preview.problems.append(
            Problem(
                record.at("progress"),
                "（空）",
                "核定的事项须有完成情况",
                f"事项{record.label}没有完成情况，不能核定为“{record.status}”。请填写。",
            )
        )
        return
    change.pk, change.version = entry.pk, entry.version
    old = here.status_names.get(entry.status_id or 0, "")
    change.differences = [Difference("完成状态", old, here.status_names[status_id])]
    if differs(entry.approved_text, text, joined="progress" in record.joined):
        change.differences.append(Difference("核定表述", entry.approved_text, text))
    change.row = VerdictRow(status_id, text)
    change.state = State.NEW
    if entry.is_settled:
        change.state, change.options = State.CONFLICT, (Choice.FILE, Choice.HERE)
        change.message = f"系统中已核定为“{old}”。用文件中的，即改判；原因记为这次导入。"
    elif seen.get(change.key, entry.version) != entry.version:
        change.state, change.options = State.CONFLICT, (Choice.FILE, Choice.HERE)
        change.message = "上传文件之后，系统中的这一项已被他人修改。"


def propose(
    verdicts: str, status_id: int | None, record: Record, entry: EntryHere, here: QuarterHere
) -> Change | None:
    """Return the change that puts the row's verdict before the office, where one is asked for."""
    if verdicts != Verdicts.PROPOSE or status_id is None or entry.is_settled:
        return None
    old = here.status_names.get(entry.proposed_status_id or 0, "")
    is_same = status_id == entry.proposed_status_id
    return Change(
        f"status:{record.goal_number}({record.item_number})",
        f"{record.label}完成状态",
        record.at("status"),
        State.UNCHANGED if is_same else State.CHANGED if old else State.NEW,
        [] if is_same else [Difference("建议的完成状态", old, here.status_names[status_id])],
        pk=entry.pk,
        row=ProposalRow(status_id),
    )
