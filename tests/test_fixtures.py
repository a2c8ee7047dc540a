"""The demonstration is the published plan: counted and compared with its source."""

import csv
import io
import json
import runpy
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from reports.figures.quarter import build_figures
from targets import actions
from targets.models import Answer, Contribution, Entry, Instruction, Item, Period, User
from tests import builders
from tests.reading import read_page

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


@pytest.fixture
def first(real_plan) -> Period:
    return Period.objects.select_related("plan__district").get(number=1)


@pytest.fixture
def second(real_plan) -> Period:
    return Period.objects.select_related("plan__district").get(number=2)


def test_the_fixture_is_what_its_sources_make():
    built = runpy.run_path(str(FIXTURES / "build.py"))["build"]()
    assert json.loads((FIXTURES / "2020.json").read_text(encoding="utf-8")) == built


def test_rows_say_word_for_word_what_the_annex_says(first):
    with (FIXTURES / "source" / "annex.csv").open(encoding="utf-8", newline="") as file:
        source = [
            (
                int(row["goal_no"]),
                row["goal_name"],
                int(row["item_no"]),
                row["item_numbered"] == "yes",
                row["standard"],
                row["progress"],
                tuple(row["lead_units_as_printed"].split("|")),
            )
            for row in csv.DictReader(file)
        ]
    assert [
        (
            row.goal_number,
            row.goal_name,
            row.item_number,
            row.is_numbered,
            row.standard,
            row.text,
            row.lead_units,
        )
        for row in build_figures(first).rows
    ] == source


def test_the_circulars_figures_come_from_the_rows(first):
    figures = build_figures(first)
    assert (figures.item_total, figures.unit_total, len(figures.goals)) == (118, 54, 20)
    assert len(figures.units) == 39
    shown = [(each.label, each.count, each.percent) for each in figures.classes if each.count]
    assert shown == [("已完成", 36, 31), ("正在推进", 82, 69)]
    assert sum(unit.total for unit in figures.units) == 146


def test_the_second_quarter_opens_with_36_completed_one_cancelled_and_81_unreported(second):
    figures = build_figures(second)
    shown = [(each.label, each.count) for each in figures.classes if each.count]
    assert shown == [("已完成", 36), ("正在推进", 1), ("未填报", 81)]
    carried = Entry.objects.filter(period=second, origin="carried")
    assert carried.count() == 37
    assert not Contribution.objects.filter(entry__in=carried).exists()


def test_leads_owe_146_contributions_where_nothing_is_completed(real_plan):
    office = User.objects.get(username="office")
    cancelled = Item.objects.get(goal__number=4, number=9)
    actions.restore_item(item=cancelled, reason="一项也没有取消时", by=office)
    real_plan.periods.get(number=2).entries.all()._raw_delete("default")
    Contribution.objects.all()._raw_delete("default")
    period = builders.open_quarter(real_plan, office, number=3)
    owed = Contribution.objects.filter(entry__period=period)
    assert owed.count() == 146
    assert owed.values("unit").distinct().count() == 39


def test_changing_one_status_in_a_reopened_quarter_moves_the_figures(first, as_user):
    office = User.objects.get(username="office")
    actions.reopen_period(period=first, reason="更正", by=office)
    entry = Entry.objects.with_item().get(period=first, item__goal__number=1, item__number=1)
    entry = actions.reopen_entry(
        entry=entry, version=entry.version, units=[], reason="改判", by=office
    )
    builders.approve(entry, office, "已完成", entry.approved_text)
    shown = [(each.count, each.percent) for each in build_figures(first).classes if each.count]
    assert shown == [(37, 31), (81, 69)]
    page = as_user(User.objects.get(username="leader")).get("/dashboard/?period=2020Q1")
    assert "37/118" in read_page(page.content.decode()).text


def test_loading_again_keeps_the_data_and_the_demonstration_workable(second, monkeypatch):
    contribution = Contribution.objects.filter(unit__order=1).first()
    reporter = User.objects.get(username="unit-01")
    builders.submit(contribution, reporter, "演示中填写的内容")
    monkeypatch.delenv("DEMO_PASSWORD")
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        call_command("load_demo", verbosity=0)
        second.refresh_from_db()
        assert second.due_on > timezone.localdate()
        assert Instruction.objects.get().due_on > timezone.localdate()
    contribution.refresh_from_db()
    assert contribution.text == "演示中填写的内容"
    assert User.objects.count() == 58


def test_no_person_is_named_among_the_accounts(real_plan):
    units = set(real_plan.district.units.values_list("name", flat=True))
    names = set(User.objects.values_list("name", flat=True))
    assert names - units == {"督查室", "区领导", "系统管理员", "审计员"}


def test_a_paper_instruction_with_an_answer_says_that_it_is_made_up(real_plan, capsys):
    given, answer = Instruction.objects.get(), Answer.objects.get()
    assert given.giver == "区领导（演示）"
    for words in (given.text, given.follow_up, answer.text):
        assert words.startswith("（演示用，内容自拟）")
    assert (answer.state, str(answer.unit)) == ("submitted", str(given.asked_units()[0]))
    # An older demonstration gets it, once, and says so.
    answer.delete()
    given.delete()
    for told in ("补充：纸质批示1件和1家单位的回复", "没有要补充的内容；原有内容未改动。"):
        call_command("load_demo")
        assert told in capsys.readouterr().out
    assert Answer.objects.get().instruction == Instruction.objects.get()


def test_the_demonstration_touches_no_database_that_holds_anything_else(cast, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "another-password-7")
    before = list(User.objects.order_by("pk").values()), list(Period.objects.values())
    with pytest.raises(CommandError, match="不是演示数据；未作任何改动"):
        call_command("load_demo", verbosity=0)
    assert (list(User.objects.order_by("pk").values()), list(Period.objects.values())) == before


def test_nor_one_that_holds_an_account_alone_or_a_second_district(real_plan):
    call_command("load_demo", verbosity=0, stdout=io.StringIO())
    builders.make_district()
    with pytest.raises(CommandError, match="未作任何改动"):
        call_command("load_demo", verbosity=0)


def test_nor_one_where_only_an_administrator_was_made(db):
    User.objects.create_superuser("root", "another-password-7", name="管理员")
    with pytest.raises(CommandError, match="未作任何改动"):
        call_command("load_demo", verbosity=0)
    assert User.objects.get().check_password("another-password-7")
