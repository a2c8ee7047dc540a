"""Supervision sheets: in steps by the district's rule, numbered, received, never changed."""

from datetime import date

import pytest

from targets import actions
from targets.models import Event, Message, Sheet, User
from tests import builders

LATE = {"follow_up": "请办理并报送。", "due_on": date(2026, 3, 1)}


@pytest.fixture
def given(cast, time_machine):
    """An instruction on item (2), led by 单位1 and 单位2; its last day is today."""
    time_machine.move_to("2026-03-01T09:00:00+08:00")
    return builders.paper_instruction(cast.items[1], cast.office, **LATE)


def issue(browser, given):
    return browser.post(f"/instructions/{given.pk}/issue-sheet/", follow=True).content.decode()


@pytest.mark.parametrize(
    ("days", "steps"),
    [([1, 7, 15], ["", "蓝色", "黄色", "红色"]), ([0, 1, 2], ["蓝色", "黄色", "红色", "红色"])],
)
def test_its_step_follows_the_districts_own_rule(cast, as_user, given, time_machine, days, steps):
    office = as_user(cast.office)
    office.post("/sheet-rule/", dict(zip(("blue", "yellow", "red"), days, strict=True)))
    for day, step in zip((1, 2, 8, 16), steps, strict=True):
        time_machine.move_to(f"2026-03-{day:02}T09:00:00+08:00")
        page = as_user(cast.office).get(given.get_absolute_url()).content.decode()
        assert [each for each in ("蓝色", "黄色", "红色") if f"印发{each}督办单" in page] == (
            [step] if step else []
        )


def test_each_step_has_a_number_and_is_issued_once(cast, as_user, given, time_machine):
    office = as_user(cast.office)
    assert "督办单〔2026〕1号" in issue(office, given)
    assert "蓝色督办单已经印发" in issue(office, given)
    time_machine.move_to("2026-03-16T09:00:00+08:00")
    # A step that was passed over is not made up for.
    assert "督办单〔2026〕2号" in issue(as_user(cast.office), given)
    assert list(Sheet.objects.order_by("pk").values_list("number", "step")) == [
        (1, "blue"),
        (2, "red"),
    ]
    time_machine.move_to("2027-01-04T09:00:00+08:00")
    other = builders.paper_instruction(cast.units[3], cast.office, **LATE)
    assert "督办单〔2027〕1号" in issue(as_user(cast.office), other)
    event = Event.objects.filter(subject="sheet").first()
    assert (event.verb, event.new["step"], event.new["units"]) == ("issue", "红色", ["单位4"])


def test_before_its_day_and_after_it_is_done_none_is_issued(cast, as_user, given, time_machine):
    time_machine.move_to("2026-02-28T09:00:00+08:00")
    assert "2026年3月1日起可以印发蓝色督办单" in issue(as_user(cast.office), given)
    time_machine.move_to("2026-03-05T09:00:00+08:00")
    untaken = builders.paper_instruction(cast.items[0], cast.office)
    assert "尚未转办" in issue(as_user(cast.office), untaken)
    actions.finish_instruction(instruction=given, outcome="已办。", by=cast.office)
    assert "已办结，不再印发" in issue(as_user(cast.office), given)
    assert not Sheet.objects.exists()


def test_the_units_receive_it_with_name_and_time(cast, as_user, given):
    sheet = actions.issue_sheet(instruction=given, by=cast.office)
    reporter = as_user(cast.reporter)
    page = reporter.get("/my-items/").content.decode()
    assert "督办单待签收" in page
    assert "督办单〔2026〕1号" in page
    assert "请签收" in reporter.get(sheet.get_absolute_url()).content.decode()
    reporter.post(f"/sheets/{sheet.pk}/receive/")
    assert "督办单待签收" not in reporter.get("/my-items/").content.decode()
    for user in (cast.reporter, cast.co_lead, cast.office, cast.leader):
        page = as_user(user).get(sheet.get_absolute_url()).content.decode()
        assert "reporter，2026年3月1日 09:00" in page
        assert "未签收" in page  # 单位2
    again = as_user(cast.colleague).post(f"/sheets/{sheet.pk}/receive/", follow=True)
    assert "本单位已经签收" in again.content.decode()
    event = Event.objects.get(verb="receive")
    assert (event.by, event.unit, event.item) == (cast.reporter, cast.units[0], cast.items[1])
    for user in (cast.supporter, cast.other, cast.stranger):
        assert as_user(user).get(sheet.get_absolute_url()).status_code == 404
    assert as_user(cast.auditor).get(sheet.get_absolute_url()).status_code == 403


def test_the_register_lists_what_the_reader_may_see_in_constant_statements(
    cast, as_user, given, django_assert_num_queries
):
    own = builders.paper_instruction(cast.units[3], cast.office, **LATE)
    for each in (given, own):
        actions.issue_sheet(instruction=each, by=cast.office)
    for user, numbers in (
        (cast.office, ["1", "2"]),
        (cast.leader, ["1", "2"]),
        (cast.reporter, ["1"]),
        (cast.supporter, ["2"]),
        (cast.other, []),
    ):
        page = as_user(user).get("/sheets/").content.decode()
        assert [each for each in "12" if f"〔2026〕{each}号" in page] == numbers
    leader = as_user(cast.leader)
    leader.get("/sheets/")
    for _ in range(5):
        more = builders.paper_instruction(cast.items[0], cast.office, **LATE)
        actions.issue_sheet(instruction=more, by=cast.office)
    with django_assert_num_queries(4):
        assert "〔2026〕7号" in leader.get("/sheets/").content.decode()


def test_it_stays_as_it_was_issued(cast, as_user, given):
    sheet = actions.issue_sheet(instruction=given, by=cast.office)
    as_user(cast.office).post(
        f"/instructions/{given.pk}/follow-up/", {"follow_up": "改过。", "due_on": "2026-05-01"}
    )
    as_user(cast.office).post("/sheet-rule/", {"blue": 3, "yellow": 4, "red": 5})
    page = as_user(cast.office).get(sheet.get_absolute_url()).content.decode()
    assert "请办理并报送。" in page
    assert "2026年3月1日" in page
    assert "改过。" not in page
    assert "蓝色" in page


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"blue": 7, "yellow": 7, "red": 15}, "天数须依次增加"),
        ({"blue": 0, "yellow": 7, "red": 400}, "天数不能大于365"),
        ({"blue": 0, "yellow": "", "red": 15}, "请填写天数"),
        ({"blue": -1, "yellow": 7, "red": 15}, "天数不能小于0"),
    ],
)
def test_a_rule_that_is_none_is_refused_in_words(cast, as_user, form, words):
    page = as_user(cast.office).post("/sheet-rule/", form).content.decode()
    assert words in page
    cast.district.refresh_from_db()
    assert cast.district.sheet_days == [0, 7, 15]


def test_the_successor_receives_what_the_old_unit_has_not(cast, as_user, given):
    own = builders.paper_instruction(cast.units[3], cast.office, **LATE)
    sheet = actions.issue_sheet(instruction=own, by=cast.office)
    as_user(cast.administrator).post(
        f"/units/{cast.units[3].pk}/succeed/",
        {"successor": cast.units[2].pk, "on": "2026-01-01", "reason": "合并", "name": ""},
    )
    as_user(cast.other).post(f"/sheets/{sheet.pk}/receive/")
    assert sheet.receipts.get().received_by == cast.other


def test_who_does_not_receive_a_sheet_is_given_no_way_to_it(cast, as_user):
    sheet = builders.sheet_on(cast.items[1], cast.office)
    links = {}
    for user in (cast.office, cast.leader, cast.co_lead, cast.supporter):
        page = as_user(user).get(sheet.instruction.get_absolute_url()).content.decode()
        links[user.username] = sheet.get_absolute_url() in page
    assert links == {"office": True, "leader": True, "co-lead": True, "supporter": False}


def test_every_unit_that_it_goes_to_is_written_to(cast, as_user, given, settings):
    settings.EMAIL_HOST = "mail.example"
    for user in (cast.reporter, cast.co_lead, cast.supporter):
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.cn")
    issue(as_user(cast.office), given)
    told = {each.recipient: each.body for each in Message.objects.all()}
    assert set(told) == {"reporter@example.cn", "co-lead@example.cn"}
    for body in told.values():
        assert "督办单〔2026〕1号（蓝色）已印发" in body
        assert "落实期限为2026年3月1日" in body
