"""A unit's browser: cookies, the token of the page last seen, and patience. No script."""

import http.client
import re
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.cookies import SimpleCookie

from tests.faults.district import PASSWORD

PATIENCE = 120  # seconds; a busy machine hashes 54 passwords for a minute
AGAIN_AFTER = 0.2  # seconds; a person takes longer, and loads the site less


class Lost(Exception):
    """No answer came: the connection was refused, broken off, or silent."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    location: str
    text: str

    def value(self, name: str) -> str:
        """Return the value of the page's first input of that name."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name} in the answer {self.status}: {self.text[:2000]}"
        return found[1]


class Browser:
    """One account at one site; `box` is the address of its unit's only contribution."""

    def __init__(self, port: int, username: str) -> None:
        self.port, self.username = port, username
        self.box = ""
        self.told_to_wait = 0  # answers 503
        self.lost = 0  # answers that never came
        self._cookies: dict[str, str] = {}
        self._token = ""

    def log_in(self) -> None:
        """Log in through the login page."""
        self.get("/accounts/login/")
        answer = self.post("/accounts/login/", username=self.username, password=PASSWORD)
        assert answer.status == 302, answer

    def begin(self) -> None:
        """Log in and find the unit's contribution."""
        self.log_in()
        page = self.get("/my-items/")
        self.box = re.search(r'href="(/contributions/\d+/)"', page.text)[1]

    def at(self, port: int) -> "Browser":
        """Return this browser, with its cookies, at another port."""
        other = Browser(port, self.username)
        other.box, other._cookies, other._token = self.box, dict(self._cookies), self._token
        return other

    def get(self, path: str) -> Answer:
        answer = self.ask("GET", path)
        if 'name="csrfmiddlewaretoken"' in answer.text:
            self._token = answer.value("csrfmiddlewaretoken")
        return answer

    def post(
        self, path: str, *, accept: str = "text/html", file: bytes = b"", **fields: object
    ) -> Answer:
        """Post a form as the unit's page does, with one file where its content is given."""
        body, content_type = self.form(fields, file)
        return self.ask("POST", path, body, {"Content-Type": content_type, "Accept": accept})

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """Ask once, without following a redirect, and keep the cookies."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with closing(connection):
            try:
                connection.request(method, path, body or None, {**self.headers, **(headers or {})})
                response = connection.getresponse()
                text = response.read().decode()
            except (OSError, http.client.HTTPException) as error:
                raise Lost(f"{method} {path}: {error!r}") from error
        for header in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.value
        return Answer(response.status, response.headers.get("Location", ""), text)

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    def form(self, fields: dict[str, object], file: bytes = b"") -> tuple[bytes, str]:
        """Return a form's body and content type, with the token of the page last seen."""
        boundary = uuid.uuid4().hex
        start = f'--{boundary}\r\nContent-Disposition: form-data; name="'
        parts = [
            f'{start}{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in {**fields, "csrfmiddlewaretoken": self._token}.items()
        ]
        if file:
            parts.append(f'{start}files"; filename="证明.pdf"\r\n\r\n'.encode() + file + b"\r\n")
        return b"".join([*parts, f"--{boundary}--\r\n".encode()]), (
            f"multipart/form-data; boundary={boundary}"
        )

    def patiently(self, send: Callable[[], Answer], typed: str = "") -> Answer:
        """Send the same form again until it is answered, as a person does.

        An answer that asks to wait must give back what was typed.
        """
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                answer = send()
            except Lost:
                self.lost += 1
            else:
                if answer.status != 503:
                    return answer
                assert typed in answer.text, answer.text
                self.told_to_wait += 1
            time.sleep(AGAIN_AFTER)
        raise AssertionError(f"{self.username} got no answer in {PATIENCE} seconds")

    def open_form(self) -> int:
        """Open the unit's form, withdrawing what is submitted; return the version shown."""
        while True:
            page = self.patiently(lambda: self.get(self.box))
            assert page.status == 200, page
            version = int(page.value("version"))
            if 'name="text"' in page.text:
                return version
            self.patiently(lambda version=version: self.withdraw(version))

    def withdraw(self, version: int) -> Answer:
        return self.post(f"{self.box}withdraw/", version=version)

    def save(self, version: int, text: str, **more: object) -> Answer:
        return self.post(self.box, version=version, text=text, then="save", **more)

    def submit(self, version: int, text: str) -> Answer:
        return self.post(self.box, version=version, text=text, then="submit")
