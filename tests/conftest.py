"""The cast that every test knows: one small district, and a stranger from another.

Goal 1 has three items: (1) led by 单位1, (2) led by 单位1 and 单位2, supported by 单位4,
(3) led by 单位3. The first quarter is open, due on 30 June 2030.
"""

import copy
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from reports.circulars import rendering
from reports.circulars.actions import draft_circular
from reports.circulars.models import Circular, FileKind
from reports.circulars.views import paper
from reports.document.content import CircularContent, content_to_json
from targets.choices import Role
from targets.models import District, Goal, Item, Period, Plan, Status, Unit, User
from tests import builders, databases, demonstration, snapshots

PASSWORD = "a-password-for-tests"
# How long one example takes says what else the machine does; what a page takes is measured
# in bench/.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
# The triggers that would keep the tests from emptying their tables.
EMPTYING = {
    "sqlite": ("trail_not_deleted", "seals_not_deleted"),
    "postgresql": (
        "trail_not_truncated ON targets_event",
        "seals_not_truncated ON targets_seal",
    ),
}


@dataclass(eq=False)
class Cast:
    """Everybody and everything in the small district."""

    district: District
    plan: Plan
    goal: Goal
    items: list[Item]
    units: list[Unit]
    period: Period
    office: User
    leader: User
    administrator: User
    auditor: User
    reporter: User  # of 单位1
    colleague: User  # of 单位1 too
    co_lead: User  # of 单位2, which leads item (2) with 单位1
    other: User  # of 单位3, which shares no item with 单位1
    supporter: User  # of 单位4, which supports item (2)
    stranger: User  # the office of another district

    @cached_property
    def circular(self) -> Circular:
        """A draft for the quarter, made when it is first asked for."""
        return draft_circular(period=self.period, by=self.office)

    @property
    def completed(self) -> Status:
        return Status.objects.get(district=self.district, name="已完成")

    @property
    def in_progress(self) -> Status:
        return Status.objects.get(district=self.district, name="正在推进")


def make_user(username: str, role: Role, district: District, unit: Unit | None = None) -> User:
    return User.objects.create_user(
        username, PASSWORD, name=username, role=role, district=district, unit=unit
    )


# Modules that cost most: a whole table of addresses, roles or files, or workbooks read in a
# process of their own. `make quick` leaves them out; chosen by `pytest --durations=0`.
COSTLY = {
    "test_access",
    "test_agreement",
    "test_backup",
    "test_bad_input",
    "test_closed_quarters",
    "test_composing",
    "test_dashboard",
    "test_document_cuts",
    "test_document_lines",
    "test_document_office",
    "test_document_validity",
    "test_document_word",
    "test_evidence",
    "test_excel_reading",
    "test_exports",
    "test_hard_years",
    "test_holding",
    "test_hostile_files",
    "test_identity",
    "test_import_layouts",
    "test_import_marks",
    "test_import_verdicts",
    "test_imports",
    "test_indicator_pages",
    "test_instructions",
    "test_last_minute",
    "test_list_exports",
    "test_lists",
    "test_my_items",
    "test_odd_addresses",
    "test_payloads",
    "test_posts",
    "test_quarter",
    "test_quarters_in_order",
    "test_queries",
    "test_reading",
    "test_seeing",
    "test_sign_off",
    "test_states",
    "test_statistics",
    "test_streaming",
    "test_trail_chain",
    "test_trail_events",
    "test_turned_signs",
    "test_web",
    "test_word_reading",
    "test_workbook_values",
}

# What PostgreSQL would only do again: readers and writers of files, a database that comes along,
# rules that ask no database, heads and sessions; and every number's list, every payload's page,
# every POST that is refused, whose statements `test_access` and `test_trail_events` ask of it.
# What files and forms write into the database is tried on both elsewhere.
ONCE = {
    "test_backup",
    "test_dashboard",
    "test_deploy",
    "test_difference",
    "test_document_cuts",
    "test_document_lines",
    "test_document_office",
    "test_document_validity",
    "test_document_word",
    "test_evidence",
    "test_excel_reading",
    "test_gauges",
    "test_hard_years",
    "test_hostile_files",
    "test_import_marks",
    "test_pace",
    "test_payloads",
    "test_posts",
    "test_reading",
    "test_rules",
    "test_web",
    "test_word_reading",
    "test_workbook_values",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark modules as a whole, so that the marks alone choose the parts of the suite."""
    for item in items:
        if item.path.stem in COSTLY:
            item.add_marker(pytest.mark.slow)
        if item.path.stem in ONCE:
            item.add_marker(pytest.mark.once)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Give this process a copy of the migrated database, and let the tests empty its tables.

    The trail refuses a DELETE on SQLite and a TRUNCATE on PostgreSQL: tests/test_trail_chain.py
    makes the triggers again.
    """
    with django_db_blocker.unblock():
        databases.put_into_place(request.config.cache.mkdir("databases"))
        made = setup_databases(verbosity=0, interactive=False, keepdb=True)
        with connection.cursor() as cursor:
            for trigger in EMPTYING[connection.vendor]:
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


_cast: dict[date, tuple[Cast, snapshots.Rows]] = {}


@pytest.fixture
def cast(db: None) -> Cast:
    """Return everybody, with rows of their own; the actions make them once a day that it is."""
    today = timezone.localdate()
    if today not in _cast:
        made = make_cast()
        _cast[today] = made, snapshots.take()
    else:
        made, rows = _cast[today]
        snapshots.put_back(rows)
    return copy.deepcopy(made)


def make_cast() -> Cast:
    district = builders.make_district()
    units = builders.make_units(district, 4)
    plan = builders.make_plan(district)
    goal = Goal.objects.create(plan=plan, number=1, name="稳步实施重点改革")
    items = [
        builders.make_item(goal, 1, [units[0]]),
        builders.make_item(goal, 2, [units[0], units[1]], [units[3]]),
        builders.make_item(goal, 3, [units[2]]),
    ]
    office = make_user("office", Role.OFFICE, district)
    return Cast(
        district=district,
        plan=plan,
        goal=goal,
        items=items,
        units=units,
        period=builders.open_quarter(plan, office),
        office=office,
        leader=make_user("leader", Role.LEADER, district),
        administrator=make_user("administrator", Role.ADMINISTRATOR, district),
        auditor=make_user("auditor", Role.AUDITOR, district),
        reporter=make_user("reporter", Role.UNIT, district, units[0]),
        colleague=make_user("colleague", Role.UNIT, district, units[0]),
        co_lead=make_user("co-lead", Role.UNIT, district, units[1]),
        other=make_user("other", Role.UNIT, district, units[2]),
        supporter=make_user("supporter", Role.UNIT, district, units[3]),
        stranger=make_user("stranger", Role.OFFICE, builders.make_district("888888")),
    )


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """Return a client that is logged in as the given account."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="tracker.backends.AccountBackend")
        return client

    return log_in


@pytest.fixture
def real_plan(db: None, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Load the demonstration: the real plan, the first quarter closed, the second open."""
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    demonstration.load()
    return Plan.objects.get(year=2020)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, FileKind]]:
    """Make the rendering of circulars instant; return what was rendered as (words, kind)."""
    made: list[tuple[str, FileKind]] = []

    def render(content: CircularContent, kind: FileKind) -> bytes:
        words = json.dumps(content_to_json(content), ensure_ascii=False)
        made.append((words, kind))
        return f"{kind} {words}".encode()

    monkeypatch.setattr(rendering, "render_file", render)
    monkeypatch.setattr(paper, "page_sizes", lambda _pdf: [(910, 1287)])
    monkeypatch.setattr(paper, "page_picture", lambda pdf, number: b"%d %b" % (number, pdf))
    return made


# Browser ------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium once."""
    # Playwright keeps an event loop in this thread to the end; the tests' queries are not in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        # Root may not use Chromium's own sandbox; tests load nothing but this site.
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """Return a function that logs an account in and gives its page; options as new_context's.

    Every console error and every answer from another host fails the test.
    """
    contexts, faults = [], []

    def open_page(user: User | None = None, **options: object) -> Page:
        context = chromium.new_context(base_url=live_server.url, accept_downloads=True, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: faults.append(message.text) if message.type == "error" else None,
        )
        page.on(
            "request",
            lambda request: (
                faults.append(request.url)
                if not request.url.startswith((live_server.url, "data:", "blob:"))
                else None
            ),
        )
        if user is not None:
            page.goto("/accounts/login/")
            page.fill("[name=username]", user.username)
            page.fill("[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url(lambda url: "/accounts/login/" not in url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
