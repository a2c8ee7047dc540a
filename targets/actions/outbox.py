"""The outbox: what is to be told outside the site is queued here, and sent by a timer.

Queued in the transaction of the change that it tells of, a message exists if and only if the
change does; a mail server that is away holds nobody up.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from targets.choices import Channel, Role, Verb
from targets.delivery import Undelivered, deliver
from targets.models import Message, Unit, User, record_event
from targets.refusals import Refused

# After each failure; after the last the message is given up. A reminder is no use next week.
RETRIES = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60, 24 * 60)
)
# While a message is being sent nobody else takes it; longer than delivery.LONGEST.
CLAIMED_FOR = timedelta(minutes=5)
AT_ONCE = 200  # messages sent by one run
# Two presses within it, of one person or of two, are told once.
ONE_ACT = timedelta(minutes=1)


@dataclass(slots=True)
class Round:
    """What one run of sending came to."""

    sent: int = 0
    failed: int = 0


def queue_mail(*, recipient: str, subject: str, body: str, district_id: int | None) -> None:
    """Queue one mail; call it inside the transaction that it tells of.

    Where no mail server is set nothing is queued: once one is, nobody should be sent the
    reminders of last year.
    """
    if settings.EMAIL_HOST and recipient:
        Message.objects.create(
            channel=Channel.MAIL,
            recipient=recipient,
            subject=_one_line(subject),
            body=body,
            district_id=district_id,
        )


def queue_hook(*, subject: str, body: str, district_id: int | None) -> None:
    """Queue one call of the web hook, where one is set; inside the transaction it tells of."""
    if settings.HOOK_URL:
        Message.objects.create(
            channel=Channel.HOOK, subject=_one_line(subject), body=body, district_id=district_id
        )


def _one_line(subject: str) -> str:
    """Return a subject as a mail can carry it: it may name a plan, and a title may be broken."""
    return " ".join(subject.split())


def queue_to_unit(
    *, unit: Unit, subject: str, body: str, words: str = "", office_name: str
) -> None:
    """Queue one mail to each active account of a unit that has an address, and the web hook.

    What was a unit's that is gone, whoever took it over is told. Inside the transaction that it
    tells of; the body names what happened. `words` are the office's own, such as a reason: they
    go to the unit's accounts alone, never to the hook, which may speak in a group of many.
    """
    if not (settings.EMAIL_HOST or settings.HOOK_URL):
        return
    accounts = User.objects.filter(unit=unit.present, is_active=True).exclude(email="")
    said = f"\n{words}\n" if words else ""
    for account in accounts:
        queue_mail(
            recipient=account.email,
            subject=subject,
            body=f"{unit.addressee}：\n\n{body}\n{said}\n{office_name}\n",
            district_id=unit.district_id,
        )
    queue_hook(subject=subject, body=f"{unit.addressee}：{body}", district_id=unit.district_id)


def send_messages() -> Round:
    """Send what is due, each message by itself; two runs at once send nothing twice."""
    came_to = Round()
    due = Message.objects.filter(next_attempt_at__lte=timezone.now()).order_by("pk")
    for message in due[:AT_ONCE]:
        if not _claim(message):
            continue
        try:
            deliver(message)
        except Undelivered as error:
            _put_off(message, str(error))
            came_to.failed += 1
        else:
            Message.objects.filter(pk=message.pk).update(
                sent_at=timezone.now(), next_attempt_at=None, last_error=""
            )
            came_to.sent += 1
    return came_to


@transaction.atomic
def retry_message(*, message: Message, by: User) -> Message:
    """Send a message that was given up once more, from the first try on."""
    if by.role != Role.ADMINISTRATOR or by.district_id != message.district_id:
        raise Refused("只有本区的系统管理员可以重新发送。")
    message = Message.objects.select_for_update().get(pk=message.pk)
    if not message.is_given_up:
        raise Refused("这条消息已发送或正在等待发送，无须重新发送。")
    message.attempts, message.next_attempt_at = 0, timezone.now()
    message.save()
    record_event(
        by=by,
        verb=Verb.CHANGE,
        subject=message,
        new={"next_attempt_at": message.next_attempt_at.isoformat()},
    )
    return message


def _claim(message: Message) -> bool:
    """Take a message for this run; False where another run has it. Killed, it is free again."""
    mine = Message.objects.filter(pk=message.pk, next_attempt_at=message.next_attempt_at)
    message.attempts += 1
    return bool(
        mine.update(attempts=message.attempts, next_attempt_at=timezone.now() + CLAIMED_FOR)
    )


def _put_off(message: Message, error: str) -> None:
    tried = message.attempts - 1
    again = timezone.now() + RETRIES[tried] if tried < len(RETRIES) else None
    Message.objects.filter(pk=message.pk).update(next_attempt_at=again, last_error=error[:200])
