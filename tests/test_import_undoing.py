"""Undoing an import is honest: what was used or changed since stands in its way, by name."""

import pytest
from django.utils import timezone

from targets import actions
from targets.models import Event, Goal, Import, Item, Plan, UnitAlias, User
from tests import builders
from tests import importing_files as files
from tests.importing_files import confirm, upload

PLAN_HEADS = ("序号", "目标名称", "工作标准", "牵头单位")
GOAL = "稳步实施重点改革"


def undo(client) -> str:
    return client.post(f"/imports/{Import.objects.latest('pk').pk}/undo/").content.decode()


@pytest.fixture
def imported_plan(cast, as_user):
    """A plan of two items, brought in by the office."""
    client = as_user(cast.office)
    rows = ((1, "做强产业", "（1）甲。", "单位1"), (1, "做强产业", "（2）乙。", "单位2"))
    confirm(client, upload(client, files.workbook(PLAN_HEADS, *rows), "plan", year=2031))
    return client


def renumber(cast):
    item = Item.objects.get(goal__plan__year=2031, number=2)
    return actions.adjust_item(
        item=item,
        number=5,
        standard=item.standard,
        leads=[cast.units[1]],
        supporting=[],
        reason="重排",
        by=cast.office,
    )


def add_another(cast):
    goal = Goal.objects.get(plan__year=2031)
    return actions.add_item(
        goal=goal, number=9, standard="丙。", leads=[cast.units[0]], supporting=[], by=cast.office
    )


def ask_to_adjust(cast):
    item = Item.objects.get(goal__plan__year=2031, number=1)
    return actions.request_adjustment(item=item, other="延后", reason="工期", by=cast.reporter)


def open_it(cast):
    return builders.open_quarter(Plan.objects.get(year=2031), cast.office)


@pytest.mark.parametrize(
    ("since", "named"),
    [
        (renumber, "事项又有调整"),
        (add_another, "目标下又有别的事项"),
        (ask_to_adjust, "已有调整申请"),
        (open_it, "已建立季度"),
    ],
)
def test_a_plan_that_was_used_since_stays_and_says_what(cast, imported_plan, since, named):
    since(cast)
    html = undo(imported_plan)
    assert "在导入之后又有变化" in html
    assert named in html
    assert Plan.objects.filter(year=2031).exists()
    assert Import.objects.get().undone_at is None


def test_an_imported_items_trail_names_units(cast, imported_plan):
    item = Item.objects.get(goal__plan__year=2031, number=1)
    event = Event.objects.get(verb="create", item=item)
    assert event.new["leads"] == ["单位1"]


def test_an_account_that_has_logged_in_stays(cast, as_user):
    client = as_user(cast.administrator)
    heads = ("用户名", "显示名称", "角色", "单位")
    data = files.workbook(heads, ("new-one", "新账号", "责任单位", "单位1"))
    confirm(client, upload(client, data, "accounts"))
    User.objects.filter(username="new-one").update(last_login=timezone.now())
    assert "已登录过" in undo(client)
    assert User.objects.get(username="new-one").is_active


def test_a_unit_that_was_given_another_name_since_stays(cast, as_user):
    client = as_user(cast.administrator)
    confirm(client, upload(client, files.workbook(("单位名称", "别名"), ("新局", "新")), "units"))
    unit = UnitAlias.objects.get(name="新").unit
    UnitAlias.objects.create(unit=unit, name="新单位")
    assert "又登记了别名" in undo(client)
    assert UnitAlias.objects.filter(unit=unit).count() == 2


def test_a_text_that_was_built_on_stays(cast, as_user):
    client = as_user(cast.office)
    row = (1, GOAL, "（1）完成第1件实事。", "已开工。", "单位1")
    confirm(client, upload(client, files.annex(row), "progress", period=cast.period.pk))
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office, text="已开工。")
    assert "单位1的填报内容又有修改或审核" in undo(client)


def test_the_standard_of_a_cancelled_item_cannot_be_rewritten(cast, as_user):
    actions.cancel_item(item=cast.items[0], reason="取消", stays_counted=True, by=cast.office)
    row = (1, GOAL, "（1）改过的标准。", "单位1")
    page = upload(
        as_user(cast.office), files.workbook(PLAN_HEADS, row), "plan", year=cast.plan.year
    )
    problems = page.context["preview"].problems
    assert [each.place.column for each in problems] == ["C"]
    assert "已取消" in problems[0].todo
