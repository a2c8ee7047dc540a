"""Contributions as lists: a unit's own, and all units' for the office."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from targets.choices import EXCUSED, ContributionState, Duty, ItemOutcome
from targets.markup import addresses, fill, join
from targets.rules import item_label
from targets.tables.lists import NONE, SMALL, Column, ListTable, badge

_STATES = dict(ContributionState.choices)
# As templates/targets/_contribution_badge.html has them.
_COLORS: dict[str, str] = {
    ContributionState.APPROVED: "green",
    ContributionState.SUBMITTED: "blue",
    ContributionState.RETURNED: "red",
    ContributionState.DRAFT: "amber",
}


_ITEM = (
    "goal_number",
    "item_number",
    "is_numbered",
    "standard",
    "outcome",
)


def _label(row: Any) -> str:
    return item_label(row.goal_number, row.item_number, row.is_numbered)


def _moment(at: datetime | None) -> str:
    """Return a moment of this year as pages print it: 4月9日 17:05."""
    if at is None:
        return NONE
    at = localtime(at)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def _state_badge(state: str) -> SafeString:
    return badge(_COLORS.get(state, "grey"), _STATES[state])


class ContributionTable(ListTable):
    """A period's contributions of all units (ContributionQuerySet.with_progress, with_line)."""

    caption = "各单位填报情况"
    values = (
        "entry_id",
        *_ITEM,
        "unit__name",
        "duty",
        "state",
        "progress",
        "is_overdue",
        "entered_by_office",
        "submitted_at",
        "due_in_force",
        "extended_until",
    )

    number = Column(
        "编号",
        '<a href="{url}">{label}<span class="visually-hidden">审核</span></a>',
        "cell-tight",
        ("goal_number", "item_number", "order"),
    )
    standard = Column("工作标准", '<div class="clamp">{standard}</div>', "cell-text")
    unit = Column("单位", "{unit}{duty}", "cell-unit", ("unit_order", "entry__item"))
    progress = Column("填报进度", "{progress}", "cell-tight", ("progress",))
    submitted_at = Column("报送时间", "{submitted}", "cell-tight", ("submitted_at",))
    due_in_force = Column("截止日期", "{due}{extended}", "cell-tight", ("due_in_force",))

    class Meta(ListTable.Meta):
        order_by = "number"
        empty_text = "没有符合条件的填报"

    def lines(self, rows: list[Any]) -> Iterator[dict[str, object]]:
        """Yield the contributions' lines, each leading to the review of its entry."""
        review_at = addresses("targets:review-entry")
        supporting, extended = fill(SMALL, text="配合单位"), fill(SMALL, text="已延期")
        for row in rows:
            due = row.due_in_force
            yield {
                "url": review_at(row.entry_id),
                "label": _label(row),
                "standard": row.standard,
                "unit": row.unit__name,
                "duty": supporting if row.duty == Duty.SUPPORTING else "",
                "progress": join(" ", _progress_badges(row)),
                "submitted": _moment(row.submitted_at),
                "due": f"{due.month}月{due.day}日" if due else "",
                "extended": extended if row.extended_until else "",
            }


def _progress_badges(row: Any) -> Iterator[SafeString]:
    yield badge("grey", "无须报送") if row.progress == EXCUSED else _state_badge(row.state)
    if row.is_overdue:
        yield badge("red", "逾期")
    if row.outcome != ItemOutcome.LIVE:
        yield badge("grey", ItemOutcome(row.outcome).label)
    if row.entered_by_office:
        yield badge("plain badge--grey", "督查室代填")
