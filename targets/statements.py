"""Long statements put together once: Django takes ten times as long for that as for the answer.

Only the words of a statement are kept, under everything that they hold; its answer is asked
of the database every time, so nothing shown can be stale.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import Combinable

Values = tuple[Any, ...]  # what a row or a statement holds, of whatever types

KEPT = 128  # of each statement; a district looks at a handful of quarters


def values_of(row: Model) -> Values:
    """Return all that a row holds, in the order in which its model takes it."""
    return tuple(getattr(row, field.attname) for field in row._meta.concrete_fields)


def compiled_once(build: Callable[..., QuerySet[Any, Any]]) -> Callable[..., list[Values]]:
    """Make a function that builds a `values_list` into one that fetches its rows.

    The arguments are what the statement is kept under: give it every value that goes into
    it, such as `values_of(period)`, and no row, which is equal to any other with its key.
    The rows come as the driver gives them: on SQLite a boolean is 0 or 1, a time a string.
    """

    @lru_cache(maxsize=KEPT)
    def compiled(*values: object) -> tuple[str, Values] | None:
        try:
            return build(*values).query.sql_with_params()
        except EmptyResultSet:  # nothing can fit, such as one of no keys
            return None

    def fetch(*values: object) -> list[Values]:
        statement = compiled(*values)
        if statement is None:
            return []
        with connection.cursor() as cursor:
            cursor.execute(*statement)
            return cursor.fetchall()

    return fetch


def copy_rows(rows: QuerySet[Any], into: type[Model], **columns: str | Combinable) -> None:
    """Add a row of `into` for each of `rows`, in one statement, whatever their number.

    `columns` says what each field gets: an expression of `rows`, or a field of theirs by
    name. Rows made in Python would be sent in batches, more of them the larger the plan.
    """
    select, values = rows.order_by().values_list(*columns.values()).query.sql_with_params()
    fields = {each.name: each for each in into._meta.concrete_fields}
    names = (str(fields[name].column) for name in columns)
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    table = connection.ops.quote_name(into._meta.db_table)
    with connection.cursor() as cursor:
        # Names come from the models, values go beside the statement.
        cursor.execute(f"INSERT INTO {table} ({quoted}) {select}", values)
