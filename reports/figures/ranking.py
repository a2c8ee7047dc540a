"""Who stands before whom: goals and units by their rates, units among those of about their size."""

from reports.figures.quarter import GroupFigures

# A unit with one item and one with sixteen are not ranked in one list: (least items, heading).
BANDS = ((8, "牵头8项及以上"), (3, "牵头3—7项"), (1, "牵头1—2项"), (0, "牵头事项均不计入总数"))


def rank_of(group: GroupFigures) -> tuple[float, int, int]:
    """Order by exact rate, the best first; of equal rates the larger, then print order."""
    rate = group.completed / group.total if group.total else -1.0
    return (-rate, -group.total, group.number)


def size_of(total: int) -> int:
    """Return the least of the band, in BANDS, that a unit leading so many items belongs to."""
    return next(least for least, _heading in BANDS if total >= least)
