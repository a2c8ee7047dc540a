"""Write every file that the demonstration gives out into a folder, to compare two checkouts.

    .venv/bin/python bench/exported_bytes.py OUT_BEFORE --checkout OTHER_CHECKOUT
    .venv/bin/python bench/exported_bytes.py OUT_AFTER
    diff -rq OUT_BEFORE OUT_AFTER

The demonstration is loaded anew into a database of its own, at one fixed moment, so that the
same code gives the same bytes: the circular in its three variants and as .docx, its annex in
three forms, the brief, the lists and figures as files, and the data interface's answers.
`--checkout` takes another working tree of the project (`git worktree add ../before 6b01d57`),
whatever its modules are called: only commands and addresses are used.
"""

import argparse
import os
import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import django
import time_machine
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

MOMENT = datetime(2020, 7, 6, 2, 0, tzinfo=UTC)
PASSWORD = "exported-bytes"  # noqa: S105 - of a database that is thrown away
COMMANDS = (
    ("export_circular", "2020Q1", "circular.pdf"),
    ("export_circular", "2020Q1", "circular-archive.pdf", "--variant", "archive"),
    ("export_circular", "2020Q1", "circular-web.pdf", "--variant", "web"),
    ("export_circular", "2020Q1", "circular.docx"),
    ("export_annex", "2020Q1", "annex.xlsx"),
    ("export_annex", "2020Q1", "annex.pdf"),
    ("export_annex", "2020Q1", "annex.csv"),
)
PAGES = (
    "dashboard/brief.pdf",
    "dashboard/figures.csv",
    "dashboard/figures.xlsx",
    "dashboard/units/units.csv",
    "items/items.csv",
    "items/items.xlsx",
    "board/board.csv",
    "periods/workbooks.zip",
)
QUARTERS = ("2020Q1", "2020Q2")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--checkout", type=Path, default=Path(__file__).resolve().parent.parent)
    options = parser.parse_args()
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as var, time_machine.travel(MOMENT, tick=False):
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tracker.settings",
            "DEMO": "1",
            "VAR_DIR": var,
            "DATABASE_URL": f"sqlite:///{var}/db.sqlite3",
            "SECRET_KEY": "the same in every run",
            "DEMO_PASSWORD": PASSWORD,
            "ALLOWED_HOSTS": "testserver",
        }
        os.chdir(options.checkout)
        sys.path.insert(0, str(options.checkout.resolve()))
        write_all(out)


def write_all(out: Path) -> None:
    """Load the demonstration into the empty database and write its files."""
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_demo", stdout=sys.stderr)
    for command, quarter, name, *rest in COMMANDS:
        call_command(command, quarter, str(out / name), *rest, stdout=sys.stderr)
    for path in out.glob("*.pdf"):
        # The identifier is a digest of the page's source; what is printed is compared.
        path.write_bytes(re.sub(rb"/ID \[.*?\]", b"", path.read_bytes(), flags=re.DOTALL))
    office, administrator, anyone = Client(), Client(), Client()
    for browser, name in ((office, "office"), (administrator, "admin")):
        browser.post("/accounts/login/", {"username": name, "password": PASSWORD})
    secret = token_of(administrator)
    for quarter in QUARTERS:
        for page in PAGES:
            answer = office.get(f"/{page}?period={quarter}")
            (out / f"{quarter}-{page.replace('/', '-')}").write_bytes(given(answer))
        for name in ("figures.json", "figures.csv", "items.json", "items.csv"):
            address = f"/api/v1/{name.split('.')[0]}/{quarter}.{name.split('.')[1]}"
            answer = anyone.get(address, headers={"Authorization": f"Bearer {secret}"})
            (out / f"api-{quarter}-{name}").write_bytes(given(answer))


def given(answer: HttpResponse) -> bytes:
    """Return a file that was given out, whole or in pieces; two errors would be alike too."""
    assert answer.status_code == 200, answer.status_code
    return answer.getvalue()


def token_of(administrator: object) -> str:
    """Return the secret of a new token, as the administrator's page shows it once."""
    form = {"name": "exported bytes"}
    page = administrator.post("/admin/targets/apitoken/add/", form, follow=True)
    return page.content.decode().split("请立即保存）：")[1].split("<")[0].strip()


if __name__ == "__main__":
    main()
