"""Every URL that takes a POST: who posts what to it, and the events that it leaves.

test_trail_events fails where one is missing; the other tests try each as somebody else,
without a token, with forged fields.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from reports.circulars import actions as circular_actions
from reports.circulars.drafts import circular_content
from reports.circulars.models import Circular
from reports.circulars.rendering import words_digest
from targets import actions
from targets.models import (
    Contribution,
    District,
    Extension,
    Goal,
    Import,
    Instruction,
    Item,
    LoginSession,
    Message,
    Report,
    Succession,
    User,
)
from tests import builders
from tests import importing_files as files
from tests.circulars import issue, make_draft
from tests.conftest import PASSWORD
from tests.test_access import PAGES

HERE = "10.20.30.40"
# Take a file, a choice or a text to look at, and change nothing yet.
LOOKING = {"targets:imports", "targets:preview-import", "targets:start-from-previous"}
# They want a code that fits the session; tests/test_second_factor.py shows them one.
LOOKING |= {"targets:second-factor", "targets:set-up-second-factor"}
NAMES = {name.split(":")[-1].replace("-", "_"): name for name in PAGES}


def visit(user: User, **options: object) -> Client:
    """Return a client that is logged in and comes from HERE."""
    client = Client(REMOTE_ADDR=HERE, **options)
    client.force_login(user, backend="tracker.backends.AccountBackend")
    return client


# Whether an event is written, the tests of the trail ask by themselves.
# Nor whose session a login began: that is the login's, whose event is its own.
TRAIL_TABLES = ("targets_event", "targets_seal", "targets_loginsession", "reports_rendering")


def written(captured: CaptureQueriesContext) -> list[str]:
    """Return the statements that changed a row of the domain, or a second factor."""
    return [
        each["sql"]
        for each in captured
        if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
        and any(app in each["sql"].split("(")[0] for app in ("targets_", "reports_", "otp_"))
        and not any(table in each["sql"].split("(")[0] for table in TRAIL_TABLES)
        and '"last_login"' not in each["sql"]  # the login has its own event
    ]


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
            contribution=part, version=part.version, report=Report("草稿。"), by=cast.reporter
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


@act("reporter", "change user")
def switch_keys(cast):
    return [], {"next": "/items/"}


@act("reporter", "change user")
def save_filter(cast):
    return [], {"list": "targets:items", "name": "未报", "query": "state=not_started"}


@act("reporter", "change user")
def remove_filter(cast):
    actions.save_filter(page="targets:items", name="未报", query="state=draft", by=cast.reporter)
    return [], {"list": "targets:items", "name": "未报"}


def with_second_factor(user: User) -> None:
    device = TOTPDevice.objects.create(user=user, name="手机")
    assert device.confirmed


@act("reporter", "change user")
def renew_recovery_codes(cast):
    with_second_factor(cast.reporter)
    return [], {}


@act("reporter", "change user")
def remove_second_factor(cast):
    with_second_factor(cast.reporter)
    return [], {}


@act("administrator", "change user")
def reset_second_factor(cast):
    with_second_factor(cast.reporter)
    return [cast.reporter.pk], {"reason": "手机丢失"}


def session_of(user: User) -> LoginSession:
    """Log somebody in elsewhere; his event is none of the post's."""
    visit(user)
    return LoginSession.objects.filter(account=user).first()


@act("reporter", "logout user")
def end_own_session(cast):
    return [session_of(cast.reporter).pk], {}


@act("reporter", "logout user")
def end_other_sessions(cast):
    session_of(cast.reporter)
    return [], {}


@act("administrator", "logout user")
def end_session(cast):
    return [session_of(cast.reporter).pk], {}


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
    saved = actions.save_contribution(
        contribution=part, version=1, report=Report(text), by=cast.reporter
    )
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


@act("administrator", "role user")
def change_account(cast):
    form = {"name": "督查室二", "role": "office", "unit": "", "reason": "借调"}
    return [cast.reporter.pk], form


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


@act("administrator", "succeed unit", "create unit")
def succeed_unit(cast):
    return [cast.units[3].pk], {"name": "新单位", "on": "2020-05-01", "reason": "机构改革"}


def decided(cast) -> Succession:
    """Decide a rename whose day has not come."""
    return actions.succeed_unit(
        unit=cast.units[3],
        on=builders.DUE,
        name="新单位",
        reason="机构改革",
        by=cast.administrator,
    )


@act("administrator", "withdraw unit")
def withdraw_succession(cast):
    return [decided(cast).pk], {"reason": "文件改期"}


@act("office", "remind reminder", "remind reminder")
def remind_units(cast):
    return [cast.period.pk], {"units": [cast.units[0].pk, cast.units[2].pk], "note": "请抓紧"}


@act("office", "change district")
def reminder_rule(cast):
    return [], {"before": "7、1", "on_day": "on", "after": "3", "words": "请抓紧"}


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


@act("reporter", "apply adjustment")
def request_adjustment(cast):
    return [cast.items[1].pk], {"standard": "完成第2件实事的一半。", "reason": "工期顺延"}


@act("reporter", "withdraw extension")
def withdraw_extension(cast):
    return [asked(cast).pk], {}


@act("reporter", "withdraw adjustment")
def withdraw_adjustment(cast):
    wanted = actions.request_adjustment(
        item=cast.items[1], other="明年完成。", reason="工期顺延", by=cast.reporter
    )
    return [wanted.pk], {}


@act("office", "decline adjustment")
def decline_adjustment(cast):
    asked = actions.request_adjustment(
        item=cast.items[1], other="明年完成。", reason="工期顺延", by=cast.reporter
    )
    return [asked.pk], {"reason": "年内应当完成"}


def ticked(*entries: object, **fields: object) -> dict:
    form = {"entry": [each.pk for each in entries]}
    for each in entries:
        form |= {f"{each.pk}-version": each.version}
        form |= {f"{each.pk}-{name}": value for name, value in fields.items()}
    return form


@act("office", "approve entry", "approve entry")
def approve_entries(cast):
    # Two items with the same words would be pointed out, and read one by one.
    builders.submit(mine(cast), cast.reporter, "完成投资3亿元，占全年计划的50%，按计划推进。")
    theirs = builders.contribution_of(cast.period, cast.items[2], cast.units[2])
    builders.submit(theirs, cast.other, "新建管网12公里，其余路段已开工，各项工作有序推进。")
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


@act("office", "withdraw entry")
def take_back_approval(cast):
    return entry_with(cast, "approved")


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


@act("office", "instruct instruction", "instruct instruction")
def register_instruction(cast):
    return [], {
        "giver": "区长",
        "given_on": "2026-01-05",
        "text": "请抓紧。",
        "items": "1（1）",
        "units": cast.units[3].name,
    }


@act("office", "follow_up instruction")
def follow_up_instruction(cast):
    return [given(cast).pk], {"follow_up": "请单位1办理", "due_on": "2030-05-01"}


def put_to_unit(cast) -> Instruction:
    """An instruction on the first item, which 单位1 leads alone, followed up."""
    return builders.paper_instruction(
        cast.items[0], cast.office, follow_up="请答复。", due_on=builders.DUE
    )


@act("office", "change district")
def sheet_rule(cast):
    return [], {"blue": 1, "yellow": 5, "red": 10}


@act("office", "issue sheet")
def issue_sheet(cast):
    today = timezone.localdate()
    one = builders.paper_instruction(cast.items[0], cast.office, follow_up="办理", due_on=today)
    return [one.pk], {}


@act("reporter", "receive sheet")
def receive_sheet(cast):
    return [builders.sheet_on(cast.items[0], cast.office).pk], {}


@act("reporter", "submit answer")
def answer_instruction(cast):
    return [put_to_unit(cast).pk], {"version": 1, "text": "已办。", "then": "submit"}


@act("office", "approve answer")
def accept_answer(cast):
    answer = builders.answer(put_to_unit(cast), cast.reporter)
    return [answer.pk], {"version": answer.version}


@act("office", "return answer")
def return_answer(cast):
    answer = builders.answer(put_to_unit(cast), cast.reporter)
    return [answer.pk], {"version": answer.version, "reason": "请补充"}


@act("reporter", "save answer", "detach answer")
def remove_answer_file(cast):
    answer = actions.save_answer(
        instruction=put_to_unit(cast), version=1, text="草稿。", by=cast.reporter
    )
    scan = SimpleUploadedFile("证明.pdf", b"%PDF-1.4\n%%EOF\n")
    file = actions.attach_to_answer(answer=answer, file=scan, by=cast.reporter)
    return [file.pk], {"version": answer.version, "text": "改过。"}


@act("office", "complete instruction")
def finish_instruction(cast):
    one = given(cast)
    actions.follow_up_instruction(
        instruction=one, follow_up="办理", due_on=builders.DUE, by=cast.office
    )
    return [one.pk], {"outcome": "已办"}


@act("administrator", "change message")
def retry_message(cast):
    given_up = Message.objects.create(
        channel="hook", subject="催办", body="", district=cast.district, next_attempt_at=None
    )
    return [given_up.pk], {}


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


@act("office", "complete item", "complete item")
def end_items(cast):
    keys = [item.pk for item in cast.items[:2]]
    return [2030], {"item": keys, "outcome": "completed", "reason": "已验收"}


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


@act("office", "restore item")
def restore_item(cast):
    actions.complete_item(item=cast.items[0], reason="已办结", by=cast.office)
    return [cast.items[0].pk], {"reason": "验收未通过"}


@act("office", "change status")
def count_status(cast):
    return [cast.in_progress.pk], {"is_completed": "on", "reason": "按新办法统计"}


@act("office", "delete period")
def remove_period(cast):
    period = actions.create_period(plan=cast.plan, number=4, by=cast.office)
    return [period.pk], {"reason": "误建"}


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


@act("office", "create misreading")
def misreadings(cast):
    return [], {"found": "郑城", "meant": "邾城", "why": "街道名为邾城"}


@act("office", "delete misreading")
def remove_misreading(cast):
    made = actions.add_misreading(found="郑城", meant="邾城", by=cast.office)
    return [made.pk], {}


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


KIND = {
    "name": "政务督查",
    "number_form": "document",
    "number_code": "新政督",
    "report_label": "呈",
    "copy_label": "送",
    "send_label": "发",
}


@act("office", "create circularkind")
def add_circular_kind(cast):
    return [], KIND


@act("office", "change circularkind")
def edit_circular_kind(cast):
    kind = make_draft(cast).kind
    return [kind.pk], {**KIND, "shown": kind.digest}


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


@act("office", "delete circular")
def remove_circular(cast):
    draft = make_draft(cast)
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


@act("office", "accept indicator", "reject indicator")
def decide_proposals(cast):
    item = cast.items[0]
    Item.objects.filter(pk=item.pk).update(standard="新建足球场15块、停车场3处。")
    facts = {"kind": "cumulative", "comparison": "at_least"}
    rows = {
        f"i{item.pk}-0-8": {"name": "新建足球场", "target": "15", "measure": "块", **facts},
        f"i{item.pk}-9-14": {"name": "新建停车场", "target": "3", "measure": "处", **facts},
    }
    rows[f"i{item.pk}-0-8"]["decision"] = "accept"
    rows[f"i{item.pk}-9-14"]["decision"] = "refuse"
    proposals = {
        f"{prefix}-{name}": value for prefix, row in rows.items() for name, value in row.items()
    }
    return [cast.plan.year], {"goal": cast.goal.number, **proposals}


@act("office", "accept indicator")
def accept_indicator(cast):
    form = {"name": "足球场", "kind": "cumulative", "comparison": "at_least"}
    return [cast.items[0].pk], {**form, "target": "15", "measure": "块"}


@act("office", "change indicator")
def change_indicator(cast):
    indicator = builders.measure(cast.items[0], cast.office)
    form = {"name": "足球场", "kind": "cumulative", "comparison": "at_least"}
    return [indicator.pk], {**form, "target": "30", "measure": "块", "reason": "原文为30块"}


@act("office", "end indicator")
def end_indicator(cast):
    return [builders.measure(cast.items[0], cast.office).pk], {"reason": "并入其他事项"}


@act("reporter", "propose indicator")
def propose_milestone(cast):
    return [cast.items[0].pk], {"name": "主体封顶", "due_quarter": "2"}


@act("office", "accept indicator")
def decide_milestone(cast):
    step = actions.propose_milestone(
        item=cast.items[0], name="主体封顶", due_quarter=2, by=cast.reporter
    )
    return [step.pk], {"decision": "accept"}


@act("office", "measure entry")
def enter_value(cast):
    indicator = builders.measure(cast.items[0], cast.office)
    entry = builders.entry_of(cast.period, cast.items[0])
    return [entry.pk, indicator.pk], {"value": "5", "reason": "统计局数据"}


@act("office", "overrule entry")
def overrule_light(cast):
    builders.measure(cast.items[0], cast.office)
    entry = builders.entry_of(cast.period, cast.items[0])
    return [entry.pk], {"version": entry.version, "light": "behind", "reason": "尚未开工"}


@act("office", "supplement period")
def supplement_values(cast):
    actions.close_period(period=cast.period, by=cast.office)
    indicator = builders.measure(cast.items[0], cast.office)
    return [cast.period.pk], {f"v{indicator.pk}-value": "5", "reason": "补录一季度数值"}
