"""The trail: read by office and auditor, told on the item's page. Its chain: test_trail_chain."""

import csv
import io

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports.circulars.actions import EDITABLE
from reports.circulars.models import FileKind
from targets import actions
from targets.choices import Verb
from targets.event_wording import retell
from targets.importing import Kind, State
from targets.models import Event, Import, Report, Responsibility, UnitAlias, User, record_event
from tests import builders
from tests.conftest import PASSWORD


@pytest.fixture
def mine(cast):
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


def test_what_was_submitted_returned_and_approved_is_told_on_the_items_page(cast, as_user, mine):
    mine = builders.submit(mine, cast.reporter, "第一稿的内容")
    actions.return_contribution(
        contribution=mine, version=mine.version, reason="请补充投资额", by=cast.office
    )
    html = as_user(cast.office).get(cast.items[0].get_absolute_url()).content.decode()
    assert "状态：未填报 → 已报送" in html
    assert "报送内容：第一稿的内容" in html
    assert "原因：请补充投资额" in html


@pytest.mark.parametrize(
    ("role", "told", "words"),
    [
        ("reporter", True, True),
        ("leader", True, False),  # it was withdrawn since
        ("auditor", True, False),
        ("other", False, False),
        ("administrator", False, False),
    ],
)
def test_a_units_words_are_told_to_those_who_may_read_them(cast, as_user, mine, role, told, words):
    mine = builders.submit(mine, cast.reporter, "单位报送的原话")
    actions.withdraw_contribution(contribution=mine, version=mine.version, by=cast.reporter)
    browser = as_user(getattr(cast, role))
    html = browser.get(cast.items[0].get_absolute_url()).content.decode()
    assert ("操作记录（" in html) is told
    assert ("单位报送的原话" in html) is words


def test_a_co_lead_is_not_told_of_the_others_draft(cast, as_user):
    shared = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    actions.save_contribution(
        contribution=shared, version=1, report=Report("草稿"), by=cast.reporter
    )
    url = cast.items[1].get_absolute_url()
    assert "保存草稿" not in as_user(cast.co_lead).get(url).content.decode()
    assert "保存草稿" in as_user(cast.reporter).get(url).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("verb=open", 1),
        ("verb=submit", 1),
        ("actor=reporter", 1),
        ("actor=没有此人", 0),
        ("q=1(1)", 1),
        ("q=1(3)", 0),
        ("until=2001-01-01", 0),
    ],
)
def test_the_trail_is_narrowed(cast, as_user, mine, query, found):
    builders.submit(mine, cast.reporter)
    # Logins stand in the trail too: count without them.
    html = as_user(cast.auditor).get(f"/trail/?{query}").content.decode()
    assert html.count('data-label="时间"') == found


def test_a_bad_filter_is_named_and_nothing_else(cast, as_user):
    answer = as_user(cast.office).get("/trail/?since=gestern&verb=explode&unit=x&page=-1")
    assert answer.status_code == 200
    assert "有筛选条件无法识别" in answer.content.decode()


def test_the_export_is_inert_leaves_out_words_and_is_an_event(cast, as_user, mine):
    builders.submit(mine, cast.reporter, "不给审计员看的原话")
    entry = builders.entry_of(cast.period, cast.items[0])
    actions.approve_entry(
        entry=entry,
        version=entry.version,
        status=cast.completed,
        approved_text="核定",
        reason="=HYPERLINK(1)",
        by=cast.office,
    )
    answer = as_user(cast.auditor).get("/trail/trail.csv?verb=approve")
    body = b"".join(answer.streaming_content)
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][-1] == "'=HYPERLINK(1)"
    whole = b"".join(as_user(cast.auditor).get("/trail/trail.csv").streaming_content)
    assert "不给审计员看的原话" not in whole.decode()
    exports = Event.objects.filter(verb="export", actor="auditor")
    assert exports.order_by("pk").first().new["rows"] == 1


def test_logins_logouts_and_failures_are_events(cast):
    client = Client()
    form = {"username": "reporter", "password": "falsch-geraten"}
    client.post("/accounts/login/", form)
    client.post("/accounts/login/", {"username": "nobody-here", "password": "x"})
    client.post("/accounts/login/", {**form, "password": PASSWORD})
    client.post("/accounts/logout/")
    events = Event.objects.filter(subject="user").order_by("pk")
    assert [(each.verb, each.actor, each.address) for each in events] == [
        ("fail", "reporter", "127.0.0.1"),
        ("fail", "nobody-here", "127.0.0.1"),
        ("login", "reporter", "127.0.0.1"),
        ("logout", "reporter", "127.0.0.1"),
    ]
    assert "falsch-geraten" not in str(list(events.values()))


def test_a_changed_password_is_an_event_and_ends_the_forced_change(cast, settings):
    settings.FORCE_PASSWORD_CHANGE = True
    User.objects.filter(pk=cast.reporter.pk).update(must_change_password=True)
    client = Client()
    client.post("/accounts/login/", {"username": "reporter", "password": PASSWORD})
    assert client.get("/my-items/").url == "/accounts/password/"
    assert "初始密码" in client.get("/accounts/password/").content.decode()
    new = "another-password-7"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/accounts/password/", form).url == "/accounts/password/done/"
    assert client.get("/my-items/").status_code == 200
    event = Event.objects.get(verb="password")
    assert (event.actor, new in str(event.new)) == ("reporter", False)


def test_the_demonstration_forces_no_change(cast, settings):
    settings.FORCE_PASSWORD_CHANGE = False
    User.objects.filter(pk=cast.reporter.pk).update(must_change_password=True)
    client = Client()
    client.post("/accounts/login/", {"username": "reporter", "password": PASSWORD})
    assert client.get("/my-items/").status_code == 200


def test_states_are_told_by_what_they_are_states_of():
    told = {
        subject: retell(subject, {}, {"state": "draft"}, shows_words=True)[0].new
        for subject in ("contribution", "period")
    }
    assert told == {"contribution": "草稿", "period": "未开放"}


def test_an_attached_file_is_told_in_chinese_and_its_name_only_to_its_readers():
    file = {"name": "拟处分名单.pdf", "kind": "evidence", "size": 14, "sha256": "ab"}
    told = retell("contribution", {}, file, shows_words=True)
    assert [(each.label, each.new) for each in told] == [
        ("名称", "拟处分名单.pdf"),
        ("类别", "佐证材料"),
        ("文件大小（字节）", "14"),
        ("文件校验值", "ab"),
    ]
    hidden = retell("contribution", {}, file, shows_words=False)
    assert "拟处分名单.pdf" not in {each.new for each in hidden}


@pytest.mark.parametrize("subject", ["circular", "period"])
def test_what_a_draft_circular_or_an_export_says_is_labelled_in_chinese(subject):
    facts = {"circular": EDITABLE, "period": ("file", "filter", "rows", "kind")}[subject]
    told = retell(subject, {}, dict.fromkeys(facts, "1"), shows_words=True)
    labels = {each.label for each in told}
    assert len(labels) == len(facts)
    assert not labels & set(facts)


def test_an_issued_circular_is_told_with_its_number_and_its_files_by_name():
    facts = {"number": 3, **dict.fromkeys(FileKind.values, "ab12")}
    told = retell("circular", {}, facts, shows_words=True)
    assert [each.label for each in told] == [
        "期号",
        *(f"{label}校验值" for label in FileKind.labels),
    ]


@pytest.mark.parametrize(
    ("subject", "kinds"), [("circular", FileKind), ("import", Kind)], ids=["circular", "import"]
)
def test_what_was_taken_out_or_brought_in_is_told_by_its_name(subject, kinds):
    for kind in kinds:
        (told,) = retell(subject, {}, {"kind": kind.value}, shows_words=True)
        assert kind.label.startswith(told.new)


def test_what_an_import_did_is_labelled_in_chinese():
    facts = ("kind", "subject", "sha256", *State.values, "corrections", "rows")
    told = retell("import", {}, dict.fromkeys(facts, "1"), shows_words=True)
    labels = [each.label for each in told]
    assert len(set(labels)) == len(facts)
    assert not [label for label in labels if label.isascii()]


# No event holds them.
SECRET = frozenset({"password", "last_login", "digest"})


@pytest.mark.parametrize("model", [*admin.site._registry, UnitAlias, Responsibility])
def test_what_the_admin_changes_is_labelled_in_chinese(model):
    columns = [field.name for field in model._meta.concrete_fields if field.name not in SECRET]
    told = retell(model._meta.model_name, {}, dict.fromkeys(columns, "x"), shows_words=True)
    labels = [each.label for each in told]
    assert len(labels) == len(columns) - columns.count("id")
    assert not [label for label in labels if label.isascii()]


def test_a_switch_turned_in_the_admin_is_told_as_yes_and_no():
    (told,) = retell(
        "district",
        {"id": "1", "requires_sign_off": "False"},
        {"id": "1", "requires_sign_off": "True"},
        shows_words=True,
    )
    assert (told.label, told.old, told.new) == ("印发前须核稿、签发", "否", "是")


def test_an_instruction_is_told_in_its_own_words():
    facts = {"text": "请加快", "due_on": "2030-05-01", "outcome": "已办"}
    told = retell("instruction", {}, facts, shows_words=True)
    assert [each.label for each in told] == ["批示内容", "落实期限", "落实情况"]


def test_the_trail_takes_the_same_queries_however_long(
    cast, as_user, mine, django_assert_max_num_queries
):
    client = as_user(cast.office)
    mine = builders.submit(mine, cast.reporter)
    mine = actions.withdraw_contribution(contribution=mine, version=mine.version, by=cast.reporter)
    client.get("/trail/")
    with django_assert_max_num_queries(8) as few:
        client.get("/trail/")
    for _ in range(30):
        mine = builders.submit(mine, cast.reporter)
        mine = actions.withdraw_contribution(
            contribution=mine, version=mine.version, by=cast.reporter
        )
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert "第1/2页" in client.get("/trail/").content.decode()


def test_an_import_is_reached_from_the_trail_by_those_who_may_undo_it(cast, as_user):
    facts = {"kind": "plan", "sha256": "0" * 64, "district": cast.district, "changes": []}
    made = Import.objects.create(applied_by=cast.office, file_name="方案.xlsx", **facts)
    theirs = Import.objects.create(applied_by=cast.reporter, file_name="填报表.xlsx", **facts)
    for each in (made, theirs):
        record_event(
            by=each.applied_by,
            verb=Verb.IMPORT,
            subject=each,
        )
    office = as_user(cast.office)
    html = office.get("/trail/").content.decode()
    link = f'<a href="/imports/{made.pk}/">'
    assert link in html
    assert "撤销这次导入" in office.get(f"/imports/{made.pk}/").content.decode()
    # What is a unit's own to undo is named, and leads nowhere for the office.
    assert str(theirs) in html
    assert f"/imports/{theirs.pk}/" not in html
    assert link not in as_user(cast.auditor).get("/trail/").content.decode()


def test_the_office_does_not_read_the_names_of_a_drafts_files(cast, as_user, mine):
    builders.attach(mine, cast.reporter, name="拟处分名单.pdf")
    page = as_user(cast.office).get("/trail/").content.decode()
    assert "上传材料" in page
    assert "拟处分名单" not in page
    own = as_user(cast.reporter).get(cast.items[0].get_absolute_url()).content.decode()
    assert "拟处分名单" in own


# --- what was taken back ------------------------------------------------------------------


def told(cast, as_user, item) -> dict[tuple[str, str], str]:
    """Return what office and leader are told of an item: on its page, in the trail, as a file."""
    pages = {}
    for role in ("office", "leader"):
        client = as_user(getattr(cast, role))
        pages[role, "item"] = client.get(f"/items/{item.pk}/").content.decode()
    office = as_user(cast.office)
    pages["office", "trail"] = office.get("/trail/").content.decode()
    pages["office", "file"] = b"".join(office.get("/trail/trail.csv")).decode()
    return pages


def test_a_submitted_text_is_read_in_the_trail_until_it_is_taken_back(cast, as_user):
    secret = "完成投资37.9亿元，尚待核实。"
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    part = builders.submit(part, cast.reporter, secret)
    assert all(secret in page for page in told(cast, as_user, cast.items[0]).values())
    part = actions.withdraw_contribution(contribution=part, version=part.version, by=cast.reporter)
    for place, page in told(cast, as_user, cast.items[0]).items():
        assert secret not in page, place
        assert "撤回" in page
    own = as_user(cast.reporter).get(f"/items/{cast.items[0].pk}/").content.decode()
    assert secret in own, "its own unit goes on reading it"
    builders.submit(part, cast.reporter, secret)
    assert all(secret in page for page in told(cast, as_user, cast.items[0]).values())


def test_a_returned_text_is_between_the_unit_and_the_office(cast, as_user):
    secret = "完成投资37.9亿元，尚待核实。"
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    part = builders.submit(part, cast.reporter, secret)
    actions.return_contribution(
        contribution=part, version=part.version, reason="请核实数据", by=cast.office
    )
    pages = told(cast, as_user, cast.items[0])
    assert {place for place, page in pages.items() if secret in page} == {
        ("office", "item"),
        ("office", "trail"),
        ("office", "file"),
    }
    part.refresh_from_db()
    draft = Report(text="改过的草稿。")
    actions.save_contribution(
        contribution=part, version=part.version, report=draft, by=cast.reporter
    )
    assert not any(secret in page for page in told(cast, as_user, cast.items[0]).values())


def test_asking_what_may_be_read_costs_one_statement_for_a_whole_page(
    cast, as_user, django_assert_num_queries
):
    office = as_user(cast.office)
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(part, cast.reporter)
    office.get("/trail/")
    with CaptureQueriesContext(connection) as one:
        office.get("/trail/")
    for item, unit, by in ((1, 0, cast.reporter), (1, 1, cast.co_lead), (2, 2, cast.other)):
        part = builders.contribution_of(cast.period, cast.items[item], cast.units[unit])
        builders.submit(part, by)
    with django_assert_num_queries(len(one)):
        office.get("/trail/")


def test_a_report_that_holds_nothing_yet_has_no_empty_box_on_the_items_page(cast, as_user, mine):
    unit = as_user(cast.reporter)
    address = mine.entry.item.get_absolute_url()
    assert "填报原文" not in unit.get(address).content.decode()
    unit.post(mine.get_absolute_url(), {"version": mine.version, "text": "已经开工。"})
    assert "填报原文（草稿）" in unit.get(address).content.decode()
