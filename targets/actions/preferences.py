"""What an account has chosen for its own pages."""

from django.db import transaction

from targets.choices import Verb
from targets.models import User, record_event
from targets.refusals import Refused
from targets.rules import clean_text

NAME_LIMIT = 20
QUERY_LIMIT = 1000
MOST_FILTERS = 20  # on one list


@transaction.atomic
def switch_keys(*, by: User) -> User:
    """Let single keys act on the pages of an account, or no longer (WCAG 2.1.4)."""
    account = User.objects.select_for_update().get(pk=by.pk)
    account.uses_keys = not account.uses_keys
    account.save(update_fields=["uses_keys"])
    record_event(
        by=account,
        verb=Verb.CHANGE,
        subject=account,
        old={"uses_keys": not account.uses_keys},
        new={"uses_keys": account.uses_keys},
    )
    return account


@transaction.atomic
def save_filter(*, page: str, name: str, query: str, by: User) -> User:
    """Keep how a list is narrowed and sorted under a name; the same name again replaces it.

    `page` is the name of the list's address, `query` what follows its question mark.
    """
    name = _kept_name(name)
    if not name or len(name) > NAME_LIMIT or "\0" in name:
        raise Refused(f"请给常用筛选起一个名称，最多{NAME_LIMIT}字。")
    if not query or len(query) > QUERY_LIMIT:
        raise Refused("请先选好筛选条件，再保存。")
    account = User.objects.select_for_update().get(pk=by.pk)
    kept = [each for each in account.saved_filters.get(page, []) if each["name"] != name]
    if len(kept) >= MOST_FILTERS:
        raise Refused(f"一个清单最多保存{MOST_FILTERS}个常用筛选，请先删除不用的。")
    kept = sorted([*kept, {"name": name, "query": query}], key=lambda each: each["name"])
    return _keep_filters(account, page, kept)


@transaction.atomic
def remove_filter(*, page: str, name: str, by: User) -> User:
    """Forget a list's saved filter."""
    account = User.objects.select_for_update().get(pk=by.pk)
    saved = account.saved_filters.get(page, [])
    kept = [each for each in saved if each["name"] != _kept_name(name)]
    if len(kept) == len(saved):
        raise Refused("该常用筛选已经删除。")
    return _keep_filters(account, page, kept)


def _kept_name(name: str) -> str:
    return " ".join(clean_text(name).split())


def _keep_filters(account: User, page: str, kept: list[dict[str, str]]) -> User:
    was = _filter_names(account)
    account.saved_filters = {**account.saved_filters, page: kept}
    account.save(update_fields=["saved_filters"])
    record_event(
        by=account,
        verb=Verb.CHANGE,
        subject=account,
        old={"saved_filters": was},
        new={"saved_filters": _filter_names(account)},
    )
    return account


def _filter_names(account: User) -> list[str]:
    return [each["name"] for saved in account.saved_filters.values() for each in saved]
