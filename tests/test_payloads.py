"""What people type is only ever shown: in every column, on every page, in every file."""

import csv
import io
import json
import re
import zipfile
from html.parser import HTMLParser

import pytest
from defusedxml.ElementTree import fromstring
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.test import Client

from reports.circulars.models import Circular
from targets import actions
from targets.choices import Verb
from targets.models import Contribution, Event, Import, UnitAlias, record_event
from tests import builders
from tests.pdf_reading import inflated
from tests.posts import visit
from tests.test_access import PAGES, url_of

# A formula, markup, a template's braces, a control character, and how a text may break out.
PAYLOAD = "=1+1<script>f()</script>{{7|add:7}}\x0b'\"><img src=x onerror=f()>{% now 'Y' %}${7*7}"
# Columns that hold what the program itself writes.
OURS = re.compile(r"password|digest|sha256|code|kind|content_type|file$|username|actor|key|error")


@pytest.fixture
def filled(cast):
    """Fill every column of the small district in which somebody's words stand."""
    actions.request_extension(
        period=cast.period, until=builders.DUE.replace(month=7), reason="核实", by=cast.reporter
    )
    part = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    builders.attach(part, cast.reporter)
    part.refresh_from_db()
    builders.submit(part, cast.reporter)
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office)
    actions.remind_units(period=cast.period, units=cast.units[2:3], note="请", by=cast.office)
    given = actions.give_instruction(item=cast.items[1], text="请", by=cast.leader)
    actions.follow_up_instruction(
        instruction=given, follow_up="请", due_on=builders.DUE, by=cast.office
    )
    builders.answer(given, cast.reporter)
    builders.sheet_on(cast.items[1], cast.office)
    actions.make_token(name="大屏", by=cast.administrator)
    assert cast.circular
    UnitAlias.objects.create(unit=cast.units[0], name="别名")
    facts = {"kind": "plan", "district": cast.district, "file_name": "方案.xlsx"}
    Import.objects.create(applied_by=cast.office, **facts)
    Contribution.objects.filter(pk=part.pk).update(head_name="局长", head_agreed_on="2030-04-01")
    actions.cancel_item(item=cast.items[2], reason="不再", stays_counted=True, by=cast.office)
    filled = {
        f"{model._meta.model_name}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in ("targets", "reports") and model is not Event
        for field in model._meta.concrete_fields
        if fill(model, field)
    }
    assert len(filled) >= 38, sorted(filled)
    record_event(
        by=cast.office,
        verb=Verb.CHANGE,
        subject=cast.items[1],
        old={"name": PAYLOAD, PAYLOAD: "1"},
        new={"name": "", PAYLOAD: PAYLOAD},
        reason=PAYLOAD,
    )
    return cast


def fill(model: type[models.Model], field: models.Field) -> bool:
    """Write the payload into a column of text, over every row; tell whether it is one."""
    if not isinstance(field, models.CharField | models.TextField) or field.choices:
        return False
    if OURS.search(field.name) or model._meta.model_name in ("rendering", "seal"):
        return False
    rows = QuerySet(model)
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        room = (field.max_length or 10**6) - len(str(pk))
        text = f"{PAYLOAD[:room]}{pk}"
        try:
            with transaction.atomic():
                rows.filter(pk=pk).update(**{field.name: text})
        except IntegrityError:
            continue  # a column that this row may not have, such as a reason to cancel
    return rows.filter(**{f"{field.name}__startswith": PAYLOAD[:8]}).exists()


class Markup(HTMLParser):
    """Collects what a page would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "script" and not (given.get("src") or "").startswith("/"):
            self.faults.append(self.get_starttag_text())
        if any(name.startswith("on") for name in given) or given.get("src") == "x":
            self.faults.append(self.get_starttag_text())
        if str(given.get("href", "")).lower().startswith(("javascript:", "data:", "=")):
            self.faults.append(self.get_starttag_text())


def check_page(html: str) -> None:
    reader = Markup()
    reader.feed(html)
    assert reader.faults == []
    assert "<script>f()" not in html
    assert "14}}" not in html
    tokens = html.count('name="csrfmiddlewaretoken"')
    assert html.count('method="post"') == tokens, "every form that posts carries its token"


def check_archive(data: bytes) -> None:
    """Look into a .xlsx, .docx or .zip: sound markup, no formulas, nothing from outside."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith((".xlsx", ".docx")):
                check_archive(content)
            elif name.endswith((".xml", ".rels")):
                elements = list(fromstring(content).iter())
                tags = {each.tag.rpartition("}")[2] for each in elements}
                assert not tags & {"f", "script", "instrText", "altChunk"}, name
                fields = [each for each in elements if each.tag.endswith("}fldSimple")]
                assert all("PAGE" in each.attrib.values() for each in fields), "a page's number"
                assert b'TargetMode="External"' not in content, name


def check_csv(data: bytes) -> None:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell


def check(answer: object) -> str:
    """Check an answer by its kind; return the kind."""
    body = b"".join(answer) if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "").split(";")[0]
    if kind == "text/html":
        check_page(body.decode())
    elif kind == "text/csv":
        check_csv(body)
    elif kind == "application/json":
        json.loads(body)
    elif kind == "application/pdf" and body.startswith(b"%PDF"):
        parts = inflated(body)
        assert not re.search(rb"/(JavaScript|JS|Launch|URI|EmbeddedFile|OpenAction)\b", parts)
    elif body.startswith(b"PK"):
        check_archive(body)
    return kind


@pytest.mark.parametrize(
    "role", ["reporter", "co_lead", "office", "leader", "auditor", "administrator"]
)
def test_every_page_shows_it_as_text(role, filled, quick):
    client = visit(getattr(filled, role))
    part = builders.contribution_of(filled.period, filled.items[1], filled.units[0])
    kinds = set()
    for name, (argument, answers) in PAGES.items():
        if answers[role] == 200 and name != "reports:brief":
            url = url_of(name, argument, filled, part)
            # The figures of operation are read on this machine only.
            place = {"REMOTE_ADDR": "127.0.0.1"} if name == "metrics" else {}
            sought = {"q": PAYLOAD[4:40]} if name == "reports:search" else {}
            answer = client.get(url, sought, **place)
            assert answer.status_code < 400, name
            kinds.add(check(answer))
    assert {"text/html", "text/csv"} <= kinds


def test_every_page_of_the_admin_shows_it_as_text(filled):
    for user in (filled.office, filled.administrator):
        client = visit(user)
        index = client.get("/admin/").content.decode()
        for listing in sorted(set(re.findall(r'href="(/admin/targets/\w+/)"', index))):
            page = client.get(listing)
            check(page)
            for row in set(re.findall(rf'href="({listing}\d+/change/)', page.content.decode())):
                assert check(client.get(row)) == "text/html"
                assert check(client.get(row.replace("change", "history"))) == "text/html"


def test_the_data_interface_gives_it_as_data(filled):
    _token, secret = actions.make_token(name="另一块屏", by=filled.administrator)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    for path in ("figures", "items"):
        for kind in ("json", "csv"):
            answer = client.get(f"/api/v1/{path}/{filled.period.code}.{kind}")
            assert answer.status_code == 200
            check(answer)


@pytest.mark.document
def test_every_document_prints_it_as_text(filled):
    client = visit(filled.office)
    draft = Circular.objects.get()
    addresses = [
        f"/circulars/{draft.pk}/{name}"
        for name in (
            "preview.pdf",
            "circular.pdf",
            "circular.docx",
            "annex.xlsx",
            "annex.pdf",
            "annex.csv",
        )
    ]
    for address in [*addresses, f"/dashboard/brief.pdf?period={filled.period.code}"]:
        answer = client.get(address)
        assert answer.status_code == 200, address
        check(answer)
