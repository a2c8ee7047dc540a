"""What a file really is, by its content: the kinds that may be attached. No database.

Signatures: ISO 32000 (PDF), ITU T.81 (JPEG), ISO 15948 (PNG), ECMA-376 (docx, xlsx,
pptx), GB/T 33190 (OFD), [MS-CFB] (doc, xls, ppt and WPS's wps, et, dps).
"""

import unicodedata
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO

SIZE_LIMIT = 20 * 1024 * 1024  # bytes in one file
NAME_LIMIT = 150  # characters kept of a name, its ending included
MEMBER_LIMIT = 5_000  # files inside one docx or xlsx; real ones have a few dozen

ACCEPTED = (
    "PDF、JPG、PNG、Word（docx、doc、wps）、Excel（xlsx、xls、et）、PPT（pptx、ppt、dps）、OFD"
)

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = f"{_OFFICE}wordprocessingml.document"
XLSX = f"{_OFFICE}spreadsheetml.sheet"
PPTX = f"{_OFFICE}presentationml.presentation"
OFD = "application/ofd"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"

ENDINGS = {
    ".pdf": PDF,
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".png": PNG,
    ".docx": DOCX,
    ".xlsx": XLSX,
    ".pptx": PPTX,
    ".ofd": OFD,
    ".doc": DOC,
    ".wps": DOC,
    ".xls": XLS,
    ".et": XLS,
    ".ppt": PPT,
    ".dps": PPT,
}

_STARTS = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
_ZIP = b"PK\x03\x04"
_COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")
_MEMBERS = {
    "word/document.xml": DOCX,
    "xl/workbook.xml": XLSX,
    "ppt/presentation.xml": PPTX,
    "OFD.xml": OFD,
}
# Names of streams inside a compound file stand in its directory as UTF-16.
_STREAMS = {"WordDocument": DOC, "Workbook": XLS, "Book": XLS, "PowerPoint Document": PPT}


class UnknownFile(ValueError):
    """The file is none of those that may be attached; `str()` is the message for a person."""


def clean_name(name: str) -> str:
    """Return a name fit to be shown and offered for saving: no folders, no invisible characters.

    The file on disk has a name of our own; this one is only ever text.
    """
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = unicodedata.normalize("NFC", name)
    # Cc and Cf: line breaks, and the marks that make gpj.exe read as exe.jpg.
    name = "".join(each for each in name if unicodedata.category(each) not in {"Cc", "Cf"})
    name = name.strip(" .")
    ending = PurePosixPath(name).suffix
    return name.removesuffix(ending)[: NAME_LIMIT - len(ending)] + ending


def ending_of(name: str) -> str:
    """Return a name's ending in small letters with its dot, such as .pdf."""
    return PurePosixPath(name).suffix.lower()


def recognise(name: str, file: BinaryIO) -> str:
    """Return the content type of an open file, or raise UnknownFile.

    Content and ending must agree: a page or a program renamed to .pdf is refused.
    """
    expected = ENDINGS.get(ending_of(name))
    if expected is None:
        raise UnknownFile(f"“{name}”的文件类型不能上传。可上传：{ACCEPTED}。")
    found = _content_type(file)
    if found != expected:
        raise UnknownFile(
            f"“{name}”的内容与扩展名不符，或文件已损坏、带有宏。请用原软件另存后再上传。"
        )
    return found


def _content_type(file: BinaryIO) -> str | None:
    file.seek(0)
    start = file.read(8)
    for signature, content_type in _STARTS.items():
        if start.startswith(signature):
            return content_type
    if start.startswith(_ZIP):
        return _zip_type(file)
    if start == _COMPOUND:
        return _compound_type(file)
    return None


def _zip_type(file: BinaryIO) -> str | None:
    """Read the list of members alone: nothing is unpacked, so nothing can swell."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    if len(names) > MEMBER_LIMIT or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next((_MEMBERS[name] for name in _MEMBERS if name in names), None)


def _compound_type(file: BinaryIO) -> str | None:
    file.seek(0)
    content = file.read(SIZE_LIMIT + 1)
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        return None
    for stream, content_type in _STREAMS.items():
        if stream.encode("utf-16-le") + b"\0\0" in content:
            return content_type
    return None
