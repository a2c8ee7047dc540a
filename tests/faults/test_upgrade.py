"""A8: the data of every release are brought up to date, and say what they said.

tests/data/releases/README.md tells how the data were made.
"""

import csv
import json
import lzma
import sqlite3
import subprocess
from pathlib import Path

import psycopg2
import pytest

from tests.faults.servers import SQLITE, Postgres, Site

pytestmark = [pytest.mark.slow, pytest.mark.once]  # on both databases by itself

RELEASES = Path(__file__).resolve().parents[1] / "data" / "releases"
VERSIONS = sorted(each.name for each in RELEASES.iterdir() if (each / "said.json").exists())
SQLITE_COLUMNS = """
    SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name LIKE '{app}%' ORDER BY 1, c.cid
"""
POSTGRESQL_COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name LIKE '{app}%' ORDER BY 1, ordinal_position
"""
# What a migration is meant to change in a row that was there before, each with its reason.
CHANGED: dict[str, set[str]] = {}


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
        kept = [name for name in names if name not in CHANGED.get(table, ())]
        listed = ", ".join(f'"{name}"' for name in kept)
        everything = site.read(f'SELECT {listed} FROM "{table}"')
        found[table] = sorted((tuple(map(plain, row)) for row in everything), key=repr)
    return found


def plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def restored(version: str, database: str, postgres: Postgres, folder: Path) -> Site:
    """Return a site on a copy of the release's data."""
    if database == "sqlite":
        site = Site(folder)
        data = lzma.decompress((RELEASES / version / "tracker.sqlite3.xz").read_bytes())
        Path(site.url.removeprefix(SQLITE)).write_bytes(data)
        return site
    site = Site(folder, postgres.create(f"of_{version.replace('.', '_')}"))
    dump = lzma.decompress((RELEASES / version / "tracker.sql.xz").read_bytes())
    command = ["psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--output", "/dev/null", site.url]
    subprocess.run(command, input=dump, check=True)
    return site


def by_heads(lines: list[str], heads: list[str]) -> list[tuple[str, ...]]:
    """Return a table's rows with the columns of these heads; other columns may have come."""
    table = csv.DictReader("\n".join(lines).splitlines(keepends=True))
    return [tuple(row[head] for head in heads) for row in table]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("version", VERSIONS)
def test_an_upgrade_keeps_every_row_every_figure_and_every_issued_byte(
    version: str,
    database: str,
    postgres: Postgres,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    site = restored(version, database, postgres, tmp_path)
    before = columns(site)
    kept = rows(site, before)
    assert min(len(kept[f"targets_{each}"]) for each in ("event", "contribution")) > 100
    site.manage("migrate", "--skip-checks")
    assert rows(site, before) == kept
    # What this version's demonstration has and the release's had not comes beside it, once.
    for told in ("补充：从工作标准读出的指标", "没有要补充的内容；原有内容未改动。"):
        site.manage("load_demo", "--skip-checks")
        assert told in capfd.readouterr().out
    site.manage("check_trail")
    said, now = RELEASES / version / "said.json", tmp_path / "now.json"
    site.environment["SECOND_FACTOR"] = ""  # the test asks as the office, which has no phone
    asked = f"from tests.faults import upgraded; upgraded.ask({str(said)!r}, {str(now)!r})"
    site.manage("shell", "-c", asked)
    says = json.loads(now.read_text(encoding="utf-8"))
    said = json.loads(said.read_text(encoding="utf-8"))
    assert says["issued"] == said["issued"]
    for code, files in said["quarters"].items():
        for name, lines in files.items():
            heads = next(csv.reader(lines))
            assert by_heads(says["quarters"][code][name], heads) == by_heads(lines, heads), code
    for change in ("UPDATE targets_event SET actor = 'nobody'", "DELETE FROM targets_event"):
        with pytest.raises((psycopg2.Error, sqlite3.Error), match="append-only"):
            site.read(change)
