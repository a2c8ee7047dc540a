"""What an account has chosen for its own pages."""

from django.db import transaction

from targets.choices import Verb
from targets.models import User, record_event


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
