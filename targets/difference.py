"""What changed between two texts, character by character. No database.

Chinese has no blanks between words, so characters are compared, and stretches too
short to read on their own are joined to their neighbours.
"""

from collections.abc import Iterator
from difflib import SequenceMatcher

SAME = "same"
ADDED = "added"
REMOVED = "removed"

Part = tuple[str, str]  # (SAME, ADDED or REMOVED, the words)

# Two equal characters between two changes say nothing: 的 and a comma meet by chance.
SHORTEST_SAME = 3
# SequenceMatcher takes quadratic time; beyond this many characters whole lines are compared.
MOST_CHARACTERS = 6_000


def compare(old: str, new: str) -> list[Part]:
    """Return the parts that lead from `old` to `new`, in reading order.

    Leaving out the added parts gives `old`, leaving out the removed ones `new`,
    character for character. A replacement is its removal followed by its addition.
    """
    if len(old) + len(new) > MOST_CHARACTERS:
        parts = _parts(old.splitlines(keepends=True), new.splitlines(keepends=True))
    else:
        parts = _parts(old, new)
    return _joined(parts)


def is_changed(parts: list[Part]) -> bool:
    """Tell whether any part was added or removed."""
    return any(kind != SAME for kind, _words in parts)


def _parts(old: str | list[str], new: str | list[str]) -> Iterator[Part]:
    # autojunk would ignore the commonest characters of a text over 200 long: 的, 1 and 。
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield SAME, "".join(old[start:end])
            continue
        if end > start:
            yield REMOVED, "".join(old[start:end])
        if new_end > new_start:
            yield ADDED, "".join(new[new_start:new_end])


def _joined(parts: Iterator[Part]) -> list[Part]:
    """Join changes that stand only a character or two apart into one removal and addition."""
    parts = list(parts)
    joined: list[Part] = []
    removed = added = ""
    for index, (kind, words) in enumerate(parts):
        if kind == REMOVED:
            removed += words
        elif kind == ADDED:
            added += words
        elif (
            (removed or added)
            and len(words) < SHORTEST_SAME
            and "\n" not in words
            and index < len(parts) - 1
        ):
            removed += words
            added += words
        else:
            joined += _changes(removed, added)
            joined.append((SAME, words))
            removed = added = ""
    return joined + _changes(removed, added)


def _changes(removed: str, added: str) -> list[Part]:
    return [(kind, words) for kind, words in ((REMOVED, removed), (ADDED, added)) if words]
