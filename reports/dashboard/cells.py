"""What stands in every row of a table of figures: numbers as links, bars, small trends.

A template's node takes longer than its markup, and a district's page would have two thousand.
Tables, rows and heads stay in the templates; here are the parts that repeat in each row.
"""

from collections.abc import Container, Sequence
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from reports.dashboard import charts
from reports.dashboard.links import Links
from reports.dashboard.overview import UnitRow
from reports.figures.quarter import FigureRow, GroupFigures
from targets.choices import Duty
from targets.pace import in_percent
from targets.reading.plain import plain_number

NONE = "—"
# Numbers are filled in with :d and :g, which take nothing else; words are escaped before.
# A screen reader lists a page's links without their rows: each number says what it counts.
_PAIR = (
    '<a href="{0}&amp;class_key=completed">{1:d}'
    '<span class="visually-hidden">项已完成，{3}</span></a>'
    '/<a href="{0}&amp;class_key=counted">{2:d}<span class="visually-hidden">项，{3}</span></a>'
)
_COUNT = (
    '<td class="cell-number cell-inline" data-label="{0}">'
    '<a href="{1}&amp;class_key={2}">{3:d}<span class="visually-hidden">项{0}，{4}</span></a></td>'
)
_ZERO = '<td class="cell-number cell-inline is-zero" data-label="{0}">0</td>'
_TIMELY = (
    '<a href="{0}&amp;timing=on_time">{1:d}<span class="visually-hidden">项按时，{3}</span></a>'
    '/<a href="{0}&amp;timing=due">{2:d}<span class="visually-hidden">项到期，{3}</span></a>'
)
_LATE = (
    '<a class="late nowrap" href="{0}&amp;timing=overdue">逾期未报{1:d}'
    '<span class="visually-hidden">项，{2}</span></a>'
)
_BAR = '<svg class="stack" width="100%" height="16" aria-hidden="true" focusable="false">{0}</svg>'
# A solid tint on the screen (the class), a texture on paper (the attribute).
_PART = (
    '<rect class="stack__part fill--{3}" x="{0:g}%" y="0.5" width="{1:g}%" height="15"'
    ' fill="url(#{2})"></rect>'
)
_SPARK = (
    '<a class="spark__link" href="{0}"><svg class="spark" width="{1:d}" height="20"'
    ' viewBox="0 0 {1:d} 20" aria-hidden="true" focusable="false">'
    '<path class="spark__foot" d="M0 19.5H{1:d}"></path>{2}</svg>'
    '<span class="visually-hidden">{3}各季度：{4}</span></a>'
)
_NAME = '<a href="{0}">{1}</a>'
_COLUMN = '<rect class="spark__column" x="{0:g}" y="{1:g}" width="10" height="{2:g}"></rect>'


def gap(distance: Decimal | None) -> str:
    """Return how far a value lies from what is due, of the target: 16%, from 100% on 9.7倍."""
    if distance is None:
        return NONE
    far = abs(distance)
    return f"{plain_number(round(far, 1))}倍" if far >= 1 else in_percent(far)


def rate(percent: int | None) -> str:
    """Return a percent as a cell prints it."""
    return NONE if percent is None else f"{percent}%"


def pair(url: str, group: GroupFigures, part: str = "") -> SafeString:
    """Return n/N, each opening its list; `url` is a list's address without a class, escaped.

    `part` is the group's part in its items, said after its name.
    """
    return _safe(_PAIR.format(url, group.completed, group.total, escape(group.name) + part))


def counts(url: str, group: GroupFigures, shown: Container[str], part: str = "") -> SafeString:
    """Return the cells of the shown classes that are not completed."""
    whose = escape(group.name) + part
    return _safe(
        "".join(
            (_COUNT if each.count else _ZERO).format(
                escape(each.label), url, escape(each.key), each.count, whose
            )
            for each in group.classes
            if each.key in shown and not each.is_completed
        )
    )


def bar(group: GroupFigures, fills: Sequence[charts.Fill]) -> SafeString:
    """Return a group's stacked bar."""
    parts = (
        _PART.format(part.start, part.width, escape(part.fill.name), part.fill.tint)
        for part in charts.stack_bar(group.classes, fills)
    )
    return _safe(_BAR.format("".join(parts)))


def spark(row: UnitRow, url: str) -> SafeString:
    """Return a unit's small trend, which opens the unit's own page."""
    columns = "".join(_COLUMN.format(*each) for each in charts.draw_spark(row.trend))
    words = "，".join(f"{each.quarter.name}{each.completed}/{each.total}" for each in row.trend)
    return _safe(_SPARK.format(url, 12 * len(row.trend), columns, escape(row.name), words))


def goal_row(
    goal: GroupFigures, links: Links, shown: Container[str], fills: Sequence[charts.Fill]
) -> tuple[str, ...]:
    """Return name, bar, rate, n/N and the other classes."""
    url = f"{links.goals}&amp;goal={goal.id}"
    name = _named(links.goal(goal.id), f"{goal.number}．{goal.name}")
    return name, bar(goal, fills), *_rates(url, goal, shown)


def leader_row(leader: GroupFigures, links: Links, shown: Container[str]) -> tuple[str, ...]:
    """Return name, rate, n/N and the other classes."""
    url = f"{links.leaders}&amp;leader={leader.id}"
    return leader.name, *_rates(url, leader, shown, "分管")


def _rates(url: str, group: GroupFigures, shown: Container[str], part: str = "") -> tuple[str, ...]:
    percent = rate(group.completed_percent)
    return percent, pair(url, group, part), counts(url, group, shown, part)


def supporter_row(unit: GroupFigures, links: Links) -> tuple[str, str]:
    """Return name and n/N of a unit that only supports."""
    return unit.name, pair(_items_of(unit.id, Duty.SUPPORTING, links), unit, "配合")


def lead_row(row: UnitRow, links: Links, fills: Sequence[charts.Fill]) -> tuple[str, ...]:
    """Return a lead unit's name, bar, small trend, and what `unit_row` returns after the name."""
    page = f"{links.pages}&amp;unit={row.id}"
    name = _named(links.unit(row.id), row.name)
    drawn = bar(row.lead, fills) if row.lead else NONE
    return name, drawn, spark(row, page), *unit_row(row, links)[1:]


def unit_row(row: UnitRow, links: Links) -> tuple[str, ...]:
    """Return name, rate, n/N as lead, punctuality (rate, n/N, overdue), n/N as supporter."""
    leading = _items_of(row.id, Duty.LEAD, links)
    supporting = _items_of(row.id, Duty.SUPPORTING, links)
    timing, name = row.timing, escape(row.name)
    return (
        row.name,
        rate(row.lead.completed_percent) if row.lead else NONE,
        pair(leading, row.lead, "牵头") if row.lead else NONE,
        rate(timing.percent),
        _safe(_TIMELY.format(leading, timing.on_time, timing.due, name)) if timing.due else "",
        _safe(_LATE.format(leading, timing.overdue, name)) if timing.overdue else "",
        pair(supporting, row.supporting, "配合") if row.supporting else NONE,
    )


def units_of(row: FigureRow, links: Links) -> SafeString:
    """Return an item's lead units, each opening its page."""
    last = len(row.lead_units) - 1
    names = (
        # A comma stays with the name before it.
        f'<span class="nowrap">{_named(links.unit(pk), name)}{"" if place == last else "、"}</span>'
        for place, (pk, name) in enumerate(zip(row.lead_ids, row.lead_units, strict=True))
    )
    return _safe("".join(names))


def _named(url: str, name: str) -> SafeString:
    return _safe(_NAME.format(url, escape(name)))


def _items_of(unit_id: int, duty: Duty, links: Links) -> str:
    return f"{links.units}&amp;unit={unit_id}&amp;duty={duty.value}"


def _safe(markup: str) -> SafeString:
    return mark_safe(markup)  # noqa: S308 - numbers, addresses of our own, and escaped words
