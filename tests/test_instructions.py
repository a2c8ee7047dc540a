"""A leader's instruction: given, followed up, done; the item's units see it, others do not."""

from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from targets import actions
from targets.models import Event, Instruction, InstructionFile, Item, Unit
from tests import builders
from tracker.snapshots import kind, read_contents

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def given(cast, as_user):
    """Item (2), led by 单位1 and 单位2 and supported by 单位4, with an instruction."""
    as_user(cast.leader).post(f"/items/{cast.items[1].pk}/instruct/", {"text": "请于月底前开工。"})
    return Instruction.objects.get()


def follow_up(cast, as_user, instruction, due_on="2030-07-31"):
    as_user(cast.office).post(
        f"/instructions/{instruction.pk}/follow-up/",
        {"follow_up": "单位1牵头，报送开工证明。", "due_on": due_on},
    )
    instruction.refresh_from_db()
    return instruction


def test_only_a_leader_gives_an_instruction(cast, as_user):
    url = f"/items/{cast.items[0].pk}/instruct/"
    for user in (cast.office, cast.reporter, cast.auditor, cast.administrator):
        assert as_user(user).post(url, {"text": "请抓紧。"}).status_code == 403
    assert as_user(cast.leader).post(url, {"text": "请抓紧。"}).status_code == 302
    assert [(each.text, each.given_by) for each in Instruction.objects.all()] == [
        ("请抓紧。", cast.leader)
    ]
    assert Event.objects.get(verb="instruct").item_id == cast.items[0].pk


def test_an_empty_or_overlong_instruction_is_shown_again_and_changes_nothing(cast, as_user):
    url = f"/items/{cast.items[0].pk}/instruct/"
    page = as_user(cast.leader).post(url, {"text": "长" * 501}).content.decode()
    assert "最多500字，现有501字" in page
    assert "长" * 501 in page
    assert "请填写内容" in as_user(cast.leader).post(url, {"text": " "}).content.decode()
    assert not Instruction.objects.exists()


def test_the_items_units_see_it_and_others_do_not(cast, as_user, given):
    url = cast.items[1].get_absolute_url()
    for user in (cast.leader, cast.office, cast.reporter, cast.co_lead, cast.supporter):
        assert given.text in as_user(user).get(url).content.decode()
        assert given.text in as_user(user).get("/instructions/").content.decode()
    for user in (cast.other, cast.auditor, cast.administrator):
        assert given.text not in as_user(user).get(url).content.decode()
    assert given.text not in as_user(cast.other).get("/instructions/").content.decode()
    assert given.text not in as_user(cast.stranger).get("/instructions/").content.decode()
    assert given.text in as_user(cast.reporter).get("/my-items/").content.decode()
    assert given.text not in as_user(cast.other).get("/my-items/").content.decode()


def test_the_office_turns_it_into_a_follow_up_and_closes_it(cast, as_user, given):
    office = as_user(cast.office)
    refused = office.post(f"/instructions/{given.pk}/finish/", {"outcome": "已开工。"})
    assert "尚未转办" in refused.content.decode()
    given = follow_up(cast, as_user, given)
    assert (given.follow_up, given.due_on) == ("单位1牵头，报送开工证明。", date(2030, 7, 31))
    page = as_user(cast.co_lead).get("/my-items/").content.decode()
    assert "7月31日前落实" in page
    office.post(f"/instructions/{given.pk}/finish/", {"outcome": "已于7月20日开工。"})
    given.refresh_from_db()
    assert (given.outcome, given.done_by) == ("已于7月20日开工。", cast.office)
    assert (
        "已于7月20日开工。"
        in as_user(cast.leader).get(cast.items[1].get_absolute_url()).content.decode()
    )
    assert given.text not in as_user(cast.reporter).get("/my-items/").content.decode()
    assert [each.verb for each in Event.objects.filter(subject="instruction").order_by("pk")] == [
        "instruct",
        "follow_up",
        "complete",
    ]


def test_what_is_done_stays_as_it_is(cast, as_user, given):
    given = follow_up(cast, as_user, given)
    office = as_user(cast.office)
    office.post(f"/instructions/{given.pk}/finish/", {"outcome": "已开工。"})
    page = office.post(f"/instructions/{given.pk}/finish/", {"outcome": "改写。"})
    assert "已办结，不能再修改" in page.content.decode()
    page = office.post(
        f"/instructions/{given.pk}/follow-up/", {"follow_up": "改写。", "due_on": "2030-08-31"}
    )
    assert "已办结，不能再修改" in page.content.decode()
    given.refresh_from_db()
    assert (given.outcome, given.due_on) == ("已开工。", date(2030, 7, 31))


@pytest.mark.parametrize(("day", "late"), [("2030-07-31", False), ("2030-08-01", True)])
def test_a_follow_up_is_overdue_after_its_day(cast, as_user, given, day, late):
    with time_machine.travel(f"{day}T03:00:00+08:00", tick=False):
        follow_up(cast, as_user, given)
        page = as_user(cast.leader).get("/instructions/?kind=overdue").content.decode()
        assert (given.text in page) is late


def test_another_districts_instruction_does_not_exist(cast, as_user, given):
    office = as_user(cast.stranger)
    for move in ("follow-up", "finish"):
        assert office.get(f"/instructions/{given.pk}/{move}/").status_code == 404


def test_the_list_takes_the_same_statements_for_many(
    cast, as_user, given, django_assert_max_num_queries
):
    builders.paper_instruction(cast.items[0], cast.office, scan=PDF)
    Instruction.objects.bulk_create(
        Instruction(
            district=cast.district,
            item=cast.items[0],
            text=f"批示{number}",
            given_by=cast.leader,
        )
        for number in range(50)
    )
    browser = as_user(cast.leader)
    browser.get("/instructions/")
    with django_assert_max_num_queries(6):
        assert "批示49" in browser.get("/instructions/").content.decode()


PAPER = {
    "giver": "区委书记",
    "given_on": "2026-03-02",
    "text": "请研究提出意见。",
    "items": "",
    "units": "",
}


def register(browser, **fields):
    return browser.post("/instructions/register/", {**PAPER, **fields})


def test_the_office_registers_what_was_written_on_paper_with_its_scan(cast, as_user):
    office = as_user(cast.office)
    scan = SimpleUploadedFile("批示件.pdf", PDF)
    # 1（1） with full-width brackets, and one of the office's other names for the same item.
    answer = register(office, items="１（１）、1(2)", units="单位4", scan=scan)
    assert answer.url == "/instructions/"
    made = list(Instruction.objects.order_by("pk"))
    assert [each.addressee for each in made] == [cast.items[0], cast.items[1], cast.units[3]]
    assert {(each.giver, each.given_on, each.given_by) for each in made} == {
        ("区委书记", date(2026, 3, 2), cast.office)
    }
    assert len({each.file.name for each in InstructionFile.objects.all()}) == 1
    event = Event.objects.filter(verb="instruct").first()
    assert (event.unit, event.new["giver"], event.new["file"]) == (
        cast.units[3],
        "区委书记",
        "批示件.pdf",
    )
    page = as_user(cast.leader).get(cast.items[0].get_absolute_url()).content.decode()
    assert "区委书记，2026年3月2日（纸质批示，office" in page
    assert "批示件.pdf" in page


def test_who_may_read_it_may_take_the_scan_and_is_in_the_trail(cast, as_user):
    file = builders.paper_instruction(cast.units[3], cast.office, scan=PDF).files.get()
    url = f"/instructions/files/{file.pk}/"
    for user in (cast.other, cast.reporter, cast.auditor, cast.administrator, cast.stranger):
        assert as_user(user).get(url).status_code == 404
    for user in (cast.supporter, cast.leader, cast.office):
        answer = as_user(user).get(url)
        assert b"".join(answer.streaming_content) == PDF
        assert answer["Content-Disposition"].startswith("attachment")
        event = Event.objects.first()
        assert (event.verb, event.by, event.new["name"]) == ("export", user, "批示件.pdf")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "请填写事项编号或单位"),
        ({"items": "9(9)"}, "没有事项“9(9)”"),
        ({"items": "1(1)", "giver": " "}, "请填写批示领导的职务或姓名"),
        ({"items": "1(1)", "given_on": "2999-01-01"}, "批示日期还没有到"),
        ({"items": "1(1)", "due_on": "2026-05-01"}, "督办要求和落实期限请一并填写"),
        ({"items": "1(1)", "follow_up": "请办理"}, "督办要求和落实期限请一并填写"),
        ({"units": "没有的局"}, "单位名册中没有“没有的局”"),
        (
            {"items": "1(1)", "scan": SimpleUploadedFile("批示.pdf", b"MZ\x90\0")},
            "内容与扩展名不符",
        ),
    ],
)
def test_what_cannot_be_registered_is_shown_again_and_changes_nothing(cast, as_user, fields, words):
    before = Event.objects.count()
    page = register(as_user(cast.office), **fields).content.decode()
    assert words in page
    assert ("扫描件需要重新选择" in page) == ("scan" in fields)
    assert PAPER["text"] in page
    assert not Instruction.objects.exists()
    assert Event.objects.count() == before + 1  # the login


def test_of_a_unit_that_is_gone_its_successor_is_named(cast, as_user):
    actions.succeed_unit(
        unit=cast.units[3],
        on=timezone.localdate(),
        successor=cast.units[1],
        reason="合并",
        by=cast.administrator,
    )
    page = register(as_user(cast.office), units="单位4\n没有的局").content.decode()
    assert "单位4已由单位2承接，请改填单位2。" in page
    assert "单位名册中没有“没有的局”" in page
    assert not Instruction.objects.exists()


def test_a_backup_accounts_for_the_scans(cast):
    file = builders.paper_instruction(cast.units[3], cast.office, scan=PDF).files.get()

    def ask(statement: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    assert read_contents(ask, kind()).files == {file.file.name: file.sha256}


def test_one_to_a_unit_is_seen_by_that_unit_alone_of_the_units(cast, as_user):
    given = builders.paper_instruction(cast.units[3], cast.office)
    of_unit = reverse("reports:unit", args=[cast.units[3].pk])
    for user in (cast.supporter, cast.office, cast.leader):
        assert given.text in as_user(user).get("/instructions/").content.decode()
        assert given.text in as_user(user).get(given.get_absolute_url()).content.decode()
    assert given.text in as_user(cast.supporter).get("/my-items/").content.decode()
    assert given.text in as_user(cast.leader).get(of_unit).content.decode()
    for user in (cast.reporter, cast.other, cast.stranger):
        assert given.text not in as_user(user).get("/instructions/").content.decode()
        assert as_user(user).get(given.get_absolute_url()).status_code == 404


def test_a_new_one_is_counted_on_the_offices_first_page_and_in_its_menu(cast, as_user, given):
    builders.paper_instruction(cast.units[3], cast.office)
    late = {"follow_up": "请办理。", "due_on": date(2026, 3, 1)}
    builders.paper_instruction(cast.units[0], cast.office, **late)
    page = as_user(cast.office).get("/board/").content.decode()
    assert "新批示2件待转办" in page
    assert "/instructions/?kind=new" in page
    listed = as_user(cast.office).get("/instructions/?kind=new").content.decode()
    assert listed.count("<article") == 2
    assert "件批示：1件逾期，2件待转办" in page
    mine = as_user(cast.reporter).get("/my-items/").content.decode()
    assert "件批示：1件逾期" in mine
    assert "件批示：1件逾期" not in as_user(cast.other).get("/my-items/").content.decode()


def test_a_leaders_paper_is_among_his_own(cast, as_user):
    builders.paper_instruction(cast.items[0], cast.office, leader=cast.leader, text="他写的。")
    builders.paper_instruction(cast.items[0], cast.office, text="别人写的。")
    page = as_user(cast.leader).get("/instructions/").content.decode()
    assert page.index("他写的。") < page.index("别人写的。")
    answer = register(as_user(cast.office), items="1(1)", leader=cast.reporter.pk)
    assert "error" in answer.content.decode()


def test_the_lists_file_and_the_search_name_the_unit(cast, as_user):
    builders.paper_instruction(cast.units[3], cast.office)
    leader = as_user(cast.leader)
    rows = b"".join(leader.get("/instructions/instructions.csv")).decode("utf-8-sig")
    assert "单位4,请抓紧落实。,区长" in rows
    assert "请抓紧落实" in leader.get("/search/?q=区长").content.decode()


def test_from_an_items_page_its_number_is_filled_in(cast, as_user):
    page = as_user(cast.office).get(f"/items/{cast.items[1].pk}/").content.decode()
    link = f"/instructions/register/?item={cast.items[1].pk}"
    assert link in page
    assert "1（2）" in as_user(cast.office).get(link).content.decode()
    assert link not in as_user(cast.leader).get(f"/items/{cast.items[1].pk}/").content.decode()


def test_a_units_open_instructions_go_to_its_successor(cast, as_user):
    mine = builders.paper_instruction(cast.units[3], cast.office)
    as_user(cast.administrator).post(
        f"/units/{cast.units[3].pk}/succeed/",
        {"successor": cast.units[2].pk, "on": "2026-01-01", "reason": "合并", "name": ""},
    )
    mine.refresh_from_db()
    assert mine.unit == cast.units[2]
    assert isinstance(mine.addressee, Unit)
    assert not isinstance(mine.addressee, Item)


def test_the_same_words_posted_twice_on_a_day_are_one(cast, as_user, given):
    url = f"/items/{cast.items[1].pk}/instruct/"
    with time_machine.travel("2026-03-02T10:00:00+08:00", tick=False):
        leader = as_user(cast.leader)
        for _ in range(2):
            assert leader.post(url, {"text": "请抓紧。"}).url == cast.items[1].get_absolute_url()
    with time_machine.travel("2026-03-03T10:00:00+08:00", tick=False):
        as_user(cast.leader).post(url, {"text": "请抓紧。"})
    assert Instruction.objects.filter(text="请抓紧。").count() == 2


@pytest.mark.parametrize("named", ["9" * 30, "9" * 5000, "²", "-1", "\0"])
def test_an_item_that_nobody_has_is_no_fault(cast, as_user, named):
    answer = as_user(cast.office).get("/instructions/register/", {"item": named})
    assert answer.status_code == 200


def test_a_day_at_the_end_of_the_calendar_is_none_to_issue_a_sheet_after(cast, as_user):
    cast.district.sheet_days = [1, 7, 15]
    cast.district.save()
    last = {"follow_up": "请办理。", "due_on": date.max}
    given = builders.paper_instruction(cast.items[0], cast.office, **last)
    answer = as_user(cast.office).get(f"/instructions/{given.pk}/issue-sheet/", follow=True)
    assert "9999年12月31日起" in answer.content.decode()


def test_the_same_paper_is_registered_once_for_each(cast, as_user):
    office = as_user(cast.office)
    for _ in range(2):
        answer = register(office, items="1(1)", units="单位4")
    assert "已经登记给" in answer.content.decode()
    assert Instruction.objects.count() == 2
    register(office, items="1(2)")
    register(office, items="1(1)", given_on="2026-03-03")
    assert Instruction.objects.count() == 4


def test_on_an_item_that_has_ended_it_is_registered_only_when_that_is_chosen(cast, as_user):
    cast.items[0].outcome, cast.items[0].cancelled_reason = "cancelled", "并入其他工程"
    cast.items[0].save()
    office = as_user(cast.office)
    assert "on_ended" not in register(office, items="9（9）").content.decode()
    for items in ("1（1）", "1（1）、1（2）"):
        page = register(office, items=items).content.decode()
        assert "事项1（1）已取消，不再由单位办理，没有登记。" in page
        assert 'name="on_ended"' in page
        assert PAPER["text"] in page
        assert not Instruction.objects.exists()
    register(office, items="1（1）", on_ended="on")
    assert Instruction.objects.get().item == cast.items[0]
    shown = as_user(cast.leader).get(f"/items/{cast.items[0].pk}/instruct/").content.decode()
    assert "该事项已取消。" in shown
