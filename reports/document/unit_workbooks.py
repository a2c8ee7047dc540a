"""The fill-in workbook of a unit: its own items of a quarter, to be written offline.

Everything is locked but the texts; a hidden key and version on each row bring it back
safely (targets.importing.offline reads it). User text stays text, as in reports.document.sheets.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace

from django.db.models import F
from openpyxl.styles import Alignment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from reports.document.lines import printable
from reports.document.locked import HEAD_ROW, Column, fill_locked, restrict
from reports.document.sheet_rows import room_of
from reports.document.sheets import (
    SIZE,
    book_bytes,
    face,
    new_book,
    print_as_list,
    set_measured_height,
    write_text,
)
from reports.document.tables import row_fit
from reports.document.unit_values import (
    ValueLine,
    fill_values,
    is_hidden_from,
    is_writable,
    value_lines,
)
from reports.figures.ledger import fetch_previous_texts
from targets.choices import Duty
from targets.importing.heads import (
    CONSOLIDATED,
    KEY,
    MARK,
    NEXT_STEPS,
    PROBLEMS,
    TEXT,
    THEN,
    VALUES,
    VERSION,
)
from targets.importing.offline import SAVE, SUBMIT
from targets.importing.words import mark_of
from targets.models import Contribution, Period, Unit, User
from targets.models.entries import PRINT_ORDER
from targets.models.units import unit_in_hands_of
from targets.questions import duties_in
from targets.rules import TEXT_LIMIT

HINT = "只填写黄色的格子，填好后在系统中上传；详见“填写说明”。"
_HELP = (
    "1．只填写黄色的格子：“本单位完成情况”，第一牵头单位还可以填写“汇总稿”；"
    "有“存在的问题”“下一步措施”两列的，可以填写。其他格子已锁定。",
    "2．“报送方式”从下拉列表中选：“存为草稿”上传后可继续修改，“报送”上传后即交督查室审核。不选即为草稿。",
    "3．“指标”表填写各项指标本季度末的累计数：只填数字，单位照“计量单位”一列；"
    "数据不是截至季度末的，填写“数据截止日”。清空一格，就是收回这个数。",
    "4．在格子内换行：按住Alt再按回车（WPS相同）。分段编号可用“1、”，换行会保留。",
    f"5．每格最多{TEXT_LIMIT}字。不要填公式，不要插入、删除、复制行，不要改动隐藏的列。",
    "6．填好后在系统的“本单位填报”中按“上传填报表”上传。上传后先显示将要改动的内容，确认后才写入。",
    "7．没有改动的行不会有任何变化。下载之后系统中又有人修改过的，上传时两份文字并列，由您选择。",
)


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of the workbook: an item as the unit may see it, and its own text."""

    number: str
    goal_name: str
    standard: str
    leads: str
    previous: str
    text: str
    consolidated: str
    problems: str
    next_steps: str
    state: str
    return_reason: str
    key: str
    version: int
    is_writable: bool
    consolidates: bool
    values: tuple[ValueLine, ...] = ()


def _columns(rows: Sequence[FormRow], asks_problems: bool) -> list[Column[FormRow]]:
    """Return the columns in their order; two of them only where the quarter asks for them.

    What the unit's head reads is printed, in widths that leave the type large enough.
    """
    further: list[Column[FormRow]] = [
        Column(PROBLEMS, 23, lambda row: row.problems, _is_writable),
        Column(NEXT_STEPS, 23, lambda row: row.next_steps, _is_writable),
    ]
    is_alone = not any(row.consolidated or _may_consolidate(row) for row in rows)
    return [
        Column("编号", 10, lambda row: row.number),
        Column("目标名称", 13, lambda row: row.goal_name),
        Column("工作标准", 31, lambda row: row.standard),
        Column("牵头单位", 13, lambda row: row.leads),
        Column("上季度完成情况", 38, lambda row: row.previous),
        Column(TEXT, 51, lambda row: row.text, _is_writable),
        Column(
            CONSOLIDATED, 38, lambda row: row.consolidated, _may_consolidate, is_hidden=is_alone
        ),
        *(further if asks_problems else ()),
        Column(
            THEN, 11, lambda row: SAVE if row.is_writable else "", _is_writable, is_printed=False
        ),
        Column("目前状态", 11, lambda row: row.state, is_printed=False),
        Column("退回原因", 20, lambda row: row.return_reason, is_printed=False),
        Column(KEY, 10, lambda row: row.key, is_hidden=True),
        Column(VERSION, 8, lambda row: str(row.version), is_hidden=True),
        Column(MARK, 18, lambda row: _mark(row, asks_problems), is_hidden=True),
    ]


def _is_writable(row: FormRow) -> bool:
    return row.is_writable


def _may_consolidate(row: FormRow) -> bool:
    return row.is_writable and row.consolidates


def _mark(row: FormRow, asks_problems: bool) -> str:
    """As a reader will see the texts: what has no printed form is left out of the cells too."""
    further = (row.problems, row.next_steps) if asks_problems else ()
    return mark_of(*(printable(text).strip() for text in (row.text, row.consolidated, *further)))


def unit_rows(period: Period, by: User, unit: Unit | None = None) -> dict[Unit, list[FormRow]]:
    """Return the rows of the period's workbooks by unit, in print order: six queries at most.

    A unit gets its own. To the office, which may not read a draft, its text stays blank.
    """
    contributions = Contribution.objects.visible_to(by).filter(entry__period=period)
    if unit is not None:
        contributions = contributions.filter(unit_in_hands_of(unit.pk))
    contributions = (
        contributions.with_names()
        .with_line()
        .with_unit_order()
        .order_by(F("unit_order"), *PRINT_ORDER)
    )
    leads: dict[int, list[str]] = {}
    duties = duties_in(period).filter(duty=Duty.LEAD)
    for item_id, name in duties.values_list("item_key", "unit_name"):
        leads.setdefault(item_id, []).append(name)
    previous = fetch_previous_texts(period)
    values = value_lines(list(contributions), period, by)
    rows: dict[Unit, list[FormRow]] = {}
    for each in contributions:
        names = leads.get(each.entry.item_id, [])
        row = _row(each, names, previous.get(each.entry.item_id, ""), period, by)
        row = replace(row, values=values.get(each.pk, ()))
        rows.setdefault(unit or each.unit, []).append(row)
    return rows


def _row(
    each: Contribution, leads: Sequence[str], previous: str, period: Period, by: User
) -> FormRow:
    item = each.entry.line
    is_hidden = is_hidden_from(by, each)
    return FormRow(
        number=str(item),
        goal_name=item.goal.name,
        standard=item.standard,
        leads="、".join(leads),
        previous=previous,
        text="" if is_hidden else each.text,
        consolidated="" if is_hidden else each.consolidated_text,
        problems="" if is_hidden else each.problems,
        next_steps="" if is_hidden else each.next_steps,
        state=each.get_state_display(),
        return_reason=each.return_reason,
        key=f"c{each.pk}",
        version=each.version,
        is_writable=is_writable(each, period),
        consolidates=each.consolidates and len(leads) > 1,
    )


def told_in(period: Period, rows: Mapping[Unit, Sequence[FormRow]]) -> str:
    """Return all that the workbooks of these units show, for the name under which they are kept."""
    about = [period.code, period.quarter.name, period.asks_problems]
    forms = [[unit.order, unit.name, [astuple(row) for row in own]] for unit, own in rows.items()]
    return json.dumps([about, forms], ensure_ascii=False)


def unit_xlsx(period: Period, unit: Unit, rows: Sequence[FormRow]) -> bytes:
    """Return one unit's workbook: 填报 and, where asked, 指标 to fill in, 填写说明 to read."""
    title = f"{unit.name} {period.quarter.name}填报表"
    book = new_book(title)
    _fill_form(book.active, title, rows, _columns(rows, period.asks_problems))
    values = [value for row in rows for value in row.values]
    if values:
        fill_values(book.create_sheet(VALUES), title, values)
    _fill_help(book.create_sheet("填写说明"))
    return book_bytes(book)


def units_zip(period: Period, rows: dict[Unit, list[FormRow]]) -> bytes:
    """Return the workbooks of all units, one file each, in the units' order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for unit, own in rows.items():
            name = f"{unit.order:02}-{_file_name(unit.name)}-{period.code}.xlsx"
            archive.writestr(name, unit_xlsx(period, unit, own))
    return buffer.getvalue()


def _file_name(name: str) -> str:
    return "".join("_" if each in '\\/:*?"<>|' else each for each in printable(name))


def _fill_form(
    sheet: Worksheet, title: str, rows: Sequence[FormRow], columns: Sequence[Column[FormRow]]
) -> None:
    sheet.title = "填报"
    fill_locked(sheet, title, HINT, rows, columns, least=4)
    heads = [column.head for column in columns]
    below = range(HEAD_ROW + 1, HEAD_ROW + 1 + len(rows))
    choices = DataValidation("list", formula1=f'"{SAVE},{SUBMIT}"', allow_blank=True)
    choices.error, choices.errorTitle = f"请选择“{SAVE}”或“{SUBMIT}”。", THEN
    choices.showErrorMessage = True
    restrict(sheet, choices, heads, (THEN,), below)
    length = DataValidation("textLength", operator="lessThanOrEqual", formula1=str(TEXT_LIMIT))
    length.error, length.errorTitle = f"每格最多{TEXT_LIMIT}字。", TEXT
    length.showErrorMessage = True
    restrict(sheet, length, heads, (TEXT, CONSOLIDATED, PROBLEMS, NEXT_STEPS), below)


def _fill_help(sheet: Worksheet) -> None:
    width = 100
    sheet.column_dimensions["A"].width = width
    for row, line in enumerate(_HELP, start=1):
        write_text(sheet, row, 1, line)
        sheet.cell(row, 1).font = face("fang", SIZE)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        _size, height = row_fit([line], [room_of(width) / SIZE])
        set_measured_height(sheet, row, height)
    print_as_list(sheet, [width])
    sheet.print_options.gridLines, sheet.print_title_rows = False, None
    sheet.protection.sheet = True
