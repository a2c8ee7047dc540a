"""What can be taken out: lists and figures, the units' workbooks, the data interface."""

from django.urls import path

from reports.files.views import api, exports, lists, search, templates, workbooks

# Address, view and name of each list that can be taken out as CSV and .xlsx.
LISTS = (
    ("dashboard/figures", exports.export_figures, "export-figures"),
    ("items/items", exports.export_items, "export-items"),
    ("board/board", lists.export_board, "export-board"),
    ("dashboard/units/units", lists.export_units, "export-units"),
    ("contributions/contributions", lists.export_contributions, "export-contributions"),
    ("my-items/my-items", lists.export_my_items, "export-my-items"),
    ("search/hits", lists.export_hits, "export-hits"),
    ("instructions/instructions", lists.export_instructions, "export-instructions"),
    ("extensions/extensions", lists.export_extensions, "export-extensions"),
    ("adjustments/adjustments", lists.export_adjustments, "export-adjustments"),
)
DATA = (("figures", api.show_figures), ("items", api.show_items))
urlpatterns = [
    path("search/", search.search, name="search"),
    *(
        path(f"{page}.{kind}", view, {"kind": kind}, name=f"{name}-{kind}")
        for page, view, name in LISTS
        for kind in ("csv", "xlsx")
    ),
    path("plans/<int:year>/plan.xlsx", templates.export_plan, name="export-plan"),
    path("items/indicators.xlsx", exports.export_indicators, name="export-indicators"),
    path("my-items/workbook.xlsx", workbooks.download_my_workbook, name="my-workbook"),
    path(
        "imports/templates/<slug:kind>.xlsx",
        templates.download_import_template,
        name="import-template",
    ),
    path("periods/workbooks.zip", workbooks.download_unit_workbooks, name="unit-workbooks"),
    *(
        path(f"api/v1/{name}/<str:code>.{kind}", view, {"kind": kind}, name=f"api-{name}-{kind}")
        for name, view in DATA
        for kind in ("json", "csv")
    ),
]
