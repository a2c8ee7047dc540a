"""Several items ended at once: what is said before, all or none, each with its event."""

import pytest

from targets import actions
from targets.choices import ItemOutcome
from targets.models import Contribution, Event, Goal, Item, User
from tests import builders


@pytest.fixture
def later(cast):
    """Next year's goals: one of the same name, which has its number 1 already, and another."""
    plan = builders.make_plan(cast.district, 2031)
    same = Goal.objects.create(plan=plan, number=1, name=cast.goal.name)
    builders.make_item(same, 1, [cast.units[0]])
    return same, Goal.objects.create(plan=plan, number=2, name="改善民生")


def ending(cast, outcome: str, *numbers: int, **fields: object) -> dict:
    keys = [cast.items[number - 1].pk for number in numbers]
    return {"outcome": outcome, "item": keys, **fields}


def outcomes(cast) -> list[str]:
    return list(Item.objects.filter(goal=cast.goal).values_list("outcome", flat=True))


def test_the_page_says_what_it_means_for_the_running_quarter(cast, as_user):
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office, "已完成")
    client = as_user(cast.office)
    html = client.get("/plans/2030/items/end/", ending(cast, "cancelled", 1, 2)).content.decode()
    assert "仍计入，完成1/3项；不计入，完成0/1项。" in html
    assert "尚未报送的2份不再要求。" in html  # item (2) has two leads
    assert "其中1项本季度尚未核定" in html
    html = client.get("/plans/2030/items/end/", ending(cast, "completed", 1)).content.decode()
    assert "仍是完成1/3项" in html
    assert "尚未核定" not in html


def test_what_the_page_said_of_the_total_comes_true(cast, as_user):
    client = as_user(cast.office)
    form = ending(cast, "cancelled", 1, 2, reason="不再实施")
    client.post("/plans/2030/items/end/", form)  # no longer counted: the box is not ticked
    assert outcomes(cast) == [ItemOutcome.CANCELLED, ItemOutcome.CANCELLED, ItemOutcome.LIVE]
    assert "0/1" in client.get("/dashboard/?period=2030Q1").content.decode()
    assert Contribution.objects.owed().filter(entry__period=cast.period).count() == 1


def test_one_that_cannot_be_ended_is_named_and_none_is(cast, as_user):
    client = as_user(cast.office)
    client.post(f"/items/{cast.items[1].pk}/complete/", {"reason": "已验收"})
    events = Event.objects.count()
    form = ending(cast, "completed", 1, 2, 3, reason="已验收")
    html = client.post("/plans/2030/items/end/", form).content.decode()
    assert f"一项也没有办理。请去掉以下事项后再提交：{cast.items[1]}：该事项已办结" in html
    assert outcomes(cast) == [ItemOutcome.LIVE, ItemOutcome.COMPLETED, ItemOutcome.LIVE]
    assert Event.objects.count() == events


def test_items_are_carried_over_into_the_goal_of_the_same_name(cast, as_user, later):
    same, _other = later
    client = as_user(cast.office)
    url = "/plans/2030/items/end/"
    html = client.get(url, ending(cast, "carried_over", 1, 2)).content.decode()
    assert html.count(f'<option value="{same.pk}" selected>') == 2
    goals = {f"{item.pk}-goal": same.pk for item in cast.items[:2]}
    client.post(url, ending(cast, "carried_over", 1, 2, reason="跨年", **goals))
    carried = Item.objects.filter(carried_from__in=cast.items[:2]).order_by("carried_from__number")
    assert [(item.goal, item.number, item.standard) for item in carried] == [
        (same, 2, cast.items[0].standard),  # number 1 is taken
        (same, 3, cast.items[1].standard),  # and 2 by now
    ]
    assert Event.objects.filter(verb="carry_over").count() == 2


def test_an_item_without_a_goal_to_go_on_in_is_named(cast, as_user, later):
    client = as_user(cast.office)
    url = "/plans/2030/items/end/"
    html = client.post(url, ending(cast, "carried_over", 3, reason="跨年")).content.decode()
    assert f"请选择结转到哪个目标：{cast.items[2]}。" in html
    assert "跨年" in html
    form = ending(cast, "carried_over", 3, reason="跨年", goal=later[1].pk)
    client.post(url, form)
    assert Item.objects.get(carried_from=cast.items[2]).goal == later[1]


@pytest.mark.parametrize(
    "asked",
    [
        {"outcome": "completed"},
        {"outcome": "live", "item": "1"},
        {"outcome": "completed", "item": ["x", "9" * 30]},
    ],
)
def test_nothing_ticked_leads_back_to_the_plan(cast, as_user, asked):
    response = as_user(cast.office).get("/plans/2030/items/end/", asked, follow=True)
    assert response.redirect_chain[-1][0] == "/plans/2030/"
    assert "请先勾选事项" in response.content.decode()


def test_the_page_asks_as_many_statements_for_ten_times_the_items(
    cast, as_user, django_assert_max_num_queries
):
    builders.fill_plan(cast.plan, cast.units, 0)
    many = [builders.make_item(cast.goal, 10 + each, [cast.units[0]]) for each in range(30)]
    client = as_user(cast.office)
    client.get("/plans/2030/")
    for items in (cast.items, many):
        with django_assert_max_num_queries(10):
            client.get(
                "/plans/2030/items/end/",
                {"outcome": "carried_over", "item": [item.pk for item in items]},
            )


def test_the_printed_slip_says_that_an_item_has_ended(cast, as_user):
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(part, cast.reporter, "已开工。")
    item = cast.items[0]
    actions.cancel_item(item=item, reason="政策调整", stays_counted=True, by=cast.office)
    html = as_user(cast.reporter).get(f"/contributions/{part.pk}/print/").content.decode()
    assert "已开工。" in html
    assert "已取消</span>" in html


def test_whether_a_status_counts_shows_its_effect_before_it_is_confirmed(cast, as_user):
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office, "已完成")
    status = cast.district.statuses.get(name="已完成")
    client = as_user(cast.office)
    address = f"/statuses/{status.pk}/count/"
    assert "现在完成1/3项；修改后0/3项。" in client.get(address).content.decode()
    client.post(address, {"reason": "另行统计"})
    assert "现在完成0/3项；修改后1/3项。" in client.get(address).content.decode()


# --- what goes on next year ------------------------------------------------------------------


def test_its_own_leader_goes_on_with_an_item_and_the_page_says_so(cast, as_user, later):
    Item.objects.filter(pk=cast.items[0].pk).update(portfolio_leader=cast.leader)
    client, url = as_user(cast.office), f"/items/{cast.items[0].pk}/carry-over/"
    stays = f"责任单位、分管领导（{cast.leader}）不变"
    assert stays in client.get(url).content.decode()
    form = {"goal": later[1].pk, "number": 1, "is_numbered": "on", "standard": "续建"}
    answer = client.post(url, {**form, "reason": "跨年"}, follow=True)
    assert f"事项已结转，{stays}。" in answer.content.decode()
    new = Item.objects.get(carried_from=cast.items[0])
    assert (new.portfolio_leader, new.is_numbered) == (cast.leader, True)
    told = Event.objects.get(verb="create", item=new).new
    assert told["portfolio_leader"] == str(cast.leader)


@pytest.mark.parametrize("gone", [{"is_active": False}, {"role": "auditor"}])
def test_a_leader_whose_account_is_no_longer_one_does_not_go_on(cast, as_user, later, gone):
    Item.objects.filter(pk=cast.items[0].pk).update(portfolio_leader=cast.leader)
    User.objects.filter(pk=cast.leader.pk).update(**gone)
    client, url = as_user(cast.office), f"/items/{cast.items[0].pk}/carry-over/"
    assert f"分管领导不再是{cast.leader}" in client.get(url).content.decode()
    form = {"goal": later[1].pk, "number": 1, "standard": "续建", "reason": "跨年"}
    assert client.post(url, form).status_code == 302
    assert Item.objects.get(carried_from=cast.items[0]).portfolio_leader is None


def test_a_number_that_is_not_printed_stays_so_while_the_item_is_its_goals_only_one(
    cast, as_user, later
):
    Item.objects.filter(pk__in=[item.pk for item in cast.items]).update(is_numbered=False)
    client = as_user(cast.office)
    url = f"/items/{cast.items[0].pk}/carry-over/"
    asked = client.get(url).context["form"]["is_numbered"].value()
    assert asked is False
    goals = {f"{cast.items[0].pk}-goal": later[1].pk, f"{cast.items[1].pk}-goal": later[0].pk}
    form = ending(cast, "carried_over", 1, 2, reason="跨年", **goals)
    assert client.post("/plans/2030/items/end/", form).status_code == 302
    printed = Item.objects.filter(carried_from__in=cast.items).order_by("carried_from__number")
    assert [item.is_numbered for item in printed] == [False, True]


def test_an_unprinted_number_is_refused_before_a_standard_that_would_be_read_as_one(
    cast, as_user, later
):
    url = f"/items/{cast.items[0].pk}/carry-over/"
    form = {"goal": later[1].pk, "number": 1, "standard": "（续）建项目", "reason": "跨年"}
    html = as_user(cast.office).post(url, form).content.decode()
    assert "不印序号的事项，工作标准不能以" in html
    assert Item.objects.get(pk=cast.items[0].pk).outcome == ItemOutcome.LIVE
