"""A5: two accounts of one unit save the same version at the same moment."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.browser import Answer, Browser
from tests.faults.district import COLLEAGUE
from tests.faults.servers import Site

pytestmark = [pytest.mark.fault, pytest.mark.slow]

ROUNDS = 60
JSON = "application/json"


def test_of_two_saves_of_one_version_one_succeeds_and_one_is_told(site: Site) -> None:
    """Every other round as the script saves, which is answered in JSON."""
    one, other = site.units.browsers[0], Browser(site.port, COLLEAGUE)
    other.begin()
    assert other.box == one.box

    def save(browser: Browser, version: int, number: int, start: threading.Barrier) -> Answer:
        start.wait(timeout=30)
        text = f"A5第{number}轮，{browser.username}写。"
        return browser.save(version, text, accept=JSON if number % 2 else "text/html")

    with ThreadPoolExecutor(2) as threads:
        version = one.open_form()
        for number in range(ROUNDS):
            start = threading.Barrier(2)
            both = [threads.submit(save, each, version, number, start) for each in (one, other)]
            answers = {
                each.username: told.result() for each, told in zip((one, other), both, strict=True)
            }
            version += 1
            check_round(site, one.box, answers, version, number)


def check_round(
    site: Site, box: str, answers: dict[str, Answer], version: int, number: int
) -> None:
    """Hold one round to the promise: the row says what the winner wrote, the loser sees it."""
    succeeded, was_told = (200, 409) if number % 2 else (302, 200)
    winner, loser = sorted(answers, key=lambda name: answers[name].status != succeeded)
    assert [answers[winner].status, answers[loser].status] == [succeeded, was_told]
    written = f"A5第{number}轮，{winner}写。"
    pk = box.strip("/").rpartition("/")[2]
    row = site.read(f"SELECT version, text FROM targets_contribution WHERE id = {pk}")
    assert row == [(version, written)]
    told = answers[loser].text
    if was_told == 409:
        assert json.loads(told)["text"] == written
        return
    assert "已被他人修改" in told
    assert f'prose-text--boxed">{written}</div>' in told
    assert f"A5第{number}轮，{loser}写。</textarea>" in told, "what the loser typed is kept"
