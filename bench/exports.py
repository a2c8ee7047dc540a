"""Measure every list's file at many rows: growth of memory, and time beside the database's COPY.

    deploy/with-postgres.sh .venv/bin/python bench/exports.py [--rows 118000]

A quarter of so many items, each with a unit's report, and as many events. Each file is asked
for by a process of its own through the test client, and is read piece by piece as nginx would.
The growth is the process's peak beyond what it held before; COPY writes the same statement's
answer to nowhere. One run each, on a machine that does nothing else if the figures are to tell.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="tracker-bench-"))
os.environ["SECRET_KEY"] = "x" * 60
os.environ["ALLOWED_HOSTS"] = "testserver"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

import django  # noqa: E402 - after the path and the settings

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from targets.choices import ContributionState, EntryOrigin, PeriodState, Role, Verb  # noqa: E402
from targets.models import (  # noqa: E402
    Contribution,
    Entry,
    Event,
    Goal,
    Instruction,
    Item,
    Period,
    Responsibility,
    Unit,
    User,
)
from tests import builders  # noqa: E402

GROWTH_GOAL, TIME_GOAL = 20, 5  # MiB; times COPY
TEXT = "已完成年度任务的一半，群众反映良好，下一步将继续推进实事办理。" * 4
YEAR = 2031
PER_GOAL, TOGETHER = 1000, 2000
FILES = {
    "items": f"/items/items.{{}}?period={YEAR}Q1",
    "contributions": f"/contributions/contributions.{{}}?period={YEAR}Q1",
    "hits": "/search/hits.{}?kind=contributions&q=实事",
    "instructions": "/instructions/instructions.{}?kind=all",
    "trail": "/trail/trail.{}",
}
MIB = 1024


def fill(rows: int) -> None:
    """Make the quarter with its reports, instructions and events, in bulk."""
    call_command("migrate", verbosity=0)
    district = builders.make_district()
    units = builders.make_units(district, 39)
    office = User.objects.create_user("office", None, name="o", role=Role.OFFICE, district=district)
    plan = builders.make_plan(district, YEAR)
    period = Period.objects.create(
        plan=plan, number=1, state=PeriodState.OPEN, due_on=date(YEAR, 4, 9)
    )
    goals = Goal.objects.bulk_create(
        Goal(plan=plan, number=number, name=f"目标{number}")
        for number in range(1, -(-rows // PER_GOAL) + 1)
    )
    items = Item.objects.bulk_create(
        (
            Item(
                goal=goals[place // PER_GOAL],
                number=place % PER_GOAL + 1,
                standard=f"完成第{place}件实事。",
            )
            for place in range(rows)
        ),
        batch_size=TOGETHER,
    )
    Responsibility.objects.bulk_create(
        (
            Responsibility(item=item, unit=units[place % len(units)], order=1)
            for place, item in enumerate(items)
        ),
        batch_size=TOGETHER,
    )
    status = district.statuses.first()
    entries = Entry.objects.bulk_create(
        (
            Entry(
                period=period,
                item=item,
                approved_text=TEXT,
                origin=EntryOrigin.PUBLISHED,
                status=status,
            )
            for item in items
        ),
        batch_size=TOGETHER,
    )
    report(entries, units, office)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def report(entries: list[Entry], units: list[Unit], office: User) -> None:
    """Let every unit report on what it leads, and leaders and the trail speak of each item."""
    now = timezone.now()
    said = {"saved_at": now, "saved_by": office, "submitted_at": now, "submitted_by": office}
    Contribution.objects.bulk_create(
        (
            Contribution(
                entry=entry,
                unit=units[place % len(units)],
                order=1,
                state=ContributionState.APPROVED,
                text=TEXT,
                **said,
            )
            for place, entry in enumerate(entries)
        ),
        batch_size=TOGETHER,
    )
    items = [each.item_id for each in entries]
    Instruction.objects.bulk_create(
        (Instruction(item_id=pk, text="请抓紧办理。", given_by=office) for pk in items),
        batch_size=TOGETHER,
    )
    Event.objects.bulk_create(
        (
            Event(
                district=office.district,
                by=office,
                actor="office",
                actor_name="o",
                verb=Verb.APPROVE,
                subject="entry",
                subject_id=pk,
                subject_name="事项",
                item_id=pk,
                unit=units[place % len(units)],
                old={"status": None},
                new={"status": "已完成", "approved_text": TEXT},
            )
            for place, pk in enumerate(items)
        ),
        batch_size=TOGETHER,
    )


def peak() -> int:
    """Return the most memory that this process has held since `forget_peak`, in KiB."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if "VmHWM" in line))


def forget_peak() -> None:
    """Let the peak begin at what is held now."""
    Path("/proc/self/clear_refs").write_text("5")


def take(name: str, kind: str) -> None:
    """Take one file and print its growth in KiB, seconds, bytes; for a process of its own."""
    client = Client()
    client.force_login(User.objects.get(username="office"))
    client.get(FILES[name].format("csv").split("?")[0] + "?q=zzzz&period=none")
    client.get("/items/items.csv?q=zzzz&period=none")
    list(client.get("/instructions/instructions.xlsx?kind=done"))
    forget_peak()
    before, started = peak(), time.perf_counter()
    size = sum(map(len, client.get(FILES[name].format(kind))))
    print(peak() - before, time.perf_counter() - started, size)


def copy_time(name: str) -> float:
    """Return how long COPY takes for the longest answer that the file asks for."""
    client = Client()
    client.force_login(User.objects.get(username="office"))
    with CaptureQueriesContext(connection) as captured:
        for _piece in client.get(FILES[name].format("csv")):
            break
    statement = max((each["sql"] for each in captured if "FETCH" not in each["sql"]), key=len)
    statement = statement[statement.index("SELECT") :]
    started = time.perf_counter()
    with connection.cursor() as cursor, Path(os.devnull).open("w") as nowhere:
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT", nowhere)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=118_000)
    parser.add_argument("--take", nargs=2)
    options = parser.parse_args()
    if options.take:
        take(*options.take)
        return
    fill(options.rows)
    print(f"{options.rows} rows; goals: {GROWTH_GOAL} MiB, {TIME_GOAL} × COPY (CSV)")
    for name in FILES:
        copied = copy_time(name)
        for kind in ("csv",) if name == "trail" else ("csv", "xlsx"):
            command = [sys.executable, __file__, "--take", name, kind]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            growth, seconds, size = map(float, done.stdout.split())
            print(
                f"{name}.{kind}: {growth / MIB:.1f} MiB, {seconds:.1f} s"
                f" = {seconds / copied:.1f} × COPY ({copied:.2f} s), {size / MIB**2:.0f} MiB"
            )


if __name__ == "__main__":
    main()
