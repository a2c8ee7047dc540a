"""The dashboard, the units behind it, and the brief."""

from django.urls import path

from reports.dashboard.views import brief, dashboard, parts, units

urlpatterns = [
    path("dashboard/", dashboard.show_dashboard, name="dashboard"),
    path("dashboard/units/", units.list_units, name="units"),
    path("dashboard/units/<int:pk>/", parts.show_unit, name="unit"),
    path("dashboard/goals/<int:pk>/", parts.show_goal, name="goal"),
    path("dashboard/brief.pdf", brief.show_brief, name="brief"),
]
