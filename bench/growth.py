"""Time one district's pages alone, and with other years and many other districts around it.

    .venv/bin/python bench/growth.py [--districts 60] [--years 5] [--rounds 6]
    deploy/with-postgres.sh .venv/bin/python bench/growth.py

One interleaved run in one process, through the test client, on two databases that differ in
what is around the district's plan and last year's, which the dashboard shows beside it: ten
years of its own, and the other districts' plans of 118 items each with two quarters, texts,
reports, instructions and events. The search goes through all ten years. Medians of wall time, warm.
On PostgreSQL the loaded one is timed as it is right after the bulk load, without
statistics, and again after ANALYZE.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
_folder = tempfile.TemporaryDirectory(prefix="tracker-bench-")
os.environ["VAR_DIR"] = _folder.name
os.environ["SECRET_KEY"] = "x" * 60
os.environ["ALLOWED_HOSTS"] = "testserver"
os.environ["SECOND_FACTOR"] = ""  # a client of the tests has the password alone
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

import django  # noqa: E402 - after the path and the settings

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from targets.choices import ContributionState, EntryOrigin, PeriodState, Role, Verb  # noqa: E402
from targets.models import (  # noqa: E402
    Contribution,
    District,
    Entry,
    Event,
    Goal,
    Instruction,
    Item,
    Period,
    Plan,
    Responsibility,
    Status,
    Unit,
    User,
)
from tests import builders  # noqa: E402

GOAL = 1.25
YEAR = 2030  # of the plan that is timed
ITEMS, UNITS, PER_GOAL = 118, 39, 6
TEXT = "已完成年度任务的一半，群众反映良好，下一步将继续推进实事办理。" * 4
IS_POSTGRES = connection.vendor == "postgresql"


class Named:
    """The rows that the calls name."""

    period: Period
    contribution: Contribution


def load_plan(plan: Plan, units: list[Unit], statuses: list[Status], by: User) -> None:
    """Give a plan two closed quarters with everything in them, in bulk."""
    goals = Goal.objects.bulk_create(
        Goal(plan=plan, number=number, name=f"目标{number}")
        for number in range(1, -(-ITEMS // PER_GOAL) + 1)
    )
    items = Item.objects.bulk_create(
        Item(
            goal=goals[index // PER_GOAL],
            number=index % PER_GOAL + 1,
            standard=f"完成第{index}件实事。",
        )
        for index in range(ITEMS)
    )
    Responsibility.objects.bulk_create(
        Responsibility(item=item, unit=units[(index + place) % UNITS], order=place + 1)
        for index, item in enumerate(items)
        for place in range(2 if index % 3 == 0 else 1)
    )
    periods = Period.objects.bulk_create(
        Period(
            plan=plan,
            number=number,
            state=PeriodState.CLOSED,
            due_on=date(plan.year, 3 * number, 9),
        )
        for number in (1, 2)
    )
    now = timezone.now()
    entries = Entry.objects.bulk_create(
        Entry(
            period=period,
            item=item,
            origin=EntryOrigin.PUBLISHED,
            status=statuses[index % 2],
            approved_text=TEXT,
        )
        for period in periods
        for index, item in enumerate(items)
    )
    Contribution.objects.bulk_create(
        Contribution(
            entry=entry,
            unit=units[(index % ITEMS + place) % UNITS],
            order=place + 1,
            state=ContributionState.APPROVED,
            text=TEXT,
            **{"saved_at": now, "saved_by": by, "submitted_at": now, "submitted_by": by},
        )
        for index, entry in enumerate(entries)
        for place in range(2 if index % ITEMS % 3 == 0 else 1)
    )
    Instruction.objects.bulk_create(
        Instruction(
            district_id=plan.district_id,
            item=item,
            text="请抓紧办理。",
            given_by=by,
            follow_up="请报告办理情况。",
            due_on=date(plan.year, 6, 30),
            done_at=now,
            done_by=by,
            outcome="已办结。",
        )
        for item in items[: ITEMS // 2]
    )
    Event.objects.bulk_create(
        Event(
            district_id=plan.district_id,
            verb=Verb.APPROVE,
            subject="entry",
            subject_id=entry.pk,
            subject_name="事项",
            item_id=entry.item_id,
        )
        for entry in entries
    )


def load(districts: int, years: int, by: User) -> None:
    """Put ten years of the district's own and the other districts' plans into the database."""
    own = list(by.district.units.order_by("order")[:UNITS])
    statuses = list(by.district.statuses.all())
    for year in range(YEAR - 9, YEAR - 1):
        load_plan(builders.make_plan(by.district, year), own, statuses, by)
    for number in range(districts):
        district = builders.make_district(f"{100_000 + number}")
        units = builders.make_units(district, UNITS)
        statuses = list(district.statuses.all())
        for year in range(YEAR - years + 1, YEAR + 1):
            load_plan(builders.make_plan(district, year), units, statuses, by)


def fill() -> tuple[Client, Client]:
    """Make the district with the quarter that is timed; return the office and a unit."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    district = builders.make_district()
    units = builders.make_units(district, UNITS)
    plan = builders.make_plan(district, YEAR)
    builders.fill_plan(plan, units, ITEMS, PER_GOAL)
    office = User.objects.create_user("office", None, name="o", role=Role.OFFICE, district=district)
    unit = User.objects.create_user(
        "unit", None, name="u", role=Role.UNIT, district=district, unit=units[0]
    )
    last_year = builders.make_plan(district, YEAR - 1)  # the dashboard draws it beside this one
    load_plan(last_year, units, list(district.statuses.all()), office)
    for number in (1, 2):
        period = builders.open_quarter(plan, office, number)
        for index, entry in enumerate(Entry.objects.filter(period=period, status=None)):
            if index % 2:
                builders.approve(
                    entry, office, "已完成" if index % 6 == 1 else "正在推进", "核" * 200
                )
    Named.period = period
    Named.contribution = Contribution.objects.filter(
        entry__period=period, unit=units[0], entry__status=None
    ).first()
    clients = (Client(), Client())
    for client, user in zip(clients, (office, unit), strict=True):
        client.force_login(user, backend="tracker.backends.AccountBackend")
    return clients


def make_calls(office: Client, unit: Client) -> dict[str, Callable]:
    code = Named.period.code
    pages = {
        "dashboard": (office, f"/dashboard/?period={code}"),
        "items": (office, f"/items/?period={code}"),
        "board": (office, f"/board/?period={code}"),
        "my-items": (unit, f"/my-items/?period={code}"),
        "search": (office, "/search/?q=实事"),
    }

    def getter(client: Client, address: str) -> Callable:
        def get() -> None:
            assert client.get(address).status_code == 200, address

        return get

    def save() -> None:
        now = Contribution.objects.get(pk=Named.contribution.pk)
        form = {"text": f"第{now.version}稿", "version": now.version, "then": "save"}
        answer = unit.post(now.get_absolute_url(), form)
        assert answer.status_code == 302, answer.content.decode()

    return {**{name: getter(*each) for name, each in pages.items()}, "save": save}


def copy_database(name: str) -> str:
    """Copy the database as it stands; return the copy's name."""
    ours = str(connection.settings_dict["NAME"])
    if not IS_POSTGRES:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return shutil.copy(ours, Path(ours).with_name(f"{name}.sqlite3"))
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {ours}")
    return name


def switch(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def measure(
    calls: dict[str, Callable], names: dict[str, str], rounds: int
) -> dict[str, dict[str, float]]:
    """Return each call's median in milliseconds by database; the databases take turns."""
    times = {kind: {name: [] for name in calls} for kind in names}
    for _ in range(rounds):
        for kind, database in names.items():
            switch(database)
            for turn in range(4):
                for name, call in calls.items():
                    started = time.perf_counter()
                    call()
                    if turn:  # the first after a switch warms the connection
                        times[kind][name].append((time.perf_counter() - started) * 1000)
    return {
        kind: {name: statistics.median(each) for name, each in found.items()}
        for kind, found in times.items()
    }


def report(title: str, times: dict[str, dict[str, float]]) -> None:
    print(title)
    for name, alone in times["alone"].items():
        loaded = times["loaded"][name]
        verdict = "ok" if loaded <= GOAL * alone else "OVER"
        if name == "search":  # it reads five times as many texts of the district's own
            verdict = "of all ten years"
        print(
            f"  {name:10} {alone:7.1f} ms alone {loaded:7.1f} ms loaded"
            f"  {loaded / alone:5.2f} (goal {GOAL}) {verdict}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--districts", type=int, default=60)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=6)
    options = parser.parse_args()
    calls = make_calls(*fill())
    names = {"alone": copy_database("alone")}
    names["loaded"] = str(connection.settings_dict["NAME"])
    started = time.perf_counter()
    load(options.districts, options.years, User.objects.get(username="office"))
    rows = sum(model.objects.count() for model in (Item, Entry, Contribution, Event))
    print(
        f"{connection.vendor}: {District.objects.count()} districts, {rows} rows of items,"
        f" entries, contributions and events, loaded in {time.perf_counter() - started:.0f} s"
    )
    report("as loaded", measure(calls, names, options.rounds))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    if IS_POSTGRES:
        switch(names["alone"])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    report("after ANALYZE", measure(calls, names, options.rounds))
    connection.close()


if __name__ == "__main__":
    main()
