"""Changes of a kind of circular (通报种类): masthead, numbers, usual wording."""

from django.db import transaction

from reports.circulars.models import KIND_FIELDS, CircularKind
from reports.document.content import MASTHEAD
from targets.choices import Role, Verb
from targets.models import District, User, record_event
from targets.refusals import Refused


def usual_kind(district: District) -> CircularKind:
    """Return the district's 督查通报, else its first kind; one is made where there is none."""
    kinds = CircularKind.objects.filter(district=district)
    usual = kinds.filter(name=MASTHEAD).first() or kinds.first()
    return usual or CircularKind.objects.get_or_create(district=district, name=MASTHEAD)[0]


@transaction.atomic
def save_kind(*, kind: CircularKind, shown: str, by: User) -> CircularKind:
    """Write a new or changed kind of circular; its issued circulars keep what they printed.

    `shown` is CircularKind.digest of what its author began with.
    """
    if by.role != Role.OFFICE or by.district_id != kind.district_id:
        raise Refused("只有本区督查室可以设置通报种类。")
    # Whoever else writes a kind of the district waits here.
    District.objects.select_for_update().get(pk=kind.district_id)
    kinds = CircularKind.objects.filter(district_id=kind.district_id)
    if kinds.exclude(pk=kind.pk).filter(name=kind.name).exists():
        raise Refused(f"本区已有“{kind.name}”，请直接修改那一种，或另起名称。")
    is_new = kind.pk is None
    before = CircularKind() if is_new else kinds.get(pk=kind.pk)
    if not is_new and before.digest != shown:
        raise Refused(
            f"“{before.name}”刚被其他人修改。请先复制您填写的内容，重新打开本页核对后再改。"
        )
    old = {} if is_new else _facts_of(before)
    kind.save()
    new = _facts_of(kind)
    changed = {name for name in new if old.get(name) != new[name]}
    if changed:
        record_event(
            by=by,
            verb=Verb.CREATE if is_new else Verb.CHANGE,
            subject=kind,
            old={name: old[name] for name in changed if name in old},
            new={name: new[name] for name in changed},
        )
    return kind


def _facts_of(kind: CircularKind) -> dict[str, str]:
    facts = {name: str(getattr(kind, name)) for name in KIND_FIELDS}
    return {**facts, "number_form": str(kind.get_number_form_display())}
