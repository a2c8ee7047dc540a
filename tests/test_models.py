"""Every promise of the database, broken once: each constraint refuses what its name says."""

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import is_psycopg3
from django.db.models import CheckConstraint, UniqueConstraint
from django.utils import timezone

from targets import actions
from targets.models import (
    Adjustment,
    Answer,
    ApiToken,
    Contribution,
    DismissedHint,
    Entry,
    Event,
    Evidence,
    Extension,
    Goal,
    Import,
    Indicator,
    IndicatorValue,
    Instruction,
    KeptGoal,
    KeptItem,
    KeptResponsibility,
    KeptStatus,
    KeptUnit,
    Message,
    Misreading,
    Period,
    Plan,
    Reminder,
    ReportedValue,
    Responsibility,
    Seal,
    Sheet,
    SheetReceipt,
    Status,
    Succession,
    Unit,
    UnitAlias,
    User,
)
from targets.models.units import unit_in_hands_of
from tests import builders

NOW = timezone.now()


def own(cast, **changes):
    """Return the reporter's contribution with some facts changed."""
    row = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    return changed(row, **changes)


def judged(cast, **changes):
    return changed(builders.entry_of(cast.period, cast.items[0]), **changes)


def changed(row, **changes):
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def evidence(cast, **fields):
    return Evidence(
        contribution=own(cast),
        name="a.pdf",
        size=1,
        sha256="0",
        attached_by=cast.reporter,
        **fields,
    )


def instruction(cast, **facts):
    return Instruction(district=cast.district, text="加快", given_by=cast.office, **facts)


def answer(cast, **facts):
    asked = Instruction.objects.first() or builders.paper_instruction(cast.units[0], cast.office)
    return Answer(instruction=asked, unit=cast.units[0], **facts)


def sheet(cast, **facts):
    asked = Instruction.objects.first() or builders.paper_instruction(cast.units[0], cast.office)
    facts = {"year": 2030, "number": 1, "step": "blue", "due_on": builders.DUE, **facts}
    return Sheet(district=cast.district, instruction=asked, issued_by=cast.office, **facts)


def receipt(cast, **facts):
    """Return a unit's receipt of the first sheet, saved with it, with some facts changed."""
    one = Sheet.objects.first() or sheet(cast)
    one.save()
    return SheetReceipt(sheet=one, unit=cast.units[0], **facts)


def adjustment(cast, **fields):
    facts = {"other": "明年完成。", "reason": "工期", "requested_by": cast.reporter, **fields}
    return Adjustment(item=cast.items[0], unit=cast.units[0], **facts)


def extension(cast, **fields):
    facts = {"until": builders.DUE, "reason": "汛情", "requested_by": cast.reporter, **fields}
    return Extension(period=cast.period, unit=cast.units[0], **facts)


def reminder(cast, step):
    return Reminder(period=cast.period, unit=cast.units[0], step=step, owed=1, sent_by=cast.office)


def indicator(cast, **changes):
    """Return an accepted indicator with some facts changed."""
    facts = {
        "item": cast.items[0],
        "name": "新建足球场",
        "kind": "cumulative",
        "measure": "块",
        "target": 15,
        "state": "accepted",
        "decided_at": NOW,
        "decided_by": cast.office,
        **changes,
    }
    return Indicator(**facts)


def value_of(cast, promised, **changes):
    facts = {"origin": "office", "value": 1, "set_at": NOW, "set_by": cast.office, **changes}
    return IndicatorValue(indicator=promised, period=cast.period, **facts)


def kept(cast) -> KeptItem:
    """Close the quarter; return what it kept of the first item."""
    period = Period.objects.get(pk=cast.period.pk)
    if period.is_open:
        actions.close_period(period=period, by=cast.office)
    return KeptItem.objects.get(period=period, item=cast.items[0])


def succession(cast, **facts):
    reason = {"reason": "机构改革", "decided_by": cast.administrator}
    return Succession(unit=cast.units[0], on=builders.DUE, **reason, **facts)


def reported(cast, promised, value=1):
    return ReportedValue(contribution=own(cast), indicator=promised, value=value)


# Constraint -> rows that, saved in order, break it with the last one.
BROKEN = {
    "indicator_kind_known": lambda c: [indicator(c, kind="wish")],
    "indicator_comparison_known": lambda c: [indicator(c, comparison="near")],
    "indicator_state_known": lambda c: [indicator(c, state="lost")],
    "indicator_pace_known": lambda c: [indicator(c, pace="soon")],
    "indicator_has_target_or_quarter": lambda c: [indicator(c, target=None)],
    "indicator_range_has_two_ends": lambda c: [indicator(c, comparison="range")],
    "indicator_curve_with_its_pace": lambda c: [indicator(c, pace="curve")],
    "indicator_words_have_two_ends": lambda c: [indicator(c, source_start=1)],
    "indicator_decided_by_someone": lambda c: [indicator(c, decided_at=None)],
    "indicator_ended_dated": lambda c: [indicator(c, state="ended")],
    "value_once_a_quarter": lambda c: [
        one := indicator(c),
        value_of(c, one),
        value_of(c, one),
    ],
    "value_origin_known": lambda c: [one := indicator(c), value_of(c, one, origin="rumour")],
    "value_missing_only_where_kept": lambda c: [one := indicator(c), value_of(c, one, value=None)],
    "value_reported_once": lambda c: [one := indicator(c), reported(c, one), reported(c, one)],
    "value_kept_with_its_light": lambda c: [
        one := indicator(c),
        value_of(c, one, is_kept=True),
    ],
    "reported_value_is_a_number": lambda c: [one := indicator(c), reported(c, one, None)],
    "entry_light_known": lambda c: [judged(c, light="violet")],
    "light_overruled_with_reason": lambda c: [judged(c, overruled_light="met")],
    "message_mail_has_recipient": lambda c: [Message(channel="mail", subject="", body="")],
    "message_sent_waits_no_longer": lambda c: [
        Message(channel="hook", subject="", body="", sent_at=NOW)
    ],
    "seal_once_in_chain": lambda c: [
        Seal(chain=1, number=1, event=event, digest="", at=NOW) for event in Event.objects.all()[:2]
    ],
    "unit_name_once_in_district": lambda c: [Unit(district=c.district, name="单位1", order=9)],
    "unit_succession_dated": lambda c: [changed(c.units[0], successor=c.units[1])],
    "alias_once_a_unit": lambda c: [UnitAlias(unit=c.units[0], name="甲") for _ in range(2)],
    "status_name_once_in_district": lambda c: [Status(district=c.district, name="已完成", order=9)],
    "status_order_once_in_district": lambda c: [Status(district=c.district, name="新", order=1)],
    "status_color_known": lambda c: [changed(c.completed, color="pink")],
    "plan_once_a_year": lambda c: [Plan(district=c.district, year=2030, title="重复")],
    "plan_year_in_range": lambda c: [changed(c.plan, year=1999)],
    "goal_number_once_in_plan": lambda c: [Goal(plan=c.plan, number=1, name="重复")],
    "goal_number_positive": lambda c: [changed(c.goal, number=0)],
    "item_number_once_in_goal": lambda c: [changed(c.items[1], number=1)],
    "item_number_positive": lambda c: [changed(c.items[0], number=0)],
    "item_outcome_known": lambda c: [changed(c.items[0], outcome="lost")],
    "item_cancelled_with_reason": lambda c: [changed(c.items[0], outcome="cancelled")],
    "unit_once_in_item": lambda c: [
        Responsibility(item=c.items[0], unit=c.units[0], duty="supporting", order=1)
    ],
    "responsibility_order_once": lambda c: [
        Responsibility(item=c.items[0], unit=c.units[1], duty="lead", order=1)
    ],
    "responsibility_order_positive": lambda c: [
        Responsibility(item=c.items[0], unit=c.units[1], duty="lead", order=0)
    ],
    "responsibility_duty_known": lambda c: [
        Responsibility(item=c.items[0], unit=c.units[1], duty="boss", order=1)
    ],
    "period_once_a_quarter": lambda c: [Period(plan=c.plan, number=1)],
    "period_number_is_a_quarter": lambda c: [Period(plan=c.plan, number=5)],
    "draft_period_keeps_nothing": lambda c: [changed(c.period, state="draft", kept_at=NOW)],
    "goal_kept_once": lambda c: [kept(c), KeptGoal(period=c.period, goal=c.goal, number=2)],
    "unit_kept_once": lambda c: [kept(c), KeptUnit(period=c.period, unit=c.units[0], order=9)],
    "status_kept_once": lambda c: [
        kept(c),
        KeptStatus(period=c.period, status=c.completed, order=9),
    ],
    "item_kept_once": lambda c: [changed(kept(c), pk=None, entry=None)],
    "kept_change_known": lambda c: [changed(kept(c), kept_change="improved")],
    "kept_unit_once_in_item": lambda c: [
        KeptResponsibility(item=kept(c), unit=c.units[0], duty="supporting", order=2)
    ],
    "kept_duty_known": lambda c: [
        changed(kept(c).responsibilities.first(), duty="watching"),
    ],
    "one_waiting_succession_a_unit": lambda c: [
        succession(c, name="甲局"),
        succession(c, name="乙局"),
    ],
    "succession_renames_or_merges": lambda c: [succession(c)],
    "succession_carried_out_or_withdrawn": lambda c: [
        succession(c, name="甲局", carried_out_at=NOW, withdrawn_at=NOW)
    ],
    "period_state_known": lambda c: [changed(c.period, state="ajar")],
    "opened_period_has_due_date": lambda c: [changed(c.period, due_on=None)],
    "entry_once_a_period": lambda c: [Entry(period=c.period, item=c.items[0])],
    "entry_origin_known": lambda c: [
        judged(c, origin="rumour", status=c.completed, approved_at=NOW, approved_by=c.office)
    ],
    "entry_judged_whole_or_not_at_all": lambda c: [judged(c, status=c.completed)],
    "approved_text_within_limit": lambda c: [
        judged(
            c,
            status=c.completed,
            approved_at=NOW,
            approved_by=c.office,
            approved_text="长" * 20_001,
        )
    ],
    "contribution_once_a_unit": lambda c: [Contribution(entry=own(c).entry, unit=c.units[0])],
    "contribution_state_known": lambda c: [own(c, state="lost")],
    "contribution_duty_known": lambda c: [own(c, duty="boss")],
    "contribution_saved_by_someone": lambda c: [own(c, saved_at=NOW)],
    "contribution_submitted_by_someone": lambda c: [own(c, submitted_at=NOW)],
    "head_agreed_with_name_and_date": lambda c: [own(c, head_name="主要领导")],
    "submitted_contribution_has_text": lambda c: [
        own(c, state="submitted", submitted_at=NOW, submitted_by=c.reporter)
    ],
    "returned_contribution_has_reason": lambda c: [own(c, state="returned")],
    "contribution_problems_within_limit": lambda c: [own(c, problems="长" * 20_001)],
    "contribution_text_within_limit": lambda c: [own(c, text="长" * 20_001)],
    "user_role_known": lambda c: [changed(c.leader, role="king")],
    "user_unit_matches_role": lambda c: [changed(c.leader, unit=c.units[0])],
    "one_open_adjustment_request": lambda c: [adjustment(c), adjustment(c)],
    "adjustment_state_known": lambda c: [
        adjustment(c, state="maybe", decided_at=NOW, decided_by=c.office, decision_reason="可以")
    ],
    "adjustment_asks_something": lambda c: [adjustment(c, other="")],
    "adjustment_standard_within_limit": lambda c: [adjustment(c, standard="长" * 20001)],
    "adjustment_decided_by_someone_with_reason": lambda c: [
        adjustment(c, state="declined", decided_at=NOW, decided_by=c.office)
    ],
    "one_open_extension_request": lambda c: [extension(c), extension(c)],
    "one_open_extension_request_an_item": lambda c: [
        extension(c, item=c.items[0]),
        extension(c, item=c.items[0]),
    ],
    "extension_state_known": lambda c: [
        extension(c, state="maybe", decided_at=NOW, decided_by=c.office)
    ],
    "extension_decided_by_someone": lambda c: [extension(c, state="granted")],
    "reminder_step_once": lambda c: [reminder(c, 1), reminder(c, 1)],
    "reminder_step_positive": lambda c: [reminder(c, 0)],
    "contribution_own_view_known": lambda c: [own(c, own_view="maybe")],
    "evidence_kind_known": lambda c: [evidence(c, kind="gift")],
    "hint_dismissed_once": lambda c: [
        DismissedHint(contribution=own(c), kind="same", digest="0", dismissed_by=c.reporter)
        for _ in range(2)
    ],
    "instruction_done_by_someone": lambda c: [instruction(c, item=c.items[0], done_at=NOW)],
    "answer_once_a_unit": lambda c: [answer(c), answer(c)],
    "answer_state_known": lambda c: [answer(c, state="lost")],
    "answer_submitted_by_someone": lambda c: [answer(c, submitted_at=NOW)],
    "answer_handed_in_with_text": lambda c: [
        answer(c, state="submitted", submitted_at=NOW, submitted_by=c.reporter)
    ],
    "answer_returned_with_reason": lambda c: [answer(c, state="returned")],
    "sheet_number_once_in_year": lambda c: [sheet(c), sheet(c, step="red")],
    "sheet_step_once_an_instruction": lambda c: [sheet(c), sheet(c, number=2)],
    "sheet_number_positive": lambda c: [sheet(c, number=0)],
    "sheet_step_known": lambda c: [sheet(c, step="green")],
    "sheet_received_once_a_unit": lambda c: [receipt(c), receipt(c)],
    "sheet_received_by_someone": lambda c: [receipt(c, received_at=NOW)],
    "instruction_goes_to_one": lambda c: [instruction(c, item=c.items[0], unit=c.units[0])],
    "instruction_on_paper_with_day": lambda c: [instruction(c, unit=c.units[0], giver="区长")],
    "token_withdrawn_by_someone": lambda c: [
        ApiToken(
            district=c.district, name="大屏", digest="0", made_by=c.administrator, withdrawn_at=NOW
        )
    ],
    "misreading_once_in_district": lambda c: [
        Misreading(district=c.district, found="郑城", meant=meant) for meant in ("邾城", "正城")
    ],
    "misreading_changes_something": lambda c: [
        Misreading(district=c.district, found="邾城", meant="邾城")
    ],
    "import_undone_by_someone": lambda c: [
        Import(
            district=c.district,
            kind="plan",
            file_name="a.xlsx",
            sha256="0",
            applied_by=c.office,
            undone_at=NOW,
        )
    ],
}


def constraint_names() -> set[str]:
    return {
        constraint.name
        for model in apps.get_app_config("targets").get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint)
    }


def test_every_constraint_is_broken_here():
    assert constraint_names() == set(BROKEN)


@pytest.mark.parametrize("name", BROKEN)
def test_constraint_refuses(name, cast):
    *before, last = BROKEN[name](cast)
    for row in before:
        row.save()
    # A UNIQUE failure names columns on SQLite and the constraint on PostgreSQL.
    with pytest.raises(IntegrityError), transaction.atomic():
        last.save()


def test_an_event_is_never_changed_or_deleted(cast):
    event = Event.objects.first()
    event.reason = "改写"
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()
    with pytest.raises(TypeError):
        Event.objects.all().delete()
    with pytest.raises(TypeError):
        Event.objects.update(reason="改写")


def test_createsuperuser_makes_an_administrator(db):
    user = User.objects.create_superuser("root", "a-password-for-tests", name="系统管理员")
    assert (user.role, user.is_staff, user.is_office) == ("administrator", True, False)


def test_psycopg2_is_the_driver():
    """A stray psycopg 3 would be taken by Django without a word."""
    assert is_psycopg3 is False


def test_who_has_no_unit_holds_no_report_and_is_asked_for_no_answer(cast):
    text = "请加快推进，每月报告进度。"
    actions.give_instruction(item=cast.items[0], text=text, by=cast.leader)
    assert Contribution.objects.exists() and Instruction.objects.exists()
    assert not Contribution.objects.filter(unit_in_hands_of(None)).exists()
    assert not Instruction.objects.asking(None).exists()
