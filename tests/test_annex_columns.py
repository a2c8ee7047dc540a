"""The annex's columns: declared once, and the optional ones chosen for each circular."""

import io
from dataclasses import replace

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.circulars import drafts, rendering
from reports.circulars.actions import draft_circular
from reports.circulars.models import Circular, FileKind
from reports.document.annex import COLUMNS, PRINTED, column_widths, indented, print_order
from reports.document.content import (
    CircularContent,
    Orientation,
    content_from_json,
    content_to_json,
)
from targets import actions
from targets.choices import Role
from targets.models import Event, Item, Unit, User
from tests import builders
from tests.annex_reading import csv_records, flat_records, pdf_columns, print_text, word_records
from tests.conftest import make_user
from tests.documents import content_of, make_row
from tests.pdf_reading import read_pdf

PREVIOUS = "上季度情况"
HEADS = ("序号", "目标名称", "工作标准", PREVIOUS, "一季度完成情况", "牵头单位")
TEXT = "上一季度已完成可行性研究。\n2、资金到位。"


def with_previous() -> CircularContent:
    content = content_of([make_row(1, 1), make_row(1, 2, text="本季度开工。")])
    rows = tuple(
        replace(row, extra={"previous": TEXT if row.item_number == 2 else ""})
        for row in content.annex.rows
    )
    columns = print_order(["previous"])
    return replace(content, annex=replace(content.annex, rows=rows, columns=columns))


@pytest.mark.document
@pytest.mark.parametrize("is_landscape", [True, False])
def test_an_optional_column_prints_in_every_form(is_landscape: bool) -> None:
    content = with_previous()
    if not is_landscape:
        content = replace(content, orientation=Orientation.PORTRAIT)
    files = {kind: rendering.render_file(content, kind) for kind in FileKind}
    for kind in (FileKind.PDF, FileKind.ANNEX_PDF):
        columns = pdf_columns(read_pdf(files[kind]), HEADS)
        assert columns[PREVIOUS] == TEXT.replace("\n", "")
        assert columns["一季度完成情况"].endswith("本季度开工。")
    book = openpyxl.load_workbook(io.BytesIO(files[FileKind.ANNEX_EXCEL]))
    assert print_text(book, PREVIOUS) == TEXT
    assert [each[PREVIOUS] for each in flat_records(book)] == [None, TEXT]
    assert [each[PREVIOUS] for each in csv_records(files[FileKind.ANNEX_CSV])] == ["", TEXT]
    assert [each[PREVIOUS] for each in word_records(files[FileKind.WORD])] == ["", TEXT]


@pytest.mark.parametrize(
    ("kept", "printed"),
    [
        ("一是开工。\n　　二是验收。", "　　一是开工。\n　　二是验收。"),
        ("一是开工。\n  二是验收。\n  三是投用。", "  一是开工。\n  二是验收。\n  三是投用。"),
        ("一是开工。\n二是验收。", "一是开工。\n二是验收。"),
        # Set off on purpose: there is no one indent that the first lacks.
        ("目标如下：\n　　一是开工。\n说明。", "目标如下：\n　　一是开工。\n说明。"),
        ("一段。", "一段。"),
        ("一段。\n\n　　二段。", "　　一段。\n\n　　二段。"),
    ],
)
def test_blanks_that_indent_stand_before_every_paragraph_or_none(kept: str, printed: str) -> None:
    assert "\n".join(indented(kept)) == printed


@pytest.mark.document
def test_an_indent_is_printed_in_every_form() -> None:
    content = content_of(
        [make_row(1, 1, text="一是开工。\n　　二是验收。", standard="甲。\n　　乙。")]
    )
    head = "一季度完成情况"
    book = openpyxl.load_workbook(io.BytesIO(rendering.render_file(content, FileKind.ANNEX_EXCEL)))
    assert print_text(book, head) == "　　一是开工。\n　　二是验收。"
    (record,) = word_records(rendering.render_file(content, FileKind.WORD))
    assert record[head] == "　　一是开工。\n　　二是验收。"
    sheets = read_pdf(rendering.render_file(content, FileKind.ANNEX_PDF))
    edges = [mark.x for sheet in sheets for mark in sheet.marks if mark.text in "一二"][-2:]
    assert edges[0] == pytest.approx(edges[1], abs=0.5)


@pytest.mark.parametrize("width_of", ["landscape", "portrait", "sheet"])
def test_any_choice_of_columns_fills_the_table_and_leaves_room_for_words(width_of: str) -> None:
    total = {"landscape": 637.8, "portrait": 442.2, "sheet": 135.0}[width_of]
    for keys in (PRINTED, tuple(COLUMNS), ("goal_number", "lead_units"), print_order(["previous"])):
        widths = column_widths([COLUMNS[key] for key in keys], total, width_of)
        assert sum(widths) == pytest.approx(total)
        assert min(widths) > 0


def test_the_office_chooses_the_column_for_a_circular_and_it_is_off_by_default(cast, as_user):
    before = builders.entry_of(cast.period, cast.items[1])
    builders.approve(before, cast.office, text=TEXT)
    second = builders.open_quarter(cast.plan, cast.office, number=2)
    office = as_user(cast.office)
    page = office.post("/circulars/draft/", {"period": second.pk}, follow=True)
    draft = Circular.objects.get()
    assert drafts.circular_content(draft).annex.columns == PRINTED
    form = page.context["form"]
    posted = {name: form[name].value() or "" for name in form.fields if name != "extra_columns"}
    office.post(f"/circulars/{draft.pk}/edit/", {**posted, "extra_columns": ["previous"]})
    draft.refresh_from_db()
    annex = drafts.circular_content(draft).annex
    assert annex.columns == print_order(["previous"])
    assert [row.extra["previous"] for row in annex.rows] == ["", TEXT, ""]
    event = Event.objects.filter(subject="circular", verb="change").latest("pk")
    assert (event.old["extra_columns"], event.new["extra_columns"]) == ("", PREVIOUS)


@pytest.mark.parametrize("is_closed", [False, True])
def test_an_items_leader_is_its_own_or_its_first_leads_as_the_quarter_has_it(cast, is_closed):
    deputy = make_user("deputy", Role.LEADER, cast.district)
    Unit.objects.filter(pk=cast.units[0].pk).update(portfolio_leader=cast.leader)
    Item.objects.filter(pk=cast.items[1].pk).update(portfolio_leader=deputy)
    draft = cast.circular
    if is_closed:
        actions.close_period(period=cast.period, by=cast.office)
        User.objects.filter(pk=deputy.pk).update(name="改名之后")
    Circular.objects.update(extra_columns=["leader"])
    draft.refresh_from_db()
    annex = drafts.circular_content(draft).annex
    assert annex.columns == (*PRINTED, "leader")
    book = openpyxl.load_workbook(
        io.BytesIO(rendering.render_file(drafts.circular_content(draft), FileKind.ANNEX_EXCEL))
    )
    assert [each["分管领导"] for each in flat_records(book)] == ["leader", "deputy", None]


def test_a_column_that_is_not_offered_is_refused(cast, as_user):
    office = as_user(cast.office)
    draft = cast.circular
    form = office.get(f"/circulars/{draft.pk}/edit/").context["form"]
    posted = {name: form[name].value() or "" for name in form.fields if name != "extra_columns"}
    page = office.post(f"/circulars/{draft.pk}/edit/", {**posted, "extra_columns": ["standard"]})
    assert "extra_columns" in page.context["form"].errors
    draft.refresh_from_db()
    assert draft.extra_columns == []


def test_an_optional_column_costs_one_query_whatever_the_size(cast):
    second = builders.open_quarter(cast.plan, cast.office, number=2)
    draft = draft_circular(period=second, by=cast.office)
    with CaptureQueriesContext(connection) as plain:
        drafts.circular_content(Circular.objects.select_related("period__plan").get(pk=draft.pk))
    Circular.objects.update(extra_columns=["previous"])
    with CaptureQueriesContext(connection) as more:
        drafts.circular_content(Circular.objects.select_related("period__plan").get(pk=draft.pk))
    assert len(more) == len(plain) + 1


def test_an_issued_circular_of_the_first_version_is_read_with_its_five_columns() -> None:
    content = content_of([make_row(1, 1)])
    kept = content_to_json(content)
    annex = kept["annex"]
    del annex["columns"], annex["progress_head"]
    annex["heads"] = ["序号", "目标名称", "工作标准", "一季度完成情况", "牵头单位"]
    for row in annex["rows"]:
        del row["extra"]
    assert content_from_json(kept) == content
