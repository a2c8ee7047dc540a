"""A file in through the pages: uploaded, previewed, confirmed as one, undone as one."""

import io
import zipfile

import pytest
from openpyxl import load_workbook

from reports.document.annex import build_annex
from reports.document.xlsx import annex_xlsx
from reports.figures.quarter import build_figures
from targets import actions
from targets.models import (
    Contribution,
    Entry,
    Event,
    Goal,
    Import,
    Item,
    Period,
    Plan,
    Report,
    Unit,
    UnitAlias,
    User,
)
from tests import builders
from tests import importing_files as files
from tests.importing_files import choose, confirm, counts, token_of, upload

HEADS = ("序号", "目标名称", "工作标准", "一季度完成情况", "牵头单位")
GOAL = "稳步实施重点改革"


@pytest.fixture
def office(cast, as_user):
    return as_user(cast.office)


@pytest.fixture
def unit_client(cast, as_user):
    return as_user(cast.reporter)


# A plan ---------------------------------------------------------------------


def plan_file(*rows: tuple) -> bytes:
    return files.workbook(("序号", "目标名称", "工作标准", "牵头单位", "配合单位"), *rows)


def test_a_plan_comes_in_as_one_and_goes_out_as_one(cast, office):
    data = plan_file(
        (1, "做强产业", "(1) 引进项目10个。", "单位1\n单位2", "单位3"),
        (None, None, "（２）建成厂房。", "单位 2", None),
        (2, "扩大投资", "完成投资5亿元。", "单位3、单位4", None),
    )
    page = upload(office, data, "plan", year=2031)
    assert counts(page) == {"new": 6, "changed": 0, "conflict": 0, "unchanged": 0, "problems": 0}
    assert not Plan.objects.filter(year=2031).exists(), "a preview writes nothing"
    confirm(office, page)
    items = Item.objects.filter(goal__plan__year=2031).in_print_order()
    assert [(str(each), each.standard, each.is_numbered) for each in items] == [
        ("1（1）", "引进项目10个。", True),
        ("1（2）", "建成厂房。", True),
        ("2", "完成投资5亿元。", False),
    ]
    duties = [(each.duty, each.unit.name) for each in items[0].responsibilities.all()]
    assert duties == [("lead", "单位1"), ("lead", "单位2"), ("supporting", "单位3")]
    made = Import.objects.get()
    assert Event.objects.filter(verb="import", subject_id=made.pk).get().by == cast.office
    again = upload(office, data, "plan", year=2031)
    assert counts(again)["unchanged"] == 5
    assert "没有需要导入的内容" in again.content.decode()
    office.post(f"/imports/{made.pk}/undo/")
    assert not Plan.objects.filter(year=2031).exists()
    assert Event.objects.filter(verb="undo").count() == 7, "each row and the import itself"


def test_undo_is_refused_where_something_came_after(cast, office):
    page = upload(office, plan_file((1, "做强产业", "(1) 甲。", "单位1", None)), "plan", year=2031)
    confirm(office, page)
    Item.objects.filter(goal__plan__year=2031).update(standard="后来改过。")
    answer = office.post(f"/imports/{Import.objects.get().pk}/undo/")
    assert "在导入之后又有变化" in answer.content.decode()
    assert Item.objects.get(goal__plan__year=2031).standard == "后来改过。"
    assert Goal.objects.filter(plan__year=2031).exists(), "one transaction: nothing was undone"
    assert Import.objects.get().undone_at is None


def test_a_plan_of_an_opened_year_takes_no_new_items(cast, office):
    data = plan_file(
        (1, GOAL, "(1) 完成第1件实事。", "单位1", None),
        (1, GOAL, "(2) 换了说法的实事。", "单位1、单位2", "单位4"),
        (1, GOAL, "(3) 完成第3件实事。", "单位2", None),
        (1, GOAL, "(4) 新增的一件。", "单位3", None),
    )
    page = upload(office, data, "plan", year=2030)
    assert counts(page)["problems"] == 2
    assert "不能导入" in page.content.decode()
    assert "digest" not in page.content.decode()


def test_an_unknown_unit_is_asked_for_and_never_made(cast, office):
    UnitAlias.objects.create(unit=cast.units[0], name="甲局")
    data = plan_file(
        (1, "做强产业", "(1) 甲。", "甲\n局 单位2", None),
        (1, "做强产业", "(2) 乙。", "单位壹 单位2", None),
    )
    page = upload(office, data, "plan", year=2031)
    questions = page.context["preview"].questions
    assert [each.name for each in questions] == ["单位壹"]
    assert "Sheet1 第3行D列" in page.content.decode()
    page = choose(office, page, **{"unit:单位壹": cast.units[3].pk})
    confirm(office, page)
    leads = Item.objects.get(goal__plan__year=2031, number=2).responsibilities
    assert list(leads.values_list("unit__name", flat=True)) == ["单位4", "单位2"]
    assert Unit.objects.filter(district=cast.district).count() == 4


def test_two_aliases_of_different_units_are_no_answer(cast, office):
    for unit in cast.units[:2]:
        UnitAlias.objects.create(unit=unit, name="综合局")
    page = upload(office, plan_file((1, "做强", "(1) 甲。", "综合局", None)), "plan", year=2031)
    assert [each.name for each in page.context["preview"].questions] == ["综合局"]


def test_hidden_rows_and_columns_come_in_and_are_named(cast, office):
    book = load_workbook(
        io.BytesIO(
            plan_file(
                (1, "做强", "(1) 甲。", "单位1", None), (1, "做强", "(2) 乙。", "单位2", None)
            )
        )
    )
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["D"].hidden = True
    page = upload(office, files.saved(book), "plan", year=2031)
    assert counts(page)["new"] == 4
    assert "第3行是隐藏行" in page.content.decode()
    assert "D列是隐藏列" in page.content.decode()


# The annex ------------------------------------------------------------------


@pytest.fixture
def real_office(real_plan, as_user):
    return as_user(User.objects.get(username="office"))


def first_quarter() -> Period:
    return Period.objects.select_related("plan__district").get(number=1)


@pytest.mark.parametrize("sheet", ["附表", "明细"])
def test_the_exported_annex_comes_back_without_a_change(real_plan, real_office, sheet):
    data = annex_xlsx(build_annex(build_figures(first_quarter())))
    page = upload(real_office, data, "progress", period=first_quarter().pk)
    page = choose(real_office, page, sheet=sheet)
    assert counts(page) == {"new": 0, "changed": 0, "conflict": 0, "unchanged": 118, "problems": 0}
    assert page.context["preview"].sheet == sheet
    page = upload(real_office, data, "plan", year=2020)
    page = choose(real_office, page, sheet=sheet)
    expected = {"new": 0, "changed": 0, "conflict": 0, "unchanged": 138, "problems": 0}
    assert counts(page) == expected, page.context["preview"].problems[:3]


def test_what_stands_on_a_sheet_that_is_not_read_is_spoken_of(cast, office):
    data = annex_xlsx(build_annex(build_figures(cast.period)))
    page = upload(office, data, "progress", period=cast.period.pk)
    assert "在其他工作表中改的内容不会导入" in page.content.decode()


def test_the_sources_annex_comes_in_as_the_118_items(real_plan, real_office):
    data = files.source_workbook()
    page = upload(real_office, data, "plan", year=2021)
    preview = page.context["preview"]
    assert [each.found for each in preview.problems] == ["目标20“全面加强政府自身建设”"]
    offered = {each.key: each.count for each in preview.suggestions}
    assert offered.keys() == {
        "郟城",
        "郝城",
        "郑城",
        "社保护面",
        "全面加强自身政府建设",
        "tidy",
    }
    page = choose(real_office, page, suggestion=list(offered))
    confirm(real_office, page)
    copied = Item.objects.filter(goal__plan__year=2021).in_print_order()
    real = Item.objects.filter(goal__plan__year=2020).in_print_order()
    assert len(copied) == 118
    for item, original in zip(copied, real, strict=True):
        assert (item.goal.name, item.number, item.is_numbered, item.standard) == (
            original.goal.name,
            original.number,
            original.is_numbered,
            original.standard,
        )
        names = item.responsibilities.filter(duty="lead").values_list("unit__name", flat=True)
        leads = original.responsibilities.filter(duty="lead")
        assert list(names) == list(leads.values_list("unit__name", flat=True))
    page = upload(real_office, data, "progress", period=first_quarter().pk)
    page = choose(real_office, page, suggestion=list(offered))
    assert counts(page)["unchanged"] == 118
    assert "第116行：本行各列错开了2列" in page.content.decode()


def test_errata_not_taken_stay_as_printed(real_plan, real_office):
    page = upload(real_office, files.source_workbook(), "plan", year=2021)
    page = choose(real_office, page, suggestion=["全面加强自身政府建设"])
    confirm(real_office, page)
    standard = Item.objects.get(goal__plan__year=2021, goal__number=4, number=4).standard
    assert standard == "实施郟城、阳逻老旧小区综合改造、农贸市场升级改造。"


def test_an_annex_addresses_the_first_leads_text_where_nothing_is_judged(cast, office):
    data = files.annex(
        (1, GOAL, "（1）完成第1件实事。", "已开工。\n投资3亿元。", "单位1"),
        (1, GOAL, "（2）完成第2件实事。", "未填报", "单位1\n单位2"),
        (1, GOAL, "（3）完成第3件实事。", "已完工。", "单位3"),
    )
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    page = upload(office, data, "progress", period=cast.period.pk)
    assert counts(page) == {"new": 2, "changed": 0, "conflict": 0, "unchanged": 1, "problems": 0}
    confirm(office, page)
    mine.refresh_from_db()
    assert (mine.text, mine.state) == ("已开工。\n投资3亿元。", "submitted")
    assert (mine.entered_by_office, mine.submitted_by) == (True, cast.office)
    assert counts(upload(office, data, "progress", period=cast.period.pk))["unchanged"] == 3
    office.post(f"/imports/{Import.objects.get().pk}/undo/")
    mine.refresh_from_db()
    assert (mine.text, mine.state, mine.entered_by_office) == ("", "not_started", False)


def test_an_annex_changes_the_approved_text_and_shows_both(cast, office):
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office, text="原核定。")
    data = files.annex((1, GOAL, "（1）完成第1件实事。", "新核定。", "单位1"))
    page = upload(office, data, "progress", period=cast.period.pk)
    assert counts(page)["changed"] == 1
    assert "〔新增：" in page.content.decode()
    confirm(office, page)
    entry = builders.entry_of(cast.period, cast.items[0])
    assert entry.approved_text == "新核定。"
    event = Event.objects.filter(verb="change", subject="entry").get()
    assert (event.old["approved_text"], event.new["approved_text"]) == ("原核定。", "新核定。")
    office.post(f"/imports/{Import.objects.get().pk}/undo/")
    entry.refresh_from_db()
    assert entry.approved_text == "原核定。"


def test_an_annex_never_overwrites_nor_shows_a_units_draft(cast, office, unit_client):
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    actions.save_contribution(
        contribution=mine, version=1, report=Report("单位的草稿"), by=cast.reporter
    )
    data = files.annex((1, GOAL, "（1）完成第1件实事。", "附表的文字。", "单位1"))
    page = upload(office, data, "progress", period=cast.period.pk)
    assert counts(page)["conflict"] == 1
    assert "单位的草稿" not in page.content.decode()
    page = choose(office, page, **{"text:1(1)": "file"})
    confirm(office, page)
    mine.refresh_from_db()
    assert mine.text == "单位的草稿"
    kept = office.get(f"/imports/{Import.objects.get().pk}/").content.decode()
    assert "附表的文字。" in kept
    assert "单位的草稿" not in kept


def test_an_annex_never_overwrites_what_a_unit_handed_in(cast, office):
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(mine, cast.reporter, "单位报送的文字。")
    data = files.annex((1, GOAL, "（1）完成第1件实事。", "附表的文字。", "单位1"))
    page = upload(office, data, "progress", period=cast.period.pk)
    html = page.content.decode()
    assert "单位1已报送的内容不会被覆盖" in html
    assert "单位报送的文字。" in html
    assert "附表的文字。" in html
    confirm(office, page)
    mine.refresh_from_db()
    assert mine.text == "单位报送的文字。"


def test_a_closed_quarter_takes_nothing(cast, office):
    actions.close_period(period=cast.period, by=cast.office)
    data = files.annex((1, GOAL, "（1）完成第1件实事。", "迟到的文字。", "单位1"))
    page = upload(office, data, "progress", period=cast.period.pk)
    assert "不能修改" in page.content.decode()
    assert "digest" not in page.content.decode()


def test_a_file_of_another_quarter_or_another_numbering_is_not_taken(cast, office):
    heads = (*HEADS[:3], "上半年完成情况", "牵头单位")
    data = files.annex((1, GOAL, "（1）完成第1件实事。", "文字。", "单位1"), heads=heads)
    page = upload(office, data, "progress", period=cast.period.pk)
    assert "您选择的是2030年第一季度" in page.content.decode()
    data = files.annex((1, GOAL, "（1）推进农村公路建设养护改造。", "文字。", "单位1"))
    page = upload(office, data, "progress", period=cast.period.pk)
    assert "可能不是同一事项" in page.content.decode()


# A conflict from two sides ---------------------------------------------------


def filled(data: bytes, text: str, then: str = "存为草稿", row: int = 4) -> bytes:
    book = load_workbook(io.BytesIO(data))
    sheet = book["填报"]
    heads = [cell.value for cell in sheet[3]]
    sheet.cell(row, heads.index("本单位完成情况") + 1).value = text
    sheet.cell(row, heads.index("报送方式") + 1).value = then
    return files.saved(book)


def workbook_of(client) -> bytes:
    answer = client.get("/my-items/workbook.xlsx")
    assert answer.status_code == 200
    return answer.content


def test_a_units_workbook_goes_out_and_comes_back_without_a_change(cast, unit_client):
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    text = "=1+1\n1、已开工。\n2. 增长—91.2%。\n+甲 @乙 #N/A"
    actions.save_contribution(contribution=mine, version=1, report=Report(text), by=cast.reporter)
    page = upload(unit_client, workbook_of(unit_client), "reports", period=cast.period.pk)
    assert counts(page) == {"new": 0, "changed": 0, "conflict": 0, "unchanged": 2, "problems": 0}


def test_a_units_workbook_is_locked_but_for_its_texts(cast, unit_client):
    book = load_workbook(io.BytesIO(workbook_of(unit_client)))
    sheet = book["填报"]
    heads = [cell.value for cell in sheet[3]]
    open_heads = {heads[cell.column - 1] for cell in sheet[4] if not cell.protection.locked}
    assert sheet.protection.sheet
    assert open_heads == {"本单位完成情况", "报送方式"}
    # Item (2) has a second lead, so its first may write the joint text.
    open_heads = {heads[cell.column - 1] for cell in sheet[5] if not cell.protection.locked}
    assert open_heads == {"本单位完成情况", "汇总稿", "报送方式"}
    hidden = {
        heads[index]
        for index, letter in enumerate("ABCDEFGHIJKLM")
        if sheet.column_dimensions[letter].hidden
    }
    assert hidden == {"系统编号", "版本", "校验"}
    assert sheet.data_validations.dataValidation[0].formula1 == '"存为草稿,报送"'
    assert "填写说明" in book.sheetnames


def test_a_filled_in_workbook_saves_and_submits(cast, unit_client):
    data = filled(workbook_of(unit_client), "离线写好。", "报送")
    data = filled(data, "另一项草稿。", row=5)
    page = upload(unit_client, data, "reports", period=cast.period.pk)
    assert counts(page)["new"] == 2
    done = confirm(unit_client, page).content.decode()
    assert "存为草稿的还要报送" in done
    assert 'href="/my-items/"' in done
    first = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    second = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    assert (first.text, first.state, first.submitted_by) == (
        "离线写好。",
        "submitted",
        cast.reporter,
    )
    assert (second.text, second.state) == ("另一项草稿。", "draft")
    unit_client.post(f"/imports/{Import.objects.get().pk}/undo/")
    first.refresh_from_db()
    assert (first.text, first.state, first.submitted_at) == ("", "not_started", None)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("file", "离线写的。"),
        ("here", "同事在线写的。"),
        ("both", "同事在线写的。\n离线写的。"),
    ],
)
def test_a_conflict_shows_both_texts_and_the_person_chooses(cast, unit_client, choice, expected):
    data = filled(workbook_of(unit_client), "离线写的。")
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    actions.save_contribution(
        contribution=mine, version=1, report=Report("同事在线写的。"), by=cast.colleague
    )
    page = upload(unit_client, data, "reports", period=cast.period.pk)
    html = page.content.decode()
    assert counts(page)["conflict"] == 1
    assert "离线写的。" in html
    assert "同事在线写的。" in html
    assert "digest" not in html, "nothing is confirmed before the person has chosen"
    page = choose(unit_client, page, **{f"text:c{mine.pk}": choice})
    confirm(unit_client, page)
    mine.refresh_from_db()
    assert mine.text == expected
    made = Import.objects.get()
    assert "同事在线写的。" in str(made.changes), "what was here is kept beside what was written"
    assert "离线写的。" in str(made.changes)


def test_a_row_not_touched_in_the_file_changes_nothing_here(cast, unit_client):
    data = workbook_of(unit_client)
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    actions.save_contribution(
        contribution=mine, version=1, report=Report("后来写的。"), by=cast.colleague
    )
    page = upload(unit_client, data, "reports", period=cast.period.pk)
    assert counts(page)["unchanged"] == 2


def test_what_changes_between_preview_and_confirmation_is_shown_again(cast, unit_client):
    page = upload(
        unit_client,
        filled(workbook_of(unit_client), "离线写的。"),
        "reports",
        period=cast.period.pk,
    )
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    actions.save_contribution(
        contribution=mine, version=1, report=Report("抢先写的。"), by=cast.colleague
    )
    answer = confirm(unit_client, page)
    html = answer.content.decode()
    assert "有了变化，尚未导入" in html
    assert "抢先写的。" in html
    assert "离线写的。" in html
    mine.refresh_from_db()
    assert mine.text == "抢先写的。"


def test_another_units_rows_are_not_taken(cast, as_user, unit_client):
    data = filled(workbook_of(as_user(cast.other)), "冒名。")
    page = upload(unit_client, data, "reports", period=cast.period.pk)
    assert counts(page)["problems"] == 1
    assert "冒名。" not in str(Contribution.objects.values_list("text", flat=True))


def test_the_office_takes_all_units_workbooks_without_their_drafts(cast, office, as_user):
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    actions.save_contribution(
        contribution=mine, version=1, report=Report("不给督查室看"), by=cast.reporter
    )
    answer = office.get("/periods/workbooks.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.namelist() == [f"{number:02}-单位{number}-2030Q1.xlsx" for number in (1, 2, 3)]
    first = archive.read(archive.namelist()[0])
    sheet = load_workbook(io.BytesIO(first))["填报"]
    assert "不给督查室看" not in str([[cell.value for cell in row] for row in sheet.rows])
    page = upload(as_user(cast.reporter), first, "reports", period=cast.period.pk)
    assert counts(page)["unchanged"] == 2, "a blank that nobody touched overwrites no draft"


@pytest.mark.parametrize("asks_problems", [False, True])
def test_a_units_workbook_prints_what_its_head_reads(cast, office, asks_problems):
    """What only the screen needs stays off the paper, and an empty column is hidden.

    On one page across; with every column on two.
    """
    Period.objects.filter(pk=cast.period.pk).update(asks_problems=asks_problems)
    archive = zipfile.ZipFile(io.BytesIO(office.get("/periods/workbooks.zip").content))
    hidden = []
    for name in archive.namelist():
        book = load_workbook(io.BytesIO(archive.read(name)))
        sheet = book["填报"]
        assert sheet.oddHeader.center.text == sheet["A1"].value
        # In its digits widths are counted: with a face that has no twin rows would not fit.
        assert book._named_styles["Normal"].font.name == "Arial"
        columns = {cell.value: cell.column_letter for cell in sheet[3]}
        cells = [cell for cell in sheet[columns["汇总稿"]] if cell.row > 3]
        is_open = any(not cell.protection.locked for cell in cells)
        hidden.append(sheet.column_dimensions[columns["汇总稿"]].hidden)
        assert hidden[-1] is not is_open
        last = "汇总稿" if is_open else "本单位完成情况"
        letter = columns["下一步措施" if asks_problems else last]
        assert sheet.print_area.endswith(f"!$A$3:${letter}${len(cells) + 3}")
        assert sheet.page_setup.fitToWidth == (2 if asks_problems and is_open else 1)
        assert "填报" in sheet.oddFooter.center.text
    assert set(hidden) == {True, False}


# Who may do what ---------------------------------------------------------------


def test_imports_are_seen_by_their_own_side_only(cast, as_user, unit_client, office):
    page = upload(
        unit_client, filled(workbook_of(unit_client), "草稿。"), "reports", period=cast.period.pk
    )
    confirm(unit_client, page)
    made = Import.objects.get()
    assert as_user(cast.colleague).get(f"/imports/{made.pk}/").status_code == 200
    for user in (cast.other, cast.office, cast.administrator, cast.stranger):
        assert as_user(user).get(f"/imports/{made.pk}/").status_code == 404
        assert as_user(user).post(f"/imports/{made.pk}/undo/").status_code == 404


def test_a_held_upload_is_its_accounts_alone(cast, as_user, office):
    page = upload(office, plan_file((1, "做强", "(1) 甲。", "单位1", None)), "plan", year=2031)
    token = token_of(page)
    stranger = as_user(cast.stranger)
    assert stranger.get(f"/imports/preview/?upload={token}").status_code == 302
    for bad in ("", "../../etc/passwd", "x" * 40, "a\0b"):
        assert office.get("/imports/preview/", {"upload": bad}).status_code == 302
    stranger.post("/imports/apply/", {"upload": token, "digest": page.context["preview"].digest})
    assert not Plan.objects.filter(year=2031).exists()


def test_a_role_imports_its_own_kinds_only(cast, as_user):
    data = plan_file((1, "做强", "(1) 甲。", "单位1", None))
    for user in (cast.reporter, cast.administrator):
        page = upload(as_user(user), data, "plan", year=2031)
        assert page.status_code == 200
        assert "preview" not in page.context
    assert not Plan.objects.filter(year=2031).exists()


# Units and accounts --------------------------------------------------------------


def test_units_come_in_with_their_aliases(cast, as_user):
    client = as_user(cast.administrator)
    data = files.workbook(
        ("单位名称", "别名", "联络员", "联络电话"),
        ("单位1", "一局、壹局", "张三", "027-1234"),
        ("单位5", "五局", None, None),
    )
    page = upload(client, data, "units")
    assert counts(page) == {"new": 1, "changed": 1, "conflict": 0, "unchanged": 0, "problems": 0}
    confirm(client, page)
    unit = Unit.objects.get(name="单位1")
    assert sorted(unit.aliases.values_list("name", flat=True)) == ["一局", "壹局"]
    assert (unit.contact_name, Unit.objects.get(name="单位5").order) == ("张三", 5)
    assert counts(upload(client, data, "units"))["unchanged"] == 2
    client.post(f"/imports/{Import.objects.get().pk}/undo/")
    assert not Unit.objects.filter(name="单位5").exists()
    assert not UnitAlias.objects.filter(unit=unit).exists()


def test_an_alias_of_another_unit_is_not_taken(cast, as_user):
    data = files.workbook(("单位名称", "别名"), ("单位1", "单位2"))
    page = upload(as_user(cast.administrator), data, "units")
    assert counts(page)["problems"] == 1


def test_accounts_come_in_without_passwords(cast, as_user):
    client = as_user(cast.administrator)
    heads = ("用户名", "显示名称", "角色", "单位", "联系电话")
    data = files.workbook(
        heads,
        ("zhang", "张三", "责任单位", "单位 1", "1234"),
        ("qu", "李区长", "区领导", None, None),
    )
    page = upload(client, data, "accounts")
    confirm(client, page)
    made = User.objects.get(username="zhang")
    assert (made.unit.name, made.must_change_password) == ("单位1", True)
    assert not made.has_usable_password()
    client.post(f"/imports/{Import.objects.get().pk}/undo/")
    made.refresh_from_db()
    assert not made.is_active, "an account is switched off, never deleted"
    data = files.workbook((*heads, "密码"), ("li", "李四", "责任单位", "单位1", None, "secret"))
    assert "文件中不写密码" in upload(client, data, "accounts").content.decode()


# Pages ---------------------------------------------------------------------------


def test_import_pages_make_as_many_queries_for_ten_times_the_rows(
    cast, office, django_assert_max_num_queries
):
    for count, year in ((12, 2031), (120, 2032)):
        rows = [
            (n // 10 + 1, f"目标{n // 10 + 1}", f"({n % 10 + 1}) 第{n}件。", "单位1", None)
            for n in range(count)
        ]
        page = upload(office, plan_file(*rows), "plan", year=year)
        with django_assert_max_num_queries(12):
            office.get(f"/imports/preview/?upload={token_of(page)}")
        confirm(office, page)
    with django_assert_max_num_queries(9):
        office.get("/imports/")


def test_entries_keep_their_versions_honest(cast, office):
    """An import raises the entry's version, so an open review page is told of it."""
    entry = builders.entry_of(cast.period, cast.items[0])
    data = files.annex((1, GOAL, "（1）完成第1件实事。", "已开工。", "单位1"))
    confirm(office, upload(office, data, "progress", period=cast.period.pk))
    assert Entry.objects.get(pk=entry.pk).version == entry.version + 1
