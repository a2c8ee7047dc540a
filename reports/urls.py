"""Pages of figures and documents, as a site map."""

from django.urls import path

from reports.views import dashboard

app_name = "reports"
urlpatterns = [
    path("dashboard/", dashboard.show_dashboard, name="dashboard"),
]
