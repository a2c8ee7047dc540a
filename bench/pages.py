"""Time the pages beside bare SQL and the Django admin's, and count their statements.

    .venv/bin/python bench/pages.py [--rounds 40] [--items 118] [--large 11800]

One interleaved run in one process, through the test client, on a throw-away SQLite file;
medians of CPU time, warm, since cores are shared. Prints milliseconds and the ratios that
matter. Every bare page reads the same session and account and joins strings: the
dashboard's counts class totals, goals and units with three GROUP BY statements; the list's
reads a hundred items. Statements are counted at `--items` and in a second plan of `--large`.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
_folder = tempfile.TemporaryDirectory(prefix="tracker-bench-")
os.environ["VAR_DIR"] = _folder.name
os.environ["SECRET_KEY"] = "x" * 60
os.environ.pop("DATABASE_URL", None)
os.environ["ALLOWED_HOSTS"] = "testserver,127.0.0.1"
os.environ["SECOND_FACTOR"] = ""  # a client of the tests has the password alone
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

import django  # noqa: E402 - after the path and the settings

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import path  # noqa: E402

from targets.choices import Duty, Role  # noqa: E402
from targets.models import (  # noqa: E402
    Entry,
    Goal,
    Item,
    Period,
    Responsibility,
    Unit,
    User,
)
from tests import builders  # noqa: E402
from tracker import urls  # noqa: E402

CLASS = """CASE WHEN e.status_id IS NOT NULL THEN 's' || e.status_id
 WHEN EXISTS (SELECT 1 FROM targets_contribution c WHERE c.entry_id = e.id AND c.duty = 'lead'
 AND c.state IN ('submitted', 'approved')) THEN 'pending' ELSE 'unreported' END"""
FROM = """FROM targets_item i JOIN targets_goal g ON g.id = i.goal_id
 LEFT JOIN targets_entry e ON e.item_id = i.id AND e.period_id = %s"""
WHERE = "WHERE g.plan_id = %s AND NOT (i.outcome = 'cancelled' AND NOT i.stays_counted)"
TOTALS = f"SELECT {CLASS}, count(*) {FROM} {WHERE} GROUP BY 1"
GOALS = f"SELECT g.number, g.name, {CLASS}, count(*) {FROM} {WHERE} GROUP BY 1, 2, 3"
UNITS = f"""SELECT u.id, u.name, {CLASS}, count(*) {FROM}
 JOIN targets_responsibility r ON r.item_id = i.id AND r.duty = 'lead'
 JOIN targets_unit u ON u.id = r.unit_id {WHERE} GROUP BY 1, 2, 3"""
LIST = f"""SELECT i.id, g.number, i.number, i.standard, e.approved_text, {CLASS} {FROM} {WHERE}
 ORDER BY g.number, i.number LIMIT 100"""
# Page, its floor, and how many times the floor it may take.
RATIOS = (
    ("dashboard", "dashboard, bare SQL", 1.5),
    ("list", "list, bare SQL", 2.5),
    ("list", "list, Django admin", 0.5),
    ("item", "item, Django admin", 0.8),
)
MOST_STATEMENTS = {"list": 9, "item": 8, "dashboard": 9}


@dataclass
class Bench:
    """What is timed: a client of the office's, and the quarter."""

    client: Client
    period: Period


bench: Bench


def bare_dashboard(request: HttpRequest) -> HttpResponse:
    """The figures by bare SQL and strings."""
    numbers = (request.user.pk and bench.period.pk, bench.period.plan_id)
    parts = []
    with connection.cursor() as cursor:
        for statement in (TOTALS, GOALS, UNITS):
            cursor.execute(statement, numbers)
            parts += ["<tr><td>" + "</td><td>".join(map(str, row)) + "</td></tr>" for row in cursor]
    return HttpResponse("".join(parts))


def bare_list(request: HttpRequest) -> HttpResponse:
    """A hundred items by bare SQL and strings."""
    with connection.cursor() as cursor:
        cursor.execute(LIST, (request.user.pk and bench.period.pk, bench.period.plan_id))
        rows = ["<tr><td>" + "</td><td>".join(map(str, row)) + "</td></tr>" for row in cursor]
    return HttpResponse("".join(rows))


def fill(items: int) -> Bench:
    """Make a district with a quarter of so many items, half of them judged."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    district = builders.make_district()
    units = builders.make_units(district, 39)
    plan = builders.make_plan(district)
    builders.fill_plan(plan, units, items)
    office = User.objects.create_user("office", None, name="o", role=Role.OFFICE, district=district)
    for number in (1, 2):
        period = builders.open_quarter(plan, office, number)
        waiting = Entry.objects.filter(period=period, status=None)
        for index, entry in enumerate(waiting):
            if index % 2:
                builders.approve(
                    entry, office, "已完成" if index % 6 == 1 else "正在推进", "核" * 200
                )
    client = Client()
    client.force_login(office, backend="tracker.backends.AccountBackend")
    return Bench(client, period)


def large_quarter(items: int, per_goal: int = 10) -> Period:
    """Open two quarters of another year's plan of so many items, made in bulk."""
    office = User.objects.get(username="office")
    plan = builders.make_plan(office.district, 2031)
    numbers = range(1, -(-items // per_goal) + 1)
    goals = Goal.objects.bulk_create(
        Goal(plan=plan, number=number, name=f"目标{number}") for number in numbers
    )
    made = Item.objects.bulk_create(
        Item(goal=goals[index // per_goal], number=index % per_goal + 1, standard=f"实事{index}。")
        for index in range(items)
    )
    units = list(Unit.objects.all())
    Responsibility.objects.bulk_create(
        Responsibility(item=item, unit=units[index % len(units)], duty=Duty.LEAD, order=1)
        for index, item in enumerate(made)
    )
    builders.open_quarter(plan, office, 1)
    return builders.open_quarter(plan, office, 2)


def addresses(period: Period) -> dict[str, str]:
    """Return the pages that are promised a number of statements, in the quarter."""
    item = Item.objects.filter(goal__plan_id=period.plan_id).first()
    return {
        "list": f"/items/?period={period.code}&per_page=100",
        "item": f"/items/{item.pk}/",
        "dashboard": f"/dashboard/?period={period.code}",
    }


def measure(calls: dict[str, Callable], rounds: int) -> dict[str, float]:
    """Return each call's median of CPU milliseconds, the calls taking turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(rounds + 5):
        for name, call in calls.items():
            started = time.process_time()
            call()
            if turn >= 5:
                times[name].append((time.process_time() - started) * 1000)
    return {name: statistics.median(each) for name, each in times.items()}


def get(address: str) -> None:
    assert bench.client.get(address).status_code == 200, address


def time_pages(rounds: int) -> None:
    """Print each page's milliseconds, and the ratios to their floors."""
    urls.urlpatterns += [
        path("bare/dashboard/", bare_dashboard),
        path("bare/list/", bare_list),
    ]
    pages = addresses(bench.period)
    pages |= {
        "list, bare SQL": "/bare/list/",
        "list, Django admin": "/admin/targets/item/",
        "item, Django admin": f"/admin/targets{pages['item']}change/".replace("items", "item"),
        "dashboard, bare SQL": "/bare/dashboard/",
        "contributions": f"/contributions/?period={bench.period.code}&per_page=100",
        "trail": "/trail/",
        "search": "/search/?q=实事",
    }
    calls = {name: lambda address=address: get(address) for name, address in pages.items()}
    times = measure(calls, rounds)
    for name, value in times.items():
        print(f"{name:22} {value:8.1f} ms")
    for name, floor, most in RATIOS:
        ratio = times[name] / times[floor]
        verdict = "ok" if ratio <= most else "OVER"
        print(f"{name} / {floor}: {ratio:.2f} (goal {most}) {verdict}")


def count_statements(items: int, large: int) -> None:
    """Print the statements of each page in the small plan and in the large one."""
    small, big = addresses(bench.period), addresses(large_quarter(large))
    for name, most in MOST_STATEMENTS.items():
        counts = []
        for address in (small[name], big[name]):
            get(address)  # the session is moved on once a minute, which is a write
            with CaptureQueriesContext(connection) as captured:
                get(address)
            counts.append(len(captured))
        verdict = "ok" if counts[0] == counts[1] <= most else "OVER"
        print(
            f"{name}: {counts[0]} statements at {items} items, {counts[1]} at {large}"
            f" (goal {most}) {verdict}"
        )


def main() -> None:
    global bench
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--items", type=int, default=118)
    parser.add_argument("--large", type=int, default=11_800)
    options = parser.parse_args()
    bench = fill(options.items)
    time_pages(options.rounds)
    count_statements(options.items, options.large)


if __name__ == "__main__":
    main()
