"""The office's board: every number opens exactly the list that it counted."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from targets import actions
from targets.board import build_rows
from targets.models import Contribution, Period, Plan, Report, Unit
from tests import builders


@pytest.fixture
def period(cast) -> Period:
    """The open quarter, with every kind of progress in it and the due date passed for 单位3."""
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(mine, cast.reporter)
    shared = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    actions.save_contribution(
        contribution=shared, version=1, report=Report("草稿"), by=cast.reporter
    )
    return cast.period


def rows_of(period: Period) -> dict:
    return {row.unit.name: row for row in build_rows(period)}


def listed(client, url: str) -> int:
    html = client.get(url).content.decode()
    return int(re.search(r"逐份列出，共([0-9]+)份", html)[1])


def test_board_is_the_offices_first_page(cast, as_user):
    client = as_user(cast.office)
    assert client.get("/").url == "/board/"
    cast.units[0].contact_name, cast.units[0].contact_phone = "张三", "027-1234"
    cast.units[0].save()
    html = client.get("/board/").content.decode()
    assert "张三" in html
    assert "027-1234" in html


def test_every_number_opens_the_list_that_it_counted(cast, as_user, period):
    client = as_user(cast.office)
    rows = rows_of(period)
    counts = [
        count for row in rows.values() for count in [row.total, row.owed, row.overdue, *row.counts]
    ]
    assert sum(count.value for count in counts) > 8
    for count in counts:
        assert listed(client, count.url) == count.value, count
    own = rows["单位1"]
    assert [count.value for count in own.counts] == [0, 1, 0, 1, 0]
    assert (own.total.value, own.owed.value, own.overdue.value) == (2, 1, 0)


def test_what_is_past_its_day_is_late_and_an_extension_moves_the_day(cast, as_user, period):
    yesterday = timezone.localdate() - timedelta(days=1)
    # The action lets nobody set a day in the past year; the test needs one.
    Period.objects.filter(pk=period.pk).update(due_on=yesterday)
    period.due_on = yesterday
    rows = rows_of(period)
    late = [(rows[name].overdue.value, rows[name].late) for name in ("单位1", "单位2", "单位3")]
    assert late == [(1, 1), (1, 0), (1, 0)]
    html = as_user(cast.office).get("/board/?show=overdue").content.decode()
    assert 'aria-label="单位3逾期1份"' in html
    unit = cast.units[2]
    unit.extensions.create(
        period=period,
        until=timezone.localdate(),
        reason="核实数据",
        state="granted",
        requested_by=cast.other,
        decided_by=cast.office,
        decided_at=timezone.now(),
    )
    assert rows_of(period)["单位3"].overdue.value == 0
    page = as_user(cast.office).get("/board/?show=extended").content.decode()
    assert "（已延期）" in page
    assert "单位2" not in re.sub(r"<nav.*?</nav>", "", page, flags=re.S)


def test_who_only_asked_for_more_time_is_not_counted_as_having_it(cast, as_user):
    until = builders.DUE + timedelta(days=5)
    asked = [
        actions.request_extension(period=cast.period, until=until, reason="核实数据", by=each)
        for each in (cast.reporter, cast.co_lead)
    ]
    actions.grant_extension(extension=asked[0], until=until, by=cast.office)
    client = as_user(cast.office)
    for shown, label, unit in (
        ("extended", "已延期单位 1", "单位1"),
        ("asking", "申请延期单位 1", "单位2"),
    ):
        page = client.get(f"/board/?show={shown}")
        assert [row.unit.name for row in page.context["rows"]] == [unit]
        assert label in page.content.decode()


def test_the_bar_counts_every_report_once_and_opens_its_lists(cast, as_user, period):
    client = as_user(cast.office)
    for due_on in (timezone.localdate(), timezone.localdate() - timedelta(days=1)):
        Period.objects.filter(pk=period.pk).update(due_on=due_on)
        page = client.get("/board/")
        parts = page.context["bar"]
        assert sum(part["value"] for part in parts) == page.context["total"].value == 4
        for part in parts:
            assert listed(client, part["url"]) == part["value"], part
    assert {part["label"]: part["value"] for part in parts if part["value"]} == {
        "待审": 1,
        "逾期": 3,
    }


def test_what_came_late_is_overdue_no_longer(cast, as_user, period):
    """The rows' numbers are those of the sentence above them; the file has both kinds."""
    Period.objects.filter(pk=period.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    part = builders.contribution_of(period, cast.items[2], cast.units[2])
    builders.submit(part, cast.other)
    row = rows_of(period)["单位3"]
    assert (row.owed.value, row.overdue.value, row.late) == (0, 0, 1)
    client = as_user(cast.office)
    page = client.get("/board/")
    rows = page.context["rows"]
    assert sum(each.overdue.value for each in rows) == page.context["overdue"]
    assert all(listed(client, each.overdue.url) == each.overdue.value for each in rows)
    names = [each.unit.name for each in client.get("/board/?show=overdue").context["rows"]]
    assert "单位3" not in names
    exported = client.get("/board/board.csv").getvalue().decode("utf-8-sig")
    (line,) = [each for each in csv.DictReader(io.StringIO(exported)) if each["单位"] == "单位3"]
    assert (line["逾期未报"], line["逾期报送"]) == ("0", "1")


def test_every_open_quarter_that_waits_is_named(cast, as_user, period):
    builders.fill_plan(builders.make_plan(cast.district, 2031), cast.units[:2], 4)
    plan = Plan.objects.get(year=2031)
    other = builders.open_quarter(plan, cast.office, due_on=date(2031, 4, 10))
    page = as_user(cast.office).get(f"/board/?period={period.code}").content.decode()
    owed = Contribution.objects.owed().filter(entry__period=other).count()
    assert f'<a href="/board/?period={other.code}">欠报{owed}份</a>' in page
    page = as_user(cast.office).get(f"/board/?period={other.code}").content.decode()
    assert f'<a href="/review/?period={period.code}">待审1项</a>' in page


def test_an_item_judged_without_a_unit_is_owed_by_it_no_longer(cast, period):
    builders.approve(builders.entry_of(period, cast.items[2]), cast.office)
    row = rows_of(period)["单位3"]
    assert (row.total.value, row.owed.value) == (0, 0)
    assert [each.label for each in row.parts] == ["无须报送"]


def test_what_waits_for_review_is_what_the_queue_lists(cast, as_user, period):
    """Items, as the queue and the menu count: no supporting unit's words, and none that ended."""
    part = actions.start_contribution(
        entry=builders.entry_of(period, cast.items[1]), by=cast.supporter
    )
    builders.submit(part, cast.supporter)
    builders.submit(builders.contribution_of(period, cast.items[2], cast.units[2]), cast.other)
    actions.complete_item(item=cast.items[2], reason="办结", by=cast.office)
    client = as_user(cast.office)
    queue = client.get(f"/review/?period={period.code}").content.decode()
    assert re.search(r">1项</a>待审核", queue)
    assert ">1项待审</a>" in client.get("/board/").content.decode()
    assert (
        "还有1项已报送的等待审核"
        in client.get(f"/periods/{period.pk}/close-and-open/").content.decode()
    )


def test_what_nobody_waits_for_any_more_is_in_no_total(cast, as_user, period):
    """A cancelled item's report: the parts of the bar still make up the whole."""
    actions.cancel_item(item=cast.items[2], reason="并入他项", stays_counted=True, by=cast.office)
    client = as_user(cast.office)
    page = client.get("/board/")
    total = page.context["total"]
    assert sum(part["value"] for part in page.context["bar"]) == total.value == 3
    assert listed(client, total.url) == 3
    for row in page.context["rows"]:
        if row.total.value:
            assert listed(client, row.total.url) == row.total.value
    idle = re.search(r"本季度无须报送.*?</ul>", page.content.decode(), flags=re.S)[0]
    assert "单位3" in idle


def test_a_supporting_unit_owes_nothing(cast, as_user, period):
    html = as_user(cast.office).get("/board/").content.decode()
    names = re.search(r"本季度无须报送.*?</ul>", html, flags=re.S)[0]
    assert "单位4" in names
    assert rows_of(period)["单位4"].total.value == 0


def test_board_does_not_show_a_drafts_words(cast, as_user, period):
    client = as_user(cast.office)
    for url in ("/board/", "/contributions/"):
        assert "草稿</div>" not in client.get(url).content.decode()


def test_board_takes_the_same_queries_however_many_units(
    cast, as_user, period, django_assert_max_num_queries
):
    client = as_user(cast.office)
    client.get("/board/")
    with django_assert_max_num_queries(11) as few:
        client.get("/board/")
    small = len(few.captured_queries)
    plan = builders.make_plan(cast.district, 2031)
    units = builders.make_units(cast.district, 30)
    builders.fill_plan(plan, units, 90)
    big = builders.open_quarter(plan, cast.office, due_on=date(2031, 4, 10))
    # A second open quarter is named on the page of the first: for that alone three more.
    with django_assert_max_num_queries(small + 3) as few:
        client.get(f"/board/?period={period.code}")
    small = len(few.captured_queries)
    with django_assert_max_num_queries(small) as many:
        html = client.get(f"/board/?period={big.code}").content.decode()
    assert len(many.captured_queries) == small
    assert Unit.objects.filter(contributions__entry__period=big).distinct().count() == 30
    assert html.count('<i class="cell cell--not_started">') > 90
    with django_assert_max_num_queries(9):
        client.get(f"/contributions/?period={big.code}")


def test_board_of_the_real_plan(real_plan, as_user):
    office = real_plan.district.users.get(username="office")
    html = as_user(office).get("/board/").content.decode()
    second = Period.objects.get(number=2)
    owed = Contribution.objects.owed().filter(entry__period=second).count()
    assert re.search(rf'strip__number"><a href="[^"]*progress=owed">{owed}</a>', html)
    # Those that owe most come first; who has no duty this quarter is only named.
    rows = build_rows(second)
    owing = [row.owed.value for row in rows if row.total.value]
    assert owing == sorted(owing, reverse=True)
    assert html.count('type="checkbox"') == sum(value > 0 for value in owing) == 27


def test_the_file_holds_the_units_of_the_view_with_the_boards_numbers(cast, as_user):
    builders.submit(
        builders.contribution_of(cast.period, cast.items[0], cast.units[0]), cast.reporter
    )
    browser = as_user(cast.office)
    for shown in ("", "owing", "overdue", "extended", "asking", "nonsense"):
        rows = browser.get(f"/board/?show={shown}").context["rows"]
        content = browser.get(f"/board/board.csv?show={shown}").getvalue().decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(content, newline="")))
        assert [(line["单位"], line["应报"], line["逾期未报"]) for line in lines] == [
            (row.unit.name, str(row.total.value), str(row.overdue.value)) for row in rows
        ]
        assert [
            [int(line[count.label]) for count in row.counts]
            for line, row in zip(lines, rows, strict=True)
        ] == [[count.value for count in row.counts] for row in rows]
