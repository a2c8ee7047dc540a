"""What WeasyPrint 70 works out anew for every box and every line, worked out once.

The circular has some 1,500 lines, and boxes of one class share one style. The engine resolves
that style's lengths, asks whether it floats, and looks up its line height again for each of
them, and shapes every line a second time to paint it. Kept, that is a quarter of the whole time,
and not a byte of the document is another (tests/test_document_engine.py).

One fault is mended beside: `level_lines`. All names here but these two are private to the
engine; a version that we have not seen works as it is, and takes longer.
"""

import sys
from collections.abc import Callable
from typing import Any

import weasyprint
from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline, percent
from weasyprint.text import line_break

VERSION = "70.0"
_SIDES = ("top", "right", "bottom", "left")
_LENGTHS = (
    *(f"margin_{side}" for side in _SIDES),
    *(f"padding_{side}" for side in _SIDES),
    *(f"{limit}{axis}" for limit in ("", "min_", "max_") for axis in ("width", "height")),
)
_BORDERS = tuple(f"border_{side}_width" for side in _SIDES)

_resolve_percentages = percent.resolve_percentages
_is_in_normal_flow = boxes.Box.is_in_normal_flow
_strut = line_break.strut
_set_text = line_break.Layout.set_text
_split_text_box = inline.split_text_box
_deactivate = line_break.Layout.deactivate
_reactivate = line_break.Layout.reactivate


def quicken() -> None:
    """Let the engine keep what it knows; for the whole process, done again it changes nothing."""
    if weasyprint.__version__ != VERSION:
        return
    _replace("resolve_percentages", _resolve_lengths)
    _replace("strut", _kept_strut)
    boxes.Box.is_in_normal_flow = _is_in_flow
    boxes.ParentBox.page_values = _page_values
    line_break.Layout.set_text = _set_line
    line_break.Layout.deactivate = _release_once_drawn
    line_break.Layout.reactivate = _keep_for_drawing


def _replace(name: str, function: Callable[..., object]) -> None:
    """Put a function in the place of the engine's of this name, wherever it was imported."""
    for path, module in list(sys.modules.items()):
        if path.startswith("weasyprint.") and hasattr(module, name):
            setattr(module, name, function)


def level_lines() -> None:
    """Keep a line as high as it is said to be, whatever signs stand in it.

    A sign that the face lacks (−, ³) comes from another, whose ascent moves the line's text
    against the height that every line has: 30.24 pt for 28.95, and a page of them ran over.
    """
    if weasyprint.__version__ == VERSION:
        inline.split_text_box = _split_level


def _split_level(*args: Any, **kwargs: Any) -> tuple[Any, Any, Any]:
    """Split a text at the line's end, its baseline where the face's own is; split_text_box."""
    box, resume_at, is_broken = _split_text_box(*args, **kwargs)
    if box is not None and box.style["line_height"] != "normal":
        _height, box.baseline = line_break.strut(box.style)
    return box, resume_at, is_broken


def _fixed_lengths(style: Any) -> dict[str, Any] | None:
    """Return the used values of a style's lengths; None where they hang on another box."""
    if style["box_sizing"] != "content-box":
        return None
    found: dict[str, Any] = {}
    for name in _LENGTHS:
        value = style[name]
        if value == "auto":
            found[name] = 0 if name in {"min_width", "min_height"} else "auto"
        elif getattr(value, "unit", None) == "px":
            found[name] = value.value
        else:
            return None  # a share of another length
    return found


def _resolve_lengths(box: Any, containing_block: Any) -> None:
    """Set a box's used lengths; the engine's resolve_percentages."""
    style = box.style
    try:
        lengths, borders = style.fixed_lengths, style.border_widths
    except AttributeError:
        lengths = style.fixed_lengths = _fixed_lengths(style)
        borders = style.border_widths = [(name, style[name]) for name in _BORDERS]
    if lengths is None:
        _resolve_percentages(box, containing_block)
        return
    used = vars(box)
    used.update(lengths)
    if style["border_collapse"] != "collapse":
        used.update(borders)
        return
    for name, width in borders:
        # Where neighbours share a rule, a cell's own width is settled already.
        used.setdefault(name, width)


def _is_in_flow(box: Any) -> bool:
    """Tell whether a box is neither floated nor placed; the engine's is_in_normal_flow."""
    try:
        found: bool = box.style.is_in_flow
    except AttributeError:
        found = box.style.is_in_flow = _is_in_normal_flow(box)
    return found


def _page_values(box: Any) -> tuple[str, str]:
    """Return the page's name that a box begins and ends with; the engine's page_values.

    Of the children only the first and the last are asked, not all of them.
    """
    start = end = box.style["page"]
    first = next(filter(_counts, box.children), None)
    if first is not None:
        last = next(filter(_counts, reversed(box.children)))
        values = first.page_values()
        start = values[0] or start
        end = (values if last is first else last.page_values())[1] or end
    return start, end


def _counts(child: Any) -> bool:
    return child.is_in_normal_flow() or child.is_floated()


def _kept_strut(style: Any) -> tuple[float, float]:
    """Return a style's line height and where its baseline is; the engine's strut."""
    try:
        found: tuple[float, float] = style.strut
    except AttributeError:
        found = style.strut = _strut(style)
    return found


def _set_line(layout: Any, text: str, justify: bool = False) -> None:
    """Set a layout's text in the mode in which it is painted, else it is shaped again then."""
    line_break.pango.pango_layout_set_single_paragraph_mode(layout.layout, "\n" not in text)
    _set_text(layout, text, justify)


def _release_once_drawn(layout: Any) -> None:
    """Keep a measured line's layout until it is painted; the engine makes another then."""
    if vars(layout).get("is_drawn"):
        _deactivate(layout)


def _keep_for_drawing(layout: Any, style: Any) -> None:
    layout.is_drawn = True
    if "layout" not in vars(layout):  # painted once already, on another page
        _reactivate(layout, style)
    elif layout.justification_spacing:
        layout.set_text(layout.text, justify=True)
