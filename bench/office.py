"""Time the pages that the office lives in, on the demonstration's plan with all units' reports.

    .venv/bin/python bench/office.py [--rounds 20]

118 items, 102 reports waiting for review; CPU milliseconds a request, the least of the warm
rounds, through the test client on a throw-away SQLite file. Goals: 50 ms a page, 80 ms for
an approval with the page that it leads to. The Django admin's list stands beside them.
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
os.environ["DEMO_PASSWORD"] = "only-for-this-run"  # noqa: S105 - of a file that goes at the end
os.environ.pop("DATABASE_URL", None)
os.environ["ALLOWED_HOSTS"] = "testserver"
os.environ["SECOND_FACTOR"] = ""  # a client of the tests has the password alone
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

import django  # noqa: E402 - after the path and the settings

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from targets.models import Contribution, Entry, Period, Status, User  # noqa: E402
from tests import builders  # noqa: E402

PAGES = ("/admin/targets/item/", "/board/", "/review/", "/review/approve/", "/dashboard/")


def hand_in_all(period: Period) -> None:
    """Let every unit hand in what it owes, each text another."""
    owed = Contribution.objects.owed().filter(entry__period=period)
    for part in owed.select_related("entry", "unit"):
        author = User.objects.filter(unit=part.unit_id, is_active=True).first()
        text = f"{part.entry_id}号路段已开工，按计划推进，各项工作有序开展。"
        builders.submit(part, author, text)


def least(client: Client, path: str, rounds: int) -> float:
    """Return the least CPU seconds of a GET."""
    times = []
    for _round in range(rounds):
        start = time.process_time()
        assert client.get(path).status_code == 200, path
        times.append(time.process_time() - start)
    return min(times)


def approve_and_go_on(client: Client, period: Period, rounds: int) -> float:
    """Return the least CPU seconds of approving an entry and showing the next."""
    status = Status.objects.get(district_id=period.plan.district_id, name="正在推进")
    waiting = Entry.objects.filter(period=period, status=None, contributions__state="submitted")
    times = []
    for entry in waiting.distinct()[:rounds]:
        form = {
            "version": entry.version,
            "status": status.pk,
            "approved_text": "已开工，按计划推进。",
            "reason": "按现有材料核定。",
        }
        start = time.process_time()
        answer = client.post(f"/entries/{entry.pk}/approve/", form)
        assert answer.status_code == 302, entry
        assert client.get(answer.url).status_code == 200
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    for command in (("migrate",), ("load_demo",), ("collectstatic", "--noinput")):
        call_command(*command, verbosity=0)
    period = Period.objects.select_related("plan").get(plan__year=2020, number=2)
    hand_in_all(period)
    client = Client()
    office = User.objects.get(username="office")
    client.force_login(office, backend="tracker.backends.AccountBackend")
    entry = Entry.objects.filter(period=period, contributions__state="submitted").first()
    for path in (*PAGES, f"/entries/{entry.pk}/review/"):
        print(f"{path:<28}{least(client, path, rounds) * 1000:6.0f} ms")
    both = approve_and_go_on(client, period, rounds)
    print(f"{'approve, and the next':<28}{both * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
