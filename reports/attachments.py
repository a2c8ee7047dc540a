"""Files that a page gives out: which quarter is meant, the file itself, and who took it."""

from collections.abc import Iterator
from itertools import chain

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header

from targets import access
from targets.choices import Verb
from targets.models import Period, Plan, User, record_event

CSV = "text/csv; charset=utf-8"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
_FILTER_KEPT = 500  # characters of the address that the trail keeps


def chosen_period(request: HttpRequest) -> tuple[Period, list[Period]]:
    """Return the period that the address names, and all that the reader may see; or 404."""
    periods = access.list_periods(request.user)
    period = access.choose_period(request, periods)
    if period is None:
        raise Http404
    return period, periods


def attach(
    request: HttpRequest,
    subject: Period | Plan | User,
    content: bytes | Iterator[bytes],
    content_type: str,
    name: str,
    **facts: object,
) -> HttpResponseBase:
    """Return a file to save under `name`; record with `facts` who took it out of the system.

    Of a file in pieces the first is made before anything is answered: what fails in it is
    still told on a page.
    """
    if isinstance(content, bytes):
        response: HttpResponseBase = HttpResponse(content, content_type=content_type)
    else:
        pieces = chain([next(content, b"")], content)
        response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    record_event(
        by=request.user,
        verb=Verb.EXPORT,
        subject=subject,
        place=request.user.place(),
        new=facts,
    )
    return response


def shown_filter(request: HttpRequest) -> str:
    """Return what the address narrowed the file to, as the trail keeps it."""
    return request.GET.urlencode()[:_FILTER_KEPT]
