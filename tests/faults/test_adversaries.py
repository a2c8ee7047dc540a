"""Twelve texts and five files made to keep the site busy cost little more than ordinary ones."""

import http.client
import io
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import openpyxl
import pytest

from targets.importing.heads import TEXT
from tests.adversarial import ADVERSARIAL
from tests.faults.browser import Answer, Browser
from tests.faults.servers import Site

pytestmark = [pytest.mark.fault, pytest.mark.long]

# A report must have words; the others are what the readers were slowest with.
TEXTS = [text for name, text in ADVERSARIAL.items() if text.strip() and name != "zero-width"][:12]
ORDINARY = [f"完成投资{n}.6亿元，增长8%；新建学校{n}所，新增学位{n}00个。" for n in range(1, 13)]
FILES = 5
ASKED = 25  # how often the bystander asks each of both pages
PAUSE = 0.1  # seconds between two questions of one person
ENTRIES = """
    SELECT c.entry_id FROM targets_contribution c JOIN targets_unit u ON u.id = c.unit_id
    WHERE u.name IN ({names}) ORDER BY c.entry_id
"""


def usual_time(ask: Callable[[], Answer]) -> float:
    """Return the median seconds of an answer, each of which must be a page."""
    took = []
    for _ in range(ASKED):
        started = time.monotonic()
        assert ask().status == 200
        took.append(time.monotonic() - started)
        time.sleep(PAUSE)
    return statistics.median(took)


def own_workbook(unit: Browser) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", unit.port, timeout=60)
    with closing(connection):
        connection.request("GET", "/my-items/workbook.xlsx", headers=unit.headers)
        response = connection.getresponse()
        assert response.status == 200
        return response.read()


def filled(workbook: bytes, text: str) -> bytes:
    """Return a unit's workbook with the text as its report."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    sheet = book.worksheets[0]
    (head,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == TEXT]
    sheet.cell(head.row + 1, head.column).value = text
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def preview(unit: Browser, workbook: bytes) -> None:
    """Upload a workbook and look at its preview, twice the same work as looking once."""
    unit.get("/imports/")
    boundary = uuid.uuid4().hex
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="'
    body = b"".join(
        [
            f'{part}csrfmiddlewaretoken"\r\n\r\n{unit._token}\r\n'.encode(),
            f'{part}kind"\r\n\r\nreports\r\n'.encode(),
            f'{part}file"; filename="填报表.xlsx"\r\n\r\n'.encode() + workbook + b"\r\n",
            f"--{boundary}--\r\n".encode(),
        ]
    )
    answer = unit.ask(
        "POST", "/imports/", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    )
    assert answer.status == 302, answer
    assert unit.get(answer.location).status == 200


def at_work(site: Site, texts: list[str]) -> dict[str, float]:
    """Return a bystander's usual times while twelve texts are reviewed and five files previewed.

    Twelve units submit the texts; an officer opens the review of each again and again, while
    five units upload workbooks with the same texts and look at the previews.
    """
    units = site.units.browsers
    writers, uploaders, bystander = units[10:22], units[22 : 22 + FILES], units[30]
    bystander.open_form()
    for writer, text in zip(writers, texts, strict=True):
        assert writer.submit(writer.open_form(), text).status == 302
    workbooks = [
        filled(own_workbook(each), text) for each, text in zip(uploaders, texts, strict=False)
    ]
    names = ", ".join(f"'单位{each.username[5:].lstrip('0')}'" for each in writers)
    entries = [pk for (pk,) in site.read(ENTRIES.format(names=names))]
    assert len(entries) == len(texts)
    office = Browser(site.port, "office")
    office.log_in()
    stop = threading.Event()

    def review() -> None:
        for pk in entries:
            if not stop.wait(PAUSE):
                assert office.get(f"/entries/{pk}/review/").status == 200

    def work(act: Callable[[], None]) -> None:
        while not stop.wait(PAUSE):
            act()

    pages = {
        "/healthz": lambda: bystander.get("/healthz"),
        "another unit's form": lambda: bystander.get(bystander.box),
    }
    with ThreadPoolExecutor(FILES + 1) as threads:
        working = [threads.submit(work, review)]
        working += [
            threads.submit(work, partial(preview, unit, workbook))
            for unit, workbook in zip(uploaders, workbooks, strict=True)
        ]
        try:
            return {name: usual_time(ask) for name, ask in pages.items()}
        finally:
            stop.set()
            for each in working:
                each.result()


def test_texts_and_files_that_cost_most_slow_nobody_else_down(
    postgresql_site: Site, capsys: pytest.CaptureFixture
) -> None:
    usual = at_work(postgresql_site, ORDINARY)
    with_adversaries = at_work(postgresql_site, TEXTS)
    ratios = {name: with_adversaries[name] / usual[name] for name in usual}
    with capsys.disabled():
        told = "，".join(f"{name} {ratio:.2f} ×" for name, ratio in ratios.items())
        print(f"\nwith twelve adversarial texts and five files: {told}")  # noqa: T201
    assert max(ratios.values()) <= 2, (usual, with_adversaries)
