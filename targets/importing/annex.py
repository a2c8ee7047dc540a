"""What plans and quarters have in common: an annex read into records, its units looked up."""

from collections import defaultdict
from dataclasses import dataclass

from targets.importing.corrections import correct
from targets.importing.layout import ANNEX_HEADS, Found, Table, find_tables
from targets.importing.preview import Place, Preview, Problem, Question
from targets.importing.records import Assembler, Record, numbered_twice
from targets.importing.source import Source
from targets.importing.units import Register
from targets.importing.words import plain
from targets.models import Item, Unit, UnitAlias
from targets.quarters import HEADS, MONTHS, NAMES, TITLES, Quarter

_QUARTERS = {
    **{plain(name): number for number, name in MONTHS.items()},
    **{plain(name).replace("—", "-"): number for number, name in MONTHS.items()},
    **{plain(name): number for number, name in (TITLES | NAMES).items()},
    **{HEADS[number].removesuffix("完成情况"): number for number in HEADS},
    "三季度": 3,
    "四季度": 4,
    "二季度": 2,
    "年度": 4,
}


@dataclass(slots=True)
class KnownItem:
    """An item as it stands here."""

    pk: int
    goal_pk: int
    goal_name: str
    is_numbered: bool
    standard: str
    outcome: str


def load_register(district_id: int, explained: dict[str, int]) -> Register:
    """Return the district's register of units, with the names that the person has explained."""
    names = list(Unit.objects.filter(district_id=district_id).values_list("pk", "name"))
    aliases = UnitAlias.objects.filter(unit__district_id=district_id).values_list("unit_id", "name")
    known = {pk for pk, _name in names}
    explained = {name: pk for name, pk in explained.items() if pk in known}
    return Register(names, aliases, explained)


def load_items(plan_id: int | None) -> dict[tuple[int, int], KnownItem]:
    """Return a plan's items by (goal number, item number); none for a plan yet to come."""
    if plan_id is None:
        return {}
    rows = Item.objects.filter(goal__plan_id=plan_id).values_list(
        "goal__number",
        "number",
        "pk",
        "goal_id",
        "goal__name",
        "is_numbered",
        "standard",
        "outcome",
    )
    return {(goal, number): KnownItem(*facts) for goal, number, *facts in rows.iterator()}


def read_annex(
    source: Source,
    preview: Preview,
    *,
    required: tuple[str, ...],
    register: Register,
    items: dict[tuple[int, int], KnownItem],
    quarter: Quarter | None = None,
) -> list[Record]:
    """Return the file's records with the taken corrections; what stands in the way goes
    into the preview as problems, notes, suggestions and questions.
    """
    found = find_tables(source.grids, ANNEX_HEADS, required, source.choices.sheet)
    preview.problems += found.problems
    preview.notes += found.notes
    preview.sheets = found.sheets
    preview.sheet = source.choices.sheet or (found.tables[0].name if found.tables else "")
    _choose_quarter(found, preview, quarter)
    if preview.problems:
        return []
    standards = {(goal, plain(each.standard)) for (goal, _number), each in items.items()}
    assembler = Assembler(
        names_units=lambda text: not register.read(text).unmatched,
        is_known_standard=lambda goal, text: (goal, text) in standards,
    )
    result = assembler.assemble(found.tables)
    preview.problems += result.problems
    preview.notes += result.notes
    preview.suggestions += correct(result.records, source.choices.suggestions)
    preview.problems += numbered_twice(result.records)
    preview.questions += _questions(result.records, register)
    if not result.records and not preview.problems:
        preview.problems.append(
            Problem(
                found.tables[0].place(found.tables[0].head_row),
                "表头下没有事项",
                "至少一个事项",
                "请确认选对了工作表。",
            )
        )
    return result.records


def _choose_quarter(found: Found, preview: Preview, quarter: Quarter | None) -> None:
    """Make the progress column that of the quarter; refuse a file of another quarter."""
    if quarter is None:
        return
    for table in found.tables:
        columns = [table.columns["progress"], *table.also.get("progress", ())]
        fitting = [
            column
            for column in columns
            if _quarter_of(table.heads[column]) in (None, quarter.number)
        ]
        exact = [column for column in fitting if _quarter_of(table.heads[column]) == quarter.number]
        chosen = exact or fitting
        if len(chosen) == 1:
            table.columns["progress"] = chosen[0]
            continue
        heads = "、".join(f"“{table.heads[column]}”" for column in columns)
        preview.problems.append(
            Problem(
                table.place(max(table.head_row, 0), "progress"),
                f"表头{heads}",
                f"一列“{quarter.head}”",
                f"您选择的是{quarter.name}，请核对文件和所选季度。",
            )
        )


def _quarter_of(head: str) -> int | None:
    """Return the quarter that a progress column's head names, or None."""
    matches = [(len(name), number) for name, number in _QUARTERS.items() if name in head]
    return max(matches)[1] if matches else None


def _questions(records: list[Record], register: Register) -> list[Question]:
    """Ask once for each name that is no unit's, with the places where it stands."""
    places: dict[str, list[Place]] = defaultdict(list)
    for record in records:
        for meaning in ("leads", "supporting"):
            text = getattr(record, meaning)
            if text:
                for name in register.read(text).unmatched:
                    places[name].append(record.at(meaning))
    return [
        Question(name, tuple(where[:5]), tuple(register.similar(name)))
        for name, where in places.items()
    ]


def unit_names(register: Register, ids: tuple[int, ...] | list[int]) -> str:
    """Return the canonical names of units, as a difference shows them."""
    return "、".join(register.names[each] for each in ids)


__all__ = ["KnownItem", "Table", "load_items", "load_register", "read_annex", "unit_names"]
