"""The circular's life: drafted, edited, previewed, issued, kept, corrected."""

from datetime import date

import pytest
from django.test import Client

from reports import actions, rendering
from reports.models import Circular, CircularState, FileKind, IssuedFile, Rendering
from targets.models import Event
from tests.conftest import Cast


@pytest.fixture
def draft(cast: Cast) -> Circular:
    circular = actions.draft_circular(period=cast.period, by=cast.office)
    return actions.edit_circular(
        circular=circular, version=1, by=cast.office, dated=date(2020, 4, 28)
    )


@pytest.mark.document
def test_issue_freezes_words_files_and_hashes(cast: Cast, draft: Circular) -> None:
    issued = actions.issue_circular(circular=draft, version=draft.version, by=cast.office)
    assert (issued.state, issued.year, issued.number) == (CircularState.ISSUED, 2020, 1)
    assert set(issued.files.values_list("kind", flat=True)) == set(FileKind)
    assert Event.objects.filter(subject="circular", verb="issue").count() == 1
    assert Rendering.objects.count() == len(FileKind)
    assert IssuedFile.objects.count() == len(FileKind)


@pytest.mark.document
def test_pages(cast: Cast, draft: Circular, as_user) -> None:
    client: Client = as_user(cast.office)
    for name in ("", "edit/", "issue/", "preview.pdf", "circular.pdf", "circular.docx",
                 "annex.xlsx", "annex.pdf", "annex.csv"):
        assert client.get(f"/circulars/{draft.pk}/{name}").status_code == 200, name
    assert client.get("/circulars/").status_code == 200
    print(rendering.digest_of)
