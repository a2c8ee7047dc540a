"""Quarters follow each other as they were opened; names, mergers and items in time."""

from datetime import date

import pytest
from django.test import Client

from reports.circulars.actions import correct_circular, draft_circular
from reports.circulars.drafts import circular_content
from reports.circulars.models import Circular
from reports.figures.quarter import build_figures
from targets import actions
from targets.importing.annex import load_register
from targets.models import (
    Contribution,
    Entry,
    Event,
    Item,
    Period,
    Report,
    Status,
    Succession,
    Unit,
    User,
)
from targets.questions import waiting_for_office
from targets.questions.waiting import account_with_waiting
from tests import builders
from tests.circulars import issue
from tests.reading import read_page

DUE = date(2030, 12, 20)


def fetched(period: Period) -> Period:
    return Period.objects.select_related("plan__district").get(pk=period.pk)


def names_in(period: Period) -> set[str]:
    return {name for row in build_figures(fetched(period)).rows for name in row.lead_units}


# --- last quarter ------------------------------------------------------------------------


def test_a_quarter_that_skips_one_goes_on_from_the_last_that_was_opened(cast):
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office, "已完成")
    fourth = builders.open_quarter(cast.plan, cast.office, 4, DUE)
    entry = builders.entry_of(fourth, cast.items[0])
    assert (entry.origin, entry.status.name) == ("carried", "已完成")
    assert Entry.objects.before(entry).get().period == cast.period
    assert build_figures(fetched(fourth)).completed == 1


def test_an_earlier_quarter_opened_later_changes_none_that_is_open(cast):
    third = builders.open_quarter(cast.plan, cast.office, 3, DUE)
    builders.open_quarter(cast.plan, cast.office, 2, DUE)
    assert Period.objects.get(pk=third.pk).follows == cast.period


def test_opening_says_what_skipping_and_an_open_quarter_mean(cast, as_user):
    period = actions.create_period(plan=cast.plan, number=3, by=cast.office)
    html = as_user(cast.office).get(f"/periods/{period.pk}/open/").content.decode()
    assert "以2030年第一季度为上季度" in html
    assert "跳过了季度" in html
    assert "尚未关闭" in html
    assert "不会自动带入本季度；核定时可以选择是否带入" in html


def test_a_verdict_given_after_the_next_quarter_opened_is_not_carried_into_it(cast):
    second = builders.open_quarter(cast.plan, cast.office, 2, DUE)
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office, "已完成")
    entry = builders.entry_of(second, cast.items[0])
    assert (entry.origin, entry.status) == ("reported", None)
    assert build_figures(fetched(cast.period)).completed == 1
    assert build_figures(fetched(second)).completed == 0


def test_remove_period_takes_an_untouched_quarter_and_no_other(cast, as_user):
    second = builders.open_quarter(cast.plan, cast.office, 2, DUE)
    client = as_user(cast.office)
    html = client.post(f"/periods/{cast.period.pk}/remove/", {"reason": "误开"}).content.decode()
    assert "之后又开放了季度" in html
    assert client.post(f"/periods/{second.pk}/remove/", {"reason": "误开"}).status_code == 302
    assert not Period.objects.filter(pk=second.pk).exists()
    assert Event.objects.get(verb="delete", subject="period").reason == "误开"
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    actions.save_contribution(
        contribution=part, version=part.version, report=Report("草稿"), by=cast.reporter
    )
    with pytest.raises(actions.Refused, match="已有单位填报"):
        actions.remove_period(period=cast.period, reason="误开", by=cast.office)


# --- names and duties have dates ----------------------------------------------------------


def test_a_rename_waits_for_its_day_and_closed_quarters_keep_the_old_name(
    cast, as_user, time_machine
):
    time_machine.move_to("2030-07-01T09:00:00+08:00")
    actions.close_period(period=cast.period, by=cast.office)
    second = builders.open_quarter(cast.plan, cast.office, 2, DUE)
    form = {"name": "新单位", "on": "2030-08-01", "reason": "更名", "moves_accounts": "on"}
    administrator = as_user(cast.administrator)
    answer = administrator.post(f"/units/{cast.units[0].pk}/succeed/", form, follow=True)
    assert "2030年8月1日起更名为新单位" in answer.content.decode()
    assert names_in(second) == {"单位1", "单位2", "单位3"}
    time_machine.move_to("2030-08-01T00:00:01+08:00")
    as_user(cast.leader).get("/dashboard/")
    assert names_in(second) == {"新单位", "单位2", "单位3"}
    assert names_in(cast.period) == {"单位1", "单位2", "单位3"}
    draft = draft_circular(period=fetched(cast.period), by=cast.office)
    rows = circular_content(draft).annex.rows
    assert {name for row in rows for name in row.lead_units} == names_in(cast.period)
    assert User.objects.get(pk=cast.reporter.pk).unit.name == "新单位"
    register = load_register(cast.district.pk, {})
    new = Unit.objects.get(name="新单位").pk
    assert register.read("单位1").unit_ids == register.read("新单位").unit_ids == (new,)
    assert Succession.objects.get().carried_out_at is not None


def test_withdraw_succession_leaves_everything_as_it_was(cast, as_user, time_machine):
    time_machine.move_to("2030-07-01T09:00:00+08:00")
    succession = actions.succeed_unit(
        unit=cast.units[0], on=date(2030, 8, 1), name="新单位", reason="更名", by=cast.administrator
    )
    url = f"/successions/{succession.pk}/withdraw/"
    assert as_user(cast.administrator).post(url, {"reason": "改期"}).status_code == 302
    time_machine.move_to("2030-08-02T09:00:00+08:00")
    as_user(cast.leader).get("/dashboard/")
    assert not Unit.objects.filter(name="新单位").exists()


def test_a_reopened_quarter_is_written_by_the_successor_under_the_old_name(
    cast, as_user, time_machine
):
    time_machine.move_to("2030-07-01T09:00:00+08:00")
    actions.close_period(period=cast.period, by=cast.office)
    actions.succeed_unit(
        unit=cast.units[1],
        on=date(2030, 7, 1),
        successor=cast.units[2],
        reason="合并",
        by=cast.administrator,
    )
    actions.reopen_period(period=cast.period, reason="更正", by=cast.office)
    part = builders.contribution_of(cast.period, cast.items[1], cast.units[1])
    assert part.unit == cast.units[1]
    form = {"version": part.version, "text": "合并后补报", "then": "submit"}
    assert as_user(cast.other).post(f"/contributions/{part.pk}/", form).status_code == 302
    part = Contribution.objects.get(pk=part.pk)
    assert (part.state, part.unit.name) == ("submitted", "单位2")
    assert names_in(cast.period) == {"单位1", "单位2", "单位3"}
    builders.approve(builders.entry_of(cast.period, cast.items[1]), cast.office)
    actions.close_period(period=Period.objects.get(pk=cast.period.pk), by=cast.office)
    closing = Event.objects.filter(verb="close").first()
    assert [each["item"] for each in closing.new["corrected"]] == ["1（2）"]


def test_a_merger_shows_what_it_moves_and_names_the_successor(cast, as_user, time_machine):
    time_machine.move_to("2030-07-01T09:00:00+08:00")
    client = as_user(cast.administrator)
    url = f"/units/{cast.units[0].pk}/succeed/"
    text = read_page(client.get(url).content.decode()).text
    assert "2项实施中的事项、2份尚未通过的填报内容、2个启用的账号" in text
    form = {"successor": cast.units[2].pk, "on": "2030-07-01", "reason": "合并"}
    assert "单位1并入单位3" in client.post(url, form, follow=True).content.decode()


# --- items that end -------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["cancel", "complete"])
def test_restore_item_lets_its_leads_owe_again(cast, as_user, end):
    item, owed = cast.items[0], Contribution.objects.owed().filter(entry__item=cast.items[0])
    if end == "cancel":
        actions.cancel_item(item=item, reason="停建", stays_counted=False, by=cast.office)
    else:
        actions.complete_item(item=item, reason="办结", by=cast.office)
    assert not owed.exists()
    client = as_user(cast.office)
    assert f"/items/{item.pk}/restore/" in client.get(f"/items/{item.pk}/").content.decode()
    client.post(f"/items/{item.pk}/restore/", {"reason": "复建"})
    assert Item.objects.get(pk=item.pk).outcome == "live"
    assert owed.count() == 1
    assert Event.objects.get(verb="restore").reason == "复建"


@pytest.mark.parametrize(("end", "said"), [("cancel", "已取消"), ("complete", "已办结")])
def test_an_item_that_ended_leaves_the_queue_and_says_so_wherever_it_stands(
    cast, as_user, end, said
):
    item = cast.items[0]
    part = builders.submit(
        builders.contribution_of(cast.period, item, cast.units[0]), cast.reporter
    )
    actions.give_instruction(item=item, text="请抓紧。", by=cast.leader)
    office = as_user(cast.office)
    assert item.standard in office.get("/review/").content.decode()
    if end == "cancel":
        actions.cancel_item(item=item, reason="停建", stays_counted=True, by=cast.office)
    else:
        actions.complete_item(item=item, reason="竣工", by=cast.office)
    assert item.standard not in office.get("/review/").content.decode()
    [duties] = waiting_for_office([cast.period])
    assert duties.awaiting == 0
    assert account_with_waiting(cast.office.pk, DUE).to_review == 0
    entry = builders.entry_of(cast.period, item)
    for reader, url in (
        (cast.office, "/items/"),
        (cast.office, f"/items/{item.pk}/"),
        (cast.office, f"/entries/{entry.pk}/review/"),
        (cast.office, "/contributions/"),
        (cast.office, f"/plans/{cast.plan.year}/"),
        (cast.leader, f"/dashboard/goals/{cast.goal.pk}/"),
        (cast.leader, f"/dashboard/units/{cast.units[0].pk}/"),
        (cast.leader, "/instructions/"),
        (cast.leader, "/search/?q=第1件"),
        (cast.reporter, "/my-items/?state=submitted"),
        (cast.reporter, f"/contributions/{part.pk}/"),
    ):
        html = as_user(reader).get(url).content.decode().split("<main")[-1]
        text = read_page(f"<main{html}").text
        assert "1（1）" in text or item.standard in text, url
        assert said in text, url


def test_an_item_carried_over_comes_back_while_the_new_one_has_no_entries(cast):
    goal = actions.add_goal(
        plan=builders.make_plan(cast.district, 2031), number=1, name="续", by=cast.office
    )
    carried = actions.carry_over_item(
        item=cast.items[0], goal=goal, number=1, standard="续建", reason="跨年", by=cast.office
    )
    builders.open_quarter(goal.plan, cast.office, 1, date(2031, 4, 1))
    with pytest.raises(actions.Refused, match="已进入填报"):
        actions.restore_item(item=cast.items[0], reason="误结转", by=cast.office)
    Contribution.objects.filter(entry__item=carried).delete()
    carried.entries.all().delete()
    actions.restore_item(item=cast.items[0], reason="误结转", by=cast.office)
    assert not Item.objects.filter(pk=carried.pk).exists()
    assert Item.objects.get(pk=cast.items[0].pk).outcome == "live"


def test_adding_a_lead_says_in_which_quarters_it_owes_a_report_and_so_it_is(cast, as_user):
    office, item = as_user(cast.office), cast.items[0]
    second = builders.open_quarter(cast.plan, cast.office, 2, DUE)
    actions.close_period(period=second, by=cast.office)
    actions.reopen_period(period=second, reason="更正", by=cast.office)
    builders.open_quarter(cast.plan, cast.office, 3, DUE)
    builders.approve(builders.entry_of(cast.period, item), cast.office)
    html = office.get(f"/items/{item.pk}/adjust/").content.decode()
    assert "2030年第一季度本事项已核定，新增的牵头单位在该季度无需报送。" in html
    assert "2030年第二季度关闭过、重新开放，责任单位不变，新增的牵头单位在该季度无需报送。" in html
    assert "2030年第三季度正在填报，新增的牵头单位须在该季度报送。" in html
    form = {"number": 1, "is_numbered": "on", "standard": item.standard, "leads": "单位1、单位4"}
    office.post(f"/items/{item.pk}/adjust/", {**form, "reason": "增加牵头"})
    theirs = Contribution.objects.owed().filter(entry__item=item, unit=cast.units[3])
    assert [each.entry.period.number for each in theirs] == [3]


def test_cancelling_shows_the_totals_with_the_item_and_without(cast, as_user):
    html = as_user(cast.office).get(f"/items/{cast.items[0].pk}/cancel/").content.decode()
    assert "仍计入总数，完成0/3项；不计入，完成0/2项" in html


def test_carrying_over_offers_next_years_goals(cast, as_user):
    url = f"/items/{cast.items[0].pk}/carry-over/"
    assert "以后年度还没有目标" in as_user(cast.office).get(url).content.decode()
    plan = builders.make_plan(cast.district, 2031)
    actions.add_goal(plan=plan, number=1, name="续建目标", by=cast.office)
    html = as_user(cast.office).get(url).content.decode()
    assert "续建目标" in html
    assert "还没有目标" not in html


def test_what_counts_as_completed_changes_from_now_on(cast, as_user):
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office, "正在推进")
    actions.close_period(period=cast.period, by=cast.office)
    form = {"is_completed": "on", "reason": "按新办法统计"}
    url = f"/statuses/{cast.in_progress.pk}/count/"
    assert as_user(cast.office).post(url, form).status_code == 302
    assert Status.objects.get(pk=cast.in_progress.pk).is_completed
    assert build_figures(fetched(cast.period)).completed == 0


# --- the demonstration ----------------------------------------------------------------------


def test_the_demonstration_opens_the_second_quarter_as_the_source_leaves_the_first(real_plan):
    first, second = (fetched(each) for each in real_plan.periods.order_by("number"))
    counts = {each.label: each.count for each in build_figures(second).classes}
    assert counts == {"已完成": 36, "正在推进": 1, "待核定": 0, "未填报": 81}
    then = {(row.goal_number, row.item_number): row for row in build_figures(first).rows}
    assert then[4, 9].is_live
    assert then[4, 9].cancelled_reason == ""
    assert then[12, 7].lead_units == ("区农业农村局", "区城管局", "区生态环境局")
    assert then[19, 1].lead_units == ("区民政局", "区自然资源局和规划局")
    assert then[19, 8].lead_units == ("区应急局",)
    now = {(row.goal_number, row.item_number): row for row in build_figures(second).rows}
    assert now[12, 7].lead_units == ("区农业农村局", "区城管执法局", "区生态环境分局")
    assert "区应急管理局" in {unit.name for unit in build_figures(first).units}


def test_one_quarter_is_told_in_the_same_names_everywhere(cast, as_user, time_machine, quick):
    """On page, API, circular and correction: with a rename before it, in it, and after it."""

    def rename(unit: Unit, name: str, day: str) -> Unit:
        time_machine.move_to(f"{day}T09:00:00+08:00")
        on = date.fromisoformat(day)
        actions.succeed_unit(unit=unit, on=on, name=name, reason="更名", by=cast.administrator)
        return Unit.objects.get(name=name)

    first = rename(cast.units[0], "更名之前开放", "2030-06-20")
    second = builders.open_quarter(cast.plan, cast.office, 2, DUE)
    rename(cast.units[1], "季中更名", "2030-07-10")
    time_machine.move_to("2030-08-01T09:00:00+08:00")
    actions.close_period(period=second, by=cast.office)
    issued = issue(draft_circular(period=fetched(second), by=cast.office), cast.office)
    rename(first, "关闭之后更名", "2030-09-01")
    rename(cast.units[2], "关闭之后也更名", "2030-09-02")
    correction = correct_circular(circular=issued, by=cast.office)

    def printed(circular: Circular) -> set[str]:
        rows = circular_content(Circular.objects.get(pk=circular.pk)).annex.rows
        return {name for row in rows for name in row.lead_units}

    _token, secret = actions.make_token(name="大屏", by=cast.administrator)
    api = Client().get(
        f"/api/v1/items/{second.code}.json", headers={"Authorization": f"Bearer {secret}"}
    )
    page = as_user(cast.leader).get(f"/dashboard/?period={second.code}").context["overview"]
    told = {
        "page": {each.name for each in page.units},
        "API": {name for item in api.json()["items"] for name in item["lead_units"]},
        "circular": printed(issued),
        "correction": printed(correction),
    }
    for where, names in told.items():
        assert names == {"更名之前开放", "季中更名", "单位3"}, where
