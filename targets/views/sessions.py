"""Where an account is logged in, and the button that ends it: one's own, and all of a district."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from targets import access, actions
from targets.choices import Role
from targets.models import LoginSession
from targets.models.people import LoginSessionQuerySet

MOST = 500  # sessions on the administrator's page


@require_safe
def list_own_sessions(request: HttpRequest) -> HttpResponse:
    """List where one's own account is logged in."""
    return _show(request, _own(request), is_own=True)


@require_POST
def end_own_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session of one's own; the one that asks ends by logging out."""
    session = get_object_or_404(_own(request), pk=pk)
    return _end(request, [session], "targets:own-sessions")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but the one that asks."""
    return _end(request, _own(request), "targets:own-sessions")


@access.role_required(Role.ADMINISTRATOR)
@require_safe
def list_sessions(request: HttpRequest) -> HttpResponse:
    """List where the district's accounts are logged in."""
    return _show(request, _all(request)[:MOST], is_own=False)


@access.role_required(Role.ADMINISTRATOR)
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End a session of the district."""
    session = get_object_or_404(_all(request), pk=pk)
    return _end(request, [session], "targets:sessions")


def _own(request: HttpRequest) -> LoginSessionQuerySet:
    return _all(request).filter(account=request.user)


def _all(request: HttpRequest) -> LoginSessionQuerySet:
    return LoginSession.objects.visible_to(request.user).live().select_related("account__unit")


def _show(request: HttpRequest, sessions: LoginSessionQuerySet, *, is_own: bool) -> HttpResponse:
    idle = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    rows = [
        {
            "session": each,
            "browser": browser_name(each.browser),
            "used_at": each.ends_at - idle,
            "is_here": each.key == request.session.session_key,
        }
        for each in sessions
    ]
    context = {"rows": rows, "is_own": is_own, "has_others": len(rows) > 1}
    return render(request, "registration/sessions.html", context)


def _end(request: HttpRequest, sessions: Iterable[LoginSession], back: str) -> HttpResponse:
    others = [each for each in sessions if each.key != request.session.session_key]
    count = actions.end_sessions(sessions=others, by=request.user)
    if count:
        messages.success(request, f"已结束{count}处登录。")
    else:
        messages.info(request, "没有可结束的登录。要退出本机，请按“退出”。")
    return redirect(back)


BROWSERS = (
    ("Edg", "Edge"),
    ("360", "360浏览器"),
    ("MicroMessenger", "微信"),
    ("QQBrowser", "QQ浏览器"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "安卓"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("UOS", "统信"),
    ("Kylin", "麒麟"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """Return a browser and its system in two words, as far as its name says."""
    found = (
        next((name for part, name in known if part in agent), "") for known in (BROWSERS, SYSTEMS)
    )
    return "，".join(filter(None, found)) or "未知"
