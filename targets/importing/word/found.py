"""What reading a cell came to: its text, what to say about it, what was left out and why."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Found:
    """A text, what there is to know about it, and what of it could not be read."""

    pieces: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def add(self, other: "Found") -> None:
        """Go on with what another one found."""
        self.pieces += other.pieces
        for each in other.notes:
            self.note(each)
        self.unread += other.unread


@dataclass(slots=True)
class Left:
    """Words left out of one cell, by why they are no part of its text."""

    deleted: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    is_tracked: bool = False

    def tell(self, found: Found) -> None:
        """Say once a cell what was left out of it."""
        if self.is_tracked:
            gone = "".join(self.deleted).strip()
            found.note("有修订标记，按接受修订后的文字读入" + (f"（删去“{gone}”）" if gone else ""))
        for words, what in ((self.hidden, "隐藏的文字"), (self.struck, "带删除线的文字")):
            if text := "".join(words).strip():
                found.note(f"{what}未读取：“{text}”")
