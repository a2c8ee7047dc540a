"""Overdue instructions head the worries of page and brief; a leader's own stand on his page."""

from datetime import date

import pytest

from reports.dashboard.brief import brief_html
from targets import actions
from tests import builders

LATE = {"follow_up": "请办理。", "due_on": date(2026, 3, 1)}
DAY = "2026-03-11T09:00:00+08:00"


@pytest.fixture
def late(cast, time_machine):
    """One on item (3), ten days over; one to 单位4, nine days; one that has time."""
    time_machine.move_to(DAY)
    on_item = builders.paper_instruction(cast.items[2], cast.office, **LATE)
    more = {**LATE, "text": "请单位4办理。", "due_on": date(2026, 3, 2)}
    to_unit = builders.paper_instruction(cast.units[3], cast.office, **more)
    in_time = {**LATE, "due_on": date(2026, 3, 11)}
    builders.paper_instruction(cast.items[0], cast.office, **in_time)
    return on_item, to_unit


def overview_of(browser, query=""):
    answer = browser.get(f"/dashboard/{query}")
    return answer.context["overview"], answer.content.decode(), answer.context["period"]


def test_what_is_overdue_heads_the_worries_of_page_and_brief(cast, as_user, late):
    overview, page, period = overview_of(as_user(cast.leader))
    first = overview.worries[0]
    assert (first.row.item_id, first.reasons[0]) == (cast.items[2].pk, "批示超期10天")
    assert [each.key for each in overview.late_elsewhere] == [late[1].pk]
    brief = brief_html(overview, period, today=date(2026, 3, 11))
    for words in ("批示超期10天", "批示超期9天", "请单位4办理。"):
        assert words in page
        assert words in brief
    others = [each.reasons for each in overview.worries[1:]]
    assert not [each for each in others if "批示" in each[0]]


def test_who_does_not_read_an_instruction_is_not_told_of_it(cast, as_user, late):
    for user, told in (
        (cast.office, ["批示超期10天", "批示超期9天"]),
        (cast.other, ["批示超期10天"]),  # leads the item
        (cast.supporter, ["批示超期9天"]),
        (cast.reporter, []),
        (cast.auditor, []),
        (cast.administrator, []),
    ):
        page = overview_of(as_user(user))[1]
        assert [each for each in ("批示超期10天", "批示超期9天") if each in page] == told


def test_narrowed_to_a_unit_its_own_stand_there(cast, as_user, late):
    leader = as_user(cast.leader)
    page = overview_of(leader, f"?unit={cast.units[2].pk}")[1]
    assert "批示超期10天" in page
    assert "批示超期9天" not in page
    overview = overview_of(leader, f"?unit={cast.units[0].pk}")[0]
    assert overview.late_elsewhere == ()


def test_a_closed_quarter_is_not_touched(cast, as_user, late):
    actions.close_period(period=cast.period, by=cast.office)
    overview, page, _period = overview_of(as_user(cast.leader))
    assert overview.late_instructions == ()
    assert "批示超期10天" not in page


def test_a_leader_sees_what_came_of_what_he_asked_for(cast, as_user, late):
    own = builders.paper_instruction(
        cast.items[0], cast.office, leader=cast.leader, text="他批的。", **LATE
    )
    actions.give_instruction(item=cast.items[1], text="他写的。", by=cast.leader)
    page = overview_of(as_user(cast.leader))[1]
    assert "我的批示" in page
    assert "待督查室转办" in page
    assert "3月1日到期，已超期" in page
    builders.answer(own, cast.reporter)
    assert "1家已回复，" in overview_of(as_user(cast.leader))[1]
    actions.finish_instruction(instruction=own, outcome="全部办妥。", by=cast.office)
    assert "已办结：全部办妥。" in overview_of(as_user(cast.leader))[1]
    assert "我的批示" not in overview_of(as_user(cast.office))[1]


def test_a_day_without_instructions_takes_no_statement_for_them(
    cast, as_user, django_assert_num_queries
):
    leader = as_user(cast.leader)
    leader.get("/dashboard/")
    with django_assert_num_queries(9):
        leader.get("/dashboard/")


def test_many_take_the_same_statements(cast, as_user, late, django_assert_num_queries):
    leader = as_user(cast.leader)
    leader.get("/dashboard/")
    for number in range(12):
        builders.paper_instruction(cast.items[2], cast.office, leader=cast.leader, **LATE)
        if number == 0:
            leader.get("/dashboard/")
    with django_assert_num_queries(11):
        page = leader.get("/dashboard/").content.decode()
    assert "13件批示超期10天" in page
