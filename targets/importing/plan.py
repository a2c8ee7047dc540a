"""A year's plan in a table against the plan here: goals, items, standards, units."""

import json
import zlib
from collections import defaultdict
from dataclasses import replace

from targets.choices import Duty, ItemOutcome, PeriodState
from targets.importing.annex import KnownItem, load_items, load_register, read_annex, unit_names
from targets.importing.grid import Grid
from targets.importing.heads import PLAN_HEADS
from targets.importing.indicators import IndicatorComparison, PlannedItem, divide
from targets.importing.layout import find_tables
from targets.importing.preview import (
    Change,
    Choice,
    Choices,
    Difference,
    FilePlace,
    Kind,
    Note,
    Preview,
    Problem,
    State,
)
from targets.importing.records import Record
from targets.importing.rows import GoalRow, ItemRow, PlanRow
from targets.importing.source import Source
from targets.importing.words import differs, rejoined
from targets.models import District, Goal, Period, Plan, Responsibility
from targets.questions.left_behind import on_other_words, read_from_standards, values_in_words

YEARS = range(2000, 2100)


def preview_plan(source: Source, district: District, year: int) -> Preview:
    """Compare a plan's table with the district's plan of the year, which need not exist yet."""
    return _PlanComparison(source, district, year).run()


class _PlanComparison:
    def __init__(self, source: Source, district: District, year: int) -> None:
        self._source = source
        self._year, self._district_id = year, district.pk
        self._plan = Plan.objects.filter(district=district, year=year).first()
        self._register = load_register(district.pk, source.choices.units)
        self._preview = Preview(Kind.PLAN, f"{year}年度任务")
        plan_id = self._plan.pk if self._plan else 0
        self._items = load_items(self._plan.pk if self._plan else None)
        self._duties = _load_duties(plan_id)
        self._read = read_from_standards(each.pk for each in self._items.values())
        self._values = values_in_words(each for some in self._read.values() for each in some)
        self._goals = dict(Goal.objects.filter(plan_id=plan_id).values_list("number", "name"))
        self._is_opened = (
            Period.objects.filter(plan_id=plan_id).exclude(state=PeriodState.DRAFT).exists()
        )

    def run(self) -> Preview:
        grids, numbers = divide(self._source.grids, self._source.choices)
        records = self._read_plan(grids, alone=not numbers)
        if records and self._plan is None:
            self._compare_plan(records[0].place)
        seen_goals: set[int] = set()
        for record in records:
            if record.goal_number not in seen_goals:
                seen_goals.add(record.goal_number)
                self._compare_goal(record)
            self._compare_item(record)
        self._note_absent(records)
        if numbers:
            self._compare_indicators(numbers)
        return self._preview

    def _read_plan(self, grids: list[Grid], *, alone: bool) -> list[Record]:
        """Return the plan's records; none where the file has only indicators."""
        if not alone and not _has_rows(grids, self._source.choices):
            return []
        return read_annex(
            replace(self._source, grids=grids),
            self._preview,
            heads=PLAN_HEADS,
            district_id=self._district_id,
            register=self._register,
            items=self._items,
        )

    def _compare_indicators(self, grids: list[Grid]) -> None:
        """Compare the sheet 指标 with the items as they will be after the rest of the file."""
        rows = {
            (change.row.goal, change.row.number): change.row
            for change in self._preview.changes
            if isinstance(change.row, ItemRow)
        }
        planned = {}
        for key in self._items.keys() | rows.keys():
            item, row = self._items.get(key), rows.get(key)
            standard = row.standard if row else item.standard if item else ""
            leads = row.leads if row else self._duties[item.pk][Duty.LEAD] if item else ()
            planned[key] = PlannedItem(
                label=f"{key[0]}（{key[1]}）",
                standard=standard,
                leads=tuple(leads),
                is_live=item is None or item.outcome == ItemOutcome.LIVE,
                is_rewritten=item is not None and item.standard != standard,
            )
        plan_id = self._plan.pk if self._plan else None
        compare = IndicatorComparison(self._preview, self._register, planned, plan_id)
        for change in compare.run(grids, self._source.choices):
            self._add(change)

    def _compare_plan(self, place: FilePlace) -> None:
        title = f"{self._year}年区《政府工作报告》确定的主要目标任务"
        self._add(
            Change(
                "plan",
                f"{self._year}年度任务",
                place,
                State.NEW,
                [Difference("任务名称", "", title)],
                row=PlanRow(title),
            )
        )

    def _compare_goal(self, record: Record) -> None:
        old = self._goals.get(record.goal_number)
        change = Change(
            f"goal:{record.goal_number}",
            f"目标{record.goal_number}",
            record.at("goal_name"),
            State.UNCHANGED if old == record.goal_name else State.CHANGED,
            version=_print_of(old),
            row=GoalRow(record.goal_number, record.goal_name),
        )
        if len(record.goal_name) > 100:
            self._problem(
                record, "goal_name", record.goal_name[:40], "最多100字", "请缩短目标名称。"
            )
        if old is None:
            change.state = State.NEW
        if change.state != State.UNCHANGED:
            change.differences = [Difference("目标名称", old or "", record.goal_name)]
        self._add(change)

    def _compare_item(self, record: Record) -> None:
        row = self._row_of(record)
        if row is None:
            return
        key = f"{record.goal_number}({record.item_number})"
        change = Change(key, record.label, record.place, State.UNCHANGED, row=row)
        item = self._items.get(record.key)
        if item is None:
            change.state = State.NEW
            change.differences = [
                Difference("工作标准", "", row.standard),
                *self._unit_differences({}, row),
            ]
        else:
            self._compare_with(change, row, item, record)
        if self._is_opened and (change.state == State.NEW or self._changes_units(change)):
            what = "是新增的" if change.state == State.NEW else "的责任单位有变化"
            self._problem(
                record,
                "standard",
                f"事项{record.label}{what}",
                "季度开放后，事项和责任单位不变",
                "该年度已有季度开放填报，新增事项或改变责任单位会影响填报任务，请逐项调整，不能导入。",
            )
        self._add(change)

    def _compare_with(self, change: Change, row: ItemRow, item: KnownItem, record: Record) -> None:
        old = self._duties.get(item.pk, {})
        change.pk = item.pk
        change.version = _print_of([item.standard, item.is_numbered, old])
        joints = record.joined.get("standard", ())
        row = replace(row, standard=rejoined(row.standard, joints, item.standard))
        if not differs(item.standard, row.standard, joined="standard" in record.joined):
            row = replace(row, standard=item.standard)
        else:
            change.differences.append(Difference("工作标准", item.standard, row.standard))
            change.message = on_other_words(self._read.get(item.pk, []), self._values)
        if record.is_numbered is None:
            row = replace(row, is_numbered=item.is_numbered)
        elif record.is_numbered != item.is_numbered:
            names = {True: "印出", False: "不印"}
            change.differences.append(
                Difference("印出序号", names[item.is_numbered], names[record.is_numbered])
            )
        change.differences += self._unit_differences(old, row)
        change.row = row
        if change.differences:
            change.state = State.CHANGED
        if change.differences and item.outcome != ItemOutcome.LIVE:
            label = ItemOutcome(item.outcome).label
            self._problem(
                record,
                "standard",
                "、".join(each.name for each in change.differences) + "有变化",
                f"事项{label}，内容不变",
                f"事项{record.label}{label}，不能修改。请先恢复该事项，或把这一行改回原样。",
            )

    def _row_of(self, record: Record) -> ItemRow | None:
        leads = self._register.read(record.leads).unit_ids
        supporting = self._register.read(record.supporting).unit_ids
        if not record.standard:
            self._problem(record, "standard", "（空）", "工作标准", "请填写工作标准。")
            return None
        if not record.leads:
            self._problem(record, "leads", "（空）", "至少一个牵头单位", "请填写牵头单位。")
            return None
        both = [unit_id for unit_id in supporting if unit_id in leads]
        if both:
            self._problem(
                record,
                "supporting",
                unit_names(self._register, both),
                "同一单位不同时牵头和配合",
                "请从牵头单位或配合单位中删去一处。",
            )
            return None
        return ItemRow(
            goal=record.goal_number,
            number=record.item_number,
            standard=record.standard,
            is_numbered=record.is_numbered if record.is_numbered is not None else True,
            leads=leads,
            # Without the column nothing is said of supporting units: they stay.
            supporting=supporting if "supporting" in record.columns else None,
        )

    def _unit_differences(self, old: dict[str, list[int]], row: ItemRow) -> list[Difference]:
        differences = []
        for duty, name, new in (
            (Duty.LEAD, "牵头单位", row.leads),
            (Duty.SUPPORTING, "配合单位", row.supporting),
        ):
            before = tuple(old.get(duty.value, ()))
            if new is not None and new != before:
                differences.append(
                    Difference(
                        name, unit_names(self._register, before), unit_names(self._register, new)
                    )
                )
        return differences

    def _changes_units(self, change: Change) -> bool:
        return any(each.name in ("牵头单位", "配合单位") for each in change.differences)

    def _add(self, change: Change) -> None:
        seen = self._source.seen.get(change.key, change.version)
        if change.state == State.CHANGED and seen != change.version:
            change.state = State.CONFLICT
            change.options = (Choice.FILE, Choice.HERE)
            change.message = f"上传文件之后，系统中的这一项已被他人修改。{change.message}"
        change.choice = self._source.choices.texts.get(change.key, "")
        self._preview.changes.append(change)

    def _note_absent(self, records: list[Record]) -> None:
        absent = sorted(self._items.keys() - {record.key for record in records})
        if records and absent:
            names = "、".join(f"{goal}（{number}）" for goal, number in absent[:20])
            text = f"系统中另有{len(absent)}个事项不在文件中，保持不变：{names}"
            self._preview.notes.append(Note(FilePlace(records[0].place.sheet, 1), text))

    def _problem(self, record: Record, meaning: str, found: str, expected: str, todo: str) -> None:
        self._preview.problems.append(Problem(record.at(meaning), found, expected, todo))


def _has_rows(grids: list[Grid], choices: Choices) -> bool:
    """Tell whether any sheet is a plan with something below its head."""
    tables = find_tables(grids, PLAN_HEADS, replace(choices, sheet="*"), Preview(Kind.PLAN, ""))
    return any(True for table in tables for _row in table.body())


def _load_duties(plan_id: int) -> dict[int, dict[str, list[int]]]:
    """Return each item's units in order, by duty."""
    duties: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    rows = Responsibility.objects.filter(item__goal__plan_id=plan_id)
    for item_id, duty, unit_id in rows.order_by("item_id", "duty", "order").values_list(
        "item_id", "duty", "unit_id"
    ):
        duties[item_id][duty].append(unit_id)
    return duties


def _print_of(facts: object) -> int:
    """A number that stands for what a row without a version holds."""
    return zlib.crc32(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode())
