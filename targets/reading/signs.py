"""Falls as people say them and as they are kept: 下降3%以上 is a growth of at most −3.

People write a fall as a number above zero and let a word give the direction. Kept are growths
with their sign, so that one rule judges both, and a fall reported of a promised growth is
a number like any other. What is shown and typed goes through here.
"""

from collections.abc import Iterable
from decimal import Decimal

from targets.choices import Comparison, IndicatorKind
from targets.reading import words
from targets.reading.plain import plain_number

Terms = tuple[str, Decimal, Decimal | None]  # comparison, target, upper end of a range

_TURNED = {
    Comparison.AT_LEAST.value: Comparison.AT_MOST.value,
    Comparison.AT_MOST.value: Comparison.AT_LEAST.value,
}


def falls(text: str) -> bool:
    """Tell whether the words say a fall: 能耗下降; the last that says either counts.

    负增长 ends in 增长 and 同比降 begins with 同比: of two that end together the fall is meant.
    """
    last_fall = _last_end(text, words.FALLS)
    return last_fall > 0 and last_fall >= _last_end(text, words.GROWS)


def _last_end(text: str, said: Iterable[str]) -> int:
    """Return where the last of these words ends, 0 where there is none."""
    return max((at + len(each) for each in said if (at := text.rfind(each)) >= 0), default=0)


def turned(comparison: str, target: Decimal, high: Decimal | None) -> Terms:
    """Return the same promise seen from the other side: falls of 3 at least, growth of −3 at most.

    Turned twice it is what it was.
    """
    other = _TURNED.get(comparison, comparison)
    return (other, -target, None) if high is None else (other, -high, -target)


def is_fall(kind: str, target: Decimal | None, high: Decimal | None = None) -> bool:
    """Tell whether what is promised is a fall, at every end."""
    return (
        kind == IndicatorKind.GROWTH
        and target is not None
        and target < 0
        and (high is None or high <= 0)
    )


def as_kept(name: str, kind: str, terms: Terms) -> Terms:
    """Return typed terms as they are kept: the 3 of 能耗下降3 is a fall."""
    _comparison, target, high = terms
    is_size = target > 0 or (target == 0 and high is not None)  # a range from 0 on: 下降0—5
    is_said = kind == IndicatorKind.GROWTH and is_size and falls(name)
    return turned(*terms) if is_said else terms


def as_typed(name: str, kind: str, terms: Terms) -> Terms:
    """Return kept terms as they are typed beside the name, which says that it falls."""
    _comparison, target, high = terms
    return turned(*terms) if is_fall(kind, target, high) and falls(name) else terms


def fall_text(comparison: str, target: Decimal, high: Decimal | None, measure: str) -> str:
    """Return a promised fall in words, of kept terms: 下降3%以上, 下降3—5%."""
    size = plain_number(-target)
    if high is not None:
        return f"下降{plain_number(-high)}—{size}{measure}"
    if comparison == Comparison.AT_MOST:
        return f"下降{size}{measure}以上"
    if comparison == Comparison.AT_LEAST:
        return f"下降不超过{size}{measure}"
    return f"下降{size}{measure}" + ("左右" if comparison == Comparison.ABOUT else "")


def change_text(value: Decimal, measure: str) -> str:
    """Return a rate of change in words: 下降3.2%, 增长1%, 持平."""
    if not value:
        return "持平"
    return f"{'增长' if value > 0 else '下降'}{plain_number(abs(value))}{measure}"
