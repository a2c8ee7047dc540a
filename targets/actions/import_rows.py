"""One row of an import, written: inside the import's transaction, with its own event.

Each returns what it changed as plain values, so that `import_undoing` can put it back.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from django.db.models import Max

from targets.actions import import_texts
from targets.actions.accounts import NewAccount, add_account, change_account
from targets.actions.catalogue import add_alias, add_unit, change_facts
from targets.actions.import_writing import Kept, Writer, changed, snapshot
from targets.actions.indicators import (
    accept_indicator,
    change_indicator,
    facts_of,
)
from targets.actions.items import add_item, adjust_item
from targets.actions.plans import add_goal, change_goal, create_plan
from targets.choices import Duty, IndicatorState
from targets.importing.preview import Change
from targets.importing.rows import (
    AccountRow,
    ApprovedTextRow,
    GoalRow,
    IndicatorRow,
    ItemRow,
    LeadTextRow,
    PlanRow,
    ProposalRow,
    ReportRow,
    UnitRow,
    VerdictRow,
)
from targets.models import (
    Indicator,
    Item,
    Plan,
    Responsibility,
    Unit,
    User,
)
from targets.questions.promised import Promised

UNIT_FIELDS = ("contact_name", "contact_phone")
ACCOUNT_FIELDS = ("name", "role", "unit", "phone", "email")


def write_row(write: Writer, change: Change) -> Kept:
    """Write a change by the class of its row; return what `import_undoing` needs."""
    return _WRITERS[type(change.row)](write, change, change.row)


# Plans ------------------------------------------------------------------------


def _create_plan(write: Writer, change: Change, row: PlanRow) -> Kept:
    year = write.source.target
    write.plan = create_plan(year=year, title=row.title, reason=write.reason, by=write.by)
    return changed(write.plan, None, {"year": year, "title": row.title})


def _find_plan(write: Writer) -> Plan:
    if write.plan is None:
        plans = Plan.objects.select_for_update()
        write.plan = plans.get(district=write.by.district, year=write.source.target)
    if not write.goals:
        write.goals = {goal.number: goal for goal in write.plan.goals.all()}
    return write.plan


def _write_goal(write: Writer, change: Change, row: GoalRow) -> Kept:
    plan = _find_plan(write)
    number, name = row.number, row.name
    goal = write.goals.get(number)
    old = {"name": goal.name} if goal else None
    if goal is None:
        goal = add_goal(plan=plan, number=number, name=name, reason=write.reason, by=write.by)
    else:
        goal = change_goal(goal=goal, number=number, name=name, reason=write.reason, by=write.by)
    write.goals[number] = goal
    return changed(goal, old, {"name": name, "number": number})


def _write_item(write: Writer, change: Change, row: ItemRow) -> Kept:
    _find_plan(write)
    item = Item.objects.filter(pk=change.pk).first() if change.pk else None
    old = item_facts(item) if item else None
    supporting = row.supporting
    if supporting is None:
        supporting = old["supporting"] if old else ()
    facts: dict[str, Any] = {
        "number": row.number,
        "standard": row.standard,
        "is_numbered": row.is_numbered,
        "leads": _units(write, row.leads),
        "supporting": _units(write, supporting),
        "reason": write.reason,
        "by": write.by,
    }
    decided = _decided_words(item) if item and item.standard != row.standard else []
    if item is None:
        item = add_item(goal=write.goals[row.goal], **facts)
    else:
        item = adjust_item(item=item, **facts)
    new = _facts_with(item, list(row.leads), list(supporting))
    return {**changed(item, old, new), "decided": decided}


def _decided_words(item: Item) -> list[Kept]:
    """Return what is decided of the standard's words, which other words put an end to."""
    decided = item.indicators.filter(
        state__in=[IndicatorState.ACCEPTED, IndicatorState.REFUSED], source_start__isnull=False
    )
    return [dict(each) for each in decided.values("id", "state", "source_start", "source_end")]


def _units(write: Writer, keys: Iterable[int]) -> list[Unit]:
    """Return the units by their keys, in order; all of the district are fetched once."""
    if not write.units:
        write.units = Unit.objects.filter(district=write.by.district).in_bulk()
    return [write.units[key] for key in keys]


def item_facts(item: Item) -> Kept:
    """Return what an item is by an import, units by key in order; the undo compares it."""
    duties = list(item.responsibilities.values_list("duty", "unit_id"))
    leads = [unit_id for duty, unit_id in duties if duty == Duty.LEAD]
    return _facts_with(item, leads, [key for duty, key in duties if duty == Duty.SUPPORTING])


def _facts_with(item: Item, leads: list[int], supporting: list[int]) -> Kept:
    return {
        "goal": item.goal_id,
        "number": item.number,
        "outcome": item.outcome,
        "standard": item.standard,
        "is_numbered": item.is_numbered,
        "leads": leads,
        "supporting": supporting,
    }


def _write_indicator(write: Writer, change: Change, row: IndicatorRow) -> Kept:
    """Measure an item by one more indicator, or put a corrected one in another's place."""
    _find_plan(write)
    promised = Promised(
        name=row.name,
        kind=row.kind,
        measure=row.measure,
        comparison=row.comparison,
        target=Decimal(row.target) if row.target else None,
        target_high=Decimal(row.target_high) if row.target_high else None,
        unit=_units(write, [row.unit_id])[0] if row.unit_id else None,
        note=row.note,
        pace=row.pace,
        curve=row.curve or None,
        due_quarter=row.due_quarter,
        source_start=row.span[0],
        source_end=row.span[1],
    )
    by, reason = write.by, write.reason
    if change.pk is None:
        item = Item.objects.get(goal=write.goals[row.goal], number=row.item)
        made = accept_indicator(item=item, promised=promised, reason=reason, by=by)
        return changed(made, None, facts_of(made))
    known = Indicator.objects.get(pk=change.pk)
    start, end = known.source_start, known.source_end
    promised = replace(promised, source_start=start, source_end=end)
    made = change_indicator(indicator=known, promised=promised, reason=reason, by=by)
    return {**changed(made, facts_of(known), facts_of(made)), "replaced": known.pk}


def set_units(item: Item, leads: list[int], supporting: list[int]) -> None:
    """Give an item its units anew, in order; left alone where they are the same."""
    now = item_facts(item) if item.pk else {}
    if (now.get("leads"), now.get("supporting")) == (leads, supporting):
        return
    item.responsibilities.all().delete()
    Responsibility.objects.bulk_create(
        Responsibility(item=item, unit_id=unit_id, duty=duty, order=order)
        for duty, ids in ((Duty.LEAD, leads), (Duty.SUPPORTING, supporting))
        for order, unit_id in enumerate(ids, start=1)
    )


# Units and accounts -------------------------------------------------------------


def _write_unit(write: Writer, change: Change, row: UnitRow) -> Kept:
    """Add a unit, or other names and contacts to one that is there."""
    contact = {name: getattr(row, name) for name in UNIT_FIELDS if getattr(row, name)}
    old = None
    if change.pk is None:
        last = Unit.objects.filter(district=write.by.district).aggregate(last=Max("order"))
        facts = {"name": row.name, "order": row.order or (last["last"] or 0) + 1, **contact}
        unit = add_unit(facts=facts, reason=write.reason, by=write.by)
    else:
        unit = Unit.objects.get(pk=change.pk)
        old = snapshot(unit, UNIT_FIELDS)
        unit = change_facts(row=unit, facts=contact, reason=write.reason, by=write.by)
    added = [
        add_alias(unit=unit, name=name, reason=write.reason, by=write.by).pk for name in row.aliases
    ]
    return {**changed(unit, old, snapshot(unit, UNIT_FIELDS)), "aliases": added}


def _write_account(write: Writer, change: Change, row: AccountRow) -> Kept:
    """Add an account without a password, or change one, as the administrator's pages do."""
    values = asdict(row)
    username, unit_id = values.pop("username"), values.pop("unit_id")
    values["unit"] = Unit.objects.filter(pk=unit_id).first()
    if change.pk is None:
        new = NewAccount(username=username, **values)
        user = add_account(new=new, by=write.by, reason=write.reason)
        return changed(user, None, snapshot(user, ACCOUNT_FIELDS))
    old = snapshot(User.objects.get(pk=change.pk), ACCOUNT_FIELDS)
    user = change_account(account=User(pk=change.pk), **values, reason=write.reason, by=write.by)
    return changed(user, old, snapshot(user, ACCOUNT_FIELDS))


_WRITERS: dict[type, Callable[[Writer, Change, Any], Kept]] = {
    PlanRow: _create_plan,
    GoalRow: _write_goal,
    ItemRow: _write_item,
    IndicatorRow: _write_indicator,
    ApprovedTextRow: import_texts.write_approved_text,
    LeadTextRow: import_texts.write_lead_text,
    VerdictRow: import_texts.write_verdict,
    ProposalRow: import_texts.write_proposal,
    ReportRow: import_texts.write_report,
    UnitRow: _write_unit,
    AccountRow: _write_account,
}
