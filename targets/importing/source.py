"""One uploaded file, read once and held between preview and confirmation."""

import hashlib
import json
import re
import secrets
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings

from targets.importing.grid import Grid
from targets.importing.guard import Unreadable
from targets.importing.preview import Choices, Kind
from targets.importing.reading import read_grids

HELD_FOR = 24 * 3600  # seconds until an unconfirmed upload is swept away
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")


@dataclass(slots=True)
class Source:
    """A file's tables, what they are to be taken for, and what the person has decided."""

    kind: Kind
    file_name: str
    sha256: str
    grids: list[Grid]
    user_id: int
    target: int = 0  # the year of a plan, or the key of a period
    choices: Choices = field(default_factory=Choices)
    # Row key -> version when first previewed: a higher one since then is a conflict.
    seen: dict[str, int] = field(default_factory=dict)


def read_source(*, data: bytes, file_name: str, kind: Kind, user_id: int, target: int) -> Source:
    """Read an uploaded file; raises Unreadable with a message for the person."""
    return Source(
        kind=kind,
        file_name=Path(file_name).name[:255],
        sha256=hashlib.sha256(data).hexdigest(),
        grids=read_grids(data),
        user_id=user_id,
        target=target,
    )


class Holding:
    """Uploads on disk, each under a random name that only its account can use.

    A file and not a row: it is no part of the domain, it is gone in a day, and a
    backup need not carry it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or settings.VAR_DIR / "imports"

    def put(self, source: Source, token: str = "") -> str:
        """Keep the source and return its token; with a token, put it back under the same."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not token:
            self._sweep()
            token = secrets.token_urlsafe(24)
        value = {
            **{name: getattr(source, name) for name in Source.__slots__},
            "kind": source.kind.value,
            "grids": [grid.as_json() for grid in source.grids],
            "choices": asdict(source.choices),
        }
        path = self._path(token)
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        part.replace(path)
        return token

    def get(self, token: str, user_id: int) -> Source:
        """Return what the account holds under the token; Unreadable where it holds nothing."""
        gone = Unreadable("这次导入已过期或已完成，请重新上传文件。")
        if not _TOKEN.fullmatch(token):
            raise gone
        try:
            value = json.loads(self._path(token).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise gone from error
        if value["user_id"] != user_id:
            raise gone
        value["kind"] = Kind(value["kind"])
        value["grids"] = [Grid.from_json(grid) for grid in value["grids"]]
        value["choices"] = Choices(**value["choices"])
        return Source(**value)

    def drop(self, token: str) -> None:
        """Forget an upload that was confirmed or given up."""
        if _TOKEN.fullmatch(token):
            self._path(token).unlink(missing_ok=True)

    def _path(self, token: str) -> Path:
        return self._folder / f"{token}.json"

    def _sweep(self) -> None:
        oldest = time.time() - HELD_FOR
        for path in self._folder.glob("*.*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
