"""What an import would change, before anything is changed: plain data, nothing written."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from django.db import models

from targets.importing.rows import Row

PLACES = 8  # where one and the same note applies; the rest is counted


class Kind(models.TextChoices):
    """What a file brings."""

    PLAN = "plan", "年度任务（目标、事项、标准、责任单位、指标）"
    PROGRESS = "progress", "季度完成情况（附表）"
    REPORTS = "reports", "本单位填报表"
    UNITS = "units", "单位与别名"
    ACCOUNTS = "accounts", "账号"


class State(models.TextChoices):
    """What an import would do to one row."""

    NEW = "new", "新增"
    CHANGED = "changed", "修改"
    CONFLICT = "conflict", "冲突"
    UNCHANGED = "unchanged", "无变化"


class Choice(models.TextChoices):
    """What a person decides where both sides have changed."""

    FILE = "file", "用文件中的"
    HERE = "here", "保留系统中的"
    BOTH = "both", "两者都保留（系统中的在前）"


class Verdicts(models.TextChoices):
    """What becomes of the column 完成状态; "" is only looked at."""

    PROPOSE = "propose", "作为建议：审核时由督查室确认"
    APPROVE = "approve", "直接核定：完成状态和完成情况一并核定"


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where something stands in the file; row and column count from 1, column "" is the row."""

    sheet: str
    row: int
    column: str = ""

    def __str__(self) -> str:
        return f"{self.sheet} 第{self.row}行" + (f"{self.column}列" if self.column else "")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something not understood: nothing is written while there is one."""

    place: FilePlace
    found: str
    expected: str
    todo: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the reader did or left out, for the person to know."""

    place: FilePlace
    text: str


def grouped(notes: Iterable[Note]) -> list[tuple[str, str]]:
    """Return (places, text) with equal notes as one, so that none is lost in a long list."""
    places: dict[str, list[FilePlace]] = {}
    for note in notes:
        places.setdefault(note.text, []).append(note.place)
    return [(_places(where), text) for text, where in places.items()]


def _places(where: list[FilePlace]) -> str:
    shown = "、".join(str(place) for place in where[:PLACES])
    return f"{shown}等{len(where)}处" if len(where) > PLACES else shown


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a row, as it is here and as the file has it."""

    name: str
    old: str
    new: str
    is_number: bool = False  # shown whole: of numbers nobody reads single characters


@dataclass(slots=True)
class Change:
    """One row of the file against the row here that it addresses."""

    key: str  # names the row in choices and in the trail: "3(2)", "unit:区发改局"
    label: str
    place: FilePlace
    state: State
    differences: list[Difference] = field(default_factory=list)
    # For the action: which row, as it was shown, and what to write.
    pk: int | None = None
    version: int | None = None
    row: Row | None = None
    message: str = ""
    options: tuple[Choice, ...] = ()
    choice: str = ""

    @property
    def there(self) -> int:
        """The key of the row that is here already; only a row that adds one has none."""
        if self.pk is None:
            raise ValueError(f"{self.key} is no row here yet")
        return self.pk

    @property
    def seen(self) -> int:
        """The version of that row, as the preview showed it."""
        if self.version is None:
            raise ValueError(f"{self.key} has no version")
        return self.version

    @property
    def is_decided(self) -> bool:
        return self.state != State.CONFLICT or self.choice in self.options


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A correction that the file seems to need; taken by a person only."""

    key: str
    text: str
    count: int
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A name that is no unit's: which unit is meant?"""

    name: str
    places: tuple[FilePlace, ...]
    similar: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A name that an alias, or a person's answer, settles; it may be settled otherwise."""

    name: str
    places: tuple[FilePlace, ...]
    unit_id: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table that was read; `meaning` "" is not read."""

    key: str  # names it in choices
    place: FilePlace
    head: str
    meaning: str
    is_filled: bool  # whether anything stands below its head


@dataclass(frozen=True, slots=True)
class TableRead:
    """What became of one sheet or table: its rows in words, and its columns."""

    name: str
    rows: str
    columns: tuple[Column, ...] = ()


@dataclass(slots=True)
class Choices:
    """What the person has decided about one file."""

    sheet: str = ""  # "" is the first that fits, "*" all of them
    suggestions: list[str] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)  # key of a column -> meaning or "-"
    verdicts: str = ""


@dataclass(slots=True)
class Preview:
    """Everything that is shown before an import, and that confirming it would do."""

    kind: Kind
    subject: str
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    sheet: str = ""
    tables: list[TableRead] = field(default_factory=list)
    meanings: dict[str, str] = field(default_factory=dict)  # what a column may be read as
    offers_verdicts: bool = False  # the file has a column 完成状态 with something in it
    asks_target: bool = False  # the year or quarter is not known yet

    def count(self, state: str) -> int:
        return self.counts[state]

    @property
    def counts(self) -> Counter[str]:
        return Counter(each.state for each in self.changes)

    def in_state(self, state: State) -> list[Change]:
        return [each for each in self.changes if each.state == state]

    @property
    def versions(self) -> dict[str, int]:
        """The version of each row here, by key, as this preview shows it."""
        return {each.key: each.version for each in self.changes if each.version is not None}

    @property
    def is_understood(self) -> bool:
        return not self.problems and not self.questions and not self.asks_target

    @property
    def unread_count(self) -> int:
        """How much is not understood: problems, and names that are no unit's."""
        return len(self.problems) + len(self.questions)

    @property
    def has_work(self) -> bool:
        return any(each.state != State.UNCHANGED for each in self.changes)

    @property
    def may_apply(self) -> bool:
        """Whether it is understood, changes something, and every conflict is decided."""
        return (
            self.is_understood and self.has_work and all(each.is_decided for each in self.changes)
        )

    @property
    def digest(self) -> str:
        """A fingerprint of what confirming would do; another one is never confirmed unseen."""
        facts = [
            [each.key, each.state, each.pk, each.version, _facts(each.row), each.choice]
            for each in self.changes
        ]
        text = json.dumps([self.kind, self.subject, facts], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _facts(row: Row | None) -> list[object]:
    return [] if row is None else [type(row).__name__, asdict(row)]
