"""The day's tasks played in a browser, counted in pages, clicks and keys; heights of the desks.

`pytest -s` prints the table that docs/interface.md shows. A page is one that a person waits
for: what the answer to a form leads on to is counted once. Logging in is no part of it.
"""

import re
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page

from reports.circulars.actions import draft_circular
from reports.circulars.models import Circular
from targets import actions
from targets.choices import Role
from targets.models import Contribution, Entry, Goal, User
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WIDE = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 740}


class Player:
    """Somebody at a page, whose clicks, keys and waits are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = self.keys = self.loads = 0
        page.on("load", lambda _page: self._loaded())

    def _loaded(self) -> None:
        self.loads += 1

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def follow(self, target: Locator) -> None:
        """Click what leads to another page, and wait for that."""
        with self.page.expect_navigation():
            self.click(target)

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def start_anew(self) -> None:
        self.clicks = self.keys = self.loads = 0


def tell(task: str, measured: str, goal: str) -> None:
    """Print a row of the table."""
    sys.stdout.write(f"| {task} | {measured} | {goal} |\n")


@pytest.fixture
def at(browse) -> Callable[..., Player]:
    def sit_down(user: User, viewport: dict[str, int]) -> Player:
        player = Player(browse(user, viewport=viewport))
        player.page.wait_for_load_state()
        player.start_anew()
        return player

    return sit_down


@pytest.fixture
def year(cast):
    """An open quarter in which 单位1 owes 14 reports and 单位3 has handed in 39."""
    actions.close_period(period=cast.period, by=cast.office)
    plan = builders.make_plan(cast.district, 2031)
    for number, lead, count in ((1, cast.units[0], 14), (2, cast.units[2], 39)):
        goal = Goal.objects.create(plan=plan, number=number, name=f"目标{number}")
        for each in range(1, count + 1):
            item = builders.make_item(goal, each, [lead])
            item.standard = f"按期建成{goal.name}的项目。"
            item.save()
    period = builders.open_quarter(plan, cast.office)
    for each in Contribution.objects.select_related("entry").filter(
        entry__period=period, unit=cast.units[2]
    ):
        text = f"{'甲乙丙丁戊己庚辛壬癸'[each.pk % 10]}项目第{each.pk}标段已开工，按计划推进。"
        builders.submit(each, cast.other, text)
    cast.period = period
    return cast


def report(player: Player, button: str) -> None:
    player.page.get_by_label("完成情况", exact=False).first.fill(
        f"{player.loads}号路段已开工，按计划推进。"
    )
    player.follow(player.page.get_by_role("button", name=button))


def test_a_unit_reports_its_first_item_and_then_all_fourteen(year, at):
    player = at(year.reporter, WIDE)
    pages = 1  # the first page stands there
    player.follow(player.page.get_by_role("link", name=re.compile("开始填报")))
    report(player, "报送并填下一项")
    assert year.units[0].contributions.filter(state="submitted").count() == 1
    tell("单位：第一次报送", f"{pages + player.loads}页，{player.clicks}次点击", "≤3页，≤4次")
    assert pages + player.loads <= 3
    assert player.clicks <= 4
    for _each in range(12):
        report(player, "报送并填下一项")
    report(player, "报送督查室")
    handed_in = Contribution.objects.filter(entry__period=year.period, unit=year.units[0])
    assert handed_in.filter(state="submitted").count() == 14
    tell("单位：报送14项", f"{player.loads}次页面载入", "≤15次")
    assert player.loads <= 15


def test_the_office_reviews_by_two_keys_and_approves_the_rest_in_four_clicks(year, at):
    player = at(year.office, WIDE)
    page = player.page
    first = Entry.objects.filter(period=year.period, contributions__state="submitted").first()
    page.goto(f"/entries/{first.pk}/review/")
    player.start_anew()
    player.press("2")
    with page.expect_navigation():
        player.press("a")
    first.refresh_from_db()
    assert first.status == year.in_progress
    assert page.url.endswith("/review/") and f"/{first.pk}/" not in page.url  # the next one
    tell("督查室：审核一项并到下一项", f"{player.keys}个键", "≤2个键")
    assert player.keys <= 2
    page.goto("/review/")
    player.start_anew()
    player.follow(page.get_by_role("link", name=re.compile("批量通过")).first)
    player.click(page.get_by_role("link", name=re.compile("全选38项")))
    player.click(page.get_by_role("radio", name="正在推进"))
    player.follow(page.get_by_role("button", name=re.compile("通过所选")))
    judged = Entry.objects.filter(period=year.period, status=year.in_progress)
    assert judged.count() == 39
    tell("督查室：批量通过其余38项", f"{player.clicks}次点击", "≤4次")
    assert player.clicks <= 4


def test_the_office_prints_a_circular_in_five_clicks(year, at, quick):
    """There is a draft, and nobody has to sign it."""
    draft_circular(period=year.period, by=year.office)
    player = at(year.office, WIDE)
    page = player.page
    player.follow(page.get_by_role("link", name="通报", exact=True))
    player.follow(page.get_by_role("link", name=re.compile("通报草稿")))
    player.follow(page.get_by_role("link", name="印发…"))
    player.follow(page.get_by_role("button", name="确认印发"))
    with page.expect_download() as download:
        player.click(page.get_by_role("link", name="PDF", exact=True))
    assert download.value.suggested_filename.endswith("第1期.pdf")
    assert Circular.objects.get().is_issued
    tell("督查室：登录到印发的通报", f"{player.clicks}次点击", "≤5次")
    assert player.clicks <= 5


# Who sees which list first, by the address and the words of a row's head.
LISTS = (
    ("leader", "/dashboard/"),
    ("leader", "/dashboard/units/"),
    ("office", "/board/"),
    ("office", "/contributions/"),
    ("office", "/items/"),
    ("office", "/plans/2020/"),
    ("unit", "/my-items/"),
    ("auditor", "/trail/"),
)


def test_first_rows_stand_on_the_first_screen_and_a_phone_takes_five(real_plan, at):
    users = {name: User.objects.get(username=name) for name in ("leader", "office", "auditor")}
    owing = Contribution.objects.owed().filter(entry__period__plan=real_plan).first()
    users["unit"] = User.objects.filter(role=Role.UNIT, unit=owing.unit_id).first()
    players = {name: at(user, WIDE) for name, user in users.items()}
    for name, address in LISTS:
        page = players[name].page
        page.goto(address)
        row = page.locator("main tbody tr:not(.is-group)").first
        box = row.bounding_box()
        assert box is not None, address
        tell(
            f"第一行的位置：{address}", f"{box['y']:.0f}–{box['y'] + box['height']:.0f} px", "<768"
        )
        assert box["y"] + box["height"] <= 768, address
    phones = {name: at(user, PHONE).page for name, user in users.items()}
    for name, address in LISTS:
        phones[name].goto(address)
        box = phones[name].locator("main tbody tr:not(.is-group)").first.bounding_box()
        assert box is not None, address
        tell(f"手机上第一行的位置：{address}", f"{box['y']:.0f} px", "<740")
        assert box["y"] < 740, address
    conditions = phones["office"].locator("details.filters-fold")
    for address, is_open in (("/items/", False), ("/items/?q=一", True)):
        phones["office"].goto(address)
        assert conditions.evaluate("each => each.open") is is_open, address
    builders.paper_instruction(owing.entry.item, users["office"])
    phones["office"].goto("/items/")
    assert phones["office"].locator(".site-nav .count").count() == 2
    menu = phones["office"].locator(".site-nav").bounding_box()
    assert menu is not None and menu["height"] < 60, "one line, with two counts"
    phone = phones["leader"]
    phone.goto("/dashboard/")
    height = phone.evaluate("document.documentElement.scrollHeight")
    tell("领导：手机上的完成情况", f"{height / 740:.1f}屏", "≤5屏")
    assert height <= 5 * 740
