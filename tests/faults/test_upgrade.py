"""A8: the tables are brought up to date over data of the first migrations."""

import sqlite3
from pathlib import Path

import psycopg2
import pytest

from tests.faults.servers import SQLITE, Postgres, Site

pytestmark = [pytest.mark.fault, pytest.mark.slow]

SQLITE_COLUMNS = """
    SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name LIKE '{app}%' ORDER BY 1, c.cid
"""
POSTGRESQL_COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name LIKE '{app}%' ORDER BY 1, ordinal_position
"""


def columns(site: Site) -> dict[str, list[str]]:
    """Return the tables of our own with their columns."""
    statement = SQLITE_COLUMNS if site.url.startswith(SQLITE) else POSTGRESQL_COLUMNS
    found: dict[str, list[str]] = {}
    for app in ("targets", "reports"):
        for table, column in site.read(statement.format(app=app)):
            found.setdefault(table, []).append(column)
    return found


def rows(site: Site, tables: dict[str, list[str]]) -> dict[str, list[tuple]]:
    """Return what stands in these columns of these tables."""
    found = {}
    for table, names in tables.items():
        listed = ", ".join(f'"{name}"' for name in names)
        everything = site.read(f'SELECT {listed} FROM "{table}" ORDER BY id')
        found[table] = [tuple(map(plain, row)) for row in everything]
    return found


def plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_migrations_keep_every_row_and_the_trail(
    database: str, postgres: Postgres, tmp_path: Path
) -> None:
    site = Site(tmp_path, postgres.create("upgraded") if database == "postgresql" else "")
    site.fill("first_state")
    before = columns(site)
    kept = rows(site, before)
    assert len(kept["targets_event"]) == len(kept["targets_contribution"]) > 100
    site.manage("migrate", "--skip-checks")
    assert columns(site) != before, "nothing was migrated"
    assert rows(site, before) == kept
    site.manage("check_trail")
    for change in ("UPDATE targets_event SET actor = 'nobody'", "DELETE FROM targets_event"):
        with pytest.raises((psycopg2.Error, sqlite3.Error), match="append-only"):
            site.read(change)
