"""A unit's first page: owed, by when, what came back; all handed in; more time asked for."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from targets import actions
from targets.models import Contribution, Entry, Event, Extension, Period, Reminder, Report
from tests import builders
from tests.reading import read_page


@pytest.fixture
def mine(cast):
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


@pytest.fixture
def shared(cast):
    return builders.contribution_of(cast.period, cast.items[1], cast.units[0])


def write(contribution: Contribution, by, text: str = "已完成过半，正在推进。") -> Contribution:
    return actions.save_contribution(
        contribution=contribution, version=contribution.version, report=Report(text), by=by
    )


def at(clock, day: str) -> None:
    clock.move_to(f"{day}T09:00:00+08:00", tick=False)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2030-06-01", "还剩29天"),
        ("2030-06-30", "今日24时截止"),
        ("2030-07-01", "已逾期1天"),
        ("2030-07-05", "已逾期5天"),
    ],
)
def test_the_page_says_how_many_days_are_left(cast, as_user, time_machine, day, words):
    at(time_machine, day)
    html = as_user(cast.reporter).get("/my-items/").content.decode()
    assert "还有2项未报送" in read_page(html).text
    assert words in html


def test_an_extension_is_shown_beside_the_periods_own_date(cast, as_user, time_machine, mine):
    at(time_machine, "2030-07-01")
    Extension.objects.create(
        period=cast.period,
        unit=cast.units[0],
        until=date(2030, 7, 5),
        reason="等统计数据",
        state="granted",
        requested_by=cast.reporter,
        decided_by=cast.office,
        decided_at=timezone.now(),
    )
    html = as_user(cast.reporter).get("/my-items/").content.decode()
    assert "填报截止2030年6月30日" in html
    assert "贵单位经批准延至2030年7月5日" in html
    form = as_user(cast.reporter).get(f"/contributions/{mine.pk}/print/").content.decode()
    assert "2030年6月30日（经批准延至2030年7月5日）" in form
    assert "还剩4天" in html
    assert "已逾期" not in html
    assert "已逾期1天" in as_user(cast.co_lead).get("/my-items/").content.decode()


def test_reminders_are_shown_until_everything_is_in(cast, as_user, mine, shared):
    Reminder.objects.create(
        period=cast.period,
        unit=cast.units[0],
        step=2,
        owed=2,
        note="请于今日报送",
        sent_by=cast.office,
    )
    browser = as_user(cast.reporter)
    html = browser.get("/my-items/").content.decode()
    assert "督查室第2次催办" in html
    assert "请于今日报送" in html
    assert "请于今日报送" not in as_user(cast.co_lead).get("/my-items/").content.decode()
    for each in (mine, shared):
        builders.submit(each, cast.reporter)
    assert "请于今日报送" not in browser.get("/my-items/").content.decode()


def test_what_came_back_is_first_and_the_next_thing_to_do(cast, as_user, shared):
    shared = builders.submit(shared, cast.reporter)
    actions.return_contribution(
        contribution=shared, version=shared.version, reason="请补充投资额", by=cast.office
    )
    html = as_user(cast.reporter).get("/my-items/").content.decode()
    assert "退回原因：请补充投资额" in html
    assert f'href="{shared.get_absolute_url()}">修改退回的事项</a>' in html


def test_the_reason_stays_while_the_text_is_mended_and_goes_with_the_submission(
    cast, as_user, shared
):
    shared = builders.submit(shared, cast.reporter)
    shared = actions.return_contribution(
        contribution=shared, version=shared.version, reason="请补充投资额", by=cast.office
    )
    shared = write(shared, cast.reporter, "投资")
    browser = as_user(cast.reporter)
    pages = ("/my-items/", shared.get_absolute_url())
    assert all("请补充投资额" in browser.get(url).content.decode() for url in pages)
    builders.submit(shared, cast.reporter, "投资3亿元。")
    assert not any("请补充投资额" in browser.get(url).content.decode() for url in pages)


def test_all_drafts_are_submitted_each_as_its_own_action(cast, as_user, mine, shared):
    write(mine, cast.reporter)
    write(shared, cast.reporter)
    browser = as_user(cast.reporter)
    assert "报送全部草稿" in browser.get("/my-items/").content.decode()
    url = f"/periods/{cast.period.pk}/submit/"
    page = browser.get(url)
    drafts = [f"{each.pk}-{each.version}" for each in page.context["drafts"]]
    assert len(drafts) == 2
    answer = browser.post(url, {"draft": drafts})
    assert answer.status_code == 302
    states = Contribution.objects.filter(unit=cast.units[0]).values_list("state", flat=True)
    assert set(states) == {"submitted"}
    assert Event.objects.filter(verb="submit").count() == 2
    again = browser.post(url, {"draft": drafts})
    assert again.status_code == 302
    assert Event.objects.filter(verb="submit").count() == 2


def test_the_summary_says_which_could_not_go_in_and_why(cast, as_user, mine, shared):
    cast.period.evidence_required = True
    cast.period.save()
    mine, shared = write(mine, cast.reporter), write(shared, cast.reporter)
    builders.attach(mine, cast.reporter)
    browser = as_user(cast.reporter)
    drafts = [f"{each.pk}-{each.version}" for each in (mine, shared)]
    page = browser.post(f"/periods/{cast.period.pk}/submit/", {"draft": drafts})
    html = page.content.decode()
    assert "已报送1项" in html
    assert "1项未能报送" in html
    assert "请上传至少一份材料" in html
    mine.refresh_from_db()
    shared.refresh_from_db()
    assert (mine.state, shared.state) == ("submitted", "draft")
    assert shared.text == "已完成过半，正在推进。"


def test_a_draft_that_changed_since_it_was_shown_is_not_submitted(cast, as_user, mine):
    mine = write(mine, cast.reporter, "第一稿的文字")
    shown = f"{mine.pk}-{mine.version}"
    write(mine, cast.colleague, "同事改过的文字")
    page = as_user(cast.reporter).post(f"/periods/{cast.period.pk}/submit/", {"draft": [shown]})
    assert "又有修改" in page.content.decode()
    mine.refresh_from_db()
    assert (mine.state, mine.text) == ("draft", "同事改过的文字")


@pytest.mark.parametrize("draft", ["", "x", "1-1-1", "999999999-1", "1-²", "-1-1"])
def test_nonsense_submits_nothing(cast, as_user, mine, draft):
    write(mine, cast.reporter)
    page = as_user(cast.reporter).post(f"/periods/{cast.period.pk}/submit/", {"draft": [draft]})
    assert page.status_code == 200
    assert not Event.objects.filter(verb="submit").exists()


def test_another_units_draft_is_not_submitted(cast, as_user, mine):
    mine = write(mine, cast.reporter)
    as_user(cast.other).post(
        f"/periods/{cast.period.pk}/submit/", {"draft": [f"{mine.pk}-{mine.version}"]}
    )
    mine.refresh_from_db()
    assert mine.state == "draft"


def extend(browser, cast, **fields):
    form = {"until": "2030-07-10", "reason": "数据待统计部门核定", **fields}
    return browser.post(f"/periods/{cast.period.pk}/extend/", form)


def test_an_extension_is_asked_for_with_a_reason(cast, as_user, time_machine):
    at(time_machine, "2030-06-30")
    browser = as_user(cast.reporter)
    for _ in range(2):
        assert extend(browser, cast).status_code == 302
    request = Extension.objects.get()
    assert (request.state, request.unit, request.until) == (
        "requested",
        cast.units[0],
        date(2030, 7, 10),
    )
    event = Event.objects.get(verb="request")
    assert (event.actor, event.reason, event.unit_id) == (
        "reporter",
        "数据待统计部门核定",
        cast.units[0].pk,
    )
    assert (event.new["until"], event.new["due_on"]) == ("2030-07-10", "2030-06-30")
    html = browser.get("/my-items/").content.decode()
    assert "已申请延至2030年7月10日，等待督查室批复" in html
    assert "今日24时截止" in html, "until the office agrees, the old day stands"


@pytest.mark.parametrize(
    ("day", "fields", "words"),
    [
        ("2030-07-01", {}, "已过，不能再申请延期"),
        ("2030-06-20", {"until": "2030-06-30"}, "须晚于现行截止日期"),
        ("2030-06-20", {"until": "2032-06-30"}, "延期日期过远"),
        ("2030-06-20", {"until": "七月十日"}, "请填写日期"),
        ("2030-06-20", {"reason": " "}, "请填写"),
    ],
)
def test_an_extension_is_refused_with_what_was_typed(
    cast, as_user, time_machine, day, fields, words
):
    at(time_machine, day)
    page = extend(as_user(cast.reporter), cast, **fields)
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not Extension.objects.exists()


@pytest.mark.parametrize(
    ("moment", "status"),
    [("2030-06-30T23:59:59.999999+08:00", 302), ("2030-07-01T00:00:00+08:00", 200)],
)
def test_an_extension_is_asked_for_until_the_last_microsecond_of_the_day(
    cast, as_user, time_machine, moment, status
):
    time_machine.move_to(moment, tick=False)
    assert extend(as_user(cast.reporter), cast).status_code == status
    assert Extension.objects.exists() is (status == 302)


def test_nobody_asks_twice_or_with_nothing_owed_or_in_a_closed_quarter(
    cast, as_user, time_machine, mine, shared
):
    at(time_machine, "2030-06-20")
    browser = as_user(cast.reporter)
    extend(browser, cast)
    assert "已有一份延期申请" in extend(browser, cast, until="2030-08-01").content.decode()
    builders.submit(builders.contribution_of(cast.period, cast.items[2], cast.units[2]), cast.other)
    assert "没有尚未报送的事项" in extend(as_user(cast.other), cast).content.decode()
    actions.close_period(period=cast.period, by=cast.office)
    assert "不能申请延期" in extend(as_user(cast.co_lead), cast).content.decode()
    assert Extension.objects.count() == 1


def test_the_form_for_the_heads_signature_holds_what_is_written(cast, as_user, mine):
    write(mine, cast.reporter, "1、已开工。\n2、完成投资3亿元。")
    for url in (f"/contributions/{mine.pk}/print/", f"/periods/{cast.period.pk}/print/"):
        html = as_user(cast.reporter).get(url).content.decode()
        assert "报送单" in html
        assert "1、已开工。\n2、完成投资3亿元。" in html
        assert "单位公章" in html
    assert "已开工" not in as_user(cast.other).get(url).content.decode()


def statements(browser, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


def test_the_units_pages_take_the_same_statements_in_a_large_quarter(cast, as_user):
    browser = as_user(cast.reporter)
    browser.get("/my-items/")  # the first request of a session also writes it
    units = [cast.units[0], *builders.make_units(cast.district, 5)]
    counts = []
    for year, items in ((2031, 12), (2032, 120)):
        plan = builders.make_plan(cast.district, year)
        builders.fill_plan(plan, units, items)
        period = builders.open_quarter(plan, cast.office)
        own = list(Contribution.objects.filter(entry__period=period, unit=cast.units[0]))
        for each in own:
            write(each, cast.reporter, f"第{each.pk}项正在推进。")
        urls = [
            own[0].get_absolute_url(),
            f"/my-items/?period={period.code}",
            f"/periods/{period.pk}/submit/",
            f"/periods/{period.pk}/print/",
        ]
        counts.append([statements(browser, url) for url in urls])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 12


def test_in_a_closed_quarter_nothing_is_offered_to_mend(cast, as_user, shared):
    shared = builders.submit(shared, cast.reporter)
    actions.return_contribution(
        contribution=shared, version=shared.version, reason="请补充", by=cast.office
    )
    actions.close_period(period=cast.period, by=cast.office)
    browser = as_user(cast.reporter)
    row = browser.get("/my-items/").content.decode().split(shared.get_absolute_url())[1]
    assert row.split("</a>")[0].split(">")[1].strip().startswith("查看")
    page = browser.get(shared.get_absolute_url()).content.decode()
    assert "请联系督查室重新开放" in page


def test_what_every_open_quarter_misses_is_named_and_the_older_goes_first(
    cast, as_user, time_machine, mine
):
    at(time_machine, "2030-07-10")
    second = Period.objects.create(plan=cast.plan, number=2, state="open", due_on=date(2030, 7, 31))
    entry = Entry.objects.create(period=second, item=cast.items[0])
    later = Contribution.objects.create(entry=entry, unit=cast.units[0])
    page = as_user(cast.reporter).get(f"/my-items/?period={second.code}")
    html = page.content.decode()
    assert '<a href="/my-items/?period=2030Q1&amp;state=owed">欠2项</a>' in html
    assert '<a href="/my-items/?period=2030Q2&amp;state=owed">欠1项</a>' in html
    assert "已逾期10天" in html
    assert "还剩21天" in html
    assert page.context["next"] == mine
    # The list is the second quarter's; what the first one misses stands before it.
    assert html.index(mine.get_absolute_url()) < html.index(later.get_absolute_url())
    builders.submit(mine, cast.reporter)
    shared = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    builders.submit(shared, cast.reporter)
    page = as_user(cast.reporter).get("/my-items/")
    assert page.context["next"] == later
    assert "已报齐" in page.content.decode()


def test_the_button_begins_a_report_or_goes_on_with_it(cast, as_user, mine):
    client = as_user(cast.reporter)
    assert "开始填报 1（1）" in client.get("/my-items/").content.decode()
    write(mine, cast.reporter)
    html = client.get("/my-items/").content.decode()
    assert "继续填报 1（2）" in html  # what holds no words yet goes first
    assert "开始填报" not in html
