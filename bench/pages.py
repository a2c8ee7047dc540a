"""Time the leader's page beside bare SQL, and the list beside the Django admin's.

    .venv/bin/python bench/pages.py [--rounds 40] [--items 118]

One interleaved run in one process, through the test client, on a throw-away SQLite file;
medians of wall time, warm. Prints milliseconds and the ratios that matter. The bare page
counts the same class totals, goals and units with three GROUP BY statements, reads the same
session and account, and joins strings.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
_folder = tempfile.TemporaryDirectory(prefix="tracker-bench-")
os.environ["VAR_DIR"] = _folder.name
os.environ["SECRET_KEY"] = "x" * 60
os.environ.pop("DATABASE_URL", None)
os.environ["ALLOWED_HOSTS"] = "testserver"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

import django  # noqa: E402 - after the path and the settings

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402

from targets.choices import Role  # noqa: E402
from targets.models import Entry, Period, User  # noqa: E402
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


class Bench:
    """The quarter that is timed."""

    period: Period


def bare_dashboard(request: HttpRequest) -> HttpResponse:
    """The figures by bare SQL and strings."""
    numbers = (request.user.pk and Bench.period.pk, Bench.period.plan_id)
    parts = []
    with connection.cursor() as cursor:
        for statement in (TOTALS, GOALS, UNITS):
            cursor.execute(statement, numbers)
            parts += ["<tr><td>" + "</td><td>".join(map(str, row)) + "</td></tr>" for row in cursor]
    return HttpResponse("".join(parts))


def bare_list(request: HttpRequest) -> HttpResponse:
    """A hundred items by bare SQL and strings."""
    with connection.cursor() as cursor:
        cursor.execute(LIST, (request.user.pk and Bench.period.pk, Bench.period.plan_id))
        rows = ["<tr><td>" + "</td><td>".join(map(str, row)) + "</td></tr>" for row in cursor]
    return HttpResponse("".join(rows))


def fill(items: int) -> Client:
    """Make a district with a quarter of so many items, half of them judged; return the office."""
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
    Bench.period = period
    client = Client()
    client.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    return client


def measure(calls: dict[str, Callable], rounds: int) -> dict[str, float]:
    """Return each call's median in milliseconds, the calls taking turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(rounds + 5):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if turn >= 5:
                times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(each) for name, each in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--items", type=int, default=118)
    options = parser.parse_args()
    urls.urlpatterns += [path("bare/dashboard/", bare_dashboard), path("bare/list/", bare_list)]
    client = fill(options.items)
    addresses = {
        "dashboard": f"/dashboard/?period={Bench.period.code}",
        "dashboard, bare SQL": "/bare/dashboard/",
        "list": f"/items/?period={Bench.period.code}&per_page=100",
        "list, bare SQL": "/bare/list/",
        "list, Django admin": "/admin/targets/item/",
        "search": "/search/?q=实事",
    }

    def getter(address: str) -> Callable:
        def get() -> None:
            assert client.get(address).status_code == 200, address

        return get

    times = measure({name: getter(each) for name, each in addresses.items()}, options.rounds)
    for name, value in times.items():
        print(f"{name:22} {value:8.1f} ms")
    for name, over in (
        ("dashboard", "dashboard, bare SQL"),
        ("list", "list, bare SQL"),
        ("list", "list, Django admin"),
    ):
        print(f"{name} / {over}: {times[name] / times[over]:.2f}")


if __name__ == "__main__":
    main()
