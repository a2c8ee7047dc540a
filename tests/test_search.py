"""Search: any Chinese words, hits marked, within the district and what one may read."""

from datetime import date

import pytest

from reports.models import Circular
from targets import actions
from targets.excerpts import excerpt, mark, split_words
from targets.models import Contribution, Entry, Item, Report, UnitAlias
from tests import builders
from tests.circulars import make_draft


@pytest.fixture
def texts(cast):
    """One standard, one approved text and one submitted text about 绿道."""
    Item.objects.filter(pk=cast.items[0].pk).update(standard="新建绿道20公里，改造老旧小区。")
    builders.approve(
        builders.entry_of(cast.period, cast.items[1]), cast.office, text="绿道已建成5公里。"
    )
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(mine, cast.reporter, "1、绿道二期\n正在招标。")
    return cast


def found(browser, query: str, kind: str = "") -> str:
    return browser.get("/search/", {"q": query, "kind": kind}).content.decode()


@pytest.mark.parametrize("query", ["绿", "绿道", "绿道20公里", "老旧 绿道", "老旧　小区"])
def test_words_of_any_length_find_the_standard_and_are_marked(texts, as_user, query):
    page = found(as_user(texts.leader), query, "items")
    assert "事项（1）" in page
    for word in query.split():
        assert f"<mark>{word}</mark>" in page


def test_every_word_must_be_there(texts, as_user):
    assert "没有找到" in found(as_user(texts.leader), "绿道 地铁")


def test_a_number_finds_its_item(texts, as_user):
    page = found(as_user(texts.leader), "1(2)")
    assert "事项（1）" in page
    assert texts.items[1].get_absolute_url() in page


def test_hits_of_each_kind_are_counted(texts, as_user):
    page = found(as_user(texts.leader), "绿道", "entries")
    assert "事项（1）" in page
    assert "核定表述（1）" in page
    assert "填报原文（1）" in page
    assert "<mark>绿道</mark>已建成5公里" in page


def test_a_unit_finds_no_text_that_it_may_not_read(texts, as_user):
    assert "填报原文（0）" in found(as_user(texts.other), "招标")
    assert "正在招标" not in found(as_user(texts.other), "绿道", "contributions")
    assert "填报原文（1）" in found(as_user(texts.reporter), "招标")


def test_a_draft_is_found_by_its_own_unit_alone(cast, as_user):
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.actions.save_contribution(
        contribution=mine,
        version=mine.version,
        report=Report("尚在草拟的绿道情况"),
        by=cast.reporter,
    )
    assert "填报原文（1）" in found(as_user(cast.colleague), "草拟")
    for user in (cast.office, cast.leader, cast.co_lead, cast.auditor):
        assert "填报原文（0）" in found(as_user(user), "草拟")


def test_another_district_finds_nothing(texts, as_user):
    assert "没有找到" in found(as_user(texts.stranger), "绿道")


@pytest.mark.parametrize("query", ["%", "_", "\\", "'", "<script>", "a" * 51, "\0", " "])
def test_odd_words_are_only_words(texts, as_user, query):
    answer = as_user(texts.leader).get("/search/", {"q": query, "page": "-1", "kind": "x"})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().split("<main")[1]


def test_the_same_statements_for_many_hits(cast, as_user, django_assert_num_queries):
    browser = as_user(cast.office)
    browser.get("/search/?q=完成")
    with django_assert_num_queries(4):
        found(browser, "完成")
    builders.fill_plan(builders.make_plan(cast.district, 2031), cast.units, 300)
    with django_assert_num_queries(4):
        assert "事项（303）" in found(browser, "完成")


def test_pieces_join_to_the_text():
    text = "新建ABC绿道，绿道两侧植树abc。"
    pieces = mark(text, ["绿道", "abc"])
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, is_hit in pieces if is_hit] == ["ABC", "绿道", "绿道", "abc"]


def test_an_excerpt_shows_the_first_hit_and_what_was_left_out():
    text = "甲" * 200 + "绿道" + "乙" * 200
    pieces = excerpt(text, ["绿道"], around=5)
    assert pieces == [
        ("…", False),
        ("甲" * 5, False),
        ("绿道", True),
        ("乙" * 5, False),
        ("…", False),
    ]
    assert split_words("a b　c d e f") == ["a", "b", "c", "d", "e"]


def test_the_search_reads_what_the_database_holds(texts):
    assert Entry.objects.holding(["绿道"]).count() == 1
    assert Contribution.objects.holding(["绿道", "招标"]).count() == 1


@pytest.mark.parametrize("query", ["80%", "80％", "８０％", "（80%）", "(８０％)"])
def test_the_width_of_digits_and_signs_does_not_matter(cast, as_user, query):
    Item.objects.filter(pk=cast.items[0].pk).update(standard="入库率达到（８０％）以上。")
    Item.objects.filter(pk=cast.items[1].pk).update(standard="入库率达到(80%)以上。")
    page = found(as_user(cast.leader), query, "items")
    assert "事项（2）" in page
    assert page.count("<mark>") == 2


def test_an_items_number_is_found_in_either_width(cast, as_user):
    for query in ("1(2)", "１（２）", "1（2）"):
        assert cast.items[1].get_absolute_url() in found(as_user(cast.leader), query)


def test_a_unit_is_found_by_its_present_and_its_former_names(cast, as_user):
    UnitAlias.objects.create(unit=cast.units[0], name="区城管执法局")
    page = found(as_user(cast.leader), "城管执法")
    assert "单位（1）" in page
    assert f'href="/dashboard/units/{cast.units[0].pk}/"' in page
    assert "曾用名" in page
    assert "单位（1）" not in found(as_user(cast.stranger), "城管执法")


def test_goals_instructions_and_circulars_are_found_by_those_who_may_see_them(cast, as_user):
    actions.give_instruction(item=cast.items[0], text="请逐项排出时间表。", by=cast.leader)
    draft = make_draft(cast)
    Circular.objects.filter(pk=draft.pk).update(title="关于绿道的通报")
    assert "目标（1）" in found(as_user(cast.leader), "重点改革")
    for role, kinds in (
        ("office", ("批示（1）", "通报（1）")),
        ("leader", ("批示（1）",)),
        ("reporter", ("批示（1）",)),
        ("auditor", ()),
    ):
        browser = as_user(getattr(cast, role))
        told = found(browser, "时间表") + found(browser, "关于绿道")
        shown = {each for each in ("批示（1）", "通报（1）") if each in told}
        assert shown == set(kinds), role


def test_answers_and_sheets_are_found_by_those_who_may_read_them(cast, as_user):
    late = {"follow_up": "请核实绿道里程。", "due_on": date(2026, 3, 1)}
    asked = builders.paper_instruction(cast.items[1], cast.office, **late)
    sheet = actions.issue_sheet(instruction=asked, by=cast.office)
    builders.answer(asked, cast.reporter, "绿道已交付使用。")
    draft = {"instruction": asked, "version": 1, "text": "绿道还在丈量。"}
    actions.save_answer(**draft, by=cast.co_lead)

    def counts(user, query: str) -> tuple[str, ...]:
        page = found(as_user(user), query, "answers")
        return tuple(each for each in ("批示回复（1）", "督办单（1）") if each in page)

    for user in (cast.office, cast.leader, cast.reporter, cast.colleague):
        assert counts(user, "交付") == ("批示回复（1）",)
    for user in (cast.co_lead, cast.supporter, cast.other, cast.auditor, cast.stranger):
        assert counts(user, "交付") == ()
    assert counts(cast.co_lead, "丈量") == ("批示回复（1）",), "its own draft"
    for user in (cast.office, cast.leader, cast.reporter):
        assert counts(user, "丈量") == ()
    number = f"〔{sheet.year}〕{sheet.number}号"
    for user in (cast.office, cast.leader, cast.reporter, cast.co_lead):
        assert counts(user, "核实 里程") == ("督办单（1）",)
        assert counts(user, number) == ("督办单（1）",)
    for user in (cast.supporter, cast.other, cast.auditor, cast.stranger):
        assert counts(user, "核实 里程") == counts(user, number) == ()
    page = found(as_user(cast.reporter), "交付", "answers")
    assert f'href="{asked.get_absolute_url()}">' in page
    assert "单位1回复（已回复）" in page
    file = "/search/hits.csv"
    rows = b"".join(as_user(cast.leader).get(file, {"q": "里程", "kind": "sheets"}))
    assert str(sheet) in rows.decode("utf-8-sig")
