"""What the office should see before it issues, and what has changed since it did. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from reports.document.annex import AnnexRow
from reports.document.content import CircularContent
from reports.figures.quarter import FigureRow, QuarterFigures
from reports.figures.sentence import rate_text
from targets.choices import PENDING, UNREPORTED, ItemChange

_UNIT_NAME = re.compile(
    r"区[一-龥]{1,8}?(?:局|办公室|办|委|中心|公司|管委会|管理处)(?![一-龥]{0,2}[局办委])"
)
_NUMBERS = re.compile(r"([一-龥]{0,9})(\d+)(项|家)(?:，占(\d{1,3}(?:\.\d{1,4})?)%)?")
# The totals in other words than the sentence's. Only where nothing but these words stands before:
# 投资完成率, 上季度完成率, 新完成 and 确保完成 speak of something else. Nor may anything stand
# behind that makes a demand or another thing of it: 90%以上, 12项整改.
_WHOSE = r"(?<![一-龥])(?:其中|目前|全区|总体|整体|本期|本季度)?"
_RATE = re.compile(
    _WHOSE
    + r"((?:年度|目标|任务|责任|事项)*完成率(?:为|是|达到?)?(\d{1,3}(?:\.\d{1,4})?)%)(?!以[上下])"
)
_DONE = re.compile(
    _WHOSE
    + r"((?:已经|已|共|累计)*(?:办结|完成)(\d{1,5})项)(?:(?:责任|目标)?(?:事项|任务))?(?![一-龥])"
)


@dataclass(frozen=True, slots=True)
class DraftWarning:
    """What speaks against issuing, and what it speaks of; none of it forbids."""

    text: str
    field: str = ""  # of the draft's form
    rows: tuple[FigureRow, ...] = ()  # items
    class_key: str = ""  # of the figures: the items in it
    is_of_reports: bool = False  # the units' reports of the quarter


def draft_warnings(
    figures: QuarterFigures,
    texts: Mapping[str, str],
    register: Collection[str],
    in_progress: int,
    *,
    sentence: str,
    is_whole: bool = True,
) -> list[DraftWarning]:
    """Return what the figures and the draft's own words give reason to look at.

    `figures` are of what the issue is about, the whole plan or not; `texts` are those words
    by the field of the form that holds them, `register` all unit names and aliases,
    `in_progress` the contributions that are begun but not approved, `sentence` the totals as
    the issue would say them.
    """
    warnings = []
    for key, said in ((UNREPORTED, "尚未填报"), (PENDING, "已有填报，尚未核定")):
        rows = tuple(row for row in figures.rows if row.class_key == key and row.is_counted)
        if rows:
            # The list of a class is of the whole plan: it would show others than were counted.
            listed = key if is_whole else ""
            warnings.append(
                DraftWarning(f"{len(rows)}项责任事项{said}。", rows=rows, class_key=listed)
            )
    again = tuple(row for row in figures.rows if row.in_rereview)
    if again:
        said = f"{len(again)}项责任事项正在重新审核，附表沿用上次核定的内容。"
        warnings.append(DraftWarning(said, rows=again))
    if in_progress:
        said = f"{in_progress}份单位填报尚在填写、已报送待核或被退回。"
        warnings.append(DraftWarning(said, is_of_reports=True))
    for field, text in texts.items():
        unknown = unknown_units(text, register)
        if unknown:
            said = f"单位名称不在单位名册中：{'、'.join(unknown)}。"
            warnings.append(DraftWarning(said, field))
        warnings += [
            DraftWarning(said, field)
            for said in (
                *disagreeing_numbers(text, figures, sentence),
                *disagreeing_totals(text, figures),
            )
        ]
    return warnings


def unknown_units(text: str, register: Iterable[str]) -> list[str]:
    """Return names in the text that look like a unit's and are in no register."""
    known = set(register)
    rest = text
    for name in sorted(known, key=len, reverse=True):  # longest first: 区城管执法局 before 区城管
        rest = rest.replace(name, "\0")
    return list(dict.fromkeys(_UNIT_NAME.findall(rest)))


def disagreeing_numbers(text: str, figures: QuarterFigures, sentence: str) -> list[str]:
    """Return one message for each number of the figures' sentence that the text has otherwise.

    A percent agrees as it is printed, and as the plain rounding of its number to the
    decimals that it was typed with.
    """
    wanted = {
        (before[-4:], unit): (number, percent)
        for before, number, unit, percent in _NUMBERS.findall(sentence)
    }
    messages = []
    for before, number, unit, percent in _NUMBERS.findall(text):
        expected = wanted.get((before[-4:], unit))
        if expected is None or expected == (number, percent):
            continue
        if number == expected[0] and _is_rounded(percent, int(number), figures.item_total):
            continue
        written = f"{before}{number}{unit}" + (f"，占{percent}%" if percent else "")
        now = f"{expected[0]}{unit}" + (f"，占{expected[1]}%" if expected[1] else "")
        messages.append(f"正文“{written}”与当前统计（{now}）不一致。")
    return messages


def disagreeing_totals(text: str, figures: QuarterFigures) -> list[str]:
    """Return one message for each 完成率M% or 办结N项 that is none of the figures'.

    The whole's, a goal's and a unit's number agree, as does that of the quarter's newly completed.
    """
    groups = [(figures.completed, figures.item_total)]
    groups += [(each.completed, each.total) for each in (*figures.goals, *figures.units)]
    messages = []
    for written, share in _RATE.findall(text):
        if not any(_is_rounded(share, part, whole) for part, whole in groups):
            now = f"完成率{rate_text(figures)}"
            messages.append(f"正文“{written}”与当前统计（{now}）不一致。")
    new = sum(1 for row in figures.rows if row.change == ItemChange.COMPLETED)
    counts = {new, *(completed for completed, _total in groups)}
    for written, count in _DONE.findall(text):
        if int(count) not in counts:
            messages.append(f"正文“{written}”与当前统计（完成{figures.completed}项）不一致。")
    return messages


def _is_rounded(percent: str, part: int, whole: int) -> bool:
    """Tell whether a typed percent is part/whole rounded half up to its own decimals."""
    if not percent or not whole:
        return False
    step = Decimal(1).scaleb(-len(percent.partition(".")[2]))
    exact = Decimal(100 * part) / Decimal(whole)
    return Decimal(percent) == exact.quantize(step, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class LaterChange:
    """One thing that is no longer as it was issued."""

    what: str  # 第1个目标（2）工作标准
    place: tuple[int, int]  # goal and item
    old: str
    new: str


_COLUMNS = (
    ("goal_name", "目标名称"),
    ("standard", "工作标准"),
    ("progress", "完成情况"),
    ("lead_units", "牵头单位"),
    ("status", "完成状态"),
)


def changes_since(issued: CircularContent, current: CircularContent) -> list[LaterChange]:
    """Return what differs in the annex between an issued circular and the ledger now."""
    old = _items_of(issued)
    new = _items_of(current)
    changes = []
    for key in sorted(old.keys() | new.keys()):
        place = f"第{key[0]}个目标（{key[1]}）"
        if key not in new:
            changes.append(LaterChange(f"{place}事项", key, old[key].standard, "（已无此事项）"))
        elif key not in old:
            changes.append(
                LaterChange(f"{place}事项", key, "（印发时无此事项）", new[key].standard)
            )
        else:
            for name, label in _COLUMNS:
                was, now = _text(old[key], name), _text(new[key], name)
                if was != now:
                    changes.append(LaterChange(f"{place}{label}", key, was, now))
    return changes


def _items_of(content: CircularContent) -> dict[tuple[int, int], AnnexRow]:
    rows = (row for annex in content.annexes for row in annex.rows)
    return {(row.goal_number, row.item_number): row for row in rows}


def _text(row: object, name: str) -> str:
    value = getattr(row, name)
    return "、".join(value) if isinstance(value, tuple) else value
