"""A year's plan and its goals, written by the office."""

from django.db import transaction

from targets.choices import Verb
from targets.models import District, Goal, Plan, Status, User, record_event
from targets.refusals import Refused, required_reason
from targets.rules import REASON_LIMIT


@transaction.atomic
def create_plan(
    *, year: int, title: str, stated_unit_total: int | None = None, reason: str = "", by: User
) -> Plan:
    """Begin a year's plan; goals and items follow."""
    if not by.is_office:
        raise Refused("只有督查室可以建立年度任务。")
    district = District.objects.select_for_update().get(pk=by.district_id or 0)
    if Plan.objects.filter(district=district, year=year).exists():
        raise Refused(f"{year}年度任务已经建立。")
    plan = Plan.objects.create(
        district=district, year=year, title=title, stated_unit_total=stated_unit_total
    )
    record_event(
        by=by,
        verb=Verb.CREATE,
        subject=plan,
        new={"year": year, "title": title, "stated_unit_total": stated_unit_total},
        reason=reason,
    )
    return plan


@transaction.atomic
def change_plan(
    *, plan: Plan, title: str, stated_unit_total: int | None, reason: str, by: User
) -> Plan:
    """Change how a plan is called in documents, and how many units it says it has."""
    reason = required_reason(reason, REASON_LIMIT)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    _check_office(by, plan)
    was = {"title": plan.title, "stated_unit_total": plan.stated_unit_total}
    plan.title, plan.stated_unit_total = title, stated_unit_total
    plan.save()
    record_event(
        by=by,
        verb=Verb.CHANGE,
        subject=plan,
        old=was,
        new={"title": title, "stated_unit_total": stated_unit_total},
        reason=reason,
    )
    return plan


@transaction.atomic
def add_goal(*, plan: Plan, number: int, name: str, reason: str = "", by: User) -> Goal:
    """Add a goal to a plan."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    _check_office(by, plan)
    _check_number(plan, number)
    goal = Goal.objects.create(plan=plan, number=number, name=name)
    record_event(
        by=by,
        verb=Verb.CREATE,
        subject=goal,
        new={"number": number, "name": name},
        reason=reason,
    )
    return goal


@transaction.atomic
def change_goal(*, goal: Goal, number: int, name: str, reason: str, by: User) -> Goal:
    """Change a goal's number or name, with a reason."""
    reason = required_reason(reason, REASON_LIMIT)
    plan = Plan.objects.select_for_update().get(pk=goal.plan_id)
    goal = Goal.objects.get(pk=goal.pk)
    _check_office(by, plan)
    if number != goal.number:
        _check_number(plan, number)
    was = {"number": goal.number, "name": goal.name}
    goal.number, goal.name = number, name
    goal.save()
    record_event(
        by=by,
        verb=Verb.CHANGE,
        subject=goal,
        old=was,
        new={"number": number, "name": name},
        reason=reason,
    )
    return goal


@transaction.atomic
def count_status(*, status: Status, is_completed: bool, reason: str, by: User) -> Status:
    """Let a status count as completed from now on, or no longer; closed quarters keep theirs."""
    reason = required_reason(reason, REASON_LIMIT)
    status = Status.objects.select_for_update().get(pk=status.pk)
    if not by.is_office or by.district_id != status.district_id:
        raise Refused("只有督查室可以修改完成状态。")
    if status.is_completed == is_completed:
        raise Refused("没有变化，无需修改。")
    was = status.is_completed
    status.is_completed = is_completed
    status.save()
    record_event(
        by=by,
        verb=Verb.CHANGE,
        subject=status,
        old={"is_completed": was},
        new={"is_completed": is_completed},
        reason=reason,
    )
    return status


def _check_office(by: User, plan: Plan) -> None:
    if not by.is_office or by.district_id != plan.district_id:
        raise Refused("只有督查室可以修改年度任务。")


def _check_number(plan: Plan, number: int) -> None:
    if plan.goals.filter(number=number).exists():
        raise Refused(f"该年度已有第{number}个目标，请换一个序号。")
