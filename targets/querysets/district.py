"""Whose rows they are: every queryset that a view shows begins here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from targets.models import User


class DistrictQuerySet(models.QuerySet):
    """Rows that belong to a district through the path `district_path`."""

    district_path = "district_id"

    def visible_to(self, user: User) -> Self:
        """Keep the rows of the user's own district; an account without one sees nothing."""
        if user.district_id is None:
            return self.none()
        return self.filter(**{self.district_path: user.district_id})
