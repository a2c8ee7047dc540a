"""A7: the documented backup, made while units write, restored in another place."""

import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.browser import Browser
from tests.faults.servers import ROOT, SQLITE, Postgres, Site, wait_until
from tests.faults.storm import WRITES

pytestmark = [pytest.mark.fault, pytest.mark.slow]

UNITS = 12


class Writers:
    """Units that write while a block runs: files, and texts that name their own version."""

    def __init__(self, site: Site) -> None:
        self.browsers = site.units.browsers[:UNITS]
        self.versions: dict[str, int] = {}  # acknowledged, by unit
        self.files: set[str] = set()  # acknowledged, by hash

    def have_all_written(self) -> bool:
        """Tell whether each unit had a text acknowledged; SQLite lets one wait for long."""
        return len(self.versions) == UNITS and len(self.files) >= UNITS

    @contextmanager
    def at_work(self) -> Iterator[None]:
        stop = threading.Event()
        with ThreadPoolExecutor(UNITS) as threads:
            all_units = [threads.submit(self._write, each, stop) for each in self.browsers]
            try:
                yield
            finally:
                stop.set()
            for unit in all_units:
                unit.result()

    def _write(self, unit: Browser, stop: threading.Event) -> None:
        version = unit.open_form()
        files = 0
        while not stop.is_set():
            fields = {"version": version, "text": text_of(unit.username, version + 1)}
            content = f"%PDF-1.4\n{fields['text']}\n%%EOF\n".encode()
            if files < 8 and version % 2:
                files += 1
                answer = unit.post(f"{unit.box}attach/", **fields, file=content)
                self.files.add(hashlib.sha256(content).hexdigest())
            else:
                answer = unit.save(**fields)
            assert answer.status == 302, answer
            version += 1
            self.versions[unit.username] = version


def text_of(username: str, version: int) -> str:
    return f"A7：{username}第{version}版。"


def restore(
    archive: Path, new: Path, postgres: Postgres, is_sqlite: bool, kept_tables: Path
) -> tuple[Site, str]:
    """Put a backup into a new site; return it with what the command found to agree."""
    site = Site(new) if is_sqlite else Site(new, postgres.create("restored"))
    site.make_tables(kept_tables)  # as deploy/install leaves it
    if not is_sqlite:  # and as a newer version would
        columns = "id int PRIMARY KEY, event_id bigint REFERENCES targets_event"
        postgres.run(f"CREATE TABLE targets_of_next_year ({columns})", url=site.url)
    done = subprocess.run(
        [sys.executable, "manage.py", "restore", str(archive)],
        cwd=ROOT,
        env=site.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return site, done.stdout


def test_a_backup_under_load_is_complete_and_agrees_with_itself(
    site: Site, postgres: Postgres, static: Path, kept_tables: Path, tmp_path: Path
) -> None:
    place, new = tmp_path / "copies", tmp_path / "new"
    place.mkdir()
    new.mkdir()
    writers = Writers(site)
    with writers.at_work():
        wait_until(writers.have_all_written, "every unit wrote, and files were attached")
        versions, files = dict(writers.versions), set(writers.files)
        site.manage("backup", str(place))
    assert writers.versions != versions, "nobody wrote while the backup was made"
    (archive,) = place.iterdir()
    restored, told = restore(archive, new, postgres, site.url.startswith(SQLITE), kept_tables)
    assert "行数都相符" in told
    assert f"附件{len(restored.read('SELECT 1 FROM targets_evidence'))}个，校验值都相符" in told
    assert "逐条核验相符" in told
    check_restored(restored, versions, files)
    (new / "static").symlink_to(static)
    with restored.served():
        unit = writers.browsers[0].at(restored.port)
        assert f"A7：{unit.username}第" in unit.get(unit.box).text, "it is served, session and all"


def check_restored(restored: Site, versions: dict[str, int], files: set[str]) -> None:
    """Compare counts, versions and hashes with what was acknowledged before the backup began."""
    rows = restored.read(
        "SELECT u.username, c.version, c.text FROM targets_contribution c"
        " JOIN targets_user u ON u.id = c.saved_by_id WHERE c.text LIKE 'A7%'"
    )
    found = {username: (version, text) for username, version, text in rows}
    for username, version in versions.items():
        kept, text = found[username]
        assert kept >= version, "acknowledged, and not in the backup"
        assert text == text_of(username, kept)
    assert all(version == 1 + writes for _, version, writes in restored.read(WRITES))
    attached = dict(restored.read("SELECT file, sha256 FROM targets_evidence"))
    assert files <= set(attached.values())
    for name, sha256 in attached.items():
        content = (restored.folder / "media" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
    restored.manage("check_trail")
    if restored.url.startswith(SQLITE):
        assert restored.read("PRAGMA integrity_check") == [("ok",)]
