"""The office opens, closes and reopens the quarters."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from targets import access, actions
from targets.choices import Duty, PeriodState, Role
from targets.forms.fields import ReasonForm
from targets.forms.periods import CreatePeriodForm, PeriodForm
from targets.models import Contribution, Period, Plan, Unit
from targets.questions import duties_in, unanswered_in
from targets.views.confirm import ask_and_do
from targets.views.queue import waiting_items

BACK = "targets:periods"
ask = require_http_methods(["GET", "HEAD", "POST"])


@access.role_required(Role.OFFICE)
@require_safe
def list_periods(request: HttpRequest) -> HttpResponse:
    """List the quarters with what can be done to each."""
    periods = access.list_periods(request.user)
    last = next((each for each in periods if each.state != PeriodState.DRAFT), None)
    return render(request, "targets/periods.html", {"periods": periods, "last": last})


def _back(request: HttpRequest) -> str:
    """Return where an act leads: to the steps of the quarter it was begun from, or the list."""
    begun = request.GET.get("from", "")
    if begun.isdecimal() and len(begun) < 18:
        period = access.get_period(request.user, int(begun))
        return reverse("targets:close-and-open", args=[period.pk])
    return reverse(BACK)


@access.role_required(Role.OFFICE)
@ask
def create_period(request: HttpRequest) -> HttpResponse:
    """Prepare a quarter."""
    plans = Plan.objects.visible_to(request.user)
    return ask_and_do(
        request,
        form=CreatePeriodForm(request.POST or None, plans=plans),
        action=actions.create_period,
        heading="新建季度",
        note="建立后只有督查室可见；开放后单位方可填报。",
        button="建立",
        done="季度已建立，开放后单位方可填报。",
        back=_back(request),
    )


@access.role_required(Role.OFFICE)
@ask
def open_period(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a prepared quarter with its due date and requirements."""
    period = access.get_period(request.user, pk)
    return ask_and_do(
        request,
        form=PeriodForm(request.POST or None, year=period.plan.year),
        action=actions.open_period,
        heading=f"开放{period}填报",
        note=before_opening(period),
        button="开放填报",
        done=f"{period}已开放填报。",
        back=_back(request),
        period=period,
    )


@access.role_required(Role.OFFICE)
@ask
def change_period(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an open quarter's due date and what it asks of a submission."""
    period = access.get_period(request.user, pk)
    asked = ("due_on", "remind_days", "head_signs", "evidence_required", "asks_problems")
    initial = {name: getattr(period, name) for name in asked}
    return ask_and_do(
        request,
        form=PeriodForm(request.POST or None, year=period.plan.year, initial=initial),
        action=actions.change_period,
        heading=f"修改{period}填报要求",
        note="对全部单位生效。是否逾期，一律按修改后的日期计算；已批准的延期不受影响。",
        button="修改",
        done="填报要求已修改。",
        back=reverse(BACK),
        period=period,
    )


@access.role_required(Role.OFFICE)
@ask
def close_period(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an open quarter."""
    period = access.get_period(request.user, pk)
    # An empty POST is still a press of the button: bind it by method, not by content.
    return ask_and_do(
        request,
        form=forms.Form(request.POST if request.method == "POST" else None),
        action=actions.close_period,
        heading=f"关闭{period}填报",
        note=f"{_left_open(period)}关闭后，单位不能再填报，督查室不能再审核。{unanswered_in(period)}"
        "需要时可以重新开放，并写明原因。",
        button="关闭填报",
        done=f"{period}已关闭填报。",
        back=_back(request),
        danger=True,
        period=period,
    )


def before_opening(period: Period) -> str:
    """Return what the opening will do, and what it means where it is out of the usual order."""
    said = ["开放后，每个实施中的事项都会生成填报任务。"]
    last = Period.objects.opened_before(period)
    if last is None:
        said.append("这是本年度最先开放的季度，没有上季度可以沿用。")
    else:
        said.append(f"以{last}为上季度：在{last}已完成的事项沿用完成状态，无需填报。")
        if last.number < period.number - 1:
            said.append(f"注意：{last}之后跳过了季度，跳过的以后再开放，也不改变本季度。")
        if last.is_open:
            said.append(
                f"注意：{last}尚未关闭，之后在{last}核定、改判的，不会自动带入本季度；核定时可以选择是否带入。"
            )
    if gone := actions.gone_leads(period):
        names = "、".join(f"{unit}（现为{unit.successor}）" for unit in gone)
        said.append(f"以下单位已撤并，须先把所负责的事项调整给承接单位：{names}。")
    return "\n\n".join(said)


@access.role_required(Role.OFFICE)
@ask
def remove_period(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away a quarter that was prepared or opened by mistake."""
    period = access.get_period(request.user, pk)
    touched = actions.touched_by(period)
    return ask_and_do(
        request,
        form=ReasonForm(request.POST or None),
        action=actions.remove_period,
        heading=f"删除{period}",
        note=f"{period}{touched}，不能删除。"
        if touched
        else "误建或误开的季度，无人填报、无人审核时可以删除。删除记入操作记录。",
        button="删除",
        done=f"{period}已删除。",
        back=reverse(BACK),
        danger=True,
        period=period,
    )


def _left_open(period: Period) -> str:
    """Return what would be left undone if the quarter were closed now; "" where nothing is."""
    owed = Contribution.objects.owed().filter(entry__period=period).count()
    waiting = waiting_items(period).count()
    left = [f"{owed}份应报内容尚未报送"] if owed else []
    left += [f"{waiting}项已报送、尚未核定"] if waiting else []
    return f"现有{'，'.join(left)}。" if left else ""


def _in_other_hands(period: Period) -> str:
    """Return who writes for the lead units of the quarter that are gone; "" where none is."""
    leads = duties_in(period).filter(duty=Duty.LEAD).order_by().values_list("unit_id", flat=True)
    gone = Unit.objects.filter(pk__in=leads, successor__isnull=False)
    gone = gone.select_related("successor__successor").order_by("order")
    names = "、".join(f"{unit.present}（代{unit}）" for unit in gone)
    return f"\n\n以下单位已撤并，由承接单位以原名填报、接受催办：{names}。" if names else ""


@access.role_required(Role.OFFICE)
@ask
def reopen_period(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed quarter again, with a reason."""
    period = access.get_period(request.user, pk)
    return ask_and_do(
        request,
        form=ReasonForm(request.POST or None),
        action=actions.reopen_period,
        heading=f"重新开放{period}填报",
        note="重新开放后，单位可以继续填报，过了截止日期的仍算逾期；督查室可以审核、改判。"
        f"原因会记入操作记录。{_in_other_hands(period)}",
        button="重新开放",
        done=f"{period}已重新开放填报。",
        back=reverse(BACK),
        period=period,
    )
