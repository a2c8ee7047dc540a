"""A district is set up at the command line, and its first steps are listed until they are done."""

import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import CommandError, call_command
from django.test import Client

from targets import actions
from targets.actions.districts import STATUS_SETS
from targets.choices import Role
from targets.models import District, Event, Status, User
from tests import builders
from tests.conftest import PASSWORD

WEST = {"code": "330106", "name": "西湖区", "office_name": "西湖区人民政府督查室"}


def run(**options: object) -> str:
    told = io.StringIO()
    call_command("setup", "--noinput", stdout=told, **{**WEST, **options})
    return told.getvalue()


def passwords(told: str) -> dict[str, str]:
    return dict(re.findall(r"用户名 (\S+)  密码 (\S+)", told))


def log_in(username: str, password: str) -> Client:
    client = Client()
    answer = client.post("/accounts/login/", {"username": username, "password": password})
    assert answer.status_code == 302, "the password that was shown does not open the site"
    return client


@pytest.mark.django_db
def test_a_site_without_a_district_says_what_to_run():
    page = Client().get("/")
    assert page.status_code == 200
    assert "manage.py setup" in page.content.decode()


def test_a_site_with_a_district_asks_for_the_login(cast):
    assert Client().get("/").url == "/accounts/login/?next=/"


@pytest.mark.django_db
def test_an_administrator_of_no_district_is_told_the_way_out(as_user):
    stray = User.objects.create_superuser("root", PASSWORD, name="管理员")
    page = as_user(stray).get("/").content.decode()
    assert "账号root没有所属的区" in page
    assert "manage.py setup" in page


@pytest.mark.django_db
def test_what_the_command_line_did_stands_in_the_offices_trail(as_user):
    run()
    office = User.objects.get(role=Role.OFFICE)
    User.objects.update(must_change_password=False)
    page = as_user(office).get("/trail/").content.decode()
    assert page.count("命令行") == 5


@pytest.mark.django_db
def test_setup_makes_district_statuses_and_two_accounts_each_with_its_event():
    told = run()
    district = District.objects.get()
    assert (district.code, str(district), district.office_name) == tuple(WEST.values())
    assert list(district.statuses.values_list("name", "is_completed")) == [
        ("已完成", True),
        ("正在推进", False),
    ]
    made = list(Event.objects.order_by("pk").values_list("verb", "subject", "actor", "district"))
    assert made == [
        ("create", kind, "命令行", district.pk)
        for kind in ("district", "status", "status", "user", "user")
    ]
    shown = passwords(told)
    assert set(shown) == {"admin", "office"}
    for username, password in shown.items():
        assert log_in(username, password)
        assert User.objects.get(username=username).must_change_password
        assert password not in str(list(Event.objects.values()))


@pytest.mark.django_db
def test_setup_run_again_changes_nothing_and_makes_what_is_missing():
    run()
    hashes = dict(User.objects.values_list("username", "password"))
    events = Event.objects.count()
    told = run()
    assert "账号都已有，密码未变" in told
    assert dict(User.objects.values_list("username", "password")) == hashes
    assert Event.objects.count() == events
    assert set(passwords(run(office="office-2"))) == {"office-2"}


@pytest.mark.django_db
def test_setup_makes_a_second_district_beside_the_first():
    run()
    told = run(
        code="330105",
        name="拱墅区",
        office_name="拱墅区督查室",
        admin="admin-2",
        office="office-2",
        statuses="五类进度",
    )
    assert "超进度" in told
    assert District.objects.count() == 2
    office = User.objects.get(username="office-2")
    assert office.district.code == "330105"
    assert office.district.statuses.count() == len(STATUS_SETS["五类进度"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"code": ""}, "--code"),
        ({"code": "1" * 13}, "行政区划代码"),
        ({"admin": "a b"}, "a b"),
        ({"status": ["已完成|已完成的|紫|是"]}, "绿"),
        ({"status": ["推进|推进的|蓝|否"]}, "计为完成"),
        ({"admin": "office"}, "office"),
    ],
)
def test_setup_refuses_in_words_and_makes_nothing(options, words):
    with pytest.raises(CommandError, match=re.escape(words)):
        run(**options)
    assert not District.objects.exists()
    assert not Event.objects.exists()


def test_setup_refuses_another_name_and_somebody_elses_account(cast):
    with pytest.raises(CommandError, match="改名请由系统管理员"):
        run(code="999999")
    with pytest.raises(CommandError, match="用户名reporter已被"):
        run(admin="reporter")
    assert not District.objects.filter(code=WEST["code"]).exists()


@pytest.mark.django_db
def test_setup_takes_statuses_of_ones_own():
    run(status=["办结|已办结的|绿|是", "在办|正在办理的|蓝|否", "滞后|进展滞后的|红|否"])
    found = list(Status.objects.values_list("name", "clause", "color", "is_completed", "order"))
    assert found == [
        ("办结", "已办结的", "green", True, 1),
        ("在办", "正在办理的", "blue", False, 2),
        ("滞后", "进展滞后的", "red", False, 3),
    ]


# First steps --------------------------------------------------------------


@pytest.fixture
def begun(db) -> District:
    run()
    User.objects.update(must_change_password=False)
    return District.objects.get()


def steps(client: Client, path: str) -> dict[str, bool]:
    """Return the listed steps and whether each is done, as the page says."""
    page = client.get(path).content.decode()
    section = page.partition("开放第一个季度之前")[2].partition("</section>")[0]
    found = re.findall(r"(已完成|未完成)</span> <strong>(.+?)</strong>", section)
    return {label: state == "已完成" for state, label in found}


def test_first_steps_are_ticked_one_by_one_and_then_gone(begun, as_user):
    office, admin = (as_user(User.objects.get(username=name)) for name in ("office", "admin"))
    unit = None

    def check(*done: str) -> None:
        for client, path in ((office, "/board/"), (admin, "/people/")):
            found = steps(client, path)
            assert list(found) == ["导入单位", "导入年度任务", "建立账号", "开放季度"]
            assert [label for label, is_done in found.items() if is_done] == list(done)

    check()
    (unit,) = builders.make_units(begun, 1)
    check("导入单位")
    plan = builders.make_plan(begun)
    builders.fill_plan(plan, [unit], 1)
    check("导入单位", "导入年度任务")
    actions.create_accounts(
        accounts=[actions.NewAccount("unit-1", "单位1", unit=unit)],
        by=User.objects.get(username="admin"),
    )
    check("导入单位", "导入年度任务", "建立账号")
    builders.open_quarter(plan, User.objects.get(username="office"))
    assert steps(office, "/board/") == {}
    assert steps(admin, "/people/") == {}


def test_each_role_is_linked_to_its_own_steps(begun, as_user):
    for username, links in (
        ("office", ["/imports/", "/periods/"]),
        ("admin", ["/imports/", "/people/create/"]),
    ):
        user = User.objects.get(username=username)
        client = as_user(user)
        path = "/board/" if user.role == Role.OFFICE else "/people/"
        section = client.get(path).content.decode().partition("开放第一个季度之前")[2]
        found = re.findall(r'href="([^"]+)">去办理', section)
        assert found == links
        assert all(client.get(link).status_code == 200 for link in found)


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1366])
def test_the_first_steps_are_usable(begun, transactional_db, browse, width):
    office = User.objects.get(username="office")
    office.set_password(PASSWORD)
    office.save()
    page = browse(office, viewport={"width": width, "height": 768})
    assert page.get_by_role("heading", name="开放第一个季度之前").is_visible()
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
