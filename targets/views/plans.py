"""The office writes the plan, and adjusts it through the year; each change with its reason."""

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from targets import access, actions
from targets.choices import Duty, PeriodState, Role
from targets.forms.fields import ReasonForm
from targets.forms.plan import (
    AddItemForm,
    AdjustItemForm,
    CancelItemForm,
    ChangeGoalForm,
    ChangePlanForm,
    CountStatusForm,
    CreatePlanForm,
    GoalForm,
)
from targets.models import Adjustment, Entry, Goal, Item, Plan, Responsibility, Status, Unit, User
from targets.questions import effects_of_counting, effects_of_ending, unanswered_about
from targets.questions.left_behind import on_other_words, read_from_standards, values_in_words
from targets.rules import REASON_LIMIT
from targets.views.adjustments import adjustment_note
from targets.views.confirm import ask_and_do

ask = require_http_methods(["GET", "HEAD", "POST"])


@access.role_required(Role.OFFICE)
@require_safe
def list_plans(request: HttpRequest) -> HttpResponse:
    """List the years."""
    return render(request, "targets/plans.html", {"plans": Plan.objects.visible_to(request.user)})


@access.role_required(Role.OFFICE)
@require_safe
def show_plan(request: HttpRequest, year: int) -> HttpResponse:
    """Show a year's goals and items with what can be done to each."""
    plan = access.get_plan(request.user, year)
    duties = Responsibility.objects.select_related("unit")
    items = Item.objects.order_by("number").prefetch_related(Prefetch("responsibilities", duties))
    goals = Goal.objects.filter(plan=plan).prefetch_related(Prefetch("items", items))
    context = {
        "plan": plan,
        "goals": goals,
        "all_ticked": "all" in request.GET,
        "trail": [("年度任务", reverse("targets:plans"))],
    }
    return render(request, "targets/plan.html", context)


@access.role_required(Role.OFFICE)
@ask
def create_plan(request: HttpRequest) -> HttpResponse:
    """Begin a new year."""
    return ask_and_do(
        request,
        form=CreatePlanForm(request.POST or None, initial={"year": timezone.localdate().year}),
        action=actions.create_plan,
        heading="新建年度任务",
        note="建立后逐个添加目标和事项，也可以用表格导入。",
        button="建立",
        done="年度任务已建立，请添加目标和事项。",
        back=reverse("targets:plans"),
    )


@access.role_required(Role.OFFICE)
@ask
def change_plan(request: HttpRequest, year: int) -> HttpResponse:
    """Change how a plan is called."""
    plan = access.get_plan(request.user, year)
    initial = {"title": plan.title, "stated_unit_total": plan.stated_unit_total}
    return ask_and_do(
        request,
        form=ChangePlanForm(request.POST or None, initial=initial),
        action=actions.change_plan,
        heading=f"修改{plan}名称",
        note="已印发的通报不受影响。",
        button="修改",
        done="已修改。",
        back=_plan_url(plan),
        plan=plan,
    )


@access.role_required(Role.OFFICE)
@ask
def add_goal(request: HttpRequest, year: int) -> HttpResponse:
    """Add a goal."""
    plan = access.get_plan(request.user, year)
    numbers = plan.goals.values_list("number", flat=True)
    return ask_and_do(
        request,
        form=GoalForm(request.POST or None, initial={"number": max(numbers, default=0) + 1}),
        action=actions.add_goal,
        heading=f"添加目标：{plan}",
        note="目标是责任事项的分组，如“稳步实施重点改革”。",
        button="添加",
        done="目标已添加。",
        back=_plan_url(plan),
        plan=plan,
    )


@access.role_required(Role.OFFICE)
@ask
def change_goal(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a goal's number or name."""
    goal = access.get_goal(request.user, pk)
    initial = {"number": goal.number, "name": goal.name}
    return ask_and_do(
        request,
        form=ChangeGoalForm(request.POST or None, initial=initial),
        action=actions.change_goal,
        heading=f"修改目标：{goal}",
        note="已印发的通报不受影响。",
        button="修改",
        done="目标已修改。",
        back=_plan_url(goal.plan),
        goal=goal,
    )


@access.role_required(Role.OFFICE)
@ask
def add_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an item to a goal."""
    goal = access.get_goal(request.user, pk)
    numbers = goal.items.values_list("number", flat=True)
    return ask_and_do(
        request,
        form=AddItemForm(
            request.POST or None,
            units=_units(request.user),
            initial={"number": max(numbers, default=0) + 1},
        ),
        action=actions.add_item,
        heading=f"添加事项：{goal}",
        note=_where_it_is_owed(goal.plan, "新事项的牵头单位"),
        button="添加",
        done="事项已添加。",
        back=_plan_url(goal.plan),
        goal=goal,
    )


def _where_it_is_owed(plan: Plan, who: str, item: Item | None = None) -> str:
    """Return in which quarters a lead that comes in owes a report, and in which it does not.

    What `actions.add_item` and `adjust_item` do: a quarter that was ever closed stays, and so
    does an entry that is judged or came in completed.
    """
    opened = plan.periods.filter(state=PeriodState.OPEN).order_by("number")
    judged = Entry.objects.filter(item=item, status__isnull=False, reopened_at=None)
    settled = set(judged.values_list("period_id", flat=True)) if item else set()
    said = []
    for period in opened:
        if period.is_kept:
            said.append(f"{period}关闭过、重新开放，责任单位不变，{who}在该季度无需报送。")
        elif period.pk in settled:
            said.append(f"{period}本事项已核定，{who}在该季度无需报送。")
        else:
            said.append(f"{period}正在填报，{who}须在该季度报送。")
    return "".join(said) or f"现在没有填报中的季度；以后开放的季度，{who}须报送。"


@access.role_required(Role.OFFICE)
@ask
def adjust_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an item's number, standard or units."""
    item = access.get_item(request.user, pk)
    adjustment = _adjustment_of(request, item)
    duties = list(item.responsibilities.select_related("unit"))

    def names(duty: Duty) -> str:
        return "\n".join(each.unit.name for each in duties if each.duty == duty)

    initial = {
        "number": item.number,
        "is_numbered": item.is_numbered,
        "standard": item.standard,
        "leads": names(Duty.LEAD),
        "supporting": names(Duty.SUPPORTING),
    }
    if adjustment:
        initial |= {
            "standard": adjustment.standard or item.standard,
            "reason": _reason_to_adopt(adjustment),
        }
    return ask_and_do(
        request,
        form=AdjustItemForm(
            request.POST or None,
            units=_units(request.user),
            state=actions.state_of(item),
            initial=initial,
        ),
        action=actions.adjust_item,
        heading=f"调整事项：{item.title}",
        note=f"{_asked(adjustment)}{_where_it_is_owed(item.goal.plan, '新增的牵头单位', item)}"
        "不再牵头的单位，已填写的内容保留，作为配合单位的内容，不再须报送；没有填写的不再须报送。"
        f"{_what_ends(item)}",
        button="调整",
        done="事项已调整，原因已记录。",
        back=reverse("targets:adjustments") if adjustment else item.get_absolute_url(),
        item=item,
        adjustment=adjustment,
    )


def _what_ends(item: Item) -> str:
    ending = read_from_standards([item]).get(item.pk, [])
    return on_other_words(ending, values_in_words(ending))


def _adjustment_of(request: HttpRequest, item: Item) -> Adjustment | None:
    """Return the request of a unit that ?adjustment= names and the page adopts, if it does."""
    key = request.GET.get("adjustment", "")
    if not key:
        return None
    if not (key.isdecimal() and len(key) < 18):
        raise Http404
    adjustment = access.get_adjustment(request.user, int(key))
    if adjustment.item_id != item.pk:
        raise Http404
    return adjustment


def _reason_to_adopt(adjustment: Adjustment) -> str:
    """Return the unit's reason as the adjustment's, unless it is too long to go in whole."""
    reason = f"{adjustment.unit}申请：{adjustment.reason}"
    return reason if len(reason) <= REASON_LIMIT else f"采纳{adjustment.unit}的调整申请"


def _asked(adjustment: Adjustment | None) -> str:
    """Return the request that is adopted, over the note on what adjusting does."""
    if adjustment is None:
        return ""
    note = adjustment_note(adjustment)
    return f"{note}\n\n调整即采纳该申请，可以修改；申请单位会看到调整原因。\n\n"


@access.role_required(Role.OFFICE)
@ask
def cancel_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel an item, with a reason."""
    item = access.get_item(request.user, pk)
    return ask_and_do(
        request,
        form=CancelItemForm(request.POST or None),
        action=actions.cancel_item,
        heading=f"取消事项：{item.title}",
        note=f"{item.standard}\n\n{_effect_of_cancelling(item)}\n{unanswered_about([item.pk])}".rstrip(),
        button="取消该事项",
        done="事项已取消，原因已记录。",
        back=item.get_absolute_url(),
        danger=True,
        item=item,
    )


def _effect_of_cancelling(item: Item) -> str:
    """Return the totals of the running quarters, with the item counted and without."""
    said = [
        f"{effect.period}：仍计入总数，完成{effect.done}/{effect.total}项；"
        f"不计入，完成{effect.done_without}/{effect.total_without}项。"
        for effect in effects_of_ending(item.goal.plan, [item.pk])
    ]
    return "\n".join(said) or "已关闭的季度不受影响。"


def _in_other_hands(item: Item) -> str:
    """Return who answers for the item's units that are gone; "" where none is."""
    duties = item.responsibilities.filter(unit__successor__isnull=False)
    units = [each.unit for each in duties.select_related("unit__successor__successor")]
    names = "、".join(f"{unit.present}（承接{unit}）" for unit in units)
    return f"\n\n原责任单位已撤并的，由承接单位负责：{names}。" if names else ""


@access.role_required(Role.OFFICE)
@ask
def restore_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an item up again that had ended."""
    item = access.get_item(request.user, pk)
    return ask_and_do(
        request,
        form=ReasonForm(request.POST or None),
        action=actions.restore_item,
        heading=f"恢复事项：{item.title}",
        note=f"{item.standard}\n\n该事项{item.get_outcome_display()}。恢复后重新实施，"
        f"填报中的季度须继续填报；已关闭的季度不变。{_in_other_hands(item)}",
        button="恢复",
        done="事项已恢复，原因已记录。",
        back=item.get_absolute_url(),
        item=item,
    )


@access.role_required(Role.OFFICE)
@ask
def count_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a status count as completed, or no longer."""
    status = access.get_status(request.user, pk)
    form = CountStatusForm(request.POST or None, initial={"is_completed": status.is_completed})
    return ask_and_do(
        request,
        form=form,
        action=actions.count_status,
        heading=f"完成状态：{status}",
        note=_counting(status),
        button="修改",
        done="已修改。",
        back=reverse("targets:plans"),
        status=status,
    )


def _counting(status: Status) -> str:
    """Return what the running quarters' totals would be, quarter by quarter."""
    now = "计为完成" if status.is_completed else "不计为完成"
    said = [
        f"{effect.period}：现在完成{effect.done}/{effect.total}项；"
        f"修改后{effect.done_then}/{effect.total}项。"
        for effect in effects_of_counting(status)
    ]
    return (
        "\n".join(
            [f"现在{now}。填报中的季度马上按修改后的办法统计：", *said]
            if said
            else [f"现在{now}。没有填报中的季度。"]
        )
        + "\n已关闭的季度按关闭时的办法统计，不变。"
    )


@access.role_required(Role.OFFICE)
@ask
def complete_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an item that is done."""
    item = access.get_item(request.user, pk)
    return ask_and_do(
        request,
        form=ReasonForm(request.POST or None),
        action=actions.complete_item,
        heading=f"办结事项：{item.title}",
        note=f"{item.standard}\n\n办结后不再填报。完成状态以最近一次核定为准，请先核定。"
        f"{unanswered_about([item.pk])}",
        button="办结该事项",
        done="事项已办结。",
        back=item.get_absolute_url(),
        danger=True,
        item=item,
    )


def _units(user: User) -> list[Unit]:
    """Return the units that can be named, those that go on last: what both are called is theirs.

    One that is gone is among them, so that whoever names it is told of its successor.
    """
    units = Unit.objects.visible_to(user).prefetch_related("aliases")
    return sorted(units, key=lambda unit: unit.successor_id is None)


def _plan_url(plan: Plan) -> str:
    return reverse("targets:plan", args=[plan.year])
