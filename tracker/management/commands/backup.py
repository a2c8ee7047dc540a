"""Back the site up while people work; by hand, and every night by a timer."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from targets import actions
from tracker.backups import BackupFailed, copy_to, make_backup, remove_old, sha256_of


class Command(BaseCommand):
    """`manage.py backup [文件夹]`; exit status 1 where there is none, or it has a fault."""

    help = "备份数据库和附件；不写文件夹的，备份到BACKUP_DIR"
    requires_system_checks = ()  # they name the fonts in use every time

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, metavar="文件夹")

    def handle(self, *args: object, folder: Path | None, **options: Any) -> None:
        folder = folder or settings.BACKUP_DIR
        faults = []
        try:
            archive, manifest = make_backup(folder)
            kept = {"keep": settings.BACKUP_KEEP, "days": settings.BACKUP_DAYS}
            removed = remove_old(folder, **kept)
            actions.record_backup(name=archive.name, sha256=sha256_of(archive))
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        if manifest.damaged:
            faults.append(f"{len(manifest.damaged)}个附件与登记的校验值不符：{manifest.damaged[0]}")
        if settings.BACKUP_SECOND:
            try:
                copy_to(archive, settings.BACKUP_SECOND)
                remove_old(settings.BACKUP_SECOND, **kept)
            except BackupFailed as error:
                faults.append(str(error))
        size = archive.stat().st_size / 1024 / 1024
        self.stdout.write(
            f"{archive}：{size:.1f}MB，{sum(manifest.contents.counts.values())}行，"
            f"附件{len(manifest.contents.files) - len(manifest.missing)}个"
            + (f"；删除旧备份{len(removed)}份" if removed else "")
        )
        if faults:
            self.stderr.write("\n".join(faults))
            sys.exit(1)
