"""One row of an import, written: inside the import's transaction, with its own event.

Each returns what it changed as plain values, so that `import_undoing` can put it back.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.db.models import F, Max, Model
from django.utils import timezone

from targets.actions import contributions as writing
from targets.actions.accounts import NewAccount, add_account, change_account
from targets.actions.contributions import save_contribution, submit_contribution
from targets.choices import ContributionState, Duty, Verb
from targets.importing import Choice, Source
from targets.importing.preview import Change
from targets.importing.rows import (
    AccountRow,
    ApprovedTextRow,
    GoalRow,
    ItemRow,
    LeadTextRow,
    PlanRow,
    ReportRow,
    UnitRow,
)
from targets.models import (
    Contribution,
    Entry,
    Goal,
    Item,
    Place,
    Plan,
    Report,
    Responsibility,
    Unit,
    UnitAlias,
    User,
    record_event,
)
from targets.refusals import Refused
from targets.rules import TEXT_LIMIT

CONTRIBUTION_FIELDS = (
    "state",
    "text",
    "consolidated_text",
    "problems",
    "next_steps",
    "saved_at",
    "saved_by",
    "submitted_at",
    "submitted_by",
    "return_reason",
    "head_name",
    "head_agreed_on",
    "entered_by_office",
)
ENTRY_FIELDS = ("approved_text", "approved_at", "approved_by")
UNIT_FIELDS = ("contact_name", "contact_phone")
ACCOUNT_FIELDS = ("name", "role", "unit", "phone", "email")


@dataclass(slots=True)
class Writer:
    """Who imports what, and the plan and goals that rows of one file share."""

    source: Source
    by: User
    plan: Plan | None = None
    goals: dict[int, Goal] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return f"导入文件：{self.source.file_name}"[:200]


def snapshot(row: Model, names: tuple[str, ...]) -> dict:
    """Return the row's fields as JSON values; `restored` reads them back."""
    values = {}
    for name in names:
        value = row._meta.get_field(name).value_from_object(row)
        values[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return values


def write_row(write: Writer, change: Change) -> dict:
    """Write a change by the class of its row; return what `import_undoing` needs."""
    return _WRITERS[type(change.row)](write, change, change.row)


# Plans ------------------------------------------------------------------------


def _create_plan(write: Writer, change: Change, row: PlanRow) -> dict:
    write.plan = Plan.objects.create(
        district=write.by.district, year=write.source.target, title=row.title
    )
    facts = {"year": write.plan.year, "title": write.plan.title}
    _record_row(write, write.plan, Verb.CREATE, {}, facts)
    return _changed(write.plan, None, facts)


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
    _record_row(write, goal, Verb.CHANGE if old else Verb.CREATE, old or {}, {"name": name})
    return _changed(goal, old, {"name": name})


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
    leads = list(row.leads)
    if row.supporting is not None:
        supporting = list(row.supporting)
    else:
        supporting = old["supporting"] if old else []
    set_units(item, leads, supporting)
    new = {**facts, "leads": leads, "supporting": supporting}
    _record_row(write, item, Verb.CHANGE if old else Verb.CREATE, old or {}, new)
    return _changed(item, old, new)


def item_facts(item: Item) -> dict:
    """Return what an import may change of an item, units by key in order."""
    duties = list(item.responsibilities.values_list("duty", "unit_id"))
    return {
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


# Texts ------------------------------------------------------------------------


def _write_approved_text(write: Writer, change: Change, row: ApprovedTextRow) -> dict:
    entry = writing.lock_entry(change.pk)
    writing.check_office(write.by, entry)
    writing.check_open(entry)
    writing.check_version(entry, change.version)
    old = snapshot(entry, ENTRY_FIELDS)
    entry.approved_text = _chosen(change, entry.approved_text, row.text)
    entry.approved_at, entry.approved_by = timezone.now(), write.by
    entry.version += 1
    entry.save()
    facts = ({"approved_text": old["approved_text"]}, {"approved_text": entry.approved_text})
    _record_row(write, entry, Verb.CHANGE, *facts, item_id=entry.item_id)
    return _changed(entry, old, snapshot(entry, ENTRY_FIELDS), version=entry.version)


def _write_for_unit(write: Writer, change: Change, row: LeadTextRow) -> dict:
    """Hand in the first lead's text in its place (代填)."""
    contribution = writing.lock_contribution(change.pk)
    writing.check_office(write.by, contribution.entry)
    writing.check_accepts_reports(contribution.entry)
    writing.check_version(contribution, change.version)
    old, was = snapshot(contribution, CONTRIBUTION_FIELDS), writing.facts_of(contribution)
    contribution.text = _chosen(change, contribution.text, row.text)
    contribution.return_reason = ""
    contribution.state = ContributionState.SUBMITTED
    contribution.entered_by_office = True
    contribution.saved_at = contribution.submitted_at = timezone.now()
    contribution.saved_by = contribution.submitted_by = write.by
    contribution.version += 1
    contribution.save()
    Entry.objects.filter(pk=contribution.entry_id).update(version=F("version") + 1)
    record_event(
        by=write.by,
        verb=Verb.SUBMIT,
        subject=contribution,
        old=was,
        new={
            **writing.facts_of(contribution),
            "text": contribution.text,
            "entered_by_office": True,
        },
        reason=write.reason,
    )
    new = snapshot(contribution, CONTRIBUTION_FIELDS)
    return _changed(contribution, old, new, version=contribution.version)


def _write_report(write: Writer, change: Change, row: ReportRow) -> dict:
    """Save or submit a unit's own text, by the same actions as its form."""
    contribution = Contribution.objects.get(pk=change.pk)
    old = snapshot(contribution, CONTRIBUTION_FIELDS)
    here = Report.of(contribution)
    fields = ("text", "consolidated_text", "problems", "next_steps")
    texts = {name: text for name in fields if (text := getattr(row, name)) is not None}
    chosen = {name: _chosen(change, getattr(here, name), text) for name, text in texts.items()}
    act = submit_contribution if row.submits else save_contribution
    written = act(
        contribution=contribution,
        version=change.version,
        report=replace(here, **chosen),
        by=write.by,
    )
    new = snapshot(written, CONTRIBUTION_FIELDS)
    return _changed(written, old, new, version=written.version)


def _chosen(change: Change, here: str, theirs: str) -> str:
    """Return the text that the person decided for; both are joined, nothing is cut."""
    if change.choice != Choice.BOTH or not here or here == theirs:
        return theirs or (here if change.choice == Choice.BOTH else "")
    text = f"{here}\n{theirs}" if theirs else here
    if len(text) > TEXT_LIMIT:
        raise Refused(
            f"事项{change.label}两份文字合并后有{len(text)}字，超过{TEXT_LIMIT}字，请另选一份。"
        )
    return text


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
    _record_row(write, unit, Verb.CHANGE if old else Verb.CREATE, old or {}, facts)
    return {**_changed(unit, old, new), "aliases": added}


def _write_account(write: Writer, change: Change, row: AccountRow) -> dict:
    """Add an account without a password, or change one, as the administrator's pages do."""
    values = asdict(row)
    username, unit_id = values.pop("username"), values.pop("unit_id")
    values["unit"] = Unit.objects.filter(pk=unit_id).first()
    if change.pk is None:
        new = NewAccount(username=username, **values)
        user = add_account(new=new, by=write.by, reason=write.reason)
        return _changed(user, None, snapshot(user, ACCOUNT_FIELDS))
    old = snapshot(User.objects.get(pk=change.pk), ACCOUNT_FIELDS)
    user = change_account(account=User(pk=change.pk), **values, reason=write.reason, by=write.by)
    return _changed(user, old, snapshot(user, ACCOUNT_FIELDS))


def _changed(row: Model, old: dict | None, new: dict, version: int | None = None) -> dict:
    return {
        "model": row._meta.model_name,
        "pk": row.pk,
        "version": version,
        "old": old,
        "new": new,
        "name": str(row)[:100],
    }


def _record_row(
    write: Writer,
    row: Model,
    verb: Verb,
    old: dict,
    new: dict,
    *,
    item_id: int | None = None,
) -> None:
    record_event(
        by=write.by,
        verb=verb,
        subject=row,
        place=Place(write.by.district_id, row.pk if isinstance(row, Item) else item_id),
        old=old,
        new=new,
        reason=write.reason,
    )


_WRITERS: dict[type, Callable[[Writer, Change, Any], dict]] = {
    PlanRow: _create_plan,
    GoalRow: _write_goal,
    ItemRow: _write_item,
    ApprovedTextRow: _write_approved_text,
    LeadTextRow: _write_for_unit,
    ReportRow: _write_report,
    UnitRow: _write_unit,
    AccountRow: _write_account,
}
