"""Word documents written element by element, as the programs of many years write them."""

import io
import zipfile

HEADS = ("序号", "目标名称", "工作标准", "完成情况", "牵头单位")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_OTHERS = {
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
}
_PARTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"


def run(text: str, properties: str = "") -> str:
    """Return a run of plain words."""
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*content: str, properties: str = "") -> str:
    inner = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f"<w:p>{inner}{''.join(content)}</w:p>"


def cell(*content: str, properties: str = "") -> str:
    """Return a cell; content that is no block becomes a paragraph's."""
    body = "".join(content)
    if not body.startswith(("<w:p", "<w:tbl", "<w:sdt><w:sdtContent><w:p", "<w:ins><w:p")):
        body = paragraph(body)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{body}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    """Return a row; a cell given as plain words is made of them."""
    made = "".join(each if each.startswith("<") else cell(run(each)) for each in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{made}</w:tr>"


def table(*rows: str, widths: tuple[int, ...] = ()) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def document(
    body: str,
    *,
    styles: str = "",
    numbering: str = "",
    footnotes: str = "",
    comments: str = "",
    namespace: str = W,
    main: str = "word/document.xml",
) -> bytes:
    """Return a .docx of the body, with the parts that are given."""
    spaces = f'xmlns:w="{namespace}" ' + " ".join(
        f'xmlns:{prefix}="{uri}"' for prefix, uri in _OTHERS.items()
    )
    parts = {
        "styles": ("w:styles", styles),
        "numbering": ("w:numbering", numbering),
        "footnotes": ("w:footnotes", footnotes),
        "comments": ("w:comments", comments),
    }
    result = io.BytesIO()
    folder, _, file = main.rpartition("/")
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}content-types"/>')
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}relationships"><Relationship Id="r1" '
            f'Type="{_PARTS}/officeDocument" Target="{main}"/></Relationships>',
        )
        inner = f"<w:document {spaces}><w:body>{body}</w:body></w:document>"
        archive.writestr(main, inner)
        links = ""
        for name, (tag, content) in parts.items():
            if content:
                archive.writestr(f"{folder}/{name}.xml", f"<{tag} {spaces}>{content}</{tag}>")
                links += f'<Relationship Id="{name}" Type="{_PARTS}/{name}" Target="{name}.xml"/>'
        archive.writestr(
            f"{folder}/_rels/{file}.rels",
            f'<Relationships xmlns="{_PACKAGE}relationships">{links}</Relationships>',
        )
    return result.getvalue()


def with_progress(progress: str, **parts: str) -> bytes:
    """Return an annex of one item whose cell of 完成情况 is made of this."""
    body = table(
        row(*HEADS),
        row("1", "稳步实施重点改革", "（1）完成第1件实事。", cell(progress), "单位1"),
    )
    return document(body, **parts)
