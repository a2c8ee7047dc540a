"""What all rows of an import share: who writes, what is kept for the undo, the event."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Model

from targets.choices import Verb
from targets.importing import Source
from targets.models import Goal, Item, Place, Plan, Unit, User, record_event


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


def snapshot(row: Model, names: tuple[str, ...]) -> dict:
    """Return the row's fields as JSON values; `restored` reads them back."""
    values = {}
    for name in names:
        value = row._meta.get_field(name).value_from_object(row)
        value = value.isoformat() if hasattr(value, "isoformat") else value
        values[name] = str(value) if isinstance(value, Decimal) else value
    return values


def changed(row: Model, old: dict | None, new: dict, version: int | None = None) -> dict:
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
    row: Model,
    verb: Verb,
    old: dict,
    new: dict,
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
