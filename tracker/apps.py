from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TrackerConfig(AppConfig):
    """The site around the domain: settings, logins, first pages."""

    name = "tracker"
    verbose_name = "站点"

    def ready(self) -> None:
        # tracker.logins listens to Django's own logins; it needs the models to be there.
        autodiscover_modules("logins")
