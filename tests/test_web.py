"""What holds on every answer: headers, sessions, lost connections, health."""

from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from tests import builders
from tests.conftest import PASSWORD

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


def test_another_hosts_name_is_refused(client):
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


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


def test_login_does_not_lead_to_another_host(cast):
    form = {"username": "office", "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post(f"{LOGIN}?next=https://evil.example/", form)["Location"] == "/"


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
    client.force_login(cast.reporter, backend="django.contrib.auth.backends.ModelBackend")
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
