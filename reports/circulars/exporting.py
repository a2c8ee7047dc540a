"""What the export commands write: a quarter as it stands, in the words of its newest draft."""

from pathlib import Path

from django.core.management.base import CommandError
from django.db.models import Max
from django.utils import timezone

from reports.circulars.drafts import circular_content
from reports.circulars.models import Circular
from reports.document.content import MASTHEAD, CircularContent, compose
from reports.figures.quarter import build_figures
from targets.choices import Verb
from targets.models import COMMAND_LINE, District, Period, record_event
from targets.quarters import parse_quarter


def period_of(code: str, district_code: str | None) -> Period:
    """Return the period that 2020Q1 names; CommandError where there is none, or several."""
    try:
        quarter = parse_quarter(code)
    except ValueError as error:
        raise CommandError(f"季度应写作 2020Q1，而不是 {code}。") from error
    periods = Period.objects.filter(plan__year=quarter.year, number=quarter.number)
    if district_code:
        periods = periods.filter(plan__district__code=district_code)
    found = list(periods.select_related("plan__district")[:2])
    if not found:
        raise CommandError(f"没有 {code} 这个季度。")
    if len(found) > 1:
        codes = "、".join(District.objects.values_list("code", flat=True))
        raise CommandError(f"有几个区，请用 --district 指明：{codes}。")
    return found[0]


def hand_out(path: Path, data: bytes, subject: Period | Circular) -> None:
    """Write a file for whoever runs the command; that it was taken out is an event."""
    record_event(
        by=None,
        actor=COMMAND_LINE,
        verb=Verb.EXPORT,
        subject=subject,
        new={"file": path.name},
    )
    path.write_bytes(data)


def quarter_content(period: Period) -> CircularContent:
    """Return the quarter's circular over the current figures.

    Number, date and words come from the newest draft of the quarter; without one they
    are what a draft begun today would say.
    """
    drafts = Circular.objects.drafts().filter(period=period).order_by("-pk")
    draft = drafts.select_related("corrects__kind", "kind", "period__plan__district").first()
    if draft is not None:
        return circular_content(draft)
    today = timezone.localdate()
    issued = Circular.objects.issued().filter(
        district_id=period.plan.district_id, kind__name=MASTHEAD, year=today.year
    )
    number = (issued.aggregate(Max("number"))["number__max"] or 0) + 1
    return compose(build_figures(period), number=number, issued_on=today)
