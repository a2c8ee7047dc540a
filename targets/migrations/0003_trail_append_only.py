"""The database itself refuses to change or delete an event of the trail.

Emptying the whole table at once (TRUNCATE) is the owner's alone: deploy/grants.sql gives
the site's role no such right. SQLite drops the triggers with a table that Django remakes:
a migration that changes the events' columns has to make them again.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from targets.triggers import dialect

POSTGRESQL = (
    """
    CREATE FUNCTION refuse_change_of_trail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the trail is append-only' USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    """
    CREATE TRIGGER trail_append_only BEFORE UPDATE OR DELETE ON targets_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_trail()
    """,
)
SQLITE_UPDATE = """
    CREATE TRIGGER trail_not_updated BEFORE UPDATE ON targets_event
    BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END
"""
SQLITE_DELETE = """
    CREATE TRIGGER trail_not_deleted BEFORE DELETE ON targets_event
    BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END
"""
MAKE = {"postgresql": POSTGRESQL, "sqlite": (SQLITE_UPDATE, SQLITE_DELETE)}
DROP = {
    "postgresql": (
        "DROP TRIGGER trail_append_only ON targets_event",
        "DROP FUNCTION refuse_change_of_trail()",
    ),
    "sqlite": ("DROP TRIGGER trail_not_updated", "DROP TRIGGER trail_not_deleted"),
}


def make(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in MAKE[dialect(schema_editor.connection)]:
        schema_editor.execute(statement)


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in DROP[dialect(schema_editor.connection)]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("targets", "0002_apitoken")]

    operations = [migrations.RunPython(make, drop)]
