"""A unit's requests, of either kind, once they are settled: answered, withdrawn, come to nothing.

A request waits for as long as there is something to decide. Whatever takes that away (the item
ends, the unit leads it no longer, the quarter closes) settles it in the same transaction, with
an event of its own and a letter to the unit.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.utils import timezone

from targets.actions.outbox import queue_to_unit
from targets.choices import Duty, Verb
from targets.models import (
    Adjustment,
    Contribution,
    Extension,
    Item,
    Period,
    Responsibility,
    User,
    record_event,
)
from targets.models.units import unit_in_hands_of
from targets.refusals import Refused

Request = Extension | Adjustment


def settle(
    request: Request,
    *,
    state: str,
    verb: Verb,
    reason: str,
    by: User,
    was: dict[str, object] | None = None,
) -> None:
    """Write down what became of a waiting request that the caller has locked, with its event.

    `was`: what else of it the caller has changed, as it was asked for.
    """
    old = request.facts() | (was or {})
    request.state, request.decision_reason = state, reason
    request.decided_at, request.decided_by = timezone.now(), by
    request.save()
    record_event(by=by, verb=verb, subject=request, old=old, new=request.facts(), reason=reason)


def tell_unit(request: Request, *, heading: str, what: str) -> None:
    """Write to the unit what became of its request; `decision_reason` goes along."""
    kind = request._meta.verbose_name
    queue_to_unit(
        unit=request.unit,
        subject=f"【{heading}】{request.about}{kind}",
        body=f"贵单位{request.about}的{kind}：{what}",
        words=request.decision_reason,
        office_name=request.unit.district.office_name,
    )


def withdraw(request: Request, by: User) -> None:
    """Take back a request that the caller has locked, as long as it waits."""
    kind = request._meta.verbose_name
    own = type(request)._default_manager.filter(unit_in_hands_of(by.unit_id), pk=request.pk)
    if not by.is_unit or not own.exists():
        raise Refused(f"只能撤回本单位的{kind}。")
    if not request.is_waiting:
        raise Refused(f"该申请{request.get_state_display()}，不能撤回。")
    settle(request, state=request.states.WITHDRAWN, verb=Verb.WITHDRAW, reason="", by=by)


def lapse_with_item(item: Item, by: User) -> None:
    """Settle what waits about an item that has ended; the caller has locked it."""
    reason = f"该事项{item.get_outcome_display()}，申请不再办理。"
    lapse(Adjustment.objects.waiting().filter(item=item).locked(), reason, by)
    lapse(Extension.objects.waiting().filter(item=item).locked(), reason, by)


def lapse_with_lead(item: Item, by: User) -> None:
    """Settle what waits of units that lead an adjusted item no longer, and owe no report on it."""
    leads = Responsibility.objects.filter(
        item=OuterRef("item"), unit=OuterRef("unit"), duty=Duty.LEAD
    )
    reports = Contribution.objects.filter(
        entry__item=OuterRef("item"),
        entry__period=OuterRef("period"),
        unit=OuterRef("unit"),
        duty=Duty.LEAD,
    )
    reason = "贵单位不再牵头该事项，申请不再办理。"
    lapse(Adjustment.objects.waiting().filter(~Exists(leads), item=item).locked(), reason, by)
    lapse(Extension.objects.waiting().filter(~Exists(reports), item=item).locked(), reason, by)


def lapse_with_period(period: Period, by: User) -> None:
    """Settle what waits for a quarter that is closed; with the last one, for its plan's items."""
    reason = f"{period}填报已经关闭，申请不再办理。"
    lapse(Extension.objects.waiting().filter(period=period).locked(), reason, by)
    if period.is_last:
        about = Adjustment.objects.waiting().filter(item__goal__plan=period.plan)
        lapse(about.locked(), reason, by)


def lapse(requests: Iterable[Request], reason: str, by: User) -> None:
    """Settle requests that wait, locked, and tell each unit why; most often there are none."""
    for request in requests:
        state = request.states.LAPSED
        settle(request, state=state, verb=Verb.LAPSE, reason=reason, by=by)
        tell_unit(request, heading="终止", what="已经终止。")
