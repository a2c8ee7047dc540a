"""The cast that every test knows: one small district, and a stranger from another.

Goal 1 has three items: (1) led by 单位1, (2) led by 单位1 and 单位2, supported by 单位4,
(3) led by 单位3. The first quarter is open, due on 30 June 2030.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from django.test import Client

from targets.choices import Role
from targets.models import District, Goal, Item, Period, Plan, Status, Unit, User
from tests import builders

PASSWORD = "a-password-for-tests"


@dataclass
class Cast:
    """Everybody and everything in the small district."""

    district: District
    plan: Plan
    goal: Goal
    items: list[Item]
    units: list[Unit]
    period: Period
    office: User
    leader: User
    administrator: User
    auditor: User
    reporter: User  # of 单位1
    colleague: User  # of 单位1 too
    co_lead: User  # of 单位2, which leads item (2) with 单位1
    other: User  # of 单位3, which shares no item with 单位1
    supporter: User  # of 单位4, which supports item (2)
    stranger: User  # the office of another district

    @property
    def completed(self) -> Status:
        return Status.objects.get(district=self.district, name="已完成")

    @property
    def in_progress(self) -> Status:
        return Status.objects.get(district=self.district, name="正在推进")


def make_user(username: str, role: Role, district: District, unit: Unit | None = None) -> User:
    return User.objects.create_user(
        username, PASSWORD, name=username, role=role, district=district, unit=unit
    )


@pytest.fixture
def cast(db: None) -> Cast:
    district = builders.make_district()
    units = builders.make_units(district, 4)
    plan = builders.make_plan(district)
    goal = Goal.objects.create(plan=plan, number=1, name="稳步实施重点改革")
    items = [
        builders.make_item(goal, 1, [units[0]]),
        builders.make_item(goal, 2, [units[0], units[1]], [units[3]]),
        builders.make_item(goal, 3, [units[2]]),
    ]
    office = make_user("office", Role.OFFICE, district)
    return Cast(
        district=district,
        plan=plan,
        goal=goal,
        items=items,
        units=units,
        period=builders.open_quarter(plan, office),
        office=office,
        leader=make_user("leader", Role.LEADER, district),
        administrator=make_user("administrator", Role.ADMINISTRATOR, district),
        auditor=make_user("auditor", Role.AUDITOR, district),
        reporter=make_user("reporter", Role.UNIT, district, units[0]),
        colleague=make_user("colleague", Role.UNIT, district, units[0]),
        co_lead=make_user("co-lead", Role.UNIT, district, units[1]),
        other=make_user("other", Role.UNIT, district, units[2]),
        supporter=make_user("supporter", Role.UNIT, district, units[3]),
        stranger=make_user("stranger", Role.OFFICE, builders.make_district("888888")),
    )


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """Return a client that is logged in as the given account."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


@pytest.fixture
def real_plan(db: None, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Load the demonstration: the real plan, the first quarter closed, the second open."""
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    call_command("load_demo", verbosity=0, stdout=io.StringIO())
    return Plan.objects.get(year=2020)
