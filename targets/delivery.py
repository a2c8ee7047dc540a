"""How a message leaves the site: by mail, or to the one web hook that the settings name.

Both are given little time, follow no redirect, and keep nothing of the answer.
"""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from django.conf import settings
from django.core.mail import EmailMessage

from targets.choices import Channel
from targets.models import Message

WAIT = 10  # seconds for one answer of the network
LONGEST = 30  # seconds for one message as a whole, however slowly an answer trickles in


class Undelivered(Exception):
    """The message did not arrive; `str()` says why, without its words."""


def deliver(message: Message) -> None:
    """Send one message now; raise Undelivered where it could not be handed over."""
    send = {Channel.MAIL: _mail, Channel.HOOK: _call}[Channel(message.channel)]
    try:
        with _within(LONGEST):
            send(message)
    except (OSError, HTTPException, TimeoutError) as error:
        # smtplib's errors are OSErrors too; they repeat what the server said, which may hold words.
        raise Undelivered(f"{type(error).__name__} {_number(error)}".strip()) from error


def _number(error: Exception) -> str:
    """Return an error's code, such as a mail server's 550 or the system's 111; "" for none."""
    number = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return str(number or "")


def _mail(message: Message) -> None:
    EmailMessage(message.subject, message.body, to=[message.recipient]).send()


class _StayHere(HTTPRedirectHandler):
    """Take a redirect for an error: the hook's host is the operator's choice, nobody else's."""

    def redirect_request(self, *args: object) -> None:
        return None


def _call(message: Message) -> None:
    """Post the text in the form that 企业微信 and 钉钉 both take from their group robots."""
    if not settings.HOOK_URL:
        raise Undelivered("未设置HOOK_URL")
    content = json.dumps(
        {"msgtype": "text", "text": {"content": f"{message.subject}\n{message.body}"}},
        ensure_ascii=False,
    )
    request = Request(  # noqa: S310 - tracker.settings lets only http and https through
        settings.HOOK_URL,
        data=content.encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    try:
        # No proxy from the environment: the address is called as it is set, or not at all.
        with build_opener(_StayHere, ProxyHandler({})).open(request, timeout=WAIT) as answer:
            status = answer.status
    except HTTPError as error:
        error.close()
        raise Undelivered(f"对方答复{error.code}") from error
    except URLError as error:
        cause = error.reason
        name = type(cause).__name__ if isinstance(cause, Exception) else str(cause)
        raise Undelivered(f"无法连接（{name}）") from error
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        raise Undelivered(f"对方答复{status}")


@contextmanager
def _within(seconds: int) -> Iterator[None]:
    """Let a block run so long and no longer; for commands, which run in the main thread."""

    def stop(*args: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
