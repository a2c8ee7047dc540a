"""Files beside a report: known by their content, named by us on disk, only ever downloaded."""

import io
import itertools
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from targets import actions, filetypes
from targets.models import Event, Evidence
from tests import builders
from tests.evidence_files import ACTIVE, HARMLESS, UNINSPECTABLE, compound

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
EXE = b"MZ\x90\0" + b"\0" * 60


def office_file(*members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member in ("[Content_Types].xml", *members):
            archive.writestr(member, "<x/>")
    return buffer.getvalue()


def old_office_file(*streams: str) -> bytes:
    return compound(dict.fromkeys(streams, b"x"))


DOCX = office_file("word/document.xml")


@pytest.fixture
def folder(settings, tmp_path):
    """Keep uploads in a folder of the test's own; returns it."""
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "default": files}
    return tmp_path


def stored(folder) -> int:
    return sum(each.is_file() for each in folder.rglob("*"))


@pytest.fixture
def mine(cast):
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


def upload(browser, contribution, *files, **fields):
    form = {
        "version": contribution.version,
        "text": "已完成过半。",
        "kind": "evidence",
        "files": [SimpleUploadedFile(name, content) for name, content in files],
        **fields,
    }
    return browser.post(f"/contributions/{contribution.pk}/attach/", form)


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("批复.pdf", PDF, filetypes.PDF),
        ("现场.JPG", JPEG, filetypes.JPEG),
        ("现场.png", PNG, filetypes.PNG),
        ("总结.docx", DOCX, filetypes.DOCX),
        ("台账.xlsx", office_file("xl/workbook.xml"), filetypes.XLSX),
        ("公文.ofd", office_file("OFD.xml"), filetypes.OFD),
        ("总结.wps", old_office_file("WordDocument"), filetypes.DOC),
        ("台账.xls", old_office_file("Workbook"), filetypes.XLS),
    ],
    ids=itertools.count(),  # not the contents: a zip holds the time, and workers must agree
)
def test_what_offices_use_is_attached(cast, as_user, mine, name, content, content_type):
    answer = upload(as_user(cast.reporter), mine, (name, content))
    assert answer.status_code == 302
    evidence = Evidence.objects.get()
    assert (evidence.name, evidence.content_type) == (name, content_type)
    assert evidence.size == len(content)
    mine.refresh_from_db()
    assert (mine.text, mine.state) == ("已完成过半。", "draft"), "the text came along and is saved"
    event = Event.objects.get(verb="attach")
    assert (event.new["name"], event.new["sha256"]) == (name, evidence.sha256)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("通知.html", HTML),
        ("图.svg", SVG),
        ("程序.exe", EXE),
        ("通知.pdf", HTML),
        ("图.png", SVG),
        ("报告.docx", EXE),
        ("报告.pdf", EXE + PDF),
        ("台账.xlsx", DOCX),
        ("宏.docx", office_file("word/document.xml", "word/vbaProject.bin")),
        ("宏.doc", old_office_file("WordDocument", "_VBA_PROJECT")),
        ("坏.docx", DOCX[:40]),
        ("压缩.zip", office_file("a.txt")),
        ("没有扩展名", PDF),
        ("空.pdf", b""),
    ],
    ids=itertools.count(),
)
def test_anything_else_is_refused_and_the_typed_text_is_kept(
    cast, as_user, mine, name, content, folder
):
    page = upload(as_user(cast.reporter), mine, (name, content))
    assert page.status_code == 200
    html = page.content.decode()
    assert "已完成过半。" in html
    assert "notice--error" in html
    assert not Evidence.objects.exists()
    assert stored(folder) == 0


def test_after_a_refused_file_the_page_says_that_the_text_is_saved(folder, cast, as_user, mine):
    answer = upload(as_user(cast.reporter), mine, ("照片.svg", SVG))
    page = answer.content.decode()
    assert "草稿已保存，请更正以下问题" in page
    assert "内容未保存" not in page
    mine.refresh_from_db()
    assert (mine.state, mine.text) == ("draft", "已完成过半。")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\windows\\a.pdf", "a.pdf"),
        ("报\u202egpj.exe.pdf", "报gpj.exe.pdf"),
        ("两\n行.pdf", "两行.pdf"),
        ("长" * 125 + ".pdf", "长" * 125 + ".pdf"),
        ("长" * 300 + ".pdf", "长" * 146 + ".pdf"),
    ],
)
def test_names_are_only_text_and_the_file_on_disk_has_our_own(cast, mine, given, kept):
    file = SimpleUploadedFile("x.pdf", PDF)
    file._name = given  # as a client that is no browser may send it
    evidence = actions.attach_evidence(
        contribution=mine, file=file, kind="evidence", by=cast.reporter
    )
    assert evidence.name == kept
    stem, _, ending = evidence.file.name.rpartition("/")[2].rpartition(".")
    assert len(stem) == 32
    assert set(stem) <= set("0123456789abcdef")
    assert ending == "pdf"


def test_a_name_of_125_characters_comes_back_whole(cast, as_user, mine):
    name = "佐" * 125 + ".pdf"
    browser = as_user(cast.reporter)
    upload(browser, mine, (name, PDF))
    answer = browser.get(f"/evidence/{Evidence.objects.get().pk}/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E4%BD%90")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_a_file_over_the_limit_is_refused(cast, mine, monkeypatch):
    monkeypatch.setattr(filetypes, "SIZE_LIMIT", 30)
    with pytest.raises(actions.Refused, match="请压缩或拆分"):
        builders.attach(mine, cast.reporter, content=PDF)


def test_ten_files_and_no_more(cast, as_user, mine, folder):
    browser = as_user(cast.reporter)
    for number in range(10):
        builders.attach(mine, cast.reporter, f"{number}.pdf")
    page = upload(browser, mine, ("十一.pdf", PDF))
    assert "每项最多上传10个文件" in page.content.decode()
    assert Evidence.objects.count() == 10
    assert stored(folder) == 10, "the refused file leaves nothing on disk"


def test_the_same_file_twice_is_attached_once(cast, as_user, mine, folder):
    browser = as_user(cast.reporter)
    upload(browser, mine, ("批复.pdf", PDF))
    mine.refresh_from_db()
    upload(browser, mine, ("批复.pdf", PDF))
    assert Evidence.objects.count() == 1
    assert stored(folder) == 1


def test_files_chosen_beside_submit_or_save_are_not_dropped(cast, as_user, mine):
    cast.period.evidence_required = True
    cast.period.save()
    browser = as_user(cast.reporter)
    form = {"version": mine.version, "text": "已完成。", "then": "submit"}
    page = browser.post(mine.get_absolute_url(), form)
    assert "请上传至少一份材料" in page.content.decode()
    assert "已完成。" in page.content.decode()
    files = [SimpleUploadedFile("甲.pdf", PDF), SimpleUploadedFile("乙.png", PNG)]
    answer = browser.post(mine.get_absolute_url(), {**form, "files": files})
    assert answer.status_code == 302
    mine.refresh_from_db()
    assert mine.state == "submitted"
    assert sorted(mine.evidence.values_list("name", flat=True)) == ["乙.png", "甲.pdf"]


def test_the_scan_of_the_signed_form_does_not_count_as_evidence(cast, mine):
    cast.period.evidence_required = True
    cast.period.save()
    builders.attach(mine, cast.reporter, "报送单.pdf", kind="signed_form")
    with pytest.raises(actions.Refused, match="佐证材料"):
        builders.submit(mine, cast.reporter)


def test_removing_takes_the_file_off_the_disk_and_saves_what_is_typed(
    cast, as_user, mine, django_capture_on_commit_callbacks, folder
):
    evidence = builders.attach(mine, cast.reporter)
    form = {"version": mine.version, "text": "写到一半"}
    with django_capture_on_commit_callbacks(execute=True):
        as_user(cast.reporter).post(f"/evidence/{evidence.pk}/detach/", form)
    assert not Evidence.objects.exists()
    assert stored(folder) == 0
    mine.refresh_from_db()
    assert mine.text == "写到一半"
    assert Event.objects.get(verb="detach").old["sha256"] == evidence.sha256


def test_a_submitted_reports_files_stay(cast, as_user, mine, folder):
    evidence = builders.attach(mine, cast.reporter)
    mine = builders.submit(mine, cast.reporter)
    form = {"version": mine.version, "text": "x"}
    as_user(cast.reporter).post(f"/evidence/{evidence.pk}/detach/", form)
    with pytest.raises(actions.Refused):
        actions.detach_evidence(evidence=evidence, by=cast.reporter)
    with pytest.raises(actions.Refused):
        builders.attach(mine, cast.reporter, "后补.pdf")
    assert Evidence.objects.count() == 1
    assert stored(folder) == 1


def test_who_may_read_the_text_may_read_its_files(cast, as_user):
    shared = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    url = f"/evidence/{builders.attach(shared, cast.reporter).pk}/"
    roles = ("reporter", "colleague", "co_lead", "supporter", "other", "office", "leader")

    def answers() -> dict:
        return {
            role: as_user(getattr(cast, role)).get(url).status_code
            for role in (*roles, "auditor", "stranger")
        }

    draft = dict.fromkeys(answers(), 404) | {"reporter": 200, "colleague": 200}
    assert answers() == draft
    shared = builders.submit(shared, cast.reporter)
    submitted = dict.fromkeys(("co_lead", "supporter", "office", "leader"), 200)
    assert answers() == draft | submitted
    builders.approve(builders.entry_of(cast.period, cast.items[1]), cast.office)
    assert answers() == dict.fromkeys(draft, 200) | {"stranger": 404}


@pytest.mark.parametrize("role", ["co_lead", "other", "supporter"])
def test_nobody_attaches_to_or_removes_from_another_units_report(cast, as_user, mine, role):
    evidence = builders.attach(mine, cast.reporter)
    browser = as_user(getattr(cast, role))
    assert upload(browser, mine, ("x.pdf", PDF)).status_code == 404
    assert browser.post(f"/evidence/{evidence.pk}/detach/", {"version": 1}).status_code == 404
    with pytest.raises(actions.Refused):
        actions.detach_evidence(evidence=evidence, by=getattr(cast, role))
    assert Evidence.objects.count() == 1


def test_attach_evidence_opened_from_the_address_bar_leads_to_the_form(cast, as_user, mine):
    """A refused upload stands at this address; a new login leads here again."""
    answer = as_user(cast.reporter).get(f"/contributions/{mine.pk}/attach/")
    assert (answer.status_code, answer.headers["Location"]) == (302, mine.get_absolute_url())


# --- what runs or fetches ----------------------------------------------------------------


@pytest.mark.parametrize("kind", ACTIVE)
def test_a_file_that_runs_or_fetches_is_refused_and_the_trail_says_what_it_held(
    cast, as_user, mine, folder, kind
):
    name, make, words = ACTIVE[kind]
    page = upload(as_user(cast.reporter), mine, (name, make())).content.decode()
    assert "别人打开时可能自动运行或对外连接" in page
    assert not Evidence.objects.exists()
    assert stored(folder) == 0
    event = Event.objects.get(verb="block")
    assert words in event.new["active"]
    assert name not in str(event.new), "the name of a draft's file is the unit's own"


@pytest.mark.parametrize("kind", ["docx template", "xls macro sheet", "pdf script"])
def test_where_the_settings_keep_it_it_carries_a_mark_before_the_download(
    cast, as_user, mine, folder, settings, kind
):
    settings.EVIDENCE_ACTIVE = "mark"
    name, make, words = ACTIVE[kind]
    assert upload(as_user(cast.reporter), mine, (name, make())).status_code == 302
    assert words in Evidence.objects.get().active
    mine.refresh_from_db()
    builders.submit(mine, cast.reporter)
    page = as_user(cast.office).get(mine.entry.get_absolute_url()).content.decode()
    assert page.index("请勿启用宏、脚本和链接") < page.index(f">{name}</a>")


@pytest.mark.parametrize("choice", ["refuse", "mark"])
@pytest.mark.parametrize("kind", UNINSPECTABLE)
def test_what_cannot_be_looked_into_is_refused_whatever_the_settings_say(
    cast, as_user, mine, folder, settings, kind, choice
):
    settings.EVIDENCE_ACTIVE = choice
    name, make = UNINSPECTABLE[kind]
    page = upload(as_user(cast.reporter), mine, (name, make())).content.decode()
    assert "无法检查" in page or "内容与扩展名不符" in page
    assert stored(folder) == 0


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_only_shows_is_attached_without_a_mark(cast, as_user, mine, kind):
    name, make = HARMLESS[kind]
    assert upload(as_user(cast.reporter), mine, (name, make())).status_code == 302
    assert Evidence.objects.get().active == ""


# --- the office's own scanner ------------------------------------------------------------


def scanner(tmp_path, script: str) -> str:
    command = tmp_path / "scan"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o700)
    return str(command)


def test_the_scanner_gets_the_content_and_its_answer_is_in_the_trail(
    cast, as_user, mine, settings, tmp_path
):
    settings.EVIDENCE_SCANNER = scanner(tmp_path, f"cat > {tmp_path}/seen; echo 'stream: OK'")
    assert upload(as_user(cast.reporter), mine, ("批复.pdf", PDF)).status_code == 302
    assert (tmp_path / "seen").read_bytes() == PDF
    assert Event.objects.get(verb="attach").new["scanned"] == "stream: OK"


def test_what_the_scanner_finds_is_refused_with_its_words(
    cast, as_user, mine, settings, tmp_path, folder
):
    settings.EVIDENCE_SCANNER = scanner(tmp_path, "echo 'stream: Eicar FOUND'; exit 1")
    page = upload(as_user(cast.reporter), mine, ("批复.pdf", PDF)).content.decode()
    assert "stream: Eicar FOUND" in page
    assert not Evidence.objects.exists()
    assert Event.objects.get(verb="block").new["scanned"] == "stream: Eicar FOUND"
    assert not any(each.suffix == ".pdf" for each in folder.rglob("*"))


@pytest.mark.parametrize("script", ["exit 2", None, "sleep 5"])
def test_without_an_answer_of_the_scanner_nothing_is_kept(
    cast, as_user, mine, settings, tmp_path, monkeypatch, script
):
    monkeypatch.setattr("targets.scanner.TIME_LIMIT", 0.5)
    settings.EVIDENCE_SCANNER = scanner(tmp_path, script) if script else "/nowhere/scan"
    page = upload(as_user(cast.reporter), mine, ("批复.pdf", PDF)).content.decode()
    assert "病毒扫描没有完成" in page
    assert not Evidence.objects.exists()
    assert Event.objects.filter(verb="block").exists()
