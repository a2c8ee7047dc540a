"""The second factor (动态口令): set up, asked for, made good by a recovery code, taken away."""

import secrets
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from targets.actions.passwords import lock_account
from targets.choices import Verb
from targets.models import User, digest_of, record_event
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT

RECOVERY_CODES = 8
# No 0 and O, no 1, l and I: the codes are read from paper and typed by hand.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 10  # of 31 signs: 49 bits
DIGEST_LENGTH = 16  # what django-otp keeps of a code; it is the code's digest


class Passed(StrEnum):
    """With what a person showed that it is him."""

    APP = "动态口令"
    RECOVERY = "恢复码"


def has_second_factor(account: User) -> bool:
    """Tell whether the account is asked for a code at login."""
    return TOTPDevice.objects.filter(user=account, confirmed=True).exists()


def must_have_second_factor(account: User) -> bool:
    """Tell whether the settings ask it of the account's role."""
    return account.role in settings.SECOND_FACTOR


def new_device(account: User, key: str) -> TOTPDevice:
    """Return a device that is not kept yet, for the picture that the app reads."""
    return TOTPDevice(user=account, name=settings.SITE_NAME, key=key, confirmed=True)


@transaction.atomic
def set_up_second_factor(*, key: str, code: str, by: User) -> list[str]:
    """Keep a new device once its first code was right; return new recovery codes.

    `key` is the secret in hexadecimal digits. What was set up before is replaced.
    """
    User.objects.select_for_update().get(pk=by.pk)
    device = new_device(by, key)
    TOTPDevice.objects.filter(user=by).delete()
    device.save()
    if not device.verify_token(_digits(code)):
        raise Refused("动态口令不对。请核对手机的时间，再输入当前显示的6位数字。")
    record_event(by=by, verb=Verb.CHANGE, subject=by, new={"second_factor": True})
    return _new_codes(by)


def check_second_factor(*, code: str, by: User) -> Passed:
    """Take a code of the app, or a recovery code, which is then used up.

    A wrong code is remembered, and each makes the next wait twice as long.
    """
    with transaction.atomic():
        devices = TOTPDevice.objects.select_for_update().filter(user=by, confirmed=True)
        codes = StaticDevice.objects.select_for_update().filter(user=by)
        tries = (
            (Passed.APP, devices.first(), _digits(code)),
            (Passed.RECOVERY, codes.first(), _digest(code)),
        )
        for passed, device, token in tries:
            is_allowed = device is not None and device.verify_is_allowed()[0]
            if is_allowed and device.verify_token(token):
                if passed == Passed.RECOVERY:
                    left = {"recovery_codes": device.token_set.count()}
                    record_event(by=by, verb=Verb.CHANGE, subject=by, new=left)
                return passed
        record_event(by=by, verb=Verb.FAIL, subject=by, reason="动态口令不对")
    raise Refused("动态口令或恢复码不对，或输入太频繁。请稍等片刻，再输入当前显示的6位数字。")


@transaction.atomic
def renew_recovery_codes(*, by: User) -> list[str]:
    """Return new recovery codes; the old ones are worth nothing from now on."""
    if not has_second_factor(by):
        raise Refused("尚未启用动态口令。")
    return _new_codes(by)


@transaction.atomic
def remove_second_factor(*, by: User) -> None:
    """Do without a second factor, where the settings do not ask for one."""
    if must_have_second_factor(by):
        raise Refused("按本单位的设置，您的角色须使用动态口令，不能停用；可以重新绑定。")
    if not has_second_factor(by):
        raise Refused("您的账号没有启用动态口令，不需要停用。")
    _remove(by)
    record_event(by=by, verb=Verb.CHANGE, subject=by, new={"second_factor": False})


@transaction.atomic
def reset_second_factor(*, account: User, reason: str, by: User) -> User:
    """Take away the second factor of somebody who lost it; he sets up another."""
    reason = required_reason(reason, REASON_LIMIT)
    account = lock_account(account, by)
    if not has_second_factor(account):
        raise Refused(f"账号{account.username}没有启用动态口令。")
    _remove(account)
    record_event(
        by=by, verb=Verb.CHANGE, subject=account, new={"second_factor": False}, reason=reason
    )
    return account


def _remove(account: User) -> None:
    TOTPDevice.objects.filter(user=account).delete()
    StaticDevice.objects.filter(user=account).delete()


def _new_codes(account: User) -> list[str]:
    """Replace an account's recovery codes; their digests are kept, and the codes nowhere."""
    StaticDevice.objects.filter(user=account).delete()
    device = StaticDevice.objects.create(user=account, name="恢复码")
    codes = [
        "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(RECOVERY_CODES)
    ]
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=_digest(each)) for each in codes
    )
    record_event(by=account, verb=Verb.CHANGE, subject=account, new={"recovery_codes": len(codes)})
    return codes


def _digits(code: str) -> str:
    """Return a code as the app shows it: no blanks, half width."""
    return User.normalize_username(code).replace(" ", "")


def _digest(code: str) -> str:
    return digest_of(_digits(code).replace("-", ""))[:DIGEST_LENGTH]
