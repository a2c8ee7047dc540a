"""The servers of the fault tests: the site under gunicorn, and a PostgreSQL that may be killed."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2

from tests import databases
from tests.faults.browser import Browser, Lost
from tests.faults.district import UNITS

ROOT = Path(__file__).resolve().parents[2]
SQLITE = "sqlite:///"
WORKERS = 5  # what deploy/gunicorn.conf.py gives a machine with two cores


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_so: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Return when something has become so; fail when it takes too long."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"{what}: not within {seconds} seconds"
        time.sleep(0.05)


def read(url: str, statement: str) -> list[tuple]:
    """Read a database past the site."""
    if url.startswith(SQLITE):
        opened = sqlite3.connect(url.removeprefix(SQLITE), timeout=20)
    else:
        opened = psycopg2.connect(url)
    with closing(opened) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def processor_time() -> float:
    """Return how long the machine's cores have worked, for anybody."""
    spent = [int(each) for each in Path("/proc/stat").read_text().split()[1:9]]
    user, nice, system, _idle, _waiting, *interrupts = spent
    return sum((user, nice, system, *interrupts)) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Units:
    """The browsers of all units, logged in at once, and how long that took.

    `share` is the part of the machine's work that was ours: with another load beside the
    tests everything takes longer, which says nothing of the site.
    """

    browsers: list[Browser]
    seconds: float = 0
    share: float = 1

    def at(self, port: int) -> "Units":
        return Units([each.at(port) for each in self.browsers])


class Site:
    """The site as it is served: gunicorn, its own settings, a folder and a database of its own."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        self.url = url or f"{SQLITE}{folder}/db.sqlite3"
        self.port = free_port()
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tracker.settings",
            "DATABASE_URL": self.url,
            "VAR_DIR": str(folder),
            "SECRET_KEY": "only-for-tests-" + "x" * 50,
            "SECOND_FACTOR": "",  # the office logs in with its password alone
        }
        self._server: subprocess.Popen | None = None

    def manage(self, *command: str) -> None:
        """Run one of manage.py's commands on this site."""
        subprocess.run(
            [sys.executable, "manage.py", *command, "-v0"],
            cwd=ROOT,
            env=self.environment,
            check=True,
        )

    def make_tables(self, kept: Path) -> None:
        """Make the newest tables in an empty database; `kept`: as in tests/databases.py."""
        if self.url.startswith(SQLITE):
            databases.copy_file(kept, Path(self.url.removeprefix(SQLITE)))
        else:
            self.manage("migrate", "--skip-checks")

    def collect_static(self) -> Path:
        """Collect what a unit's pages name; the manual's pictures and the admin take longest."""
        left_out = ("--ignore", "manual", "--ignore", "admin")
        self.manage("collectstatic", "--skip-checks", "--noinput", *left_out)
        return self.folder / "static"

    def fill(self, module: str) -> None:
        """Let a module of this folder fill the tables."""
        self.manage("shell", "-c", f"from tests.faults import {module}; {module}.fill()")

    @contextmanager
    def served(self) -> Iterator[None]:
        """Serve for the time of a block, and no longer than the tests' own process."""
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
        options = ["--bind", f"127.0.0.1:{self.port}", "--workers", str(WORKERS)]
        self._server = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *gunicorn, *options, "tracker.wsgi"],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
        )
        try:
            wait_until(self.is_healthy, "the site answers")
            yield
        finally:
            # Together with its workers: each would take half a second to end in good order.
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait(timeout=60)

    def is_healthy(self) -> bool:
        try:
            return Browser(self.port, "").get("/healthz").status == 200
        except Lost:
            return False

    @property
    def master(self) -> int:
        """The server's own process; it stays the same unless the site is restarted."""
        assert self._server.poll() is None, "the server has ended"
        return self._server.pid

    @property
    def workers(self) -> list[int]:
        """The processes that answer, oldest first."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children")
        return [int(pid) for pid in children.read_text().split()]

    @cached_property
    def units(self) -> Units:
        """Log all units in at the same moment, once."""
        browsers = [Browser(self.port, f"unit-{number:02}") for number in range(1, UNITS + 1)]
        started, ours, all_work = time.monotonic(), self.processor_time(), processor_time()
        with ThreadPoolExecutor(UNITS) as threads:
            list(threads.map(Browser.begin, browsers))
        share = (self.processor_time() - ours) / (processor_time() - all_work)
        return Units(browsers, time.monotonic() - started, share)

    def processor_time(self) -> float:
        """Return how long the site's present processes have worked."""
        ticks = 0
        for pid in (self.master, *self.workers):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def adopt_units(self, other: "Site") -> None:
        """Let the units of another site go on here: 54 logins cost 15 seconds of processor."""
        units = other.units  # logged in now, where no test has asked for them before
        sessions = other.read("SELECT session_key, session_data, expire_date FROM django_session")
        with closing(psycopg2.connect(self.url)) as connection, connection.cursor() as cursor:
            cursor.executemany("INSERT INTO django_session VALUES (%s, %s, %s)", sessions)
            connection.commit()
        self.units = units.at(self.port)

    def read(self, statement: str) -> list[tuple]:
        return read(self.url, statement)

    def last_event(self) -> int:
        return self.read("SELECT coalesce(max(id), 0) FROM targets_event")[0][0]


class Postgres:
    """A server of deploy/with-postgres.sh, which can be killed and started again."""

    def __init__(self) -> None:
        self._script = subprocess.Popen(
            ["deploy/with-postgres.sh", "sh", "-c", 'echo "$DATABASE_URL"; exec cat'],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self._script.stdout.readline().strip()
        assert self.url, "deploy/with-postgres.sh started no server"
        self.folder = Path(unquote(urlsplit(self.url).hostname))
        self._restarted: subprocess.Popen | None = None

    @property
    def pid(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def create(self, name: str) -> str:
        """Create a database whose commits are on disk when they are acknowledged."""
        self.run(f"CREATE DATABASE {name}", f"ALTER DATABASE {name} SET synchronous_commit = on")
        return f"{self.url.rpartition('/')[0]}/{name}"

    def run(self, *statements: str, url: str = "") -> None:
        """Run statements as the superuser, each by itself."""
        with closing(psycopg2.connect(url or self.url)) as connection:
            connection.autocommit = True
            for statement in statements:
                connection.cursor().execute(statement)

    def kill(self) -> None:
        """Kill the server as a failing machine does: nothing is written, nobody is told."""
        process = Path(f"/proc/{self.pid}")
        owner = process.stat()
        become = ["--reuid", str(owner.st_uid), "--regid", str(owner.st_gid), "--clear-groups"]
        command = process.joinpath("cmdline").read_text().split("\0")[:-1]
        root = os.geteuid() == 0
        self._command = ["setpriv", *(become if root else ()), "--pdeathsig", "INT", *command]
        os.kill(self.pid, signal.SIGKILL)
        if self._restarted:
            self._restarted.wait(timeout=60)

    def start_again(self) -> None:
        """Start the killed server with the same command; it recovers by itself."""
        wait_until(self._is_started_again, "PostgreSQL has recovered")

    def _is_started_again(self) -> bool:
        # While the dead server's last backends end, a new one refuses to start.
        if self._restarted is None or self._restarted.poll() is not None:
            with self.folder.joinpath("server.log").open("ab") as log:
                self._restarted = subprocess.Popen(
                    self._command, cwd="/", stdout=log, stderr=subprocess.STDOUT
                )
        with suppress(psycopg2.OperationalError):
            return bool(read(self.url, "SELECT 1"))
        return False

    def stop(self) -> None:
        if self._restarted:
            self._restarted.send_signal(signal.SIGINT)
            self._restarted.wait(timeout=60)
        self._script.stdin.close()
        self._script.wait(timeout=60)
        self._script.stdout.close()
