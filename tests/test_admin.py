"""The catalogue's admin: in Chinese, within the district, each save in the trail."""

import pytest
from django.urls import reverse

from targets import actions
from targets.models import Event, Goal, Item, Status, Unit, UnitAlias, User
from tests import builders
from tests.test_trail_events import filled
from tests.writing import OWN_WAY, tables, written_by_actions


def post_item(browser, item, responsibilities, **fields):
    """Save an item's admin page with its inline rows (unit, duty, order)."""
    prefix = "responsibilities"
    form = {
        "goal": item.goal_id,
        "number": item.number,
        "is_numbered": "on",
        "standard": item.standard,
        f"{prefix}-TOTAL_FORMS": len(responsibilities),
        f"{prefix}-INITIAL_FORMS": sum(bool(each[0]) for each in responsibilities),
        **fields,
    }
    for index, (pk, unit, duty, order) in enumerate(responsibilities):
        form |= {
            f"{prefix}-{index}-id": pk or "",
            f"{prefix}-{index}-item": item.pk,
            f"{prefix}-{index}-unit": unit.pk,
            f"{prefix}-{index}-duty": duty,
            f"{prefix}-{index}-order": order,
        }
    return browser.post(reverse("admin:targets_item_change", args=[item.pk]), form)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("plan/", "年度任务"),
        ("goal/?q=改革", "稳步实施重点改革"),
        ("item/?q=单位2", "完成第2件实事"),
        ("item/?outcome__exact=live", "完成第1件实事"),
        ("unit/?q=单位3", "单位3"),
        ("status/", "已完成年度目标任务的"),
        ("entry/", "2030年第一季度"),
    ],
)
def test_office_lists_are_chinese_with_search_and_filters(path, words, cast, as_user):
    page = as_user(cast.office).get(f"/admin/targets/{path}").content.decode()
    assert words in page
    assert "后台管理" in page


def test_what_has_an_act_of_its_own_is_only_looked_at(cast, as_user):
    """A standard, units, a goal's plan, a plan's year, what counts as completed, a name."""
    office, item = as_user(cast.office), cast.items[0]
    [lead] = item.responsibilities.all()
    rows = [(lead.pk, cast.units[2], "lead", 1), (None, cast.units[1], "lead", 2)]
    post_item(office, item, rows, standard="改过的标准", number=9)
    later = builders.make_plan(cast.district, 2031)
    goal = {"plan": later.pk, "number": 7, "name": "改过的名称"}
    office.post(reverse("admin:targets_goal_change", args=[cast.goal.pk]), goal)
    plan = {"year": 2029, "title": "改过", "pace_margin": "5"}
    office.post(reverse("admin:targets_plan_change", args=[cast.plan.pk]), plan)
    status = {"name": "正在推进", "clause": "正在推进的", "order": 2, "color": "blue"}
    url = reverse("admin:targets_status_change", args=[cast.in_progress.pk])
    office.post(url, {**status, "is_completed": "on"})
    unit = {"name": "改过的名称", "order": 1}
    administrator = as_user(cast.administrator)
    administrator.post(reverse("admin:targets_unit_change", args=[cast.units[0].pk]), unit)
    item = Item.objects.select_related("goal__plan").get(pk=item.pk)
    assert (item.standard, item.number) == (cast.items[0].standard, 1)
    assert [each.unit.name for each in item.responsibilities.all()] == ["单位1"]
    assert (item.goal.plan, item.goal.number, item.goal.name) == (cast.plan, 1, "稳步实施重点改革")
    assert (item.goal.plan.year, item.goal.plan.title) == (2030, cast.plan.title)
    assert not Status.objects.get(pk=cast.in_progress.pk).is_completed
    assert Unit.objects.get(pk=cast.units[0].pk).name == "单位1"
    for model, row, address in (
        ("item", item, f"/items/{item.pk}/"),
        ("goal", cast.goal, f"/goals/{cast.goal.pk}/change/"),
        ("plan", cast.plan, "/plans/2030/"),
        ("status", cast.in_progress, f"/statuses/{cast.in_progress.pk}/count/"),
    ):
        page = office.get(reverse(f"admin:targets_{model}_change", args=[row.pk]))
        assert address in page.content.decode(), model


def test_history_is_the_trails(cast, as_user):
    browser = as_user(cast.office)
    browser.post(
        f"/goals/{cast.goal.pk}/change/",
        {"number": 1, "name": "改过的名称", "reason": "更正"},
    )
    page = browser.get(reverse("admin:targets_goal_history", args=[cast.goal.pk]))
    assert "名称：稳步实施重点改革 → 改过的名称" in page.content.decode()


def test_another_districts_rows_do_not_exist(cast, as_user):
    foreign = builders.make_units(cast.stranger.district, 1)[0]
    plan = builders.make_plan(cast.stranger.district)
    goal = Goal.objects.create(plan=plan, number=1, name="别区的目标")
    browser = as_user(cast.office)
    assert "别区的目标" not in browser.get("/admin/targets/goal/").content.decode()
    answer = browser.get(reverse("admin:targets_goal_change", args=[goal.pk]))
    assert answer.status_code == 302, "the admin sends unknown rows to its index"
    item = cast.items[0]
    [lead] = item.responsibilities.all()
    page = post_item(browser, item, [(lead.pk, foreign, "lead", 1)])
    assert page.status_code == 302
    lead.refresh_from_db()
    assert lead.unit == cast.units[0]


def test_accounts_are_only_looked_at_and_no_password_or_role_is_set_here(cast, as_user):
    browser = as_user(cast.administrator)
    url = reverse("admin:targets_user_change", args=[cast.reporter.pk])
    page = browser.get(url).content.decode()
    assert "reporter" in page
    assert cast.reporter.password not in page
    assert 'name="_save"' not in page
    form = {"role": "office", "unit": "", "password": "x", "name": "改"}
    assert browser.post(url, form).status_code == 403
    assert browser.get(reverse("admin:targets_user_add")).status_code == 403
    before = cast.reporter
    cast.reporter = User.objects.get(pk=before.pk)
    assert (cast.reporter.role, cast.reporter.password) == (before.role, before.password)


def test_the_office_adds_no_accounts_and_the_administrator_no_items(cast, as_user):
    office, administrator = as_user(cast.office), as_user(cast.administrator)
    assert office.get(reverse("admin:targets_user_add")).status_code == 403
    assert administrator.get(reverse("admin:targets_item_add")).status_code == 403
    assert Item.objects.count() == 3
    assert Unit.objects.filter(district=cast.district).count() == 4


def test_a_units_other_names_are_each_added_changed_and_removed_by_an_act(cast, as_user):
    browser, unit = as_user(cast.administrator), cast.units[0]
    kept = UnitAlias.objects.create(unit=unit, name="旧称")
    gone = UnitAlias.objects.create(unit=unit, name="误记")
    url = reverse("admin:targets_unit_change", args=[unit.pk])
    form = filled(browser.get(url))
    rows = {form[f"aliases-{index}-id"]: f"aliases-{index}" for index in range(2)}
    form[f"{rows[kept.pk]}-name"] = "更正的旧称"
    form[f"{rows[gone.pk]}-DELETE"] = "on"
    new = {"aliases-TOTAL_FORMS": 3, "aliases-2-unit": unit.pk, "aliases-2-name": "简称"}
    before = Event.objects.count()
    with written_by_actions():
        assert browser.post(url, {**form, **new}).status_code == 302
    names = set(UnitAlias.objects.filter(unit=unit).values_list("name", flat=True))
    assert names == {"更正的旧称", "简称"}
    told = Event.objects.order_by("pk")[before:]
    assert {(each.verb, each.subject) for each in told} == {
        ("create", "unitalias"),
        ("change", "unitalias"),
        ("delete", "unitalias"),
    }


def test_what_an_action_refuses_is_said_on_the_page_and_nothing_is_written(cast, as_user):
    office, url = as_user(cast.office), reverse("admin:targets_status_add")
    form = {
        "district": cast.district.pk,
        "name": "已完成",
        "clause": "x",
        "order": 9,
        "color": "red",
    }
    assert "已有同名状态" in office.post(url, form).content.decode()
    with pytest.raises(actions.Refused, match="不能修改"):
        actions.add_unit(facts={"name": "别的", "order": 9}, by=cast.office)
    with pytest.raises(actions.Refused, match="不能在这里修改"):
        actions.change_facts(row=cast.items[0], facts={"standard": "改"}, by=cast.office)
    with pytest.raises(actions.Refused, match="已在使用"):
        actions.remove_row(row=cast.goal, by=cast.office)
    assert Status.objects.filter(district=cast.district).count() == 2
    assert Goal.objects.filter(pk=cast.goal.pk).exists()


def test_a_write_that_is_no_action_is_found(cast):
    """Of every model but the few that are no facts of the domain."""
    for row in (cast.units[0], cast.items[0], cast.completed, cast.plan, cast.period):
        with pytest.raises(AssertionError), written_by_actions():
            row.save()
    assert len(tables()) > 30
    assert not tables() & OWN_WAY
