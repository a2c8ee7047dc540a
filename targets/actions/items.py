"""An item's outcome over the year."""

from django.db import transaction

from targets.actions.refusals import Refused, required_reason
from targets.choices import ItemOutcome, Verb
from targets.models import Item, User, record_event
from targets.rules import REASON_LIMIT


@transaction.atomic
def cancel_item(*, item: Item, reason: str, stays_counted: bool, by: User) -> Item:
    """Cancel a live item (取消) with a reason; it stays visible, in or out of the total."""
    reason = required_reason(reason, REASON_LIMIT)
    Item.objects.select_for_update().get(pk=item.pk)
    item = Item.objects.select_related("goal__plan").get(pk=item.pk)
    district_id = item.goal.plan.district_id
    if not by.is_office or by.district_id != district_id:
        raise Refused("只有督查室可以取消事项。")
    if item.outcome != ItemOutcome.LIVE:
        raise Refused(f"该事项{item.get_outcome_display()}，不能取消。")
    item.outcome = ItemOutcome.CANCELLED
    item.cancelled_reason = reason
    item.stays_counted = stays_counted
    item.save()
    record_event(
        by=by,
        verb=Verb.CANCEL,
        subject=item,
        district_id=district_id,
        item_id=item.pk,
        old={"outcome": ItemOutcome.LIVE},
        new={"outcome": ItemOutcome.CANCELLED, "stays_counted": stays_counted},
        reason=reason,
    )
    return item
