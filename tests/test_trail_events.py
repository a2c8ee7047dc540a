"""Every write, login, failure, export and import leaves its events: who, whence, what.

A URL that takes a POST and is not listed here fails the first test, a command that is not
listed the last; so nobody adds a way to write without saying what the trail tells of it.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.management import call_command, get_commands
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from targets import actions
from targets.models import Event, Goal, Item, Status
from targets.models.people import ADMIN_RIGHTS
from tests import builders
from tests import importing_files as files
from tests.circulars import issue, make_draft
from tests.conftest import PASSWORD
from tests.posts import HERE, LOOKING, WRITES, held_plan, report, visit, written
from tests.test_access import PAGES, shared, url_of
from tests.writing import written_by_actions

__all__ = ["shared"]  # a fixture

# Each of these may open what the others may not.
WORKING = ("reporter", "supporter", "office", "leader", "auditor", "administrator")


# Posts --------------------------------------------------------------------


def test_every_url_that_takes_a_post_is_listed(cast, shared):
    clients = {role: visit(getattr(cast, role)) for role in WORKING}
    taken = {"logout"}  # tried by itself: the others' sessions are needed
    for name, (argument, _answers) in PAGES.items():
        url = url_of(name, argument, cast, shared)
        answers = {client.post(url).status_code for client in clients.values() if name not in taken}
        if answers - {401, 403, 405}:
            taken.add(name)
    # Whoever is logged in is only led on by the login.
    assert taken == set(WRITES) | LOOKING


@pytest.mark.parametrize("name", WRITES)
def test_what_is_posted_leaves_its_events(name, cast, quick):
    """Nothing more and nothing less, each with who, whence and when."""
    wanted = WRITES[name]
    user = getattr(cast, wanted.role)
    arguments, form = wanted.prepare(cast)
    client = Client(REMOTE_ADDR=HERE) if name == "login" else visit(user)
    before, start = Event.objects.count(), timezone.now()
    with written_by_actions():
        answer = client.post(reverse(name, args=arguments), form)
    events = list(Event.objects.order_by("pk")[before:])
    assert [(each.verb, each.subject) for each in events] == list(wanted.events), (
        answer.status_code,
        answer.content.decode()[-3000:],
    )
    for event in events:
        assert (event.by, event.actor, event.address) == (user, user.username, HERE)
        assert event.district == cast.district
        assert timedelta() <= event.at - start < timedelta(minutes=1)
        assert event.subject_id
        assert event.subject_name


def test_what_is_only_looked_at_is_not_written(cast, shared):
    client = visit(cast.office)
    with CaptureQueriesContext(connection) as captured:
        upload = held_plan(cast)["upload"]
        client.post("/imports/preview/", {"upload": upload})
    before = Event.objects.count()
    reporter = visit(cast.reporter)
    with CaptureQueriesContext(connection) as typed:
        url = reverse("targets:start-from-previous", args=[shared.pk])
        assert reporter.post(url, report(shared)).status_code == 200
    assert written(captured) == written(typed) == []
    assert Event.objects.count() == before + 1  # the reporter's own login


def test_a_refused_login_and_a_locked_one_are_events(cast):
    client = Client(REMOTE_ADDR=HERE)
    for _ in range(7):
        client.post("/accounts/login/", {"username": "reporter", "password": "falsch"})
    facts = {("fail", "reporter", HERE, cast.reporter.pk)}
    events = Event.objects.filter(subject="user")
    assert set(events.values_list("verb", "actor", "address", "subject_id")) == facts
    assert len(events) == 7


# Files out ----------------------------------------------------------------


def readers() -> Iterator[tuple[str, str | None, str]]:
    """Yield every URL that somebody may open, with its argument and the first who may."""
    for name, (argument, answers) in PAGES.items():
        role = next((each for each in WORKING if answers[each] == 200), None)
        if role:
            yield name, argument, role


READERS = [
    pytest.param(*each, marks=[pytest.mark.document] * (each[0] == "reports:brief"), id=each[0])
    for each in readers()
]


@pytest.mark.parametrize(("name", "argument", "role"), READERS)
def test_what_is_handed_out_as_a_file_is_an_event_and_what_is_only_shown_is_none(
    name, argument, role, cast, shared, quick
):
    url = url_of(name, argument, cast, shared)
    user = getattr(cast, role)
    client = visit(user)
    before = Event.objects.count()
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
        assert b"".join(answer) if answer.streaming else answer.content
    events = list(Event.objects.order_by("pk")[before:])
    assert written(captured) == []
    if "attachment" not in answer.headers.get("Content-Disposition", ""):
        assert events == []
        return
    (event,) = events
    assert (event.verb, event.by, event.address) == ("export", user, HERE)
    assert event.district == cast.district
    assert event.new


# The admin ----------------------------------------------------------------

# What is typed to add a row, and to change the one that the cast has.
ADDED = {
    "status": lambda cast: {"name": "滞后", "clause": "滞后的", "order": 3, "color": "red"},
    "unit": lambda cast: {"name": "单位5", "order": 5},
    "apitoken": lambda cast: {"name": "大屏"},
}
CHANGED = {
    "plan": lambda cast: {"pace_margin": "3"},
    "item": lambda cast: {"portfolio_leader": cast.leader.pk},
    "status": lambda cast: {"clause": "新说法"},
    "unit": lambda cast: {"order": 9},
    "district": lambda cast: {"name": "新名称"},
    "apitoken": lambda cast: {"withdraw": "on"},
}
ROWS = {
    "plan": lambda cast: builders.make_plan(cast.district, 2031),
    "goal": lambda cast: Goal.objects.create(plan=cast.plan, number=9, name="临时"),
    "item": lambda cast: Item.objects.create(goal=cast.goal, number=9, standard="临时。"),
    "status": lambda cast: Status.objects.create(district=cast.district, name="临时", order=9),
    "unit": lambda cast: builders.make_units(cast.district, 1)[0],
    "district": lambda cast: cast.district,
    "apitoken": lambda cast: actions.make_token(name="大屏", by=cast.administrator)[0],
}
VERBS = {"add": "create", "change": "change", "delete": "delete"}
PAGES_OF_ADMIN = {each._meta.model_name for each in admin.site._registry}
RIGHTS = sorted(
    (model, right, str(role))
    for role, models in ADMIN_RIGHTS.items()
    for model, rights in models.items()
    for right in rights & set(VERBS)
    if model in PAGES_OF_ADMIN  # the others stand inside the page of another
)


def filled(page: object) -> dict:
    """Return what a page of the admin would post if nothing were typed."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    values = {form[name].html_name: form[name].value() for form in forms for name in form.fields}
    # A box that is not ticked is not posted.
    return {name: value for name, value in values.items() if not (value is None or value is False)}


@pytest.mark.parametrize(("model", "right", "role"), RIGHTS)
def test_every_save_in_the_admin_is_one_event(model, right, role, cast):
    user = getattr(cast, role)
    client = visit(user)
    row = None if right == "add" else ROWS[model](cast)
    url = reverse(f"admin:targets_{model}_{right}", args=[row.pk] if row else [])
    page = client.get(url)
    if right == "delete":
        form = {"post": "yes"}
    else:
        form = filled(page) | (ADDED if right == "add" else CHANGED)[model](cast)
    before = Event.objects.count()
    with written_by_actions():
        answer = client.post(url, form)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    (event,) = Event.objects.order_by("pk")[before:]
    # A token that is withdrawn is told as deleted: it never works again.
    verb = "delete" if (model, right) == ("apitoken", "change") else VERBS[right]
    assert (event.verb, event.subject, event.by, event.address) == (verb, model, user, HERE)
    assert event.old or event.new


# Commands -----------------------------------------------------------------


def commands() -> set[str]:
    """Return the project's own commands."""
    return {
        name for name, app in get_commands().items() if app in ("targets", "reports", "tracker")
    }


def test_every_command_that_takes_out_or_writes_is_an_event(
    cast, transactional_db, quick, tmp_path, capsys
):
    # PostgreSQL copies what was committed, so the backup is made outside a transaction.
    table = tmp_path / "方案.xlsx"
    heads = ("序号", "目标名称", "工作标准", "牵头单位", "配合单位")
    table.write_bytes(files.workbook(heads, (1, "新目标", "（1）建成公园。", "单位1", "")))
    progress = tmp_path / "附表.xlsx"
    progress.write_bytes(
        files.annex((1, "稳步实施重点改革", "（1）完成第1件实事。", "已开工。", "单位1"))
    )
    issue(make_draft(cast, dated=builders.DUE), cast.office)
    imported = [("create", "plan"), ("create", "goal"), ("create", "item"), ("import", "import")]
    calls = {
        ("import_plan", str(table), "--year", "2031", "--by", "office"): imported,
        ("import_progress", str(progress), "2030Q1", "--by", "office"): [
            ("submit", "contribution"),
            ("import", "import"),
        ],
        ("export_circular", "2030Q1", str(tmp_path / "a.pdf")): [("export", "period")],
        ("export_annex", "2030Q1", str(tmp_path / "a.csv")): [("export", "period")],
        ("export_circular", "2030Q1", str(tmp_path / "b.pdf"), "--issued", "1"): [
            ("export", "circular")
        ],
        # In the trail of no district, and of each of the two.
        ("export_trail", str(tmp_path)): [("export", "trail")] * 3,
        ("clean_up",): [],  # a timer's; what it takes away is no part of the domain
        ("check_trail",): [],  # a timer's; the page's is an event
        (
            "setup",
            "--noinput",
            *("--code", "330106", "--name", "西湖区", "--office-name", "西湖区督查室"),
            *("--admin", "admin-2", "--office", "office-2"),
        ): [
            ("create", "district"),
            ("create", "status"),
            ("create", "status"),
            ("create", "user"),
            ("create", "user"),
        ],
        ("backup", str(tmp_path)): [("export", "backup")],
        ("write_timers", str(tmp_path)): [],  # files for the operator alone
        ("run_timed", "send_messages"): [],  # what the timed command writes
        ("seal_trail",): [],  # a timer's; it writes no row but the links
        ("read_indicators", "2030"): [],  # prints what anybody may read, and writes nothing
        ("read_values", "2030Q1"): [],
        ("send_reminders",): [],  # no district of the test has set a rule; see test_steering
        ("send_messages",): [],  # what it sends was an event when it was queued
    }
    for call, events in calls.items():
        before = Event.objects.count()
        call_command(*call)
        made = list(Event.objects.order_by("pk")[before:])
        assert [(each.verb, each.subject) for each in made] == events, call
        assert all(each.actor for each in made), call
    # render_circular writes files for the site alone; load_demo and restore fill an empty
    # database (tests/test_backup.py).
    assert commands() == {call[0] for call in calls} | {"render_circular", "load_demo", "restore"}


def test_the_first_administrator_is_an_event(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", "--username", "root", "--name", "管理员")
    event = Event.objects.get()
    assert (event.verb, event.subject, event.subject_name) == ("create", "user", "管理员")
    assert event.actor
