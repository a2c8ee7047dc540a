"""What scans misread, kept by the office: offered as a correction when a file comes in."""

from django.db import transaction

from targets.choices import Verb
from targets.models import District, Misreading, User, record_event
from targets.refusals import Refused

MOST = 200  # rows in a district; each is looked for in every text that comes in


@transaction.atomic
def add_misreading(*, found: str, meant: str, why: str = "", by: User) -> Misreading:
    """Note a word as scans read it, and what is meant."""
    _check_office(by)
    found, meant, why = found.strip(), meant.strip(), why.strip()
    if len(found) < 2 or found == meant:
        raise Refused("“误识为”至少两个字，并且与“应为”不同。")
    district = District.objects.select_for_update().get(pk=by.district_id or 0)
    here = Misreading.objects.filter(district=district)
    if here.filter(found=found).exists():
        raise Refused(f"“{found}”已经登记过，请先删除原来的一条。")
    if here.count() >= MOST:
        raise Refused(f"最多登记{MOST}条，请先删除不再需要的。")
    made = Misreading.objects.create(district=district, found=found, meant=meant, why=why)
    record_event(by=by, verb=Verb.CREATE, subject=made, new=_facts(made))
    return made


@transaction.atomic
def remove_misreading(*, misreading: Misreading, by: User) -> None:
    """Offer a correction no longer; what was corrected before stays."""
    _check_office(by)
    there = Misreading.objects.select_for_update().filter(pk=misreading.pk).first()
    if there is None or there.district_id != by.district_id:
        raise Refused("这一条已经删除。")
    record_event(by=by, verb=Verb.DELETE, subject=there, old=_facts(there))
    there.delete()


def _check_office(by: User) -> None:
    if not by.is_office:
        raise Refused("只有督查室可以登记扫描误识。")


def _facts(misreading: Misreading) -> dict[str, object]:
    return {"found": misreading.found, "meant": misreading.meant, "why": misreading.why}
