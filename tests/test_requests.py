"""A unit's requests that are not answered: withdrawn by the unit, or settled by another act."""

from datetime import date

import pytest
from django.utils import timezone

from targets import actions, event_wording
from targets.models import Adjustment, Event, Extension, Item, Message, Unit, User
from tests import builders
from tests.test_list_exports import rows_of

UNTIL = date(2030, 7, 10)
ITEM = "1（2） 完成第2件实事"


def more_time(cast, item: Item | None = None, by: User | None = None) -> Extension:
    return actions.request_extension(
        period=cast.period, item=item, until=UNTIL, reason="数据待核", by=by or cast.reporter
    )


def other_item(cast, by: User | None = None) -> Adjustment:
    return actions.request_adjustment(
        item=cast.items[1], other="明年6月完成", reason="工期", by=by or cast.reporter
    )


def mailed(settings, *users: User) -> None:
    settings.EMAIL_HOST = "mail.example"
    for user in users:
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.cn")


def adjust(cast, leads: list[Unit], adjustment: Adjustment | None = None) -> None:
    actions.adjust_item(
        item=cast.items[1],
        number=2,
        standard=cast.items[1].standard,
        leads=leads,
        supporting=[],
        reason="分工调整",
        adjustment=adjustment,
        by=cast.office,
    )


def states_of(*asked: Extension | Adjustment) -> list[str]:
    for each in asked:
        each.refresh_from_db()
    return [each.state for each in asked]


# Withdrawn


def test_withdraw_extension_takes_it_from_the_office_and_another_may_be_asked_for(cast, as_user):
    asked = more_time(cast, cast.items[1])
    client, office = as_user(cast.reporter), as_user(cast.office)
    url = f"/extensions/{asked.pk}/withdraw/"
    assert url in client.get("/my-items/").content.decode()
    assert "延期申请1件待批" in office.get("/board/").content.decode()
    page = client.post(url, follow=True)
    assert page.redirect_chain[0][0] == "/my-items/?period=2030Q1"
    assert "延期申请已撤回" in page.content.decode()
    assert "已申请延至" not in page.content.decode()
    assert states_of(asked) == ["withdrawn"]
    assert asked.decided_by == cast.reporter
    event = Event.objects.get(verb="withdraw")
    assert (event.item, event.unit) == (cast.items[1], cast.units[0])
    told = event_wording.retell("extension", event.old, event.new, shows_words=True)
    assert [(each.label, each.old, each.new) for each in told] == [("状态", "待批", "已撤回")]
    assert "件待批" not in office.get("/board/").content.decode()
    listed = office.get(f"/periods/{cast.period.pk}/extensions/").content.decode()
    assert "已撤回" in listed
    assert f"/extensions/{asked.pk}/grant/" not in listed
    refused = office.post(f"/extensions/{asked.pk}/grant/", {"until": "2030-07-10"})
    assert "该申请已撤回，不能再批复" in refused.content.decode()
    assert more_time(cast, cast.items[1]).pk != asked.pk


def test_withdraw_adjustment_takes_it_from_the_office_and_another_may_be_asked_for(cast, as_user):
    asked = other_item(cast)
    client, office = as_user(cast.reporter), as_user(cast.office)
    url = f"/adjustments/{asked.pk}/withdraw/"
    for page in ("/my-items/", cast.items[1].get_absolute_url()):
        assert url in client.get(page).content.decode()
    assert url not in office.get(cast.items[1].get_absolute_url()).content.decode()
    page = client.post(url, follow=True)
    assert page.redirect_chain[0][0] == cast.items[1].get_absolute_url()
    assert "调整申请已撤回，事项不变" in page.content.decode()
    assert "单位撤回" in page.content.decode()
    assert url not in page.content.decode()
    assert states_of(asked) == ["withdrawn"]
    assert "的调整申请" not in client.get("/my-items/").content.decode()
    assert "件待答复" not in office.get("/board/").content.decode()
    refused = office.post(f"/adjustments/{asked.pk}/decline/", {"reason": "不变"})
    assert "该申请已撤回，不能再答复" in refused.content.decode()
    assert other_item(cast).pk != asked.pk


def test_what_was_answered_is_not_withdrawn(cast, as_user):
    time, item = more_time(cast), other_item(cast)
    actions.grant_extension(extension=time, until=UNTIL, by=cast.office)
    actions.decline_adjustment(adjustment=item, reason="不变", by=cast.office)
    client = as_user(cast.reporter)
    for path, words in (
        (f"/extensions/{time.pk}/withdraw/", "该申请已同意，不能撤回"),
        (f"/adjustments/{item.pk}/withdraw/", "该申请未采纳，不能撤回"),
    ):
        assert words in client.post(path, follow=True).content.decode()
    assert states_of(time, item) == ["granted", "declined"]
    assert not Event.objects.filter(verb="withdraw").exists()


def test_only_the_unit_itself_withdraws_and_its_other_accounts_do(cast, as_user):
    time, item = more_time(cast), other_item(cast)
    for user in (cast.co_lead, cast.supporter, cast.other):
        for path in (f"/extensions/{time.pk}/withdraw/", f"/adjustments/{item.pk}/withdraw/"):
            assert as_user(user).post(path).status_code == 404
    for user in (cast.office, cast.leader, cast.co_lead):
        with pytest.raises(actions.Refused, match="只能撤回本单位的延期申请"):
            actions.withdraw_extension(extension=time, by=user)
        with pytest.raises(actions.Refused, match="只能撤回本单位的调整申请"):
            actions.withdraw_adjustment(adjustment=item, by=user)
    actions.withdraw_extension(extension=time, by=cast.colleague)
    actions.withdraw_adjustment(adjustment=item, by=cast.colleague)
    assert states_of(time, item) == ["withdrawn", "withdrawn"]


def test_a_withdrawn_request_leaves_what_was_granted_before_in_sight(cast, as_user):
    granted = more_time(cast)
    actions.grant_extension(extension=granted, until=UNTIL, by=cast.office)
    later = actions.request_extension(
        period=cast.period, until=date(2030, 7, 20), reason="仍须核实", by=cast.reporter
    )
    actions.withdraw_extension(extension=later, by=cast.reporter)
    assert "督查室已同意2030年第一季度延至2030年7月10日" in (
        as_user(cast.reporter).get("/my-items/").content.decode()
    )


# Nothing left to decide


def end(how: str, cast) -> None:
    item, by = cast.items[1], cast.office
    if how == "cancel":
        actions.cancel_item(item=item, reason="停建", stays_counted=True, by=by)
    elif how == "complete":
        actions.complete_items(items=[item], reason="竣工", by=by)
    else:
        plan = actions.create_plan(year=2031, title="2031年度任务", by=by)
        goal = actions.add_goal(plan=plan, number=1, name="续建", by=by)
        actions.carry_over_items(items=[item], goals={item.pk: goal}, reason="跨年", by=by)


@pytest.mark.parametrize(
    ("how", "outcome"), [("cancel", "已取消"), ("complete", "已办结"), ("carry over", "已结转")]
)
def test_requests_about_an_item_that_ends_come_to_nothing_and_the_unit_is_told(
    cast, as_user, settings, how, outcome
):
    mailed(settings, cast.reporter)
    time, item = more_time(cast, cast.items[1]), other_item(cast)
    whole = more_time(cast)
    elsewhere = more_time(cast, cast.items[0])
    end(how, cast)
    assert states_of(time, item, whole, elsewhere) == ["lapsed", "lapsed", "requested", "requested"]
    told = f"该事项{outcome}，申请不再办理。"
    assert {time.decision_reason, item.decision_reason} == {told}
    lapsed = Event.objects.filter(verb="lapse")
    assert {each.subject for each in lapsed} == {"extension", "adjustment"}
    assert {(each.item, each.unit, each.by, each.reason) for each in lapsed} == {
        (cast.items[1], cast.units[0], cast.office, told)
    }
    mails = {each.subject: each.body for each in Message.objects.all()}
    assert set(mails) == {
        f"【终止】2030年度任务“{ITEM}”调整申请",
        f"【终止】2030年第一季度“{ITEM}”延期申请",
    }
    assert all(told in body for body in mails.values())
    mine = as_user(cast.reporter).get("/my-items/").content.decode()
    assert f"“{ITEM}”的延期申请已终止：{told}" in mine
    assert f"的调整申请：已终止。{told}" in mine
    board = as_user(cast.office).get("/board/").content.decode()
    assert "件待答复" not in board
    assert "延期申请2件待批" in board


def test_the_pages_that_ask_before_an_item_or_a_quarter_ends_say_what_ends_with_it(cast, as_user):
    office, item = as_user(cast.office), cast.items[1]
    asking = [
        *(f"/items/{item.pk}/{verb}/" for verb in ("cancel", "complete", "carry-over")),
        f"/plans/2030/items/end/?outcome=completed&item={item.pk}",
        f"/periods/{cast.period.pk}/close/",
    ]
    for page in asking:
        assert "尚未答复" not in office.get(page).content.decode()
    more_time(cast, item)
    other_item(cast)
    told = ["2份申请随即终止" in office.get(page).content.decode() for page in asking[:4]]
    assert told == [True] * 4
    assert "尚未答复的1份申请随即终止" in office.get(asking[4]).content.decode()


def test_a_unit_that_leads_no_longer_is_told_that_its_requests_ended(cast, settings):
    mailed(settings, cast.reporter, cast.co_lead)
    time, item = more_time(cast, cast.items[1]), other_item(cast)
    theirs = more_time(cast, cast.items[1], cast.co_lead), other_item(cast, cast.co_lead)
    adjust(cast, [cast.units[1]])
    assert states_of(time, item) == ["lapsed", "lapsed"]
    assert states_of(*theirs) == ["requested", "requested"]
    assert item.decision_reason == "贵单位不再牵头该事项，申请不再办理。"
    assert {each.recipient for each in Message.objects.all()} == {"reporter@example.cn"}


def test_a_request_to_lead_no_longer_is_adopted_and_not_ended(cast):
    item, theirs = other_item(cast), other_item(cast, cast.co_lead)
    adjust(cast, [cast.units[1]], item)
    assert states_of(item, theirs) == ["adopted", "requested"]


def test_closing_a_quarter_settles_what_was_asked_for_it(cast, as_user, settings):
    mailed(settings, cast.reporter)
    time, item = more_time(cast), other_item(cast)
    actions.close_period(period=cast.period, by=cast.office)
    assert states_of(time, item) == ["lapsed", "requested"]
    told = "第一季度填报已经关闭，申请不再办理。"
    assert told in Message.objects.get().body
    assert told in as_user(cast.reporter).get("/my-items/?period=2030Q1").content.decode()
    for number in (2, 3, 4):
        last = builders.open_quarter(cast.plan, cast.office, number)
    assert states_of(item) == ["requested"]
    actions.close_period(period=last, by=cast.office)
    assert states_of(item) == ["lapsed"]


def test_of_two_requests_that_a_merger_brings_together_one_ends_with_its_event(cast, settings):
    mailed(settings, cast.reporter, cast.co_lead)
    mine = more_time(cast, cast.items[1]), other_item(cast)
    theirs = more_time(cast, cast.items[1], cast.co_lead), other_item(cast, cast.co_lead)
    actions.succeed_unit(
        unit=cast.units[0],
        on=timezone.localdate(),
        successor=cast.units[1],
        reason="合并",
        by=cast.administrator,
    )
    assert states_of(*mine, *theirs) == ["lapsed", "lapsed", "requested", "requested"]
    lapsed = Event.objects.filter(verb="lapse")
    assert {(each.subject, each.unit) for each in lapsed} == {
        ("extension", cast.units[0]),
        ("adjustment", cast.units[0]),
    }
    told = "已由单位2承接，按其申请办理。"
    assert {each.reason for each in lapsed} == {told}
    assert [told in each.body for each in Message.objects.all()] == [True, True]
    assert {each.recipient for each in Message.objects.all()} == {"reporter@example.cn"}


# The office's lists as files


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_requests_for_more_time_go_out_with_what_became_of_them(cast, as_user, kind):
    whole, single = more_time(cast), more_time(cast, cast.items[1])
    actions.refuse_extension(extension=whole, reason="抓紧", by=cast.office)
    actions.withdraw_extension(extension=single, by=cast.reporter)
    waiting = more_time(cast, cast.items[2], cast.other)
    office = as_user(cast.office)
    assert "/extensions/extensions.xlsx?period=2030Q1" in (
        office.get(f"/periods/{cast.period.pk}/extensions/").content.decode()
    )
    rows = rows_of(office, "/extensions/extensions", kind, period="2030Q1")
    heads = ("单位", "工作标准", "申请延至", "申请原因", "状态", "批复意见")
    assert [[row[head] for head in heads] for row in rows] == [
        ["单位3", waiting.item.standard, "2030-07-10", "数据待核", "待批", ""],
        ["单位1", "完成第2件实事。", "2030-07-10", "数据待核", "已撤回", ""],
        ["单位1", "", "2030-07-10", "数据待核", "未同意", "抓紧"],
    ]
    assert rows[2]["目标名称"] == "全部事项"
    assert rows[2]["批复人"] == cast.office.name
    event = Event.objects.latest("pk")
    assert (event.verb, event.new["file"], event.new["rows"]) == ("export", f"extensions.{kind}", 3)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_requests_to_adjust_go_out_as_narrowed(cast, as_user, kind):
    theirs = other_item(cast, cast.co_lead)
    actions.decline_adjustment(adjustment=theirs, reason="不变", by=cast.office)
    other_item(cast)
    office = as_user(cast.office)
    page = office.get("/adjustments/?state=declined")
    assert "/adjustments/adjustments.csv?state=declined" in page.content.decode()
    assert [each for each, _parts in page.context["rows"]] == [theirs]
    everything = rows_of(office, "/adjustments/adjustments", kind)
    assert [row["状态"] for row in everything] == ["待答复", "未采纳"]
    (row,) = rows_of(office, "/adjustments/adjustments", kind, state="declined")
    heads = ("年度", "工作标准", "单位", "拟调整的工作标准", "其他调整内容", "批复意见")
    assert [row[head] for head in heads] == [
        "2030",
        "完成第2件实事。",
        "单位2",
        "",
        "明年6月完成",
        "不变",
    ]
    stranger = rows_of(as_user(cast.stranger), "/adjustments/adjustments", kind)
    assert stranger == []
