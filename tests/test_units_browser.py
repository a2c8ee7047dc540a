"""Units are found by name while it is typed, by keyboard alone; without the script, by a line."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from targets.models import UnitAlias
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def adjusting(cast, browse) -> Page:
    """The page that adjusts item (1), led by 单位1."""
    builders.make_units(cast.district, 8)  # 单位1 and 单位10 … 单位12 begin alike
    UnitAlias.objects.create(unit=cast.units[2], name="三局")
    page = browse(cast.office)
    page.goto(f"/items/{cast.items[0].pk}/adjust/")
    return page


def find(page: Page, typed: str) -> str:
    """Type into the search of the lead units, press Enter, and return what it says."""
    page.get_by_role("combobox", name="牵头单位").fill(typed)
    page.keyboard.press("Enter")
    return page.locator(".units [role=status]").first.inner_text()


def test_units_are_found_ordered_and_removed_by_keyboard(adjusting, cast):
    page = adjusting
    assert find(page, "三局") == "已加入单位3。"  # by another name
    assert find(page, "单位12") == "已加入单位12。"
    assert find(page, "单位3") == "单位3已在其中。"
    assert find(page, "单位") == "有12个单位的名称含“单位”，请写全或从列表中选择。"
    assert find(page, "城管") == "单位名册中没有“城管”，请核对名称。"
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name=re.compile(r"上移\s*单位3")).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile(r"移除\s*单位12")).focus()
    page.keyboard.press("Enter")
    page.fill("[name=reason]", "分工调整")
    page.click("main button[type=submit]")
    page.wait_for_url(f"**{cast.items[0].get_absolute_url()}")
    duties = cast.items[0].responsibilities.order_by("order")
    assert [each.unit.name for each in duties] == ["单位3", "单位1"]


def test_the_unit_that_takes_over_is_found_in_its_list(cast, browse):
    page = browse(cast.administrator)
    page.goto(f"/units/{cast.units[0].pk}/succeed/")
    page.fill("#id_successor-search", "单位4")
    page.keyboard.press("Enter")
    assert page.locator("#id_successor option:checked").inner_text() == "单位4"
    # The unit itself is in no list that could take its work over.
    assert page.locator("#id_successor-units option").evaluate_all(
        "options => options.map(each => each.value)"
    ) == ["单位2", "单位3", "单位4"]


def test_without_the_script_names_are_written_a_line_each(cast, browse):
    page = browse(cast.office, java_script_enabled=False)
    page.goto(f"/items/{cast.items[0].pk}/adjust/")
    page.fill("[name=leads]", "单位2\n单位1")
    page.fill("[name=reason]", "分工调整")
    page.click("main button[type=submit]")
    duties = cast.items[0].responsibilities.order_by("order")
    assert [each.unit.name for each in duties] == ["单位2", "单位1"]
