"""An item's indicators: proposed from its standard, accepted by the office, changed, ended."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from targets import access, actions
from targets.choices import Duty, IndicatorState, Role
from targets.forms.fields import ReasonForm
from targets.forms.indicators import (
    ChangeIndicatorForm,
    IndicatorForm,
    MilestoneForm,
    ProposalForm,
)
from targets.gauges import Marked, mark_words
from targets.models import Item, Plan, Unit, User
from targets.questions.left_behind import on_other_terms, values_in_words
from targets.questions.proposals import goals_with_proposals, undecided
from targets.reading.indicators import Proposal
from targets.views.confirm import ask_and_do

ask = require_http_methods(["GET", "HEAD", "POST"])


@access.role_required(Role.OFFICE)
@require_safe
def list_proposals(request: HttpRequest, year: int) -> HttpResponse:
    """Show what a goal's standards promise in numbers, to be accepted, changed or refused."""
    plan = access.get_plan(request.user, year)
    return _show_proposals(request, plan, request.GET.get("goal", ""))


@access.role_required(Role.OFFICE)
@require_POST
def decide_proposals(request: HttpRequest, year: int) -> HttpResponse:
    """Take the decisions on one goal's proposals, all of them or none."""
    plan = access.get_plan(request.user, year)
    number = request.POST.get("goal", "")
    found = [rows for goal, rows in goals_with_proposals(plan) if str(goal.number) == number]
    rows = [
        (item, form)
        for item, proposals in (found[0] if found else [])
        for form in _forms(item, proposals, request)
        if f"{form.prefix}-name" in request.POST
    ]
    decided = [(item, form) for item, form in rows if request.POST.get(f"{form.prefix}-decision")]
    if all(form.is_valid() for _item, form in decided):
        try:
            count = actions.decide_proposals(
                plan=plan,
                decisions=[
                    actions.Decision(
                        item, form.promised(), form.cleaned_data["decision"] == "accept"
                    )
                    for item, form in decided
                ],
                by=request.user,
            )
        except actions.Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"已确认{count}项。")
            return redirect(reverse("targets:proposals", args=[plan.year]))
    return _show_proposals(request, plan, number, {str(form.prefix): form for _item, form in rows})


def _forms(
    item: Item, proposals: list[Proposal], request: HttpRequest | None = None
) -> list[ProposalForm]:
    data = request.POST if request else None
    return [
        ProposalForm(data, proposal=each, prefix=f"i{item.pk}-{each.start}-{each.end}")
        for each in proposals
    ]


def _show_proposals(
    request: HttpRequest, plan: Plan, number: str, bound: dict[str, ProposalForm] | None = None
) -> HttpResponse:
    goals = [(goal, rows) for goal, rows in goals_with_proposals(plan) if rows]
    chosen = next(((g, rows) for g, rows in goals if str(g.number) == number), None)
    chosen = chosen or (goals[0] if goals else None)
    bound = bound or {}
    context = {
        "plan": plan,
        "goals": [
            (
                goal,
                sum(len(proposals) for _item, proposals in rows),
                f"?goal={goal.number}",
                chosen is not None and goal == chosen[0],
            )
            for goal, rows in goals
        ],
        "goal": chosen and chosen[0],
        "rows": [
            (
                item,
                _marked(item, proposals),
                [bound.get(str(form.prefix), form) for form in _forms(item, proposals)],
            )
            for item, proposals in (chosen[1] if chosen else [])
        ],
        "is_wrong": any(form.errors for form in bound.values() if form.is_bound),
        "trail": [
            ("年度任务", reverse("targets:plans")),
            (str(plan), reverse("targets:plan", args=[plan.year])),
        ],
    }
    return render(request, "targets/proposals.html", context)


def _marked(item: Item, proposals: list[Proposal]) -> str:
    return mark_words(
        item.standard,
        [
            Marked(each.start, each.end, number, is_open=True)
            for number, each in enumerate(proposals, start=1)
        ],
    )


@access.role_required(Role.OFFICE)
@require_safe
def list_indicators(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an item is measured by, with what the office can do to each."""
    item = access.get_item(request.user, pk)
    indicators = list(item.indicators.select_related("unit", "proposed_by__unit"))
    proposals = undecided(item, indicators)
    ended = [each for each in indicators if each.state == IndicatorState.ENDED]
    told = values_in_words(ended)
    context = {
        "item": item,
        "live": [each for each in indicators if each.is_live],
        "proposed": [each for each in indicators if each.state == IndicatorState.PROPOSED],
        "ended": [(each, told.get(each.pk, [])) for each in ended],
        "refused": [each for each in indicators if each.state == IndicatorState.REFUSED],
        "marked": _marked(item, proposals),
        "proposals": len(proposals),
        "trail": [("事项清单", reverse("targets:items")), (str(item), item.get_absolute_url())],
    }
    return render(request, "targets/indicators.html", context)


@access.role_required(Role.OFFICE)
@ask
def accept_indicator(request: HttpRequest, pk: int) -> HttpResponse:
    """Measure an item by a number or a step that the office writes itself."""
    item = access.get_item(request.user, pk)
    form = IndicatorForm(request.POST or None, leads=_leads(item))
    return ask_and_do(
        request,
        form=form,
        action=lambda *, by, **_typed: actions.accept_indicator(
            item=item, promised=form.promised(), by=by
        ),
        heading=f"添加指标：{item}",
        note=item.standard,
        button="添加",
        done="指标已添加。",
        back=_back(item),
    )


@access.role_required(Role.OFFICE)
@ask
def change_indicator(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a corrected indicator in another's place."""
    indicator = access.get_indicator(request.user, pk)
    told = values_in_words([indicator]).get(indicator.pk, [])
    form = ChangeIndicatorForm(
        request.POST or None,
        leads=_leads(indicator.item),
        initial=IndicatorForm.initial_of(indicator),
    )

    def change(*, by: User, reason: str, **typed: Any) -> None:
        actions.change_indicator(
            indicator=indicator,
            promised=actions.Promised(
                **typed, source_start=indicator.source_start, source_end=indicator.source_end
            ),
            reason=reason,
            by=by,
        )

    return ask_and_do(
        request,
        form=form,
        action=change,
        heading=f"修改指标：{indicator.name}",
        note=f"{indicator.item} {indicator.item.standard}\n\n"
        f"已关闭的季度仍按原指标，不受影响。{on_other_terms(told)}",
        button="修改",
        done="指标已修改。",
        back=_back(indicator.item),
    )


@access.role_required(Role.OFFICE)
@ask
def end_indicator(request: HttpRequest, pk: int) -> HttpResponse:
    """Measure the item by it no longer."""
    indicator = access.get_indicator(request.user, pk)
    told = "、".join(values_in_words([indicator]).get(indicator.pk, []))
    return ask_and_do(
        request,
        form=ReasonForm(request.POST or None),
        action=actions.end_indicator,
        heading=f"终止指标：{indicator.name}",
        note=f"终止后不再填报，已有的数值{f'（{told}）' if told else ''}也不计入该事项的进度；"
        "已关闭的季度及其数值不受影响。",
        button="终止",
        done="指标已终止。",
        back=_back(indicator.item),
        danger=True,
        indicator=indicator,
    )


@access.role_required(Role.OFFICE)
@require_POST
def decide_milestone(request: HttpRequest, pk: int) -> HttpResponse:
    """Fix a step that a unit proposed, or refuse it."""
    indicator = access.get_indicator(request.user, pk)
    is_accepted = request.POST.get("decision") == "accept"
    try:
        actions.decide_milestone(indicator=indicator, is_accepted=is_accepted, by=request.user)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"节点“{indicator.name}”{'已采用' if is_accepted else '未采用'}。"
        )
    return redirect(_back(indicator.item))


@access.role_required(Role.UNIT)
@ask
def propose_milestone(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a step that the unit means to reach; the office decides."""
    item = access.get_item(request.user, pk)
    return ask_and_do(
        request,
        form=MilestoneForm(request.POST or None),
        action=actions.propose_milestone,
        heading=f"提出节点：{item}",
        note=f"{item.standard}\n\n没有数量要求的事项，可用节点（立项、开工、封顶、投用等）反映进度。提出后由督查室确定。",
        button="提出",
        done="节点已提出，请等待督查室确定。",
        back=item.get_absolute_url(),
        item=item,
    )


def _leads(item: Item) -> list[Unit]:
    return list(Unit.objects.filter(responsibilities__item=item, responsibilities__duty=Duty.LEAD))


def _back(item: Item) -> str:
    return reverse("targets:item-indicators", args=[item.pk])
