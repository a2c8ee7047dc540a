"""Load the demonstration: the real plan, an open second quarter, and an account for each role."""

import csv
import json
import os
import secrets
from dataclasses import replace
from datetime import date, timedelta

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from reports.circulars.actions import draft_circular, edit_circular
from targets import actions
from targets.choices import ItemOutcome, PeriodState, Role
from targets.models import (
    District,
    Indicator,
    IndicatorValue,
    Instruction,
    Item,
    Period,
    Plan,
    Unit,
    User,
)
from targets.reading.indicators import propose_indicators
from targets.statistics import refresh_statistics

DAYS_TO_REPORT = 30
FIXTURE = settings.BASE_DIR / "fixtures" / "2020.json"
# The accounts beside the units', in the order in which they are made.
ACCOUNTS = {
    "office": ("督查室", Role.OFFICE),
    "leader": ("区领导", Role.LEADER),
    "admin": ("系统管理员", Role.ADMINISTRATOR),
    "auditor": ("审计员", Role.AUDITOR),
}
PUBLISHED_ON, PUBLISHED_NUMBER = date(2020, 4, 28), 2  # fixtures/README.md

# A paper instruction and one lead's answer: ours, and they say so; the other lead has not answered.
INSTRUCTED = (4, 8)
INSTRUCTION = actions.OnPaper(
    giver="区领导（演示）",
    given_on=date(2020, 5, 6),
    text="（演示用，内容自拟）请两家牵头单位倒排工期，按月报告进展。",
    follow_up="（演示用，内容自拟）请各牵头单位书面回复工期安排。",
)
ANSWER = "（演示用，内容自拟）工期已经排定，按月报告。"


def _is_demonstration() -> bool:
    """Tell whether the database holds the demonstration, and what was entered into it since.

    Its one district is the fixture's, and its accounts are the first that were ever made.
    """
    fixture = json.loads(FIXTURE.read_text())
    codes = {each["fields"]["code"] for each in fixture if each["model"] == "targets.district"}
    first = User.objects.order_by("pk").values_list("username", flat=True)[: len(ACCOUNTS)]
    districts = set(District.objects.values_list("code", flat=True))
    return districts == codes and list(first) == [*ACCOUNTS]


class Command(BaseCommand):
    help = "Load the demonstration; what is there already is kept."

    def handle(self, *args: object, **options: object) -> None:
        password = os.environ.get("DEMO_PASSWORD") or None
        is_empty = not (District.objects.exists() or User.objects.exists())
        if not is_empty and not _is_demonstration():
            raise CommandError(
                "数据库中已有数据，且不是演示数据；未作任何改动。"
                "请另建一个空的数据库，或用VAR_DIR另指一个文件夹，再加载演示。"
            )
        if is_empty:
            password = password or secrets.token_urlsafe(9)
            with transaction.atomic():
                self._load(password)
            refresh_statistics()
            self.stdout.write(
                "Accounts: office, leader, admin, auditor, unit-01 ... unit-54;"
                f" password: {password}"
            )
        elif password:
            self._set_passwords(password)
            self.stdout.write("Data kept; the demonstration's accounts have DEMO_PASSWORD.")
        else:
            self.stdout.write("Data and passwords kept; set DEMO_PASSWORD to give a new one.")
        if not is_empty:
            self._bring_up_to_date()
        self._keep_workable()

    def _bring_up_to_date(self) -> None:
        """Add what an older demonstration has not; say what, and leave what was entered."""
        plan = Plan.objects.filter(year=2020).first()
        office = User.objects.filter(username="office", role=Role.OFFICE).first()
        added = []
        if plan and office:
            with transaction.atomic():
                added = [self._add_indicators(plan, office), self._instruct(plan, office)]
        told = "，".join(filter(None, added))
        if told:
            refresh_statistics()
        self.stdout.write(
            f"补充：{told}。原有内容未改动。" if told else "没有要补充的内容；原有内容未改动。"
        )

    def _add_indicators(self, plan: Plan, office: User) -> str:
        """Read indicators and values where there are none yet; return what was added, in words."""
        indicators = Indicator.objects.filter(item__goal__plan=plan)
        if indicators:
            return ""
        self._read_the_first_quarter(plan, office)
        values = IndicatorValue.objects.filter(indicator__item__goal__plan=plan)
        return (
            f"从工作标准读出的指标{indicators.count()}项，第一季度通报文字中的数值"
            f"{values.count()}个（均为演示用的自行解读）"
        )

    def _instruct(self, plan: Plan, office: User) -> str:
        """Register a paper instruction with an answer, once; return what was added, in words."""
        goal, number = INSTRUCTED
        item = Item.objects.filter(
            goal__plan=plan, goal__number=goal, number=number, outcome=ItemOutcome.LIVE
        ).first()
        if item is None or Instruction.objects.filter(text=INSTRUCTION.text).exists():
            return ""
        due_on = timezone.localdate() + timedelta(days=DAYS_TO_REPORT)
        paper = replace(INSTRUCTION, due_on=due_on)
        [given] = actions.register_instruction(paper=paper, addressees=[item], scan=None, by=office)
        leads = given.asked_units()
        account = User.objects.filter(unit=leads[0], is_active=True).first() if leads else None
        if account is None:
            return "纸质批示1件（演示用，内容自拟）"
        actions.submit_answer(instruction=given, version=1, text=ANSWER, by=account)
        return "纸质批示1件和1家单位的回复（演示用，内容自拟）"

    def _load(self, password: str) -> None:
        call_command("loaddata", str(FIXTURE), verbosity=0)
        for period in Period.objects.filter(state=PeriodState.CLOSED):
            actions.keep_published_quarter(period=period, printed=_names_as_printed())
        district = District.objects.get()
        for username, (name, role) in ACCOUNTS.items():
            self._account(password, username, name, role, district)
        office = User.objects.get(username="office")
        for unit in Unit.objects.all():
            username = f"unit-{unit.order:02}"
            self._account(password, username, unit.name, Role.UNIT, district, unit=unit)
        plan = Plan.objects.get()
        # Cancelled, in the source's own words, yet counted among the 82.
        cancelled = Item.objects.get(goal__plan=plan, goal__number=4, number=9)
        text = cancelled.entries.get().approved_text
        actions.cancel_item(item=cancelled, reason=text, stays_counted=True, by=office)
        period = actions.create_period(plan=plan, number=2, by=office)
        due_on = timezone.localdate() + timedelta(days=DAYS_TO_REPORT)
        actions.open_period(period=period, due_on=due_on, by=office)
        self._read_the_first_quarter(plan, office)
        self._draft_published_circular(plan, office)
        self._instruct(plan, office)

    def _read_the_first_quarter(self, plan: Plan, office: User) -> None:
        """Accept what the standards promise in numbers, and supplement the first quarter's values.

        The circular prints no indicators: these are our reading of its words.
        """
        items = Item.objects.filter(goal__plan=plan, outcome=ItemOutcome.LIVE)
        items = items.select_related("goal").in_print_order()
        actions.decide_proposals(
            plan=plan,
            decisions=[
                actions.Decision(item, actions.promised_by(proposal), is_accepted=True)
                for item in items
                for proposal in propose_indicators(item.standard)
            ],
            by=office,
        )
        period = plan.periods.get(number=1)
        if period.state != PeriodState.CLOSED:
            return
        actions.supplement_values(
            period=period,
            figures={
                pk: actions.figure_read(reading)
                for pk, reading in actions.readings_in_texts(period).items()
            },
            reason="依据已印发的第一季度通报文字读出，指标和数值均为演示用的自行解读。",
            by=office,
        )

    def _draft_published_circular(self, plan: Plan, office: User) -> None:
        """Draft the first quarter's circular under its published number and date."""
        period = plan.periods.select_related("plan__district").get(number=1)
        circular = draft_circular(period=period, by=office, dated=PUBLISHED_ON)
        edit_circular(
            circular=circular,
            version=circular.version,
            by=office,
            first_number=PUBLISHED_NUMBER,
            first_number_reason="第1期已另行印发。",
        )

    def _account(
        self,
        password: str,
        username: str,
        name: str,
        role: Role,
        district: District,
        unit: Unit | None = None,
    ) -> User:
        user = User(username=username, name=name, role=role, district=district, unit=unit)
        # One hash for all: hashing 58 times would take a quarter of a minute.
        if not hasattr(self, "_hash"):
            user.set_password(password)
            self._hash = user.password
        user.password = self._hash
        user.save()
        return user

    def _set_passwords(self, password: str) -> None:
        user = User(username="office")
        user.set_password(password)
        User.objects.filter(
            username__regex=r"^(office|leader|admin|auditor|unit-[0-9]{2})$"
        ).update(password=user.password)

    def _keep_workable(self) -> None:
        """Move a due date that has passed, so that the demonstration can always be worked on."""
        today = timezone.localdate()
        office = User.objects.filter(username="office").first()
        if office is None:
            return
        for period in Period.objects.filter(state=PeriodState.OPEN, number=2, due_on__lt=today):
            due_on = today + timedelta(days=DAYS_TO_REPORT)
            actions.change_period(
                period=period,
                due_on=due_on,
                remind_days=period.remind_days,
                head_signs=period.head_signs,
                evidence_required=period.evidence_required,
                by=office,
            )
        given = Instruction.objects.filter(text=INSTRUCTION.text, due_on__lt=today, done_at=None)
        for each in given.with_item():
            due_on = today + timedelta(days=DAYS_TO_REPORT)
            actions.follow_up_instruction(
                instruction=each, follow_up=each.follow_up, due_on=due_on, by=office
            )


def _names_as_printed() -> dict[tuple[int, int], list[str]]:
    """Return the lead units as the published annex prints them, by goal and item."""
    with (FIXTURE.parent / "source" / "annex.csv").open(encoding="utf-8", newline="") as file:
        return {
            (int(row["goal_no"]), int(row["item_no"])): row["lead_units_as_printed"].split("|")
            for row in csv.DictReader(file)
        }
