"""What leaves no row behind and is still remembered: logins, and what was taken out."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from targets.choices import Verb
from targets.models import (
    COMMAND_LINE,
    District,
    Event,
    LoginBrake,
    Place,
    Recorded,
    Seal,
    User,
    record_attempt,
    record_event,
    record_refused,
)
from targets.sealing import ChainVerdict, Noted, read_chain

# Some ten seconds' reading; manage.py check_trail reads everything.
READ_BY_PAGE = 100_000
# Refused logins of an address are one event for so long.
COUNTED_FOR = timedelta(minutes=30)


@transaction.atomic
def record_login(*, by: User) -> None:
    """Remember that an account logged in."""
    record_event(by=by, verb=Verb.LOGIN, subject=by)


@transaction.atomic
def record_logout(*, by: User) -> None:
    """Remember that an account logged out."""
    record_event(by=by, verb=Verb.LOGOUT, subject=by)


@transaction.atomic
def record_failed_login(*, username: str) -> None:
    """Remember a wrong password or an unknown name; never the password that was typed."""
    username = User.normalize_username(username.replace("\0", ""))[:150]
    record_attempt(username=username, account=User.objects.filter(username=username).first())


@transaction.atomic
def count_refused_login(*, address: str) -> None:
    """Count a login that was refused unread; the first of an address, and their sum, are events.

    Whoever tries thousands of names would otherwise write thousands of rows that stay for ever.
    """
    recent = LoginBrake.objects.filter(address=address, since__gt=timezone.now() - COUNTED_FOR)
    if recent.update(refused=F("refused") + 1):
        return
    end_login_brakes()
    brake, is_new = LoginBrake.objects.get_or_create(address=address, defaults={"refused": 1})
    if is_new:
        record_refused(address=address, refused=0)
    else:
        LoginBrake.objects.filter(pk=brake.pk).update(refused=F("refused") + 1)


@transaction.atomic
def end_login_brakes() -> int:
    """Turn counts whose time is over into one event each; return how many."""
    over = LoginBrake.objects.select_for_update().filter(since__lte=timezone.now() - COUNTED_FOR)
    brakes = list(over)
    for each in brakes:
        record_refused(address=each.address, refused=each.refused)
        each.delete()
    return len(brakes)


@transaction.atomic
def record_export(*, subject: Recorded, kind: str, rows: int, by: User) -> None:
    """Remember that someone took rows out of the site as a file."""
    record_event(
        by=by,
        verb=Verb.EXPORT,
        subject=subject,
        place=Place(by.district_id),
        new={"kind": kind, "rows": rows},
    )


@transaction.atomic
def record_backup(*, name: str, sha256: str) -> None:
    """Remember, at the command line, that everything was copied into a backup."""
    _record_archive(Verb.EXPORT, name, sha256)


@transaction.atomic
def record_restore(*, name: str, sha256: str) -> None:
    """Remember, at the command line, that the site was made anew from a backup."""
    _record_archive(Verb.IMPORT, name, sha256)


@transaction.atomic
def record_trail_export(*, name: str) -> None:
    """Remember, at the command line, that the trail was written out, words and all.

    In the trail of each district: its words are in the file.
    """
    for district_id in (None, *District.objects.order_by("pk").values_list("pk", flat=True)):
        Event.objects.create(
            district_id=district_id,
            actor=COMMAND_LINE,
            verb=Verb.EXPORT,
            subject="trail",
            subject_name=name[:200],
        )


def _record_archive(verb: Verb, name: str, sha256: str) -> None:
    Event.objects.create(
        actor=COMMAND_LINE,
        verb=verb,
        subject="backup",
        subject_name=name[:200],
        new={"sha256": sha256},
    )


def check_trail(*, noted: Noted | None, by: User) -> ChainVerdict:
    """Compare the newest events of the own district with its chain; that is an event too."""
    verdict = read_chain(by.district_id or Seal.NO_DISTRICT, noted, newest=READ_BY_PAGE)
    facts = {"sealed": verdict.sealed, "code": verdict.code, "faults": verdict.count}
    record_event(
        by=by,
        verb=Verb.CHECK,
        subject=by,
        new=facts if noted is None else {**facts, "is_as_noted": verdict.is_as_noted},
    )
    return verdict
