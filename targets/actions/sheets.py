"""Supervision sheets (督办单): issued in steps by the district's rule, received by the units."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format

from targets.actions.outbox import queue_to_unit
from targets.choices import SheetStep, Verb
from targets.models import District, Instruction, Sheet, SheetReceipt, User, record_event
from targets.refusals import Refused

FARTHEST_DAY = 365


@transaction.atomic
def change_sheet_rule(*, district: District, days: Sequence[int], by: User) -> District:
    """Set from which day after the due date (0: that day) a sheet is blue, yellow, red."""
    if not by.is_office or by.district_id != district.pk:
        raise Refused("只有督查室可以设定督办单分级。")
    blue, yellow, red = days
    if not 0 <= blue < yellow < red <= FARTHEST_DAY:
        raise Refused(f"蓝色、黄色、红色的天数须依次增加，从0到{FARTHEST_DAY}，请修改。")
    district = District.objects.select_for_update().get(pk=district.pk)
    was = list(district.sheet_days)
    if was != list(days):
        district.sheet_days = list(days)
        district.save()
        record_event(
            by=by,
            verb=Verb.CHANGE,
            subject=district,
            old={"sheet_days": was},
            new={"sheet_days": list(days)},
        )
    return district


def step_due(instruction: Instruction, days: Sequence[int], today: date) -> SheetStep | None:
    """Return the step that an instruction has reached by a district's rule; None: not yet any."""
    if instruction.due_on is None or not instruction.follow_up or instruction.done_at:
        return None
    over = (today - instruction.due_on).days
    reached = [step for step, day in zip(SheetStep, days, strict=True) if over >= day]
    return reached[-1] if reached else None


@transaction.atomic
def issue_sheet(*, instruction: Instruction, by: User) -> Sheet:
    """Issue the sheet of the step that is reached today, under the district's next number."""
    district_id = instruction.place().district_id
    if not by.is_office or district_id is None or by.district_id != district_id:
        raise Refused("只有督查室可以印发督办单。")
    # One after the other: the numbers of a year have no gap.
    district = District.objects.select_for_update().get(pk=district_id)
    Instruction.objects.select_for_update().get(pk=instruction.pk)
    instruction = Instruction.objects.with_item().get(pk=instruction.pk)
    today = timezone.localdate()
    step = step_due(instruction, district.sheet_days, today)
    if step is None or instruction.due_on is None:
        raise Refused(not_due_yet(instruction, district.sheet_days))
    if instruction.sheets.filter(step__in=_from(step)).exists():
        raise Refused(f"{step.label}督办单已经印发，不再重复。")
    sheets = Sheet.objects.filter(district=district, year=today.year)
    sheet = Sheet.objects.create(
        district=district,
        year=today.year,
        number=(sheets.aggregate(last=Max("number"))["last"] or 0) + 1,
        instruction=instruction,
        step=step,
        office_name=district.office_name,
        subject=f"{instruction.item}　{instruction.item.standard}" if instruction.item else "",
        follow_up=instruction.follow_up,
        due_on=instruction.due_on,
        issued_by=by,
    )
    units = instruction.asked_units()
    for unit in units:
        SheetReceipt.objects.create(sheet=sheet, unit=unit)
    facts: dict[str, Any] = {"step": step.label, "units": [unit.name for unit in units]}
    facts["due_on"] = sheet.due_on.isoformat()
    record_event(by=by, verb=Verb.ISSUE, subject=sheet, new=facts)
    for unit in units:
        queue_to_unit(
            unit=unit,
            subject=f"【督办】{step.label}督办单：{instruction.about}批示",
            body=f"{sheet}（{step.label}）已印发，{instruction.about}批示的落实期限为"
            f"{date_format(sheet.due_on)}，尚未办结。请登录系统签收，抓紧办理并回复。",
            office_name=district.office_name,
        )
    return sheet


def _from(step: SheetStep) -> list[SheetStep]:
    """Return a step and those above it."""
    steps = list(SheetStep)
    return steps[steps.index(step) :]


def not_due_yet(instruction: Instruction, days: Sequence[int]) -> str:
    """Return why no sheet is due on an instruction, and from when one is."""
    if instruction.done_at:
        return "该批示已办结，不再印发督办单。"
    if not instruction.follow_up or instruction.due_on is None:
        return "该批示尚未转办。请先填写督办要求和落实期限。"
    # A day typed at the end of the calendar has none after it.
    first = instruction.due_on + timedelta(days=min(days[0], (date.max - instruction.due_on).days))
    return f"按本区的规定，{first.year}年{first.month}月{first.day}日起可以印发蓝色督办单。"


@transaction.atomic
def receive_sheet(*, sheet: Sheet, by: User) -> Sheet:
    """Note who received a sheet for his unit, and when; the first to do so stands there."""
    found = SheetReceipt.objects.select_for_update().filter(sheet=sheet, unit=by.unit_id).first()
    if not by.is_unit or found is None:
        raise Refused("只有督办单发往的单位可以签收。")
    if found.received_at is not None:
        raise Refused("本单位已经签收，不必重复。")
    found.received_at, found.received_by = timezone.now(), by
    found.save()
    place = sheet.place()._replace(unit_id=found.unit_id)
    record_event(by=by, verb=Verb.RECEIVE, subject=sheet, place=place, new={"unit": str(by.unit)})
    return sheet
