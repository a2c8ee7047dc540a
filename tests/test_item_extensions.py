"""More time for a single item: asked for, decided, measured, and told wherever a date is."""

import csv
import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from targets import actions
from targets.choices import Timing
from targets.models import Contribution, Event, Extension, Item, Message, Reminder, Unit, User
from tests import builders

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST, LATER = date(2030, 7, 10), date(2030, 7, 20)


def at(time_machine, day: date) -> None:
    time_machine.move_to(datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI), tick=False)


def ask(cast, item: Item | None, by: User, until: date = FIRST) -> Extension:
    return actions.request_extension(
        period=cast.period, item=item, until=until, reason="数据待核", by=by
    )


def grant(cast, item: Item | None, by: User, until: date = FIRST) -> Extension:
    return actions.grant_extension(
        extension=ask(cast, item, by, until), until=until, by=cast.office
    )


def due_of(cast, item: Item, unit: Unit) -> date:
    part = builders.contribution_of(cast.period, item, unit)
    return Contribution.objects.with_due().get(pk=part.pk).due_in_force


def test_a_unit_asks_for_one_of_the_items_that_it_still_owes(cast, as_user):
    client, item = as_user(cast.reporter), cast.items[1]
    part = builders.contribution_of(cast.period, item, cast.units[0])
    url = f"/periods/{cast.period.pk}/extend/"
    assert f"{url}?item={item.pk}" in client.get(part.get_absolute_url()).content.decode()
    page = client.get(f"{url}?item={item.pk}").content.decode()
    assert f'<option value="{item.pk}" selected>只延 1（2） 完成第2件实事</option>' in page
    assert f'<option value="{cast.items[2].pk}"' not in page  # another unit's
    form = {"item": item.pk, "until": "2030-07-10", "reason": "数据待核"}
    for _twice in range(2):
        assert client.post(url, form).status_code == 302
    extension = Extension.objects.get()
    assert (extension.item, extension.unit, extension.state) == (item, cast.units[0], "requested")
    event = Event.objects.get(verb="request")
    assert (event.item, event.unit, event.reason) == (item, cast.units[0], "数据待核")
    assert (
        "“1（2） 完成第2件实事”已申请延至2030年7月10日" in client.get("/my-items/").content.decode()
    )
    # Until the office decides, nothing has changed; and all the others may be asked for beside it.
    assert due_of(cast, item, cast.units[0]) == builders.DUE
    assert "已有一份延期申请" in client.post(url, form | {"until": "2030-07-11"}).content.decode()
    assert client.post(url, form | {"item": "", "until": "2030-07-05"}).status_code == 302
    assert Extension.objects.count() == 2


@pytest.mark.parametrize("number", [0, 2])
def test_an_item_that_is_not_owed_takes_no_extension(cast, as_user, number):
    item = cast.items[number]
    if number == 0:
        builders.submit(builders.contribution_of(cast.period, item, cast.units[0]), cast.reporter)
    form = {"item": item.pk, "until": "2030-07-10", "reason": "数据待核"}
    page = as_user(cast.reporter).post(f"/periods/{cast.period.pk}/extend/", form)
    assert "该事项不必再报送，请重新选择。" in page.content.decode()
    with pytest.raises(actions.Refused, match="不必再报送"):
        ask(cast, item, cast.reporter)
    assert not Extension.objects.exists()


def test_the_office_sees_which_item_and_decides_on_it_alone(cast, as_user, settings):
    settings.EMAIL_HOST = "mail.example"
    User.objects.filter(pk=cast.reporter.pk).update(email="reporter@example.cn")
    extension = ask(cast, cast.items[0], cast.reporter)
    office = as_user(cast.office)
    board = office.get("/board/").content.decode()
    assert "1项申请延至7月10日" in board
    assert "延期申请1件待批" in board
    listed = office.get(f"/periods/{cast.period.pk}/extensions/").content.decode()
    assert f'<a href="{cast.items[0].get_absolute_url()}">1（1） 完成第1件实事</a>' in listed
    url = f"/extensions/{extension.pk}/grant/"
    assert "只延事项1（1）：完成第1件实事。" in office.get(url).content.decode()
    assert office.post(url, {"until": "2030-07-12", "reason": "抓紧"}).status_code == 302
    assert due_of(cast, cast.items[0], cast.units[0]) == date(2030, 7, 12)
    assert due_of(cast, cast.items[1], cast.units[0]) == builders.DUE
    assert due_of(cast, cast.items[1], cast.units[1]) == builders.DUE
    message = Message.objects.get()
    assert message.recipient == "reporter@example.cn"
    assert message.subject == "【批复】2030年第一季度“1（1） 完成第1件实事”延期申请"
    assert (
        "贵单位2030年第一季度“1（1） 完成第1件实事”的延期申请：督查室同意延至2030年7月12日"
        in message.body
    )
    assert "抓紧" in message.body
    mine = as_user(cast.reporter).get("/my-items/").content.decode()
    assert "督查室已同意2030年第一季度“1（1） 完成第1件实事”延至2030年7月12日" in mine
    assert mine.count("延至7月12日") == 1  # in the item's own row
    assert "贵单位经批准延至" not in mine
    board = office.get("/board/?show=extended").content.decode()
    assert "1份延至7月12日" in board


def test_refused_for_one_item_the_unit_reads_why(cast, as_user, settings):
    settings.EMAIL_HOST = "mail.example"
    User.objects.filter(pk=cast.reporter.pk).update(email="reporter@example.cn")
    extension = ask(cast, cast.items[0], cast.reporter)
    actions.refuse_extension(extension=extension, reason="数据早已公布", by=cast.office)
    mine = as_user(cast.reporter).get("/my-items/").content.decode()
    assert "督查室未同意2030年第一季度“1（1） 完成第1件实事”延期" in mine
    assert "数据早已公布" in mine
    assert "数据早已公布" in Message.objects.get().body


def test_the_later_of_both_days_holds_for_the_item(cast):
    unit = cast.units[0]
    grant(cast, cast.items[0], cast.reporter, LATER)
    grant(cast, None, cast.reporter, FIRST)
    assert [due_of(cast, each, unit) for each in cast.items[:2]] == [LATER, FIRST]
    assert Extension.objects.granted_until(cast.period, unit.pk) == FIRST
    assert Extension.objects.granted_until(cast.period, unit.pk, cast.items[0].pk) == LATER
    asked = ask(cast, cast.items[1], cast.reporter, LATER)
    with pytest.raises(actions.Refused, match="须晚于填报截止日期（2030年7月10日）"):
        actions.grant_extension(extension=asked, until=FIRST, by=cast.office)


def test_late_and_punctual_are_measured_by_the_items_own_day(cast, time_machine):
    grant(cast, cast.items[0], cast.reporter)
    at(time_machine, date(2030, 7, 5))
    for item in cast.items[:2]:
        builders.submit(builders.contribution_of(cast.period, item, cast.units[0]), cast.reporter)

    def timing() -> dict[str, str]:
        rows = Contribution.objects.filter(unit=cast.units[0]).with_timing(date(2030, 7, 5))
        return {str(row.entry.item): row.timing for row in rows}

    wanted = {"1（1）": Timing.ON_TIME, "1（2）": Timing.LATE}
    assert timing() == wanted
    # Closed, it stays so: nothing is granted any more.
    actions.close_period(period=cast.period, by=cast.office)
    assert timing() == wanted


def test_a_reminder_leaves_the_item_out_and_says_so(cast, as_user, time_machine, settings):
    settings.EMAIL_HOST = "mail.example"
    User.objects.filter(pk=cast.reporter.pk).update(email="reporter@example.cn")
    grant(cast, cast.items[0], cast.reporter)
    Message.objects.all().delete()
    at(time_machine, date(2030, 7, 3))
    actions.remind_units(period=cast.period, units=[cast.units[0]], by=cast.office)
    assert Reminder.objects.get().owed == 1
    body = Message.objects.get().body
    assert "尚有1项未报送（填报截止2030年6月30日，第1次催办）" in body
    assert "另有“1（1） 完成第1件实事”已同意延至2030年7月10日，不在此次催办之内。" in body
    page = as_user(cast.office).get(f"/periods/{cast.period.pk}/reminders/notices/")
    assert "已同意延至2030年7月10日，不在此次催办之内" in page.content.decode()
    # Over, it is owed with the rest, and by a day of its own.
    at(time_machine, date(2030, 7, 11))
    actions.remind_units(period=cast.period, units=[cast.units[0]], by=cast.office)
    assert Reminder.objects.latest("pk").owed == 2
    body = Message.objects.latest("pk").body
    assert "尚有2项未报送（填报截止2030年6月30日，其中“1（1） 完成第1件实事”" in body
    assert "完成第1件实事”已同意延至2030年7月10日，第2次" in body


def test_a_unit_that_owes_extended_items_alone_is_not_reminded(cast, as_user, time_machine):
    grant(cast, cast.items[2], cast.other)
    at(time_machine, date(2030, 7, 3))
    with pytest.raises(actions.Refused, match="单位3已同意延期至2030年7月10日"):
        actions.remind_units(period=cast.period, units=[cast.units[2]], by=cast.office)
    page = as_user(cast.office).get(f"/periods/{cast.period.pk}/remind/?all=1")
    assert page.context["form"].initial["units"] == [cast.units[0].pk, cast.units[1].pk]
    mine = as_user(cast.other).get("/my-items/").content.decode()
    assert "贵单位经批准延至2030年7月10日" in mine
    assert "还剩7天" in mine
    assert "7月10日（已延期）" in as_user(cast.office).get("/board/").content.decode()


def test_the_timer_counts_the_days_of_its_rule_from_each_items_day(cast, time_machine):
    actions.change_reminder_rule(district=cast.district, days=[3], by=cast.office)
    grant(cast, cast.items[0], cast.reporter)
    builders.submit(
        builders.contribution_of(cast.period, cast.items[1], cast.units[1]), cast.co_lead
    )
    actions.cancel_item(item=cast.items[2], reason="停建", stays_counted=True, by=cast.office)
    sent = {}
    for day in (date(2030, 7, 3), FIRST, date(2030, 7, 13), date(2030, 7, 14)):
        at(time_machine, day)
        sent[day.day] = [(each.unit.name, each.owed) for each in actions.send_due_reminders()]
    assert sent == {3: [("单位1", 1)], 10: [], 13: [("单位1", 2)], 14: []}


def test_what_is_asked_for_hides_nothing_that_is_late(cast, as_user, time_machine):
    """An ask that nobody has answered is beside the day and the count, not in their place."""
    grant(cast, cast.items[0], cast.reporter)
    ask(cast, None, cast.reporter)
    words = ["6月30日", "1份延至7月10日", "申请延至7月10日，待批"]
    for today, late in ((date(2030, 6, 1), ""), (date(2030, 7, 5), "，逾期1份")):
        at(time_machine, today)
        office = as_user(cast.office)
        page = office.get("/board/").content.decode()
        missing = [each for each in (words[0] + late, *words[1:]) if each not in page]
        assert not missing, today
        assert ("逾期1份" in page) == bool(late)
    exported = office.get("/board/board.csv").getvalue().decode("utf-8-sig")
    (row,) = [each for each in csv.DictReader(io.StringIO(exported)) if each["单位"] == "单位1"]
    assert (row["逾期未报"], row["截止日期"]) == ("1", "2030-06-30")
    assert row["延期"] == "1份延至2030-07-10；1件待批"


def test_more_time_may_be_asked_for_while_any_items_day_is_to_come(cast, as_user, time_machine):
    grant(cast, cast.items[0], cast.reporter)
    at(time_machine, date(2030, 7, 5))
    client = as_user(cast.reporter)
    assert "申请延期" in client.get("/my-items/").content.decode()
    with pytest.raises(actions.Refused, match="2030年6月30日）已过"):
        ask(cast, cast.items[1], cast.reporter, LATER)
    assert ask(cast, cast.items[0], cast.reporter, LATER).until == LATER


def test_lists_and_forms_have_each_items_day(cast, as_user):
    grant(cast, cast.items[0], cast.reporter)
    for item in cast.items[:2]:
        part = builders.contribution_of(cast.period, item, cast.units[0])
        builders.submit(part, cast.reporter)
    office, reporter = as_user(cast.office), as_user(cast.reporter)
    exported = office.get("/contributions/contributions.csv").getvalue().decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(exported)) if row["单位"] == "单位1"]
    days = {row["工作标准"]: row["截止日期"] for row in rows}
    assert days == {"完成第1件实事。": "2030-07-10", "完成第2件实事。": "2030-06-30"}
    printed = reporter.get(
        reverse("targets:print-my-items", args=[cast.period.pk])
    ).content.decode()
    assert printed.count("经批准延至2030年7月10日") == 1
    page = office.get(f"/dashboard/units/{cast.units[0].pk}/").content.decode()
    assert '延期</span><span class="stat__value">1<small>项</small>' in page


def test_only_the_unit_itself_and_its_overseers_read_of_the_request(cast, as_user):
    grant(cast, cast.items[1], cast.reporter)
    url = cast.items[1].get_absolute_url()
    for user, reads in (
        (cast.reporter, True),
        (cast.office, True),
        (cast.leader, True),
        (cast.co_lead, False),
        (cast.supporter, False),
    ):
        assert ("申请延期" in as_user(user).get(url).content.decode()) is reads, user.username


def test_a_successor_keeps_what_was_granted_or_asked_for_one_item(cast):
    item, (old, heir) = cast.items[1], cast.units[1:3]
    leads = [cast.units[0], old, heir]
    actions.adjust_item(
        item=item,
        number=2,
        standard=item.standard,
        leads=leads,
        supporting=[],
        reason="分工调整",
        by=cast.office,
    )
    grant(cast, item, cast.co_lead)
    twice = ask(cast, item, cast.co_lead, LATER)
    theirs = ask(cast, item, cast.other, LATER)
    whole = ask(cast, None, cast.co_lead, LATER)
    today = timezone.localdate()
    by = cast.administrator
    actions.succeed_unit(unit=old, on=today, successor=heir, reason="合并", by=by)
    assert due_of(cast, item, heir) == FIRST
    for each in (twice, theirs, whole):
        each.refresh_from_db()
    # Of two that wait for the same item the successor's goes on; all that the old unit had is it.
    assert [(each.unit, each.state) for each in (twice, whole)] == [(old, "lapsed")] * 2
    assert twice.decision_reason == "已由单位3承接，按其申请办理。"
    assert Extension.objects.get(state="requested") == theirs


def test_a_day_granted_to_a_unit_that_is_gone_excuses_no_late_report_of_its_successor(
    cast, time_machine
):
    """Both lead the item; what the successor handed in late before the merger stays late."""
    item, (old, heir) = cast.items[1], cast.units[:2]
    grant(cast, None, cast.reporter, LATER)
    at(time_machine, FIRST)
    part = builders.submit(builders.contribution_of(cast.period, item, heir), cast.co_lead)
    actions.succeed_unit(unit=old, on=FIRST, successor=heir, reason="合并", by=cast.administrator)
    part = Contribution.objects.with_due().get(pk=part.pk)
    assert part.due_in_force == cast.period.due_on
    assert due_of(cast, cast.items[0], heir) == LATER
