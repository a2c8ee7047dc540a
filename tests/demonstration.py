"""The demonstration loaded once in a run: later tests get its rows as the database has them.

Loading it takes seconds, the copy a tenth of one. `load_demo` itself is run by the first test
that asks, and on every day that a test pretends it to be: due dates follow the day.
"""

import io
from datetime import date

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone

Rows = dict[str, object]  # by table: lines of COPY on PostgreSQL, tuples on SQLite

_loaded: dict[date, Rows] = {}


def load() -> None:
    """Fill the empty tables with the demonstration; DEMO_PASSWORD is the same all along."""
    today = timezone.localdate()
    if today not in _loaded:
        call_command("load_demo", verbosity=0, stdout=io.StringIO())
        _loaded[today] = {model._meta.db_table: _read(model) for model in _models()}
        return
    # In one transaction: rows refer to rows that come later.
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in _loaded[today].items():
            _write(table, rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)


def _models() -> list[type[models.Model]]:
    return [
        model
        for label in ("targets", "reports")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]


def _read(model: type[models.Model]) -> object:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = io.StringIO()
            cursor.copy_expert(f'COPY (SELECT * FROM "{table}" ORDER BY 1) TO STDOUT', lines)
            return lines.getvalue()
        cursor.execute(f'SELECT * FROM "{table}"')
        return cursor.fetchall()


def _write(table: str, rows: object) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.StringIO(rows))
            return
        marks = ", ".join("%s" for _ in rows[0])
        cursor.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
