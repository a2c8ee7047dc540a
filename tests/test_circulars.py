"""The circular's life: drafted, edited, previewed, issued, kept, corrected."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from urllib.parse import unquote

import pytest
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.test import Client

from reports import renderings
from reports.circulars import actions, drafts, rendering
from reports.circulars.checking import (
    changes_since,
    disagreeing_numbers,
    disagreeing_totals,
    unknown_units,
)
from reports.circulars.models import (
    Circular,
    CircularState,
    FileKind,
    IssuedFile,
)
from reports.document.content import content_from_json, content_to_json
from reports.figures.sentence import opening_sentence
from reports.renderings import Rendering, RenderingState
from targets.models import Entry, Event, User
from tests.circulars import FIRST, issue, make_draft
from tests.conftest import Cast
from tests.documents import content_of, make_figures, make_row, source_content, source_figures

OFFICE_PAGES = ("", "edit/", "issue/", "preview.pdf", "circular.pdf", "circular.docx")
ANNEX_PAGES = ("annex.xlsx", "annex.pdf", "annex.csv")


# Drafting ------------------------------------------------------------------


def test_draft_says_what_the_figures_say_and_goes_on_following_them(cast: Cast) -> None:
    draft = make_draft(cast)
    before = drafts.circular_content(draft)
    assert before.number == 1
    assert "分解为3项责任事项" in before.body[0]
    assert "未填报的3项，占100%。" in before.body[0]
    Entry.objects.filter(item=cast.items[0]).update(
        status=cast.completed,
        approved_text="已完成。",
        approved_at="2030-01-01T00:00Z",
        approved_by=cast.office,
    )
    after = drafts.circular_content(Circular.objects.get(pk=draft.pk))
    assert "已完成年度目标任务的1项，占33%；" in after.body[0]


def test_edit_keeps_the_offices_words_and_records_them(cast: Cast) -> None:
    draft = make_draft(cast)
    edited = actions.edit_circular(
        circular=draft, version=1, by=cast.office, body="第一段。\n第二段。", is_landscape=False
    )
    content = drafts.circular_content(edited)
    assert content.body == ("第一段。", "第二段。")
    assert content.orientation == "portrait"
    event = Event.objects.filter(subject="circular", verb="change").get()
    assert event.new["body"] == "第一段。\n第二段。"


def test_a_title_line_wider_than_the_page_is_broken_by_sense(cast: Cast) -> None:
    title = "关于贯彻落实区委区政府深入推进长江大保护和乡村振兴战略实施意见\n完成情况的通报"
    Circular.objects.filter(pk=make_draft(cast).pk).update(title=title)
    lines = drafts.circular_content(Circular.objects.get()).title_lines
    assert len(lines) > 2
    assert "".join(lines) == title.replace("\n", "")
    assert max(map(len, lines)) <= 20
    assert lines[-1] == "完成情况的通报"


def test_edit_of_an_outdated_version_is_refused(cast: Cast) -> None:
    draft = make_draft(cast)
    actions.edit_circular(circular=draft, version=1, by=cast.office, body="甲。")
    with pytest.raises(actions.Refused, match="刚被其他人修改"):
        actions.edit_circular(circular=draft, version=1, by=cast.office, body="乙。")
    assert Circular.objects.get(pk=draft.pk).body == "甲。"


def test_only_the_districts_office_drafts(cast: Cast) -> None:
    for user in (cast.leader, cast.reporter, cast.administrator, cast.auditor, cast.stranger):
        with pytest.raises(actions.Refused):
            actions.draft_circular(period=cast.period, by=user)
    assert not Circular.objects.exists()


# Numbers ------------------------------------------------------------------


def test_numbers_run_within_the_year_of_the_issue_date(cast: Cast, quick: list) -> None:
    numbers = [
        (issued.year, issued.number)
        for dated in (FIRST, FIRST, date(2021, 1, 5), FIRST)
        for issued in [issue(make_draft(cast, dated), cast.office)]
    ]
    assert numbers == [(2020, 1), (2020, 2), (2021, 1), (2020, 3)]


def test_the_years_first_may_start_higher_with_a_reason_and_later_ones_follow(
    cast: Cast, quick: list
) -> None:
    draft = make_draft(cast)
    with pytest.raises(actions.Refused, match="原因"):
        actions.edit_circular(circular=draft, version=1, by=cast.office, first_number=2)
    draft = actions.edit_circular(
        circular=draft,
        version=1,
        by=cast.office,
        first_number=2,
        first_number_reason="第1期已另行印发。",
    )
    later = make_draft(cast)
    assert issue(draft, cast.office).number == 2
    assert drafts.proposed_number(later) == 3
    with pytest.raises(actions.Refused, match="依次顺延"):
        actions.edit_circular(
            circular=later,
            version=1,
            by=cast.office,
            first_number=9,
            first_number_reason="想要大一点。",
        )
    assert issue(later, cast.office).number == 3


def test_a_number_is_given_once(cast: Cast, quick: list) -> None:
    issued = issue(make_draft(cast), cast.office)
    other = issue(make_draft(cast), cast.office)
    with pytest.raises(IntegrityError), transaction.atomic():
        Circular.objects.filter(pk=other.pk).update(number=issued.number)


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_get_two_numbers(
    cast: Cast, quick: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = [make_draft(cast), make_draft(cast)]
    barrier = Barrier(2, timeout=20)
    freeze = actions._freeze
    waited = []

    def freeze_together(*args: object) -> Circular:
        if len(waited) < 2:  # both hold files under the same number before either takes it
            waited.append(args)
            barrier.wait()
        return freeze(*args)

    monkeypatch.setattr(actions, "_freeze", freeze_together)

    def run(circular: Circular) -> int | None:
        try:
            return issue(circular, cast.office).number
        finally:
            close_old_connections()
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        numbers = list(pool.map(run, pair))
    assert sorted(numbers) == [1, 2]
    for circular in Circular.objects.all():
        assert content_from_json(circular.content).number == circular.number
        assert circular.files.count() == len(FileKind)


@pytest.mark.parametrize("where", ["_write_files", "record_event"])
def test_a_crash_in_the_middle_leaves_nothing_and_the_number_free(
    cast: Cast, quick: list, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    draft = make_draft(cast)

    def crash(*args: object, **kwargs: object) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(actions, where, crash)
        with pytest.raises(MemoryError):
            issue(draft, cast.office)
    left = Circular.objects.get(pk=draft.pk)
    assert (left.state, left.number, left.content) == (CircularState.DRAFT, None, None)
    assert not IssuedFile.objects.exists()
    assert issue(draft, cast.office).number == 1


def test_nothing_is_rendered_in_a_transaction(
    db: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth = []
    outer = len(connection.savepoint_ids)
    monkeypatch.setattr(
        rendering,
        "render_file",
        lambda content, kind: depth.append(len(connection.savepoint_ids)) or b"file",
    )
    issue(make_draft(cast), cast.office)
    assert depth == [outer] * len(FileKind)


# What was issued stays -----------------------------------------------------------


@pytest.mark.document
def test_archive_keeps_bytes_and_hashes_and_says_what_changed(
    cast: Cast, as_user: Callable[[User], Client]
) -> None:
    issued = issue(make_draft(cast), cast.office)
    before = {file.kind: (bytes(file.data), file.sha256) for file in issued.files.all()}
    assert set(before) == set(FileKind)
    for data, digest in before.values():
        assert hashlib.sha256(data).hexdigest() == digest
    unit = cast.units[0]
    unit.name = "改名后的单位"
    unit.save()
    Entry.objects.filter(item=cast.items[1]).update(
        status=cast.completed,
        approved_text="后来完成。",
        approved_at="2030-01-01T00:00Z",
        approved_by=cast.office,
    )
    client = as_user(cast.leader)
    response = client.get(f"/circulars/{issued.pk}/circular.pdf")
    assert response.content == before["pdf"][0]
    assert response["ETag"] == f'"{before["pdf"][1]}"'
    name = unquote(response["Content-Disposition"])
    assert name == "attachment; filename*=utf-8''督查通报2020年第1期.pdf"
    assert client.get(f"/circulars/{issued.pk}/annex.xlsx").content == before["annex-xlsx"][0]
    page = client.get(f"/circulars/{issued.pk}/").content.decode()
    assert f'<td class="digest cell-text" data-label="SHA-256">{before["pdf"][1]}</td>' in page
    assert "改名后的单位" in page
    assert "后来完成。" in page
    assert issued.title_text in page


def test_an_issued_circular_cannot_be_changed(cast: Cast, quick: list) -> None:
    issued = issue(make_draft(cast), cast.office)
    for move in (
        lambda: actions.edit_circular(
            circular=issued, version=issued.version, by=cast.office, body="改。"
        ),
        lambda: actions.rewrite_circular(circular=issued, version=issued.version, by=cast.office),
        lambda: issue(issued, cast.office),
    ):
        with pytest.raises(actions.Refused, match="已印发"):
            move()
    file = issued.files.first()
    with pytest.raises(TypeError):
        file.save()
    with pytest.raises(TypeError):
        file.delete()


def test_what_was_not_shown_is_not_issued(cast: Cast, quick: list) -> None:
    draft = make_draft(cast)
    shown = rendering.words_digest(drafts.circular_content(draft))
    Entry.objects.filter(item=cast.items[0]).update(
        status=cast.completed,
        approved_text="已完成。",
        approved_at="2030-01-01T00:00Z",
        approved_by=cast.office,
    )
    with pytest.raises(actions.Refused, match="有变动"):
        issue(draft, cast.office, shown=shown)
    assert Circular.objects.get(pk=draft.pk).state == CircularState.DRAFT


def test_correction_names_what_it_corrects_and_leaves_it(cast: Cast, quick: list) -> None:
    issued = issue(make_draft(cast), cast.office)
    draft = actions.correct_circular(circular=issued, by=cast.office)
    content = drafts.circular_content(draft)
    assert content.corrects == "2020年第1期"
    assert "2020年第1期《督查通报》有关内容现予更正" in content.body[0]
    with pytest.raises(actions.Refused, match="已有更正草稿"):
        actions.correct_circular(circular=issued, by=cast.office)
    correction = issue(draft, cast.office)
    assert correction.corrects == issued
    assert bytes(issued.files.get(kind="pdf").data).startswith(b"pdf ")


def test_the_issued_page_tells_a_correction_being_drafted_from_an_issued_one(
    cast: Cast, quick: list, as_user: Callable[[User], Client]
) -> None:
    issued = issue(make_draft(cast), cast.office)
    draft = actions.correct_circular(circular=issued, by=cast.office)
    page = as_user(cast.office).get(issued.get_absolute_url()).content.decode()
    assert "本期的更正正在起草" in page
    correction = issue(draft, cast.office)
    page = as_user(cast.office).get(issued.get_absolute_url()).content.decode()
    assert f"{correction}</a>更正。" in page
    assert "正在起草" not in page


def test_names_from_a_paper_slip_are_kept(cast: Cast, quick: list) -> None:
    issued = issue(make_draft(cast), cast.office, reader="张三", signer="李四")
    assert (issued.reader, issued.signer) == ("张三", "李四")
    assert (issued.read_by, issued.signed_by) == (None, None)


# Renderings ------------------------------------------------------------------


def test_the_same_content_is_rendered_once(cast: Cast, quick: list) -> None:
    draft = make_draft(cast)
    content = drafts.circular_content(draft)
    for _ in range(3):
        rendering.obtain_file(content, FileKind.PDF)
    assert len(quick) == 1
    issue(draft, cast.office)
    assert len(quick) == len(FileKind)


def test_drafts_files_are_not_kept_for_ever(
    cast: Cast, quick: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderings, "KEPT", 3)
    for number in range(6):
        content = content_of([make_row(1, 1, text=f"第{number}版。")])
        rendering.obtain_file(content, FileKind.ANNEX_CSV)
    assert Rendering.objects.count() == 3


def test_a_long_circular_is_rendered_outside_the_request(
    cast: Cast,
    quick: list,
    monkeypatch: pytest.MonkeyPatch,
    as_user: Callable[[User], Client],
) -> None:
    started = []

    def start(command: list[str], **kwargs: object) -> None:
        started.extend([command, kwargs["stdin"].read()])

    monkeypatch.setattr(rendering, "INLINE_ROWS", 2)
    monkeypatch.setattr(rendering.subprocess, "Popen", start)
    draft = make_draft(cast)
    client = as_user(cast.office)
    address = f"/circulars/{draft.pk}/preview.pdf"
    for _ in range(2):
        response = client.get(address)
        assert response.status_code == 202
        assert response["Refresh"] == "3"
        assert "正在生成" in response.content.decode()
    assert len(started) == 2  # one process, its words
    waiting = Rendering.objects.get()
    rendering.finish_rendering(waiting, started[1])
    assert client.get(address).content.startswith(b"pdf ")


def test_a_failed_rendering_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Rendering.objects.create(
        digest="0" * 64,
        kind=FileKind.PDF,
        state=RenderingState.WORKING,
        started_at="2030-01-01T00:00Z",
        used_at="2030-01-01T00:00Z",
    )
    rendering.finish_rendering(waiting, b"not json")
    waiting.refresh_from_db()
    assert waiting.state == RenderingState.FAILED


# Pages ------------------------------------------------------------------


@pytest.mark.document
def test_the_office_sees_its_draft_everywhere(
    cast: Cast, as_user: Callable[[User], Client]
) -> None:
    draft = make_draft(cast)
    client = as_user(cast.office)
    for name in (*OFFICE_PAGES, *ANNEX_PAGES):
        assert client.get(f"/circulars/{draft.pk}/{name}").status_code == 200, name
    preview = client.get(f"/circulars/{draft.pk}/preview.pdf")
    assert preview["Content-Type"] == "application/pdf"
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]
    page = client.get(f"/circulars/{draft.pk}/")
    assert page["X-Frame-Options"] == "DENY"
    assert "尚未填报" in page.content.decode()


def test_drafts_exist_for_nobody_else(
    cast: Cast, quick: list, as_user: Callable[[User], Client]
) -> None:
    draft = make_draft(cast)
    issued = issue(make_draft(cast), cast.office)
    others = (cast.leader, cast.reporter, cast.administrator, cast.auditor)
    for user in others:
        client = as_user(user)
        for name in (*OFFICE_PAGES, *ANNEX_PAGES):
            assert client.get(f"/circulars/{draft.pk}/{name}").status_code == 404, name
        assert client.post(f"/circulars/{draft.pk}/rewrite/", {"version": 1}).status_code == 404
        assert client.post(f"/circulars/{issued.pk}/correct/").status_code == 404
        assert client.get(f"/circulars/{issued.pk}/").status_code == 200
        assert client.get(f"/circulars/{issued.pk}/circular.pdf").status_code == 200
        assert str(draft) not in client.get("/circulars/").content.decode()
    stranger = as_user(cast.stranger)
    for circular in (draft, issued):
        assert stranger.get(f"/circulars/{circular.pk}/").status_code == 404
    assert Event.objects.filter(subject="circular", verb="export").count() == len(others)


def test_drafting_editing_and_issuing_by_hand(
    cast: Cast, quick: list, as_user: Callable[[User], Client]
) -> None:
    client = as_user(cast.office)
    response = client.post("/circulars/draft/", {"period": cast.period.pk})
    draft = Circular.objects.get()
    assert response["Location"] == f"/circulars/{draft.pk}/edit/"
    form = client.get(response["Location"]).context["form"]
    values = {name: form[name].value() for name in form.fields}
    words = {key: value for key, value in values.items() if value not in (None, False)}
    words |= {"body": "手写正文。", "dated": "2020-04-28"}
    assert client.post(response["Location"], words)["Location"] == f"/circulars/{draft.pk}/"
    page = client.get(f"/circulars/{draft.pk}/issue/")
    assert 'button--danger" type="submit">确认印发' in page.content.decode(), "it is for good"
    form = page.context["form"]
    answer = client.post(
        f"/circulars/{draft.pk}/issue/",
        {"version": form["version"].value(), "shown": form["shown"].value()},
    )
    assert answer.status_code == 302
    issued = Circular.objects.get()
    assert (issued.year, issued.number, issued.body) == (2020, 1, "手写正文。")


def test_bad_input_is_said_and_changes_nothing(
    cast: Cast, as_user: Callable[[User], Client]
) -> None:
    draft = make_draft(cast)
    client = as_user(cast.office)
    address = f"/circulars/{draft.pk}/edit/"
    for words in ({}, {"version": "x"}, {"version": 1, "dated": "2020-13-01", "title": "题"}):
        response = client.post(address, words)
        assert response.status_code == 200
        assert "内容未保存" in response.content.decode()
    assert client.post("/circulars/draft/", {"period": "x"}).status_code == 302
    assert client.get(f"/circulars/{draft.pk}/circular.pdf?variant=evil").status_code == 404
    assert Circular.objects.get(pk=draft.pk).version == 1


# Warnings and differences, without a database -----------------------------------------


def test_numbers_that_no_longer_agree_are_named() -> None:
    figures = source_figures()
    sentence = source_content().body[0]
    assert disagreeing_numbers(sentence, figures, sentence) == []
    changed = sentence.replace("36项，占31%", "35项，占30%")
    messages = disagreeing_numbers(changed, figures, sentence)
    assert len(messages) == 1
    assert "35项，占30%" in messages[0]
    assert "36项，占31%" in messages[0]


def test_a_percent_typed_with_its_own_decimals_is_no_contradiction() -> None:
    keys = ["status-1"] * 49 + ["status-2"] * 69
    rows = [make_row(1, number, class_key=key) for number, key in enumerate(keys, 1)]
    figures = make_figures(rows)
    sentence = opening_sentence(figures)
    for share in ("42", "41.5", "41.53"):
        text = f"已完成年度目标任务的49项，占{share}%"
        assert disagreeing_numbers(text, figures, sentence) == []
    for share in ("41", "41.6", "43"):
        text = f"已完成年度目标任务的49项，占{share}%"
        assert len(disagreeing_numbers(text, figures, sentence)) == 1


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("完成率43%，办结50项。", 2),
        ("全区任务完成率为43%；目前已完成50项责任事项，其余推进。", 2),
        ("完成率31%，办结36项。", 0),
        ("完成率30.5%，累计完成36项。", 0),
        ("完成率30.6%", 1),
        ("比上季度提高43%，投资完成率43%，上季度完成率20%，新完成50项。", 0),
        ("确保完成率达到90%，力争完成60项；完成率90%以上，完成12项整改。", 0),
    ],
)
def test_a_rate_or_a_count_in_other_words_is_looked_at_too(text: str, count: int) -> None:
    assert len(disagreeing_totals(text, source_figures())) == count


def test_a_typed_rate_leads_to_its_field_and_forbids_nothing(
    cast: Cast, as_user: Callable[[User], Client]
) -> None:
    draft = make_draft(cast)
    actions.edit_circular(circular=draft, version=1, by=cast.office, body="完成率43%，办结50项。")
    page = as_user(cast.office).get(f"/circulars/{draft.pk}/").content.decode()
    link = f'<a href="/circulars/{draft.pk}/edit/#id_body">正文“'
    assert f"{link}完成率43%”与当前统计（完成率0%）不一致" in page
    assert f"{link}办结50项”与当前统计（完成" in page
    assert issue(draft, cast.office).is_issued


def test_shares_with_one_decimal_add_up_too() -> None:
    sentence = opening_sentence(source_figures(), has_tenths=True)
    assert sentence.endswith("已完成年度目标任务的36项，占30.5%；正在推进的82项，占69.5%。")


def test_names_outside_the_register_are_named() -> None:
    register = ["区发改局", "区城管执法局", "区城管局"]
    text = "区发改局、区城管执法局和区城管局进展顺利，区旅游局进展缓慢。"
    assert unknown_units(text, register) == ["区旅游局"]
    assert unknown_units("区政府常务会议", register) == []


def test_a_character_that_no_typeface_has_is_named_before_issuing(cast: Cast) -> None:
    draft = make_draft(cast)
    figures = make_figures([make_row(1, 1, text="区人大代表朱\ue000基提出的建议已办结。")])
    named = [each for each in drafts.warnings_of(draft, figures) if "U+E000" in each.text]
    assert len(named) == 1
    assert "〓" in named[0].text
    assert named[0].rows == figures.rows
    figures = make_figures([make_row(1, 1, text="完成投资12.5亿元，面积3㎡。")])
    assert [each for each in drafts.warnings_of(draft, figures) if "U+" in each.text] == []


def test_differences_between_issue_and_ledger_are_listed() -> None:
    old = content_of([make_row(1, 1), make_row(1, 2)])
    new = content_of([make_row(1, 1, text="已完成。", class_key="status-1"), make_row(1, 3)])
    changes = {change.what: (change.old, change.new) for change in changes_since(old, new)}
    assert changes["第1个目标（1）完成情况"] == ("正在推进。", "已完成。")
    assert changes["第1个目标（1）完成状态"] == ("正在推进", "已完成")
    assert changes["第1个目标（2）事项"][1] == "（已无此事项）"
    assert changes["第1个目标（3）事项"][0] == "（印发时无此事项）"
    assert changes_since(old, old) == []


def test_content_survives_the_archive() -> None:
    content = source_content()
    assert content_from_json(json.loads(json.dumps(content_to_json(content)))) == content


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            ["status-1"] * 36 + ["status-2"] * 82,
            "已完成年度目标任务的36项，占31%；正在推进的82项，占69%。",
        ),
        (["status-2"] * 3, "正在推进的3项，占100%。"),
        (
            ["status-2"] * 3,
            "积极推进3项责任事项，目前尚无完成年度目标任务的；正在推进的3项，占100%。",
        ),
        (["unreported"] * 3, "按照任务要求，应推进3项责任事项，未填报的3项，占100%。"),
        (["status-1"], "积极推进1项责任事项，已完成年度目标任务的1项，占100%。"),
        (["unreported"] * 2 + ["status-1"], "已完成年度目标任务的1项，占33%；未填报的2项，占67%。"),
        ([], "暂无纳入统计的责任事项。"),
    ],
)
def test_sentence_has_one_clause_for_each_class_that_is_not_empty(
    keys: list[str], sentence: str
) -> None:
    rows = [make_row(1, number, class_key=key) for number, key in enumerate(keys, 1)]
    assert opening_sentence(make_figures(rows)).endswith(sentence)
