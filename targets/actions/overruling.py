"""The office's own light, in place of the one worked out, with a reason (认定进度)."""

from django.db import transaction

from targets.actions.contributions import check_office, check_open, lock_entry
from targets.choices import Light, Verb
from targets.models import Entry, User, record_event
from targets.refusals import Refused, Stale, required_reason
from targets.rules import REASON_LIMIT


@transaction.atomic
def overrule_light(*, entry: Entry, version: int, light: str, reason: str, by: User) -> Entry:
    """Set the office's own light in place of the one worked out, or take it back with "".

    The reason is kept either way; units' texts and values stay as they are.
    """
    entry = lock_entry(entry.pk)
    check_office(by, entry)
    check_open(entry)
    if entry.version != version:
        raise Stale("未保存：您打开本页之后，该事项有了新的变化。请先查看最新内容。", entry)
    reason = required_reason(reason, REASON_LIMIT)
    if light and light not in Light.values:
        raise Refused("请选择一种进度。")
    if light == entry.overruled_light:
        raise Refused("认定的进度没有变化。")
    was = {"light": Light(entry.light_shown).label if entry.light_shown else ""}
    entry.overruled_light, entry.overruled_reason = light, reason if light else ""
    entry.version += 1
    entry.save()
    record_event(
        by=by,
        verb=Verb.OVERRULE,
        subject=entry,
        old=was,
        new={"light": Light(entry.light_shown).label if entry.light_shown else ""},
        reason=reason,
    )
    return entry
