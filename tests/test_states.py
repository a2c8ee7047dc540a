"""The state table, tried whole: every action × every state × every role.

What docs/domain.md allows is listed here once; whatever is not listed is refused, and
a refusal changes nothing and leaves no event.
"""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction

from targets import actions
from targets.models import (
    Contribution,
    Entry,
    Event,
    Extension,
    Goal,
    Item,
    Period,
    Reminder,
    Report,
    Responsibility,
)
from tests import builders

ROLES = (
    "reporter",
    "colleague",
    "co_lead",
    "supporter",
    "other",
    "office",
    "leader",
    "auditor",
    "administrator",
    "stranger",
)
OWN = {"reporter", "colleague"}
WATCHED = (Period, Item, Responsibility, Entry, Contribution, Extension, Reminder, Goal)
OFFICE = {"office"}


class Undo(Exception):
    """Takes an attempt back."""


def facts() -> list:
    """Return everything that an action could have changed."""
    rows = []
    with connection.cursor() as cursor:  # as they lie there: asked some two thousand times
        for model in WATCHED:
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")  # noqa: S608
            rows.append(cursor.fetchall())
    return [*rows, Event.objects.count()]


def roles_allowed(cast, act: Callable) -> set[str]:
    """Try an action as every role, take each attempt back, and return who succeeded."""
    succeeded = set()
    before = facts()
    for role in ROLES:
        try:
            with transaction.atomic():
                act(getattr(cast, role))
                succeeded.add(role)
                assert facts() != before, f"{role} succeeded and nothing changed"
                raise Undo
        except Undo:
            pass
        except actions.Refused as refusal:
            assert str(refusal)
            assert facts() == before, f"{role} was refused, and yet something changed"
    return succeeded


# --- one contribution -----------------------------------------------------------

STATES = ("not_started", "draft", "submitted", "returned", "approved")
WRITABLE = ("not_started", "draft", "returned")

CONTRIBUTION_MOVES = {
    **{("save", state): OWN for state in WRITABLE},
    **{("submit", state): OWN for state in WRITABLE},
    ("withdraw", "submitted"): OWN,
    ("return", "submitted"): OFFICE,
    ("return_all", "submitted"): OFFICE,
    # 代填: the office submits for a unit, but never over a draft that it may not read.
    ("enter", "not_started"): OFFICE,
    ("enter", "returned"): OFFICE,
    # With a reason the office may approve whatever the leads have done.
    **{("approve", state): OFFICE for state in STATES if state != "approved"},
    ("reopen", "approved"): OFFICE,
    ("judge", "approved"): OFFICE,
}
CONTRIBUTION_ACTIONS = sorted({act for act, _state in CONTRIBUTION_MOVES})


def bring(cast, state: str) -> Contribution:
    """Bring 单位1's contribution to item (1) into a state by the moves that lead there."""
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    if state == "not_started":
        return part
    if state == "draft":
        return actions.save_contribution(
            contribution=part, version=part.version, report=Report("草稿文字"), by=cast.reporter
        )
    part = builders.submit(part, cast.reporter)
    if state == "returned":
        return actions.return_contribution(
            contribution=part, version=part.version, reason="请补充", by=cast.office
        )
    if state == "approved":
        builders.approve(part.entry, cast.office)
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


def contribution_action(cast, part: Contribution, act: str) -> Callable:
    entry = Entry.objects.with_item().get(pk=part.entry_id)
    own = {"contribution": part, "version": part.version}
    whole = {"entry": entry, "version": entry.version}
    text = {"report": Report("改写后的文字")}
    reason = {"reason": "按要求办理"}
    judged = {"status": cast.completed, "approved_text": "核定", **reason}
    calls = {
        "save": lambda by: actions.save_contribution(**own, **text, by=by),
        "submit": lambda by: actions.submit_contribution(**own, **text, by=by),
        "withdraw": lambda by: actions.withdraw_contribution(**own, by=by),
        "return": lambda by: actions.return_contribution(**own, **reason, by=by),
        "return_all": lambda by: actions.return_entry(
            **whole, units=[cast.units[0]], **reason, by=by
        ),
        "enter": lambda by: actions.enter_contribution(**own, **text, **reason, by=by),
        "approve": lambda by: actions.approve_entry(**whole, **judged, by=by),
        "reopen": lambda by: actions.reopen_entry(**whole, units=[], **reason, by=by),
        "judge": lambda by: actions.judge_entry(**whole, status=cast.completed, **reason, by=by),
    }
    return calls[act]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", CONTRIBUTION_ACTIONS)
def test_a_contribution_moves_as_the_table_says(cast, act, state):
    part = bring(cast, state)
    allowed = roles_allowed(cast, contribution_action(cast, part, act))
    assert allowed == CONTRIBUTION_MOVES.get((act, state), set())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", CONTRIBUTION_ACTIONS)
def test_a_closed_quarter_takes_nothing(cast, act, state):
    part = bring(cast, state)
    actions.close_period(period=cast.period, by=cast.office)
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    assert roles_allowed(cast, contribution_action(cast, part, act)) == set()


@pytest.mark.parametrize("state", ["not_started", "draft", "returned"])
@pytest.mark.parametrize("act", ["save", "submit", "enter"])
@pytest.mark.parametrize("outcome", ["cancelled", "completed"])
def test_a_closed_item_takes_no_report(cast, act, state, outcome):
    part = bring(cast, state)
    if outcome == "cancelled":
        actions.cancel_item(
            item=cast.items[0], reason="不再实施", stays_counted=True, by=cast.office
        )
    else:
        actions.complete_item(item=cast.items[0], reason="已验收", by=cast.office)
    assert roles_allowed(cast, contribution_action(cast, part, act)) == set()


def test_only_units_with_a_part_may_start_one(cast):
    entry = builders.entry_of(cast.period, cast.items[1])
    allowed = roles_allowed(
        cast, lambda by: _started(actions.start_contribution(entry=entry, by=by), by)
    )
    assert allowed == {"supporter"}


def _started(contribution: Contribution, by) -> None:
    """A lead's box is there already: to be given it is no move."""
    if contribution.duty == "lead":
        raise actions.Refused("已有")


# --- one period ------------------------------------------------------------------

PERIOD_MOVES = {
    ("open", "draft"): OFFICE,
    ("change", "open"): OFFICE,
    ("close", "open"): OFFICE,
    ("reopen", "closed"): OFFICE,
    ("remind", "open"): OFFICE,
    ("request", "open"): {"reporter", "colleague", "co_lead", "other"},
}


@pytest.mark.parametrize("state", ["draft", "open", "closed"])
@pytest.mark.parametrize("act", sorted({act for act, _state in PERIOD_MOVES}))
def test_a_period_moves_as_the_table_says(cast, act, state):
    period = actions.create_period(plan=cast.plan, number=2, by=cast.office)
    due = {"due_on": date(2030, 7, 10)}
    if state != "draft":
        period = actions.open_period(period=period, **due, by=cast.office)
    if state == "closed":
        period = actions.close_period(period=period, by=cast.office)
    asked = {"remind_days": 3, "head_signs": True, "evidence_required": False}
    calls = {
        "open": lambda by: actions.open_period(period=period, **due, by=by),
        "change": lambda by: actions.change_period(period=period, **due, **asked, by=by),
        "close": lambda by: actions.close_period(period=period, by=by),
        "reopen": lambda by: actions.reopen_period(period=period, reason="更正", by=by),
        "remind": lambda by: actions.remind_units(period=period, units=cast.units[:1], by=by),
        "request": lambda by: actions.request_extension(
            period=period, until=date(2030, 7, 20), reason="核实数据", by=by
        ),
    }
    assert roles_allowed(cast, calls[act]) == PERIOD_MOVES.get((act, state), set())


# --- one request for more time ------------------------------------------------------


@pytest.mark.parametrize("state", ["requested", "granted", "refused"])
@pytest.mark.parametrize("act", ["grant", "refuse"])
def test_a_request_is_decided_once_by_the_office(cast, act, state):
    asked = actions.request_extension(
        period=cast.period, until=date(2030, 7, 10), reason="核实数据", by=cast.reporter
    )
    if state == "granted":
        actions.grant_extension(extension=asked, until=asked.until, by=cast.office)
    if state == "refused":
        actions.refuse_extension(extension=asked, reason="不延", by=cast.office)
    calls = {
        "grant": lambda by: actions.grant_extension(extension=asked, until=date(2030, 7, 8), by=by),
        "refuse": lambda by: actions.refuse_extension(extension=asked, reason="不延", by=by),
    }
    expected = OFFICE if state == "requested" else set()
    assert roles_allowed(cast, calls[act]) == expected


# --- one item ------------------------------------------------------------------------

OUTCOMES = ("live", "completed", "cancelled", "carried_over")


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("act", ["adjust", "complete", "cancel", "carry_over"])
def test_an_item_leaves_live_once_and_by_the_office(cast, act, outcome):
    later = Goal.objects.create(plan=builders.make_plan(cast.district, 2031), number=1, name="续建")
    item = cast.items[0]
    reason = {"reason": "按会议决定"}

    def close(by, how: str, number: int = 1) -> None:
        if how == "completed":
            actions.complete_item(item=item, **reason, by=by)
        elif how == "cancelled":
            actions.cancel_item(item=item, stays_counted=True, **reason, by=by)
        elif how == "carried_over":
            actions.carry_over_item(
                item=item, goal=later, number=number, standard="续建", **reason, by=by
            )

    close(cast.office, outcome)
    calls = {
        "adjust": lambda by: actions.adjust_item(
            item=item,
            number=1,
            standard="新的标准",
            leads=[cast.units[1]],
            supporting=[],
            **reason,
            by=by,
        ),
        "complete": lambda by: close(by, "completed"),
        "cancel": lambda by: close(by, "cancelled"),
        "carry_over": lambda by: close(by, "carried_over", number=2),
    }
    assert roles_allowed(cast, calls[act]) == (OFFICE if outcome == "live" else set())


@pytest.mark.parametrize("act", ["add_goal", "add_item", "create_plan", "create_period"])
def test_only_the_office_writes_the_plan(cast, act):
    calls = {
        "add_goal": lambda by: actions.add_goal(plan=cast.plan, number=9, name="新目标", by=by),
        "add_item": lambda by: actions.add_item(
            goal=cast.goal,
            number=9,
            standard="新事项",
            leads=[cast.units[0]],
            supporting=[],
            by=by,
        ),
        "create_plan": lambda by: actions.create_plan(year=2032, title="新年度", by=by),
        "create_period": lambda by: actions.create_period(plan=cast.plan, number=3, by=by),
    }
    # The office of another district may begin its own year, and nothing here.
    expected = {"office", "stranger"} if act == "create_plan" else OFFICE
    assert roles_allowed(cast, calls[act]) == expected
