"""Circulars: the archive, drafts and what is done with them, their files."""

from django.urls import path

from reports.circulars.models import FileKind
from reports.circulars.views import circulars, downloads, kinds, paper

urlpatterns = [
    path("circulars/", circulars.list_circulars, name="circulars"),
    path("circulars/kinds/", kinds.list_kinds, name="circular-kinds"),
    path("circulars/kinds/add/", kinds.add_kind, name="add-circular-kind"),
    path("circulars/kinds/<int:pk>/", kinds.edit_kind, name="edit-circular-kind"),
    path("circulars/draft/", circulars.draft_circular, name="draft-circular"),
    path("circulars/<int:pk>/", circulars.show_circular, name="circular"),
    path("circulars/<int:pk>/edit/", circulars.edit_circular, name="edit-circular"),
    path("circulars/<int:pk>/rewrite/", circulars.rewrite_circular, name="rewrite-circular"),
    path("circulars/<int:pk>/remove/", circulars.remove_circular, name="remove-circular"),
    path("circulars/<int:pk>/read/", circulars.read_circular, name="read-circular"),
    path("circulars/<int:pk>/sign/", circulars.sign_circular, name="sign-circular"),
    path("circulars/<int:pk>/issue/", circulars.issue_circular, name="issue-circular"),
    path("circulars/<int:pk>/correct/", circulars.correct_circular, name="correct-circular"),
    path("circulars/<int:pk>/preview.pdf", paper.preview_circular, name="preview-circular"),
    path("circulars/<int:pk>/paper/", paper.show_paper, name="circular-paper"),
    path("circulars/<int:pk>/page.png", paper.show_page, name="circular-page"),
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
