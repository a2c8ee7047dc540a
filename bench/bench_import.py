"""Time an import's preview beside openpyxl's bare read of the same file plus a bulk write.

    .venv/bin/python bench/bench_import.py [--rounds 5] [--rows 118 11800]

One interleaved run on a database of its own; CPU seconds of this process and its children,
since cores are shared. The floor reads the file's cells with
openpyxl and writes as many rows in bulk; the preview guards, forks, scans, reads, finds
the table, matches units and compares with the database. `request` is the whole upload
and the page that shows the preview, through Django's test client. Memory is the largest
reader process, and what the site's own process grew by.
"""

import argparse
import io
import os
import resource
import secrets
import statistics
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings_test"

import django  # noqa: E402 - after the path and the settings

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from openpyxl import Workbook, load_workbook  # noqa: E402

from targets import actions  # noqa: E402
from targets.importing import Kind, preview_source, read_source  # noqa: E402
from targets.models import (  # noqa: E402
    Entry,
    Goal,
    Import,
    Item,
    Period,
    Plan,
    Responsibility,
    User,
)

GOAL = 3.0  # times the floor


def largest_child() -> float:
    """Return the memory of the largest child process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def own_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def copy_plan(year: int, rows: int, office: User) -> Period:
    """Make a plan of so many items out of the real one, over and over, and open a quarter."""
    real = list(Item.objects.filter(goal__plan__year=2020).in_print_order().select_related("goal"))
    units = {
        item.pk: list(item.responsibilities.values_list("unit_id", "duty", "order"))
        for item in real
    }
    plan = Plan.objects.create(district=office.district, year=year, title="测算")
    copies = -(-rows // len(real))
    goals = {}
    items, originals = [], []
    for copy in range(copies):
        for item in real:
            if len(items) == rows:
                break
            number = copy * 20 + item.goal.number
            if number not in goals:
                goals[number] = Goal.objects.create(plan=plan, number=number, name=item.goal.name)
            items.append(
                Item(
                    goal=goals[number],
                    number=item.number,
                    is_numbered=item.is_numbered,
                    standard=item.standard,
                )
            )
            originals.append(item.pk)
    Responsibility.objects.bulk_create(
        Responsibility(item=item, unit_id=unit, duty=duty, order=order)
        for item, original in zip(Item.objects.bulk_create(items), originals, strict=True)
        for unit, duty, order in units[original]
    )
    period = actions.create_period(plan=plan, number=1, by=office)
    return actions.open_period(period=period, due_on=date(year, 4, 30), by=office)


def annex_file(period: Period) -> bytes:
    """Return the plan's annex as a plain workbook, with the real first quarter's texts."""
    texts = list(
        Entry.objects.filter(period__plan__year=2020, period__number=1)
        .order_by("item__goal__number", "item__number")
        .values_list("approved_text", flat=True)
    )
    names = {}
    for item, name in (
        Responsibility.objects.filter(item__goal__plan=period.plan, duty="lead")
        .order_by("item_id", "order")
        .values_list("item_id", "unit__name")
    ):
        names.setdefault(item, []).append(name)
    book = Workbook()
    book.active.append(["序号", "目标名称", "工作标准", "一季度完成情况", "牵头单位"])
    items = Item.objects.filter(goal__plan=period.plan).in_print_order().select_related("goal")
    for index, item in enumerate(items):
        standard = item.label + item.standard
        text = texts[index % len(texts)]
        leads = "\n".join(names[item.pk])
        book.active.append([item.goal.number, item.goal.name, standard, text, leads])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def bare_read(data: bytes) -> None:
    book = load_workbook(io.BytesIO(data))
    for _row in book.active.iter_rows(values_only=True):
        pass


def bulk_write(period: Period, rows: int) -> None:
    """Write as many rows as the import would, and take them back outside the clock."""
    item = Item.objects.filter(goal__plan=period.plan).first()
    Item.objects.bulk_create(
        Item(goal_id=item.goal_id, number=1000 + n, standard=item.standard) for n in range(rows)
    )


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and its finished children."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def timed(act: Callable[[], object]) -> float:
    start = cpu_seconds()
    act()
    return cpu_seconds() - start


def measure(rows: int, year: int, rounds: int, office: User) -> None:
    period = copy_plan(year, rows, office)
    data = annex_file(period)
    client = Client(SERVER_NAME="localhost")
    client.force_login(office, backend="tracker.backends.AccountBackend")

    def floor() -> float:
        seconds = timed(lambda: bare_read(data))
        with transaction.atomic():
            seconds += timed(lambda: bulk_write(period, rows))
            transaction.set_rollback(True)
        return seconds

    def preview(kind: Kind, target: int) -> None:
        source = read_source(
            data=data, file_name="a.xlsx", kind=kind, user_id=office.pk, target=target
        )
        result = preview_source(source, office)
        assert result.is_understood, result.problems[:3] + result.questions[:3]
        assert len(result.changes) >= rows

    def request() -> None:
        file = SimpleUploadedFile("a.xlsx", data)
        form = {"kind": "progress", "period": period.pk, "file": file}
        page = client.post("/imports/", form, follow=True)
        assert page.status_code == 200
        assert page.redirect_chain

    ways = {
        "preview of progress": lambda: timed(lambda: preview(Kind.PROGRESS, period.pk)),
        "preview of a plan": lambda: timed(lambda: preview(Kind.PLAN, 2099)),
        "whole request": lambda: timed(request),
    }
    before = own_memory()
    seconds: dict[str, list[float]] = {"floor": [], **{name: [] for name in ways}}
    for round_ in range(rounds + 1):
        found = {"floor": floor(), **{name: way() for name, way in ways.items()}}
        if round_:  # the first is a warming-up
            for name, value in found.items():
                seconds[name].append(value)
    floor_median = statistics.median(seconds["floor"])
    print(f"{rows} rows, {len(data) / 1024:.0f} KiB, median of {rounds}")
    print(f"  openpyxl's bare read + bulk write   {floor_median * 1000:9.1f} ms")
    for name in ways:
        value = statistics.median(seconds[name])
        verdict = "ok" if value <= GOAL * floor_median else "OVER"
        ratio = value / floor_median
        print(f"  {name:<34}  {value * 1000:9.1f} ms  {ratio:5.2f} x  (goal {GOAL}) {verdict}")
    print(
        f"  largest reader {largest_child():.0f} MiB; this process +{own_memory() - before:.0f} MiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, nargs="+", default=[118, 11_800])
    options = parser.parse_args()
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    os.environ["DEMO_PASSWORD"] = secrets.token_urlsafe()
    call_command("load_demo", verbosity=0, stdout=io.StringIO())
    office = User.objects.select_related("district").get(username="office")
    for year, rows in enumerate(options.rows, start=2031):
        measure(rows, year, options.rounds, office)
    assert not Import.objects.exists()


if __name__ == "__main__":
    main()
