"""The pages of promises as numbers: proposed, reported, reviewed, supplemented, shown."""

import html
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.figures.quarter import build_figures
from reports.figures.sentence import pace_paragraphs
from targets import actions
from targets.choices import Light
from targets.models import (
    Entry,
    Indicator,
    IndicatorValue,
    Item,
    Period,
    Report,
    ReportedValue,
    User,
)
from targets.questions.measures import indicators_in, value_text
from tests import builders


def words(answer) -> str:
    """Return an answer's words as a reader sees them, without markup and blanks."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", "", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", "", html.unescape(text))


@pytest.fixture
def promised(cast) -> Item:
    item = cast.items[0]
    item.standard = "新建社区足球场15块、停车场3处。"
    item.save()
    return item


def test_a_goals_proposals_are_shown_with_their_words_and_store_nothing(cast, as_user, promised):
    page = as_user(cast.office).get(f"/plans/{cast.plan.year}/proposals/").content.decode()
    assert '<mark class="read read--open">新建社区足球场15块<sup>1</sup></mark>' in page
    assert not Indicator.objects.exists()


def decide(cast, item: Item, **changes: str) -> dict[str, str]:
    """Return the fast list's form as it stands, with changes by field."""
    rows = {
        f"i{item.pk}-0-10": ("新建社区足球场", "15", "块"),
        f"i{item.pk}-11-16": ("新建停车场", "3", "处"),
    }
    form = {"goal": str(cast.goal.number)}
    for prefix, (name, target, measure) in rows.items():
        form |= {
            f"{prefix}-decision": "accept",
            f"{prefix}-name": name,
            f"{prefix}-kind": "cumulative",
            f"{prefix}-comparison": "at_least",
            f"{prefix}-target": target,
            f"{prefix}-measure": measure,
        }
    return {**form, **{f"i{item.pk}-{name}": value for name, value in changes.items()}}


def test_a_goal_is_decided_in_one_act_and_not_proposed_again(cast, as_user, promised):
    office = as_user(cast.office)
    form = decide(cast, promised, **{"0-10-target": "16", "11-16-decision": "refuse"})
    url = f"/plans/{cast.plan.year}/proposals/"
    assert office.post(f"{url}decide/", form).status_code == 302
    accepted, refused = Indicator.objects.order_by("pk")
    assert (accepted.target, accepted.source_words) == (16, "新建社区足球场15块")
    assert (refused.state, refused.name) == ("refused", "新建停车场")
    assert "没有待定的指标" in office.get(url).content.decode()
    office.post(f"{url}decide/", form)
    assert Indicator.objects.count() == 2
    history = as_user(cast.reporter).get(f"/items/{refused.item_id}/").content.decode()
    assert "<h3>采用指标</h3>" in history
    assert "<h3>不采用指标</h3>" in history, "a verb of its own: to refuse is said of more time"


def test_one_wrong_number_decides_nothing(cast, as_user, promised):
    form = decide(cast, promised, **{"0-10-target": "十五"})
    page = as_user(cast.office).post(f"/plans/{cast.plan.year}/proposals/decide/", form)
    assert "请只填数字" in page.content.decode()
    assert not Indicator.objects.exists()


def test_what_is_left_for_later_stays_proposed(cast, as_user, promised):
    form = decide(cast, promised, **{"0-10-decision": "", "11-16-decision": ""})
    as_user(cast.office).post(f"/plans/{cast.plan.year}/proposals/decide/", form)
    assert not Indicator.objects.exists()


def contribution_of(cast):
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


def test_a_unit_reports_its_values_with_its_text(cast, as_user, promised):
    indicator = builders.measure(promised, cast.office)
    mine = contribution_of(cast)
    form = {
        "version": mine.version,
        "text": "新建足球场5块。",
        "then": "submit",
        f"value_{indicator.pk}": "１，０００.5",
        f"as_of_{indicator.pk}": "2030-03-15",
        f"estimate_{indicator.pk}": "1",
    }
    assert as_user(cast.reporter).post(mine.get_absolute_url(), form).status_code == 302
    value = ReportedValue.objects.get()
    assert (value.value, str(value.as_of), value.is_estimate) == (
        Decimal("1000.5"),
        "2030-03-15",
        True,
    )


def test_the_form_says_what_is_due_and_how_a_kept_value_stands(cast, as_user, promised):
    indicator = builders.measure(promised, cast.office)
    mine = contribution_of(cast)
    browser = as_user(cast.reporter)
    text = words(browser.get(mine.get_absolute_url()))
    assert "目标20块，本季度末应达5块" in text
    assert "，实际" not in text
    form = {"version": mine.version, "text": "新建足球场3块。", f"value_{indicator.pk}": "3"}
    browser.post(mine.get_absolute_url(), {**form, "then": "save"})
    text = words(browser.get(mine.get_absolute_url()))
    assert "欠进度应达5块，实际3块" in text.replace(" ", "")
    mine.refresh_from_db()
    form = {**form, "version": mine.version, f"value_{indicator.pk}": "3000"}
    browser.post(mine.get_absolute_url(), {**form, "then": "save"})
    text = words(browser.get(mine.get_absolute_url()))
    assert "请留意：超过目标的100倍，请核对计量单位（块）" in text
    assert ReportedValue.objects.get().value == 3000, "pointed out, never blocked"


@pytest.mark.parametrize("done", ["1", "0"])
def test_a_step_that_is_kept_is_shown_and_stays_when_the_form_is_saved_again(cast, as_user, done):
    promised = actions.Promised(name="开工", kind="milestone", due_quarter=1)
    step = actions.accept_indicator(item=cast.items[0], promised=promised, by=cast.office)
    mine, browser = contribution_of(cast), as_user(cast.reporter)
    form = {"version": mine.version, "text": "甲", f"value_{step.pk}": done, "then": "save"}
    browser.post(mine.get_absolute_url(), form)
    page = browser.get(mine.get_absolute_url())
    assert f'<option value="{done}" selected>' in page.content.decode()
    mine.refresh_from_db()
    shown = page.context["form"][f"value_{step.pk}"].value()
    form |= {"version": mine.version, "then": "submit", f"value_{step.pk}": shown}
    browser.post(mine.get_absolute_url(), form)
    assert ReportedValue.objects.get().value == Decimal(done)
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office)
    entry = builders.entry_of(cast.period, cast.items[0])
    office = as_user(cast.office).get(f"/entries/{entry.pk}/values/{step.pk}/enter/")
    assert f'<option value="{done}" selected>' in office.content.decode()


def test_the_text_proposes_values_that_the_unit_takes_with_a_click(cast, as_user, promised):
    indicator = builders.measure(promised, cast.office)
    mine = contribution_of(cast)
    browser = as_user(cast.reporter)
    form = {"version": mine.version, "text": "预计新建足球场5块。", f"value_{indicator.pk}": ""}
    browser.post(mine.get_absolute_url(), form)
    page = browser.get(mine.get_absolute_url()).content.decode()
    assert "文中为5块（预计）" in page
    assert not ReportedValue.objects.exists(), "proposed, never taken"
    mine.refresh_from_db()
    form |= {"version": mine.version, "take": str(indicator.pk)}
    assert browser.post(mine.get_absolute_url(), form).status_code == 302
    value = ReportedValue.objects.get()
    assert (value.value, value.is_estimate) == (5, True)
    assert "与文中一致" in browser.get(mine.get_absolute_url()).content.decode()


def test_an_automatic_save_keeps_the_words_where_a_number_is_half_typed(cast, as_user, promised):
    indicator = builders.measure(promised, cast.office)
    mine = contribution_of(cast)
    form = {"version": mine.version, "text": "还在写。", f"value_{indicator.pk}": "-"}
    answer = as_user(cast.reporter).post(
        mine.get_absolute_url(), form, headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json()["message"]) == (
        200,
        "有的数值没有填完整，改正后才会保存",
    )
    mine.refresh_from_db()
    assert mine.text == "还在写。"


def test_an_automatic_save_tells_what_the_text_says_by_then(cast, as_user, promised):
    indicator = builders.measure(promised, cast.office)
    mine = contribution_of(cast)
    form = {"version": mine.version, "text": "<b>新建足球场5块。", f"value_{indicator.pk}": ""}
    answer = as_user(cast.reporter).post(
        mine.get_absolute_url(), form, headers={"Accept": "application/json"}
    )
    told = answer.json()["notes"][str(indicator.pk)]
    assert "文中为5块" in told
    assert "<b>" not in told
    assert not ReportedValue.objects.exists(), "proposed, never taken"


def test_a_form_without_the_values_leaves_them(cast, as_user, promised):
    indicator = builders.measure(promised, cast.office)
    mine = contribution_of(cast)
    browser = as_user(cast.reporter)
    form = {"version": mine.version, "text": "一。", f"value_{indicator.pk}": "5"}
    browser.post(mine.get_absolute_url(), form)
    mine.refresh_from_db()
    browser.post(mine.get_absolute_url(), {"version": mine.version, "text": "二。"})
    assert ReportedValue.objects.get().value == 5


def test_the_review_desk_shows_what_differs_and_approving_adopts(cast, as_user, promised):
    indicator = builders.measure(promised, cast.office)
    mine = contribution_of(cast)
    actions.submit_contribution(
        contribution=mine,
        version=mine.version,
        report=Report("新建足球场5块。"),
        figures={indicator.pk: actions.Figure(Decimal(6))},
        by=cast.reporter,
    )
    entry = builders.entry_of(cast.period, promised)
    page = words(as_user(cast.office).get(f"/entries/{entry.pk}/review/"))
    assert "与报送不一致" in page
    builders.approve(entry, cast.office)
    assert IndicatorValue.objects.get().value == 6


def test_another_units_draft_numbers_are_nowhere(cast, as_user):
    """Item (2) is led by 单位1 and 单位2: a draft's number is its unit's alone."""
    indicator = builders.measure(cast.items[1], cast.office)
    mine = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    actions.save_contribution(
        contribution=mine,
        version=mine.version,
        report=Report("草稿"),
        figures={indicator.pk: actions.Figure(Decimal("4711.25"))},
        by=cast.reporter,
    )
    entry = builders.entry_of(cast.period, cast.items[1])
    theirs = builders.contribution_of(cast.period, cast.items[1], cast.units[1])
    for user, url in (
        (cast.office, f"/entries/{entry.pk}/review/"),
        (cast.office, cast.items[1].get_absolute_url()),
        (cast.co_lead, theirs.get_absolute_url()),
        (cast.leader, cast.items[1].get_absolute_url()),
        (cast.office, "/trail/"),
    ):
        assert "4711" not in as_user(user).get(url).content.decode(), url


FALL = {
    "name": "单位GDP能耗下降", "kind": "growth", "comparison": "at_least", "target": "3",
    "measure": "%",
}  # fmt: skip


def test_a_promised_fall_reads_as_people_say_it_from_form_to_review(cast, as_user):
    """It is kept as a growth of at most −3, and nobody has to know."""
    item, office = cast.items[0], as_user(cast.office)
    office.post(f"/items/{item.pk}/indicators/accept/", FALL)
    fall = Indicator.objects.get()
    assert (fall.comparison, fall.target) == ("at_most", -3)
    assert "单位GDP能耗下降增速下降3%以上" in words(office.get(f"/items/{item.pk}/indicators/"))
    change = office.get(f"/indicators/{fall.pk}/change/").content.decode()
    assert 'name="target" value="3"' in change
    assert '<option value="at_least" selected>' in change
    answer = office.post(f"/indicators/{fall.pk}/change/", {**FALL, "reason": "核对"})
    assert "内容没有变化" in words(answer)
    mine, unit = contribution_of(cast), as_user(cast.reporter)
    assert "目标下降3%以上，下降填负数" in words(unit.get(mine.get_absolute_url()))
    form = {"version": mine.version, "text": "能耗同比降2.1%。", f"value_{fall.pk}": "2.1"}
    unit.post(mine.get_absolute_url(), form)
    text = words(unit.get(mine.get_absolute_url()))
    assert "要求的是下降，填的是增长2.1%" in text
    mine.refresh_from_db()
    form |= {"version": mine.version, f"value_{fall.pk}": "-2.1", "then": "submit"}
    unit.post(mine.get_absolute_url(), form)
    entry = builders.entry_of(cast.period, item)
    text = words(office.get(f"/entries/{entry.pk}/review/"))
    assert "应下降3%以上，实际下降2.1%" in text
    builders.approve(entry, cast.office)
    page = words(as_user(cast.leader).get(item.get_absolute_url()))
    assert "下降2.1%/下降3%以上" in page
    assert "应下降3%以上，实际下降2.1%" in page


def test_a_fall_that_is_said_twice_is_asked_about(cast, as_user):
    """不低于−3 of a fall is 下降3%以上 to one and 下降不超过3% to another; 不高于−3 is clear."""
    item, office = cast.items[0], as_user(cast.office)
    url = f"/items/{item.pk}/indicators/accept/"
    answer = office.post(url, {**FALL, "target": "－3"})
    assert "不写负号：下降3以上的选“不低于”，填3" in words(answer)
    assert not Indicator.objects.exists()
    office.post(url, {**FALL, "target": "-3", "comparison": "at_most"})
    assert Indicator.objects.get().target_text == "下降3%以上"


@pytest.mark.parametrize(
    ("changes", "todo"),
    [
        ({"target": "3"}, "是节点，没有目标值"),
        ({"measure": "%"}, "是节点，没有目标值"),
        ({"curve": "10、60、80、100"}, "是节点，没有目标值"),
        ({"kind": "cumulative", "target": "3", "measure": "个"}, "请不要选到期季度"),
    ],
)
def test_what_a_kind_has_no_use_for_is_not_dropped_unsaid(cast, as_user, changes, todo):
    form = {"name": "厂房封顶", "kind": "milestone", "due_quarter": "2", "pace": "full"}
    item, office = cast.items[0], as_user(cast.office)
    answer = office.post(f"/items/{item.pk}/indicators/accept/", form | changes)
    assert todo in words(answer)
    assert not Indicator.objects.exists()
    assert office.post(f"/items/{item.pk}/indicators/accept/", form).status_code == 302
    assert Indicator.objects.get().is_milestone


def test_a_mistyped_number_is_far_from_its_target_and_no_fault(cast, as_user, promised):
    indicator = builders.measure(promised, cast.office, target=Decimal("0.00000001"))
    entry, office = builders.entry_of(cast.period, promised), as_user(cast.office)
    form = {"value": "999999999999999", "reason": "录入"}
    url = f"/entries/{entry.pk}/values/{indicator.pk}/enter/"
    assert office.post(url, form).status_code == 302
    entry.refresh_from_db()
    assert (entry.light, entry.distance) == (Light.MET, Decimal(10) ** 15)
    assert as_user(cast.leader).get("/dashboard/").status_code == 200


def test_the_item_page_shows_parts_marks_and_arithmetic(real_plan, as_user):
    item = Item.objects.get(goal__number=12, number=10)
    page = as_user(User.objects.get(username="leader")).get(item.get_absolute_url())
    text = words(page)
    for each in ("6089亩/2000亩", "304.5%", "234.8万株/100万株", "30公顷/60公顷", "1500亩/2500亩"):
        assert each in text
    assert '<mark class="read">6089亩<sup>1</sup></mark>' in page.content.decode()
    assert "应达25%，实际304.5%" in text


REAL = {
    "1（3）": (Light.BEHIND, "应达10%，实际−87%"),
    "5（2）": (Light.BEHIND, "工业投资增长：应达15%，实际−91.2%"),
    "12（10）": (Light.AHEAD, "新建城市绿地：应达25%，实际50%"),
    "10（9）": (Light.MET, "应达85%，实际89%"),
    "8（2）": (Light.AHEAD, "新开工亿元以上项目：应达5个，实际10个"),
    "17（1）": (Light.BEHIND, "新增再就业：应达25%，实际14.5%"),
    "19（3）": (Light.MET, "年底前完成3个，实际3个"),
}


def test_the_real_first_quarter_has_the_lights_that_a_reader_gives_it(real_plan):
    entries = Period.objects.get(number=1).entries.select_related("item__goal")
    found = {str(each.item): (each.light, each.light_words) for each in entries}
    assert {name: found[name] for name in REAL} == REAL
    values = IndicatorValue.objects.filter(indicator__item__goal__number=17)
    numbers = {each.indicator.name: each.value for each in values.select_related("indicator")}
    assert numbers["新增城镇就业"] == Decimal("0.1792")
    assert numbers["新增再就业"] == 261
    assert all(each.origin == "past" for each in values)


PARTS = {
    (12, 10): [
        ("6089亩", "2000亩", Light.MET),
        ("234.8万株", "100万株", Light.MET),
        ("30公顷", "60公顷", Light.AHEAD),
        ("1500亩", "2500亩", Light.AHEAD),
    ],
    (10, 9): [("89%", "85%", Light.MET)],
    (8, 2): [
        ("", "1500亿元", Light.NO_DATA),
        ("10个", "20个", Light.AHEAD),
        ("189.5亿元", "180亿元", Light.MET),
    ],
    (17, 1): [("0.1792万人", "1.1万人", Light.BEHIND), ("261人", "1800人", Light.BEHIND)],
    (19, 3): [("3个", "3个", Light.MET)],
}


def test_the_parts_of_the_real_first_quarter_are_judged_one_by_one(real_plan):
    """What is met is met by itself; its item only when every part is."""
    found = indicators_in(Period.objects.get(number=1))
    for (goal, number), parts in PARTS.items():
        item = Item.objects.get(goal__number=goal, number=number)
        told = [
            (value_text(each.indicator, each.value), each.indicator.target_text, each.verdict.light)
            for each in found[item.pk]
        ]
        assert told == parts, (goal, number)
        light = Entry.objects.get(item=item, period__number=1).light
        assert (light == Light.MET) is all(each[2] == Light.MET for each in parts)


def test_a_circular_says_by_pace_who_is_behind_the_farthest_first(real_plan):
    period = Period.objects.select_related("plan__district").get(number=1)
    counted, behind = pace_paragraphs(build_figures(period))
    assert counted == (
        "按序时进度衡量，设有量化指标的41项责任事项中，欠进度10项、占24%，达进度1项、占3%，超进度4项、占10%，"
        "已达标3项、占7%，无数据23项、占56%。"
    )
    tenths, _ = pace_paragraphs(build_figures(period), has_tenths=True)
    assert re.findall(r"占([0-9.]+)%", tenths) == ["24.4", "2.4", "9.8", "7.3", "56.1"]
    assert behind.startswith(
        "欠进度的事项有：区发改局：1（3）项（应达10%，实际−87%）；区科经局：5（2）项"
    )
    assert "区住建局：目标7（完成商品房销售：应达25%，实际2.4%）" in behind


def test_the_list_is_filtered_and_sorted_by_light(real_plan, as_user):
    browser = as_user(User.objects.get(username="leader"))
    url = "/items/?period=2020Q1&sort=pace"
    page = browser.get(url)
    text = words(page)
    assert text.index("全社会固定资产投资增长") < text.index("全力打好工业投资")
    behind = words(browser.get("/items/?period=2020Q1&light=behind"))
    assert "共10项" in behind
    assert "社会消费品零售总额" not in behind


def test_a_closed_quarter_takes_values_once_on_its_page(cast, as_user, promised):
    for item in cast.items:
        builders.approve(builders.entry_of(cast.period, item), cast.office, text="新建足球场5块。")
    actions.close_period(period=cast.period, by=cast.office)
    indicator = builders.measure(promised, cast.office)
    office = as_user(cast.office)
    url = f"/periods/{cast.period.pk}/supplement-values/"
    page = office.get(url).content.decode()
    assert 'value="5"' in page, "read from the approved text"
    assert "“新建足球场5块”" in page, "with the sentence that it was read from"
    assert not IndicatorValue.objects.exists()
    assert 'button--danger" type="submit">补录' in page, "it is for good"
    form = {f"v{indicator.pk}-value": "5", "reason": "补录"}
    assert office.post(url, form).status_code == 302
    assert IndicatorValue.objects.get().value == 5
    done = office.get(url).content.decode()
    assert "不需要补录" in done
    assert "该季度关闭时还没有指标" not in done, "no invitation to what is over"


def test_pages_take_the_same_statements_with_one_indicator_and_with_eight(cast, as_user):
    mine = contribution_of(cast)
    entry = builders.entry_of(cast.period, cast.items[0])
    pages = [
        (cast.reporter, mine.get_absolute_url()),
        (cast.office, f"/entries/{entry.pk}/review/"),
        (cast.leader, cast.items[0].get_absolute_url()),
        (cast.office, f"/plans/{cast.plan.year}/proposals/"),
        (cast.office, f"/items/?period={cast.period.code}"),
    ]

    def statements() -> list[int]:
        numbers = []
        for user, url in pages:
            browser = as_user(user)
            browser.get(url)
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(url).status_code == 200
            numbers.append(len(captured))
        return numbers

    builders.measure(cast.items[0], cast.office)
    with_one = statements()
    for number in range(7):
        builders.measure(cast.items[0], cast.office, name=f"指标{number}")
    assert statements() == with_one
