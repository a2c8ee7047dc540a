"""Logins, logouts and failures go to the trail.

Django's own signals are the only place that sees every way in: the site's form, the
lockout, a token. They are used for nothing else.
"""

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from targets import actions
from targets.models import User


@receiver(user_logged_in)
def remember_login(user: User, request: HttpRequest, **kwargs: object) -> None:
    actions.record_login(by=user)
    if request.session.session_key is None:
        request.session.create()
    browser = request.headers.get("User-Agent", "")
    key = request.session.session_key or ""
    actions.note_session(key=key, browser=browser, by=user)


@receiver(user_logged_out)
def remember_logout(user: User | None, **kwargs: object) -> None:
    # None: the session had ended before.
    if user is not None:
        actions.record_logout(by=user)


@receiver(user_login_failed)
def remember_failure(credentials: dict[str, object], **kwargs: object) -> None:
    actions.record_failed_login(username=str(credentials.get("username", "")))
