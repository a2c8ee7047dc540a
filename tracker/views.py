"""Each role's first page, health, and the pages for what went wrong."""

import errno
import sqlite3
import sys
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reports.circulars.forms import COMPOSED
from targets import access, actions
from targets.choices import Role
from targets.models import District, Report, User
from targets.resumed import KEPT, take_kept
from targets.views import second_factor
from tracker import lockout
from tracker.manual import read_manual
from tracker.navigation import SETTINGS_PAGES
from tracker.typed import typed_texts

FIRST_PAGES = {
    Role.UNIT: "targets:my-items",
    Role.OFFICE: "targets:board",
    Role.LEADER: "reports:dashboard",
    Role.AUDITOR: "targets:trail",
    Role.ADMINISTRATOR: "targets:accounts",
}

POSTGRESQL_DISK_FULL = "53100"  # its error code disk_full

# Fields that the login carries along when the session ended while they were typed: of a unit's
# form, and of the one page of the office where as much is written.
CARRIED = tuple(Report.labels())
CARRIED_OF = {"reports:edit-circular": COMPOSED}


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead each role to its own first page; where there is no district yet, say what to run."""
    if not request.user.is_authenticated:
        if District.objects.exists():
            return redirect_to_login("/")
        return render(request, "not_set_up.html")
    if request.user.district_id is None:
        return render(request, "not_set_up.html")
    return redirect(FIRST_PAGES[Role(request.user.role)])


@access.role_required(*SETTINGS_PAGES)
@require_safe
def show_settings(request: HttpRequest) -> HttpResponse:
    """List the pages that are seldom needed, with what each is for."""
    pages = [
        (label, reverse(name), purpose)
        for label, name, purpose in SETTINGS_PAGES[Role(request.user.role)]
    ]
    return render(request, "settings.html", {"pages": pages})


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 where the database answers, 503 otherwise; for the load balancer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return HttpResponse("database unreachable\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def show_manual(request: HttpRequest) -> HttpResponse:
    """Show the staff manual; whoever cannot log in may need it most."""
    return render(request, "help.html", {"manual": read_manual()})


class ChangePasswordView(auth_views.PasswordChangeView):
    """Change one's own password; that it was changed is in the trail."""

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        account = actions.change_password(
            password=form.cleaned_data["new_password1"], by=self.request.user
        )
        old = self.request.session.session_key or ""
        update_session_auth_hash(self.request, account)
        actions.move_session(old=old, new=self.request.session.session_key or "")
        return redirect(self.get_success_url())


class LoginView(auth_views.LoginView):
    """Log in; someone who is already logged in goes straight on."""

    redirect_authenticated_user = True
    # Django's own view calls the host's name site_name, which every page uses for ours.
    extra_context = {"site_name": settings.SITE_NAME}

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        """Carry along what was typed before the session ended, also past a wrong password."""
        posted = self.request.POST
        kept = {f"kept_{name}": value for name, value in kept_fields(posted).items()}
        context = {"kept": kept, "kept_path": posted.get("kept_path", "")}
        return {**super().get_context_data(**kwargs), **context}

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Refuse an address that has tried too many names, before anything is hashed."""
        if lockout.is_braked(request):
            actions.count_refused_login(address=request.META.get("REMOTE_ADDR", ""))
            return render(request, settings.AXES_LOCKOUT_TEMPLATE, status=429)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Log in, and lay what was typed ready for the page that it was typed on."""
        answer = super().form_valid(form)
        lockout.remember_device(self.request, answer, form.get_user())
        second_factor.begin(self.request, form.get_user())
        if fields := kept_fields(self.request.POST):
            path = self.request.POST.get("kept_path", "")
            self.request.session[KEPT] = {"path": path, "fields": fields}
        return answer


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, "400.html", 400)


@login_not_required
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _gives_back(request, "403.html", 403)


@login_not_required
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _gives_back(request, "404.html", 404)


@login_not_required
def not_a_page(request: HttpRequest) -> HttpResponse:
    return _plain(request, "405.html", 405)


@login_not_required
def unreadable_form(request: HttpRequest) -> HttpResponse:
    """Say that what was sent is not UTF-8, and give back what can be read of it."""
    request.user = AnonymousUser()
    return render(request, "400_bytes.html", {"posted": typed_texts(request.POST)}, status=400)


@require_safe
def admin_login(request: HttpRequest) -> HttpResponse:
    """Lead to the one login of the site; who is in already and may not use the admin is told so."""
    if request.user.is_authenticated:
        if not request.user.is_staff:
            raise PermissionDenied
        return redirect("admin:index")
    return redirect(f"{reverse('login')}?{request.GET.urlencode()}")


def no_such_page(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Answer for addresses of Django's admin that know no districts."""
    raise Http404


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form has expired, and give the typed text back."""
    return render(request, "403_csrf.html", {"posted": typed_texts(request.POST)}, status=403)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 with what was typed where the database is away or a disk is full, else 500.

    Neither page may read the database: the session and the account are in it.
    """
    request.user = AnonymousUser()
    error = sys.exc_info()[1]
    is_full = says_disk_full(error)
    if is_full or says_connection_lost(error):
        context = {"posted": typed_texts(request.POST), "is_full": is_full}
        return render(request, "503.html", context, status=503)
    return render(request, "500.html", status=500)


def says_connection_lost(error: BaseException | None) -> bool:
    """Return whether the database went away, or has no time, under whatever was being done.

    Drivers say so with their own operational errors, and now and then with the bare class
    from which all of theirs descend; what fails next in the same transaction names the loss
    as its context.
    """
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError:
            return True
        error = error.__cause__ or error.__context__
    return False


def says_disk_full(error: BaseException | None) -> bool:
    """Return whether there was no room to write: for a file, or in the database."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    cause = getattr(error, "__cause__", None)
    is_sqlite_full = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return is_sqlite_full or getattr(cause, "pgcode", None) == POSTGRESQL_DISK_FULL


@login_not_required
def session_ended(request: HttpRequest) -> HttpResponse:
    """Ask for the login again in the middle of a form, and lose nothing of it.

    A script is told so in JSON. A person gets the login form, which carries the typed
    fields along, and sees their texts to copy them for a page that cannot take them back.
    """
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"message": "登录已过期，请重新登录。"}, status=401)
    before = urlsplit(request.headers.get("Referer", ""))
    is_ours = before.netloc == request.get_host()
    context = {
        "form": AuthenticationForm(request),
        "next": before.path if is_ours else "/",
        "kept": {
            f"kept_{name}": request.POST.get(name, "")
            for name in _carried(request.path)
            if name in request.POST
        },
        "kept_path": request.path,
        "posted": typed_texts(request.POST),
    }
    return render(request, "registration/login.html", context, status=401)


def kept_fields(data: QueryDict) -> dict[str, str]:
    """Return what a login form carries along, by the names the fields had."""
    names = _carried(data.get("kept_path", ""))
    return {name: data.get(f"kept_{name}", "") for name in names if f"kept_{name}" in data}


def _carried(path: str) -> tuple[str, ...]:
    """Return the fields that the page at an address takes back."""
    try:
        return CARRIED_OF.get(resolve(path).view_name, CARRIED)
    except Resolver404:
        return CARRIED


def _gives_back(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """Render a refusal with what was typed: rights and rows may go while somebody writes."""
    # A page of ours has read the form already; what was sent elsewhere is left unread.
    context = {"posted": typed_texts(_posted(request)) if request.resolver_match else []}
    return render(request, template, context, status=status)


def _posted(request: HttpRequest) -> QueryDict:
    """Return the form that was posted, or that the login laid ready for this page."""
    if request.method == "POST":
        return request.POST
    kept = QueryDict(mutable=True)
    kept.update(take_kept(request, request.path))
    return kept


def _plain(request: HttpRequest, template: str, status: int) -> HttpResponse:
    return render(request, template, status=status)
