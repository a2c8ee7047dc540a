"""Passwords: first ones given, one's own changed; no one comes back to one that was used."""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from targets.choices import Role, Verb
from targets.models import FormerPassword, User, record_event
from targets.refusals import Refused

# No 0 and O, no 1, l and I: the slip is read and typed by hand.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12


@dataclass(frozen=True, slots=True)
class Slip:
    """An account and the password that only its holder may know; shown once, kept nowhere."""

    account: User
    password: str


@transaction.atomic
def reset_password(*, account: User, by: User) -> Slip:
    """Give an account a new first password, to be changed at the next login."""
    account = lock_account(account, by)
    if not account.is_active:
        raise Refused(f"账号{account.username}已停用，请先启用再重置密码。")
    slip = give_password(account)
    record_event(subject=account, by=by, verb=Verb.PASSWORD, new={"must_change_password": True})
    return slip


@transaction.atomic
def change_password(*, password: str, by: User) -> User:
    """Change one's own password; a forced change is done with that."""
    account = User.objects.select_for_update().get(pk=by.pk)
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Refused("".join(error.messages)) from error
    _set_password(account, password)
    account.must_change_password = False
    account.save()
    record_event(
        subject=account, by=account, verb=Verb.PASSWORD, new={"must_change_password": False}
    )
    return account


def give_password(account: User) -> Slip:
    """Give an account a first password, to be changed at the next login, and save it."""
    password = _random_password()
    _set_password(account, password)
    account.must_change_password = True
    account.save()
    return Slip(account, password)


def lock_account(account: User, by: User) -> User:
    """Return the account as it is now, locked; refuse whoever may not manage it."""
    check_administrator(by)
    # No lock on its key: the event of somebody who is being changed himself refers to it,
    # and two administrators who change each other would wait for one another for ever.
    account = User.objects.select_for_update(no_key=True).get(pk=account.pk)
    if account.district_id != by.district_id:
        raise Refused("只能管理本区的账号。")
    return account


def check_administrator(by: User) -> None:
    """Refuse everybody but a district's administrator."""
    if by.role != Role.ADMINISTRATOR or by.district_id is None:
        raise Refused("只有系统管理员可以管理账号。")


def _set_password(account: User, password: str) -> None:
    """Set a password and remember the hash of the one before, as many as may not be taken again."""
    if account.pk and account.has_usable_password() and settings.PASSWORD_HISTORY:
        FormerPassword.objects.create(account=account, password=account.password)
        kept = account.former_passwords.values_list("pk", flat=True)[: settings.PASSWORD_HISTORY]
        account.former_passwords.exclude(pk__in=list(kept)).delete()
    account.set_password(password)
    account.password_changed_at = timezone.now()


def _random_password() -> str:
    """Return a password that holds small and capital letters and digits."""
    while True:
        password = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        kinds = (str.islower, str.isupper, str.isdigit)
        if all(any(is_kind(each) for each in password) for is_kind in kinds):
            return password
