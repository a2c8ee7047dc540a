"""Fill a release's database through its pages; keep it, and what its closed quarters say.

    python tests/data/releases/fill.py CHECKOUT tests/data/releases/VERSION

CHECKOUT is the release with an environment in its `.venv`. The database is SQLite, or the one
that DATABASE_URL names. README.md beside this file says when this is done, and what it keeps.
"""

import hashlib
import http.client
import io
import json
import lzma
import os
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path

from openpyxl import Workbook, load_workbook

PASSWORD = secrets.token_urlsafe(12)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
CLOSED = ("2020Q1", "2020Q2", "2021Q1")
FILES = ("circular.pdf", "circular.docx", "annex.xlsx", "annex.pdf", "annex.csv")
PASSING = ("django_session", "axes_accesslog")  # rows that say nothing of the work
TEXTS = (
    "1、上半年完成投资3.2亿元，占年度计划的52%。\n2、项目主体已完工，正在验收。",
    "截至6月底，已完成年度任务的60%，各项工作按序时进度推进。\n\n下一步加快办理用地手续。",
    "增长—1.2%；“老旧小区改造”完成12个，惠及居民3200户（含廉租房）。",
)


@dataclass
class Form:
    """A form of a page: where it goes, and what it holds before anybody types."""

    actions: set[str]
    fields: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: Form | None = None
        self._area = self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._open = Form({given.get("action") or ""})
            self.found.append(self._open)
        elif self._open is None:
            return
        name = given.get("name") or ""
        if given.get("formaction"):
            self._open.actions.add(given["formaction"])
        if tag == "select":
            self._select = name
            self._open.names.add(name)
        elif tag == "option" and "selected" in given:
            self._open.fields[self._select] = [given.get("value") or ""]
        elif tag == "textarea":
            self._area = name
            self._open.names.add(name)
            self._open.fields[name] = [""]
        elif tag == "input" and name:
            self._open.names.add(name)
            kind = given.get("type")
            if kind not in ("checkbox", "radio", "submit", "file") or "checked" in given:
                self._open.fields.setdefault(name, []).append(given.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self._area and self._open:
            self._open.fields[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "form":
            self._open = None


class Person:
    """One account at the site."""

    def __init__(self, port: int, username: str) -> None:
        self.port, self.username = port, username
        self._cookies: dict[str, str] = {}
        self.send("/accounts/login/", username=username, password=PASSWORD)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        """Ask once; return the status with the page, or with where a redirect leads."""
        status, data, location = self.fetch(method, path, body, **headers)
        return status, location or data.decode(errors="replace")

    def fetch(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, bytes, str]:
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        with closing(connection):
            connection.request(
                method,
                path,
                body or None,
                sent | {name.replace("_", "-"): value for name, value in headers.items()},
            )
            answer = connection.getresponse()
            data = answer.read()
        for header in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.value
        return answer.status, data, answer.headers.get("Location", "")

    def get(self, path: str) -> str:
        status, page = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{self.username} GET {path}: {status} {page[:300]}")
        return page

    def links(self, path: str, pattern: str) -> list[str]:
        """Return the addresses of a page that match, each once, in the page's order."""
        return list(dict.fromkeys(re.findall(rf'href="({pattern})"', self.get(path))))

    def send(
        self,
        path: str,
        to: str = "",
        file: tuple[str, str, bytes] | None = None,
        **typed: object,
    ) -> str:
        """Fill in a page's form to an address, and send it; return where that led."""
        action = to or path
        page = self.get(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        goal = action.partition("?")[0]
        forms = [
            each
            for each in Forms(page).found
            if goal in {(to or path).partition("?")[0] for to in each.actions}
        ]
        if not forms:
            raise LookupError(f"{path} has no form to {goal}")
        fields = dict(forms[0].fields)
        for name, value in typed.items():
            fields[name] = value if isinstance(value, list) else [str(value)]
        fields["csrfmiddlewaretoken"] = [token[1] if token else ""]
        body, kind = multipart(fields, file)
        status, answer = self.ask("POST", action, body, Content_Type=kind)
        if status != 302:
            text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer[answer.find("<main") :]))
            raise RuntimeError(f"{self.username} POST {action}: {status} {text[:600]}")
        return answer


def multipart(
    fields: dict[str, list[str]], file: tuple[str, str, bytes] | None
) -> tuple[bytes, str]:
    """Return a form's body and content type; a file is (field, name, content)."""
    boundary = uuid.uuid4().hex
    start = f'--{boundary}\r\nContent-Disposition: form-data; name="'
    parts = [
        f'{start}{name}"\r\n\r\n{value}\r\n'.encode()
        for name, values in fields.items()
        for value in values
    ]
    if file:
        name, file_name, content = file
        parts.append(f'{start}{name}"; filename="{file_name}"\r\n\r\n'.encode() + content + b"\r\n")
    return b"".join([*parts, f"--{boundary}--\r\n".encode()]), (
        f"multipart/form-data; boundary={boundary}"
    )


def option(page: str, words: str) -> str:
    """Return the value of a page's choice that begins with these words."""
    return re.search(rf'<option value="(\d+)"[^>]*>\s*{words}', page)[1]


@contextmanager
def served(checkout: Path, folder: Path, url: str) -> Iterator[int]:
    """Serve the release's demonstration for the time of a block; give its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    python = checkout / ".venv" / "bin" / "python"
    environment = {
        **os.environ,
        "DEMO": "1",
        "DEMO_PASSWORD": PASSWORD,
        "VAR_DIR": str(folder),
        "DATABASE_URL": url,
    }
    for command in (["migrate"], ["load_demo"], ["collectstatic", "--noinput"]):
        subprocess.run(
            [python, "manage.py", *command, "-v0", "--skip-checks"],
            cwd=checkout,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    bind = ["--bind", f"127.0.0.1:{port}", "--threads", "4", "--log-level", "warning"]
    server = subprocess.Popen(
        [python, "-m", "gunicorn", "tracker.wsgi", "--no-control-socket", *bind],
        cwd=checkout,
        env=environment,
    )
    try:
        for _ in range(150):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


# What happens in the district ---------------------------------------------


class Story:
    """Two quarters of work at the district of the demonstration."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.people: dict[str, Person] = {}
        self.today = date.today()  # noqa: DTZ011 - the pages compare it, a day either way will do

    def by(self, username: str) -> Person:
        if username not in self.people:
            self.people[username] = Person(self.port, username)
        return self.people[username]

    @property
    def office(self) -> Person:
        return self.by("office")

    def period(self, code: str) -> str:
        """Return the key of a quarter, as the board's form for reminders names it."""
        page = self.office.get(f"/board/?period={code}")
        return re.search(r"/periods/(\d+)/remind/", page)[1]

    def tell(self) -> dict:
        """Do everything; return what the closed quarters and the issued circular say."""
        self.keep_accounts()
        self.work_on_second_quarter()
        self.work_on_next_year()
        self.open_quarter("2020", 3)
        self.report("2020Q3", range(1, 7))
        self.succeed_units()
        return self.said()

    def work_on_second_quarter(self) -> None:
        """The quarter that the demonstration opened: late, helped, judged, closed."""
        period = self.period("2020Q2")
        self.ask_for_time(period)
        self.report("2020Q2", range(1, 13))
        self.support("2020Q2")
        self.upload_report("2020Q2")
        self.review("2020Q2")
        self.instruct()
        self.adjust()
        self.office.send(f"/periods/{period}/close/")

    def work_on_next_year(self) -> None:
        """A small plan: its first quarter is reported, closed and issued."""
        self.import_plan()
        period = self.open_quarter("2021", 1)
        self.report("2021Q1", (1, 2))
        self.review("2021Q1")
        self.office.send(f"/periods/{period}/close/")
        self.issue_circular("2021")

    def keep_accounts(self) -> None:
        admin = self.by("admin")
        page = admin.get("/people/create/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        lines = "second-01\t填报员\t区发改局\t\t\t\nsecond-02\t填报员\t区财政局\t\t\t"
        body, kind = multipart({"csrfmiddlewaretoken": [token], "lines": [lines]}, None)
        status, _page = admin.ask("POST", "/people/create/", body, Content_Type=kind)
        if status != 200:
            raise RuntimeError(f"accounts were not made: {status} {_page[:300]}")
        last = admin.links("/people/", r"/people/\d+/deactivate/")
        admin.send(last[-1], reason="调离")
        admin.send("/admin/targets/apitoken/add/", name="区数据平台")
        contact = admin.links("/units/", r"/units/\d+/contact/")[0]
        admin.send(contact, contact_name="联络员", contact_phone="027-00000000")

    def ask_for_time(self, period: str) -> None:
        until = self.today + timedelta(days=45)
        for username in ("unit-02", "unit-04"):
            asked = f"/periods/{period}/extend/"
            self.by(username).send(asked, until=until, reason="数据要等统计部门核定。")
        pending = self.office.links(f"/periods/{period}/extensions/", r"/extensions/\d+/grant/")
        self.office.send(pending[0], until=until)
        self.office.send(pending[1].replace("grant", "refuse"), reason="请按期报送。")
        chosen = re.findall(
            r'name="units"[^>]*value="(\d+)"', self.office.get(f"/periods/{period}/remind/")
        )
        self.office.send(f"/periods/{period}/remind/", units=chosen[5:9], note="请抓紧报送。")

    def report(self, code: str, units: Iterable[int]) -> None:
        """Units write, save and submit; one withdraws, attaches a file, and submits again."""
        for number in units:
            unit = self.by(f"unit-{number:02}")
            boxes = unit.links(f"/my-items/?period={code}", r"/contributions/\d+/")
            for index, box in enumerate(boxes):
                unit.send(
                    box,
                    text=TEXTS[(number + index) % len(TEXTS)],
                    then="save" if index % 4 == 3 else "submit",
                    **self.more(unit.get(box), number),
                )
            if number == 1:
                self.attach(unit, boxes[0])

    def more(self, page: str, number: int) -> dict[str, object]:
        """Return what else this unit types where the form asks for it."""
        typed: dict[str, object] = {}
        if 'name="consolidated_text"' in page:
            typed["consolidated_text"] = f"汇总：{TEXTS[0]}"
        if number % 2 and 'name="head_name"' in page:
            typed |= {"head_name": "单位主要领导", "head_agreed_on": self.today}
        return typed

    def attach(self, unit: Person, box: str) -> None:
        text = "补充了佐证材料。\n" + TEXTS[0]
        unit.send(box, to=f"{box}withdraw/")
        evidence = ("files", "证明材料（盖章）.pdf", PDF)
        unit.send(box, to=f"{box}attach/", file=evidence, kind="evidence", text=text)
        hint = re.search(r'name="hint" value="([^"]+)"', unit.get(box))
        if hint:
            unit.send(box, to=f"{box}dismiss-hint/", hint=hint[1], text=text)
        unit.send(box, text=text, then="submit")

    def support(self, code: str) -> None:
        """A supporting unit adds a part of its own."""
        for number in range(1, 55):
            unit = self.by(f"unit-{number:02}")
            entries = re.findall(
                r'action="(/entries/\d+/contribute/)"', unit.get(f"/my-items/?period={code}")
            )
            if entries:
                box = unit.send(f"/my-items/?period={code}", to=entries[0])
                unit.send(box, text="配合开展了现场检查。", then="submit")
                return
        raise LookupError("no unit can add to an item that it supports")

    def upload_report(self, code: str) -> None:
        """A unit fills in its workbook and sends it back."""
        unit = self.by("unit-14")
        _status, data, _ = unit.fetch("GET", f"/my-items/workbook.xlsx?period={code}")
        book = load_workbook(io.BytesIO(data))
        sheet = book.active
        for row in sheet.iter_rows():
            for cell in row:
                if not cell.protection.locked:
                    cell.value = f"离线填报：{TEXTS[0]}"
                    break
        buffer = io.BytesIO()
        book.save(buffer)
        file = ("file", "填报表.xlsx", buffer.getvalue())
        self.confirm(unit, unit.send("/imports/", file=file, kind="reports"))

    def confirm(self, person: Person, preview: str) -> None:
        person.send(preview, to="/imports/apply/")

    def review(self, code: str) -> None:
        """The office approves, returns, reopens; a unit reports again."""
        queue = self.office.links(f"/review/?period={code}", r"/entries/\d+/review/")
        statuses = re.findall(
            r'<input[^>]*name="status"[^>]*value="(\d+)"', self.office.get(queue[0])
        )
        for index, address in enumerate(queue[:14]):
            entry = address.removesuffix("review/")
            status = statuses[0] if index % 3 == 0 else statuses[1]
            if index % 5 == 4:
                self.give_back(address)
            else:
                reason = "其余牵头单位未报送，按现有材料核定。"
                self.office.send(address, to=f"{entry}approve/", status=status, reason=reason)
        first = queue[0].removesuffix("review/")
        units = re.findall(r'name="units"[^>]*value="(\d+)"', self.office.get(queue[0]))
        self.office.send(queue[0], to=f"{first}reopen/", units=units[:1], reason="请核实数据。")
        again = self.by("unit-01").links(
            f"/my-items/?period={code}&state=returned", r"/contributions/\d+/"
        )
        for box in again[:1]:
            self.by("unit-01").send(box, text=TEXTS[1], then="submit")

    def give_back(self, address: str) -> None:
        page = self.office.get(address)
        units = re.findall(r'name="units"[^>]*value="(\d+)"', page)
        entry = address.removesuffix("review/")
        one = re.search(r'action="(/contributions/\d+/return/)"', page)
        to = one[1] if one else f"{entry}return/"
        self.office.send(address, to=to, units=units, reason="请补充数据。")

    def instruct(self) -> None:
        leader = self.by("leader")
        items = leader.links("/items/?period=2020Q2", r"/items/\d+/")
        for item in items[:3]:
            leader.send(f"{item}instruct/", text="请加快推进，每月报一次进展。")
        given = self.office.links("/instructions/", r"/instructions/\d+/follow-up/")
        until = self.today + timedelta(days=20)
        for address in given[:2]:
            self.office.send(address, follow_up="已转牵头单位办理。", due_on=until)
        done = self.office.links("/instructions/", r"/instructions/\d+/finish/")
        self.office.send(done[0], outcome="已办结，项目按期开工。")

    def adjust(self) -> None:
        """Item 4（9） is cancelled, another adjusted, a third completed."""
        items = self.office.links("/plans/2020/", r"/items/\d+/adjust/")
        standard = Forms(self.office.get(items[5])).found
        words = next(form.fields["standard"][0] for form in standard if "standard" in form.names)
        self.office.send(items[5], standard=words.strip() + "（调整后）", reason="区委会议纪要。")
        self.office.send(
            self.item("4（9）") + "cancel/", stays_counted="on", reason="按上级要求不再实施。"
        )
        self.office.send(self.item("6（2）") + "complete/", reason="已通过验收。")

    def item(self, number: str) -> str:
        """Return the address of an item by its number."""
        for address in self.office.links("/plans/2020/", r"/items/\d+/adjust/"):
            item = address.removesuffix("adjust/")
            if f"<title>事项{number}" in re.sub(r"\s+", "", self.office.get(item)):
                return item
        raise LookupError(number)

    def import_plan(self) -> None:
        """The plan of 2021 comes from a workbook; an item is carried over into it."""
        book = Workbook()
        for row in (
            ("序号", "目标名称", "工作标准", "牵头单位", "配合单位"),
            (
                1,
                "做强产业",
                "（1）引进项目10个，投资20亿元以上。",
                "区发改局\n区财政局",
                "区住建局",
            ),
            (None, None, "（2）建成标准厂房5万平方米。", "区财政局", None),
            (2, "改善民生", "（1）改造老旧小区12个。", "区财政局", "区住建局"),
        ):
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        file = ("file", "2021年方案.xlsx", buffer.getvalue())
        self.confirm(self.office, self.office.send("/imports/", file=file, kind="plan", year=2021))
        carried = self.item("12（7）") + "carry-over/"
        goals = re.findall(r'<option value="(\d+)"', self.office.get(carried))
        self.office.send(
            carried, goal=goals[0], number=9, standard="继续建设。", reason="工程跨年度。"
        )

    def issue_circular(self, year: str) -> None:
        """The first quarter's circular is issued; a correction of it is drafted."""
        period = option(self.office.get("/circulars/"), f"{year}年第一季度")
        draft = self.office.send("/circulars/", to="/circulars/draft/", period=period)
        issued = self.office.send(f"{draft.removesuffix('edit/')}issue/")
        self.office.send(issued, to=f"{issued}correct/")

    def open_quarter(self, year: str, number: int) -> str:
        """Prepare and open a quarter; return its key."""
        plan = option(self.office.get("/periods/create/"), year)
        self.office.send("/periods/create/", plan=plan, number=number)
        opening = self.office.links("/periods/", r"/periods/\d+/open/")[0]
        due_on = self.today + timedelta(days=60)
        self.office.send(opening, due_on=due_on, remind_days=5)
        return re.search(r"\d+", opening)[0]

    def succeed_units(self) -> None:
        """One unit is renamed, another goes up in a third."""
        admin = self.by("admin")
        units = admin.links("/units/", r"/units/\d+/succeed/")
        admin.send(units[10], name="区数据局", on=self.today, reason="机构改革方案。")
        others = re.findall(r'<option value="(\d+)"', admin.get(units[20]))
        admin.send(units[20], successor=others[0], on=self.today, reason="机构改革方案。")

    def said(self) -> dict:
        """Return what the pages say of the closed quarters, and digests of the issued files."""
        quarters = {}
        for code in CLOSED:
            _status, data, _ = self.office.fetch("GET", f"/items/items.csv?period={code}")
            _status, figures, _ = self.office.fetch("GET", f"/dashboard/figures.csv?period={code}")
            quarters[code] = {
                "items.csv": data.decode("utf-8-sig").splitlines(),
                "figures.csv": figures.decode("utf-8-sig").splitlines(),
            }
        issued = {}
        for circular in self.office.links("/circulars/", r"/circulars/\d+/"):
            if f'href="{circular}edit/"' in self.office.get(circular):
                continue  # a draft
            for name in FILES:
                _status, data, _ = self.office.fetch("GET", circular + name)
                issued[circular + name] = hashlib.sha256(data).hexdigest()
        return {"on": self.today.isoformat(), "quarters": quarters, "issued": issued}


def keep_sqlite(database: Path, target: Path) -> None:
    """Keep a copy without what nobody needs later, as small as it gets."""
    with closing(sqlite3.connect(database)) as connection:
        for table in PASSING:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        connection.commit()
        connection.execute("VACUUM")
    target.write_bytes(lzma.compress(database.read_bytes(), preset=9))


def keep_postgresql(url: str, target: Path) -> None:
    left_out = [f"--exclude-table-data={table}" for table in PASSING]
    dump = subprocess.run(
        ["pg_dump", "--no-owner", "--no-privileges", *left_out, url],
        check=True,
        stdout=subprocess.PIPE,
    )
    target.write_bytes(lzma.compress(dump.stdout, preset=9))


def main() -> None:
    checkout, target = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    url = os.environ.get("DATABASE_URL", "")
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        database = folder / "tracker.sqlite3"
        with served(checkout, folder, url or f"sqlite:///{database}") as port:
            said = Story(port).tell()
        target.mkdir(parents=True, exist_ok=True)
        if url:
            keep_postgresql(url, target / "tracker.sql.xz")
        else:
            keep_sqlite(database, target / "tracker.sqlite3.xz")
    text = json.dumps(said, ensure_ascii=False, indent=1)
    (target / "said.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
