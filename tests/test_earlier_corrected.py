"""An earlier quarter is judged anew while a later one goes on from it: seen, chosen, told."""

from datetime import date

import pytest

from reports.figures.quarter import build_figures
from targets import actions
from targets.models import Contribution, Entry, Event, Period, Report
from tests import builders
from tests import importing_files as files
from tests.importing_files import choose, confirm, upload
from tests.reading import read_page

DUE = date(2030, 12, 20)
GOAL = "稳步实施重点改革"


@pytest.fixture
def second(cast):
    """Return the second quarter, open beside the first; item 1（1） came into it completed."""
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office, "已完成")
    return builders.open_quarter(cast.plan, cast.office, 2, DUE)


def stands(period: Period, item) -> tuple[str, str, int]:
    """Return the entry's origin, its status, and how many reports it waits for."""
    entry = builders.entry_of(period, item)
    owed = Contribution.objects.owed().filter(entry=entry).count()
    return (entry.origin, entry.status.name if entry.status else "", owed)


def changes(period: Period) -> list[str]:
    """Return what the quarter says happened to its items since the last one."""
    fetched = Period.objects.select_related("plan__district", "follows").get(pk=period.pk)
    return [str(row.change) for row in build_figures(fetched).rows]


def reopen(client, entry: Entry, **form):
    values = {"version": entry.version, "reason": "核查后改判", **form}
    return client.post(f"/entries/{entry.pk}/reopen/", values)


def approve(client, entry: Entry, status, **form):
    entry.refresh_from_db()
    values = {
        "version": entry.version,
        "status": status.pk,
        "approved_text": "现场核查，仍在建设。",
        "reason": "核查",
        **form,
    }
    return client.post(f"/entries/{entry.pk}/approve/", values)


def test_the_desk_shows_what_goes_on_from_an_entry_and_asks(cast, second, as_user):
    office, entry = as_user(cast.office), builders.entry_of(cast.period, cast.items[0])
    text = read_page(office.get(f"/entries/{entry.pk}/review/").content.decode()).text
    assert "2030年第二季度沿用了本季度的结果，尚无人填报、审核。" in text
    answer = reopen(office, entry)
    assert "请选择：把这次的改动带入2030年第二季度" in answer.content.decode()
    assert Entry.objects.get(pk=entry.pk).reopened_at is None
    assert reopen(office, entry, is_forwarded="keep").status_code == 302
    answer = approve(office, entry, cast.in_progress)
    assert "请选择：把这次的改动带入2030年第二季度" in answer.content.decode()
    assert "现场核查，仍在建设。" in answer.content.decode()
    assert builders.entry_of(cast.period, cast.items[0]).status == cast.completed


@pytest.mark.parametrize(
    ("choice", "then", "said"),
    [
        ("carry", ("reported", "", 1), "带入2030年第二季度"),
        ("keep", ("carried", "已完成", 0), "2030年第二季度保持不变"),
    ],
)
def test_a_new_verdict_is_carried_forward_or_the_later_one_kept(
    cast, second, as_user, choice, then, said
):
    office, entry = as_user(cast.office), builders.entry_of(cast.period, cast.items[0])
    reopen(office, entry, is_forwarded="keep")
    assert approve(office, entry, cast.in_progress, is_forwarded=choice).status_code == 302
    assert stands(cast.period, cast.items[0])[1] == "正在推进"
    assert stands(second, cast.items[0]) == then
    event = Event.objects.filter(verb="approve", subject_id=entry.pk).first()
    assert event.new["later"] == said
    assert changes(second)[0] == ""
    html = office.get("/trail/").content.decode()
    assert said in html


def test_a_verdict_carried_forward_goes_through_every_quarter_that_goes_on(cast, second, as_user):
    third = builders.open_quarter(cast.plan, cast.office, 3, DUE)
    entry = builders.entry_of(cast.period, cast.items[0])
    office = as_user(cast.office)
    reopen(office, entry, is_forwarded="keep")
    approve(office, entry, cast.in_progress, is_forwarded="carry")
    assert stands(second, cast.items[0]) == stands(third, cast.items[0]) == ("reported", "", 1)
    reopen(office, builders.entry_of(cast.period, cast.items[0]))
    approve(office, entry, cast.completed, is_forwarded="carry")
    assert stands(second, cast.items[0]) == stands(third, cast.items[0]) == ("carried", "已完成", 0)
    assert builders.entry_of(third, cast.items[0]).approved_text == "现场核查，仍在建设。"
    told = Event.objects.filter(subject="entry", subject_id__in=third.entries.values("pk"))
    assert told.count() == 2
    assert changes(second)[0] == changes(third)[0] == ""


def test_reopening_may_let_the_later_quarter_wait_for_reports(cast, second, as_user):
    entry = builders.entry_of(cast.period, cast.items[0])
    assert reopen(as_user(cast.office), entry, is_forwarded="carry").status_code == 302
    assert stands(second, cast.items[0]) == ("reported", "", 1)
    assert changes(second)[0] == ""
    assert stands(cast.period, cast.items[0])[1] == "已完成"


def test_what_a_unit_wrote_in_the_later_quarter_is_never_taken_away(cast, as_user):
    second = builders.open_quarter(cast.plan, cast.office, 2, DUE)
    part = builders.contribution_of(second, cast.items[0], cast.units[0])
    actions.save_contribution(
        contribution=part, version=part.version, report=Report("二季度草稿"), by=cast.reporter
    )
    office, entry = as_user(cast.office), builders.entry_of(cast.period, cast.items[0])
    html = office.get(f"/entries/{entry.pk}/review/").content.decode()
    assert "后面的季度" not in html
    assert approve(office, entry, cast.completed, is_forwarded="carry").status_code == 302
    assert stands(second, cast.items[0]) == ("reported", "", 1)
    assert Contribution.objects.get(pk=part.pk).text == "二季度草稿"


def test_a_first_verdict_stays_in_its_quarter_unless_it_is_carried_forward(cast, as_user):
    second = builders.open_quarter(cast.plan, cast.office, 2, DUE)
    office = as_user(cast.office)
    for item, choice in ((cast.items[0], {}), (cast.items[2], {"is_forwarded": "carry"})):
        entry = builders.entry_of(cast.period, item)
        assert approve(office, entry, cast.completed, **choice).status_code == 302
    assert stands(second, cast.items[0]) == ("reported", "", 1)
    assert stands(second, cast.items[2]) == ("carried", "已完成", 0)
    assert changes(second) == ["", "", ""]


def test_a_verdict_that_a_later_quarter_carries_on_is_not_simply_undone(cast, as_user):
    builders.open_quarter(cast.plan, cast.office, 2, DUE)
    office, entry = as_user(cast.office), builders.entry_of(cast.period, cast.items[0])
    approve(office, entry, cast.completed, is_forwarded="carry")
    entry.refresh_from_db()
    answer = office.post(f"/entries/{entry.pk}/take-back/", {"version": entry.version}, follow=True)
    assert "2030年第二季度已沿用这一结果，不能撤销" in answer.content.decode()
    assert builders.entry_of(cast.period, cast.items[0]).status == cast.completed


def test_a_closed_later_quarter_stays_and_the_desk_says_so(cast, second, as_user):
    actions.close_period(period=second, by=cast.office)
    office, entry = as_user(cast.office), builders.entry_of(cast.period, cast.items[0])
    text = read_page(office.get(f"/entries/{entry.pk}/review/").content.decode()).text
    assert "2030年第二季度沿用了本季度的结果，已关闭，保持不变。" in text
    reopen(office, entry)
    assert approve(office, entry, cast.in_progress).status_code == 302
    assert stands(second, cast.items[0])[1] == "已完成"
    assert changes(second)[0] == ""


def test_what_an_ended_item_brought_along_is_not_reopened_by_a_correction(cast, as_user):
    """It came in 正在推进, and nobody touched it: 重新打开 would tell of what did not happen."""
    item = cast.items[0]
    builders.approve(builders.entry_of(cast.period, item), cast.office, "正在推进")
    actions.complete_item(item=item, reason="竣工", by=cast.office)
    second = builders.open_quarter(cast.plan, cast.office, 2, DUE)
    assert stands(second, item) == ("carried", "正在推进", 0)
    office, entry = as_user(cast.office), builders.entry_of(cast.period, item)
    reopen(office, entry)
    assert approve(office, entry, cast.completed, is_forwarded="keep").status_code == 302
    assert stands(cast.period, item)[1] == "已完成"
    assert stands(second, item) == ("carried", "正在推进", 0)
    assert changes(second)[0] == ""


def test_judging_many_again_asks_once_for_all(cast, second, as_user):
    office, entry = as_user(cast.office), builders.entry_of(cast.period, cast.items[0])
    url = f"/review/judge/?period={cast.period.code}"
    assert "2030年第二季度沿用" in read_page(office.get(url).content.decode()).text
    form = {
        "entry": entry.pk,
        f"{entry.pk}-version": entry.version,
        "status": cast.in_progress.pk,
        "reason": "统一改判",
    }
    assert "请选择：把这次的改动带入" in office.post(url, form).content.decode()
    assert office.post(url, {**form, "is_forwarded": "carry"}).status_code == 302
    assert stands(second, cast.items[0]) == ("reported", "", 1)


def test_an_import_leaves_the_later_quarter_and_says_so_before(cast, second, as_user):
    office = as_user(cast.office)
    row = (1, GOAL, "（1）完成第1件实事。", "仍在建设。", "单位1", "正在推进")
    heads = ("序号", "目标名称", "工作标准", "一季度完成情况", "牵头单位", "完成状态")
    page = upload(office, files.annex(row, heads=heads), "progress", period=cast.period.pk)
    page = choose(office, page, verdicts="approve")
    assert "2030年第二季度沿用了1项的结果，导入后2030年第二季度保持不变" in page.content.decode()
    page = choose(office, page, verdicts="approve", **{"text:1(1)": "file"})
    confirm(office, page)
    assert stands(cast.period, cast.items[0])[1] == "正在推进"
    assert stands(second, cast.items[0]) == ("carried", "已完成", 0)


def test_what_a_later_quarter_goes_on_from_is_not_approved_in_bulk(cast, second, as_user):
    office, entry = as_user(cast.office), builders.entry_of(cast.period, cast.items[0])
    reopen(office, entry, is_forwarded="keep", units=[cast.units[0].pk])
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(part, cast.reporter, "重新核实，仍在建设。")
    page = office.get("/review/approve/?period=2030Q1")
    assert entry.pk not in {row[0].pk for row in page.context["rows"]}
    form = {"entry": entry.pk, "status": cast.in_progress.pk, f"{entry.pk}-version": 9}
    office.post("/review/approve/?period=2030Q1", form)
    assert builders.entry_of(cast.period, cast.items[0]).status == cast.completed
