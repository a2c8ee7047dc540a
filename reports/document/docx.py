"""The circular as an editable Word file, in the same layout as the PDF.

Styles, page setup and the repeated table head are Word's own, so the office can go on
writing in the file. Names of typefaces are those of the offices' licensed ones.
"""

import io
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph

from reports.document.annex_pages import annex_tag, annex_title_lines
from reports.document.content import CircularContent, Orientation
from reports.document.docx_front import FrontFit, front_fit, write_front
from reports.document.docx_rows import heading_height
from reports.document.docx_tables import annex_tables, append_xml, block_table, turned_folio
from reports.document.docx_template import FOLIO_PITCH, template
from reports.document.lines import printable
from reports.document.packages import without_clock
from reports.document.setting import GRID
from reports.document.typesetting import recipient_lines

_GRID_PITCH = 579  # twentieths of a point: 22 lines in 225 mm
# mm below the text area and below the number, whose dash stands 7 mm lower: 35 - 7 less half a
# line of 14 pt.
_FOOT, _FOLIO = 35, 25.5
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
    fit = front_fit(content)
    _write_folio(document.sections[0], fit.kept_free, fit.page)
    write_front(document, content, fit)
    _write_annex(document, content)
    _write_distribution(document, content, fit)
    buffer = io.BytesIO()
    document.save(buffer)
    return without_clock(buffer.getvalue())


# Pages -----------------------------------------------------------------------


def _set_up_portrait(section: Section) -> None:
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(_FOOT)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(_FOLIO)
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


def _write_folio(section: Section, kept_free: float = 0.0, page: int = 1) -> None:
    """Write — 1 —: on odd pages at the right, on even ones at the left, one character in [7.5].

    `kept_free` is how many pt of a page's foot, of the third at most, no text may take: a footer
    as high.
    """
    footers = [(section.footer, True), (section.even_page_footer, False)]
    section.different_first_page_header_footer = kept_free > 0 and page != 2
    if section.different_first_page_header_footer:
        footers.append((section.first_page_footer, True))
    for footer, right in footers:
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = "通报页码"
        layout = paragraph.paragraph_format
        layout.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
        layout.right_indent, layout.left_indent = (Pt(14), None) if right else (None, Pt(14))
        _append_page_number(paragraph)
    if kept_free:
        footer = {1: section.first_page_footer, 2: section.even_page_footer, 3: section.footer}[
            page
        ]
        above = footer.paragraphs[0].insert_paragraph_before(style="通报页码")
        above.paragraph_format.line_spacing = Length(
            Mm(_FOOT - _FOLIO) - Pt(FOLIO_PITCH) + Pt(kept_free)
        )


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


# The annex ---------------------------------------------------------------------


def _write_annex(document: WordDocument, content: CircularContent) -> None:
    for place, annex in enumerate(content.annexes, start=1):
        section = document.add_section(WD_SECTION.NEW_PAGE)
        section.different_first_page_header_footer = False
        if content.orientation is Orientation.LANDSCAPE:
            _set_up_landscape(section)
            _write_turned_folio(section)
        else:
            _set_up_portrait(section)
            _write_folio(section)
        # No grid: where its lines do not fill the page, LibreOffice leaves the rest blank.
        section._sectPr.find(qn("w:docGrid")).attrib.clear()
        document.add_paragraph(annex_tag(content, place), style="附表标识")
        lines = annex_title_lines(annex, content.orientation)
        title = document.add_paragraph(printable("\n".join(lines)), style="Heading 2")
        title.paragraph_format.space_before = Pt(GRID)
        below = heading_height(len(lines)) - (2 + len(lines)) * GRID
        title.paragraph_format.space_after = Pt(below)
        append_xml(document, annex_tables(annex, content.orientation))


# The distribution block ----------------------------------------------------------


def _write_distribution(document: WordDocument, content: CircularContent, fit: FrontFit) -> None:
    """Write the block on an even page of its own, at the foot of the text area [7.4].

    Behind a blank page that page bears no number [7.5]. Where an annex ends, Word alone knows (a
    field that asks prints rubbish in other programs); where a text ends, the plan does.
    """
    section = document.add_section(WD_SECTION.EVEN_PAGE)
    is_odd = fit.pages is not None and fit.pages % 2 == 1
    _set_up_block_page(section, is_numbered=is_odd and not content.annexes)
    append_xml(document, block_table(content, recipient_lines(content.recipients)))
    end = document.add_paragraph(style="附表间隔")
    end.paragraph_format.line_spacing = Pt(1)


def _set_up_block_page(section: Section, *, is_numbered: bool) -> None:
    _set_up_portrait(section)
    section.different_first_page_header_footer = False
    section.header.is_linked_to_previous = section.even_page_header.is_linked_to_previous = False
    if is_numbered:
        _write_folio(section)
    else:
        for footer in (section.footer, section.even_page_footer):
            footer.is_linked_to_previous = False
    # On an even page LibreOffice begins the text a line of the grid below the header's place.
    section.header_distance = Mm(27)
    # Word puts what is left of the page above the block, where lines were kept back for others.
    section._sectPr.find(qn("w:docGrid")).addprevious(
        parse_xml(f'<w:vAlign {nsdecls("w")} w:val="bottom"/>')
    )
