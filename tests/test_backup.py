"""Backups and restores: what they keep, what they refuse, and what they say of it."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from tests import databases
from tracker.backups import MANIFEST, list_backups, remove_old
from tracker.version import VERSION

PDF = b"%PDF-1.4\n%%EOF\n"
FILL = """
from django.core.files.base import ContentFile
from targets import actions
from targets.choices import Role
from targets.models import Contribution, Goal, User
from tests import builders
district = builders.make_district()
(unit,) = builders.make_units(district, 1)
plan = builders.make_plan(district)
builders.make_item(Goal.objects.create(plan=plan, number=1, name="目标"), 1, [unit])
office = User.objects.create(username="office", role=Role.OFFICE, district=district)
reporter = User.objects.create(username="unit", role=Role.UNIT, district=district, unit=unit)
builders.open_quarter(plan, office)
builders.attach(Contribution.objects.get(), reporter)
"""

Manage = Callable[..., subprocess.CompletedProcess]


def site_in(folder: Path) -> Manage:
    """Return the commands of a site on SQLite in a folder, under the site's settings."""

    def manage(*command: str, **more: str) -> subprocess.CompletedProcess:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tracker.settings",
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "VAR_DIR": str(folder),
            **more,
        }
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
        )

    manage.folder = folder
    return manage


@pytest.fixture
def site(tmp_path: Path) -> Callable[[str], Manage]:
    """Return a maker of sites, each in a folder of its own."""

    def make(name: str) -> Manage:
        (tmp_path / name).mkdir()
        return site_in(tmp_path / name)

    return make


@pytest.fixture(scope="module")
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a site once: that costs more than the tests."""
    made = site_in(tmp_path_factory.mktemp("template"))
    (made.folder / "backups").mkdir()
    install(made, request)
    done = made("shell", "-v0", "-c", FILL)
    assert done.returncode == 0, done.stderr
    made("seal_trail")
    return made.folder


def install(site: Manage, request: pytest.FixtureRequest) -> None:
    """Give a site its tables, as `migrate` left them."""
    kept = request.config.cache.mkdir("databases")
    databases.copy_file(kept, site.folder / "db.sqlite3")


@pytest.fixture
def filled(template: Path, tmp_path: Path) -> Manage:
    return site_in(Path(shutil.copytree(template, tmp_path / "filled")))


def back_up(filled: Manage) -> Path:
    done = filled("backup")
    assert done.returncode == 0, done.stderr
    (archive,) = (filled.folder / "backups").glob("*.tar.gz")
    return archive


def rows(folder: Path, statement: str) -> list:
    return sqlite3.connect(folder / "db.sqlite3").execute(statement).fetchall()


def change(archive: Path, name: str, to: Callable[[bytes], bytes]) -> Path:
    """Return a copy of the archive with one member changed."""
    changed = archive.with_name(f"{to.__name__}-{archive.name}")
    with tarfile.open(archive) as source, tarfile.open(changed, "w:gz") as target:
        for member in source.getmembers():
            content = source.extractfile(member).read()
            if member.name.startswith(name):
                content = to(content)
                member.size = len(content)
            target.addfile(member, io.BytesIO(content))
    return changed


@pytest.mark.slow
def test_a_backup_restored_has_every_row_and_file(filled, site, tmp_path, request):
    archive = back_up(filled)
    assert VERSION in archive.name
    assert archive.stat().st_mode & 0o077 == 0
    # An installed site has its tables, and a backup of its own behind it.
    new = site("new")
    install(new, request)
    assert new("backup", str(tmp_path)).returncode == 0
    done = new("restore", str(archive))
    assert done.returncode == 0, done.stderr
    for words in ("附件1个，校验值都相符", "行数都相符", "操作记录的链1条，逐条核验相符", "已恢复"):
        assert words in done.stdout
    for table in ("targets_user", "targets_contribution", "targets_seal", "targets_evidence"):
        everything = f"SELECT * FROM {table} ORDER BY id"  # noqa: S608
        assert rows(new.folder, everything)[:1] == rows(filled.folder, everything)[:1] != []
    ((name,),) = rows(new.folder, "SELECT file FROM targets_evidence")
    assert (new.folder / "media" / name).read_bytes() == PDF
    events = "SELECT verb, subject, actor FROM targets_event ORDER BY id DESC LIMIT 1"
    assert rows(filled.folder, events) == [("export", "backup", "命令行")]
    assert rows(new.folder, events) == [("import", "backup", "命令行")]


@pytest.mark.slow
def test_a_restore_refuses_what_is_not_whole_and_changes_nothing(filled, site):
    archive = back_up(filled)

    def longer(content: bytes) -> bytes:
        return content + b" "

    def cut(content: bytes) -> bytes:
        return content[:-1]

    def newer(content: bytes) -> bytes:
        manifest = json.loads(content)
        manifest["contents"]["migrations"].append("targets.9999_of_next_year")
        return json.dumps(manifest).encode()

    def other(content: bytes) -> bytes:
        return json.dumps({**json.loads(content), "database": "postgresql"}).encode()

    def fewer(content: bytes) -> bytes:
        manifest = json.loads(content)
        manifest["contents"]["counts"]["targets_user"] += 1
        return json.dumps(manifest).encode()

    broken = archive.with_name("half.tar.gz")
    broken.write_bytes(archive.read_bytes()[:-2000])
    for case, words, keeps_empty in (
        (broken, "不是完整的备份", True),
        (change(archive, "files/", longer), "附件", True),
        (
            change(archive, "database", cut),
            "数据库与清单不符",
            True,
        ),
        (change(archive, MANIFEST, newer), "请先升级", True),
        (change(archive, MANIFEST, other), "备份", True),
        (change(archive, MANIFEST, fewer), "targets_user有2行，应有3行", False),
    ):
        empty = site(f"refused-{words}")
        done = empty("restore", str(case))
        assert done.returncode == 1, words
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        if keeps_empty:
            tables = rows(empty.folder, "SELECT name FROM sqlite_master")
            assert ("targets_user",) not in tables
            assert not (empty.folder / "media").exists()
    outside = archive.with_name("outside.tar.gz")
    with tarfile.open(outside, "w:gz") as tar:
        member = tarfile.TarInfo("../../escaped")
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    assert "不该有的内容" in site("outside")("restore", str(outside)).stderr
    assert filled("restore", str(archive)).returncode == 1
    assert "已有数据" in filled("restore", str(archive)).stderr


@pytest.mark.slow
def test_a_backup_goes_to_a_second_place_and_says_so_where_it_cannot(filled, tmp_path):
    second = tmp_path / "second"
    second.mkdir()
    done = filled("backup", BACKUP_SECOND=str(second))
    assert done.returncode == 0, done.stderr
    (archive,) = second.iterdir()
    assert archive.read_bytes() == (filled.folder / "backups" / archive.name).read_bytes()
    time.sleep(1.1)  # a name a second
    away = filled("backup", BACKUP_SECOND=str(tmp_path / "away"))
    assert away.returncode == 1
    assert "第二存放处" in away.stderr
    assert len(list_backups(filled.folder / "backups")) == 2, "the first place has it all the same"
    nowhere = filled("backup", str(tmp_path / "nowhere"))
    assert (nowhere.returncode, "不存在" in nowhere.stderr) == (1, True)


@pytest.mark.slow
def test_a_backup_names_files_that_are_gone_or_changed(filled, site):
    ((name,),) = rows(filled.folder, "SELECT file FROM targets_evidence")
    path = filled.folder / "media" / name
    path.write_bytes(PDF + b"changed")
    done = filled("backup")
    assert (done.returncode, name in done.stderr) == (1, True)
    (archive,) = (filled.folder / "backups").glob("*.tar.gz")
    assert f"与登记不符的附件1个：{name}" in site("damaged")("restore", str(archive)).stdout
    archive.unlink()
    path.unlink()
    archive = back_up(filled)
    assert "被单位移除的附件1个" in site("missing")("restore", str(archive)).stdout


def test_old_backups_go_by_number_and_by_age_but_never_the_newest(tmp_path):
    now = time.time()
    for age in range(6):
        path = tmp_path / f"tracker-202611{20 - age}-010000-0.2.0.tar.gz"
        path.touch()
        os.utime(path, (now, now - age * 86400))
    (tmp_path / "notes.txt").touch()
    remove_old(tmp_path, keep=4, days=90)
    assert [each.path.name[8:16] for each in list_backups(tmp_path)] == [
        "20261120",
        "20261119",
        "20261118",
        "20261117",
    ]
    remove_old(tmp_path, keep=4, days=2)
    assert len(list_backups(tmp_path)) == 2
    remove_old(tmp_path, keep=0, days=0)
    assert len(list_backups(tmp_path)) == 1
    assert (tmp_path / "notes.txt").exists()
