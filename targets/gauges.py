"""How a light and a pace bar are drawn: HTML and SVG from plain values, the same on every page.

A light has a word and a shape beside its colour. Shapes are made of borders, which printers
keep; a bar's figures always stand beside it, so it is hidden from screen readers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

from targets.choices import Light
from targets.markup import fill, join

_WIDTH, _HEIGHT = 120, 16
_LIGHT = '<span class="light light--{key}">{label}</span>'
_SET = '<span class="light light--{key}">{label}<small>（认定）</small></span>'
_BAR = (
    '<svg class="pace pace--{key}" width="120" height="16" viewBox="0 0 120 16"'
    ' aria-hidden="true" focusable="false">'
    '<rect class="pace__track" x="0" y="5" width="120" height="6"></rect>'
    '<rect class="pace__value" x="{x}" y="5" width="{width}" height="6"></rect>'
    "{over}{zero}"
    '<rect class="pace__mark" x="{mark}" y="1" width="2" height="14"></rect></svg>'
)
_OVER = '<path class="pace__over" d="M112 5l3 3-3 3M116 5l3 3-3 3"></path>'
_ZERO = '<rect class="pace__zero" x="{at}" y="3" width="1" height="10"></rect>'


def light_badge(light: str, *, is_overruled: bool = False) -> SafeString:
    """Return a light as sign and word; nothing where there is none."""
    if not light:
        return SafeString("")
    return fill(_SET if is_overruled else _LIGHT, key=light, label=Light(light).label)


def pace_bar(reached: Decimal | None, due: Decimal | None, light: str) -> SafeString:
    """Return a bar whose length is the target, with a mark where it should be by now.

    `reached` and `due` are shares of the target. Where the value lies below zero, as a fall
    does against a growth, zero moves in from the left and the bar goes to the left of it.
    """
    if reached is None or due is None:
        return SafeString("")
    # Left end and right end of the scale, in targets.
    low = max(Decimal(-10), min(Decimal(0), reached)) * Decimal("1.05")
    span = 1 - low
    zero = _at(-low / span)
    value = _at((max(low, min(reached, Decimal(1))) - low) / span)
    left, right = min(zero, value), max(zero, value)
    return fill(
        _BAR,
        key=light,
        x=f"{left:.1f}",
        width=f"{right - left:.1f}",
        over=SafeString(_OVER if reached > 1 else ""),
        zero=fill(_ZERO, at=f"{zero:.1f}") if low < 0 else SafeString(""),
        mark=f"{min(_WIDTH - 2.0, max(0.0, _at((due - low) / span) - 1)):.1f}",
    )


def _at(share: Decimal) -> float:
    return float(share) * _WIDTH


_MARK = '<mark class="{css}">{words}<sup>{number}</sup></mark>'


@dataclass(frozen=True, slots=True)
class Marked:
    """Words of a text that a number was read from: where they stand, and whose they are."""

    start: int
    end: int
    number: int
    is_open: bool = False  # only proposed


def mark_words(text: str, marked: Iterable[Marked]) -> SafeString:
    """Return a text as HTML with the words underlined that numbers were read from.

    What lies outside the text, or inside words that are marked already, is left out.
    """
    parts: list[object] = []
    at = 0
    for each in sorted(marked, key=lambda mark: (mark.start, mark.end)):
        if not at <= each.start < each.end <= len(text):
            continue
        words = fill(
            _MARK,
            css="read read--open" if each.is_open else "read",
            words=text[each.start : each.end],
            number=each.number,
        )
        parts += [text[at : each.start], words]
        at = each.end
    return join("", [*parts, text[at:]])


_LINE = (
    '<svg class="line" width="150" height="44" viewBox="0 0 150 44" aria-hidden="true"'
    ' focusable="false"><path class="line__base" d="M4 40.5H146"></path>'
    '<polyline class="line__due" points="{due}"></polyline>'
    '<polyline class="line__value" points="{value}"></polyline>{dots}</svg>'
)
_DOT = '<circle class="line__dot" cx="{x}" cy="{y}" r="3"></circle>'


def value_line(values: Mapping[int, Decimal], dues: Mapping[int, Decimal]) -> SafeString:
    """Return the quarters' values as a line over the dashed one of what was due.

    By number of the quarter; nothing where there is no value. The figures stand beside it.
    """
    if not values or not dues:
        return SafeString("")
    every = [Decimal(0), *values.values(), *dues.values()]
    low, span = min(every), (max(every) - min(every)) or Decimal(1)

    def points(of: Mapping[int, Decimal]) -> list[tuple[str, str]]:
        return [
            (f"{4 + 35.5 * quarter:.1f}", f"{40 - 36 * float((of[quarter] - low) / span):.1f}")
            for quarter in sorted(of)
        ]

    start = ("4.0", f"{40 - 36 * float(-low / span):.1f}")
    return fill(
        _LINE,
        due=" ".join(",".join(each) for each in [start, *points(dues)]),
        value=" ".join(",".join(each) for each in [start, *points(values)]),
        dots=join("", [fill(_DOT, x=x, y=y) for x, y in points(values)]),
    )
