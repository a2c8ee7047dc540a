"""Which items an annex, or a whole issue, is about: the office's words for a choice of rows.

A line of Circular.annexes is a choice, or “title：choice”; several choices are joined by 、.
Columns of an annex's own stand at the line's end: “（另列：完成状态）”, or “（另列：无）”.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.document.annex import COLUMNS, OPTIONAL
from reports.figures.quarter import FigureRow, QuarterFigures, select_figures
from targets.choices import UNREPORTED, Light
from targets.rules import parse_item_number

ALL, NONE = "全部", "无"
CHANGED = "更正事项"  # of a correction: the rows that it puts right
# The heads of the columns that an annex may have besides, and their keys.
HEADS = {COLUMNS[key].head: key for key in OPTIONAL}
_OWN_COLUMNS = re.compile("(.*?)[（(]另列[：:]?([^（()）]*)[）)]")
_GOAL = re.compile(r"目标\s*([0-9]{1,3})", re.ASCII)
HELP = (
    "每行一个附表，可写“标题：范围”。范围：全部、已完成、未完成、滞后、未填报、目标3、单位名称、"
    "事项编号（如1(2)），几个之间用“、”；不需要附表时写“无”。不填则全部事项为一个附表。"
    "行末可写这个附表另列的栏，如“（另列：完成状态、配合单位）”；不写则按下面的“附表另列”。"
)


@dataclass(frozen=True, slots=True)
class AnnexChoice:
    """One annex: what it is called, and which items stand in it."""

    title: str  # "": as the quarter's annex is called
    choice: str
    columns: tuple[str, ...] | None = None  # heads of its own extra columns; None: the issue's

    def extra_keys(self, shared: Sequence[str]) -> list[str]:
        """Return the keys of its extra columns, `shared` being those chosen for the issue."""
        if self.columns is None:
            return list(shared)
        return [HEADS[head] for head in self.columns if head in HEADS]

    @property
    def unknown_columns(self) -> list[str]:
        return [head for head in self.columns or () if head not in HEADS]


def read_annexes(text: str) -> list[AnnexChoice] | None:
    """Return the annexes that the office asks for; None: no annex at all."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines == [NONE]:
        return None
    choices = []
    for line in lines or [ALL]:
        own = _OWN_COLUMNS.fullmatch(line)
        columns = tuple(word for word in _words(own[2]) if word != NONE) if own else None
        line = own[1].strip() or ALL if own else line
        title, colon, choice = line.replace(":", "：").rpartition("：")
        choices.append(AnnexChoice(title.strip(), choice.strip() if colon else line, columns))
    return choices


def choose(figures: QuarterFigures, choice: str) -> QuarterFigures:
    """Return the figures of the items that a choice names; a word that names none adds none."""
    words = _words(choice)
    if not words or ALL in words:
        return figures
    tests = [test for word in words if (test := _test_of(word, figures))]
    return select_figures(figures, lambda row: any(test(row) for test in tests))


def unknown_choices(figures: QuarterFigures, choice: str) -> list[str]:
    """Return the words of a choice that name no status, goal, lead unit or item."""
    return [word for word in _words(choice) if word != ALL and _test_of(word, figures) is None]


def _words(choice: str) -> list[str]:
    return [word.strip() for word in re.split("[、，,]", choice) if word.strip()]


def _test_of(word: str, figures: QuarterFigures) -> Callable[[FigureRow], bool] | None:
    """Return the question that a word asks of each row; None: the word is not known.

    A status means the items that the sentence counts in it.
    """
    completed = {each.key for each in figures.classes if each.is_completed}
    classes = {each.label: each.key for each in figures.classes}
    unfinished = {each.key for each in figures.classes} - completed
    goal = _GOAL.fullmatch(word)
    item = parse_item_number(word)
    if word == "已完成":
        return lambda row: row.is_counted and row.class_key in completed
    if word == "未完成":
        return lambda row: row.is_counted and row.class_key in unfinished
    if word == "滞后":
        return is_behind
    if word in classes:
        return lambda row: row.is_counted and row.class_key == classes[word]
    if goal:
        return lambda row: row.goal_number == int(goal[1])
    if item and any((row.goal_number, row.item_number) == item for row in figures.rows):
        return lambda row: (row.goal_number, row.item_number) == item
    if any(word in row.lead_units for row in figures.rows):
        return lambda row: word in row.lead_units
    return None


def is_behind(row: FigureRow) -> bool:
    """Tell whether an item lags: behind its pace, two quarters without progress, unreported."""
    lags = row.is_stalled or row.class_key == UNREPORTED or row.light == Light.BEHIND
    return row.is_live and lags
