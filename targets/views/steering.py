"""The office steers a quarter: notices to print, reminders, requests for more time."""

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from targets import access, actions
from targets.choices import Duty, Role
from targets.forms.fields import ReasonForm
from targets.forms.steering import GrantExtensionForm, ReminderRuleForm, RemindForm
from targets.models import Contribution, Extension, Period, Reminder, Unit
from targets.models.base import Rows
from targets.questions import extensions_in
from targets.views.confirm import ask_and_do

ask = require_http_methods(["GET", "HEAD", "POST"])


@access.role_required(Role.OFFICE)
@ask
def remind_units(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask which units to remind and with what words; then remind them."""
    period = access.get_period(request.user, pk)
    owing = _owing(period)
    chosen = request.GET.getlist("unit") if "all" not in request.GET else _to_remind(owing)
    form = RemindForm(request.POST or None, units=owing, initial={"units": chosen})
    if request.method == "POST" and form.is_valid():
        try:
            chase = actions.remind_units(period=period, by=request.user, **form.cleaned_data)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _tell(request, chase)
            query = "&".join(f"reminder={each.pk}" for each in chase.sent)
            return redirect(f"{reverse('targets:reminders', args=[period.pk])}?{query}")
    context = {"period": period, "form": form, "owing": owing, "trail": _trail(period)}
    return render(request, "targets/remind_units.html", context)


@access.role_required(Role.OFFICE)
@ask
def change_reminder_rule(request: HttpRequest) -> HttpResponse:
    """Set on which days units that owe are reminded by themselves."""
    district = request.user.own_district
    form = ReminderRuleForm(request.POST if request.method == "POST" else None, district=district)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_reminder_rule(district=district, by=request.user, **form.rule())
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "自动催办已保存。")
            return redirect("settings")
    context = {
        "form": form,
        "heading": "自动催办",
        "note": "到了下面的日子，系统上午催办尚未报送的单位：显示在单位首页，"
        "登记了电子邮箱的另发邮件。"
        "天数按各单位的截止日期（同意延期的，按延至的日期）计算；延期期间不催办，"
        "当天已由督查室催办的不重复。",
        "button": "保存",
        "back": reverse("settings"),
    }
    return render(request, "targets/confirm.html", context)


def _owing(period: Period) -> QuerySet[Unit]:
    theirs = Contribution.objects.filter(entry__period=period, unit_id=OuterRef("pk"))
    owing = Unit.objects.filter(Exists(theirs.owed())).select_related("successor__successor")
    to_chase = theirs.to_chase(timezone.localdate())
    return _marked(owing, to_chase).order_by("order")


def _marked(units: Rows, to_chase: QuerySet[Contribution]) -> Rows:
    return units.annotate(is_to_chase=Exists(to_chase))


def _to_remind(owing: QuerySet[Unit]) -> list[int]:
    """Return the units that owe anything outside a running extension: the others are spared."""
    return [each.pk for each in owing if each.is_to_chase]


def _tell(request: HttpRequest, chase: actions.Chase) -> None:
    messages.success(request, f"已催办{len(chase.sent)}个单位，并记入催办记录。")
    if chase.spared:
        spared = "；".join(f"{unit}{why}" for unit, why in chase.spared)
        messages.warning(request, f"以下单位未催办：{spared}。")


@access.role_required(Role.OFFICE)
@require_safe
def list_reminders(request: HttpRequest, pk: int) -> HttpResponse:
    """List a quarter's reminders; the newest ones stand ready to be printed."""
    period = access.get_period(request.user, pk)
    context = {
        "period": period,
        "reminders": Reminder.objects.filter(period=period).select_related("unit", "sent_by"),
        "ticked": set(request.GET.getlist("reminder")),
        "trail": _trail(period),
    }
    return render(request, "targets/reminders.html", context)


@access.role_required(Role.OFFICE)
@require_safe
def print_reminders(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the notices (催办通知) of the chosen reminders, one a sheet; without a choice, all."""
    period = access.get_period(request.user, pk)
    chosen = Reminder.objects.filter(period=period).select_related("unit__successor__successor")
    numbers = [each for each in request.GET.getlist("reminder") if each.isdecimal()]
    if numbers:
        chosen = chosen.filter(pk__in=[int(each[:18]) for each in numbers])
    reminders = list(chosen.order_by("unit__order", "step"))
    owed: dict[int, list[Contribution]] = {}
    still_owed = (
        Contribution.objects.owed()
        .filter(entry__period=period)
        .with_due()
        .with_names()
        .in_print_order()
    )
    for each in still_owed:
        owed.setdefault(each.unit_id, []).append(each)
    context = {
        "period": period,
        "sheets": [(each, owed.get(each.unit_id, [])) for each in reminders],
        "today": timezone.localdate(),
        "trail": [*_trail(period), ("催办记录", reverse("targets:reminders", args=[period.pk]))],
    }
    return render(request, "targets/reminder_notices.html", context)


@access.role_required(Role.OFFICE)
@require_safe
def print_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the notice that announces a quarter's reporting (填报通知), with who owes how much."""
    period = access.get_period(request.user, pk)
    leads = Contribution.objects.filter(entry__period=period, duty=Duty.LEAD).order_by()
    units = leads.values("unit__name").annotate(total=Count("pk")).order_by("unit__order")
    context = {
        "period": period,
        "units": units,
        "total": sum(each["total"] for each in units),
        "items": leads.values("entry_id").distinct().count(),
        "today": timezone.localdate(),
        "trail": _trail(period),
    }
    return render(request, "targets/period_notice.html", context)


@access.role_required(Role.OFFICE)
@require_safe
def list_extensions(request: HttpRequest, pk: int) -> HttpResponse:
    """List a quarter's requests for more time, those that wait first."""
    period = access.get_period(request.user, pk)
    context = {
        "period": period,
        "extensions": extensions_in(period),
        "trail": _trail(period),
    }
    return render(request, "targets/extensions.html", context)


@access.role_required(Role.UNIT)
@require_POST
def withdraw_extension(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the unit's own request, as long as the office has not decided."""
    extension = access.get_extension(request.user, pk)
    try:
        actions.withdraw_extension(extension=extension, by=request.user)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "延期申请已撤回，仍按现行截止日期填报。")
    return redirect(f"{reverse('targets:my-items')}?period={extension.period.code}")


@access.role_required(Role.OFFICE)
@ask
def grant_extension(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to a request for more time."""
    extension = access.get_extension(request.user, pk)
    return ask_and_do(
        request,
        form=GrantExtensionForm(request.POST or None, extension=extension),
        action=actions.grant_extension,
        heading=f"同意延期：{_whose(extension)}",
        note=_asked(extension),
        button="同意延期",
        done=f"已同意{extension.unit}延期，延期期间不再催办。",
        back=reverse("targets:extensions", args=[extension.period_id]),
        extension=extension,
    )


@access.role_required(Role.OFFICE)
@ask
def refuse_extension(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a request for more time down."""
    extension = access.get_extension(request.user, pk)
    return ask_and_do(
        request,
        form=ReasonForm(request.POST or None),
        action=actions.refuse_extension,
        heading=f"不同意延期：{_whose(extension)}",
        note=_asked(extension),
        button="不同意延期",
        done=f"已批复{extension.unit}：不同意延期。",
        back=reverse("targets:extensions", args=[extension.period_id]),
        danger=True,
        extension=extension,
    )


def _whose(extension: Extension) -> str:
    return f"{extension.unit}{f'，{extension.item.title}' if extension.item else ''}"


def _asked(extension: Extension) -> str:
    until = date_format(extension.until)
    asked = f"{extension.period}，申请延至{until}。申请原因：{extension.reason}"
    if extension.item:
        return f"只延事项{extension.item}：{extension.item.standard}\n\n{asked}"
    return f"该单位本季度的全部事项。\n\n{asked}"


def _trail(period: Period) -> list[tuple[str, str]]:
    return [("办理进度", f"{reverse('targets:board')}?period={period.code}")]
