"""The office opens a quarter with its requirements, and changes them while it is open."""

from datetime import date

import pytest

from targets import actions
from targets.models import Contribution, Event, Period
from tests import builders


@pytest.fixture
def next_quarter(cast) -> Period:
    return actions.create_period(plan=cast.plan, number=2, by=cast.office)


def test_open_period_with_its_requirements(cast, as_user, next_quarter):
    client = as_user(cast.office)
    url = f"/periods/{next_quarter.pk}/open/"
    assert 'value="7"' in client.get(url).content.decode()
    answer = client.post(
        url,
        {"due_on": "2030-07-10", "remind_days": "3", "head_signs": "on"},
    )
    assert answer.status_code == 302
    next_quarter.refresh_from_db()
    assert next_quarter.state == "open"
    assert (next_quarter.due_on, next_quarter.remind_days) == (date(2030, 7, 10), 3)
    assert (next_quarter.head_signs, next_quarter.evidence_required) == (True, False)
    assert "主要领导审阅" in client.get("/periods/").content.decode()


def test_change_period_keeps_old_and_new_in_the_trail(cast, as_user):
    client = as_user(cast.office)
    url = f"/periods/{cast.period.pk}/change/"
    assert 'value="2030-06-30"' in client.get(url).content.decode()
    client.post(url, {"due_on": "2030-07-05", "remind_days": "10", "evidence_required": "on"})
    cast.period.refresh_from_db()
    assert (cast.period.due_on, cast.period.evidence_required) == (date(2030, 7, 5), True)
    event = Event.objects.filter(verb="change").get()
    assert (event.old["due_on"], event.new["due_on"]) == ("2030-06-30", "2030-07-05")
    assert (event.old["evidence_required"], event.new["evidence_required"]) == (False, True)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"due_on": "下周五", "remind_days": "7"}, "请填写日期"),
        ({"due_on": "", "remind_days": "7"}, "请填写截止日期"),
        ({"due_on": "2030-07-05", "remind_days": "一周"}, "请填写整数"),
        ({"due_on": "2030-07-05", "remind_days": "61"}, "天数不能大于60"),
        ({"due_on": "2003-07-05", "remind_days": "7"}, "截止日期早于2030年"),
    ],
)
def test_change_period_names_what_is_wrong_and_changes_nothing(cast, as_user, typed, message):
    page = as_user(cast.office).post(f"/periods/{cast.period.pk}/change/", typed)
    html = page.content.decode()
    assert message in html
    if typed["due_on"]:
        assert f'value="{typed["due_on"]}"' in html, "what was typed is shown again"
    cast.period.refresh_from_db()
    assert cast.period.due_on == date(2030, 6, 30)


def test_change_period_refuses_a_closed_quarter(cast, as_user):
    actions.close_period(period=cast.period, by=cast.office)
    page = as_user(cast.office).post(
        f"/periods/{cast.period.pk}/change/", {"due_on": "2030-07-05", "remind_days": "7"}
    )
    assert "不能修改填报要求" in page.content.decode()


def test_close_period_says_what_would_be_left_open(cast, as_user):
    client, url = as_user(cast.office), f"/periods/{cast.period.pk}/close/"
    owed = Contribution.objects.owed().filter(entry__period=cast.period)
    before = owed.count()
    html = client.get(url).content.decode()
    assert f"现有{before}份应报内容尚未报送。" in html
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(mine, cast.reporter)
    html = client.get(url).content.decode()
    assert f"现有{before - 1}份应报内容尚未报送，1项已报送、尚未核定。" in html
