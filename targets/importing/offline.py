"""A unit's own workbook, filled in offline, coming back: key and version tell each row."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from targets.choices import NOT_SUBMITTED
from targets.importing.grid import NUMBER
from targets.importing.heads import (
    REPORT_HEADS,
)
from targets.importing.layout import Table, find_tables
from targets.importing.offline_values import (
    Line,
    Told,
    compare_lines,
    contribution_ids,
    find_lines,
    split_sheets,
)
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
from targets.importing.rows import ReportRow
from targets.importing.source import Source
from targets.importing.words import mark_of, visible
from targets.models import Contribution, User
from targets.rules import TEXT_LIMIT

SAVE, SUBMIT = "存为草稿", "报送"
# Columns of the unit's own words -> the field that each is; two stand in few quarters' books.
TEXTS = {
    "text": "text",
    "consolidated": "consolidated_text",
    "problems": "problems",
    "next_steps": "next_steps",
}
ALWAYS = ("text", "consolidated")


@dataclass(slots=True)
class _Row:
    """One row of the workbook."""

    table: Table
    index: int
    cells: dict[str, str]

    @property
    def contribution_id(self) -> int | None:
        """The key of the contribution that the row belongs to; None where it is not a whole one."""
        key, version = visible(self.cells["key"]), visible(self.cells["version"])
        if not (key[:1] == "c" and key[1:].isascii() and key[1:].isdecimal() and len(key) < 19):
            return None
        if not (version.isascii() and version.isdecimal() and len(version) < 10):
            return None
        return int(key[1:])

    @property
    def is_touched(self) -> bool:
        return self.cells["mark"] != mark_of(*(self.cells[name] for name in self.texts))

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns with words of the unit's own that the workbook has."""
        return tuple(name for name in TEXTS if name in ALWAYS or name in self.table.columns)

    @property
    def submits(self) -> bool:
        return self.cells["then"] == SUBMIT


def preview_reports(source: Source, by: User) -> Preview:
    """Compare a unit's filled-in workbook with its own contributions of its quarter.

    The keys on its rows tell which quarter that is: nobody has to say it, or can say it wrong.
    """
    preview = Preview(Kind.REPORTS, f"{by.unit}填报表")
    texts, numbers = split_sheets(source.grids, source.choices)
    tables = find_tables(texts, REPORT_HEADS, source.choices, preview)
    rows = [
        _Row(table, index, _cells_of(table, index)) for table in tables for index in table.body()
    ]
    lines = find_lines(numbers, source.choices, preview)
    keys = {key for row in rows if (key := row.contribution_id)} | contribution_ids(lines)
    own = Contribution.objects.owned_by(by).select_related(
        "entry__item__goal", "entry__kept__goal", "entry__period__plan"
    )
    by_key = {each.pk: each for each in own.filter(pk__in=keys)}
    periods = {each.entry.period for each in by_key.values()}
    if len(periods) > 1:
        names = "、".join(sorted(str(each) for each in periods))
        where = (rows or lines)[0].table.place((rows or lines)[0].table.head_row)
        todo = "请分别下载各季度的填报表，不要把几个季度的行放在一起。"
        preview.problems.append(Problem(where, names, "一个季度的填报表", todo))
        return preview
    period = next(iter(periods), None)
    if period is not None:
        preview.subject = f"{by.unit} {period.quarter.name}"
    told = compare_lines(preview, lines, by_key)
    seen: set[int] = set()
    for row in rows:
        _compare(preview, source, row, by_key, seen, told)
    _tell_left(preview, lines, by_key, told.keys() - seen)
    touched = [each for each in preview.changes if each.state != State.UNCHANGED]
    if touched and period is not None and not period.is_open:
        preview.problems.append(
            Problem(
                touched[0].place,
                f"{len(touched)}行有变化",
                "季度处于“填报中”",
                f"{period}{period.get_state_display()}，不能再填报，请联系督查室。",
            )
        )
    return preview


def _tell_left(
    preview: Preview, lines: Sequence[Line], own: dict[int, Contribution], left: Set[int]
) -> None:
    """Refuse numbers whose item has no row among the texts: nobody said how to hand them in."""
    for line in lines:
        if line.keys and line.keys[0] in left:
            item = str(own[line.keys[0]].entry.line)
            todo = "请重新下载填报表，两个表中的行都不要删除。"
            place = line.table.place(line.index)
            preview.problems.append(Problem(place, f"{item}的数值", f"“填报”表中的{item}", todo))


def _compare(
    preview: Preview,
    source: Source,
    row: _Row,
    own: dict[int, Contribution],
    seen: set[int],
    told: dict[int, Told],
) -> None:
    """Compare a row with the text here; what is `told` of its numbers goes with it."""
    place = row.table.place(row.index)
    if not row.cells["key"] and not row.cells["version"]:
        filled = " ".join(cell for cell in row.cells.values() if cell)
        preview.notes.append(Note(place, f"没有系统编号，未读取：{filled[:60]}"))
        return
    contribution = own.get(row.contribution_id or 0)
    if contribution is None or contribution.pk in seen:
        todo = "请重新下载本季度的填报表，把文字复制到对应的行；不要增加、复制行或改动隐藏的列。"
        found = row.cells["key"] or "（空）"
        expected = "本单位本季度的系统编号，每行一个"
        preview.problems.append(Problem(row.table.place(row.index, "key"), found, expected, todo))
        return
    seen.add(contribution.pk)
    if not _check_cells(preview, row, contribution):
        return
    item = contribution.entry.line
    change = Change(
        row.cells["key"],
        str(item),
        place,
        State.UNCHANGED,
        pk=contribution.pk,
        version=contribution.version,
    )
    _decide(change, row, contribution, told.get(contribution.pk))
    change.choice = source.choices.texts.get(change.key, change.choice)
    preview.changes.append(change)


def _cells_of(table: Table, index: int) -> dict[str, str]:
    cells = table.grid.rows[index]
    return dict.fromkeys(REPORT_HEADS.by_meaning, "") | {
        meaning: cells[column] for meaning, column in table.columns.items()
    }


def _check_cells(preview: Preview, row: _Row, contribution: Contribution) -> bool:
    problems = []
    for meaning, kind in row.table.odd_cells(row.index, (*TEXTS, "then")):
        expected = "文字" if kind != NUMBER else "文字（不能只有数字）"
        problems.append((meaning, f"单元格是{kind}", expected, "请改为文字后再上传。"))
    for meaning in TEXTS:
        size = len(row.cells[meaning])
        if size > TEXT_LIMIT:
            problems.append((meaning, f"{size}字", f"最多{TEXT_LIMIT}字", "请删减后再上传。"))
    if row.cells["then"] not in ("", SAVE, SUBMIT):
        todo = "请从下拉列表中选择。"
        problems.append(("then", row.cells["then"][:40], f"“{SAVE}”或“{SUBMIT}”", todo))
    if row.submits and not row.cells["text"] and contribution.state in NOT_SUBMITTED:
        problems.append(("text", "（空）", "报送的事项须填写完成情况", "请填写，或改为存为草稿。"))
    if row.cells["consolidated"] and not contribution.consolidates:
        todo = "请清空这一格，内容可写入本单位完成情况。"
        problems.append(("consolidated", "有内容", "只有第一牵头单位填写汇总稿", todo))
    for meaning, *rest in problems:
        preview.problems.append(Problem(row.table.place(row.index, meaning), *rest))
    return not problems


def _decide(change: Change, row: _Row, here: Contribution, told: Told | None) -> None:
    """Set the row's state: what was not touched in the file never changes anything here."""
    same = all(getattr(here, TEXTS[name]) == row.cells[name] for name in row.texts)
    hands_in = row.submits and here.state in NOT_SUBMITTED
    # What is not touched is here's, and it is handed in only as it stands here.
    takes_texts = row.is_touched and not same
    if not takes_texts and told is None and not (hands_in and same):
        return
    is_held_back = hands_in and not same and not takes_texts
    hands_in = hands_in and not is_held_back
    theirs = {TEXTS[name]: row.cells[name] for name in row.texts if takes_texts}
    change.row = ReportRow(
        theirs.get("text"),
        theirs.get("consolidated_text"),
        theirs.get("problems"),
        theirs.get("next_steps"),
        hands_in,
        tuple(told.figures) if told else (),
    )
    heads = REPORT_HEADS.labels
    texts = [
        Difference(heads[meaning], getattr(here, TEXTS[meaning]), row.cells[meaning])
        for meaning in row.texts
        if takes_texts
    ]
    state = Difference("状态", here.get_state_display(), "已报送" if hands_in else "草稿")
    change.differences = [
        each
        for each in (*texts, *(told.differences if told else ()), state)
        if each.old != each.new
    ]
    if here.state not in NOT_SUBMITTED:
        change.state, change.options, change.choice = State.CONFLICT, (Choice.HERE,), Choice.HERE
        change.message = (
            f"该项{here.get_state_display()}，不能直接修改。如需修改，请先撤回或联系督查室。"
        )
    elif (takes_texts and int(row.cells["version"]) != here.version) or (
        told and told.version != here.version
    ):
        _ask(change, takes_texts, told)
        if is_held_back:
            change.message += "文字在系统中又有修改，这一项先不报送。"
    else:
        change.state = State.CHANGED if here.text or told else State.NEW


def _ask(change: Change, takes_texts: bool, told: Told | None) -> None:
    """Put both sides before the person: both of two texts may stay, of two numbers one."""
    change.state, change.options = State.CONFLICT, (Choice.FILE, Choice.HERE)
    what = "文字" if takes_texts else "数值"
    change.message = f"下载填报表之后，系统中的这一项又有修改。两份{what}都在下面。"
    if takes_texts:
        change.options = (*change.options, Choice.BOTH)
    if takes_texts and told:
        change.message += "选“两者都保留”的，文字合在一起，数值用文件中的。"
