"""What all rows of an import share: who writes, what is kept for the undo, the event."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Model

from targets.choices import Verb
from targets.importing import Source
from targets.models import (
    Contribution,
    Entry,
    Goal,
    Indicator,
    Item,
    Place,
    Plan,
    Unit,
    User,
    record_event,
)

# A change as the import keeps it in JSON: which row, from what to what.
Kept = dict[str, Any]
Written = Plan | Goal | Item | Indicator | Unit | User | Entry | Contribution


@dataclass(slots=True)
class Writer:
    """Who imports what, and the plan and goals that rows of one file share."""

    source: Source
    by: User
    plan: Plan | None = None
    goals: dict[int, Goal] = field(default_factory=dict)
    units: dict[int, Unit] = field(default_factory=dict)  # the district's, by key

    @property
    def reason(self) -> str:
        return f"导入文件：{self.source.file_name}"[:200]


def snapshot(row: Model, names: tuple[str, ...]) -> Kept:
    """Return the row's fields as JSON values; `restored` reads them back."""
    columns = {each.name: each for each in row._meta.fields}
    values: Kept = {}
    for name in names:
        value = columns[name].value_from_object(row)
        value = value.isoformat() if hasattr(value, "isoformat") else value
        values[name] = str(value) if isinstance(value, Decimal) else value
    return values


def changed(row: Model, old: Kept | None, new: Kept, version: int | None = None) -> Kept:
    """Return what `import_undoing` needs to put a row back; `old` None is a new one."""
    return {
        "model": row._meta.model_name,
        "pk": row.pk,
        "version": version,
        "old": old,
        "new": new,
        "name": str(row)[:100],
    }


def record_row(
    write: Writer,
    row: Written,
    verb: Verb,
    old: Kept,
    new: Kept,
    *,
    item_id: int | None = None,
) -> None:
    """Record the row's own event, with the file as its reason."""
    record_event(
        by=write.by,
        verb=verb,
        subject=row,
        place=Place(write.by.district_id, row.pk if isinstance(row, Item) else item_id),
        old=old,
        new=new,
        reason=write.reason,
    )
