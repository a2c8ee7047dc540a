"""A light, a pace bar, a line of quarters and marked words, as HTML and SVG."""

import re
from decimal import Decimal
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from targets.choices import Light
from targets.gauges import Marked, light_badge, mark_words, pace_bar, value_line

shares = st.decimals(min_value=-50, max_value=50, places=4)


def drawn(svg: str) -> dict[str, Element]:
    """Return the parts of a drawing by their class; it is whole XML, and hidden from readers."""
    root = fromstring(svg)
    assert (root.get("aria-hidden"), root.get("focusable")) == ("true", "false")
    return {part.get("class", ""): part for part in root}


@pytest.mark.parametrize("light", Light)
def test_a_light_is_a_word_beside_its_sign(light):
    assert light_badge(light) == f'<span class="light light--{light.value}">{light.label}</span>'
    assert "（认定）" in light_badge(light, is_overruled=True)


def test_where_there_is_nothing_nothing_is_drawn():
    assert light_badge("") == ""
    assert pace_bar(None, Decimal(1), Light.NO_DATA) == ""
    assert value_line({}, {1: Decimal(5)}) == ""


@pytest.mark.parametrize(
    ("reached", "due", "width", "mark", "is_over"),
    [
        ("0.163", "0.25", "19.6", "29.0", False),
        ("0", "0", "0.0", "0.0", False),
        ("1", "1", "120.0", "118.0", False),
        ("3.045", "0.25", "120.0", "29.0", True),
    ],
)
def test_a_bar_is_as_long_as_the_share_with_a_mark_where_it_should_be(
    reached, due, width, mark, is_over
):
    parts = drawn(pace_bar(Decimal(reached), Decimal(due), Light.BEHIND))
    assert parts["pace__value"].get("width") == width
    assert parts["pace__mark"].get("x") == mark
    assert ("pace__over" in parts) is is_over


def test_a_fall_goes_to_the_left_of_zero():
    parts = drawn(pace_bar(Decimal("-9.12"), Decimal(1), Light.BEHIND))
    left = float(parts["pace__value"].get("x"))
    right = left + float(parts["pace__value"].get("width"))
    assert right == pytest.approx(float(parts["pace__zero"].get("x")), abs=0.2)
    assert right < float(parts["pace__mark"].get("x"))


@given(shares, shares)
def test_no_bar_leaves_its_box(reached, due):
    parts = drawn(pace_bar(reached, due, Light.AHEAD))
    value = parts["pace__value"]
    assert 0 <= float(value.get("x")) <= 120
    assert -0.2 <= float(value.get("width")) <= 120.2 - float(value.get("x"))
    assert 0 <= float(parts["pace__mark"].get("x")) <= 118


@given(st.dictionaries(st.integers(1, 4), shares, min_size=1), shares)
def test_no_line_leaves_its_box(values, target):
    svg = value_line(values, {number: target * number / 4 for number in range(1, 5)})
    parts = drawn(svg)
    points = parts["line__due"].get("points").split() + parts["line__value"].get("points").split()
    assert len(parts["line__due"].get("points").split()) == 5  # from nothing, by quarters
    for x, y in (each.split(",") for each in points):
        assert 4 <= float(x) <= 146
        assert 3.9 <= float(y) <= 40.1
    assert svg.count("line__dot") == len(values)


def test_a_quarter_that_reached_what_was_due_lies_on_the_dashed_line():
    svg = value_line({1: Decimal(5), 2: Decimal(8)}, {n: Decimal(5 * n) for n in range(1, 5)})
    parts = drawn(svg)
    due = parts["line__due"].get("points").split()
    value = parts["line__value"].get("points").split()
    assert value[:2] == due[:2]
    assert float(value[2].split(",")[1]) > float(due[2].split(",")[1]), "below it: behind"


def test_words_are_marked_where_they_stand_and_markup_stays_text():
    text = "新建<b>球场5块，停车场3处。"
    marked = mark_words(text, [Marked(11, 15, 2), Marked(0, 9, 1), Marked(8, 12, 3)])
    assert re.sub(r"<sup>[0-9]</sup>|</?mark[^>]*>", "", marked) == text.replace(
        "<", "&lt;"
    ).replace(">", "&gt;")
    assert [m.split("<sup>")[1][0] for m in re.findall("<mark.*?</mark>", marked)] == ["1", "2"]


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2), (0, 99)])
def test_a_mark_outside_the_text_is_left_out(start, end):
    assert mark_words("五块球场", [Marked(start, end, 1)]) == "五块球场"
