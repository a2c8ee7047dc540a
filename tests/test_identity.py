"""Who one is: passwords, the lockout, and when a session ends."""

import io
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.hashers import MD5PasswordHasher, PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from targets.models import Event, LoginBrake, User
from tests.conftest import PASSWORD
from tests.posts import visit
from tracker import lockout

LOGIN = "/accounts/login/"
WRONG = {"username": "leader", "password": "wrong-password"}
RIGHT = {"username": "leader", "password": PASSWORD}


def log_in(**fields: str) -> Client:
    client = Client()
    assert client.post(LOGIN, {**RIGHT, **fields}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/items/").status_code == 200


# Passwords ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("kurz-7-x", "密码太短，至少10位"),
        ("58203948571", "密码只包含数字"),
        ("qwertyuiop", "这个密码太常见了"),
        ("wangxiaoming-office", "密码跟 显示名称 太相似了"),
        ("onlysmallletters", "至少用3种"),
        ("duchashi2020", "太容易猜到"),
        ("Duchashi@2020", "太容易猜到"),
        ("Aa123456789", "太容易猜到"),
        ("Aa123456789!", "太容易猜到"),
        ("Admin888888", "太容易猜到"),
        ("2020Zhengfu!", "太容易猜到"),
        (PASSWORD, "不能与现在的密码相同"),
    ],
)
def test_each_rule_of_a_password_is_said_in_chinese(cast, new, message):
    User.objects.filter(pk=cast.leader.pk).update(name="wangxiaoming-office")
    client = log_in()
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert message in client.post("/accounts/password/", form).content.decode()
    cast.leader.refresh_from_db()
    assert cast.leader.check_password(PASSWORD)


def take(client: Client, old: str, new: str):
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post("/accounts/password/", form)


def test_good_passwords_are_not_taken_for_obvious_ones(cast):
    client, old = log_in(), PASSWORD
    for new in (
        "Hehu-2-xiaoqu",
        "37chuanDuan!",
        "Qing6Tian8Bai",
        "湖边有3只Heron",
        "duchashi-Wg7t",
    ):
        assert take(client, old, new).status_code == 302, new
        old = new


def test_a_password_that_was_used_lately_is_refused_and_an_older_one_is_not(cast, settings):
    settings.PASSWORD_HISTORY = 2
    client = log_in()
    words = [PASSWORD, "Hehu-2-xiaoqu", "Hehu-3-xiaoqu", "Hehu-4-xiaoqu"]
    for old, new in pairwise(words):
        assert take(client, old, new).status_code == 302
    assert "最近2次用过的密码" in take(client, words[3], words[2]).content.decode()
    assert "最近2次用过的密码" in take(client, words[3], words[1]).content.decode()
    assert take(client, words[3], "Hehu-5-xiaoqu").status_code == 302
    assert take(client, "Hehu-5-xiaoqu", words[1]).status_code == 302


def test_the_forced_first_change_refuses_the_first_password(cast, settings):
    settings.FORCE_PASSWORD_CHANGE = True
    administrator = visit(cast.administrator)
    html = administrator.post(f"/people/{cast.leader.pk}/reset-password/").content.decode()
    first = re.search(r'slip__code">([^<]{12})</dd>', html)[1]
    client = Client()
    client.post(LOGIN, {"username": "leader", "password": first})
    assert "不能与现在的密码相同" in take(client, first, first).content.decode()
    assert client.get("/dashboard/").status_code == 302
    assert take(client, first, "Hehu-2-xiaoqu").status_code == 302
    assert client.get("/dashboard/").status_code == 200


def test_a_password_in_use_for_longer_than_the_settings_allow_is_changed_first(cast, settings):
    settings.PASSWORD_MAX_DAYS = 90
    client = log_in()
    changed = timezone.now() - timedelta(days=89)
    User.objects.filter(pk=cast.leader.pk).update(password_changed_at=changed)
    assert is_in(client)
    changed = timezone.now() - timedelta(days=91)
    User.objects.filter(pk=cast.leader.pk).update(password_changed_at=changed)
    assert client.get("/items/")["Location"] == "/accounts/password/"
    assert "使用时间已超过规定期限" in client.get("/accounts/password/").content.decode()
    assert take(client, PASSWORD, "Hehu-2-xiaoqu").status_code == 302
    assert is_in(client)


def test_a_hash_of_the_version_before_is_made_anew_at_the_next_login(cast, settings):
    settings.PASSWORD_HASHERS = [
        "tracker.passwords.Argon2",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    old = PBKDF2PasswordHasher().encode(PASSWORD, "salt", 1000)
    User.objects.filter(pk=cast.leader.pk).update(password=old)
    log_in()
    cast.leader.refresh_from_db()
    assert cast.leader.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_old_password_is_asked_for(cast):
    new = "another-password-7"
    form = {"old_password": "falsch", "new_password1": new, "new_password2": new}
    log_in().post("/accounts/password/", form)
    cast.leader.refresh_from_db()
    assert cast.leader.check_password(PASSWORD)


def test_an_account_with_a_first_password_does_nothing_before_it_has_its_own(cast, settings):
    settings.FORCE_PASSWORD_CHANGE = True
    User.objects.filter(pk=cast.office.pk).update(must_change_password=True)
    client = log_in(username="office")
    before = Event.objects.count()
    for url in ("/plans/create/", "/admin/targets/status/add/", "/trail/trail.csv"):
        for answer in (client.get(url), client.post(url, {"year": 2031, "title": "任务"})):
            assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/password/")
    assert Event.objects.count() == before


# The lockout --------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_forty_tries_at_once_lock_the_account(cast):
    start = threading.Barrier(40)

    def guess(_number: int) -> int:
        try:
            client = Client()
            start.wait(timeout=30)
            return client.post(LOGIN, WRONG).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(40) as threads:
        answers = Counter(threads.map(guess, range(40)))
    assert answers.keys() == {200, 429}
    assert answers[200] < 5, "from the fifth on each is told that the account is locked"
    assert Client().post(LOGIN, RIGHT).status_code == 429
    assert Event.objects.filter(verb="fail").count() == 41


def test_the_admins_door_is_the_sites_and_locked_with_it(cast):
    client = Client()
    for _ in range(5):
        client.post("/admin/login/?next=/admin/", WRONG, follow=True)
        answer = client.post("/admin/login/?next=/admin/", RIGHT)
        assert answer.status_code == 401, "it checks no password: it shows the site's login"
        assert "sessionid" not in client.cookies
    assert not Event.objects.filter(verb__in=("login", "fail")).exists()
    for _ in range(5):
        client.post(LOGIN, WRONG)
    assert client.post(f"{LOGIN}?next=/admin/", RIGHT).status_code == 429
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("name", ["leader", "LEADER", " leader", "leader\u3000", "ｌｅａｄｅｒ"])
def test_another_spelling_of_the_name_is_no_way_round_the_lockout(cast, name):
    client = Client()
    for _ in range(5):
        client.post(LOGIN, {**WRONG, "username": name})
    answers = {client.post(LOGIN, {**RIGHT, "username": name}).status_code for _ in range(2)}
    assert answers == {429}


def test_the_lockouts_rows_hold_nothing_of_what_was_typed(cast):
    form = {**WRONG, "kept_text": "还没有报送的草稿", "next": "/items/?q=秘密"}
    for _ in range(3):
        Client().post(f"{LOGIN}?next=/items/%3Fq%3D秘密", form)
    [row] = AccessAttempt.objects.values()
    assert row["failures_since_start"] == 3
    assert "草稿" not in str(row)
    assert "秘密" not in str(row)
    assert "wrong-password" not in str(row)
    log_in()
    assert not AccessLog.objects.exists(), "logins are in the trail"


def guess(count: int, address: str = "10.0.0.9") -> list[int]:
    client = Client(REMOTE_ADDR=address)
    names = [f"name-{number}" for number in range(count)]
    return [client.post(LOGIN, {**WRONG, "username": each}).status_code for each in names]


def test_ever_new_names_from_one_address_are_refused_before_anything_is_hashed(
    cast, django_assert_max_num_queries, monkeypatch
):
    assert guess(lockout.MOST_NAMES) == [200] * lockout.MOST_NAMES
    hashed = []
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(args))
    before = Event.objects.count()
    with django_assert_max_num_queries(12 + 6 * 49):
        assert guess(50) == [429] * 50
    assert hashed == []
    assert Event.objects.count() == before + 1, "that it began, and no row for each"
    assert LoginBrake.objects.get().refused == 50


def test_the_count_becomes_one_event_when_its_time_is_over(cast, time_machine):
    time_machine.move_to("2030-05-01T09:00:00+08:00", tick=False)
    guess(lockout.MOST_NAMES + 7)
    time_machine.move_to("2030-05-01T09:31:00+08:00", tick=False)
    call_command("clean_up", stdout=io.StringIO())
    event = Event.objects.first()
    assert (event.verb, event.address, event.new) == ("fail", "10.0.0.9", {"refused": 7})
    assert not LoginBrake.objects.exists()
    assert not AccessAttempt.objects.exists()
    assert guess(1) == [200]


def test_guessing_at_locked_names_is_braked_too(cast):
    client = Client(REMOTE_ADDR="10.0.0.9")
    for _ in range(lockout.MOST_FAILURES):
        client.post(LOGIN, WRONG)
    before = Event.objects.count()
    assert client.post(LOGIN, WRONG).status_code == 429
    assert Event.objects.count() == before + 1


def test_the_brake_holds_neither_another_address_nor_a_browser_that_is_known(cast):
    at_work = Client(REMOTE_ADDR="10.0.0.9")
    assert at_work.post(LOGIN, RIGHT).status_code == 302
    at_work.post("/accounts/logout/")
    guess(lockout.MOST_NAMES + 1)
    assert Client(REMOTE_ADDR="10.0.0.9").post(LOGIN, RIGHT).status_code == 429
    assert Client(REMOTE_ADDR="10.0.0.8").post(LOGIN, RIGHT).status_code == 302
    assert at_work.post(LOGIN, {**RIGHT, "username": "office"}).status_code == 429
    assert at_work.post(LOGIN, RIGHT).status_code == 302, "the leader's own browser"
    forged = Client(REMOTE_ADDR="10.0.0.9")
    forged.cookies["device"] = at_work.cookies["device"].value[:-2] + "xx"
    assert forged.post(LOGIN, RIGHT).status_code == 429


@pytest.mark.slow
def test_below_the_brake_known_and_unknown_names_take_the_same_time(cast, settings):
    settings.PASSWORD_HASHERS = ["tracker.passwords.Argon2"]
    cast.leader.set_password(PASSWORD)
    cast.leader.save()

    def spent(username: str) -> float:
        best = 9.0
        for number in range(6):
            client = Client(REMOTE_ADDR=f"10.1.1.{number}")
            before = time.process_time()
            client.post(LOGIN, {"username": username, "password": "wrong-password"})
            best = min(best, time.process_time() - before)
        return best

    spent("warm")
    known, unknown = spent("leader"), spent("nobody")
    assert 0.8 < known / unknown < 1.25


def test_known_and_unknown_names_cost_the_same_statements(cast):
    counts = []
    for name in ("leader", "nobody"):
        with CaptureQueriesContext(connection) as captured:
            Client().post(LOGIN, {**WRONG, "username": name})
        counts.append(len(captured))
    assert counts[0] == counts[1]


# Sessions -----------------------------------------------------------------


def test_a_session_that_was_planted_before_the_login_is_worth_nothing_after(cast):
    planted = Client()
    planted.get(LOGIN)
    planted.session["basket"] = "x"
    session = planted.session
    session["planted"] = "yes"
    session.save()
    key = session.session_key
    victim = Client()
    victim.cookies["sessionid"] = key
    assert victim.post(LOGIN, RIGHT).status_code == 302
    assert victim.cookies["sessionid"].value != key
    assert not is_in(planted)
    assert not Session.objects.filter(session_key=key).exists()


def test_logging_out_ends_the_session_on_the_server(cast):
    client = log_in()
    key = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    assert not Session.objects.filter(session_key=key).exists()
    thief = Client()
    thief.cookies["sessionid"] = key
    assert not is_in(thief)


def test_a_new_password_ends_the_accounts_other_sessions(cast):
    here, elsewhere = log_in(), log_in()
    new = "another-password-7"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/accounts/password/", form).status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)


@pytest.mark.parametrize("act", ["reset-password", "deactivate"])
def test_what_the_administrator_does_ends_the_accounts_sessions(cast, act):
    client = log_in()
    assert is_in(client)
    visit(cast.administrator).post(f"/people/{cast.leader.pk}/{act}/", {"reason": "调离"})
    assert not is_in(client)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(cast):
    cookie = log_in().cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert 0 < cookie["max-age"] <= 30 * 60
