"""Typing in a real browser: saved by itself, kept when nothing answers, never overwritten.

Refused saves are answered with their status, which Chromium writes to its console: the
pages here watch for errors of the script, and of nothing else.
"""

import time
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from targets import actions
from targets.models import Contribution, Extension, Reminder, Report, User
from tests import builders
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOX = "本单位完成情况"
SAVED = "已自动保存"


@pytest.fixture
def tab(chromium, live_server):
    """Return a function that opens a page as an account, in a browser profile of its own."""
    contexts, faults = [], []

    def open_page(user: User, **options: object) -> Page:
        context = chromium.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        log_in(page, user)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def log_in(page: Page, user: User) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


@pytest.fixture
def mine(cast):
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


def until(page: Page, condition: Callable[[], bool], seconds: float = 8) -> None:
    """Wait for the server to have done something that no page shows; the page lives on."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        page.wait_for_timeout(50)


def text_of(contribution: Contribution) -> str:
    contribution.refresh_from_db()
    return contribution.text


def test_a_draft_saves_itself_and_is_there_when_the_page_is_opened_again(cast, tab, mine):
    page = tab(cast.reporter)
    page.goto(mine.get_absolute_url())
    page.get_by_label(BOX).fill("1、已开工。\n2、在建。")
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert text_of(mine) == "1、已开工。\n2、在建。"
    page.get_by_label(BOX).press_sequentially("3、又一段。")
    until(page, lambda: text_of(mine).endswith("3、又一段。"))
    page.reload()
    assert page.get_by_label(BOX).input_value().endswith("3、又一段。")
    expect(page.get_by_text("本机上存着")).to_have_count(0)


def test_leaving_the_page_at_once_saves(cast, tab, mine):
    page = tab(cast.reporter)
    page.goto(mine.get_absolute_url())
    page.get_by_label(BOX).fill("写完就走")
    page.goto("/my-items/")
    until(page, lambda: text_of(mine) == "写完就走")


def test_a_tab_closed_on_a_long_text_offers_it_again(cast, tab, mine):
    """Longer than a request may be that outlives its page: the browser keeps it."""
    page = tab(cast.reporter)
    page.goto(mine.get_absolute_url())
    text = "长文" * 8_000
    page.get_by_label(BOX).fill(text)
    page.close()
    again = page.context.new_page()
    again.goto(mine.get_absolute_url())
    # The save on the way out may still arrive: before the page is opened, or just after.
    if again.get_by_label(BOX).input_value() != text:
        expect(again.get_by_text("本机上存着一份尚未保存到服务器的文字")).to_be_visible()
        again.get_by_role("button", name="放回框中").click()
    assert again.get_by_label(BOX).input_value() == text
    until(again, lambda: text_of(mine) == text)


def test_the_session_runs_out_and_typing_goes_on_after_the_login(cast, tab, mine):
    page = tab(cast.reporter)
    page.goto(mine.get_absolute_url())
    Session.objects.all().delete()
    page.get_by_label(BOX).fill("登录过期时写的")
    expect(page.get_by_text("登录已过期，文字暂未保存到服务器")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="在新窗口登录").click()
    log_in(opened.value, cast.reporter)
    page.bring_to_front()
    page.get_by_label(BOX).press_sequentially("，接着写")
    expect(page.get_by_text(SAVED)).to_be_visible()
    expect(page.get_by_text("登录已过期")).to_be_hidden()
    # What was typed after the login is a save of its own, a moment later.
    until(page, lambda: text_of(mine) in ("登录过期时写的，接着写", "，接着写登录过期时写的"))
    page.get_by_role("button", name="报送督查室").click()
    expect(page.get_by_text("已报送督查室")).to_be_visible()


def test_the_session_ran_out_and_the_page_was_closed(cast, tab, mine):
    page = tab(cast.reporter)
    page.goto(mine.get_absolute_url())
    Session.objects.all().delete()
    page.get_by_label(BOX).fill("没有保存的文字")
    expect(page.get_by_text("登录已过期")).to_be_visible()
    page.close()
    again = page.context.new_page()
    log_in(again, cast.reporter)
    again.goto(mine.get_absolute_url())
    expect(again.get_by_label(BOX)).to_have_value("")
    expect(again.get_by_text("没有保存的文字")).to_be_visible()
    again.get_by_role("button", name="放回框中").click()
    until(again, lambda: text_of(mine) == "没有保存的文字")


def test_what_one_account_left_is_not_offered_to_another(cast, tab, mine):
    page = tab(cast.reporter)
    page.goto(mine.get_absolute_url())
    Session.objects.all().delete()
    page.get_by_label(BOX).fill("甲的草稿")
    expect(page.get_by_text("登录已过期")).to_be_visible()
    log_in(page, cast.colleague)
    page.goto(mine.get_absolute_url())
    expect(page.get_by_text("甲的草稿")).to_have_count(0)


def test_two_people_in_one_box(cast, tab, mine):
    first, second = tab(cast.reporter), tab(cast.colleague)
    for page in (first, second):
        page.goto(mine.get_absolute_url())
    first.get_by_label(BOX).fill("甲写的内容")
    expect(first.get_by_text(SAVED)).to_be_visible()
    second.get_by_label(BOX).fill("乙写的内容")
    expect(second.get_by_text("已停止自动保存")).to_be_visible()
    expect(second.get_by_text("甲写的内容")).to_be_visible()
    expect(second.get_by_label(BOX)).to_have_value("乙写的内容")
    second.get_by_label(BOX).fill("甲写的内容，乙写的内容")
    second.wait_for_timeout(4000)  # longer than the pause after which it would save by itself
    assert text_of(mine) == "甲写的内容"
    second.get_by_role("button", name="保存草稿").click()
    expect(second.get_by_text("草稿已保存")).to_be_visible()
    assert text_of(mine) == "甲写的内容，乙写的内容"


def test_the_office_approves_while_the_unit_types(cast, tab, mine):
    page = tab(cast.reporter)
    page.goto(mine.get_absolute_url())
    page.get_by_label(BOX).fill("写到一半")
    expect(page.get_by_text(SAVED)).to_be_visible()
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office)
    page.get_by_label(BOX).fill("写到一半，接着写完")
    expect(page.get_by_text("没有保存：该事项本季度已核定")).to_be_visible()
    expect(page.get_by_label(BOX)).to_have_value("写到一半，接着写完")
    page.reload()
    expect(page.get_by_text("本机上存着一份尚未保存的文字")).to_be_visible()
    expect(page.get_by_text("写到一半，接着写完")).to_be_visible()
    page.get_by_role("button", name="不再需要").click()
    page.reload()
    expect(page.get_by_text("本机上存着")).to_have_count(0)


def test_the_office_changes_the_leads_while_one_of_them_types(cast, tab):
    asked = builders.paper_instruction(
        cast.items[1], cast.office, follow_up="请报告。", due_on=builders.DUE
    )
    actions.save_answer(instruction=asked, version=1, text="先写的。", by=cast.reporter)
    page = tab(cast.reporter)
    page.goto(f"{asked.get_absolute_url()}answer/")
    cast.items[1].responsibilities.filter(unit=cast.units[0]).delete()
    page.get_by_label("回复内容").fill("先写的。接着写的。")
    expect(page.get_by_text("没有保存：这项内容已不由您填写")).to_be_visible()
    page.goto(asked.get_absolute_url())
    expect(page.get_by_text("本机上存着一份尚未保存的文字")).to_be_visible()
    expect(page.get_by_text("先写的。接着写的。")).to_be_visible()


def test_a_line_that_breaks_and_comes_back(cast, tab, mine):
    page = tab(cast.reporter)
    page.goto(mine.get_absolute_url())
    page.context.set_offline(True)
    page.get_by_label(BOX).fill("断网时写的")
    expect(page.get_by_text("网络不通，暂未保存到服务器")).to_be_visible()
    page.context.set_offline(False)
    until(page, lambda: text_of(mine) == "断网时写的")
    expect(page.get_by_text(SAVED)).to_be_visible()


def test_a_lost_reply_is_no_conflict(cast, tab, mine):
    page = tab(cast.reporter)
    page.goto(mine.get_absolute_url())
    lost = []

    def lose_first(route: Route) -> None:
        if lost or route.request.method != "POST":
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    page.route(f"**{mine.get_absolute_url()}", lose_first)
    page.get_by_label(BOX).fill("第一句。")
    until(page, lambda: text_of(mine) == "第一句。")
    page.get_by_label(BOX).fill("第一句。第二句。")
    until(page, lambda: text_of(mine) == "第一句。第二句。")
    expect(page.get_by_text(SAVED)).to_be_visible()
    expect(page.get_by_text("已被他人修改")).to_have_count(0)


def test_submitting_while_a_save_is_under_way(cast, tab, mine):
    page = tab(cast.reporter)
    page.goto(mine.get_absolute_url())
    held = []

    def hold_first(route: Route) -> None:
        if not held and route.request.headers.get("accept") == "application/json":
            held.append(route)
        else:
            route.continue_()

    page.route(f"**{mine.get_absolute_url()}", hold_first)
    page.get_by_label(BOX).fill("已完工。")
    end = time.monotonic() + 8
    while not held and time.monotonic() < end:
        page.wait_for_timeout(50)
    page.get_by_label(BOX).fill("已完工，已验收。")
    page.get_by_role("button", name="报送督查室").click()
    expect(page.get_by_text("正在保存……")).to_be_visible()
    held[0].continue_()
    expect(page.get_by_text("已报送督查室")).to_be_visible()
    mine.refresh_from_db()
    assert (mine.state, mine.text) == ("submitted", "已完工，已验收。")


def test_enter_in_the_heads_name_saves_and_submits_nothing(cast, tab, mine):
    cast.period.head_signs = True
    cast.period.save()
    page = tab(cast.reporter)
    page.goto(mine.get_absolute_url())
    page.get_by_label(BOX).fill("已完工。")
    page.get_by_label("审阅日期").fill("2020-01-02")
    page.get_by_label("审阅领导").fill("王局长")
    page.get_by_label("审阅领导").press("Enter")
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    mine.refresh_from_db()
    assert (mine.state, mine.head_name) == ("draft", "王局长")


def focus_on(page: Page, words: str) -> None:
    """Press Tab until the element with these words has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(
            # With nothing in focus the body is active, and its text holds every word.
            "document.activeElement === document.body ? ''"
            " : (document.activeElement.labels || [])[0]?.textContent"
            " || document.activeElement.textContent"
        )
        if words in (found or ""):
            return
    raise AssertionError(f"the keyboard does not reach {words}")


def test_a_report_by_keyboard_alone(cast, tab, mine):
    page = tab(cast.reporter)
    focus_on(page, "开始填报")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{mine.get_absolute_url()}")
    focus_on(page, BOX)
    page.keyboard.type("一字一句打出来的。")
    focus_on(page, "报送督查室")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已报送督查室")).to_be_visible()
    mine.refresh_from_db()
    assert (mine.state, mine.text) == ("submitted", "一字一句打出来的。")


def test_a_report_without_a_script(cast, tab, mine):
    page = tab(cast.reporter, java_script_enabled=False)
    page.get_by_role("link", name="开始填报").click()
    page.get_by_label(BOX).fill("没有脚本也能写。")
    page.get_by_role("button", name="保存草稿").last.click()
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    Session.objects.all().delete()
    page.get_by_label(BOX).fill("没有脚本也能写，登录过期也不丢。")
    page.get_by_role("button", name="报送督查室").click()
    expect(page.get_by_text("登录已过期，内容尚未保存")).to_be_visible()
    page.fill("[name=username]", cast.reporter.username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_label(BOX)).to_have_value("没有脚本也能写，登录过期也不丢。")
    page.get_by_role("button", name="报送督查室").click()
    expect(page.get_by_text("已报送督查室")).to_be_visible()
    mine.refresh_from_db()
    assert (mine.state, mine.text) == ("submitted", "没有脚本也能写，登录过期也不丢。")


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


@pytest.mark.parametrize("width", [360, 1440])
def test_the_reporters_pages_have_no_accessibility_faults(cast, tab, mine, width):
    cast.period.head_signs = cast.period.evidence_required = True
    cast.period.save()
    shared = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    builders.attach(shared, cast.reporter)
    shared = actions.submit_contribution(
        contribution=shared,
        version=shared.version,
        report=Report("正在推进。", head_name="王局长", head_agreed_on=timezone.localdate()),
        by=cast.reporter,
    )
    actions.return_contribution(
        contribution=shared, version=shared.version, reason="请补充", by=cast.office
    )
    builders.attach(mine, cast.reporter)
    actions.save_contribution(
        contribution=mine, version=mine.version, report=Report("正在推进。"), by=cast.reporter
    )
    Reminder.objects.create(
        period=cast.period, unit=cast.units[0], step=1, owed=2, sent_by=cast.office
    )
    Extension.objects.create(
        period=cast.period,
        unit=cast.units[0],
        until=builders.DUE,
        reason="等数据",
        requested_by=cast.reporter,
    )
    page = tab(cast.reporter, viewport={"width": width, "height": 800})
    pages = [
        "/my-items/",
        mine.get_absolute_url(),
        shared.get_absolute_url(),
        f"/periods/{cast.period.pk}/submit/",
        f"/periods/{cast.period.pk}/extend/",
        f"/periods/{cast.period.pk}/print/",
    ]
    faults = {}
    for url in pages:
        page.goto(url)
        faults[url] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office)
    page.goto(mine.get_absolute_url())
    faults["approved"] = violations(page)
    assert {url: found for url, found in faults.items() if found} == {}


def test_a_conflict_on_the_page_has_no_accessibility_faults(cast, tab, mine):
    page = tab(cast.reporter)
    page.goto(mine.get_absolute_url())
    actions.save_contribution(
        contribution=mine, version=mine.version, report=Report("同事写的"), by=cast.colleague
    )
    page.get_by_label(BOX).fill("我写的")
    expect(page.get_by_text("已停止自动保存")).to_be_visible()
    assert violations(page) == []
