"""Statements kept by their values: put together once, asked every time, never stale."""

from datetime import date

from django.db.models import QuerySet

from reports.figures.quarter import build_figures
from targets import actions
from targets.models import Period, Unit
from targets.statements import compiled_once, values_of
from tests import builders


def test_a_statement_is_built_once_and_asked_every_time(cast, django_assert_num_queries):
    built = []

    @compiled_once
    def names(district_id: int) -> QuerySet:
        built.append(district_id)
        return Unit.objects.filter(district_id=district_id).order_by("order").values_list("name")

    with django_assert_num_queries(1):
        assert names(cast.district.pk) == [(unit.name,) for unit in cast.units]
    cast.units += builders.make_units(cast.district, 1)
    assert names(cast.district.pk) == [(unit.name,) for unit in cast.units]
    assert names(cast.stranger.district_id) == []
    assert built == [cast.district.pk, cast.stranger.district_id]


def test_one_of_no_keys_is_no_row_and_no_query(cast, django_assert_num_queries):
    @compiled_once
    def names(*keys: int) -> QuerySet:
        return Unit.objects.filter(pk__in=keys).values_list("name")

    with django_assert_num_queries(1):
        assert names() == []
        assert names(cast.units[0].pk) == [(cast.units[0].name,)]


def test_a_period_is_kept_under_all_that_it_holds(cast):
    before = values_of(cast.period)
    assert Period(*before).due_on == cast.period.due_on
    cast.period.due_on = date(2030, 7, 31)
    assert values_of(cast.period) != before


def test_figures_follow_a_period_whose_day_was_moved(cast, time_machine):
    """An item cancelled after the day that a quarter was due by belongs to the next, if open."""
    builders.open_quarter(cast.plan, cast.office, 2, date(2030, 7, 31))
    builders.open_quarter(cast.plan, cast.office, 3, date(2030, 10, 31))
    time_machine.move_to("2030-08-05T09:00:00+08:00")
    actions.cancel_item(item=cast.items[2], reason="不再实施", stays_counted=True, by=cast.office)

    def changes(number: int) -> list[str]:
        period = Period.objects.select_related("plan__district").get(plan=cast.plan, number=number)
        return [row.change for row in build_figures(period).rows]

    assert (changes(2)[2], changes(3)[2]) == ("", "cancelled")
    Period.objects.filter(plan=cast.plan, number=2).update(due_on=date(2030, 8, 31))
    assert (changes(2)[2], changes(3)[2]) == ("cancelled", "")
