"""The office ends items: several at once on one page, or one that goes on in a later year."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from targets import access, actions
from targets.choices import ItemOutcome, Role
from targets.forms.ending import EndItemsForm
from targets.forms.plan import CarryOverForm
from targets.models import Goal, Item, Plan
from targets.questions import effects_of_ending, leader_going_on, unanswered_about
from targets.views.confirm import ask_and_do

# The outcome asked for, how its act is called, and the act.
ENDINGS: dict[str, tuple[ItemOutcome, str, Callable[..., None]]] = {
    ItemOutcome.COMPLETED: (ItemOutcome.COMPLETED, "办结", actions.complete_items),
    ItemOutcome.CANCELLED: (ItemOutcome.CANCELLED, "取消", actions.cancel_items),
    ItemOutcome.CARRIED_OVER: (ItemOutcome.CARRIED_OVER, "结转", actions.carry_over_items),
}


@access.role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def end_items(request: HttpRequest, year: int) -> HttpResponse:
    """Ask once what ending the ticked items means; on yes end all of them, or none."""
    plan = access.get_plan(request.user, year)
    back = reverse("targets:plan", args=[plan.year])
    asked = request.POST if request.method == "POST" else request.GET
    items = access.list_items(request.user, plan, asked.getlist("item"))
    if asked.get("outcome") not in ENDINGS or not items:
        messages.error(request, "请先勾选事项，再选择办结、取消或结转。")
        return redirect(back)
    outcome, verb, act = ENDINGS[asked["outcome"]]
    form = EndItemsForm(
        request.POST if request.method == "POST" else None,
        outcome=outcome,
        items=items,
        later=_later_goals(request, plan) if outcome == ItemOutcome.CARRIED_OVER else (),
    )
    if form.is_valid():
        try:
            act(items=items, by=request.user, **form.cleaned_data)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已{verb}{len(items)}项，原因已记录。")
            return redirect(back)
    context: dict[str, Any] = {
        "form": form,
        "plan": plan,
        "items": items,
        "outcome": outcome,
        "verb": verb,
        "effects": effects_of_ending(plan, {item.pk for item in items}),
        "unanswered": unanswered_about({item.pk for item in items}),
        "ended": [item for item in items if item.outcome != ItemOutcome.LIVE],
        "back": back,
        "trail": [("年度任务", reverse("targets:plans")), (str(plan), back)],
    }
    return render(request, "targets/end_items.html", context)


@access.role_required(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def carry_over_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with an item in a later year."""
    item = access.get_item(request.user, pk)
    stays = _what_stays(item)
    return ask_and_do(
        request,
        form=CarryOverForm(
            request.POST or None, item=item, goals=_later_goals(request, item.goal.plan)
        ),
        action=actions.carry_over_item,
        heading=f"结转事项：{item.title}",
        note=f"在以后年度的任务中新建一项，{stays}；与本事项互相链接，本事项不再填报。"
        f"{unanswered_about([item.pk])}",
        button="结转",
        done=f"事项已结转，{stays}。",
        back=item.get_absolute_url(),
        danger=True,
        item=item,
    )


def _what_stays(item: Item) -> str:
    """Say what the next year's item takes over: the units, and the item's own 分管领导."""
    if leader := leader_going_on(item):
        return f"责任单位、分管领导（{leader}）不变"
    if item.portfolio_leader:
        gone = item.portfolio_leader
        return f"责任单位不变，分管领导不再是{gone}（已不是在用的领导账号），按牵头单位的分管领导"
    return "责任单位不变"


def _later_goals(request: HttpRequest, plan: Plan) -> QuerySet[Goal]:
    goals = Goal.objects.visible_to(request.user).filter(plan__year__gt=plan.year)
    return goals.select_related("plan").order_by("plan__year", "number")
