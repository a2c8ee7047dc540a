"""The district of the fault tests: 54 units, each leading one item, and their accounts."""

from django.contrib.auth.hashers import make_password

from targets.choices import Role
from targets.models import Goal, User
from tests import builders

UNITS = 54
PASSWORD = "a-password-for-tests"
SALT = "of-the-fault-tests-alone"  # one that is shorter would be replaced at the first login
# The second accounts of the first units, which no test logs in before it needs them.
COLLEAGUES = [f"colleague-{number:02}" for number in range(1, 7)]
COLLEAGUE = COLLEAGUES[0]


def fill() -> None:
    """Fill the empty tables.

    Every account has the same hash, which costs as much to check as any other; it is the same in
    every database, so that one login serves the same site on two (`Site.adopt_units`).
    """
    district = builders.make_district()
    units = builders.make_units(district, UNITS)
    plan = builders.make_plan(district)
    goal = Goal.objects.create(plan=plan, number=1, name="稳步实施重点改革")
    for number, unit in enumerate(units, start=1):
        builders.make_item(goal, number, [unit])
    known = {"district": district, "password": make_password(PASSWORD, salt=SALT)}
    office = User.objects.create(username="office", name="督查室", role=Role.OFFICE, **known)
    usernames = [f"unit-{number:02}" for number in range(1, UNITS + 1)]
    User.objects.bulk_create(
        User(username=username, name=username, role=Role.UNIT, unit=unit, **known)
        for username, unit in [
            *zip(usernames, units, strict=True),
            *zip(COLLEAGUES, units, strict=False),
        ]
    )
    builders.open_quarter(plan, office)
