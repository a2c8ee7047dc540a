"""Lists as declarations: columns, sorting, pages. Rows are drawn by lean templates."""

import django_tables2 as tables

from targets.models import Contribution, Item

PER_PAGE = 50


class ItemTable(tables.Table):
    """Items with their entry of one period (see ItemQuerySet.with_entry)."""

    caption = "责任事项"
    empty_hint = "换一个筛选条件试试。"

    number = tables.Column(
        "编号",
        order_by=("goal__number", "number"),
        attrs={"cell": {"class": "cell-tight"}},
    )
    standard = tables.Column("工作标准", orderable=False, attrs={"cell": {"class": "cell-text"}})
    text = tables.Column(
        "完成情况", orderable=False, empty_values=(), attrs={"cell": {"class": "cell-text"}}
    )
    units = tables.Column("牵头单位", orderable=False, empty_values=())
    status = tables.Column(
        "完成状态",
        order_by=("status_order", "class_key"),
        empty_values=(),
        attrs={"cell": {"class": "cell-tight"}},
    )
    state = tables.Column("审核环节", attrs={"cell": {"class": "cell-tight"}})

    class Meta:
        model = Item
        fields = ("number", "standard", "text", "units", "status", "state")
        template_name = "targets/_item_rows.html"
        order_by = "number"
        empty_text = "没有符合条件的事项"


class MyItemsTable(tables.Table):
    """A unit's own contributions of one period."""

    caption = "本单位填报事项"
    empty_hint = "换一个筛选条件试试。"

    number = tables.Column(
        "编号",
        order_by=("entry__item__goal__number", "entry__item__number"),
        empty_values=(),
        attrs={"cell": {"class": "cell-tight"}},
    )
    standard = tables.Column(
        "工作标准", orderable=False, empty_values=(), attrs={"cell": {"class": "cell-text"}}
    )
    state = tables.Column("状态", attrs={"cell": {"class": "cell-tight"}})
    saved_at = tables.Column("最近保存", attrs={"cell": {"class": "cell-tight"}})
    act = tables.Column(
        "操作", orderable=False, empty_values=(), attrs={"cell": {"class": "cell-act"}}
    )

    class Meta:
        model = Contribution
        fields = ("number", "standard", "state", "saved_at", "act")
        template_name = "targets/_my_item_rows.html"
        order_by = "number"
        empty_text = "没有符合条件的事项"


class ContributionTable(tables.Table):
    """A period's contributions of all units (see ContributionQuerySet.with_progress)."""

    caption = "各单位填报情况"
    empty_hint = "换一个筛选条件试试。"

    number = tables.Column(
        "编号",
        order_by=("entry__item__goal__number", "entry__item__number", "order"),
        empty_values=(),
        attrs={"cell": {"class": "cell-tight"}},
    )
    standard = tables.Column(
        "工作标准", orderable=False, empty_values=(), attrs={"cell": {"class": "cell-text"}}
    )
    unit = tables.Column(
        "单位", order_by=("unit__order", "entry__item"), attrs={"cell": {"class": "cell-unit"}}
    )
    progress = tables.Column("填报进度", attrs={"cell": {"class": "cell-tight"}})
    submitted_at = tables.Column("报送时间", attrs={"cell": {"class": "cell-tight"}})
    due_in_force = tables.Column("截止日期", attrs={"cell": {"class": "cell-tight"}})

    class Meta:
        model = Contribution
        fields = ("number", "standard", "unit", "progress", "submitted_at", "due_in_force")
        template_name = "targets/_contribution_rows.html"
        order_by = "number"
        empty_text = "没有符合条件的填报"
