"""One uploaded file, read once and held between preview and confirmation."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from targets.importing.grid import Grid
from targets.importing.preview import Choices, Kind
from targets.importing.reading import read_grids


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
