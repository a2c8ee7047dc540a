"""Hints name what they saw, on the real plan too; they can be put aside and block nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from targets import actions, hints
from targets.hints import Neighbour, find_hints, read_hints
from targets.models import Contribution, DismissedHint, Entry, Event, Report, User
from tests import builders

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
    assert len(hints.KINDS) == 6
