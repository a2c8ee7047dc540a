"""Accounts: made, given a new password, deactivated; one's own password changed."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from targets.choices import Role, Verb
from targets.models import COMMAND_LINE, District, Unit, User, record_event
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT

# No 0 and O, no 1, l and I: the slip is read and typed by hand.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is known of an account to be made."""

    username: str
    name: str
    role: Role = Role.UNIT
    unit: Unit | None = None
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """An account and the password that only its holder may know; shown once, kept nowhere."""

    account: User
    password: str


@transaction.atomic
def create_accounts(*, accounts: Sequence[NewAccount], by: User) -> list[Slip]:
    """Make accounts with first passwords of their own, all or none."""
    _check_administrator(by)
    if not accounts:
        raise Refused("没有可建立的账号。")
    if len(accounts) > MOST_AT_ONCE:
        raise Refused(f"一次最多建立{MOST_AT_ONCE}个账号，请分批建立。")
    district = District.objects.select_for_update().get(pk=by.district_id)
    return [_create(each, district, by) for each in accounts]


@transaction.atomic
def create_first_accounts(*, district: District, accounts: Sequence[NewAccount]) -> list[Slip]:
    """Make a district's first accounts, at the command line: nobody is there yet to make them.

    An account that the district has already, under the same role, keeps its password.
    """
    slips = []
    for new in accounts:
        there = User.objects.filter(username__iexact=new.username).first()
        if there is None:
            slips.append(_create(new, district, None))
        elif (there.district_id, there.role) != (district.pk, new.role):
            raise Refused(f"用户名{new.username}已被别的账号使用，请换一个。")
    return slips


@transaction.atomic
def reset_password(*, account: User, by: User) -> Slip:
    """Give an account a new first password, to be changed at the next login."""
    account = _lock(account, by)
    if not account.is_active:
        raise Refused(f"账号{account.username}已停用，请先启用再重置密码。")
    slip = _give_password(account)
    record_event(subject=account, by=by, verb=Verb.PASSWORD, new={"must_change_password": True})
    return slip


@transaction.atomic
def deactivate_account(*, account: User, reason: str, by: User) -> User:
    """Let an account log in no longer; what it did keeps its name."""
    reason = required_reason(reason, REASON_LIMIT)
    account = _lock(account, by)
    if account.pk == by.pk:
        raise Refused("不能停用自己的账号。")
    if not account.is_active:
        raise Refused(f"账号{account.username}已经停用。")
    return _switch(account, False, reason, by)


@transaction.atomic
def activate_account(*, account: User, reason: str, by: User) -> User:
    """Let a deactivated account log in again."""
    reason = required_reason(reason, REASON_LIMIT)
    account = _lock(account, by)
    if account.is_active:
        raise Refused(f"账号{account.username}没有停用。")
    return _switch(account, True, reason, by)


@transaction.atomic
def change_password(*, password: str, by: User) -> User:
    """Change one's own password; a forced change is done with that."""
    account = User.objects.select_for_update().get(pk=by.pk)
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Refused("".join(error.messages)) from error
    account.set_password(password)
    account.must_change_password = False
    account.save()
    record_event(
        subject=account, by=account, verb=Verb.PASSWORD, new={"must_change_password": False}
    )
    return account


def _create(new: NewAccount, district: District, by: User | None) -> Slip:
    if (new.role == Role.UNIT) != (new.unit is not None):
        raise Refused(f"{new.username}：责任单位账号须写明单位，其他角色不写单位。")
    if new.unit and new.unit.district_id != district.pk:
        raise Refused(f"{new.username}：单位不属于本区。")
    if User.objects.filter(username__iexact=new.username).exists():
        raise Refused(f"用户名{new.username}已被使用，请换一个。")
    account = User(
        username=new.username,
        name=new.name,
        role=new.role,
        district=district,
        unit=new.unit,
        phone=new.phone,
        email=new.email,
    )
    try:
        account.clean_fields(exclude=["password"])
    except ValidationError as error:
        told = "；".join("".join(messages) for messages in error.message_dict.values())
        raise Refused(f"{new.username}：{told}") from error
    slip = _give_password(account)
    record_event(
        by=by,
        actor="" if by else COMMAND_LINE,
        verb=Verb.CREATE,
        subject=account,
        new=_facts(account),
    )
    return slip


def _give_password(account: User) -> Slip:
    password = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    account.set_password(password)
    account.must_change_password = True
    account.save()
    return Slip(account, password)


def _switch(account: User, is_active: bool, reason: str, by: User) -> User:
    was = {"is_active": account.is_active}
    account.is_active = is_active
    account.save()
    record_event(
        subject=account,
        by=by,
        verb=Verb.CHANGE,
        old=was,
        new={"is_active": is_active},
        reason=reason,
    )
    return account


def _lock(account: User, by: User) -> User:
    _check_administrator(by)
    account = User.objects.select_for_update().get(pk=account.pk)
    if account.district_id != by.district_id:
        raise Refused("只能管理本区的账号。")
    return account


def _check_administrator(by: User) -> None:
    if by.role != Role.ADMINISTRATOR or by.district_id is None:
        raise Refused("只有系统管理员可以管理账号。")


def _facts(account: User) -> dict:
    return {
        "username": account.username,
        "name": account.name,
        "role": account.role,
        "unit": account.unit.name if account.unit else "",
        "phone": account.phone,
        "email": account.email,
    }
