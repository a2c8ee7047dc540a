"""Restore a backup into an empty site, and say what of it was found to agree."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from targets import actions
from tracker.backups import BackupFailed, restore_backup, sha256_of


class Command(BaseCommand):
    """`manage.py restore 文件`, as the database's owner; exit status 1 where anything differs."""

    help = "把备份恢复到空的本站，逐项核对行数、校验值和操作记录的链"
    # The tables may not be there yet.
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="文件")

    def handle(self, *args: object, file: Path, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"没有{file}这个文件。")
        try:
            for sentence in restore_backup(file):
                self.stdout.write(sentence)
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        except SystemExit as end:
            raise CommandError("操作记录与封存时不一致，见上。请换一份备份。") from end
        actions.record_restore(name=file.name, sha256=sha256_of(file))
        self.stdout.write("已恢复")
