"""The coloured difference between two texts loses no character of either."""

import time
from itertools import pairwise

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from targets.difference import ADDED, COARSE, REMOVED, SAME, compare, is_changed
from targets.models import Entry
from tests.adversarial import ADVERSARIAL

TEXTS = st.text(alphabet="的一二1。，\n投资", max_size=60)


def sides(parts: list) -> tuple[str, str]:
    old = "".join(words for kind, words in parts if kind != ADDED)
    new = "".join(words for kind, words in parts if kind != REMOVED)
    return old, new


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_the_parts(old, new):
    parts = compare(old, new)
    assert sides(parts) == (old, new)
    assert is_changed(parts) == (old != new)


def test_a_figure_changed_is_one_removal_and_one_addition():
    assert compare("完成投资3.2亿元，增长5%。", "完成投资4.7亿元，增长5%。") == [
        (SAME, "完成投资"),
        (REMOVED, "3.2"),
        (ADDED, "4.7"),
        (SAME, "亿元，增长5%。"),
    ]


def test_one_line_changed_in_a_long_text_is_all_that_is_marked():
    old = "".join(f"{number}、第{number}项工作正在推进。\n" for number in range(900))
    new = old.replace("第450项工作正在推进", "第450项工作已经完成")
    parts = compare(old, new)
    assert sides(parts) == (old, new)
    assert parts[1:3] == [(REMOVED, "正在推进"), (ADDED, "已经完成")]


def test_long_texts_changed_at_both_ends_are_compared_by_lines_first():
    old = "".join(f"{number}、第{number}项工作正在推进。\n" for number in range(900))
    new = old.replace("、第0项工作正在推进", "、第0项工作已经完成")
    new = new.replace("第899项工作正在推进", "第899项工作已经完成")
    parts = compare(old, new)
    assert sides(parts) == (old, new)
    changes = [each for each in parts if each[0] != SAME]
    assert changes == [(REMOVED, "正在推进"), (ADDED, "已经完成")] * 2


def test_texts_that_differ_too_much_are_shown_whole_and_say_so():
    old, new = "甲乙" * 10_000, "乙甲" * 9_999 + "丙"
    assert compare(old, new) == [(COARSE, ""), (REMOVED, old), (ADDED, new)]


def test_a_stretch_too_long_to_mark_leaves_the_rest_marked():
    old = "完成投资3亿元。\n" + "甲" * 9_000 + "\n按期。\n"
    new = "完成投资4亿元。\n" + "乙" * 9_000 + "\n逾期。\n"
    parts = compare(old, new)
    assert sides(parts) == (old, new)
    assert [kind for kind, _words in parts].count(COARSE) == 1


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_no_pair_of_texts_takes_more_than_a_bound_of_work(name):
    """Twenty thousand characters each; 800 took 35 seconds where every match was tried."""
    old, new = ADVERSARIAL[name], ADVERSARIAL[name][::-1] + "尾"
    before = time.process_time()
    parts = compare(old, new)
    assert time.process_time() - before < 1
    assert sides(parts) == (old, new)


def test_the_page_says_where_a_stretch_is_not_marked():
    parts = [(SAME, "一"), (COARSE, ""), (REMOVED, "二"), (ADDED, "三")]
    html = render_to_string("targets/_difference.html", {"parts": parts})
    assert "未逐字标注" in html
    assert html.index("未逐字标注") < html.index("二")


def test_real_texts_are_told_from_their_neighbours_and_not_from_themselves(real_plan):
    texts = Entry.objects.filter(period__number=1).values_list("approved_text", flat=True)[:20]
    for text, other in pairwise(texts):
        assert compare(text, text) == [(SAME, text)]
        parts = compare(text, other)
        assert sides(parts) == (text, other)
        assert is_changed(parts) == (text != other)
