"""完成状态 comes in where the office asks for it: proposed for the review, or approved."""

import pytest

from targets import actions
from targets.choices import ContributionState
from targets.models import Entry, Event, Period, Plan, Report, Status, User
from tests import builders
from tests import importing_files as files
from tests.importing_files import choose, confirm, counts, upload

GOAL = "稳步实施重点改革"
HEADS = ("序号", "目标名称", "工作标准", "一季度完成情况", "牵头单位", "完成状态")
ROWS = (
    (1, GOAL, "（1）完成第1件实事。", "已完工。", "单位1", "已完成"),
    (
        1,
        GOAL,
        "（2）完成第2件实事。",
        "第2件实事由两家合写，已经完成全年任务的一半以上。",
        "单位1、单位2",
        "正在推进",
    ),
    (1, GOAL, "（3）完成第3件实事。", "已开工。", "单位3", "正在 推进"),
)


@pytest.fixture
def office(cast, as_user):
    return as_user(cast.office)


def offered(office, cast, *rows, verdicts: str = ""):
    data = files.annex(*(rows or ROWS), heads=HEADS)
    page = upload(office, data, "progress", period=cast.period.pk)
    return choose(office, page, verdicts=verdicts) if verdicts else page


def statuses_of(period) -> list[tuple[str, str]]:
    entries = Entry.objects.filter(period=period).order_by("item__goal__number", "item__number")
    return [(each.status.name if each.status else "", each.approved_text) for each in entries]


def test_without_being_asked_for_a_verdict_is_only_looked_at(cast, office):
    page = offered(office, cast)
    assert "文件中的完成状态" in page.content.decode()
    assert "完成状态“已完成”与系统中的“未核定”不同，没有导入" in page.content.decode()
    confirm(office, page)
    assert statuses_of(cast.period) == [("", "")] * 3
    assert not Entry.objects.exclude(proposed_status=None).exists()


def test_a_quarter_comes_in_whole_with_one_yes_and_goes_out_as_one(cast, office):
    page = offered(office, cast, verdicts="approve")
    assert counts(page) == {"new": 3, "changed": 0, "conflict": 0, "unchanged": 0, "problems": 0}
    confirm(office, page)
    assert statuses_of(cast.period) == [
        ("已完成", "已完工。"),
        ("正在推进", "第2件实事由两家合写，已经完成全年任务的一半以上。"),
        ("正在推进", "已开工。"),
    ]
    event = Event.objects.filter(verb="approve").first()
    assert event.reason == "导入文件：附表.xlsx"
    assert event.by == cast.office
    again = offered(office, cast, verdicts="approve")
    assert counts(again)["unchanged"] == 3
    imported = Event.objects.filter(verb="import").get().subject_id
    office.post(f"/imports/{imported}/undo/")
    assert statuses_of(cast.period) == [("", "")] * 3


def test_the_real_118_come_in_with_36_and_82(real_plan, as_user):
    """The first quarter of another year, out of one file, with one yes."""
    client = as_user(User.objects.get(username="office"))
    office = User.objects.get(username="office")
    old = Entry.objects.filter(period__number=1, period__plan__year=2020).with_item()
    rows = [
        (
            each.item.goal.number,
            each.item.goal.name,
            f"（{each.item.number}）{each.item.standard}" if each.item.is_numbered
            else each.item.standard,
            each.approved_text,
            "、".join(
                each.item.responsibilities.filter(duty="lead").values_list("unit__name", flat=True)
            ),
            each.status.name,
        )
        for each in old.order_by("item__goal__number", "item__number")
    ]  # fmt: skip
    data = files.annex(*rows, heads=HEADS)
    confirm(client, upload(client, data, "plan", year=2019))
    period = builders.open_quarter(Plan.objects.get(year=2019), office)
    page = choose(client, upload(client, data, "progress", period=period.pk), verdicts="approve")
    assert counts(page) == {"new": 118, "changed": 0, "conflict": 0, "unchanged": 0, "problems": 0}
    confirm(client, page)
    done = Entry.objects.filter(period=period)
    assert done.filter(status__is_completed=True).count() == 36
    assert done.filter(status__is_completed=False).count() == 82


def test_a_proposal_waits_on_the_review_desk(cast, office):
    page = offered(office, cast, verdicts="propose")
    confirm(office, page)
    entry = builders.entry_of(cast.period, cast.items[0])
    assert (entry.is_judged, entry.proposed_status.name) == (False, "已完成")
    html = office.get(f"/entries/{entry.pk}/review/").content.decode()
    assert "导入的文件建议“已完成”" in html
    status = Status.objects.get(name="已完成", district=cast.district)
    assert f'value="{status.pk}"' in html
    form = {"version": entry.version, "status": status.pk, "approved_text": "已完工。"}
    office.post(f"/entries/{entry.pk}/approve/", form)
    entry = builders.entry_of(cast.period, cast.items[0])
    assert (entry.status, entry.proposed_status) == (status, None)


def test_an_unknown_verdict_is_a_problem_where_verdicts_are_wanted(cast, office):
    row = (*ROWS[0][:5], "基本完成")
    assert offered(office, cast, row).context["preview"].is_understood
    preview = offered(office, cast, row, verdicts="approve").context["preview"]
    assert [(each.place.column, each.found, each.expected) for each in preview.problems] == [
        ("F", "基本完成", "已完成、正在推进")
    ]


def test_a_verdict_without_a_text_is_a_problem(cast, office):
    row = (*ROWS[0][:3], None, *ROWS[0][4:])
    preview = offered(office, cast, row, verdicts="approve").context["preview"]
    assert [each.place.column for each in preview.problems] == ["D"]


def test_another_verdict_than_the_one_here_is_chosen_between(cast, office):
    confirm(office, offered(office, cast, verdicts="approve"))
    row = (*ROWS[0][:5], "正在推进")
    page = offered(office, cast, row, verdicts="approve")
    assert counts(page)["conflict"] == 1
    page = choose(office, page, verdicts="approve", **{"text:1(1)": "file"})
    confirm(office, page)
    assert statuses_of(cast.period)[0] == ("正在推进", "已完工。")
    verbs = Event.objects.filter(item=cast.items[0]).values_list("verb", flat=True)
    assert [each for each in verbs if each in ("reopen", "approve")][-2:] == ["reopen", "approve"]


def test_the_joint_text_of_several_leads_is_approved_in_bulk_with_one_reason(cast, office):
    confirm(office, offered(office, cast, verdicts="propose"))
    first = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    assert first.consolidated_text == "第2件实事由两家合写，已经完成全年任务的一半以上。"
    assert first.state == ContributionState.SUBMITTED
    entry = builders.entry_of(cast.period, cast.items[1])
    page = office.get(f"/review/approve/?period={cast.period.code}")
    html = page.content.decode()
    assert "单位2尚未报送" in html
    ticked = {
        "entry": [entry.pk],
        f"{entry.pk}-version": entry.version,
        f"{entry.pk}-status": entry.proposed_status_id,
    }
    address = f"/review/approve/?period={cast.period.code}"
    refused = office.post(address, ticked, follow=True).content.decode()
    assert "请填写原因" in refused
    office.post(address, {**ticked, "reason": "附表为汇总稿"})
    entry = builders.entry_of(cast.period, cast.items[1])
    assert (entry.status.name, entry.approved_text) == (
        "正在推进",
        "第2件实事由两家合写，已经完成全年任务的一半以上。",
    )


def test_undoing_an_approval_lets_what_was_handed_in_wait_again(cast, office):
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    actions.submit_contribution(
        contribution=part, version=part.version, report=Report("单位写的。"), by=cast.reporter
    )
    confirm(office, offered(office, cast, ROWS[0], verdicts="approve"))
    part.refresh_from_db()
    assert part.state == ContributionState.APPROVED
    office.post(f"/imports/{Event.objects.filter(verb='import').get().subject_id}/undo/")
    part.refresh_from_db()
    assert (part.state, part.text) == (ContributionState.SUBMITTED, "单位写的。")


def test_a_later_quarter_that_carries_on_keeps_the_import(cast, office):
    confirm(office, offered(office, cast, verdicts="approve"))
    actions.close_period(period=Period.objects.get(pk=cast.period.pk), by=cast.office)
    builders.open_quarter(cast.plan, cast.office, number=2)
    actions.reopen_period(
        period=Period.objects.get(pk=cast.period.pk), reason="更正", by=cast.office
    )
    imported = Event.objects.filter(verb="import").get().subject_id
    html = office.post(f"/imports/{imported}/undo/").content.decode()
    assert "后面的季度已沿用" in html
    assert statuses_of(cast.period)[0] == ("已完成", "已完工。")
