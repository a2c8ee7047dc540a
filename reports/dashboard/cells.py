"""What stands in every row of a table of figures: numbers as links, bars, small trends.

A template's node takes longer than its markup, and a district's page would have two thousand.
Tables, rows and heads stay in the templates; here are the parts that repeat in each row.
"""

from collections.abc import Container, Sequence
from decimal import Decimal

from django.utils.safestring import SafeString

from reports.dashboard import charts
from reports.dashboard.links import Links
from reports.dashboard.overview import UnitRow
from reports.figures.quarter import FigureRow, GroupFigures
from reports.figures.standing import Standing
from targets.choices import Duty
from targets.gauges import pace_bar
from targets.markup import fill, join
from targets.pace import in_percent
from targets.reading.plain import plain_number

NONE = "—"
SHOWN_BEHIND = 10  # rows; the list has them all
# A screen reader lists a page's links without their rows: each number says what it counts.
_PAIR = (
    '<a href="{url}&amp;class_key=completed">{completed}'
    '<span class="visually-hidden">项已完成，{whose}</span></a>'
    '/<a href="{url}&amp;class_key=counted">{total}'
    '<span class="visually-hidden">项，{whose}</span></a>'
)
_COUNT = (
    '<td class="cell-number cell-inline" data-label="{label}">'
    '<a href="{url}&amp;class_key={key}">{count}'
    '<span class="visually-hidden">项{label}，{whose}</span></a></td>'
)
_ZERO = '<td class="cell-number cell-inline is-zero" data-label="{label}">0</td>'
_TIMELY = (
    '<a href="{url}&amp;timing=on_time">{on_time}'
    '<span class="visually-hidden">项按时，{whose}</span></a>'
    '/<a href="{url}&amp;timing=due">{due}<span class="visually-hidden">项到期，{whose}</span></a>'
)
_LATE = (
    '<a class="late nowrap" href="{url}&amp;timing=overdue">逾期未报{overdue}'
    '<span class="visually-hidden">项，{whose}</span></a>'
)
_BAR = (
    '<svg class="stack" width="100%" height="16" aria-hidden="true" focusable="false">{parts}</svg>'
)
# A solid tint on the screen (the class), a texture on paper (the attribute).
_PART = (
    '<rect class="stack__part fill--{tint}" x="{start}%" y="0.5" width="{width}%" height="15"'
    ' fill="url(#{fill})"></rect>'
)
_SPARK = (
    '<a class="spark__link" href="{url}"><svg class="spark" width="{width}" height="20"'
    ' viewBox="0 0 {width} 20" aria-hidden="true" focusable="false">'
    '<path class="spark__foot" d="M0 19.5H{width}"></path>{columns}</svg>'
    '<span class="visually-hidden">{name}各季度：{words}</span></a>'
)
_COLUMN = '<rect class="spark__column" x="{x}" y="{y}" width="10" height="{height}"></rect>'
_NAME = '<a href="{url}">{name}</a>'
# A comma stays with the name before it.
_KEPT = '<span class="nowrap">{name}{comma}</span>'


def gap(distance: Decimal | None) -> str:
    """Return how far a value lies from what is due, of the target: 16%, from 100% on 9.7倍."""
    if distance is None:
        return NONE
    far = abs(distance)
    return f"{plain_number(round(far, 1))}倍" if far >= 1 else in_percent(far)


def rate(percent: int | None) -> str:
    """Return a percent as a cell prints it."""
    return NONE if percent is None else f"{percent}%"


def behind_rows(standing: Standing) -> list[tuple[FigureRow, SafeString, str]]:
    """Return the items farthest behind their pace, each with its bar and how far it lies back."""
    return [
        (row, pace_bar(row.reached, row.due, row.light), gap(row.distance))
        for row in standing.behind[:SHOWN_BEHIND]
    ]


def pair(url: SafeString, group: GroupFigures, part: str = "") -> SafeString:
    """Return n/N, each opening its list; `url` is a list's address without a class.

    `part` is the group's part in its items, said after its name.
    """
    whose = group.name + part
    return fill(_PAIR, url=url, completed=group.completed, total=group.total, whose=whose)


def counts(
    url: SafeString, group: GroupFigures, shown: Container[str], part: str = ""
) -> SafeString:
    """Return the cells of the shown classes that are not completed."""
    whose = group.name + part
    return join(
        "",
        (
            fill(_COUNT, label=each.label, url=url, key=each.key, count=each.count, whose=whose)
            if each.count
            else fill(_ZERO, label=each.label)
            for each in group.classes
            if each.key in shown and not each.is_completed
        ),
    )


def bar(group: GroupFigures, fills: Sequence[charts.Fill]) -> SafeString:
    """Return a group's stacked bar."""
    parts = (
        fill(
            _PART,
            tint=part.fill.tint,
            start=f"{part.start:g}",
            width=f"{part.width:g}",
            fill=part.fill.name,
        )
        for part in charts.stack_bar(group.classes, fills)
    )
    return fill(_BAR, parts=join("", parts))


def spark(row: UnitRow, url: SafeString) -> SafeString:
    """Return a unit's small trend, which opens the unit's own page."""
    columns = (
        fill(_COLUMN, x=f"{x:g}", y=f"{y:g}", height=f"{height:g}")
        for x, y, height in charts.draw_spark(row.trend)
    )
    return fill(
        _SPARK,
        url=url,
        width=12 * len(row.trend),
        columns=join("", columns),
        name=row.name,
        words="，".join(f"{each.quarter.name}{each.completed}/{each.total}" for each in row.trend),
    )


def goal_row(
    goal: GroupFigures, links: Links, shown: Container[str], fills: Sequence[charts.Fill]
) -> tuple[str, ...]:
    """Return name, bar, rate, n/N and the other classes."""
    url = fill("{list}&amp;goal={key}", list=links.goals, key=goal.id)
    name = fill(_NAME, url=links.goal(goal.id), name=f"{goal.number}．{goal.name}")
    return name, bar(goal, fills), *_rates(url, goal, shown)


def leader_row(leader: GroupFigures, links: Links, shown: Container[str]) -> tuple[str, ...]:
    """Return name, rate, n/N and the other classes."""
    url = fill("{list}&amp;leader={key}", list=links.leaders, key=leader.id)
    return leader.name, *_rates(url, leader, shown, "分管")


def _rates(
    url: SafeString, group: GroupFigures, shown: Container[str], part: str = ""
) -> tuple[str, ...]:
    percent = rate(group.completed_percent)
    return percent, pair(url, group, part), counts(url, group, shown, part)


def supporter_row(unit: GroupFigures, links: Links) -> tuple[str, str]:
    """Return name and n/N of a unit that only supports."""
    return unit.name, pair(_items_of(unit.id, Duty.SUPPORTING, links), unit, "配合")


def lead_row(row: UnitRow, links: Links, fills: Sequence[charts.Fill]) -> tuple[str, ...]:
    """Return a lead unit's name, bar, small trend, and what `unit_row` returns after the name."""
    page = fill("{page}&amp;unit={key}", page=links.pages, key=row.id)
    name = fill(_NAME, url=links.unit(row.id), name=row.name)
    drawn = bar(row.lead, fills) if row.lead else NONE
    return name, drawn, spark(row, page), *unit_row(row, links)[1:]


def unit_row(row: UnitRow, links: Links) -> tuple[str, ...]:
    """Return name, rate, n/N as lead, punctuality (rate, n/N, overdue), n/N as supporter."""
    leading = _items_of(row.id, Duty.LEAD, links)
    supporting = _items_of(row.id, Duty.SUPPORTING, links)
    timing = row.timing
    told = {"url": leading, "whose": row.name}
    return (
        row.name,
        rate(row.lead.completed_percent) if row.lead else NONE,
        pair(leading, row.lead, "牵头") if row.lead else NONE,
        rate(timing.percent),
        fill(_TIMELY, **told, on_time=timing.on_time, due=timing.due) if timing.due else "",
        fill(_LATE, **told, overdue=timing.overdue) if timing.overdue else "",
        pair(supporting, row.supporting, "配合") if row.supporting else NONE,
    )


def units_of(row: FigureRow, links: Links) -> SafeString:
    """Return an item's lead units, each opening its page."""
    units = list(zip(row.lead_ids, row.lead_units, strict=True))
    return join(
        "",
        (
            fill(
                _KEPT,
                name=fill(_NAME, url=links.unit(pk), name=name),
                comma="、" if place < len(units) else "",
            )
            for place, (pk, name) in enumerate(units, start=1)
        ),
    )


def _items_of(unit_id: int, duty: Duty, links: Links) -> SafeString:
    address = "{list}&amp;unit={unit}&amp;duty={duty}"
    return fill(address, list=links.units, unit=unit_id, duty=duty.value)
