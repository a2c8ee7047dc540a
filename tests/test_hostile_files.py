"""Hostile and broken files: each ends soon, small, in Chinese, with nothing written."""

import contextlib
import io
import os
import random
import re
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from openpyxl import Workbook, load_workbook

from targets.importing import Unreadable
from targets.importing.child import run_limited
from targets.importing.reading import read_grids
from targets.models import Event, Import, Item, Plan
from tests import importing_files as files
from tests import word_files as word
from tests.word_files import run

SECONDS = 10
MEMORY = 512 * 1024 * 1024
HEADS = ("序号", "目标名称", "工作标准", "牵头单位")
ROW = (1, "做强产业", "(1) 引进项目。", "单位1")
CHINESE = re.compile(r"[\u4e00-\u9fff]{3,}")

SHEET = "xl/worksheets/sheet1.xml"
SHEET_START = (
    b'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns='
    b'"http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
)


def good() -> bytes:
    return files.workbook(HEADS, ROW)


def repacked(changes: dict[str, bytes]) -> bytes:
    """Return a good workbook with members replaced."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(good())) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if name not in changes:
                target.writestr(name, source.read(name))
        for name, data in changes.items():
            target.writestr(name, data)
    return result.getvalue()


def old_file(*names: str) -> bytes:
    """Return the beginning of a compound file whose folder holds the names."""
    folder = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + folder + b"\0" * 2048


def empty_rows(count: int) -> bytes:
    body = b"<sheetData>" + b'<row r="1"/>' * count + b"</sheetData></worksheet>"
    return repacked({SHEET: SHEET_START + body})


def numbered_rows(count: int) -> bytes:
    rows = b"".join(b'<row r="%d" s="1" customFormat="1"/>' % n for n in range(1, count + 1))
    return repacked({SHEET: SHEET_START + b"<sheetData>" + rows + b"</sheetData></worksheet>"})


def zip_bomb() -> bytes:
    """Return a package that declares 4 GB: one member of 100 MB under forty names."""
    result = io.BytesIO()
    zeros = b" " * (100 * 1024 * 1024)
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr(SHEET, zeros)
    data = bytearray(result.getvalue())
    # The directory's record of the sheet says 4 GB; nobody has to unpack it to see that.
    start = data.rindex(b"PK\x01\x02")
    data[start + 24 : start + 28] = (4 * 1024**3 - 2).to_bytes(4, "little")
    return bytes(data)


def wide_merge() -> bytes:
    """Return a sheet of few bytes with a merged range of 17 thousand million cells."""
    body = (
        b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
        b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    )
    return repacked({SHEET: SHEET_START + b'<dimension ref="A1:XFD1048576"/>' + body})


def far_cell() -> bytes:
    body = (
        b'<sheetData><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
        b"</sheetData></worksheet>"
    )
    return repacked({SHEET: SHEET_START + body})


def entities(member: str) -> bytes:
    lol = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    xml = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">' + lol + b"]><x>&l9;</x>"
    return repacked({member: xml})


def many_strings() -> bytes:
    """Return shared strings that a reader holds as objects many times their size."""
    strings = b"<si><t>a</t></si>" * 4_500_000
    xml = (
        b'<?xml version="1.0"?><sst xmlns='
        b'"http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + strings + b"</sst>"
    )
    return repacked({"xl/sharedStrings.xml": xml, TYPES: types_with_strings()})


TYPES = "[Content_Types].xml"


def types_with_strings() -> bytes:
    """Return the package's list of parts with shared strings, which openpyxl writes none of."""
    with zipfile.ZipFile(io.BytesIO(good())) as archive:
        types = archive.read(TYPES)
    part = (
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats'
        b'-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    return types.replace(b"</Types>", part)


def many_styles(fonts: bytes) -> bytes:
    """Return a stylesheet of a million formats, after what it says of fonts."""
    xml = (
        b'<?xml version="1.0"?><styleSheet xmlns='
        b'"http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        + fonts
        + b"<cellXfs>"
        + b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0"><alignment wrapText="1"/></xf>'
        * 1_000_000
        + b"</cellXfs></styleSheet>"
    )
    return repacked({"xl/styles.xml": xml})


def with_external_link() -> bytes:
    return repacked({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})


def with_formula() -> bytes:
    book = Workbook()
    book.active.append(HEADS)
    book.active.append((1, "做强产业", '=WEBSERVICE("http://example.test/"&A1)', "单位1"))
    return files.saved(book)


def long_cell(length: int) -> Callable[[], bytes]:
    def make() -> bytes:
        text = "长" * length
        body = "".join(
            f'<row r="{row}">'
            + "".join(
                f'<c r="{letter}{row}" t="inlineStr"><is><t>{value}</t></is></c>'
                for letter, value in zip("ABCD", cells, strict=True)
            )
            + "</row>"
            for row, cells in ((1, HEADS), (2, (1, "做强产业", f"(1) {text}", "单位1")))
        )
        return repacked(
            {SHEET: SHEET_START + f"<sheetData>{body}</sheetData></worksheet>".encode()}
        )

    return make


def docx_bomb() -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (120 * 1024 * 1024))
    return result.getvalue()


def docx_without_tables() -> bytes:
    document = Document()
    document.add_paragraph("没有表格的正文")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "文件是空的"),
    "noise": (lambda: random.Random(1).randbytes(5000), "无法识别的文件"),
    "pdf": (lambda: b"%PDF-1.7\n" + b"x" * 500, "这是PDF文件"),
    "password": (lambda: old_file("EncryptionInfo", "EncryptedPackage"), "设有打开密码"),
    "old-xls": (lambda: old_file("Workbook"), "旧版Excel文件"),
    "old-doc": (lambda: old_file("WordDocument"), "旧版Word文档"),
    "html-as-xls": (lambda: "<html><table><tr><td>序号".encode("gbk"), "这是网页"),
    "csv-in-gbk": (lambda: "序号,目标名称,工作标准\r\n1,做强产业,引进".encode("gbk"), "文本文件"),
    "csv-in-utf16": (lambda: "序号,目标名称".encode("utf-16"), "无法识别的文件"),
    "xml-spreadsheet": (lambda: b'<?xml version="1.0"?><Workbook/>', "XML文件"),
    "truncated": (lambda: good()[:-900], "不完整或已损坏"),
    "half": (lambda: good()[: len(good()) // 2], "不完整或已损坏"),
    "zip-of-text": (lambda: with_text_zip(), "不是Excel工作簿或Word文档"),
    "ods": (lambda: with_text_zip("content.xml"), "OpenDocument"),
    "macro": (lambda: repacked({"xl/vbaProject.bin": b"\0" * 100}), "含有宏"),
    "external-links": (with_external_link, "指向其他文件的链接"),
    "zip-bomb-4-gb": (zip_bomb, "超出可读取的范围"),
    "docx-bomb": (docx_bomb, "超出可读取的范围"),
    "million-rows": (lambda: empty_rows(1_000_000), "空行也计算在内"),
    "million-styled-rows": (lambda: numbered_rows(1_000_000), "空行也计算在内"),
    "far-cell": (far_cell, "还有内容"),
    "entities-in-sheet": (lambda: entities(SHEET), "XML实体"),
    "entities-in-workbook": (lambda: entities("xl/workbook.xml"), "XML实体"),
    "entities-in-styles": (lambda: entities("xl/styles.xml"), "XML实体"),
    "no-sheet": (lambda: repacked({SHEET: b"<broken"}), "已损坏"),
    "docx-without-tables": (docx_without_tables, "没有表格"),
}

# Files that open, and are then not understood: the preview says where.
PUZZLING: dict[str, tuple[Callable[[], bytes], str]] = {
    "wide-merge": (wide_merge, "没有找到表头"),
    "wrong-sheet": (lambda: files.workbook(("姓名", "年龄"), ("张三", 30)), "没有找到表头"),
    "empty-workbook": (lambda: files.workbook(), "没有找到表头"),
    "formula": (with_formula, "单元格是公式"),
    "too-long": (long_cell(32_768), "32772字"),
    "at-a-cells-limit": (long_cell(32_763), "最多20000字"),
}


def with_text_zip(name: str = "readme.txt") -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        archive.writestr(name, "x")
    return result.getvalue()


@pytest.fixture
def post(cast, as_user):
    client = as_user(cast.office)

    def post(data: bytes):
        file = SimpleUploadedFile("方案.xlsx", data)
        started = time.monotonic()
        form = {"kind": "plan", "year": 2031, "file": file}
        page = client.post("/imports/", form, follow=True)
        assert time.monotonic() - started < SECONDS
        return page

    return post


def assert_nothing_written():
    assert not Plan.objects.filter(year=2031).exists()
    assert not Import.objects.exists()
    assert not Event.objects.filter(verb="import").exists()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words(name, post):
    make, message = HOSTILE[name]
    page = post(make())
    assert page.status_code == 200
    assert page.redirect_chain == [], "there is no preview of it"
    shown = " ".join(page.context["form"].errors["file"])
    assert message in shown
    assert CHINESE.search(shown)
    assert_nothing_written()


@pytest.mark.parametrize("name", PUZZLING)
def test_a_file_that_makes_no_sense_is_reported_by_place(name, post):
    make, message = PUZZLING[name]
    page = post(make())
    html = page.content.decode()
    assert message in html
    assert "怎么办" in html
    assert "digest" not in html, "nothing can be confirmed"
    assert_nothing_written()


@pytest.mark.parametrize("fonts", [b"", b"<fonts><font><strike/></font><font/></fonts>"])
def test_formats_beyond_excels_own_limit_are_not_read(post, fonts):
    page = post(many_styles(fonts))
    assert page.context["preview"].is_understood
    assert page.context["preview"].has_work
    assert_nothing_written()


def test_strings_by_the_million_end_in_words_either_way(post):
    """Whether they still fit depends on the machine; that it ends soon and small does not."""
    page = post(many_strings())
    assert "预览" in page.content.decode() or "超出限制" in str(page.context["form"].errors)
    assert_nothing_written()


def test_a_file_over_the_limit_is_refused_before_it_is_read(post):
    page = post(good() + b"\0" * (9 * 1024 * 1024))
    assert "超过8MB" in page.content.decode()


def test_a_reader_that_works_on_and_on_is_stopped_by_what_it_used(monkeypatch):
    monkeypatch.setattr("targets.importing.child.CPU_LIMIT", 1)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(Unreadable, match="超出限制"):
        run_limited(_work_on, b"")
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime < 3


def _work_on(data: bytes) -> None:
    while True:
        hash(data)


def test_a_reader_that_waits_for_a_busy_machine_is_not_refused(monkeypatch):
    """The clock runs longer than the processor's time allowed: a sound file had to wait."""
    monkeypatch.setattr("targets.importing.child.CPU_LIMIT", 1)
    assert run_limited(_wait_a_while, b"") == "read"


def _wait_a_while(data: bytes) -> str:
    time.sleep(1.5)
    return "read"


def test_a_reader_that_hangs_is_stopped(monkeypatch):
    monkeypatch.setattr("targets.importing.child.WALL_LIMIT", 0.5)
    started = time.monotonic()
    with pytest.raises(Unreadable, match="超出限制"):
        run_limited(_hang, b"")
    assert time.monotonic() - started < 3


def _hang(data: bytes) -> None:
    while True:
        time.sleep(1)


def test_a_reader_that_eats_memory_is_stopped():
    with pytest.raises(Unreadable, match="超出限制"):
        run_limited(lambda data: len(bytearray(1024**3)), b"")


# A process of its own: this one's children are browsers and office programs too, and a
# forked reader weighs what its parent weighs.
READ_ALL = """
import resource, sys
from pathlib import Path
import django
django.setup()
from targets.importing import Unreadable
from targets.importing.reading import read_grids
refused = 0
for path in sys.argv[1:]:
    try:
        read_grids(Path(path).read_bytes())
    except Unreadable:
        refused += 1
print(refused, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.slow
def test_no_reader_outgrows_its_memory(tmp_path):
    makers = {name: make for name, (make, _message) in (HOSTILE | PUZZLING).items()}
    makers["many-strings"] = many_strings
    makers["good"] = good
    paths = []
    for name, make in makers.items():
        path = tmp_path / name
        path.write_bytes(make())
        paths.append(str(path))
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, *paths],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tracker.settings_test"},
        check=True,
        capture_output=True,
        text=True,
    )
    refused, kibibytes = map(int, done.stdout.split())
    assert refused >= len(HOSTILE) - 1
    assert 0 < kibibytes * 1024 < MEMORY


def test_a_good_file_still_comes_in(post):
    page = post(good())
    assert page.context["preview"].may_apply


def test_text_that_looks_like_a_formula_stays_text(cast, as_user):
    client = as_user(cast.office)
    book = load_workbook(io.BytesIO(files.workbook(HEADS)))
    standard = '（1）=HYPERLINK("http://example.test")<script>alert(1)</script>'
    for column, value in enumerate((1, "@做强", standard, "单位1"), start=1):
        cell = book.active.cell(2, column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
    file = SimpleUploadedFile("a.xlsx", files.saved(book))
    page = client.post("/imports/", {"kind": "plan", "year": 2031, "file": file}, follow=True)
    html = page.content.decode()
    assert "<script>alert" not in html
    data = {"upload": page.request["QUERY_STRING"].partition("=")[2]}
    client.post("/imports/apply/", {**data, "digest": page.context["preview"].digest})
    item = Item.objects.get(goal__plan__year=2031)
    assert item.standard == standard.removeprefix("（1）")
    assert item.goal.name == "@做强"


@pytest.mark.parametrize("name", ["../../etc/passwd.xlsx", "附" * 121 + ".xlsx", "a\r\nb.xlsx"])
def test_a_file_name_is_only_ever_shown(cast, as_user, name):
    file = SimpleUploadedFile("x.xlsx", good())
    file.name = name
    form = {"kind": "plan", "year": 2031, "file": file}
    page = as_user(cast.office).post("/imports/", form, follow=True)
    assert page.status_code == 200
    assert "/etc/passwd" not in page.content.decode()


# Fuzz: mutated workbooks ---------------------------------------------------------


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Return the package with a few mutations: bytes of a member, members, the package."""
    kind = chance.randrange(5)
    if kind == 0:
        raw = bytearray(data)
        for _ in range(chance.randint(1, 30)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        return bytes(raw)
    if kind == 1:
        cut = sorted(chance.sample(range(len(data)), 2))
        return data[: cut[0]] + data[cut[1] :]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(members))
    text = bytearray(members[name])
    if kind == 2:
        del members[name]
    elif kind == 3:
        for _ in range(chance.randint(1, 10)):
            text[chance.randrange(len(text))] = chance.choice(b'<>"&/=0169AZ \x00\xff')
        members[name] = bytes(text)
    else:
        # Numbers are what sizes, indexes and references are made of.
        numbers = list(re.finditer(rb"[0-9]+", bytes(text)))
        if numbers:
            hit = chance.choice(numbers)
            value = chance.choice([b"0", b"-1", b"99999999", b"4294967296", b"1e9", b""])
            members[name] = bytes(text[: hit.start()]) + value + bytes(text[hit.end() :])
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return result.getvalue()


def read_or_refused(original: bytes, seed: int) -> None:
    """Break a file in sixty ways: each is read, or refused in words, within its time."""
    chance = random.Random(seed)
    outcomes = {"read": 0, "refused": 0}
    for _ in range(60):
        data = mutate(original, chance)
        started = time.monotonic()
        try:
            grids = read_grids(data)
        except Unreadable as refusal:
            assert CHINESE.search(str(refusal))
            outcomes["refused"] += 1
        else:
            assert all(isinstance(cell, str) for grid in grids for row in grid.rows for cell in row)
            outcomes["read"] += 1
        assert time.monotonic() - started < SECONDS
    assert all(outcomes.values()), "the mutations must both break files and leave some whole"


@pytest.mark.parametrize("seed", range(4))
def test_mutated_workbooks_are_read_or_refused_in_words(seed):
    read_or_refused(files.source_workbook() if seed % 2 else good(), seed)


def rich_document() -> bytes:
    """Return a Word document that uses what the reader knows: every part and many wrappers."""
    content = (
        run("截至")
        + f"<w:smartTag>{run('6月')}</w:smartTag><w:ins>{run('3.2')}</w:ins>"
        + "<w:r><w:ruby><w:rt/><w:rubyBase/></w:ruby><w:sym w:font='Symbol' w:char='F0B3'/></w:r>"
        + "<w:r><w:fldChar w:fldCharType='begin'/><w:instrText>REF a</w:instrText>"
        + "<w:fldChar w:fldCharType='separate'/><w:t>12</w:t><w:fldChar w:fldCharType='end'/></w:r>"
        + "<m:oMath><m:f><m:num><m:t>1</m:t></m:num><m:den><m:t>2</m:t></m:den></m:f></m:oMath>"
    )
    number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    styles = '<w:style w:styleId="a"><w:basedOn w:val="a"/><w:rPr><w:vanish/></w:rPr></w:style>'
    return word.with_progress(
        word.paragraph(content, properties=number), numbering=numbering, styles=styles
    )


@pytest.mark.parametrize("seed", range(3))
def test_mutated_documents_are_read_or_refused_in_words(seed):
    read_or_refused(rich_document(), seed)


@pytest.mark.parametrize(
    "content",
    [
        "<w:ins>" * 20_000 + run("深") + "</w:ins>" * 20_000,
        "<w:newer>" * 200 + run("深") * 20_000 + "</w:newer>" * 200,
        "<w:r><w:fldChar w:fldCharType='begin'/></w:r>" * 60_000,
        "<w:r><w:drawing>" * 60 + run("深") + "</w:drawing></w:r>" * 60,
        "<w:r><w:pict><w:txbxContent><w:p>" * 50 + "</w:p></w:txbxContent></w:pict></w:r>" * 50,
        run("甲", '<w:vertAlign w:val="superscript"/>') * 60_000,
    ],
)
def test_a_document_made_to_take_long_ends_soon(content):
    started = time.monotonic()
    with contextlib.suppress(Unreadable):
        read_grids(word.with_progress(content))
    assert time.monotonic() - started < SECONDS


def test_mutated_tables_are_previewed_and_write_nothing(cast, as_user):
    chance = random.Random(7)
    client = as_user(cast.office)
    texts = "|(1)|（2）乙。|(1) 甲。|1|１|九|单位1|单位1单位2|无名局|（续）|(99999)|\u202e|序号"
    texts = [*texts.split("|"), "目标名称", "=1", "0", "-1", "1e9", "²"]
    for _ in range(25):
        rows = [[chance.choice(texts) for _ in range(chance.randint(1, 6))] for _ in range(8)]
        file = SimpleUploadedFile("a.xlsx", files.workbook(HEADS, *rows))
        form = {"kind": "plan", "year": 2031, "file": file}
        assert client.post("/imports/", form, follow=True).status_code == 200
    assert_nothing_written()
