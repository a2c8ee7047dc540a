"""Pages take the same number of statements at 118 items as at 1,180, with one year as with ten."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders

# Page -> the most statements it may take.
LIMITS = {
    "/items/": 9,
    "/dashboard/": 9,
    "/dashboard/units/": 9,
    "/my-items/": 12,
    "/contributions/": 6,
    "/periods/": 3,
}


def statements(browser, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert browser.get(url).status_code == 200
    return len([each for each in captured if "SAVEPOINT" not in each["sql"]])


@pytest.fixture
def quarter(cast):
    """Return a maker of a quarter of so many items in a year of its own."""
    units = builders.make_units(cast.district, 39)

    def make(year: int, items: int):
        plan = builders.make_plan(cast.district, year)
        builders.fill_plan(plan, units, items)
        period = builders.open_quarter(plan, cast.office)
        if connection.vendor == "postgresql":
            # Its own round may just have counted these tables, in which others see no row yet.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        return period

    return make


@pytest.mark.parametrize("url", LIMITS)
def test_statements_stay_the_same_when_the_plan_grows_tenfold(url, cast, quarter, as_user):
    user = cast.reporter if url == "/my-items/" else cast.office
    browser = as_user(user)
    browser.get(url)
    small = quarter(2031, 118)
    at_118 = statements(browser, f"{url}?period={small.code}")
    large = quarter(2032, 1180)
    at_1180 = statements(browser, f"{url}?period={large.code}")
    assert at_1180 == at_118 <= LIMITS[url]


def test_the_item_page_takes_the_same_statements_with_every_quarter(cast, as_user):
    browser = as_user(cast.leader)
    url = cast.items[1].get_absolute_url()
    browser.get(url)
    with_one = statements(browser, url)
    for number in (2, 3, 4):
        builders.open_quarter(cast.plan, cast.office, number)
    assert statements(browser, url) == with_one <= 8


def test_a_report_and_a_review_take_few_statements(cast, as_user):
    contribution = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    contribution = builders.submit(contribution, cast.reporter)
    for user, url, limit in (
        (cast.reporter, contribution.get_absolute_url(), 7),
        (cast.office, f"/entries/{contribution.entry_id}/review/", 15),
    ):
        browser = as_user(user)
        browser.get(url)
        assert statements(browser, url) <= limit
