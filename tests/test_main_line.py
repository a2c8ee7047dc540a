"""The main job in a real browser, on the real plan: reported, judged, counted."""

import pytest
from playwright.sync_api import expect

from targets.models import Entry, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db, real_plan):
    return {name: User.objects.get(username=name) for name in ("office", "leader", "unit-01")}


def report(page, text):
    page.get_by_role("link", name="开始填报").click()
    page.get_by_label("本单位完成情况").fill(text)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_role("status").first).to_contain_text("草稿已保存")
    page.get_by_role("button", name="报送督查室").click()
    expect(page.get_by_role("status").first).to_contain_text("已报送督查室")


def test_a_report_is_written_judged_and_counted(people, browse):
    leader = browse(people["leader"])
    expect(leader.locator(".headline__rate")).to_contain_text("36项已完成/118项")

    unit = browse(people["unit-01"])
    report(unit, "1、上半年地区生产总值增长8%。\n2、完成年度目标。")

    office = browse(people["office"])
    office.goto("/items/?period=2020Q2&state=submitted")
    office.get_by_role("main").get_by_role("link", name="待审核").click()
    expect(office.get_by_label("核定表述")).to_have_value(
        "1、上半年地区生产总值增长8%。\n2、完成年度目标。"
    )
    office.get_by_label("已完成").check()
    office.get_by_role("button", name="通过并核定").click()
    expect(office.get_by_role("status").first).to_contain_text("已核定")

    leader.reload()
    expect(leader.locator(".headline__rate")).to_contain_text("37项已完成/118项")
    leader.locator(".headline__rate a").first.click()
    expect(leader.get_by_text("共列出37项")).to_be_visible()


def test_the_first_quarter_is_reopened_reported_and_judged_again(people, browse):
    office = browse(people["office"])
    office.goto("/periods/")
    office.get_by_role("row", name="2020年第一季度").get_by_role("link", name="重新开放").click()
    office.get_by_label("原因").fill("补报一季度情况")
    office.get_by_role("button", name="重新开放").click()
    entry = Entry.objects.get(period__number=1, item__goal__number=1, item__number=1)
    office.goto(f"/entries/{entry.pk}/review/")
    office.get_by_text("重新审核、改判").click()
    office.get_by_label("区发改局").check()
    office.get_by_label("重新审核的原因").fill("请补充数据")
    office.get_by_role("button", name="重新审核").click()

    unit = browse(people["unit-01"])
    unit.goto("/my-items/?period=2020Q1")
    expect(unit.get_by_text("请补充数据").first).to_be_visible()
    unit.get_by_role("link", name="修改退回的事项").click()
    unit.get_by_label("本单位完成情况").fill("一季度地区生产总值同比下降8%。")
    unit.get_by_role("button", name="报送督查室").click()

    office.goto(f"/entries/{entry.pk}/review/")
    office.get_by_label("已完成").check()
    # The second quarter has opened meanwhile and goes on from this verdict.
    office.get_by_label("保持2020年第二季度现有的结果").check()
    office.get_by_role("button", name="通过并核定").click()
    leader = browse(people["leader"])
    leader.goto("/dashboard/?period=2020Q1")
    expect(leader.locator(".headline__rate")).to_contain_text("37项已完成/118项")


def test_a_wrong_password_is_answered_in_chinese(people, browse):
    page = browse()
    page.goto("/accounts/login/")
    page.fill("[name=username]", "office")
    page.fill("[name=password]", "not-the-password")
    page.click("main button[type=submit]")
    expect(page.get_by_role("alert").first).to_contain_text("用户名")
