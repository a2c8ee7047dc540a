"""A4: the disk fills up, and is freed: reading goes on, writing fails cleanly, then works again.

A disk is a small tmpfs where one may be mounted (as root). Without that right, and beside it,
the site's own processes are forbidden to make any file longer, which stops SQLite as a full
disk does.
"""

import errno
import random
import resource
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.browser import Browser
from tests.faults.servers import SQLITE, Postgres, Site

pytestmark = [pytest.mark.fault, pytest.mark.slow]

MIB = 1024 * 1024
LONGEST = 20_000  # characters of one text
LOG = 256 * 1024  # bytes: room for some texts; SQLite empties its log when it is 4 MiB long
READER = 54  # the unit that only reads


@dataclass(frozen=True)
class Disk:
    """The site whose disk can be filled, and how."""

    site: Site
    fill: Callable[[], None]
    free: Callable[[], None]


@contextmanager
def mounted(folder: Path, like: Path) -> Iterator[None]:
    """Have a small disk in a folder, owned as another one is."""
    owner = like.stat()
    options = f"size={16 * MIB},mode=700,uid={owner.st_uid},gid={owner.st_gid}"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield
    finally:
        # Lazily: processes that were just killed may still hold it for a moment.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def may_mount() -> bool:
    """Return whether this process may mount a disk."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with mounted(Path(folder), like=Path(folder)):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


def fill_up(folder: Path) -> None:
    """Write a file until no byte more fits."""
    with folder.joinpath("filler").open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(4096))
    with pytest.raises(OSError) as full:
        folder.joinpath("more").write_bytes(bytes(4096))
    assert full.value.errno == errno.ENOSPC


def limit(site: Site, longest: int) -> None:
    """Forbid the site's processes to make a file longer than so many bytes."""
    for pid in (site.master, *site.workers):
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (longest, most))


@pytest.fixture
def limited_disk(sqlite_site: Site) -> Disk:
    """No disk at all: the shared site on SQLite, forbidden to make its files longer."""

    def fill() -> None:
        # What is written goes to the log beside the database first: emptied, it soon is too long.
        assert sqlite_site.read("PRAGMA wal_checkpoint(TRUNCATE)") == [(0, 0, 0)]
        limit(sqlite_site, LOG)

    return Disk(sqlite_site, fill, lambda: limit(sqlite_site, resource.RLIM_INFINITY))


@pytest.fixture
def sqlite_disk(sqlite_site: Site, static: Path, tmp_path: Path) -> Iterator[Disk]:
    """A copy of the site on SQLite, with its folder on a small disk."""
    units, site = sqlite_site.units, Site(tmp_path)
    with mounted(tmp_path, like=tmp_path):
        with closing(sqlite3.connect(sqlite_site.url.removeprefix(SQLITE))) as connection:
            connection.execute("VACUUM INTO ?", [f"{tmp_path}/db.sqlite3"])
        (tmp_path / "static").symlink_to(static)
        with site.served():
            site.units = units.at(site.port)
            yield Disk(site, lambda: fill_up(tmp_path), (tmp_path / "filler").unlink)


@pytest.fixture
def postgresql_disk(postgresql_site: Site, postgres: Postgres) -> Iterator[Disk]:
    """The site on PostgreSQL, with the tables that a report is written to on a small disk."""
    folder = postgres.folder / "small"
    folder.mkdir()

    def move_to(space: str) -> None:
        for table in ("targets_contribution", "targets_event"):
            move = f"ALTER TABLE {table} SET TABLESPACE {space}"
            postgres.run(move, url=postgresql_site.url)

    with mounted(folder, like=postgres.folder):
        postgres.run(f"CREATE TABLESPACE small LOCATION '{folder}'")
        move_to("small")
        yield Disk(postgresql_site, lambda: fill_up(folder), (folder / "filler").unlink)
        move_to("pg_default")
        postgres.run("DROP TABLESPACE small")


@pytest.fixture(
    params=["limited_disk", *(["sqlite_disk", "postgresql_disk"] if may_mount() else [])]
)
def disk(request: pytest.FixtureRequest) -> Disk:
    return request.getfixturevalue(request.param)


def long_text() -> str:
    """Return a text as long as may be, never the same, which no database can store in less."""
    return "".join(map(chr, random.choices(range(0x4E00, 0x9FA6), k=LONGEST)))


def write_until_refused(unit: Browser) -> tuple[int, str]:
    """Save long texts until there is no room; return the version that stands, and the last text.

    What is free inside the database's own files may still be used.
    """
    version = unit.open_form()
    for _ in range(300):
        text = long_text()
        answer = unit.save(version, text)
        if answer.status != 302:
            assert answer.status == 503, answer
            assert "系统暂时无法读写数据" in answer.text
            assert f"{text}</textarea>" in answer.text, "what was typed is given back"
            return version, text
        version += 1
    raise AssertionError("the disk never was full")


def test_a_full_disk_stops_writing_only_and_only_while_it_is_full(disk: Disk) -> None:
    site, unit = disk.site, disk.site.units.browsers[0]
    pk = unit.box.strip("/").rpartition("/")[2]
    row = f"SELECT version, text FROM targets_contribution WHERE id = {pk}"
    fresh = Browser(site.port, f"unit-{READER:02}")
    fresh.log_in()
    disk.fill()
    try:
        version, text = write_until_refused(unit)
        ((kept, stands),) = site.read(row)
        assert kept == version, "the refused save changed nothing"
        # The first page after a login writes the session, where it can.
        assert fresh.get("/my-items/").status == 200
        for path in ("/my-items/", "/items/", "/dashboard/"):
            assert unit.get(path).status == 200, path
        assert stands in unit.get(unit.box).text
        assert site.is_healthy()
    finally:
        disk.free()
    assert unit.save(version, text).status == 302
    assert site.read(row) == [(version + 1, text)]
    if site.url.startswith(SQLITE):
        assert site.read("PRAGMA integrity_check") == [("ok",)]


def files_of(site: Site) -> set[Path]:
    """Return the files that units have attached, as they lie on disk."""
    return {path for path in site.folder.joinpath("media").rglob("*") if path.is_file()}


def test_a_file_that_finds_no_room_is_refused_and_leaves_nothing(postgresql_site: Site) -> None:
    site, unit = postgresql_site, postgresql_site.units.browsers[1]
    before = files_of(site)
    content = b"%PDF-1.4\n" + random.Random(1).randbytes(MIB) + b"\n%%EOF\n"
    version = unit.open_form()
    attach = f"{unit.box}attach/"
    limit(site, MIB // 2)
    try:
        answer = unit.post(attach, version=version, text="A4：附件。", file=content)
    finally:
        limit(site, resource.RLIM_INFINITY)
    assert answer.status == 503, answer
    assert "存储空间已满" in answer.text
    assert "A4：附件。</textarea>" in answer.text
    assert files_of(site) == before, "no part of it is left"
    version = unit.open_form()
    assert unit.post(attach, version=version, text="A4：附件。", file=content).status == 302
    (stored,) = files_of(site) - before
    assert stored.read_bytes() == content
