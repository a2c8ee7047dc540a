"""What can be searched, kind by kind: how its rows are found, and how a row is shown.

Everything within the district, and only what the reader may see.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from reports.circulars.models import Circular
from targets.choices import ItemOutcome
from targets.excerpts import split_words
from targets.models import (
    Answer,
    Contribution,
    Entry,
    Goal,
    Instruction,
    Item,
    KeptItem,
    Sheet,
    Unit,
    UnitAlias,
    User,
)
from targets.models.base import Rows
from targets.models.entries import PRINT_ORDER
from targets.models.wording import holds
from targets.rules import parse_item_number
from targets.widths import narrow

Words = Sequence[str]

# A sheet's number as it is printed or typed: 〔2020〕1号, 2020年1号, 2020-1号.
_SHEET_NUMBER = re.compile(r"(\d{4})[^\d]{1,3}(\d{1,6})号")


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that was found, as the page shows it and the file writes it."""

    address: Callable[[], str]  # asked for by the page alone: a file has no use for it
    title: str
    about: str  # of which year or quarter, whose, in which state
    text: str
    when: str = ""  # year or quarter
    item: Item | KeptItem | None = None  # of a quarter: as it was kept
    unit: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that can be found."""

    key: str
    label: str
    find: Callable[[User, str, Words], QuerySet[Any]]
    show: Callable[..., Hit]


def find(user: User, kind: Kind, query: str) -> QuerySet[Any]:
    """Return the rows of a kind that hold every word of the query, in the order of the page."""
    return kind.find(user, query, split_words(query))


def count_hits(user: User, query: str) -> dict[str, int]:
    """Return how many rows of each kind there are, in one statement."""
    counts = [
        find(user, kind, query)
        .order_by()
        .annotate(kind_key=Value(kind.key))
        .values("kind_key")
        .annotate(hits=Count("pk", distinct=True))
        .values_list("kind_key", "hits")
        for kind in KINDS
    ]
    found = dict(counts[0].union(*counts[1:], all=True))
    return {kind.key: found.get(kind.key, 0) for kind in KINDS}


def _all_hold(rows: Rows, words: Words, *columns: str) -> Rows:
    """Keep the rows of which every word stands in one of the columns."""
    for word in words:
        condition = Q()
        for column in columns:
            condition |= Q(holds(column, word))
        rows = rows.filter(condition)
    return rows


# Units, by their present and their former names --------------------------------


def _find_units(user: User, query: str, words: Words) -> QuerySet[Any]:
    rows = own = Unit.objects.visible_to(user)
    for word in words:
        # Not joined: a database would look for each unit's predecessors among all districts'.
        former = own.filter(holds("name", word), successor__isnull=False).order_by()
        others = UnitAlias.objects.filter(holds("name", word), unit__in=own.order_by())
        rows = rows.filter(
            Q(holds("name", word))
            | Q(pk__in=former.values("successor"))
            | Q(pk__in=others.values("unit"))
        )
    return (
        rows.select_related("successor")
        .prefetch_related("aliases", "predecessors")
        .order_by("order")
    )


def _show_unit(unit: Unit) -> Hit:
    former = [each.name for each in (*unit.predecessors.all(), *unit.aliases.all())]
    text = f"曾用名、别名：{'、'.join(former)}" if former else ""
    about = f"现由{unit.successor}承接" if unit.successor else ""
    return Hit(
        partial(reverse, "reports:unit", args=[unit.pk]), unit.name, about, text, unit=unit.name
    )


# The plan ------------------------------------------------------------------------


def _find_goals(user: User, query: str, words: Words) -> QuerySet[Any]:
    rows = _all_hold(Goal.objects.visible_to(user), words, "name")
    return rows.select_related("plan").order_by("-plan__year", "number")


def _show_goal(goal: Goal) -> Hit:
    url = partial(reverse, "reports:goal", args=[goal.pk])
    return Hit(url, str(goal), str(goal.plan), "", when=str(goal.plan))


def _find_items(user: User, query: str, words: Words) -> QuerySet[Any]:
    """An item is found by its number 4(9) too."""
    rows = Item.objects.visible_to(user).select_related("goal__plan")
    if number := parse_item_number(query):
        rows = rows.filter(goal__number=number[0], number=number[1])
    else:
        rows = rows.holding(words)
    return rows.order_by("-goal__plan__year", "goal__number", "number")


def _show_item(item: Item) -> Hit:
    plan = str(item.goal.plan)
    about = _about(f"{item.goal}，{plan}", item)
    return Hit(item.get_absolute_url, item.title, about, item.standard, when=plan, item=item)


def _find_entries(user: User, query: str, words: Words) -> QuerySet[Any]:
    rows = Entry.objects.visible_to(user).holding(words).with_item().with_line()
    return rows.order_by("-period__plan__year", "-period__number", *PRINT_ORDER)


def _show_entry(entry: Entry) -> Hit:
    item, period = entry.line, str(entry.period)
    return Hit(
        item.get_absolute_url,
        item.title,
        _about(f"{item.goal}，{period}", item),
        entry.approved_text,
        when=period,
        item=item,
    )


def _find_contributions(user: User, query: str, words: Words) -> QuerySet[Any]:
    rows = Contribution.objects.readable_by(user).holding(words).with_names()
    return rows.order_by("-entry__period__plan__year", "-entry__period__number", "-pk")


def _show_contribution(part: Contribution) -> Hit:
    item, period, state = part.entry.line, str(part.entry.period), part.get_state_display()
    return Hit(
        item.get_absolute_url,
        item.title,
        _about(f"{item.goal}，{period}　{part.unit}（{state}）", item),
        part.text,
        when=period,
        item=item,
        unit=part.unit.name,
        state=state,
    )


# Instructions and circulars --------------------------------------------------------


def _find_instructions(user: User, query: str, words: Words) -> QuerySet[Any]:
    rows = Instruction.objects.readable_by(user).with_item()
    rows = _all_hold(rows, words, "text", "giver", "follow_up", "outcome")
    return rows.order_by("-pk").distinct()


def _show_instruction(each: Instruction) -> Hit:
    text = "　".join(filter(None, (each.text, each.follow_up, each.outcome)))
    about = f"{each.giver_name}，{_day(each.day)}"
    if each.item is None:
        return Hit(each.get_absolute_url, str(each.unit), about, text, unit=str(each.unit))
    about = _about(f"{each.item.goal}，{about}", each.item)
    when = str(each.item.goal.plan)
    return Hit(each.get_absolute_url, each.title, about, text, when, each.item)


def _find_answers(user: User, query: str, words: Words) -> QuerySet[Any]:
    rows = _all_hold(Answer.objects.readable_by(user), words, "text")
    return rows.select_related(
        "unit", "instruction__item__goal__plan", "instruction__unit", "instruction__given_by"
    ).order_by("-pk")


def _show_answer(each: Answer) -> Hit:
    given, state = each.instruction, each.get_state_display()
    about = f"{given.giver_name}批示，{each.unit}回复（{state}）"
    return Hit(
        given.get_absolute_url,
        given.title,
        _about(f"{given.item.goal}，{about}", given.item) if given.item else about,
        each.text,
        when=str(given.item.goal.plan) if given.item else "",
        item=given.item,
        unit=each.unit.name,
        state=state,
    )


def _find_sheets(user: User, query: str, words: Words) -> QuerySet[Any]:
    """A sheet is found by its number 〔2020〕1号 too."""
    rows = Sheet.objects.readable_by(user).select_related(
        "instruction__item__goal__plan", "instruction__unit"
    )
    if number := _SHEET_NUMBER.search(narrow(query)):
        rows = rows.filter(year=int(number[1]), number=int(number[2]))
    else:
        rows = _all_hold(rows, words, "subject", "follow_up", "instruction__text")
    return rows.order_by("-pk")


def _show_sheet(sheet: Sheet) -> Hit:
    given = sheet.instruction
    about = f"{sheet.get_step_display()}，{_day(timezone.localdate(sheet.issued_at))}印发，"
    return Hit(
        sheet.get_absolute_url,
        str(sheet),
        f"{about}{given.title}",
        "　".join((given.text, sheet.follow_up)),
        when=str(sheet.year),
        item=given.item,
        unit=str(given.unit or ""),
        state=sheet.get_step_display(),
    )


def _find_circulars(user: User, query: str, words: Words) -> QuerySet[Any]:
    rows = _all_hold(
        Circular.objects.visible_to(user), words, "title", "body", "masthead", "number_in_year"
    )
    return rows.select_related("period__plan").newest_first()


def _show_circular(circular: Circular) -> Hit:
    period = str(circular.period)
    name = circular.full_name if circular.is_issued else str(circular)
    title = circular.title_text or name
    return Hit(circular.get_absolute_url, name, f"{period}　{title}", circular.body, when=period)


def _about(where: str, item: Item | KeptItem) -> str:
    """Return where a hit stands, and that its item has ended."""
    ended = item.outcome != ItemOutcome.LIVE
    return f"{where}，{item.get_outcome_display()}" if ended else where


def _day(at: date) -> str:
    return f"{at:%Y-%m-%d}"


KINDS = (
    Kind("units", "单位", _find_units, _show_unit),
    Kind("goals", "目标", _find_goals, _show_goal),
    Kind("items", "事项", _find_items, _show_item),
    Kind("entries", "核定表述", _find_entries, _show_entry),
    Kind("contributions", "填报原文", _find_contributions, _show_contribution),
    Kind("instructions", "批示", _find_instructions, _show_instruction),
    Kind("answers", "批示回复", _find_answers, _show_answer),
    Kind("sheets", "督办单", _find_sheets, _show_sheet),
    Kind("circulars", "通报", _find_circulars, _show_circular),
)
KIND_BY_KEY = {kind.key: kind for kind in KINDS}
