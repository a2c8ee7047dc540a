"""Due dates in force and lateness: to the microsecond, in Asia/Shanghai, with extensions."""

import csv
import io
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from reports.circulars.models import Circular
from targets import rules
from targets.models import Contribution, Extension, Unit
from targets.questions import with_due
from tests import builders

SHANGHAI = ZoneInfo("Asia/Shanghai")
LAST = datetime(2030, 6, 30, 23, 59, 59, 999_999, tzinfo=SHANGHAI)
MICROSECOND = timedelta(microseconds=1)


def extend(cast, unit: Unit, until: date, state: str = "granted") -> Extension:
    decided = {} if state == "requested" else {"decided_by": cast.office}
    return Extension.objects.create(
        period=cast.period,
        unit=unit,
        until=until,
        reason="数据尚未汇总",
        state=state,
        requested_by=cast.reporter,
        decided_at=timezone.now() if decided else None,
        **decided,
    )


@pytest.mark.parametrize(
    ("extended_until", "in_force"),
    [
        (None, date(2030, 6, 30)),
        (date(2030, 7, 5), date(2030, 7, 5)),
        # The office moved the date for everyone past what it had granted to one.
        (date(2030, 6, 20), date(2030, 6, 30)),
    ],
)
def test_the_later_of_both_dates_is_in_force(extended_until, in_force):
    assert rules.due_in_force(date(2030, 6, 30), extended_until) == in_force


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        (LAST, False),
        (LAST + MICROSECOND, True),
        (LAST.astimezone(UTC), False),
        (datetime(2030, 6, 30, 16, tzinfo=UTC), True),
        (datetime(2030, 6, 30, 15, 59, 59, 999_999, tzinfo=UTC), False),
    ],
)
def test_late_begins_with_the_next_days_first_microsecond(moment, late):
    assert rules.is_late(moment, date(2030, 6, 30)) is late


@pytest.mark.parametrize(
    ("until", "state", "moment", "late"),
    [
        (None, "", LAST, False),
        (None, "", LAST + MICROSECOND, True),
        (date(2030, 7, 2), "granted", LAST + timedelta(days=2), False),
        (date(2030, 7, 2), "granted", LAST + timedelta(days=2) + MICROSECOND, True),
        (date(2030, 7, 2), "requested", LAST + MICROSECOND, True),
        (date(2030, 7, 2), "refused", LAST + MICROSECOND, True),
    ],
)
def test_database_and_rule_judge_a_submission_alike(cast, time_machine, until, state, moment, late):
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    if until:
        extend(cast, cast.units[0], until, state)
        # Another unit's extension changes nothing for this one.
        extend(cast, cast.units[1], date(2030, 12, 31))
    time_machine.move_to(moment, tick=False)
    builders.submit(mine, cast.reporter)
    row = Contribution.objects.with_due().get(pk=mine.pk)
    assert row.is_late is late
    assert row.is_late == rules.is_late(row.submitted_at, row.due_in_force)
    assert row.submitted_at == moment


def test_the_latest_of_several_extensions_counts_and_the_periods_own_date_stays(cast):
    for until in (date(2030, 7, 8), date(2030, 7, 3)):
        extend(cast, cast.units[0], until)
    extend(cast, cast.units[0], date(2030, 9, 1), "refused")
    first, second, *_ = with_due(Unit.objects.filter(district=cast.district), cast.period)
    assert (first.extended_until, first.due_in_force) == (date(2030, 7, 8), date(2030, 7, 8))
    assert (second.extended_until, second.due_in_force) == (None, date(2030, 6, 30))
    granted = Extension.objects.granted_until(cast.period, cast.units[0].pk)
    assert granted == date(2030, 7, 8)
    cast.period.refresh_from_db()
    assert cast.period.due_on == date(2030, 6, 30)


def test_overdue_is_what_is_owed_after_the_day_in_force(cast):
    extend(cast, cast.units[0], date(2030, 7, 2))
    builders.submit(builders.contribution_of(cast.period, cast.items[2], cast.units[2]), cast.other)

    def names(day: date) -> list[str]:
        rows = Contribution.objects.overdue(day).order_by("pk")
        return [f"{row.unit.name}{row.entry.item}" for row in rows]

    assert names(date(2030, 6, 30)) == []
    assert names(date(2030, 7, 1)) == ["单位2" + "1（2）"]
    assert names(date(2030, 7, 2)) == ["单位2" + "1（2）"]
    assert sorted(names(date(2030, 7, 3))) == ["单位11（1）", "单位11（2）", "单位21（2）"]


def test_an_entry_judged_without_the_unit_is_owed_no_more(cast):
    builders.approve(builders.entry_of(cast.period, cast.items[1]), cast.office)
    owed = Contribution.objects.owed().filter(unit=cast.units[1])
    assert list(owed) == []


# The host's clock ---------------------------------------------------------

NEW_YEAR = datetime(2031, 1, 1, tzinfo=SHANGHAI)


@pytest.fixture
def utc_host(monkeypatch):
    """Run as on a host whose own clock is set to UTC: eight hours behind the office."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("moment", "day", "overdue"),
    [
        (LAST, "2030-06-30", False),
        (LAST + MICROSECOND, "2030-07-01", True),
        # In UTC it is still the day before.
        (datetime(2030, 7, 1, 7, 59, 59, 999_999, tzinfo=SHANGHAI), "2030-07-01", True),
        (datetime(2030, 7, 1, 8, tzinfo=SHANGHAI), "2030-07-01", True),
    ],
)
def test_every_page_judges_by_the_offices_day(
    cast, as_user, time_machine, utc_host, moment, day, overdue
):
    time_machine.move_to(moment, tick=False)
    assert str(timezone.localdate()) == day
    reporter, office, leader = (as_user(each) for each in (cast.reporter, cast.office, cast.leader))
    mine = reporter.get("/my-items/").content.decode()
    assert ("已逾期" in mine, "今日24时截止" in mine) == (overdue, not overdue)
    exported = office.get("/contributions/contributions.csv").getvalue().decode("utf-8-sig")
    late = [row["逾期"] for row in csv.DictReader(io.StringIO(exported))]
    assert late == ["是" if overdue else ""] * 4
    overview = leader.get("/dashboard/").content.decode()
    assert ("没有逾期未报的单位" in overview) is not overdue
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(part, cast.reporter)
    assert Contribution.objects.with_due().get(pk=part.pk).is_late is overdue
    named = office.get("/trail/trail.csv")["Content-Disposition"]
    assert day.replace("-", "") in named
    assert f"{day} {moment.astimezone(SHANGHAI):%H:%M:%S}" in office.get("/trail/").content.decode()


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (NEW_YEAR - MICROSECOND, 2030),
        (NEW_YEAR, 2031),
        (NEW_YEAR + timedelta(hours=7, minutes=59), 2031),
    ],
)
def test_the_year_begins_with_the_offices_new_year(
    cast, as_user, time_machine, utc_host, moment, year
):
    """A plan is proposed for the year, a circular dated in it."""
    time_machine.move_to(moment, tick=False)
    office = as_user(cast.office)
    assert f'value="{year}"' in office.get("/plans/create/").content.decode()
    office.post("/circulars/draft/", {"period": cast.period.pk})
    assert Circular.objects.get().dated == moment.date()
