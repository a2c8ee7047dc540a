"""Lists of figures as declarations: columns, sorting, pages. Rows are drawn by lean templates."""

import django_tables2 as tables

from targets.tables import PagedTable


class UnitFiguresTable(PagedTable):
    """A quarter's units (`overview.UnitRow`), leading and supporting."""

    caption = "责任单位"
    empty_hint = "换一个筛选条件试试。"

    name = tables.Column("单位", order_by="number", attrs={"cell": {"class": "cell-unit"}})
    rate = tables.Column(
        "完成率",
        order_by=("lead__completed_percent", "lead__total"),
        empty_values=(),
        attrs={"cell": {"class": "cell-number cell-state"}},
    )
    lead = tables.Column(
        "牵头事项（完成/总数）",
        order_by=("lead__total", "lead__completed"),
        attrs={"cell": {"class": "cell-number"}},
    )
    timing = tables.Column(
        "按时率",
        order_by=("timing__percent", "timing__due"),
        attrs={"cell": {"class": "cell-number"}},
    )
    overdue = tables.Column(
        "逾期未报",
        order_by="timing__overdue",
        empty_values=(),
        attrs={"cell": {"class": "cell-number"}},
    )
    supporting = tables.Column(
        "配合事项（完成/总数）",
        order_by=("supporting__total", "supporting__completed"),
        attrs={"cell": {"class": "cell-number"}},
    )

    class Meta:
        template_name = "reports/dashboard/_unit_rows.html"
        order_by = "name"
        per_page = 100  # a district has some sixty units: one page
        attrs = {"class": "table--figures"}
        empty_text = "没有符合条件的单位"
