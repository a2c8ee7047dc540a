"""What the tables share: keys that fixtures name, rows of a district, facts in pairs."""

from typing import NamedTuple, Protocol, Self

from django.db import models
from django.db.models import Q


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


class KeyManager(models.Manager):
    """A manager that finds a row by its natural key, so that fixtures name no numbers."""

    key_fields: tuple[str, ...] = ()

    def get_by_natural_key(self, *values: object) -> models.Model:
        return self.get(**dict(zip(self.key_fields, values, strict=True)))


def manager(queryset: type[models.QuerySet], *key_fields: str) -> models.Manager:
    """Return a manager with the queryset's verbs that looks rows up by the key fields."""
    name = f"{queryset.__name__}Manager"
    base = KeyManager.from_queryset(queryset, class_name=name)
    made = base()
    made.key_fields = key_fields
    # Migrations must not serialise it: history needs no verbs.
    made.use_in_migrations = False
    return made


class DistrictQuerySet(models.QuerySet):
    """Rows that belong to a district through the path `district_path`.

    Every queryset that a view shows begins with `visible_to`.
    """

    district_path = "district_id"

    def visible_to(self, user: Viewer) -> Self:
        """Keep the rows of the user's own district; an account without one sees nothing."""
        if user.district_id is None:
            return self.none()
        return self.filter(**{self.district_path: user.district_id})


def both_or_neither(first: str, second: str) -> Q:
    """Return the condition that two columns are both NULL or both set, such as when and by whom."""
    return Q(**{f"{first}__isnull": True, f"{second}__isnull": True}) | Q(
        **{f"{first}__isnull": False, f"{second}__isnull": False}
    )
