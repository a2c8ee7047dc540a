"""A quarter's values and lights in the office's hands: entered, overruled, supplemented."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from targets import access, actions
from targets.choices import PeriodState, Role
from targets.forms.fields import ReasonForm
from targets.forms.indicators import EnterValueForm, OverruleForm, SupplementForm
from targets.models import Indicator, IndicatorValue
from targets.views.confirm import ask_and_do

ask = require_http_methods(["GET", "HEAD", "POST"])


@access.role_required(Role.OFFICE)
@ask
def enter_value(request: HttpRequest, pk: int, indicator: int) -> HttpResponse:
    """Enter or correct one value of an entry."""
    entry = access.get_entry(request.user, pk)
    row = access.get_indicator(request.user, indicator)
    known = IndicatorValue.objects.filter(indicator=row, period=entry.period).first()
    initial = EnterValueForm.initial_of(known)
    form = EnterValueForm(request.POST or None, indicator=row, initial=initial)
    return ask_and_do(
        request,
        form=form,
        action=lambda *, by, reason, **_typed: actions.enter_value(
            entry=entry, indicator=row, figure=form.figure(), reason=reason, by=by
        ),
        heading=f"录入数值：{row.name}",
        note=f"{entry.period} {entry.item}。单位填报的数值不改动，统计以此处录入的为准；"
        "清空即为无数据。",
        button="保存",
        done="数值已录入。",
        back=entry.get_absolute_url(),
    )


@access.role_required(Role.OFFICE)
@ask
def overrule_light(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the office's own light in place of the one worked out."""
    entry = access.get_entry(request.user, pk)
    computed = entry.get_light_display() or "无指标"
    return ask_and_do(
        request,
        form=OverruleForm(
            request.POST or None,
            initial={"version": entry.version, "light": entry.overruled_light},
        ),
        action=actions.overrule_light,
        heading=f"认定进度：{entry.item}",
        note=f"{entry.period}，按数值计算为“{computed}”。{entry.light_words}",
        button="认定",
        done="进度已认定。",
        back=entry.get_absolute_url(),
        entry=entry,
    )


@access.role_required(Role.OFFICE)
@ask
def supplement_values(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a quarter that closed before there were indicators its values, once (补录)."""
    period = access.get_period(request.user, pk)
    indicators = list(
        Indicator.objects.live()
        .filter(item__goal__plan_id=period.plan_id)
        .select_related("item__goal")
    )
    found = actions.readings_in_texts(period)
    posted = request.POST if request.method == "POST" else None
    rows = [
        SupplementForm(posted, indicator=each, reading=found.get(each.pk)) for each in indicators
    ]
    reason = ReasonForm(posted)
    if posted is not None and reason.is_valid() and all(form.is_valid() for form in rows):
        try:
            count = actions.supplement_values(
                period=period,
                figures={form.indicator.pk: form.figure() for form in rows},
                reason=reason.cleaned_data["reason"],
                by=request.user,
            )
        except actions.Refused as refusal:
            reason.add_error(None, str(refusal))
        else:
            messages.success(request, f"已为{period}补录{count}个数值。")
            return redirect("targets:periods")
    context = {
        "period": period,
        "rows": rows,
        "reason": reason,
        "is_wrong": any(form.errors for form in rows),
        "is_due": period.state == PeriodState.CLOSED
        and not IndicatorValue.objects.filter(period=period).exists(),
        "trail": [("季度管理", reverse("targets:periods"))],
    }
    return render(request, "targets/supplement_values.html", context)
