"""One page leads from a quarter to the next: what is open, then the closing, then the opening."""

import re

from targets import actions
from targets.choices import PeriodState
from targets.models import Contribution, Period
from tests import builders


def steps(html: str) -> list[tuple[str, str]]:
    """Return each step's label and state."""
    found = re.findall(r'badge--\w+">(\S+?)</span> <strong>\d．(.+?)</strong>', html)
    return [(label, state) for state, label in found]


def primary(html: str) -> list[str]:
    """Return the labels of the blue buttons."""
    main = html[html.index("<main") :]
    return re.findall(r"button--primary[^>]*>(.*?)<span", main)


def test_the_office_is_led_from_one_quarter_into_the_next(cast, as_user):
    client = as_user(cast.office)
    url = f"/periods/{cast.period.pk}/close-and-open/"
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(part, cast.reporter)
    html = client.get(url).content.decode()
    assert "还有3份应报内容没有报送" in html
    assert "还有1项已报送的等待审核" in html
    assert [state for _label, state in steps(html)] == ["待办", "待办", "待办", "待办", "未到"]
    assert primary(html) == ["查看、催办"]
    # What is left open may be left: the closing's button is there as well.
    (close,) = re.findall(r'href="(/periods/\d+/close/\?from=\d+)"', html)
    assert client.post(close).url == url
    html = client.get(url).content.decode()
    assert steps(html)[2] == ("关闭2030年第一季度", "已完成")
    assert primary(html) == ["建立"]
    (create,) = re.findall(r'action="(/periods/create/\?from=\d+)"', html)
    fields = dict(re.findall(r'type="hidden" name="(plan|number)" value="(\d+)"', html))
    assert client.post(create, fields).url == url
    html = client.get(url).content.decode()
    assert "以2030年第一季度为上季度" in html
    assert primary(html) == ["开放填报"]
    (opening,) = re.findall(r'href="(/periods/\d+/open/\?from=\d+)"', html)
    assert client.post(opening, {"due_on": "2030-07-10", "remind_days": 5}).url == url
    html = client.get(url).content.decode()
    assert "2030年第二季度已经开放，填报截止2030年7月10日" in html
    assert primary(html) == []
    states = list(Period.objects.order_by("number").values_list("state", flat=True))
    assert states == [PeriodState.CLOSED, PeriodState.OPEN]


def test_a_quarter_with_nothing_left_open_leads_to_its_closing(cast, as_user):
    for part in Contribution.objects.select_related("entry__item", "unit"):
        author = {"单位1": cast.reporter, "单位2": cast.co_lead, "单位3": cast.other}
        builders.submit(part, author[part.unit.name])
    for item in cast.items:
        builders.approve(builders.entry_of(cast.period, item), cast.office)
    html = as_user(cast.office).get(f"/periods/{cast.period.pk}/close-and-open/").content.decode()
    assert [state for _label, state in steps(html)][:2] == ["已完成", "已完成"]
    assert primary(html) == ["关闭填报"]


def test_a_request_for_more_time_is_answered_first(cast, as_user):
    actions.request_extension(
        period=cast.period, until=builders.DUE.replace(month=7), reason="核实", by=cast.reporter
    )
    html = as_user(cast.office).get(f"/periods/{cast.period.pk}/close-and-open/").content.decode()
    assert ("答复延期申请", "待办") in steps(html)


def test_after_the_fourth_quarter_comes_next_years_plan(cast, as_user):
    client = as_user(cast.office)
    last = builders.open_quarter(cast.plan, cast.office, 4)
    actions.close_period(period=last, by=cast.office)
    url = f"/periods/{last.pk}/close-and-open/"
    html = client.get(url).content.decode()
    assert primary(html) == ["新建年度任务"]
    builders.make_plan(cast.district, 2031)
    html = client.get(url).content.decode()
    assert ("建立2031年第一季度", "待办") in steps(html)


def test_a_prepared_quarter_is_opened_first_and_a_foreign_one_leads_nowhere(cast, as_user):
    client = as_user(cast.office)
    draft = actions.create_period(plan=cast.plan, number=2, by=cast.office)
    response = client.get(f"/periods/{draft.pk}/close-and-open/")
    assert response.url == f"/periods/{draft.pk}/open/"
    foreign = builders.open_quarter(builders.make_plan(cast.stranger.district), cast.stranger)
    assert client.post(f"/periods/{cast.period.pk}/close/?from={foreign.pk}").status_code == 404
    assert Period.objects.get(pk=cast.period.pk).is_open
