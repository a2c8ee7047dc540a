"""One row of an import, written: inside the import's transaction, with its own event.

Each returns what it changed as plain values, so that `import_undoing` can put it back.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.db.models import Max

from targets.actions import import_texts
from targets.actions.accounts import NewAccount, add_account, change_account
from targets.actions.import_writing import Writer, changed, record_row, snapshot
from targets.actions.indicators import end_indicators_of
from targets.choices import Duty, Verb
from targets.importing.preview import Change
from targets.importing.rows import (
    AccountRow,
    ApprovedTextRow,
    GoalRow,
    ItemRow,
    LeadTextRow,
    PlanRow,
    ProposalRow,
    ReportRow,
    UnitRow,
    VerdictRow,
)
from targets.models import (
    Goal,
    Item,
    Plan,
    Responsibility,
    Unit,
    UnitAlias,
    User,
)

UNIT_FIELDS = ("contact_name", "contact_phone")
ACCOUNT_FIELDS = ("name", "role", "unit", "phone", "email")


def write_row(write: Writer, change: Change) -> dict:
    """Write a change by the class of its row; return what `import_undoing` needs."""
    return _WRITERS[type(change.row)](write, change, change.row)


# Plans ------------------------------------------------------------------------


def _create_plan(write: Writer, change: Change, row: PlanRow) -> dict:
    write.plan = Plan.objects.create(
        district=write.by.district, year=write.source.target, title=row.title
    )
    facts = {"year": write.plan.year, "title": write.plan.title}
    record_row(write, write.plan, Verb.CREATE, {}, facts)
    return changed(write.plan, None, facts)


def _find_plan(write: Writer) -> None:
    if write.plan is None:
        plans = Plan.objects.select_for_update()
        write.plan = plans.get(district=write.by.district, year=write.source.target)
    if not write.goals:
        write.goals = {goal.number: goal for goal in write.plan.goals.all()}


def _write_goal(write: Writer, change: Change, row: GoalRow) -> dict:
    _find_plan(write)
    number, name = row.number, row.name
    goal = write.goals.get(number)
    old = {"name": goal.name} if goal else None
    if goal is None:
        goal = write.goals[number] = Goal.objects.create(plan=write.plan, number=number, name=name)
    else:
        goal.name = name
        goal.save(update_fields=["name"])
    record_row(write, goal, Verb.CHANGE if old else Verb.CREATE, old or {}, {"name": name})
    return changed(goal, old, {"name": name, "number": number})


def _write_item(write: Writer, change: Change, row: ItemRow) -> dict:
    _find_plan(write)
    facts = {"standard": row.standard, "is_numbered": row.is_numbered}
    goal = write.goals[row.goal]
    old = None
    if change.pk is None:
        item = Item.objects.create(goal=goal, number=row.number, **facts)
    else:
        item = Item.objects.select_for_update().get(pk=change.pk)
        item.goal = goal
        old = item_facts(item)
        item.standard, item.is_numbered = row.standard, row.is_numbered
        item.save(update_fields=["standard", "is_numbered"])
        if old["standard"] != row.standard:
            end_indicators_of(item, reason=write.reason, by=write.by)
    leads = list(row.leads)
    if row.supporting is not None:
        supporting = list(row.supporting)
    else:
        supporting = old["supporting"] if old else []
    set_units(item, leads, supporting)
    new = item_facts(item)
    verb = Verb.CHANGE if old else Verb.CREATE
    record_row(write, item, verb, _in_words(old), _in_words(new))
    return changed(item, old, new)


def _in_words(facts: dict | None) -> dict:
    """Return what the trail says of an item: its units by name, not by the database's keys."""
    if facts is None:
        return {}
    ids = [*facts["leads"], *facts["supporting"]]
    names = dict(Unit.objects.filter(pk__in=ids).values_list("pk", "name"))
    return {
        "standard": facts["standard"],
        "leads": [names[pk] for pk in facts["leads"]],
        "supporting": [names[pk] for pk in facts["supporting"]],
    }


def item_facts(item: Item) -> dict:
    """Return what an item is by an import, units by key in order; the undo compares it."""
    duties = list(item.responsibilities.values_list("duty", "unit_id"))
    return {
        "goal": item.goal_id,
        "number": item.number,
        "outcome": item.outcome,
        "standard": item.standard,
        "is_numbered": item.is_numbered,
        "leads": [unit_id for duty, unit_id in duties if duty == Duty.LEAD],
        "supporting": [unit_id for duty, unit_id in duties if duty == Duty.SUPPORTING],
    }


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


def _write_unit(write: Writer, change: Change, row: UnitRow) -> dict:
    """Add a unit, or other names and contacts to one that is there."""
    contact = {name: getattr(row, name) for name in UNIT_FIELDS if getattr(row, name)}
    old = None
    if change.pk is None:
        district = write.by.district
        last = Unit.objects.filter(district=district).aggregate(last=Max("order"))["last"] or 0
        order = row.order or last + 1
        unit = Unit.objects.create(district=district, name=row.name, order=order, **contact)
    else:
        unit = Unit.objects.select_for_update().get(pk=change.pk)
        old = snapshot(unit, UNIT_FIELDS)
        for name, value in contact.items():
            setattr(unit, name, value)
        unit.save()
    added = [UnitAlias.objects.create(unit=unit, name=name).pk for name in row.aliases]
    new = snapshot(unit, UNIT_FIELDS)
    facts = {**new, "aliases": list(row.aliases)}
    # The event's own link to a unit would keep a new one from being undone.
    record_row(write, unit, Verb.CHANGE if old else Verb.CREATE, old or {}, facts)
    return {**changed(unit, old, new), "aliases": added}


def _write_account(write: Writer, change: Change, row: AccountRow) -> dict:
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


_WRITERS: dict[type, Callable[[Writer, Change, Any], dict]] = {
    PlanRow: _create_plan,
    GoalRow: _write_goal,
    ItemRow: _write_item,
    ApprovedTextRow: import_texts.write_approved_text,
    LeadTextRow: import_texts.write_lead_text,
    VerdictRow: import_texts.write_verdict,
    ProposalRow: import_texts.write_proposal,
    ReportRow: import_texts.write_report,
    UnitRow: _write_unit,
    AccountRow: _write_account,
}
