"""Items with their entry of a period, as a list."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from targets.choices import Duty, EntryState, ItemOutcome
from targets.gauges import light_badge, pace_bar
from targets.markup import addresses, fill, join
from targets.models import Period
from targets.questions import duties_in
from targets.rules import item_label
from targets.statements import Values, compiled_once, values_of
from targets.tables.lists import NONE, Column, ListTable, badge

_STATES = dict(EntryState.choices)


class ItemTable(ListTable):
    """Items with their entry of one period (see ItemQuerySet.with_entry)."""

    caption = "责任事项"
    values = (
        "item_key",
        "goal_key",
        "goal__number",
        "number",
        "is_numbered",
        "standard",
        "outcome",
        "entry_pk",
        "entry_text",
        "status_name",
        "status_color",
        "state",
        "light",
        "light_words",
        "is_overruled",
        "reached",
        "due",
    )

    number = Column("编号", '<a href="{url}">{label}</a>', "cell-tight", ("goal__number", "number"))
    standard = Column("工作标准", '<div class="clamp">{standard}</div>', "cell-text")
    text = Column("完成情况", '<div class="clamp">{text}</div>', "cell-text")
    units = Column("牵头单位", "{leads}", "cell-unit")
    status = Column("完成状态", "{status}", "cell-tight", ("status_order", "class_key"))
    pace = Column(
        "进度",
        '{light}{bar}<small class="light__words">{light_words}</small>',
        "cell-pace",
        ("light_rank", "distance"),
    )
    state = Column("审核环节", "{state}", "cell-tight", ("state",))

    class Meta(ListTable.Meta):
        order_by = "number"

    def __init__(self, rows: QuerySet[Any], *, period: Period, request: HttpRequest) -> None:
        super().__init__(rows, request=request)
        self.period = period

    def lines(self, rows: list[Any]) -> Iterator[dict[str, object]]:
        """Yield the items' lines; the office's lead to the review."""
        leads = _lead_names(self.period, rows)
        item_at, review_at = addresses("targets:item"), addresses("targets:review-entry")
        is_office = self.request.user.is_office
        for row in rows:
            label = item_label(row.goal__number, row.number, row.is_numbered)
            state = _STATES[row.state]
            if is_office and row.entry_pk:
                state = fill(
                    '<a href="{url}">{state}<span class="visually-hidden">：{label}</span></a>',
                    url=review_at(row.entry_pk),
                    state=state,
                    label=label,
                )
            yield {
                "url": item_at(row.item_key),
                "label": label,
                "standard": row.standard,
                "text": row.entry_text or NONE,
                "leads": join("<br>", leads[row.item_key]),
                "status": _item_status(row),
                "light": light_badge(row.light, is_overruled=row.is_overruled) or NONE,
                "bar": pace_bar(row.reached, row.due, row.light),
                "light_words": row.light_words,
                "state": state,
            }


def _lead_names(period: Period, rows: list[Any]) -> dict[int, list[str]]:
    """Return the names of each item's lead units, in their order."""
    names: dict[int, list[str]] = defaultdict(list)
    for item_id, name in _leads(values_of(period), *sorted({row.goal__number for row in rows})):
        names[item_id].append(name)
    return names


@compiled_once
def _leads(period_values: Values, *goals: int) -> QuerySet[Any, Values]:
    """Return who leads the goals' items: a page has a hundred items, of a few goals."""
    duties = duties_in(Period(*period_values))
    leads = duties.filter(duty=Duty.LEAD, item__goal__number__in=goals)
    return leads.order_by("order").values_list("item_key", "shown_name")


def _item_status(row: Any) -> SafeString:
    if row.outcome == ItemOutcome.CANCELLED:
        return badge("grey", "已取消")
    if row.outcome != ItemOutcome.LIVE:
        ended = badge("grey", ItemOutcome(row.outcome).label)
        status = badge(row.status_color, row.status_name) if row.status_name else ""
        return join(" ", filter(None, [status, ended]))
    if row.status_name:
        return badge(row.status_color, row.status_name)
    return SafeString('<span class="muted">未核定</span>')
