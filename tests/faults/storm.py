"""All units at once: each submits texts of its own, withdraws, and submits again, for a while."""

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.faults.browser import Browser
from tests.faults.servers import Site

SUBMITTED = "SELECT CAST(new AS TEXT) FROM targets_event WHERE verb = 'submit' AND id > {since}"
WRITES = """
    SELECT c.id, c.version, (
        SELECT count(*) FROM targets_event e
        WHERE e.subject = 'contribution' AND e.subject_id = c.id
        AND e.verb IN ('save', 'submit', 'withdraw')
    ) FROM targets_contribution c
"""


@dataclass
class Storm:
    """What was sent, and what of it the site has acknowledged."""

    name: str
    sent: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)

    def rage(self, site: Site, seconds: float, meanwhile: Callable[[float], None]) -> None:
        """Let every unit submit for some seconds; `meanwhile` is given the moment of the end."""
        until = time.monotonic() + seconds
        browsers = site.units.browsers
        with ThreadPoolExecutor(len(browsers)) as threads:
            all_units = [threads.submit(self._submit, each, until) for each in browsers]
            meanwhile(until)
            for unit in all_units:
                unit.result()

    def _submit(self, unit: Browser, until: float) -> None:
        number = 0
        while time.monotonic() < until:
            number += 1
            text = f"{self.name}，{unit.username}第{number}次：完成投资{number}亿元。"
            version = unit.open_form()
            self.sent.append(text)
            answer = unit.patiently(lambda v=version, t=text: unit.submit(v, t), text)
            assert answer.location.startswith("/my-items/"), answer
            self.acknowledged.append(text)


def check_nothing_lost_or_doubled(site: Site, storm: Storm, since: int) -> None:
    """Hold the trail after event `since`, and every contribution's version, to the promises."""
    written = Counter(
        json.loads(new)["text"] for (new,) in site.read(SUBMITTED.format(since=since))
    )
    assert set(storm.acknowledged) <= set(written), "acknowledged and lost"
    assert set(written) <= set(storm.sent)
    assert set(written.values()) == {1}, "submitted twice"
    # The trail is written in the same transaction: the one counts what the other did.
    versions = site.read(WRITES)
    assert [(pk, version) for pk, version, _ in versions] == [(pk, 1 + n) for pk, _, n in versions]
    site.manage("check_trail")
