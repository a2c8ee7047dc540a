"""A unit writes, submits and withdraws; the office returns and judges: through the pages."""

import pytest

from targets import actions
from targets.models import Contribution, Entry, Event, Report, Status, User
from tests import builders


def form_of(contribution: Contribution, **fields: object) -> dict:
    return {"version": contribution.version, "text": "已开工。", "then": "save", **fields}


@pytest.fixture
def mine(cast):
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


@pytest.fixture
def shared(cast):
    return builders.contribution_of(cast.period, cast.items[1], cast.units[0])


def test_opening_a_period_makes_an_entry_an_item_and_a_contribution_a_lead(cast):
    assert Entry.objects.filter(period=cast.period).count() == 3
    owed = Contribution.objects.filter(entry__period=cast.period)
    assert sorted(owed.values_list("entry__item__number", "unit__name")) == [
        (1, "单位1"),
        (2, "单位1"),
        (2, "单位2"),
        (3, "单位3"),
    ]
    assert set(owed.values_list("state", flat=True)) == {"not_started"}


def test_save_keeps_paragraphs_and_names_the_account(cast, as_user, mine):
    text = "1、已开工。\r\n2. 完成投资3亿元，增长—91.2%。"
    answer = as_user(cast.reporter).post(mine.get_absolute_url(), form_of(mine, text=text))
    assert answer.status_code == 302
    mine.refresh_from_db()
    assert mine.text == "1、已开工。\n2. 完成投资3亿元，增长—91.2%。"
    assert (mine.state, mine.saved_by) == ("draft", cast.reporter)
    event = Event.objects.filter(verb="save").get()
    assert (event.actor, event.unit_id, event.item_id) == (
        "reporter",
        mine.unit_id,
        cast.items[0].pk,
    )
    assert "已开工" not in str(event.new), "the trail must not hold a draft's words"


def test_submit_then_withdraw_then_submit_again(cast, as_user, mine):
    client = as_user(cast.reporter)
    client.post(mine.get_absolute_url(), form_of(mine, then="submit"))
    mine.refresh_from_db()
    assert (mine.state, mine.submitted_by) == ("submitted", cast.reporter)
    client.post(f"/contributions/{mine.pk}/withdraw/", {"version": mine.version})
    mine.refresh_from_db()
    assert (mine.state, mine.submitted_at) == ("draft", None)
    client.post(mine.get_absolute_url(), form_of(mine, text="已完工。", then="submit"))
    mine.refresh_from_db()
    assert (mine.state, mine.text) == ("submitted", "已完工。")


def test_the_same_submission_arriving_twice_is_one(cast, as_user, mine):
    client = as_user(cast.reporter)
    form = form_of(mine, then="submit")
    for _ in range(2):
        assert client.post(mine.get_absolute_url(), form).status_code == 302
    assert Event.objects.filter(verb="submit", subject_id=mine.pk).count() == 1


def test_second_of_two_accounts_is_told_and_sees_both_texts(cast, as_user, shared):
    form = form_of(shared)
    as_user(cast.reporter).post(shared.get_absolute_url(), {**form, "text": "甲写的内容"})
    client = as_user(cast.colleague)
    page = client.post(shared.get_absolute_url(), {**form, "text": "乙写的内容"})
    assert page.status_code == 200
    html = page.content.decode()
    assert "已被他人修改" in html
    assert "甲写的内容" in html
    assert "乙写的内容" in html
    shared.refresh_from_db()
    assert shared.text == "甲写的内容"
    merged = {**form, "version": shared.version, "text": "甲写的内容\n乙写的内容"}
    assert f'name="version" value="{shared.version}"' in html
    assert client.post(shared.get_absolute_url(), merged).status_code == 302
    shared.refresh_from_db()
    assert shared.text == "甲写的内容\n乙写的内容"


def test_return_shows_the_reason_and_the_next_save_makes_a_draft(cast, as_user, mine):
    mine = builders.submit(mine, cast.reporter)
    office = as_user(cast.office)
    office.post(
        f"/contributions/{mine.pk}/return/", {"version": mine.version, "reason": "请补充投资额"}
    )
    mine.refresh_from_db()
    assert (mine.state, mine.return_reason) == ("returned", "请补充投资额")
    client = as_user(cast.reporter)
    assert "请补充投资额" in client.get("/my-items/").content.decode()
    assert "请补充投资额" in client.get(mine.get_absolute_url()).content.decode()
    client.post(mine.get_absolute_url(), form_of(mine, text="投资3亿元。"))
    mine.refresh_from_db()
    assert mine.state == "draft"


def test_return_without_a_reason_is_refused(cast, as_user, mine):
    mine = builders.submit(mine, cast.reporter)
    page = as_user(cast.office).post(
        f"/contributions/{mine.pk}/return/", {"version": mine.version, "reason": "  "}
    )
    assert "请填写内容后再提交" in page.content.decode()
    mine.refresh_from_db()
    assert mine.state == "submitted"


def test_office_approves_with_status_and_its_own_wording(cast, as_user, mine):
    mine = builders.submit(mine, cast.reporter, "原文")
    entry = builders.entry_of(cast.period, cast.items[0])
    page = as_user(cast.office).get(f"/entries/{entry.pk}/review/")
    assert ">原文</textarea>" in page.content.decode().replace("\n", "")
    answer = as_user(cast.office).post(
        f"/entries/{entry.pk}/approve/",
        {"version": entry.version, "status": cast.completed.pk, "approved_text": "核定文字"},
    )
    assert answer.status_code == 302
    entry.refresh_from_db()
    mine.refresh_from_db()
    assert (entry.status, entry.approved_text) == (cast.completed, "核定文字")
    assert (entry.approved_by, mine.state, mine.text) == (cast.office, "approved", "原文")


def test_approval_without_all_leads_needs_a_reason(cast, as_user, shared):
    builders.submit(shared, cast.reporter)
    entry = builders.entry_of(cast.period, cast.items[1])
    form = {
        "version": entry.version,
        "status": cast.in_progress.pk,
        "approved_text": "核定文字",
    }
    url = f"/entries/{entry.pk}/approve/"
    page = as_user(cast.office).post(url, form)
    assert "单位2尚未报送" in page.content.decode()
    assert "核定文字" in page.content.decode(), "what was typed is shown again"
    entry.refresh_from_db()
    assert entry.status is None
    answer = as_user(cast.office).post(url, {**form, "reason": "单位2本季度无进展"})
    assert answer.status_code == 302
    entry.refresh_from_db()
    assert entry.status == cast.in_progress
    assert Event.objects.filter(verb="approve").get().reason == "单位2本季度无进展"


def test_office_does_not_approve_what_it_was_not_shown(cast, as_user, mine):
    mine = builders.submit(mine, cast.reporter, "第一稿")
    shown = builders.entry_of(cast.period, cast.items[0])
    mine = actions.withdraw_contribution(contribution=mine, version=mine.version, by=cast.reporter)
    builders.submit(mine, cast.reporter, "第二稿")
    page = as_user(cast.office).post(
        f"/entries/{shown.pk}/approve/",
        {
            "version": shown.version,
            "status": cast.completed.pk,
            "approved_text": "据第一稿核定",
        },
    )
    html = page.content.decode()
    assert "有了新的变化" in html
    assert "第二稿" in html
    assert "据第一稿核定" in html
    shown.refresh_from_db()
    assert shown.status is None


def test_second_approval_does_not_slip_through(cast, mine):
    builders.submit(mine, cast.reporter)
    entry = builders.entry_of(cast.period, cast.items[0])
    facts = {
        "version": entry.version,
        "status": cast.completed,
        "approved_text": "甲",
        "by": cast.office,
    }
    actions.approve_entry(entry=entry, **facts)
    with pytest.raises(actions.Stale):
        actions.approve_entry(entry=entry, **{**facts, "approved_text": "乙"})
    entry.refresh_from_db()
    assert entry.approved_text == "甲"


def test_reopening_keeps_what_was_approved_until_it_is_approved_again(cast, as_user, mine):
    builders.submit(mine, cast.reporter)
    entry = builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office, "已完成")
    as_user(cast.office).post(
        f"/entries/{entry.pk}/reopen/",
        {"version": entry.version, "units": [cast.units[0].pk], "reason": "数据有误"},
    )
    mine.refresh_from_db()
    assert (mine.state, mine.return_reason) == ("returned", "数据有误")
    builders.submit(mine, cast.reporter, "改正后的内容")
    entry.refresh_from_db()
    assert (entry.status, entry.approved_text) == (cast.completed, "核定的表述。")
    assert entry.in_rereview
    assert "重新审核中" in as_user(cast.leader).get("/items/").content.decode()
    entry = builders.approve(entry, cast.office, "正在推进", "改正后的表述")
    assert not entry.in_rereview
    assert entry.approved_text == "改正后的表述"


def test_reopened_with_no_unit_to_write_again_it_is_judged_without_excuses(cast, as_user, mine):
    builders.submit(mine, cast.reporter)
    entry = builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office)
    client = as_user(cast.office)
    client.post(f"/entries/{entry.pk}/reopen/", {"version": entry.version, "reason": "改判"})
    entry.refresh_from_db()
    answer = client.post(
        f"/entries/{entry.pk}/approve/",
        {"version": entry.version, "status": cast.completed.pk, "approved_text": "改判的表述"},
    )
    assert answer.status_code == 302, "the unit has reported, so nothing is to be explained"
    entry.refresh_from_db()
    assert (entry.status, entry.in_rereview) == (cast.completed, False)


def test_published_entry_can_be_judged_anew_without_contributions(real_plan, as_user):
    office = User.objects.get(username="office")
    entry = Entry.objects.with_item().get(period__number=1, item__goal__number=1, item__number=1)
    actions.reopen_period(period=entry.period, reason="更正", by=office)
    client = as_user(office)
    client.post(f"/entries/{entry.pk}/reopen/", {"version": entry.version, "reason": "改判"})
    entry.refresh_from_db()
    assert entry.in_rereview
    completed = Status.objects.get(name="已完成")
    client.post(
        f"/entries/{entry.pk}/approve/",
        {
            "version": entry.version,
            "status": completed.pk,
            "approved_text": entry.approved_text,
            "reason": "依据补充材料",
            "is_forwarded": "keep",  # the second quarter has opened meanwhile
        },
    )
    entry.refresh_from_db()
    assert entry.status == completed
    assert not entry.in_rereview


def test_a_supporting_unit_may_add_its_part_and_blocks_nothing(cast, as_user, shared):
    entry = builders.entry_of(cast.period, cast.items[1])
    client = as_user(cast.supporter)
    assert "贵单位配合的事项" in client.get("/my-items/").content.decode()
    client.post(f"/entries/{entry.pk}/contribute/")
    added = builders.contribution_of(cast.period, cast.items[1], cast.units[3])
    assert added.duty == "supporting"
    builders.submit(shared, cast.reporter)
    builders.submit(
        builders.contribution_of(cast.period, cast.items[1], cast.units[1]), cast.co_lead
    )
    entry.refresh_from_db()
    answer = as_user(cast.office).post(
        f"/entries/{entry.pk}/approve/",
        {"version": entry.version, "status": cast.completed.pk, "approved_text": "甲"},
    )
    assert answer.status_code == 302


def test_first_leads_consolidated_text_is_proposed(cast, shared):
    actions.submit_contribution(
        contribution=shared,
        version=shared.version,
        report=Report("本单位部分", consolidated_text="合成的一稿"),
        by=cast.reporter,
    )
    second = builders.contribution_of(cast.period, cast.items[1], cast.units[1])
    with pytest.raises(actions.Refused, match="第一牵头单位"):
        actions.submit_contribution(
            contribution=second,
            version=second.version,
            report=Report("另一部分", consolidated_text="越权"),
            by=cast.co_lead,
        )
    entry = builders.entry_of(cast.period, cast.items[1])
    assert actions.proposed_text(entry.contributions.all()) == "合成的一稿"


def test_without_a_consolidated_text_the_parts_are_proposed_in_lead_order(cast, shared):
    second = builders.contribution_of(cast.period, cast.items[1], cast.units[1])
    builders.submit(second, cast.co_lead, "1、乙")
    builders.submit(shared, cast.reporter, "1、甲")
    entry = builders.entry_of(cast.period, cast.items[1])
    assert actions.proposed_text(entry.contributions.all()) == "1、甲\n1、乙"
