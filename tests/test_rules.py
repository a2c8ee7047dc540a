"""Verdicts without a database, on the figures and days that go wrong elsewhere."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from targets import rules
from targets.quarters import parse_quarter

SHANGHAI = ZoneInfo("Asia/Shanghai")
UTC = ZoneInfo("UTC")


def test_the_circulars_own_parts():
    assert rules.percent_parts([36, 82]) == [31, 69]


@pytest.mark.parametrize(("part", "whole", "expected"), [(1, 8, 13), (3, 8, 38), (0, 5, 0)])
def test_halves_go_up(part, whole, expected):
    assert rules.percent(part, whole) == expected


def test_nothing_of_nothing_has_no_percent():
    assert rules.percent(0, 0) is None
    assert rules.percent_parts([0, 0]) == [None, None]


def test_the_rest_goes_by_the_largest_remainder_and_of_equals_on_the_first():
    assert rules.percent_parts([1, 1, 1]) == [34, 33, 33]
    assert rules.percent_parts([1, 1, 4]) == [17, 17, 66]
    assert rules.percent_parts([1, 1, 1], scale=10) == [334, 333, 333]


@pytest.mark.parametrize(
    ("parts", "are_headline", "expected"),
    [
        # 50/118 is 42.4: it stays 42 however many of the others have been judged.
        ([50, 68, 0], [True, False, False], [42, 58, 0]),
        ([50, 59, 9], [True, False, False], [42, 50, 8]),
        ([50, 41, 18, 9], [True, False, False, False], [42, 35, 15, 8]),
        ([1, 2], [True, False], [33, 67]),
        ([1, 1, 1], [True, True, False], [34, 33, 33]),  # 67 together, split in order
        ([1, 7], [True, False], [13, 87]),
        ([3, 0], [True, False], [100, 0]),
        ([0, 3], [True, False], [0, 100]),
    ],
)
def test_the_completed_share_is_the_plain_rounding_of_its_own_number(parts, are_headline, expected):
    assert rules.percent_parts(parts, are_headline) == expected


@given(
    st.lists(st.tuples(st.integers(0, 200), st.booleans()), min_size=1, max_size=7),
    st.sampled_from([1, 10]),
)
def test_shares_add_up_and_none_is_a_whole_step_away_but_by_the_headlines_half(classes, scale):
    parts, flags = [part for part, _ in classes], [flag for _, flag in classes]
    result = rules.percent_parts(parts, flags, scale=scale)
    whole = sum(parts)
    if not whole:
        assert result == [None] * len(parts)
        return
    assert sum(result) == 100 * scale
    completed = sum(part for part, flag in classes if flag)
    shown = sum(share for share, flag in zip(result, flags, strict=True) if flag)
    assert shown == (200 * scale * completed + whole) // (2 * whole)
    for part, share in zip(parts, result, strict=True):
        assert -1 < share - 100 * scale * part / whole <= 1
        assert part or not share


@given(st.lists(st.integers(0, 200), min_size=1, max_size=6))
def test_parts_add_up_to_100_and_stay_within_a_few_points(parts):
    result = rules.percent_parts(parts)
    if sum(parts) == 0:
        assert result == [None] * len(parts)
        return
    assert sum(result) == 100
    for part, shown in zip(parts, result, strict=True):
        assert abs(shown - 100 * part / sum(parts)) <= len(parts)
        assert part or not shown


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        (datetime(2030, 6, 30, 23, 59, 59, 999999, SHANGHAI), False),
        (datetime(2030, 7, 1, 0, 0, 0, 0, SHANGHAI), True),
        (datetime(2030, 6, 30, 15, 59, 59, 999999, UTC), False),
        (datetime(2030, 6, 30, 16, 0, 0, 0, UTC), True),
    ],
)
def test_late_is_judged_in_shanghai_to_the_microsecond(moment, late):
    assert rules.is_late(moment, date(2030, 6, 30)) is late


def test_the_due_moment_is_one_microsecond_before_the_next_day():
    until = rules.due_until(date(2030, 3, 31))
    assert until + timedelta(microseconds=1) == datetime(2030, 4, 1, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("4(9)", (4, 9)),
        (" 20（14） ", (20, 14)),
        ("４（９）", (4, 9)),
        ("4", None),
        ("4(9)号", None),
        ("4(1234)", None),
        ("4(9)" + " " * 30, None),
    ],
)
def test_an_items_number_is_read_whatever_its_width(typed, number):
    assert rules.parse_item_number(typed) == number


def test_a_long_text_ends_as_chinese_texts_do():
    assert rules.shortened("共6个字。", 6) == "共6个字。"
    assert rules.shortened("完成投资 十亿元", 6) == "完成投资…"


@pytest.mark.parametrize("chain", ["names|first", 'names|join:"、"'])
def test_a_long_text_is_cut_as_words_and_escaped_once(chain):
    page = Template(f"{{{{ {chain}|shortened:4 }}}}").render(Context({"names": ["甲<b>乙", "丙"]}))
    assert page == "甲&lt;b…"


def test_quotes_within_quotes_are_single():
    assert rules.quoted("6（2） 服务业“十大突破工程”…") == "“6（2） 服务业‘十大突破工程’…”"


def test_line_ends_and_what_turns_a_text_are_all_that_is_changed():
    assert rules.clean_text(" 1、甲\r\n2.乙\r丙 　\n") == "1、甲\n2.乙\n丙"
    assert rules.clean_text("投资\u202e01\u202c亿元") == "投资01\u202c亿元"


@pytest.mark.parametrize(
    ("code", "title", "head", "months"),
    [
        ("2020Q1", "第一季度", "一季度完成情况", "1—3月"),
        ("2020Q2", "上半年", "上半年完成情况", "1—6月"),
        ("2020Q3", "前三季度", "前三季度完成情况", "1—9月"),
        ("2020Q4", "全年", "全年完成情况", "1—12月"),
    ],
)
def test_quarters_have_the_documents_names(code, title, head, months):
    quarter = parse_quarter(code)
    assert (quarter.title, quarter.head, quarter.months, str(quarter)) == (
        title,
        head,
        months,
        code,
    )


@pytest.mark.parametrize("code", ["2020Q0", "2020Q5", "20Q1", "2020q1", " 2020Q1", "２０２０Q1"])
def test_other_codes_are_refused(code):
    with pytest.raises(ValueError, match="2020Q1"):
        parse_quarter(code)


@pytest.mark.parametrize(
    ("standard", "title"),
    [
        ("地区生产总值增长7.8%以上。", "地区生产总值增长7.8%以上"),
        ("建成绿道3条。\n新增停车位200个。", "建成绿道3条…"),
        ("甲" * 40, "甲" * 36 + "…"),
        ("甲" * 20 + "，" + "乙" * 20, "甲" * 20 + "…"),
        (
            "甲" * 20 + "，健全“一级监督、两级指挥、三级管理、四级联动”的体系。",
            "甲" * 20 + "，健全…",
        ),
        ("“" + "甲" * 50, "“" + "甲" * 35 + "…"),
        ("《" + "甲" * 50 + "》印发。", "《" + "甲" * 35 + "…"),
        ("。建成绿道3条。", "建成绿道3条"),
        ("；", "；…"),
    ],
)
def test_an_item_is_titled_by_its_standard_in_few_words(standard, title):
    assert rules.item_title(standard) == title
