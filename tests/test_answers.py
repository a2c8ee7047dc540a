"""A unit answers an instruction: drafted, handed in with files, sent back, accepted, seen."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from targets import actions
from targets.models import Answer, Event, InstructionFile, Message, User
from tests import builders
from tests.conftest import PASSWORD

PDF = b"%PDF-1.4\n%%EOF\n"
LATE = {"follow_up": "请于月底前办理。", "due_on": date(2026, 3, 1)}


@pytest.fixture
def asked(cast):
    """An instruction on item (2), led by 单位1 and 单位2, followed up and long overdue."""
    return builders.paper_instruction(cast.items[1], cast.office, leader=cast.leader, **LATE)


def answer(browser, asked, text="已完成选址。", then="submit", version=1, **fields):
    form = {"version": version, "text": text, "then": then, **fields}
    return browser.post(f"/instructions/{asked.pk}/answer/", form)


def page_of(browser, asked) -> str:
    return browser.get(asked.get_absolute_url()).content.decode()


def test_a_draft_and_its_files_are_the_units_own(cast, as_user, asked):
    reporter = as_user(cast.reporter)
    file = SimpleUploadedFile("选址意见.pdf", PDF)
    assert answer(reporter, asked, "正在选址的草稿。", then="save", files=file).status_code == 302
    page = reporter.get(f"/instructions/{asked.pk}/answer/").content.decode()
    assert "正在选址的草稿。" in page
    assert "选址意见.pdf" in page
    kept = InstructionFile.objects.get()
    for user in (cast.office, cast.leader, cast.co_lead, cast.supporter):
        browser = as_user(user)
        for url in (asked.get_absolute_url(), "/instructions/", cast.items[1].get_absolute_url()):
            shown = browser.get(url).content.decode()
            assert "正在选址的草稿" not in shown
            assert "选址意见" not in shown
        assert browser.get(f"/instructions/files/{kept.pk}/").status_code == 404
    trail = as_user(cast.office).get("/trail/").content.decode()
    assert "正在选址的草稿" not in trail
    assert "选址意见" not in trail
    assert reporter.get(f"/instructions/files/{kept.pk}/").status_code == 200
    reporter.post(f"/answers/files/{kept.pk}/remove/", {"version": 2, "text": "改过的草稿。"})
    assert not InstructionFile.objects.exists()
    assert Answer.objects.get().text == "改过的草稿。"


def test_an_answer_goes_in_is_sent_back_and_accepted(cast, as_user, asked):
    reporter, office, leader = as_user(cast.reporter), as_user(cast.office), as_user(cast.leader)
    assert "未回复" in page_of(office, asked)
    answer(reporter, asked, files=SimpleUploadedFile("选址意见.pdf", PDF))
    mine = Answer.objects.get()
    assert (mine.state, mine.unit, mine.submitted_by) == ("submitted", cast.units[0], cast.reporter)
    page = page_of(leader, asked)
    assert "已完成选址。" in page
    assert "选址意见.pdf" in page
    assert "待督查室审核" in page
    assert "批示回复1件待审核" in office.get("/board/").content.decode()
    assert "已完成选址。" in office.get("/instructions/?kind=answered").content.decode()
    # The same form arriving twice is one, and says so; otherwise the unit changes nothing any more.
    again = reporter.post(
        f"/instructions/{asked.pk}/answer/",
        {"version": 2, "text": "已完成选址。", "then": "submit"},
        follow=True,
    ).content.decode()
    assert "已回复，请等待督查室审核。" in again
    assert Event.objects.filter(subject="answer", verb="submit").count() == 1
    assert "已经回复，不能再修改" in answer(reporter, asked, "改写", version=3).content.decode()
    version = {"version": mine.version}
    refused = office.post(f"/answers/{mine.pk}/return/", {**version, "reason": " "})
    assert "<label" in refused.content.decode()
    assert "Version" not in refused.content.decode(), "what is hidden has no label"
    assert "请填写" in refused.content.decode()
    office.post(f"/answers/{mine.pk}/return/", {**version, "reason": "请补充面积。"})
    first_page = reporter.get("/my-items/").content.decode()
    assert "回复被退回：请补充面积。" in first_page
    assert f"/instructions/{asked.pk}/answer/" in first_page
    assert "请补充面积。" in page_of(reporter, asked), "why, where the instruction is read"
    assert "已完成选址。" not in page_of(leader, asked)
    assert "已退回，待重新回复" in page_of(leader, asked)
    mine.refresh_from_db()
    answer(reporter, asked, "已完成选址，面积3万平方米。", version=mine.version)
    mine.refresh_from_db()
    # What the office was shown before is not accepted in place of what stands there now.
    office.post(f"/answers/{mine.pk}/accept/", version)
    assert Answer.objects.get().state == "submitted"
    office.post(f"/answers/{mine.pk}/accept/", {"version": mine.version})
    assert Answer.objects.get().state == "accepted"
    for url in (asked.get_absolute_url(), cast.items[1].get_absolute_url(), "/instructions/"):
        shown = leader.get(url).content.decode()
        assert "面积3万平方米" in shown
        assert "督查室已通过" in shown
    closing = office.get(f"/instructions/{asked.pk}/finish/").content.decode()
    assert "面积3万平方米" in closing
    assert 'button--danger" type="submit">办结' in closing, "it is for good"
    rows = b"".join(leader.get("/instructions/instructions.csv")).decode("utf-8-sig")
    assert "单位1：已完成选址，面积3万平方米。" in rows
    told = Event.objects.filter(subject="answer").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["save", "attach", "submit", "return", "submit", "approve"]
    assert Event.objects.filter(subject="answer").first().new["text"] == mine.text


def test_who_is_not_asked_cannot_answer(cast, as_user, asked):
    for user in (cast.supporter, cast.other):
        assert answer(as_user(user), asked).status_code == 404
    for user in (cast.office, cast.leader, cast.auditor, cast.stranger):
        assert answer(as_user(user), asked).status_code == 403
    assert not Answer.objects.exists()
    own = builders.paper_instruction(cast.units[3], cast.office, **LATE)
    assert answer(as_user(cast.supporter), own).status_code == 302
    assert Answer.objects.get().unit == cast.units[3]


def test_a_unit_reads_its_own_answer_alone(cast, as_user, asked):
    answer(as_user(cast.reporter), asked, "单位1的回复。")
    assert "单位1的回复。" in page_of(as_user(cast.colleague), asked)
    assert "单位1的回复。" not in page_of(as_user(cast.co_lead), asked)
    assert "单位1的回复。" not in page_of(as_user(cast.supporter), asked)


def test_a_colleagues_words_are_shown_beside_what_was_typed(cast, as_user, asked):
    answer(as_user(cast.colleague), asked, "同事保存的。", then="save")
    page = answer(as_user(cast.reporter), asked, "我写的。", then="save").content.decode()
    assert "本单位又有人保存过" in page
    assert "同事保存的。" in page
    assert "我写的。" in page
    assert Answer.objects.get().text == "同事保存的。"
    answer(as_user(cast.reporter), asked, "两人合写的。", then="save", version=2)
    assert Answer.objects.get().text == "两人合写的。"


def test_a_file_that_is_refused_leaves_the_words_saved(cast, as_user, asked):
    bad = SimpleUploadedFile("意见.pdf", b"MZ\x90\0")
    page = answer(as_user(cast.reporter), asked, "已办。", files=bad).content.decode()
    assert "意见.pdf" in page
    assert Answer.objects.values_list("text", "state").get() == ("已办。", "draft")
    assert not InstructionFile.objects.exists()


def test_before_it_is_followed_up_and_after_it_is_done_nothing_is_answered(cast, as_user):
    given = builders.paper_instruction(cast.items[0], cast.office)
    assert "尚未转办" in answer(as_user(cast.reporter), given).content.decode()
    done = builders.paper_instruction(cast.items[0], cast.office, **LATE)
    actions.finish_instruction(instruction=done, outcome="已办。", by=cast.office)
    assert "已办结，不能再回复" in answer(as_user(cast.reporter), done).content.decode()
    followed = builders.paper_instruction(cast.items[0], cast.office, **LATE)
    assert "请填写回复内容" in answer(as_user(cast.reporter), followed, " ").content.decode()
    assert not Answer.objects.exists()


def test_a_unit_that_has_answered_is_not_late_any_more(cast, as_user, asked):
    reporter = as_user(cast.reporter)
    page = reporter.get("/my-items/").content.decode()
    assert "件批示：1件逾期" in page
    assert "3月1日前落实，已超期" in page
    assert "领导批示待回复" in page
    answer(reporter, asked)
    page = reporter.get("/my-items/").content.decode()
    assert "件批示：" not in page
    assert "领导批示办理中" in page, "calm once it has answered"
    assert "件批示：1件逾期" in as_user(cast.co_lead).get("/my-items/").content.decode()
    assert "件批示：1件逾期" in as_user(cast.office).get("/board/").content.decode()


def test_the_successor_goes_on_from_the_draft(cast, as_user):
    own = builders.paper_instruction(cast.units[3], cast.office, **LATE)
    answer(as_user(cast.supporter), own, "写了一半。", then="save")
    as_user(cast.administrator).post(
        f"/units/{cast.units[3].pk}/succeed/",
        {"successor": cast.units[2].pk, "on": "2026-01-01", "reason": "合并", "name": ""},
    )
    page = as_user(cast.other).get(f"/instructions/{own.pk}/answer/").content.decode()
    assert "写了一半。" in page


def test_what_both_units_had_begun_to_write_is_kept_when_they_merge(cast, as_user, asked):
    answer(as_user(cast.reporter), asked, "单位1的草稿。", then="save")
    file = SimpleUploadedFile("选址意见.pdf", PDF)
    answer(as_user(cast.co_lead), asked, "单位2的草稿。", then="save", files=file)
    as_user(cast.administrator).post(
        f"/units/{cast.units[1].pk}/succeed/",
        {"successor": cast.units[0].pk, "on": "2026-01-01", "reason": "合并", "name": ""},
    )
    assert Answer.objects.get().text == "单位1的草稿。\n单位2的草稿。"
    page = as_user(cast.reporter).get(f"/instructions/{asked.pk}/answer/").content.decode()
    assert "单位2的草稿。" in page
    assert "选址意见.pdf" in page


def test_why_the_old_units_answer_was_sent_back_goes_on_with_its_words(cast, as_user, asked):
    answer(as_user(cast.reporter), asked, "单位1的草稿。", then="save")
    theirs = builders.answer(asked, cast.co_lead, "单位2的回复。")
    actions.return_answer(answer=theirs, version=theirs.version, reason="缺面积。", by=cast.office)
    as_user(cast.administrator).post(
        f"/units/{cast.units[1].pk}/succeed/",
        {"successor": cast.units[0].pk, "on": "2026-01-01", "reason": "合并", "name": ""},
    )
    page = as_user(cast.reporter).get(f"/instructions/{asked.pk}/answer/").content.decode()
    assert "单位1的草稿。\n单位2的回复。" in page
    assert "缺面积。" in page


def test_an_answer_about_an_item_not_carried_on_stays_with_its_lead(cast, as_user, asked):
    answer(as_user(cast.reporter), asked)
    item = cast.items[1]
    item.outcome = "completed"
    item.save()
    as_user(cast.administrator).post(
        f"/units/{cast.units[0].pk}/succeed/",
        {"successor": "", "on": "2026-01-01", "reason": "更名", "name": "新单位"},
    )
    assert Answer.objects.get().unit in asked.asked_units()


def test_once_it_is_done_no_answer_is_sent_back_or_accepted(cast, as_user, asked):
    answer(as_user(cast.reporter), asked)
    mine, office = Answer.objects.get(), as_user(cast.office)
    office.post(f"/instructions/{asked.pk}/finish/", {"outcome": "已办。"})
    form = {"version": mine.version, "reason": "请补充。"}
    page = office.post(f"/answers/{mine.pk}/return/", form).content.decode()
    assert "已办结，回复不再审核" in page
    office.post(f"/answers/{mine.pk}/accept/", form)
    assert Answer.objects.get().state == "submitted"
    page = page_of(as_user(cast.leader), asked)
    assert "已完成选址。" in page
    assert "待督查室审核" not in page


def autosave(browser, asked, version: int, text: str):
    form = {"version": version, "text": text}
    said = browser.post(
        f"/instructions/{asked.pk}/answer/", form, headers={"accept": "application/json"}
    )
    return said.status_code, said.json()


def test_an_answer_saves_itself_while_it_is_typed(cast, as_user, asked):
    reporter, colleague = as_user(cast.reporter), as_user(cast.colleague)
    page = reporter.get(f"/instructions/{asked.pk}/answer/").content.decode()
    assert f'data-autosave="{cast.reporter.pk}:answer-{asked.pk}"' in page
    assert "js/autosave" in page
    status, said = autosave(reporter, asked, 1, "1、正在选址。\r\n2、在谈。")
    assert (status, said["version"], said["text"]) == (200, 2, "1、正在选址。\n2、在谈。")
    assert autosave(reporter, asked, 1, "1、正在选址。\n2、在谈。")[1] == said, "a lost reply"
    assert "2、在谈。" in reporter.get(f"/instructions/{asked.pk}/answer/").content.decode()
    status, said = autosave(colleague, asked, 1, "同事写的")
    assert (status, said["text"]) == (409, "1、正在选址。\n2、在谈。")
    assert autosave(colleague, asked, 2, "长" * 20_001)[0] == 400
    assert Answer.objects.values_list("text", "state").get() == (
        "1、正在选址。\n2、在谈。",
        "draft",
    )
    answer(reporter, asked, "已选址。", version=2)
    status, said = autosave(colleague, asked, 2, "迟到的")
    assert (status, "已经回复" in said["message"]) == (422, True)
    page = page_of(colleague, asked)
    assert f'data-kept="{cast.colleague.pk}:answer-{asked.pk}"' in page, "to be copied from there"
    assert Answer.objects.get().text == "已选址。"


@pytest.mark.parametrize("is_done", [False, True])
def test_what_was_typed_when_the_session_ended_is_put_back(cast, as_user, asked, is_done):
    browser = as_user(cast.reporter)
    browser.logout()
    url = f"/instructions/{asked.pk}/answer/"
    page = browser.post(url, {"version": 1, "text": "写了半小时。", "then": "submit"})
    if is_done:
        actions.finish_instruction(instruction=asked, outcome="已办。", by=cast.office)
    login = {**page.context["kept"], "kept_path": url, "next": url}
    login |= {"username": "reporter", "password": PASSWORD}
    page = browser.post("/accounts/login/", login, follow=True).content.decode()
    assert "登录过期前填写的文字已放回框中" in page
    assert ">\n写了半小时。</textarea>" in page
    assert ("现在不能回复" in page, "data-autosave" in page) == (is_done, not is_done)
    assert not Answer.objects.exists(), "put back, not saved behind the person's back"


def test_the_same_answer_twice_with_its_file_is_one(cast, as_user, asked):
    reporter = as_user(cast.reporter)

    def post(content: bytes = PDF):
        files = SimpleUploadedFile("选址意见.pdf", content)
        form = {"version": 1, "text": "已完成选址。", "then": "submit", "files": files}
        return reporter.post(f"/instructions/{asked.pk}/answer/", form, follow=True)

    for _ in range(2):
        assert "已回复，请等待督查室审核。" in post().content.decode()
    assert InstructionFile.objects.count() == 1
    told = Event.objects.filter(subject="answer").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["save", "attach", "submit"]
    # Another file is no repetition: what is not kept is not said to be.
    assert "已经回复，不能再修改" in post(PDF + b"\n").content.decode()
    actions.accept_answer(answer=Answer.objects.get(), version=3, by=cast.office)
    assert "已回复，督查室已通过。" in post().content.decode()


def test_why_an_answer_was_sent_back_is_told_until_it_is_handed_in_again(cast, as_user, asked):
    mine = builders.answer(asked, cast.reporter)
    actions.return_answer(answer=mine, version=2, reason="请补充面积。", by=cast.office)
    urls = [asked.get_absolute_url(), "/instructions/", cast.items[1].get_absolute_url()]
    for _ in range(2):
        for user in (cast.office, cast.leader):
            for url in urls:
                page = as_user(user).get(url).content.decode()
                assert "退回原因：请补充面积。" in page
                assert "改了一半" not in page
        for user in (cast.co_lead, cast.supporter):
            assert "请补充面积" not in page_of(as_user(user), asked)
        # Its first save makes it a draft again, and it is still what was sent back.
        first = as_user(cast.reporter).get("/my-items/").content.decode()
        assert "回复被退回：请补充面积。" in first
        autosave(as_user(cast.reporter), asked, Answer.objects.get().version, "改了一半。")
    answer(as_user(cast.reporter), asked, "面积3万平方米。", version=Answer.objects.get().version)
    assert "请补充面积" not in page_of(as_user(cast.office), asked)


def test_a_unit_is_written_to_when_its_answer_is_sent_back(cast, settings, asked):
    settings.EMAIL_HOST, settings.HOOK_URL = "mail.example", "http://hook.example/"
    User.objects.filter(pk=cast.reporter.pk).update(email="a@example.cn")
    User.objects.filter(pk=cast.co_lead.pk).update(email="b@example.cn")
    mine = builders.answer(asked, cast.reporter)
    actions.return_answer(answer=mine, version=2, reason="请补充面积。", by=cast.office)
    mail, hook = Message.objects.order_by("pk")
    assert (mail.recipient, hook.recipient) == ("a@example.cn", "")
    for message in (mail, hook):
        assert message.subject == "【退回】对“1（2） 完成第2件实事”批示的回复"
        assert "单位1：" in message.body
        assert "已退回，请登录系统查看原因" in message.body
        assert "请补充面积" not in message.body, "words stay on the site"


def test_who_leads_an_item_no_more_still_reads_its_own_answer_and_nothing_else(
    cast, as_user, asked
):
    mine = builders.answer(asked, cast.reporter, "单位1办的。")
    builders.answer(asked, cast.co_lead, "单位2办的。")
    actions.accept_answer(answer=mine, version=2, by=cast.office)
    file = InstructionFile.objects.create(
        instruction=asked, answer=mine, name="意见.pdf", file="x", size=1, attached_by=cast.reporter
    )
    cast.items[1].responsibilities.filter(unit=cast.units[0]).delete()
    office = as_user(cast.office)
    change = {"follow_up": "改由单位2办理。", "due_on": "2026-05-01"}
    office.post(f"/instructions/{asked.pk}/follow-up/", change)
    office.post(f"/instructions/{asked.pk}/finish/", {"outcome": "全部办结。"})
    reporter = as_user(cast.reporter)
    page = page_of(reporter, asked)
    assert "已不由贵单位办理" in page
    assert asked.text in page
    assert "单位1办的。" in page
    assert f"/instructions/files/{file.pk}/" in page
    for hidden in ("单位2办的", "改由", "5月1日", "全部办结"):
        assert hidden not in page
    assert asked.get_absolute_url() in reporter.get("/instructions/?kind=all").content.decode()
    assert asked.get_absolute_url() not in reporter.get("/instructions/").content.decode()
    assert reporter.get(f"/instructions/{asked.pk}/answer/").status_code == 404
    assert answer(reporter, asked, "再写").status_code == 404
    for user in (cast.other, cast.stranger, cast.auditor):
        assert as_user(user).get(asked.get_absolute_url()).status_code in (403, 404)


def no_longer_leads(cast, unit) -> None:
    """Let the office give the item of `asked` to its other lead alone."""
    item = cast.items[1]
    leads = [each.unit for each in item.responsibilities.filter(duty="lead") if each.unit != unit]
    actions.adjust_item(
        item=item,
        number=item.number,
        standard=item.standard,
        leads=leads,
        supporting=[unit],
        reason="调整牵头单位",
        by=cast.office,
    )


def test_an_answer_is_not_sent_back_to_a_unit_that_cannot_write_it_anew(cast, as_user, asked):
    mine = builders.answer(asked, cast.reporter, "单位1办的。")
    theirs = builders.answer(asked, cast.co_lead, "单位2办的。")
    no_longer_leads(cast, cast.units[0])
    office = as_user(cast.office)
    page = page_of(office, asked)
    assert page.count("（已不由其办理）") == 1
    assert f"/answers/{mine.pk}/return/" not in page
    assert f"/answers/{theirs.pk}/return/" in page
    form = {"version": mine.version, "reason": "请补充。"}
    html = office.post(f"/answers/{mine.pk}/return/", form).content.decode()
    assert "该批示已不由单位1办理，退回后无人能改" in html
    assert "请补充。" in html
    assert not Message.objects.exists()
    office.post(f"/answers/{mine.pk}/accept/", {"version": mine.version})
    mine.refresh_from_db()
    assert mine.state == "accepted"


def test_nobody_waits_for_an_answer_that_was_sent_back_before_its_unit_led_no_more(
    cast, as_user, asked
):
    mine = builders.answer(asked, cast.reporter, "单位1办的。")
    actions.return_answer(answer=mine, version=mine.version, reason="请补充。", by=cast.office)
    assert "已退回，待重新回复" in page_of(as_user(cast.office), asked)
    reporter = as_user(cast.reporter)
    assert "件批示：" in reporter.get("/my-items/").content.decode()
    no_longer_leads(cast, cast.units[0])
    assert "已退回，已不由其办理" in page_of(as_user(cast.office), asked)
    assert "件批示：" not in reporter.get("/my-items/").content.decode()


def test_who_supports_an_item_has_no_overdue_answer(cast, as_user, asked):
    supporter = as_user(cast.supporter)
    assert asked.get_absolute_url() in supporter.get("/my-items/").content.decode()
    assert "件批示：" not in supporter.get("/my-items/").content.decode()


def test_a_unit_asked_no_more_gets_back_what_it_typed_and_reads_no_new_demand(cast, as_user, asked):
    reporter = as_user(cast.reporter)
    answer(
        reporter, asked, "单位1的草稿。", then="save", files=[SimpleUploadedFile("意见.pdf", PDF)]
    )
    file = InstructionFile.objects.get()
    cast.items[1].responsibilities.filter(unit=cast.units[0]).delete()
    change = {"follow_up": "改由单位2办理。", "due_on": "2026-05-01"}
    as_user(cast.office).post(f"/instructions/{asked.pk}/follow-up/", change)
    typed = {"version": 2, "text": "还没保存的一句。"}
    for address in (f"/instructions/{asked.pk}/answer/", f"/answers/files/{file.pk}/remove/"):
        refused = reporter.post(address, {**typed, "then": "submit"})
        assert refused.status_code == 404
        html = refused.content.decode()
        assert "还没保存的一句。" in html
        assert "改由单位2" not in html
    assert InstructionFile.objects.filter(pk=file.pk).exists()


def test_what_was_typed_before_the_login_is_given_back_where_its_page_is_gone(cast, client, asked):
    url = f"/instructions/{asked.pk}/answer/"
    page = client.post(url, {"version": 1, "text": "登录过期前写的。", "then": "submit"})
    cast.items[1].responsibilities.filter(unit=cast.units[0]).delete()
    login = {**page.context["kept"], "kept_path": url, "next": url}
    login |= {"username": "reporter", "password": PASSWORD}
    page = client.post("/accounts/login/", login, follow=True)
    assert page.status_code == 404
    assert "登录过期前写的。" in page.content.decode()
    assert "登录过期前写的。" not in client.get(url).content.decode(), "once"
