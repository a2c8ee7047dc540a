"""From one quarter to the next: what is still open, the closing, the opening, on one page."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from targets import access
from targets.choices import PeriodState, Role
from targets.models import Period, Plan, User
from targets.quarters import NAMES
from targets.questions import waiting_for_office
from targets.views.periods import before_opening

KEPT_AT_CLOSING = (
    "关闭时留存本季度的目标、事项、责任单位及其名称和完成状态，以后的调整、更名、合并都不再改变它。"
    "关闭后单位不能再报，督查室不能再审核；确有需要，可以写明原因重新开放。"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing on the way: `state` in words, its colour, and what leads on, if anything does.

    `creates` is what a button posts to prepare a quarter: (plan's key, number).
    """

    label: str
    hint: str
    state: str
    url: str = ""
    button: str = ""
    creates: tuple[int, int] | None = None

    @property
    def is_open(self) -> bool:
        return self.state == OPEN

    @property
    def color(self) -> str:
        return {DONE: "green", OPEN: "amber"}.get(self.state, "grey")


DONE, OPEN, LATER, OVER = "已完成", "待办", "未到", "已截止"


@access.role_required(Role.OFFICE)
@require_safe
def close_and_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the steps that close a quarter and open the next; the first open one leads on."""
    period = access.get_period(request.user, pk)
    if period.state == PeriodState.DRAFT:
        return redirect("targets:open-period", pk=period.pk)
    plan, number = _place_after(request.user, period)
    periods = Period.objects.select_related("plan")
    follower = periods.filter(plan=plan, number=number).first() if plan else None
    steps = [*_steps_before_closing(period), _closing(period)]
    steps += _steps_of_next(period, plan, number, follower)
    context = {
        "period": period,
        "follower": follower,
        "steps": steps,
        "current": next((step for step in steps if step.is_open), None),
        "trail": [("季度管理", reverse("targets:periods"))],
    }
    return render(request, "targets/close_and_open.html", context)


def _place_after(user: User, period: Period) -> tuple[Plan | None, int]:
    """Return plan and number of the quarter that comes next; no plan where next year has none."""
    if period.number < len(NAMES):
        return period.plan, period.number + 1
    plans = Plan.objects.visible_to(user).select_related("district")
    return plans.filter(year=period.plan.year + 1).first(), 1


def _steps_before_closing(period: Period) -> list[Step]:
    if not period.is_open:
        return [
            Step("收齐报送", "季度已关闭，不再接收报送。", OVER),
            Step("审核", "季度已关闭，不再审核。", OVER),
        ]
    duties = waiting_for_office([period])[0]
    board = f"{reverse('targets:board')}?period={period.code}"
    steps = [
        Step(
            "收齐报送",
            f"还有{duties.owed}份应报内容没有报送，关闭后不能再报。"
            if duties.owed
            else "都已报送。",
            OPEN if duties.owed else DONE,
            board,
            "查看、催办",
        ),
        Step(
            "审核",
            f"还有{duties.awaiting}项已报送的等待审核，关闭后不能再审核。"
            if duties.awaiting
            else "没有等待审核的内容。",
            OPEN if duties.awaiting else DONE,
            f"{reverse('targets:review-queue')}?period={period.code}",
            "去审核",
        ),
    ]
    if duties.requests:
        url = reverse("targets:extensions", args=[period.pk])
        hint = f"有{duties.requests}份延期申请没有答复，关闭后即告终止。"
        steps.insert(1, Step("答复延期申请", hint, OPEN, url, "去答复"))
    return steps


def _closing(period: Period) -> Step:
    label = f"关闭{period}"
    if not period.is_open:
        return Step(label, KEPT_AT_CLOSING, DONE)
    return Step(label, KEPT_AT_CLOSING, OPEN, _from(period, "close-period", period), "关闭填报")


def _steps_of_next(
    period: Period, plan: Plan | None, number: int, follower: Period | None
) -> list[Step]:
    """Return the steps that prepare and open what comes next; nothing waits for the closing."""
    if plan is None:
        year = period.plan.year + 1
        items = reverse("targets:plan", args=[period.plan.year])
        return [
            Step(
                f"建立{year}年度任务",
                "第四季度之后是下一年度：建立或导入年度任务，再开放它的第一季度。",
                OPEN,
                reverse("targets:create-plan"),
                "新建年度任务",
            ),
            Step(
                "办结、结转本年度的事项",
                "下一年度任务建立之后，在本年度任务中勾选没有完成的，一并结转。",
                LATER,
                items,
                "年度任务",
            ),
        ]
    name = f"{plan.year}年{NAMES[number]}"
    if follower is None:
        create = Step(f"建立{name}", "建立后只有督查室可见。", OPEN, creates=(plan.pk, number))
        return [create, Step(f"开放{name}", "先建立，再写明截止日期，开放填报。", LATER)]
    created = Step(f"建立{name}", "已建立。", DONE)
    label = f"开放{name}"
    if follower.state != PeriodState.DRAFT:
        return [created, Step(label, "已经开放。", DONE)]
    url = _from(period, "open-period", follower)
    return [created, Step(label, before_opening(follower), OPEN, url, "开放填报")]


def _from(period: Period, name: str, of: Period) -> str:
    """Return the address of an act that comes back to this page once it is done."""
    return f"{reverse(f'targets:{name}', args=[of.pk])}?from={period.pk}"
