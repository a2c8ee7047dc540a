from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Figures, dashboard, and the official documents."""

    name = "reports"
    verbose_name = "督查通报"
