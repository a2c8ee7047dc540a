"""Time an office's login with 600 events in the trail, and with 640,000 that nobody has sealed.

    .venv/bin/python bench/login.py [--events 640000] [--rounds 12]
    deploy/with-postgres.sh .venv/bin/python bench/login.py

One process, through the test client, on one database that grows in between. The least
processor time of the rounds: a login is one password's hash and some statements, whatever else
the machine does.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
_folder = tempfile.TemporaryDirectory(prefix="tracker-bench-")
os.environ["VAR_DIR"] = _folder.name
os.environ["SECRET_KEY"] = "x" * 60
os.environ["ALLOWED_HOSTS"] = "testserver"
os.environ["SECOND_FACTOR"] = ""
os.environ["FORCE_PASSWORD_CHANGE"] = "0"  # noqa: S105 - a switch
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

import django  # noqa: E402 - after the path and the settings

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from targets.choices import Role  # noqa: E402
from targets.models import Event, User  # noqa: E402
from tests import builders  # noqa: E402

GOAL = 1.2
FEW = 600
PASSWORD = "A-password-for-tests-7"  # noqa: S105
COPY = """
    INSERT INTO targets_event ({columns})
    WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count})
    SELECT {columns} FROM (SELECT {columns} FROM targets_event ORDER BY id LIMIT 1) one, counted
"""


def grow(to: int) -> None:
    """Repeat the first event until there are so many."""
    columns = ", ".join(
        field.column for field in Event._meta.concrete_fields if not field.primary_key
    )
    with connection.cursor() as cursor:
        cursor.execute(COPY.format(columns=columns, count=to - Event.objects.count()))


def login_cost(rounds: int) -> float:
    """Return the least processor seconds of a login and the page that it leads to."""
    least = float("inf")
    for _ in range(rounds):
        client = Client()
        started = time.process_time()
        answer = client.post("/accounts/login/", {"username": "office", "password": PASSWORD})
        assert answer.status_code == 302, answer.status_code
        assert client.get(answer["Location"], follow=True).status_code == 200
        least = min(least, time.process_time() - started)
    return least


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=640_000)
    parser.add_argument("--rounds", type=int, default=12)
    chosen = parser.parse_args()
    call_command("migrate", verbosity=0, skip_checks=True)
    call_command("collectstatic", "--noinput", verbosity=0, skip_checks=True)
    district = builders.make_district()
    User.objects.create_user("office", PASSWORD, role=Role.OFFICE, district=district)
    login_cost(2)
    grow(FEW)
    few = login_cost(chosen.rounds)
    grow(chosen.events)
    many = login_cost(chosen.rounds)
    ratio = many / few
    print(
        f"login with {FEW} events {few * 1000:.0f} ms, with {Event.objects.count()}"
        f" {many * 1000:.0f} ms: {ratio:.2f} x (goal {GOAL})"
    )
    sys.exit(ratio > GOAL)


if __name__ == "__main__":
    main()
