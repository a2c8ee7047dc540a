"""The numbers of the working pages: each opens the list that it counted, and so does its file."""

from urllib.parse import urljoin, urlsplit

import pytest

from targets import actions
from targets.models import Contribution, Entry, Instruction, Item, Report
from tests import builders
from tests.following import FILES, exported, listed, read_numbers

pytestmark = pytest.mark.slow


@pytest.fixture
def busy(cast):
    """A quarter with work in every state; 单位1 has drafts, a report sent back, one handed in."""
    for number in range(4, 10):
        leads = [cast.units[0], cast.units[1]] if number == 4 else [cast.units[0]]
        builders.make_item(cast.goal, number, leads, [cast.units[3]])
    period = builders.open_quarter(cast.plan, cast.office, 2)
    mine = {
        each.entry.item.number: each
        for each in Contribution.objects.filter(
            entry__period=period, unit=cast.units[0]
        ).select_related("entry__item")
    }
    for number in (1, 2, 4, 5):
        builders.submit(mine[number], cast.reporter)
    for number, text in ((6, "写好的草稿"), (7, "")):
        actions.save_contribution(
            contribution=mine[number], version=1, report=Report(text), by=cast.reporter
        )
    back = builders.contribution_of(period, mine[5].entry.item, cast.units[0])
    actions.return_contribution(
        contribution=back, version=back.version, reason="补数字", by=cast.office
    )
    entry = Entry.objects.get(period=period, item__number=1, item__goal=cast.goal)
    builders.approve(entry, cast.office, "已完成", "全部完成。")
    added = actions.start_contribution(
        entry=builders.entry_of(period, mine[4].entry.item), by=cast.supporter
    )
    builders.submit(added, cast.supporter, "配合完成了一半。")
    Instruction.objects.create(
        district=cast.district,
        item=Item.objects.get(number=5),
        text="请抓紧。",
        given_by=cast.leader,
    )
    return cast


def follow(browser, page: str) -> dict[str, int]:
    """Hold each number that opens a list to that list and its file; return them."""
    numbers = read_numbers(browser.get(page).content.decode())
    links = {}
    for address, found in numbers.linked:
        url = urljoin(page, address)
        if urlsplit(url).path in FILES:
            assert [listed(browser, url)] == found, url
            assert [exported(browser, url)] == found, url
            links[url] = found[0]
    return links


def test_the_numbers_of_a_units_page_open_their_lists(busy, as_user):
    links = follow(as_user(busy.reporter), "/my-items/?period=2030Q2")
    page = "/my-items/?period=2030Q2&"
    expected = {"state=owed": 5, "state=sent_back": 1, "state=ready": 1, "duty=lead": 8}
    expected |= {"duty=lead&state=submitted": 2, "duty=lead&state=approved": 1}
    # The quarter before is open too: its own line says what is owed of it.
    earlier = {"/my-items/?period=2030Q1&state=owed": 2}
    assert {page + query: number for query, number in expected.items()} | earlier == {
        url: number for url, number in links.items() if url.startswith("/my-items/")
    }
    assert links["/instructions/?kind=open"] == 1


def test_the_numbers_of_the_board_open_their_lists(busy, as_user):
    links = follow(as_user(busy.office), "/board/?period=2030Q2")
    added = f"/contributions/?period=2030Q2&duty=supporting&unit={busy.units[3].pk}"
    assert links[added] == 1
    assert len(links) > 15


def test_the_numbers_of_the_review_queue_open_their_lists(busy, as_user):
    links = follow(as_user(busy.office), "/review/?period=2030Q2")
    numbers = {url.rpartition("=")[2]: number for url, number in links.items()}
    assert numbers == {"waiting": 2, "partial": 2}


def test_the_numbers_of_a_search_open_their_lists(busy, as_user):
    links = follow(as_user(busy.office), "/search/?q=完成")
    assert sorted(links.values()) == [1, 5, 9]
