"""Hints name what they saw, on the real plan too; they can be put aside and block nothing."""

import csv
import time
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from targets import actions, hints
from targets.hints import Neighbour, find_hints, read_hints
from targets.models import Contribution, DismissedHint, Entry, Event, Report, User
from tests import builders

DATA = Path(__file__).parent / "data"
LONG = "各项工作按计划推进，已完成前期准备。"


def kinds(text: str, **facts: object) -> list[str]:
    facts = {"standard": "推进建设。", "year": 2020, **facts}
    return [hint.kind for hint in find_hints(text, **facts)]


@pytest.mark.parametrize(
    ("previous", "found"),
    [
        (LONG, True),
        (f" {LONG[:9]}\n{LONG[9:]}\u200b", True),
        (LONG.replace("，", ","), True),
        (LONG + "新增", False),
        ("", False),
    ],
)
def test_last_quarters_text_again(previous, found):
    assert ("same_as_before" in kinds(LONG, previous=[previous])) is found


@pytest.mark.parametrize(
    ("standard", "text", "found"),
    [
        ("新建公园3个。", LONG, True),
        ("新建公园3个。", f"{LONG}已建成2个。", False),
        ("新建公园3个。", f"1、{LONG}于3月21日开工，2020年内完成。", True),
        ("增长７．８％以上。", LONG, True),
        ("全面推进G347改造和“十四五”规划。", LONG, False),
    ],
)
def test_numbers_asked_for_and_none_given(standard, text, found):
    assert ("no_numbers" in kinds(text, standard=standard)) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("检测550批（次），其中农检站完成875批（次）。", True),
        ("投资3.2亿元，其中工业4000万元。", False),
        ("投资3.2亿元，其中工业40000万元。", True),
        ("扩面3878人次，其中养老1535人、工伤1145人。", False),
        ("投资5亿元。其中3个项目完工，引进60家企业。", False),
        ("新建5个，其中3个完工，占60%。", False),
    ],
)
def test_a_part_larger_than_its_total(text, found):
    assert ("part_over_total" in kinds(f"{LONG}{text}")) is found


@pytest.mark.parametrize(
    ("theirs", "found"),
    [
        ("第一季度累计收到企业复工申请1605件。", True),
        ("累计收到企业复工申请1474件。", False),
        ("累计收到企业复工申请3家。", False),
        ("全年收到居民建议1605件。", False),
    ],
)
def test_another_value_for_the_same_fact(theirs, found):
    text = f"{LONG}累计收到企业复工申请1474件。"
    assert ("two_values" in kinds(text, neighbours=[Neighbour("20（3）", theirs)])) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("完成2019年危桥改造项目验收。", True),
        ("去年的任务已全部完成。", True),
        ("同比2019年增长5%，完成投资3亿元。", False),
        ("组织学习《2019年工作总结》，完成培训。", False),
        ("完成2020年危桥改造6座。", False),
    ],
)
def test_last_years_results(text, found):
    assert ("last_year" in kinds(f"{LONG}{text}")) is found


def test_too_few_words_and_none_at_all():
    assert "short" in kinds("数据统计中。")
    assert kinds("") == []
    assert kinds(LONG) == []


ARITHMETIC = {
    "same_as_other",
    "says_cancelled",
    "part_over_total",
    "sums_differ",
    "part_over_whole",
    "two_values",
    "too_many_each",
}


def test_the_arithmetic_of_the_real_first_quarter_is_what_a_reader_found(real_plan):
    """Every true find is made, and at most five more; each with the reader's reason."""
    with (DATA / "hints_2020Q1.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    listed = {(row["item"], row["kind"]) for row in rows}
    assert sum(row["is_true"] == "no" for row in rows) <= 5
    entries = list(Entry.objects.filter(period__number=1).select_related("item__goal"))
    found = set()
    for entry in entries:
        others = [Neighbour(str(e.item), e.approved_text) for e in entries if e != entry]
        hints = find_hints(
            entry.approved_text, standard=entry.item.standard, neighbours=others, year=2020
        )
        found |= {(str(entry.item), each.kind) for each in hints if each.kind in ARITHMETIC}
    assert found == listed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("入库证照100张，其中甲局60张，乙局39张。", True),
        ("入库证照100张，其中甲局60张，乙局40张。", False),
        ("入库证照100张，其中甲局60张，乙局45张。", True),
        ("入库证照100张，其中甲局20张，乙局30张。", False),  # some of them are named
        ("投资14.85亿元，其中：甲8.99亿元（含乙4.79亿元）、丙5.86亿元。", False),
        ("投资3.3亿元，其中甲1.11亿元，乙1.12亿元，丙1.1亿元。", False),  # 3.33, rounded
        ("申报65家，其中10家入围国家名单，19家入围省名单。", False),
    ],
)
def test_parts_that_do_not_sum_to_their_total(text, found):
    assert ("sums_differ" in kinds(f"{LONG}{text}")) is found


def test_two_items_sums_are_no_one_fact():
    """累计完成投资 says of nothing in particular what was spent."""
    text = f"{LONG}累计完成投资3亿元。"
    others = [Neighbour(f"2（{number}）", f"累计完成投资{number}亿元。") for number in range(4, 60)]
    assert "two_values" not in kinds(text, neighbours=others)


def test_a_fact_is_its_subject_and_its_measure():
    text = f"{LONG}累计收到企业复工申请1474件。"
    assert "two_values" not in kinds(
        text, neighbours=[Neighbour("1（1）", "甲镇：累计收到企业复工申请3件。")]
    )
    assert "two_values" not in kinds(
        text, neighbours=[Neighbour("1（1）", "1月份累计收到企业复工申请3家。")]
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("为100名农村低保人员发放补贴，1—3月共为5000人次农村低保人员发放低保金。", True),
        ("为100名农村低保人员发放补贴，1—3月共为300人次农村低保人员发放低保金。", False),
        ("为100名农村低保人员发放补贴，培训职工5000人次。", False),
    ],
)
def test_heads_that_a_total_cannot_be_divided_by(text, found):
    assert ("too_many_each" in kinds(f"{LONG}{text}")) is found


def test_a_part_of_a_group_larger_than_all_of_it():
    text = f"{LONG}现有农村特困供养人员500人。"
    assert "part_over_whole" in kinds(
        text, neighbours=[Neighbour("17（4）", "现有特困供养人员400人。")]
    )
    assert "part_over_whole" not in kinds(
        text, neighbours=[Neighbour("17（4）", "现有特困供养人员600人。")]
    )


def test_a_text_said_to_be_cancelled_is_pointed_out_while_its_item_is_live():
    text = "该项目计划已被取消。"
    assert "says_cancelled" in kinds(text)
    assert not [
        each
        for each in find_hints(text, standard="完成。", year=2020, is_live=False)
        if each.kind == "says_cancelled"
    ]
    assert "says_cancelled" not in kinds(f"{LONG}取消收费站3个。")


@pytest.mark.parametrize("sign", ["\ufdfa", "1,", "12个", "《", "“", "该项目", "其中5个"])
def test_no_text_takes_long_to_read(sign):
    text = sign * (20_000 // len(sign))
    others = [Neighbour(f"1（{number}）", f"{text}{number}") for number in range(12)]
    started = time.process_time()
    find_hints(
        f"{LONG}累计收到企业复工申请1474件。", standard="完成5个。", neighbours=others, year=2020
    )
    assert time.process_time() - started < 1.5  # twelve of them, read once
    started = time.process_time()
    find_hints(
        f"{LONG}累计收到企业复工申请1474件。", standard="完成5个。", neighbours=others, year=2020
    )
    assert time.process_time() - started < 0.05


def test_the_real_first_quarter_gives_few_hints_and_the_right_ones(real_plan):
    entries = list(Entry.objects.filter(period__number=1).select_related("item__goal"))
    found = {}
    for entry in entries:
        others = [Neighbour(str(e.item), e.approved_text) for e in entries if e != entry]
        for hint in find_hints(
            entry.approved_text, standard=entry.item.standard, neighbours=others, year=2020
        ):
            found.setdefault(hint.kind, {})[str(entry.item)] = hint.evidence
    assert set(found["two_values"]) == {"16（1）", "20（3）"}
    assert "1474件" in found["two_values"]["16（1）"]
    assert (
        "20（3）“第一季度网上累计收到新洲区企业申请复工复产1605件”"
        in found["two_values"]["16（1）"]
    )
    assert set(found["part_over_total"]) == {"18（3）"}
    assert "875批" in found["part_over_total"]["18（3）"]
    assert {"6（6）", "17（5）", "12（7）"} <= set(found["no_numbers"])
    assert len(found["no_numbers"]) < 15
    assert set(found["last_year"]) == {"4（6）", "10（1）", "12（8）", "13（6）"}
    assert "6（6）" in found["short"]


@pytest.fixture
def mine(cast):
    contribution = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    return actions.save_contribution(
        contribution=contribution,
        version=contribution.version,
        report=Report("正在推进。"),
        by=cast.reporter,
    )


def test_a_hint_is_shown_put_aside_and_comes_back_with_another_text(cast, as_user, mine):
    browser = as_user(cast.reporter)
    page = browser.get(mine.get_absolute_url())
    assert "文字过短" in page.content.decode()
    hint = next(each for each in page.context["hints"] if each.kind == "short")
    form = {
        "version": mine.version,
        "text": mine.text,
        "hint": f"{hint.kind}:{hint.digest}",
    }
    assert browser.post(f"/contributions/{mine.pk}/dismiss-hint/", form).status_code == 302
    assert "文字过短" not in browser.get(mine.get_absolute_url()).content.decode()
    assert Event.objects.get(verb="dismiss").new == {"hint": "文字过短"}
    mine.refresh_from_db()
    actions.save_contribution(
        contribution=mine, version=mine.version, report=Report("仍在推进。"), by=cast.reporter
    )
    assert "文字过短" in browser.get(mine.get_absolute_url()).content.decode()


def test_putting_a_hint_aside_keeps_what_is_typed(cast, as_user, mine):
    browser = as_user(cast.reporter)
    hint = browser.get(mine.get_absolute_url()).context["hints"][0]
    form = {"version": mine.version, "text": "又写了一些", "hint": f"{hint.kind}:{hint.digest}"}
    browser.post(f"/contributions/{mine.pk}/dismiss-hint/", form)
    mine.refresh_from_db()
    assert mine.text == "又写了一些"


def test_a_hint_blocks_nothing(cast, as_user, mine):
    form = {"version": mine.version, "text": mine.text, "then": "submit"}
    assert as_user(cast.reporter).post(mine.get_absolute_url(), form).status_code == 302
    mine.refresh_from_db()
    assert mine.state == "submitted"


@pytest.mark.parametrize("hint", ["", "short", "short:xyz", f"unknown:{'0' * 64}"])
def test_a_made_up_hint_is_refused(cast, as_user, mine, hint):
    form = {"version": mine.version, "text": mine.text, "hint": hint}
    page = as_user(cast.reporter).post(f"/contributions/{mine.pk}/dismiss-hint/", form)
    assert "没有这条提示" in page.content.decode()
    assert not DismissedHint.objects.exists()


def test_only_the_unit_and_its_office_put_a_hint_aside(cast, as_user, mine):
    mine = builders.submit(mine, cast.reporter, "正在推进。")
    form = {"hint": f"short:{'0' * 64}"}
    url = f"/contributions/{mine.pk}/dismiss-hint/"
    for role, answer in {"other": 404, "leader": 403, "stranger": 404, "office": 302}.items():
        assert as_user(getattr(cast, role)).post(url, form).status_code == answer
    assert DismissedHint.objects.get().dismissed_by == cast.office


def test_another_units_draft_is_no_evidence(cast, mine):
    """A hint must not tell what somebody may not read."""
    shared = builders.contribution_of(cast.period, cast.items[2], cast.units[2])
    words = "累计收到企业复工申请{}件，各项工作按计划推进。"
    actions.save_contribution(
        contribution=mine, version=mine.version, report=Report(words.format(1474)), by=cast.reporter
    )
    actions.save_contribution(
        contribution=shared,
        version=shared.version,
        report=Report(words.format(1605)),
        by=cast.other,
    )

    def seen(user: User) -> list[str]:
        rows = [read(mine.pk)]
        return [hint.kind for hint in read_hints(rows, user=user)[mine.pk]]

    assert "two_values" not in seen(cast.reporter)
    shared.refresh_from_db()
    builders.submit(shared, cast.other, words.format(1605))
    assert "two_values" not in seen(cast.reporter), "submitted is for the item's units alone"
    assert "two_values" in seen(cast.office)
    builders.approve(
        builders.entry_of(cast.period, cast.items[2]), cast.office, text=words.format(1605)
    )
    assert "two_values" in seen(cast.reporter)


def read(pk: int) -> Contribution:
    return Contribution.objects.select_related("entry__item__goal", "entry__period__plan").get(
        pk=pk
    )


def test_a_whole_quarter_is_read_in_the_same_queries_as_one(real_plan):
    office = User.objects.get(username="office")
    rows = list(
        Contribution.objects.filter(entry__period__number=2).select_related(
            "entry__item__goal", "entry__period__plan"
        )
    )
    assert len(rows) > 100

    def queries(some: list) -> int:
        with CaptureQueriesContext(connection) as captured:
            read_hints(some, user=office)
        return len(captured)

    assert queries(rows) == queries(rows[:1]) == 5


def test_every_kind_has_its_words():
    assert len(hints.KINDS) == 11
