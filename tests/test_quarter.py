"""A whole quarter in the browser: opened, written by six units, chased, judged and closed."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from reports.document.annex import build_annex, flat_rows
from reports.figures.quarter import build_figures
from targets import actions
from targets.choices import Role
from targets.models import Contribution, Event, Goal, Period, User
from tests import builders
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db) -> dict[str, User]:
    """Six units with an account each; items with one, two and four leads; no quarter yet."""
    district = builders.make_district()
    units = builders.make_units(district, 6)
    plan = builders.make_plan(district)
    goal = Goal.objects.create(plan=plan, number=1, name="改善民生")
    builders.make_item(goal, 1, [units[0]])
    builders.make_item(goal, 2, [units[1], units[2]])
    builders.make_item(goal, 3, [units[0], units[3], units[4], units[5]])
    builders.make_item(goal, 4, [units[5]])
    made = {
        unit.name: User.objects.create_user(
            f"user-{unit.order}",
            PASSWORD,
            name=f"{unit.name}联络员",
            role=Role.UNIT,
            district=district,
            unit=unit,
        )
        for unit in units
    }
    made["office"] = User.objects.create_user(
        "office", PASSWORD, name="督查室", role=Role.OFFICE, district=district
    )
    return made


def says(page: Page, words: str) -> None:
    expect(page.locator(".messages")).to_contain_text(words)


def opens_the_quarter(office: Page) -> None:
    office.goto("/periods/")
    office.get_by_role("link", name="新建季度").click()
    office.get_by_role("button", name="建立").click()
    office.get_by_role("link", name="开放填报").click()
    office.get_by_label("填报截止日期").fill("2030-04-10")
    office.get_by_role("button", name="开放填报").click()
    says(office, "已开放填报")


def writes(page: Page, number: int, text: str) -> None:
    page.goto("/my-items/")
    row = page.get_by_role("row", name=f"1（{number}）")
    row.get_by_role("link", name=re.compile("填报|修改")).click()
    page.get_by_label("本单位完成情况").fill(text)
    page.get_by_role("button", name="报送督查室").click()
    says(page, "已报送督查室")


def asks_for_more_time(page: Page) -> None:
    page.goto("/my-items/")
    page.get_by_role("link", name="申请延期").click()
    page.locator("input[type=date]").fill("2030-04-20")
    page.locator("textarea").fill("数据须等统计部门核定")
    page.locator("main form button[type=submit]").last.click()


def approves(office: Page, status: str, words: str) -> None:
    office.get_by_label(status, exact=True).check()
    office.get_by_role("button", name="通过并核定").click()
    says(office, words)


def test_a_whole_quarter(people, browse, time_machine):
    time_machine.move_to("2030-04-08T09:00:00+08:00", tick=True)
    office = browse(people["office"])
    opens_the_quarter(office)

    writes(browse(people["单位1"]), 1, "第1件实事已经全部完成并通过验收。")
    writes(browse(people["单位2"]), 2, "单位2负责的部分已完成1件，进展顺利。")
    writes(browse(people["单位4"]), 3, "单位4负责的部分已完成1件，进展顺利。")
    asks_for_more_time(browse(people["单位5"]))
    office.goto("/board/")
    office.get_by_role("link", name="延期申请（1待批）").click()
    office.get_by_role("link", name=re.compile("^同意.*单位5")).click()
    office.get_by_role("button", name="同意延期").click()
    says(office, "已同意单位5延期")

    # Two days after the due date. The session has run out, so the office logs in again.
    time_machine.move_to("2030-04-12T09:00:00+08:00", tick=True)
    office = browse(people["office"])
    office.goto("/board/")
    office.get_by_role("link", name="催办4个单位").click()
    # Its extension runs: it stands in the list, and is left out of "all".
    expect(office.get_by_role("checkbox", name="单位5")).not_to_be_checked()
    expect(office.get_by_role("checkbox", name="单位3")).to_be_checked()
    office.get_by_label("催办意见").fill("请今日报送")
    office.get_by_role("button", name="发出催办").click()
    says(office, "已催办3个单位")

    third = browse(people["单位3"])
    third.goto("/my-items/")
    expect(third.get_by_text("请今日报送").first).to_be_visible()
    writes(third, 2, "单位3负责的部分尚未开工。")
    writes(browse(people["单位1"]), 3, "单位1负责的部分已完成1件，进展顺利。")
    writes(browse(people["单位5"]), 3, "单位5负责的部分已完成1件，进展顺利。")
    sixth = browse(people["单位6"])
    writes(sixth, 3, "单位6负责的部分已完成1件，进展顺利。")
    late = Contribution.objects.with_due().filter(is_late=True)
    assert sorted(late.values_list("unit__name", "entry__item__number")) == [
        ("单位1", 3),
        ("单位3", 2),
        ("单位6", 3),
    ]

    # The queue, from its head: approved, returned, approved.
    office.goto("/review/")
    office.get_by_role("link", name="开始审核").click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("1（1）")
    approves(office, "已完成", "1（1）已核定")
    expect(office.get_by_role("heading", level=1)).to_contain_text("1（2）")
    office.get_by_text("退回多个单位").click()
    office.get_by_label("单位2").uncheck()
    office.get_by_label("退回原因").fill("请写明开工时间")
    office.get_by_role("button", name="退回所选单位").click()
    says(office, "已退回单位3")
    # What is sent back waits no longer: the desk goes on.
    expect(office.get_by_role("heading", level=1)).to_contain_text("1（3）")
    third = browse(people["单位3"])
    third.goto("/my-items/")
    expect(third.get_by_text("请写明开工时间").first).to_be_visible()
    writes(third, 2, "单位3负责的部分将于第二季度开工1件。")
    office.reload()
    queue = office.get_by_role("navigation", name="待审的事项")
    queue.get_by_role("link", name="1（2）").click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("1（2）")
    expect(office.get_by_text("退回：“请写明开工时间”")).to_be_visible()
    expect(office.get_by_label("核定表述")).to_have_value(
        "单位2负责的部分已完成1件，进展顺利。\n单位3负责的部分将于第二季度开工1件。"
    )
    approves(office, "正在推进", "1（2）已核定")
    expect(office.get_by_role("heading", level=1)).to_contain_text("1（3）")
    approves(office, "正在推进", "1（3）已核定")
    office.goto("/periods/")
    office.get_by_role("link", name="收尾并开放下季度").click()
    office.get_by_role("link", name="关闭填报").click()
    office.get_by_role("button", name="关闭填报").click()
    says(office, "已关闭填报")

    # The figures and the annex say what happened.
    office.goto("/dashboard/?period=2030Q1")
    expect(office.locator(".headline__rate")).to_contain_text("1项已完成/4项")
    period = Period.objects.select_related("plan__district").get()
    figures = build_figures(period)
    assert [(each.label, each.count, each.percent) for each in figures.classes] == [
        ("已完成", 1, 25),
        ("正在推进", 2, 50),
        ("待核定", 0, 0),
        ("未填报", 1, 25),
    ]
    annex = "\n".join(str(row) for row in flat_rows(build_annex(figures)))
    assert "第1件实事已经全部完成并通过验收。" in annex
    assert "单位3负责的部分将于第二季度开工1件。" in annex
    assert "尚未开工" not in annex
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert verbs >= {"open", "submit", "request", "grant", "remind", "return", "approve", "close"}


# --- the review queue by keyboard, without script, and for screen readers ---------------


@pytest.fixture
def queue(people) -> list[Contribution]:
    """Two items fully reported, in an open quarter."""
    plan = people["单位1"].unit.responsibilities.first().item.goal.plan
    period = builders.open_quarter(plan, people["office"])
    for unit, number in (("单位1", 1), ("单位2", 2), ("单位3", 2)):
        part = Contribution.objects.get(
            entry__period=period, entry__item__number=number, unit__name=unit
        )
        builders.submit(part, people[unit], f"{unit}负责的部分已完成1件，进展顺利。")
    return list(Contribution.objects.filter(state="submitted"))


def presses(page: Page, heading: str, key: str) -> None:
    """Press a key on the page with this heading, once its script is there."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    page.wait_for_load_state("load")
    page.keyboard.press(key)


def test_the_queue_is_worked_by_keyboard_alone(people, browse, queue):
    page = browse(people["office"])
    page.goto("/review/")
    page.get_by_role("link", name="开始审核").focus()
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1)
    presses(page, "1（1）", "j")
    presses(page, "1（2）", "k")
    presses(page, "1（1）", "a")
    expect(page.get_by_label("已完成", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_label("核定表述")).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type("jk")
    expect(page.get_by_label("核定表述")).to_have_value("单位1负责的部分已完成1件，进展顺利。jk")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(heading).to_contain_text("1（2）")
    says(page, "1（1）已核定为已完成")
    # Undone, and given again with two keys.
    presses(page, "1（2）", "z")
    says(page, "已撤销1（1）的核定")
    presses(page, "1（1）", "2")
    page.keyboard.press("a")
    says(page, "1（1）已核定为正在推进")
    presses(page, "1（2）", "r")
    expect(page.get_by_label("退回原因").first).to_be_focused()
    page.keyboard.type("请补充")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    says(page, "已退回单位2")


def test_the_queue_works_without_script(people, browse, queue):
    page = browse(people["office"], java_script_enabled=False)
    page.goto("/review/")
    page.get_by_role("link", name="开始审核").click()
    page.get_by_role("link", name="下一项").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1（2）")
    page.get_by_text("退回多个单位").click()
    everyone = page.locator("details", has=page.get_by_text("退回多个单位"))
    everyone.get_by_label("退回原因").fill("请统一口径")
    everyone.get_by_role("button", name="退回所选单位").click()
    says(page, "已退回单位2、单位3")
    page.goto("/review/")
    page.get_by_role("link", name="开始审核").click()
    approves(page, "已完成", "1（1）已核定")
    page.goto("/board/")
    page.get_by_role("row", name="单位2").get_by_role("checkbox").check()
    page.get_by_role("button", name="催办所选单位").click()
    expect(page.get_by_label("单位2")).to_be_checked()
    expect(page.get_by_label("单位3")).not_to_be_checked()
    page.get_by_role("button", name="发出催办").click()
    says(page, "已催办1个单位")


@pytest.mark.parametrize("width", [1440, 360])
def test_the_offices_pages_have_no_violations_and_no_sideways_scroll(people, browse, queue, width):
    office = people["office"]
    entry = queue[-1].entry
    period = entry.period
    builders.approve(queue[0].entry, office)
    actions.remind_units(period=period, units=[people["单位6"].unit], note="请尽快", by=office)
    page = browse(office, viewport={"width": width, "height": 800})
    for path in (
        "/board/",
        "/contributions/",
        f"/periods/{period.pk}/remind/?all=1",
        f"/periods/{period.pk}/reminders/",
        f"/periods/{period.pk}/reminders/notices/",
        f"/periods/{period.pk}/notice/",
        f"/periods/{period.pk}/extensions/",
        "/review/",
        "/review/approve/",
        "/review/judge/",
        f"/entries/{entry.pk}/review/",
        f"/entries/{queue[0].entry_id}/review/",
        "/plans/",
        "/plans/2030/",
        f"/goals/{entry.item.goal_id}/items/add/",
        f"/items/{entry.item_id}/adjust/",
        f"/items/{entry.item_id}/",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], path
