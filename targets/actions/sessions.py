"""Sessions: noted when an account logs in, seen by its holder and the administrator, ended."""

from collections.abc import Iterable

from django.contrib.sessions.models import Session
from django.db import transaction

from targets.actions.passwords import check_administrator
from targets.choices import Verb
from targets.models import LoginSession, User, record_event, remembered_address
from targets.refusals import Refused


def note_session(*, key: str, browser: str, by: User) -> LoginSession:
    """Remember which session an account's login began."""
    address = remembered_address.get()
    return LoginSession.objects.create(
        account=by, key=key, address=address, browser=browser[: LoginSession.BROWSER_LIMIT]
    )


def move_session(*, old: str, new: str) -> None:
    """Follow a session that was given a new key."""
    LoginSession.objects.filter(key=old).update(key=new)


@transaction.atomic
def end_sessions(*, sessions: Iterable[LoginSession], by: User) -> int:
    """End sessions of one's own or, as the administrator, of the district; return how many."""
    sessions = list(sessions)
    for each in sessions:
        if each.account_id != by.pk:
            check_administrator(by)
            if each.account.district_id != by.district_id:
                raise Refused("只能管理本区的账号。")
    ended: dict[User, int] = {}
    for each in sessions:
        deleted, _rows = Session.objects.filter(session_key=each.key).delete()
        each.delete()
        ended[each.account] = ended.get(each.account, 0) + min(deleted, 1)
    for account, count in ended.items():
        if count:
            record_event(by=by, verb=Verb.LOGOUT, subject=account, new={"sessions": count})
    return sum(ended.values())
