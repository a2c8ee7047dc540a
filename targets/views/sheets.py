"""Supervision sheets (督办单): the rule for their steps, issued, printed, received."""

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from targets import access, actions
from targets.choices import Role
from targets.forms.steering import SheetRuleForm
from targets.models import Sheet, SheetReceipt
from targets.views.confirm import ask_and_do

MOST_SHEETS = 500  # listed on the page


@access.role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def change_sheet_rule(request: HttpRequest) -> HttpResponse:
    """Set from which day after the due date sheets are blue, yellow, red."""
    district = request.user.own_district
    form = SheetRuleForm(request.POST if request.method == "POST" else None, district=district)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_sheet_rule(district=district, days=form.days(), by=request.user)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "督办单分级已保存。")
            return redirect("settings")
    context = {
        "form": form,
        "heading": "督办单分级",
        "note": "批示到期未办结的，按逾期天数印发蓝色、黄色、红色督办单。"
        "期限当日为0。修改后只影响以后印发的督办单。",
        "button": "保存",
        "back": reverse("settings"),
    }
    return render(request, "targets/confirm.html", context)


@access.role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def issue_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then issue the sheet of the step that an instruction has reached."""
    instruction = access.get_instruction(request.user, pk)
    days, today = request.user.own_district.sheet_days, timezone.localdate()
    step = actions.step_due(instruction, days, today)
    if step is None:
        messages.error(request, actions.not_due_yet(instruction, days))
        return redirect(instruction)
    units = "、".join(unit.name for unit in instruction.asked_units())
    return ask_and_do(
        request,
        form=forms.Form(request.POST if request.method == "POST" else None),
        action=actions.issue_sheet,
        heading=f"印发{step.label}督办单",
        note=f"发往{units}：{instruction.follow_up}\n印发后编号，不能修改或撤回。",
        button="印发",
        done=f"{step.label}督办单已印发，可以打印；单位在系统中签收。",
        back=instruction.get_absolute_url(),
        danger=True,
        instruction=instruction,
    )


@access.role_required(Role.OFFICE, Role.LEADER, Role.UNIT)
@require_safe
def list_sheets(request: HttpRequest) -> HttpResponse:
    """List the sheets that the reader may see, the newest first, with who received them."""
    receipts = SheetReceipt.objects.select_related("unit")
    sheets = Sheet.objects.readable_by(request.user).select_related(
        "instruction__item__goal", "instruction__unit"
    )
    context = {
        "sheets": sheets.prefetch_related(Prefetch("receipts", receipts))[:MOST_SHEETS],
        "trail": [("领导批示", reverse("targets:instructions"))],
    }
    return render(request, "targets/sheets.html", context)


@access.role_required(Role.OFFICE, Role.LEADER, Role.UNIT)
@require_safe
def show_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a sheet as it is printed, with who received it."""
    sheet = access.get_sheet(request.user, pk)
    receipts = list(sheet.receipts.select_related("unit", "received_by"))
    own = [each for each in receipts if each.unit_id == request.user.unit_id]
    context = {
        "sheet": sheet,
        "instruction": sheet.instruction,
        "receipts": receipts,
        "may_receive": any(each.received_at is None for each in own),
        "trail": [
            ("领导批示", reverse("targets:instructions")),
            (sheet.instruction.title, sheet.instruction.get_absolute_url()),
        ],
    }
    return render(request, "targets/sheet.html", context)


@access.role_required(Role.UNIT)
@require_POST
def receive_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the unit received a sheet."""
    sheet = access.get_sheet(request.user, pk)
    try:
        actions.receive_sheet(sheet=sheet, by=request.user)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已签收{sheet}。")
    return redirect(sheet)
