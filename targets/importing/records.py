"""Body rows of an annex or a plan -> one record an item.

A page break repeats the goal, or leaves it blank; an item too tall for a page goes on
in the next row; a converter shifts a row by columns. What a row is, is settled by its
own marks and by the register of units; where they do not settle it, it is reported.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from targets.choices import CLASS_LABELS, UNREPORTED
from targets.importing import words
from targets.importing.grid import NUMBER, column_name
from targets.importing.layout import Table
from targets.importing.merged import filled
from targets.importing.preview import FilePlace, Note, Problem
from targets.rules import TEXT_LIMIT

TEXTS = ("standard", "progress", "leads", "supporting", "status", "problems", "next_steps")
# Cells that hold a name or a number: what nobody sees in them is taken out and named.
_NAMES = ("goal_number", "goal_name", "item_number", "leads", "supporting", "status")
_GOAL = ("goal_number", "goal_name")
CONTINUED = "（续）"


@dataclass(slots=True)
class Record:
    """One item as the file has it; texts as written, but for the number before the standard."""

    place: FilePlace
    goal_number: int
    goal_name: str
    item_number: int
    is_numbered: bool | None  # None: the file has a column for the number and does not say
    standard: str
    progress: str
    leads: str
    supporting: str
    status: str
    columns: dict[str, str]  # meaning -> column in the file, for messages
    problems: str = ""
    next_steps: str = ""
    joined: dict[str, list[int]] = field(default_factory=dict)  # meaning -> where pieces meet

    @property
    def key(self) -> tuple[int, int]:
        return (self.goal_number, self.item_number)

    @property
    def label(self) -> str:
        return f"{self.goal_number}（{self.item_number}）"

    def at(self, meaning: str) -> FilePlace:
        return FilePlace(self.place.sheet, self.place.row, self.columns.get(meaning, ""))


@dataclass(slots=True)
class Assembly:
    """What the rows came to."""

    records: list[Record] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Assembler:
    """Reads rows from top to bottom; what a row leaves out, the rows above it say.

    `names_units` tells whether a cell is made up of units' names; `known` has, by goal and
    standard as "plain" leaves it, the number of the item here, and whether it is printed.
    """

    def __init__(
        self,
        names_units: Callable[[str], bool],
        known: Mapping[tuple[int, str], tuple[int, bool]],
    ) -> None:
        self._names_units = names_units
        self._known = known
        self._standards = {
            (goal, number): standard for (goal, standard), (number, _printed) in known.items()
        }
        self._result = Assembly()
        self._goal_number: int | None = None
        self._goal_name = ""
        self._table: Table

    def assemble(self, tables: list[Table]) -> Assembly:
        for table in tables:
            self._table = table
            for row, cells, continued in filled(table, MEANINGS):
                self._read_row(row, cells, continued)
        self._check_numbers()
        return self._result

    # One row ------------------------------------------------------------------

    def _read_row(self, row: int, cells: dict[str, str], continued: set[str]) -> None:
        if not any(cells[meaning] for meaning in TEXTS):
            self._read_goal_or_note(row, cells)
            return
        cells = self._realigned(row, cells)
        cells = self._without_invisible(row, cells)
        if not self._check_cells(row, cells):
            return
        if not self._read_goal(row, cells):
            return
        number, standard, is_continued = self._read_number(row, cells)
        if number == 0:
            return
        last = self._last_of_goal()
        if is_continued or "standard" in continued:
            self._continue(row, last, number, standard, cells)
        elif number is None and last is not None:
            self._read_unnumbered(row, last, standard, cells)
        elif last is not None and number == last.item_number and self._is_repeat(last, standard):
            self._continue(row, last, number, "", cells)
        else:
            self._add(row, number, standard, cells)
            if "progress" in continued and not cells["progress"]:
                place = self._table.place(row, "progress")
                text = "这一格与上一行合并为一格，其中的文字只作为上面事项的完成情况，本事项为空。"
                self._result.notes.append(Note(place, text))

    def _without_invisible(self, row: int, cells: dict[str, str]) -> dict[str, str]:
        """Take out of names and numbers what nobody sees, and name it."""
        changed = {}
        for meaning in _NAMES:
            codes = words.invisible(cells[meaning])
            if codes:
                changed[meaning] = words.visible(cells[meaning])
                text = f"看不见的字符（{'、'.join(codes)}）已去除。"
                self._result.notes.append(Note(self._table.place(row, meaning), text))
        standard = words.without_leading_invisible(cells["standard"])
        if standard != cells["standard"]:
            changed["standard"] = standard
            text = "开头看不见的字符已去除。"
            self._result.notes.append(Note(self._table.place(row, "standard"), text))
        return {**cells, **changed} if changed else cells

    def _read_goal_or_note(self, row: int, cells: dict[str, str]) -> None:
        """A row without an item: a goal's own heading, a title, or a note at the foot."""
        number = words.whole_number(cells["goal_number"])
        if number is not None and cells["goal_name"]:
            self._goal_number = number
            self._goal_name = words.without_blanks(cells["goal_name"])
            return
        text = " ".join(cell for cell in self._table.grid.rows[row] if cell)
        self._result.notes.append(
            Note(self._table.place(row), f"不属于表格内容，未读取：{text[:80]}")
        )

    def _realigned(self, row: int, cells: dict[str, str]) -> dict[str, str]:
        """Undo a shift by columns: the item's number stands where a goal should.

        Only where the whole row falls into place: nothing is cut off, and the units'
        column then holds units.
        """
        columns = self._table.columns
        if "item_number" in columns or words.split_item_number(cells["standard"])[0]:
            return cells
        raw = self._table.grid.rows[row]
        start = next((index for index, cell in enumerate(raw) if cell), 0)
        shift = columns["standard"] - start
        if shift <= 0 or not words.split_item_number(raw[start])[0]:
            return cells
        moved = {
            meaning: raw[column - shift] if column >= shift else ""
            for meaning, column in columns.items()
        }
        moved = dict.fromkeys(cells, "") | moved
        if not moved["leads"] or not self._names_units(moved["leads"]):
            return cells
        self._note(row, f"本行各列错开了{shift}列，已按（序号）和单位名称对齐。")
        return moved

    def _check_cells(self, row: int, cells: dict[str, str]) -> bool:
        """Report formulas, errors, dates and numbers that stand where a text should."""
        odd = [
            (meaning, kind)
            for meaning, kind in self._table.odd_cells(row, (*_GOAL, "item_number", *TEXTS))
            if not (kind == NUMBER and meaning in ("goal_number", "item_number"))
        ]
        for meaning, kind in odd:
            self._problem(
                row, meaning, f"单元格是{kind}：{cells[meaning][:40]}", "文字", _MAKE_TEXT
            )
        too_long = [meaning for meaning in TEXTS if len(cells[meaning]) > TEXT_LIMIT]
        for meaning in too_long:
            self._problem(
                row,
                meaning,
                f"单元格有{len(cells[meaning])}字",
                f"最多{TEXT_LIMIT}字",
                "请删减；Excel单元格最多32767字，超出部分可能已被截断，请核对原文。",
            )
        return not odd and not too_long

    def _read_goal(self, row: int, cells: dict[str, str]) -> bool:
        text, name = cells["goal_number"], words.without_blanks(cells["goal_name"])
        if not text and (not name or name == self._goal_name):
            if self._goal_number is None:
                self._problem(row, "goal_number", "（空）", "目标序号", "请在本行填写目标序号。")
                return False
            return True
        number = words.whole_number(text)
        if number is None:
            self._problem(
                row,
                "goal_number" if text else "goal_name",
                text[:40] or name[:40],
                "目标序号（如1、2、3）",
                "请填写目标序号；如果这一行不是事项，请从表中删除。",
            )
            return False
        if not name and number != self._goal_number:
            self._problem(row, "goal_name", "（空）", f"目标{number}的名称", "请填写目标名称。")
            return False
        self._goal_number, self._goal_name = number, name or self._goal_name
        return True

    def _read_number(self, row: int, cells: dict[str, str]) -> tuple[int | None, str, bool]:
        """Return the item's number, the standard without it, and whether the row goes on.

        None: no number is printed. 0: the number was not understood, and reported.
        """
        number, standard = words.split_item_number(cells["standard"])
        if "item_number" in self._table.columns and cells["item_number"]:
            told = words.whole_number(cells["item_number"])
            if told is None:
                self._problem(
                    row,
                    "item_number",
                    cells["item_number"][:40],
                    "事项序号（数字）",
                    "请改为数字。",
                )
                return 0, standard, False
            if number != told:
                standard = cells["standard"]
            number = told
        # Of a standard that begins with the mark itself, as it stands here, nothing is taken.
        here = self._standards.get((self._goal_number or 0, number or 0), "")
        if standard and here.startswith(words.plain(standard)):
            return number, standard.strip(), False
        is_continued, standard = words.split_continued(standard)
        return number, standard.strip(), is_continued or not (standard or number)

    def _read_unnumbered(
        self, row: int, last: Record, standard: str, cells: dict[str, str]
    ) -> None:
        """A row without a number below an item: the rest of its standard, if known as such."""
        so_far = words.plain(last.standard + standard)
        if self._standards.get(last.key, "").startswith(so_far):
            self._continue(row, last, None, standard, cells)
            return
        number, is_printed = self._number_here(last.goal_number, standard)
        if number and not is_printed:
            self._add(row, number, standard, cells, is_numbered=False)
            return
        self._problem(
            row,
            "standard",
            standard[:40],
            "以（1）（2）开头的工作标准",
            f"如果是新的事项，请补上序号；如果是上一行的续行，请在开头写“{CONTINUED}”。",
        )

    def _number_here(self, goal: int | None, standard: str) -> tuple[int, bool]:
        """Return the number here of the item with this standard, 0 for none, and its printing."""
        return self._known.get((goal or 0, words.plain(standard)), (0, True))

    def _is_repeat(self, last: Record, standard: str) -> bool:
        return words.plain(standard) == words.plain(last.standard)

    def _continue(
        self,
        row: int,
        last: Record | None,
        number: int | None,
        standard: str,
        cells: dict[str, str],
    ) -> None:
        """Join a row to the item above it."""
        is_other = last is not None and number not in (None, last.item_number)
        if last is None or is_other or not self._same_units(last, cells["leads"]):
            self._problem(
                row,
                "standard",
                (cells["standard"] or cells["progress"])[:40],
                "接续上一行的内容",
                "没有找到它所接续的事项（同一目标、同一序号、同样的牵头单位），请核对；"
                f"工作标准本身以“{CONTINUED}”开头的，请改写开头（如“续建”）后再导入。",
            )
            return
        further = [(meaning, cells[meaning]) for meaning in ("progress", "problems", "next_steps")]
        for meaning, text in (("standard", standard), *further):
            if text:
                joined = words.join_pieces(getattr(last, meaning), text)
                setattr(last, meaning, joined)
                last.joined.setdefault(meaning, []).append(len(joined) - len(text))
        self._note(row, f"与第{last.place.row}行合并为事项{last.label}。")

    def _same_units(self, last: Record, leads: str) -> bool:
        return not leads or words.plain(leads) == words.plain(last.leads)

    def _add(
        self,
        row: int,
        number: int | None,
        standard: str,
        cells: dict[str, str],
        is_numbered: bool | None = None,
    ) -> None:
        columns = {meaning: column_name(column) for meaning, column in self._table.columns.items()}
        has_column = "item_number" in self._table.columns
        self._result.records.append(
            Record(
                place=self._table.place(row),
                goal_number=self._goal_number or 0,
                goal_name=self._goal_name,
                item_number=number or self._number_here(self._goal_number, standard)[0] or 1,
                is_numbered=None if has_column else bool(number) and is_numbered is not False,
                standard=standard,
                progress=cells["progress"],
                leads=cells["leads"],
                supporting=cells["supporting"],
                status=cells["status"],
                problems=cells["problems"],
                next_steps=cells["next_steps"],
                columns=columns,
            )
        )

    def _last_of_goal(self) -> Record | None:
        records = self._result.records
        return records[-1] if records and records[-1].goal_number == self._goal_number else None

    # The whole ----------------------------------------------------------------

    def _check_numbers(self) -> None:
        """Report items that stand twice, and gaps in the numbering."""
        first: dict[tuple[int, int], Record] = {}
        highest: dict[int, int] = {}
        totals = Counter(record.goal_number for record in self._result.records)
        for record in self._result.records:
            if record.key in first:
                self._result.problems.append(
                    Problem(
                        record.at("standard"),
                        f"事项{record.label}",
                        "每个事项只出现一次",
                        f"第{first[record.key].place.row}行已有这个序号，请核对序号或删除重复的行。",
                    )
                )
                continue
            first[record.key] = record
            is_printed = self._number_here(record.goal_number, record.standard)[1]
            is_odd = record.is_numbered is False and is_printed
            if is_odd and totals[record.goal_number] > 1:
                self._result.problems.append(
                    Problem(
                        record.at("standard"),
                        record.standard[:40],
                        "以（1）开头的工作标准",
                        f"目标{record.goal_number}有多个事项，每个事项都要有序号，请补上。",
                    )
                )
            expected = highest.get(record.goal_number, 0) + 1
            if record.item_number != expected:
                text = (
                    f"事项序号不连续：应为{record.goal_number}（{expected}），实为{record.label}。"
                )
                self._result.notes.append(Note(record.at("standard"), text))
            highest[record.goal_number] = record.item_number

    def _note(self, row: int, text: str) -> None:
        self._result.notes.append(Note(self._table.place(row), text))

    def _problem(self, row: int, meaning: str, found: str, expected: str, todo: str) -> None:
        self._result.problems.append(
            Problem(self._table.place(row, meaning), found, expected, todo)
        )


MEANINGS = ("goal_number", "goal_name", "item_number", *TEXTS)
_MAKE_TEXT = "请复制该单元格，用“选择性粘贴—数值”贴回，并设为文本格式，核对内容后再上传。"


_CANCELLED = "（已取消："


def without_verdicts(progress: str) -> str:
    """Return the progress without what the printed annex adds: 未填报, （已取消：…）."""
    text = progress
    if text.endswith("）") and (start := text.find(_CANCELLED)) >= 0:
        text = text[:start].removesuffix("\n")
    return "" if text == CLASS_LABELS[UNREPORTED] else text
