"""Pace: what is due at a date, which light a value has, and that a better one never has a worse."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from targets.choices import Comparison, IndicatorKind, Light, PaceKind
from targets.pace import JUDGED, due_words, in_percent, judge, share_due, worst

Q1, Q2, Q3, Q4 = date(2020, 3, 31), date(2020, 6, 30), date(2020, 9, 30), date(2020, 12, 31)


@dataclass(frozen=True)
class Promise:
    kind: str = IndicatorKind.CUMULATIVE
    comparison: str = Comparison.AT_LEAST
    target: Decimal | None = Decimal(100)
    target_high: Decimal | None = None
    measure: str = "个"
    pace: str = PaceKind.EVEN
    curve: tuple[int, ...] | None = None
    margin: Decimal = Decimal(5)
    due_quarter: int | None = None


GROWTH = Promise(kind=IndicatorKind.GROWTH, pace=PaceKind.FULL, measure="%", target=Decimal(10))


@pytest.mark.parametrize(
    ("on", "share"),
    [
        (Q1, Decimal(3) / 12),
        (Q2, Decimal(6) / 12),
        (date(2020, 5, 31), Decimal(5) / 12),
        (date(2020, 5, 30), Decimal(4) / 12),
        (date(2020, 2, 29), Decimal(2) / 12),
        (date(2020, 1, 15), Decimal(0)),
        (Q4, Decimal(1)),
    ],
)
def test_an_even_pace_counts_months_that_have_ended(on, share):
    assert share_due(Promise(), on) == share


def test_the_offices_curve_goes_straight_between_the_quarters():
    promise = Promise(pace=PaceKind.CURVE, curve=(10, 60, 80, 100))
    assert [share_due(promise, on) for on in (Q1, Q2, Q3, Q4)] == [
        Decimal("0.1"),
        Decimal("0.6"),
        Decimal("0.8"),
        Decimal(1),
    ]
    assert share_due(promise, date(2020, 4, 30)) == Decimal("0.1") + Decimal("0.5") / 3


@given(st.sampled_from(list(PaceKind)))
def test_the_pace_at_the_years_end_is_the_target(pace):
    curve = (10, 60, 80, 100) if pace == PaceKind.CURVE else None
    assert share_due(Promise(pace=pace, curve=curve), Q4) == 1


@pytest.mark.parametrize(
    ("promise", "value", "on", "light"),
    [
        (Promise(), "24.9", Q1, Light.BEHIND),
        (Promise(), "25", Q1, Light.ON_PACE),
        (Promise(), "29.9", Q1, Light.ON_PACE),
        (Promise(), "30", Q1, Light.AHEAD),
        (Promise(), "100", Q1, Light.MET),
        (Promise(), "304.5", Q1, Light.MET),
        (Promise(), "99", Q4, Light.BEHIND),
        (Promise(), None, Q1, Light.NO_DATA),
        (Promise(pace=PaceKind.YEAR_END), "10", Q1, Light.YEAR_END),
        (Promise(pace=PaceKind.YEAR_END), "10", Q4, Light.BEHIND),
        (GROWTH, "-87", Q1, Light.BEHIND),
        (GROWTH, "10", Q1, Light.MET),
        (replace(GROWTH, comparison=Comparison.ABOUT), "9.5", Q1, Light.MET),
        (replace(GROWTH, comparison=Comparison.ABOUT), "9.4", Q1, Light.BEHIND),
        # A fall of 3% at least: −4 is better than −2.
        (
            replace(GROWTH, target=Decimal(-3), comparison=Comparison.AT_MOST),
            "-4",
            Q1,
            Light.MET,
        ),
        (
            replace(GROWTH, target=Decimal(-3), comparison=Comparison.AT_MOST),
            "-2",
            Q1,
            Light.BEHIND,
        ),
        # A sum that must stay small is met when the year is over, not before.
        (Promise(comparison=Comparison.AT_MOST), "20", Q1, Light.AHEAD),
        (Promise(comparison=Comparison.AT_MOST), "26", Q1, Light.BEHIND),
        (Promise(comparison=Comparison.AT_MOST), "100", Q4, Light.MET),
        (Promise(comparison=Comparison.EXACTLY), "101", Q4, Light.BEHIND),
        (Promise(comparison=Comparison.EXACTLY), "100", Q4, Light.MET),
        (
            replace(GROWTH, target=Decimal(5), target_high=Decimal(8), comparison=Comparison.RANGE),
            "8.1",
            Q1,
            Light.BEHIND,
        ),
        (
            replace(GROWTH, target=Decimal(5), target_high=Decimal(8), comparison=Comparison.RANGE),
            "6",
            Q1,
            Light.MET,
        ),
        # Nothing may happen at all: 零事故.
        (Promise(target=Decimal(0), comparison=Comparison.AT_MOST), "1", Q1, Light.BEHIND),
    ],
)
def test_which_light_a_value_has(promise, value, on, light):
    assert judge(promise, value and Decimal(value), on).light == light


def test_the_arithmetic_stands_beside_the_light():
    jobs = Promise(target=Decimal("1.1"), measure="万人")
    assert judge(jobs, Decimal("0.1792"), Q1).words == "应达25%，实际16.3%"
    assert judge(GROWTH, Decimal("-87"), Q1).words == "应达10%，实际−87%"


def test_what_is_due_has_an_end_in_print():
    steady = replace(GROWTH, pace=PaceKind.EVEN)
    assert judge(steady, Decimal(3), date(2020, 5, 31)).words == "应达4.17%，实际3%"


@pytest.mark.parametrize(
    ("promise", "on", "words"),
    [
        (Promise(target=Decimal(505), measure="亿元"), Q1, "本季度末应达126.25亿元（25%）"),
        (Promise(target=Decimal(505), measure="亿元"), Q4, ""),
        (Promise(pace=PaceKind.CURVE, curve=(10, 60, 80, 100)), Q2, "本季度末应达60个（60%）"),
        (Promise(comparison=Comparison.AT_MOST), Q2, "本季度末应控制在50个（50%）"),
        (replace(GROWTH, pace=PaceKind.EVEN), Q1, "本季度末应达2.5%"),
        (GROWTH, Q1, ""),
        (Promise(target=Decimal(1105), measure="人"), Q1, "本季度末应达276人（25%）"),
        (Promise(target=Decimal(15), measure="块"), Q1, "本季度末应达3块"),
        (Promise(target=Decimal(1), measure="个"), Q2, "年底前完成1个"),
        (replace(GROWTH, pace=PaceKind.YEAR_END), Q3, "年终认定"),
        (Promise(kind=IndicatorKind.MILESTONE, target=None, due_quarter=2), Q1, ""),
    ],
)
def test_what_is_due_is_told_where_the_target_does_not_say_it(promise, on, words):
    assert due_words(promise, on) == words


PITCHES = Promise(target=Decimal(15), measure="块")
CAR_PARK = Promise(target=Decimal(1), measure="处")
ACCIDENTS = Promise(target=Decimal(3), measure="起", comparison=Comparison.AT_MOST)
FALL = replace(GROWTH, target=Decimal(-3), comparison=Comparison.AT_MOST)


@pytest.mark.parametrize(
    ("promise", "value", "on", "light", "due", "words"),
    [
        (PITCHES, 3, Q1, Light.ON_PACE, 3, "应达3块，实际3块"),
        (PITCHES, 2, Q1, Light.BEHIND, 3, "应达3块，实际2块"),
        (PITCHES, 15, Q1, Light.MET, 3, "应达3块，实际15块"),
        (PITCHES, 14, Q4, Light.BEHIND, 15, "应达15块，实际14块"),
        # Nothing is due of one thing before the year is over, and so nothing is behind.
        (CAR_PARK, 0, Q3, Light.YEAR_END, None, "年底前完成1处"),
        (CAR_PARK, 0, Q4, Light.BEHIND, 1, "应达1处，实际0处"),
        (CAR_PARK, 1, Q1, Light.MET, 0, "年底前完成1处，实际1处"),
        # Of three a year one may happen by March.
        (ACCIDENTS, 1, Q1, Light.ON_PACE, 1, "应控制在1起，实际1起"),
        (ACCIDENTS, 2, Q1, Light.BEHIND, 1, "应控制在1起，实际2起"),
        (ACCIDENTS, 3, Q4, Light.MET, 3, "应控制在3起，实际3起"),
        # Many, parts of one, or what is measured: a share of it is due.
        (replace(PITCHES, target=Decimal(102)), 25, Q1, Light.BEHIND, "25.5", None),
        (replace(PITCHES, target=Decimal("1.5")), 0, Q1, Light.BEHIND, "0.375", None),
        (replace(PITCHES, measure="公里"), 3, Q1, Light.BEHIND, "3.75", "应达25%，实际20%"),
        (replace(PITCHES, measure="万户"), 3, Q1, Light.BEHIND, "3.75", "应达25%，实际20%"),
    ],
)
def test_of_a_few_whole_things_whole_ones_are_due(promise, value, on, light, due, words):
    verdict = judge(promise, Decimal(value), on)
    assert (verdict.light, verdict.due) == (light, due if due is None else Decimal(due))
    assert words in (None, verdict.words)


@pytest.mark.parametrize(
    ("promise", "value", "words"),
    [
        (FALL, "-2.1", "应下降3%以上，实际下降2.1%"),
        (FALL, "1", "应下降3%以上，实际增长1%"),
        (FALL, "0", "应下降3%以上，实际持平"),
        (replace(FALL, comparison=Comparison.AT_LEAST), "-5", "应下降不超过3%，实际下降5%"),
        (replace(FALL, comparison=Comparison.ABOUT), "-3", "应下降3%左右，实际下降3%"),
        (
            replace(FALL, comparison=Comparison.RANGE, target=-5, target_high=-3),
            "-4",
            "应下降3—5%，实际下降4%",
        ),
    ],
)
def test_a_promised_fall_is_told_as_one(promise, value, words):
    promise = replace(promise, target=Decimal(promise.target))
    assert judge(promise, Decimal(value), Q1).words == words


@pytest.mark.parametrize(
    ("promise", "value", "words"),
    [
        # What is due is long reached: too much is what is wrong.
        (
            replace(GROWTH, comparison=Comparison.RANGE, target=5, target_high=Decimal(8)),
            "9",
            "应不超过8%，实际9%",
        ),
        (
            Promise(
                comparison=Comparison.RANGE, target=200, target_high=Decimal(300), measure="公里"
            ),
            "310",
            "应不超过300公里，实际310公里",
        ),
        (
            Promise(comparison=Comparison.EXACTLY, target=15, measure="块"),
            "16",
            "应不超过15块，实际16块",
        ),
    ],
)
def test_more_than_may_be_is_told_as_too_much(promise, value, words):
    verdict = judge(replace(promise, target=Decimal(promise.target)), Decimal(value), Q1)
    assert (verdict.light, verdict.words) == (Light.BEHIND, words)


def test_the_distance_is_exact():
    assert judge(Promise(), Decimal("18"), Q1).distance == Decimal("-0.07")
    assert judge(GROWTH, Decimal("-91.2"), Q1).distance == Decimal("-10.12")
    small = Promise(comparison=Comparison.AT_MOST)
    assert judge(small, Decimal("30"), Q1).distance == Decimal("-0.05")


@pytest.mark.parametrize(
    ("value", "on", "light"),
    [
        (Decimal(1), Q1, Light.MET),
        (None, Q3, Light.NO_DATA),
        (Decimal(0), Q1, Light.NO_DATA),  # not due yet
        (Decimal(0), Q2, Light.BEHIND),
        (Decimal(1), Q3, Light.MET),
    ],
)
def test_a_milestone_is_behind_only_once_its_quarter_has_ended(value, on, light):
    step = Promise(
        kind=IndicatorKind.MILESTONE, target=None, measure="", due_quarter=2, pace=PaceKind.FULL
    )
    assert judge(step, value, on).light == light


@pytest.mark.parametrize(
    ("lights", "light"),
    [
        ([], Light.NO_DATA),
        ([Light.NO_DATA, Light.NO_DATA], Light.NO_DATA),
        ([Light.NO_DATA, Light.YEAR_END], Light.YEAR_END),
        ([Light.MET, Light.BEHIND, Light.NO_DATA], Light.BEHIND),
        ([Light.MET, Light.AHEAD], Light.AHEAD),
        ([Light.MET, Light.MET], Light.MET),
        # Met is said of an item only where every part is.
        ([Light.MET, Light.NO_DATA], Light.AHEAD),
        ([Light.MET, Light.YEAR_END], Light.AHEAD),
    ],
)
def test_an_items_light_is_the_worst_of_its_parts(lights, light):
    assert worst(lights) == light


def rank(light: Light) -> int:
    """Worst first; what is not due yet is better than behind and worse than all that is done."""
    return [Light.BEHIND, Light.YEAR_END, Light.ON_PACE, Light.AHEAD, Light.MET].index(light)


@given(
    st.integers(1, 120),
    st.sampled_from(list(PaceKind)),
    st.integers(0, 130),
    st.integers(0, 130),
    st.dates(date(2020, 1, 1), Q4),
)
def test_a_thing_more_never_has_a_worse_light(target, pace, first, second, on):
    promise = Promise(target=Decimal(target), pace=pace, curve=(10, 60, 80, 100))
    fewer, more = (judge(promise, Decimal(n), on).light for n in sorted([first, second]))
    assert rank(more) >= rank(fewer)


numbers = st.decimals(min_value=-1000, max_value=1000, places=3)
one_sided = st.sampled_from([Comparison.AT_LEAST, Comparison.AT_MOST, Comparison.ABOUT])
days = st.dates(date(2020, 1, 1), Q4)
promises = st.builds(
    Promise,
    comparison=one_sided,
    target=numbers,
    pace=st.sampled_from([PaceKind.EVEN, PaceKind.FULL, PaceKind.CURVE]),
    curve=st.just((10, 60, 80, 100)),
)


@given(promises, numbers, numbers, days)
def test_a_better_value_never_has_a_worse_light(promise, first, second, on):
    low, high = sorted([first, second])
    worse, better = (high, low) if promise.comparison == Comparison.AT_MOST else (low, high)
    before, after = judge(promise, worse, on), judge(promise, better, on)
    # Of a few whole things the first may be due at the year's end: until then nothing is judged.
    assume({before.light, after.light} <= set(JUDGED))
    assert JUDGED.index(after.light) >= JUDGED.index(before.light)
    assert after.distance >= before.distance


@given(promises, numbers, numbers, days, st.lists(st.sampled_from(list(Light)), max_size=4))
def test_nor_has_its_item(promise, first, second, on, others):
    low, high = sorted([first, second])
    worse, better = (high, low) if promise.comparison == Comparison.AT_MOST else (low, high)
    own = [judge(promise, value, on).light for value in (worse, better)]
    assume(set(own) <= set(JUDGED))
    before, after = (worst([light, *others]) for light in own)
    assert JUDGED.index(after) >= JUDGED.index(before)


@given(st.sampled_from([Comparison.EXACTLY, Comparison.RANGE]), numbers, days)
def test_up_to_its_ceiling_a_bounded_value_is_better_the_larger(comparison, value, on):
    high = Decimal(120) if comparison == Comparison.RANGE else None
    promise = Promise(comparison=comparison, target_high=high)
    ceiling = high or promise.target
    at_ceiling = judge(promise, ceiling, on)
    assert JUDGED.index(judge(promise, min(value, ceiling), on).light) <= JUDGED.index(
        at_ceiling.light
    )


@pytest.mark.parametrize(
    ("share", "text"),
    [("0.163", "16.3%"), ("3.0445", "304.5%"), ("0.25", "25%"), ("-0.87", "−87%")],
)
def test_a_share_in_per_cent(share, text):
    assert in_percent(Decimal(share)) == text
