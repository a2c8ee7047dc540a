"""The leader's pages in a browser: axe, a phone, paper, and no script."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from targets import actions
from targets.models import Entry, Item, Unit, User
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = (
    "/dashboard/",
    "/dashboard/?leader=me",
    "/dashboard/?goal=x",
    "/dashboard/units/",
    "/items/?class_key=counted",
    "/instructions/",
    "/search/?q=实事",
    "/search/?q=没有的词",
    "/search/",
)


@pytest.fixture
def year(cast):
    """Two quarters, a portfolio, a worry, a change and an instruction."""
    Unit.objects.filter(pk=cast.units[0].pk).update(portfolio_leader=cast.leader)
    first, second = Entry.objects.filter(period=cast.period).order_by("item__number")[:2]
    builders.approve(first, cast.office, "已完成")
    builders.approve(second, cast.office, text="同样的表述。")
    period = builders.open_quarter(cast.plan, cast.office, 2)
    entries = list(Entry.objects.with_item().filter(period=period).order_by("item__number"))
    builders.approve(entries[1], cast.office, text="同样的表述。")
    actions.reopen_entry(
        entry=entries[0], version=entries[0].version, units=[], reason="核实", by=cast.office
    )
    instruction = actions.give_instruction(item=cast.items[1], text="请抓紧。", by=cast.leader)
    actions.follow_up_instruction(
        instruction=instruction, follow_up="月底前报送。", due_on=builders.DUE, by=cast.office
    )
    return cast


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the screen."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("width", [1440, 360])
def test_axe_finds_nothing_and_nothing_sticks_out(year, browse, width):
    page = browse(year.leader, viewport={"width": width, "height": 800})
    for address in (
        *PAGES,
        year.items[1].get_absolute_url(),
        f"/items/{year.items[0].pk}/instruct/",
        f"/dashboard/units/{year.units[0].pk}/",
        f"/dashboard/goals/{year.goal.pk}/",
    ):
        page.goto(address)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{address}\n{found.generate_report()}"
        assert overflow(page) <= 0, address


def test_the_first_column_keeps_its_words_on_a_phone(year, browse):
    page = browse(year.leader, viewport={"width": 360, "height": 800})
    page.goto("/dashboard/")
    for label in ("各目标完成情况", "各牵头单位完成情况"):
        heads = page.get_by_role("table", name=label).locator("tbody th[scope=row]")
        assert heads.count() > 0
        for index in range(heads.count()):
            assert heads.nth(index).bounding_box()["width"] > 150


def test_charts_have_words_and_textures_apart_from_colour(year, browse):
    page = browse(year.leader)
    page.goto("/dashboard/")
    composition = page.locator("svg.stack--large").get_attribute("aria-label")
    assert composition.startswith("完成1/3项：已完成1项占33%")
    trend = page.locator("svg.lines").get_attribute("aria-label")
    assert trend.endswith("2030年第一季度1/3，2030年第二季度1/3")
    fills = page.locator("pattern").evaluate_all("all => all.map(each => each.innerHTML.trim())")
    shapes = [each.replace("\n", "") for each in fills]
    assert len(shapes) >= 3
    assert len(set(shapes)) == len(shapes)


def test_paper_shows_figures_without_the_screens_furniture(year, browse):
    page = browse(year.leader)
    page.goto("/dashboard/")
    page.emulate_media(media="print")
    for furniture in (".site-head", ".filters", ".tabs", ".toolbar"):
        assert not page.locator(furniture).first.is_visible()
    assert page.get_by_text("完成率", exact=True).first.is_visible()
    assert page.locator("svg.stack--large").is_visible()


def test_without_script_a_leader_filters_and_drills_down(year, browse):
    page = browse(year.leader, java_script_enabled=False)
    page.goto("/dashboard/")
    page.locator("summary", has_text="只看一部分").click()
    page.get_by_label("目标", exact=True).select_option(label="1．稳步实施重点改革")
    page.get_by_role("button", name="筛选").click()
    assert "只看：1．稳步实施重点改革" in page.locator("main").inner_text()
    page.locator(".headline__sentence a").nth(1).click()  # after the total: the first class
    assert "共列出1项" in page.locator("main").inner_text()
    page.go_back()
    page.locator(".page-head__note a").nth(1).click()
    assert "共列出4家" in page.locator("main").inner_text()


def heard(page: Page, role: str) -> list[str]:
    """Return the names that the browser tells a screen reader, of every element with the role."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    return [
        node["name"]["value"]
        for node in tree["nodes"]
        if not node["ignored"] and node["role"]["value"] == role
    ]


@pytest.mark.parametrize("address", ["/dashboard/", "/dashboard/units/"])
def test_every_link_says_what_it_counts_without_its_surroundings(year, browse, address):
    page = browse(year.leader)
    page.goto(address)
    names = heard(page, "link")
    assert len(names) > 20
    assert not [each for each in names if re.fullmatch(r"[0-9项家份/%—（）\s]*", each)]
    tables = heard(page, "table")
    assert tables and all(tables)


def test_what_is_behind_is_named_with_its_reason_and_its_units(year, browse):
    """Names beside numbers, and never a row of bare numbers."""
    page = browse(year.leader)
    page.goto("/dashboard/")
    row = page.get_by_role("table", name="需要先看的事项").get_by_role("row").nth(1)
    assert row.get_by_role("rowheader").inner_text().startswith("完成第1件实事。")
    assert "由已完成重新打开" in row.inner_text()
    row.get_by_role("link", name="单位1").click()
    assert page.get_by_role("heading", level=1).inner_text() == "单位1"
    assert "完成第1件实事。" in page.get_by_role("table", name="牵头事项").inner_text()


def test_the_first_screen_answers_and_a_phone_takes_five(real_plan, transactional_db, browse):
    leader = User.objects.get(username="leader")
    page = browse(leader, viewport={"width": 1366, "height": 768})
    page.goto("/dashboard/")
    for words in ("先看这些", "现逾期", "较上季度"):
        assert page.get_by_role("heading", name=words).bounding_box()["y"] < 500
    rows = page.get_by_role("table", name="需要先看的事项").get_by_role("row")
    assert rows.nth(8).bounding_box()["y"] < 768
    phone = browse(leader, viewport={"width": 360, "height": 740})
    phone.goto("/dashboard/")
    assert phone.evaluate("document.documentElement.scrollHeight") <= 5 * 740
    # However long the words are, the number that an item is called by is whole.
    cut = phone.locator(".table--worries .item-name").evaluate_all(
        """all => all.map(each => each.lastElementChild.getBoundingClientRect().right
            - each.getBoundingClientRect().right)"""
    )
    assert len(cut) == 10
    assert max(cut) <= 0.5
    # The words go on to the end of the line, and all of them are there to be read out.
    words = page.locator(".table--worries .item-name > span")
    cell = page.locator(".table--worries tbody th").first.bounding_box()["width"]
    widest = max(words.evaluate_all("all => all.map(each => each.getBoundingClientRect().width)"))
    assert widest > 0.8 * cell
    long = Item.objects.get(goal__plan__year=2020, goal__number=2, number=1).standard
    assert long in words.all_text_contents()
    assert chart_type(page) >= 14
    phone.goto(f"/dashboard/units/{Unit.objects.get(name='区发改局').pk}/")
    assert chart_type(phone) >= 14


def chart_type(page: Page) -> float:
    """Return the smallest type of the page's line chart, in pixels as it is drawn."""
    return page.locator("svg.lines").first.evaluate(
        """svg => Math.min(...[...svg.querySelectorAll("text")].map(
            each => parseFloat(getComputedStyle(each).fontSize)))
            * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width"""
    )


def test_words_for_a_screen_reader_stay_in_the_line_of_their_number(year, browse):
    """Taken out of the line, they are read as a line of their own, after or before it."""
    page = browse(year.leader)
    page.goto("/dashboard/")
    places = page.locator("a > .visually-hidden").evaluate_all(
        """all => all.map(each => {
            const own = each.getBoundingClientRect();
            const link = each.parentElement.getBoundingClientRect();
            const middle = (own.top + own.bottom) / 2;
            return own.width <= 1 && own.height > 8 && middle > link.top && middle < link.bottom;
        })"""
    )
    assert len(places) > 20
    assert all(places)


def test_a_thumb_hits_one_number_and_every_word_is_large_enough(year, browse):
    """WCAG 2.2, 2.5.8: 24px each way, but for links within a sentence; and no text below 14px."""
    page = browse(
        year.leader,
        viewport={"width": 360, "height": 740},
        device_scale_factor=3,
        has_touch=True,
        is_mobile=True,
    )
    for address in (
        "/dashboard/",
        "/dashboard/units/",
        "/items/",
        year.items[1].get_absolute_url(),
    ):
        page.goto(address)
        small = page.locator(
            "main a:visible, main button:visible, main select:visible, main summary:visible,"
            " header a:visible, header button:visible"
        ).evaluate_all(
            """all => all.filter(each => {
                const box = each.getBoundingClientRect();
                const inSentence = each.closest("p:not(.headline__rate)");
                return box.width > 1 && !inSentence && (box.width < 24 || box.height < 24);
            }).map(each => each.outerHTML)"""
        )
        assert small == [], address
        tiny = page.locator("body *:visible").evaluate_all(
            """all => all.filter(each => {
                const words = [...each.childNodes].some(
                    one => one.nodeType === 3 && one.data.trim()
                );
                return words && each.offsetWidth > 1 && !each.closest("thead, .visually-hidden")
                    && parseFloat(getComputedStyle(each).fontSize) < 14;
            }).map(each => each.outerHTML)"""
        )
        assert tiny == [], address


def test_a_black_and_white_printer_gets_black(year, browse):
    """What is grey or coloured would be a screen of dots."""
    page = browse(year.leader)
    page.goto("/dashboard/")
    page.emulate_media(media="print")
    coloured = page.locator("main *:visible").evaluate_all(
        """all => all.filter(each => getComputedStyle(each).color !== "rgb(0, 0, 0)")
            .map(each => each.outerHTML)"""
    )
    assert coloured == []
    page.goto("/items/")
    badge = page.locator("main .badge--green").first
    assert badge.evaluate("each => getComputedStyle(each, '::before').borderTopWidth") == "4px"
