"""What changed between two texts, character by character. No database.

Chinese has no blanks between words, so characters are compared, and stretches too
short to read on their own are joined to their neighbours.

The longest common subsequence is found with whole numbers as rows of bits, after
Hyyrö, "Bit-parallel LCS-length computation revisited" (2004): a row of the usual table is
one addition, so two texts of 10,000 characters take some hundredths of a second. What would
take more is compared by lines, and a stretch that is too long even so is shown whole.
"""

from collections.abc import Iterator, Sequence

SAME = "same"
ADDED = "added"
REMOVED = "removed"
COARSE = "coarse"

# (SAME, ADDED or REMOVED, the words), or (COARSE, "") before a removal and an addition that
# differ too much to be marked character by character.
Part = tuple[str, str]

# Two equal characters between two changes say nothing: 的 and a comma meet by chance.
SHORTEST_SAME = 3
# Cells of the table for one comparison, old by new: 6 MB and 20 ms where all are used.
MOST_CELLS = 50_000_000


def compare(old: str, new: str) -> list[Part]:
    """Return the parts that lead from `old` to `new`, in reading order.

    Leaving out the added parts gives `old`, leaving out the removed ones `new`,
    character for character. A replacement is its removal followed by its addition.
    """
    start = _common_start(old, new)
    end = _common_start(old[start:][::-1], new[start:][::-1])
    middle = old[start : len(old) - end], new[start : len(new) - end]
    parts = [(SAME, old[:start]), *_middle(*middle), (SAME, old[len(old) - end :])]
    return _joined([each for each in parts if each[1] or each[0] == COARSE])


def is_changed(parts: list[Part]) -> bool:
    """Tell whether any part was added or removed."""
    return any(kind in (ADDED, REMOVED) for kind, _words in parts)


def _middle(old: str, new: str) -> Iterator[Part]:
    """Compare what is left between a common start and a common end."""
    if len(old) * len(new) <= MOST_CELLS:
        yield from _parts(old, new)
        return
    lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    cells = MOST_CELLS - len(lines[0]) * len(lines[1])
    if cells < 0:
        yield from _whole(old, new)
        return
    removed = added = ""
    for kind, words in (*_parts(*lines), (SAME, "")):
        if kind == REMOVED:
            removed += words
        elif kind == ADDED:
            added += words
        else:
            needed = len(removed) * len(added)
            if needed <= cells:
                cells -= needed
                yield from _parts(removed, added)
            else:
                yield from _whole(removed, added)
            yield SAME, words
            removed = added = ""


def _whole(removed: str, added: str) -> list[Part]:
    return [(COARSE, ""), (REMOVED, removed), (ADDED, added)]


def _parts(old: Sequence[str], new: Sequence[str]) -> Iterator[Part]:
    """Compare two sequences of characters, or of lines, in as many cells as their product."""
    matches = common_places(old, new)
    at, new_at = 0, 0
    for match, new_match in (*matches, (len(old), len(new))):
        if match > at:
            yield REMOVED, "".join(old[at:match])
        if new_match > new_at:
            yield ADDED, "".join(new[new_at:new_match])
        if match < len(old):
            yield SAME, old[match]
        at, new_at = match + 1, new_match + 1


def common_places(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return a longest common subsequence as (place in old, place in new), in order."""
    masks: dict[str, int] = {}
    for place, each in enumerate(old):
        masks[each] = masks.get(each, 0) | 1 << place
    full = (1 << len(old)) - 1
    # A bit of a row is 0 where the common subsequence with old[: place + 1] is longer than
    # that with old[:place].
    row, rows = full, []
    for each in new:
        hit = row & masks.get(each, 0)
        row = ((row + hit) | (row - hit)) & full
        rows.append(row)
    matches = []
    place, new_place = len(old) - 1, len(new) - 1
    while place >= 0 and new_place >= 0:
        if old[place] == new[new_place]:
            matches.append((place, new_place))
            place, new_place = place - 1, new_place - 1
        elif rows[new_place] >> place & 1:
            place -= 1
        else:
            new_place -= 1
    return matches[::-1]


def _common_start(old: str, new: str) -> int:
    """Return how many characters both begin with, in halving steps that compare whole slices."""
    shortest, longest = 0, min(len(old), len(new))
    while shortest < longest:
        half = (shortest + longest + 1) // 2
        if old[shortest:half] == new[shortest:half]:
            shortest = half
        else:
            longest = half - 1
    return shortest


def _joined(parts: list[Part]) -> list[Part]:
    """Join changes that stand only a character or two apart into one removal and addition."""
    joined: list[Part] = []
    removed, added = [], []
    parts = _together(parts)
    for index, (kind, words) in enumerate(parts):
        if kind == REMOVED:
            removed.append(words)
        elif kind == ADDED:
            added.append(words)
        elif (
            kind == SAME
            and (removed or added)
            and len(words) < SHORTEST_SAME
            and "\n" not in words
            and index < len(parts) - 1
        ):
            removed.append(words)
            added.append(words)
        else:
            joined += _changes(removed, added)
            joined.append((kind, words))
            removed, added = [], []
    return joined + _changes(removed, added)


def _together(parts: list[Part]) -> list[Part]:
    """Make one part of neighbours of one kind."""
    together: list[tuple[str, list[str]]] = []
    for kind, words in parts:
        if together and together[-1][0] == kind:
            together[-1][1].append(words)
        else:
            together.append((kind, [words]))
    return [(kind, "".join(words)) for kind, words in together]


def _changes(removed: list[str], added: list[str]) -> list[Part]:
    pairs = ((REMOVED, "".join(removed)), (ADDED, "".join(added)))
    return [(kind, words) for kind, words in pairs if words]
