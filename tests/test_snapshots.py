"""What the tests are given of the demonstration, and of the cast, is what the actions made."""

import pytest
from django.core.management import call_command

from targets.models import Contribution, User
from tests import builders, snapshots

_first: dict[str, snapshots.Rows] = {}


@pytest.fixture(params=["real_plan", "cast"])
def twice(request, db):
    """Return both; whichever of the two tests comes second has the copy."""
    request.getfixturevalue(request.param)
    rows = snapshots.take()
    return rows, _first.setdefault(request.param, rows)


def test_the_copy_holds_the_same_rows(twice):
    copy, first = twice
    assert copy == first


def test_the_copy_can_be_worked_on_and_its_trail_holds(twice):
    copy, first = twice
    assert copy == first
    part = Contribution.objects.first()
    builders.submit(part, User.objects.filter(unit=part.unit).first())
    call_command("check_trail")
