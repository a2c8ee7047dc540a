"""Eight indicators on a phone, by keyboard alone, and without scripts; axe finds nothing."""

from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from targets import actions
from targets.models import Indicator, IndicatorValue, Item, Report, ReportedValue
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IN_SIGHT = """() => {
    const field = document.activeElement, box = field.getBoundingClientRect();
    const middle = [box.left + box.width / 2, box.top + box.height / 2];
    return document.elementFromPoint(...middle) === field;
}"""
NAMES = [f"第{sign}类项目" for sign in "甲乙丙丁戊己庚辛"]


@pytest.fixture
def eight(cast) -> list[Indicator]:
    return [builders.measure(cast.items[0], cast.office, name=name) for name in NAMES]


def contribution_url(cast) -> str:
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    return mine.get_absolute_url()


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_eight_values_are_filled_in_on_a_phone_by_keyboard_alone(cast, browse, eight):
    page = browse(cast.reporter, viewport={"width": 360, "height": 740})
    page.goto(contribution_url(cast))
    page.focus("[name=text]")
    page.keyboard.type("按计划推进，各类项目均已开工。")
    for number, each in enumerate(eight, start=1):
        name = f"value_{each.pk}"
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == name:
                break
        assert page.evaluate("document.activeElement.name") == name
        assert page.evaluate(IN_SIGHT), f"{name} lies under the row of buttons"
        page.keyboard.type(f"{number}.5")
    page.keyboard.press("Enter")  # the first button: it saves, and submits nothing
    page.wait_for_selector("text=草稿已保存，尚未报送")
    rows = ReportedValue.objects.order_by("indicator__order")
    assert [each.value for each in rows] == [Decimal(f"{n}.5") for n in range(1, 9)]
    assert overflow(page) <= 0


def test_values_are_filled_in_and_taken_without_scripts(cast, browse, eight):
    page = browse(cast.reporter, java_script_enabled=False)
    page.goto(contribution_url(cast))
    page.fill("[name=text]", "第甲类项目3块，预计第乙类项目4块。")
    page.fill(f"[name=value_{eight[2].pk}]", "5")
    page.click("button:has-text('保存草稿') >> nth=1")
    page.click(f"button[name=take][value='{eight[1].pk}']")
    values = {each.indicator.name: each for each in ReportedValue.objects.all()}
    assert (values[NAMES[1]].value, values[NAMES[1]].is_estimate) == (4, True)
    assert values[NAMES[2]].value == 5
    assert NAMES[0] not in values, "proposed, never taken"


def test_what_the_text_says_is_proposed_while_it_is_written(cast, browse, eight):
    page = browse(cast.reporter)
    page.goto(contribution_url(cast))
    page.fill("[name=text]", "预计第甲类项目3块。")
    taking = f"button[name=take][value='{eight[0].pk}']"
    page.wait_for_selector(taking)  # the page was not left
    assert page.input_value(f"[name=value_{eight[0].pk}]") == ""
    page.focus(taking)
    page.keyboard.press("Enter")
    field = f"value_{eight[0].pk}"
    assert page.evaluate("document.activeElement.name") == field
    assert page.input_value(f"[name={field}]") == "3"
    place = page.locator(f"[data-notes='{eight[0].pk}']")
    page.wait_for_function(
        "place => place.textContent.includes('与文中一致')", arg=place.element_handle()
    )
    value = ReportedValue.objects.get()
    assert (value.value, value.is_estimate) == (3, True)


@pytest.mark.parametrize("width", [1366, 360])
def test_axe_finds_nothing_and_nothing_sticks_out(cast, browse, eight, width):
    Item.objects.filter(pk=cast.items[2].pk).update(standard="新建足球场15块、停车场3处。")
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    actions.submit_contribution(
        contribution=mine,
        version=mine.version,
        report=Report("第甲类项目3块，第乙类项目25块。"),
        figures={eight[0].pk: actions.Figure(Decimal(3)), eight[1].pk: actions.Figure(Decimal(25))},
        by=cast.reporter,
    )
    entry = builders.entry_of(cast.period, cast.items[0])
    office = browse(cast.office, viewport={"width": width, "height": 800})
    pages = [
        f"/plans/{cast.plan.year}/proposals/",
        f"/items/{cast.items[0].pk}/indicators/",
        f"/items/{cast.items[0].pk}/indicators/accept/",
        f"/indicators/{eight[0].pk}/change/",
        f"/entries/{entry.pk}/review/",
        f"/entries/{entry.pk}/values/{eight[0].pk}/enter/",
        f"/entries/{entry.pk}/overrule-light/",
    ]
    for address in pages:
        office.goto(address)
        found = Axe().run(office)
        assert found.violations_count == 0, f"{address}\n{found.generate_report()}"
        assert overflow(office) <= 0, address
    builders.approve(entry, cast.office)
    for address in (cast.items[0].get_absolute_url(), "/items/?sort=pace", "/dashboard/"):
        office.goto(address)
        found = Axe().run(office)
        assert found.violations_count == 0, f"{address}\n{found.generate_report()}"
        assert overflow(office) <= 0, address
    actions.reopen_entry(
        entry=builders.entry_of(cast.period, cast.items[0]),
        version=builders.entry_of(cast.period, cast.items[0]).version,
        units=[cast.units[0]],
        reason="补充数据。",
        by=cast.office,
    )
    unit = browse(cast.reporter, viewport={"width": width, "height": 800})
    unit.goto(contribution_url(cast))
    found = Axe().run(unit)
    assert found.violations_count == 0, found.generate_report()
    assert overflow(unit) <= 0


def test_a_closed_quarter_s_values_are_supplemented_on_a_phone(cast, browse):
    for item in cast.items:
        text = "第甲类项目3块，预计第乙类项目4块。"
        builders.approve(builders.entry_of(cast.period, item), cast.office, text=text)
    actions.close_period(period=cast.period, by=cast.office)
    eight = [builders.measure(cast.items[0], cast.office, name=name) for name in NAMES]
    page = browse(cast.office, viewport={"width": 360, "height": 740})
    page.goto(f"/periods/{cast.period.pk}/supplement-values/")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert overflow(page) <= 0
    assert page.input_value(f"[name=v{eight[1].pk}-value]") == "4"
    page.fill(f"[name=v{eight[2].pk}-value]", "5.5")
    page.fill("[name=reason]", "依据通报文字。")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=补录3个数值")
    rows = IndicatorValue.objects.filter(value__isnull=False).order_by("indicator__order")
    assert [each.value for each in rows] == [3, 4, Decimal("5.5")]


def test_lights_survive_grey_print(cast, browse, eight):
    """Shapes are borders, words are black: nothing hangs on a background that is not printed."""
    page = browse(cast.office)
    page.goto(cast.items[0].get_absolute_url())
    page.emulate_media(media="print")
    light = page.locator(".light").first
    assert light.inner_text().strip() == "无数据"
    assert light.evaluate("node => getComputedStyle(node).color") == "rgb(0, 0, 0)"
    shape = light.evaluate("node => getComputedStyle(node, '::before').borderTopStyle")
    assert shape == "dashed"
