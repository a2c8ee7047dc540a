"""What surrounds every request: how long its session lives, and where it came from."""

import logging
import time
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from targets import actions
from targets.models import remembered_address
from targets.views import second_factor
from tracker import views

View = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger(__name__)

SLIDE_AFTER = 60  # seconds; saving the session on every request more than halves the speed
SLID_AT = "slid_at"


class GZipPages(GZipMiddleware):
    """Send pages compressed, a district's dashboard in a tenth; files are compressed already.

    Each answer gets random bytes, so that its length tells nobody what stands in it (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


def client_address(get_response: View) -> View:
    """Put the client's address where lockout and trail look for it, behind a proxy of ours."""
    if not settings.BEHIND_PROXY:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = request.META.get("HTTP_X_REAL_IP", "")
        return get_response(request)

    return middleware


def store_nothing(get_response: View) -> View:
    """Let no browser and no proxy keep an answer: pages, exports and errors show people's data.

    Static files do not come this far; their names hold a digest of their content.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Cache-Control"] = "private, no-store"
        return response

    return middleware


def refuse_mojibake(get_response: View) -> View:
    """Refuse a form whose bytes are not UTF-8 before anything of it is stored.

    Django puts U+FFFD for every byte that it cannot read. Of a form with files the bytes are
    gone by the time its fields are there, so that character itself stands for them.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            is_readable = request.method != "POST" or _is_readable(request)
        except UnreadablePostError:  # the client is gone; nobody reads the answer
            is_readable = True
        return get_response(request) if is_readable else views.unreadable_form(request)

    return middleware


def _is_readable(request: HttpRequest) -> bool:
    if request.content_type == "application/x-www-form-urlencoded":
        try:
            unquote_to_bytes(request.body.replace(b"+", b" ")).decode()
        except UnicodeDecodeError:
            return False
        return True
    if request.content_type == "multipart/form-data":
        values = [each for values in request.POST.lists() for each in (values[0], *values[1])]
        return not any("\N{REPLACEMENT CHARACTER}" in each for each in values)
    return True


class RequireLogin(LoginRequiredMiddleware):
    """Send whoever is not logged in to the login; a posted form is kept on the way."""

    def handle_no_permission(  # type: ignore[override]  # what was typed is answered with a page
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        if request.method == "POST":
            return views.session_ended(request)
        return super().handle_no_permission(request, view_func)


class LenientSession(SessionMiddleware):
    """Sessions that do not stand in the way of reading.

    Where a session cannot be saved, on a full disk, its idle end stays where it was: a page
    that was asked for is shown all the same. Django takes every failure to save a session for
    one that was deleted meanwhile, and says 400; what really happened is said instead.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except (DatabaseError, SessionInterrupted) as error:
            cause: BaseException | None = error
            while isinstance(cause, SessionInterrupted | UpdateError):
                cause = cause.__context__
            if not isinstance(cause, OperationalError):
                raise
            if request.method not in ("GET", "HEAD"):
                raise cause from cause.__cause__
            logger.exception("The session could not be saved; the page was shown")
            return response


def explain_address(get_response: View) -> View:
    """Say in words that an address is only a button's, where a browser would show a bare error.

    A form that was refused stands at its button's address: whoever opens that again, from the
    address bar or after a new login, asks for it with GET.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or request.method != "GET":
            return response
        page = views.not_a_page(request)
        page["Allow"] = response["Allow"]
        return page

    return middleware


def ask_second_factor(get_response: View) -> View:
    """Let nobody past who has yet to show a code, or to set one up where his role asks for it."""
    let_through = ("logout", "health", "help")

    def middleware(request: HttpRequest) -> HttpResponse:
        page = second_factor.page_to_pass(request) if request.user.is_authenticated else None
        if page is None or request.path in {reverse(name) for name in (page, *let_through)}:
            return get_response(request)
        wanted = request.get_full_path() if request.method == "GET" else "/"
        return redirect(f"{reverse(page)}?{urlencode({'next': wanted})}")

    return middleware


def force_password_change(get_response: View) -> View:
    """Lead an account with a first or an old password to the page where it chooses its own."""
    if not settings.FORCE_PASSWORD_CHANGE:
        raise MiddlewareNotUsed
    let_through = (
        "password_change",
        "password_change_done",
        "logout",
        "health",
        "ready",
        "metrics",
    )

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        must_change = user.is_authenticated and (user.must_change_password or user.password_is_old)
        if must_change and request.path not in {reverse(name) for name in let_through}:
            return redirect("password_change")
        return get_response(request)

    return middleware


def slide_session(get_response: View) -> View:
    """Move the session's idle end forward, at most once a minute."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            if now - request.session.get(SLID_AT, 0) >= SLIDE_AFTER:
                request.session[SLID_AT] = now
        return get_response(request)

    return middleware


def remember_address(get_response: View) -> View:
    """Keep the client's address at hand for the trail while the request runs."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = remembered_address.set(request.META.get("REMOTE_ADDR", ""))
        try:
            return get_response(request)
        finally:
            remembered_address.reset(token)

    return middleware


class Today:
    """The last day on which this process looked for renames and mergers to carry out."""

    looked_on: date | None = None


def carry_out_successions(get_response: View) -> View:
    """Carry out, before a day's first answer, the renames and mergers decided for that day.

    Each process looks once a day; whoever comes first acts (`targets.actions`). Where the
    database cannot be written the page is shown all the same, and the next request tries.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        if Today.looked_on != today:
            try:
                actions.carry_out_successions(today)
                Today.looked_on = today
            except (DatabaseError, InterfaceError):
                logger.exception("The successions of the day could not be carried out")
        return get_response(request)

    return middleware
