"""The triggers that keep the trail append-only; migrations make them, and make them again.

SQLite drops a table's triggers when Django remakes it: a migration that changes a column of
`targets_event` or `targets_seal` ends with `migrations.RunPython(protect_trail, noop)`.
"""

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE, POSTGRESQL = "sqlite", "postgresql"
TABLES = ("targets_event", "targets_seal")

_FUNCTION = """
    CREATE OR REPLACE FUNCTION refuse_change_of_trail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the trail is append-only' USING ERRCODE = 'restrict_violation';
    END
    $$
"""
# Of each table: the trigger's name, and when it refuses.
_POSTGRESQL = {
    "targets_event": (
        ("trail_append_only", "BEFORE UPDATE OR DELETE ON {} FOR EACH ROW"),
        ("trail_not_truncated", "BEFORE TRUNCATE ON {} FOR EACH STATEMENT"),
    ),
    "targets_seal": (
        ("seals_append_only", "BEFORE UPDATE OR DELETE ON {} FOR EACH ROW"),
        ("seals_not_truncated", "BEFORE TRUNCATE ON {} FOR EACH STATEMENT"),
    ),
}
_SQLITE = {
    "targets_event": (
        ("trail_not_updated", "BEFORE UPDATE ON {}"),
        ("trail_not_deleted", "BEFORE DELETE ON {}"),
    ),
    "targets_seal": (
        ("seals_not_updated", "BEFORE UPDATE ON {}"),
        ("seals_not_deleted", "BEFORE DELETE ON {}"),
    ),
}


def dialect(connection: BaseDatabaseWrapper) -> str:
    """Return which triggers the database takes: SQLITE or POSTGRESQL, by what it can do.

    The vendor's name says little: several products speak PostgreSQL's language under their own.
    Raises ImproperlyConfigured where the database takes neither.
    """
    if connection.vendor == SQLITE:
        return SQLITE
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_language WHERE lanname = 'plpgsql'")
            if cursor.fetchone():
                return POSTGRESQL
    except DatabaseError:
        pass
    raise ImproperlyConfigured(
        f"数据库（{connection.vendor}）不支持plpgsql触发器，无法保护操作记录不被改动，未继续。"
        "请使用PostgreSQL、与其兼容的数据库或SQLite。"
    )


def refusals(kind: str, table: str) -> tuple[str, ...]:
    """Return the statements that make a table's triggers."""
    if kind == POSTGRESQL:
        made, does = _POSTGRESQL, "EXECUTE FUNCTION refuse_change_of_trail()"
    else:
        made, does = _SQLITE, "BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END"
    return tuple(f"CREATE TRIGGER {name} {when.format(table)} {does}" for name, when in made[table])


def protect_trail(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers of both tables, whether some are there or not."""
    kind = dialect(schema_editor.connection)
    expose_trail(apps, schema_editor)
    if kind == POSTGRESQL:
        schema_editor.execute(_FUNCTION)
    for table in TABLES:
        for statement in refusals(kind, table):
            schema_editor.execute(statement)


def expose_trail(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers of both tables: for the moment in which a migration remakes one."""
    kind = dialect(schema_editor.connection)
    for table, triggers in (_POSTGRESQL if kind == POSTGRESQL else _SQLITE).items():
        for name, _when in triggers:
            place = f" ON {table}" if kind == POSTGRESQL else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{place}")
