"""Where searched words stand in a text: pieces to print, the hits apart. No database."""

import re
from collections.abc import Sequence

from targets.widths import NARROW, WIDE, narrow

AROUND = 60  # characters shown on each side of the first hit
QUERY_LIMIT = 50  # characters
_WIDE = dict(zip(NARROW, WIDE, strict=True))
WORDS = 5  # more words narrow nothing that five have not


def split_words(query: str) -> list[str]:
    """Return the words of a query, divided by blanks of any width; at most five."""
    return query.split()[:WORDS]


def excerpt(text: str, words: Sequence[str], around: int = AROUND) -> list[tuple[str, bool]]:
    """Return a piece of the text around its first hit as (piece, is hit), in order.

    Line breaks become blanks; … stands where something was left out. Letters match
    whatever their case, as in the search itself.
    """
    line = " ".join(text.split())
    pattern = _pattern(words)
    first = pattern.search(line) if pattern else None
    if first is None:
        piece = line[: 2 * around]
        return [(piece + ("…" if len(line) > len(piece) else ""), False)]
    start, stop = max(first.start() - around, 0), min(first.end() + around, len(line))
    pieces = mark(line[start:stop], words)
    if start:
        pieces.insert(0, ("…", False))
    if stop < len(line):
        pieces.append(("…", False))
    return pieces


def mark(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Return the whole text as (piece, is hit); joined, the pieces are the text."""
    pattern = _pattern(words)
    if pattern is None:
        return [(text, False)]
    pieces, at = [], 0
    for match in pattern.finditer(text):
        if match.start() > at:
            pieces.append((text[at : match.start()], False))
        pieces.append((match[0], True))
        at = match.end()
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """Return what finds any of the words, a longer one before a shorter that it begins with."""
    if not words:
        return None
    longest = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(_either_width, longest)), re.IGNORECASE)


def _either_width(word: str) -> str:
    """Return the pattern of a word whose digits and signs may be of either width."""
    return "".join(
        f"[{re.escape(sign)}{_WIDE[sign]}]" if sign in _WIDE else re.escape(sign)
        for sign in narrow(word)
    )
