"""What a site says after an upgrade, asked for on the day that its data are from."""

import hashlib
import json
from pathlib import Path

import time_machine
from django.test import Client

from targets.models import User

PLACE = {"HTTP_HOST": "localhost", "secure": True}


def ask(said: str, target: str) -> None:
    """Ask the site for everything that the release's `said.json` holds; write the same shape."""
    before = json.loads(Path(said).read_text(encoding="utf-8"))
    with time_machine.travel(f"{before['on']}T12:00:00+08:00", tick=True):
        client = Client()
        client.force_login(User.objects.get(username="office"), "tracker.backends.AccountBackend")
        now = {
            "on": before["on"],
            "quarters": {
                code: {name: lines(client, code, name) for name in files}
                for code, files in before["quarters"].items()
            },
            "issued": {path: digest(client, path) for path in before["issued"]},
        }
    Path(target).write_text(json.dumps(now, ensure_ascii=False), encoding="utf-8")


def content(client: Client, path: str) -> bytes:
    answer = client.get(path, **PLACE)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.getvalue()


def lines(client: Client, code: str, name: str) -> list[str]:
    folder = "items" if name.startswith("items") else "dashboard"
    return content(client, f"/{folder}/{name}?period={code}").decode("utf-8-sig").splitlines()


def digest(client: Client, path: str) -> str:
    return hashlib.sha256(content(client, path)).hexdigest()
