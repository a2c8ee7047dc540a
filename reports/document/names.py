"""Breaking short names (goals, units, titles) between words, never inside one.

Which characters make a word is read off the document itself: two that stand side by side far
more often than chance would have it belong together. No dictionary has to know 先进制造业.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate, pairwise

from reports.document import fonts
from reports.document.annex import Annex, words_of
from reports.document.lines import Measure, break_paragraph, may_break, printable
from reports.document.titles import TITLE_LINE, TITLE_SIZE, break_title

# What no line of a name begins with: it belongs to the word before.
_SUFFIXES = frozenset("局办委部院所站会室校处")
# A place ends its name before the office in it: 西昌市｜人民政府, 市委｜市政府.
_PLACE = frozenset("省市州县区旗")
_OF_PLACE = ("人民政府", "政府", "委")
# Words of every circular, which a document may hold too seldom to learn them from it.
_KNOWN = frozenset(
    word
    for line in (
        "进度 进展 序时 滞后 缓慢 提前 完成 年终 认定 年度 季度 目标 任务 情况",
        "要求 责任 单位 工作 标准 计划 推进 问题 措施 质量 效益 符合 预期 影响",
        "人民 民政 政府 办公 公室 督查 政务 目标 绩效 考核 领导 小组 委员 员会 管理 中心 指挥",
    )
    for word in line.split()
)
_KNOWN_TORN = 5.0  # what tearing one of them weighs
_OFTEN = 8  # times that a pair stands in the texts, from which it is believed in full
# What weighs against each other: a torn word (0 to about 7), an odd place (most words have two
# characters), a line of unlike length (by the square of characters), a line more, one character
# alone on the first or last line.
_ODD, _UNLIKE, _MORE, _ALONE = 0.3, 0.1, 2.0, 5.0
_PLACE_END = 1.0  # what speaks for the end of a place's name in an office's


class NameBreaker:
    """Breaks names by the pairs of characters that some texts hold."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = set(texts)
        # The same offices stand in row after row.
        self._broken: dict[tuple[str, float, float], list[str]] = {}

    @cached_property
    def pairs(self) -> Counter[str]:
        """How often two characters stand side by side."""
        return Counter(before + after for text in self._texts for before, after in pairwise(text))

    @cached_property
    def singles(self) -> Counter[str]:
        """How often each character stands in the texts."""
        return Counter(character for text in self._texts for character in text)

    @cached_property
    def total(self) -> int:
        """The characters of the texts."""
        return self.singles.total()

    def torn(self, name: str, place: int) -> float:
        """Return how much of a word a break before `place` would tear."""
        before, after = name[place - 1], name[place]
        if not may_break(before, after) or after in _SUFFIXES:
            return math.inf
        odd = _ODD * (place % 2) + _ALONE * (place in (1, len(name) - 1))
        is_torn_place = after in _PLACE and name.startswith(_OF_PLACE, place + 1)
        if (is_torn_place and before not in "委府") or before + after in _KNOWN:
            return odd + _KNOWN_TORN
        if before in _PLACE and place <= name.find("人民政府"):
            return odd - _PLACE_END
        seen = self.pairs[before + after] - 1  # the name's own place tells nothing
        if seen <= 0:
            return odd
        by_chance = self.singles[before] * self.singles[after] / self.total
        return odd + min(seen, _OFTEN) / _OFTEN * max(0.0, math.log(seen / by_chance))

    def lines_of(self, texts: Iterable[str], measure: Measure) -> list[str]:
        """Return the lines of several names; a blank one parts them where one takes two."""
        broken = [self.lines(printable(text), measure) for text in texts]
        is_parted = len(broken) > 1 and any(len(lines) > 1 for lines in broken)
        return [
            line
            for index, lines in enumerate(broken)
            for line in [*([""] if index and is_parted else []), *lines]
        ]

    def lines(self, name: str, measure: Measure) -> list[str]:
        """Return a name in lines of nearly equal length that fit, broken at words.

        A name that cannot be so divided comes back whole.
        """
        key = (name, measure.width, measure.size)
        if key not in self._broken:
            self._broken[key] = self._lines(name.strip(), measure)
        return self._broken[key]

    def _lines(self, name: str, measure: Measure) -> list[str]:
        widths = [measure.advance(character) * measure.size for character in name]
        if sum(widths) <= measure.width or len(name) < 2:
            return [name]
        torn = [0.0, *(self.torn(name, place) for place in range(1, len(name))), 0.0]
        fewest = math.ceil(sum(widths) / measure.width)
        found = [
            (cost + _MORE * (count - fewest), stops)
            for count in (fewest, fewest + 1)
            for cost, stops in [_divided(widths, torn, measure, count)]
        ]
        cost, stops = min(found)
        if cost == math.inf:
            return [name]
        return [name[start:stop] for start, stop in pairwise(stops)]


def _divided(
    widths: Sequence[float], torn: Sequence[float], measure: Measure, count: int
) -> tuple[float, tuple[int, ...]]:
    """Return the cheapest way into so many lines, and where they end; inf: there is none.

    `torn` holds what a line's end before each place costs.
    """
    even = sum(widths) / count
    left = [*accumulate(reversed(widths), initial=0.0)][::-1]  # from each place to the end
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for further in reversed(range(count)):
        grown: dict[int, tuple[float, tuple[int, ...]]] = {}
        room = further * measure.width + 1e-6  # of the lines after this one
        for start, (cost, stops) in best.items():
            width = 0.0
            for stop in range(start + 1, len(widths) + 1):
                width += widths[stop - 1]
                if width > measure.width:
                    break
                if left[stop] > room or torn[stop] == math.inf:
                    continue
                own = cost + _UNLIKE * ((width - even) / measure.size) ** 2 + torn[stop]
                if stop not in grown or own <= grown[stop][0]:
                    grown[stop] = (own, (*stops, stop))
        best = grown
    return best.get(len(widths), (math.inf, ()))


def break_title_at_words(texts: Iterable[str], title: str, width: float = TITLE_LINE) -> list[str]:
    """Return a title in lines of so many characters at most; words are learnt from some texts."""
    measure = Measure(width * TITLE_SIZE, TITLE_SIZE, fonts.advances("title"))
    return NameBreaker(texts).lines(title, measure)


def annex_title_at_words(annex: Annex, measure: Measure) -> list[str]:
    """Return an annex's title in lines broken by sense, before the quarter's name where it can."""
    at = annex.title.find("第") if "季度" in annex.title else -1
    before = annex.title[at:] if at > 0 else ""
    width = int(measure.width / measure.size * 2) / 2

    def at_words(title: str) -> list[str]:
        return break_title_at_words(words_of(annex), title, width)

    return [
        line.text
        for part in break_title(annex.title, before=before, width=width, at_words=at_words)
        for line in break_paragraph(part, measure)
    ]
