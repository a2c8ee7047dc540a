"""Long lists: escaped, sorted, paged and narrowed, whatever stands in their rows."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from django.utils.safestring import mark_safe

from targets import actions
from targets.choices import Duty, Verb
from targets.markup import addresses, fill, join
from targets.models import Item, Responsibility, Status
from targets.tables import (
    AccountTable,
    ContributionTable,
    EventTable,
    ItemTable,
    UnitTable,
)
from tests import builders

HOSTILE = "<b>&\"'{label}{0}%s</b>"
ROW = re.compile(r"<tr><th scope=\"row\".*?</tr>", re.DOTALL)


def rows_of(client, url: str) -> list[str]:
    """Return the rows of the page's list as HTML."""
    answer = client.get(url)
    assert answer.status_code == 200
    return ROW.findall(answer.content.decode())


def numbers_of(client, url: str) -> list[str]:
    """Return the items' numbers in the order of the rows."""
    return [re.search(r"<a [^>]*>([^<]+)", row)[1] for row in rows_of(client, url)]


def test_markup_escapes_each_value_once_and_reads_no_braces_in_it():
    link = fill('<a href="{url}">{name}</a>', url="/?a=1&b=2", name=HOSTILE)
    assert link == f'<a href="/?a=1&amp;b=2">{escape(HOSTILE)}</a>'
    assert fill("<p>{link}</p>", link=link) == f"<p>{link}</p>"
    assert join("<br>", ["a<b", mark_safe("<i>")]) == "a&lt;b<br><i>"


def test_addresses_are_those_that_a_reversal_gives(cast):
    assert addresses("targets:item")(cast.items[0].pk) == cast.items[0].get_absolute_url()


@pytest.fixture
def hostile(cast):
    """Put markup into every word that a list shows; return each list's address by its reader."""
    unit, item = cast.units[0], cast.items[0]
    contribution = builders.contribution_of(cast.period, item, unit)
    builders.submit(contribution, cast.reporter, HOSTILE)
    contribution = builders.contribution_of(cast.period, item, unit)
    contribution = actions.return_contribution(
        contribution=contribution, version=contribution.version, reason=HOSTILE, by=cast.office
    )
    builders.approve(builders.entry_of(cast.period, item), cast.office, text=HOSTILE)
    for status in Status.objects.filter(district=cast.district):
        status.name = f"<b>{{0}}{status.pk}</b>"
        status.save()
    Item.objects.filter(pk=item.pk).update(standard=HOSTILE)
    cast.goal.name = HOSTILE
    cast.goal.save()
    unit.name, unit.contact_name, unit.contact_phone = HOSTILE, HOSTILE, HOSTILE
    unit.save()
    for user in (cast.reporter, cast.office, cast.administrator):
        user.name, user.phone = HOSTILE, HOSTILE
        user.save()
    actions.change_contact(
        unit=unit, contact_name=HOSTILE, contact_phone="1", by=cast.administrator
    )
    return {
        "/items/": cast.office,
        "/contributions/": cast.office,
        "/my-items/": cast.reporter,
        "/trail/": cast.auditor,
        "/people/": cast.administrator,
        "/units/": cast.administrator,
    }


@pytest.mark.parametrize(
    "url", ["/items/", "/contributions/", "/my-items/", "/trail/", "/people/", "/units/"]
)
def test_whatever_a_list_shows_is_escaped(url, hostile, as_user):
    page = as_user(hostile[url]).get(url).content.decode()
    assert escape(HOSTILE) in "".join(ROW.findall(page))
    assert "<b>" not in page


@pytest.mark.parametrize(
    "table", [ItemTable, ContributionTable, EventTable, AccountTable, UnitTable]
)
def test_every_cell_names_its_column_for_phones(table, hostile, as_user):
    url = {
        ItemTable: "/items/",
        ContributionTable: "/contributions/",
        EventTable: "/trail/",
        AccountTable: "/people/",
        UnitTable: "/units/",
    }[table]
    headings = [column.verbose_name for column in table.base_columns.values()]
    rows = rows_of(as_user(hostile[url]), url)
    assert rows
    for row in rows:
        assert re.findall(r'<t[hd][^>]* data-label="([^"]*)"', row) == headings


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("number", ["1（1）", "1（2）", "1（3）"]),
        ("-number", ["1（3）", "1（2）", "1（1）"]),
        ("status", ["1（3）", "1（1）", "1（2）"]),
        ("-status", ["1（2）", "1（1）", "1（3）"]),
    ],
)
def test_items_are_sorted_as_asked_and_the_heading_says_so(cast, as_user, sort, found):
    Status.objects.create(district=cast.district, name="落后", clause="落后的", order=3)
    for item, status in zip(cast.items, ("正在推进", "落后", "已完成"), strict=True):
        builders.approve(builders.entry_of(cast.period, item), cast.office, status)
    client = as_user(cast.office)
    url = f"/items/?period={cast.period.code}&sort={sort}"
    assert numbers_of(client, url) == found
    way = "descending" if sort.startswith("-") else "ascending"
    assert client.get(url).content.decode().count(f'aria-sort="{way}"') == 1


@pytest.mark.parametrize("column", ["state", "status"])
def test_equal_rows_stand_in_one_order_on_every_page(cast, as_user, column):
    client = as_user(cast.office)
    url = f"/items/?period={cast.period.code}&per_page=1"
    forth, back = (
        [numbers_of(client, f"{url}&sort={sort}&page={page}")[0] for page in (1, 2, 3)]
        for sort in (column, f"-{column}")
    )
    assert forth == ["1（1）", "1（2）", "1（3）"]
    assert back == forth[::-1]


@pytest.mark.parametrize(("asked", "shown"), [(-1, 1), (0, 1), (2, 2), (10**30, 200)])
def test_an_address_does_not_ask_for_more_than_a_page(cast, as_user, asked, shown):
    for _ in range(shown):
        actions.record_login(by=cast.office)
    assert len(rows_of(as_user(cast.auditor), f"/trail/?per_page={asked}")) == shown


def test_the_trail_comes_newest_first_and_accounts_by_role(cast, as_user):
    rows = rows_of(as_user(cast.auditor), "/trail/")
    verbs = re.findall(r'data-label="操作">([^<]*)<', "".join(rows))
    assert verbs[0] == "登录"
    assert verbs.index(Verb.OPEN.label) < verbs.index(Verb.CREATE.label)
    accounts = numbers_of(as_user(cast.administrator), "/people/")
    assert accounts == [
        "administrator",
        "auditor",
        "leader",
        "office",
        "colleague",
        "reporter",
        "co-lead",
        "other",
        "supporter",
    ]


def test_lead_units_stand_in_their_order_on_every_page(cast, as_user):
    client = as_user(cast.office)
    Responsibility.objects.filter(item=cast.items[1], unit=cast.units[0]).update(order=9)
    url = f"/items/?period={cast.period.code}&sort=-number&per_page=1&page="
    cells = [rows_of(client, f"{url}{page}")[0] for page in (1, 2, 3)]
    leads = [re.search(r'data-label="牵头单位">(.*?)</td>', cell)[1] for cell in cells]
    assert leads == ["单位3", "单位2<br>单位1", "单位1"]


def test_a_chosen_unit_takes_no_statement_more_and_stays_chosen(cast, as_user):
    client = as_user(cast.office)
    url = f"/items/?period={cast.period.code}"
    client.get(url)
    unit = cast.units[2]
    with CaptureQueriesContext(connection) as without:
        client.get(url)
    with CaptureQueriesContext(connection) as chosen:
        page = client.get(f"{url}&unit={unit.pk}&duty={Duty.LEAD}").content.decode()
    assert len(chosen) == len(without)
    assert f'<option value="{unit.pk}" selected>{unit.name}</option>' in page
    assert page.count(" selected>") == 9  # the empty choice of the others
    assert len(ROW.findall(page)) == 1


@pytest.mark.parametrize("unit", ["abc", "0", "-1", "1 OR 1=1", "9" * 40, "\0", HOSTILE])
def test_a_unit_that_was_not_offered_is_named_and_narrows_nothing(cast, as_user, unit):
    answer = as_user(cast.office).get("/items/", {"period": cast.period.code, "unit": unit})
    page = answer.content.decode()
    assert "有筛选条件无法识别" in page
    assert "<b>" not in page
    assert len(ROW.findall(page)) == 3


def test_one_districts_choices_hold_no_unit_of_another(cast, as_user):
    page = as_user(cast.stranger).get("/trail/").content.decode()
    assert "操作记录" in page
    assert f'<option value="{cast.units[0].pk}"' not in page
