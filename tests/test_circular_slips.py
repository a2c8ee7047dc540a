"""What goes wrong around a circular: late clicks, stale tabs, slips of the pen, two at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import close_old_connections, connection

from reports.circulars import actions, drafts
from reports.circulars.annexes import choose
from reports.circulars.kind_actions import save_kind
from reports.circulars.models import Circular, CircularKind
from reports.circulars.parts import PLACEHOLDERS_LIMIT, unread
from reports.document.content import BodyTable
from reports.figures.quarter import build_figures
from reports.figures.sentence import opening_sentence
from targets.actions import cancel_item
from targets.models import Event, Period, User
from tests import builders
from tests.circulars import FIRST, issue, make_draft
from tests.conftest import PASSWORD


@pytest.fixture
def quarter(real_plan) -> Period:
    return Period.objects.select_related("plan__district").get(number=1)


@pytest.fixture
def office(quarter) -> User:
    return User.objects.get(username="office")


def form_of(client, draft: Circular) -> dict[str, str]:
    """Return what the draft's form posts as it stands."""
    form = client.get(f"/circulars/{draft.pk}/edit/").context["form"]
    kept = {name: value for name, value in form.initial.items() if value not in (None, "", [])}
    return {**kept, "is_landscape": "True"}


def draft_of_kind(cast, **fields: str) -> Circular:
    kind = CircularKind.objects.create(district=cast.district, **fields)
    return actions.draft_circular(period=cast.period, by=cast.office, dated=FIRST, kind=kind)


# Too late -------------------------------------------------------------------------


def test_who_edits_what_was_issued_meanwhile_gets_his_words_back(cast, as_user, quick):
    draft, office = make_draft(cast), as_user(cast.office)
    stale = form_of(office, draft)
    issued = issue(draft, cast.office)
    answer = office.post(f"/circulars/{draft.pk}/edit/", {**stale, "body": "写了很久的话。"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "督查通报2020年第1期此前已经印发，不能再改动；如有错误，请起草更正。" in page
    assert "写了很久的话。" in page
    assert "写了很久的话。" not in Circular.objects.get(pk=issued.pk).body
    assert office.get(f"/circulars/{draft.pk}/edit/").headers["Location"] == (
        f"/circulars/{draft.pk}/"
    )


@pytest.mark.parametrize("act", ["issue", "rewrite", "read", "sign"])
def test_a_second_click_says_that_it_was_issued(cast, as_user, quick, act):
    draft, office = make_draft(cast), as_user(cast.office)
    issue(draft, cast.office)
    events = Event.objects.count()
    answer = office.post(f"/circulars/{draft.pk}/{act}/", {"version": 1, "shown": "x"}, follow=True)
    assert answer.redirect_chain == [(f"/circulars/{draft.pk}/", 302)]
    assert "督查通报2020年第1期此前已经印发，刚才的操作没有作用。" in answer.content.decode()
    assert Event.objects.count() == events


def test_who_has_nothing_to_sign_is_told_nothing_of_an_issued_circular(cast, as_user, quick):
    issued = issue(make_draft(cast), cast.office)
    for user in (cast.reporter, cast.auditor, cast.stranger):
        assert as_user(user).post(f"/circulars/{issued.pk}/sign/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_a_correction_at_once_make_one(cast, quick):
    issued = issue(make_draft(cast), cast.office)
    barrier = Barrier(2, timeout=20)

    def begin(_each: int) -> str:
        try:
            barrier.wait()
            actions.correct_circular(circular=issued, by=cast.office)
        except actions.Refused as refusal:
            return str(refusal)
        finally:
            close_old_connections()
            connection.close()
        return "begun"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(begin, range(2)))
    assert said == ["begun", "该期通报已有更正草稿，请继续编辑该草稿。"]
    assert Circular.objects.filter(corrects=issued).count() == 1


# Names ----------------------------------------------------------------------------


def test_a_circular_is_called_as_it_was_printed(cast, as_user, quick):
    issued = issue(
        draft_of_kind(cast, name="督查专报", number_form="document", number_code="新政督"),
        cast.office,
    )
    assert issued.full_name == "督查专报新政督〔2020〕1号"
    CircularKind.objects.filter(pk=issued.kind_id).update(name="改称", number_form="issue")
    office = as_user(cast.office)
    assert "督查专报新政督〔2020〕1号" in office.get("/circulars/").content.decode()
    name = office.get(f"/circulars/{issued.pk}/circular.docx").headers["Content-Disposition"]
    assert "%E7%9D%A3%E6%9F%A5%E4%B8%93%E6%8A%A5" in name  # 督查专报, not 督查通报
    found = office.get("/search/", {"q": "新政督"}).content.decode()
    assert issued.get_absolute_url() in found
    correction = actions.correct_circular(circular=issued, by=cast.office)
    content = drafts.circular_content(correction)
    assert content.corrects == "新政督〔2020〕1号"
    assert content.body[0].startswith("新政督〔2020〕1号《督查专报》有关内容现予更正")


def test_a_renamed_kind_stays_the_usual_one(cast, as_user):
    first = make_draft(cast)
    CircularKind.objects.filter(pk=first.kind_id).update(name="政务督查")
    as_user(cast.office).post("/circulars/draft/", {"period": cast.period.pk})
    assert [each.kind_id for each in Circular.objects.all()] == [first.kind_id] * 2


def test_a_kind_of_the_same_name_is_refused_with_what_to_do(cast, as_user):
    kind = make_draft(cast).kind
    facts = {"number_form": "issue", "report_label": "报", "copy_label": "送", "send_label": "发"}
    for name in ("督查通报", " 督查\u202e通报"):  # what turns a line is no other name
        answer = as_user(cast.office).post("/circulars/kinds/add/", {**facts, "name": name})
        assert "本区已有“督查通报”，请直接修改那一种，或另起名称。" in answer.content.decode()
    assert list(CircularKind.objects.all()) == [kind]


def test_a_kind_that_somebody_else_changed_meanwhile_is_not_overwritten(cast, as_user):
    kind, office = make_draft(cast).kind, as_user(cast.office)
    address = f"/circulars/kinds/{kind.pk}/"
    form = office.get(address).context["form"]
    facts = {**form.initial, "opening": "我的开头。"}
    theirs = CircularKind.objects.get(pk=kind.pk)
    theirs.closing = "别人的结尾。"
    save_kind(kind=theirs, shown=kind.digest, by=cast.office)
    answer = office.post(address, facts)
    assert "刚被其他人修改" in answer.content.decode()
    assert "我的开头。" in answer.content.decode()
    kind.refresh_from_db()
    assert (kind.opening, kind.closing) == ("{总体情况}", "别人的结尾。")


def test_wording_that_no_part_answers_to_is_named_when_it_is_saved(cast, as_user):
    kind = make_draft(cast).kind
    office, address = as_user(cast.office), f"/circulars/kinds/{kind.pk}/"
    facts = {**office.get(address).context["form"].initial, "closing": "{没有的}，{完成率"}
    page = office.post(address, facts, follow=True).content.decode()
    assert "常用文字中有不能识别的自动内容：{没有的}，将照原样印出。" in page
    assert "常用文字中有不成对的花括号" in page


# Slips ----------------------------------------------------------------------------


def test_braces_are_read_in_either_width_and_halves_are_named(cast):
    draft = actions.edit_circular(
        circular=make_draft(cast), version=1, by=cast.office, body="｛季度｝{ 完成数 }项，{完成率"
    )
    assert drafts.circular_content(draft).body == ("第一季度0项，{完成率",)
    assert unread("{季度}") == []
    assert [said[:8] for said in unread("{季度}{甲}{完成率")] == [
        "有不能识别的自动",
        "有不成对的花括号",
    ]


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("annexes", "全部\n" * 21, "写了21个附表，最多20个"),
        ("annexes", "更正事项", "不是可用的范围"),  # nothing is corrected
        ("subset", "更正事项", "不是可用的范围"),
        ("body", "{各目标情况}\n" * (PLACEHOLDERS_LIMIT + 1), "自动内容写了61处，最多60处"),
        ("dated", "0202-04-28", "印发日期是202年，请核对年份"),
    ],
)
def test_what_no_circular_can_hold_is_refused(cast, as_user, field, text, said):
    draft, office = make_draft(cast), as_user(cast.office)
    posted = {**form_of(office, draft), field: text}
    answer = office.post(f"/circulars/{draft.pk}/edit/", posted)
    assert said in str(answer.context["form"].errors[field])
    assert Circular.objects.get(pk=draft.pk).version == draft.version


def test_a_kinds_wording_is_no_longer_than_a_body(cast, as_user):
    kind = make_draft(cast).kind
    office, address = as_user(cast.office), f"/circulars/kinds/{kind.pk}/"
    facts = office.get(address).context["form"].initial
    for changes, said in (
        ({"opening": "字" * 10_000, "closing": "字" * 10_000}, "共20002字，最多20000字"),
        ({"demands": "{季度}" * PLACEHOLDERS_LIMIT}, "自动内容写了61处"),
    ):
        assert said in office.post(address, {**facts, **changes}).content.decode()


@pytest.mark.parametrize(("year", "is_named"), [(2029, True), (2030, False), (2031, False)])
def test_a_year_that_the_quarter_is_not_of_is_named(cast, year, is_named):
    draft = make_draft(cast, date(year, 4, 28))
    warnings = drafts.warnings_of(draft, build_figures(cast.period))
    assert any(each.field == "dated" for each in warnings) == is_named


def test_a_first_number_gives_way_once_the_series_has_begun(cast, as_user, quick):
    draft, office = make_draft(cast), as_user(cast.office)
    draft = actions.edit_circular(
        circular=draft, version=1, by=cast.office, first_number=5, first_number_reason="另行印发"
    )
    issue(make_draft(cast), cast.office)
    posted = form_of(office, draft)
    answer = office.post(f"/circulars/{draft.pk}/edit/", {**posted, "first_number": "7"})
    assert "请清空“起始期号”" in answer.content.decode()
    assert (
        office.post(f"/circulars/{draft.pk}/edit/", {**posted, "body": "改。"}).status_code == 302
    )
    draft.refresh_from_db()
    assert (draft.first_number, draft.first_number_reason, draft.body) == (None, "", "改。")
    assert drafts.circular_content(draft).number == 2


def test_a_correction_keeps_the_place_of_a_table(cast, quick):
    draft = actions.edit_circular(
        circular=make_draft(cast), version=1, by=cast.office, body="前。\n{单位排名}\n后。"
    )
    correction = actions.correct_circular(circular=issue(draft, cast.office), by=cast.office)
    body = drafts.circular_content(correction).body[1:]
    assert body[0] == "前。"
    assert [type(each) for each in body[1:-1]] == [BodyTable] * (len(body) - 2)
    assert len(body) > 2
    assert body[-1] == "后。"


# Two at one draft, and a session that ends -----------------------------------------


def test_whoever_saves_second_sees_both_and_then_decides(cast, as_user):
    draft, office = make_draft(cast), as_user(cast.office)
    address, stale = f"/circulars/{draft.pk}/edit/", form_of(office, draft)
    actions.edit_circular(circular=draft, version=1, by=cast.office, body="先到的话。", remark="注")
    answer = office.post(address, {**stale, "body": "后到的话。"})
    page = answer.content.decode()
    assert "该通报刚被其他人修改" in page
    assert dict(answer.context["theirs"]) == {"正文": "先到的话。", "附注": "注"}
    assert answer.context["form"]["body"].value() == "后到的话。"
    assert Circular.objects.get(pk=draft.pk).body == "先到的话。"
    version = answer.context["form"]["version"].value()
    office.post(address, {**stale, "body": "合并的话。", "version": version})
    assert Circular.objects.get(pk=draft.pk).body == "合并的话。"


def test_what_was_composed_when_the_session_ended_is_put_back(cast, as_user):
    draft, browser = make_draft(cast), as_user(cast.office)
    url = f"/circulars/{draft.pk}/edit/"
    posted = {**form_of(browser, draft), "body": "写了半小时。", "remark": "注"}
    browser.logout()
    kept = browser.post(url, posted).context["kept"]
    actions.edit_circular(circular=draft, version=1, by=cast.office, title="别人改的标题")
    login = {**kept, "kept_path": url, "next": url, "username": "office", "password": PASSWORD}
    answer = browser.post("/accounts/login/", login, follow=True)
    assert "登录过期前填写的文字已放回框中，尚未保存" in answer.content.decode()
    form = answer.context["form"]
    assert [form[name].value() for name in ("body", "remark")] == ["写了半小时。", "注"]
    assert form["version"].value() == "1", "who saved meanwhile is not overwritten unseen"
    assert Circular.objects.get(pk=draft.pk).body == ""
    assert "放回框中" not in browser.get(url).content.decode()


# A draft taken back ----------------------------------------------------------------


def test_a_draft_begun_by_mistake_is_taken_away_and_its_words_stay_in_the_trail(cast, as_user):
    draft, office = make_draft(cast), as_user(cast.office)
    draft = actions.edit_circular(circular=draft, version=1, by=cast.office, body="自己的话。")
    address = f"/circulars/{draft.pk}/remove/"
    stale = office.post(address, {"version": 1})
    assert "该通报刚被其他人修改" in stale.content.decode()
    answer = office.post(address, {"version": draft.version}, follow=True)
    assert "已删除：2030年第一季度通报草稿。" in answer.content.decode()
    assert not Circular.objects.exists()
    event = Event.objects.get(verb="delete", subject="circular")
    assert event.old["body"] == "自己的话。"
    assert event.subject_id == draft.pk


def test_what_was_issued_is_not_taken_away(cast, as_user, quick):
    issued = issue(make_draft(cast), cast.office)
    answer = as_user(cast.office).post(f"/circulars/{issued.pk}/remove/", {"version": 2})
    assert answer.status_code == 302
    assert Circular.objects.get().is_issued


def test_words_of_ones_own_are_given_up_only_where_there_are_any_and_after_a_question(
    cast, as_user
):
    draft, office = make_draft(cast), as_user(cast.office)
    assert "恢复为本类通报" not in office.get(draft.get_absolute_url()).content.decode()
    actions.edit_circular(circular=draft, version=1, by=cast.office, title="自己的标题")
    page = office.get(draft.get_absolute_url()).content.decode()
    assert "自行改写的标题和正文将被换掉" in page


# The composer's fields ---------------------------------------------------------------


def test_every_field_stands_in_one_group_and_none_that_is_named_behind_a_fold(cast, as_user, quick):
    draft, office = make_draft(cast), as_user(cast.office)
    address = f"/circulars/{draft.pk}/edit/"

    def groups(**posted: str) -> dict:
        answer = office.post(address, posted) if posted else office.get(address)
        return {each.title: each for each in answer.context["groups"]}

    plain = groups()
    assert [title for title, each in plain.items() if title and each.is_open] == []
    stale = form_of(office, draft)
    assert groups(**{**stale, "annexes": "没有的"})["通报范围和附表"].is_open  # an error
    actions.edit_circular(circular=draft, version=1, by=cast.office, send_to="区没有局。")
    assert groups()["主送、报送和附注"].is_open  # a warning
    correction = actions.correct_circular(circular=issue(draft, cast.office), by=cast.office)
    context = office.get(f"/circulars/{correction.pk}/edit/").context
    shown = [field.name for group in context["groups"] for field in group.fields]
    assert sorted([*shown, "version"]) == sorted(context["form"].fields)
    assert {each.title: each for each in context["groups"]}["通报范围和附表"].is_open


# What the warnings speak of ----------------------------------------------------------


def test_an_issue_on_a_part_is_held_against_that_part_and_the_units_chosen(quarter, office):
    """The whole plan says 36项，占31%, and 54 units in its own words."""
    draft = actions.draft_circular(period=quarter, by=office, dated=FIRST)
    figures = build_figures(quarter)

    def said(**words: object) -> list[str]:
        at = Circular.objects.get(pk=draft.pk)
        edited = actions.edit_circular(circular=at, version=at.version, by=office, **words)
        return [each.text for each in drafts.warnings_of(edited, figures)]

    part = choose(figures, "目标3")
    sentence = opening_sentence(part, whole=figures)
    assert said(subset="目标3", body=sentence) == []
    (only,) = said(body=sentence.replace(f"推进{part.item_total}项", "推进118项"))
    assert f"118项”与当前统计（{part.item_total}项）不一致" in only
    by_leads = f"涉及牵头单位{len(figures.units)}家。"
    assert said(subset="", unit_count="leads", body=by_leads) == []
    assert "不一致" in said(unit_count="leads", body="涉及牵头单位54家。")[0]


def test_an_annex_that_holds_nothing_any_more_is_named(cast, as_user):
    draft, office = make_draft(cast), as_user(cast.office)
    posted = form_of(office, draft)
    answer = office.post(f"/circulars/{draft.pk}/edit/", {**posted, "annexes": "未填报"})
    assert answer.status_code == 302
    for item in cast.items:
        builders.approve(builders.entry_of(cast.period, item), cast.office, "已完成", "完成。")
    warnings = drafts.warnings_of(Circular.objects.get(), build_figures(cast.period))
    (only,) = [each.text for each in warnings if each.field == "annexes"]
    assert only == "附表范围“未填报”现在没有事项，附表中将印“（无）”。"


def test_an_annex_outside_of_what_the_issue_is_about_is_refused(cast, as_user):
    draft, office = make_draft(cast), as_user(cast.office)
    posted = {**form_of(office, draft), "subset": "1(1)", "annexes": "1(2)"}
    answer = office.post(f"/circulars/{draft.pk}/edit/", posted)
    said = "“1(2)”在通报范围“1(1)”内没有事项"
    assert said in str(answer.context["form"].errors["annexes"])


def test_the_trail_names_what_was_chosen_in_words(cast, as_user):
    draft = make_draft(cast)
    actions.edit_circular(circular=draft, version=1, by=cast.office, unit_count="leads")
    event = Event.objects.filter(subject="circular", verb="change").get()
    assert (event.old, event.new) == (
        {"unit_count": "全部责任单位（牵头和配合）"},
        {"unit_count": "牵头单位"},
    )
    kind = draft.kind
    shown, kind.number_form = kind.digest, "year"
    save_kind(kind=kind, shown=shown, by=cast.office)
    event = Event.objects.get(subject="circularkind")
    assert (event.old, event.new) == ({"number_form": "第2期"}, {"number_form": "〔2024〕第9期"})


def test_what_was_cancelled_is_neither_going_on_nor_in_the_annex_of_a_status(cast, quick):
    issue(make_draft(cast), cast.office)
    entry = builders.entry_of(cast.period, cast.items[0])
    builders.approve(entry, cast.office, "已完成", "完成。")
    cancel_item(item=cast.items[1], reason="另行安排", stays_counted=False, by=cast.office)
    draft = actions.edit_circular(
        circular=make_draft(cast),
        version=1,
        by=cast.office,
        body="{上期落实情况}\n{事项总数}项，已完成{完成数}项。",
        annexes="一：已完成\n二：未完成",
    )
    content = drafts.circular_content(draft)
    assert content.paragraphs == (
        "督查通报2020年第1期所列未完成的3项中，已完成1项：1（1）；已取消1项：1（2）；其余1项仍在推进。",
        "2项，已完成1项。",
    )
    listed = [[row.item_number for row in annex.rows] for annex in content.annexes]
    assert listed == [[1], [3]]


def test_every_number_of_the_parts_is_that_of_the_annexes(quarter, office):
    """Of the plan with the demonstration's verdicts, and of a part of it."""
    for subset in ("", "目标3、区发改局"):
        draft = actions.draft_circular(period=quarter, by=office, dated=FIRST)
        draft = actions.edit_circular(
            circular=draft,
            version=1,
            by=office,
            subset=subset,
            body="{完成数}/{事项总数}\n{滞后事项}\n{各目标情况}",
            annexes="一：已完成\n二：未完成\n三：滞后",
        )
        content = drafts.circular_content(draft)
        done, going, behind = (len(annex.rows) for annex in content.annexes)
        first, lagging, *goals = content.paragraphs
        assert first == f"{done}/{done + going}"
        assert lagging.startswith(f"以下{behind}项进展滞后")
        counts = [re.search(r"共(\d+)项，已完成(\d+)项", said) for said in goals]
        assert sum(int(each[2]) for each in counts) == done
        assert sum(int(each[1]) for each in counts) == done + going
