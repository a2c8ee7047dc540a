"""The first lead's text out of an annex: the office may enter it, never overwrite the unit's."""

from targets.choices import NOT_SUBMITTED, ContributionState
from targets.importing.preview import Change, Choice, Difference, Note, Preview, State
from targets.importing.quarter import ContributionHere, QuarterHere
from targets.importing.records import Record
from targets.importing.rows import LeadTextRow
from targets.importing.words import differs, rejoined

HIDDEN = "（草稿，督查室不能查看）"


def compare_lead_text(
    preview: Preview,
    change: Change,
    contribution: ContributionHere | None,
    progress: str,
    record: Record,
    here: QuarterHere,
    is_shared: bool,
) -> None:
    """Set the row's state; of an item that several units lead, the text is the joint one."""
    problems, next_steps = _further(preview, record, here, contribution)
    if contribution is None or not (progress or problems or next_steps):
        return
    change.pk, change.version = contribution.pk, contribution.version
    state = contribution.state
    own = contribution.consolidated_text if is_shared else contribution.text
    is_written = any(
        (contribution.text, contribution.consolidated_text, contribution.problems,
         contribution.next_steps)
    )  # fmt: skip
    is_hidden = (
        state == ContributionState.DRAFT and is_written and not contribution.entered_by_office
    )
    texts = [
        ("汇总稿" if is_shared else "填报内容", own, progress),
        ("存在的问题", contribution.problems, problems),
        ("下一步措施", contribution.next_steps, next_steps),
    ]
    is_joined = bool(record.joined)
    changed = [each for each in texts if each[2] and differs(each[1], each[2], joined=is_joined)]
    if not is_hidden and not changed:
        return
    change.differences = [
        Difference(f"{contribution.unit}{name}", HIDDEN if is_hidden else old, new)
        for name, old, new in (changed or texts[:1])
    ]
    change.row = LeadTextRow(
        text=progress or own,
        here="" if is_hidden else own,
        is_joint=is_shared,
        problems=problems or contribution.problems,
        next_steps=next_steps or contribution.next_steps,
        is_text_alone=[name for name, _old, _new in changed] == [texts[0][0]],
    )
    _settle(change, contribution, own, is_written, is_hidden)


def _settle(
    change: Change, contribution: ContributionHere, own: str, is_written: bool, is_hidden: bool
) -> None:
    state, unit = contribution.state, contribution.unit
    # What the office itself handed in for the unit (代填), it may also put right.
    is_ours = contribution.entered_by_office and state == ContributionState.SUBMITTED
    if (state in NOT_SUBMITTED and not is_written) or is_ours:
        change.state = State.CHANGED if own else State.NEW
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


def _further(
    preview: Preview, record: Record, here: QuarterHere, contribution: ContributionHere | None
) -> tuple[str, str]:
    """Return what stands beside the progress, where this quarter asks for it; else name it."""
    if here.asks_problems:
        if contribution is None or contribution.state == ContributionState.DRAFT:
            return record.problems, record.next_steps
        joined = record.joined
        return (
            rejoined(record.problems, joined.get("problems", ()), contribution.problems),
            rejoined(record.next_steps, joined.get("next_steps", ()), contribution.next_steps),
        )
    for meaning, name in (("problems", "存在的问题"), ("next_steps", "下一步措施")):
        if getattr(record, meaning):
            text = f"本季度没有要求填写“{name}”，这一列没有导入；可在“季度管理”中打开。"
            preview.notes.append(Note(record.at(meaning), text))
    return "", ""
