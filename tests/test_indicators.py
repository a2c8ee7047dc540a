"""Indicators and their values: accepted by a person, kept with the quarter, never taken."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from targets import actions
from targets.actions import Figure, Promised
from targets.actions.lights import refresh_lights
from targets.choices import IndicatorState, Light, PaceKind
from targets.importing import Kind, preview_source, read_source
from targets.models import Entry, Event, Indicator, IndicatorValue, Item, Report, ReportedValue
from targets.questions.asked import indicators_of
from targets.reading.indicators import propose_indicators
from tests import builders
from tests import importing_files as files

BALLS = Promised(name="新建足球场", kind="cumulative", measure="块", target=Decimal(20))


def accept(cast, item=0, promised=BALLS) -> Indicator:
    return actions.accept_indicator(item=cast.items[item], promised=promised, by=cast.office)


def report(cast, figures: dict[int, Figure], item=0, text="新建足球场5块。", by=None, unit=0):
    contribution = builders.contribution_of(cast.period, cast.items[item], cast.units[unit])
    return actions.submit_contribution(
        contribution=contribution,
        version=contribution.version,
        report=Report(text),
        figures=figures,
        by=by or cast.reporter,
    )


def entry_of(cast, item=0) -> Entry:
    return builders.entry_of(cast.period, cast.items[item])


def test_nothing_proposed_is_stored_without_a_yes(cast):
    cast.items[0].standard = "新建足球场15块、停车场3处。"
    cast.items[0].save()
    assert len(propose_indicators(cast.items[0].standard)) == 2
    assert not Indicator.objects.exists()


def test_accepting_an_indicator_gives_its_item_a_light(cast):
    indicator = accept(cast)
    assert entry_of(cast).light == Light.NO_DATA
    assert (indicator.pace, indicator.margin) == (PaceKind.EVEN, 5)
    event = Event.objects.latest("pk")
    assert (event.verb, event.new["target"]) == ("accept", "20块")


def test_the_words_of_the_standard_are_kept(cast):
    item = cast.items[0]
    promised = Promised(
        name="实事",
        kind="cumulative",
        measure="件",
        target=Decimal(1),
        source_start=0,
        source_end=3,
    )
    indicator = actions.accept_indicator(item=item, promised=promised, by=cast.office)
    assert indicator.source_words == item.standard[:3]
    with pytest.raises(actions.Refused, match="已有决定"):
        actions.decide_proposals(
            plan=item.goal.plan,
            decisions=[actions.Decision(item, promised, is_accepted=False)],
            by=cast.office,
        )


@pytest.mark.parametrize(
    ("promised", "message"),
    [
        (Promised(name="", kind="cumulative", measure="个", target=Decimal(1)), "名称"),
        (Promised(name="甲", kind="cumulative", measure="", target=Decimal(1)), "计量单位"),
        (Promised(name="甲", kind="cumulative", measure="个"), "目标值"),
        (Promised(name="甲", kind="cumulative", measure="个", target=Decimal(10) ** 16), "过大"),
        (
            Promised(name="甲", kind="growth", measure="%", target=Decimal(5), comparison="range"),
            "上限",
        ),
        (
            Promised(
                name="甲",
                kind="cumulative",
                measure="个",
                target=Decimal(5),
                pace="curve",
                curve=[50, 40, 80, 100],
            ),
            "自定进度",
        ),
        (Promised(name="立项", kind="milestone"), "到期季度"),
    ],
)
def test_what_cannot_be_an_indicator_is_refused_in_words(cast, promised, message):
    with pytest.raises(actions.Refused, match=message):
        accept(cast, promised=promised)
    assert not Indicator.objects.exists()


def test_only_the_office_decides(cast):
    with pytest.raises(actions.Refused):
        actions.accept_indicator(item=cast.items[0], promised=BALLS, by=cast.reporter)
    with pytest.raises(actions.Refused):
        actions.accept_indicator(item=cast.items[0], promised=BALLS, by=cast.stranger)


def test_a_value_goes_from_report_to_approval_to_light(cast):
    indicator = accept(cast)
    report(cast, {indicator.pk: Figure(Decimal(5))})
    reported = ReportedValue.objects.get()
    assert (reported.source_start, reported.source_end) == (5, 7), "the place in the text"
    assert entry_of(cast).light == Light.NO_DATA, "not approved yet"
    entry = builders.approve(entry_of(cast), cast.office)
    assert (entry.light, entry.light_words) == (Light.ON_PACE, "应达5块，实际5块")
    assert (entry.reached, entry.due) == (Decimal("0.25"), Decimal("0.25"))
    value = IndicatorValue.objects.get()
    assert (value.value, value.source_words) == (5, "新建足球场5块")


def test_lights_that_stay_as_they_are_are_not_written(cast, django_assert_num_queries):
    accept(cast)
    entries = list(Entry.objects.select_related("period__plan"))
    with django_assert_num_queries(2):  # the indicators and their values
        refresh_lights(entries)
    for entry in entries:
        entry.light_words = "旧"
    with CaptureQueriesContext(connection) as captured:
        refresh_lights(entries)
    assert sum(each["sql"].startswith("UPDATE") for each in captured) == 1


def test_a_value_that_the_text_does_not_say_has_no_source(cast):
    indicator = accept(cast)
    report(cast, {indicator.pk: Figure(Decimal(6))})
    assert ReportedValue.objects.get().source_words == ""


def test_values_are_the_first_leads_unless_another_is_named(cast):
    joint = accept(cast, item=1)
    theirs = accept(
        cast,
        item=1,
        promised=Promised(
            name="停车场", kind="cumulative", measure="处", target=Decimal(3), unit=cast.units[1]
        ),
    )
    first = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    second = builders.contribution_of(cast.period, cast.items[1], cast.units[1])
    assert indicators_of(first) == [joint]
    assert indicators_of(second) == [theirs]
    with pytest.raises(actions.Refused, match="刷新"):
        report(cast, {theirs.pk: Figure(Decimal(1))}, item=1)


def test_the_same_report_sent_twice_is_one(cast):
    indicator = accept(cast)
    first = report(cast, {indicator.pk: Figure(Decimal(5))})
    again = report(cast, {indicator.pk: Figure(Decimal(5))})
    assert first.version == again.version
    with pytest.raises(actions.Refused):
        report(cast, {indicator.pk: Figure(Decimal(6))})


def test_a_draft_s_numbers_stand_in_no_event(cast):
    indicator = accept(cast)
    contribution = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    actions.save_contribution(
        contribution=contribution,
        version=contribution.version,
        report=Report("草稿"),
        figures={indicator.pk: Figure(Decimal("4711"))},
        by=cast.reporter,
    )
    assert "4711" not in str(Event.objects.latest("pk").new)


def test_the_office_corrects_a_value_with_a_reason_and_is_traced(cast):
    indicator = accept(cast)
    report(cast, {indicator.pk: Figure(Decimal(5))})
    entry = builders.approve(entry_of(cast), cast.office)
    actions.enter_value(
        entry=entry,
        indicator=indicator,
        figure=Figure(Decimal(20), is_estimate=True),
        reason="统计局更正。",
        by=cast.office,
    )
    event = Event.objects.latest("pk")
    assert (event.old["value"], event.new["value"], event.reason) == (
        "5块",
        "20块",
        "统计局更正。",
    )
    assert entry_of(cast).light == Light.MET


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (Figure(Decimal("NaN")), "过大"),
        (Figure(Decimal(10) ** 15), "过大"),
        (Figure(Decimal("0.123456789")), "小数"),
        (Figure(Decimal(1), as_of=date(2030, 4, 1)), "截止日"),
        (Figure(Decimal(1), as_of=date(2029, 12, 31)), "截止日"),
    ],
)
def test_a_bad_value_is_refused_in_words(cast, figure, message):
    indicator = accept(cast)
    with pytest.raises(actions.Refused, match=message):
        report(cast, {indicator.pk: figure})
    assert not ReportedValue.objects.exists()


def test_a_cut_off_date_is_judged_by_its_own_pace(cast):
    indicator = accept(cast)
    report(cast, {indicator.pk: Figure(Decimal(4), as_of=date(2030, 2, 28))})
    entry = builders.approve(entry_of(cast), cast.office)
    assert entry.light_words == "应达3块，实际4块"


def test_the_offices_light_stands_over_the_computed_one_with_its_reason(cast):
    accept(cast)
    entry = entry_of(cast)
    entry = actions.overrule_light(
        entry=entry,
        version=entry.version,
        light="behind",
        reason="实地核查未开工。",
        by=cast.office,
    )
    assert (entry.light, entry.light_shown) == (Light.NO_DATA, Light.BEHIND)
    with pytest.raises(actions.Stale):
        actions.overrule_light(
            entry=entry, version=entry.version - 1, light="", reason="收回。", by=cast.office
        )
    entry = actions.overrule_light(
        entry=entry, version=entry.version, light="", reason="已开工。", by=cast.office
    )
    assert entry.light_shown == Light.NO_DATA
    with pytest.raises(actions.Refused):
        actions.overrule_light(
            entry=entry, version=entry.version, light="met", reason=" ", by=cast.office
        )


def test_a_corrected_indicator_takes_the_open_quarters_value_along(cast):
    indicator = accept(cast)
    report(cast, {indicator.pk: Figure(Decimal(5))})
    builders.approve(entry_of(cast), cast.office)
    made = actions.change_indicator(
        indicator=indicator,
        promised=Promised(name="新建足球场", kind="cumulative", measure="块", target=Decimal(40)),
        reason="原文为40块。",
        by=cast.office,
    )
    indicator.refresh_from_db()
    assert indicator.state == IndicatorState.ENDED
    assert IndicatorValue.objects.get().indicator == made
    assert entry_of(cast).light_words == "应达10块，实际5块"


def close(cast) -> None:
    for item in range(3):
        if not entry_of(cast, item).is_judged:
            builders.approve(entry_of(cast, item), cast.office)
    actions.close_period(period=cast.period, by=cast.office)


def test_a_closed_quarter_keeps_its_indicators_values_and_lights(cast):
    indicator = accept(cast)
    silent = accept(cast, item=2)
    report(cast, {indicator.pk: Figure(Decimal(5))})
    close(cast)
    actions.change_indicator(
        indicator=indicator,
        promised=Promised(name="新建足球场", kind="cumulative", measure="块", target=Decimal(40)),
        reason="更正。",
        by=cast.office,
    )
    actions.end_indicator(indicator=silent, reason="并入其他事项。", by=cast.office)
    actions.adjust_item(
        item=cast.items[0],
        number=1,
        standard="新建足球场50块。",
        leads=[cast.units[0]],
        supporting=[],
        reason="调整。",
        by=cast.office,
    )
    kept = Indicator.objects.of_period(cast.period)
    assert set(kept) == {indicator, silent}
    before = entry_of(cast)
    assert (before.light, before.light_words) == (Light.ON_PACE, "应达5块，实际5块")
    refresh_lights([before])
    after = entry_of(cast)
    assert (after.light, after.light_words) == (before.light, before.light_words)


def test_a_reopened_quarter_keeps_what_was_reported_of_what_it_is_measured_by(cast):
    indicator = accept(cast)
    report(cast, {indicator.pk: Figure(Decimal(5))})
    close(cast)
    actions.reopen_period(period=cast.period, reason="更正", by=cast.office)
    actions.change_indicator(
        indicator=indicator,
        promised=Promised(name="新建足球场", kind="cumulative", measure="块", target=Decimal(40)),
        reason="更正。",
        by=cast.office,
    )
    assert ReportedValue.objects.get().indicator == indicator
    assert IndicatorValue.objects.get().indicator == indicator


def test_adjusting_a_standard_ends_its_indicators_and_proposes_anew(cast):
    item = cast.items[0]
    item.standard = "新建足球场15块。"
    item.save()
    (words,) = propose_indicators(item.standard)
    accept(
        cast,
        promised=Promised(
            name=words.name,
            kind=words.kind,
            measure=words.measure,
            target=words.target,
            source_start=words.start,
            source_end=words.end,
        ),
    )
    actions.adjust_item(
        item=item,
        number=1,
        standard="新建足球场18块。",
        leads=[cast.units[0]],
        supporting=[],
        reason="调整。",
        by=cast.office,
    )
    assert Indicator.objects.get().state == IndicatorState.ENDED
    assert entry_of(cast).light == ""


def test_a_quarter_closed_before_there_were_indicators_takes_values_once(cast):
    close(cast)
    indicator, silent = accept(cast), accept(cast, item=2)
    assert entry_of(cast).light == "", "a closed quarter is not touched by what came later"
    text = entry_of(cast).approved_text
    taken = actions.supplement_values(
        period=cast.period,
        figures={indicator.pk: Figure(Decimal(3))},
        reason="补录一季度数据。",
        by=cast.office,
    )
    assert taken == 1
    entry = entry_of(cast)
    assert (entry.light, entry_of(cast, 2).light) == (Light.BEHIND, Light.NO_DATA)
    assert entry.approved_text == text
    event = Event.objects.latest("pk")
    assert (event.verb, event.reason) == ("supplement", "补录一季度数据。")
    with pytest.raises(actions.Refused, match="不能再次"):
        actions.supplement_values(
            period=cast.period,
            figures={silent.pk: Figure(Decimal(3))},
            reason="再补。",
            by=cast.office,
        )


def test_an_open_quarter_is_not_supplemented(cast):
    indicator = accept(cast)
    with pytest.raises(actions.Refused, match="尚未关闭"):
        actions.supplement_values(
            period=cast.period,
            figures={indicator.pk: Figure(Decimal(3))},
            reason="补录。",
            by=cast.office,
        )


def test_a_unit_proposes_a_step_and_the_office_fixes_it(cast):
    step = actions.propose_milestone(
        item=cast.items[0], name="主体封顶", due_quarter=1, by=cast.reporter
    )
    assert step.state == IndicatorState.PROPOSED
    assert entry_of(cast).light == "", "proposed, never taken"
    with pytest.raises(actions.Refused):
        actions.propose_milestone(item=cast.items[0], name="验收", due_quarter=4, by=cast.other)
    actions.decide_milestone(indicator=step, is_accepted=True, by=cast.office)
    report(cast, {step.pk: Figure(Decimal(1))}, text="主体已封顶。")
    assert builders.approve(entry_of(cast), cast.office).light == Light.MET


def test_a_step_is_asked_for_from_its_quarter_on(cast):
    later = actions.propose_milestone(
        item=cast.items[0], name="投用", due_quarter=4, by=cast.reporter
    )
    actions.decide_milestone(indicator=later, is_accepted=True, by=cast.office)
    contribution = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    assert indicators_of(contribution) == []


# --- a plan's file adjusts standards too ------------------------------------------------


def import_standard(cast, standard: str):
    table = files.workbook(
        ("序号", "目标名称", "工作标准", "牵头单位", "配合单位"),
        (1, cast.goal.name, f"（1）{standard}", "单位1", ""),
    )
    return import_plan(table, cast.plan.year, cast.office)


def import_plan(table: bytes, year: int, by):
    source = read_source(
        data=table, file_name="方案.xlsx", kind=Kind.PLAN, user_id=by.pk, target=year
    )
    preview = preview_source(source, by)
    return actions.apply_import(source=source, digest=preview.digest, by=by)


def test_a_standard_adjusted_by_a_file_ends_what_was_read_from_the_old_one(cast):
    item = cast.items[0]
    promised = Promised(
        name="实事",
        kind="cumulative",
        measure="件",
        target=Decimal(1),
        source_start=0,
        source_end=3,
    )
    actions.accept_indicator(item=item, promised=promised, by=cast.office)
    import_standard(cast, "新建足球场15块。")
    assert Indicator.objects.get().state == IndicatorState.ENDED
    assert entry_of(cast).light == ""


def test_an_import_whose_words_were_decided_on_is_not_undone(cast):
    table = files.workbook(
        ("序号", "目标名称", "工作标准", "牵头单位", "配合单位"),
        (1, "新目标", "（1）新建足球场15块。", "单位1", ""),
    )
    done = import_plan(table, 2031, cast.office)
    item = Item.objects.get(goal__plan__year=2031)
    builders.measure(item, cast.office)
    with pytest.raises(actions.Refused, match="已定指标"):
        actions.undo_import(imported=done, by=cast.office)
