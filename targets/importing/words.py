"""How tables write numbers, names and texts: read strictly, compared loosely, never guessed."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

_BLANKS = re.compile(r"\s+")
# What takes no room on paper: zero-width and direction marks, soft hyphens, fillers,
# variation selectors, and the private-use characters of bullets.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ue000-\uf8ff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]+"
)
_ITEM_NUMBER = re.compile(r"[(（]\s*([0-9０-９]{1,3})\s*[)）]\s*")
_CONTINUED = re.compile(r"[(（]\s*续\s*[)）]\s*")
_CHINESE = {character: number for number, character in enumerate("一二三四五六七八九", start=1)}


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return a name or head to compare by: no blanks, full-width forms as half-width."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", visible(text)))


def without_blanks(text: str) -> str:
    """Return a name as it is kept: blanks and line ends inside it are a narrow cell's."""
    return _BLANKS.sub("", visible(text))


def visible(text: str) -> str:
    """Return a name, number or head without the characters that nobody sees."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def invisible(text: str) -> list[str]:
    """Return the codes of the characters that `visible` takes out, each once: U+200B."""
    if text.isascii():
        return []
    found = "".join(_INVISIBLE.findall(text))
    return [f"U+{ord(each):04X}" for each in dict.fromkeys(found)]


def without_leading_invisible(text: str) -> str:
    """Return a text that begins with what can be seen: a number may stand there."""
    match = None if text.isascii() else _INVISIBLE.match(text)
    return text[match.end() :].lstrip() if match else text


def whole_number(text: str) -> int | None:
    """Return the positive number that a number cell holds: 3, ３, 3., 三, （三）; else None."""
    text = plain(text).strip("().、,第")
    if re.fullmatch(r"[0-9]{1,4}", text, re.ASCII):
        return int(text) or None
    return _chinese_number(text)


def _chinese_number(text: str) -> int | None:
    """Return 一 to 九十九 as a number."""
    if not text or len(text) > 3 or not set(text) <= {*_CHINESE, "十"}:
        return None
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _CHINESE.get(text)
    if len(tens) > 1 or len(ones) > 1:
        return None
    return (_CHINESE[tens] if tens else 1) * 10 + (_CHINESE[ones] if ones else 0)


def split_item_number(text: str) -> tuple[int | None, str]:
    """Divide "（1）standard" into 1 and the standard; None where there is no number."""
    match = _ITEM_NUMBER.match(text)
    if match is None:
        return None, text
    return int(unicodedata.normalize("NFKC", match[1])) or None, text[match.end() :]


def split_continued(text: str) -> tuple[bool, str]:
    """Divide "（续）rest" into whether the mark is there and the rest."""
    match = _CONTINUED.match(text)
    return (False, text) if match is None else (True, text[match.end() :])


def join_pieces(first: str, second: str) -> str:
    """Join the pieces of a text that a page or row divided: a numbered paragraph begins anew."""
    if not first or not second:
        return first or second
    return f"{first}\n{second}" if _PARAGRAPH.match(second) else first + second


# Characters on each side by which a place between two pieces is known again: the more the surer.
_KNOWN = (40, 12, 6)


def rejoined(text: str, joints: Iterable[int], *here: str) -> str:
    """Return a text with the line ends and blanks that one here has where its pieces meet.

    A cell ends alike where a paragraph does and where a page did; so who changes a word of a
    divided text would lose the paragraphs that began with a piece.
    """
    for at in sorted(joints, reverse=True):
        before, after = text[:at].rstrip(), text[at:].lstrip()
        for known in _KNOWN:
            place = re.escape(before[-known:]) + r"(\s*)" + re.escape(after[:known])
            gaps = {gap for each in here for gap in re.findall(place, each)}
            if gaps:
                text = before + gaps.pop() + after if len(gaps) == 1 else text
                break
    return text


_PARAGRAPH = re.compile(
    r"[0-9０-９]{1,2}[、.．]|[(（][0-9一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、"
)


def likeness(first: str, second: str) -> float:
    """Return how many pairs of neighbouring characters two texts share, 0 to 1."""
    one, other = (Counter(pairwise(text)) for text in (first, second))
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else float(first == second)


def differs(old: str, new: str, *, joined: bool = False) -> bool:
    """Tell whether two texts differ in what is printed of them.

    Of joined pieces, where the lines ended is not known, nor the blanks where they were divided.
    """
    if old == new:
        return False
    old, new = _printed(old), _printed(new)
    if joined:
        return not _lacks_only_blanks(old.replace("\n", ""), new.replace("\n", ""))
    return old != new


def _lacks_only_blanks(old: str, new: str) -> bool:
    """Tell whether the new text is the old one, but for blanks that it may have fewer of."""
    at = 0
    for character in old:
        if at < len(new) and new[at] == character:
            at += 1
        elif not character.isspace():
            return False
    return at == len(new)


def _printed(text: str) -> str:
    """Return what of a text can be told apart on paper: no blanks at the ends of its lines."""
    lines = visible(text).split("\n")
    return "\n".join(line.strip() for line in lines)


# A scan's marks -----------------------------------------------------------------

_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60\u3000-\u303f“”‘’—"
_CLOSED_UP = [
    # blanks beside a Chinese character or Chinese punctuation
    (re.compile(rf"(?<=[{_WIDE}])[ \u00a0]+(?=\S)"), ""),
    (re.compile(rf"(?<=\S)[ \u00a0]+(?=[{_WIDE}])"), ""),
    # blanks between a figure and its unit
    (re.compile(r"(?<=[0-9%])[ \u00a0]+(?=[A-Za-z³²%])"), ""),
    (re.compile(r"(?<=[a-z])[ \u00a0]+(?=[³²])"), ""),
    (re.compile(r"(?<=[³²])[ \u00a0]+(?=[,，。;；])"), ""),
]
_HALF_WIDTH = [
    (re.compile(r"(?<![0-9A-Za-z]),[ ]?|,(?![0-9])[ ]?"), "，"),
    (re.compile(r";[ ]?"), "；"),
    (re.compile(r"(?<![0-9]):[ ]?|:(?![0-9])[ ]?"), "："),
    (re.compile(rf"(?<=[{_WIDE}0-9%])[)]"), "）"),
]
_PARENTHESIS = re.compile(r"[()]")
_ONE_WIDE = re.compile(f"[{_WIDE}]")
# Beside a line end no blank is left by then: it is either blanks or a line end.
_NEXT_PARAGRAPH = re.compile(r"(?<=[；。;.])(?: *|\n)(?=[2-9](?:、|[.．](?![0-9])))")
_AFTER_NUMBER = re.compile(r"^([0-9]{1,2}[、.．])[ \u00a0]+", re.MULTILINE)


def tidied(text: str) -> str:
    """Return the text without a scan's or converter's marks: stray blanks, half-width
    punctuation, numbered paragraphs run together. Only ever proposed, never applied unasked.

    Takes time in step with the text's length, whatever it holds.
    """
    text = "\n".join(line.strip(" \u00a0") for line in text.strip().split("\n"))
    text = _widened(text)
    for pattern, replacement in _HALF_WIDTH:
        text = pattern.sub(replacement, text)
    for pattern, replacement in _CLOSED_UP:
        text = pattern.sub(replacement, text)
    text = _AFTER_NUMBER.sub(r"\1", text)
    return _NEXT_PARAGRAPH.sub("\n", text)


def _widened(text: str) -> str:
    """Make full-width each parenthesis that opens upon Chinese words and is closed after them."""
    opened: list[int] = []
    last = -1
    for match in _PARENTHESIS.finditer(text):
        if match[0] == "(":
            last = match.start()
        elif last >= 0:
            if _ONE_WIDE.search(text, last, match.start()):
                opened.append(last)
            last = -1
    if not opened:
        return text
    starts = [0, *(index + 1 for index in opened)]
    return "（".join(
        text[start:end] for start, end in zip(starts, [*opened, len(text)], strict=True)
    )


def mark_of(*texts: str) -> str:
    """Return what tells later whether a row's cells were touched since it was exported."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
