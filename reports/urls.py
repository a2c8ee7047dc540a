"""Pages of figures and documents, as a site map."""

from django.urls import path

from reports.models import FileKind
from reports.views import api, circulars, dashboard, downloads, exports, lists, units, workbooks

app_name = "reports"
FORMATS = ("json", "csv")
# Address, view and name of each list that can be taken out as CSV and .xlsx.
LISTS = (
    ("board/board", lists.export_board, "export-board"),
    ("dashboard/units/units", lists.export_units, "export-units"),
    ("contributions/contributions", lists.export_contributions, "export-contributions"),
    ("my-items/my-items", lists.export_my_items, "export-my-items"),
    ("search/hits", lists.export_hits, "export-hits"),
    ("instructions/instructions", lists.export_instructions, "export-instructions"),
)
urlpatterns = [
    path("dashboard/", dashboard.show_dashboard, name="dashboard"),
    path("dashboard/units/", units.list_units, name="units"),
    path("dashboard/brief.pdf", exports.show_brief, name="brief"),
    *(
        path(
            f"dashboard/figures.{kind}",
            exports.export_figures,
            {"kind": kind},
            name=f"export-figures-{kind}",
        )
        for kind in ("csv", "xlsx")
    ),
    path("items/items.csv", exports.export_items, {"kind": "csv"}, name="export-items-csv"),
    path("items/items.xlsx", exports.export_items, {"kind": "xlsx"}, name="export-items-xlsx"),
    *(
        path(f"{page}.{kind}", view, {"kind": kind}, name=f"{name}-{kind}")
        for page, view, name in LISTS
        for kind in ("csv", "xlsx")
    ),
    path("my-items/workbook.xlsx", workbooks.download_my_workbook, name="my-workbook"),
    path("periods/workbooks.zip", workbooks.download_unit_workbooks, name="unit-workbooks"),
    *(
        path(
            f"api/v1/{name}/<str:code>.{kind}",
            view,
            {"kind": kind},
            name=f"api-{name}-{kind}",
        )
        for name, view in (("figures", api.show_figures), ("items", api.show_items))
        for kind in FORMATS
    ),
    path("circulars/", circulars.list_circulars, name="circulars"),
    path("circulars/draft/", circulars.draft_circular, name="draft-circular"),
    path("circulars/<int:pk>/", circulars.show_circular, name="circular"),
    path("circulars/<int:pk>/edit/", circulars.edit_circular, name="edit-circular"),
    path("circulars/<int:pk>/rewrite/", circulars.rewrite_circular, name="rewrite-circular"),
    path("circulars/<int:pk>/read/", circulars.read_circular, name="read-circular"),
    path("circulars/<int:pk>/sign/", circulars.sign_circular, name="sign-circular"),
    path("circulars/<int:pk>/issue/", circulars.issue_circular, name="issue-circular"),
    path("circulars/<int:pk>/correct/", circulars.correct_circular, name="correct-circular"),
    path("circulars/<int:pk>/preview.pdf", circulars.preview_circular, name="preview-circular"),
    path("circulars/<int:pk>/circular.pdf", downloads.download_pdf, name="download-pdf"),
    *(
        path(
            f"circulars/<int:pk>/{address}",
            downloads.download_file,
            {"kind": kind},
            name=f"download-{kind}",
        )
        for address, kind in (
            ("circular.docx", FileKind.WORD),
            ("annex.xlsx", FileKind.ANNEX_EXCEL),
            ("annex.pdf", FileKind.ANNEX_PDF),
            ("annex.csv", FileKind.ANNEX_CSV),
        )
    ),
]
