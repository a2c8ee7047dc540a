"""A working day in short: all units read and write through nginx while parts of the site fail.

`make soak` runs it for ten minutes; as a part of the tests it takes one. Every minute (in the
short run: once) a worker is killed; in the middle the database is killed and started again.
"""

import os
import random
import signal
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.faults.browser import Answer, Browser, Lost
from tests.faults.district import COLLEAGUES
from tests.faults.servers import ROOT, Postgres, Site, free_port, wait_until
from tests.faults.storm import Storm, check_nothing_lost_or_doubled

pytestmark = [pytest.mark.fault, pytest.mark.slow]

SECONDS = int(os.environ.get("SOAK_SECONDS", "60"))
KILL_EVERY = min(60, SECONDS / 4)
PAGES = ("/my-items/", "/items/", "/dashboard/", "/dashboard/units/", "/items/?q=1")
AWAY = 1  # seconds for which the database stays away
PAUSE = 1  # seconds between two questions of one account: sixty of them stay within nginx's limit


def answers(port: int) -> bool:
    try:
        return Browser(port, "").get("/healthz").status == 200
    except Lost:
        return False


@contextmanager
def nginx(folder: Path, site: Site) -> Iterator[int]:
    """Serve a site through nginx with the installed limits; yield the port."""
    port = free_port()
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    # The server with TLS, on a port of ours and without the certificate.
    head, _first, second = text.partition("server {")[0], *text.split("server {")[1:]
    served = "\n".join(
        line
        for line in f"{head}server {{{second}".splitlines()
        if "ssl_" not in line and "listen [::]" not in line
    )
    proxy = folder / "proxy.conf"
    proxy.write_text(
        (ROOT / "deploy" / "nginx-proxy.conf").read_text().replace(":8000", f":{site.port}")
    )
    served = served.replace("listen 443 ssl", f"listen 127.0.0.1:{port}").replace("HOSTS", "_")
    served = served.replace("/etc/nginx/tracker-proxy.conf", str(proxy))
    served = served.replace("/var/log/tracker", str(folder))
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off;\nuser root;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\n{temporary}{served}\n}}\n"
    )
    command = ["setpriv", "--pdeathsig", "TERM", "nginx", "-c", str(conf), "-p", str(folder)]
    server = subprocess.Popen(command)
    try:
        wait_until(partial(answers, port), "nginx answers")
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


class Timed(Browser):
    """A browser that remembers how each of its questions was answered, and asks as people do."""

    asked: list[tuple[float, int]]

    def ask(self, *args: object, **kwargs: object) -> Answer:
        time.sleep(PAUSE)
        started = time.monotonic()
        answer = super().ask(*args, **kwargs)
        self.asked.append((time.monotonic() - started, answer.status))
        if answer.status in (502, 504):
            # nginx's own: the worker was killed while it answered. What was typed is still in
            # the browser, and the same form is sent again.
            raise Lost(f"{answer.status} of nginx")
        return answer


def timed(other: Browser, port: int) -> Timed:
    made = Timed(port, other.username)
    made.box, made._cookies, made._token = other.box, dict(other._cookies), other._token
    made.asked = []
    return made


def read_on(reader: Timed, until: float) -> None:
    while time.monotonic() < until:
        page = reader.patiently(lambda: reader.get(random.choice(PAGES)))
        assert page.status == 200, page


def disturb(site: Site, postgres: Postgres, wait: Callable[[float], None], until: float) -> int:
    """Kill a worker each so often, and the database once; return how many workers."""
    started, killed, is_restarted = time.monotonic(), 0, False
    while time.monotonic() < until - KILL_EVERY / 2:
        wait(KILL_EVERY / 2)
        os.kill(random.choice(site.workers), signal.SIGKILL)
        killed += 1
        if not is_restarted and time.monotonic() - started > SECONDS / 2:
            is_restarted = True
            postgres.kill()
            wait(AWAY)
            postgres.start_again()
        wait(KILL_EVERY / 2)
    assert is_restarted
    return killed


def test_a_day_of_reading_and_writing_loses_and_doubles_nothing(
    postgresql_site: Site, postgres: Postgres, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    site = postgresql_site
    storm, since = Storm("soak"), site.last_event()
    with nginx(tmp_path, site) as port:
        browsers = [timed(each, port) for each in site.units.browsers]
        # Beside the 54 units that write, their colleagues read: sixty accounts in all.
        readers = [timed(Browser(port, name), port) for name in COLLEAGUES]
        for each in readers:
            each.log_in()
        until = time.monotonic() + SECONDS
        with ThreadPoolExecutor(len(browsers) + len(readers)) as threads:
            work = [threads.submit(storm._submit, each, until) for each in browsers]
            work += [threads.submit(read_on, each, until) for each in readers]
            killed = disturb(site, postgres, time.sleep, until)
            for each in work:
                each.result()
    asked = [each for browser in (*browsers, *readers) for each in browser.asked]
    statuses = {status for _seconds, status in asked}
    assert statuses <= {200, 302, 502, 503}, statuses
    check_nothing_lost_or_doubled(site, storm, since)
    took = sorted(seconds for seconds, status in asked if status in (200, 302))
    p95 = statistics.quantiles(took, n=20)[-1]
    with capsys.disabled():
        print(  # noqa: T201 - what the run is for
            f"\n{SECONDS} s: {len(asked)} answers, {len(storm.acknowledged)} reports acknowledged,"
            f" {killed} workers and the database killed,"
            f" {sum(status > 500 for _, status in asked)} asked to wait,"
            f" median {took[len(took) // 2]:.2f} s, p95 {p95:.2f} s"
        )
