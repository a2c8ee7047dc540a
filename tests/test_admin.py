"""The catalogue's admin: in Chinese, within the district, each save in the trail."""

import pytest
from django.urls import reverse

from targets.models import Event, Goal, Item, Unit, User
from tests import builders


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


def test_item_saved_with_its_units_inline(cast, as_user):
    item = cast.items[0]
    [lead] = item.responsibilities.all()
    rows = [(lead.pk, cast.units[0], "lead", 1), (None, cast.units[2], "lead", 2)]
    assert post_item(as_user(cast.office), item, rows).status_code == 302
    assert [each.unit.name for each in item.responsibilities.all()] == ["单位1", "单位3"]
    event = Event.objects.filter(subject="responsibility", verb="create").first()
    assert (event.actor, event.new["unit"]) == ("office", cast.units[2].name)


def test_history_is_the_trails(cast, as_user):
    browser = as_user(cast.office)
    browser.post(
        reverse("admin:targets_goal_change", args=[cast.goal.pk]),
        {"plan": cast.plan.pk, "number": 1, "name": "改过的名称"},
    )
    page = browser.get(reverse("admin:targets_goal_history", args=[cast.goal.pk]))
    assert "名称：稳步实施重点改革 → 改过的名称" in page.content.decode()


def test_the_same_unit_twice_is_refused_in_chinese(cast, as_user):
    item = cast.items[0]
    [lead] = item.responsibilities.all()
    rows = [(lead.pk, cast.units[0], "lead", 1), (None, cast.units[0], "supporting", 1)]
    page = post_item(as_user(cast.office), item, rows)
    assert page.status_code == 200
    assert "重复" in page.content.decode() or "只能出现一次" in page.content.decode()
    assert item.responsibilities.count() == 1


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
    assert page.status_code == 200
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
