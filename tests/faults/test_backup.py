"""A7: the documented backup, made while units write, restored in another place."""

import hashlib
import os
import re
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
GUIDE = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
NAMES = {"/var/lib/tracker": "var", "DATE": "$(date +%F)"}


def documented(heading: str, word: str) -> str:
    """Return the commands of the guide's one block under a heading that has a word."""
    section = GUIDE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    (block,) = (each for each in re.findall(r"```sh\n(.+?)```", section, re.DOTALL) if word in each)
    for name, here in NAMES.items():
        block = block.replace(name, here)
    return block


class Writers:
    """Units that write while a block runs: files, and texts that name their own version."""

    def __init__(self, site: Site) -> None:
        self.browsers = site.units.browsers[:UNITS]
        self.versions: dict[str, int] = {}  # acknowledged, by unit
        self.files: set[str] = set()  # acknowledged, by hash

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


def back_up(site: Site, place: Path, word: str) -> None:
    """Run the guide's commands in a folder that looks like the installed site's."""
    (place / ".venv").symlink_to(sys.prefix)
    (place / "var").symlink_to(site.folder)
    for each in (word, "media"):
        subprocess.run(
            ["bash", "-euc", documented("Backup", each)],
            cwd=place,
            env={**os.environ, "DATABASE_URL": site.url},
            check=True,
        )


def restore(place: Path, new: Path, postgres: Postgres, word: str) -> Site:
    """Put a backup into a new site, as the guide says."""
    (copy,) = place.glob("tracker-media-*.tar.gz")
    subprocess.run(["tar", "-C", new, "-xzf", copy], check=True)
    if word == "VACUUM":
        (copy,) = place.glob("tracker-*.sqlite3")
        copy.rename(new / "db.sqlite3")
        return Site(new)
    site = Site(new, postgres.create("restored"))
    command = next(
        line for line in documented("Restore", "pg_restore").splitlines() if word in line
    )
    environment = {**os.environ, "DATABASE_URL": site.url}
    subprocess.run(["bash", "-euc", command], cwd=place, env=environment, check=True)
    return site


def test_a_backup_under_load_is_complete_and_agrees_with_itself(
    site: Site, postgres: Postgres, static: Path, tmp_path: Path
) -> None:
    place, new = tmp_path / "copies", tmp_path / "new"
    place.mkdir()
    new.mkdir()
    dump, load = ("VACUUM", "VACUUM") if site.url.startswith(SQLITE) else ("pg_dump", "pg_restore")
    writers = Writers(site)
    with writers.at_work():
        wait_until(lambda: len(writers.files) >= UNITS, "files were attached")
        versions, files = dict(writers.versions), set(writers.files)
        back_up(site, place, dump)
    assert writers.versions != versions, "nobody wrote while the backup was made"
    restored = restore(place, new, postgres, load)
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
