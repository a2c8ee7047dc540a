"""The review queue: in order, one by one or many at once, each its own act."""

import re

import pytest

from targets import actions
from targets.models import Contribution, Entry, Event, User
from tests import builders
from tests.reading import read_page


@pytest.fixture
def reported(cast) -> list[Entry]:
    """Every lead has reported everything; 单位1 as last quarter's text would be."""
    for item, unit, user in (
        (0, 0, cast.reporter),
        (1, 0, cast.reporter),
        (1, 1, cast.co_lead),
        (2, 2, cast.other),
    ):
        builders.submit(
            builders.contribution_of(cast.period, cast.items[item], cast.units[unit]),
            user,
            f"事项{item + 1}由{cast.units[unit]}按计划组织推进。",
        )
    return [builders.entry_of(cast.period, item) for item in cast.items]


def approve_form(entry: Entry, cast, **fields: object) -> dict:
    return {
        "version": entry.version,
        "status": cast.in_progress.pk,
        "approved_text": "核定文字",
        **fields,
    }


def test_queue_lists_what_waits_and_where_to_begin(cast, as_user, reported):
    html = as_user(cast.office).get("/review/").content.decode()
    assert "3项待审核" in read_page(html).text
    assert f'href="/entries/{reported[0].pk}/review/">开始审核' in html
    assert "单位1、单位2，" in read_page(html).text, "who reported, and when"
    assert "文字过短" not in html


def test_queue_keeps_part_reported_apart(cast, as_user):
    builders.submit(
        builders.contribution_of(cast.period, cast.items[1], cast.units[0]), cast.reporter
    )
    html = as_user(cast.office).get("/review/").content.decode()
    assert "部分牵头单位已报送" in html
    assert "牵头单位均已报送" not in html


def test_review_goes_to_next_and_previous_and_on_after_approval(cast, as_user, reported):
    client = as_user(cast.office)
    html = client.get(f"/entries/{reported[1].pk}/review/").content.decode()
    assert f'rel="prev" accesskey="k" href="/entries/{reported[0].pk}/review/"' in html
    assert f'rel="next" accesskey="j" href="/entries/{reported[2].pk}/review/"' in html
    assert "待审第2项，共3项" in html
    first = client.post(f"/entries/{reported[1].pk}/approve/", approve_form(reported[1], cast))
    assert first.url == f"/entries/{reported[2].pk}/review/"
    second = client.post(f"/entries/{reported[2].pk}/approve/", approve_form(reported[2], cast))
    assert second.url == f"/entries/{reported[0].pk}/review/", "at the end, from the top again"
    last = client.post(f"/entries/{reported[0].pk}/approve/", approve_form(reported[0], cast))
    assert last.url == f"/review/?period={cast.period.code}"


def test_review_shows_last_quarter_and_what_changed_since(cast, as_user):
    builders.approve(
        builders.entry_of(cast.period, cast.items[0]), cast.office, text="完成投资3亿元。"
    )
    second = builders.open_quarter(cast.plan, cast.office, number=2)
    builders.submit(
        builders.contribution_of(second, cast.items[0], cast.units[0]),
        cast.reporter,
        "完成投资5亿元。",
    )
    entry = builders.entry_of(second, cast.items[0])
    html = as_user(cast.office).get(f"/entries/{entry.pk}/review/").content.decode()
    assert "本季度与上季度的差别" in html
    assert "<del>" in html
    assert "<ins>" in html


def test_return_all_units_with_one_reason(cast, as_user, reported):
    entry = reported[1]
    answer = as_user(cast.office).post(
        f"/entries/{entry.pk}/return/",
        {
            "version": entry.version,
            "units": [cast.units[0].pk, cast.units[1].pk],
            "reason": "请统一口径",
        },
    )
    assert answer.status_code == 302
    parts = Contribution.objects.filter(entry=entry)
    assert set(parts.values_list("state", "return_reason")) == {("returned", "请统一口径")}
    assert Event.objects.filter(verb="return", reason="请统一口径").count() == 2


def test_return_one_of_two_leaves_the_other(cast, as_user, reported):
    entry = reported[1]
    as_user(cast.office).post(
        f"/entries/{entry.pk}/return/",
        {"version": entry.version, "units": [cast.units[1].pk], "reason": "请补充"},
    )
    states = dict(Contribution.objects.filter(entry=entry).values_list("unit__name", "state"))
    assert states == {"单位1": "submitted", "单位2": "returned"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [({"reason": ""}, "请填写内容后再提交"), ({"units": []}, "请至少选择一个单位")],
)
def test_return_all_names_what_is_missing(cast, as_user, reported, fields, message):
    entry = reported[1]
    form = {
        "version": entry.version,
        "units": [cast.units[0].pk],
        "reason": "请补充",
        **fields,
    }
    html = as_user(cast.office).post(f"/entries/{entry.pk}/return/", form).content.decode()
    assert message in html
    assert not Contribution.objects.filter(state="returned").exists()


def test_a_reason_used_before_is_offered_and_can_be_chosen(cast, as_user, reported):
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    actions.return_contribution(
        contribution=mine, version=mine.version, reason="请补充投资额", by=cast.office
    )
    client = as_user(cast.office)
    page = client.get(f"/entries/{reported[2].pk}/review/").content.decode()
    assert '<option value="请补充投资额">' in page
    theirs = builders.contribution_of(cast.period, cast.items[2], cast.units[2])
    client.post(
        f"/contributions/{theirs.pk}/return/",
        {"version": theirs.version, "recent": "请补充投资额", "reason": ""},
    )
    theirs.refresh_from_db()
    assert (theirs.state, theirs.return_reason) == ("returned", "请补充投资额")


def rows(entries: list[Entry], status: int) -> dict:
    form = {"entry": [entry.pk for entry in entries]}
    for entry in entries:
        form |= {f"{entry.pk}-version": entry.version, f"{entry.pk}-status": status}
    return form


def test_approve_many_takes_the_proposed_texts(cast, as_user, reported):
    client = as_user(cast.office)
    assert (
        "事项2由单位1按计划组织推进。\n事项2由单位2按计划组织推进。"
        in client.get("/review/approve/").content.decode()
    )
    client.post("/review/approve/", rows(reported[:2], cast.completed.pk))
    for entry in reported:
        entry.refresh_from_db()
    assert [entry.status for entry in reported] == [cast.completed, cast.completed, None]
    assert reported[1].approved_text == "事项2由单位1按计划组织推进。\n事项2由单位2按计划组织推进。"
    assert Event.objects.filter(verb="approve").count() == 2


def test_approve_many_says_what_it_could_not(cast, as_user, reported):
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    mine = actions.withdraw_contribution(contribution=mine, version=mine.version, by=cast.reporter)
    builders.submit(mine, cast.reporter, "第1件实事按要求改写后重新报送的内容。")
    form = rows(reported, cast.in_progress.pk)
    form[f"{reported[2].pk}-status"] = ""
    html = as_user(cast.office).post("/review/approve/", form).content.decode()
    assert "已核定1项" in html
    assert "2项未核定。" in html
    assert "有了新的变化" in html
    assert f"请选择完成状态：{reported[2].item}" in html
    for entry in reported:
        entry.refresh_from_db()
    assert [entry.is_judged for entry in reported] == [False, True, False]


def test_one_reason_for_many_is_said_once(cast, as_user, reported):
    page = as_user(cast.office).post("/review/approve/", rows(reported, ""))
    items = "、".join(str(entry.item) for entry in reported)
    said = [str(each) for each in page.context["messages"]]
    assert said == [f"{len(reported)}项未核定。请选择完成状态：{items}。"]


def test_one_status_for_all_that_are_ticked_and_a_rows_own_goes_first(cast, as_user, reported):
    form = rows(reported, "") | {
        "status": cast.in_progress.pk,
        f"{reported[1].pk}-status": cast.completed.pk,
    }
    as_user(cast.office).post("/review/approve/", form)
    for entry in reported:
        entry.refresh_from_db()
    judged = [cast.in_progress, cast.completed, cast.in_progress]
    assert [entry.status for entry in reported] == judged


def test_a_status_that_was_chosen_is_never_dropped(cast, as_user, reported):
    form = rows(reported[:1], "") | {
        "status": cast.in_progress.pk,
        f"{reported[2].pk}-version": reported[2].version,
        f"{reported[2].pk}-status": cast.completed.pk,
    }
    html = as_user(cast.office).post("/review/approve/", form).content.decode()
    assert "已核定1项" in html
    assert "已选完成状态但没有勾选" in html
    own = re.search(rf'name="{reported[2].pk}-status".*?</select>', html, flags=re.S)[0]
    assert f'<option value="{cast.completed.pk}" selected>' in own
    assert f'name="status" value="{cast.in_progress.pk}" checked' in html


def test_all_are_ticked_without_a_script(cast, as_user, reported):
    client = as_user(cast.office)
    for url in ("/review/approve/", "/review/judge/"):
        if url == "/review/judge/":
            for entry in reported:
                builders.approve(entry, cast.office)
        page = client.get(url).content.decode()
        (link,) = re.findall(r'href="([^"]+)" data-select-all', page)
        assert page.count('" checked') == 0
        page = client.get(url + link.replace("&amp;", "&")).content.decode()
        assert len(re.findall(r'name="entry"[^>]* checked', page)) == 3


def test_what_two_leads_say_in_the_same_words_stands_once(cast):
    entry = builders.entry_of(cast.period, cast.items[1])
    for unit, by in ((cast.units[0], cast.reporter), (cast.units[1], cast.co_lead)):
        mine = builders.contribution_of(cast.period, cast.items[1], unit)
        builders.submit(mine, by, "两家共同推进，已完成过半。")
    assert actions.proposed_text(entry.contributions.all()) == "两家共同推进，已完成过半。"


def test_approve_many_without_a_tick_says_so(cast, as_user, reported):
    html = as_user(cast.office).post("/review/approve/", {}).content.decode()
    assert "请先勾选事项" in html


def test_what_a_supporting_unit_added_is_read_one_by_one(cast, as_user, reported):
    added = actions.start_contribution(entry=reported[1], by=cast.supporter)
    builders.submit(added, cast.supporter, "配合做好了有关数据的统计工作。")
    html = as_user(cast.office).get("/review/approve/").content.decode()
    assert "另有1项有提示" in html
    assert f'name="entry" value="{reported[0].pk}"' in html
    assert f'name="entry" value="{reported[1].pk}"' not in html


def test_a_text_with_a_hint_is_flagged_until_the_hint_is_put_aside(cast, as_user, reported):
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    mine = actions.withdraw_contribution(contribution=mine, version=mine.version, by=cast.reporter)
    builders.submit(mine, cast.reporter, "已开工。")
    client = as_user(cast.office)
    page = client.get(f"/entries/{reported[0].pk}/review/").content.decode()
    assert "文字过短" in page
    listed = f'name="entry" value="{reported[0].pk}"'
    for hint in re.findall(r'name="hint" value="([^"]+)"', page):
        assert listed not in client.get("/review/approve/").content.decode()
        client.post(f"/contributions/{mine.pk}/dismiss-hint/", {"hint": hint})
    assert listed in client.get("/review/approve/").content.decode()


def test_judge_many_keeps_the_texts_and_writes_both_moves(cast, as_user):
    entries = [
        builders.approve(builders.entry_of(cast.period, item), cast.office) for item in cast.items
    ]
    form = {
        "entry": [entries[0].pk, entries[2].pk],
        f"{entries[0].pk}-version": entries[0].version,
        f"{entries[2].pk}-version": entries[2].version - 1,
        "status": cast.completed.pk,
        "reason": "年底验收通过",
    }
    html = as_user(cast.office).post("/review/judge/", form).content.decode()
    assert "已改判1项" in html
    assert "1项未改判" in html
    for entry in entries:
        entry.refresh_from_db()
    assert [entry.status.name for entry in entries] == ["已完成", "正在推进", "正在推进"]
    assert (entries[0].approved_text, entries[0].in_rereview) == ("核定的表述。", False)
    moves = Event.objects.filter(subject="entry", subject_id=entries[0].pk).order_by("pk")
    assert [(event.verb, event.reason) for event in moves][-2:] == [
        ("reopen", "年底验收通过"),
        ("approve", "年底验收通过"),
    ]


def test_judge_refuses_without_a_reason_and_what_is_not_judged(cast, as_user, reported):
    entry = builders.approve(reported[0], cast.office)
    form = {
        "entry": [entry.pk],
        f"{entry.pk}-version": entry.version,
        "status": cast.completed.pk,
        "reason": "",
    }
    html = as_user(cast.office).post("/review/judge/", form).content.decode()
    assert "请填写内容后再提交" in html
    with pytest.raises(actions.Refused, match="只有已核定"):
        actions.judge_entry(
            entry=reported[1],
            version=reported[1].version,
            status=cast.completed,
            reason="改判",
            by=cast.office,
        )
    entry.refresh_from_db()
    assert entry.status == cast.in_progress


def test_queue_and_desk_take_the_same_queries_however_long_the_queue(
    cast, as_user, reported, django_assert_max_num_queries
):
    client = as_user(cast.office)
    urls = ("/review/", "/review/approve/", "/review/judge/")
    client.get("/review/")
    few = []
    for url in urls:
        with django_assert_max_num_queries(14) as captured:
            client.get(url)
        few.append(len(captured.captured_queries))
    plan = builders.make_plan(cast.district, 2031)
    unit = builders.make_units(cast.district, 1)[0]
    builders.fill_plan(plan, [unit], 40)
    period = builders.open_quarter(plan, cast.office)
    Contribution.objects.filter(entry__period=period).update(
        state="submitted",
        text="已开工。",
        submitted_at="2030-01-01T00:00Z",
        submitted_by=cast.other,
    )
    for url, limit in zip(urls, few, strict=True):
        with django_assert_max_num_queries(limit):
            client.get(f"{url}?period={period.code}")
    entry = Entry.objects.filter(period=period).first()
    with django_assert_max_num_queries(16):
        client.get(f"/entries/{entry.pk}/review/")


def take_back(client, entry: Entry, version: int):
    return client.post(f"/entries/{entry.pk}/take-back/", {"version": version}, follow=True)


def test_the_last_verdict_can_be_undone_from_the_next_page(cast, as_user, reported):
    client = as_user(cast.office)
    page = client.post(
        f"/entries/{reported[0].pk}/approve/", approve_form(reported[0], cast), follow=True
    )
    assert page.context["entry"] == reported[1]
    undone = re.search(
        rf'action="/entries/{reported[0].pk}/take-back/".*?name="version" value="([0-9]+)"',
        page.content.decode(),
        flags=re.S,
    )
    page = take_back(client, reported[0], undone[1])
    assert f"已撤销{reported[0].item}的核定" in page.content.decode()
    entry = Entry.objects.get(pk=reported[0].pk)
    part = entry.contributions.get()
    assert (entry.status, entry.approved_text, entry.approved_at) == (None, "", None)
    assert (part.state, part.text) == ("submitted", "事项1由单位1按计划组织推进。")
    assert "take-back" not in page.content.decode()
    verbs = Event.objects.filter(subject="entry", subject_id=entry.pk).order_by("pk")
    assert [each.verb for each in verbs] == ["approve", "withdraw"]
    # What was taken back is judged anew like any other.
    client.post(f"/entries/{entry.pk}/approve/", approve_form(entry, cast))
    assert Entry.objects.get(pk=entry.pk).is_judged


def test_words_on_a_page_that_somebody_was_faster_on_are_given_back(cast, as_user, reported):
    """The panel that they were typed in is gone: they stand beside the reason, not saved."""
    client, entry = as_user(cast.office), reported[0]
    old = approve_form(entry, cast, approved_text="我改过的表述。")
    judged = builders.approve(entry, cast.office)
    reopening = {"version": judged.version, "reason": "数据有误，重新核对。"}

    def told(verb: str, form: dict) -> str:
        page = client.post(f"/entries/{entry.pk}/{verb}/", form).content.decode()
        return page if "未保存：您打开本页之后" in page and "尚未保存" in page else ""

    assert "\n我改过的表述。</textarea>" in told("approve", old)
    assert Entry.objects.get(pk=entry.pk).approved_text == "核定的表述。"
    client.post(f"/entries/{entry.pk}/reopen/", reopening)
    assert Entry.objects.get(pk=entry.pk).in_rereview
    assert "\n数据有误，重新核对。</textarea>" in told("reopen", reopening)


def test_a_verdict_that_somebody_built_on_is_not_undone(cast, as_user, reported):
    judged = builders.approve(reported[0], cast.office)
    stale = judged.version
    other = User.objects.create_user(
        "office-2", None, name="另一人", role="office", district=cast.district
    )
    with pytest.raises(actions.Refused, match="不是您核定的"):
        actions.take_back_approval(entry=judged, version=stale, by=other)
    judged = actions.reopen_entry(
        entry=judged, version=stale, units=[], reason="核对", by=cast.office
    )
    with pytest.raises(actions.Refused, match="又有变化"):
        actions.take_back_approval(entry=judged, version=judged.version, by=cast.office)
    judged = builders.approve(judged, cast.office)
    page = take_back(as_user(cast.office), judged, judged.version)
    assert "此前已核定过，不能撤销" in page.content.decode()
    assert Entry.objects.get(pk=judged.pk).is_judged


def test_after_a_return_the_next_that_waits_is_shown(cast, as_user, reported):
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    page = as_user(cast.office).post(
        f"/contributions/{mine.pk}/return/",
        {"version": mine.version, "reason": "请补充投资额"},
        follow=True,
    )
    assert page.context["entry"] == reported[1]


def test_what_was_sent_back_is_read_against_what_is_written_now(cast, as_user, reported):
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    mine = actions.return_contribution(
        contribution=mine, version=mine.version, reason="请写明件数", by=cast.office
    )
    builders.submit(mine, cast.reporter, "事项1由单位1按计划组织推进，已完成3件。")
    client = as_user(cast.office)
    html = client.get(f"/entries/{reported[0].pk}/review/").content.decode()
    assert "退回：“请写明件数”" in html
    assert re.search(r"<ins>.*?，已完成3件.*?</ins>", html, flags=re.S)
    assert "事项1由单位1按计划组织推进，已完成3件。</div>" in html, "the whole text as well"
    assert "重报" in client.get(f"/entries/{reported[1].pk}/review/").content.decode()
