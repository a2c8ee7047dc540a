"""A code of the phone beside the password; where one is logged in, and the end of it."""

import re
from base64 import b32decode

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from targets.models import Event, LoginSession
from tests.conftest import PASSWORD

LOGIN = "/accounts/login/"
ASK = "/accounts/second-factor/"
SET_UP = "/accounts/second-factor/set-up/"
NOON = "2030-05-01T12:00:00+08:00"


@pytest.fixture(autouse=True)
def noon(time_machine):
    """Stand still: a code holds for thirty seconds. `noon.shift(30)` is the next one."""
    time_machine.move_to(NOON, tick=False)
    return time_machine


def log_in(name: str = "office", path: str = "/") -> Client:
    client = Client()
    form = {"username": name, "password": PASSWORD, "next": path}
    assert client.post(LOGIN, form).status_code == 302
    return client


def code_of(key: bytes) -> str:
    return f"{TOTP(key).token():06}"


def key_on(client: Client) -> bytes:
    """Return the secret that the page of setting up shows."""
    page = client.get(SET_UP).content.decode()
    shown = re.search(r'slip__code">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    return b32decode(shown)


def set_up(client: Client) -> tuple[bytes, list[str]]:
    """Bind a phone; return its secret and the recovery codes."""
    key = key_on(client)
    page = client.post(SET_UP, {"code": code_of(key)}).content.decode()
    codes = re.findall(r'slip__code">([a-z2-9]{10})</li>', page)
    assert len(codes) == 8
    return key, codes


@pytest.mark.parametrize("role", ["office", "administrator", "auditor"])
def test_a_role_that_must_have_one_sets_it_up_before_anything_else(cast, settings, role):
    settings.SECOND_FACTOR = ["office", "administrator", "auditor"]
    client = log_in(role)
    for path in ("/", "/items/", "/trail/", "/people/", "/admin/", ASK):
        assert client.get(path)["Location"].startswith(SET_UP), path
    assert client.post("/plans/create/", {"year": 2031})["Location"].startswith(SET_UP)
    page = client.get(SET_UP).content.decode()
    assert "请先绑定手机" in page
    assert "data:image/svg+xml" in page
    assert "办理进度" not in page, "no menu before"
    set_up(client)
    assert client.get("/items/").status_code == 200
    assert Event.objects.filter(by=getattr(cast, role), new={"second_factor": True}).exists()


def test_others_need_none_and_may_have_one(cast, settings):
    settings.SECOND_FACTOR = ["office"]
    client = log_in("reporter")
    assert client.get("/my-items/").status_code == 200
    assert "没有绑定" in client.get(ASK).content.decode()
    key, _codes = set_up(client)
    again = log_in("reporter")
    assert again.get("/my-items/")["Location"].startswith(ASK)
    assert again.post(ASK, {"code": code_of(key)}).status_code == 200, "a code counts once"


def test_a_login_shows_a_code_and_goes_on_to_the_page_that_was_wanted(cast, noon):
    key, _codes = set_up(log_in())
    noon.shift(30)
    client = log_in()
    asked = client.get("/items/?period=2030Q1")
    assert asked["Location"] == f"{ASK}?next=%2Fitems%2F%3Fperiod%3D2030Q1"
    page = client.get(asked["Location"]).content.decode()
    assert "输入动态口令" in page
    assert "事项清单" not in page
    assert 'name="next" value="/items/?period=2030Q1"' in page
    form = {"code": code_of(key), "next": "/items/?period=2030Q1"}
    assert client.post(ASK, form)["Location"] == "/items/?period=2030Q1"
    assert client.get("/items/").status_code == 200


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_a_code_leads_to_no_other_host(cast, noon, where):
    key, _codes = set_up(log_in())
    noon.shift(30)
    assert log_in().post(ASK, {"code": code_of(key), "next": where})["Location"] == "/"


def test_before_the_code_nothing_is_read_changed_or_set_up_anew(cast):
    set_up(log_in())
    client = log_in()
    for path in (SET_UP, "/board/", "/trail/trail.csv", "/accounts/password/", "/people/"):
        assert client.get(path)["Location"].startswith(ASK), path
    for path in (
        SET_UP,
        f"{ASK}remove/",
        f"{ASK}recovery-codes/",
        "/accounts/sessions/end-others/",
    ):
        assert client.post(path, {"code": "000000"})["Location"].startswith(ASK), path
    assert TOTPDevice.objects.count() == 1


def test_wrong_codes_are_in_the_trail_and_make_the_next_wait(cast, noon):
    key, _codes = set_up(log_in())
    client = log_in()
    noon.shift(30)
    for _ in range(3):
        assert "动态口令或恢复码不对" in client.post(ASK, {"code": "000000"}).content.decode()
    assert Event.objects.filter(verb="fail", reason="动态口令不对").count() == 3
    right = {"code": code_of(key)}
    assert client.post(ASK, right).status_code == 200, "also the right one has to wait"
    noon.shift(60)
    assert client.post(ASK, {"code": code_of(key)}).status_code == 302


@pytest.mark.parametrize("typed", ["１２３４５６", "123 456", " 123456 "])
def test_a_code_is_read_however_it_is_typed(cast, noon, typed, monkeypatch):
    set_up(log_in())
    noon.shift(30)
    monkeypatch.setattr(TOTP, "token", lambda self: 123456)
    assert log_in().post(ASK, {"code": typed}).status_code == 302


def test_a_recovery_code_opens_once_and_is_kept_as_a_digest(cast, noon):
    _key, codes = set_up(log_in())
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert not stored & set(codes)
    assert codes[0] not in str(list(Event.objects.values()))
    client = log_in()
    assert client.post(ASK, {"code": codes[0].upper()}).status_code == 302
    page = client.get(ASK).content.decode()
    assert "恢复码已用掉一个" in page
    assert Event.objects.filter(new={"recovery_codes": 7}).exists()
    assert log_in().post(ASK, {"code": codes[0]}).status_code == 200
    new = re.findall(
        r'slip__code">([a-z2-9]{10})</li>', client.post(f"{ASK}recovery-codes/").content.decode()
    )
    assert log_in().post(ASK, {"code": codes[1]}).status_code == 200, (
        "the old ones are worth nothing"
    )
    assert log_in("office").post(ASK, {"code": new[0]}).status_code in (200, 302)
    assert len(set(new)) == 8


def test_whoever_must_have_one_cannot_do_without(cast, settings):
    settings.SECOND_FACTOR = ["office"]
    client = log_in()
    set_up(client)
    assert "不能停用" in client.post(f"{ASK}remove/").content.decode()
    settings.SECOND_FACTOR = []
    assert client.post(f"{ASK}remove/").status_code == 302
    assert not TOTPDevice.objects.exists()
    assert log_in().get("/items/").status_code == 200


def test_the_administrator_frees_who_lost_the_phone_and_says_why(cast, as_user):
    set_up(log_in("reporter"))
    client = as_user(cast.administrator)
    page = client.get("/people/").content.decode()
    url = f"/people/{cast.reporter.pk}/reset-second-factor/"
    assert url in page
    assert f"/people/{cast.leader.pk}/reset-second-factor/" not in page
    assert client.post(url, {"reason": ""}).status_code == 200
    assert client.post(url, {"reason": "手机丢失，已当面核实"}).status_code == 302
    assert log_in("reporter").get("/my-items/").status_code == 200
    event = Event.objects.get(by=cast.administrator, subject_id=cast.reporter.pk)
    assert (event.new, event.reason) == ({"second_factor": False}, "手机丢失，已当面核实")
    foreign = f"/people/{cast.stranger.pk}/reset-second-factor/"
    assert client.post(foreign, {"reason": "x"}).status_code == 404


def test_a_wrong_first_code_binds_nothing(cast):
    client = log_in()
    key_on(client)
    assert "动态口令不对" in client.post(SET_UP, {"code": "000000"}).content.decode()
    assert not TOTPDevice.objects.exists()


# Sessions -----------------------------------------------------------------


def test_ones_own_sessions_are_seen_and_ended(cast, noon):
    here = Client(REMOTE_ADDR="10.0.0.1", headers={"user-agent": "Mozilla Windows Chrome/109"})
    here.post(LOGIN, {"username": "reporter", "password": PASSWORD})
    noon.shift(120)
    phone = Client(REMOTE_ADDR="10.0.0.2", headers={"user-agent": "Mozilla iPhone Safari"})
    phone.post(LOGIN, {"username": "reporter", "password": PASSWORD})
    phone.get("/items/")
    log_in("office")
    page = here.get("/accounts/sessions/").content.decode()
    for words in ("Chrome，Windows", "Safari，iPhone", "10.0.0.1", "10.0.0.2", "12:02"):
        assert words in page
    assert page.count('data-label="浏览器"') == 2, "nobody else's"
    theirs = LoginSession.objects.get(address="10.0.0.2")
    assert here.post(f"/accounts/sessions/{theirs.pk}/end/").status_code == 302
    assert phone.get("/items/").status_code == 302
    assert here.get("/items/").status_code == 200
    event = Event.objects.filter(verb="logout").first()
    assert (event.by, event.subject_id) == (cast.reporter, cast.reporter.pk)


def test_all_others_are_ended_at_once_and_the_one_that_asks_stays(cast):
    clients = [log_in("reporter") for _ in range(3)]
    for each in clients:
        each.get("/items/")
    page = clients[0].post("/accounts/sessions/end-others/", follow=True).content.decode()
    assert "已结束2处登录" in page
    assert [each.get("/items/").status_code for each in clients] == [200, 302, 302]


def test_the_administrator_sees_and_ends_all_of_the_district(cast, as_user):
    working = log_in("reporter")
    stranger = as_user(cast.stranger)
    client = as_user(cast.administrator)
    page = client.get("/people/sessions/").content.decode()
    assert "reporter" in page
    assert "stranger" not in page
    session = LoginSession.objects.get(account=cast.reporter)
    client.post(f"/people/sessions/{session.pk}/end/")
    assert working.get("/items/").status_code == 302
    foreign = LoginSession.objects.get(account=cast.stranger)
    assert client.post(f"/people/sessions/{foreign.pk}/end/").status_code == 404
    assert stranger.get("/items/").status_code == 200


def test_nobody_ends_somebody_elses_session(cast):
    working, other = log_in("reporter"), log_in("other")
    session = LoginSession.objects.get(account=cast.reporter)
    assert other.post(f"/accounts/sessions/{session.pk}/end/").status_code == 404
    assert working.get("/items/").status_code == 200


def test_a_new_password_keeps_the_session_on_the_list(cast):
    client = log_in("reporter")
    new = "Hehu-2-xiaoqu"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    client.post("/accounts/password/", form)
    assert "本机" in client.get("/accounts/sessions/").content.decode()


def test_a_key_of_a_session_is_on_no_page(cast, as_user):
    client = log_in("reporter")
    client.get("/items/")
    pages = [
        client.get("/accounts/sessions/").content.decode(),
        as_user(cast.administrator).get("/people/sessions/").content.decode(),
    ]
    for key in Session.objects.values_list("session_key", flat=True):
        assert not any(key in page for page in pages)
