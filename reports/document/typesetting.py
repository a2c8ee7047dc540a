"""The circular as a page design: content to HTML and CSS in the layout of GB/T 9704-2012.

Sizes are in pt unless a name says otherwise. What CSS cannot know beforehand (line ends,
page ends, merged cells, whether a blank page comes before the distribution block) is
worked out here; everything else is in templates/reports/circular/.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any

from django.template.loader import render_to_string

from reports.document import fonts
from reports.document.annex import COLUMNS, PRINTED
from reports.document.annex_pages import (
    ANNEX_TITLE_SIZE,
    BLOCK_LINE,
    GEOMETRIES,
    annex_context,
    annex_room_left,
    plan_annex,
    print_widths,
)
from reports.document.body_tables import ABOVE, BELOW, PADDING, TITLE_SIZE, SetTable, set_tables
from reports.document.content import BodyTable, CircularContent, Orientation
from reports.document.front import SEAL, Front, FrontPlan, TextLine, plan_front, room_left
from reports.document.issuer import masthead_of, printer_lines, red_name_of, signature_of
from reports.document.lines import Line, Measure, break_paragraph, printable
from reports.document.pages import LINE_HEIGHT, PADDINGS, RULE, AnnexPage
from reports.document.pdf import Variant, collector_paused, count_pages, render_pdf
from reports.document.setting import (
    BODY_SIZE,
    BODY_SPACING,
    GRID,
    STEP,
    STEPS,
    TEXT_WIDTH,
    SetLine,
    body_paragraphs,
    set_line,
    width_of,
)

BLOCK_SIZE = 14.0  # 4号
RECIPIENT_LINES = 23  # that a page holds above a printer's name of two lines


# What the annex note does not divide.
_WHOLE = re.compile("第[一二三四]季度|完成情况")


def _note_parts(text: str, is_first: bool) -> list[tuple[str, Measure]]:
    """Divide a line of the annex note into its first line, and what runs over under the name."""
    runover = 3 * BODY_SIZE if is_first else 0.0
    first = Measure(
        TEXT_WIDTH - 2 * BODY_SIZE - (0.0 if is_first else 3 * BODY_SIZE),
        BODY_SIZE,
        fonts.advances("fang"),
        spacing=BODY_SPACING,
    )
    stop = len(break_paragraph(text, first)[0].text)
    for whole in _WHOLE.finditer(text):
        if whole.start() < stop < whole.end():
            stop = whole.start()
    return [(text[:stop], first), (text[stop:], replace(first, width=first.width - runover))]


def _note_lines(text: str, is_first: bool) -> list[SetLine]:
    parts = _note_parts(text, is_first)
    return [set_line(line) for part, measure in parts for line in break_paragraph(part, measure)]


def divided_notes(content: CircularContent) -> list[str]:
    """Return the annex note as `note_texts` does, LF where its first line ends."""
    return [
        "\n".join(part for part, _ in _note_parts(printable(text), not index) if part)
        for index, text in enumerate(note_texts(content))
    ]


@dataclass(frozen=True, slots=True)
class PlannedFront:
    """The pages before the annex, as the Word file takes them over."""

    front: Front
    plan: FrontPlan
    body: list[dict[str, Any]]  # as the template has it


def planned_front(content: CircularContent) -> PlannedFront:
    context = _context(content)
    return PlannedFront(context["front"], context["plan"], context["body"])


def note_texts(content: CircularContent) -> list[str]:
    """Return the annex note line by line: 附表：name, or 附表：1．name, 2．name [7.3.4]."""
    titles = [annex.title for annex in content.annexes]
    if len(titles) > 1:
        titles = [f"{place}．{title}" for place, title in enumerate(titles, start=1)]
    return [f"附表：{title}" if not index else title for index, title in enumerate(titles)]


def _context(content: CircularContent) -> dict[str, Any]:
    """Return what the pages before the annex are filled with, and their `plan`."""
    remark = f"（{printable(content.remark)}）" if content.remark else ""
    inset = replace(_flush(), width=TEXT_WIDTH - 2 * BODY_SIZE)
    context: dict[str, Any] = {
        "content": content,
        "addressed_to": [set_line(line) for line in addressed_lines(content.addressed_to)],
        "body": _body_context(content.body),
        "note": [
            line
            for index, text in enumerate(note_texts(content))
            for line in _note_lines(text, not index)
        ],
        "red_name": red_name_of(content),
        "recipients": _recipients(content),
        "printer": printer_lines(content),
        "masthead": masthead_of(content),
        "signature": signature_of(content),
        "remark": [set_line(line) for line in break_paragraph(remark, inset)],
        "annex_heading": "h2",
    }
    front = _front(context)
    plan = plan_front(front)
    _mark_starts(context["body"], plan)
    return context | {"front": front, "plan": plan, "pitch": plan.pitch, "gap": plan.gap}


def _flush() -> Measure:
    """Return the measure of the body's lines without an indent."""
    return Measure(TEXT_WIDTH, BODY_SIZE, fonts.advances("fang"), spacing=BODY_SPACING)


def addressed_lines(addressed_to: str) -> list[Line]:
    """Return the lines of those addressed, the colon after the last [7.3.2]."""
    text = printable(addressed_to).rstrip("：:")
    return break_paragraph(f"{text}：" if text else "", _flush())


def _front(context: dict[str, Any]) -> Front:
    """Return every line of the pages before the annex."""
    content, signature = context["content"], context["signature"]
    return Front(
        title=len(content.title_lines),
        addressed=len(context["addressed_to"]),
        body=_text_lines(context["body"]),
        note=len(context["note"]),
        signature=len(signature),
        remark=len(context["remark"]),
        is_sealed=content.is_sealed,
        is_under_seal=_reach(context)
        > TEXT_WIDTH
        - signature[-1].right
        - (width_of(content.date_text, "fang", BODY_SIZE) + SEAL) / 2,
    )


def _reach(context: dict[str, Any]) -> float:
    """Return how far from the left the last line before the signature ends, in pt."""
    last = context["note"] or (context["body"][-1].get("lines") if context["body"] else [])
    if last is None:
        return TEXT_WIDTH  # a table
    indent = 5 * BODY_SIZE if len(context["note"]) > 1 else 2 * BODY_SIZE
    return sum(
        indent + width_of(f"{line.lead}{line.text}", "fang", BODY_SIZE) for line in last[-1:]
    )


def line_count(part: dict[str, Any]) -> int:
    """Return how many lines of the plan a paragraph takes, or a table."""
    return len(part["table"].rows) if "table" in part else len(part["lines"])


def _text_lines(body: Sequence[dict[str, Any]]) -> list[TextLine]:
    """Return what the plan knows of the body; no heading ends a page."""
    lines: list[TextLine] = []
    is_after_heading = False
    for part in body:
        if "table" in part:
            own = _table_lines(part["table"])
        else:
            count = len(part["lines"])
            own = [TextLine(is_bound=0 < at == count - 1) for at in range(count)]
        lines += [replace(own[0], is_bound=is_after_heading), *own[1:]] if own else []
        is_after_heading = part.get("is_heading", False)
    return lines


def _table_lines(table: SetTable) -> list[TextLine]:
    head = table.head.height + RULE
    lines = [
        TextLine(table.is_bound(at), lines=0, row=row.height, head=head)
        for at, row in enumerate(table.rows)
    ]
    lines[0] = TextLine(is_bound=False, row=ABOVE + head + table.rows[0].height)
    return [*lines[:-1], replace(lines[-1], row=lines[-1].row + BELOW)]


def _mark_starts(body: Sequence[dict[str, Any]], plan: FrontPlan) -> None:
    """Let each planned line begin its page; a table is parted where one of its rows does."""
    at = 0
    for part in body:
        own = [start - at for start in plan.starts if at <= start < at + line_count(part)]
        at += line_count(part)
        if "table" in part:
            rows = part["table"].rows
            part["begins_page"] = 0 in own
            edges = [0, *filter(None, own), len(rows)]
            part["pages"] = [rows[start:stop] for start, stop in pairwise(edges)]
            continue
        for start in own:
            part["lines"][start] = replace(part["lines"][start], begins_page=True)


def _body_context(body: Sequence[str | BodyTable]) -> list[dict[str, Any]]:
    """Return paragraphs as lines, and tables measured."""
    tables = set_tables(body)
    parts: list[dict[str, Any]] = []
    for place, part in enumerate(body):
        if isinstance(part, str):
            parts += body_paragraphs([part])
        elif place in tables:
            parts.append({"table": tables[place]})
    return parts


def _document(context: dict[str, Any]) -> str:
    html = render_to_string("reports/circular/document.html", context)
    return fonts.with_substitutes(html)


@collector_paused()
def circular_html(content: CircularContent) -> str:
    """Return the complete HTML of a circular with its annexes, ready for `circular_css`."""
    context = _context(content)
    plans = [plan_annex(content, annex) for annex in content.annexes]
    last_number = _front_pages(context) + sum(map(len, plans))
    return _document(
        {
            **context,
            "annexes": _annex_contexts(content, plans),
            "block": _block_place(context, plans, last_number),
        },
    )


def _front_pages(context: dict[str, Any]) -> int:
    """Return how many pages stand before the annex, by the plan where it knows."""
    plan: FrontPlan = context["plan"]
    if plan.page_count is not None:
        return plan.page_count
    return count_pages(_front_html(context), css_of(context["content"]))


def _front_html(context: dict[str, Any]) -> str:
    return _document({**context, "only_front": True})


@collector_paused()
def annex_html(content: CircularContent) -> str:
    """Return the complete HTML of the annexes alone, numbered from 1."""
    plans = [plan_annex(content, annex) for annex in content.annexes]
    annexes = _annex_contexts(content, plans)
    return _document(
        {**_context(content), "only_annex": True, "annex_heading": "h1", "annexes": annexes}
    )


def _annex_contexts(
    content: CircularContent, plans: Sequence[list[AnnexPage]]
) -> list[dict[str, Any]]:
    return [
        annex_context(content, annex, pages, place)
        for place, (annex, pages) in enumerate(zip(content.annexes, plans, strict=True), start=1)
    ]


def _block_place(
    context: dict[str, Any], plans: Sequence[list[AnnexPage]], last_number: int
) -> str:
    """Return where the distribution block goes: "shared", "after" or "blank" [7.4, 7.5].

    It stands at the foot of the last page, which must be an even one: under the text or an
    upright annex where there is room for it; else on a page of its own, before which a blank
    page may be needed. Then neither bears a number.
    """
    if last_number % 2:
        return "after"
    content = context["content"]
    if not plans:
        room = room_left(context["front"], context["plan"])
    elif content.orientation is Orientation.PORTRAIT:
        room = annex_room_left(content, content.annexes[-1], plans[-1])
    else:
        return "blank"
    # A line stays blank above it.
    lines = 1 + len(printer_lines(content)) + recipient_lines(content.recipients)
    return "shared" if room >= lines * BLOCK_LINE else "blank"


def recipient_lines(recipients: Sequence[tuple[str, str]]) -> int:
    """Return the lines that labels and names take in the distribution block."""
    return sum(block_lines(f"{label}{names}") for label, names in recipients)


def block_lines(text: str) -> int:
    """Return the lines that a text of the distribution block takes, its label before it."""
    return len(_block_text(text)[1])


def _block_text(text: str) -> tuple[float, list[Line]]:
    """Return the label's width and the lines, whose runover stands under the first name [7.4]."""
    label = width_of("".join(text.partition("：")[:2]), "fang", BLOCK_SIZE)
    width = TEXT_WIDTH - 2 * BLOCK_SIZE - label
    measure = Measure(width, BLOCK_SIZE, fonts.advances("fang"), indent=-label)
    return label, break_paragraph(printable(text), measure)


def _recipients(content: CircularContent) -> list[dict[str, Any]]:
    texts = [_block_text(f"{label}{names}") for label, names in content.recipients]
    return [
        {"label": round(label, 2), "lines": [set_line(line) for line in lines]}
        for label, lines in texts
    ]


@cache
def circular_css(
    orientation: Orientation, columns: tuple[tuple[str, ...], ...] = (PRINTED,)
) -> str:
    """Return the stylesheet for the faces that are installed; `columns` of each annex."""
    geometry = GEOMETRIES[orientation]
    widths = [print_widths([COLUMNS[key] for key in keys], orientation) for keys in columns]
    return render_to_string(
        "reports/circular/document.css",
        {
            "font_files": fonts.font_files(),
            "faces": {key: fonts.css_stack(key) for key in fonts.ROLES},
            "title_weight": fonts.css_weight("title"),
            "is_landscape": orientation is Orientation.LANDSCAPE,
            "annexes": [[f"{width:.2f}" for width in each] for each in widths],
            "table_width": f"{geometry.width:.2f}",
            "text_width": TEXT_WIDTH,
            "body_table": {
                "above": ABOVE,
                "below": BELOW,
                "padding": PADDING,
                "title_size": TITLE_SIZE,
            },
            "line_height": LINE_HEIGHT,
            "paddings": PADDINGS,
            "grid": GRID,
            "annex_title_size": ANNEX_TITLE_SIZE,
            "wider": [(step, f"{step * STEP:.2f}") for step in range(1, STEPS + 1)],
            "tighter": [(step, f"{-step * STEP:.2f}") for step in range(1, STEPS + 1)],
        },
    )


def css_of(content: CircularContent) -> str:
    """Return the stylesheet of a circular."""
    keys = tuple(annex.columns for annex in content.annexes)
    return circular_css(content.orientation, keys or (PRINTED,))


def circular_pdf(content: CircularContent, variant: Variant = Variant.PRINT) -> bytes:
    """Return the circular with its annexes as PDF."""
    return render_pdf(circular_html(content), css_of(content), variant)


def annex_pdf(content: CircularContent, variant: Variant = Variant.PRINT) -> bytes:
    """Return the annexes alone as PDF."""
    return render_pdf(annex_html(content), css_of(content), variant)


def front_pdf(content: CircularContent) -> bytes:
    """Return the pages before the annex as they are in the whole, in a tenth of its time."""
    return render_pdf(_front_html(_context(content)), css_of(content))
