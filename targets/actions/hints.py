"""A hint looked at and put aside: by the unit, or by the office that reads the text."""

import re

from django.db import transaction

from targets.actions.contributions import lock_contribution, writes_for
from targets.choices import Verb
from targets.hints import KINDS
from targets.models import Contribution, DismissedHint, User, record_event
from targets.refusals import Refused

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@transaction.atomic
def dismiss_hint(*, contribution: Contribution, kind: str, digest: str, by: User) -> None:
    """Put a hint aside for everyone; another text, or other evidence, brings it back."""
    if kind not in KINDS or not _DIGEST.fullmatch(digest):
        raise Refused("没有这条提示，请刷新页面后再试。")
    contribution = lock_contribution(contribution.pk)
    is_own = writes_for(by, contribution)
    district_id = contribution.entry.period.plan.district_id
    if not is_own and not (by.is_office and by.district_id == district_id):
        raise Refused("只有本单位和督查室可以忽略提示。")
    _dismissed, is_new = DismissedHint.objects.get_or_create(
        contribution=contribution, kind=kind, digest=digest, defaults={"dismissed_by": by}
    )
    if is_new:
        record_event(
            by=by,
            verb=Verb.DISMISS,
            subject=contribution,
            new={"hint": KINDS[kind]},
        )
