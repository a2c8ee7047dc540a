"""One line in the log for every answer: who asked what, how it ended, how long it took.

No text that anybody typed is in it: neither what follows the ? of an address nor a form.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tracker.logs import request_id
from tracker.traffic import Counter

View = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger("tracker.requests")

_FROM_PROXY = re.compile(r"[0-9a-f]{16,64}")
LONGEST_PATH = 200
counter = Counter()


def log_requests(get_response: View) -> View:
    """Give every request a number, and log and count its answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        number = _number(request)
        token = request_id.set(number)
        started = time.monotonic()
        try:
            response = get_response(request)
            response["X-Request-ID"] = number
            if not request.path.startswith(settings.STATIC_URL):
                _remember(request, response.status_code, time.monotonic() - started)
            return response
        finally:
            request_id.reset(token)

    return middleware


def _number(request: HttpRequest) -> str:
    """Return nginx's number for the request, under which its own log has it, or a new one."""
    given: str = request.headers.get("X-Request-ID", "") if settings.BEHIND_PROXY else ""
    return given if _FROM_PROXY.fullmatch(given) else secrets.token_hex(16)


def _remember(request: HttpRequest, status: int, seconds: float) -> None:
    milliseconds = round(seconds * 1000)
    # Whoever was looked up anyway: the log asks the database nothing.
    user = getattr(request, "_cached_user", None)
    logger.info(
        "%s %s %s",
        request.method,
        quote(request.path)[:LONGEST_PATH],
        status,
        extra={
            "account": user.get_username() if user is not None else "",
            "address": request.META.get("REMOTE_ADDR", ""),
            "milliseconds": milliseconds,
        },
    )
    match = request.resolver_match
    counter.add((match.view_name or "admin") if match else "-", status, milliseconds)
    counter.write_if_due()
