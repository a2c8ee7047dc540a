"""The circular as an editable Word file, in the same layout as the PDF.

Styles, page setup and the repeated table head are Word's own, so the office can go on
writing in the file. Names of typefaces are those of the offices' licensed ones.
"""

import io
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from reports.document.annex_pages import (
    annex_tag,
    annex_title_lines,
)
from reports.document.content import BodyTable, CircularContent, NumberForm, Orientation
from reports.document.docx_rows import heading_height
from reports.document.docx_tables import (
    TEXT_WIDTH,
    annex_tables,
    block_table,
    body_table,
    turned_folio,
)
from reports.document.docx_template import RED, template
from reports.document.fonts import ROLES
from reports.document.issuer import masthead_of, signature_of
from reports.document.lines import printable
from reports.document.packages import without_clock
from reports.document.setting import BODY_SIZE, GRID, body_heading
from reports.document.typesetting import FrontFit, block_lines, divided_notes, front_fit

_BODY_SPACING = -4  # twentieths of a point: 28 characters of 3号 in 156 mm
_GRID_PITCH = 579  # twentieths of a point: 22 lines in 225 mm
_HEADER_PARAGRAPHS = 3  # masthead, number, issuer and date: down to the red rule
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def circular_docx(content: CircularContent) -> bytes:
    """Return the circular with its annex as .docx."""
    document = Document(io.BytesIO(template()))
    document.core_properties.author = printable(content.issuer)
    document.core_properties.title = printable(content.title)
    document.core_properties.subject = printable(content.subject)
    document.core_properties.created = document.core_properties.modified = _EPOCH
    document.core_properties.last_modified_by = ""
    document.core_properties.language = "zh-CN"
    _set_up_portrait(document.sections[0])
    _write_folio(document.sections[0])
    _write_front(document, content)
    _write_annex(document, content)
    _write_distribution(document, content)
    buffer = io.BytesIO()
    document.save(buffer)
    return without_clock(buffer.getvalue())


# Pages -----------------------------------------------------------------------


def _set_up_portrait(section: Section) -> None:
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    # The number's dash stands 7 mm below the text area: 35 - 7 less half a line of 14 pt.
    section.header_distance, section.footer_distance = Mm(15), Mm(25.5)
    _set_grid(section)


def _set_up_landscape(section: Section) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    # 28 and 26 mm above and below, 37 and 35 at the sides, changing places from page to page [8]:
    # Word changes only the sides, and those the other way round. The mean is right to 1 mm.
    section.top_margin = section.bottom_margin = Mm(27)
    section.left_margin = section.right_margin = Mm(36)
    # LibreOffice makes room for the turned number (22 mm) as if it stood in line: 28 mm less that.
    section.header_distance, section.footer_distance = Mm(5), Mm(10)


def _set_grid(section: Section) -> None:
    """Set 22 lines a page; a grid of characters too would make LibreOffice print 112 pages."""
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(_GRID_PITCH))


def _write_folio(section: Section) -> None:
    """Write — 1 —: on odd pages at the right, on even ones at the left, one character in [7.5]."""
    for footer, right in ((section.footer, True), (section.even_page_footer, False)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = "通报页码"
        layout = paragraph.paragraph_format
        layout.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
        layout.right_indent, layout.left_indent = (Pt(14), None) if right else (None, Pt(14))
        _append_page_number(paragraph)


def _append_page_number(paragraph: Paragraph) -> None:
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
    paragraph.add_run(" —")


def _write_turned_folio(section: Section) -> None:
    """Write the number at the left edge, turned, low on odd pages and high on even ones."""
    section.footer.is_linked_to_previous = section.even_page_footer.is_linked_to_previous = False
    for header, top in ((section.header, 297 - 150), (section.even_page_header, 28)):
        header.is_linked_to_previous = False
        y = top if top < 100 else 210 - 26 - 25
        header._element.insert(0, turned_folio(Mm(y).twips))


# The circular ------------------------------------------------------------------


def _write_front(document: WordDocument, content: CircularContent) -> None:
    masthead = document.add_paragraph(printable(content.masthead), style="通报报头")
    _space(masthead.runs[0]._r, 360)
    is_issue = content.number_form is NumberForm.ISSUE
    issue = f"第 {content.number} 期" if is_issue else content.number_text
    issue += f"（更正{content.corrects}）" if content.corrects else ""
    number = document.add_paragraph(printable(issue), style="通报期号")
    number.paragraph_format.space_before = Pt(15)
    _write_issuer(document, content)
    fit = front_fit(content)
    title = document.add_paragraph(printable("\n".join(content.title_lines)), style="Heading 1")
    title.paragraph_format.space_before = Pt(2 * fit.pitch)
    title.paragraph_format.space_after = Pt(fit.pitch)
    last = title
    if content.addressed_to:
        addressed = document.add_paragraph(style="附件说明")
        _run(addressed, f"{printable(content.addressed_to).rstrip('：:')}：")
    last = _write_parts(document, content, fit) or last
    # A signature never stands alone on its page: the end of the body's last paragraph goes with it.
    last.paragraph_format.keep_with_next = True
    _write_note(document, content, fit.pitch)
    _write_signature(document, content, fit.gap)
    if content.remark:
        _run(document.add_paragraph(style="通报正文"), f"（{printable(content.remark)}）")
    if fit.pitch != GRID:
        for paragraph in document.paragraphs[_HEADER_PARAGRAPHS:]:
            paragraph.paragraph_format.line_spacing = Pt(fit.pitch)


def _write_parts(
    document: WordDocument, content: CircularContent, fit: FrontFit
) -> Paragraph | None:
    """Write the body; where a paragraph begins the signature's page, the page ends before it."""
    number, last = 0, None
    for part in content.body:
        if isinstance(part, BodyTable):
            _append(document, body_table(part))
            last = document.add_paragraph(style="通报正文")
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


def _append(document: WordDocument, xml: str) -> None:
    """Add tables and paragraphs at the document's end."""
    body = document.element.body
    for element in parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"):
        body.insert(len(body) - 1, element)


def _write_issuer(document: WordDocument, content: CircularContent) -> None:
    issuer = document.add_paragraph(style="通报发文")
    layout = issuer.paragraph_format
    layout.space_before = Pt(14.5)
    layout.left_indent = layout.right_indent = Pt(0)
    layout.tab_stops.add_tab_stop(Pt(BODY_SIZE))
    layout.tab_stops.add_tab_stop(TEXT_WIDTH - Pt(BODY_SIZE), WD_TAB_ALIGNMENT.RIGHT)
    head = masthead_of(content)
    name = "\n".join(f"\t{line}" for line in head.lines)
    _run(issuer, f"{name}\t{content.date_text}")
    if len(head.lines) > 1:
        issuer.runs[0].font.size = Pt(head.size)
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


# The annex ---------------------------------------------------------------------


def _write_annex(document: WordDocument, content: CircularContent) -> None:
    for place, annex in enumerate(content.annexes, start=1):
        section = document.add_section(WD_SECTION.NEW_PAGE)
        if content.orientation is Orientation.LANDSCAPE:
            _set_up_landscape(section)
            _write_turned_folio(section)
        else:
            _set_up_portrait(section)
        # No grid: where its lines do not fill the page, LibreOffice leaves the rest blank.
        section._sectPr.find(qn("w:docGrid")).attrib.clear()
        document.add_paragraph(annex_tag(content, place), style="附表标识")
        lines = annex_title_lines(annex, content.orientation)
        title = document.add_paragraph(printable("\n".join(lines)), style="Heading 2")
        title.paragraph_format.space_before = Pt(GRID)
        below = heading_height(len(lines)) - (2 + len(lines)) * GRID
        title.paragraph_format.space_after = Pt(below)
        _append(document, annex_tables(annex, content.orientation))


# The distribution block ----------------------------------------------------------


def _write_distribution(document: WordDocument, content: CircularContent) -> None:
    """Write the block on an even page of its own, at the foot of the text area [7.4]."""
    section = document.add_section(WD_SECTION.EVEN_PAGE)
    _set_up_portrait(section)
    # No number either: behind a blank page the block's page carries none [7.5], and whether there
    # is one, Word alone knows (a field that asks prints rubbish in other programs).
    for each in (
        *(section.header, section.even_page_header),
        *(section.footer, section.even_page_footer),
    ):
        each.is_linked_to_previous = False
    # On an even page LibreOffice begins the text a line of the grid below the header's place.
    section.header_distance = Mm(27)
    # Word puts what is left of the page above the block, where lines were kept back for others.
    section._sectPr.find(qn("w:docGrid")).addprevious(
        parse_xml(f'<w:vAlign {nsdecls("w")} w:val="bottom"/>')
    )
    lines = sum(block_lines(printable(label + names)) for label, names in content.recipients)
    _append(document, block_table(content, lines))
    end = document.add_paragraph(style="附表间隔")
    end.paragraph_format.line_spacing = Pt(1)
