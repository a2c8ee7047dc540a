"""The dashboard, the units behind it, and the brief."""

from django.urls import path

from reports.dashboard.views import brief, dashboard, units

urlpatterns = [
    path("dashboard/", dashboard.show_dashboard, name="dashboard"),
    path("dashboard/units/", units.list_units, name="units"),
    path("dashboard/brief.pdf", brief.show_brief, name="brief"),
]
