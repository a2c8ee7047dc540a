"""A migrated database, made once and copied by every process of the tests.

Going through all migrations costs a core some ten seconds, and each of the processes would do
it again. The copy for SQLite is kept in pytest's cache for as long as no migration changes; the
one for PostgreSQL lives as long as its server.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
OURS = re.compile(r"^(?:from|import) ((?:targets|reports|tracker)\.[\w.]+)", re.MULTILINE)


def put_into_place(kept: Path) -> None:
    """Copy the migrated database to where this process has its own; `kept`: a folder."""
    if connection.vendor == "sqlite":
        copy_file(kept, Path(connection.settings_dict["TEST"]["NAME"]))
    else:
        with lock(kept / "lock"):
            copy_database(connection.creation._get_test_db_name())


def copy_file(kept: Path, wanted: Path) -> None:
    """Copy the migrated database for SQLite to a path; `kept`: the folder that keeps it."""
    made = kept / f"{state_of_migrations()}.sqlite3"
    with lock(kept / "lock"):
        if not made.exists():
            for old in kept.glob("*.sqlite3*"):
                old.unlink()
            unfinished = made.with_suffix(".sqlite3-unfinished")
            migrate(f"sqlite:///{unfinished}")
            unfinished.rename(made)
    shutil.copyfile(made, wanted)


def copy_database(wanted: str) -> None:
    made = f"migrated_{state_of_migrations()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [made])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {made}_unfinished")
            migrate(f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{made}_unfinished")
            cursor.execute(f"ALTER DATABASE {made}_unfinished RENAME TO {made}")
        cursor.execute(f'DROP DATABASE IF EXISTS "{wanted}"')
        cursor.execute(f'CREATE DATABASE "{wanted}" TEMPLATE {made}')


def migrate(url: str) -> None:
    """Go through the migrations in a process of its own, with the settings of the tests."""
    command = ["manage.py", "migrate", "-v0", "--skip-checks", "--settings=tracker.settings_test"]
    environment = {**os.environ, "DATABASE_URL": url}
    subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)


def state_of_migrations() -> str:
    """Return a short name for the migrations, what they import of ours, and Django's version."""
    files = sorted(ROOT.glob("*/migrations/*.py"))
    named = {name for each in files for name in OURS.findall(each.read_text())}
    files += [path for name in sorted(named) if (path := module_file(name)).exists()]
    words = django.__version__.encode() + b"".join(each.read_bytes() for each in files)
    return hashlib.sha256(words).hexdigest()[:16]


def module_file(name: str) -> Path:
    return ROOT.joinpath(*name.split(".")).with_suffix(".py")


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Let one process at a time through."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
