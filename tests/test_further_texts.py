"""存在的问题 and 下一步措施: beside the progress, only in the quarters that ask for them."""

import io
from datetime import date

import pytest
from django.db import IntegrityError
from openpyxl import load_workbook

from reports.circulars import drafts
from reports.circulars.models import Circular, FileKind
from reports.circulars.rendering import render_file
from reports.dashboard.brief import brief_html
from targets import actions
from targets.models import Contribution, Event, Period, Report
from tests import builders
from tests import importing_files as files
from tests.annex_reading import csv_records
from tests.importing_files import confirm, counts, upload

PROBLEMS, STEPS = "拆迁进度滞后，\n需协调。", "1、下月完成拆迁；\n2、三季度开工。"


@pytest.fixture
def asking(cast) -> Period:
    """The open quarter, asking for both texts."""
    period = cast.period
    return actions.change_period(
        period=period,
        due_on=period.due_on,
        remind_days=7,
        head_signs=False,
        evidence_required=False,
        asks_problems=True,
        by=cast.office,
    )


def first(cast) -> Contribution:
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


def test_the_form_asks_only_where_the_office_asks(cast, as_user):
    client, office = as_user(cast.reporter), as_user(cast.office)
    address = first(cast).get_absolute_url()
    assert 'name="problems"' not in client.get(address).content.decode()
    form = {"due_on": "2030-06-30", "remind_days": 7, "asks_problems": "on"}
    office.post(f"/periods/{cast.period.pk}/change/", form)
    assert Period.objects.get(pk=cast.period.pk).asks_problems
    html = client.get(address).content.decode()
    assert 'name="problems"' in html
    assert 'name="next_steps"' in html
    told = Event.objects.filter(verb="change", subject_id=cast.period.pk).last()
    assert (told.old["asks_problems"], told.new["asks_problems"]) == (False, True)


def test_both_texts_are_saved_handed_in_and_read_by_the_office(cast, as_user, asking):
    client = as_user(cast.reporter)
    part = first(cast)
    typed = {"version": part.version, "text": "已开工。", "problems": PROBLEMS, "next_steps": STEPS}
    client.post(part.get_absolute_url(), {**typed, "then": "save"})
    saved = first(cast)
    assert (saved.problems, saved.next_steps) == (PROBLEMS, STEPS)
    event = Event.objects.filter(verb="save").get()
    assert PROBLEMS not in str(event.new), "the words of a draft stay out of the trail"
    assert event.new["problems_characters"] == len(PROBLEMS)
    client.post(part.get_absolute_url(), {**typed, "version": saved.version, "then": "submit"})
    assert Event.objects.filter(verb="submit").get().new["problems"] == PROBLEMS
    html = as_user(cast.office).get(f"/entries/{part.entry_id}/review/").content.decode()
    assert "拆迁进度滞后，\n需协调。" in html
    assert "1、下月完成拆迁；" in html


def test_what_was_written_stays_when_the_quarter_asks_no_longer(cast, as_user, asking):
    part = first(cast)
    actions.save_contribution(
        contribution=part,
        version=part.version,
        report=Report("甲", problems="乙"),
        by=cast.reporter,
    )
    Period.objects.filter(pk=asking.pk).update(asks_problems=False)
    html = as_user(cast.reporter).get(part.get_absolute_url()).content.decode()
    assert 'name="problems"' in html
    assert 'name="next_steps"' not in html


def test_a_text_is_never_longer_than_the_limit(cast):
    with pytest.raises(IntegrityError, match="contribution_problems_within_limit"):
        Contribution.objects.filter(pk=first(cast).pk).update(problems="长" * 20_001)


def workbook_of(client, period: Period) -> bytes:
    return client.get(f"/my-items/workbook.xlsx?period={period.code}").content


def test_the_workbook_has_the_columns_and_brings_them_back(cast, as_user, asking):
    client = as_user(cast.reporter)
    data = workbook_of(client, asking)
    again = upload(client, data, "reports")
    assert counts(again)["unchanged"] == 2
    book = load_workbook(io.BytesIO(data))
    sheet = book.active
    heads = {cell.value: cell.column for cell in sheet[3]}
    sheet.cell(4, heads["本单位完成情况"]).value = "已开工。"
    sheet.cell(4, heads["存在的问题"]).value = PROBLEMS
    sheet.cell(4, heads["下一步措施"]).value = STEPS
    page = upload(client, files.saved(book), "reports")
    assert counts(page) == {"new": 1, "changed": 0, "conflict": 0, "unchanged": 1, "problems": 0}
    confirm(client, page)
    saved = first(cast)
    assert (saved.text, saved.problems, saved.next_steps) == ("已开工。", PROBLEMS, STEPS)


def test_without_the_columns_both_texts_stay(cast, as_user, asking):
    client = as_user(cast.reporter)
    Period.objects.filter(pk=asking.pk).update(asks_problems=False)
    data = workbook_of(client, asking)
    Contribution.objects.filter(pk=first(cast).pk).update(problems="先前写的")
    book = load_workbook(io.BytesIO(data))
    heads = {cell.value: cell.column for cell in book.active[3]}
    assert "存在的问题" not in heads
    book.active.cell(4, heads["本单位完成情况"]).value = "已开工。"
    confirm(client, upload(client, files.saved(book), "reports"))
    assert (first(cast).text, first(cast).problems) == ("已开工。", "先前写的")


@pytest.fixture
def approved(cast, asking) -> Period:
    """Both texts of item 1 approved; of item 2 two leads wrote one each; of item 3 a draft."""
    for number, unit, user in ((1, 0, "reporter"), (2, 0, "reporter"), (2, 1, "co_lead")):
        part = builders.contribution_of(cast.period, cast.items[number - 1], cast.units[unit])
        actions.submit_contribution(
            contribution=part,
            version=part.version,
            report=Report("推进中。", problems=f"问题{number}{unit}。", next_steps=STEPS),
            by=getattr(cast, user),
        )
    for item in cast.items[:2]:
        builders.approve(builders.entry_of(cast.period, item), cast.office, "正在推进")
    draft = builders.contribution_of(cast.period, cast.items[2], cast.units[2])
    actions.save_contribution(
        contribution=draft, version=1, report=Report("草稿", problems="不可见。"), by=cast.other
    )
    return Period.objects.get(pk=cast.period.pk)


def test_both_are_columns_of_an_annex_where_they_are_chosen(cast, as_user, approved):
    draft = cast.circular
    Circular.objects.filter(pk=draft.pk).update(extra_columns=["problems", "next_steps"])
    draft.refresh_from_db()
    annex = drafts.circular_content(draft).annex
    assert [row.extra["problems"] for row in annex.rows] == [
        "问题10。",
        "单位1：问题20。\n单位2：问题21。",
        "",
    ]
    assert annex.rows[0].extra["next_steps"] == STEPS
    records = csv_records(render_file(drafts.circular_content(draft), FileKind.ANNEX_CSV))
    assert records[0]["存在的问题"] == "问题10。"
    assert records[0]["下一步措施"] == STEPS


def test_a_problem_stands_beside_the_worry_on_page_and_brief(cast, as_user, approved):
    page = as_user(cast.leader).get("/dashboard/?period=2030Q1")
    html = page.content.decode()
    assert "存在的问题：问题10。" in html
    assert "不可见" not in html
    brief = brief_html(page.context["overview"], approved, today=date(2030, 6, 1))
    assert "存在的问题：问题10。" in brief
    assert "不可见" not in brief
    Period.objects.update(asks_problems=False)
    assert "问题10" not in as_user(cast.leader).get("/dashboard/?period=2030Q1").content.decode()
