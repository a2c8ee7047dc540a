"""The fill-in workbook of a unit: its own items of a quarter, to be written offline.

Everything is locked but the texts; a hidden key and version on each row bring it back
safely (targets.importing.offline reads it). User text stays text, as in reports.document.sheets.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from reports.document.fonts import ROLES
from reports.document.lines import printable
from reports.document.sheets import book_bytes, new_book, write_text
from reports.figures.ledger import fetch_previous_texts
from targets.choices import NOT_SUBMITTED, ContributionState, Duty
from targets.importing.heads import (
    CONSOLIDATED,
    KEY,
    MARK,
    NEXT_STEPS,
    PROBLEMS,
    TEXT,
    THEN,
    VERSION,
)
from targets.importing.offline import SAVE, SUBMIT, mark_of
from targets.models import Contribution, Period, Unit, User
from targets.models.contributions import unit_in_hands_of
from targets.models.entries import PRINT_ORDER
from targets.questions import duties_in
from targets.rules import TEXT_LIMIT

_HEAD_ROW = 3
_THIN = Side(style="thin", color="FF999999")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_OPEN_FILL = PatternFill("solid", fgColor="FFFFF9E5")
_HEAD_FILL = PatternFill("solid", fgColor="FFEEF2F6")
_HELP = (
    "1．只填写黄色的格子：“本单位完成情况”，第一牵头单位还可以填写“汇总稿”；"
    "有“存在的问题”“下一步措施”两列的，可以填写。其他格子已锁定。",
    "2．“报送方式”从下拉列表中选：“存为草稿”上传后可继续修改，“报送”上传后即交督查室审核。不选即为草稿。",
    "3．在格子内换行：按住Alt再按回车（WPS相同）。分段编号可用“1、”，换行会保留。",
    f"4．每格最多{TEXT_LIMIT}字。不要填公式，不要插入、删除、复制行，不要改动隐藏的列。",
    "5．填好后在系统的“本单位填报”中按“上传填报表”上传。上传后先显示将要改动的内容，确认后才写入。",
    "6．没有改动的行不会有任何变化。下载之后系统中又有人修改过的，上传时两份文字并列，由您选择。",
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


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of the workbook; units write into it where `is_open` says so."""

    head: str
    width: int
    text: Callable[[FormRow], str]
    is_open: Callable[[FormRow], bool] = lambda _row: False
    is_hidden: bool = False


def _columns(asks_problems: bool) -> list[_Column]:
    """Return the columns in their order; two of them only where the quarter asks for them."""
    further = [
        _Column(PROBLEMS, 30, lambda row: row.problems, lambda row: True),
        _Column(NEXT_STEPS, 30, lambda row: row.next_steps, lambda row: True),
    ]
    return [
        _Column("编号", 8, lambda row: row.number),
        _Column("目标名称", 16, lambda row: row.goal_name),
        _Column("工作标准", 40, lambda row: row.standard),
        _Column("牵头单位", 16, lambda row: row.leads),
        _Column("上季度完成情况", 40, lambda row: row.previous),
        _Column(TEXT, 60, lambda row: row.text, lambda row: True),
        _Column(CONSOLIDATED, 40, lambda row: row.consolidated, lambda row: row.consolidates),
        *(further if asks_problems else ()),
        _Column(THEN, 11, lambda row: SAVE if row.is_writable else "", lambda row: True),
        _Column("目前状态", 11, lambda row: row.state),
        _Column("退回原因", 20, lambda row: row.return_reason),
        _Column(KEY, 10, lambda row: row.key, is_hidden=True),
        _Column(VERSION, 8, lambda row: str(row.version), is_hidden=True),
        _Column(MARK, 18, lambda row: _mark(row, asks_problems), is_hidden=True),
    ]


def _mark(row: FormRow, asks_problems: bool) -> str:
    """As a reader will see the texts: what has no printed form is left out of the cells too."""
    further = (row.problems, row.next_steps) if asks_problems else ()
    return mark_of(*(printable(text).strip() for text in (row.text, row.consolidated, *further)))


def unit_rows(period: Period, by: User, unit: Unit | None = None) -> dict[Unit, list[FormRow]]:
    """Return the rows of the period's workbooks by unit, in print order: three queries.

    A unit gets its own. To the office, which may not read a draft, its text stays blank.
    """
    contributions = Contribution.objects.visible_to(by).filter(entry__period=period)
    if unit is not None:
        contributions = contributions.filter(unit_in_hands_of(unit.pk))
    contributions = (
        contributions.with_names()
        .with_line()
        .with_unit_order()
        .order_by("unit_order", *PRINT_ORDER)
    )
    leads: dict[int, list[str]] = {}
    duties = duties_in(period).filter(duty=Duty.LEAD)
    for item_id, name in duties.values_list("item_key", "unit_name"):
        leads.setdefault(item_id, []).append(name)
    previous = fetch_previous_texts(period)
    rows: dict[Unit, list[FormRow]] = {}
    for each in contributions:
        names = leads.get(each.entry.item_id, [])
        row = _row(each, names, previous.get(each.entry.item_id, ""), period, by)
        rows.setdefault(unit or each.unit, []).append(row)
    return rows


def _row(
    each: Contribution, leads: Sequence[str], previous: str, period: Period, by: User
) -> FormRow:
    item = each.entry.line
    is_hidden = (
        by.unit_id != each.unit_id
        and each.state == ContributionState.DRAFT
        and not each.entered_by_office
    )
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
        is_writable=period.is_open and each.state in NOT_SUBMITTED,
        consolidates=each.consolidates and len(leads) > 1,
    )


def told_in(period: Period, rows: Mapping[Unit, Sequence[FormRow]]) -> str:
    """Return all that the workbooks of these units show, for the name under which they are kept."""
    about = [period.code, period.quarter.name, period.asks_problems]
    forms = [[unit.order, unit.name, [astuple(row) for row in own]] for unit, own in rows.items()]
    return json.dumps([about, forms], ensure_ascii=False)


def unit_xlsx(period: Period, unit: Unit, rows: Sequence[FormRow]) -> bytes:
    """Return one unit's workbook: 填报 to fill in, 填写说明 to read."""
    title = f"{unit.name} {period.quarter.name}填报表"
    book = new_book(title)
    _fill_form(book.active, title, rows, _columns(period.asks_problems))
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
    sheet: Worksheet, title: str, rows: Sequence[FormRow], columns: Sequence[_Column]
) -> None:
    sheet.title = "填报"
    write_text(sheet, 1, 1, title)
    sheet.cell(1, 1).font = Font(name=ROLES["hei"].office_name, size=16)
    write_text(sheet, 2, 1, "只填写黄色的格子，填好后在系统中上传；详见“填写说明”。")
    for at, column in enumerate(columns, start=1):
        write_text(sheet, _HEAD_ROW, at, column.head)
        cell = sheet.cell(_HEAD_ROW, at)
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD_FILL, _BOX
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        dimension = sheet.column_dimensions[get_column_letter(at)]
        dimension.width, dimension.hidden = column.width, column.is_hidden
    for index, row in enumerate(rows, start=_HEAD_ROW + 1):
        _fill_row(sheet, index, row, columns)
    _restrict(sheet, _HEAD_ROW + len(rows), [column.head for column in columns])
    sheet.freeze_panes = sheet.cell(_HEAD_ROW + 1, 2)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{_HEAD_ROW}:{_HEAD_ROW}"


def _fill_row(sheet: Worksheet, index: int, row: FormRow, columns: Sequence[_Column]) -> None:
    for at, column in enumerate(columns, start=1):
        write_text(sheet, index, at, column.text(row))
        cell = sheet.cell(index, at)
        cell.border = _BOX
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        # As text: what is typed here, 1/2 or =1, shall stay what was typed.
        cell.number_format = "@"
        if row.is_writable and column.is_open(row):
            cell.protection, cell.fill = Protection(locked=False), _OPEN_FILL
    lines = max(len(row.standard) / 18, len(row.text) / 28, len(row.previous) / 18, 3)
    sheet.row_dimensions[index].height = min(round(lines + 1) * 15.0, 409.0)


def _restrict(sheet: Worksheet, last_row: int, heads: Sequence[str]) -> None:
    """Lock the sheet, without a password: it guards against slips, the upload against the rest."""
    sheet.protection.sheet = True
    # False allows: rows may be made taller, columns wider.
    sheet.protection.formatRows = sheet.protection.formatColumns = False
    if last_row <= _HEAD_ROW:
        return
    choices = DataValidation("list", formula1=f'"{SAVE},{SUBMIT}"', allow_blank=True)
    choices.error, choices.errorTitle = f"请选择“{SAVE}”或“{SUBMIT}”。", THEN
    choices.showErrorMessage = True
    length = DataValidation("textLength", operator="lessThanOrEqual", formula1=str(TEXT_LIMIT))
    length.error, length.errorTitle = f"每格最多{TEXT_LIMIT}字。", TEXT
    length.showErrorMessage = True
    texts = (TEXT, CONSOLIDATED, PROBLEMS, NEXT_STEPS)
    for validation, held in ((choices, (THEN,)), (length, texts)):
        for head in (each for each in held if each in heads):
            letter = get_column_letter(heads.index(head) + 1)
            validation.add(f"{letter}{_HEAD_ROW + 1}:{letter}{last_row}")
        sheet.add_data_validation(validation)


def _fill_help(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width = 100
    for row, line in enumerate(_HELP, start=1):
        write_text(sheet, row, 1, line)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 34
    sheet.protection.sheet = True
