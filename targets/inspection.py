"""What in a file would run or fetch when somebody opens it. No database.

Signatures and names are those of ISO 32000 (PDF), ECMA-376 (docx, xlsx, pptx), GB/T 33190
(OFD), [MS-CFB], [MS-DOC] and [MS-XLS] (doc, xls, ppt and WPS's wps, et, dps). The work is
done in a child with a limit on its time and memory (targets.importing.child): a file of some
kilobytes can unpack to gigabytes.
"""

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

import olefile
import pikepdf
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from targets import filetypes
from targets.importing.child import TOO_COMPLEX, run_limited
from targets.importing.guard import Unreadable

UNPACKED_LIMIT = 300 * 1024 * 1024  # bytes of all members of a package together, as declared
READ_LIMIT = 100 * 1024 * 1024  # bytes that are unpacked to be looked at
NESTED_LIMIT = 3  # packages within packages: a chart's workbook in a text is one

VBA = "宏（VBA）"
XLM = "Excel 4.0宏表"
TEMPLATE = "打开时从别处取来的模板"
EXTERNAL = "指向其他文件或网址、打开时会读取的链接"
FIELDS = "打开时会读取其他文件或运行程序的域（DDE、INCLUDETEXT等）"
OBJECTS = "嵌入的对象（OLE、ActiveX）"
PROGRAM = "藏在其中的程序"
SCRIPT = "脚本（JavaScript）"
LAUNCH = "打开程序、提交表单或播放媒体的动作"
FILES = "内嵌的其他文件"
LOCKED = "打开密码，无法检查内容"

TOO_MUCH = "展开后过大或层层嵌套，无法检查"
BROKEN = "文件已损坏或格式不规范，无法检查"

_PROGRAMS = (b"MZ", b"\x7fELF", b"#!")
_PACKAGE = b"PK\x03\x04"
_COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")


class Uninspectable(ValueError):
    """The file could not be looked into; `str()` says why, without a full stop."""


def find_active(content_type: str, data: bytes) -> list[str]:
    """Return what in a file of a known kind runs or fetches, in words; [] where nothing does.

    Raises Uninspectable for a file that is broken, swells, or nests too deep.
    """
    if content_type in (filetypes.JPEG, filetypes.PNG):
        return []
    try:
        found = run_limited(lambda data: _outcome(content_type, data), data)
    except Unreadable as error:
        raise Uninspectable(TOO_MUCH if str(error) == TOO_COMPLEX else BROKEN) from error
    if "error" in found:
        raise Uninspectable(found["error"])
    return found["active"]


def _outcome(content_type: str, data: bytes) -> dict[str, Any]:
    """Look into the file, in the child; the answer is a JSON value."""
    try:
        if content_type == filetypes.PDF:
            active = _in_pdf(data)
        elif data.startswith(_COMPOUND):
            active = _in_compound(data)
        else:
            active = _Package().look(data)
    except Uninspectable as error:
        return {"error": str(error)}
    return {"active": list(dict.fromkeys(active))}


# PDF ----------------------------------------------------------------------

_NAMES = {
    SCRIPT: rb"JavaScript|JS|XFA",
    LAUNCH: rb"Launch|SubmitForm|ImportData|RichMedia|Rendition|Movie|GoToE",
    FILES: rb"EmbeddedFiles?|EF",
    EXTERNAL: rb"FS\s*/URL",
}
_IN_PDF = {
    words: re.compile(rb"/(?:" + names + rb")(?![A-Za-z0-9])") for words, names in _NAMES.items()
}
_STRING = re.compile(rb"\((?:[^()\\]|\\.)*\)", re.DOTALL)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


def _in_pdf(data: bytes) -> list[str]:
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            found = [words for each in pdf.objects for words in _in_object(_unparsed(each))]
            return found + _opening(pdf)
    except pikepdf.PasswordError:
        return [LOCKED]
    except (pikepdf.PdfError, RuntimeError, ValueError) as error:
        # Readers repair more than the library does: names are looked for in the bytes. In
        # compressed objects they would not be seen.
        raw = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), data)
        if b"/ObjStm" in raw:
            raise Uninspectable(BROKEN) from error
        return _in_object(raw)


def _unparsed(each: pikepdf.Object) -> bytes:
    """Return an object's own dictionary or array as text, strings left out."""
    if isinstance(each, pikepdf.Stream):
        each = each.stream_dict
    return _STRING.sub(b"()", each.unparse(resolved=True))


def _in_object(text: bytes) -> list[str]:
    return [words for words, names in _IN_PDF.items() if names.search(text)]


def _opening(pdf: pikepdf.Pdf) -> list[str]:
    """Tell whether opening the document alone asks for an address."""
    action = pdf.Root.get("/OpenAction")
    asks = isinstance(action, pikepdf.Dictionary) and action.get("/S") in ("/URI", "/GoToR")
    return [EXTERNAL] if asks else []


# Packages: docx, xlsx, pptx, OFD --------------------------------------------

# A link that a person clicks on fetches nothing by itself.
_CLICKED = ("hyperlink",)
_TEMPLATES = ("attachedtemplate",)
_FIELD_NAMES = re.compile(r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK)\b", re.I)
_FETCHING_FORMULA = re.compile(
    rb"<(?:\w+:)?f\b[^>]*>[^<]*(?:WEBSERVICE|_xlfn\.WEBSERVICE|RTD|CALL|REGISTER\.ID)\s*\(", re.I
)
_DDE_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*>\s*=?[A-Za-z]{2,20}\|", re.I)


class _Package:
    """A zip archive of an office program; what is read of it, and of what is in it, is counted."""

    def __init__(self) -> None:
        self._unpacked = self._read = 0

    def look(self, data: bytes, depth: int = 1) -> list[str]:
        """Return what in the package, and in packages within it, runs or fetches."""
        if depth > NESTED_LIMIT:
            raise Uninspectable(TOO_MUCH)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return [
                    words for each in archive.infolist() for words in self._in(archive, each, depth)
                ]
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
            if isinstance(error, Uninspectable):
                raise
            raise Uninspectable(BROKEN) from error
        except RuntimeError:  # zipfile's word for a member with a password
            return [LOCKED]

    def _in(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int) -> Iterator[str]:
        self._unpacked += member.file_size
        if self._unpacked > UNPACKED_LIMIT:
            raise Uninspectable(TOO_MUCH)
        name = member.filename.replace("\\", "/").lower()
        yield from _by_name(name)
        with archive.open(member) as file:
            start = file.read(8)
        if start.startswith(_PROGRAMS):
            yield PROGRAM
        elif start.startswith(_PACKAGE):
            yield from self.look(self._content(archive, member), depth + 1)
        elif start == _COMPOUND:
            yield OBJECTS
        elif name.endswith(".rels"):
            yield from _in_relations(self._content(archive, member))
        elif name.startswith("word/") and name.endswith(".xml"):
            yield from _in_text(self._content(archive, member))
        elif name.startswith("xl/") and name.endswith(".xml"):
            content = self._content(archive, member)
            if _FETCHING_FORMULA.search(content) or _DDE_FORMULA.search(content):
                yield FIELDS

    def _content(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
        self._read += member.file_size
        if self._read > READ_LIMIT:
            raise Uninspectable(TOO_MUCH)
        return archive.read(member)


def _by_name(name: str) -> Iterator[str]:
    if name.endswith(("vbaproject.bin", ".bas")):
        yield VBA
    elif "/macrosheets/" in name or "/intlmacrosheets/" in name:
        yield XLM
    elif name.startswith("xl/externallinks/") or name == "xl/connections.xml":
        yield EXTERNAL
    elif "/activex/" in name:
        yield OBJECTS
    elif name.endswith((".js", ".vbs", ".hta", ".bat", ".cmd", ".ps1", ".jar", ".lnk")):
        yield PROGRAM


def _in_relations(content: bytes) -> Iterator[str]:
    for each in _xml(content).iter():
        if each.get("TargetMode", "").lower() != "external":
            continue
        kind = each.get("Type", "").rsplit("/", 1)[-1].lower()
        if kind in _TEMPLATES:
            yield TEMPLATE
        elif kind not in _CLICKED:
            yield EXTERNAL


def _in_text(content: bytes) -> Iterator[str]:
    """Look for fields that fetch or run; a field's words may be split over several runs."""
    if b"altChunk" in content:
        yield FILES
    if not any(each in content for each in (b"instrText", b"fldSimple", b"\xff\xfe", b"\xfe\xff")):
        return
    words = []
    for each in _xml(content).iter():
        tag = str(each.tag).rsplit("}", 1)[-1]
        if tag == "instrText":
            words.append(each.text or "")
        elif tag == "fldSimple":
            words += [value for key, value in each.items() if key.endswith("instr")]
        elif tag == "fldChar":
            words.append(" ")
    if _FIELD_NAMES.search("".join(words)):
        yield FIELDS


def _xml(content: bytes) -> ElementTree:
    try:
        return ElementTree.fromstring(content)
    except (ElementTree.ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise Uninspectable(BROKEN) from error


# Compound files: doc, xls, ppt, wps, et, dps ------------------------------------

_BOUNDSHEET, _SUPBOOK, _FILEPASS = 0x85, 0x1AE, 0x2F  # [MS-XLS] 2.3
_MACRO_SHEET = 1


def _in_compound(data: bytes) -> list[str]:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            paths = compound.listdir(streams=True, storages=True)
            found = [words for path in paths for words in _by_path(path)]
            for name in ("Workbook", "Book"):
                if compound.exists(name):
                    found += _in_workbook(compound.openstream(name).read())
            return found
    except (OSError, ValueError, struct.error, IndexError) as error:
        raise Uninspectable(BROKEN) from error


def _by_path(path: list[str]) -> Iterator[str]:
    names = [name.lower() for name in path]
    if any(name in ("_vba_project", "_vba_project_cur", "macros", "vba") for name in names):
        yield VBA
    if any(name in ("\x01ole10native", "objectpool", "equation native") for name in names):
        yield OBJECTS
    if names[0].startswith("mbd") and len(names) > 1:  # an embedded object of a workbook
        yield OBJECTS
    if names[-1] in ("encryptedpackage", "encryptioninfo"):
        yield LOCKED


def _in_workbook(stream: bytes) -> Iterator[str]:
    """Read the records of a workbook's stream: kind, length, content."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        content = stream[at + 4 : at + 4 + length]
        if kind == _FILEPASS:
            yield LOCKED
            return
        if kind == _BOUNDSHEET and len(content) > 5 and content[5] & 0x0F == _MACRO_SHEET:
            yield XLM
        # Of a workbook's links those to itself and to add-ins have a fixed form of four bytes.
        if kind == _SUPBOOK and length > 4:
            yield EXTERNAL
        at += 4 + length
