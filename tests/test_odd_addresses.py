"""Odd numbers, keys and bytes in every address and list: a page or a plain refusal, never a 500."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, reverse

from targets.models import Event, Import
from tests import builders
from tests.posts import visit
from tests.test_access import PAGES, shared

__all__ = ["shared"]  # a fixture

HUGE = "99999999999999999999999"
# What one parameter spoils must not hide what the next would: few of them stand together.
QUERIES = [
    "page=-1&sort=-",
    "per_page=-1",
    f"per_page=0&page={HUGE}",
    f"page={HUGE}&sort=--goal",
    "page=%00&sort=-goal__plan__district__code",
    "page=１&sort=contributions__text&sort=%00",
    "period=%00",
    f"period=2030Q{HUGE}",
    f"goal={HUGE}&unit={HUGE}&leader={HUGE}&status={HUGE}&draft={HUGE}",
    "goal=-1&unit=1e5&state=%FF&duty=%00&class_key=%00&kind=%00&verb=%00&actor=%00",
    "since=99999-12-31&until=2030-02-30&upload=%00&variant=%00",
    "q=%FF%FE%00",
    "q=%E2%80%AE%E2%80%8B%F0%9F%91%B7" + "%E9%95%BF" * 2000,
    f"q=4({HUGE})&q=%25_%5C",
]
# Every list, and who opens it first; documents are left to their own tests.
WORKING = ("office", "reporter", "auditor", "administrator", "leader")
READERS = {
    name: role
    for name, (argument, answers) in PAGES.items()
    if argument is None
    and name != "reports:brief"
    and (role := next((each for each in WORKING if answers[each] == 200), None))
}
NUMBERS = (0, 2**31, 2**63 - 1, 2**63, 10**30)


@pytest.mark.parametrize("name", READERS)
def test_odd_queries_are_answered_in_every_list_and_file(name, cast):
    client = visit(getattr(cast, READERS[name]))
    url = reverse(name)
    for query in QUERIES:
        answer = client.get(f"{url}?{query}")
        assert answer.status_code < 500, query
        if answer.streaming:
            assert b"".join(answer)


def test_odd_numbers_in_addresses_are_not_found(cast, shared, quick):
    clients = {role: visit(getattr(cast, role)) for role in WORKING}
    before = Event.objects.count()
    tried = 0
    for name, (argument, answers) in PAGES.items():
        # The first two who may go there: the others are turned away before a number is read.
        roles = [role for role in WORKING if answers[role] in (200, 302)][:2] or WORKING[:2]
        for number in NUMBERS if argument else ():
            for url in addresses(name, number, cast.items[0].pk):
                for role in roles:
                    for method in (clients[role].get, clients[role].post):
                        assert method(url).status_code in (302, 401, 403, 404, 405), url
                        tried += 1
    assert tried > 1000
    assert Event.objects.count() == before


def addresses(name: str, number: int, good: int) -> list[str]:
    """Return a page's addresses with the odd number; of two numbers with a good one beside it."""
    for odd in ([[number]], [[str(number)]], [[number, number], [good, number], [number, good]]):
        try:
            return [reverse(name, args=arguments) for arguments in odd]
        except NoReverseMatch:
            continue
    raise AssertionError(f"no odd address for {name}")


@pytest.mark.parametrize(
    "path",
    [
        "/items/%00/",
        "/items/%FF/",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/items/１/",
        "/items/-1/",
        "/static/../manage.py",
        "/static/%2e%2e/manage.py",
        "/static/%00",
    ],
)
def test_odd_paths_are_not_found(cast, path, settings):
    settings.WHITENOISE_AUTOREFRESH = False  # as on the site
    assert visit(cast.office).get(path).status_code == 404


TABLE = "序号,目标名称,工作标准,牵头单位\n1,新目标,（1）建成公园。,单位1\n"


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-16-le", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("suffix", [".csv", ".txt", ".xlsx", ".docx"])
def test_a_text_in_any_encoding_is_refused_in_words(cast, encoding, suffix):
    data = TABLE.encode(encoding, "replace")
    file = SimpleUploadedFile(f"方案{suffix}", data)
    answer = visit(cast.office).post("/imports/", {"kind": "plan", "year": 2031, "file": file})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert ".xlsx" in html or "工作簿" in html
    assert "UnicodeDecodeError" not in html
    assert not Import.objects.exists()
    accounts = visit(cast.administrator).post(
        "/people/create/", {"lines": "", "file": SimpleUploadedFile(f"名单{suffix}", data)}
    )
    assert accounts.status_code == 200
    assert not Event.objects.filter(verb="create", subject="user").exists()


@pytest.mark.parametrize("charset", ["gbk", "utf-16", "utf-7"])
def test_a_form_in_another_encoding_is_no_500_and_stores_no_rubbish(cast, charset):
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    body = f"version={part.version}&then=submit&text=".encode() + "完成投资".encode("gbk")
    answer = visit(cast.reporter).generic(
        "POST",
        part.get_absolute_url(),
        body,
        content_type=f"application/x-www-form-urlencoded; charset={charset}",
    )
    assert answer.status_code < 500
    part.refresh_from_db()
    assert part.text in ("", "完成投资")


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=\xff",
        "application/json",
        "text/plain",
        "",
    ],
)
def test_a_body_that_is_no_form_changes_nothing(cast, content_type):
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    client = visit(cast.reporter)
    client.raise_request_exception = False
    answer = client.generic("POST", part.get_absolute_url(), b"\xff\x00{", content_type)
    assert answer.status_code < 500
    part.refresh_from_db()
    assert (part.text, part.version) == ("", 1)


@pytest.mark.parametrize(
    "text",
    [
        "零\u200b宽\u200d字\ufeff符",
        "方向\u2067反转\u2066嵌套\u2069\u2069",
        "组合e\u0301\u0301\u0301与部首⺮𠀀𪚥",
        "全角１２３．５％ＡＢＣ",
        "长" * 20_000,
    ],
)
def test_rare_words_come_back_as_they_were_typed(cast, text):
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    client = visit(cast.reporter)
    client.post(part.get_absolute_url(), {"version": 1, "text": text, "then": "submit"})
    part.refresh_from_db()
    assert part.text == text
    assert text in client.get(cast.items[0].get_absolute_url()).content.decode()


def test_200_kilobytes_in_every_short_field_are_said_to_be_too_long(cast):
    long = "长" * 70_000
    client = visit(cast.office)
    for url, form in (
        ("/plans/create/", {"year": long, "title": long}),
        ("/plans/2030/goals/add/", {"number": long, "name": long}),
        (f"/units/{cast.units[0].pk}/contact/", {"contact_name": long, "contact_phone": long}),
        (f"/periods/{cast.period.pk}/change/", {"due_on": long, "remind_days": long}),
        ("/trail/check/", {"sealed": long, "code": long}),
    ):
        before = Event.objects.count()
        answer = client.post(url, form)
        assert answer.status_code == 200, url
        assert Event.objects.count() == before
