"""Write the whole trail out for storage, with its chains; deploy/check_trail_export.py checks it.

The file: gzip over lines of JSON. The first says what it is and which chains follow; then one
line an event, chain by chain, each with its link; the last says how many lines there were.
The form is frozen: files are read years later, by the script that lies beside them.
"""

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from targets import actions
from targets.models import District, Seal
from targets.sealing import (
    moment,
    open_chains,
    seal_trail,
    sealed_events,
    waiting_events,
)

FORMAT = 1
CHECKER = settings.BASE_DIR / "deploy" / "check_trail_export.py"
PIECE = 1024 * 1024
Line = dict[str, Any]


class Command(BaseCommand):
    """`manage.py export_trail FOLDER`"""

    help = "导出全部操作记录及其封存的链，供存档；导出的文件含报送的文字，请妥善保管"
    requires_system_checks = ()  # they name the fonts in use every time

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="文件夹", type=Path)

    def handle(self, *args: object, folder: Path, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"没有文件夹{folder}，没有导出。请先建立。")
        target = folder / f"trail-{timezone.localtime():%Y%m%d-%H%M%S}.jsonl.gz"
        # Before anything leaves, and so in the file too.
        actions.record_trail_export(name=target.name)
        seal_trail()
        try:
            count = _write(target)
            shutil.copyfile(CHECKER, folder / CHECKER.name)
        except OSError as error:
            target.unlink(missing_ok=True)
            raise CommandError(f"写不进{folder}（{error.strerror}），没有导出。") from error
        self.stdout.write(f"已导出操作记录{count}条：{target}")
        self.stdout.write(f"文件校验值（SHA-256）：{_sha256_of(target)}")
        self.stdout.write(f"核验（不需要本系统）：python3 {CHECKER.name} {target.name}")


def _write(target: Path) -> int:
    """Write the file, which its owner alone may read; return the number of events in it."""
    target.touch(mode=0o600, exist_ok=False)
    count = 0
    with gzip.open(target, "wt", encoding="utf-8", newline="\n") as file:
        for line in _lines():
            count += "event" in line
            file.write(json.dumps(line, default=moment) + "\n")
        file.write(json.dumps({"events": count}) + "\n")
    return count


def _lines() -> Iterator[Line]:
    names = {
        Seal.CLOSED: "分区之前",
        Seal.NO_DISTRICT: "不属于任何区",
        **dict(District.objects.values_list("pk", "name")),
    }
    chains = [Seal.CLOSED, *open_chains()]
    yield {
        "format": FORMAT,
        "exported_at": moment(timezone.now()),
        "chains": [{"chain": chain, "name": names[chain]} for chain in chains],
    }
    for chain in chains:
        for seal, event in sealed_events(chain, after=0):
            yield {
                "chain": chain,
                "number": seal.number,
                "digest": seal.digest,
                "sealed_at": seal.at,
                "event": event,
            }
        # What was written while this ran has no link yet.
        if chain != Seal.CLOSED:
            for waiting in waiting_events(chain).order_by("pk").values().iterator():
                yield {"chain": chain, "event": waiting}


def _sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
