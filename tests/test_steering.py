"""The office reminds who owes, prints notices, and decides on requests for more time."""

import io
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from targets import actions
from targets.choices import Role
from targets.models import Event, Extension, Message, Reminder, User
from tests import builders
from tests.conftest import make_user

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def asked(cast) -> Extension:
    return actions.request_extension(
        period=cast.period, until=date(2030, 7, 10), reason="数据尚待核实", by=cast.other
    )


def remind(client, cast, *units, note=""):
    return client.post(
        f"/periods/{cast.period.pk}/remind/",
        {"units": [unit.pk for unit in units], "note": note},
        follow=True,
    )


def test_reminding_two_units_is_recorded_in_rising_steps(cast, as_user):
    client = as_user(cast.office)
    remind(client, cast, cast.units[0], cast.units[2], note="请今日下班前报送")
    Reminder.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    page = remind(client, cast, cast.units[0])
    assert list(
        Reminder.objects.order_by("pk").values_list("unit__name", "step", "owed", "note")
    ) == [
        ("单位1", 1, 2, "请今日下班前报送"),
        ("单位3", 1, 1, "请今日下班前报送"),
        ("单位1", 2, 2, ""),
    ]
    assert Event.objects.filter(verb="remind").count() == 3
    assert "第2次" in page.content.decode()
    assert '<td data-label="催办">2次，' in client.get("/board/").content.decode()


def test_two_reminders_within_a_minute_are_one(cast, as_user):
    colleague = make_user("second", Role.OFFICE, cast.district)
    remind(as_user(cast.office), cast, cast.units[0])
    page = remind(as_user(colleague), cast, cast.units[0], note="请尽快").content.decode()
    assert "单位1刚刚已由office催办（第1次），不重复发送" in page
    assert "请尽快" in page  # what was typed is given back
    page = remind(as_user(colleague), cast, cast.units[0], cast.units[2]).content.decode()
    assert "不重复发送" in page
    assert list(Reminder.objects.order_by("pk").values_list("unit__name", "step")) == [
        ("单位1", 1),
        ("单位3", 1),
    ]
    assert Event.objects.filter(verb="remind").count() == 2


# --- by the district's rule ---------------------------------------------------------------

RULE = {"before": "7、1", "on_day": "on", "after": "3", "words": "请抓紧"}


def send(day: date) -> list[str]:
    """Run the timer's command at half past eight of a day; return the units it reminded."""
    before = set(Reminder.objects.values_list("pk", flat=True))
    with time_machine.travel(datetime(day.year, day.month, day.day, 8, 30, tzinfo=SHANGHAI)):
        call_command("send_reminders", stdout=io.StringIO())
    sent = Reminder.objects.exclude(pk__in=before).order_by("unit__order")
    return [each.unit.name for each in sent]


def test_units_are_reminded_by_the_districts_rule_and_once_a_day_of_it(cast, as_user, settings):
    settings.EMAIL_HOST, settings.HOOK_URL = "mail.example", "http://robot.example/send"
    User.objects.filter(pk=cast.reporter.pk).update(email="reporter@example.cn")
    assert send(date(2030, 6, 23)) == []  # off until the office sets a rule
    office = as_user(cast.office)
    assert office.post("/reminder-rule/", RULE).status_code == 302
    page = office.get("/reminder-rule/").content.decode()
    assert 'value="7、1"' in page
    assert send(date(2030, 6, 22)) == []
    assert send(date(2030, 6, 23)) == ["单位1", "单位2", "单位3"]
    assert send(date(2030, 6, 23)) == []
    assert send(date(2030, 6, 24)) == []
    builders.submit(builders.contribution_of(cast.period, cast.items[2], cast.units[2]), cast.other)
    # The machine was off on the 29th; on the 30th its day is the newest of the rule.
    assert send(date(2030, 6, 30)) == ["单位1", "单位2"]
    # Off on the third day after, too: made up for within two days, and no later.
    assert send(date(2030, 7, 5)) == ["单位1", "单位2"]
    assert send(date(2030, 7, 6)) == []
    first = Reminder.objects.filter(unit=cast.units[0]).order_by("step")
    assert [(each.step, each.owed, each.note, each.sent_by) for each in first] == [
        (1, 2, "请抓紧", None),
        (2, 2, "请抓紧", None),
        (3, 2, "请抓紧", None),
    ]
    event = Event.objects.filter(verb="remind").latest("pk")
    assert (event.by, event.actor) == (None, "系统（自动催办）")
    mails = Message.objects.filter(channel="mail").order_by("pk")
    assert [each.recipient for each in mails] == ["reporter@example.cn"] * 3
    assert "填报截止2030年6月30日，第3次催办" in mails[2].body
    hooks = Message.objects.filter(channel="hook").order_by("pk")
    assert "单位1（尚有2项）、单位2（尚有1项）" in hooks[2].body
    listed = office.get(f"/periods/{cast.period.pk}/reminders/").content.decode()
    assert "自动" in listed
    told = as_user(cast.reporter).get("/my-items/").content.decode()
    assert "第3次催办" in told


def test_nobody_is_reminded_during_an_extension_and_the_days_count_from_its_end(cast, as_user):
    asked = actions.request_extension(
        period=cast.period, until=date(2030, 7, 10), reason="核实", by=cast.other
    )
    actions.grant_extension(extension=asked, until=asked.until, by=cast.office)
    as_user(cast.office).post("/reminder-rule/", RULE)
    assert send(date(2030, 6, 30)) == ["单位1", "单位2"]
    assert send(date(2030, 7, 3)) == ["单位1", "单位2"]  # for 单位3 a week before its own end
    assert send(date(2030, 7, 10)) == []
    assert send(date(2030, 7, 13)) == ["单位3"]


def test_who_was_chased_by_hand_is_not_reminded_for_the_same_day(cast, as_user):
    as_user(cast.office).post("/reminder-rule/", RULE)
    with time_machine.travel(datetime(2030, 6, 30, 7, tzinfo=SHANGHAI)):
        actions.remind_units(period=cast.period, units=[cast.units[0]], by=cast.office)
    assert send(date(2030, 6, 30)) == ["单位2", "单位3"]


def test_a_closed_quarter_and_an_ended_item_remind_nobody(cast, as_user):
    as_user(cast.office).post("/reminder-rule/", RULE)
    actions.cancel_item(item=cast.items[2], reason="政策调整", stays_counted=False, by=cast.office)
    assert send(date(2030, 6, 30)) == ["单位1", "单位2"]
    actions.close_period(period=cast.period, by=cast.office)
    assert send(date(2030, 7, 3)) == []


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"before": "一周"}, "请只写天数"),
        ({"after": "-3"}, "请只写天数"),
        ({"before": "0"}, "请只写天数"),
        ({"after": "61"}, "截止前后都不超过60天"),
        ({"after": "、".join(map(str, range(1, 14)))}, "最多12天"),
    ],
)
def test_a_rule_that_is_none_is_refused_in_words(cast, as_user, form, words):
    page = as_user(cast.office).post("/reminder-rule/", form).content.decode()
    assert words in page
    cast.district.refresh_from_db()
    assert cast.district.reminder_days == []


FAR = "2206-07-01"


@pytest.mark.parametrize("where", ["open", "change", "follow up"])
def test_a_day_far_beyond_the_plans_year_is_asked_about(where, cast, as_user):
    plain = {"remind_days": 7, "follow_up": "请核实"}
    later = actions.create_period(plan=cast.plan, number=3, by=cast.office)
    given = actions.give_instruction(item=cast.items[0], text="请加快", by=cast.leader)
    url = {
        "open": f"/periods/{later.pk}/open/",
        "change": f"/periods/{cast.period.pk}/change/",
        "follow up": f"/instructions/{given.pk}/follow-up/",
    }[where]
    client, before = as_user(cast.office), Event.objects.count()
    html = client.post(url, {**plain, "due_on": FAR}).content.decode()
    assert "2206年7月1日远在2030年度之后，请检查年份" in html
    assert 'value="2206-07-01"' in html
    assert "年份无误，就是2206年7月1日" in html
    # The tick was for that day, not for another.
    other = {**plain, "due_on": "2207-07-01", "is_meant": FAR}
    assert "2207年7月1日远在" in client.post(url, other).content.decode()
    assert Event.objects.count() == before
    assert client.post(url, {**plain, "due_on": FAR, "is_meant": FAR}).status_code == 302
    assert Event.objects.count() > before


def test_a_unit_that_owes_nothing_is_not_offered_and_not_reminded(cast, as_user):
    only = builders.contribution_of(cast.period, cast.items[2], cast.units[2])
    builders.submit(only, cast.other)
    page = remind(as_user(cast.office), cast, cast.units[2]).content.decode()
    assert "单位3" not in page
    with pytest.raises(actions.Refused, match="没有未报送的事项"):
        actions.remind_units(period=cast.period, units=[cast.units[2]], by=cast.office)
    assert not Reminder.objects.exists()


def test_a_unit_whose_extension_runs_is_left_alone(cast, as_user, asked):
    actions.grant_extension(extension=asked, until=asked.until, by=cast.office)
    page = remind(as_user(cast.office), cast, cast.units[0], cast.units[2])
    assert "单位3已同意延期至2030年7月10日" in page.content.decode()
    assert list(Reminder.objects.values_list("unit__name", flat=True)) == ["单位1"]


def test_all_that_owe_are_ticked_but_those_whose_extension_runs(cast, as_user, asked):
    actions.grant_extension(extension=asked, until=asked.until, by=cast.office)
    page = as_user(cast.office).get(f"/periods/{cast.period.pk}/remind/?all=1")
    ticked = page.context["form"].initial["units"]
    owing = [unit.pk for unit in page.context["owing"]]
    assert cast.units[2].pk in owing
    assert ticked == [pk for pk in owing if pk != cast.units[2].pk]


def test_once_an_extension_is_over_the_unit_is_reminded(cast, asked):
    actions.grant_extension(extension=asked, until=asked.until, by=cast.office)
    Extension.objects.update(until=timezone.localdate() - timedelta(days=1))
    chase = actions.remind_units(period=cast.period, units=[cast.units[2]], by=cast.office)
    assert [each.unit for each in chase.sent] == [cast.units[2]]


def test_a_reminder_goes_by_mail_to_the_units_accounts(cast, settings):
    settings.EMAIL_HOST = "mail.example"
    for user in (cast.reporter, cast.colleague, cast.other):
        user.email = f"{user.username}@example.cn"
        user.save()
    cast.colleague.is_active = False
    cast.colleague.save()
    actions.remind_units(period=cast.period, units=[cast.units[0]], note="请尽快", by=cast.office)
    assert mail.outbox == []
    call_command("send_messages", stdout=io.StringIO())
    assert [message.to for message in mail.outbox] == [["reporter@example.cn"]]
    assert "尚有2项未报送" in mail.outbox[0].body
    assert "请尽快" in mail.outbox[0].body


def test_reminding_nobody_says_so_and_keeps_the_note(cast, as_user):
    html = remind(as_user(cast.office), cast, note="请尽快报送").content.decode()
    assert "请至少选择一个单位" in html
    assert "请尽快报送" in html
    assert not Reminder.objects.exists()


def test_a_closed_quarter_takes_no_reminder(cast):
    actions.close_period(period=cast.period, by=cast.office)
    with pytest.raises(actions.Refused, match="不能催办"):
        actions.remind_units(period=cast.period, units=[cast.units[0]], by=cast.office)


def test_the_printed_reminder_names_unit_step_and_what_is_owed(cast, as_user):
    client = as_user(cast.office)
    remind(client, cast, cast.units[0], cast.units[2])
    first = Reminder.objects.get(unit=cast.units[0])
    html = client.get(
        f"/periods/{cast.period.pk}/reminders/notices/?reminder={first.pk}"
    ).content.decode()
    assert "第1次催办" in html
    assert "尚有2项未报送" in html
    assert "测试区人民政府督查室" in html
    assert "单位3：" not in html


def test_the_quarters_notice_lists_the_lead_units(cast, as_user):
    html = as_user(cast.office).get(f"/periods/{cast.period.pk}/notice/").content.decode()
    assert "本次共3项，由3家牵头单位报送4份" in html
    assert "2030年6月30日24时前" in html


def test_grant_until_another_day(cast, as_user, asked):
    client = as_user(cast.office)
    assert "数据尚待核实" in client.get(f"/periods/{cast.period.pk}/extensions/").content.decode()
    form = client.get(f"/extensions/{asked.pk}/grant/").content.decode()
    assert 'value="2030-07-10"' in form
    client.post(f"/extensions/{asked.pk}/grant/", {"until": "2030-07-05", "reason": ""})
    asked.refresh_from_db()
    assert (asked.state, asked.until, asked.decided_by) == (
        "granted",
        date(2030, 7, 5),
        cast.office,
    )
    event = Event.objects.get(verb="grant")
    assert (event.old["until"], event.new["until"]) == ("2030-07-10", "2030-07-05")


def test_refuse_needs_a_reason_which_the_trail_keeps(cast, as_user, asked):
    client = as_user(cast.office)
    url = f"/extensions/{asked.pk}/refuse/"
    assert "请填写内容后再提交" in client.post(url, {"reason": " "}).content.decode()
    client.post(url, {"reason": "截止日期不变"})
    asked.refresh_from_db()
    assert (asked.state, asked.decision_reason) == ("refused", "截止日期不变")
    again = client.post(f"/extensions/{asked.pk}/grant/", {"until": "2030-07-05"})
    assert "不能再批复" in again.content.decode()


@pytest.mark.parametrize("until", ["2030-06-30", "2033-01-01", "明天"])
def test_grant_refuses_a_day_that_cannot_be_meant(cast, as_user, asked, until):
    page = as_user(cast.office).post(f"/extensions/{asked.pk}/grant/", {"until": until})
    assert 'role="alert"' in page.content.decode()
    asked.refresh_from_db()
    assert asked.state == "requested"


def test_an_office_of_no_district_has_no_rule_of_reminders(cast, as_user):
    nowhere = make_user("nowhere", role=Role.OFFICE, district=None)
    office = as_user(nowhere)
    assert office.get("/reminder-rule/").status_code == 403
    assert office.post("/reminder-rule/", RULE).status_code == 403
