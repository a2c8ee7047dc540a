"""A district's data as it lay in the tables of the first migrations.

There is no earlier release yet whose data could be kept for the tests; this stands for it. It is
written through the models as the migrations describe them, not as they are today: a migration
that follows has to carry along what is here.
"""

import json
from pathlib import Path

from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

FIRST = (("targets", "0001_initial"), ("reports", "0001_circulars"))
PLAN = Path(__file__).resolve().parents[2] / "fixtures" / "2020.json"

# What a row of the plan is called by the rows that refer to it.
NAMED_BY = {
    "district": ("code",),
    "status": ("district", "name"),
    "plan": ("district", "year"),
    "period": ("plan", "number"),
    "unit": ("district", "name"),
    "goal": ("plan", "number"),
    "item": ("goal", "number"),
}


def fill() -> None:
    """Make the first tables and fill them: the real plan, a quarter's reports, a circular."""
    for label, name in FIRST:
        call_command("migrate", label, name, verbosity=0, skip_checks=True)
    apps = MigrationLoader(connection).project_state(list(FIRST)).apps
    with transaction.atomic():
        load_plan(apps)
        office, reporter = add_accounts(apps)
        report_quarter(apps, reporter)
        issue_circular(apps, office)


def load_plan(apps: Apps) -> None:
    known: dict[tuple, int] = {}
    for row in json.loads(PLAN.read_text(encoding="utf-8")):
        model, values = apps.get_model(row["model"]), {}
        for name, value in row["fields"].items():
            field = model._meta.get_field(name)
            if field.is_relation:
                value = known[field.related_model._meta.model_name, *value]
            values[field.attname] = value
        made = model.objects.create(**values)
        kind = model._meta.model_name
        own = [row["fields"][name] for name in NAMED_BY.get(kind, ())]
        parts = [part for each in own for part in (each if isinstance(each, list) else [each])]
        known[kind, *parts] = made.pk


def add_accounts(apps: Apps) -> tuple[models.Model, models.Model]:
    accounts = apps.get_model("targets", "User").objects
    district = apps.get_model("targets", "District").objects.get()
    unit = apps.get_model("targets", "Unit").objects.earliest("order")
    known = {"district": district, "password": "unusable"}
    office = accounts.create(username="office", name="督查室", role="office", **known)
    return office, accounts.create(username="unit-01", name="填报人", unit=unit, **known)


def report_quarter(apps: Apps, reporter: models.Model) -> None:
    """Open the second quarter; every lead has handed in, and the trail says so."""
    plan = apps.get_model("targets", "Plan").objects.get()
    period = plan.periods.create(number=2, state="open", due_on="2030-06-30")
    events = apps.get_model("targets", "Event").objects
    now = timezone.now()
    duties = apps.get_model("targets", "Responsibility").objects.filter(duty="lead")
    for duty in duties.select_related("item", "unit"):
        entry, _ = period.entries.get_or_create(item=duty.item)
        part = entry.contributions.create(
            unit=duty.unit,
            order=duty.order,
            state="submitted",
            text=f"{duty.unit.name}：完成投资{duty.pk}亿元，𠮷。\n",
            version=2,
            saved_at=now,
            saved_by=reporter,
            submitted_at=now,
            submitted_by=reporter,
        )
        events.create(
            district_id=plan.district_id,
            by=reporter,
            actor=reporter.username,
            address="10.0.0.1",
            verb="submit",
            subject="contribution",
            subject_id=part.pk,
            subject_name=f"{duty.unit.name}的填报",
            item=duty.item,
            unit=duty.unit,
            old={"state": "draft"},
            new={"state": "submitted", "text": part.text},
        )


def issue_circular(apps: Apps, office: models.Model) -> None:
    period = apps.get_model("targets", "Period").objects.get(number=1)
    circular = apps.get_model("reports", "Circular").objects.create(
        district_id=office.district_id,
        period=period,
        state="issued",
        year=2020,
        number=2,
        dated="2020-04-28",
        title="关于2020年第一季度\n完成情况的通报",
        body="总体情况。",
        issuer="督查室",
        reader="核稿人",
        signer="签发人",
        content={"rows": [["增长7.8%以上", None, 1]]},
        issued_at=timezone.now(),
        issued_by=office,
    )
    data = bytes(range(256)) * 40
    circular.files.create(kind="pdf", data=data, size=len(data), sha256="0" * 64)
