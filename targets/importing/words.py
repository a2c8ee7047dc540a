"""How tables write numbers, names and texts: read strictly, compared loosely, never guessed."""

import re
import unicodedata
from functools import lru_cache

_BLANKS = re.compile(r"\s+")
_ITEM_NUMBER = re.compile(r"[(（]\s*([0-9０-９]{1,3})\s*[)）]\s*")
_CONTINUED = re.compile(r"[(（]\s*续\s*[)）]\s*")
_CHINESE = {character: number for number, character in enumerate("一二三四五六七八九", start=1)}


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return a name or head to compare by: no blanks, full-width forms as half-width."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


def without_blanks(text: str) -> str:
    """Return a name as it is kept: blanks and line ends inside it are a narrow cell's."""
    return _BLANKS.sub("", text)


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


_PARAGRAPH = re.compile(
    r"[0-9０-９]{1,2}[、.．]|[(（][0-9一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、"
)


def differs(old: str, new: str, *, joined: bool = False) -> bool:
    """Tell whether two texts differ; of joined pieces, where the lines ended is not known."""
    if joined:
        return old.replace("\n", "") != new.replace("\n", "")
    return old != new


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
    (re.compile(rf"[(](?=[^()]*[{_WIDE}][^()]*[)])"), "（"),
    (re.compile(rf"(?<=[{_WIDE}0-9%])[)]"), "）"),
]
_NEXT_PARAGRAPH = re.compile(r"(?<=[；。;.]) *\n? *(?=[2-9](?:、|[.．](?![0-9])))")
_AFTER_NUMBER = re.compile(r"^([0-9]{1,2}[、.．])[ \u00a0]+", re.MULTILINE)


def tidied(text: str) -> str:
    """Return the text without a scan's or converter's marks: stray blanks, half-width
    punctuation, numbered paragraphs run together. Only ever proposed, never applied unasked.
    """
    text = re.sub(r"[ \u00a0]*\n[ \u00a0]*", "\n", text.strip())
    for pattern, replacement in _HALF_WIDTH:
        text = pattern.sub(replacement, text)
    for pattern, replacement in _CLOSED_UP:
        text = pattern.sub(replacement, text)
    text = _AFTER_NUMBER.sub(r"\1", text)
    return _NEXT_PARAGRAPH.sub("\n", text)
