"""The copy that the tests are given of the demonstration is the demonstration."""

import pytest
from django.core.management import call_command

from targets.models import Contribution, User
from tests import builders, demonstration

_first: dict[str, object] = {}


def everything() -> dict[str, object]:
    return {model._meta.db_table: demonstration._read(model) for model in demonstration._models()}


@pytest.fixture
def twice(real_plan, db):
    """Whichever of the two tests comes second has the copy."""
    before = dict(_first)
    _first.update(everything())
    return before


def test_the_copy_holds_the_same_rows(twice):
    assert not twice or twice == _first


def test_the_copy_can_be_worked_on_and_its_trail_holds(twice):
    assert not twice or twice == _first
    part = Contribution.objects.first()
    builders.submit(part, User.objects.get(unit=part.unit))
    call_command("check_trail")
