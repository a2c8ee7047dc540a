"""Fetch circulars with permission: the only way a view gets one. What may not be seen is a 404."""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from reports.circulars.models import Circular, CircularKind, CircularQuerySet
from targets.choices import Role
from targets.models import District, Period, User


def _circulars(user: User) -> CircularQuerySet:
    return Circular.objects.visible_to(user).select_related(
        "district",
        "kind",
        "period__plan__district",
        "corrects__kind",
        "issued_by",
        "read_by",
        "signed_by",
    )


def get_circular(user: User, pk: int) -> Circular:
    """Return a circular that the user may see: issued, the office's draft, or one to sign."""
    return get_object_or_404(_circulars(user), pk=pk)


def get_for_office(user: User, pk: int) -> Circular:
    """Return a circular for the office to work on, or 404.

    It may have been issued meanwhile by another tab or person, who is told so.
    """
    if user.role != Role.OFFICE:
        raise Http404
    return get_object_or_404(_circulars(user), pk=pk)


def get_to_sign(user: User, pk: int) -> Circular:
    """Return a circular for somebody of the office or a leader to sign off, or 404."""
    if user.role not in (Role.OFFICE, Role.LEADER):
        raise Http404
    return get_object_or_404(_circulars(user), pk=pk)


def waits_to_be_read(user: User, pk: int) -> bool:
    """Tell whether a draft of the leader's district must be read again before he sees it."""
    drafts = Circular.objects.drafts().filter(pk=pk, read_at=None)
    of_district = drafts.filter(district=user.district, district__requires_sign_off=True)
    return user.is_leader and of_district.exists()


def get_issued(user: User, pk: int) -> Circular:
    """Return an issued circular for the office to correct, or 404."""
    if user.role != Role.OFFICE:
        raise Http404
    return get_object_or_404(_circulars(user).issued(), pk=pk)


def list_drafts(user: User) -> list[Circular]:
    """Return the office's drafts, or those that wait for the leader's signature, newest first."""
    drafts = _circulars(user).drafts().order_by("-pk")
    return list(drafts if user.role == Role.OFFICE else drafts.filter(signed_at=None))


def list_to_sign(user: User, district: District) -> list[Circular]:
    """Return what waits for a leader's signature; asks nothing where nobody has to sign."""
    return list_drafts(user) if user.is_leader and district.requires_sign_off else []


def list_issued(user: User) -> CircularQuerySet:
    """Return the archive, newest first, without the frozen words, which no list shows."""
    return _circulars(user).issued().newest_first().defer("content", "body")


def list_draftable_periods(user: User) -> list[Period]:
    """Return the periods that a circular can be drafted for: all that were ever opened."""
    if user.role != Role.OFFICE:
        return []
    periods = Period.objects.visible_to(user).select_related("plan__district")
    return [period for period in periods.newest_first() if period.state != "draft"]


def list_kinds(user: User) -> QuerySet[CircularKind]:
    """Return the kinds of circular of the office's district."""
    return CircularKind.objects.filter(district=user.district)


def get_kind(user: User, pk: int) -> CircularKind:
    """Return a kind of circular for the office to change, or 404."""
    if user.role != Role.OFFICE:
        raise Http404
    return get_object_or_404(list_kinds(user), pk=pk)
