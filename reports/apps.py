from django.apps import AppConfig
from django.core import checks

from reports.document.checks import check_typefaces


class ReportsConfig(AppConfig):
    """Figures, dashboard, and the official documents."""

    name = "reports"
    verbose_name = "督查通报"

    def ready(self) -> None:
        checks.register(check_typefaces)
