"""What every page shows around its content: name, menu, demonstration notice."""

from django.conf import settings
from django.http import HttpRequest

from tracker.manual import place_of
from tracker.navigation import menu


def site(request: HttpRequest) -> dict[str, object]:
    """Give templates `site_name`, `is_demo`, `user_label`, `menu` (groups of entries), `help_at`.

    help_at is the manual's anchor for the task at hand, "" where it has none.
    """
    user = getattr(request, "user", None)
    return {
        "site_name": settings.SITE_NAME,
        "is_demo": settings.DEMO,
        "user_label": str(user) if user and user.is_authenticated else "",
        "menu": menu(request),
        "help_at": place_of(request),
    }
