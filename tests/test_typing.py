"""Nothing typed is ever lost: saves that are late, doubled, refused, or without a session."""

import pytest

from targets import actions
from targets.models import Event
from tests import builders
from tests.conftest import PASSWORD

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def mine(cast):
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


@pytest.fixture
def shared(cast):
    return builders.contribution_of(cast.period, cast.items[1], cast.units[0])


def autosave(browser, contribution, version: int, text: str, **fields):
    form = {"version": version, "text": text, **fields}
    answer = browser.post(contribution.get_absolute_url(), form, **JSON)
    return answer.status_code, answer.json()


def test_an_automatic_save_is_the_same_save(cast, as_user, mine):
    status, said = autosave(as_user(cast.reporter), mine, mine.version, "1、已开工。\r\n2、在建。")
    mine.refresh_from_db()
    assert (status, mine.text, mine.state) == (200, "1、已开工。\n2、在建。", "draft")
    assert said["version"] == mine.version
    assert Event.objects.get(verb="save").actor == "reporter"


def test_the_same_save_twice_is_one(cast, as_user, mine):
    browser = as_user(cast.reporter)
    first = autosave(browser, mine, mine.version, "已开工。")
    again = autosave(browser, mine, mine.version, "已开工。")
    assert first == again
    assert Event.objects.filter(verb="save").count() == 1


def test_a_save_that_arrives_late_overwrites_nothing(cast, as_user, mine):
    """The first save of a page is held up on the way, and the second overtakes it."""
    browser = as_user(cast.reporter)
    shown = mine.version
    autosave(browser, mine, shown, "已开工，完成投资3亿元。")
    status, said = autosave(browser, mine, shown, "已开")
    assert (status, said["text"]) == (409, "已开工，完成投资3亿元。")
    mine.refresh_from_db()
    assert mine.text == "已开工，完成投资3亿元。"


def test_two_people_in_one_box_each_see_the_others_words(cast, as_user, mine):
    shown = mine.version
    autosave(as_user(cast.reporter), mine, shown, "甲写的内容")
    status, said = autosave(as_user(cast.colleague), mine, shown, "乙写的内容")
    assert (status, said["text"], said["by"]) == (409, "甲写的内容", "reporter")
    assert "已被他人修改" in said["message"]
    mine.refresh_from_db()
    assert mine.text == "甲写的内容"


def test_the_button_after_an_automatic_save_whose_reply_was_lost(cast, as_user, mine):
    browser = as_user(cast.reporter)
    shown = mine.version
    autosave(browser, mine, shown, "已完工。")
    form = {"version": shown, "text": "已完工。", "then": "submit"}
    assert browser.post(mine.get_absolute_url(), form).status_code == 302
    mine.refresh_from_db()
    assert (mine.state, mine.text) == ("submitted", "已完工。")


def test_an_old_page_does_not_hand_in_what_was_returned_meanwhile(cast, as_user, mine):
    shown = mine.version
    mine = builders.submit(mine, cast.colleague, "已完工。")
    actions.return_contribution(
        contribution=mine, version=mine.version, reason="请补充数据", by=cast.office
    )
    form = {"version": shown, "text": "已完工。", "then": "submit"}
    page = as_user(cast.reporter).post(mine.get_absolute_url(), form)
    assert page.status_code == 200
    assert "请补充数据" in page.content.decode()
    mine.refresh_from_db()
    assert mine.state == "returned"


def test_the_office_approves_while_the_unit_types(cast, as_user, shared):
    """The other lead has handed in; the office judges without waiting for this one."""
    browser = as_user(cast.reporter)
    status, said = autosave(browser, shared, shared.version, "写到一半的")
    assert status == 200
    builders.approve(builders.entry_of(cast.period, cast.items[1]), cast.office)
    status, told = autosave(browser, shared, said["version"], "写到一半的文字，还没写完")
    assert status == 422
    assert "已核定" in told["message"]
    assert "请联系督查室" in told["message"]
    form = {"version": said["version"], "text": "写到一半的文字，还没写完", "then": "save"}
    page = browser.post(shared.get_absolute_url(), form).content.decode()
    assert "写到一半的文字，还没写完" in page, "without the script too, the words are given back"
    assert "已核定" in page
    shared.refresh_from_db()
    assert shared.text == "写到一半的"


def test_the_quarter_closes_while_the_unit_types(cast, as_user, mine):
    actions.close_period(period=cast.period, by=cast.office)
    browser = as_user(cast.reporter)
    status, told = autosave(browser, mine, mine.version, "最后一句")
    assert (status, "重新开放" in told["message"]) == (422, True)
    form = {"version": mine.version, "text": "最后一句", "then": "submit"}
    assert "最后一句" in browser.post(mine.get_absolute_url(), form).content.decode()


def test_a_text_too_long_is_named_and_not_cut(cast, as_user, mine):
    status, told = autosave(as_user(cast.reporter), mine, mine.version, "长" * 20_001)
    assert (status, "现有20001字" in told["message"]) == (400, True)


def test_half_of_the_heads_agreement_waits_for_the_other_half(cast, as_user, mine):
    cast.period.head_signs = True
    cast.period.save()
    browser = as_user(cast.reporter)
    status, said = autosave(browser, mine, mine.version, "已完工。", head_name="王局长")
    assert (status, said["head_name"], "填齐后" in said["message"]) == (200, "", True)
    both = {"head_name": "王局长", "head_agreed_on": "2020-01-02"}
    status, said = autosave(browser, mine, said["version"], "已完工。", **both)
    assert (status, said["head_name"], said["head_agreed_on"]) == (200, "王局长", "2020-01-02")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "须经单位主要领导审阅"),
        ({"head_name": "王局长"}, "请同时填写"),
        ({"head_agreed_on": "2020-01-02"}, "请同时填写"),
        ({"head_name": "王局长", "head_agreed_on": "2999-01-01"}, "不能晚于今天"),
        ({"head_name": "王局长", "head_agreed_on": "昨天"}, "请填写日期"),
        ({"head_name": "王" * 51, "head_agreed_on": "2020-01-02"}, "姓名最多50字"),
    ],
)
def test_the_head_agrees_with_name_and_date_where_the_office_asks(
    cast, as_user, mine, fields, words
):
    cast.period.head_signs = True
    cast.period.save()
    form = {"version": mine.version, "text": "已完工。", "then": "submit", **fields}
    page = as_user(cast.reporter).post(mine.get_absolute_url(), form)
    assert words in page.content.decode()
    assert "已完工。" in page.content.decode()
    mine.refresh_from_db()
    assert mine.state == "not_started"


def test_a_script_is_told_that_the_session_has_ended(cast, as_user, mine):
    browser = as_user(cast.reporter)
    browser.logout()
    status, told = autosave(browser, mine, mine.version, "还没写完")
    assert (status, "登录已过期" in told["message"]) == (401, True)


def kept_form(page, **fields: str) -> dict:
    """Return what the shown login form would post: its hidden fields and what is typed."""
    return {**page.context["kept"], "kept_path": page.context["kept_path"], **fields}


def test_without_a_script_the_login_carries_the_typed_text_along(cast, as_user, mine):
    browser = as_user(cast.reporter)
    browser.logout()
    text = "1、写了半小时的文字。\n2、<b>第二段</b>"
    form = {"version": mine.version, "text": text, "then": "save"}
    referer = f"http://testserver{mine.get_absolute_url()}"
    page = browser.post(mine.get_absolute_url(), form, HTTP_REFERER=referer)
    assert page.status_code == 401
    assert "登录已过期，内容尚未保存" in page.content.decode()
    typed = kept_form(page, username="reporter", next=page.context["next"])
    wrong = browser.post("/accounts/login/", {**typed, "password": "wrong"})
    assert wrong.status_code == 200
    typed = kept_form(wrong, username="reporter", next=mine.get_absolute_url())
    page = browser.post("/accounts/login/", {**typed, "password": PASSWORD}, follow=True)
    assert page.redirect_chain[-1][0] == mine.get_absolute_url()
    html = page.content.decode()
    assert "登录过期前填写的文字已放回框中" in html
    assert page.context["form"]["text"].value() == text
    mine.refresh_from_db()
    assert mine.text == "", "put back, not saved behind the person's back"
    again = browser.get(mine.get_absolute_url())
    assert again.context["form"]["text"].value() == "", "offered once"


def test_after_the_login_both_texts_are_shown_where_a_colleague_saved(cast, as_user, mine):
    browser = as_user(cast.reporter)
    browser.logout()
    form = {"version": mine.version, "text": "我写的"}
    page = browser.post(mine.get_absolute_url(), form)
    autosave(as_user(cast.colleague), mine, mine.version, "同事写的")
    typed = kept_form(page, username="reporter", password=PASSWORD, next=mine.get_absolute_url())
    html = browser.post("/accounts/login/", typed, follow=True).content.decode()
    assert "同事写的" in html
    assert ">\n我写的</textarea>" in html
    assert "data-stopped" in html, "the script must not save over the colleague by itself"


def test_another_account_that_logs_in_gets_nothing_of_it(cast, as_user, mine):
    browser = as_user(cast.reporter)
    browser.logout()
    page = browser.post(mine.get_absolute_url(), {"version": mine.version, "text": "机密草稿"})
    typed = kept_form(page, username="other", password=PASSWORD, next="/my-items/")
    html = browser.post("/accounts/login/", typed, follow=True).content.decode()
    assert "机密草稿" not in html
    assert browser.get(mine.get_absolute_url()).status_code == 404


def test_the_offices_typed_text_is_shown_on_the_login_to_be_copied(cast, as_user):
    browser = as_user(cast.office)
    browser.logout()
    entry = builders.entry_of(cast.period, cast.items[0])
    page = browser.post(
        f"/entries/{entry.pk}/approve/",
        {"version": 1, "approved_text": "核定到一半"},
        HTTP_REFERER="http://elsewhere.example/x",
    )
    assert page.status_code == 401
    assert "核定到一半</textarea>" in page.content.decode()
    assert page.context["next"] == "/", "never on to another host"


def from_previous(browser, contribution, text: str, how: str = ""):
    form = {"version": contribution.version, "text": text, "how": how}
    return browser.post(f"/contributions/{contribution.pk}/start-from-previous/", form)


@pytest.fixture
def second(cast, mine):
    """Return 单位1's contribution of the second quarter; it reported in the first."""
    builders.submit(mine, cast.reporter, "一季度的文字。")
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office)
    period = builders.open_quarter(cast.plan, cast.office, 2)
    return builders.contribution_of(period, cast.items[0], cast.units[0])


def test_an_empty_box_starts_from_last_quarters_own_text(cast, as_user, second):
    page = from_previous(as_user(cast.reporter), second, " ")
    assert page.context["form"]["text"].value() == "一季度的文字。"
    second.refresh_from_db()
    assert second.state == "not_started", "nothing is saved by looking"


def test_typed_words_are_never_overwritten_without_asking(cast, as_user, second):
    browser = as_user(cast.reporter)
    page = from_previous(browser, second, "已经写了一句。")
    assert page.context["form"]["text"].value() == "已经写了一句。"
    assert "框中已有文字" in page.content.decode()
    page = from_previous(browser, second, "已经写了一句。", "append")
    assert page.context["form"]["text"].value() == "已经写了一句。\n一季度的文字。"
    page = from_previous(browser, second, "已经写了一句。", "replace")
    assert page.context["form"]["text"].value() == "一季度的文字。"


def test_after_approval_the_unit_sees_what_the_office_changed(cast, as_user, mine):
    builders.submit(mine, cast.reporter, "完成投资3.2亿元，增长5%。")
    entry = builders.entry_of(cast.period, cast.items[0])
    builders.approve(entry, cast.office, text="完成投资4.7亿元，增长5%。")
    html = as_user(cast.reporter).get(mine.get_absolute_url()).content.decode()
    assert '<del><span class="visually-hidden">〔删去：</span>3.2' in html
    assert '<ins><span class="visually-hidden">〔新增：</span>4.7' in html


def test_approved_as_it_was_says_so(cast, as_user, mine):
    builders.submit(mine, cast.reporter, "完成投资3.2亿元。")
    builders.approve(
        builders.entry_of(cast.period, cast.items[0]), cast.office, text="完成投资3.2亿元。"
    )
    html = as_user(cast.reporter).get(mine.get_absolute_url()).content.decode()
    assert "与报送的文字完全一致" in html
    assert "<del>" not in html


def test_words_are_kept_as_they_were_pasted(cast, as_user, mine):
    """Published wording is evidence: no blank, sign or invisible mark is put right by itself."""
    text = "增长\u00a05%，\u200b全年\u3000目标—91.2%"
    autosave(as_user(cast.reporter), mine, mine.version, text)
    mine.refresh_from_db()
    assert mine.text == text
