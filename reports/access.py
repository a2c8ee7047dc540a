"""Fetch circulars with permission: the only way a view gets one. What may not be seen is a 404."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from reports.models import Circular
from targets.choices import Role
from targets.models import Period, User


def _circulars(user: User) -> object:
    return Circular.objects.visible_to(user).select_related(
        "district", "period__plan__district", "corrects", "issued_by"
    )


def get_circular(user: User, pk: int) -> Circular:
    """Return a circular that the user may see: issued ones, and for the office its drafts."""
    return get_object_or_404(_circulars(user), pk=pk)


def get_draft(user: User, pk: int) -> Circular:
    """Return a draft of the office's own, or 404."""
    return get_object_or_404(_circulars(user).drafts(), pk=pk)


def get_issued(user: User, pk: int) -> Circular:
    """Return an issued circular for the office to correct, or 404."""
    if user.role != Role.OFFICE:
        raise Http404
    return get_object_or_404(_circulars(user).issued(), pk=pk)


def list_drafts(user: User) -> list[Circular]:
    """Return the drafts that the user may see, newest first."""
    return list(_circulars(user).drafts().order_by("-pk"))


def list_issued(user: User) -> object:
    """Return the archive, newest first, without the frozen words, which no list shows."""
    return _circulars(user).issued().newest_first().defer("content", "body")


def list_draftable_periods(user: User) -> list[Period]:
    """Return the periods that a circular can be drafted for: all that were ever opened."""
    if user.role != Role.OFFICE:
        return []
    periods = Period.objects.visible_to(user).select_related("plan__district")
    return [period for period in periods.newest_first() if period.state != "draft"]
