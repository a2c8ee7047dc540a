"""A unit that is gone owes nothing: its work, days and reminders are its successor's."""

from datetime import date
from decimal import Decimal

import pytest

from targets import actions
from targets.actions import Figure
from targets.models import (
    Contribution,
    Extension,
    Indicator,
    Item,
    Message,
    Period,
    Reminder,
    Report,
    Unit,
    User,
)
from targets.questions.asked import indicators_asked, indicators_of
from tests import builders
from tests import importing_files as files
from tests.importing_files import upload
from tests.reading import read_page

MERGED = date(2030, 7, 1)


def merge(cast, unit, successor) -> None:
    actions.succeed_unit(
        unit=unit, on=MERGED, successor=successor, reason="合并", by=cast.administrator
    )


@pytest.fixture
def reopened(cast, time_machine) -> Period:
    """Return the first quarter, closed, then opened again after 单位2 became part of 单位3."""
    time_machine.move_to("2030-07-01T09:00:00+08:00")
    actions.close_period(period=cast.period, by=cast.office)
    merge(cast, cast.units[1], cast.units[2])
    return cast.period


def test_reopening_says_who_writes_for_a_unit_that_is_gone(cast, reopened, as_user):
    html = as_user(cast.office).get(f"/periods/{reopened.pk}/reopen/").content.decode()
    assert "由承接单位以原名填报、接受催办：单位3（代单位2）。" in html


def test_reminding_all_reaches_the_successor_under_the_old_name(cast, reopened, as_user, settings):
    settings.EMAIL_HOST = "mail.example.cn"
    actions.reopen_period(period=reopened, reason="更正", by=cast.office)
    User.objects.filter(pk=cast.other.pk).update(email="other@example.com")
    office = as_user(cast.office)
    url = f"/periods/{reopened.pk}/remind/"
    assert "单位3（承接单位2）" in office.get(f"{url}?all=1").content.decode()
    units = [cast.units[1].pk, cast.units[2].pk]
    assert office.post(url, {"units": units, "note": ""}).status_code == 302
    reminders = Reminder.objects.filter(period=reopened)
    assert {each.unit.name for each in reminders} == {"单位2", "单位3"}
    bodies = set(Message.objects.values_list("body", flat=True))
    assert len(bodies) == 2
    assert any("单位3（承接单位2）" in each for each in bodies)
    page = as_user(User.objects.get(pk=cast.other.pk)).get("/", follow=True).content.decode()
    assert "第1次催办" in page
    html = office.get(f"/periods/{reopened.pk}/reminders/notices/").content.decode()
    assert "单位3（承接单位2）：" in html


def test_the_successor_asks_for_more_time_under_both_names(cast, reopened, as_user):
    Period.objects.filter(pk=reopened.pk).update(due_on=date(2030, 7, 10))
    actions.reopen_period(period=reopened, reason="更正", by=cast.office)
    client = as_user(User.objects.get(pk=cast.other.pk))
    address = f"/periods/{reopened.pk}/extend/"
    assert "2030年7月10日" in client.get(address).content.decode()
    client.post(address, {"until": "2030-07-20", "reason": "承接的事项多"})
    asked = Extension.objects.order_by("pk")
    assert [str(each.unit) for each in asked] == ["单位2", "单位3"]
    client.post(address, {"until": "2030-07-20", "reason": "承接的事项多"})
    assert asked.count() == 2, "the same request arriving twice is one"
    office = User.objects.get(pk=cast.office.pk)
    actions.grant_extension(extension=asked[1], until=date(2030, 7, 20), by=office)
    page = client.get("/my-items/").content.decode()
    assert "7月10日" in page, "the earlier of the two days is what must be kept"
    actions.grant_extension(extension=asked[0], until=date(2030, 7, 20), by=office)
    assert "2030年7月20日" in client.get(address).content.decode()


def test_no_part_of_an_item_is_given_to_a_unit_that_is_gone(cast, reopened, as_user):
    office = as_user(cast.office)
    form = {"number": 9, "standard": "新的事项。", "leads": "单位2", "supporting": ""}
    answer = office.post(f"/goals/{cast.goal.pk}/items/add/", form)
    assert "单位2已撤并，现为单位3，请改填单位3。" in answer.content.decode()
    assert not Item.objects.filter(goal=cast.goal, number=9).exists()


def test_an_item_taken_up_again_is_its_successors(cast, as_user, time_machine):
    item = cast.items[1]
    actions.cancel_item(item=item, reason="停建", stays_counted=True, by=cast.office)
    time_machine.move_to("2030-07-01T09:00:00+08:00")
    merge(cast, cast.units[1], cast.units[2])
    office, url = as_user(cast.office), f"/items/{item.pk}/restore/"
    assert "由承接单位负责：单位3（承接单位2）。" in office.get(url).content.decode()
    assert office.post(url, {"reason": "复建"}).status_code == 302
    duties = item.responsibilities.filter(duty="lead")
    assert [each.unit.name for each in duties] == ["单位1", "单位3"]
    owed = Contribution.objects.owed().filter(entry__item=item)
    assert {each.unit.name for each in owed} == {"单位1", "单位3"}


def test_next_years_plan_names_the_successor_of_an_old_name(cast, reopened, as_user):
    heads = ("序号", "目标名称", "工作标准", "牵头单位", "配合单位")
    table = files.workbook(heads, (1, "新目标", "（1）建成公园。", "单位2", "单位1"))
    page = upload(as_user(cast.office), table, "plan", year=2031)
    text = read_page(page.content.decode()).text
    assert "单位2" in text
    assert "单位3" in text
    files.confirm(as_user(cast.office), page)
    item = Item.objects.get(goal__plan__year=2031)
    assert [each.unit.name for each in item.responsibilities.filter(duty="lead")] == ["单位3"]


LATER = date(2030, 7, 20)


def ask(cast, by: User, item: Item | None = None, until: date = LATER) -> Extension:
    return actions.request_extension(
        period=cast.period, item=item, until=until, reason="材料未齐", by=by
    )


def grant(cast, by: User, item: Item | None = None, until: date = LATER) -> Extension:
    extension = ask(cast, by, item, until)
    return actions.grant_extension(extension=extension, until=until, by=cast.office)


def day_of(cast, item: Item, unit: Unit) -> date:
    part = builders.contribution_of(cast.period, item, unit)
    return Contribution.objects.with_due().get(pk=part.pk).due_in_force


def test_more_time_that_was_granted_goes_on_with_what_moved_alone(cast, as_user, time_machine):
    """单位2 may hand its item in later; 单位3, which takes it over, not what it had itself."""
    granted = grant(cast, cast.co_lead)
    time_machine.move_to("2030-07-01T09:00:00+08:00")
    merge(cast, cast.units[1], cast.units[2])
    moved = Extension.objects.get(unit=cast.units[2])
    assert (moved.item, moved.until, moved.state) == (cast.items[1], LATER, "granted")
    assert (moved.requested_at, moved.decided_by) == (granted.requested_at, cast.office)
    assert day_of(cast, cast.items[1], cast.units[2]) == LATER
    assert day_of(cast, cast.items[2], cast.units[2]) == cast.period.due_on
    client = as_user(User.objects.get(pk=cast.other.pk))
    text = read_page(client.get("/my-items/").content.decode()).text
    assert text.count("督查室已同意") == 1
    assert "“1（2）完成第2件实事”延至2030年7月20日" in text


def test_what_was_handed_in_under_the_old_name_keeps_its_day(cast, time_machine):
    """Handed in after the date but within the day granted: on time, also after the merger."""
    grant(cast, cast.co_lead)
    time_machine.move_to("2030-07-15T09:00:00+08:00")
    part = builders.contribution_of(cast.period, cast.items[1], cast.units[1])
    builders.submit(part, cast.co_lead)
    builders.approve(part.entry, cast.office)
    merge(cast, cast.units[1], cast.units[2])
    part = Contribution.objects.with_due().get(pk=part.pk)
    assert (part.unit, part.due_in_force) == (cast.units[1], LATER)
    assert not Extension.objects.filter(unit=cast.units[2]).exists()


def test_a_request_that_waits_becomes_one_for_each_item_that_moved(cast, as_user, time_machine):
    waiting = ask(cast, cast.co_lead)
    time_machine.move_to("2030-07-01T09:00:00+08:00")
    merge(cast, cast.units[1], cast.units[2])
    waiting.refresh_from_db()
    assert (waiting.unit, waiting.state) == (cast.units[1], "lapsed")
    assert waiting.decision_reason == "已由单位3承接，并入的事项已逐项转为其申请。"
    moved = Extension.objects.get(unit=cast.units[2])
    assert (moved.item, moved.until, moved.state) == (cast.items[1], LATER, "requested")
    office = as_user(cast.office)
    url = f"/extensions/{moved.pk}/grant/"
    assert office.post(url, {"until": "2030-07-20", "reason": ""}).status_code == 302
    assert day_of(cast, cast.items[1], cast.units[2]) == LATER
    assert day_of(cast, cast.items[2], cast.units[2]) == cast.period.due_on


def test_of_two_requests_that_wait_the_successors_is_decided(cast, time_machine):
    waiting, theirs = ask(cast, cast.co_lead), ask(cast, cast.other)
    time_machine.move_to("2030-07-01T09:00:00+08:00")
    merge(cast, cast.units[1], cast.units[2])
    waiting.refresh_from_db()
    assert waiting.decision_reason == "已由单位3承接，按其申请办理。"
    assert Extension.objects.get(state="requested") == theirs


def test_a_renamed_units_extension_is_for_all_its_items_as_before(cast, time_machine):
    grant(cast, cast.co_lead)
    time_machine.move_to("2030-07-01T09:00:00+08:00")
    actions.succeed_unit(
        unit=cast.units[1], on=MERGED, name="新单位2", reason="更名", by=cast.administrator
    )
    renamed = Unit.objects.get(name="新单位2")
    assert Extension.objects.get(unit=renamed).item is None
    assert day_of(cast, cast.items[1], renamed) == LATER


@pytest.fixture
def named(cast) -> Indicator:
    """Measure item (2), whose second lead is 单位2, by a number that 单位2 has reported."""
    promised = actions.Promised(
        name="新建公园", kind="cumulative", measure="个", target=Decimal(8), unit=cast.units[1]
    )
    indicator = actions.accept_indicator(item=cast.items[1], promised=promised, by=cast.office)
    part = builders.contribution_of(cast.period, cast.items[1], cast.units[1])
    actions.submit_contribution(
        contribution=part,
        version=part.version,
        report=Report("建成2个公园。"),
        figures={indicator.pk: Figure(Decimal(2))},
        by=cast.co_lead,
    )
    return indicator


def asked_of(cast, item: Item, unit: Unit) -> list[tuple[str, Decimal]]:
    """Return the numbers that a unit's report of an item is asked for, with what it says."""
    part = builders.contribution_of(cast.period, item, unit)
    said = {each.indicator_id: each.value for each in part.values.all()}
    return [(each.name, said.get(each.pk)) for each in indicators_of(part)]


def test_a_number_that_a_unit_was_named_for_is_asked_of_its_successor(cast, named, time_machine):
    assert asked_of(cast, named.item, cast.units[1]) == [("新建公园", 2)]
    assert actions.effect_of(cast.units[1])["个指定由其填报的指标"] == 1
    time_machine.move_to("2030-07-01T09:00:00+08:00")
    merge(cast, cast.units[1], cast.units[2])
    assert asked_of(cast, named.item, cast.units[2]) == [("新建公园", 2)]
    named.refresh_from_db()
    assert (named.state, named.unit) == ("ended", cast.units[1])


def test_a_number_of_a_unit_that_leads_no_longer_is_asked_of_the_first_lead(cast, named):
    item, (first, second) = named.item, cast.units[:2]
    assert asked_of(cast, item, first) == []

    def lead(*units: Unit) -> None:
        facts = {"number": item.number, "standard": item.standard, "supporting": []}
        by, reason = cast.office, "分工调整"
        actions.adjust_item(item=item, leads=list(units), **facts, reason=reason, by=by)

    lead(first)
    assert asked_of(cast, item, first) == [("新建公园", None)]
    assert asked_of(cast, item, second) == [], "it adds to the report, and is asked for nothing"
    parts = Contribution.objects.filter(entry__item=item).select_related("entry__period")
    asked = indicators_asked(parts, cast.period)
    assert [[each.name for each in asked[pk]] for pk in asked] == [["新建公园"]]
    lead(first, second)
    assert asked_of(cast, item, first) == []
    assert asked_of(cast, item, second) == [("新建公园", 2)]


def test_a_successors_trend_says_since_when_it_includes_whom(cast, reopened, as_user):
    second = builders.open_quarter(cast.plan, cast.office, 2, date(2030, 12, 20))
    leader, unit = as_user(cast.leader), cast.units[2]
    html = leader.get(f"/dashboard/units/{unit.pk}/?period={second.code}").content.decode()
    text = read_page(html).text
    assert "2030年7月1日起含并入的单位2；此前关闭的季度不含。" in text
    actions.succeed_unit(unit=unit, on=MERGED, name="新单位", reason="更名", by=cast.administrator)
    renamed = second.plan.district.units.get(name="新单位")
    html = leader.get(f"/dashboard/units/{renamed.pk}/?period={second.code}").content.decode()
    assert "起含并入的" in html
    assert "含并入的单位3" not in read_page(html).text
