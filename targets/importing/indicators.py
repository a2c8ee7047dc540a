"""The sheet 指标 of a plan's workbook: what its items promise in numbers, against what is here.

A row is an indicator of one item, found here by its name; one that is not there is new. What
the sheet leaves out stays as it is: an indicator is ended on its page, with a reason.
"""

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from targets.choices import IndicatorKind, IndicatorState
from targets.importing.annex import ask_units, unit_names
from targets.importing.grid import Grid
from targets.importing.heads import INDICATOR_HEADS
from targets.importing.indicator_cells import LABELS, OF_NUMBERS, Line, Wrong, cells_of, typed
from targets.importing.layout import find_tables
from targets.importing.merged import filled
from targets.importing.preview import (
    Change,
    Choices,
    Difference,
    FilePlace,
    Kind,
    Note,
    Preview,
    Problem,
    State,
)
from targets.importing.rows import IndicatorRow
from targets.importing.units import Register
from targets.importing.words import plain, whole_number
from targets.models import Indicator
from targets.questions.left_behind import on_other_terms, values_in_words
from targets.questions.promised import (
    NAME_LIMIT,
    Promised,
    as_it_is_kept,
    as_it_is_typed,
    check_terms,
    doubled_fall,
)
from targets.reading.indicators import propose_indicators, resolve
from targets.refusals import Refused

_MEANINGS = tuple(INDICATOR_HEADS.by_meaning)
ItemKey = tuple[int, int]  # goal number, item number


def divide(grids: list[Grid], choices: Choices) -> tuple[list[Grid], list[Grid]]:
    """Return the sheets with a plan, and those with indicators, told by their heads."""
    whole = Choices(sheet="*", columns=choices.columns)
    fitting = find_tables(grids, INDICATOR_HEADS, whole, Preview(Kind.PLAN, ""))
    read = {id(table.grid) for table in fitting}
    return (
        [each for each in grids if id(each) not in read],
        [each for each in grids if id(each) in read],
    )


@dataclass(slots=True)
class PlannedItem:
    """An item as it will be once the file is in: its words, its leads, whether it is live."""

    label: str
    standard: str
    leads: tuple[int, ...]
    is_live: bool
    is_rewritten: bool  # other words than here: what was read from those ends


class IndicatorComparison:
    """Compares the rows with the plan's live indicators; the preview is told of the rest."""

    def __init__(
        self,
        preview: Preview,
        register: Register,
        items: Mapping[ItemKey, PlannedItem],
        plan_id: int | None,
    ) -> None:
        self._preview, self._register, self._items = preview, register, items
        # By item, name, and which of several of that name it is.
        self._known: dict[tuple[ItemKey, str, int], Indicator] = {}
        self._spans: dict[ItemKey, set[tuple[int, int]]] = defaultdict(set)
        self._seen: Counter[tuple[ItemKey, str]] = Counter()
        self._values: dict[int, list[str]] = {}  # what open quarters hold, by indicator
        self._load(plan_id)

    def _load(self, plan_id: int | None) -> None:
        """Fetch what is decided of the plan's items: one statement."""
        if plan_id is None:
            return
        decided = Indicator.objects.filter(item__goal__plan_id=plan_id)
        decided = decided.exclude(state=IndicatorState.ENDED).select_related("item__goal", "unit")
        numbers: Counter[tuple[ItemKey, str]] = Counter()
        for each in decided.order_by("item_id", "order", "pk"):
            key = (each.item.goal.number, each.item.number)
            if each.source_start is not None and each.source_end is not None:
                if key in self._items and self._items[key].is_rewritten:
                    continue  # it ends with the words that it was read from
                self._spans[key].add((each.source_start, each.source_end))
            if each.is_live:
                alike = plain(each.name)
                numbers[key, alike] += 1
                self._known[key, alike, numbers[key, alike]] = each
        self._values = values_in_words(self._known.values())

    def run(self, grids: list[Grid], choices: Choices) -> list[Change]:
        """Return a change a row, in the order of the sheets."""
        told = Preview(Kind.PLAN, "")
        whole = Choices(sheet="*", columns=choices.columns)
        tables = find_tables(grids, INDICATOR_HEADS, whole, told)
        self._preview.tables += told.tables
        self._preview.problems += told.problems
        self._preview.notes += told.notes
        self._preview.meanings = {**told.meanings, **self._preview.meanings}
        lines = [
            Line(table, row, cells)
            for table in tables
            for row, cells, _continued in filled(table, _MEANINGS)
        ]
        names = [(line.unit, line.place("unit")) for line in lines if line.unit]
        ask_units(self._preview, names, self._register)
        changes = []
        for line in lines:
            try:
                changes.append(self._compare(line))
            except Wrong as wrong:
                self._preview.problems.append(Problem(line.place(wrong.meaning), *wrong.said))
        self._note_absent(lines)
        return changes

    def _note_absent(self, lines: list[Line]) -> None:
        absent = [
            f"{self._items[key].label}“{known.name}”"
            for (key, alike, which), known in self._known.items()
            if which > self._seen[key, alike] and key in self._items
        ]
        if lines and absent:
            more = f"等{len(absent)}项" if len(absent) > 20 else ""
            text = (
                f"系统中另有{len(absent)}项指标不在文件中，保持不变：{'、'.join(absent[:20])}{more}"
            )
            self._preview.notes.append(Note(FilePlace(lines[0].table.name, 1), text))

    # One row ------------------------------------------------------------------

    def _compare(self, line: Line) -> Change:
        key, item = self._item_of(line)
        name = line.text("name").replace("\n", "")
        if not name:
            raise Wrong("name", "", "指标名称", "请填写指标名称，或删去这一行。")
        if len(name) > NAME_LIMIT:
            raise Wrong("name", f"{len(name)}字", f"最多{NAME_LIMIT}字", "请缩短指标名称。")
        alike = plain(name)
        self._seen[key, alike] += 1
        which = self._seen[key, alike]
        known = self._known.get((key, alike, which))
        # Programs change blanks and widths; a name is not changed by them.
        name = known.name if known else name
        if known is None and which > 1:
            todo = "同一事项中的指标不能重名，请改用能区分的名称，或删去重复的行。"
            raise Wrong("name", name[:40], "不重复的名称", todo)
        promised, unit_id = self._promised(line, item, name, known)
        before: dict[str, str] = {}
        if known is not None:
            before = cells_of(as_it_is_typed(known), known.unit.name if known.unit else "")
        after = cells_of(promised, self._register.names[unit_id] if unit_id else "")
        change = Change(
            f"indicator:{key[0]}({key[1]})：{name}#{which}",
            f"{item.label}指标“{name}”",
            line.place(),
            State.NEW,
            [
                Difference(LABELS[meaning], before.get(meaning, ""), new, is_number=True)
                for meaning, new in after.items()
                if before.get(meaning, "") != new
            ],
        )
        if known is not None:
            change.pk, change.version = known.pk, _print_of(before)
            change.state = State.CHANGED if change.differences else State.UNCHANGED
            if (promised.kind, promised.measure) != (known.kind, known.measure):
                change.message = on_other_terms(self._values.get(known.pk, []))
        if change.state != State.UNCHANGED and not item.is_live:
            todo = f"事项{item.label}不再进行，指标不变。请先恢复该事项，或删去这一行。"
            raise Wrong("name", name[:40], "正在进行的事项", todo)
        span = (None, None) if known else self._span_of(line, key, item, promised)
        change.row = _row_of(key, promised, unit_id, span)
        return change

    def _item_of(self, line: Line) -> tuple[ItemKey, PlannedItem]:
        numbers = []
        for meaning in ("goal_number", "item_number"):
            number = whole_number(line.cells[meaning])
            if number is None:
                todo = f"请填写{LABELS[meaning]}，每一行都要填。"
                raise Wrong(meaning, line.cells[meaning][:40], "数字", todo)
            numbers.append(number)
        key = (numbers[0], numbers[1])
        if key not in self._items:
            todo = "年度任务中没有这个事项，请核对目标序号和事项序号。"
            raise Wrong("item_number", f"{key[0]}（{key[1]}）", "年度任务中的事项", todo)
        return key, self._items[key]

    def _promised(
        self, line: Line, item: PlannedItem, name: str, known: Indicator | None
    ) -> tuple[Promised, int | None]:
        """Return what the row says, as it is typed, and the key of its unit.

        Of a column that the sheet has not, an indicator keeps what it says.
        """
        said = line.promised(name)
        if said.kind == IndicatorKind.MILESTONE:
            filled_in = [each for each in OF_NUMBERS if line.text(each)]
            if filled_in:
                label = LABELS[filled_in[0]]
                todo = f"节点是一个步骤，只填到期季度，请清空“{label}”；如果是数量，请改类型。"
                raise Wrong(filled_in[0], line.cells[filled_in[0]][:40], "空", todo)
        elif said.due_quarter:
            todo = "只有节点填到期季度，请清空这一格，或把类型改为节点。"
            raise Wrong("due_quarter", line.cells["due_quarter"], "空", todo)
        unit_id = self._unit_id(line, item)
        if known is not None:
            old = as_it_is_typed(known)
            missing = {
                meaning: getattr(old, meaning)
                for meaning in (*OF_NUMBERS, "due_quarter", "note")
                if not line.has(meaning) and old.kind == said.kind
            }
            said = replace(said, **missing)
            unit_id = unit_id if line.has("unit") else known.unit_id
        try:
            check_terms(said)
        except Refused as refusal:
            raise Wrong(
                "target", line.cells["target"][:40], "完整的指标", str(refusal)
            ) from refusal
        kept = as_it_is_kept(said)
        is_as_before = known is not None and (kept.comparison, kept.target) == (
            known.comparison,
            known.target,
        )
        if not is_as_before and (todo := doubled_fall(said)):
            raise Wrong("target", line.cells["target"][:40], "不带负号的数字", todo)
        # Typed in whichever way, it is compared in one.
        return as_it_is_typed(_as_indicator(kept)), unit_id

    def _unit_id(self, line: Line, item: PlannedItem) -> int | None:
        if not line.unit:
            return None
        found = self._register.read(line.unit)
        if len(found.unit_ids) != 1 or found.unmatched:
            if found.unmatched:
                return None  # the person is asked which unit is meant
            todo = "一项指标由一个单位填报，请只写一个。"
            raise Wrong("unit", line.unit[:40], "一个单位", todo)
        if found.unit_ids[0] not in item.leads:
            leads = unit_names(self._register, item.leads)
            todo = f"填报单位须是该事项的牵头单位（{leads}），请改为其中之一，或留空。"
            raise Wrong("unit", line.unit[:40], "牵头单位之一", todo)
        return found.unit_ids[0]

    def _span_of(
        self, line: Line, key: ItemKey, item: PlannedItem, promised: Promised
    ) -> tuple[int, int] | tuple[None, None]:
        """Return where its words stand in the standard, so that they are not proposed again.

        The row says them, or they promise just this number; none that are decided already.
        """
        spans = []
        words = line.cells["source"].strip()
        start = item.standard.find(words) if words else -1
        while start >= 0:
            spans.append((start, start + len(words)))
            start = item.standard.find(words, start + 1)
        kept = as_it_is_kept(promised)
        if kept.target is not None:
            asked = resolve(kept.target, kept.measure)
            spans += [
                (each.start, each.end)
                for each in propose_indicators(item.standard)
                if each.resolved == asked and each.kind == kept.kind
            ]
        for span in spans:
            if span not in self._spans[key]:
                self._spans[key].add(span)
                return span
        return None, None


def _as_indicator(kept: Promised) -> Indicator:
    """Return an indicator that says so, not to be saved."""
    return Indicator(
        name=kept.name,
        kind=kept.kind,
        measure=kept.measure,
        comparison=kept.comparison,
        target=kept.target,
        target_high=kept.target_high,
        note=kept.note,
        pace=kept.pace,
        curve=kept.curve,
        due_quarter=kept.due_quarter,
    )


def _row_of(
    key: ItemKey,
    promised: Promised,
    unit_id: int | None,
    span: tuple[int, int] | tuple[None, None],
) -> IndicatorRow:
    return IndicatorRow(
        goal=key[0],
        item=key[1],
        name=promised.name,
        kind=promised.kind,
        measure=promised.measure,
        comparison=promised.comparison,
        target=typed(promised.target),
        target_high=typed(promised.target_high),
        unit_id=unit_id,
        note=promised.note,
        pace=promised.pace,
        curve=tuple(promised.curve or ()),
        due_quarter=promised.due_quarter,
        span=span,
    )


def _print_of(facts: Mapping[str, str]) -> int:
    """A number that stands for what an indicator says."""
    return zlib.crc32(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode())
