"""Files as offices attach them, and files that run or fetch, made byte by byte."""

import io
import struct
import zipfile
from functools import cache

import pikepdf

MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5
LEAST = 4096  # smaller streams would stand in the short sectors, which are not made here

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def compound(tree: dict) -> bytes:
    """Return a compound file ([MS-CFB]) of {name: bytes or a dict of the same}."""
    entries: list[tuple[str, int, int, int, int]] = [("Root Entry", ROOT, 0, END, 0)]
    sectors: list[bytes] = []
    fat: list[int] = []
    links: dict[int, tuple[int, int]] = {}  # entry -> (right neighbour, first child)

    def place(content: bytes) -> int:
        content = content.ljust(LEAST, b"\0")
        first, count = len(sectors), -(-len(content) // SECTOR)
        for index in range(count):
            sectors.append(content[index * SECTOR : (index + 1) * SECTOR].ljust(SECTOR, b"\0"))
            fat.append(END if index == count - 1 else first + index + 1)
        return first

    def add(parent: int, children: dict) -> None:
        before = None
        for name, content in children.items():
            here = len(entries)
            if isinstance(content, dict):
                entries.append((name, STORAGE, 0, 0, 0))
            else:
                size = max(len(content), LEAST)
                entries.append((name, STREAM, size, place(content), 0))
            right, child = links.get(parent if before is None else before, (FREE, FREE))
            if before is None:
                links[parent] = (right, here)
            else:
                links[before] = (here, child)
            if isinstance(content, dict):
                add(here, content)
            before = here

    add(0, tree)
    directory = b"".join(
        _entry(each, links.get(at, (FREE, FREE))) for at, each in enumerate(entries)
    )
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0")
    start = len(sectors)
    for index in range(len(directory) // SECTOR):
        sectors.append(directory[index * SECTOR : (index + 1) * SECTOR])
        fat.append(start + index + 1)
    fat[-1] = END
    table_at = len(sectors)
    fat.append(FAT)
    assert len(fat) <= SECTOR // 4, "one sector of the table is enough for a test"
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    header = MAGIC + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, start, 0, LEAST, END, 0, END, 0)
    header += struct.pack("<I", table_at) + b"\xff" * (SECTOR - len(header) - 4)
    return header + b"".join(sectors) + table


def _entry(entry: tuple[str, int, int, int, int], links: tuple[int, int]) -> bytes:
    name, kind, size, first, _unused = entry
    encoded = name.encode("utf-16-le") + b"\0\0"
    right, child = links
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBB", len(encoded), kind, 1)
        + struct.pack("<III", FREE, right, child)
        + b"\0" * 36
        + struct.pack("<IQ", first, size)
    )


def record(kind: int, content: bytes) -> bytes:
    """Return a record of a workbook's stream ([MS-XLS])."""
    return struct.pack("<HH", kind, len(content)) + content


def workbook_stream(*records: bytes) -> bytes:
    """Return a Workbook stream of an ordinary sheet and further records."""
    sheet = record(0x85, struct.pack("<IBB", 0, 0, 0) + b"\x05\0Sheet")
    return record(0x809, b"\0" * 16) + sheet + b"".join(records)


def package(members: dict[str, str | bytes]) -> bytes:
    """Return a zip of the members, compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def text(**members: str | bytes) -> bytes:
    """Return a .docx; further members with __ for a slash and _ for a full stop."""
    return package({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>", **_named(members)})


def workbook(**members: str | bytes) -> bytes:
    """Return an .xlsx; further members as in `text`."""
    return package({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>", **_named(members)})


def _named(members: dict) -> dict:
    return {name.replace("__", "/").replace("_", "."): each for name, each in members.items()}


def relations(kind: str, target: str, mode: str = "External") -> str:
    """Return a .rels part with one relation of a kind."""
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{RELATION}/{kind}" Target="{target}" TargetMode="{mode}"/>'
        "</Relationships>"
    )


def field(*words: str) -> str:
    """Return a text's part with one field whose instruction is split over several runs."""
    runs = "".join(f"<w:r><w:instrText>{each}</w:instrText></w:r>" for each in words)
    return f'<w:document xmlns:w="urn:w"><w:p>{runs}</w:p></w:document>'


def pdf(**root: object) -> bytes:
    """Return a PDF of one empty page, its objects compressed, with further keys in its root."""
    buffer = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        for key, value in root.items():
            document.Root[f"/{key}"] = document.make_indirect(value)
        document.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return buffer.getvalue()


def locked_pdf() -> bytes:
    """Return a PDF that opens with a password only."""
    buffer = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(buffer, encryption=pikepdf.Encryption(owner="o", user="u"))
    return buffer.getvalue()


def action(**keys: str) -> pikepdf.Dictionary:
    """Return an action of a PDF: /S JavaScript, Launch, URI and so on."""
    names = {"S"}
    return pikepdf.Dictionary(
        {
            f"/{key}": pikepdf.Name(f"/{each}") if key in names else each
            for key, each in keys.items()
        }
    )


def nested(depth: int) -> bytes:
    """Return a .docx with a package in a package, so many times."""
    inner = package({"a.txt": "x"})
    for _ in range(depth):
        inner = package({"inner.zip": inner})
    return text(word__embeddings__a_zip=inner)


@cache
def swelling() -> bytes:
    """Return a .docx of some hundred kilobytes that unpacks to more than 300 megabytes."""
    nothing = b"\0" * (101 * 1024 * 1024)
    return text(**{f"word__media__{number}_bin": nothing for number in range(3)})


# (name of a file, its content, words of what is found in it); what runs or fetches.
ACTIVE = {
    "docx template": (
        "模板.docx",
        lambda: text(word___rels__settings_xml_rels=relations("attachedTemplate", "http://a/b")),
        "打开时从别处取来的模板",
    ),
    "docx linked picture": (
        "图.docx",
        lambda: text(word___rels__document_xml_rels=relations("image", "http://a/b.png")),
        "链接",
    ),
    "docx dde": (
        "域.docx",
        lambda: text(word__footer1_xml=field(" DD", "EAUTO c:\\\\cmd")),
        "域",
    ),
    "docx object": (
        "对象.docx",
        lambda: text(word__embeddings__oleObject1_bin=MAGIC + b"\0" * 600),
        "嵌入的对象",
    ),
    "docx program": ("程序.docx", lambda: text(word__media__a_png=b"MZ\x90\0xx"), "程序"),
    "xlsx in docx": (
        "图表.docx",
        lambda: text(
            word__embeddings__a_xlsx=workbook(xl__externalLinks__externalLink1_xml="<x/>")
        ),
        "链接",
    ),
    "xlsx macro sheet": (
        "宏表.xlsx",
        lambda: workbook(xl__macrosheets__sheet1_xml="<x/>"),
        "Excel 4.0宏表",
    ),
    "xlsx external link": (
        "链接.xlsx",
        lambda: workbook(xl__externalLinks__externalLink1_xml="<x/>"),
        "链接",
    ),
    "xlsx web service": (
        "网.xlsx",
        lambda: workbook(xl__worksheets__sheet1_xml='<c><f>WEBSERVICE("http://a")</f></c>'),
        "域",
    ),
    "xls macro sheet": (
        "宏表.xls",
        lambda: compound(
            {"Workbook": workbook_stream(record(0x85, struct.pack("<IBB", 0, 2, 1) + b"\1\0A"))}
        ),
        "Excel 4.0宏表",
    ),
    "xls link": (
        "链接.xls",
        lambda: compound({"Workbook": workbook_stream(record(0x1AE, b"\1\0\5\0\0http"))}),
        "链接",
    ),
    "xls locked": (
        "锁.xls",
        lambda: compound({"Workbook": workbook_stream(record(0x2F, b"\0" * 6))}),
        "打开密码",
    ),
    "doc object": (
        "对象.doc",
        lambda: compound({"WordDocument": b"x", "ObjectPool": {"_1": {"\x01Ole10Native": b"x"}}}),
        "嵌入的对象",
    ),
    "pdf script": (
        "脚本.pdf",
        lambda: pdf(OpenAction=action(S="JavaScript", JS="app.alert(1)")),
        "脚本",
    ),
    "pdf launch": ("启动.pdf", lambda: pdf(OpenAction=action(S="Launch", F="cmd.exe")), "动作"),
    "pdf address": ("网址.pdf", lambda: pdf(OpenAction=action(S="URI", URI="http://a")), "链接"),
    "pdf files": (
        "附件.pdf",
        lambda: pdf(Names=pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary())),
        "内嵌的其他文件",
    ),
    "pdf locked": ("锁.pdf", locked_pdf, "打开密码"),
    "pdf broken": ("坏.pdf", lambda: b"%PDF-1.4\n1 0 obj <</S /J#61vaScript>>", "脚本"),
}

# What cannot be looked into is refused whatever the settings say.
UNINSPECTABLE = {
    "docx swelling": ("胀.docx", swelling),
    "docx nested": ("套.docx", lambda: nested(6)),
    "docx entities": (
        "实体.docx",
        lambda: text(
            word___rels__document_xml_rels='<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        ),
    ),
    "xls broken": ("坏.xls", lambda: MAGIC + b"\0" * 64 + "Workbook".encode("utf-16-le") + b"\0\0"),
    "pdf broken": ("坏.pdf", lambda: b"%PDF-1.4\n1 0 obj <</Type /ObjStm>>"),
}

HARMLESS = {
    "docx hyperlink": (
        "链接.docx",
        lambda: text(word___rels__document_xml_rels=relations("hyperlink", "http://a/b")),
    ),
    "docx page number": ("页码.docx", lambda: text(word__footer1_xml=field(" PAGE "))),
    "docx chart": ("图表.docx", lambda: text(word__embeddings__a_xlsx=workbook())),
    "xlsx formula": (
        "公式.xlsx",
        lambda: workbook(xl__worksheets__sheet1_xml="<c><f>SUM(A1:A9)</f></c>"),
    ),
    "xls": ("台账.xls", lambda: compound({"Workbook": workbook_stream()})),
    "xls link to itself": (
        "台账.xls",
        lambda: compound({"Workbook": workbook_stream(record(0x1AE, b"\1\0\1\4"))}),
    ),
    "doc": ("总结.doc", lambda: compound({"WordDocument": b"x", "1Table": b"x"})),
    "pdf": ("批复.pdf", pdf),
    "pdf words": ("批复.pdf", lambda: pdf(Note=pikepdf.String("how to write /JS and /Launch"))),
}
