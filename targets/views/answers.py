"""Units answer instructions; the office accepts an answer or sends it back."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from targets import access, actions
from targets.choices import AnswerState, Role
from targets.forms.fields import VersionedForm, first_error
from targets.forms.instructions import ANSWER_FIELDS, AnswerForm, ReturnAnswerForm
from targets.models import Answer, Instruction
from targets.resumed import take_kept
from targets.views.confirm import ask_and_do


@access.role_required(Role.UNIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the answer; posted, keep it as a draft with its files, or hand it in.

    A script that asks for JSON gets its answer so: the same save, without a page.
    """
    instruction = access.get_asked_instruction(request.user, pk)
    answer = _own(request, instruction)
    if request.method != "POST":
        return _show_fresh(request, instruction, answer)
    if request.headers.get("Accept") == "application/json":
        return _save_automatically(request, instruction)
    form = AnswerForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            answer = _keep(request, instruction, form)
        except actions.Stale as refusal:
            form.add_error(None, str(refusal))
            return _show(request, instruction, form, theirs=_own(request, instruction))
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
            return _show(request, instruction, form)
        if request.POST.get("then") == "submit":
            is_accepted = answer.state == AnswerState.ACCEPTED
            then = "督查室已通过。" if is_accepted else "请等待督查室审核。"
            messages.success(request, f"已回复，{then}")
            return redirect(instruction)
        messages.success(request, "草稿已保存。")
        return redirect(request.path)
    return _show(request, instruction, form)


def _may_write(instruction: Instruction, answer: Answer) -> bool:
    return answer.is_open and bool(instruction.follow_up) and instruction.done_at is None


def _own(request: HttpRequest, instruction: Instruction) -> Answer:
    """Return the unit's answer, not saved yet where there is none."""
    found = instruction.answers.filter(unit=request.user.unit_id).first()
    return found or Answer(instruction=instruction, unit=request.user.unit)


def _show_fresh(request: HttpRequest, instruction: Instruction, answer: Answer) -> HttpResponse:
    """Show the form with the draft, or with what was typed before the session ended."""
    initial = {"version": answer.version, "text": answer.text}
    kept = take_kept(request, request.path)
    if "text" not in kept:
        if not _may_write(instruction, answer):
            return redirect(instruction)
        return _show(request, instruction, AnswerForm(initial=initial))
    form = AnswerForm(initial={**initial, "text": kept["text"]})
    differs = answer.text and answer.text != kept["text"]
    theirs = answer if differs else None
    return _show(request, instruction, form, theirs=theirs, is_restored=True)


def _save_automatically(request: HttpRequest, instruction: Instruction) -> JsonResponse:
    """Answer a script's save: 200 saved, 400 to be corrected, 409 someone else's, 422 refused."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"message": first_error(form)}, status=400)
    given = {name: form.cleaned_data[name] for name in ("version", "text")}
    try:
        saved = actions.save_answer(instruction=instruction, **given, by=request.user)
    except actions.Stale as stale:
        return JsonResponse(
            {"message": str(stale), **_said(cast("Answer", stale.current))}, status=409
        )
    except actions.Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=422)
    return JsonResponse(_said(saved))


def _said(answer: Answer) -> dict[str, Any]:
    """Return an answer as scripts read it: its version, its words, when it was saved."""
    at = date_format(timezone.localtime(answer.saved_at), "H:i")
    return {"version": answer.version, "text": answer.text, "by": "", "at": at}


def _keep(request: HttpRequest, instruction: Instruction, form: AnswerForm) -> Answer:
    """Save the words first, lest a file that is refused takes them along; then hand in."""
    typed = form.cleaned_data
    files, is_final = typed["files"], request.POST.get("then") == "submit"
    if files or not is_final:
        answer = actions.save_answer(
            instruction=instruction,
            version=typed["version"],
            text=typed["text"],
            by=request.user,
            hands_in=is_final,
        )
        typed["version"] = answer.version
        for file in files:
            actions.attach_to_answer(answer=answer, file=file, by=request.user)
        if not is_final:
            return answer
    return actions.submit_answer(
        instruction=instruction, version=typed["version"], text=typed["text"], by=request.user
    )


def _show(
    request: HttpRequest,
    instruction: Instruction,
    form: AnswerForm,
    *,
    theirs: Answer | None = None,
    is_restored: bool = False,
) -> HttpResponse:
    """Show the form; `theirs` is what a colleague saved meanwhile, to be compared."""
    answer = _own(request, instruction)
    if form.is_bound:
        # What was typed goes on from the row as it is now: it is shown beside, or was saved.
        data = cast("QueryDict", form.data).copy()
        data["version"] = str(answer.version)
        form.data = data
    context = {
        "instruction": instruction,
        "answer": answer,
        "files": list(answer.files.all()) if answer.pk else [],
        "form": form,
        "fields": ANSWER_FIELDS,
        "theirs": theirs,
        "is_restored": is_restored,
        # The box holds what the server has not: the script saves it without waiting for a key.
        "is_unsaved": is_restored or form.is_bound,
        "may_write": _may_write(instruction, answer),
        "today": timezone.localdate(),
        "trail": [("领导批示", reverse("targets:instructions"))],
    }
    return render(request, "targets/answer_instruction.html", context)


@access.role_required(Role.UNIT)
@require_POST
def remove_answer_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed as it is typed, and take one file away."""
    file = access.get_instruction_file(request.user, pk)
    instruction = access.get_asked_instruction(request.user, file.instruction_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, instruction, form)
    try:
        actions.save_answer(
            instruction=instruction,
            version=form.cleaned_data["version"],
            text=form.cleaned_data["text"],
            by=request.user,
        )
        actions.detach_from_answer(file=file, by=request.user)
    except actions.Refused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, instruction, form)
    messages.success(request, f"已移除“{file.name}”，草稿已保存。")
    return redirect("targets:answer-instruction", instruction.pk)


@access.role_required(Role.OFFICE)
@require_POST
def accept_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an answer as it stands."""
    answer = access.get_answer(request.user, pk)
    form = VersionedForm(request.POST)
    try:
        if not form.is_valid():
            raise actions.Refused("页面已过期，请查看后再办理。")
        actions.accept_answer(answer=answer, version=form.cleaned_data["version"], by=request.user)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{answer.unit}的回复已通过。各单位都回复后，可以办结。")
    return redirect(answer.instruction)


@access.role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def return_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an answer back with a reason."""
    answer = access.get_answer(request.user, pk)
    return ask_and_do(
        request,
        form=ReturnAnswerForm(request.POST or None, initial={"version": answer.version}),
        action=actions.return_answer,
        heading=f"退回{answer.unit}的回复",
        note=answer.text,
        button="退回",
        done=f"已退回，{answer.unit}首页会列出原因。",
        back=answer.instruction.get_absolute_url(),
        answer=answer,
    )
