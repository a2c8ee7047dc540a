"""A leader's instruction: given, followed up, done; the item's units see it, others do not."""

from datetime import date

import pytest
import time_machine

from targets.models import Event, Instruction


@pytest.fixture
def given(cast, as_user):
    """Item (2), led by 单位1 and 单位2 and supported by 单位4, with an instruction."""
    as_user(cast.leader).post(f"/items/{cast.items[1].pk}/instruct/", {"text": "请于月底前开工。"})
    return Instruction.objects.get()


def follow_up(cast, as_user, instruction, due_on="2030-07-31"):
    as_user(cast.office).post(
        f"/instructions/{instruction.pk}/follow-up/",
        {"follow_up": "单位1牵头，报送开工证明。", "due_on": due_on},
    )
    instruction.refresh_from_db()
    return instruction


def test_only_a_leader_gives_an_instruction(cast, as_user):
    url = f"/items/{cast.items[0].pk}/instruct/"
    for user in (cast.office, cast.reporter, cast.auditor, cast.administrator):
        assert as_user(user).post(url, {"text": "请抓紧。"}).status_code == 403
    assert as_user(cast.leader).post(url, {"text": "请抓紧。"}).status_code == 302
    assert [(each.text, each.given_by) for each in Instruction.objects.all()] == [
        ("请抓紧。", cast.leader)
    ]
    assert Event.objects.get(verb="instruct").item_id == cast.items[0].pk


def test_an_empty_or_overlong_instruction_is_shown_again_and_changes_nothing(cast, as_user):
    url = f"/items/{cast.items[0].pk}/instruct/"
    page = as_user(cast.leader).post(url, {"text": "长" * 501}).content.decode()
    assert "最多500字，现有501字" in page
    assert "长" * 501 in page
    assert "请填写内容" in as_user(cast.leader).post(url, {"text": " "}).content.decode()
    assert not Instruction.objects.exists()


def test_the_items_units_see_it_and_others_do_not(cast, as_user, given):
    url = cast.items[1].get_absolute_url()
    for user in (cast.leader, cast.office, cast.reporter, cast.co_lead, cast.supporter):
        assert given.text in as_user(user).get(url).content.decode()
        assert given.text in as_user(user).get("/instructions/").content.decode()
    for user in (cast.other, cast.auditor, cast.administrator):
        assert given.text not in as_user(user).get(url).content.decode()
    assert given.text not in as_user(cast.other).get("/instructions/").content.decode()
    assert given.text not in as_user(cast.stranger).get("/instructions/").content.decode()
    assert given.text in as_user(cast.reporter).get("/my-items/").content.decode()
    assert given.text not in as_user(cast.other).get("/my-items/").content.decode()


def test_the_office_turns_it_into_a_follow_up_and_closes_it(cast, as_user, given):
    office = as_user(cast.office)
    refused = office.post(f"/instructions/{given.pk}/finish/", {"outcome": "已开工。"})
    assert "尚未转办" in refused.content.decode()
    given = follow_up(cast, as_user, given)
    assert (given.follow_up, given.due_on) == ("单位1牵头，报送开工证明。", date(2030, 7, 31))
    page = as_user(cast.co_lead).get("/my-items/").content.decode()
    assert "7月31日前落实" in page
    office.post(f"/instructions/{given.pk}/finish/", {"outcome": "已于7月20日开工。"})
    given.refresh_from_db()
    assert (given.outcome, given.done_by) == ("已于7月20日开工。", cast.office)
    assert (
        "已于7月20日开工。"
        in as_user(cast.leader).get(cast.items[1].get_absolute_url()).content.decode()
    )
    assert given.text not in as_user(cast.reporter).get("/my-items/").content.decode()
    assert [each.verb for each in Event.objects.filter(subject="instruction").order_by("pk")] == [
        "instruct",
        "follow_up",
        "complete",
    ]


def test_what_is_done_stays_as_it_is(cast, as_user, given):
    given = follow_up(cast, as_user, given)
    office = as_user(cast.office)
    office.post(f"/instructions/{given.pk}/finish/", {"outcome": "已开工。"})
    page = office.post(f"/instructions/{given.pk}/finish/", {"outcome": "改写。"})
    assert "已办结，不能再修改" in page.content.decode()
    page = office.post(
        f"/instructions/{given.pk}/follow-up/", {"follow_up": "改写。", "due_on": "2030-08-31"}
    )
    assert "已办结，不能再修改" in page.content.decode()
    given.refresh_from_db()
    assert (given.outcome, given.due_on) == ("已开工。", date(2030, 7, 31))


@pytest.mark.parametrize(("day", "late"), [("2030-07-31", False), ("2030-08-01", True)])
def test_a_follow_up_is_overdue_after_its_day(cast, as_user, given, day, late):
    with time_machine.travel(f"{day}T03:00:00+08:00", tick=False):
        follow_up(cast, as_user, given)
        page = as_user(cast.leader).get("/instructions/?kind=overdue").content.decode()
        assert (given.text in page) is late


def test_another_districts_instruction_does_not_exist(cast, as_user, given):
    office = as_user(cast.stranger)
    for move in ("follow-up", "finish"):
        assert office.get(f"/instructions/{given.pk}/{move}/").status_code == 404


def test_the_list_takes_the_same_statements_for_many(
    cast, as_user, given, django_assert_max_num_queries
):
    Instruction.objects.bulk_create(
        Instruction(item=cast.items[0], text=f"批示{number}", given_by=cast.leader)
        for number in range(50)
    )
    browser = as_user(cast.leader)
    browser.get("/instructions/")
    with django_assert_max_num_queries(4):
        assert "批示49" in browser.get("/instructions/").content.decode()
