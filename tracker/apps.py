from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import autodiscover_modules

from tracker.refusals import check_production


class TrackerConfig(AppConfig):
    """The site around the domain: settings, logins, first pages."""

    name = "tracker"
    verbose_name = "站点"

    def ready(self) -> None:
        # tracker.logins listens to Django's own logins; it needs the models to be there.
        autodiscover_modules("logins")
        checks.register(check_production)
