"""What every page shows around its content: name, menu, demonstration notice."""

from django.conf import settings
from django.http import HttpRequest

from tracker.navigation import menu


def site(request: HttpRequest) -> dict[str, object]:
    """Give templates `site_name`, `is_demo`, `user_label` and `menu`, groups of entries."""
    user = getattr(request, "user", None)
    return {
        "site_name": settings.SITE_NAME,
        "is_demo": settings.DEMO,
        "user_label": str(user) if user and user.is_authenticated else "",
        "menu": menu(request),
    }
