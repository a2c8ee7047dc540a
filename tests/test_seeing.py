"""How the site does: its log, its readiness, its figures, the administrator's page."""

import io
import json
import logging
import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import CommandError, call_command, get_commands
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from targets.models import Event, Message
from targets.sealing import seal_trail
from tests import builders
from tracker import request_log, traffic
from tracker.logs import JsonFormatter, PlainFormatter
from tracker.models import TimedRun, Traffic
from tracker.settings import BASE_DIR
from tracker.timed import TIMED

ELSEWHERE = "10.20.30.40"


# The log ------------------------------------------------------------------


@pytest.fixture
def lines():
    """Return what is logged meanwhile, as the two forms write it: (plain, JSON)."""
    written: list[tuple[str, dict]] = []

    class Keep(logging.Handler):
        def emit(self, record):
            written.append(
                (PlainFormatter().format(record), json.loads(JsonFormatter().format(record)))
            )

    root, handler = logging.getLogger(), Keep()
    requests = logging.getLogger("tracker.requests")
    level = requests.level
    root.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    requests.setLevel(level)


def test_an_answer_is_one_line_with_who_where_and_how_long(cast, as_user, lines):
    client = as_user(cast.office)
    answer = client.get("/search/", {"q": "不该进日志的字"}, REMOTE_ADDR=ELSEWHERE)
    (plain, facts) = lines[-1]
    number = answer["X-Request-ID"]
    assert re.fullmatch(
        rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}\+08:00 INFO tracker\.requests id={number}"
        rf" account=office address={ELSEWHERE} milliseconds=\d+ GET /search/ 200",
        plain,
    )
    assert facts["account"] == "office"
    assert facts["message"] == "GET /search/ 200"
    assert not any("不该进日志的字" in line or "%E4" in line for line, _ in lines)


def test_no_text_and_no_line_break_reaches_the_log(cast, as_user, lines):
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    as_user(cast.reporter).post(
        f"/contributions/{part.pk}/", {"version": part.version, "text": "机密的字", "then": "save"}
    )
    Client().get("/nowhere/\n2026 ERROR forged/")
    assert not any("机密的字" in plain for plain, _ in lines)
    assert not any("\n2026" in plain for plain, _ in lines)


def test_an_error_of_the_database_is_logged_without_its_words(cast, as_user, lines, monkeypatch):
    """PostgreSQL repeats the failing row."""

    def fail(user):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    'INSERT INTO targets_unit (id, name, district_id, "order", contact_name,'
                    " contact_phone) VALUES (1, '机密的字', NULL, 1, '', '')"
                )
        except IntegrityError as error:
            raise ValueError("while saving") from error

    monkeypatch.setattr("targets.access.list_periods", fail)
    client = as_user(cast.office)
    client.raise_request_exception = False
    assert client.get("/board/").status_code == 500
    told = "\n".join(plain for plain, _ in lines)
    assert "while saving" in told
    assert "IntegrityError" in told
    assert "机密的字" not in told
    assert "constraint" not in told
    assert "Failing row" not in told


def test_the_proxys_number_is_taken_only_from_the_proxy(cast, settings):
    number = "0123456789abcdef" * 2
    assert Client().get("/healthz", headers={"X-Request-ID": number})["X-Request-ID"] != number
    settings.BEHIND_PROXY = True
    assert Client().get("/healthz", headers={"X-Request-ID": number})["X-Request-ID"] == number
    for forged in ("x" * 32, "", "0" * 65, "a\tb" * 8):
        assert Client().get("/healthz", headers={"X-Request-ID": forged})["X-Request-ID"] != forged


# Traffic ------------------------------------------------------------------


@pytest.fixture
def counted(settings, monkeypatch):
    """Count from now on, and write at every answer."""
    settings.COUNT_TRAFFIC = True
    monkeypatch.setattr(traffic, "WRITE_EVERY", 0)
    monkeypatch.setattr(request_log, "counter", traffic.Counter())


def test_answers_are_added_up_by_day_and_view(cast, as_user, counted, monkeypatch):
    client = as_user(cast.office)
    client.get("/items/")
    client.get("/items/")
    monkeypatch.setattr(traffic, "SLOW_MS", 0)
    client.get("/items/?q=x")
    row = Traffic.objects.get(view="targets:items")
    assert (row.day, row.answers, row.slow, row.faults) == (timezone.localdate(), 3, 1, 0)
    assert row.total_ms >= row.slowest_ms
    Traffic.objects.update(day=timezone.localdate() - timedelta(days=40))
    client.get("/items/")
    assert Traffic.objects.get(view="targets:items").answers == 1, "what is old is removed"


def test_a_page_is_shown_where_the_sums_cannot_be_written(cast, as_user, counted, monkeypatch):
    def fail(counted):
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("SELECT * FROM no_such_table")

    monkeypatch.setattr(traffic, "_write", fail)
    assert as_user(cast.office).get("/items/").status_code == 200


# Readiness ----------------------------------------------------------------


def readiness(client: Client | None = None) -> tuple[int, dict[str, str]]:
    answer = (client or Client()).get("/readyz")
    return answer.status_code, dict(line.split() for line in answer.content.decode().splitlines())


def test_readyz_names_each_question(cast, django_assert_num_queries):
    seal_trail()
    assert readiness()[0] == 200
    with django_assert_num_queries(5):
        status, named = readiness()
    assert (status, set(named.values())) == (200, {"ok"})
    assert set(named) == {"database", "migrations", "disk", "fonts", "seals"}


def test_readyz_says_what_is_not_well(cast, settings, monkeypatch, time_machine):
    settings.DISK_LOW_MB = 10**9
    assert readiness() == (503, {**dict.fromkeys(readiness()[1], "ok"), "disk": "failed"})
    settings.DISK_LOW_MB = 0
    monkeypatch.setattr("tracker.readiness.face_in_use", lambda key: None)
    assert readiness()[1]["fonts"] == "failed"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'targets' AND name LIKE '0002%'")
    assert readiness()[1]["migrations"] == "failed"
    assert readiness()[1]["seals"] == "ok"
    time_machine.move_to(timezone.now() + timedelta(hours=3))
    assert readiness()[1]["seals"] == "failed"
    seal_trail()
    assert readiness()[1]["seals"] == "ok"


# Metrics ------------------------------------------------------------------


def test_metrics_are_read_here_or_with_the_token(cast, settings):
    assert Client().get("/metrics").status_code == 200
    away = Client(REMOTE_ADDR=ELSEWHERE)
    assert away.get("/metrics").status_code == 403
    assert away.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403
    settings.METRICS_TOKEN = "a-token"
    assert away.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 403
    assert away.get("/metrics", headers={"Authorization": "Bearer a-token"}).status_code == 200


def test_metrics_are_in_prometheus_text_form(cast, as_user, counted):
    as_user(cast.office).get("/items/")
    seal_trail()
    text = Client().get("/metrics").content.decode()
    sample = re.compile(r'[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? -?[0-9.e+]+')
    for line in text.splitlines():
        assert line.startswith(("# HELP ", "# TYPE ")) or sample.fullmatch(line), line
    assert 'tracker_answers_today{view="targets:items"} 1' in text
    assert 'tracker_ready{question="seals"} 1' in text
    assert f"tracker_last_event {Event.objects.latest('pk').pk}" in text
    assert 'tracker_timed_late{command="backup"} 1' in text
    assert "office" not in text


# Timed commands -----------------------------------------------------------


def run_timed(command: str) -> None:
    call_command("run_timed", command, stdout=io.StringIO(), stderr=io.StringIO())


def test_every_timed_command_is_one():
    assert {each.command for each in TIMED} <= set(get_commands())


def test_a_timed_run_is_remembered_with_its_last_line(cast):
    run_timed("seal_trail")
    run = TimedRun.objects.get()
    assert (run.command, run.is_ok) == ("seal_trail", True)
    assert re.fullmatch(r"本次封存\d+条", run.said)


def test_a_timed_run_that_fails_is_remembered_and_says_so(cast, settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "nowhere"
    with pytest.raises(SystemExit) as end:
        run_timed("backup")
    assert end.value.code == 1
    run = TimedRun.objects.get()
    assert (run.is_ok, "不存在" in run.said) == (False, True)
    with pytest.raises(CommandError):
        run_timed("migrate")


def test_timed_run_ends_with_verdict(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        TimedRun.objects.create(command="backup", ended_at=timezone.now())


def test_traffic_once_a_day_and_view(db):
    Traffic.objects.create(day=timezone.localdate(), view="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Traffic.objects.create(day=timezone.localdate(), view="x")


@pytest.mark.slow
def test_the_timers_are_such_as_systemd_takes(tmp_path):
    told = io.StringIO()
    call_command("write_timers", str(tmp_path), stdout=told)
    names = told.getvalue().split()
    assert names == [f"tracker-{each.command}.timer" for each in TIMED]
    for each in TIMED:
        text = (tmp_path / f"tracker-{each.command}.timer").read_text()
        assert f"OnCalendar={each.calendar}\n" in text
        done = subprocess.run(
            ["systemd-analyze", "calendar", each.calendar], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


# The administrator's page -------------------------------------------------


def test_the_status_page_says_what_is_late_and_what_was_not_sent(cast, as_user, settings, tmp_path):
    settings.BACKUP_DIR = tmp_path
    Message.objects.create(
        channel="mail",
        recipient="a@example.cn",
        subject="催办",
        body="内部的字",
        district=cast.district,
        next_attempt_at=None,
        last_error="ConnectionRefusedError",
    )
    Message.objects.create(
        channel="hook", subject="别区的", body="", district=cast.stranger.district
    )
    Traffic.objects.create(
        day=timezone.localdate(), view="targets:board", answers=4, slow=2, total_ms=5000
    )
    client = as_user(cast.administrator)
    html = client.get("/status/").content.decode()
    for words in ("没有备份", "从未执行", "不再发送1条", "ConnectionRefusedError", "targets:board"):
        assert words in html
    assert "别区的" not in html
    assert "内部的字" not in html
    run_timed("seal_trail")
    old = tmp_path / "tracker-20260101-000000-0.2.0.tar.gz"
    old.write_bytes(b"x")
    os.utime(old, (time.time() - 3 * 86400,) * 2)
    html = client.get("/status/").content.decode()
    assert "备份晚了" in html
    assert ">正常<" in html
    os.utime(old)
    assert "notice--error" not in client.get("/status/").content.decode()


def test_the_status_page_takes_the_same_statements_with_much_and_with_little(
    cast, as_user, django_assert_num_queries
):
    client = as_user(cast.administrator)
    client.get("/status/")
    with CaptureQueriesContext(connection) as little:
        client.get("/status/")
    # PostgreSQL is asked for its version, which SQLite's library tells by itself.
    assert len(little) <= (17 if connection.vendor == "postgresql" else 16)
    TimedRun.objects.bulk_create(
        TimedRun(command=each.command) for each in TIMED for _ in range(50)
    )
    with django_assert_num_queries(len(little)):
        client.get("/status/")


def test_retry_message_sends_it_again_and_says_so(cast, as_user):
    given_up = Message.objects.create(
        channel="hook", subject="催办", body="", district=cast.district, next_attempt_at=None
    )
    client = as_user(cast.administrator)
    html = client.post(f"/status/messages/{given_up.pk}/retry/", follow=True).content.decode()
    assert "已重新排入发送" in html
    html = client.post(f"/status/messages/{given_up.pk}/retry/", follow=True).content.decode()
    assert "无须重新发送" in html


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1366])
def test_the_status_page_is_usable(cast, transactional_db, browse, width):
    run_timed("seal_trail")
    Message.objects.create(
        channel="hook", subject="催办", body="", district=cast.district, next_attempt_at=None
    )
    Traffic.objects.create(
        day=timezone.localdate(), view="targets:board", answers=4, slow=2, total_ms=5000
    )
    page = browse(cast.administrator, viewport={"width": width, "height": 768})
    page.goto("/status/")
    if folder := os.environ.get("TRACKER_SHOTS"):
        page.screenshot(path=f"{folder}/status-{width}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# Settings that refuse -----------------------------------------------------

SOUND = {
    "PRODUCTION": "1",
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "tracker.example",
    "DEMO": "",
    "DEBUG": "",
    "HTTPS": "1",
}


def start(folder: Path, **settings: str) -> subprocess.CompletedProcess:
    """Load what gunicorn loads."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "SECRET_KEY"},
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "VAR_DIR": str(folder),
        **SOUND,
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-c", "import tracker.wsgi"],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_a_site_in_production_does_not_start_with_what_it_must_not_have(tmp_path):
    (tmp_path / "static").mkdir()
    readable = tmp_path / "web.env"
    readable.touch(mode=0o644)
    kept = tmp_path / "owner.env"
    kept.touch(mode=0o600)
    assert start(tmp_path, ENV_FILES=str(kept)).returncode == 0
    done = start(
        tmp_path,
        SECRET_KEY="",
        ALLOWED_HOSTS="*",
        DEMO="1",
        DEBUG="1",
        OFFICIAL_FONTS="1",
        ENV_FILES=f"{kept},{readable}",
    )
    assert done.returncode != 0
    told = done.stderr.strip().splitlines()[-1]
    for words in (
        "本站没有启动",
        "没有设置SECRET_KEY",
        "ALLOWED_HOSTS含有通配",
        "DEMO已打开",
        "DEBUG已打开",
        "没有安装公文字体方正小标宋简体",
        f"chmod 600 {readable}",
    ):
        assert words in told
    assert str(kept) not in told


@pytest.mark.slow
def test_the_demonstration_starts_with_all_of_it(tmp_path):
    (tmp_path / "static").mkdir()
    done = start(tmp_path, PRODUCTION="", SECRET_KEY="", ALLOWED_HOSTS="*", DEMO="1")
    assert done.returncode == 0, done.stderr
