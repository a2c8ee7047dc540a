"""Drafts and issues of circulars, as tests make them."""

from datetime import date

from reports.circulars import actions
from reports.circulars.models import Circular
from targets.models import User
from tests.conftest import Cast

FIRST = date(2020, 4, 28)


def make_draft(cast: Cast, dated: date = FIRST) -> Circular:
    return actions.draft_circular(period=cast.period, by=cast.office, dated=dated)


def issue(circular: Circular, by: User, **names: str) -> Circular:
    """Issue a draft as it stands in the database."""
    circular = Circular.objects.get(pk=circular.pk)
    return actions.issue_circular(circular=circular, version=circular.version, by=by, **names)
