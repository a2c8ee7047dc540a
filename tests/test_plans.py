"""The office writes the plan on its own pages, and changes it through the year with reasons."""

import pytest

from targets import actions
from targets.models import Contribution, Entry, Event, Goal, Item, Plan, Report
from tests import builders


def units_of(item: Item, duty: str = "lead") -> list[str]:
    duties = item.responsibilities.filter(duty=duty).order_by("order")
    return [each.unit.name for each in duties]


def item_form(**fields: object) -> dict:
    return {
        "number": 4,
        "is_numbered": "on",
        "standard": "建成三座公园。",
        "leads": "单位2\n单位1",
        "supporting": "",
        "reason": "",
        **fields,
    }


def test_a_year_is_written_from_nothing(cast, as_user):
    client = as_user(cast.office)
    client.post("/plans/create/", {"year": 2031, "title": "2031年主要目标任务"})
    client.post("/plans/2031/goals/add/", {"number": 1, "name": "改善民生"})
    goal = Goal.objects.get(plan__year=2031)
    client.post(f"/goals/{goal.pk}/items/add/", item_form(number=1, supporting="单位3、单位4"))
    item = Item.objects.get(goal=goal)
    assert (units_of(item), units_of(item, "supporting")) == (
        ["单位2", "单位1"],
        ["单位3", "单位4"],
    )
    html = client.get("/plans/2031/").content.decode()
    assert "建成三座公园" in html
    assert Event.objects.filter(verb="create", item_id=item.pk).get().new["leads"] == [
        "单位2",
        "单位1",
    ]


def test_an_item_added_while_a_quarter_is_open_is_owed_at_once(cast, as_user):
    as_user(cast.office).post(f"/goals/{cast.goal.pk}/items/add/", item_form())
    item = Item.objects.get(goal=cast.goal, number=4)
    owed = Contribution.objects.owed().filter(entry__period=cast.period, entry__item=item)
    assert list(owed.order_by("order").values_list("unit__name", "order")) == [
        ("单位2", 1),
        ("单位1", 2),
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"leads": "单位9"}, "单位名册中没有“单位9”"),
        ({"leads": ""}, "请至少填写一个牵头单位"),
        ({"leads": "单位1\n单位1"}, "单位1出现了两次"),
        ({"number": 1}, "已有第1项"),
        ({"standard": " "}, "请填写内容后再提交"),
    ],
)
def test_a_wrong_item_is_named_and_not_added(cast, as_user, fields, message):
    url = f"/goals/{cast.goal.pk}/items/add/"
    html = as_user(cast.office).post(url, item_form(**fields)).content.decode()
    assert message in html
    assert "建成三座公园" in html or "standard" in fields
    assert cast.goal.items.count() == 3


@pytest.mark.parametrize("mark", ["（续）", "（1）", "（ 续 ）", "(12)", "（３）（续）"])
def test_an_unnumbered_standard_does_not_begin_with_what_an_annex_reads_as_a_number(
    cast, as_user, mark
):
    """Where its number is printed, the reader finds the item here, and with it its words."""
    client, standard = as_user(cast.office), f"{mark}建成主体。"
    told = f"不印序号的事项，工作标准不能以“{mark}”开头"
    url = f"/goals/{cast.goal.pk}/items/add/"
    typed = item_form(number=7, standard=standard)
    typed.pop("is_numbered", None)
    page = client.post(url, typed).content.decode()
    assert told in page
    assert standard in page, "what was typed is given back"
    assert not Item.objects.filter(number=7).exists()
    client.post(url, typed | {"is_numbered": "on"})
    item = Item.objects.get(number=7)
    assert item.standard == standard
    url, adjusted = f"/items/{item.pk}/adjust/", typed | {"reason": "原文未编号"}
    assert told in client.post(url, adjusted).content.decode()
    # One that is there already may get other units.
    Item.objects.filter(pk=item.pk).update(is_numbered=False)
    assert client.post(url, adjusted | {"leads": "单位2"}).status_code == 302
    assert units_of(item) == ["单位2"]


def test_adjust_gives_a_new_lead_its_box_and_keeps_what_the_old_one_wrote(cast, as_user):
    written = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    builders.submit(written, cast.reporter, "已经写好的内容")
    client = as_user(cast.office)
    url = f"/items/{cast.items[1].pk}/adjust/"
    assert "单位1\n单位2" in client.get(url).content.decode()
    form = item_form(number=2, standard="新的标准", leads="单位3", reason="分工调整")
    assert client.post(url, form).status_code == 302
    parts = Contribution.objects.filter(entry__item=cast.items[1])
    assert sorted(parts.values_list("unit__name", "duty", "text")) == [
        ("单位1", "supporting", "已经写好的内容"),
        ("单位3", "lead", ""),
    ]
    event = Event.objects.get(verb="adjust")
    assert (event.old["leads"], event.new["leads"]) == (["单位1", "单位2"], ["单位3"])
    assert event.reason == "分工调整"


def test_adjust_without_a_reason_or_a_change_is_refused(cast, as_user):
    item = cast.items[0]
    client = as_user(cast.office)
    form = item_form(number=1, standard="另一个标准", leads="单位1")
    html = client.post(f"/items/{item.pk}/adjust/", form).content.decode()
    assert "请填写内容后再提交" in html
    same = item_form(number=1, standard=item.standard, leads="单位1", reason="无")
    assert "没有变化" in client.post(f"/items/{item.pk}/adjust/", same).content.decode()
    item.refresh_from_db()
    assert item.standard == "完成第1件实事。"


def test_a_completed_item_owes_nothing_and_keeps_its_status_next_quarter(cast, as_user):
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office)
    as_user(cast.office).post(f"/items/{cast.items[0].pk}/complete/", {"reason": "已验收销号"})
    second = builders.open_quarter(cast.plan, cast.office, number=2)
    entry = builders.entry_of(second, cast.items[0])
    assert (entry.status.name, entry.contributions.count()) == ("正在推进", 0)
    assert Event.objects.get(verb="complete").reason == "已验收销号"


def test_carry_over_makes_a_linked_item_next_year(cast, as_user):
    client = as_user(cast.office)
    url = f"/items/{cast.items[1].pk}/carry-over/"
    assert (
        "没有可选的"
        in client.post(
            url, {"goal": "", "number": 1, "standard": "续建", "reason": "跨年"}
        ).content.decode()
    )
    later = builders.make_plan(cast.district, 2031)
    goal = Goal.objects.create(plan=later, number=2, name="续建项目")
    client.post(
        url,
        {
            "goal": goal.pk,
            "number": 1,
            "is_numbered": "on",
            "standard": "续建",
            "reason": "跨年实施",
        },
    )
    new = Item.objects.get(goal=goal)
    old = Item.objects.get(pk=cast.items[1].pk)
    assert (new.carried_from, old.outcome) == (old, "carried_over")
    assert units_of(new) == ["单位1", "单位2"]
    assert "2031年度 2（1）" in client.get(old.get_absolute_url()).content.decode()
    assert "2030年度 1（2）" in client.get(new.get_absolute_url()).content.decode()
    assert not Contribution.objects.owed().filter(entry__item=old).exists()


@pytest.mark.parametrize("act", ["adjust", "complete", "cancel", "carry-over"])
def test_what_is_closed_already_is_not_closed_again(cast, as_user, act):
    item = cast.items[0]
    actions.cancel_item(item=item, reason="取消", stays_counted=True, by=cast.office)
    goal = Goal.objects.create(plan=builders.make_plan(cast.district, 2031), number=1, name="续建")
    form = item_form(number=1, leads="单位1", reason="再来", goal=goal.pk)
    html = as_user(cast.office).post(f"/items/{item.pk}/{act}/", form).content.decode()
    assert "该事项已取消" in html
    item.refresh_from_db()
    assert item.outcome == "cancelled"


def test_goals_and_names_change_with_a_reason(cast, as_user):
    client = as_user(cast.office)
    client.post(f"/goals/{cast.goal.pk}/change/", {"number": 2, "name": "新名", "reason": "重排"})
    client.post("/plans/2030/change/", {"title": "新的名称", "reason": "更名"})
    cast.goal.refresh_from_db()
    assert (cast.goal.number, Plan.objects.get(pk=cast.plan.pk).title) == (2, "新的名称")
    assert set(Event.objects.filter(verb="change").values_list("reason", flat=True)) == {
        "重排",
        "更名",
    }


def test_the_plan_page_takes_the_same_queries_however_long(
    cast, as_user, django_assert_max_num_queries
):
    client = as_user(cast.office)
    client.get("/plans/2030/")
    units = builders.make_units(cast.district, 20)
    builders.fill_plan(builders.make_plan(cast.district, 2031), units, 118)
    with django_assert_max_num_queries(7):
        assert client.get("/plans/2031/").content.decode().count("adjust") == 118


def test_office_enters_for_a_unit_that_cannot(cast, as_user):
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    client = as_user(cast.office)
    url = f"/contributions/{part.pk}/enter/"
    form = {"version": part.version, "text": "电话报送：已开工。", "reason": "单位网络中断"}
    assert "请填写内容" in client.post(url, {**form, "reason": ""}).content.decode()
    assert client.post(url, form).status_code == 302
    part.refresh_from_db()
    assert (part.state, part.entered_by_office, part.submitted_by) == (
        "submitted",
        True,
        cast.office,
    )
    assert "督查室代填" in client.get(f"/entries/{part.entry_id}/review/").content.decode()
    assert Event.objects.filter(verb="submit").get().reason == "单位网络中断"


def test_entering_never_replaces_a_units_draft(cast, as_user):
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    part = actions.save_contribution(
        contribution=part, version=1, report=Report("单位自己的草稿"), by=cast.reporter
    )
    client = as_user(cast.office)
    form = {"version": part.version, "text": "代填", "reason": "无法联系"}
    html = client.post(f"/contributions/{part.pk}/enter/", form).content.decode()
    assert "已有未报送的草稿" in html
    assert "单位自己的草稿" not in html
    part.refresh_from_db()
    assert part.text == "单位自己的草稿"


def test_what_was_entered_becomes_the_units_own_once_it_writes(cast):
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    part = actions.enter_contribution(
        contribution=part,
        version=part.version,
        report=Report("代填"),
        reason="停电",
        by=cast.office,
    )
    part = actions.withdraw_contribution(contribution=part, version=part.version, by=cast.reporter)
    part = actions.save_contribution(
        contribution=part, version=part.version, report=Report("单位改写"), by=cast.reporter
    )
    assert not part.entered_by_office
    assert Entry.objects.filter(pk=part.entry_id, status=None).exists()
