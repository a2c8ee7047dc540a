"""Who stands before whom: goals and units by their rates, units among those of about their size."""

from collections.abc import Sequence
from fractions import Fraction

from reports.figures.quarter import GroupFigures

# A unit with one item and one with sixteen are not ranked in one list: (least items, heading).
BANDS = ((8, "牵头8项及以上"), (3, "牵头3—7项"), (1, "牵头1—2项"), (0, "牵头事项均不计入总数"))


def rank_of(group: GroupFigures) -> tuple[Fraction, int, int]:
    """Order by exact rate, the best first; of equal rates the larger, then print order."""
    return (-_rate(group), -group.total, group.number)


def _rate(group: GroupFigures) -> Fraction:
    return Fraction(group.completed, group.total) if group.total else Fraction(-1)


def in_places(groups: Sequence[GroupFigures]) -> list[tuple[int, GroupFigures]]:
    """Return the groups in order, each after its place: equal rates share one, the next is left."""
    places: dict[Fraction, int] = {}
    ordered = sorted(groups, key=rank_of)
    return [(places.setdefault(_rate(each), at), each) for at, each in enumerate(ordered, start=1)]


def size_of(total: int) -> int:
    """Return the least of the band, in BANDS, that a unit leading so many items belongs to."""
    return next(least for least, _heading in BANDS if total >= least)
