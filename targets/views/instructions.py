"""Leaders' instructions: given on an item, followed up and closed by the office."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from targets import access, actions
from targets.choices import InstructionKind, Role
from targets.forms.instructions import FinishForm, FollowUpForm, GiveInstructionForm
from targets.models import Instruction, called_at
from targets.views.confirm import ask_and_do


@access.role_required(Role.OFFICE, Role.LEADER, Role.UNIT)
@require_safe
def list_instructions(request: HttpRequest) -> HttpResponse:
    """List the instructions that the reader may see: a leader's own first, then by due date."""
    today = timezone.localdate()
    kind = request.GET.get("kind")
    if kind not in InstructionKind:
        kind = InstructionKind.OPEN
    rows = Instruction.objects.readable_by(request.user).with_item().of_kind(kind, today)
    context = {
        "rows": rows.newest_own_first(request.user)[:500],
        "today": today,
        "kind": kind,
        "tabs": [
            (label, f"{request.path}?kind={key}", key == kind)
            for key, label in InstructionKind.choices
        ],
    }
    return render(request, "targets/instructions.html", context)


@access.role_required(Role.LEADER)
@require_http_methods(["GET", "HEAD", "POST"])
def give_instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave an instruction on an item."""
    item = access.get_item(request.user, pk)
    return ask_and_do(
        request,
        form=GiveInstructionForm(request.POST or None),
        action=actions.give_instruction,
        heading=f"对事项{item}作出批示",
        note=item.standard,
        button="作出批示",
        done="批示已作出，督查室和责任单位已可见。",
        back=item.get_absolute_url(),
        item=item,
    )


@access.role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up_instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn an instruction into a follow-up with a due date, or change both."""
    instruction = access.get_instruction(request.user, pk)
    return ask_and_do(
        request,
        form=FollowUpForm(request.POST or None, instruction=instruction),
        action=actions.follow_up_instruction,
        heading=f"转办批示：事项{instruction.item}",
        note=_given(instruction),
        button="转办",
        done="已转办，责任单位可以看到督办要求和期限。",
        back=reverse("targets:instructions"),
        instruction=instruction,
    )


@access.role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def finish_instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a follow-up with its outcome."""
    instruction = access.get_instruction(request.user, pk)
    return ask_and_do(
        request,
        form=FinishForm(request.POST or None),
        action=actions.finish_instruction,
        heading=f"办结批示：事项{instruction.item}",
        note=f"{_given(instruction)}\n督办要求：{instruction.follow_up}",
        button="办结",
        done="批示已办结。",
        back=reverse("targets:instructions"),
        instruction=instruction,
    )


def _given(instruction: Instruction) -> str:
    """Return an instruction with who gave it, as he was called then."""
    giver = called_at(instruction.given_by, instruction.given_at)
    return f"{giver}批示：{instruction.text}"
