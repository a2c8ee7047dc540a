"""A lead unit asks that an item be adjusted; the office declines, or adjusts it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from targets import actions
from targets.models import Adjustment, Event, Item, KeptItem, Message, Period, User
from tests import builders

WANTED = "年内完成第2件实事的主体工程。"


@pytest.fixture
def asked(cast) -> Adjustment:
    return actions.request_adjustment(
        item=cast.items[1], standard=WANTED, reason="征地延后", by=cast.reporter
    )


def by_mail(settings, user: User) -> None:
    settings.EMAIL_HOST = "mail.example"
    User.objects.filter(pk=user.pk).update(email="reporter@example.cn")


def adjusted(item: Item, **fields: object) -> dict[str, object]:
    form = {"number": item.number, "is_numbered": "on", "standard": item.standard, "reason": "同意"}
    return form | {"leads": "单位1\n单位2", "supporting": "单位4"} | fields


def test_a_lead_asks_from_the_items_page_and_reads_that_it_waits(cast, as_user):
    client, item = as_user(cast.reporter), cast.items[1]
    url = f"/items/{item.pk}/request-adjustment/"
    part = builders.contribution_of(cast.period, item, cast.units[0])
    for page in (item.get_absolute_url(), part.get_absolute_url()):
        assert url in client.get(page).content.decode()
    assert "完成第2件实事。</textarea>" in client.get(url).content.decode()
    form = {"standard": WANTED, "other": "牵头单位改为单位2", "reason": "征地延后"}
    for _twice in range(2):
        assert client.post(url, form).status_code == 302
    made = Adjustment.objects.get()
    assert (made.unit, made.standard, made.other) == (cast.units[0], WANTED, "牵头单位改为单位2")
    event = Event.objects.get(verb="apply")
    assert (event.item, event.unit, event.reason) == (item, cast.units[0], "征地延后")
    assert "等待督查室答复" in client.get("/my-items/").content.decode()
    html = client.get(item.get_absolute_url()).content.decode()
    assert WANTED in html
    assert "待答复" in html
    item.refresh_from_db()
    assert item.standard == "完成第2件实事。"
    assert "如需更改，请先撤回" in client.get(url, follow=True).content.decode()
    again = client.post(url, form | {"reason": "又及"}).content.decode()
    assert "已有一份调整申请等待督查室答复" in again
    assert "又及" in again


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"standard": "完成第2件实事。", "other": ""}, "请修改工作标准，或写明其他需要调整的内容"),
        ({"standard": "", "other": " "}, "请修改工作标准"),
        ({"reason": " "}, "请填写内容后再提交"),
        ({"standard": "长" * 20001}, "最多20000字"),
        ({"other": "长" * 501}, "最多500字"),
    ],
)
def test_a_request_that_asks_nothing_or_too_much_is_refused_in_words(cast, as_user, fields, words):
    form = {"standard": WANTED, "other": "", "reason": "征地延后", **fields}
    url = f"/items/{cast.items[1].pk}/request-adjustment/"
    assert words in as_user(cast.reporter).post(url, form).content.decode()
    assert not Adjustment.objects.exists()


def test_a_standard_left_as_it_is_is_no_part_of_the_request(cast):
    item = cast.items[1]
    made = actions.request_adjustment(
        item=item, standard=item.standard, other="明年6月完成", reason="工期", by=cast.reporter
    )
    assert (made.standard, made.other) == ("", "明年6月完成")


def test_an_ended_item_and_a_plan_that_is_over_take_no_request(cast, as_user):
    item = cast.items[1]
    for number in (2, 3, 4):
        last = builders.open_quarter(cast.plan, cast.office, number)
    actions.close_period(period=last, by=cast.office)
    with pytest.raises(actions.Refused, match="各季度已经结束"):
        actions.request_adjustment(item=item, other="延后", reason="工期", by=cast.reporter)
    page = as_user(cast.reporter).get(item.get_absolute_url()).content.decode()
    assert "request-adjustment" not in page
    actions.reopen_period(period=last, reason="更正", by=cast.office)
    actions.cancel_item(item=item, reason="停建", stays_counted=True, by=cast.office)
    with pytest.raises(actions.Refused, match="已取消，不能申请调整"):
        actions.request_adjustment(item=item, other="延后", reason="工期", by=cast.reporter)


def test_only_who_leads_the_item_may_ask(cast):
    for user in (cast.other, cast.supporter, cast.office, cast.stranger):
        with pytest.raises(actions.Refused, match="只有牵头单位"):
            actions.request_adjustment(item=cast.items[1], other="延后", reason="工期", by=user)


def test_adopting_is_adjusting_and_both_say_so(cast, as_user, asked, settings):
    by_mail(settings, cast.reporter)
    office, item = as_user(cast.office), cast.items[1]
    assert "调整申请1件待答复" in office.get("/board/").content.decode()
    listed = office.get("/adjustments/").content.decode()
    assert "征地延后" in listed
    assert "〔新增：" in listed
    url = f"/items/{item.pk}/adjust/?adjustment={asked.pk}"
    assert url in listed
    page = office.get(url).content.decode()
    assert f"{WANTED}</textarea>" in page
    assert "现行工作标准：完成第2件实事。" in page
    final = "年底前完成第2件实事的主体工程。"
    answer = office.post(url, adjusted(item, standard=final, reason="同意，年底为限"))
    assert answer.status_code == 302
    item.refresh_from_db()
    asked.refresh_from_db()
    assert item.standard == final
    assert (asked.state, asked.decided_by) == ("adopted", cast.office)
    assert asked.decision_reason == "同意，年底为限"
    assert asked.standard == WANTED  # what was asked stays what it was
    adopted, adjustment = Event.objects.filter(item=item, verb__startswith="ad").order_by("pk")
    assert [each.verb for each in (adopted, adjustment)] == ["adopt", "adjust"]
    assert adjustment.new["adjustment"].startswith("单位1，")
    assert "年底为限" in Message.objects.get().body
    client = as_user(cast.reporter)
    for page in ("/my-items/", item.get_absolute_url()):
        assert "同意，年底为限" in client.get(page).content.decode()
    assert "件待答复" not in office.get("/board/").content.decode()
    again = office.post(url, adjusted(item, standard="别的标准。")).content.decode()
    assert "该申请已采纳，不能再答复" in again
    item.refresh_from_db()
    assert item.standard == final


def test_an_adjustment_that_changes_nothing_leaves_the_request_waiting(cast, as_user, asked):
    url = f"/items/{cast.items[1].pk}/adjust/?adjustment={asked.pk}"
    page = as_user(cast.office).post(url, adjusted(cast.items[1])).content.decode()
    assert "内容没有变化" in page
    assert "请把调整写进工作标准或责任单位" in page
    asked.refresh_from_db()
    assert asked.is_waiting


@pytest.mark.parametrize("key", ["x", "0", "9" * 30, "other item"])
def test_a_request_of_another_item_is_not_adopted(cast, as_user, asked, key):
    key = str(asked.pk) if key == "other item" else key
    url = f"/items/{cast.items[0].pk}/adjust/?adjustment={key}"
    assert as_user(cast.office).post(url, adjusted(cast.items[0])).status_code == 404


def test_declined_the_unit_reads_why_and_may_ask_anew(cast, as_user, asked, settings):
    by_mail(settings, cast.reporter)
    office, url = as_user(cast.office), f"/adjustments/{asked.pk}/decline/"
    assert "请填写内容后再提交" in office.post(url, {"reason": " "}).content.decode()
    assert office.post(url, {"reason": "目标不变，请抓紧"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.decision_reason) == ("declined", "目标不变，请抓紧")
    assert Event.objects.get(verb="decline").reason == "目标不变，请抓紧"
    assert "目标不变，请抓紧" in Message.objects.get().body
    client = as_user(cast.reporter)
    assert "督查室未采纳。目标不变，请抓紧" in client.get("/my-items/").content.decode()
    assert "不能再答复" in office.post(url, {"reason": "再答"}).content.decode()
    actions.request_adjustment(item=cast.items[1], other="延后", reason="工期", by=cast.reporter)
    # An answer of long ago stands on the item's page alone.
    Adjustment.objects.filter(pk=asked.pk).update(decided_at=timezone.now() - timedelta(days=31))
    assert "请抓紧" not in client.get("/my-items/").content.decode()
    assert "请抓紧" in client.get(cast.items[1].get_absolute_url()).content.decode()


def test_what_waits_is_listed_first_and_then_the_newest(cast, as_user, asked):
    older, newer = (
        actions.request_adjustment(item=item, other=f"延后{by.pk}月", reason="工期", by=by)
        for item, by in ((cast.items[2], cast.other), (cast.items[1], cast.co_lead))
    )
    actions.decline_adjustment(adjustment=older, reason="不变", by=cast.office)
    actions.decline_adjustment(adjustment=newer, reason="不变", by=cast.office)
    page = as_user(cast.office).get("/adjustments/")
    assert [each for each, _parts in page.context["rows"]] == [asked, newer, older]


def test_no_other_unit_reads_the_request(cast, as_user, asked):
    actions.decline_adjustment(adjustment=asked, reason="目标不变", by=cast.office)
    url = cast.items[1].get_absolute_url()
    for user, reads in (
        (cast.reporter, True),
        (cast.leader, True),
        (cast.co_lead, False),
        (cast.supporter, False),
    ):
        html = as_user(user).get(url).content.decode()
        assert (WANTED in html) is reads, user.username
        assert ("目标不变" in html) is reads, user.username


def test_a_closed_quarter_keeps_its_standard(cast, asked):
    actions.close_period(period=cast.period, by=cast.office)
    item = cast.items[1]
    actions.adjust_item(
        item=item,
        number=2,
        standard=WANTED,
        leads=cast.units[:2],
        supporting=[],
        reason="同意",
        adjustment=asked,
        by=cast.office,
    )
    kept = KeptItem.objects.get(period=Period.objects.get(pk=cast.period.pk), item=item)
    assert kept.standard == "完成第2件实事。"


def test_a_successor_goes_on_with_what_waits(cast, asked):
    theirs = actions.request_adjustment(
        item=cast.items[1], other="延后", reason="工期", by=cast.co_lead
    )
    actions.succeed_unit(
        unit=cast.units[0],
        on=timezone.localdate(),
        successor=cast.units[1],
        reason="合并",
        by=cast.administrator,
    )
    for each in (asked, theirs):
        each.refresh_from_db()
    assert (asked.unit, asked.state) == (cast.units[0], "lapsed")
    assert (theirs.unit, theirs.state) == (cast.units[1], "requested")


def test_the_list_takes_the_same_statements_for_many_requests(cast, as_user, asked):
    office = as_user(cast.office)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert office.get("/adjustments/").status_code == 200
        return len(captured)

    office.get("/adjustments/")
    with_one = statements()
    for _each in range(30):
        actions.decline_adjustment(adjustment=asked, reason="不变", by=cast.office)
        asked = actions.request_adjustment(
            item=cast.items[1], other="延后", reason="工期", by=cast.reporter
        )
    assert statements() == with_one <= 6
    assert "第1/2页" in office.get("/adjustments/").content.decode()


def test_a_standard_left_as_the_page_showed_it_is_not_asked_for(cast, as_user):
    client, item = as_user(cast.reporter), cast.items[1]
    url, shown = f"/items/{item.pk}/request-adjustment/", item.standard
    assert 'name="initial-standard"' in client.get(url).content.decode()
    Item.objects.filter(pk=item.pk).update(standard="督查室已另行调整。")
    form = {"standard": shown, "initial-standard": shown, "reason": "征地延后"}
    assert "请修改工作标准" in client.post(url, form).content.decode()
    assert client.post(url, form | {"other": "延至年底"}).status_code == 302
    asked = Adjustment.objects.get()
    assert (asked.standard, asked.other) == ("", "延至年底")


def test_a_reason_too_long_to_go_in_whole_is_not_the_adjustments(cast, as_user, asked):
    url = f"/items/{cast.items[1].pk}/adjust/?adjustment={asked.pk}"
    office = as_user(cast.office)
    assert "单位1申请：征地延后</textarea>" in office.get(url).content.decode()
    Adjustment.objects.filter(pk=asked.pk).update(reason="因" * 500)
    assert "采纳单位1的调整申请</textarea>" in office.get(url).content.decode()


def test_a_page_left_open_undoes_nobodys_change_unseen(cast, as_user):
    """Refused once, with the item as it is now; posted again from that page it is meant."""
    item, client = cast.items[1], as_user(cast.office)
    url = f"/items/{item.pk}/adjust/"
    left_open = re.search(r'name="seen" value="(\w+)"', client.get(url).content.decode())[1]
    assert client.post(url, adjusted(item, standard=WANTED, seen=left_open)).status_code == 302
    stale = adjusted(item, number=9, seen=left_open)
    page = client.post(url, stale).content.decode()
    assert f"现为1（2）（单位1、单位2、单位4）：{WANTED}" in page
    item.refresh_from_db()
    assert (item.number, item.standard) == (2, WANTED)
    now = re.search(r'name="seen" value="(\w+)"', page)[1]
    assert now != left_open
    assert client.post(url, stale | {"seen": now}).status_code == 302
    item.refresh_from_db()
    assert (item.number, item.standard) == (9, "完成第2件实事。")
