"""What holds on every answer: headers, sessions, lost connections, health."""

import os
import secrets
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from tests import builders
from tests.conftest import PASSWORD
from tracker.settings import BASE_DIR

pytestmark = pytest.mark.django_db  # a process asks the database once a day, whatever the page

LOGIN = "/accounts/login/"


@pytest.mark.parametrize("path", ["/accounts/login/", "/items/", "/nowhere/", "/healthz"])
def test_every_answer_carries_the_security_headers(path, cast, as_user):
    for client in (Client(), as_user(cast.office)):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        for directive in (
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ):
            assert directive in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("status", "path", "posted"),
    [
        (200, "/static/css/app.css", None),
        (200, "/admin/", None),
        (200, "/trail/trail.csv", None),
        (302, "/", None),
        (400, "/review/judge/", {f"field{number}": "x" for number in range(2500)}),
        (401, "/api/v1/figures/2030Q1.json", None),
        (403, "/people/", None),
        (404, "/items/0/", None),
        (404, "/items/99999999999999999999/", None),
        (405, "/items/items.csv", {}),
        (500, "/board/", None),
    ],
)
def test_answers_of_every_kind_carry_the_headers(
    status, path, posted, cast, as_user, monkeypatch, settings
):
    settings.WHITENOISE_AUTOREFRESH = False  # as on the site
    client = as_user(cast.office)
    client.raise_request_exception = False
    if status == 500:
        monkeypatch.setattr("targets.access.list_periods", lambda user: 1 // 0)
    answer = client.get(path) if posted is None else client.post(path, posted)
    answer.close()
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if not path.startswith("/static/"):
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_buttons_address_that_is_opened_says_so_in_words(cast, as_user):
    answer = as_user(cast.office).get(f"/entries/{cast.period.entries.first().pk}/approve/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "这个地址不能直接打开" in answer.content.decode()


def test_the_locked_login_and_the_refused_form_carry_the_headers(cast):
    client = Client(enforce_csrf_checks=True)
    refused = client.post(LOGIN, {"username": "leader", "password": PASSWORD})
    wrong = {"username": "leader", "password": "wrong-password"}
    locked = [Client().post(LOGIN, wrong) for _ in range(6)][-1]
    assert (refused.status_code, locked.status_code) == (403, 429)
    for answer in (refused, locked):
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_the_settings_of_production_pass_djangos_own_check(tmp_path):
    """As deploy/README.md writes them: `check --deploy` warns of nothing."""
    settings = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "tracker.example",
        "HTTPS": "1",
        "BEHIND_PROXY": "1",
        "VAR_DIR": str(tmp_path),
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    (tmp_path / "static").mkdir()
    done = subprocess.run(command, env=settings, cwd=BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "WARNINGS" not in done.stdout + done.stderr


def test_a_loaded_site_holds_nothing_that_its_workers_would_share(tmp_path):
    """They are forked from it: a connection or a thread of its own would be in all of them."""
    code = (
        "import threading, tracker.wsgi; from django.db import connection;"
        " print(connection.connection, threading.active_count())"
    )
    settings = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "VAR_DIR": str(tmp_path),
    }
    (tmp_path / "static").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code], env=settings, cwd=BASE_DIR, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("None 1\n", "")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil", ""])
def test_another_hosts_name_is_refused(client, host):
    client.raise_request_exception = False
    assert client.get("/healthz", headers={"host": host}).status_code == 400


def test_a_forwarded_host_is_not_believed(client):
    answer = client.get("/items/", headers={"x-forwarded-host": "evil.example"})
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]


def test_login_leads_each_role_to_its_own_first_page(cast):
    first = {
        "reporter": "/my-items/",
        "leader": "/dashboard/",
        "administrator": "/people/",
    }
    for role, path in first.items():
        client = Client()
        form = {"username": getattr(cast, role).username, "password": PASSWORD}
        answer = client.post(LOGIN, form, follow=True)
        assert answer.redirect_chain[-1][0] == path


def test_the_login_page_names_the_site(client, settings):
    assert f"登录 - {settings.SITE_NAME}" in client.get(LOGIN).content.decode()


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example/",
        "//evil.example/",
        "\\\\evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "https:evil.example",
        " https://evil.example/",
    ],
)
def test_login_does_not_lead_to_another_host(cast, where):
    form = {"username": "office", "password": PASSWORD, "next": where}
    url = f"{LOGIN}?{urlencode({'next': where})}"
    assert Client().post(url, form)["Location"] == "/"


def test_a_session_that_ended_leads_back_to_this_site_alone(cast):
    for referer, path in (
        ("https://evil.example/items/", "/"),
        ("http://testserver/items/?period=2030Q1", "/items/"),
    ):
        page = Client().post("/periods/1/close/", headers={"referer": referer})
        assert page.status_code == 401
        assert f'name="next" value="{path}"' in page.content.decode()


def test_unknown_account_and_wrong_password_get_the_same_answer(cast):
    pages = [
        Client().post(LOGIN, {"username": name, "password": "wrong-password"}).content.decode()
        for name in ("office", "nobody")
    ]
    known, unknown = (page.split("csrfmiddlewaretoken")[0] for page in pages)
    assert known.replace("office", "") == unknown.replace("nobody", "")


def test_five_failures_lock_the_account_from_that_address_alone(cast):
    wrong = {"username": "leader", "password": "wrong-password"}
    right = {"username": "leader", "password": PASSWORD}
    here = Client(REMOTE_ADDR="10.0.0.1")
    for _ in range(5):
        here.post(LOGIN, wrong)
    locked = here.post(LOGIN, right)
    assert locked.status_code == 429
    assert "30分钟" in locked.content.decode()
    assert Client(REMOTE_ADDR="10.0.0.2").post(LOGIN, right).status_code == 302
    other = {"username": "office", "password": PASSWORD}
    assert here.post(LOGIN, other).status_code == 302
    assert here.get("/admin/login/").status_code == 302, "one door, one lock"


def test_a_session_ends_after_half_an_hour_idle_and_slides_while_used(cast):
    client = Client()
    client.post(LOGIN, {"username": "office", "password": PASSWORD})
    start = timezone.now()
    for minutes in (20, 40, 60):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert client.get("/items/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=91)):
        assert client.get("/items/").status_code == 302


def test_logging_in_changes_the_session_key(cast):
    client = Client()
    client.get(LOGIN)
    client.session.save()
    before = client.session.session_key
    client.post(LOGIN, {"username": "office", "password": PASSWORD})
    assert client.session.session_key != before


def test_an_expired_form_gives_the_typed_text_back(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.reporter, backend="tracker.backends.AccountBackend")
    contribution = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    page = client.post(contribution.get_absolute_url(), {"text": "写了一上午的内容"})
    assert page.status_code == 403
    assert "写了一上午的内容" in page.content.decode()


class Unreachable:
    """Stands for a database that is gone: every statement fails as a lost connection does."""

    def __call__(self, execute, sql, params, many, context):
        raise OperationalError("server closed the connection unexpectedly")


def test_without_the_database_pages_say_503_and_give_the_text_back(cast, as_user):
    contribution = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    client = as_user(cast.reporter)
    client.raise_request_exception = False
    with connection.execute_wrapper(Unreachable()):
        page = client.post(contribution.get_absolute_url(), {"text": "写了一上午的内容"})
        health = client.get("/healthz")
    assert page.status_code == 503
    assert "写了一上午的内容" in page.content.decode()
    assert health.status_code == 503
    assert client.get("/healthz").status_code == 200


class NoRoomForSessions:
    """Stands for a disk that fills up between a request's own writes and its session's."""

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "django_session" in sql:
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)


def test_a_session_that_cannot_be_saved_stops_no_reading_and_is_no_bad_request(cast, as_user):
    contribution = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    client = as_user(cast.reporter)
    client.raise_request_exception = False
    form = {"version": contribution.version, "text": "写了一上午的内容"}
    with connection.execute_wrapper(NoRoomForSessions()):
        page = client.get("/my-items/")
        answer = client.post(contribution.get_absolute_url(), form)
    assert page.status_code == 200
    assert answer.status_code == 503
    assert "写了一上午的内容" in answer.content.decode()


def test_pages_name_no_other_host(cast, as_user):
    for user, path in ((cast.office, "/items/"), (cast.leader, "/dashboard/")):
        html = as_user(user).get(path).content.decode()
        for attribute in ('src="', 'href="'):
            targets = [part.split('"')[0] for part in html.split(attribute)[1:]]
            assert targets
            assert all(target.startswith(("/", "#", "?")) for target in targets)


def test_the_demonstration_says_so_on_every_page(cast, as_user, settings):
    settings.DEMO = True
    for path in ("/items/", "/periods/"):
        assert "示例评定，非官方结论" in as_user(cast.office).get(path).content.decode()
    assert "示例评定，非官方结论" in Client().get(LOGIN).content.decode()


def test_a_password_that_will_not_do_is_refused_in_chinese(cast, as_user):
    for new in ("12345678", "Password", cast.office.username):
        form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        answer = as_user(cast.office).post("/accounts/password/", form)
        page = answer.content.decode()
        assert "密码太短，至少10位。" in page
        assert "This password" not in page
        assert "The password" not in page


@pytest.mark.parametrize(
    ("path", "who", "posted", "shown"),
    [
        (
            "/contributions/{part}/",
            "reporter",
            {"text": "完成过半。", "consolidated_text": "合成一稿。", "head_name": "王局长"},
            {"本单位完成情况": "完成过半。", "汇总稿": "合成一稿。", "审阅领导": "王局长"},
        ),
        (
            "/items/{item}/adjust/",
            "office",
            {"standard": "新的标准。", "leads": "单位1", "reason": "职责变化", "number": "3"},
            {"工作标准": "新的标准。", "牵头单位": "单位1"},
        ),
        (
            "/entries/{entry}/approve/",
            "office",
            {"approved_text": "核定的文字。", "reason": "单位来电", "status": "1"},
            {"核定表述": "核定的文字。", "说明": "单位来电"},
        ),
    ],
)
def test_a_refused_request_gives_back_every_field_that_was_written(path, who, posted, shown, cast):
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    client = Client(enforce_csrf_checks=True)
    client.force_login(getattr(cast, who))
    url = path.format(part=part.pk, item=cast.items[0].pk, entry=part.entry_id)
    page = client.post(url, {**posted, "version": "1"})
    assert page.status_code == 403
    assert dict(page.context["posted"]).items() >= shown.items()
    html = page.content.decode()
    assert all(label in html and text in html for label, text in shown.items())
    assert all(text in html for name, text in posted.items() if name != "status")
    assert "version" not in dict(page.context["posted"])


@pytest.mark.parametrize(
    ("engine", "is_asked"), [("", True), ("maker.backends.another", False)], ids=["own", "another"]
)
def test_postgresql_is_asked_to_compile_no_statements(engine, is_asked):
    """One that only speaks PostgreSQL refuses a connection that names what it does not know."""
    told = (
        "from tracker import settings; print(settings.DATABASES['default']['OPTIONS']['options'])"
    )
    environment = {
        **os.environ,
        "DATABASE_URL": "postgres://tracker@127.0.0.1/tracker",
        "DATABASE_ENGINE": engine,
        "DEMO": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", told], env=environment, cwd=BASE_DIR, capture_output=True, text=True
    )
    assert ("-c jit=off" in done.stdout) is is_asked, done.stderr
    assert "statement_timeout" in done.stdout
