"""Facts of the catalogue that have no act of their own, and rows that were never used.

How a unit is reached and in which order it stands, its other names, what a status is called,
whose portfolio an item is in. Who may do it stands in `targets.models.people.ADMIN_RIGHTS`.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import ProtectedError

from targets.choices import Verb
from targets.models import (
    District,
    Goal,
    Item,
    Place,
    Plan,
    Status,
    Unit,
    UnitAlias,
    User,
    record_event,
)
from targets.refusals import Refused

Row = District | Goal | Item | Plan | Status | Unit | UnitAlias
T = TypeVar("T", District, Goal, Item, Plan, Status, Unit, UnitAlias)

# What of each kind is changed here; everything else of it is an act of its own.
OPEN_FACTS: dict[type[models.Model], frozenset[str]] = {
    District: frozenset({"code", "name", "office_name", "requires_sign_off"}),
    Unit: frozenset({"order", "contact_name", "contact_phone", "portfolio_leader"}),
    UnitAlias: frozenset({"name"}),
    Status: frozenset({"name", "clause", "order", "color"}),
    Plan: frozenset({"pace_margin"}),
    Item: frozenset({"portfolio_leader"}),
}


@transaction.atomic
def add_unit(*, facts: Mapping[str, Any], reason: str = "", by: User) -> Unit:
    """Register a unit of the actor's district: its name, order and contacts."""
    return _add(Unit(district=by.district), facts, reason, by)


@transaction.atomic
def add_alias(*, unit: Unit, name: str, reason: str = "", by: User) -> UnitAlias:
    """Register another name under which documents print a unit."""
    return _add(UnitAlias(unit=unit), {"name": name}, reason, by)


@transaction.atomic
def add_status(*, facts: Mapping[str, Any], by: User) -> Status:
    """Add a status of the actor's district; whether it counts is said once, here."""
    return _add(Status(district=by.district), facts, "", by)


@transaction.atomic
def change_facts(*, row: T, facts: Mapping[str, Any], reason: str = "", by: User) -> T:
    """Change facts of a row that have no act of their own; nothing changed leaves no event."""
    kind = type(row)
    row = kind._default_manager.select_for_update().get(pk=row.pk)
    _check_may(by, "change", row)
    if closed := facts.keys() - OPEN_FACTS.get(kind, frozenset()):
        raise Refused(f"{'、'.join(sorted(closed))}不能在这里修改。")
    was = told_of(row)
    for name, value in facts.items():
        setattr(row, name, value)
    now = told_of(row)
    changed = {name for name in now if now[name] != was[name]}
    if not changed:
        return row
    _write(row)
    old, new = ({name: each[name] for name in now if name in changed} for each in (was, now))
    _record(row, Verb.CHANGE, by, old, new, reason)
    return row


@transaction.atomic
def remove_row(*, row: Row, by: User) -> None:
    """Take away a row that nothing depends on; what was ever used stays."""
    kind = type(row)
    row = kind._default_manager.select_for_update().get(pk=row.pk)
    _check_may(by, "delete", row)
    was, key, place = told_of(row), row.pk, _place(row, by)
    try:
        row.delete()
    except ProtectedError as error:
        raise Refused(f"“{row}”已在使用，不能删除。") from error
    row.pk = key
    record_event(by=by, verb=Verb.DELETE, subject=row, place=place, old=was)


def told_of(row: Row) -> dict[str, Any]:
    """Return a row's own columns as plain values, other rows by name."""
    return {
        field.name: str(getattr(row, field.name) or "")
        if field.is_relation
        else field.value_to_string(row)
        for field in row._meta.concrete_fields
    }


def _add(row: T, facts: Mapping[str, Any], reason: str, by: User) -> T:
    for name, value in facts.items():
        setattr(row, name, value)
    _check_may(by, "add", row)
    _write(row)
    _record(row, Verb.CREATE, by, {}, told_of(row), reason)
    return row


def _write(row: Row) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused("；".join(error.messages)) from error
    row.save()


def _record(
    row: Row, verb: Verb, by: User, old: dict[str, Any], new: dict[str, Any], reason: str
) -> None:
    record_event(
        by=by, verb=verb, subject=row, place=_place(row, by), old=old, new=new, reason=reason
    )


def _place(row: Row, by: User) -> Place:
    """Return the row's place, but for its unit: what the trail points at is never deleted."""
    return Place(by.district_id, row.place().item_id)


def _check_may(by: User, verb: str, row: Row) -> None:
    is_own = row.place().district_id == by.district_id
    if not is_own or not by.has_perm(f"targets.{verb}_{row._meta.model_name}"):
        raise Refused("您的账号不能修改这项内容。")
