"""What somebody typed before the session ended, laid ready by the login for the page it was on."""

from django.http import HttpRequest

# What tracker.views.LoginView keeps of a form that was posted after the session had ended.
KEPT = "kept_text"


def take_kept(request: HttpRequest, page: str) -> dict[str, str]:
    """Return the fields that were typed on a page, once; empty where nothing was."""
    kept = request.session.get(KEPT) or {}
    if not kept.get("path", "").startswith(page):
        return {}
    del request.session[KEPT]
    fields: dict[str, str] = kept["fields"]
    return fields
