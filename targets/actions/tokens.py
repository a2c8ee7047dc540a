"""Tokens of the data interface: made and withdrawn by the administrator."""

import secrets

from django.db import transaction
from django.utils import timezone

from targets.choices import Role, Verb
from targets.models import ApiToken, User, digest_of, record_event
from targets.refusals import Refused


@transaction.atomic
def make_token(*, name: str, by: User) -> tuple[ApiToken, str]:
    """Make a token for the administrator's district; return it with its secret, kept nowhere."""
    if by.role != Role.ADMINISTRATOR or by.district_id is None:
        raise Refused("只有本区的系统管理员可以创建令牌。")
    name = name.strip()
    if not name:
        raise Refused("请填写令牌的用途。")
    secret = secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        district_id=by.district_id, name=name, digest=digest_of(secret), made_by=by
    )
    record_event(by=by, verb=Verb.CREATE, subject=token, new=_facts(token))
    return token, secret


@transaction.atomic
def withdraw_token(*, token: ApiToken, by: User) -> ApiToken:
    """Withdraw a token: from now on it opens nothing."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if by.role != Role.ADMINISTRATOR or by.district_id != token.district_id:
        raise Refused("只有本区的系统管理员可以停用令牌。")
    if token.withdrawn_at is not None:
        raise Refused("该令牌已停用。")
    token.withdrawn_at, token.withdrawn_by = timezone.now(), by
    token.save()
    record_event(by=by, verb=Verb.DELETE, subject=token, new=_facts(token))
    return token


def _facts(token: ApiToken) -> dict[str, object]:
    return {"name": token.name, "is_withdrawn": token.withdrawn_at is not None}
