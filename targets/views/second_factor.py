"""The second factor: asked for after the password, set up with a phone, taken away again."""

from base64 import b32encode

import segno
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from targets import access, actions
from targets.choices import Role
from targets.forms.fields import ReasonForm
from targets.forms.second_factor import CodeForm
from targets.models import User
from targets.refusals import Refused
from targets.views.confirm import ask_and_do

ask = require_http_methods(["GET", "HEAD", "POST"])

# What a session knows of its second factor: to be asked for, or shown. Nothing: there is none.
STATE = "second_factor"
ASKED, SHOWN = "asked", "shown"
KEY = "second_factor_key"  # the secret of a device that is being set up
KEY_BYTES = 20  # RFC 4226 recommends 160 bits


def begin(request: HttpRequest, account: User) -> None:
    """Note at the login whether a code is still to be shown."""
    request.session[STATE] = ASKED if actions.has_second_factor(account) else ""


def page_to_pass(request: HttpRequest) -> str | None:
    """Return the name of the page that stands before every other; None where none does."""
    state = request.session.get(STATE, "")
    if state == ASKED:
        return "targets:second-factor"
    if state != SHOWN and actions.must_have_second_factor(request.user):
        return "targets:set-up-second-factor"
    return None


@ask
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and go on to the page that was wanted; otherwise say how things stand."""
    if request.session.get(STATE) != ASKED:
        return _show(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passed = actions.check_second_factor(code=form.cleaned_data["code"], by=request.user)
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            request.session[STATE] = SHOWN
            if passed == actions.Passed.RECOVERY:
                messages.warning(request, "恢复码已用掉一个。手机找不回来的，请重新绑定。")
                return redirect("targets:second-factor")
            return redirect(wanted_address(request))
    context = {"form": form, "next": request.GET.get("next", "")}
    return render(request, "registration/second_factor.html", context)


def _show(request: HttpRequest) -> HttpResponse:
    context = {
        "is_on": actions.has_second_factor(request.user),
        "is_required": actions.must_have_second_factor(request.user),
    }
    return render(request, "registration/second_factor_state.html", context)


def wanted_address(request: HttpRequest) -> str:
    """Return the address to go on to, if it is one of this site's; else the first page."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    # Django takes a word without a slash for a view's name.
    return wanted if is_ours and wanted.startswith("/") else "/"


@ask
def set_up_second_factor(request: HttpRequest) -> HttpResponse:
    """Show the picture that the app reads; its first code makes it good."""
    if request.session.get(STATE) == ASKED:
        return redirect("targets:second-factor")
    key = request.session.setdefault(KEY, random_hex(KEY_BYTES))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = actions.set_up_second_factor(
                key=key, code=form.cleaned_data["code"], by=request.user
            )
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            del request.session[KEY]
            request.session[STATE] = SHOWN
            return render(request, "registration/recovery_codes.html", {"codes": codes})
    device = actions.new_device(request.user, key)
    context = {
        "form": form,
        "picture": segno.make(device.config_url, error="m").svg_data_uri(scale=4, border=4),
        "key": _spaced(device),
        "is_required": actions.must_have_second_factor(request.user),
    }
    return render(request, "registration/set_up_second_factor.html", context)


def _spaced(device: TOTPDevice) -> str:
    """Return the secret as apps take it by hand: base 32 in fours."""
    secret = b32encode(device.bin_key).decode()
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


@ask
def renew_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show new recovery codes, once; the old ones are worth nothing any more."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            codes = actions.renew_recovery_codes(by=request.user)
        except Refused as refusal:
            form.full_clean()
            form.add_error(None, str(refusal))
        else:
            return render(request, "registration/recovery_codes.html", {"codes": codes})
    context = {
        "form": form,
        "heading": "重新生成恢复码",
        "note": "原来的恢复码立即作废。新的恢复码只显示一次，请打印或抄下，与手机分开保管。",
        "button": "重新生成",
        "back": reverse("targets:second-factor"),
    }
    return render(request, "targets/confirm.html", context)


@ask
def remove_second_factor(request: HttpRequest) -> HttpResponse:
    """Do without a second factor."""
    return ask_and_do(
        request,
        form=forms.Form(request.POST if request.method == "POST" else None),
        action=actions.remove_second_factor,
        heading="停用动态口令",
        note="以后登录只需要密码。恢复码一并作废。",
        button="停用",
        done="动态口令已停用。",
        back=reverse("targets:second-factor"),
        danger=True,
    )


@access.role_required(Role.ADMINISTRATOR)
@ask
def reset_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody who lost phone and recovery codes set up another."""
    account = access.get_account(request.user, pk)
    return ask_and_do(
        request,
        form=ReasonForm(request.POST or None),
        action=actions.reset_second_factor,
        heading=f"解除动态口令：{account.username}",
        note=f"{account}下次登录只凭密码；按设置须用动态口令的，登录后先重新绑定。请先当面核实身份。",
        button="解除",
        done=f"账号{account.username}的动态口令已解除。",
        back=reverse("targets:accounts"),
        danger=True,
        account=account,
    )
