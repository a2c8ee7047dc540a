"""A3: the reply is lost after the commit, and the person sends the same form again."""

import json
import socket
import struct

import pytest

from tests.faults.browser import Browser
from tests.faults.servers import Site, wait_until

pytestmark = pytest.mark.fault

# Close with a reset, not with a farewell: what the site still writes goes nowhere.
RESET = struct.pack("ii", 1, 0)


def send_and_hang_up(unit: Browser, path: str, **fields: object) -> None:
    """Post a whole form and be gone before anything comes back."""
    body, content_type = unit.form(fields)
    head = {
        "Host": f"127.0.0.1:{unit.port}",
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
        **unit.headers,
    }
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    with socket.create_connection(("127.0.0.1", unit.port), timeout=10) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.sendall("\r\n".join(lines).encode() + body)


def events(site: Site, verb: str, since: int) -> list[dict]:
    """Return what the trail says of the writes of one kind since an event."""
    found = site.read(
        f"SELECT CAST(new AS TEXT) FROM targets_event WHERE verb = '{verb}' AND id > {since}"
    )
    return [json.loads(new) for (new,) in found]


def test_a_form_sent_again_after_a_lost_reply_is_one_submission(site: Site) -> None:
    unit, text = site.units.browsers[0], "A3：完成投资3亿元。"
    version = unit.open_form()
    since = site.last_event()
    form = {"version": version, "text": text, "then": "submit"}
    send_and_hang_up(unit, unit.box, **form)
    wait_until(lambda: events(site, "submit", since), "the submission is committed")
    for _ in range(2):
        answer = unit.post(unit.box, **form)
        assert answer.status == 302, answer
        page = unit.get(answer.location).text
        assert "已报送督查室，请等待审核" in page, "told calmly that it is done"
        assert "notice--error" not in page
    assert [event["text"] for event in events(site, "submit", since)] == [text]


def test_a_draft_sent_again_after_a_lost_reply_is_one_save(site: Site) -> None:
    unit, text = site.units.browsers[1], "A3：写到一半。"
    version = unit.open_form()
    since = site.last_event()
    form = {"version": version, "text": text, "then": "save"}
    send_and_hang_up(unit, unit.box, **form)
    wait_until(lambda: events(site, "save", since), "the draft is committed")
    answer = unit.post(unit.box, **form)
    assert answer.status == 302, answer
    assert "草稿已保存" in unit.get(answer.location).text
    assert len(events(site, "save", since)) == 1


def test_a_text_changed_after_a_lost_reply_is_not_blamed_on_someone_else(site: Site) -> None:
    unit = site.units.browsers[2]
    version = unit.open_form()
    since = site.last_event()
    send_and_hang_up(unit, unit.box, version=version, text="A3：第一稿。", then="submit")
    wait_until(lambda: events(site, "submit", since), "the submission is committed")
    page = unit.submit(version, "A3：第二稿。").text
    assert "A3：第一稿。" in page
    assert "A3：第二稿。</textarea>" in page
    assert "他人" not in page
    assert len(events(site, "submit", since)) == 1
