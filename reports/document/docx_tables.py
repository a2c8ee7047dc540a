"""The tables of the Word file as WordprocessingML, built in one piece each.

Cell by cell through python-docx's own API takes ten times as long.
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt

from reports.document.annex import Annex, AnnexRow, Column, Layout
from reports.document.annex_pages import print_widths
from reports.document.content import BodyTable, CircularContent, Orientation
from reports.document.lines import printable

TEXT_WIDTH = Mm(156)


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


def annex_table(annex: Annex, orientation: Orientation, tall: frozenset[int]) -> str:
    """Return the annex table's XML; rows whose index is in `tall` may break across pages."""
    columns = annex.printed
    widths = [round(width * 20) for width in print_widths(columns, orientation)]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    heads = "".join(
        _cell(width, [annex.head_of(column)], "附表表头")
        for width, column in zip(widths, columns, strict=True)
    )
    rows = []
    previous = None
    for index, row in enumerate(annex.rows):
        is_first = row.goal_number != previous
        previous = row.goal_number
        cells = "".join(
            _annex_cell(row, column, width, is_first=is_first)
            for width, column in zip(widths, columns, strict=True)
        )
        keep = "" if index in tall else "<w:trPr><w:cantSplit/></w:trPr>"
        rows.append(f"<w:tr>{keep}{cells}</w:tr>")
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders>{edges}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="40" w:type="dxa"/>'
        '<w:left w:w="60" w:type="dxa"/><w:bottom w:w="40" w:type="dxa"/>'
        f'<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>{''.join(rows)}</w:tbl>"
    )


def _annex_cell(row: AnnexRow, column: Column, width: int, *, is_first: bool) -> str:
    """Return one cell; `is_first` tells that the goal begins with the row."""
    style = "附表正文" if column.layout is Layout.TEXT else "附表居中"
    if column.layout is not Layout.GOAL:
        return _cell(width, column.paragraphs(row), style)
    if is_first:
        return _cell(width, column.paragraphs(row), style, "restart")
    return _cell(width, [""], style, "continue")


def _cell(width: int, paragraphs: Sequence[str], style: str, merge: str = "") -> str:
    merged = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{merged}'
        f'<w:vAlign w:val="center"/></w:tcPr>{_paragraphs(paragraphs, style)}</w:tc>'
    )


def _paragraphs(texts: Sequence[str], style: str) -> str:
    return "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(part)}</w:t></w:r></w:p>'
        for text in texts or [""]
        for part in printable(text).split("\n")
    )


def body_table(table: BodyTable) -> str:
    """Return a table of the body, its title in a first row over all columns."""
    width = TEXT_WIDTH.twips // len(table.heads)
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = f'<w:gridCol w:w="{width}"/>' * len(table.heads)
    whole = width * len(table.heads)
    title = (
        f'<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{whole}"'
        f' w:type="dxa"/><w:gridSpan w:val="{len(table.heads)}"/></w:tcPr>'
        f"{_paragraphs([table.title], '附表表头')}</w:tc></w:tr>"
    )
    rows = "".join(
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        + "".join(_cell(width, [cell], style) for cell in cells)
        + "</w:tr>"
        for cells, style in [(table.heads, "附表表头"), *((row, "附表居中") for row in table.rows)]
    )
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{whole}" w:type="dxa"/>'
        f"<w:tblBorders>{edges}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{title}{rows}</w:tbl>'
    )


def block_table(content: CircularContent, texts: list[str]) -> str:
    """Return the block as a table: rules 0.35 mm outside, 0.25 mm inside, none at the sides."""
    width = TEXT_WIDTH.twips
    rules = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>'
        for side, size in (("top", 8), ("bottom", 8), ("insideH", 6))
    )
    hanging = '<w:ind w:left="560" w:hanging="560"/>'
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{width - 560}"/></w:tabs>'
    cells = [
        "".join(_block_line("", hanging, text) for text in texts),
        _block_line(tab, "", content.printer, f"{content.date_text}印发"),
    ]
    rows = "".join(
        f'<w:tr><w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{cell}</w:tc></w:tr>'
        for cell in cells
        if cell
    )
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{width}" w:type="dxa"/>'
        f"<w:tblBorders>{rules}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="280" w:type="dxa"/>'
        f'<w:right w:w="280" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid>{rows}</w:tbl>'
    )


def _block_line(tabs: str, indent: str, text: str, after_tab: str = "") -> str:
    tabbed = f"<w:r><w:tab/><w:t>{escape(after_tab)}</w:t></w:r>" if after_tab else ""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="通报版记"/>{tabs}{indent}</w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r>{tabbed}</w:p>'
    )
