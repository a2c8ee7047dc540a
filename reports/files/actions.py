"""What taking files out writes down, beside the file itself."""

from datetime import date

from django.db import transaction

from targets.choices import Verb
from targets.models import ApiToken, record_event


@transaction.atomic
def note_token_use(*, token: ApiToken, today: date) -> None:
    """Record a token's first use of a local day; a big screen asks every minute."""
    unused = ApiToken.objects.filter(pk=token.pk).exclude(last_used_on=today)
    if token.last_used_on != today and unused.update(last_used_on=today):
        record_event(by=None, verb=Verb.EXPORT, subject=token)
