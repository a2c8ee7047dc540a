"""What everyone may set for themselves, from the menu behind their name."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from targets import actions


@require_POST
def switch_keys(request: HttpRequest) -> HttpResponse:
    """Switch the single keys on or off, and go on where one was."""
    account = actions.switch_keys(by=request.user)
    messages.success(request, "单键快捷键已打开。" if account.uses_keys else "单键快捷键已关闭。")
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else "/")
