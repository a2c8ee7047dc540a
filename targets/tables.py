"""Lists as declarations: a column with its heading, its order, and the markup of its cells."""

from collections import defaultdict
from collections.abc import Iterator
from copy import copy
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from targets.choices import ContributionState, Duty, EntryState, ItemOutcome
from targets.markup import addresses, fill, join
from targets.models import Period, Responsibility
from targets.querysets import EXCUSED, REPORTED
from targets.rules import item_label

BADGE = '<span class="badge badge--{color}">{text}</span>'
SMALL = '<br><span class="muted small">{text}</span>'
NONE = "—"

_ENTRY_STATES = dict(EntryState.choices)
_CONTRIBUTION_STATES = dict(ContributionState.choices)
# As templates/targets/_contribution_badge.html has them.
_COLORS = {
    ContributionState.APPROVED: "green",
    ContributionState.SUBMITTED: "blue",
    ContributionState.RETURNED: "red",
    ContributionState.DRAFT: "amber",
}


class Column(tables.Column):
    """A column whose cells are markup with {names} of a line's values.

    Its cells are of a kind of the stylesheet's (docs/interface.md); it is sorted by
    `order_by`, or not at all.
    """

    def __init__(
        self, heading: str, markup: str, kind: str = "", order_by: tuple[str, ...] = ()
    ) -> None:
        super().__init__(
            heading,
            orderable=bool(order_by),
            order_by=order_by,
            attrs={"cell": {"class": kind}},
        )
        self.markup = markup
        self.kind = kind

    def __deepcopy__(self, memo: dict) -> "Column":
        """Be copied as cheaply as may be: every request copies its table's columns."""
        return copy(self)


class ListTable(tables.Table):
    """A list that is sorted and paged by the address, and drawn from plain values.

    Its rows are named tuples of `values` of the queryset. django-tables2's own cells, or a
    template's loop over instances, would take the most of the page's time.
    """

    caption = ""
    empty_hint = "换一个筛选条件试试。"
    values: tuple[str, ...] = ()

    class Meta:
        per_page = 50
        empty_text = "没有符合条件的事项"

    def __init__(self, rows: QuerySet, *, request: HttpRequest) -> None:
        super().__init__(rows.values_list(*self.values, named=True), request=request)

    def lines(self, rows: list[Any]) -> Iterator[dict[str, object]]:
        """Yield what each row's cells show, by the names in their markup."""
        raise NotImplementedError

    @cached_property
    def body(self) -> SafeString:
        """The page's rows as HTML; the first cell heads its row. Empty without rows."""
        markup = "".join(self._row())
        rows = list(self.paginated_rows.data)
        return join("\n", (fill(markup, **line) for line in self.lines(rows)))

    def _row(self) -> Iterator[str]:
        """Yield the markup of one row, piece by piece."""
        yield "<tr>"
        for place, bound in enumerate(self.columns):
            tag, scope = ("td", "") if place else ("th", ' scope="row"')
            kind = f' class="{bound.column.kind}"' if bound.column.kind else ""
            yield f'<{tag}{scope}{kind} data-label="{bound.header}">{bound.column.markup}</{tag}>'
        yield "</tr>"


def _moment(at: datetime | None) -> str:
    """Return a moment of this year as pages print it: 4月9日 17:05."""
    if at is None:
        return NONE
    at = localtime(at)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


@lru_cache(maxsize=100)
def _badge(color: str, text: str) -> SafeString:
    return fill(BADGE, color=color, text=text)


def _state_badge(state: str) -> SafeString:
    return _badge(_COLORS.get(state, "grey"), _CONTRIBUTION_STATES[state])


class ItemTable(ListTable):
    """Items with their entry of one period (see ItemQuerySet.with_entry)."""

    caption = "责任事项"
    values = (
        "pk",
        "goal_id",
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
    )

    number = Column("编号", '<a href="{url}">{label}</a>', "cell-tight", ("goal__number", "number"))
    standard = Column("工作标准", '<div class="clamp">{standard}</div>', "cell-text")
    text = Column("完成情况", '<div class="clamp">{text}</div>', "cell-text")
    units = Column("牵头单位", "{leads}")
    status = Column("完成状态", "{status}", "cell-tight", ("status_order", "class_key"))
    state = Column("审核环节", "{state}", "cell-tight", ("state",))

    class Meta(ListTable.Meta):
        order_by = "number"

    def lines(self, rows: list[Any]) -> Iterator[dict[str, object]]:
        """Yield the items' lines; the office's lead to the review."""
        leads = _lead_names(rows)
        item_at, review_at = addresses("targets:item"), addresses("targets:review-entry")
        is_office = self.request.user.is_office
        for row in rows:
            label = item_label(row.goal__number, row.number, row.is_numbered)
            state = _ENTRY_STATES[row.state]
            if is_office and row.entry_pk:
                state = fill(
                    '<a href="{url}">{state}<span class="visually-hidden">：{label}</span></a>',
                    url=review_at(row.entry_pk),
                    state=state,
                    label=label,
                )
            yield {
                "url": item_at(row.pk),
                "label": label,
                "standard": row.standard,
                "text": row.entry_text or NONE,
                "leads": join("<br>", leads[row.pk]),
                "status": _item_status(row),
                "state": state,
            }


def _lead_names(rows: list[Any]) -> dict[int, list[str]]:
    """Return the names of each item's lead units, in their order.

    Asked by the few goals of a page: a hundred keys in a statement cost more than the rows.
    """
    names: dict[int, list[str]] = defaultdict(list)
    leads = Responsibility.objects.filter(
        duty=Duty.LEAD, item__goal_id__in={row.goal_id for row in rows}
    ).order_by("order")
    for item_id, name in leads.values_list("item_id", "unit__name"):
        names[item_id].append(name)
    return names


def _item_status(row: Any) -> SafeString:
    if row.outcome == ItemOutcome.CANCELLED:
        return _badge("grey", "已取消")
    if row.status_name:
        return _badge(row.status_color, row.status_name)
    return SafeString('<span class="muted">未核定</span>')


class MyItemsTable(ListTable):
    """A unit's own contributions of one period."""

    caption = "本单位填报事项"
    values = (
        "pk",
        "entry__item_id",
        "entry__item__goal__number",
        "entry__item__number",
        "entry__item__is_numbered",
        "entry__item__standard",
        "state",
        "return_reason",
        "saved_at",
        "saved_by__name",
        "saved_by__username",
    )

    number = Column(
        "编号",
        '<a href="{url}">{label}</a>',
        "cell-tight",
        ("entry__item__goal__number", "entry__item__number"),
    )
    standard = Column("工作标准", '<div class="clamp">{standard}</div>{reason}', "cell-text")
    state = Column("状态", "{state}", "cell-tight", ("state",))
    saved_at = Column("最近保存", "{saved}", "cell-tight", ("saved_at",))
    act = Column(
        "操作",
        '<a class="button button--small" href="{act_url}">{act}'
        '<span class="visually-hidden">{label}</span></a>',
        "cell-act",
    )

    class Meta(ListTable.Meta):
        order_by = "number"

    def __init__(self, rows: QuerySet, *, period: Period, request: HttpRequest) -> None:
        super().__init__(rows, request=request)
        self.period = period

    def lines(self, rows: list[Any]) -> Iterator[dict[str, object]]:
        """Yield the contributions' lines, each with what its unit may do to it."""
        item_at, edit_at = addresses("targets:item"), addresses("targets:edit-contribution")
        for row in rows:
            reason = row.return_reason
            saver = row.saved_by__name or row.saved_by__username
            yield {
                "url": item_at(row.entry__item_id),
                "label": item_label(
                    row.entry__item__goal__number,
                    row.entry__item__number,
                    row.entry__item__is_numbered,
                ),
                "standard": row.entry__item__standard,
                "reason": fill('<p class="late small">退回原因：{text}</p>', text=reason)
                if reason
                else "",
                "state": _state_badge(row.state),
                "saved": f"{_moment(row.saved_at)} {saver}" if row.saved_at else NONE,
                "act_url": edit_at(row.pk),
                "act": self._act(row.state),
            }

    def _act(self, state: str) -> str:
        if state in REPORTED or not self.period.is_open:
            return "查看"
        return "修改" if state == ContributionState.RETURNED else "填报"


class ContributionTable(ListTable):
    """A period's contributions of all units (see ContributionQuerySet.with_progress)."""

    caption = "各单位填报情况"
    values = (
        "entry_id",
        "entry__item__goal__number",
        "entry__item__number",
        "entry__item__is_numbered",
        "entry__item__standard",
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
        ("entry__item__goal__number", "entry__item__number", "order"),
    )
    standard = Column("工作标准", '<div class="clamp">{standard}</div>', "cell-text")
    unit = Column("单位", "{unit}{duty}", "cell-unit", ("unit__order", "entry__item"))
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
                "label": item_label(
                    row.entry__item__goal__number,
                    row.entry__item__number,
                    row.entry__item__is_numbered,
                ),
                "standard": row.entry__item__standard,
                "unit": row.unit__name,
                "duty": supporting if row.duty == Duty.SUPPORTING else "",
                "progress": join(" ", _progress_badges(row)),
                "submitted": _moment(row.submitted_at),
                "due": f"{due.month}月{due.day}日" if due else "",
                "extended": extended if row.extended_until else "",
            }


def _progress_badges(row: Any) -> Iterator[SafeString]:
    yield _badge("grey", "无须报送") if row.progress == EXCUSED else _state_badge(row.state)
    if row.is_overdue:
        yield _badge("red", "逾期")
    if row.entered_by_office:
        yield _badge("plain badge--grey", "督查室代填")
