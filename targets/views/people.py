"""Accounts by the administrator; units with whom to telephone, and who took over from whom."""

from django import forms
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_otp.plugins.otp_totp.models import TOTPDevice

from targets import access, actions
from targets.choices import Role
from targets.forms.fields import ReasonForm
from targets.forms.people import HEADS, AccountForm, AccountsForm, ContactForm, SuccessionForm
from targets.models import Succession, Unit, User
from targets.questions import first_steps, with_waiting_successions
from targets.tables import AccountTable, UnitTable
from targets.views.confirm import ask_and_do

ask = require_http_methods(["GET", "HEAD", "POST"])
ACCOUNTS = ("账号", "targets:accounts")


@access.role_required(Role.ADMINISTRATOR)
@require_safe
def list_accounts(request: HttpRequest) -> HttpResponse:
    """List the district's accounts with what can be done to each."""
    devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
    accounts = User.objects.visible_to(request.user).annotate(has_factor=Exists(devices))
    accounts = accounts.order_by("-is_active", "role", "unit__order", "username")
    context = {
        "table": AccountTable(accounts, request=request),
        "steps": first_steps(request.user),
    }
    return render(request, "targets/accounts.html", context)


@access.role_required(Role.ADMINISTRATOR)
@never_cache
@ask
def create_accounts(request: HttpRequest) -> HttpResponse:
    """Make accounts from pasted lines or a workbook, and show their slips once."""
    units = Unit.objects.visible_to(request.user).filter(successor=None)
    form = AccountsForm(
        request.POST or None,
        request.FILES or None,
        units=units.prefetch_related("aliases"),
    )
    if request.method == "POST" and form.is_valid():
        try:
            slips = actions.create_accounts(accounts=form.cleaned_data["accounts"], by=request.user)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _show_slips(request, slips)
    context = {"form": form, "heads": HEADS, "trail": _trail()}
    return render(request, "targets/create_accounts.html", context)


@access.role_required(Role.ADMINISTRATOR)
@ask
def change_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an account's name, role, unit and how to reach its holder."""
    account = access.get_account(request.user, pk)
    units = Unit.objects.visible_to(request.user).filter(Q(successor=None) | Q(pk=account.unit_id))
    shown = ("name", "role", "unit", "phone", "email")
    initial = {each: getattr(account, each) for each in shown}
    posted = request.POST if request.method == "POST" else None
    return ask_and_do(
        request,
        form=AccountForm(posted, initial=initial, units=units),
        action=actions.change_account,
        heading=f"修改账号：{account.username}",
        note="角色和单位改后立即生效；角色调整会列给审计员查看。用户名不能改，需要时另建账号。",
        button="保存",
        done=f"账号{account.username}已修改。",
        back=reverse("targets:accounts"),
        account=account,
    )


@access.role_required(Role.ADMINISTRATOR)
@never_cache
@ask
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an account a new first password, and show it once."""
    account = access.get_account(request.user, pk)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            return _show_slips(request, [actions.reset_password(account=account, by=request.user)])
        except actions.Refused as refusal:
            form.full_clean()
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "heading": f"重置密码：{account.username}",
        "note": f"{account}的原密码立即失效。新的初始密码只显示一次，请打印或抄下后交给本人。",
        "button": "重置密码",
        "back": reverse("targets:accounts"),
        "danger": True,
    }
    return render(request, "targets/confirm.html", context)


def _show_slips(request: HttpRequest, slips: list[actions.Slip]) -> HttpResponse:
    """Show first passwords in the answer itself: they are kept nowhere to be shown again."""
    context = {"slips": slips, "address": request.build_absolute_uri("/"), "trail": _trail()}
    return render(request, "targets/slips.html", context)


def _trail() -> list[tuple[str, str]]:
    return [(ACCOUNTS[0], reverse(ACCOUNTS[1]))]


@access.role_required(Role.ADMINISTRATOR)
@ask
def deactivate_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an account log in no longer."""
    account = access.get_account(request.user, pk)
    return ask_and_do(
        request,
        form=ReasonForm(request.POST or None),
        action=actions.deactivate_account,
        heading=f"停用账号：{account.username}",
        note=f"{account}将不能再登录，已登录的立即退出。填报和操作记录保留。",
        button="停用",
        done=f"账号{account.username}已停用。",
        back=reverse("targets:accounts"),
        danger=True,
        account=account,
    )


@access.role_required(Role.ADMINISTRATOR)
@ask
def activate_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a deactivated account log in again."""
    account = access.get_account(request.user, pk)
    return ask_and_do(
        request,
        form=ReasonForm(request.POST or None),
        action=actions.activate_account,
        heading=f"启用账号：{account.username}",
        note=f"{account}将可以用原密码登录。",
        button="启用",
        done=f"账号{account.username}已启用。",
        back=reverse("targets:accounts"),
        account=account,
    )


@access.role_required(Role.OFFICE, Role.ADMINISTRATOR)
@require_safe
def list_units(request: HttpRequest) -> HttpResponse:
    """List the units with whom to telephone, and their accounts."""
    units = (
        Unit.objects.visible_to(request.user)
        .annotate(account_total=Count("users", filter=Q(users__is_active=True)))
        .order_by("order")
    )
    table = UnitTable(with_waiting_successions(units), request=request)
    return render(request, "targets/units.html", {"table": table})


@access.role_required(Role.OFFICE, Role.ADMINISTRATOR)
@ask
def change_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Note a unit's reporter and telephone number."""
    unit = access.get_unit(request.user, pk)
    initial = {"contact_name": unit.contact_name, "contact_phone": unit.contact_phone}
    # Both fields may be emptied: bind by method, not by content.
    posted = request.POST if request.method == "POST" else None
    return ask_and_do(
        request,
        form=ContactForm(posted, initial=initial),
        action=actions.change_contact,
        heading=f"联络员：{unit}",
        note="督查室在办理进度中看到，便于电话催办。",
        button="保存",
        done="联络员已修改。",
        back=reverse("targets:units"),
        unit=unit,
    )


@access.role_required(Role.ADMINISTRATOR)
@ask
def succeed_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Let another unit take over a unit's open work."""
    unit = access.get_unit(request.user, pk)
    others = Unit.objects.visible_to(request.user).filter(successor=None).exclude(pk=unit.pk)
    if unit.successor_id:
        messages.info(request, f"{unit}已由{unit.successor}承接。")
    form = SuccessionForm(request.POST or None, units=others)
    if request.method == "POST" and form.is_valid():
        try:
            succession = actions.succeed_unit(unit=unit, by=request.user, **form.cleaned_data)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _succeeded(succession))
            return redirect("targets:units")
    context = {
        "form": form,
        "heading": f"更名、合并：{unit}",
        "note": _effect(unit),
        "button": "办理",
        "back": reverse("targets:units"),
        "danger": True,
    }
    return render(request, "targets/confirm.html", context)


def _effect(unit: Unit) -> str:
    """Return what a rename or merger would move, counted today, and what stays."""
    moved = [f"{count}{word}" for word, count in actions.effect_of(unit).items() if count]
    moved_text = (
        f"到生效之日转给承接单位的（按今天计）：{'、'.join(moved)}。"
        if moved
        else ("按今天计，没有实施中的事项和填报任务需要转移。")
    )
    return (
        f"{moved_text}\n\n日期在今天以后的，到当日自动生效，在此之前一切照旧，也可以撤回。"
        "已核定的内容、已关闭的季度和已印发的通报仍用原名称。"
    )


def _succeeded(succession: Succession) -> str:
    """Say who takes over, and from when."""
    unit, successor = succession.unit, succession.successor or succession.name
    verb = "并入" if succession.successor else "更名为"
    if succession.carried_out_at:
        return f"已办理：{unit}{verb}{successor}，其工作由{successor}接续。"
    day = date_format(succession.on, "Y年n月j日")
    return f"已预定：{unit}{day}起{verb}{successor}。在此之前一切照旧，也可以在单位名册中撤回。"


@access.role_required(Role.ADMINISTRATOR)
@ask
def withdraw_succession(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a rename or merger whose day has not come."""
    succession = access.get_succession(request.user, pk)
    unit, successor = succession.unit, succession.successor or succession.name
    return ask_and_do(
        request,
        form=ReasonForm(request.POST or None),
        action=actions.withdraw_succession,
        heading=f"撤回更名、合并：{unit}",
        note=f"原定{date_format(succession.on, 'Y年n月j日')}起由{successor}承接。撤回后一切照旧。",
        button="撤回",
        done=f"已撤回，{unit}照旧。",
        back=reverse("targets:units"),
        succession=succession,
    )
