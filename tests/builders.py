"""Plans of any size, made through the same actions and models as the site's own."""

from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from targets import actions
from targets.choices import Color, Duty, EvidenceKind
from targets.models import (
    Answer,
    Contribution,
    District,
    Entry,
    Evidence,
    Goal,
    Indicator,
    Instruction,
    Item,
    Period,
    Plan,
    Report,
    Responsibility,
    Sheet,
    Status,
    Unit,
    User,
)

DUE = date(2030, 6, 30)


def make_district(code: str = "999999") -> District:
    """Make a district with the two usual statuses."""
    district = District.objects.create(code=code, name="测试区", office_name="测试区人民政府督查室")
    Status.objects.create(
        district=district,
        name="已完成",
        clause="已完成年度目标任务的",
        is_completed=True,
        order=1,
        color=Color.GREEN,
    )
    Status.objects.create(district=district, name="正在推进", clause="正在推进的", order=2)
    return district


def make_units(district: District, count: int) -> list[Unit]:
    """Make units 单位1, 单位2 and so on, in that order."""
    first = district.units.count() + 1
    return Unit.objects.bulk_create(
        Unit(district=district, name=f"单位{number}", order=number)
        for number in range(first, first + count)
    )


def make_plan(district: District, year: int = 2030) -> Plan:
    """Make an empty plan."""
    return Plan.objects.create(
        district=district, year=year, title=f"{year}年区《政府工作报告》确定的主要目标任务"
    )


def make_item(
    goal: Goal, number: int, leads: list[Unit], supporting: list[Unit] | None = None
) -> Item:
    """Make an item with its lead units in order, and supporting units."""
    item = Item.objects.create(goal=goal, number=number, standard=f"完成第{number}件实事。")
    duties = [(Duty.LEAD, leads), (Duty.SUPPORTING, supporting or [])]
    Responsibility.objects.bulk_create(
        Responsibility(item=item, unit=unit, duty=duty, order=order)
        for duty, units in duties
        for order, unit in enumerate(units, start=1)
    )
    return item


def fill_plan(plan: Plan, units: list[Unit], items: int, per_goal: int = 10) -> None:
    """Give a plan many items, each led by one unit and every third by two."""
    for start in range(0, items, per_goal):
        number = start // per_goal + 1
        goal = Goal.objects.create(plan=plan, number=number, name=f"目标{number}")
        for index in range(start, min(start + per_goal, items)):
            leads = [units[index % len(units)]]
            if index % 3 == 0 and len(units) > 1:
                leads.append(units[(index + 1) % len(units)])
            make_item(goal, index - start + 1, leads)


def open_quarter(plan: Plan, office: User, number: int = 1, due_on: date | None = None) -> Period:
    """Prepare and open a quarter, due on 30 June of its year unless told."""
    period = actions.create_period(plan=plan, number=number, by=office)
    due_on = due_on or DUE.replace(year=plan.year)
    return actions.open_period(period=period, due_on=due_on, by=office)


def contribution_of(period: Period, item: Item, unit: Unit) -> Contribution:
    """Fetch one unit's contribution as it is now."""
    return Contribution.objects.select_related("entry").get(
        entry__period=period, entry__item=item, unit=unit
    )


def entry_of(period: Period, item: Item) -> Entry:
    """Fetch an item's entry as it is now."""
    return Entry.objects.with_item().get(period=period, item=item)


def submit(
    contribution: Contribution, by: User, text: str = "已完成全年任务的一半。"
) -> Contribution:
    """Write and submit a contribution as one of its unit's accounts."""
    return actions.submit_contribution(
        contribution=contribution, version=contribution.version, report=Report(text), by=by
    )


def attach(
    contribution: Contribution,
    by: User,
    name: str = "证明.pdf",
    content: bytes = b"%PDF-1.4\n%%EOF\n",
    kind: EvidenceKind = EvidenceKind.EVIDENCE,
) -> Evidence:
    """Attach a file as one of the unit's accounts."""
    file = SimpleUploadedFile(name, content)
    return actions.attach_evidence(contribution=contribution, file=file, kind=kind, by=by)


def paper_instruction(
    to: Item | Unit, by: User, *, scan: bytes | None = None, **facts: object
) -> Instruction:
    """Register an instruction that was written on paper today, as the office."""
    paper = actions.OnPaper(
        **{"giver": "区长", "given_on": timezone.localdate(), "text": "请抓紧落实。", **facts}
    )
    file = None if scan is None else SimpleUploadedFile("批示件.pdf", scan)
    return actions.register_instruction(paper=paper, addressees=[to], scan=file, by=by)[0]


def sheet_on(to: Item | Unit, by: User) -> Sheet:
    """Issue a sheet about an instruction whose last day is today."""
    due = {"follow_up": "请抓紧办理。", "due_on": timezone.localdate()}
    return actions.issue_sheet(instruction=paper_instruction(to, by, **due), by=by)


def answer(instruction: Instruction, by: User, text: str = "已经办理。") -> Answer:
    """Hand in a unit's first answer to an instruction."""
    return actions.submit_answer(instruction=instruction, version=1, text=text, by=by)


def measure(
    item: Item, by: User, *, name: str = "新建足球场", target: str = "20", measure: str = "块"
) -> Indicator:
    """Measure an item by one more number, as the office."""
    promised = actions.Promised(
        name=name, kind="cumulative", measure=measure, target=Decimal(target)
    )
    return actions.accept_indicator(item=item, promised=promised, by=by)


def approve(entry: Entry, by: User, status: str = "正在推进", text: str = "核定的表述。") -> Entry:
    """Judge an entry as the office; a reason is given, so missing leads do not matter.

    Later quarters that go on from it stay as they are.
    """
    entry = Entry.objects.with_item().get(pk=entry.pk)
    return actions.approve_entry(
        entry=entry,
        version=entry.version,
        status=Status.objects.get(district_id=entry.period.plan.district_id, name=status),
        approved_text=text,
        reason="按现有材料核定。",
        is_forwarded=False,
        by=by,
    )
