"""A circular row and the ledger's figures to the content that prints, checks and compares."""

from dataclasses import replace

from reports.circulars.checking import LaterChange, changes_since, draft_warnings
from reports.circulars.models import Circular
from reports.document.annex import fetch_extra, print_order
from reports.document.content import (
    CircularContent,
    Orientation,
    break_title,
    compose,
    content_from_json,
    title_lines,
)
from reports.document.fonts import SUBSTITUTE, characters_missing
from reports.document.lines import printable
from reports.figures.quarter import QuarterFigures, build_figures
from reports.figures.sentence import opening_sentence, pace_paragraphs
from targets.choices import ContributionState
from targets.models import Contribution, UnitAlias

UNFINISHED = (ContributionState.DRAFT, ContributionState.SUBMITTED, ContributionState.RETURNED)


def proposed_number(circular: Circular) -> int:
    """Return the number that the draft would get if it were issued now."""
    following = Circular.objects.next_number(circular.district_id, circular.dated)
    return following or circular.first_number or 1


def generated_words(circular: Circular, figures: QuarterFigures) -> dict[str, str]:
    """Return title and body as the figures give them, one line of the print a line."""
    corrected = circular.corrects
    correcting = (
        f"{corrected.year}年第{corrected.number}期《督查通报》有关内容现予更正，以本期为准。\n"
        if corrected
        else ""
    )
    pace = pace_paragraphs(figures) if circular.tells_pace else ()
    return {
        "title": "\n".join(title_lines(figures)),
        "body": correcting + "\n".join((opening_sentence(figures), *pace)),
    }


def current_words(circular: Circular, figures: QuarterFigures) -> dict[str, str]:
    """Return a draft's title and body: the office's own, else as the figures give them now."""
    generated = generated_words(circular, figures)
    return {name: getattr(circular, name) or text for name, text in generated.items()}


def circular_content(circular: Circular, figures: QuarterFigures | None = None) -> CircularContent:
    """Return what the circular prints: frozen if issued, else its words over current figures."""
    if circular.is_issued:
        return content_from_json(circular.content)
    figures = figures or build_figures(circular.period)
    corrected = circular.corrects
    words = current_words(circular, figures)
    columns = print_order(circular.extra_columns)
    return replace(
        compose(
            figures,
            number=proposed_number(circular),
            issued_on=circular.dated,
            columns=columns,
            extra=fetch_extra(circular.period, columns),
        ),
        issuer=circular.issuer,
        title_lines=tuple(part for line in _lines(words["title"]) for part in break_title(line)),
        body=_lines(words["body"]),
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
    warnings = draft_warnings(
        figures,
        [circular.title, circular.body, circular.report_to, circular.send_to],
        [*units, *aliases.values_list("name", flat=True)],
        unfinished.count(),
    )
    missing = characters_missing(printable(_all_words(circular, figures)))
    if missing:
        names = "、".join(f"{each}（U+{ord(each):04X}）" for each in missing)
        warnings.append(f"已安装的字体中没有这些字，PDF中印作“{SUBSTITUTE}”：{names}。")
    return warnings


def _all_words(circular: Circular, figures: QuarterFigures) -> str:
    """Return everything that people wrote and the circular prints, as one text."""
    rows = (
        text
        for row in figures.rows
        for text in (row.goal_name, row.standard, row.text, *row.lead_units)
    )
    words = current_words(circular, figures).values()
    return "\n".join((*words, circular.issuer, circular.report_to, circular.send_to, *rows))


def changes_of(circular: Circular) -> list[LaterChange]:
    """Return what the ledger says otherwise today than the issued circular does."""
    issued = content_from_json(circular.content)
    columns = issued.annex.columns
    current = compose(
        build_figures(circular.period),
        number=issued.number,
        issued_on=issued.issued_on,
        columns=columns,
        extra=fetch_extra(circular.period, columns),
    )
    return changes_since(issued, current)
