"""Indicators by the plan's workbook: the sheet 指标 in, out again, refused by place, undone."""

import io
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook

from targets import actions
from targets.models import Event, Import, Indicator, IndicatorValue, Item
from tests import builders
from tests import importing_files as files
from tests.importing_files import confirm, counts, upload
from tests.reading import read_page

PLAN_HEADS = ("序号", "目标名称", "事项序号", "工作标准", "牵头单位")
HEADS = (
    "目标序号", "事项序号", "指标名称", "类型", "比较方式", "目标值", "区间上限", "计量单位",
    "到期季度", "序时进度", "自定进度", "填报单位", "口径说明",
)  # fmt: skip
BALLS = (1, 1, "新建足球场", "累计", "不低于", "15", None, "块", None, None, None, None, None)
FALL = (1, 1, "能耗下降", "增速", "不低于", "3", None, "%", None, None, None, None, "规上工业")
CURVE = (
    1, 2, "完成投资", "累计", None, "5", None, "亿元", None, "自定进度", "10、60、80、100", "单位2",
    None,
)  # fmt: skip
RATE = (1, 2, "利用率", "比率", "区间", "80", "85", "%", None, "年终认定", None, None, None)
STEP = (1, 2, "主体封顶", "节点", None, None, None, None, "第三季度", None, None, None, None)
ROWS = (BALLS, FALL, CURVE, RATE, STEP)


def book(*rows: tuple, heads: tuple = HEADS, plan: tuple = ()) -> bytes:
    made = Workbook()
    made.active.title = "年度任务"
    made.active.append(PLAN_HEADS)
    for row in plan:
        made.active.append(row)
    sheet = made.create_sheet("指标")
    sheet.append(heads)
    for row in rows:
        sheet.append(row)
    return files.saved(made)


@pytest.fixture
def office(cast, as_user):
    cast.items[0].standard = "新建足球场15块，能耗下降3%以上。"
    cast.items[0].save()
    return as_user(cast.office)


def send(office, cast, data: bytes):
    return upload(office, data, "plan", year=cast.plan.year)


def test_a_plan_and_what_it_promises_come_in_by_one_workbook(cast, as_user):
    office = as_user(cast.office)
    plan = (
        (1, "做强产业", 1, "新建足球场15块，能耗下降3%以上。", "单位1"),
        (1, "做强产业", 2, "完成投资5亿元。", "单位1、单位2"),
    )
    page = upload(office, book(*ROWS, plan=plan), "plan", year=2031)
    assert counts(page) == {"new": 9, "changed": 0, "conflict": 0, "unchanged": 0, "problems": 0}
    assert not Indicator.objects.exists(), "a preview writes nothing"
    confirm(office, page)
    told = [
        (each.name, each.target_text, each.get_pace_display()) for each in Indicator.objects.all()
    ]
    assert told == [
        ("新建足球场", "15块", "按月均衡"),
        ("能耗下降", "下降3%以上", "全程对照全年目标"),
        ("完成投资", "5亿元", "自定进度"),
        ("利用率", "80—85%", "年终认定"),
        ("主体封顶", "第三季度", "全程对照全年目标"),
    ]
    investment = Indicator.objects.get(name="完成投资")
    assert (investment.unit, investment.curve) == (cast.units[1], [10, 60, 80, 100])
    # What the words promise is decided: it is not proposed once more.
    assert Indicator.objects.get(name="新建足球场").source_words == "新建足球场15块"
    assert "没有待定的指标" in office.get("/plans/2031/proposals/").content.decode()
    office.post(f"/imports/{Import.objects.get().pk}/undo/")
    assert not Indicator.objects.exists()


def test_what_was_taken_out_comes_in_without_a_difference(cast, office):
    confirm(office, send(office, cast, book(*ROWS)))
    data = office.get(f"/plans/{cast.plan.year}/plan.xlsx").getvalue()
    page = send(office, cast, data)
    found = counts(page)
    assert (found["new"], found["changed"], found["problems"]) == (0, 0, 0)
    assert "文件与系统中的内容一致" in page.content.decode()
    # So does the list of indicators with their values, whose numbers are numbers.
    listed = office.get(f"/items/indicators.xlsx?period={cast.period.code}").getvalue()
    found = counts(send(office, cast, listed))
    assert (found["new"], found["changed"], found["problems"]) == (0, 0, 0)
    sheet = load_workbook(io.BytesIO(data))["指标"]
    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:6] == ["目标序号", "事项序号", "指标名称", "类型", "比较方式", "目标值"]
    assert rows[2][3:9] == ["增速", "不低于", "3", "", "%", ""], "a fall as people type it"


def test_a_changed_row_is_told_and_put_in_the_old_ones_place(cast, office):
    confirm(office, send(office, cast, book(*ROWS)))
    balls = Indicator.objects.get(name="新建足球场")
    actions.enter_value(
        entry=builders.entry_of(cast.period, cast.items[0]), indicator=balls,
        figure=actions.Figure(Decimal(3)), reason="补", by=cast.office,
    )  # fmt: skip
    changed = (*BALLS[:5], "20", *BALLS[6:12], "含改建")
    page = send(office, cast, book(changed, FALL))
    assert counts(page)["changed"] == 1
    text = page.content.decode()
    assert "系统中另有3项指标不在文件中，保持不变" in text
    assert "<del>15</del> → <ins>20</ins>" in text
    confirm(office, page)
    balls.refresh_from_db()
    new = Indicator.objects.live().get(name="新建足球场")
    assert (balls.state, new.target, new.note) == ("ended", 20, "含改建")
    assert IndicatorValue.objects.get().indicator == new
    assert Event.objects.filter(verb="change", reason__startswith="导入文件").exists()
    office.post(f"/imports/{Import.objects.latest('pk').pk}/undo/")
    assert IndicatorValue.objects.get().indicator == balls
    assert Indicator.objects.live().get(name="新建足球场").target == 15


def enter(cast, indicator: Indicator, value: str) -> None:
    actions.enter_value(
        entry=builders.entry_of(cast.period, cast.items[0]), indicator=indicator,
        figure=actions.Figure(Decimal(value)), reason="补", by=cast.office,
    )  # fmt: skip


def test_another_measure_is_told_with_the_values_that_it_leaves_behind(cast, office):
    """Three football fields are not three square metres: the value stays where it was said."""
    confirm(office, send(office, cast, book(BALLS, FALL)))
    balls = Indicator.objects.get(name="新建足球场")
    enter(cast, balls, "3")
    changed = with_cell(with_cell(BALLS, 5, "2000"), 7, "平方米")
    page = send(office, cast, book(changed, FALL))
    told = (
        "类型或计量单位改动后，已有的数值（2030年第一季度3块）留在原指标，不再计算进度，"
        "请按新的指标重新录入；单位填了、还没有核定的数值须重新填写。"
    )
    assert page.content.decode().count(told) == 1
    confirm(office, page)
    assert IndicatorValue.objects.get().indicator == balls
    item = cast.items[0]
    text = read_page(office.get(f"/items/{item.pk}/").content.decode()).text
    shown, _sep, trail = text.partition("操作记录")
    assert "2000平方米" in shown
    assert "3块" not in shown, "what is measured no longer is not shown as if it were"
    assert "3块" in trail
    text = read_page(office.get(f"/items/{item.pk}/indicators/").content.decode()).text
    assert "不再计算进度的数值：2030年第一季度3块" in text
    # The page of a single indicator says so before anything is changed there.
    live = Indicator.objects.live().get(name="新建足球场")
    enter(cast, live, "500")
    for verb in ("change", "end"):
        page = office.get(f"/indicators/{live.pk}/{verb}/").content.decode()
        assert "已有的数值（2030年第一季度500平方米）" in page, verb


def test_a_number_alone_takes_its_values_along_without_a_word(cast, office):
    confirm(office, send(office, cast, book(BALLS)))
    enter(cast, Indicator.objects.get(), "3")
    page = send(office, cast, book(with_cell(BALLS, 5, "20")))
    assert "留在原指标" not in page.content.decode()


def with_cell(row: tuple, place: int, value: object) -> tuple:
    return (*row[:place], value, *row[place + 1 :])


# A row, its column, what is found there, what to do.
WRONG = [
    (with_cell(BALLS, 3, "总量"), "D列", "总量", "“类型”只能填：累计、现值、比率、增速"),
    (with_cell(BALLS, 4, "大概"), "E列", "大概", "“比较方式”只能填"),
    (with_cell(BALLS, 5, "十五"), "F列", "十五", "请只填数字"),
    (with_cell(BALLS, 5, "1e5"), "F列", "1e5", "请只填数字"),
    (with_cell(BALLS, 5, "3万"), "F列", "3万", "按“块”换算后填写"),
    (with_cell(BALLS, 5, "-5"), "F列", "-5", "累计数，目标值不能小于0"),
    (with_cell(BALLS, 5, "1" * 20), "F列", "1" * 20, "最多15位有效数字"),
    (with_cell(BALLS, 5, None), "F列", "（空）", "的目标值和计量单位"),
    (with_cell(FALL, 5, 0.03), "F列", "0.03（单元格是数字）", "填百分号前面的数字"),
    (with_cell(FALL, 5, "-3"), "F列", "-3", "不写负号"),
    (with_cell(BALLS, 6, "20"), "F列", "15", "不是区间，请不要填写上限"),
    (with_cell(BALLS, 8, "第二季度"), "I列", "第二季度", "只有节点填到期季度"),
    (with_cell(BALLS, 9, "随意"), "J列", "随意", "“序时进度”只能填"),
    (with_cell(CURVE, 10, "60、10、80、100"), "F列", "5", "逐季不减"),
    (with_cell(CURVE, 10, "一半"), "K列", "一半", "请写四个百分比"),
    (with_cell(BALLS, 11, "单位3"), "L列", "单位3", "填报单位须是该事项的牵头单位（单位1）"),
    (with_cell(BALLS, 12, "长" * 201), "M列", "201字", "请缩短口径说明"),
    (with_cell(BALLS, 7, "块" * 21), "H列", "21字", "请缩短计量单位"),
    (with_cell(with_cell(FALL, 7, "％"), 5, 0.03), "F列", "0.03（单元格是数字）", "百分号前面"),
    (with_cell(STEP, 5, "1"), "F列", "1", "节点是一个步骤"),
    (with_cell(STEP, 8, None), "F列", "（空）", "选择到期季度"),
    (with_cell(BALLS, 1, 77), "B列", "1（77）", "年度任务中没有这个事项"),
    (with_cell(BALLS, 0, None), "A列", "（空）", "请填写目标序号"),
    (with_cell(BALLS, 2, None), "C列", "（空）", "请填写指标名称"),
]  # fmt: skip


def test_what_is_not_understood_is_refused_by_its_place(cast, office):
    rows = [
        row if row[2] is None else with_cell(row, 2, f"{row[2]}{number}")
        for number, (row, *_told) in enumerate(WRONG)
    ]
    page = send(office, cast, book(*rows))
    assert "确认导入" not in page.content.decode()
    problems = page.context["preview"].problems
    for number, (problem, (_row, where, found, todo)) in enumerate(
        zip(problems, WRONG, strict=True), start=2
    ):
        assert (str(problem.place), problem.found) == (f"指标 第{number}行{where}", found)
        assert todo in problem.todo


def test_a_name_that_is_too_long_is_refused_in_its_own_cell(cast, office):
    page = send(office, cast, book(with_cell(BALLS, 2, "长" * 101)))
    (problem,) = page.context["preview"].problems
    assert (str(problem.place), problem.found) == ("指标 第2行C列", "101字")


def test_a_measure_of_wide_signs_is_the_same_measure(cast, office):
    wide = (with_cell(RATE, 7, "％"), with_cell(CURVE, 7, "人（次）"))
    confirm(office, send(office, cast, book(*wide)))
    assert sorted(each.measure for each in Indicator.objects.all()) == ["%", "人(次)"]
    page = send(office, cast, book(*wide))
    assert counts(page) == {"new": 0, "changed": 0, "conflict": 0, "unchanged": 2, "problems": 0}


def test_a_range_of_falls_may_begin_at_none(cast, office):
    fall = (*FALL[:4], "区间", "0", "5", *FALL[7:])
    confirm(office, send(office, cast, book(fall)))
    indicator = Indicator.objects.get()
    assert (indicator.target, indicator.target_high) == (-5, 0)
    assert indicator.target_text == "下降0—5%"
    assert counts(send(office, cast, book(fall)))["unchanged"] == 1


def test_a_name_that_stands_twice_is_refused(cast, office):
    text = send(office, cast, book(BALLS, BALLS)).content.decode()
    assert "同一事项中的指标不能重名" in text


def test_a_name_that_is_no_units_is_asked(cast, office):
    text = send(office, cast, book(with_cell(BALLS, 11, "无名局"))).content.decode()
    assert "无名局" in text
    assert "确认导入" not in text


@pytest.mark.parametrize("typed", ["１，０００", "1,000", "1000", 1000])
def test_a_number_is_read_as_people_type_it(cast, office, typed):
    confirm(office, send(office, cast, book(with_cell(BALLS, 5, typed))))
    assert Indicator.objects.get().target == 1000


def test_an_adjusted_standard_ends_what_was_read_and_the_sheet_measures_it_anew(cast, office):
    confirm(office, send(office, cast, book(BALLS)))
    item = cast.items[0]
    plan = ((1, item.goal.name, 1, "新建足球场20块。", "单位1"),)
    rows = (with_cell(BALLS, 5, "20"),)
    page = send(office, cast, book(*rows, plan=plan))
    assert counts(page)["new"] == 1
    confirm(office, page)
    ended, live = Indicator.objects.order_by("pk")
    assert (ended.state, live.target, live.source_words) == ("ended", 20, "新建足球场20块")


def test_other_words_say_which_indicators_and_values_end_with_them(cast, office):
    confirm(office, send(office, cast, book(BALLS, FALL)))
    item = cast.items[0]
    enter(cast, Indicator.objects.get(name="新建足球场"), "3")
    told = (
        "工作标准的文字改动后，读自原文的指标（新建足球场、能耗下降）随之终止，须重新确定；"
        "已有的数值（新建足球场2030年第一季度3块）留在原指标，不再计算进度，须重新录入。"
    )
    plan = ((1, item.goal.name, 1, "新建足球场20块。", "单位1"),)
    assert told in send(office, cast, book(plan=plan)).content.decode()
    assert told in office.get(f"/items/{item.pk}/adjust/").content.decode()
    plan = ((1, item.goal.name, 1, item.standard, "单位1"),)
    assert "随之终止" not in send(office, cast, book(plan=plan)).content.decode()
    other = office.get(f"/items/{cast.items[1].pk}/adjust/").content.decode()
    assert "随之终止" not in other, "an item that is measured by nothing"


def test_undone_an_adjusted_standard_is_measured_as_before(cast, as_user):
    office = as_user(cast.office)
    words = "新建足球场15块，能耗下降3%以上，植树10株。"
    plan = ((1, "做强产业", 1, words, "单位1"),)
    confirm(office, upload(office, book(BALLS, FALL, plan=plan), "plan", year=2031))
    item = Item.objects.get(goal__plan__year=2031)
    trees = actions.Promised(
        name="植树", kind="cumulative", measure="株", target=Decimal(10),
        source_start=words.index("植"), source_end=words.index("。"),
    )  # fmt: skip
    refused = actions.Decision(item, trees, is_accepted=False)
    actions.decide_proposals(plan=item.goal.plan, decisions=[refused], by=cast.office)
    before = list(Indicator.objects.order_by("pk").values())
    plan = ((1, "做强产业", 1, "新建足球场20块。", "单位1"),)
    rows = (with_cell(BALLS, 5, "20"),)
    confirm(office, upload(office, book(*rows, plan=plan), "plan", year=2031))
    assert Indicator.objects.live().get().target == 20
    office.post(f"/imports/{Import.objects.latest('pk').pk}/undo/")
    assert list(Indicator.objects.order_by("pk").values()) == before
    told = Event.objects.filter(verb="undo", reason__startswith="撤销导入", new__name="能耗下降")
    assert told.get().new["target"] == "下降3%以上"


def test_a_thousand_rows_ask_no_more_than_one(cast, office, django_assert_max_num_queries):
    rows = [with_cell(BALLS, 2, f"指标{number}") for number in range(300)]
    one = send(office, cast, book(rows[0]))
    assert counts(one)["new"] == 1
    with django_assert_max_num_queries(60):
        assert counts(send(office, cast, book(*rows)))["new"] == 300
