"""The site map."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path
from django.views.generic import RedirectView

from tracker import seeing, views

urlpatterns = [
    path("", views.home, name="home"),
    path("settings/", views.show_settings, name="settings"),
    path("help/", views.show_manual, name="help"),
    path("healthz", views.health, name="health"),
    path("readyz", seeing.show_readiness, name="ready"),
    path("metrics", seeing.show_metrics, name="metrics"),
    path("status/", seeing.show_status, name="status"),
    path("status/messages/<int:pk>/retry/", seeing.retry_message, name="retry-message"),
    path("accounts/login/", views.LoginView.as_view(), name="login"),
    path("accounts/logout/", auth_views.LogoutView.as_view(), name="logout"),
    path(
        "accounts/password/",
        views.ChangePasswordView.as_view(success_url="/accounts/password/done/"),
        name="password_change",
    ),
    path(
        "accounts/password/done/",
        auth_views.PasswordChangeDoneView.as_view(),
        name="password_change_done",
    ),
    # One login for everyone: the admin's own would be a second door to guard.
    path("admin/login/", views.admin_login),
    # Its page for one's password is the site's, and its way to any row knows no districts.
    path("admin/password_change/", RedirectView.as_view(pattern_name="password_change")),
    path("admin/password_change/done/", RedirectView.as_view(pattern_name="password_change_done")),
    path("admin/r/<path:row>", views.no_such_page),
    path("admin/", admin.site.urls),
    path("", include("targets.urls")),
    path("", include("reports.urls")),
]

handler400 = "tracker.views.bad_request"
handler403 = "tracker.views.permission_denied"
handler404 = "tracker.views.page_not_found"
handler500 = "tracker.views.server_error"
