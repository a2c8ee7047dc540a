"""What the database knows of its tables' sizes, by which it chooses how to answer.

PostgreSQL counts them anew a minute or so after a bulk of rows came in; until then it takes a
large table for an empty one, and a page's figures for seconds. Only a table's owner may count
it: the site, which is not, calls a function of the owner's (migration 0020).
"""

from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from targets.triggers import POSTGRESQL, dialect

MANY = 100  # rows: fewer change no plan

# Everything but the trail, whose rows come one by one, and never in bulk.
_FUNCTION = """
    CREATE OR REPLACE FUNCTION refresh_statistics() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE
        known regclass;
    BEGIN
        FOR known IN
            SELECT c.oid FROM pg_class c
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
                AND left(c.relname, 8) = 'targets_'
                AND c.relname NOT IN ('targets_event', 'targets_seal')
            ORDER BY c.relname
        LOOP
            EXECUTE 'ANALYZE ' || known;
        END LOOP;
    END
    $$
"""


def refresh_after_commit(rows: int) -> None:
    """Have the tables counted once the running transaction has written so many rows.

    A failure is logged and spoils nothing: the database counts for itself a little later.
    """
    if rows >= MANY:
        transaction.on_commit(refresh_statistics, robust=True)


def refresh_statistics() -> None:
    """Have the tables counted now. SQLite's plans do not rest on it."""
    if dialect(connection) == POSTGRESQL:
        with connection.cursor() as cursor:
            cursor.execute("SELECT refresh_statistics()")


def make_function(_apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the owner's function, where the database has such."""
    if dialect(schema_editor.connection) == POSTGRESQL:
        schema_editor.execute(_FUNCTION)


def drop_function(_apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Undo `make_function`."""
    if dialect(schema_editor.connection) == POSTGRESQL:
        schema_editor.execute("DROP FUNCTION IF EXISTS refresh_statistics()")
