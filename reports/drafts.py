"""A circular row and the ledger's figures to the content that prints, checks and compares."""

from dataclasses import replace

from reports.checking import Change, changes_since, draft_warnings
from reports.circular import CircularContent, Orientation, compose, content_from_json
from reports.figures import QuarterFigures, build_figures
from reports.models import Circular
from targets.choices import ContributionState
from targets.models import Contribution, UnitAlias

UNFINISHED = (ContributionState.DRAFT, ContributionState.SUBMITTED, ContributionState.RETURNED)


def proposed_number(circular: Circular) -> int:
    """Return the number that the draft would get if it were issued now."""
    following = Circular.objects.next_number(circular.district_id, circular.dated)
    return following or circular.first_number or 1


def circular_content(circular: Circular, figures: QuarterFigures | None = None) -> CircularContent:
    """Return what the circular prints: frozen if issued, else its words over current figures."""
    if circular.is_issued:
        return content_from_json(circular.content)
    figures = figures or build_figures(circular.period)
    corrected = circular.corrects
    return replace(
        compose(figures, number=proposed_number(circular), issued_on=circular.dated),
        issuer=circular.issuer,
        title_lines=_lines(circular.title),
        body=_lines(circular.body),
        report_to=circular.report_to,
        send_to=circular.send_to,
        printed_by=circular.printed_by,
        orientation=Orientation.LANDSCAPE if circular.is_landscape else Orientation.PORTRAIT,
        is_sealed=circular.is_sealed,
        corrects=f"{corrected.year}年第{corrected.number}期" if corrected else "",
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def warnings_of(circular: Circular, figures: QuarterFigures) -> list[str]:
    """Return what the office should know before it issues the draft."""
    units = circular.district.units.values_list("name", flat=True)
    aliases = UnitAlias.objects.filter(unit__district_id=circular.district_id)
    unfinished = Contribution.objects.filter(
        entry__period_id=circular.period_id, state__in=UNFINISHED
    )
    return draft_warnings(
        figures,
        [circular.title, circular.body, circular.report_to, circular.send_to],
        [*units, *aliases.values_list("name", flat=True)],
        unfinished.count(),
    )


def changes_of(circular: Circular) -> list[Change]:
    """Return what the ledger says otherwise today than the issued circular does."""
    issued = content_from_json(circular.content)
    current = compose(
        build_figures(circular.period), number=issued.number, issued_on=issued.issued_on
    )
    return changes_since(issued, current)
