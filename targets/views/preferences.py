"""What everyone may set for themselves, from the menu behind their name."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from targets import actions
from targets.views.second_factor import wanted_address

# The lists whose filters are saved. The quarter is no part of one: it holds for each.
LISTS = ("targets:items", "targets:contributions", "targets:my-items", "targets:trail")
NOT_SAVED = ("period", "page")


@require_POST
def switch_keys(request: HttpRequest) -> HttpResponse:
    """Switch the single keys on or off, and go on where one was."""
    account = actions.switch_keys(by=request.user)
    messages.success(request, "单键快捷键已打开。" if account.uses_keys else "单键快捷键已关闭。")
    return redirect(wanted_address(request))


@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Save how a list is narrowed now under a name, and show it again."""
    page = _list_of(request)
    asked = QueryDict(request.POST.get("query", ""), mutable=True)
    shown = asked.urlencode()
    for name in NOT_SAVED:
        asked.pop(name, None)
    for name in [name for name in asked if not any(asked.getlist(name))]:
        del asked[name]
    try:
        name = request.POST.get("name", "")
        actions.save_filter(page=page, name=name, query=asked.urlencode(), by=request.user)
        messages.success(request, f"已保存常用筛选“{name.strip()}”。")
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse(page)}?{shown}")


@require_POST
def remove_filter(request: HttpRequest) -> HttpResponse:
    """Forget a saved filter, and show the list."""
    page = _list_of(request)
    try:
        actions.remove_filter(page=page, name=request.POST.get("name", ""), by=request.user)
        messages.success(request, "常用筛选已删除。")
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(page)


def _list_of(request: HttpRequest) -> str:
    page = request.POST.get("list", "")
    if page not in LISTS:
        raise Http404
    return page
