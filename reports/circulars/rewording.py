"""What a correction's title and body say otherwise than the issue that it corrects. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from targets.difference import SAME, Part, common_places, compare

_SENTENCE = re.compile("[^。；！？]*[。；！？]+[”’）]*|[^。；！？]+")
_CLAUSE_END = "，、：。；！？"
# A quotation shorter than this says too little of where it stands: 占43%.
_SHORTEST_QUOTED = 10
# How many sentences were put in before a changed one, for it still to be found.
_LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class Rewording:
    """One sentence of title or body that is no longer as it was issued."""

    where: str  # 标题, 正文第2段, of the corrected issue
    old: str  # "": put in
    new: str  # "": left out

    @property
    def parts(self) -> list[Part]:
        return compare(self.old, self.new)

    @property
    def said(self) -> str:
        """What the correction says of it: the clauses that changed, old and new."""
        if not self.old:
            return f"增加“{_quoted(_unended(self.new))}”"
        if not self.new:
            return f"原为“{_quoted(_unended(self.old))}”，现予删去"
        old, new = _changed_clauses(self.old, self.new)
        return f"原为“{_quoted(old)}”，更正为“{_quoted(new)}”"


def reworded_title(old: str, new: str) -> list[Rewording]:
    """Return how a title differs, without its line ends; [] where it does not."""
    return [] if old == new else [Rewording("标题", old, new)]


def reworded_body(old: Sequence[str], new: Sequence[str]) -> list[Rewording]:
    """Return the sentences that differ between two bodies of paragraphs.

    A correction that does not say the issued body again is a notice of its own: what it
    leaves out is not taken back, and what it adds puts nothing in.
    """
    were, are = _sentences(old), _sentences(new)
    is_restated = _is_alike("\n".join(old), "\n".join(new))
    found, at, new_at = [], 0, 0
    same = common_places([text for _place, text in were], [text for _place, text in are])
    for match, new_match in (*same, (len(were), len(are))):
        before = were[at - 1][0] if at else 0
        new_before = are[new_at - 1][0] if new_at else 0
        for gone, put in _paired(were[at:match], are[new_at:new_match]):
            if is_restated or (len(gone) == len(put) == 1 and _is_alike(gone[0][1], put[0][1])):
                goes_on = bool(put) and put[0][0] == new_before
                where = _where(gone, before, goes_on=goes_on)
                found.append(Rewording(where, _text(gone), _text(put)))
            before = gone[-1][0] if gone else before
            new_before = put[-1][0] if put else new_before
        at, new_at = match + 1, new_match + 1
    return found


def own_part(lines: Sequence[str], mark: Sequence[bool], issued: Sequence[str]) -> list[str]:
    """Return a correction's lines without what introduces it.

    `mark` tells which lines hold the list of changes: they are the correction's own, and so is
    what stands before them, where it is none of the issued words.
    """
    if not any(mark):
        return list(lines)
    first = list(mark).index(True)
    after = [line for line, is_list in zip(lines[first:], mark[first:], strict=True) if not is_list]
    before = list(lines[:first])
    return after if after and not set(before) & set(issued) else before + after


_Sentence = tuple[int, str]  # paragraph, from 1, and words


def _sentences(paragraphs: Sequence[str]) -> list[_Sentence]:
    return [
        (place, sentence)
        for place, paragraph in enumerate(paragraphs, start=1)
        for sentence in _SENTENCE.findall(paragraph.strip(" \u3000"))
    ]


def _paired(
    old: Sequence[_Sentence], new: Sequence[_Sentence]
) -> Iterator[tuple[list[_Sentence], list[_Sentence]]]:
    """Pair each old sentence with the one that it became; the others between go together."""
    gone: list[_Sentence] = []
    at = 0
    for each in old:
        near = range(at, min(at + _LOOKED_AT, len(new)))
        found = next((place for place in near if _is_alike(each[1], new[place][1])), None)
        if found is None:
            gone.append(each)
            continue
        if gone or found > at:
            yield gone, list(new[at:found])
        yield [each], [new[found]]
        gone, at = [], found + 1
    if gone or at < len(new):
        yield gone, list(new[at:])


def _is_alike(old: str, new: str) -> bool:
    """Tell whether half of the old text stands in the new."""
    same = sum(len(words) for kind, words in compare(old, new) if kind == SAME)
    return 2 * same >= len(old)


def _where(gone: Sequence[_Sentence], before: int, *, goes_on: bool) -> str:
    """Name the issued paragraph; `goes_on`: what is put in goes on with the one `before` it."""
    if gone:
        return f"正文第{gone[0][0]}段"
    if not before:
        return "正文开头"
    return f"正文第{before}段" if goes_on else f"正文第{before}段之后"


def _text(sentences: Sequence[_Sentence]) -> str:
    return "".join(text for _place, text in sentences)


def _changed_clauses(old: str, new: str) -> tuple[str, str]:
    """Return the clauses of two texts from the first that differs to the last."""
    parts = compare(old, new)
    start = len(parts[0][1]) if parts[0][0] == SAME else 0
    end = len(parts[-1][1]) if parts[-1][0] == SAME else 0
    # Both begin alike, and end alike: what is cut off at one is cut off at the other.
    start = _clause_start(old, start)
    while start and min(len(old), len(new)) - start - end < _SHORTEST_QUOTED:
        start = _clause_start(old, start - 1)
    tail = old[len(old) - end :]
    kept = next((place for place, sign in enumerate(tail) if sign in _CLAUSE_END), end)
    end -= kept
    return old[start : len(old) - end], new[start : len(new) - end]


def _clause_start(text: str, at: int) -> int:
    """Return where the clause begins that the place `at` stands in."""
    return max(text.rfind(sign, 0, at) for sign in _CLAUSE_END) + 1


def _unended(sentence: str) -> str:
    """Return a sentence without its full stop: one follows the quotation."""
    return sentence.rstrip("。；")


def _quoted(text: str) -> str:
    """Return words as they stand within quotation marks [GB/T 15834-2011 4.8.3.3]."""
    return text.strip().translate(str.maketrans("“”", "‘’"))
