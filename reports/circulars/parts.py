"""The computed parts of a body: {placeholders} that follow the figures until the issue.

A line that holds nothing but a placeholder becomes the part's paragraphs or tables; inside a
line a placeholder becomes its words, and its tables follow the line. What is not
known stays as it was typed, and is named. Braces of either width are read.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from reports.circulars.annexes import is_behind
from reports.circulars.checking import LaterChange
from reports.circulars.rewording import Rewording
from reports.document.content import BodyTable, CircularContent
from reports.figures.quarter import FigureRow, QuarterFigures
from reports.figures.ranking import BANDS, in_places, size_of
from reports.figures.sentence import opening_sentence, pace_paragraphs, rate_text
from reports.figures.timing import QuarterTiming
from targets.choices import ItemChange
from targets.rules import item_label

Part = str | BodyTable
_PLACEHOLDER = re.compile(r"[{｛][ \u3000]*([^{}｛｝\n]{1,20}?)[ \u3000]*[}｝]")
_BRACES = re.compile("[{}｛｝]")
# Each may become a table or a paragraph a goal; no published circular has a tenth of them.
PLACEHOLDERS_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Sources:
    """What computed parts are made from."""

    figures: QuarterFigures  # of what the issue is about
    whole: QuarterFigures | None  # the plan, where the issue is about a part of it
    timing: QuarterTiming
    dated: date
    has_tenths: bool = False
    units: str = ""  # 责任单位54家, as the office chose it
    previous: CircularContent | None = None  # the kind's issue before, on the same plan
    corrects: str = ""  # 2020年第2期《督查通报》
    changes: Sequence[LaterChange] = field(default=())  # since the corrected issue
    rewordings: Sequence[Rewording] = field(default=())  # of the corrected title and body


@dataclass(frozen=True, slots=True)
class Computed:
    """A part that the office can put into a body."""

    name: str
    help_text: str
    make: Callable[[Sources], list[Part]]


def _overall(sources: Sources) -> list[Part]:
    return [
        opening_sentence(
            sources.figures,
            has_tenths=sources.has_tenths,
            units=sources.units,
            whole=sources.whole,
        )
    ]


def _by_goal(sources: Sources) -> list[Part]:
    return [
        f"{goal.number}．{goal.name}：共{goal.total}项，已完成{goal.completed}项，"
        f"占{rate_text(goal, has_tenths=sources.has_tenths)}。"
        for goal in sources.figures.goals
        if goal.total
    ]


def _number(row: FigureRow) -> str:
    label = item_label(row.goal_number, row.item_number, row.is_numbered)
    # A goal's single item goes by its goal: 牵头的7 would be seven of them.
    return label if row.is_numbered else f"目标{label}"


def _numbers(rows: Iterable[FigureRow]) -> str:
    return "、".join(_number(row) for row in rows)


def _behind(sources: Sources) -> list[Part]:
    rows = [row for row in sources.figures.rows if is_behind(row)]
    if not rows:
        return ["没有进展滞后的事项。"]
    by_units: dict[str, list[FigureRow]] = {}
    for row in rows:
        by_units.setdefault("、".join(row.lead_units), []).append(row)
    named = "；".join(f"{units}牵头的{_numbers(own)}" for units, own in by_units.items())
    return [f"以下{len(rows)}项进展滞后：{named}。"]


def _pace(sources: Sources) -> list[Part]:
    return list(pace_paragraphs(sources.figures, has_tenths=sources.has_tenths))


def _late(sources: Sources) -> list[Part]:
    late, missing = [], []
    for unit in sources.figures.units:
        timing = sources.timing.of(unit.id)
        if timing.overdue:
            missing.append(f"{unit.name}（{timing.overdue}项）")
        if timing.late:
            late.append(f"{unit.name}（{timing.late}项）")
    said = []
    if late:
        said.append(f"逾期报送的单位：{'、'.join(late)}。")
    if missing:
        said.append(f"逾期未报送的单位：{'、'.join(missing)}。")
    return ["".join(said) or "各牵头单位均按时报送。"]


def _ranking(sources: Sources) -> list[Part]:
    tables: list[Part] = []
    for least, heading in BANDS:
        units = [each for each in sources.figures.units if size_of(each.total) == least]
        rows = tuple(
            (
                str(place),
                unit.name,
                str(unit.total),
                str(unit.completed),
                rate_text(unit, has_tenths=sources.has_tenths),
            )
            for place, unit in in_places(units)
        )
        if rows and least:
            heads = ("名次", "单位", "牵头项数", "已完成", "完成率")
            tables.append(BodyTable(f"{heading}的单位", heads, rows))
    return tables


def _completed(sources: Sources) -> list[Part]:
    rows = [row for row in sources.figures.rows if row.change == ItemChange.COMPLETED]
    if not rows:
        return ["本季度没有新完成的事项。"]
    return [f"本季度新完成{len(rows)}项：{_numbers(rows)}。"]


def _since_previous(sources: Sources) -> list[Part]:
    """Say what became of the items that the issue before still had open."""
    if sources.previous is None:
        return ["此前没有就本年度任务印发过同类通报。"]
    done = {each.label for each in sources.figures.classes if each.is_completed}
    # One without annexes printed keeps its rows all the same.
    annexes = sources.previous.annexes or (sources.previous.annex,)
    open_then = {
        (row.goal_number, row.item_number)
        for annex in annexes
        for row in annex.rows
        if row.status not in done
    }
    # An issue on a part of the plan tells of the issue before all the same what that one listed.
    figures = sources.whole or sources.figures
    rows = [row for row in figures.rows if (row.goal_number, row.item_number) in open_then]
    became: dict[str, list[FigureRow]] = {"已完成": [], "": []}
    for row in rows:
        # What was cancelled or carried over is not going on.
        end = "已完成" if row.status_name in done else "" if row.is_live else row.outcome_label
        became.setdefault(end, []).append(row)
    going = became.pop("")
    clauses = [f"{end}{len(own)}项：{_numbers(own)}" for end, own in became.items() if own]
    if not clauses:
        return [f"{sources.previous.subject}所列未完成的{len(rows)}项，本期均未完成。"]
    if going:
        clauses.append(f"其余{len(going)}项仍在推进")
    return [f"{sources.previous.subject}所列未完成的{len(rows)}项中，{'；'.join(clauses)}。"]


def _changes(sources: Sources) -> list[Part]:
    if not sources.corrects:
        return ["本期不是更正。"]
    said: list[Part] = [f"{sources.corrects}有关内容现予更正，以本期为准。"]
    clauses = [f"{each.where}：{each.said}" for each in sources.rewordings]
    clauses += [f"{each.what}：{_was(each.old)}，{_is(each.new)}" for each in sources.changes]
    said += [f"{place}．{clause}。" for place, clause in enumerate(clauses, start=1)]
    return said


_QUOTED = 60  # characters of a changed text that the body quotes; the annex holds it whole


def _was(text: str) -> str:
    return f"原为“{_short(text)}”" if text else "原为空"


def _is(text: str) -> str:
    return f"更正为“{_short(text)}”" if text else "现予删去"


def _short(text: str) -> str:
    line = "".join(text.split("\n")).strip().rstrip("。")
    return line if len(line) <= _QUOTED else f"{line[:_QUOTED]}……"


def _rate(sources: Sources) -> list[Part]:
    return _word(rate_text(sources.figures, has_tenths=sources.has_tenths))


def _word(text: str) -> list[Part]:
    return [text]


_CORRECTED = "更正内容"
PARTS = {
    part.name: part
    for part in (
        Computed("总体情况", "总数、单位数、各状态项数和占比", _overall),
        Computed("各目标情况", "每个目标一段：项数、完成数、占比", _by_goal),
        Computed("滞后事项", "进展滞后的事项，按牵头单位列出编号", _behind),
        Computed("报送情况", "逾期报送和逾期未报送的单位", _late),
        Computed("单位排名", "按牵头项数分组的完成率排名表", _ranking),
        Computed("新完成事项", "本季度新完成的事项编号", _completed),
        Computed("上期落实情况", "上一期同类通报未完成事项的进展", _since_previous),
        Computed("序时进度", "按序时进度的情况和欠进度的事项", _pace),
        Computed(_CORRECTED, "与被更正的一期相比改动了什么", _changes),
        Computed("季度", "第一季度", lambda each: _word(each.figures.quarter.title)),
        Computed("月份", "1—3月", lambda each: _word(each.figures.quarter.months)),
        Computed("事项总数", "118", lambda each: _word(str(each.figures.item_total))),
        Computed("完成数", "36", lambda each: _word(str(each.figures.completed))),
        Computed("完成率", "31%", _rate),
    )
}


def fill_parts(text: str, sources: Sources) -> list[Part]:
    """Return the body's paragraphs and tables, every placeholder filled in."""
    body: list[Part] = []
    for line in text.splitlines():
        line = line.strip(" \u3000")
        whole = _PLACEHOLDER.fullmatch(line)
        if whole and whole[1] in PARTS:
            body += PARTS[whole[1]].make(sources)
        elif line:
            body += _within(line, sources)
    return body


def _within(line: str, sources: Sources) -> list[Part]:
    """Return a line with its placeholders' words in it, and after it the tables that they make."""
    tables: list[Part] = []

    def words_of(match: re.Match[str]) -> str:
        if match[1] not in PARTS:
            return match[0]
        made = PARTS[match[1]].make(sources)
        tables.extend(part for part in made if isinstance(part, BodyTable))
        return "".join(part for part in made if isinstance(part, str))

    words = _PLACEHOLDER.sub(words_of, line)
    return [words, *tables]


def lists_changes(line: str) -> bool:
    """Tell whether a line holds the list of what a correction changed."""
    return any(match[1] == _CORRECTED for match in _PLACEHOLDER.finditer(line))


def unread(text: str) -> list[str]:
    """Return what is wrong with the braces of a text: names of no part, half of a pair."""
    said = []
    found = (match[0] for match in _PLACEHOLDER.finditer(text) if match[1] not in PARTS)
    unknown = list(dict.fromkeys(found))
    if unknown:
        said.append(f"有不能识别的自动内容：{'、'.join(unknown)}，将照原样印出。")
    if _BRACES.search(without_parts(text)):
        said.append("有不成对的花括号，将照原样印出；自动内容写作“{总体情况}”。")
    return said


def count_parts(text: str) -> int:
    """Return how many placeholders a text has."""
    return sum(1 for _match in _PLACEHOLDER.finditer(text))


def as_typed(body: Iterable[Part]) -> list[str]:
    """Return an issued body as lines that can be edited: a ranking's tables are its placeholder."""
    lines: list[str] = []
    for part in body:
        line = "{单位排名}" if isinstance(part, BodyTable) else part
        if isinstance(part, str) or lines[-1:] != [line]:
            lines.append(line)
    return lines


def without_parts(text: str) -> str:
    """Return a text without its placeholders: the office's own words."""
    return _PLACEHOLDER.sub("", text)
