"""Lines as HTML: the classes that space them, marks closed up, headings in their face."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from reports.document import fonts
from reports.document.lines import SPREAD, Line, Measure, break_paragraph, printable
from targets.markup import fill, join

MM = 72 / 25.4
TEXT_WIDTH, TEXT_HEIGHT = 156 * MM, 225 * MM  # 版心 [5.2.1]
GRID = 28.95  # 22 lines in 225 mm [5.2.3]
BODY_SIZE = 16.0  # 3号
BODY_SPACING = -0.21  # 28 characters of 3号 in 156 mm
# Letter-spacing comes in steps, each a class of the stylesheet.
STEP = 0.02
STEPS = round(SPREAD / STEP)
# Levels of headings in a body [7.3.3]: 一、黑体, （一）楷体; 1. and （1）stay 仿宋.
_LEVELS = (
    (re.compile(r"[一二三四五六七八九十百]+、"), "hei"),
    (re.compile(r"（[一二三四五六七八九十百]+）"), "kai"),
)


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line with the classes that set it; texts are plain or markup of ours."""

    text: str
    css_class: str
    lead: str = ""  # the line's beginning in the heading's typeface
    lead_class: str = ""
    begins_page: bool = False


def spacing_class(spacing: float) -> str:
    """Return the class of the step at or just below a letter-spacing; "" for none."""
    step = int(spacing // STEP + 1e-9) if spacing >= 0 else -int(-spacing / STEP + 0.999)
    step = max(-STEPS, min(STEPS, step))
    return "" if step == 0 else (f"s{step}" if step > 0 else f"t{-step}")


def set_line(line: Line) -> SetLine:
    return SetLine(_closed_up(line, 0, len(line.text)), spacing_class(line.spacing))


def set_lines(lines: Sequence[Line]) -> list[SetLine]:
    """Set lines; neighbours of one spacing become one block with line feeds kept.

    A block a line would cost the layout half as much again, in time and in memory.
    """
    classed = [(spacing_class(line.spacing), _closed_up(line, 0, len(line.text))) for line in lines]
    return [
        SetLine(join("\n", [text for _, text in group]), css_class)
        for css_class, group in groupby(classed, key=itemgetter(0))
    ]


def _closed_up(line: Line, start: int, stop: int) -> str:
    """Return a part of a line, each mark that gives up its blank half marked so."""
    closed = [at for at in line.closed if start <= at < stop]
    if not closed:
        return line.text[start:stop]
    pieces: list[object] = []
    for at in closed:
        pieces += [line.text[start:at], fill('<i class="k">{mark}</i>', mark=line.text[at])]
        start = at + 1
    return join("", [*pieces, line.text[start:stop]])


def width_of(text: str, face: str, size: float) -> float:
    """Return the width of a text in pt."""
    advance = fonts.advances(face)
    return sum(advance(character) for character in text) * size


def body_heading(paragraph: str) -> tuple[int, str]:
    """Return how many characters of a paragraph are its heading, and in which face."""
    for pattern, face in _LEVELS:
        if pattern.match(paragraph):
            stop = paragraph.find("。")
            return (len(paragraph) if stop < 0 else stop + 1), face
    return 0, ""


def body_paragraphs(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return the body's paragraphs as lines, each run measured and set in its own face."""
    parts = [part.strip(" \u3000") for text in texts for part in printable(text).split("\n")]
    return [_body_paragraph(part) for part in parts if part]


def _body_paragraph(paragraph: str) -> dict[str, Any]:
    length, face = body_heading(paragraph)
    measure = Measure(
        width=TEXT_WIDTH,
        size=BODY_SIZE,
        advance=fonts.advances("fang"),
        indent=2 * BODY_SIZE,
        spacing=BODY_SPACING,
        head_length=length,
        head_advance=fonts.advances(face) if face else None,
    )
    lines = []
    for line in break_paragraph(paragraph, measure):
        split = max(0, min(len(line.text), length - line.start))
        lines.append(
            SetLine(
                _closed_up(line, split, len(line.text)),
                spacing_class(line.spacing),
                _closed_up(line, 0, split),
                face,
            )
        )
    return {"lines": lines, "is_heading": length >= len(paragraph) > 0}
