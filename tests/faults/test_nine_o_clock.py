"""A6: everybody logs in at the same moment, and saves."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.browser import Browser
from tests.faults.servers import Site

pytestmark = [pytest.mark.fault, pytest.mark.long]

ENOUGH = 20  # seconds, on two cores that have nothing else to do


def test_all_units_log_in_at_once_and_save(
    sqlite_site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """On SQLite, which takes one writer at a time; the logins are counted where they are made.

    PostgreSQL's units go on with the same sessions: their hashes would cost the same again.
    """
    units = sqlite_site.units
    since = sqlite_site.last_event()

    def save(browser: Browser) -> int:
        return browser.save(browser.open_form(), f"A6：{browser.username}写。").status

    started = time.monotonic()
    with ThreadPoolExecutor(len(units.browsers)) as threads:
        answers = list(threads.map(save, units.browsers))
    seconds = time.monotonic() - started
    assert answers == [302] * len(units.browsers)
    saved = f"SELECT count(*) FROM targets_event WHERE verb = 'save' AND id > {since}"
    assert sqlite_site.read(saved) == [(len(units.browsers),)]
    with capsys.disabled():
        told = f"{units.seconds:.1f} s to log in, {seconds:.1f} s to save"
        print(f"\n{len(units.browsers)} units at once: {told}")  # noqa: T201
    assert (units.seconds + seconds) * units.share <= ENOUGH, (units, seconds)
