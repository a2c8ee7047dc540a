"""What a file is, by its content, before anything opens it.

The name of a file proves nothing: a .xlsx may be a web page, a .csv, a locked file or a
few kilobytes that unpack to gigabytes. Each is refused with words that say what to do.
"""

import io
import zipfile

UPLOAD_LIMIT = 8 * 1024 * 1024  # bytes of the file itself
UNPACKED_LIMIT = 96 * 1024 * 1024  # bytes of all its members together, as declared
MEMBER_LIMIT = 1_000

XLSX = "xlsx"
DOCX = "docx"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BROKEN = "文件已损坏或格式不规范，无法读取。请用Excel或WPS打开并另存后再上传。"
_SAVE_AS = "请用Excel或WPS打开，另存为“Excel 工作簿（.xlsx）”后再上传。"


class Unreadable(Exception):
    """The file cannot be read; `str()` says in Chinese why and what to do."""


def recognise(data: bytes) -> str:
    """Return XLSX or DOCX for a file that may be opened; raise Unreadable for any other."""
    if not data:
        raise Unreadable("文件是空的，请重新选择文件。")
    if len(data) > UPLOAD_LIMIT:
        raise Unreadable(too_large(len(data)))
    if data.startswith(_OLE):
        raise Unreadable(_name_ole(data))
    if not data.startswith(b"PK"):
        raise Unreadable(_name_text(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("文件不完整或已损坏，请重新下载或另存后再上传。") from error
    return _check_members(members)


def too_large(size: int) -> str:
    """Say that a file of so many bytes is too large."""
    return (
        f"文件有{size / 1024 / 1024:.1f}MB，超过{UPLOAD_LIMIT // 1024 // 1024}MB。"
        "请删除图片和多余的工作表后再上传。"
    )


def _check_members(members: list[zipfile.ZipInfo]) -> str:
    names = {member.filename.replace("\\", "/").lstrip("/").lower() for member in members}
    if any(member.flag_bits & 0x1 for member in members):
        raise Unreadable("文件设有密码，无法读取。请取消密码后再上传。")
    unpacked = sum(member.file_size for member in members)
    if len(members) > MEMBER_LIMIT or unpacked > UNPACKED_LIMIT:
        raise Unreadable(
            f"文件展开后有{unpacked / 1024 / 1024:.0f}MB、{len(members)}个部分，超出可读取的范围，"
            "未打开。请把需要导入的表格复制到新的工作簿后再上传。"
        )
    if any(name.endswith(("vbaproject.bin", ".bas")) or "/macrosheets/" in name for name in names):
        raise Unreadable("文件含有宏，不予读取。请另存为不带宏的“Excel 工作簿（.xlsx）”后再上传。")
    if any(name.startswith("xl/externallinks/") for name in names):
        raise Unreadable(
            "文件含有指向其他文件的链接，不予读取。"
            "请在“数据—编辑链接”中断开链接，或将内容粘贴为数值后再上传。"
        )
    if "xl/workbook.xml" in names:
        return XLSX
    # Word on the web names the part document2.xml.
    if any(name.startswith("word/document") and name.endswith(".xml") for name in names):
        return DOCX
    if "content.xml" in names:
        raise Unreadable("这是OpenDocument文件（.ods、.odt）。" + _SAVE_AS)
    raise Unreadable("这不是Excel工作簿或Word文档。" + _SAVE_AS)


def _name_ole(data: bytes) -> str:
    """Say what an old compound file is; its folder's names are in UTF-16."""
    if any(name.encode("utf-16-le") in data for name in ("EncryptedPackage", "EncryptionInfo")):
        return "文件设有打开密码，无法读取。请取消密码后再上传。"
    if "WordDocument".encode("utf-16-le") in data:
        return "这是旧版Word文档（.doc）。请另存为“Word 文档（.docx）”后再上传。"
    return "这是旧版Excel文件（.xls）或WPS表格文件（.et）。" + _SAVE_AS


def _name_text(data: bytes) -> str:
    """Say what a file is that is no package at all."""
    start = data[:2048].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"").lower()
    if start.startswith(b"%pdf"):
        return "这是PDF文件，不是工作簿。请上传原来的Excel或Word文件。"
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<head", b"<meta")):
        return "这是网页，不是真正的Excel文件（网页常以.xls为扩展名导出）。" + _SAVE_AS
    if start.startswith(b"<?xml"):
        return "这是XML文件，不是Excel工作簿。" + _SAVE_AS
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return "这是文本文件（如CSV），不是Excel工作簿。" + _SAVE_AS
    return "无法识别的文件，不是Excel工作簿（.xlsx）或Word文档（.docx）。" + _SAVE_AS
