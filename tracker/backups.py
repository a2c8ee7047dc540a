"""Backups: the database and what is attached, in one archive that says what must be in it.

Made while people work. The database is copied first and the files after it, so that every
file that the copy names is there; one that a unit removes in between is named as missing.
"""

import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from tracker import snapshots
from tracker.snapshots import Contents, CopyFailed
from tracker.version import VERSION

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files"  # the folder of what is attached, inside the archive
NAMED = "tracker-*.tar.gz"
CHUNK = 1 << 20
LATE_AFTER = timedelta(hours=26)  # a nightly backup, and two hours' grace


class BackupFailed(Exception):
    """No backup was made, or none was restored; `str()` says why and what to do."""


@dataclass(slots=True)
class Manifest:
    """What is in an archive, as it says itself."""

    version: str
    made_at: str
    database: str  # SQLITE or POSTGRESQL
    copy_sha256: str
    contents: Contents
    missing: list[str] = field(default_factory=list)  # removed while the backup was made
    damaged: list[str] = field(default_factory=list)  # not as they were when attached
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Backup:
    """An archive on this machine."""

    path: Path
    made_at: datetime
    size: int

    @property
    def is_late(self) -> bool:
        return timezone.now() - self.made_at > LATE_AFTER


# Making -------------------------------------------------------------------


def make_backup(folder: Path) -> tuple[Path, Manifest]:
    """Write an archive into a folder, under its final name only when it is whole."""
    if not folder.is_dir():
        raise BackupFailed(f"文件夹{folder}不存在，未备份。请先建立，或改写BACKUP_DIR。")
    now = timezone.localtime()
    name = f"tracker-{now:%Y%m%d-%H%M%S}-{VERSION}.tar.gz"
    try:
        # Beside its final place: the same disk, so that renaming is one step.
        with tempfile.TemporaryDirectory(prefix=".tracker-", dir=folder) as made:
            manifest = _write(Path(made), Path(made) / name, now)
            target = folder / name
            (Path(made) / name).rename(target)
    except OSError as error:
        raise BackupFailed(f"未能备份：{error.strerror}（{folder}）。") from error
    except CopyFailed as error:
        raise BackupFailed(f"未能备份：{error}") from error
    return target, manifest


def _write(work: Path, archive: Path, now: datetime) -> Manifest:
    with snapshots.copied(work) as (copy, contents):
        manifest = Manifest(VERSION, now.isoformat(), snapshots.kind(), sha256_of(copy), contents)
        # The copy and most attached files are packed already: more effort would win nothing.
        with tarfile.open(archive, "x:gz", compresslevel=1) as tar:
            archive.chmod(0o600)
            tar.add(copy, copy.name)
            copy.unlink()
            for name, sha256 in contents.files.items():
                _add_file(tar, name, sha256, manifest)
            said = work / MANIFEST
            said.write_text(json.dumps(asdict(manifest), ensure_ascii=False), encoding="utf-8")
            tar.add(said, MANIFEST)
    return manifest


def _add_file(tar: tarfile.TarFile, name: str, sha256: str, manifest: Manifest) -> None:
    path = Path(settings.MEDIA_ROOT) / name
    try:
        found = sha256_of(path)
        tar.add(path, f"{FILES}/{name}")
    except FileNotFoundError:
        manifest.missing.append(name)
        return
    if found != sha256:
        manifest.damaged.append(name)


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_to(archive: Path, place: Path) -> None:
    """Copy an archive to a second place, and read it back there."""
    target = place / archive.name
    partial = place / f".{archive.name}.partial"
    try:
        shutil.copyfile(archive, partial)
        if sha256_of(partial) != sha256_of(archive):
            raise BackupFailed(f"第二存放处{place}的副本与备份不符，请检查该处的磁盘。")
        partial.rename(target)
    except OSError as error:
        raise BackupFailed(f"第二存放处{place}没有写入：{error.strerror}。") from error
    finally:
        partial.unlink(missing_ok=True)


def list_backups(folder: Path) -> list[Backup]:
    """Return the archives in a folder, newest first; [] where it cannot be read."""
    try:
        found = [(path, path.stat()) for path in folder.glob(NAMED)]
    except OSError:
        return []
    zone = timezone.get_current_timezone()
    backups = [
        Backup(path, datetime.fromtimestamp(of.st_mtime, zone), of.st_size) for path, of in found
    ]
    return sorted(backups, key=lambda each: each.path.name, reverse=True)


def remove_old(folder: Path, *, keep: int, days: int) -> list[Path]:
    """Remove archives beyond the newest `keep` or older than `days`; never the newest."""
    oldest = timezone.now() - timedelta(days=days)
    removed = []
    for place, backup in enumerate(list_backups(folder)):
        if place > 0 and (place >= keep or backup.made_at < oldest):
            backup.path.unlink(missing_ok=True)
            removed.append(backup.path)
    return removed


# Restoring ----------------------------------------------------------------


def restore_backup(archive: Path) -> Iterator[str]:
    """Put an archive into this empty site; yield what was found to agree, a sentence each.

    Raises BackupFailed at the first thing that does not.
    """
    if snapshots.holds_data():
        raise BackupFailed("本站已有数据，未恢复。备份只能恢复到空的数据库。")
    work_in = Path(settings.VAR_DIR)
    try:
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=work_in) as made:
            work = Path(made)
            manifest = _unpack(archive, work)
            yield f"备份：{manifest.made_at}，版本{manifest.version}"
            _check_known(manifest)
            copy = work / snapshots.COPY_NAMES[manifest.database]
            if sha256_of(copy) != manifest.copy_sha256:
                raise BackupFailed("备份中的数据库与清单不符，未恢复。请换一份备份。")
            yield from _check_files(manifest, work / FILES)
            yield from _load(manifest, copy)
            yield from _put_files(manifest, work / FILES)
    except (OSError, tarfile.TarError, EOFError, ValueError, KeyError, TypeError) as error:
        raise BackupFailed(f"{archive.name}不是完整的备份（{type(error).__name__}）。") from error
    except CopyFailed as error:
        raise BackupFailed(str(error)) from error
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    yield f"数据表已更新到版本{VERSION}"
    yield _check_seals(manifest)


def _unpack(archive: Path, work: Path) -> Manifest:
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            _extract(tar, member, work)
    said: dict[str, Any] = json.loads((work / MANIFEST).read_text(encoding="utf-8"))
    if said["format"] != FORMAT:
        raise BackupFailed(f"备份的格式是第{said['format']}版，本系统只认第{FORMAT}版。")
    return Manifest(**{**said, "contents": Contents(**said["contents"])})


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, work: Path) -> None:
    """Write one member below a folder: files alone, nothing out of it.

    By hand: the filters of tarfile are younger than the Python of Debian 12.
    """
    target = work / member.name
    content = tar.extractfile(member) if member.isfile() else None
    if content is None or ".." in target.parts or work not in target.parents:
        raise BackupFailed(f"备份中有不该有的内容（{member.name}），未恢复。")
    target.parent.mkdir(parents=True, exist_ok=True)
    with content, target.open("wb") as file:
        shutil.copyfileobj(content, file, CHUNK)


def _check_known(manifest: Manifest) -> None:
    ours = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(manifest.contents.migrations) - ours):
        raise BackupFailed(
            f"备份由较新的版本{manifest.version}制作（{unknown[0]}），本系统是{VERSION}。请先升级。"
        )


def _check_files(manifest: Manifest, folder: Path) -> Iterator[str]:
    for name, sha256 in manifest.contents.files.items():
        if name in manifest.missing:
            continue
        path = folder / name
        if not path.is_file() or (name not in manifest.damaged and sha256_of(path) != sha256):
            raise BackupFailed(f"备份中的附件{name}缺失或与清单不符，未恢复。请换一份备份。")
        if (Path(settings.MEDIA_ROOT) / name).exists():
            raise BackupFailed(f"{settings.MEDIA_ROOT}中已有附件{name}，未恢复。请先移走。")
    whole = len(manifest.contents.files) - len(manifest.missing) - len(manifest.damaged)
    yield f"附件{whole}个，校验值都相符"
    if manifest.missing:
        yield f"备份期间被单位移除的附件{len(manifest.missing)}个，操作记录中有"
    if manifest.damaged:
        names = "、".join(manifest.damaged)
        yield f"制作备份时就与登记不符的附件{len(manifest.damaged)}个：{names}"


def _load(manifest: Manifest, copy: Path) -> Iterator[str]:
    found = snapshots.load(copy, manifest.database)
    wanted = manifest.contents
    for table, count in wanted.counts.items():
        if found.counts.get(table) != count:
            raise BackupFailed(
                f"恢复之后{table}有{found.counts.get(table, 0)}行，应有{count}行。"
                "请清空数据库，换一份备份。"
            )
    yield f"数据表{len(wanted.counts)}张、{sum(wanted.counts.values())}行，行数都相符"


def _put_files(manifest: Manifest, folder: Path) -> Iterator[str]:
    for name in manifest.contents.files:
        path = folder / name
        if path.is_file():
            target = Path(settings.MEDIA_ROOT) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
            target.chmod(settings.FILE_UPLOAD_PERMISSIONS)
    yield f"附件已放入{settings.MEDIA_ROOT}"


def _check_seals(manifest: Manifest) -> str:
    for chain, number, digest in manifest.contents.seals:
        if not snapshots.has_seal(chain, number, digest):
            raise BackupFailed(f"链{chain}第{number}条封存与清单不符。请换一份备份。")
    connection.close()
    call_command("check_trail", verbosity=0)
    return f"操作记录的链{len(manifest.contents.seals)}条，逐条核验相符"
