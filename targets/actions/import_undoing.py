"""One row of an import, put back as it was; refused where anything came after."""

from django.db.models import F, Model

from targets.actions import contributions as writing
from targets.actions import import_rows as rows
from targets.actions.accounts import keep_an_administrator
from targets.choices import Verb
from targets.models import (
    Contribution,
    Entry,
    Goal,
    Item,
    Period,
    Place,
    Plan,
    Unit,
    UnitAlias,
    User,
    record_event,
)
from targets.refusals import Refused


def put_back(change: dict, *, by: User, file_name: str) -> None:
    """Restore one row from an import's record of it, or remove what it had added."""
    if not change["model"]:
        return  # a conflict decided for what was here: nothing had been written
    put = {
        "entry": _put_entry,
        "contribution": _put_contribution,
        "item": _put_item,
        "goal": _put_goal,
        "plan": _put_plan,
        "unit": _put_unit,
        "user": _put_account,
    }[change["model"]]
    model = {
        "entry": Entry,
        "contribution": Contribution,
        "item": Item,
        "goal": Goal,
        "plan": Plan,
        "unit": Unit,
        "user": User,
    }[change["model"]]
    row = model.objects.select_for_update().filter(pk=change["pk"]).first()
    if row is None:
        raise _came_after(change)
    was = put(row, change)
    _record_undoing(row, change, by=by, reason=f"撤销导入：{file_name}"[:200], **was)


def _put_entry(row: Entry, change: dict) -> dict:
    entry = writing.lock_entry(row.pk)
    writing.check_open(entry)
    if entry.version != change["version"]:
        raise _came_after(change)
    _restore(entry, change["old"])
    entry.version += 1
    entry.save()
    return {"item_id": entry.item_id}


def _put_contribution(row: Contribution, change: dict) -> dict:
    contribution = writing.lock_contribution(row.pk)
    writing.check_open(contribution.entry)
    if contribution.version != change["version"]:
        raise _came_after(change)
    _restore(contribution, change["old"])
    contribution.version += 1
    contribution.save()
    Entry.objects.filter(pk=contribution.entry_id).update(version=F("version") + 1)
    return {"item_id": contribution.entry.item_id, "unit_id": contribution.unit_id}


def _put_item(row: Item, change: dict) -> dict:
    if rows.item_facts(row) != change["new"] or row.entries.exists():
        raise _came_after(change)
    if change["old"] is None:
        row.responsibilities.all().delete()
        return _remove(row)
    row.standard, row.is_numbered = change["old"]["standard"], change["old"]["is_numbered"]
    row.save(update_fields=["standard", "is_numbered"])
    rows.set_units(row, change["old"]["leads"], change["old"]["supporting"])
    return {"item_id": row.pk}


def _put_goal(row: Goal, change: dict) -> dict:
    if row.name != change["new"]["name"]:
        raise _came_after(change)
    if change["old"] is None:
        return _remove(row)
    row.name = change["old"]["name"]
    row.save(update_fields=["name"])
    return {}


def _put_plan(row: Plan, change: dict) -> dict:
    if row.title != change["new"]["title"] or Period.objects.filter(plan=row).exists():
        raise _came_after(change)
    return _remove(row)


def _put_unit(row: Unit, change: dict) -> dict:
    if rows.snapshot(row, rows.UNIT_FIELDS) != change["new"]:
        raise _came_after(change)
    UnitAlias.objects.filter(pk__in=change["aliases"], unit=row).delete()
    if change["old"] is None:
        if row.aliases.exists():
            raise _came_after(change)
        return _remove(row)
    _restore(row, change["old"])
    row.save()
    return {}


def _put_account(row: User, change: dict) -> dict:
    """Put an account back; a new one is switched off, since the trail may name it."""
    if rows.snapshot(row, rows.ACCOUNT_FIELDS) != change["new"]:
        raise _came_after(change)
    if change["old"] is None or change["old"]["role"] != row.role:
        keep_an_administrator(row)
    if change["old"] is None:
        row.is_active = False
    else:
        _restore(row, change["old"])
    row.save()
    return {}


def _remove(row: Model) -> dict:
    """Delete a row that the import made; its key stays on it for the event."""
    pk = row.pk
    row.delete()
    row.pk = pk
    return {}


def _restore(row: Model, values: dict) -> None:
    for name, value in values.items():
        column = row._meta.get_field(name)
        setattr(row, column.attname, column.to_python(value))


def _came_after(change: dict) -> Refused:
    return Refused(f"“{change['name']}”在导入之后又有变化，不能整体撤销。请在系统中逐项修改。")


def _record_undoing(
    row: Model,
    change: dict,
    *,
    by: User,
    reason: str,
    item_id: int | None = None,
    unit_id: int | None = None,
) -> None:
    is_draft = change["model"] == "contribution"
    record_event(
        by=by,
        verb=Verb.UNDO,
        subject=row,
        place=Place(by.district_id, item_id, unit_id),
        # A draft's words stay out of the trail.
        old={} if is_draft else change["new"],
        new={"state": row.state} if is_draft else change["old"] or {},
        reason=reason,
    )
