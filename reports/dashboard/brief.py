"""The one-page brief for leaders (领导简报): the overview on a sheet of A4."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from django.template.loader import render_to_string

from reports import renderings
from reports.dashboard import charts
from reports.dashboard.overview import Overview, draw_trends
from reports.document import fonts
from reports.document.pdf import count_pages, render_pdf
from reports.figures.ledger import fetch_problems
from targets.models import Period

# From roomy to dense: point size of the text, most goals shown, characters of an item's standard.
DENSITIES = ((10.0, 24, 46), (9.0, 24, 42), (8.5, 30, 40), (8.0, 30, 34), (7.0, 24, 30))
UNCUT = 1_000_000  # goals and characters: all of them
KIND = "brief"  # as its kept files are called


class TooLongError(ValueError):
    """Not even the densest setting fits on one page."""


def brief_pdf(
    overview: Overview, period: Period, *, today: date, chosen: Sequence[str] = ()
) -> bytes:
    """Return the brief as PDF, of one page exactly; the same figures are set once.

    Set denser until it fits; raises TooLongError where nothing does.
    """
    # Uncut it holds all that any density shows.
    whole = brief_html(overview, period, today=today, chosen=chosen, goals=UNCUT, characters=UNCUT)
    digest = renderings.digest_of(whole, *(_css(size) for size, _goals, _cut in DENSITIES))
    return renderings.made_once(
        digest, KIND, lambda: _set_brief(overview, period, today=today, chosen=chosen)
    )


def _set_brief(overview: Overview, period: Period, *, today: date, chosen: Sequence[str]) -> bytes:
    for size, goals, characters in DENSITIES:
        html = brief_html(
            overview, period, today=today, chosen=chosen, goals=goals, characters=characters
        )
        css = _css(size)
        if count_pages(html, css) == 1:
            return render_pdf(html, css)
    raise TooLongError("内容过多，一页排不下。请按目标、单位或分管领导筛选后再打印。")


def brief_html(
    overview: Overview,
    period: Period,
    *,
    today: date,
    chosen: Sequence[str] = (),
    goals: int = 24,
    characters: int = 46,
) -> str:
    """Return the brief as complete HTML with at most so many goals."""
    problems = fetch_problems(period) if period.asks_problems else {}
    fills = charts.assign_fills(overview.figures.classes)
    shown = {each.key for each in overview.figures.classes if each.count}
    listed = overview.goals
    if len(listed) > goals:
        # The weakest are what a leader asks about.
        listed = listed[:goals]
    return render_to_string(
        "reports/brief/page.html",
        {
            "overview": overview,
            "figures": overview.figures,
            "period": period,
            "today": today,
            "chosen": chosen,
            "fills": [fill for fill in fills if fill.key in shown],
            "main_bar": charts.stack_bar(overview.figures.classes, fills),
            "goals": [(goal, charts.stack_bar(goal.classes, fills)) for goal in listed],
            "goals_left_out": len(overview.goals) - len(listed),
            "lines": draw_trends(overview),
            "worries": [
                (
                    worry,
                    _cut(worry.row.standard, characters),
                    _cut(problems.get(worry.row.item_id, ""), characters),
                )
                for worry in overview.worries
            ],
            "late_elsewhere": overview.late_elsewhere,
            "late_units": overview.late_units[:8],
        },
    )


def _cut(text: str, characters: int) -> str:
    """Return a text as one line, with … where it goes on."""
    line = " ".join(text.split())
    return line if len(line) <= characters else f"{line[: characters - 1]}…"


@cache
def _css(size: float) -> str:
    """Return the stylesheet at a size of text, for the faces that are installed."""
    return render_to_string(
        "reports/brief/page.css",
        {
            "font_files": fonts.font_files(),
            "faces": {key: fonts.css_stack(key) for key in fonts.ROLES},
            "title_weight": fonts.css_weight("title"),
            "size": size,
        },
    )
