"""Requests that an item be adjusted: a lead unit asks or withdraws, the office answers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from targets import access, actions
from targets.choices import AdjustmentState, Role
from targets.difference import Part, compare
from targets.forms.adjustments import RequestAdjustmentForm
from targets.forms.fields import ReasonForm
from targets.models import Adjustment
from targets.views.confirm import ask_and_do

ask = require_http_methods(["GET", "HEAD", "POST"])
A_PAGE = 20  # requests, some of them with a long standard


@access.role_required(Role.UNIT)
@ask
def request_adjustment(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the office to adjust an item that the unit leads."""
    item = access.get_led_item(request.user, pk)
    own = Adjustment.objects.readable_by(request.user).waiting().filter(item=item)
    if request.method != "POST" and own.exists():
        # Before anything is typed; who types meanwhile is told by the action, and keeps it.
        messages.info(request, "已有一份调整申请等待督查室答复。如需更改，请先撤回。")
        return redirect(item)
    return ask_and_do(
        request,
        form=RequestAdjustmentForm(request.POST or None, initial={"standard": item.standard}),
        action=actions.request_adjustment,
        heading=f"申请调整：{item.title}",
        note="督查室采纳后才会调整；答复之前，仍按现行的工作标准填报。已经关闭的季度不变。",
        button="提交申请",
        done="调整申请已提交，请等待督查室答复。",
        back=item.get_absolute_url(),
        item=item,
    )


@access.role_required(Role.UNIT)
@require_POST
def withdraw_adjustment(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the unit's own request, as long as the office has not answered."""
    adjustment = access.get_adjustment(request.user, pk)
    try:
        actions.withdraw_adjustment(adjustment=adjustment, by=request.user)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "调整申请已撤回，事项不变。")
    return redirect(adjustment.item)


@access.role_required(Role.OFFICE)
@require_safe
def list_adjustments(request: HttpRequest) -> HttpResponse:
    """List the requests, those that wait first, with what they would change."""
    asked = request.GET.get("state", "")
    state = asked if asked in AdjustmentState else ""
    rows = Adjustment.objects.readable_by(request.user).in_state(state).with_names()
    page = Paginator(rows.waiting_first(), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(each, _change(each)) for each in page.object_list],
        "state": state,
        "tabs": [
            (label, f"{request.path}?state={key}" if key else request.path, key == state)
            for key, label in (("", "全部"), *AdjustmentState.choices)
        ],
        "trail": [("办理进度", reverse("targets:board"))],
    }
    return render(request, "targets/adjustments.html", context)


def _change(adjustment: Adjustment) -> list[Part]:
    """Return what a waiting request would change in the standard as it is now."""
    if not adjustment.is_waiting or not adjustment.standard:
        return []
    return compare(adjustment.item.standard, adjustment.standard)


@access.role_required(Role.OFFICE)
@ask
def decline_adjustment(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the item as it is, and say why."""
    adjustment = access.get_adjustment(request.user, pk)
    return ask_and_do(
        request,
        form=ReasonForm(request.POST or None),
        action=actions.decline_adjustment,
        heading=f"不采纳{adjustment.unit}的调整申请：{adjustment.item.title}",
        note=adjustment_note(adjustment),
        button="不采纳",
        done=f"已答复{adjustment.unit}：不采纳调整申请。",
        back=reverse("targets:adjustments"),
        danger=True,
        adjustment=adjustment,
    )


def adjustment_note(adjustment: Adjustment) -> str:
    """Return what is asked, for the pages on which it is answered."""
    said = [
        f"现行工作标准：{adjustment.item.standard}",
        f"拟调整为：{adjustment.standard}" if adjustment.standard else "",
        f"其他调整内容：{adjustment.other}" if adjustment.other else "",
        f"{adjustment.unit}申请原因：{adjustment.reason}",
    ]
    return "\n\n".join(each for each in said if each)
