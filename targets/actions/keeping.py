"""What a quarter keeps when it closes, so that it can be held up years later.

The one mechanism, and why it is this one: docs/decisions/0017. Reading goes through
`targets.questions` and `Period`'s own properties.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import CharField, F, Model, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from targets.choices import Duty, PeriodState
from targets.models import (
    Entry,
    Event,
    Goal,
    KeptGoal,
    KeptItem,
    KeptResponsibility,
    KeptStatus,
    KeptUnit,
    Period,
    Status,
    Unit,
)
from targets.models.catalogue import GoalFacts, ItemFacts, StatusFacts
from targets.questions import items_in
from targets.statements import copy_rows


def keep_quarter(period: Period, at: datetime) -> None:
    """Keep what the quarter consists of; again, only what followed from its own entries.

    Call it in the closing's transaction, before the period is written as closed. `period`
    comes with plan and district. The number of statements is the same for any plan.
    """
    if period.is_kept:
        _keep_changes(period)
    else:
        _keep_catalogue(period)
        period.kept_title = period.plan.title
        period.kept_unit_total = period.plan.stated_unit_total
        period.kept_district = period.plan.district.name
        period.kept_office = period.plan.district.office_name
    period.kept_at = at


@transaction.atomic
def keep_published_quarter(
    *, period: Period, printed: Mapping[tuple[int, int], Sequence[str]]
) -> None:
    """Keep a quarter that came closed, from a fixture; one that was kept already stays so.

    `printed` has the lead units of items, by (goal, item), as the published document names
    them: documents of the quarter print them so, all else keeps the register's names.
    """
    period = Period.objects.select_related("plan__district").get(pk=period.pk)
    if period.state != PeriodState.CLOSED or period.is_kept:
        return
    keep_quarter(period, timezone.now())
    period.save()
    for (goal, number), names in printed.items():
        item = KeptItem.objects.get(period=period, goal__number=goal, number=number)
        leads = item.responsibilities.filter(duty=Duty.LEAD).order_by("order")
        for lead, name in zip(leads, names, strict=True):
            if lead.printed_name != name:
                lead.printed_name = name
                lead.save()


def _keep_catalogue(period: Period) -> None:
    district_id = period.plan.district_id
    this = {"period": Value(period.pk)}
    copy_rows(
        Goal.objects.filter(plan_id=period.plan_id),
        KeptGoal,
        **this,
        goal=F("pk"),
        **_facts(GoalFacts),
    )
    copy_rows(
        Unit.objects.filter(district_id=district_id),
        KeptUnit,
        **this,
        unit=F("pk"),
        name=F("name"),
        order=F("order"),
    )
    copy_rows(
        Status.objects.filter(district_id=district_id),
        KeptStatus,
        **this,
        status=F("pk"),
        **_facts(StatusFacts),
    )
    _keep_items(period)
    _keep_responsibilities(period)


def _keep_items(period: Period) -> None:
    goals = KeptGoal.objects.filter(period=period, goal_id=OuterRef("goal_id"))
    empty = Value("", output_field=CharField())
    copy_rows(
        items_in(period).with_leader().with_changes(period),
        KeptItem,
        period=Value(period.pk),
        item=F("pk"),
        goal=Subquery(goals.values("pk")[:1]),
        entry=F("entry_pk"),
        leader=F("leader_id"),
        leader_name=Coalesce("leader_name", empty),
        leader_username=Coalesce("leader_username", empty),
        kept_change=F("change"),
        kept_stalled=F("is_stalled"),
        **_facts(ItemFacts),
    )


def _keep_responsibilities(period: Period) -> None:
    copy_rows(
        KeptItem.objects.filter(period=period, item__responsibilities__isnull=False),
        KeptResponsibility,
        item=F("pk"),
        unit=F("item__responsibilities__unit_id"),
        printed_name=F("item__responsibilities__unit__name"),
        duty=F("item__responsibilities__duty"),
        order=F("item__responsibilities__order"),
    )


def _keep_changes(period: Period) -> None:
    """Write what the reopened entries made of the items since; few statements, as few differ."""
    lines = items_in(period).with_changes(period)
    differing: dict[tuple[str, bool], list[int]] = {}
    for pk, change, is_stalled, *kept in lines.values_list(
        "pk", "change", "is_stalled", "kept_change", "kept_stalled"
    ):
        if [change, bool(is_stalled)] != kept:
            differing.setdefault((change, bool(is_stalled)), []).append(pk)
    for (change, is_stalled), keys in differing.items():
        KeptItem.objects.filter(pk__in=keys).update(kept_change=change, kept_stalled=is_stalled)


def _facts(facts: type[Model]) -> dict[str, F]:
    """Return the columns that a row of the catalogue and its kept copy have in common."""
    return {field.name: F(field.name) for field in facts._meta.local_fields}


def corrected_entries(period: Period) -> list[dict[str, object]]:
    """Return what a reopened quarter's entries say otherwise than when it was last closed.

    Read from the trail: of each entry that was changed since, the first event knows what it
    said before.
    """
    entries = {
        entry.pk: entry
        for entry in Entry.objects.filter(period=period).select_related("status", "kept__goal")
    }
    for entry in entries.values():
        entry.period = period
    items = KeptItem.objects.filter(period=period).values("item_id")
    events = Event.objects.filter(item_id__in=items, subject="entry", at__gt=period.kept_at)
    before: dict[int, dict[str, str]] = {}
    for entry_id, old in events.order_by("pk").values_list("subject_id", "old"):
        if entry_id in entries:
            before[entry_id] = {**old, **before.get(entry_id, {})}
    corrected: list[dict[str, object]] = []
    for entry_id, old in before.items():
        entry = entries[entry_id]
        now = {"status": str(entry.status or ""), "approved_text": entry.approved_text}
        differs = [name for name in now if name in old and old[name] != now[name]]
        if differs:
            corrected.append({"item": str(entry.line), "differs": differs})
    return corrected
