"""The tables of the Word file as WordprocessingML, built in one piece each.

Cell by cell through python-docx's own API takes ten times as long.
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt

from reports.document.annex import Annex, Layout
from reports.document.annex_pages import BLOCK_LINE
from reports.document.body_tables import PADDING, SetTable
from reports.document.content import CircularContent, Orientation
from reports.document.docx_rows import BOTTOM, SIDES, TOP, GoalTable, goal_tables
from reports.document.issuer import printer_lines
from reports.document.lines import printable
from reports.document.setting import TEXT_HEIGHT, width_of
from reports.document.typesetting import BLOCK_SIZE

TEXT_WIDTH = Mm(156)
# Word wants a paragraph after a table: it stands below the block's last rule.
BLOCK_END = 5  # pt, with the rules
_LINES_SURE = 8  # of recipients, in which programs do not differ by a line
_OUTER, _INNER = 8, 6  # eighths of a point: 0.35 and 0.25 mm [7.4]
_EDGES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def append_xml(document: WordDocument, xml: str) -> None:
    """Add tables and paragraphs at the document's end."""
    body = document.element.body
    for element in parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"):
        body.insert(len(body) - 1, element)


def turned_folio(y: int) -> BaseOxmlElement:
    """Return a table of one turned cell, placed on the page from its top left corner."""
    x, width, height = Mm(25.5).twips, Pt(18).twips, Mm(22).twips
    return parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblpPr w:vertAnchor="page" w:horzAnchor="page" w:tblpX="{x}" w:tblpY="{y}"/>'
        f'<w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid>'
        f'<w:tr><w:trPr><w:trHeight w:val="{height}" w:hRule="exact"/></w:trPr><w:tc><w:tcPr>'
        f'<w:tcW w:w="{width}" w:type="dxa"/><w:textDirection w:val="tbRl"/>'
        '<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="通报页码"/>'
        '<w:jc w:val="center"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r>'
        '<w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        '<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:tc></w:tr></w:tbl>'
    )


def annex_tables(annex: Annex, orientation: Orientation) -> str:
    """Return the annex as WordprocessingML: a table a goal, a narrow blank between them.

    The head rows, which Word repeats on every page, say the goal and the columns; no row breaks.
    """
    parted = '<w:p><w:pPr><w:pStyle w:val="附表间隔"/></w:pPr></w:p>'
    return parted.join(map(_goal_table, goal_tables(annex, orientation)))


def _goal_table(goal: GoalTable) -> str:
    widths = [round(width * 20) for width in goal.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    heads = "".join(
        _cell(width, [head], "附表表头") for width, head in zip(widths, goal.heads, strict=True)
    )
    styles = ["附表正文" if column.layout is Layout.TEXT else "附表居中" for column in goal.columns]
    rows = "".join(
        f"<w:tr><w:trPr><w:cantSplit/>{_least(row.least)}</w:trPr>"
        + "".join(map(_cell, widths, row.cells, styles))
        + "</w:tr>"
        for row in goal.rows
    )
    whole = sum(widths)
    side, top, bottom = (round(each * 20) for each in (SIDES, TOP, BOTTOM))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{whole}" w:type="dxa"/>'
        f"<w:tblBorders>{_EDGES}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="{top}" w:type="dxa"/>'
        f'<w:left w:w="{side}" w:type="dxa"/><w:bottom w:w="{bottom}" w:type="dxa"/>'
        f'<w:right w:w="{side}" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f"{_head_row(_cell(whole, [goal.name], '附表目标', span=len(widths)))}"
        f"{_head_row(heads)}{rows}</w:tbl>"
    )


def _least(height: float) -> str:
    return f'<w:trHeight w:val="{round(height * 20)}" w:hRule="atLeast"/>' if height else ""


def _head_row(cells: str) -> str:
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def _cell(
    width: int, paragraphs: Sequence[str], style: str, span: int = 1, *, is_kept: bool = False
) -> str:
    """Return a cell; the row of one that is kept stays on the page of the next row."""
    spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spanned}'
        f'<w:vAlign w:val="center"/></w:tcPr>{_paragraphs(paragraphs, style, is_kept)}</w:tc>'
    )


def _paragraphs(texts: Sequence[str], style: str, is_kept: bool = False) -> str:
    """Return paragraphs; a line feed in one ends its line, as a name's does."""
    keep = "<w:keepNext/>" if is_kept else ""
    return "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{keep}</w:pPr>{_run(printable(text))}</w:p>'
        for text in texts or [""]
    )


def _run(text: str) -> str:
    if not text:
        return ""
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r>{'<w:br/>'.join(lines)}</w:r>"


def body_table(table: SetTable) -> str:
    """Return a table of the body below its title, as in print; a head and one row never part."""
    widths = [round(width * 20) for width in table.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    padding = round(PADDING * 20)
    head = "".join(
        _cell(width, [cell], "附表表头")
        for width, cell in zip(widths, table.head.cells, strict=True)
    )
    rows = "".join(
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        + "".join(
            _cell(width, [cell], "附表居中", is_kept=place + 1 == len(table.rows) or bound)
            for width, cell in zip(widths, row.cells, strict=True)
        )
        + "</w:tr>"
        for place, row in enumerate(table.rows)
        for bound in [table.is_bound(place + 1)]
    )
    return (
        f'<w:p><w:pPr><w:pStyle w:val="正文表题"/></w:pPr>{_run(printable(table.title))}</w:p>'
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders>{_EDGES}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar>'
        f'<w:top w:w="{padding}" w:type="dxa"/><w:left w:w="{padding}" w:type="dxa"/>'
        f'<w:bottom w:w="{padding}" w:type="dxa"/><w:right w:w="{padding}" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{_head_row(head)}{rows}</w:tbl>"
    )


def block_table(content: CircularContent, lines: int) -> str:
    """Return the distribution block at the foot of the text area, and what fills it above.

    `lines` are those of its recipients.

    Neither "at the foot" nor a floating table is understood by every program: an empty row of
    the height that is left puts the block there in all of them. Rules are 0.35 mm outside,
    0.25 mm inside, none at the sides.
    """
    width = TEXT_WIDTH.twips
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{width - 560}"/></w:tabs>'
    printer = printer_lines(content)
    printed_by = _block_line(tab, "", "\n".join(printer), f"{content.date_text}印发")
    rows = [(printed_by, len(printer))]
    if content.recipients:
        texts = (
            _block_line("", _hanging(label), printable(label + names))
            for label, names in content.recipients
        )
        rows.insert(0, ("".join(texts), lines))
    tops, bottoms = [_OUTER, _INNER][: len(rows)], [0, _OUTER][-len(rows) :]
    block = "".join(
        _block_row(cell, "atLeast", count * BLOCK_LINE, top, bottom)
        for (cell, count), top, bottom in zip(rows, tops, bottoms, strict=True)
    )
    # Long lists take a line more in some programs, and must not go over for it.
    lines_kept = sum(count for _, count in rows) + lines // _LINES_SURE
    filled = TEXT_HEIGHT - BLOCK_LINE * lines_kept - BLOCK_END
    above = _block_row(_paragraphs([""], "附表间隔"), "exact", filled)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{width}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="280" w:type="dxa"/>'
        '<w:right w:w="280" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid>{above}{block}</w:tbl>'
    )


def _block_row(cell: str, rule: str, height: float, top: int = 0, bottom: int = 0) -> str:
    """Return a row of one cell, its height in pt; `top` and `bottom` are rules in 1/8 pt."""
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>'
        for side, size in (("top", top), ("bottom", bottom))
        if size
    )
    borders = f"<w:tcBorders>{sides}</w:tcBorders>" if sides else ""
    return (
        f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{round(height * 20)}" '
        f'w:hRule="{rule}"/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{TEXT_WIDTH.twips}" w:type="dxa"/>'
        f"{borders}</w:tcPr>{cell}</w:tc></w:tr>"
    )


def _hanging(label: str) -> str:
    """Return the indent that sets a second line under the first name [7.4]."""
    width = round(width_of(printable(label), "fang", BLOCK_SIZE) * 20)
    return f'<w:ind w:left="{width}" w:hanging="{width}"/>'


def _block_line(tabs: str, indent: str, text: str, after_tab: str = "") -> str:
    tabbed = f"<w:r><w:tab/><w:t>{escape(after_tab)}</w:t></w:r>" if after_tab else ""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="通报版记"/>{tabs}{indent}</w:pPr>'
        f"{_run(printable(text))}{tabbed}</w:p>"
    )
