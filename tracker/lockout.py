"""Brakes on guessing: by account and address (django-axes), and by address over all names.

Five failures lock a name at an address for half an hour. Whoever tries ever new names, or goes
on where everything is locked, is refused for as long before anything is hashed and without a
row of the trail for each try: a count stands for them (docs/decisions/0019).
"""

from datetime import timedelta

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from targets.models import User

COOL_OFF = timedelta(hours=settings.AXES_COOLOFF_TIME)
# Names that failed, and failures, from one address within the cool-off.
MOST_NAMES = 20
MOST_FAILURES = 100

# A browser that an account has logged in with before is let through: one person who guesses
# behind a building's common address must not lock everybody there out.
DEVICE_COOKIE = "device"
DEVICE_AGE = 180 * 24 * 3600  # seconds
DEVICE_SALT = "tracker.lockout.device"
DEVICE_NAMES = 8  # accounts that one browser is known for


class Handler(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Keeps who failed, from where and how often, and nothing of what was typed.

    The login form carries along the text that was being written when a session ended: django-axes
    would keep it in the clear, and append it again with every failure.
    """

    def user_login_failed(
        self,
        sender: object,
        credentials: dict[str, str],
        request: HttpRequest | None = None,
        **kwargs: object,
    ) -> None:
        if request is None:
            super().user_login_failed(sender, credentials, request, **kwargs)
            return
        typed, asked = request.POST, request.GET
        request.POST = request.GET = QueryDict()
        try:
            super().user_login_failed(sender, credentials, request, **kwargs)
        finally:
            request.POST, request.GET = typed, asked


def typed_name(request: HttpRequest, credentials: dict[str, str] | None) -> str:
    """Return the name to be locked, in its one form: another spelling is no way round."""
    source = credentials if credentials else request.POST
    return User.normalize_username(str(source.get("username") or "").replace("\0", ""))[:255]


def is_braked(request: HttpRequest) -> bool:
    """Return whether tries from this address are refused before anything is looked up."""
    recent = AccessAttempt.objects.filter(
        ip_address=request.META.get("REMOTE_ADDR"), attempt_time__gte=timezone.now() - COOL_OFF
    )
    seen = recent.aggregate(
        names=Count("username", distinct=True), failures=Sum("failures_since_start")
    )
    if seen["names"] < MOST_NAMES and (seen["failures"] or 0) < MOST_FAILURES:
        return False
    return typed_name(request, None) not in _known_names(request)


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let the browser carry along that this account has logged in with it."""
    names = [user.username, *(each for each in _known_names(request) if each != user.username)]
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps(names[:DEVICE_NAMES], salt=DEVICE_SALT),
        max_age=DEVICE_AGE,
        path=settings.LOGIN_PATH,
        httponly=True,
        secure=settings.HTTPS,
        samesite="Lax",
    )


def _known_names(request: HttpRequest) -> list[str]:
    try:
        return signing.loads(
            request.COOKIES.get(DEVICE_COOKIE, ""), salt=DEVICE_SALT, max_age=DEVICE_AGE
        )
    except signing.BadSignature:
        return []
