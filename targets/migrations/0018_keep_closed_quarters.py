"""Let quarters name the one they follow, and keep what those closed before consisted of."""

from django.db import migrations
from django.utils import timezone

ITEM = (
    "number",
    "is_numbered",
    "standard",
    "outcome",
    "cancelled_reason",
    "stays_counted",
)


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
    """Keep the quarters that are closed, as the version before showed them.

    What they consisted of on the day of their closing nobody wrote down; what was printed of
    them then stands in the issued circulars, which nothing changes.
    """
    Period = apps.get_model("targets", "Period")
    closed = Period.objects.filter(state="closed", kept_at=None)
    for period in closed.select_related("plan__district", "follows").order_by("pk"):
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
        items = list(self.model("Item").objects.filter(goal__plan_id=self.plan.pk).order_by("pk"))
        goals = self._keep_goals()
        accounts = {each.pk: each for each in self.model("User").objects.all()}
        rows = []
        for item in items:
            entry = entries.get(item.pk)
            duties = list(
                self.model("Responsibility")
                .objects.filter(item_id=item.pk)
                .order_by("duty", "order")
            )
            leader = accounts.get(self._leader_of(item, duties))
            row = self.model("KeptItem")(
                period=self.period,
                item_id=item.pk,
                goal=goals[item.goal_id],
                entry=entry,
                leader=leader,
                leader_name=leader.name if leader else "",
                leader_username=leader.username if leader else "",
                **{name: getattr(item, name) for name in ITEM},
            )
            row.kept_change, row.kept_stalled = self._changes(item, entry)
            row.save()
            rows += [self._duty_row(row, duty) for duty in duties]
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

    def _keep_goals(self):
        return {
            goal.pk: self.model("KeptGoal").objects.create(
                period=self.period, goal_id=goal.pk, number=goal.number, name=goal.name
            )
            for goal in self.model("Goal").objects.filter(plan_id=self.plan.pk).order_by("pk")
        }

    def _duty_row(self, row, duty):
        return self.model("KeptResponsibility")(
            item=row,
            unit_id=duty.unit_id,
            printed_name=self.units[duty.unit_id].name,
            duty=duty.duty,
            order=duty.order,
        )

    def _leader_of(self, item, duties):
        if item.portfolio_leader_id:
            return item.portfolio_leader_id
        first = next((each.unit_id for each in duties if each.duty == "lead"), None)
        return self.units[first].portfolio_leader_id if first else None

    def _changes(self, item, entry):
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
        if item.outcome == "cancelled":
            change = "cancelled" if self._cancelled_here(item) else ""
        elif was_done and (not done or (entry and entry.reopened_at)):
            change = "reopened"
        elif done and not was_done:
            change = "completed"
        is_open = item.outcome == "live" and not done
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
