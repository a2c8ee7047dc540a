"""Autosaves stay events, and are one row of a list; what lies between two of them parts them."""

from collections.abc import Callable

import pytest
from django.test import Client

from targets import actions
from targets.choices import Verb
from targets.models import Contribution, Event, Report, User
from tests import builders
from tests.conftest import Cast

AsUser = Callable[[User], Client]


@pytest.fixture
def mine(cast: Cast) -> Contribution:
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


def save(part: Contribution, by: User, *texts: str) -> Contribution:
    for text in texts:
        part.refresh_from_db()
        report = Report(text)
        part = actions.save_contribution(
            contribution=part, version=part.version, report=report, by=by
        )
    return part


def rows(client: Client, query: str = "verb=save") -> list[str]:
    """Return the rows of the trail as HTML, the newest first."""
    html = client.get(f"/trail/?{query}").content.decode()
    return html.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]


def test_a_run_of_saves_is_one_row_that_opens_to_each(
    cast: Cast, as_user: AsUser, mine: Contribution, time_machine: object
) -> None:
    for minute, text in enumerate(("一", "一二", "一二三", "一二三四")):
        time_machine.move_to(f"2030-04-01T09:0{minute}:00+08:00", tick=False)
        save(mine, cast.reporter, text)
    (row,) = rows(as_user(cast.auditor))
    assert "连续保存4次，09:00:00至09:03:00" in row
    assert row.count("<li>") == 4
    for number in ("0 → 1", "1 → 2", "2 → 3", "3 → 4"):
        assert f"字数：{number}" in row
    assert Event.objects.filter(verb=Verb.SAVE).count() == 4
    file = as_user(cast.auditor).get("/trail/trail.csv?verb=save").getvalue().decode("utf-8-sig")
    assert len(file.splitlines()) == 1 + 4


def test_a_single_save_is_told_as_before(cast: Cast, as_user: AsUser, mine: Contribution) -> None:
    save(mine, cast.reporter, "一")
    (row,) = rows(as_user(cast.auditor))
    assert "<details" not in row
    assert "字数" in row


def test_another_account_parts_a_run_and_other_work_does_not(
    cast: Cast, as_user: AsUser, mine: Contribution
) -> None:
    other = builders.contribution_of(cast.period, cast.items[1], cast.units[1])
    for number in range(3):
        save(mine, cast.reporter, f"甲{number}")
        save(other, cast.co_lead, f"乙{number}")
    found = rows(as_user(cast.auditor))
    assert ["连续保存3次" in row for row in found] == [True, True]
    save(mine, cast.colleague, "换一个人")
    save(mine, cast.reporter, "又换回来", "再改")
    found = rows(as_user(cast.auditor))
    assert len(found) == 4
    assert "连续保存2次" in found[0]
    assert "colleague" in found[1]


def test_a_submission_parts_a_run(cast: Cast, as_user: AsUser, mine: Contribution) -> None:
    part = save(mine, cast.reporter, "一", "一二")
    part = actions.submit_contribution(
        contribution=part, version=part.version, report=Report("一二三"), by=cast.reporter
    )
    part = actions.withdraw_contribution(contribution=part, version=part.version, by=cast.reporter)
    save(part, cast.reporter, "一", "二")
    unit = as_user(cast.reporter).get(cast.items[0].get_absolute_url()).content.decode()
    assert unit.count("连续保存2次") == 2
    events = Event.objects.filter(item=cast.items[0]).count()
    assert f"操作记录（{events}条）" in unit
    office = rows(as_user(cast.office), "q=1(1)")
    assert ["连续保存2次" in row for row in office].count(True) == 2


def test_a_page_holds_as_many_events_as_ever_and_asks_no_more(
    cast: Cast, as_user: AsUser, mine: Contribution, django_assert_num_queries: Callable
) -> None:
    client = as_user(cast.auditor)
    save(mine, cast.reporter, "零")
    client.get("/trail/")
    with django_assert_num_queries(few := 6):
        client.get("/trail/?verb=save")
    save(mine, cast.reporter, *(f"第{number}次" for number in range(60)))
    with django_assert_num_queries(few):
        html = client.get("/trail/?verb=save").content.decode()
    assert "第1/2页" in html
    assert "连续保存50次" in html
    assert "连续保存11次" in client.get("/trail/?verb=save&page=2").content.decode()
