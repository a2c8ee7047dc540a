"""The pages before the annex in the Word file: masthead, title, body, annex note and signature."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate

from docx.document import Document as WordDocument
from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from reports.document.body_tables import set_tables
from reports.document.content import BodyTable, CircularContent, NumberForm
from reports.document.docx_tables import TEXT_WIDTH, append_xml, body_table
from reports.document.docx_template import RED
from reports.document.fonts import ROLES
from reports.document.issuer import RED_SIZE, SMALL_SIZE, masthead_of, red_name_of, signature_of
from reports.document.lines import printable
from reports.document.setting import BODY_SIZE, GRID, TEXT_HEIGHT, body_heading
from reports.document.typesetting import PlannedFront, divided_notes, line_count, planned_front

_BODY_SPACING = -4  # twentieths of a point: 28 characters of 3号 in 156 mm
_HEADER_PARAGRAPHS = 3  # masthead, number, issuer and date: down to the red rule
# Lines of the last paragraph on the signature's page: some are left if Word needs one or two less.
_SURE_LINES = 4
# pt that a page has beside its lines; LibreOffice moves the text down by half of it.
_SPARE = 3.0
_FOOTERS = 3  # that a section has: the first page's, the even ones', the odd ones'


@dataclass(frozen=True, slots=True)
class FrontFit:
    """What the Word file takes over of the plan for the pages before the annex."""

    gap: float  # pt before the signature
    pitch: float  # pt, from the title on
    over: int | None = None  # the paragraph, tables not counted, that begins the signature's page
    # Pt at the foot of the page before the signature's, so that lines go over with it.
    kept_free: float = 0.0
    page: int = 1  # which that is
    keeps_last: bool = True  # the last paragraph goes with the signature
    pages: int | None = None  # before the annex; None where only the layout knows


def front_fit(content: CircularContent) -> FrontFit:
    """Return how text and signature stay together, from the lines that the PDF has.

    Word takes the last lines of a paragraph that goes with the signature, LibreOffice all of it:
    a paragraph that both pages hold is not kept, and the first of them has room for its part alone.
    """
    planned = planned_front(content)
    return replace(_fit(planned), pages=planned.plan.page_count)


def _fit(planned: PlannedFront) -> FrontFit:
    plan, body, lines = planned.plan, planned.body, planned.front.body
    gap = plan.gap * plan.pitch
    if not plan.starts:
        return FrontFit(gap, plan.pitch)
    start = plan.starts[-1]
    firsts = [*accumulate(map(line_count, body), initial=0)]
    place = bisect_right(firsts, start) - 1
    if "table" in body[place]:  # its rows are Word's own to divide
        return FrontFit(gap, plan.pitch)
    if start == firsts[place]:
        number = sum("lines" in part for part in body[:place])
        return FrontFit(gap, plan.pitch, over=number if plan.is_early else None)
    is_last, page = place == len(body) - 1, len(plan.starts)
    if not plan.is_early and len(lines) - start < _SURE_LINES:
        start -= 1
    elif not plan.is_early:
        return FrontFit(gap, plan.pitch, keeps_last=not is_last)
    if page > _FOOTERS:
        return FrontFit(gap, plan.pitch)
    first = plan.starts[-2] if page > 1 else 0
    above = lines[first].head if page > 1 else planned.front.height_above(GRID)
    taken = above + sum(line.height(GRID) for line in lines[first:start])
    kept_free = TEXT_HEIGHT - taken - _SPARE
    return FrontFit(gap, plan.pitch, kept_free=kept_free, page=page, keeps_last=not is_last)


def write_front(document: WordDocument, content: CircularContent, fit: FrontFit) -> None:
    _write_masthead(document, content)
    is_issue = content.number_form is NumberForm.ISSUE
    issue = f"第 {content.number} 期" if is_issue else content.number_text
    number = document.add_paragraph(printable(issue), style="通报期号")
    if content.corrects:
        corrects = number.add_run(f"（更正{printable(content.corrects)}）")
        corrects.font.size = Pt(SMALL_SIZE)
    # With the rule 0.5 mm higher than in print a full page is surely full.
    number.paragraph_format.space_before = Pt(13.5)
    _write_issuer(document, content)
    title = document.add_paragraph(printable("\n".join(content.title_lines)), style="Heading 1")
    title.paragraph_format.space_before = Pt(2 * fit.pitch)
    title.paragraph_format.space_after = Pt(fit.pitch)
    last = title
    if content.addressed_to:
        addressed = document.add_paragraph(style="附件说明")
        _run(addressed, f"{printable(content.addressed_to).rstrip('：:')}：")
    last = _write_parts(document, content, fit) or last
    # A signature never stands alone on its page: the end of the body's last paragraph goes with it.
    last.paragraph_format.keep_with_next = fit.keeps_last or None
    last.paragraph_format.widow_control = None if fit.keeps_last else True
    _write_note(document, content, fit.pitch)
    _write_signature(document, content, fit.gap)
    if content.remark:
        _run(document.add_paragraph(style="通报正文"), f"（{printable(content.remark)}）")
    if fit.pitch != GRID:
        for paragraph in document.paragraphs[_HEADER_PARAGRAPHS:]:
            if paragraph.style and paragraph.style.name != "正文表后":
                paragraph.paragraph_format.line_spacing = Pt(fit.pitch)


def _write_masthead(document: WordDocument, content: CircularContent) -> None:
    """Write the paper's name, letter-spaced, the last character not: it stands in the middle."""
    red = red_name_of(content)
    masthead = document.add_paragraph(style="通报报头")
    name = printable(content.masthead)
    for text, spacing in ((name[:-1], round(red.spacing * 20)), (name[-1:], 0)):
        run = masthead.add_run(text)
        _space(run._r, spacing)
        run.font.size = Pt(red.size) if red.size != RED_SIZE else None


def _write_parts(
    document: WordDocument, content: CircularContent, fit: FrontFit
) -> Paragraph | None:
    """Write the body; where a paragraph begins the signature's page, the page ends before it."""
    number, last = 0, None
    tables = set_tables(content.body)
    for place, part in enumerate(content.body):
        if place in tables:
            append_xml(document, body_table(tables[place]))
            last = document.add_paragraph(style="正文表后")
        if isinstance(part, BodyTable):
            continue
        for text in printable(part).split("\n"):
            if text := text.strip(" \u3000"):
                last = _write_body(document, text)
                last.paragraph_format.page_break_before = True if number == fit.over else None
                number += 1
    return last


def _write_note(document: WordDocument, content: CircularContent, pitch: float) -> None:
    for index, text in enumerate(divided_notes(content)):
        note = document.add_paragraph(style="附件说明")
        layout = note.paragraph_format
        layout.space_before = Pt(0 if index else pitch)
        layout.left_indent = Pt(5 * BODY_SIZE)
        layout.first_line_indent = Pt(0 if index else -3 * BODY_SIZE)
        # A signature never stands alone on its page: the body's last paragraph goes with it.
        layout.keep_with_next = layout.keep_together = True
        _run(note, text)


def _write_issuer(document: WordDocument, content: CircularContent) -> None:
    issuer = document.add_paragraph(style="通报发文")
    layout = issuer.paragraph_format
    layout.space_before = Pt(14.5)
    layout.left_indent = layout.right_indent = Pt(0)
    layout.tab_stops.add_tab_stop(Pt(BODY_SIZE))
    layout.tab_stops.add_tab_stop(TEXT_WIDTH - Pt(BODY_SIZE), WD_TAB_ALIGNMENT.RIGHT)
    # LibreOffice sets a quarter em at each change between Chinese and figures: six in a date.
    head = masthead_of(content, spare=2 * BODY_SIZE)
    name = "\n".join(f"\t{line}" for line in head.lines)
    _run(issuer, f"{name}\t{content.date_text}")
    issuer.runs[0].font.size = None if head.size == BODY_SIZE else Pt(head.size)
    if len(head.lines) > 1:
        layout.space_before = Pt(5.5)
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(19)
    border = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="18" w:space="6" '
        f'w:color="{RED}"/></w:pBdr>'
    )
    issuer._p.get_or_add_pPr().insert_element_before(
        border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _write_body(document: WordDocument, text: str) -> Paragraph:
    """Write a paragraph, its heading in its face."""
    paragraph = document.add_paragraph(style="通报正文")
    length, face = body_heading(text)
    if length:
        _run(paragraph, text[:length], face)
    if length < len(text):
        _run(paragraph, text[length:])
    return paragraph


def _run(paragraph: Paragraph, text: str, face: str = "") -> None:
    """Add a run of the body's spacing, in another face where one is named."""
    run = paragraph.add_run(text)
    if face:
        fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
        for key in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(key), ROLES[face].office_name)
    _space(run._r, _BODY_SPACING)


def _space(run: BaseOxmlElement, twentieths: int) -> None:
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(twentieths))
    run.get_or_add_rPr().append(spacing)


def _write_signature(document: WordDocument, content: CircularContent, gap: float) -> None:
    lines = signature_of(content)
    for index, line in enumerate(lines):
        paragraph = document.add_paragraph(style="通报落款")
        paragraph.paragraph_format.space_before = Pt(0 if index else gap)
        paragraph.paragraph_format.right_indent = Pt(line.right)
        paragraph.paragraph_format.keep_with_next = index < len(lines) - 1
        _run(paragraph, line.text)
