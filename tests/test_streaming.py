"""A list's file takes no more memory for more rows: nothing of it is ever held whole."""

import gc
import tracemalloc
import weakref
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.db.models import Model
from django.db.models.signals import post_init
from django.test import Client

from targets.models import Instruction, Item, Period
from tests import builders, bulk
from tests.conftest import Cast

MIB = 1024 * 1024
ROWS = 1600
AT_ONCE = 1000  # two fetches: one being written while the next comes in
FEW, MANY = 1000, 2000
ROOM = 1.0  # MiB that the peak may grow by; held whole, so many rows more take several


@pytest.fixture
def make(cast: Cast) -> Callable[[int, int], Period]:
    units = builders.make_units(cast.district, 39)

    def make_quarter(year: int, rows: int) -> Period:
        plan = builders.make_plan(cast.district, year)
        period = bulk.make_quarter(plan, units, rows, by=cast.office)
        if connection.vendor == "postgresql":  # as the act of opening a quarter does
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        return period

    return make_quarter


@pytest.fixture
def most_alive() -> Iterator[Callable[[type[Model]], int]]:
    """Return what says how many rows of a table were in memory at once at most, and forgets it."""
    alive: dict[type[Model], weakref.WeakValueDictionary[int, Model]] = {}
    most: dict[type[Model], int] = {}

    def count(sender: type[Model], instance: Model, **_signal: object) -> None:
        rows = alive.setdefault(sender, weakref.WeakValueDictionary())
        rows[id(instance)] = instance
        most[sender] = max(most.get(sender, 0), len(rows))

    post_init.connect(count)
    yield lambda model: most.pop(model, 0)
    post_init.disconnect(count)


def test_rows_are_written_as_they_are_read(
    cast: Cast,
    as_user: Callable[..., Client],
    make: Callable[[int, int], Period],
    most_alive: Callable[[type[Model]], int],
) -> None:
    client = as_user(cast.office)
    make(2031, ROWS)
    gc.collect()
    for model, address in (
        (Item, "/search/hits.csv?kind=items&q=完成第"),
        (Instruction, "/instructions/instructions.csv?kind=all"),
        (Instruction, "/instructions/instructions.xlsx?kind=all"),
    ):
        most_alive(model)
        answer = client.get(address)
        assert answer.status_code == 200
        pieces = list(answer)
        if ".csv" in address:
            assert sum(piece.count(b"\r\n") for piece in pieces) == 1 + model.objects.count()
        assert 0 < most_alive(model) <= AT_ONCE, address


@pytest.mark.parametrize(
    "address",
    [
        "/items/items.xlsx?period={}",
        "/contributions/contributions.csv?period={}",
        "/search/hits.csv?kind=contributions&q=群众",
        "/trail/trail.csv?verb=approve",
    ],
)
def test_twice_the_rows_take_no_more_memory(
    cast: Cast, as_user: Callable[..., Client], make: Callable[[int, int], Period], address: str
) -> None:
    client = as_user(cast.office)
    client.get(address.format(cast.period.code)).getvalue()
    peaks, sizes = [], []
    for year, rows in ((2031, FEW), (2032, MANY)):
        period = make(year, rows)
        gc.collect()
        tracemalloc.start()
        answer = client.get(address.format(period.code))
        sizes.append(sum(map(len, answer)))
        peaks.append(tracemalloc.get_traced_memory()[1] / MIB)
        tracemalloc.stop()
    assert sizes[1] > 1.5 * sizes[0], "the file did not grow: nothing was measured"
    assert peaks[1] < peaks[0] + ROOM
