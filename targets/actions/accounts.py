"""Accounts: made, changed, switched off and on again; who may do what is in the trail."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from targets.actions.passwords import (
    Slip,
    check_administrator,
    give_password,
    lock_account,
)
from targets.choices import Role, Verb
from targets.models import COMMAND_LINE, District, Unit, User, record_event
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT

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


@transaction.atomic
def create_accounts(*, accounts: Sequence[NewAccount], by: User) -> list[Slip]:
    """Make accounts with first passwords of their own, all or none."""
    check_administrator(by)
    if not accounts:
        raise Refused("没有可建立的账号。")
    if len(accounts) > MOST_AT_ONCE:
        raise Refused(f"一次最多建立{MOST_AT_ONCE}个账号，请分批建立。")
    district = District.objects.select_for_update().get(pk=by.district_id or 0)
    return [_create(each, district, by) for each in accounts]


@transaction.atomic
def create_first_accounts(*, district: District, accounts: Sequence[NewAccount]) -> list[Slip]:
    """Make a district's first accounts, at the command line: nobody is there yet to make them.

    An account that the district has already, under the same role, keeps its password.
    """
    slips = []
    for new in accounts:
        username = User.normalize_username(new.username)
        there = User.objects.filter(username=username).first()
        if there is None:
            slips.append(_create(new, district, None))
        elif (there.district_id, there.role) != (district.pk, new.role):
            raise Refused(f"用户名{new.username}已被别的账号使用，请换一个。")
    return slips


@transaction.atomic
def add_account(*, new: NewAccount, by: User, reason: str = "") -> User:
    """Make an account that cannot log in before it is given a password."""
    check_administrator(by)
    account = _made(new, by.own_district)
    account.set_unusable_password()
    account.must_change_password = True
    account.save()
    _record_made(account, by, reason)
    return account


@transaction.atomic
def change_account(
    *,
    account: User,
    name: str,
    role: Role,
    unit: Unit | None,
    phone: str = "",
    email: str = "",
    reason: str,
    by: User,
) -> User:
    """Change who an account is for and what it may do; its old name stays with what it did.

    Nobody changes his own role, and a district always has an administrator who can log in.
    """
    reason = required_reason(reason, REASON_LIMIT)
    account = lock_account(account, by)
    old = _facts(account)
    if role != account.role:
        if account.pk == by.pk:
            raise Refused("不能修改自己的角色，请由另一名系统管理员修改。")
        keep_an_administrator(account)
    if name != account.name:
        until = timezone.now().isoformat()
        account.former_names = [*account.former_names, {"name": str(account), "until": until}]
    account.name, account.role, account.unit = name, Role(role), unit
    account.phone, account.email = phone, email
    _check(account)
    new = _facts(account)
    changed = [key for key in new if new[key] != old[key]]
    if not changed:
        raise Refused("没有改动。")
    account.save()
    record_event(
        subject=account,
        by=by,
        verb=Verb.ROLE if "role" in changed else Verb.CHANGE,
        old={key: old[key] for key in changed},
        new={key: new[key] for key in changed},
        reason=reason,
    )
    return account


@transaction.atomic
def deactivate_account(*, account: User, reason: str, by: User) -> User:
    """Let an account log in no longer; what it did keeps its name."""
    reason = required_reason(reason, REASON_LIMIT)
    account = lock_account(account, by)
    if account.pk == by.pk:
        raise Refused("不能停用自己的账号。")
    if not account.is_active:
        raise Refused(f"账号{account.username}已经停用。")
    keep_an_administrator(account)
    return _switch(account, False, reason, by)


@transaction.atomic
def activate_account(*, account: User, reason: str, by: User) -> User:
    """Let a deactivated account log in again."""
    reason = required_reason(reason, REASON_LIMIT)
    account = lock_account(account, by)
    if account.is_active:
        raise Refused(f"账号{account.username}没有停用。")
    return _switch(account, True, reason, by)


def _create(new: NewAccount, district: District, by: User | None) -> Slip:
    account = _made(new, district)
    slip = give_password(account)
    _record_made(account, by)
    return slip


def _made(new: NewAccount, district: District) -> User:
    """Return an account that may be saved."""
    username = User.normalize_username(new.username)
    if User.objects.filter(username=username).exists():
        raise Refused(f"用户名{new.username}已被使用，请换一个。")
    account = User(
        username=username,
        name=new.name,
        role=new.role,
        district=district,
        unit=new.unit,
        phone=new.phone,
        email=new.email,
    )
    _check(account)
    return account


def _check(account: User) -> None:
    """Refuse an account whose columns do not fit together."""
    if (account.role == Role.UNIT) != (account.unit is not None):
        raise Refused(f"{account.username}：责任单位账号须写明单位，其他角色不写单位。")
    if account.unit and account.unit.district_id != account.district_id:
        raise Refused(f"{account.username}：单位不属于本区。")
    try:
        account.clean_fields(exclude=["password"])
    except ValidationError as error:
        told = "；".join("".join(messages) for messages in error.message_dict.values())
        raise Refused(f"{account.username}：{told}") from error


def _record_made(account: User, by: User | None, reason: str = "") -> None:
    """Record a new account, and apart from it that it was given more than a unit's rights."""
    record_event(
        subject=account,
        by=by,
        actor="" if by else COMMAND_LINE,
        verb=Verb.CREATE,
        new=_facts(account),
        reason=reason,
    )
    if by and account.role != Role.UNIT:
        record_event(
            subject=account, by=by, verb=Verb.ROLE, new={"role": account.role}, reason=reason
        )


def keep_an_administrator(account: User) -> None:
    """Refuse to take away the last administrator who can log in.

    The district's row is locked: two who take each other's role wait for one another.
    """
    if account.role != Role.ADMINISTRATOR or not account.is_active:
        return
    District.objects.select_for_update(no_key=True).get(pk=account.district_id or 0)
    others = User.objects.filter(
        district_id=account.district_id or 0, role=Role.ADMINISTRATOR, is_active=True
    ).exclude(pk=account.pk)
    if not others.exists():
        raise Refused(f"{account}是最后一个启用的系统管理员。请先另设一名系统管理员。")


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


def _facts(account: User) -> dict[str, object]:
    return {
        "username": account.username,
        "name": account.name,
        "role": account.role,
        "unit": account.unit.name if account.unit else "",
        "phone": account.phone,
        "email": account.email,
    }
