"""The paper beside the fields: a circular's pages as pictures, for whoever may read it."""

import base64
import io
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from reports.circulars import drafts, rendering
from reports.circulars.models import FileKind
from reports.circulars.views import paper
from reports.renderings import Rendering, RenderingState
from targets.models import User
from tests.circulars import issue, make_draft
from tests.conftest import Cast
from tests.pdf_reading import read_pdf

PAGE = re.compile(r'src="([^"]+page\.png[^"]+)"\s+alt="第(\d+)页"\s+width="(\d+)"\s+height="(\d+)"')


def pages_of(client: Client, circular_pk: int) -> list[tuple[str, int, int, int]]:
    """Return address, number, width and height of every picture that the paper shows."""
    words = client.get(f"/circulars/{circular_pk}/paper/?whole=1").content.decode()
    found = PAGE.findall(words)
    assert f"共{len(found)}页" in words
    return [(at.replace("&amp;", "&"), int(number), int(w), int(h)) for at, number, w, h in found]


@pytest.mark.document
def test_the_paper_shows_every_page_of_the_pdf_as_it_is(
    cast: Cast, as_user: Callable[[User], Client]
) -> None:
    draft = make_draft(cast)
    client = as_user(cast.office)
    pages = pages_of(client, draft.pk)
    pdf = client.get(f"/circulars/{draft.pk}/preview.pdf").content
    assert [number for _at, number, _w, _h in pages] == list(range(1, len(read_pdf(pdf)) + 1))
    for at, number, width, height in pages:
        answer = client.get(at)
        assert answer["Content-Type"] == "image/png"
        picture = Image.open(io.BytesIO(answer.content))
        assert picture.size == (width, height)
        if number == 1:  # the masthead is red, as on paper
            reds = [
                c for c in picture.convert("RGB").get_flattened_data() if c[0] > 200 and c[1] < 60
            ]
            assert len(reds) > 1000
    assert client.get(pages[0][0].replace("number=1", "number=99")).status_code == 404


@pytest.mark.document
def test_the_first_page_stands_there_while_the_others_are_made(
    cast: Cast, as_user: Callable[[User], Client]
) -> None:
    draft = make_draft(cast)
    client = as_user(cast.office)
    first = client.get(f"/circulars/{draft.pk}/paper/")
    assert (first.status_code, first["Refresh"]) == (202, "0; url=?whole=1")
    words = first.content.decode()
    assert "其余各页正在排版……" in words
    picture = base64.b64decode(re.findall(r'src="data:image/png;base64,([^"]+)"', words)[0])
    assert not Rendering.objects.filter(kind=FileKind.PDF).exists()
    [(address, *_size), *others] = pages_of(client, draft.pk)
    assert others
    assert client.get(address).content == picture
    again = client.get(f"/circulars/{draft.pk}/paper/")
    assert again.status_code == 200
    assert "Refresh" not in again


@pytest.mark.document
def test_the_first_page_stays_while_a_long_circular_is_made_elsewhere(
    cast: Cast, as_user: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "INLINE_ROWS", 0)
    draft = make_draft(cast)
    under_way = Rendering.objects.create(
        digest=rendering.digest_of(drafts.circular_content(draft)),
        kind=FileKind.PDF,
        state=RenderingState.WORKING,
        started_at=timezone.now(),
        used_at=timezone.now(),
    )
    answer = as_user(cast.office).get(f"/circulars/{draft.pk}/paper/?whole=1")
    assert (answer.status_code, answer["Refresh"]) == (202, "3; url=?whole=1")
    assert "<progress" in answer.content.decode()
    assert "data:image/png;base64," in answer.content.decode()
    Rendering.objects.filter(pk=under_way.pk).update(state=RenderingState.FAILED)
    failed = as_user(cast.office).get(f"/circulars/{draft.pk}/paper/?whole=1")
    assert "文件未能生成" in failed.content.decode()
    assert "Refresh" not in failed


def test_pages_stay_those_of_one_content_while_somebody_edits(
    cast: Cast, as_user: Callable[[User], Client], quick: list
) -> None:
    draft = make_draft(cast)
    client = as_user(cast.office)
    [(before, *_size)] = pages_of(client, draft.pk)
    shown = client.get(before).content
    posted = client.get(f"/circulars/{draft.pk}/edit/").context["form"].initial
    posted = {name: value for name, value in posted.items() if value not in (None, "", [], False)}
    answer = client.post(
        f"/circulars/{draft.pk}/edit/", {**posted, "body": "改过的正文。", "stay": "1"}
    )
    assert answer.url == f"/circulars/{draft.pk}/edit/"
    [(after, *_size)] = pages_of(client, draft.pk)
    assert "改过的正文。" in client.get(after).content.decode()
    assert client.get(before).content == shown
    assert len(quick) == 2, "each content was set once"
    Rendering.objects.all().delete()
    assert client.get(before).status_code == 404
    assert len(quick) == 2, "a page's address sets nothing"


def test_a_page_is_given_to_those_alone_who_may_read_the_circular(
    cast: Cast, as_user: Callable[[User], Client], quick: list
) -> None:
    draft, other = make_draft(cast), make_draft(cast)
    [(address, *_size)] = pages_of(as_user(cast.office), draft.pk)
    assert as_user(cast.reporter).get(address).status_code == 404
    # What names one circular's content opens nothing under another's address.
    elsewhere = address.replace(f"/{draft.pk}/", f"/{other.pk}/")
    assert as_user(cast.office).get(elsewhere).status_code == 404
    assert as_user(cast.office).get(f"{address}x").status_code == 404


def test_the_paper_of_an_issued_circular_is_the_file_that_was_issued(
    cast: Cast,
    as_user: Callable[[User], Client],
    quick: list,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    issued = issue(make_draft(cast), cast.office)
    drawn = []
    monkeypatch.setattr(paper, "page_sizes", lambda pdf: drawn.append(pdf) or [(910, 1287)])
    [(address, *_size)] = pages_of(as_user(cast.reporter), issued.pk)
    assert drawn == [bytes(issued.files.get(kind="pdf").data)]
    assert as_user(cast.reporter).get(address).status_code == 200


def test_a_page_costs_the_same_statements_whatever_the_circular(
    cast: Cast,
    as_user: Callable[[User], Client],
    quick: list,
    django_assert_max_num_queries: Callable,
) -> None:
    draft = make_draft(cast)
    client = as_user(cast.office)
    [(address, *_size)] = pages_of(client, draft.pk)
    with django_assert_max_num_queries(5):
        client.get(address)
