"""How the promises stand against their pace: counted by light, and worst first.

Page, brief, circular, annex and data interface rank by this one function.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from reports.figures.quarter import FigureRow, QuarterFigures
from targets.choices import Light
from targets.pace import RANKED_LIGHTS
from targets.rules import percent_parts


@dataclass(frozen=True, slots=True)
class LightCount:
    """How many items have a light."""

    light: str
    label: str
    count: int
    percent: int | None  # whole; they add up to 100; None: 0 of 0


@dataclass(frozen=True, slots=True)
class Standing:
    """The counted items that have indicators, by light."""

    counts: tuple[LightCount, ...]  # every light, worst first
    behind: tuple[FigureRow, ...]  # the farthest behind first

    @property
    def total(self) -> int:
        return sum(each.count for each in self.counts)


def standing_of(figures: QuarterFigures) -> Standing:
    """Count the items in the denominator that have indicators; live ones are ranked."""
    rows = [row for row in figures.rows if row.is_counted and row.light]
    numbers = [sum(row.light == light for row in rows) for light in RANKED_LIGHTS]
    return Standing(
        counts=tuple(
            LightCount(light.value, light.label, number, share)
            for light, number, share in zip(
                RANKED_LIGHTS, numbers, percent_parts(numbers), strict=True
            )
        ),
        behind=tuple(row for row in worst_first(rows) if row.light == Light.BEHIND),
    )


def worst_first(rows: Iterable[FigureRow]) -> list[FigureRow]:
    """Return the items that have a light, the worst first, and of one light the farthest behind.

    Where the office overruled without a value there is no distance: such items lead their light.
    """
    places = {light.value: place for place, light in enumerate(RANKED_LIGHTS)}
    return sorted(
        (row for row in rows if row.light),
        key=lambda row: (
            places[row.light],
            row.distance is not None,
            row.distance or Decimal(0),
            row.goal_number,
            row.item_number,
        ),
    )
