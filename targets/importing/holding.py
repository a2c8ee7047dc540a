"""Uploads that wait to be confirmed: on disk, for a day, and within a quota."""

import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from django.conf import settings

from targets.importing.grid import Grid
from targets.importing.guard import Unreadable
from targets.importing.preview import Choices, Kind
from targets.importing.source import Source

HELD_FOR = 24 * 3600  # seconds until an unconfirmed upload is swept away
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
MB = 1024 * 1024


class Holding:
    """Uploads on disk, each under a random name that only its account can use.

    A file and not a row: it is no part of the domain, it is gone in a day, and a
    backup need not carry it. What an account holds beyond its quota makes its own oldest
    uploads give way; what all hold together beyond theirs lets nobody hold more.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or settings.VAR_DIR / "imports"

    def put(self, source: Source, token: str = "") -> str:
        """Keep the source and return its token; with a token, put it back under the same.

        Raises Unreadable where there is no room for it.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        value = {
            **{name: getattr(source, name) for name in Source.__slots__},
            "kind": source.kind.value,
            "grids": [grid.as_json() for grid in source.grids],
            "choices": asdict(source.choices),
        }
        content = json.dumps(value, ensure_ascii=False).encode()
        if not token:
            self._make_room(source.user_id, len(content))
            token = secrets.token_urlsafe(24)
        path = self._path(token, source.user_id)
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_bytes(content)
        part.replace(path)
        return token

    def get(self, token: str, user_id: int) -> Source:
        """Return what the account holds under the token; Unreadable where it holds nothing."""
        gone = Unreadable("这次导入已过期或已完成，请重新上传文件。")
        if not _TOKEN.fullmatch(token):
            raise gone
        try:
            value = json.loads(self._path(token, user_id).read_bytes())
        except FileNotFoundError as error:
            raise gone from error
        value["kind"] = Kind(value["kind"])
        value["grids"] = [Grid.from_json(grid) for grid in value["grids"]]
        value["choices"] = Choices(**value["choices"])
        return Source(**value)

    def drop(self, token: str, user_id: int) -> None:
        """Forget an upload that was confirmed or given up."""
        if _TOKEN.fullmatch(token):
            self._path(token, user_id).unlink(missing_ok=True)

    def sweep(self) -> int:
        """Remove what has waited for a day; return how many files that were."""
        oldest = time.time() - HELD_FOR
        old = [path for path, _size, changed in self._files("*.*") if changed < oldest]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _make_room(self, user_id: int, size: int) -> None:
        """Let the account's oldest uploads give way to a new one, or say that there is no room."""
        quota = settings.UPLOADS_PER_ACCOUNT_MB * MB
        if size > quota:
            raise Unreadable("文件内容太多，放不下。请删除不需要导入的工作表和行后再上传。")
        self.sweep()
        own = sorted(self._files(f"{user_id}.*"), key=lambda each: each[2], reverse=True)
        kept = size
        for path, taken, _changed in own:
            kept += taken
            if kept > quota:
                path.unlink(missing_ok=True)
        everyones = sum(taken for _path, taken, _changed in self._files("*.*"))
        if everyones + size > settings.UPLOADS_PER_SITE_MB * MB:
            raise Unreadable("等待确认的导入文件太多，暂时放不下。请过一会儿再上传。")

    def _path(self, token: str, user_id: int) -> Path:
        return self._folder / f"{user_id}.{token}.json"

    def _files(self, pattern: str) -> Iterator[tuple[Path, int, float]]:
        """Yield path, bytes and time of last change; a file may go while it is looked at."""
        for path in self._folder.glob(pattern):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            yield path, status.st_size, status.st_mtime
