"""Accounts made at once with slips, switched off, given new passwords; units renamed and merged."""

import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from openpyxl import Workbook

from targets import actions
from targets.choices import Role
from targets.models import Contribution, Event, Extension, Item, Report, Unit, User
from tests import builders
from tests.conftest import make_user

LINES = """\
用户名\t姓名\t单位\t联系电话
zhang\t张三\t单位1\t027-1
li\t李四\t单位1
wang\t王五\t\t\t\t区领导
"""


def create(client: Client, **fields: object):
    return client.post("/people/create/", {"lines": "", **fields})


def test_pasted_lines_become_accounts_with_slips_shown_once(cast, as_user):
    client = as_user(cast.administrator)
    html = create(client, lines=LINES).content.decode()
    made = {
        each.username: each for each in User.objects.filter(username__in=("zhang", "li", "wang"))
    }
    assert {name: each.unit and each.unit.name for name, each in made.items()} == {
        "zhang": "单位1",
        "li": "单位1",
        "wang": None,
    }
    passwords = re.findall(r'slip__code">([^<]{12})</dd>', html)
    assert len(set(passwords)) == 3
    assert made["zhang"].check_password(passwords[0])
    assert made["zhang"].must_change_password
    assert passwords[0] not in str(list(Event.objects.values()))
    assert passwords[0] not in client.get("/people/").content.decode()
    again = create(client, lines=LINES).content.decode()
    assert "用户名zhang已被使用" in again
    assert "李四" in again, "what was pasted is shown again"


def test_a_workbook_becomes_accounts(cast, as_user):
    book = Workbook()
    book.active.append(["用户名", "姓名", "单位", "联系电话", "电子邮箱", "角色"])
    book.active.append(["zhao", "赵六", "单位2", "027-2", "zhao@example.cn", "责任单位"])
    buffer = io.BytesIO()
    book.save(buffer)
    file = SimpleUploadedFile("账号.xlsx", buffer.getvalue())
    assert "zhao" in create(as_user(cast.administrator), file=file).content.decode()
    made = User.objects.get(username="zhao")
    assert (made.unit, made.email) == (cast.units[1], "zhao@example.cn")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", "请粘贴账号清单"),
        ("zhang\t张三\t没有的局", "第1行：单位名册中没有“没有的局”"),
        ("zhang\t\t单位1", "第1行：用户名和姓名都要填写"),
        ("zhang\t张三\t单位1\t\t\t皇帝", "没有“皇帝”这个角色"),
        ("zhang\t张三\t\t\t\t", "责任单位账号须写明单位"),
        ("zhang\t张三\t单位1\t\tnot-an-address", "zhang："),
        ("zh ang\t张三\t单位1", "zh ang："),
        ("zhang\t张三\t单位1\nZHANG\t李四\t单位1", "用户名ZHANG已被使用"),
    ],
)
def test_one_wrong_line_makes_no_account(cast, as_user, lines, message):
    before = User.objects.count()
    html = create(as_user(cast.administrator), lines=lines).content.decode()
    assert message in html
    assert User.objects.count() == before


def test_a_file_that_is_no_workbook_is_named(cast, as_user):
    file = SimpleUploadedFile("账号.xlsx", b"<html>", content_type="text/html")
    html = create(as_user(cast.administrator), file=file).content.decode()
    assert "这是网页" in html


def test_reset_password_shows_a_new_one_and_ends_the_old(cast, as_user):
    client = as_user(cast.administrator)
    url = f"/people/{cast.reporter.pk}/reset-password/"
    assert "重置密码" in client.get(url).content.decode()
    html = client.post(url).content.decode()
    password = re.search(r'slip__code">([^<]{12})</dd>', html)[1]
    cast.reporter.refresh_from_db()
    assert cast.reporter.check_password(password)
    assert cast.reporter.must_change_password


def test_a_deactivated_account_is_out_at_once_and_keeps_its_name(cast, as_user):
    working = as_user(cast.reporter)
    client = as_user(cast.administrator)
    client.post(f"/people/{cast.reporter.pk}/deactivate/", {"reason": "调离"})
    assert "login" in working.get("/my-items/").url
    event = Event.objects.get(verb="change", subject="user")
    assert (event.new, event.reason) == ({"is_active": False}, "调离")
    client.post(f"/people/{cast.reporter.pk}/activate/", {"reason": "调回"})
    cast.reporter.refresh_from_db()
    assert cast.reporter.is_active


def test_the_administrator_does_not_lock_itself_out(cast, as_user):
    client = as_user(cast.administrator)
    url = f"/people/{cast.administrator.pk}/deactivate/"
    assert "不能停用自己" in client.post(url, {"reason": "试试"}).content.decode()


def test_the_office_notes_whom_to_telephone(cast, as_user):
    client = as_user(cast.office)
    client.post(
        f"/units/{cast.units[0].pk}/contact/",
        {"contact_name": "张三", "contact_phone": "027-8888"},
    )
    assert "027-8888" in client.get("/board/").content.decode()
    assert Event.objects.get(subject="unit").new == {
        "contact_name": "张三",
        "contact_phone": "027-8888",
    }


# --- accounts changed -------------------------------------------------------------------


def change(client: Client, account: User, **fields: object):
    shown = {
        "name": account.name,
        "role": account.role,
        "unit": account.unit_id or "",
        "reason": "岗位调整",
    }
    return client.post(f"/people/{account.pk}/change/", {**shown, **fields})


def test_an_accounts_unit_and_contact_are_changed_on_the_page(cast, as_user):
    client = as_user(cast.administrator)
    page = client.get(f"/people/{cast.reporter.pk}/change/").content.decode()
    assert 'value="reporter"' in page
    assert change(client, cast.reporter, unit=cast.units[2].pk, phone="027-8").status_code == 302
    cast.reporter.refresh_from_db()
    assert (cast.reporter.unit, cast.reporter.phone) == (cast.units[2], "027-8")
    event = Event.objects.get(verb="change", subject="user")
    assert event.old == {"unit": "单位1", "phone": ""}
    assert event.new == {"unit": "单位3", "phone": "027-8"}
    assert event.reason == "岗位调整"


def test_a_role_given_or_taken_is_in_the_trail_by_name_and_shown_to_the_auditor(cast, as_user):
    client = as_user(cast.administrator)
    change(client, cast.reporter, role="office", unit="")
    change(client, cast.office, role="leader")
    create(client, lines="wang\t王五\t\t\t\t区领导")
    events = Event.objects.filter(verb="role").order_by("pk")
    assert [(each.by, each.subject_name, each.old, each.new) for each in events] == [
        (
            cast.administrator,
            "reporter",
            {"role": "unit", "unit": "单位1"},
            {"role": "office", "unit": ""},
        ),
        (cast.administrator, "office", {"role": "office"}, {"role": "leader"}),
        (cast.administrator, "王五", {}, {"role": "leader"}),
    ]
    page = as_user(cast.auditor).get("/trail/").content.decode()
    notice = page[page.index("角色调整") :].split("</section>")[0]
    for name in ("reporter", "office", "王五"):
        assert name in notice
    assert "责任单位 → 督查室" in notice


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"role": "office"}, "其他角色不写单位"),
        ({"unit": ""}, "责任单位账号须写明单位"),
        ({"unit": "999999"}, "选择一个有效的选项"),
        ({"role": "king"}, "选择一个有效的选项"),
        ({"name": ""}, "这个字段是必填项"),
        ({"email": "x"}, "输入一个有效的"),
        ({"reason": ""}, "请填写"),
        ({}, "没有改动"),
    ],
)
def test_a_wrong_change_of_an_account_is_named_and_changes_nothing(cast, as_user, fields, message):
    before = User.objects.values().get(pk=cast.reporter.pk)
    page = change(as_user(cast.administrator), cast.reporter, **fields).content.decode()
    assert message in page
    assert User.objects.values().get(pk=cast.reporter.pk) == before


def test_nobody_changes_his_own_role(cast, as_user):
    make_user("second", Role.ADMINISTRATOR, cast.district)
    page = change(as_user(cast.administrator), cast.administrator, role="office")
    assert "不能修改自己的角色" in page.content.decode()
    cast.administrator.refresh_from_db()
    assert cast.administrator.role == "administrator"


def test_the_last_active_administrator_stays(cast):
    second = make_user("second", Role.ADMINISTRATOR, cast.district)
    facts = {"name": "x", "role": Role.OFFICE, "unit": None, "reason": "调整"}
    User.objects.filter(pk=cast.administrator.pk).update(is_active=False)
    gone = cast.administrator  # his page was open when he was switched off
    with pytest.raises(actions.Refused, match="最后一个启用的系统管理员"):
        actions.change_account(account=second, **facts, by=gone)
    with pytest.raises(actions.Refused, match="最后一个启用的系统管理员"):
        actions.deactivate_account(account=second, reason="调离", by=gone)
    User.objects.filter(pk=cast.administrator.pk).update(is_active=True)
    actions.change_account(account=second, **facts, by=cast.administrator)
    second.refresh_from_db()
    assert second.role == Role.OFFICE


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_switch_each_other_off_at_once_leave_one(cast):
    second = make_user("second", Role.ADMINISTRATOR, cast.district)
    pairs = [(cast.administrator, second), (second, cast.administrator)]
    start = threading.Barrier(2)

    def switch_off(pair: tuple[User, User]) -> bool:
        try:
            start.wait(timeout=30)
            actions.deactivate_account(account=pair[1], reason="调离", by=pair[0])
        except actions.Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(switch_off, pairs))
    assert sorted(done) == [False, True]
    assert User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count() == 1


def test_a_new_name_leaves_the_old_one_with_what_was_done_under_it(cast, as_user, time_machine):
    time_machine.move_to("2030-05-01T09:00:00+08:00", tick=False)
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(part, cast.reporter)
    time_machine.move_to("2030-05-02T09:00:00+08:00", tick=False)
    change(as_user(cast.administrator), cast.reporter, name="张新")
    assert Event.objects.get(verb="change", subject="user").old == {"name": "reporter"}
    time_machine.move_to("2030-05-03T09:00:00+08:00", tick=False)
    later = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    builders.submit(later, User.objects.get(pk=cast.reporter.pk))
    office = as_user(cast.office)
    before = office.get(part.entry.get_absolute_url()).content.decode()
    after = office.get(later.entry.get_absolute_url()).content.decode()
    assert "reporter5月1日" in before
    assert "张新" not in before
    assert "张新5月3日" in after
    names = dict(Event.objects.filter(verb="submit").values_list("subject_id", "actor_name"))
    assert names == {part.pk: "reporter", later.pk: "张新"}
    exported = b"".join(as_user(cast.auditor).get("/trail/trail.csv")).decode()
    told = [line for line in exported.splitlines() if ",报送," in line]
    assert [line.split(",")[2] for line in told] == ["张新", "reporter"]


def test_a_reporter_who_was_moved_in_mid_session_is_told_what_happened(cast, as_user):
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    working = as_user(cast.reporter)
    assert working.get(part.get_absolute_url()).status_code == 200
    change(as_user(cast.administrator), cast.reporter, unit=cast.units[2].pk)
    answer = working.post(part.get_absolute_url(), {"version": 1, "text": "写了一半"})
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "调整了您的账号或单位" in page
    assert "您现在的账号属于单位3" in page
    assert "写了一半" in page  # what was typed is given back
    assert "调整了您的账号" not in as_user(cast.office).get("/nowhere/").content.decode()


def test_an_officer_whose_role_was_changed_in_mid_session_is_told_what_happened(cast, as_user):
    part = builders.submit(
        builders.contribution_of(cast.period, cast.items[0], cast.units[0]), cast.reporter
    )
    second = make_user("second", Role.OFFICE, cast.district)
    working, url = as_user(second), f"{part.get_absolute_url()}return/"
    change(as_user(cast.administrator), second, role="leader")
    answer = working.post(url, {"version": part.version, "reason": "请补充数据"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "您现在的角色是区领导" in page
    assert "请补充数据" in page  # what was typed is given back
    part.refresh_from_db()
    assert part.state == "submitted"


def test_a_unit_that_no_longer_supports_an_item_is_told_that_this_may_be_new(cast, as_user):
    supporter = make_user("fourth", Role.UNIT, cast.district, cast.units[3])
    working, entry = as_user(supporter), cast.items[1].entries.get()
    cast.items[1].responsibilities.filter(unit=cast.units[3]).delete()
    answer = working.post(f"/entries/{entry.pk}/contribute/", follow=True).content.decode()
    assert "督查室可能刚调整了责任单位" in answer


# --- user names ---------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Zhang", "ｚｈａｎｇ", " ZHANG ", "ＺＨＡＮＧ\u3000"])
def test_a_user_name_is_kept_in_one_form_and_logs_in_however_it_is_typed(cast, as_user, typed):
    html = create(as_user(cast.administrator), lines=f"{typed}\t张三\t单位1").content.decode()
    password = re.search(r'slip__code">([^<]{12})</dd>', html)[1]
    assert User.objects.get(name="张三").username == "zhang"
    for spelling in (typed, "zhang", "ZHANG", "ｚｈａｎｇ"):
        form = {"username": spelling, "password": password}
        assert Client().post("/accounts/login/", form).status_code == 302, spelling
    again = create(as_user(cast.administrator), lines="ＺＨＡＮＧ\t李四\t单位1").content.decode()
    assert "已被使用" in again


migration = import_module("targets.migrations.0012_normalized_usernames")


def test_the_migration_brings_old_names_into_the_one_form_and_says_so(cast):
    User.objects.filter(pk=cast.leader.pk).update(username="Ｌｅａｄｅｒ")
    migration.normalize(apps, None)
    cast.leader.refresh_from_db()
    assert cast.leader.username == "leader"
    event = Event.objects.get(actor="命令行", verb="change")
    assert (event.old, event.new) == ({"username": "Ｌｅａｄｅｒ"}, {"username": "leader"})


def test_the_migration_lists_names_that_clash_and_stops_before_it_writes(cast):
    User.objects.filter(pk=cast.leader.pk).update(username="OFFICE")
    User.objects.filter(pk=cast.other.pk).update(username="Other")
    with pytest.raises(RuntimeError, match=r"'office' .*'OFFICE'"):
        migration.normalize(apps, None)
    cast.other.refresh_from_db()
    assert cast.other.username == "Other"
    assert not Event.objects.filter(actor="命令行").exists()


# --- a unit's successor -----------------------------------------------------------------


@pytest.fixture
def on_the_day(time_machine) -> None:
    """Be on the day of the successions: one dated later waits."""
    time_machine.move_to("2030-05-01T09:00:00+08:00")


def succeed(client: Client, unit: Unit, **fields: object):
    form = {"on": "2030-05-01", "reason": "机构改革方案", "moves_accounts": "on", **fields}
    return client.post(f"/units/{unit.pk}/succeed/", form)


def test_a_renamed_unit_goes_on_with_its_work_and_its_accounts(cast, as_user, on_the_day):
    first = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(first, cast.reporter, "更名前报送的内容")
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office)
    draft = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    actions.save_contribution(
        contribution=draft, version=1, report=Report("草稿"), by=cast.reporter
    )
    actions.request_extension(
        period=cast.period, until=date(2030, 7, 9), reason="核实", by=cast.reporter
    )
    assert succeed(as_user(cast.administrator), cast.units[0], name="新单位").status_code == 302
    new, old = Unit.objects.get(name="新单位"), Unit.objects.get(pk=cast.units[0].pk)
    assert (old.successor, old.superseded_on) == (new, date(2030, 5, 1))
    parts = Contribution.objects.filter(unit__in=(new, old))
    assert sorted(parts.values_list("unit__name", "state", "text")) == [
        ("单位1", "approved", "更名前报送的内容"),
        ("新单位", "draft", "草稿"),
    ]
    assert [each.unit for each in cast.items[0].responsibilities.all()] == [new]
    assert Extension.objects.get().unit == new
    assert (
        "草稿"
        in as_user(User.objects.get(pk=cast.reporter.pk))
        .get(f"/contributions/{draft.pk}/")
        .content.decode()
    )
    assert Event.objects.get(verb="succeed").reason == "机构改革方案"
    page = as_user(cast.office).get("/units/").content.decode()
    assert "2030年5月1日起由新单位承接" in page


def test_a_merger_leaves_one_part_an_item_and_loses_no_text(cast, as_user, on_the_day):
    """单位2 goes into 单位1: both lead item (2), and both have written."""
    mine = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    theirs = builders.contribution_of(cast.period, cast.items[1], cast.units[1])
    builders.submit(mine, cast.reporter, "单位1的内容")
    builders.submit(theirs, cast.co_lead, "单位2的内容")
    succeed(as_user(cast.administrator), cast.units[1], successor=cast.units[0].pk)
    parts = Contribution.objects.filter(entry__item=cast.items[1])
    assert sorted(parts.values_list("unit__name", "duty", "text")) == [
        ("单位1", "lead", "单位1的内容"),
        ("单位2", "supporting", "单位2的内容"),
    ]
    duties = Item.objects.get(pk=cast.items[1].pk).responsibilities.filter(duty="lead")
    assert [each.unit.name for each in duties] == ["单位1"]


def test_a_lead_that_goes_into_a_supporting_unit_leaves_it_the_lead(cast, as_user, on_the_day):
    succeed(as_user(cast.administrator), cast.units[1], successor=cast.units[3].pk)
    owed = Contribution.objects.owed().filter(entry__item=cast.items[1])
    assert sorted(owed.values_list("unit__name", "order")) == [("单位1", 1), ("单位4", 2)]
    duties = cast.items[1].responsibilities.order_by("duty", "order")
    assert [(each.unit.name, each.duty) for each in duties] == [
        ("单位1", "lead"),
        ("单位4", "lead"),
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "二者填一项"),
        ({"name": "单位2"}, "已有名为“单位2”的单位"),
        ({"name": "新单位", "reason": ""}, "请填写内容后再提交"),
        ({"name": "新单位", "on": "明天"}, "请填写日期"),
    ],
)
def test_a_wrong_succession_is_named_and_moves_nothing(cast, as_user, on_the_day, fields, message):
    html = succeed(as_user(cast.administrator), cast.units[0], **fields).content.decode()
    assert message in html
    assert Unit.objects.get(pk=cast.units[0].pk).successor is None
    assert not Unit.objects.filter(name="新单位").exists()


def test_a_unit_is_succeeded_once_and_not_by_one_that_is_gone(cast, as_user, on_the_day):
    client = as_user(cast.administrator)
    succeed(client, cast.units[0], successor=cast.units[2].pk)
    assert "已由单位3承接" in succeed(client, cast.units[0], name="又一个").content.decode()
    with pytest.raises(actions.Refused, match="已撤并"):
        actions.succeed_unit(
            unit=cast.units[1],
            on=date(2030, 5, 1),
            successor=Unit.objects.get(pk=cast.units[0].pk),
            reason="再并",
            by=cast.administrator,
        )


@pytest.mark.parametrize("role", ["office", "leader", "auditor", "reporter", "stranger"])
def test_only_the_administrator_makes_accounts_and_moves_units(cast, role):
    by = getattr(cast, role)
    new = actions.NewAccount("zhang", "张三", unit=cast.units[0])
    for act in (
        lambda: actions.create_accounts(accounts=[new], by=by),
        lambda: actions.reset_password(account=cast.colleague, by=by),
        lambda: actions.deactivate_account(account=cast.colleague, reason="调离", by=by),
        lambda: actions.succeed_unit(
            unit=cast.units[0], on=date(2030, 5, 1), name="新单位", reason="更名", by=by
        ),
    ):
        with pytest.raises(actions.Refused):
            act()
