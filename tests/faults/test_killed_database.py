"""A2: PostgreSQL is killed and started again while all units submit."""

import time

import pytest

from tests.faults.servers import Postgres, Site
from tests.faults.storm import Storm, check_nothing_lost_or_doubled

pytestmark = [pytest.mark.fault, pytest.mark.slow]

SECONDS = 5
KILLS = 2
AWAY = 1  # seconds


def test_a_killed_database_loses_nothing_and_the_site_comes_back_by_itself(
    postgresql_site: Site, postgres: Postgres
) -> None:
    """While it is away, a page asks to wait and gives back what was typed (Browser.patiently)."""
    site = postgresql_site
    browsers, served_by = site.units.browsers, [site.master, *site.workers]
    told = sum(each.told_to_wait for each in browsers)
    storm, since = Storm("A2"), site.last_event()
    health = []

    def kill_database(until: float) -> None:
        for left in range(KILLS, 0, -1):
            time.sleep(max(1, (until - time.monotonic()) / (left + 1)))
            postgres.kill()
            time.sleep(AWAY)
            health.append(site.is_healthy())
            postgres.start_again()

    storm.rage(site, SECONDS, kill_database)
    assert health == [False] * KILLS
    assert sum(each.told_to_wait for each in browsers) > told
    assert [site.master, *site.workers] == served_by, "no part of the site was restarted"
    assert site.is_healthy()
    check_nothing_lost_or_doubled(site, storm, since)
