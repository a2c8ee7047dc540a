"""A unit's workbook carries the values of its indicators out, and takes them in by the preview."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from reports.document.unit_workbooks import unit_rows
from targets import actions
from targets.actions import Figure, Promised
from targets.models import Contribution, Event, Import, Indicator, Period, Report, ReportedValue
from tests import builders
from tests import importing_files as files
from tests.importing_files import choose, confirm, counts, upload
from tests.test_round_trips import resaved

STATEMENTS = 5  # in the first quarter, which has no texts before it
TEXT = "新建足球场5块。"
NOTHING = {"new": 0, "changed": 0, "conflict": 0, "unchanged": 2, "problems": 0}


@pytest.fixture
def unit_client(cast, as_user):
    return as_user(cast.reporter)


@pytest.fixture
def balls(cast) -> Indicator:
    return builders.measure(cast.items[0], cast.office)


@pytest.fixture
def rate(cast) -> Indicator:
    promised = Promised(name="工业增速", kind="growth", measure="%", target=Decimal("7.8"))
    return actions.accept_indicator(item=cast.items[0], promised=promised, by=cast.office)


@pytest.fixture
def step(cast) -> Indicator:
    promised = Promised(name="开工", kind="milestone", due_quarter=1)
    return actions.accept_indicator(item=cast.items[0], promised=promised, by=cast.office)


def mine(cast) -> Contribution:
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


def save(cast, figures: dict[int, Figure], text: str = TEXT) -> Contribution:
    part = mine(cast)
    return actions.save_contribution(
        contribution=part,
        version=part.version,
        report=Report(text),
        figures=figures,
        by=cast.reporter,
    )


def downloaded(client) -> bytes:
    answer = client.get("/my-items/workbook.xlsx")
    assert answer.status_code == 200
    return answer.content


def filled(data: bytes, row: int = 4, shown_as: str = "", **cells: object) -> bytes:
    """Return the workbook with cells of one row of 指标 written, by the heads' words."""
    heads = {"value": "本季度数值", "as_of": "数据截止日", "estimate": "实际或预计"}
    book = load_workbook(io.BytesIO(data))
    sheet = book["指标"]
    printed = [cell.value for cell in sheet[3]]
    for name, value in cells.items():
        cell = sheet.cell(row, printed.index(heads.get(name, name)) + 1)
        cell.value = value
        cell.number_format = shown_as or cell.number_format
    return files.saved(book)


def told(page) -> list[tuple[str, str, str]]:
    """Return what the preview says will change: field, old, new."""
    preview = page.context["preview"]
    return [(d.name, d.old, d.new) for each in preview.changes for d in each.differences]


def problems(page) -> str:
    preview = page.context["preview"]
    assert not preview.may_apply
    return " ".join(f"{each.found} {each.expected} {each.todo}" for each in preview.problems)


def reported() -> dict[str, tuple[Decimal | None, date | None, bool]]:
    rows = ReportedValue.objects.select_related("indicator")
    return {each.indicator.name: (each.value, each.as_of, each.is_estimate) for each in rows}


def test_the_sheet_shows_what_is_asked_and_locks_the_rest(cast, unit_client, balls, rate):
    save(cast, {balls.pk: Figure(Decimal(5), date(2030, 3, 15), is_estimate=True)})
    sheet = load_workbook(io.BytesIO(downloaded(unit_client)))["指标"]
    rows = [[cell.value or "" for cell in row[:8]] for row in sheet.iter_rows(min_row=3)]
    assert rows == [
        [
            "编号",
            "指标名称",
            "计量单位",
            "目标值",
            "上次数值",
            "本季度数值",
            "数据截止日",
            "实际或预计",
        ],
        ["1（1）", "新建足球场", "块", "20块", "", "5", "2030-03-15", "预计数"],
        ["1（1）", "工业增速", "%", "7.8%", "", "", "", ""],
    ]
    open_heads = {rows[0][cell.column - 1] for cell in sheet[4] if not cell.protection.locked}
    assert sheet.protection.sheet
    assert open_heads == {"本季度数值", "数据截止日", "实际或预计"}
    assert all(sheet.column_dimensions[letter].hidden for letter in "IJK")


def test_without_indicators_there_is_no_such_sheet(cast, unit_client):
    assert "指标" not in load_workbook(io.BytesIO(downloaded(unit_client))).sheetnames


def test_it_comes_back_without_a_change(cast, unit_client, balls, rate, step):
    figures = {
        balls.pk: Figure(Decimal("5.25"), date(2030, 3, 15), is_estimate=True),
        rate.pk: Figure(Decimal("-91.2")),
        step.pk: Figure(Decimal(0)),
    }
    save(cast, figures)
    assert counts(upload(unit_client, downloaded(unit_client), "reports")) == NOTHING


@pytest.mark.document
def test_it_comes_back_after_libreoffice_has_saved_it(
    cast, unit_client, balls, rate, step, tmp_path: Path
):
    save(cast, {rate.pk: Figure(Decimal("-91.2")), step.pk: Figure(Decimal(1))})
    data = downloaded(unit_client)
    path = tmp_path / "from.xlsx"
    path.write_bytes(data)
    form = "xlsx:Calc MS Excel 2007 XML"
    assert counts(upload(unit_client, resaved(path, form, tmp_path), "reports")) == NOTHING
    path.write_bytes(filled(data, value="1,234.5", as_of="2030-3-15", estimate="预计数"))
    page = upload(unit_client, resaved(path, form, tmp_path), "reports")
    assert told(page) == [("新建足球场", "", "1234.5块（截至2030-03-15，预计数）")]


def test_values_are_shown_old_and_new_and_saved_as_the_form_saves_them(
    cast, unit_client, balls, rate, step
):
    save(cast, {balls.pk: Figure(Decimal(3)), rate.pk: Figure(Decimal("7.8"))})
    data = filled(downloaded(unit_client), value="５")
    data = filled(data, row=5, value="—91.2")
    page = upload(unit_client, filled(data, row=6, value="已完成"), "reports")
    assert told(page) == [
        ("新建足球场", "3块", "5块"),
        ("工业增速", "7.8%", "−91.2%"),
        ("开工", "", "已完成"),
    ]
    assert "<del>7.8%</del> → <ins>−91.2%</ins>" in page.content.decode()
    confirm(unit_client, page)
    assert {name: facts[0] for name, facts in reported().items()} == {
        "新建足球场": 5,
        "工业增速": Decimal("-91.2"),
        "开工": 1,
    }
    assert ReportedValue.objects.get(indicator=balls).source_words == "新建足球场5块"
    assert mine(cast).text == TEXT, "the text was not touched"
    event = Event.objects.filter(verb="save").latest("pk")
    assert event.new["values"] == 3, "of a draft the trail counts the numbers"


def test_text_and_values_go_together_and_are_handed_in(cast, unit_client, balls):
    book = load_workbook(io.BytesIO(filled(downloaded(unit_client), value=5)))
    heads = [cell.value for cell in book["填报"][3]]
    book["填报"].cell(4, heads.index("本单位完成情况") + 1).value = TEXT
    book["填报"].cell(4, heads.index("报送方式") + 1).value = "报送"
    page = upload(unit_client, files.saved(book), "reports")
    assert told(page)[:2] == [("本单位完成情况", "", TEXT), ("新建足球场", "", "5块")]
    confirm(unit_client, page)
    assert (mine(cast).state, mine(cast).text) == ("submitted", TEXT)
    assert Event.objects.filter(verb="submit").get().new["values"] == {"新建足球场": "5块"}


def test_an_emptied_cell_takes_the_value_back_and_undoing_puts_it_back(cast, unit_client, balls):
    before = Figure(Decimal(5), date(2030, 3, 15), is_estimate=True)
    save(cast, {balls.pk: before})
    data = filled(downloaded(unit_client), value=None, as_of=None, estimate=None)
    page = upload(unit_client, data, "reports")
    assert told(page) == [("新建足球场", "5块（截至2030-03-15，预计数）", "")]
    confirm(unit_client, page)
    assert reported() == {}
    unit_client.post(f"/imports/{Import.objects.get().pk}/undo/", follow=True)
    assert reported() == {"新建足球场": (before.value, before.as_of, True)}
    assert ReportedValue.objects.get().source_words == "新建足球场5块"


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"value": "约五块"}, "请只填数字"),
        ({"value": "5块"}, "不写单位，按“块”换算"),
        ({"value": "1e3"}, "请只填数字"),
        ({"value": "NaN"}, "请只填数字"),
        ({"value": True}, "单元格是逻辑值"),
        ({"value": date(2030, 3, 1)}, "单元格是日期"),
        ({"value": "=NOW()"}, "单元格是公式"),
        ({"value": "5", "as_of": "=NOW()"}, "请填写日期"),
        ({"value": "5", "as_of": "三月底"}, "请填写日期"),
        ({"value": "5", "as_of": "2030-13-01"}, "请填写日期"),
        ({"value": "5", "as_of": "2030-04-01"}, "须在2030年1月1日至3月31日之间"),
        ({"value": "5", "estimate": "大概"}, "请从下拉列表中选择"),
        ({"as_of": "2030-03-15"}, "没有填数值"),
        ({"value": "5", "计量单位": "万块"}, "请改回“块”"),
        ({"value": "5", "指标名称": "新建停车场"}, "请改回“新建足球场”"),
        ({"value": "5", "系统编号": "c999999v1"}, "系统编号"),
        ({"value": "5", "系统编号": "v1"}, "系统编号"),
    ],
)
def test_what_cannot_be_a_value_is_refused_with_what_to_do(
    cast, unit_client, balls, cells, message
):
    page = upload(unit_client, filled(downloaded(unit_client), **cells), "reports")
    assert message in problems(page)
    assert reported() == {}


def test_a_step_is_done_or_not(cast, unit_client, step):
    page = upload(unit_client, filled(downloaded(unit_client), value="快了"), "reports")
    assert "“已完成”或“未完成”" in problems(page)


def test_a_number_in_a_percent_cell_may_mean_two_things(cast, unit_client, rate):
    page = upload(unit_client, filled(downloaded(unit_client), value=0.85), "reports")
    assert "填百分号前面的数字" in problems(page)


def test_a_number_that_its_cell_shows_as_per_cent_is_what_is_seen(cast, unit_client, rate):
    data = filled(downloaded(unit_client), value=0.085, shown_as="0.0%")
    assert told(upload(unit_client, data, "reports"))[0] == ("工业增速", "", "8.5%")


def test_per_cent_is_no_number_of_things(cast, unit_client, balls):
    data = filled(downloaded(unit_client), value=0.85, shown_as="0%")
    assert "85%（单元格是百分数）" in problems(upload(unit_client, data, "reports"))


def test_a_number_that_a_program_computed_is_the_one_it_shows(cast, unit_client, balls):
    page = upload(unit_client, filled(downloaded(unit_client), value=0.1 + 0.2), "reports")
    assert told(page)[0] == ("新建足球场", "", "0.3块")


def test_an_odd_number_is_pointed_out_and_taken(cast, unit_client, balls):
    page = upload(unit_client, filled(downloaded(unit_client), value="50000"), "reports")
    assert "请留意：“新建足球场”超过目标的100倍，请核对计量单位（块）" in page.content.decode()
    confirm(unit_client, page)
    assert reported()["新建足球场"][0] == 50_000


def test_an_ended_indicator_is_told_and_takes_no_number(cast, unit_client, balls, rate):
    data = downloaded(unit_client)
    actions.end_indicator(indicator=balls, reason="标准有调整。", by=cast.office)
    page = upload(unit_client, data, "reports")
    assert counts(page) == NOTHING
    assert "指标“新建足球场”已由督查室修改或终止" in page.content.decode()
    page = upload(unit_client, filled(data, value="5"), "reports")
    assert "请重新下载填报表" in problems(page)


def test_a_row_twice_or_of_no_number_is_no_guess(cast, unit_client, balls):
    book = load_workbook(io.BytesIO(downloaded(unit_client)))
    sheet = book["指标"]
    sheet.append([cell.value for cell in sheet[4]])
    page = upload(unit_client, files.saved(book), "reports")
    assert "每行一个" in problems(page)
    book = load_workbook(io.BytesIO(downloaded(unit_client)))
    book["指标"].append(["1（1）", "我的指标", "块", "", "", "7"])
    page = upload(unit_client, files.saved(book), "reports")
    assert counts(page) == NOTHING
    assert "没有系统编号，未读取：" in page.content.decode()
    assert "我的指标" in page.content.decode()


def test_a_sheet_whose_heads_are_gone_is_not_passed_over(cast, unit_client, balls):
    book = load_workbook(io.BytesIO(downloaded(unit_client)))
    book["指标"].delete_rows(3)
    assert "没有找到表头" in problems(upload(unit_client, files.saved(book), "reports"))


def test_a_value_without_its_text_s_row_is_not_passed_over(cast, unit_client, balls):
    book = load_workbook(io.BytesIO(filled(downloaded(unit_client), value="5")))
    book["填报"].delete_rows(4)
    page = upload(unit_client, files.saved(book), "reports")
    assert "两个表中的行都不要删除" in problems(page)


def test_a_value_that_changed_on_both_sides_is_chosen_by_a_person(cast, unit_client, balls):
    data = filled(downloaded(unit_client), value="7")
    save(cast, {balls.pk: Figure(Decimal(5))})
    page = upload(unit_client, data, "reports")
    assert counts(page)["conflict"] == 1
    change = next(each for each in page.context["preview"].changes if each.options)
    assert [option.value for option in change.options] == ["file", "here"]
    page = choose(unit_client, page, **{f"text:{change.key}": "file"})
    confirm(unit_client, page)
    assert reported()["新建足球场"][0] == 7
    assert mine(cast).text == TEXT, "the text of the system stays"


def test_what_was_handed_in_takes_no_value(cast, unit_client, balls):
    data = filled(downloaded(unit_client), value="7")
    builders.submit(mine(cast), cast.reporter)
    page = upload(unit_client, data, "reports")
    assert "不能直接修改" in page.content.decode()
    assert counts(page)["conflict"] == 1


def test_another_unit_s_row_is_not_taken(cast, unit_client, as_user, balls):
    data = filled(downloaded(unit_client), value="7")
    page = upload(as_user(cast.other), data, "reports")
    assert "本单位本季度的系统编号" in problems(page)


def test_the_office_sees_no_number_of_a_draft(cast, as_user, balls):
    save(cast, {balls.pk: Figure(Decimal(4711))})
    data = as_user(cast.office).get("/periods/workbooks.zip").getvalue()
    with ZipFile(io.BytesIO(data)) as archive:
        book = load_workbook(io.BytesIO(archive.read(archive.namelist()[0])))
    row = {head.value: cell.value for head, cell in zip(*book["指标"][3:4], strict=True)}
    assert row["本季度数值"] in (None, "")
    assert row["指标名称"] == "新建足球场"


def test_the_statements_of_a_workbook_do_not_grow_with_its_indicators(
    cast, as_user, balls, django_assert_num_queries
):
    period = Period.objects.select_related("plan").get(pk=cast.period.pk)
    for number in range(2):
        with django_assert_num_queries(STATEMENTS):
            rows = unit_rows(period, cast.office)
        assert sum(len(each.values) for own in rows.values() for each in own) == 1 + 3 * number
        for item in cast.items:
            builders.measure(item, cast.office, name=f"停车场{number}")


def test_rows_of_an_older_file_among_a_newer_ones_are_as_old(cast, unit_client, balls):
    old = load_workbook(io.BytesIO(filled(downloaded(unit_client), value="7")))["指标"]
    save(cast, {balls.pk: Figure(Decimal(5))})
    new = load_workbook(io.BytesIO(downloaded(unit_client)))
    for cell in old[4]:
        new["指标"][cell.coordinate].value = cell.value
    page = upload(unit_client, files.saved(new), "reports")
    assert counts(page)["conflict"] == 1
