"""The sheet 指标 of a unit's workbook coming back: each row is one indicator of one own text.

What was not touched in the file changes nothing here; what is no number, stands under another
measure or belongs to no indicator any more is refused with what to do.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from targets.importing.grid import DATE, ERROR, FORMULA, Grid
from targets.importing.heads import VALUE_HEADS, VALUES
from targets.importing.layout import Table, find_tables
from targets.importing.numbers import NotANumber, number_in
from targets.importing.preview import Choices, Difference, Kind, Note, Preview, Problem
from targets.importing.rows import ValueRow
from targets.importing.words import mark_of, visible
from targets.models import Contribution, Indicator, ReportedValue
from targets.questions.asked import Figure, all_values_before, fault_of, indicators_asked
from targets.questions.measures import value_in_words
from targets.reading.oddities import oddities
from targets.reading.plain import plain_number

STEPS = ("已完成", "未完成")
ESTIMATES = ("实际数", "预计数")
_TYPED = ("value", "as_of", "estimate")
_KEY = re.compile(r"c([0-9]{1,17})v([0-9]{1,17})", re.ASCII)
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: 00:00:00)?", re.ASCII)
_RELOAD = "请重新下载本季度的填报表，把数值填到对应的行；不要增加、复制行或改动隐藏的列。"


def cells_of(indicator: Indicator, known: Figure | None) -> tuple[str, str, str]:
    """Return a value as its three cells have it: the number, until when, of which kind."""
    if known is None or known.value is None:
        return "", "", ""
    number = plain_number(known.value)
    if indicator.is_milestone:
        number = STEPS[0] if known.value else STEPS[1]
    as_of = known.as_of.isoformat() if known.as_of else ""
    return number, as_of, ESTIMATES[known.is_estimate]


@dataclass(slots=True)
class Told:
    """What the file says of one own text's indicators, where it says something new."""

    version: int  # of the text, as the file was made from it
    figures: list[ValueRow]
    differences: list[Difference]


@dataclass(slots=True)
class Line:
    """One row of the sheet."""

    table: Table
    index: int
    cells: dict[str, str]

    @property
    def keys(self) -> tuple[int, int] | None:
        """The keys of the contribution and the indicator; None where they are not whole."""
        found = _KEY.fullmatch(visible(self.cells["key"]))
        version = visible(self.cells["version"])
        if found is None or not re.fullmatch("[0-9]{1,9}", version, re.ASCII):
            return None
        return int(found[1]), int(found[2])

    @property
    def typed(self) -> tuple[str, str, str]:
        value, as_of, estimate = (self.cells[meaning] for meaning in _TYPED)
        return value, as_of, estimate

    @property
    def is_touched(self) -> bool:
        """Whether the row says anything else than it was made with; a formula says nothing yet."""
        odd = any(self.kind(meaning) in (FORMULA, ERROR) for meaning in _TYPED)
        return odd or self.cells["mark"] != mark_of(*self.typed)

    def kind(self, meaning: str) -> str:
        column = self.table.columns.get(meaning)
        return "" if column is None else self.table.grid.kind(self.index, column)

    def problem(self, meaning: str, found: str, expected: str, todo: str) -> Problem:
        return Problem(self.table.place(self.index, meaning), found or "（空）", expected, todo)


def split_sheets(grids: list[Grid], choices: Choices) -> tuple[list[Grid], list[Grid]]:
    """Return the sheets with texts, and those with indicators: by their heads, or by name."""
    whole = Choices(sheet="*", columns=choices.columns)
    fitting = find_tables(grids, VALUE_HEADS, whole, Preview(Kind.REPORTS, ""))
    read = {id(table.grid) for table in fitting}
    values = [each for each in grids if id(each) in read or _is_values(each)]
    return [each for each in grids if each not in values], values


def _is_values(grid: Grid) -> bool:
    return grid.name == VALUES and not grid.is_hidden


def find_lines(grids: list[Grid], choices: Choices, preview: Preview) -> list[Line]:
    """Return the rows of the sheets with indicators; the preview is told how they were read."""
    if not grids:
        return []
    told = Preview(preview.kind, preview.subject)
    whole = Choices(sheet="*", columns=choices.columns)
    tables = find_tables(grids, VALUE_HEADS, whole, told)
    preview.tables += told.tables
    preview.problems += told.problems
    preview.notes += told.notes
    preview.meanings = {**told.meanings, **preview.meanings}
    return [
        Line(table, index, _cells_in(table, index)) for table in tables for index in table.body()
    ]


def _cells_in(table: Table, index: int) -> dict[str, str]:
    cells = table.grid.rows[index]
    return dict.fromkeys(VALUE_HEADS.by_meaning, "") | {
        meaning: cells[column] for meaning, column in table.columns.items()
    }


def contribution_ids(lines: list[Line]) -> set[int]:
    return {keys[0] for line in lines if (keys := line.keys)}


def compare_lines(
    preview: Preview, lines: list[Line], own: dict[int, Contribution]
) -> dict[int, Told]:
    """Return what is new, by contribution id: three statements, however many rows there are."""
    if not lines or not own:
        asked, reported, before = {}, {}, {}
    else:
        period = next(iter(own.values())).entry.period
        before = all_values_before(period)
        asked = {
            pk: {each.pk: each for each in indicators}
            for pk, indicators in indicators_asked(own.values(), period).items()
        }
        reported = {
            (each.contribution_id, each.indicator_id): Figure(
                each.value, each.as_of, each.is_estimate
            )
            for each in ReportedValue.objects.filter(contribution__in=own)
        }
    told: dict[int, Told] = {}
    seen: set[tuple[int, int]] = set()
    for line in lines:
        if not line.cells["key"] and not line.cells["version"]:
            filled = " ".join(cell for cell in line.cells.values() if cell)
            place = line.table.place(line.index)
            preview.notes.append(Note(place, f"没有系统编号，未读取：{filled[:60]}"))
            continue
        keys = line.keys
        if keys is None or keys[0] not in own or keys in seen:
            expected = "本单位本季度的系统编号，每行一个"
            preview.problems.append(line.problem("key", line.cells["key"], expected, _RELOAD))
            continue
        seen.add(keys)
        indicator = asked.get(keys[0], {}).get(keys[1])
        if indicator is None:
            _tell_ended(preview, line)
        elif _is_same_promise(preview, line, indicator) and line.is_touched:
            known = reported.get(keys, Figure(None))
            figure = _take(preview, line, own[keys[0]], indicator, known, told)
            _point_out(preview, line, indicator, figure, before.get(indicator.pk))
    return told


def _tell_ended(preview: Preview, line: Line) -> None:
    name = line.cells["name"]
    if line.is_touched:
        todo = "该指标已由督查室修改或终止，请重新下载填报表，在新的行中填写。"
        preview.problems.append(line.problem("key", name, "本单位现在填报的指标", todo))
    else:
        text = f"指标“{name}”已由督查室修改或终止，未读取。"
        preview.notes.append(Note(line.table.place(line.index), text))


def _is_same_promise(preview: Preview, line: Line, indicator: Indicator) -> bool:
    """Refuse a row whose measure or name says another thing than was promised."""
    for meaning, here in (("measure", indicator.measure), ("name", indicator.name)):
        if _letters(line.cells[meaning]) != _letters(here):
            todo = f"请改回“{here}”，并按它填写数值；计量单位和指标名称不能在表中修改。"
            preview.problems.append(line.problem(meaning, line.cells[meaning], here, todo))
            return False
    return True


def _letters(text: str) -> str:
    """Return what counts of a name: programs change blanks and what has no printed form."""
    return "".join(each for each in text if each.isprintable() and not each.isspace())


def _take(
    preview: Preview,
    line: Line,
    here: Contribution,
    indicator: Indicator,
    known: Figure,
    told: dict[int, Told],
) -> Figure:
    """Return a touched row's number; add it where it says anything else than is here."""
    try:
        figure = _figure_of(line, indicator)
    except _Unread as unread:
        preview.problems.append(unread.problem)
        return Figure(None)
    fault = fault_of(indicator, figure, here.entry.period)
    if fault:
        preview.problems.append(line.problem("value", line.cells["value"], "合理的数值", fault))
        return Figure(None)
    if figure == known:
        return figure
    version = int(visible(line.cells["version"]))
    part = told.setdefault(here.pk, Told(version, [], []))
    # Rows of an older file among those of a newer one make the whole as old.
    part.version = min(part.version, version)
    part.figures.append(
        ValueRow(
            indicator.pk,
            "" if figure.value is None else plain_number(figure.value),
            figure.as_of.isoformat() if figure.as_of else "",
            figure.is_estimate,
        )
    )
    part.differences.append(
        Difference(
            indicator.name, _said(indicator, known), _said(indicator, figure), is_number=True
        )
    )
    return figure


def _point_out(
    preview: Preview, line: Line, indicator: Indicator, figure: Figure, before: Decimal | None
) -> None:
    """Say what is worth a second look in a number; nothing is held back by it."""
    for remark in oddities(
        kind=indicator.kind,
        measure=indicator.measure,
        value=figure.value,
        before=before,
        target=indicator.target,
    ):
        place = line.table.place(line.index, "value")
        preview.notes.append(Note(place, f"请留意：“{indicator.name}”{remark}。"))


def _said(indicator: Indicator, figure: Figure) -> str:
    """Return a figure in words: the number with its measure, what it is when it is not plain."""
    if figure.value is None:
        return ""
    further = [f"截至{figure.as_of.isoformat()}"] if figure.as_of else []
    further += [ESTIMATES[True]] if figure.is_estimate else []
    words = value_in_words(indicator, figure.value)
    return f"{words}（{'，'.join(further)}）" if further else words


# Cells ----------------------------------------------------------------------------


class _Unread(Exception):
    """A cell that is not what it has to be."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.todo)
        self.problem = problem


def _figure_of(line: Line, indicator: Indicator) -> Figure:
    value = _step_of(line) if indicator.is_milestone else _number_of(line, indicator)
    as_of, estimate = _date_of(line), visible(line.cells["estimate"])
    if estimate not in ("", *ESTIMATES) or line.kind("estimate"):
        expected = "或".join(f"“{each}”" for each in ESTIMATES)
        raise _Unread(line.problem("estimate", estimate[:40], expected, "请从下拉列表中选择。"))
    if value is None and (as_of or estimate == ESTIMATES[True]):
        todo = "填了数据截止日或“预计数”，没有填数值：请填写数值，或把这两格也清空。"
        raise _Unread(line.problem("value", "", "数值", todo))
    return Figure(value, as_of, estimate == ESTIMATES[True])


def _number_of(line: Line, indicator: Indicator) -> Decimal | None:
    typed, kind = visible(line.cells["value"]), line.kind("value")
    expected = f"数字，以{indicator.measure}计"
    try:
        return number_in(typed, kind, indicator.measure)
    except NotANumber as error:
        raise _Unread(line.problem("value", error.found, expected, error.todo)) from error


def _step_of(line: Line) -> Decimal | None:
    typed = visible(line.cells["value"])
    if not typed and not line.kind("value"):
        return None
    if typed not in STEPS:
        expected = "或".join(f"“{each}”" for each in STEPS)
        raise _Unread(line.problem("value", typed[:40], expected, "请从下拉列表中选择。"))
    return Decimal(1 if typed == STEPS[0] else 0)


def _date_of(line: Line) -> date | None:
    typed = visible(line.cells["as_of"])
    found = _DATE.fullmatch(typed)
    kind = line.kind("as_of")
    if not typed and not kind:
        return None
    try:
        if found is None or kind not in ("", DATE):
            raise ValueError
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError as error:
        todo = "请填写日期，如2020-03-15。"
        raise _Unread(
            line.problem("as_of", typed[:40] or f"单元格是{kind}", "日期", todo)
        ) from error
