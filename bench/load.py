"""Ask a served site for the list with 8 clients at once, beside the Django admin's list.

    .venv/bin/python bench/load.py [--rounds 3] [--seconds 3] [--clients 8] [--workers 2]

Gunicorn serves the throw-away site of bench/pages.py on 127.0.0.1; the pages take turns.
Prints requests a second, and the CPU milliseconds that the workers spent on one: clients
and workers share the machine's cores, so the second figure is the steadier.
"""

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import pages  # the throw-away site; sets the environment

from targets.models import Item  # after it

GOAL = 4.0  # times the admin's requests a second
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_of(server: int) -> float:
    """Return the CPU seconds so far of the server's workers."""
    spent = 0.0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == server:
                spent += sum(int(field) for field in fields[11:13]) / TICKS
    return spent


def ask(port: int, address: str, cookie: str, until: float, done: list[int]) -> None:
    """Ask for one page over and over; gunicorn's sync workers close after each answer."""
    count = 0
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", address, headers={"Cookie": cookie})
        answer = connection.getresponse()
        assert answer.status == 200, (address, answer.status)
        answer.read()
        connection.close()
        count += 1
    done.append(count)


def load(port: int, address: str, cookie: str, clients: int, seconds: float) -> int:
    """Return how many answers so many clients got in so many seconds."""
    until, done = time.monotonic() + seconds, []
    threads = [
        threading.Thread(target=ask, args=(port, address, cookie, until, done))
        for _client in range(clients)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(done) == clients, "a client failed"
    return sum(done)


def serve(port: int, workers: int) -> subprocess.Popen:
    """Start gunicorn and wait until it answers."""
    server = subprocess.Popen(
        [
            str(Path(sys.executable).parent / "gunicorn"),
            *("--workers", str(workers), "--bind", f"127.0.0.1:{port}"),
            *("--no-control-socket", "--log-level", "error", "tracker.wsgi"),
        ],
        cwd=pages.ROOT,
    )
    for _attempt in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return server
    server.terminate()
    raise SystemExit("gunicorn did not start")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    site = pages.fill(118)
    assert Item.objects.count() >= 100, "the list must fill its page"
    cookie = "; ".join(f"{each.key}={each.value}" for each in site.client.cookies.values())
    lists = {
        "list": pages.addresses(site.period)["list"],
        "list, Django admin": "/admin/targets/item/",
    }
    rates: dict[str, list[float]] = {name: [] for name in lists}
    costs: dict[str, list[float]] = {name: [] for name in lists}
    port = free_port()
    server = serve(port, options.workers)
    try:
        for turn in range(options.rounds + 1):
            for name, address in lists.items():
                before = cpu_of(server.pid)
                answers = load(port, address, cookie, options.clients, options.seconds)
                if turn:  # the first is a warming-up
                    rates[name].append(answers / options.seconds)
                    costs[name].append((cpu_of(server.pid) - before) / answers * 1000)
    finally:
        server.terminate()
        server.wait()
    rate = {name: statistics.median(each) for name, each in rates.items()}
    cost = {name: statistics.median(each) for name, each in costs.items()}
    for name in lists:
        print(f"{name:20} {rate[name]:7.1f} requests/s {cost[name]:6.1f} ms of CPU each")
    ours, admin = lists
    ratio = rate[ours] / rate[admin]
    verdict = "ok" if ratio >= GOAL else "UNDER"
    print(f"requests/s, list / admin: {ratio:.2f} (goal {GOAL}) {verdict}")
    print(f"CPU, admin / list: {cost[admin] / cost[ours]:.2f}")


if __name__ == "__main__":
    main()
