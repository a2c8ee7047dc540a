"""Mail and hooks wait in the outbox, are tried again, given up, and sent once."""

import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from targets import actions, delivery
from targets.actions.outbox import RETRIES
from targets.models import Event, Message


class Robot(BaseHTTPRequestHandler):
    """The other end of the web hook; what it answers is the server's `answer`."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.heard.append((self.path, body))
        if self.server.answer == "trickle":
            self.wfile.write(b"HTTP/1.0 200 OK\r\n")
            for number in range(50):
                time.sleep(0.1)
                self.wfile.write(f"X-{number}: 0\r\n".encode())
            return
        self.send_response(self.server.answer)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def robot(settings, monkeypatch) -> Iterator[ThreadingHTTPServer]:
    # Somebody's proxy must not be asked for it.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Robot)
    server.answer, server.heard = 200, []
    server.handle_error = lambda *args: None  # the caller hangs up on one that trickles
    settings.HOOK_URL = f"http://127.0.0.1:{server.server_port}/robot?key=1"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def send() -> str:
    told = io.StringIO()
    call_command("send_messages", stdout=told)
    return told.getvalue().strip()


def queue_hook(cast) -> Message:
    actions.queue_hook(subject="催办", body="尚有2项未报送。", district_id=cast.district.pk)
    return Message.objects.latest("pk")


def queue_mail(cast) -> Message:
    actions.queue_mail(
        recipient="a@example.cn", subject="催办", body="请报送。", district_id=cast.district.pk
    )
    return Message.objects.latest("pk")


def test_without_a_server_nothing_is_queued(cast):
    """Once one is set, nobody is sent last year's reminders."""
    actions.queue_mail(recipient="a@example.cn", subject="催办", body="", district_id=None)
    actions.queue_hook(subject="催办", body="", district_id=None)
    assert not Message.objects.exists()


def test_a_subject_is_one_line_however_the_plan_is_called(cast, settings):
    """A mail's subject of two lines is refused where it is sent, and the run with it."""
    settings.EMAIL_HOST = "mail.example"
    actions.queue_mail(
        recipient="a@example.cn", subject="2030年度\r\n任务", body="请报送。", district_id=None
    )
    assert send() == "已发送1条，未送达0条"
    assert mail.outbox[0].subject == "2030年度 任务"


def test_a_mail_is_sent_once(cast, settings):
    settings.EMAIL_HOST = "mail.example"
    queue_mail(cast)
    assert send() == "已发送1条，未送达0条"
    assert send() == "已发送0条，未送达0条"
    assert [each.to for each in mail.outbox] == [["a@example.cn"]]
    sent = Message.objects.get()
    assert (sent.attempts, sent.next_attempt_at, sent.last_error) == (1, None, "")
    assert sent.sent_at


def test_a_mail_server_that_is_away_is_tried_again_and_then_given_up(cast, settings, time_machine):
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", nobody.getsockname()[1]
        message = queue_mail(cast)
        for tried, wait in enumerate(RETRIES, start=1):
            assert send() == "已发送0条，未送达1条"
            message.refresh_from_db()
            assert message.attempts == tried
            assert message.last_error.startswith("ConnectionRefusedError")
            assert send() == "已发送0条，未送达0条", "it waits for its time"
            time_machine.move_to(timezone.now() + wait + timedelta(seconds=1))
        send()
    message.refresh_from_db()
    assert message.is_given_up


def test_a_message_given_up_is_sent_again_by_the_administrator_alone(cast, settings):
    settings.EMAIL_HOST = "mail.example"
    message = queue_mail(cast)
    with pytest.raises(actions.Refused, match="无须重新发送"):
        actions.retry_message(message=message, by=cast.administrator)
    Message.objects.update(next_attempt_at=None, attempts=9)
    for user in (cast.office, cast.stranger):
        with pytest.raises(actions.Refused, match="系统管理员"):
            actions.retry_message(message=message, by=user)
    actions.retry_message(message=message, by=cast.administrator)
    assert Event.objects.latest("pk").subject == "message"
    send()
    assert len(mail.outbox) == 1


def test_a_hook_is_called_as_set_and_past_any_proxy(cast, robot):
    queue_hook(cast)
    assert send() == "已发送1条，未送达0条"
    (path, body) = robot.heard[0]
    assert path == "/robot?key=1"
    assert body == '{"msgtype": "text", "text": {"content": "催办\\n尚有2项未报送。"}}'


@pytest.mark.parametrize("answer", [302, 307, 500, 404])
def test_a_hook_that_refuses_or_sends_elsewhere_is_not_followed(answer, cast, robot):
    robot.answer = answer
    message = queue_hook(cast)
    assert send() == "已发送0条，未送达1条"
    message.refresh_from_db()
    assert message.last_error == f"对方答复{answer}"
    assert [path for path, _ in robot.heard] == ["/robot?key=1"]


def test_a_hook_that_trickles_is_left_in_time(cast, robot, monkeypatch):
    monkeypatch.setattr(delivery, "LONGEST", 0.5)
    robot.answer = "trickle"
    message = queue_hook(cast)
    started = time.monotonic()
    send()
    assert time.monotonic() - started < 3
    message.refresh_from_db()
    assert message.last_error.startswith("TimeoutError")


def test_a_message_that_is_being_sent_is_left_alone(cast, robot, monkeypatch):
    """Two runs at once: what one has taken the other skips."""
    queue_hook(cast)
    queue_hook(cast)
    deliver = delivery.deliver
    inner = []

    def meanwhile(message):
        inner.append(actions.send_messages().sent if not inner else None)
        deliver(message)

    monkeypatch.setattr("targets.actions.outbox.deliver", meanwhile)
    assert send() == "已发送1条，未送达0条"
    assert inner[-1] == 1
    assert len(robot.heard) == 2
