"""Bad input gets a clear message, shows what was typed again, and changes nothing."""

import pytest

from targets import actions
from targets.models import Event
from tests import builders


@pytest.fixture
def mine(cast):
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


def post(browser, contribution, **fields):
    form = {"version": contribution.version, "text": "已开工。", "then": "submit", **fields}
    page = browser.post(contribution.get_absolute_url(), form)
    return page.status_code, page.content.decode()


def unchanged(contribution) -> bool:
    before = (contribution.version, contribution.state, contribution.text)
    contribution.refresh_from_db()
    return before == (contribution.version, contribution.state, contribution.text)


def test_an_empty_report_is_not_submitted(cast, as_user, mine):
    status, html = post(as_user(cast.reporter), mine, text=" \n ")
    assert status == 200
    assert "完成情况为空，请填写后再报送" in html
    assert unchanged(mine)


def test_a_text_of_100000_characters_is_shown_again_whole(cast, as_user, mine):
    text = "长" * 100_000
    status, html = post(as_user(cast.reporter), mine, text=text)
    assert status == 200
    assert "文字最多20000字，现有100000字" in html
    assert text in html
    assert unchanged(mine)


def test_a_text_of_exactly_the_limit_is_kept(cast, as_user, mine):
    text = "满" * 19_999 + "𠮷"
    assert post(as_user(cast.reporter), mine, text=text)[0] == 302
    mine.refresh_from_db()
    assert mine.text == text


def test_browsers_do_not_cut_a_long_text(cast, as_user, mine):
    html = as_user(cast.reporter).get(mine.get_absolute_url()).content.decode()
    assert "maxlength" not in html.split('name="text"')[1].split(">")[0]


@pytest.mark.parametrize("version", ["", "x", "-1", "1e3", "99999999999999999999", "二"])
def test_a_forged_version_changes_nothing(cast, as_user, mine, version):
    status, html = post(as_user(cast.reporter), mine, version=version, text="保留我")
    assert status == 200
    assert "保留我" in html
    assert unchanged(mine)


def test_a_null_character_is_refused(cast, as_user, mine):
    status, _html = post(as_user(cast.reporter), mine, text="前\0后")
    assert status == 200
    assert unchanged(mine)


def test_rare_characters_and_emoji_are_kept(cast, as_user, mine):
    text = "面积3.5万m³，𬌗𠮷，①②，增长—91.2%，👷"
    assert post(as_user(cast.reporter), mine, text=text)[0] == 302
    mine.refresh_from_db()
    assert mine.text == text


def test_markup_is_shown_as_text(cast, as_user, mine):
    payload = "<script>alert(1)</script>{{ 7|add:7 }}"
    post(as_user(cast.reporter), mine, text=payload)
    page = as_user(cast.office).get(f"/entries/{mine.entry_id}/review/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7|add:7 }}" in page


def test_a_cancelled_item_takes_no_report(cast, as_user, mine):
    actions.cancel_item(
        item=cast.items[0], reason="项目调整，不再实施", stays_counted=True, by=cast.office
    )
    status, html = post(as_user(cast.reporter), mine, text="白写了")
    assert status == 200
    assert "该事项已取消（项目调整，不再实施）" in html
    assert "白写了" in html
    assert unchanged(mine)


def test_a_closed_period_takes_nothing(cast, as_user, mine):
    mine = builders.submit(mine, cast.reporter)
    actions.close_period(period=cast.period, by=cast.office)
    browser = as_user(cast.reporter)
    second = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    _status, html = post(browser, second, text="迟到的内容")
    assert "填报已关闭" in html
    assert "迟到的内容" in html
    assert unchanged(second)
    browser.post(f"/contributions/{mine.pk}/withdraw/", {"version": mine.version})
    assert unchanged(mine)
    entry = builders.entry_of(cast.period, cast.items[0])
    page = as_user(cast.office).post(
        f"/entries/{entry.pk}/approve/",
        {"version": entry.version, "status": cast.completed.pk, "approved_text": "甲"},
    )
    assert page.status_code == 200
    entry.refresh_from_db()
    assert entry.status is None


def test_approval_without_status_or_text_says_what_is_missing(cast, as_user, mine):
    builders.submit(mine, cast.reporter)
    entry = builders.entry_of(cast.period, cast.items[0])
    url = f"/entries/{entry.pk}/approve/"
    page = as_user(cast.office).post(url, {"version": entry.version, "approved_text": "只有表述"})
    html = page.content.decode()
    assert "请选择完成状态" in html
    assert "只有表述" in html
    foreign = cast.stranger.district.statuses.first()
    form = {"version": entry.version, "status": foreign.pk, "approved_text": "别区的状态"}
    assert as_user(cast.office).post(url, form).status_code == 200
    entry.refresh_from_db()
    assert entry.status is None
    assert not Event.objects.filter(verb="approve").exists()


@pytest.mark.parametrize(
    "query",
    [
        "?page=-1",
        "?page=99999999999999999999",
        "?page=abc",
        "?sort=nothing",
        "?sort=-goal__plan__district__code",
        "?goal=abc&unit=-5&class_key=zzz&state=zzz&duty=zzz",
        "?goal=99999999999999999999999",
        "?q=%00",
        "?q=%FF%FE",
        "?q=" + "长" * 200,
        "?q=4(9)",
        "?q=%25_%27%22",
    ],
)
def test_odd_queries_still_show_a_page(cast, as_user, query):
    for path in ("/items/", "/dashboard/"):
        assert as_user(cast.office).get(path + query).status_code == 200
    assert as_user(cast.reporter).get("/my-items/" + query).status_code == 200


@pytest.mark.parametrize("code", ["2030Q5", "1999Q1", "２０３０Q1", "x", "2030Q1%00"])
def test_an_unknown_period_is_not_found(cast, as_user, code):
    assert as_user(cast.office).get(f"/items/?period={code}").status_code == 404


def test_two_thousand_and_more_fields_are_refused_plainly(cast, as_user, mine):
    form = {f"field{number}": "x" for number in range(2500)}
    page = as_user(cast.reporter).post(mine.get_absolute_url(), form)
    assert page.status_code == 400
    assert unchanged(mine)


def test_a_reason_that_is_too_long_is_shown_again(cast, as_user):
    reason = "因" * 501
    page = as_user(cast.office).post(f"/items/{cast.items[0].pk}/cancel/", {"reason": reason})
    assert reason in page.content.decode()
    cast.items[0].refresh_from_db()
    assert cast.items[0].outcome == "live"


def test_a_due_date_must_be_a_date(cast, as_user):
    period = actions.create_period(plan=cast.plan, number=2, by=cast.office)
    url = f"/periods/{period.pk}/open/"
    page = as_user(cast.office).post(url, {"due_on": "下周五"})
    assert "请填写日期" in page.content.decode()
    assert "下周五" in page.content.decode()
