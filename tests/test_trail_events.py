"""Every write, login, failure, export and import leaves its events: who, whence, what.

A URL that takes a POST and is not listed here fails the first test, a command that is not
listed the last; so nobody adds a way to write without saying what the trail tells of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command, get_commands
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from reports import actions as circular_actions
from reports.drafts import circular_content
from reports.models import Circular
from reports.rendering import words_digest
from targets import actions
from targets.models import (
    Contribution,
    District,
    Event,
    Extension,
    Goal,
    Import,
    Instruction,
    Item,
    Status,
    User,
)
from targets.models.people import ADMIN_RIGHTS
from tests import builders
from tests import importing_files as files
from tests.circulars import issue, make_draft
from tests.conftest import PASSWORD
from tests.test_access import PAGES, shared, url_of

__all__ = ["shared"]  # a fixture

HERE = "10.20.30.40"
# Each of these may open what the others may not.
WORKING = ("reporter", "supporter", "office", "leader", "auditor", "administrator")
# Take a file, a choice or a text to look at, and change nothing yet.
LOOKING = {"targets:imports", "targets:preview-import", "targets:start-from-previous"}
NAMES = {name.split(":")[-1].replace("-", "_"): name for name in PAGES}


def told() -> list[tuple[str, str]]:
    return list(Event.objects.order_by("pk").values_list("verb", "subject"))


def visit(user: User) -> Client:
    """Return a client that is logged in and comes from HERE."""
    client = Client(REMOTE_ADDR=HERE)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


# Posts --------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """Who posts what where, and the events that it leaves."""

    role: str
    prepare: Callable
    events: tuple[tuple[str, str], ...]


WRITES: dict[str, Act] = {}


def act(role: str, *events: str) -> Callable:
    """Register a function of a URL's name; it returns the URL's arguments and the form."""

    def register(prepare: Callable) -> Callable:
        pairs = tuple(tuple(each.split()) for each in events)
        WRITES[NAMES[prepare.__name__]] = Act(role, prepare, pairs)
        return prepare

    return register


def mine(cast, state: str = "not_started", item: int = 0) -> Contribution:
    """Bring a contribution of 单位1 into a state."""
    part = builders.contribution_of(cast.period, cast.items[item], cast.units[0])
    if state == "draft":
        part = actions.save_contribution(
            contribution=part, version=part.version, text="草稿。", by=cast.reporter
        )
    if state in ("submitted", "approved"):
        part = builders.submit(part, cast.reporter)
    if state == "approved":
        builders.approve(part.entry, cast.office)
    return builders.contribution_of(cast.period, cast.items[item], cast.units[0])


def report(part: Contribution, **fields: object) -> dict:
    return {"version": part.version, "text": "完成投资3亿元。", **fields}


@act("reporter", "login user")
def login(cast):
    return [], {"username": "reporter", "password": PASSWORD}


@act("reporter", "logout user")
def logout(cast):
    return [], {}


@act("reporter", "password user")
def password_change(cast):
    new = "another-password-7"
    return [], {"old_password": PASSWORD, "new_password1": new, "new_password2": new}


@act("supporter", "start contribution")
def start_contribution(cast):
    return [builders.entry_of(cast.period, cast.items[1]).pk], {}


@act("reporter", "submit contribution", "submit contribution")
def submit_drafts(cast):
    drafts = [mine(cast, "draft", item) for item in (0, 1)]
    return [cast.period.pk], {"draft": [f"{each.pk}-{each.version}" for each in drafts]}


@act("reporter", "request extension")
def request_extension(cast):
    return [cast.period.pk], {"until": "2030-07-10", "reason": "核实数据"}


@act("reporter", "submit contribution")
def edit_contribution(cast):
    part = mine(cast)
    return [part.pk], report(part, then="submit")


@act("reporter", "withdraw contribution")
def withdraw_contribution(cast):
    part = mine(cast, "submitted")
    return [part.pk], {"version": part.version}


@act("reporter", "save contribution", "attach contribution", "attach contribution")
def attach_evidence(cast):
    part = mine(cast)
    chosen = [SimpleUploadedFile(f"{each}.pdf", f"%PDF-1.4\n{each}".encode()) for each in "ab"]
    return [part.pk], report(part, files=chosen, kind="evidence")


@act("reporter", "save contribution", "detach contribution")
def detach_evidence(cast):
    file = builders.attach(mine(cast, "draft"), cast.reporter)
    return [file.pk], report(mine(cast))


@act("reporter", "dismiss contribution")
def dismiss_hint(cast):
    part = mine(cast)
    text = "推进中。"
    saved = actions.save_contribution(contribution=part, version=1, text=text, by=cast.reporter)
    hint = next(
        each
        for each in visit(cast.reporter).get(part.get_absolute_url()).context["hints"]
        if each.kind == "short"
    )
    return [part.pk], report(saved, text="推进中。", hint=f"short:{hint.digest}")


@act("auditor", "check user")
def check_trail(cast):
    return [], {}


@act("administrator", "create user", "create user")
def create_accounts(cast):
    return [], {"lines": "zhang\t张三\t单位1\nli\t李四\t单位2"}


@act("administrator", "password user")
def reset_password(cast):
    return [cast.reporter.pk], {}


@act("administrator", "change user")
def deactivate_account(cast):
    return [cast.reporter.pk], {"reason": "调离"}


@act("administrator", "change user")
def activate_account(cast):
    actions.deactivate_account(account=cast.reporter, reason="调离", by=cast.administrator)
    return [cast.reporter.pk], {"reason": "调回"}


@act("office", "change unit")
def change_contact(cast):
    return [cast.units[0].pk], {"contact_name": "张三", "contact_phone": "027-8888"}


@act("administrator", "succeed unit")
def succeed_unit(cast):
    return [cast.units[3].pk], {"name": "新单位", "on": "2030-05-01", "reason": "机构改革"}


@act("office", "remind reminder", "remind reminder")
def remind_units(cast):
    return [cast.period.pk], {"units": [cast.units[0].pk, cast.units[2].pk], "note": "请抓紧"}


def asked(cast) -> Extension:
    return actions.request_extension(
        period=cast.period, until=builders.DUE.replace(month=7), reason="核实", by=cast.reporter
    )


@act("office", "grant extension")
def grant_extension(cast):
    return [asked(cast).pk], {"until": "2030-07-10"}


@act("office", "refuse extension")
def refuse_extension(cast):
    return [asked(cast).pk], {"reason": "日期不变"}


def ticked(*entries: object, **fields: object) -> dict:
    form = {"entry": [each.pk for each in entries]}
    for each in entries:
        form |= {f"{each.pk}-version": each.version}
        form |= {f"{each.pk}-{name}": value for name, value in fields.items()}
    return form


@act("office", "approve entry", "approve entry")
def approve_entries(cast):
    text = "完成投资3亿元，占全年计划的50%，各项工作按计划推进。"
    builders.submit(mine(cast), cast.reporter, text)
    theirs = builders.contribution_of(cast.period, cast.items[2], cast.units[2])
    builders.submit(theirs, cast.other, text)
    entries = [builders.entry_of(cast.period, cast.items[each]) for each in (0, 2)]
    return [], ticked(*entries, status=cast.completed.pk)


@act("office", "reopen entry", "approve entry")
def judge_entries(cast):
    mine(cast, "approved")
    entry = builders.entry_of(cast.period, cast.items[0])
    return [], {**ticked(entry), "status": cast.completed.pk, "reason": "复核"}


def entry_with(cast, state: str, **fields: object) -> tuple[list, dict]:
    mine(cast, state)
    entry = builders.entry_of(cast.period, cast.items[0])
    return [entry.pk], {"version": entry.version, **fields}


@act("office", "approve entry")
def approve_entry(cast):
    judged = {"status": cast.completed.pk, "approved_text": "核定。"}
    return entry_with(cast, "submitted", **judged)


@act("office", "return contribution")
def return_entry(cast):
    return entry_with(cast, "submitted", units=[cast.units[0].pk], reason="请补充")


@act("office", "reopen entry", "return contribution")
def reopen_entry(cast):
    return entry_with(cast, "approved", units=[cast.units[0].pk], reason="重新核实")


@act("office", "return contribution")
def return_contribution(cast):
    part = mine(cast, "submitted")
    return [part.pk], {"version": part.version, "reason": "请补充"}


@act("office", "submit contribution")
def enter_contribution(cast):
    part = mine(cast)
    return [part.pk], report(part, reason="单位传真")


def given(cast) -> Instruction:
    return actions.give_instruction(item=cast.items[0], text="请加快。", by=cast.leader)


@act("leader", "instruct instruction")
def give_instruction(cast):
    return [cast.items[0].pk], {"text": "请加快。"}


@act("office", "follow_up instruction")
def follow_up_instruction(cast):
    return [given(cast).pk], {"follow_up": "请单位1办理", "due_on": "2030-05-01"}


@act("office", "complete instruction")
def finish_instruction(cast):
    one = given(cast)
    actions.follow_up_instruction(
        instruction=one, follow_up="办理", due_on=builders.DUE, by=cast.office
    )
    return [one.pk], {"outcome": "已办"}


@act("office", "create plan")
def create_plan(cast):
    return [], {"year": 2031, "title": "2031年任务"}


@act("office", "change plan")
def change_plan(cast):
    return [2030], {"title": "新名称", "reason": "更名"}


@act("office", "create goal")
def add_goal(cast):
    return [2030], {"number": 2, "name": "改善民生"}


@act("office", "change goal")
def change_goal(cast):
    return [cast.goal.pk], {"number": 1, "name": "新名", "reason": "更名"}


ITEM = {"is_numbered": "on", "standard": "建成公园。", "leads": "单位2", "supporting": ""}


@act("office", "create item")
def add_item(cast):
    return [cast.goal.pk], {**ITEM, "number": 4}


@act("office", "adjust item")
def adjust_item(cast):
    return [cast.items[2].pk], {**ITEM, "number": 3, "leads": "单位3", "reason": "会议决定"}


@act("office", "cancel item")
def cancel_item(cast):
    return [cast.items[0].pk], {"stays_counted": "on", "reason": "不再实施"}


@act("office", "complete item")
def complete_item(cast):
    return [cast.items[0].pk], {"reason": "已验收"}


@act("office", "create item", "carry_over item")
def carry_over_item(cast):
    later = Goal.objects.create(plan=builders.make_plan(cast.district, 2031), number=1, name="续")
    form = {"goal": later.pk, "number": 1, "standard": "续建", "reason": "跨年"}
    return [cast.items[0].pk], form


@act("office", "create period")
def create_period(cast):
    return [], {"plan": cast.plan.pk, "number": 2}


ASKED = {"due_on": "2030-07-10", "remind_days": 5}


@act("office", "open period")
def open_period(cast):
    return [actions.create_period(plan=cast.plan, number=2, by=cast.office).pk], ASKED


@act("office", "change period")
def change_period(cast):
    return [cast.period.pk], ASKED


@act("office", "close period")
def close_period(cast):
    return [cast.period.pk], {}


@act("office", "reopen period")
def reopen_period(cast):
    return [actions.close_period(period=cast.period, by=cast.office).pk], {"reason": "更正"}


def held_plan(cast) -> dict:
    """Upload a plan of one goal with one item; return what its preview posts."""
    heads = ("序号", "目标名称", "工作标准", "牵头单位", "配合单位")
    book = files.workbook(heads, (1, "新目标", "（1）建成公园。", "单位1", ""))
    form = {"kind": "plan", "year": 2031, "file": SimpleUploadedFile("方案.xlsx", book)}
    page = visit(cast.office).post("/imports/", form, follow=True)
    upload = page.redirect_chain[-1][0].split("upload=")[1]
    return {"upload": upload, "digest": page.context["preview"].digest}


PLAN_OF_ONE = ("plan", "goal", "item")


@act("office", *(f"create {each}" for each in PLAN_OF_ONE), "import import")
def apply_import(cast):
    return [], held_plan(cast)


@act("office", *(f"undo {each}" for each in reversed(PLAN_OF_ONE)), "undo import")
def undo_import(cast):
    visit(cast.office).post("/imports/apply/", held_plan(cast))
    return [Import.objects.get().pk], {}


@act("office", "draft circular")
def draft_circular(cast):
    return [], {"period": cast.period.pk}


@act("office", "change circular")
def edit_circular(cast):
    draft = make_draft(cast)
    return [draft.pk], {
        "version": draft.version,
        "dated": "2030-04-28",
        "title": "新的标题",
        "body": "新的正文。",
        "is_landscape": "True",
    }


@act("office", "change circular")
def rewrite_circular(cast):
    draft = make_draft(cast)
    draft = circular_actions.edit_circular(
        circular=draft, version=draft.version, body="改过。", by=cast.office
    )
    return [draft.pk], {"version": draft.version}


def shown(draft: Circular) -> dict:
    """Return what the page's buttons post: the version and a digest of the words."""
    return {
        "version": draft.version,
        "shown": words_digest(circular_content(draft)),
    }


def draft_to_sign(cast) -> Circular:
    District.objects.filter(pk=cast.district.pk).update(requires_sign_off=True)
    return make_draft(cast)


@act("office", "read circular")
def read_circular(cast):
    draft = draft_to_sign(cast)
    return [draft.pk], shown(draft)


@act("leader", "sign circular")
def sign_circular(cast):
    draft = draft_to_sign(cast)
    visit(cast.office).post(reverse("reports:read-circular", args=[draft.pk]), shown(draft))
    return [draft.pk], shown(Circular.objects.get())


@act("office", "issue circular")
def issue_circular(cast):
    draft = make_draft(cast)
    return [draft.pk], shown(draft)


@act("office", "draft circular")
def correct_circular(cast):
    return [issue(make_draft(cast), cast.office).pk], {}


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

TRAIL_TABLES = ("targets_event", "targets_seal", "reports_rendering")


def written(captured: CaptureQueriesContext) -> list[str]:
    """Return the statements that changed a row of the domain."""
    return [
        each["sql"]
        for each in captured
        if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
        and ("targets_" in each["sql"].split("(")[0] or "reports_" in each["sql"].split("(")[0])
        and not any(table in each["sql"].split("(")[0] for table in TRAIL_TABLES)
        and '"last_login"' not in each["sql"]  # the login has its own event
    ]


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
    "plan": lambda cast: {"year": 2031, "title": "2031年任务"},
    "goal": lambda cast: {"plan": cast.plan.pk, "number": 2, "name": "改善民生"},
    "item": lambda cast: {"goal": cast.goal.pk, "number": 4, "standard": "建成公园。"},
    "status": lambda cast: {"name": "滞后", "clause": "滞后的", "order": 3, "color": "red"},
    "unit": lambda cast: {"name": "单位5", "order": 5},
    "user": lambda cast: {
        "username": "zhang",
        "name": "张三",
        "role": "leader",
        "district": cast.district.pk,
        "new_password": "a-long-first-password",
        "is_active": "on",
    },
    "apitoken": lambda cast: {"name": "大屏"},
}
CHANGED = {
    "plan": {"title": "新名称"},
    "goal": {"name": "新名称"},
    "item": {"standard": "新标准。"},
    "status": {"clause": "新说法"},
    "unit": {"name": "新名称"},
    "user": {"phone": "027-8888"},
    "district": {"name": "新名称"},
    "apitoken": {"withdraw": "on"},
}
ROWS = {
    "plan": lambda cast: builders.make_plan(cast.district, 2031),
    "goal": lambda cast: Goal.objects.create(plan=cast.plan, number=9, name="临时"),
    "item": lambda cast: Item.objects.create(goal=cast.goal, number=9, standard="临时。"),
    "status": lambda cast: Status.objects.create(district=cast.district, name="临时", order=9),
    "unit": lambda cast: builders.make_units(cast.district, 1)[0],
    "user": lambda cast: cast.other,
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
        form = filled(page) | (ADDED[model](cast) if right == "add" else CHANGED[model])
    before = Event.objects.count()
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


def test_every_command_that_takes_out_or_writes_is_an_event(cast, quick, tmp_path, capsys):
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
        ("check_trail",): [],  # a timer's; the page's is an event
    }
    for call, events in calls.items():
        before = Event.objects.count()
        call_command(*call)
        made = list(Event.objects.order_by("pk")[before:])
        assert [(each.verb, each.subject) for each in made] == events, call
        assert all(each.actor for each in made), call
    # render_circular writes files for the site alone; load_demo fills an empty database.
    assert commands() == {call[0] for call in calls} | {"render_circular", "load_demo"}


def test_the_first_administrator_is_an_event(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", "--username", "root", "--name", "管理员")
    event = Event.objects.get()
    assert (event.verb, event.subject, event.subject_name) == ("create", "user", "管理员")
    assert event.actor
