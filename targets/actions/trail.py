"""What leaves no row behind and is still remembered: logins, and what was taken out."""

from django.db import models, transaction

from targets.choices import Verb
from targets.models import User, record_attempt, record_event


@transaction.atomic
def record_login(*, by: User) -> None:
    """Remember that an account logged in."""
    record_event(by=by, verb=Verb.LOGIN, subject=by, district_id=by.district_id)


@transaction.atomic
def record_logout(*, by: User) -> None:
    """Remember that an account logged out."""
    record_event(by=by, verb=Verb.LOGOUT, subject=by, district_id=by.district_id)


@transaction.atomic
def record_failed_login(*, username: str) -> None:
    """Remember a wrong password or an unknown name; never the password that was typed."""
    username = username.replace("\0", "")[:150]
    record_attempt(username=username, account=User.objects.filter(username=username).first())


@transaction.atomic
def record_export(*, subject: models.Model, kind: str, rows: int, by: User) -> None:
    """Remember that someone took rows out of the site as a file."""
    record_event(
        by=by,
        verb=Verb.EXPORT,
        subject=subject,
        district_id=by.district_id,
        new={"kind": kind, "rows": rows},
    )
