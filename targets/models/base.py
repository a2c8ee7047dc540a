"""What the tables share: keys that fixtures name, rows of a district, facts in pairs."""

from collections.abc import Callable
from typing import ClassVar, NamedTuple, Protocol, Self, TypeVar

from django.db import models
from django.db.models import Q

from targets.choices import Role

Row = TypeVar("Row", bound=models.Model, covariant=True)

# A row's natural key, as fixtures write it: keys of other rows, then its own columns.
NaturalKey = tuple[object, ...]
# The same kind of rows as came in, with more columns.
Rows = TypeVar("Rows", bound="models.QuerySet[models.Model]")
_Method = TypeVar("_Method", bound=Callable[..., NaturalKey])


class Viewer(Protocol):
    """Whoever looks, as far as reading depends on it: an account."""

    pk: int
    role: str
    district_id: int | None
    unit_id: int | None


class Place(NamedTuple):
    """What an event about a row belongs to, by key: under these the trail is searched."""

    district_id: int | None
    item_id: int | None = None
    unit_id: int | None = None


class KeyedQuerySet(models.QuerySet[Row]):
    """Rows that fixtures find by their natural key, so that they name no numbers."""

    key_fields: ClassVar[tuple[str, ...]] = ()

    def get_by_natural_key(self, *values: object) -> Row:
        return self.get(**dict(zip(self.key_fields, values, strict=True)))


def loaded_after(*names: str) -> Callable[[_Method], _Method]:
    """Mark a natural key that names rows of other tables: fixtures load those first."""

    def mark(natural_key: _Method) -> _Method:
        vars(natural_key)["dependencies"] = list(names)
        return natural_key

    return mark


class DistrictQuerySet(KeyedQuerySet[Row]):
    """Rows that belong to a district through the path `district_path`.

    Every queryset that a view shows begins with `visible_to`.
    """

    district_path: ClassVar[str] = "district_id"

    def visible_to(self, user: Viewer) -> Self:
        """Keep the rows of the user's own district; an account without one sees nothing."""
        if user.district_id is None:
            return self.none()
        return self.filter(**{self.district_path: user.district_id})

    def _read_by(self, user: Viewer, own: Q) -> Self:
        """Keep what office and leaders see; of a unit, its `own`; to anyone else, nothing."""
        rows = self.visible_to(user)
        if user.role in {Role.OFFICE, Role.LEADER}:
            return rows
        return rows.filter(own) if user.role == Role.UNIT else rows.none()


def both_or_neither(first: str, second: str) -> Q:
    """Return the condition that two columns are both NULL or both set, such as when and by whom."""
    return Q(**{f"{first}__isnull": True, f"{second}__isnull": True}) | Q(
        **{f"{first}__isnull": False, f"{second}__isnull": False}
    )
