"""Let quarters name the one they follow, and keep what those closed before consisted of."""

import re
from collections import defaultdict

from django.db import migrations
from django.utils import timezone

_NUMBER = re.compile(r"（([0-9]+)）\Z")


def follow_each_other(apps, schema_editor):
    """Write down, of every quarter ever opened, the nearest earlier one of its plan."""
    Period = apps.get_model("targets", "Period")
    last = {}
    for period in Period.objects.exclude(state="draft").order_by("plan_id", "number"):
        period.follows_id = last.get(period.plan_id)
        period.save(update_fields=["follows"])
        last[period.plan_id] = period.pk


def name_origins(apps, schema_editor):
    """Tell renames from mergers: a renamed unit was made in the old one's place."""
    Unit = apps.get_model("targets", "Unit")
    for unit in Unit.objects.exclude(successor=None).order_by("superseded_on", "pk"):
        successor = unit.successor
        if successor.order == unit.order and successor.pk > unit.pk:
            successor.origin_id = unit.origin_id or unit.pk
            successor.save(update_fields=["origin"])


def keep_closed_quarters(apps, schema_editor):
    """Keep the closed quarters, each as it was when it closed as far as the trail tells.

    The lead units of an item are those that were asked to report on it; standard, units,
    number and outcome those that the first change after the closing says were before.
    """
    Period = apps.get_model("targets", "Period")
    closed = Period.objects.filter(state="closed", kept_at=None)
    for period in closed.select_related("plan__district").order_by("plan_id", "number"):
        _Keeper(apps, period).run()


class _Keeper:
    def __init__(self, apps, period):
        self.model = lambda name: apps.get_model("targets", name)
        self.period, self.plan = period, period.plan
        closings = self.model("Event").objects.filter(
            subject="period", subject_id=period.pk, verb="close"
        )
        closing = closings.order_by("-pk").first()
        # Where no closing was recorded (the demonstration came closed) the present is known.
        self.at = closing.at if closing else timezone.now()

    def run(self):
        self._keep_frame()
        entries = {each.item_id: each for each in self.period.entries.select_related("status")}
        every = self.model("Item").objects
        items = list(
            every.filter(goal__plan_id=self.plan.pk)
            .union(every.filter(pk__in=list(entries)))
            .order_by("pk")
        )
        self.before = self._facts_before(items)
        goals = self._keep_goals(items)
        accounts = {each.pk: each for each in self.model("User").objects.all()}
        rows = []
        for item in items:
            old = self.before.get(item.pk, {})
            entry = entries.get(item.pk)
            outcome = old.get("outcome", item.outcome)
            duties = self._duties(item, entry, old)
            leader = accounts.get(self._leader_of(item, duties))
            is_cancelled = outcome == "cancelled"
            row = self.model("KeptItem")(
                period=self.period,
                item_id=item.pk,
                goal=goals[item.goal_id],
                number=self._number(item, old),
                is_numbered=item.is_numbered,
                standard=old.get("standard", item.standard),
                outcome=outcome,
                cancelled_reason=item.cancelled_reason if is_cancelled else "",
                stays_counted=item.stays_counted if is_cancelled else True,
                entry=entry,
                leader=leader,
                leader_name=leader.name if leader else "",
                leader_username=leader.username if leader else "",
            )
            row.kept_change, row.kept_stalled = self._changes(item, row, entry)
            row.save()
            rows += [self._duty_row(row, *duty) for duty in duties]
        self.model("KeptResponsibility").objects.bulk_create(rows)
        self.period.save()

    def _keep_frame(self):
        """Keep what is the same for every item: names of plan and district, units, statuses."""
        period, plan = self.period, self.plan
        period.kept_at, period.kept_title = self.at, plan.title
        period.kept_unit_total = plan.stated_unit_total
        period.kept_district, period.kept_office = plan.district.name, plan.district.office_name
        self.units = {
            each.pk: each for each in self.model("Unit").objects.filter(district=plan.district)
        }
        self.named = {each.name: each.pk for each in self.units.values()}
        self.model("KeptUnit").objects.bulk_create(
            self.model("KeptUnit")(period=period, unit_id=each.pk, name=each.name, order=each.order)
            for each in self.units.values()
        )
        self.model("KeptStatus").objects.bulk_create(
            self.model("KeptStatus")(
                period=period,
                status_id=each.pk,
                **{
                    name: getattr(each, name)
                    for name in ("name", "clause", "is_completed", "order", "color")
                },
            )
            for each in self.model("Status").objects.filter(district=plan.district)
        )

    def _keep_goals(self, items):
        every = self.model("Goal").objects
        used = {item.goal_id for item in items}
        goals = every.filter(plan_id=self.plan.pk) | every.filter(pk__in=used)
        kept = {}
        for goal in goals.order_by("pk"):
            kept[goal.pk] = self.model("KeptGoal").objects.create(
                period=self.period, goal_id=goal.pk, number=goal.number, name=goal.name
            )
        return kept

    def _facts_before(self, items):
        """Return, by item, what the first change after the closing says was before it."""
        facts = defaultdict(dict)
        events = self.model("Event").objects.filter(
            item_id__in=[item.pk for item in items], subject="item", at__gt=self.at
        )
        for item_id, old in events.order_by("pk").values_list("item_id", "old"):
            for name in ("number", "standard", "leads", "supporting", "outcome"):
                if name in old:
                    facts[item_id].setdefault(name, old[name])
        return facts

    def _number(self, item, old):
        match = _NUMBER.search(str(old.get("number", "")))
        return int(match[1]) if match else item.number

    def _duties(self, item, entry, old):
        """Return (unit key, duty, order) as the quarter had them."""
        now = defaultdict(list)
        for each in self.model("Responsibility").objects.filter(item_id=item.pk).order_by("order"):
            now[each.duty].append(each.unit_id)
        for duty, name in (("lead", "leads"), ("supporting", "supporting")):
            named = [self.named.get(each) for each in self._names(old.get(name))]
            if named and None not in named:
                now[duty] = named
        asked = entry.contributions.filter(duty="lead").order_by("order") if entry else ()
        leads = [each.unit_id for each in asked] or now["lead"]
        supporting = [each for each in now["supporting"] if each not in leads]
        return [
            (unit_id, duty, order)
            for duty, ids in (("lead", leads), ("supporting", supporting))
            for order, unit_id in enumerate(dict.fromkeys(ids), start=1)
        ]

    def _names(self, names):
        """Return units' names; an import's trail held their keys."""
        if not isinstance(names, list):
            return []
        return [
            self.units[each].name if isinstance(each, int) and each in self.units else each
            for each in names
        ]

    def _duty_row(self, row, unit_id, duty, order):
        return self.model("KeptResponsibility")(
            item=row,
            unit_id=unit_id,
            printed_name=self.units[unit_id].name,
            duty=duty,
            order=order,
        )

    def _leader_of(self, item, duties):
        if item.portfolio_leader_id:
            return item.portfolio_leader_id
        first = next((unit_id for unit_id, duty, order in duties if duty == "lead"), None)
        return self.units[first].portfolio_leader_id if first else None

    def _changes(self, item, row, entry):
        """Return what happened to the item since the quarter before, and whether it stalled."""
        if self.period.follows_id is None:
            return "", False
        before = (
            self.model("Entry")
            .objects.filter(period_id=self.period.follows_id, item_id=item.pk)
            .select_related("status")
            .first()
        )
        done = bool(entry and entry.status and entry.status.is_completed)
        was_done = bool(before and before.status and before.status.is_completed)
        change = ""
        if row.outcome == "cancelled":
            change = "cancelled" if self._cancelled_here(item) else ""
        elif was_done and (not done or (entry and entry.reopened_at)):
            change = "reopened"
        elif done and not was_done:
            change = "completed"
        is_open = row.outcome == "live" and not done
        same = bool(
            entry
            and before
            and entry.status_id
            and (entry.status_id, entry.approved_text) == (before.status_id, before.approved_text)
        )
        silent = (
            (entry is None or entry.status_id is None)
            and not self._reported(entry)
            and before is not None
            and before.status_id is None
            and not self._reported(before)
        )
        return change, is_open and (same or silent)

    def _reported(self, entry):
        return (
            bool(entry)
            and entry.contributions.filter(
                duty="lead", state__in=["submitted", "approved"]
            ).exists()
        )

    def _cancelled_here(self, item):
        events = self.model("Event").objects.filter(item_id=item.pk, verb="cancel")
        since, until = self.period.follows.due_on, self.at
        return any(since < each.at.date() and each.at <= until for each in events)


class Migration(migrations.Migration):
    dependencies = [("targets", "0017_kept_quarters")]

    operations = [
        migrations.RunPython(follow_each_other, migrations.RunPython.noop),
        migrations.RunPython(name_origins, migrations.RunPython.noop),
        migrations.RunPython(keep_closed_quarters, migrations.RunPython.noop),
    ]
