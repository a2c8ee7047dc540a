"""The coloured difference between two texts loses no character of either."""

from hypothesis import given
from hypothesis import strategies as st

from targets.difference import ADDED, REMOVED, SAME, compare, is_changed
from targets.models import Entry

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


def test_long_texts_are_compared_by_lines_and_stay_whole():
    old = "".join(f"{number}、第{number}项工作正在推进。\n" for number in range(900))
    new = old.replace("第450项工作正在推进", "第450项工作已经完成")
    parts = compare(old, new)
    assert sides(parts) == (old, new)
    assert [kind for kind, _words in parts] == [SAME, REMOVED, ADDED, SAME]


def test_real_texts_against_themselves_show_nothing(real_plan):
    for text in Entry.objects.filter(period__number=1).values_list("approved_text", flat=True)[:20]:
        assert compare(text, text) == [(SAME, text)]
