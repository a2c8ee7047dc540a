"""The empty Word document that every circular begins as: styles, typefaces and settings of ours.

Written here part by part in the order of the schema (ECMA-376), and nothing else: python-docx's
own template brings a hundred styles that nobody uses, and theme fonts that win over names.
Lengths are in pt unless a name says otherwise.
"""

import io
import zipfile
from dataclasses import dataclass
from functools import cache

from reports.document.annex_pages import ANNEX_TITLE_SIZE, BLOCK_LINE, TABLE_SIZE
from reports.document.body_tables import ABOVE, BELOW, TITLE_SIZE
from reports.document.docx_rows import BETWEEN, HEAD_MORE
from reports.document.fonts import ROLES, FontRole
from reports.document.issuer import RED_SIZE
from reports.document.pages import LINE_HEIGHT
from reports.document.setting import BODY_SIZE, GRID

RED = "E60012"
FOLIO_PITCH = 14
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style; `pitch` is its exact line."""

    name: str
    face: str
    size: float
    align: str = "left"
    pitch: float = GRID
    colour: str = "000000"
    indent: float = 0.0  # of the first line
    keeps_next: bool = False
    above: float = 0.0  # blank
    below: float = 0.0
    level: int = 0  # of a heading, from 1

    @property
    def key(self) -> str:
        return f"Heading{self.level}" if self.level else self.name.capitalize()


def _head_style(name: str, align: str) -> Style:
    """Return the style of a table's head, which never stands alone at a page's foot."""
    return Style(
        *(name, "hei", TABLE_SIZE, align),
        pitch=LINE_HEIGHT,
        keeps_next=True,
        above=HEAD_MORE,
        below=HEAD_MORE,
    )


_STYLES = (
    Style("通报报头", "title", RED_SIZE, "center", pitch=78, colour=RED),
    Style("通报期号", "fang", BODY_SIZE, "center"),
    Style("通报发文", "fang", BODY_SIZE),
    Style("heading 1", "title", 22, "center", level=1),
    Style("通报正文", "fang", BODY_SIZE, "both", indent=2 * BODY_SIZE),
    Style("附件说明", "fang", BODY_SIZE),
    Style("通报落款", "fang", BODY_SIZE, "right"),
    Style("附表标识", "hei", BODY_SIZE),
    Style("heading 2", "title", ANNEX_TITLE_SIZE, "center", level=2),
    Style("正文表题", "hei", TITLE_SIZE, "center", keeps_next=True, above=ABOVE),
    Style("正文表后", "fang", 5, pitch=BELOW),
    _head_style("附表目标", "left"),
    _head_style("附表表头", "center"),
    Style("附表正文", "fang", TABLE_SIZE, "both", pitch=LINE_HEIGHT),
    Style("附表居中", "fang", TABLE_SIZE, "center", pitch=LINE_HEIGHT),
    Style("附表间隔", "fang", 5, pitch=BETWEEN),
    Style("通报版记", "fang", 14, pitch=BLOCK_LINE),
    Style("通报页码", "song", 14, pitch=FOLIO_PITCH),
    # What python-docx begins a header and a footer with; it takes no room.
    Style("header", "song", 1, pitch=1),
    Style("footer", "song", 1, pitch=1),
)


@cache
def template() -> bytes:
    """Return the empty document."""
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(
            f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" '
            'Target="word/document.xml"/>'
            f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
            'Target="docProps/core.xml"/>'
        ),
        "docProps/core.xml": (
            f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'
        ),
        "word/document.xml": (
            f'<w:document xmlns:w="{_W}" xmlns:r="{_OFFICE}/relationships">'
            "<w:body><w:sectPr/></w:body></w:document>"
        ),
        "word/_rels/document.xml.rels": _relationships(
            "".join(
                f'<Relationship Id="rId{place}" Type="{_OFFICE}/relationships/{name}" '
                f'Target="{name}.xml"/>'
                for place, name in enumerate(("styles", "settings", "fontTable", "theme"), start=1)
            )
        ),
        "word/styles.xml": _styles(),
        "word/settings.xml": _settings(),
        "word/fontTable.xml": _font_table(),
        "word/theme.xml": _theme(),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, xml in parts.items():
            package.writestr(name, _HEAD + xml)
    return buffer.getvalue()


def _content_types() -> str:
    parts = {
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/word/document.xml": f"{_MIME}.document.main+xml",
        "/word/styles.xml": f"{_MIME}.styles+xml",
        "/word/settings.xml": f"{_MIME}.settings+xml",
        "/word/fontTable.xml": f"{_MIME}.fontTable+xml",
        "/word/theme.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
    }
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts.items()
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relationships(inner: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _styles() -> str:
    return (
        f'<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>{_fonts("fang")}'
        f"{_size(BODY_SIZE)}"
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        "<w:qFormat/></w:style>"
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/>'
        "<w:unhideWhenUsed/></w:style>"
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
        '<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/>'
        '<w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
        f"{''.join(map(_style, _STYLES))}</w:styles>"
    )


def _style(style: Style) -> str:
    keep = "<w:keepNext/>" if style.keeps_next else ""
    indent = f'<w:ind w:firstLine="{_twips(style.indent)}"/>' if style.indent else ""
    level = f'<w:outlineLvl w:val="{style.level - 1}"/>' if style.level else ""
    custom = "" if style.key[0].isascii() else ' w:customStyle="1"'
    # Word would put a quarter em between Chinese and figures: 28 characters know no such blank.
    # The exact pitch is the grid; LibreOffice would round every other one up to two lines of it.
    off = "".join(f'<w:{name} w:val="0"/>' for name in ("autoSpaceDE", "autoSpaceDN", "snapToGrid"))
    # A mark may hang over the line's end, as Word lets it unasked. LibreOffice 7.4 does not print
    # one that hangs, and takes what is said here for the contrary.
    hang = "<w:overflowPunct/>"
    return (
        f'<w:style w:type="paragraph"{custom} w:styleId="{style.key}">'
        f'<w:name w:val="{style.name}"/><w:basedOn w:val="Normal"/><w:qFormat/>'
        f'<w:pPr>{keep}<w:widowControl w:val="0"/>{hang}{off}'
        f'<w:spacing w:before="{_twips(style.above)}" w:after="{_twips(style.below)}" '
        f'w:line="{_twips(style.pitch)}" w:lineRule="exact"/>{indent}'
        f'<w:jc w:val="{style.align}"/>{level}</w:pPr>'
        f'<w:rPr>{_fonts(style.face)}<w:color w:val="{style.colour}"/>{_size(style.size)}</w:rPr>'
        "</w:style>"
    )


def _fonts(face: str) -> str:
    name = ROLES[face].office_name
    keys = ("ascii", "eastAsia", "hAnsi", "cs")
    named = " ".join(f'w:{key}="{name}"' for key in keys)
    return f"<w:rFonts {named}/>"


def _size(size: float) -> str:
    return f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'


def _twips(length: float) -> int:
    return round(length * 20)


def _settings() -> str:
    """Mirrored margins, footers of their own on even pages, and Word's own newest layout.

    In older layouts a table's text, not its edge, stands on the text area's edge.
    """
    return (
        f'<w:settings xmlns:w="{_W}"><w:zoom w:percent="100"/><w:mirrorMargins/>'
        '<w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )


def _font_table() -> str:
    """Return the typefaces with the other names that they are installed under, stand-ins last."""
    return f'<w:fonts xmlns:w="{_W}">{"".join(map(_font, ROLES.values()))}</w:fonts>'


def _font(role: FontRole) -> str:
    others = ",".join(face.family for face in role.faces if face.family != role.office_name)
    return (
        f'<w:font w:name="{role.office_name}"><w:altName w:val="{others}"/>'
        '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
    )


def _theme() -> str:
    """Return the plainest theme there can be: Word asks for one, and no style here uses it."""
    dark, light = '<a:srgbClr val="000000"/>', '<a:srgbClr val="FFFFFF"/>'
    names = ("accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink")
    colours = "".join(
        f"<a:{name}>{colour}</a:{name}>"
        for name, colour in (
            *(("dk1", dark), ("lt1", light), ("dk2", dark), ("lt2", light)),
            *((name, dark) for name in names),
        )
    )
    song = ROLES["song"].office_name
    latin = f'<a:latin typeface="{song}"/><a:ea typeface="{song}"/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="通报">'
        f'<a:themeElements><a:clrScheme name="通报">{colours}</a:clrScheme>'
        f'<a:fontScheme name="通报"><a:majorFont>{latin}</a:majorFont>'
        f"<a:minorFont>{latin}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="通报"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{f'<a:ln>{fill}</a:ln>' * 3}</a:lnStyleLst>"
        f"<a:effectStyleLst>{effect * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )
