"""Figures to the geometry of SVG charts: pure functions, drawn by templates/reports/charts/.

Colour never speaks alone: every class has a texture of its own, so that grey printing and
colour blindness leave the parts apart, and every chart stands beside its numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from targets.choices import UNREPORTED

# In this order, the first for the completed class: they differ in grey and from one another.
TEXTURES = ("solid", "slant", "dots", "cross", "level", "upright")
HOLLOW = "hollow"  # 未填报: nothing is there


class Counted(Protocol):
    """What a bar is drawn from: reports.figures.quarter.ClassCount."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def percent(self) -> int | None: ...
    @property
    def color(self) -> str: ...


class Point(Protocol):
    """What a line is drawn from: reports.trends.TrendPoint."""

    @property
    def completed(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def percent(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Fill:
    """How the parts of one class are painted, on the bars and in the legend."""

    key: str
    label: str
    texture: str  # one of TEXTURES, or HOLLOW
    color: str  # one of targets.choices.Color

    @property
    def name(self) -> str:
        """The id of its pattern on the page."""
        return f"fill-{self.key}"

    @property
    def tint(self) -> str:
        """What it is filled with on the screen: its colour, or nothing."""
        return HOLLOW if self.texture == HOLLOW else self.color


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a stacked bar, in percent of its length."""

    fill: Fill
    start: float
    width: float
    count: int


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of a line, in the units of the chart's view box."""

    x: float
    y: float
    label: str  # 31%
    dy: int  # where the label stands: above the point, or below one that another is above


@dataclass(frozen=True, slots=True)
class Line:
    """One year's line."""

    name: str  # 2020年
    marks: tuple[Mark, ...]
    is_main: bool

    @property
    def points(self) -> str:
        """The polyline's points attribute."""
        return " ".join(f"{mark.x:g},{mark.y:g}" for mark in self.marks)


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over the four quarters, in a view box of `width` × `height`."""

    width: int
    height: int
    left: int
    right: int
    levels: tuple[tuple[float, str], ...]  # y and 0%, 50%, 100%
    columns: tuple[tuple[float, str], ...]  # x and the quarter's name
    lines: tuple[Line, ...]


def assign_fills(classes: Sequence[Counted]) -> tuple[Fill, ...]:
    """Give every class a texture of its own, in status order; 未填报 is always hollow."""
    fills, used = [], 0
    for each in classes:
        if each.key == UNREPORTED:
            fills.append(Fill(each.key, each.label, HOLLOW, each.color))
            continue
        fills.append(Fill(each.key, each.label, TEXTURES[used % len(TEXTURES)], each.color))
        used += 1
    return tuple(fills)


def stack_bar(classes: Sequence[Counted], fills: Sequence[Fill]) -> tuple[Segment, ...]:
    """Return a bar's parts by their counts; they fill it whole, and an empty group has none."""
    total = sum(each.count for each in classes)
    by_key = {fill.key: fill for fill in fills}
    segments, before = [], 0
    for each in classes:
        if each.count:
            start = before * 100 / total
            before += each.count
            width = before * 100 / total - start
            segments.append(Segment(by_key[each.key], round(start, 3), round(width, 3), each.count))
    return tuple(segments)


def draw_lines(
    series: Sequence[tuple[str, Sequence[tuple[int, Point]]]], columns: Sequence[str]
) -> LineChart:
    """Return the chart of completion by quarter; the first series is the main one.

    A series is its name and (column, point) pairs; a point without a rate is left out.
    """
    width, height, left, right, top, bottom = 340, 180, 44, 12, 22, 30
    step = (width - left - right - 40) / max(len(columns) - 1, 1)
    xs = [left + 20 + step * index for index in range(len(columns))]

    def level(share: float) -> float:
        return round(top + (height - top - bottom) * (1 - share / 100), 1)

    best: dict[int, int] = {}
    for _name, points in series:
        for index, point in points:
            if point.percent is not None:
                best[index] = max(best.get(index, 0), point.percent)
    taken: set[int] = set()
    lines = []
    for number, (name, points) in enumerate(series):
        marks = []
        for index, point in points:
            if point.percent is None:
                continue
            is_above = point.percent == best[index] and index not in taken
            if is_above:
                taken.add(index)
            label = f"{point.percent}%"
            dy = -9 if is_above else 19
            marks.append(Mark(round(xs[index], 1), level(point.percent), label, dy))
        lines.append(Line(name, tuple(marks), number == 0))
    return LineChart(
        width,
        height,
        left,
        width - right,
        tuple((level(share), f"{share}%") for share in (0, 50, 100)),
        tuple(zip((round(x, 1) for x in xs), columns, strict=True)),
        tuple(lines),
    )


def draw_spark(points: Sequence[Point]) -> tuple[tuple[float, float, float], ...]:
    """Return a small trend as columns (x, y, height) in a box of 12 a quarter × 20.

    A rate of 0 keeps a foot of 1, so that the quarter is seen; no rate, no column.
    """
    columns = []
    for index, point in enumerate(points):
        if point.percent is not None:
            height = max(round(point.percent / 5, 1), 1)
            columns.append((index * 12 + 1.0, round(20 - height, 1), height))
    return tuple(columns)
