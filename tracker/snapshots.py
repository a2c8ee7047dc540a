"""A copy of the database as it is at one moment, on either kind of database, and back.

PostgreSQL's own tools write and read the copy; the counts beside it come from the very same
moment (an exported snapshot). SQLite's copy is a whole file, and is counted itself.
"""

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from targets.models import Seal
from targets.triggers import POSTGRESQL, SQLITE, dialect

Ask = Callable[[str], list[tuple[Any, ...]]]

COPY_NAMES = {POSTGRESQL: "database.dump", SQLITE: "database.sqlite3"}
_TABLES = {
    POSTGRESQL: "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
    SQLITE: "SELECT name FROM sqlite_master WHERE type = 'table'"
    " AND name NOT LIKE 'sqlite_%' ORDER BY 1",
}
_FILES = ("targets_evidence", "targets_instructionfile")
_SEALS = """
    SELECT s.chain, s.number, s.digest FROM targets_seal s
    WHERE s.number = (SELECT max(number) FROM targets_seal t WHERE t.chain = s.chain)
    ORDER BY s.chain
"""


class CopyFailed(Exception):
    """The database could not be copied or read back; `str()` says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What one moment's database holds; enough to tell whether a copy of it is whole."""

    counts: dict[str, int]  # rows, by table
    migrations: list[str]  # "app.name"
    seals: list[list[Any]]  # of each chain the last: chain, number, digest
    files: dict[str, str]  # SHA-256 of what is attached, by the name under MEDIA_ROOT


def kind() -> str:
    """Return which of the two kinds this site's database is."""
    return dialect(connection)


def read_contents(ask: Ask, of: str) -> Contents:
    """Count a database of one of the two kinds."""
    tables = [name for (name,) in ask(_TABLES[of])]
    return Contents(
        # The names come from the database itself.
        counts={each: ask(f'SELECT count(*) FROM "{each}"')[0][0] for each in tables},  # noqa: S608
        migrations=[
            f"{app}.{name}"
            for app, name in ask("SELECT app, name FROM django_migrations ORDER BY app, name")
        ],
        seals=[list(row) for row in ask(_SEALS)],
        files={
            file: digest
            for table in _FILES
            if table in tables  # a copy from before an upgrade may lack it
            for file, digest in ask(f'SELECT file, sha256 FROM "{table}" ORDER BY file')  # noqa: S608
        },
    )


@contextmanager
def copied(folder: Path) -> Iterator[tuple[Path, Contents]]:
    """Write a copy into a folder and yield it with what it holds."""
    copy = folder / COPY_NAMES[kind()]
    if kind() == SQLITE:
        yield copy, _copy_sqlite(copy)
    else:
        yield copy, _copy_postgresql(copy)


def _copy_sqlite(copy: Path) -> Contents:
    try:
        with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=60)) as ours:
            ours.execute("VACUUM INTO ?", (str(copy),))
    except sqlite3.Error as error:
        raise CopyFailed(f"数据库未能复制（{type(error).__name__}）。") from error
    with closing(sqlite3.connect(copy)) as made:
        return read_contents(lambda statement: made.execute(statement).fetchall(), SQLITE)


def _copy_postgresql(copy: Path) -> Contents:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # This transaction stays open, doing nothing, for as long as the copy takes.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()

        def ask(statement: str) -> list[tuple[Any, ...]]:
            cursor.execute(statement)
            return cursor.fetchall()

        contents = read_contents(ask, POSTGRESQL)
        _run(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={copy}",
        )
    return contents


def load(copy: Path, made_on: str) -> Contents:
    """Put a copy in the place of this site's database, whole or not at all; return what it holds.

    `made_on` is the kind of database that the copy was made on.
    """
    if made_on != kind():
        names = {POSTGRESQL: "PostgreSQL", SQLITE: "SQLite"}
        raise CopyFailed(
            f"备份来自{names.get(made_on, made_on)}，本站用的是{names[kind()]}，不能互相恢复。"
            "请把DATABASE_URL设为同类的数据库。"
        )
    if made_on == SQLITE:
        _load_sqlite(copy)
    else:
        _drop_tables()
        _run(
            "pg_restore",
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={connection.settings_dict['NAME']}",
            str(copy),
        )
    with connection.cursor() as cursor:
        if made_on == POSTGRESQL:
            cursor.execute("ANALYZE")

        def ask(statement: str) -> list[tuple[Any, ...]]:
            cursor.execute(statement)
            return cursor.fetchall()

        return read_contents(ask, made_on)


def _drop_tables() -> None:
    """Make room: the tables that migrations made here are empty, and may be of a newer version."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TABLES[POSTGRESQL])
        for (table,) in cursor.fetchall():
            cursor.execute(f'DROP TABLE "{table}" CASCADE')
        for function in ("refuse_change_of_trail", "refresh_statistics"):
            cursor.execute(f"DROP FUNCTION IF EXISTS {function}()")
    connection.close()


def _load_sqlite(copy: Path) -> None:
    connection.close()
    with (
        closing(sqlite3.connect(copy)) as source,
        closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=60)) as ours,
    ):
        (verdict,) = source.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise CopyFailed("备份中的数据库已损坏，未恢复。")
        source.backup(ours)


def holds_data() -> bool:
    """Tell whether this site has a district or an account; its own backups belong to neither."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in ("targets_district", "targets_user"):
            if table in tables:
                cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - the two above
                if cursor.fetchone():
                    return True
    return False


def has_seal(chain: int, number: int, digest: str) -> bool:
    """Tell whether a chain still has the link that a manifest names."""
    return Seal.objects.filter(chain=chain, number=number, digest=digest).exists()


def _run(program: str, *options: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, unseen."""
    of = connection.settings_dict
    known = {
        "PGHOST": of["HOST"],
        "PGPORT": str(of["PORT"]),
        "PGUSER": of["USER"],
        "PGPASSWORD": of["PASSWORD"],
        "PGDATABASE": of["NAME"],
    }
    environment = {**os.environ, **{name: value for name, value in known.items() if value}}
    try:
        done = subprocess.run(  # noqa: S603 - the two programs above, with our own options
            [program, *options], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise CopyFailed(f"服务器上没有{program}，请安装postgresql-client。") from error
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise CopyFailed(f"{program}没有成功：{said[0] if said else done.returncode}")
