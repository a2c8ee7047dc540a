"""Leaders' instructions: typed or registered, followed up and closed by the office."""

from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from targets import access, actions
from targets.choices import ANSWERED, AnswerState, InstructionKind, ItemOutcome, Role, SheetStep
from targets.forms.instructions import (
    ANSWER_FIELDS,
    FinishForm,
    FollowUpForm,
    GiveInstructionForm,
    RegisterInstructionForm,
)
from targets.models import Instruction, Item, Plan, Sheet
from targets.rules import REASON_LIMIT
from targets.views.confirm import ask_and_do
from targets.views.evidence import hand_over

MOST_LISTED = 500


@access.role_required(Role.OFFICE, Role.LEADER, Role.UNIT)
@require_safe
def list_instructions(request: HttpRequest) -> HttpResponse:
    """List the instructions that the reader may see: a leader's own first, then by due date."""
    today = timezone.localdate()
    asked = request.GET.get("kind", "")
    kind = InstructionKind(asked) if asked in InstructionKind else InstructionKind.OPEN
    rows = Instruction.objects.readable_by(request.user).with_item().with_answers(request.user)
    former = Instruction.objects.none()
    if request.user.is_unit and kind == InstructionKind.ALL:
        former = Instruction.objects.shown_to(request.user).filter(Q(is_former=True)).with_item()
    context = {
        "former": former.order_by("-pk")[:MOST_LISTED],
        "rows": rows.of_kind(kind, today).newest_own_first(request.user)[:MOST_LISTED],
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
    has_ended = item.outcome != ItemOutcome.LIVE
    return ask_and_do(
        request,
        form=GiveInstructionForm(request.POST or None),
        action=actions.give_instruction,
        heading=f"对事项{item}作出批示",
        note=f"该事项{item.get_outcome_display()}。\n{item.standard}"
        if has_ended
        else item.standard,
        button="作出批示",
        done="批示已作出，督查室和责任单位已可见。",
        back=item.get_absolute_url(),
        item=item,
    )


@access.role_required(Role.OFFICE, Role.LEADER, Role.UNIT)
@require_safe
def show_instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one instruction: what was asked, by when, and what came of it."""
    user = request.user
    instruction = access.get_shown_instruction(user, pk)
    trail = [("领导批示", reverse("targets:instructions"))]
    if instruction.is_former:
        context = {"instruction": instruction, "fields": ANSWER_FIELDS, "trail": trail}
        return render(request, "targets/former_instruction.html", context)
    asked = instruction.asked_units() if instruction.follow_up else []
    states = dict(instruction.answers.values_list("unit_id", "state"))
    told = {each.unit_id for each in (*instruction.shown_answers, *instruction.sent_back)}
    may_answer = (
        user.unit_id in [each.pk for each in asked]
        and instruction.done_at is None
        and states.get(user.unit_id) not in ANSWERED
    )
    context = {
        "instruction": instruction,
        # A unit is told of itself alone.
        "unanswered": [each for each in asked if each.pk not in told and not user.is_unit],
        "sheets": Sheet.objects.readable_by(user)
        .filter(instruction=instruction)
        .prefetch_related("receipts__unit"),
        "step": _step_to_issue(request, instruction),
        "may_answer": may_answer,
        # What a browser still keeps of an answer that cannot be written any more.
        "is_closed": user.is_unit and not may_answer,
        "fields": ANSWER_FIELDS,
        "today": timezone.localdate(),
        "trail": trail,
    }
    return render(request, "targets/instruction.html", context)


@access.role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def register_instruction(request: HttpRequest) -> HttpResponse:
    """Register an instruction written on paper; from an item's page its number is filled in."""
    item = _named_item(request)
    plan = item.goal.plan if item else Plan.objects.visible_to(request.user).first()
    form = RegisterInstructionForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        plan=plan,
        today=timezone.localdate(),
        initial={"items": str(item) if item else ""},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        names = ("giver", "given_on", "text", "leader", "follow_up", "due_on", "on_ended")
        try:
            made = actions.register_instruction(
                paper=actions.OnPaper(**{name: given[name] for name in names}),
                addressees=[*given["items"], *given["units"]],
                scan=given["scan"],
                by=request.user,
            )
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记{len(made)}件批示。")
            return redirect(made[0] if len(made) == 1 else "targets:instructions")
    named = getattr(form, "cleaned_data", {}).get("items", [item] if item else [])
    context = {
        "form": form,
        # Asked only where an item has ended.
        "asks_on_ended": any(each.outcome != ItemOutcome.LIVE for each in named),
        "trail": [("领导批示", reverse("targets:instructions"))],
    }
    return render(request, "targets/register_instruction.html", context)


def _step_to_issue(request: HttpRequest, instruction: Instruction) -> SheetStep | None:
    """Return the step whose sheet the office may issue today, if it was not issued yet."""
    if not request.user.is_office:
        return None
    days = request.user.own_district.sheet_days
    step = actions.step_due(instruction, days, timezone.localdate())
    steps = list(SheetStep)
    issued = [steps.index(SheetStep(each.step)) for each in instruction.sheets.all()]
    return step if step and steps.index(step) > max(issued, default=-1) else None


def _named_item(request: HttpRequest) -> Item | None:
    """Return the item that the address names, if it is one of the district's."""
    named = request.GET.get("item", "")
    is_key = named.isdecimal() and len(named) < 18
    return access.get_item(request.user, int(named)) if is_key else None


@never_cache
@require_safe
def download_instruction_file(request: HttpRequest, pk: int) -> FileResponse:
    """Hand a file beside an instruction over for saving."""
    file = access.get_instruction_file(request.user, pk)
    return hand_over(request, file, actions.record_instruction_download, file=file)


@access.role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up_instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn an instruction into a follow-up with a due date, or change both."""
    instruction = access.get_instruction(request.user, pk)
    return ask_and_do(
        request,
        form=FollowUpForm(request.POST or None, instruction=instruction),
        action=actions.follow_up_instruction,
        heading=f"转办批示：{instruction.title}",
        note=_given(instruction),
        button="转办",
        done="已转办，责任单位可以看到督办要求和期限。",
        back=instruction.get_absolute_url(),
        instruction=instruction,
    )


@access.role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def finish_instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a follow-up with its outcome."""
    instruction = access.get_instruction(request.user, pk)
    return ask_and_do(
        request,
        form=FinishForm(request.POST or None, initial={"outcome": _answered(instruction)}),
        action=actions.finish_instruction,
        heading=f"办结批示：{instruction.title}",
        note=f"{_given(instruction)}\n督办要求：{instruction.follow_up}",
        button="办结",
        done="批示已办结。",
        back=instruction.get_absolute_url(),
        danger=True,
        instruction=instruction,
    )


def _answered(instruction: Instruction) -> str:
    """Return what the units' accepted answers say, for the office to go on from; "" if too long."""
    accepted = instruction.answers.filter(state=AnswerState.ACCEPTED).select_related("unit")
    texts = [f"{each.unit}：{each.text}" for each in accepted]
    words = texts[0].partition("：")[2] if len(texts) == 1 else "\n".join(texts)
    return words if len(words) <= REASON_LIMIT else ""


def _given(instruction: Instruction) -> str:
    """Return an instruction with who gave it, as he was called then."""
    return f"{instruction.giver_name}批示：{instruction.text}"
