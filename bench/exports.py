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
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="tracker-bench-"))
os.environ["SECRET_KEY"] = "x" * 60
os.environ["ALLOWED_HOSTS"] = "testserver"
os.environ["SECOND_FACTOR"] = ""
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

import django  # noqa: E402 - after the path and the settings

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from targets.choices import Role  # noqa: E402
from targets.models import User  # noqa: E402
from tests import builders, bulk  # noqa: E402

GROWTH_GOAL, TIME_GOAL = 20, 5  # MiB; times COPY
YEAR = 2031
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
    bulk.make_quarter(plan, units, rows, by=office)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


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
    client.force_login(
        User.objects.get(username="office"), backend="tracker.backends.AccountBackend"
    )
    for empty in ("csv", "xlsx"):  # what any first file loads
        list(client.get(f"/search/hits.{empty}?q=无此内容"))
    forget_peak()
    before, started = peak(), time.perf_counter()
    answer = client.get(FILES[name].format(kind))
    assert (answer.status_code, answer.streaming) == (200, True), answer
    size = sum(map(len, answer))
    print(peak() - before, time.perf_counter() - started, size)


def copy_time(name: str) -> float:
    """Return how long COPY takes for the longest answer that the file asks for."""
    client = Client()
    client.force_login(
        User.objects.get(username="office"), backend="tracker.backends.AccountBackend"
    )
    with CaptureQueriesContext(connection) as captured:
        list(client.get(FILES[name].format("csv")))
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
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            growth, seconds, size = map(float, done.stdout.split())
            print(
                f"{name}.{kind}: {growth / MIB:.1f} MiB, {seconds:.1f} s"
                f" = {seconds / copied:.1f} × COPY ({copied:.2f} s), {size / MIB**2:.0f} MiB"
            )


if __name__ == "__main__":
    main()
