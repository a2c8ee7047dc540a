"""The cells of a sheet 指标: what an indicator says, word for word, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from targets.choices import Comparison, IndicatorKind, PaceKind
from targets.importing.heads import INDICATOR_HEADS
from targets.importing.layout import Table
from targets.importing.numbers import NotANumber, number_in
from targets.importing.preview import FilePlace
from targets.importing.words import plain, visible
from targets.quarters import NAMES
from targets.questions.promised import (
    MEASURE_LIMIT,
    NOTE_LIMIT,
    Promised,
    curve_text,
    measure_as_kept,
    read_curve,
)
from targets.reading.plain import plain_number

FIRST_LEAD = "第一牵头单位"
LABELS = INDICATOR_HEADS.labels
OF_NUMBERS = ("comparison", "target", "target_high", "measure", "pace", "curve")

_Words = Mapping[str, str | int]  # words of a cell -> what is kept
_KINDS: _Words = {label: value for value, label in IndicatorKind.choices}
_COMPARISONS: _Words = {label: value for value, label in Comparison.choices}
_PACES: _Words = {label: value for value, label in PaceKind.choices}
_QUARTERS: _Words = {name: number for number, name in NAMES.items()}


def cells_of(promised: Promised, unit: str) -> dict[str, str]:
    """Return what an indicator says (`as_it_is_typed`) as its cells have it, by meaning."""
    is_step = promised.kind == IndicatorKind.MILESTONE
    numbers = {
        "comparison": Comparison(promised.comparison).label,
        "target": typed(promised.target),
        "target_high": typed(promised.target_high),
        "measure": promised.measure,
        "pace": PaceKind(promised.pace).label,
        "curve": curve_text(promised.curve),
    }
    return {
        "kind": IndicatorKind(promised.kind).label,
        **(dict.fromkeys(numbers, "") if is_step else numbers),
        "due_quarter": NAMES[promised.due_quarter] if promised.due_quarter else "",
        "unit": unit or FIRST_LEAD,
        "note": promised.note,
    }


def typed(number: Decimal | None) -> str:
    """Return a number as its cell has it, "" for none."""
    return "" if number is None else plain_number(number)


class Wrong(Exception):
    """A cell that is not what it has to be."""

    def __init__(self, meaning: str, found: str, expected: str, todo: str) -> None:
        super().__init__(todo)
        self.meaning, self.said = meaning, (found or "（空）", expected, todo)


@dataclass(slots=True)
class Line:
    """One row of the sheet."""

    table: Table
    index: int
    cells: dict[str, str]

    def text(self, meaning: str) -> str:
        return visible(self.cells[meaning]).strip()

    def place(self, meaning: str = "") -> FilePlace:
        return self.table.place(self.index, meaning)

    def kind(self, meaning: str) -> str:
        column = self.table.columns.get(meaning)
        return "" if column is None else self.table.grid.kind(self.index, column)

    def has(self, meaning: str) -> bool:
        return meaning in self.table.columns

    def number(self, meaning: str, measure: str) -> Decimal | None:
        try:
            return number_in(self.text(meaning), self.kind(meaning), measure)
        except NotANumber as error:
            expected = f"数字，以{measure}计" if measure else "数字"
            raise Wrong(meaning, error.found, expected, error.todo) from error

    def choice(self, meaning: str, words: _Words) -> str | int | None:
        """Return what the cell's words stand for; None where it is empty."""
        said = plain(self.cells[meaning])
        if not said:
            return None
        if said not in words or self.kind(meaning):
            expected = "、".join(words)
            todo = f"“{LABELS[meaning]}”只能填：{expected}。"
            raise Wrong(meaning, self.cells[meaning][:40], f"{expected}之一", todo)
        return words[said]

    @property
    def unit(self) -> str:
        """The unit's name; "" for the first lead."""
        said = self.text("unit")
        return "" if said == FIRST_LEAD else said

    def promised(self, name: str) -> Promised:
        """Return what the row says, as it is typed."""
        kind = self.choice("kind", _KINDS)
        if kind is None:
            todo = f"请填写类型：{'、'.join(_KINDS)}。"
            raise Wrong("kind", "", f"{'、'.join(_KINDS)}之一", todo)
        measure, note = measure_as_kept(self.text("measure")), self.text("note")
        if len(measure) > MEASURE_LIMIT:
            expected = f"最多{MEASURE_LIMIT}字"
            raise Wrong("measure", f"{len(measure)}字", expected, "请缩短计量单位。")
        if len(note) > NOTE_LIMIT:
            raise Wrong("note", f"{len(note)}字", f"最多{NOTE_LIMIT}字", "请缩短口径说明。")
        try:
            curve = read_curve(self.text("curve"))
        except ValueError as error:
            raise Wrong("curve", self.cells["curve"][:40], "四个百分比", str(error)) from error
        quarter = self.choice("due_quarter", _QUARTERS)
        return Promised(
            name=name,
            kind=str(kind),
            measure=measure,
            comparison=str(self.choice("comparison", _COMPARISONS) or Comparison.AT_LEAST.value),
            target=self.number("target", measure),
            target_high=self.number("target_high", measure),
            note=note,
            pace=str(self.choice("pace", _PACES) or ""),
            curve=curve,
            due_quarter=int(quarter) if quarter else None,
        )
