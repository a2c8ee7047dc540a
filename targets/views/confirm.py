"""A page that asks before one change of state, and keeps what was typed when it is refused."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from targets import actions


def ask_and_do(
    request: HttpRequest,
    *,
    form: forms.Form,
    action: Callable[..., object],
    heading: str,
    note: str,
    button: str,
    done: str,
    back: str,
    danger: bool = False,
    **objects: object,
) -> HttpResponse:
    """Show the form; posted and valid, act with its values, say `done` and go `back`."""
    if request.method == "POST" and form.is_valid():
        try:
            action(by=request.user, **objects, **form.cleaned_data)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(back)
    context = {
        "form": form,
        "heading": heading,
        "note": note,
        "button": button,
        "back": back,
        "danger": danger,
    }
    return render(request, "targets/confirm.html", context)
