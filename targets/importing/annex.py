"""What plans and quarters have in common: an annex read into records, its units looked up."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from targets.importing.corrections import correct, load_misreadings
from targets.importing.heads import Heads
from targets.importing.layout import Table, find_tables
from targets.importing.preview import FilePlace, Match, Preview, Problem, Question
from targets.importing.records import Assembler, Record
from targets.importing.source import Source
from targets.importing.units import Register
from targets.importing.words import plain
from targets.models import Item, Unit, UnitAlias
from targets.quarters import HEADS, MONTHS, NAMES, TITLES, Quarter

LOOKED_UP = 50  # unknown names for which the nearest of the register are sought

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
    goal_name: str
    is_numbered: bool
    standard: str
    outcome: str


def load_register(district_id: int, explained: dict[str, int]) -> Register:
    """Return the district's register of units, with the names that the person has explained."""
    units = list(Unit.objects.filter(district_id=district_id).select_related("successor"))
    names = [(each.pk, each.name) for each in units]
    # An old name stands for whoever took the unit over.
    now = {each.pk: each.present.pk for each in units}
    gone = {each.name: now[each.pk] for each in units if each.successor_id}
    others = UnitAlias.objects.filter(unit__district_id=district_id)
    aliases = [(now[pk], name) for pk, name in others.values_list("unit_id", "name")]
    explained = {name: now[pk] for name, pk in explained.items() if pk in now}
    explained = {**gone, **explained}
    return Register(names, aliases, explained)


def load_items(plan_id: int | None) -> dict[tuple[int, int], KnownItem]:
    """Return a plan's items by (goal number, item number); none for a plan yet to come."""
    if plan_id is None:
        return {}
    rows = Item.objects.filter(goal__plan_id=plan_id).values_list(
        "goal__number",
        "number",
        "pk",
        "goal__name",
        "is_numbered",
        "standard",
        "outcome",
    )
    return {facts[:2]: KnownItem(*facts[2:]) for facts in rows.iterator()}


def read_annex(
    source: Source,
    preview: Preview,
    *,
    heads: Heads,
    district_id: int,
    register: Register,
    items: dict[tuple[int, int], KnownItem],
    quarter: Quarter | None = None,
) -> list[Record]:
    """Return the file's records with the taken corrections; what stands in the way goes
    into the preview as problems, notes, suggestions and questions.
    """
    tables = find_tables(source.grids, heads, source.choices, preview)
    _choose_quarter(tables, preview, quarter)
    if preview.problems:
        return []
    known = {
        (goal, plain(each.standard)): (number, each.is_numbered)
        for (goal, number), each in items.items()
    }
    assembler = Assembler(
        names_units=lambda text: not register.read(text).unmatched,
        known=known,
    )
    result = assembler.assemble(tables)
    preview.problems += result.problems
    preview.notes += result.notes
    preview.suggestions += correct(
        result.records, load_misreadings(district_id), source.choices.suggestions
    )
    preview.problems += numbered_twice(result.records)
    ask_units(preview, _unit_cells(result.records), register)
    if not result.records and not preview.problems:
        preview.problems.append(
            Problem(
                tables[0].place(tables[0].head_row),
                "表头下没有事项",
                "至少一个事项",
                "请确认选对了工作表。",
            )
        )
    return result.records


def _choose_quarter(tables: list[Table], preview: Preview, quarter: Quarter | None) -> None:
    """Make the progress column that of the quarter; refuse a file of another quarter."""
    if quarter is None:
        return
    for table in tables:
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


def _unit_cells(records: list[Record]) -> Iterator[tuple[str, FilePlace]]:
    for record in records:
        for meaning in ("leads", "supporting"):
            text = getattr(record, meaning)
            if text:
                yield text, record.at(meaning)


def ask_units(preview: Preview, cells: Iterable[tuple[str, FilePlace]], register: Register) -> None:
    """Ask once for each name that is no unit's own, with the places where it stands.

    One that an alias or an earlier answer settles is told too, so that it can be changed.
    """
    unknown: dict[str, list[FilePlace]] = defaultdict(list)
    settled: dict[tuple[str, int], list[FilePlace]] = defaultdict(list)
    for text, place in cells:
        reading = register.read(text)
        for name in reading.unmatched:
            unknown[name].append(place)
        for match in reading.matched:
            settled[match].append(place)
    for at, (name, where) in enumerate(unknown.items()):
        # A file of nothing but unknown names is looked up no longer than a page can show.
        similar = register.similar(name) if at < LOOKED_UP else []
        preview.questions.append(Question(name, tuple(where[:5]), tuple(similar)))
    for (name, unit_id), where in settled.items():
        preview.matches.append(Match(name, tuple(where[:5]), unit_id))


def numbered_twice(records: list[Record]) -> Iterator[Problem]:
    """Yield the goals that stand under two names: which one is right, a person says."""
    names: dict[int, Record] = {}
    told = set()
    for record in records:
        first = names.setdefault(record.goal_number, record)
        if first.goal_name != record.goal_name and record.goal_number not in told:
            told.add(record.goal_number)
            yield Problem(
                record.at("goal_name"),
                f"目标{record.goal_number}“{record.goal_name}”",
                f"与第{first.place.row}行相同：“{first.goal_name}”",
                "同一目标前后名称不一致，请在文件中统一，或采用本页的更正建议。",
            )


def unit_names(register: Register, ids: tuple[int, ...] | list[int]) -> str:
    """Return the canonical names of units, as a difference shows them."""
    return "、".join(register.names[each] for each in ids)
