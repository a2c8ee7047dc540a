"""A1: processes of the site are killed while all units submit."""

import os
import random
import signal
import time

import pytest

from tests.faults.servers import Site
from tests.faults.storm import Storm, check_nothing_lost_or_doubled

pytestmark = [pytest.mark.fault, pytest.mark.slow]

SECONDS = 5
EVERY = 0.7  # seconds


def test_killed_workers_lose_and_double_nothing(site: Site) -> None:
    storm, since, killed = Storm("A1"), site.last_event(), []

    def kill_workers(until: float) -> None:
        while time.monotonic() < until:
            time.sleep(EVERY)
            killed.append(random.choice(site.workers))
            os.kill(killed[-1], signal.SIGKILL)

    browsers = site.units.browsers  # logged in before anything is killed
    lost = sum(each.lost for each in browsers)
    storm.rage(site, SECONDS, kill_workers)
    assert len(killed) >= SECONDS // EVERY - 1
    assert not set(killed) & set(site.workers)
    assert sum(each.lost for each in browsers) > lost, "nobody was at work when it was killed"
    check_nothing_lost_or_doubled(site, storm, since)
