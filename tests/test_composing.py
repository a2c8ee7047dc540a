"""Circulars as districts publish them, composed from the figures, issued, and read back.

The structures are those of public examples; the words are our own.
"""

import re
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.circulars import actions, drafts, rendering
from reports.circulars.annexes import choose, read_annexes, unknown_choices
from reports.circulars.models import Circular, CircularKind, FileKind
from reports.circulars.parts import PARTS
from reports.document.annex import OPTIONAL, print_order
from reports.document.content import BodyTable, CircularContent, content_from_json
from reports.document.docx import circular_docx
from reports.document.typesetting import RECIPIENT_LINES, circular_pdf, recipient_lines
from reports.figures.quarter import build_figures
from targets.models import District, Event, Period, User
from tests import builders
from tests.annex_reading import joined_records
from tests.circulars import issue, make_draft
from tests.pdf_reading import MM, read_pdf

ON = date(2020, 4, 28)


def make_kind(district, name="政务督查", **fields) -> CircularKind:
    return CircularKind.objects.create(district=district, name=name, **fields)


@pytest.fixture
def quarter(real_plan) -> Period:
    return Period.objects.select_related("plan__district").get(number=1)


@pytest.fixture
def office(quarter) -> User:
    return User.objects.get(username="office")


def compose(quarter, office, kind, **words) -> Circular:
    draft = actions.draft_circular(period=quarter, by=office, dated=ON, kind=kind)
    return actions.edit_circular(circular=draft, version=draft.version, by=office, **words)


# name -> (kind's fields, draft's words, what its pages must say)
STRUCTURES = {
    "a paper with its own masthead, addressed, two paragraphs": (
        {"name": "区政务督查", "number_form": "issue"},
        {
            "addressed_to": "各街镇，区直各单位",
            "body": "{总体情况}\n进展缓慢的单位要倒排工期，于月底前报送整改情况。",
            "copy_to": "区人大常委会办公室、区政协办公室。",
        },
        ("区政务督查", "各街镇，区直各单位：", "占31%", "倒排工期", "送：区人大常委会办公室"),
    ),
    "a lead-in, the whole, demands with lagging items by unit and number": (
        {"name": "督察通报"},
        {
            "body": "区政府督查室对{季度}工作开展了督查。\n一、总体情况\n{总体情况}\n"
            "二、工作要求\n{滞后事项}对连续滞后的依次发出蓝、黄、红三色提醒，下季度组织回头看。"
        },
        ("一、总体情况", "118项责任事项", "二、工作要求", "进展滞后：", "牵头的", "回头看"),
    ),
    "shares with one decimal and by goal": (
        {"name": "半年通报"},
        {
            "has_tenths": True,
            "unit_count": "leads",
            "body": "{总体情况}\n各目标进展：\n{各目标情况}\n下一步，一是压实责任；二是加强调度。",
        },
        (
            "占30.5%",
            "占69.5%",
            "涉及牵头单位39家",
            "1．经济社会发展的主要预期目标：共",
            "一是压实责任",
        ),
    ),
    "progress, slowness, and who reported late": (
        {"name": "项目督查通报"},
        {"body": "{新完成事项}\n{滞后事项}\n{报送情况}", "annexes": "无"},
        ("本季度", "各牵头单位均按时报送。"),
    ),
    "two annexes, one of each class": (
        {"name": "月度通报"},
        {
            "body": "{总体情况}",
            "annexes": "已完成事项：已完成\n正在推进的事项：未完成",
        },
        ("附表：1．已完成事项", "2．正在推进的事项", "附表1", "附表2"),
    ),
    "a number with the year, what became of the issue before": (
        {"name": "督查通报（专项）", "number_form": "year"},
        {
            "body": "一、基本情况\n{上期落实情况}\n二、督查建议\n请抓紧推进。",
            "remark": "此件公开发布",
        },
        ("〔2020〕第1期", "此前没有就本年度任务印发过同类通报。", "（此件公开发布）"),
    ),
    "another paper with a document number, ranking tables, a subset": (
        {"name": "督查专报", "number_form": "document", "number_code": "新政督"},
        {"subset": "目标3", "body": "{总体情况}\n{单位排名}"},
        ("新政督〔2020〕1号", "本期通报其中", "名次", "完成率"),
    ),
}


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Render the PDF that is read; the other forms' rendering is tried by the first structure."""
    render = rendering.render_file

    def only_the_pdf(content: CircularContent, kind: FileKind) -> bytes:
        return render(content, kind) if kind == FileKind.PDF else str(kind).encode()

    monkeypatch.setattr(rendering, "render_file", only_the_pdf)


@pytest.mark.document
def test_every_form_of_a_composed_circular_is_rendered_and_kept(quarter, office):
    kind_fields, words, _said = next(iter(STRUCTURES.values()))
    kind = make_kind(quarter.plan.district, **kind_fields)
    issued = issue(compose(quarter, office, kind, **words), office)
    heads = {FileKind(each.kind): bytes(each.data)[:4] for each in issued.files.all()}
    assert {heads[kind] for kind in (FileKind.PDF, FileKind.ARCHIVE, FileKind.WEB)} == {b"%PDF"}
    assert {heads[kind] for kind in (FileKind.WORD, FileKind.ANNEX_EXCEL)} == {b"PK\x03\x04"}


@pytest.mark.document
@pytest.mark.parametrize("name", STRUCTURES)
def test_a_published_structure_is_composed_issued_and_read_back(name, quarter, office, printed):
    kind_fields, words, expected = STRUCTURES[name]
    kind = make_kind(quarter.plan.district, **kind_fields)
    draft = compose(quarter, office, kind, **words)
    composed = drafts.circular_content(draft)
    issued = issue(draft, office)
    content = content_from_json(Circular.objects.get(pk=issued.pk).content)
    assert content == composed
    assert content.masthead == kind.name
    pages = read_pdf(bytes(issued.files.get(kind=FileKind.PDF).data))
    text = "".join(sheet.text for sheet in pages)
    for said in expected:
        assert said in text, said
    assert "{" not in text
    kept = {FileKind(each.kind) for each in issued.files.all()}
    assert (FileKind.ANNEX_EXCEL in kept) == content.has_annex


def test_each_kind_counts_its_own_numbers(cast, quick):
    usual = issue(make_draft(cast), cast.office)
    kind = make_kind(cast.district)
    other = actions.draft_circular(period=cast.period, by=cast.office, dated=ON, kind=kind)
    other = issue(other, cast.office)
    following = issue(make_draft(cast), cast.office)
    assert [each.number for each in (usual, other, following)] == [1, 1, 2]
    assert other.full_name == "政务督查2020年第1期"


def test_a_computed_part_follows_the_figures_after_the_words_around_it_were_edited(cast):
    draft = make_draft(cast)
    draft = actions.edit_circular(
        circular=draft, version=draft.version, by=cast.office, body="经督查，\n{总体情况}\n请抓紧。"
    )
    before = drafts.circular_content(draft).body
    assert before[0] == "经督查，"
    assert "未填报的3项" in before[1]
    entry = builders.entry_of(cast.period, cast.items[0])
    builders.approve(entry, cast.office, "已完成")
    after = drafts.circular_content(Circular.objects.get(pk=draft.pk)).body
    assert "已完成年度目标任务的1项，占33%" in after[1]
    assert after[2] == "请抓紧。"


def test_an_item_without_a_number_of_its_own_goes_by_its_goal(quarter, office):
    kind = make_kind(quarter.plan.district)
    body = drafts.circular_content(compose(quarter, office, kind, body="{滞后事项}")).body
    assert "区住建局牵头的目标7；" in body[0]


def test_every_part_can_be_made_and_is_listed_beside_the_field(cast, as_user):
    draft = make_draft(cast)
    body = "\n".join(f"{{{name}}}" for name in PARTS)
    draft = actions.edit_circular(circular=draft, version=1, by=cast.office, body=body)
    parts = drafts.circular_content(draft).body
    assert any(isinstance(part, BodyTable) for part in parts)
    assert not [part for part in parts if isinstance(part, str) and "{" in part]
    page = as_user(cast.office).get(f"/circulars/{draft.pk}/edit/").content.decode()
    assert all(name in page for name in PARTS)


def test_a_unit_that_was_late_with_one_and_owes_another_is_named_for_both(cast, time_machine):
    time_machine.move_to(datetime(2030, 7, 5, 9, tzinfo=UTC), tick=False)
    builders.submit(
        builders.contribution_of(cast.period, cast.items[0], cast.units[0]), cast.reporter
    )
    draft = make_draft(cast, dated=date(2030, 7, 5))
    draft = actions.edit_circular(circular=draft, version=1, by=cast.office, body="{报送情况}")
    (said,) = drafts.circular_content(draft).body
    assert "逾期报送的单位：单位1（1项）。" in said
    assert "逾期未报送的单位：单位1（1项）、单位2（1项）" in said


def test_a_placeholder_that_is_not_known_is_kept_and_named(cast):
    draft = make_draft(cast)
    draft = actions.edit_circular(circular=draft, version=1, by=cast.office, body="{总体}情况")
    assert drafts.circular_content(draft).body == ("{总体}情况",)
    warnings = drafts.warnings_of(draft, build_figures(cast.period))
    assert [each.field for each in warnings if "{总体}" in each.text] == ["body"]


def test_warnings_lead_to_the_field_or_the_item_that_they_speak_of(cast, as_user):
    draft = make_draft(cast)
    entry = builders.entry_of(cast.period, cast.items[0])
    draft = actions.edit_circular(
        circular=draft, version=1, by=cast.office, body="{总体}情况", send_to="区旅游局。"
    )
    office = as_user(cast.office)
    for page in (draft.get_absolute_url(), f"/circulars/{draft.pk}/edit/"):
        shown = office.get(page).content.decode()
        notice = re.search(r'notice--warning">(.*?)</div>', shown, re.DOTALL)[1]
        ways = dict(re.findall(r'<a href="([^"]+)">([^<]+)</a>', notice))
        edit = f"/circulars/{draft.pk}/edit/"
        assert "{总体}" in ways[f"{edit}#id_body"]
        assert "区旅游局" in ways[f"{edit}#id_send_to"]
        assert "3项责任事项尚未填报" in ways["/items/?period=2030Q1&amp;class_key=unreported"]
        assert ways[f"/entries/{entry.pk}/review/"] == "1（1）"
        for address in ways:
            answer = office.get(address.replace("&amp;", "&"))
            assert answer.status_code == 200
            field = address.partition("#")[2]
            assert f'id="{field}"' in answer.content.decode() or not field


def test_a_drafts_pages_make_the_same_statements_however_many_items_they_speak_of(cast, as_user):
    office, units = cast.office, cast.units[:2]
    counts = []
    for year, items in ((2031, 2), (2032, 20)):
        plan = builders.make_plan(cast.district, year)
        builders.fill_plan(plan, units, items)
        draft = actions.draft_circular(period=builders.open_quarter(plan, office), by=office)
        client = as_user(office)
        for page in (draft.get_absolute_url(), f"/circulars/{draft.pk}/edit/"):
            client.get(page)
            with CaptureQueriesContext(connection) as made:
                assert f"{items}项责任事项尚未填报" in client.get(page).content.decode()
            counts.append(len(made))
    assert counts[:2] == counts[2:]
    assert max(counts) < 40


def test_as_many_recipients_as_the_page_holds_and_no_more(cast, as_user):
    draft, office = make_draft(cast), as_user(cast.office)
    address = f"/circulars/{draft.pk}/edit/"
    form = office.get(address).context["form"]
    kept = {name: value for name, value in form.initial.items() if value not in (None, "", [])}
    units = "、".join(f"第{number}责任单位" for number in range(100, 300))
    refused = office.post(address, {**kept, "is_landscape": "True", "send_to": units})
    assert "版记一页只能印23行" in str(refused.context["form"].errors["send_to"])
    named = [("报：", kept["report_to"])]
    most = max(
        at
        for at in range(1000)
        if recipient_lines([*named, ("发：", units[:at])]) <= RECIPIENT_LINES
    )
    taken = {**kept, "is_landscape": "True", "send_to": units[:most]}
    assert office.post(address, taken).status_code == 302
    sheet = read_pdf(circular_pdf(drafts.circular_content(Circular.objects.get(pk=draft.pk))))[-1]
    shown = [line for line in sheet.lines() if line]
    assert len(shown) == RECIPIENT_LINES + 1
    assert min(mark.top for line in shown for mark in line) > 37 * MM


FIVE = ("previous", "problems", "next_steps", "pace", "leader")


def test_an_annex_with_too_many_columns_for_its_paper_is_named(cast, as_user):
    draft = make_draft(cast)
    draft = actions.edit_circular(
        circular=draft, version=1, by=cast.office, extra_columns=list(FIVE), is_landscape=False
    )

    def crowded() -> list[str]:
        warnings = drafts.warnings_of(draft, build_figures(cast.period))
        return [each.text for each in warnings if each.field in ("extra_columns", "is_landscape")]

    assert crowded() == [
        "附表的栏太多，有的每行排不下5个字；“附表版式”改为横排就排得下，或少选“附表另列”的内容。"
    ]
    shown = as_user(cast.office).get(draft.get_absolute_url()).content.decode()
    assert f"/circulars/{draft.pk}/edit/#id_is_landscape" in shown
    draft.is_landscape = True
    assert crowded() == []
    draft.extra_columns = list(OPTIONAL)
    assert crowded() == ["附表的栏太多，有的每行排不下5个字；请少选“附表另列”的内容。"]


def test_those_addressed_who_leave_no_room_for_text_are_named(cast):
    draft = make_draft(cast)
    title = "关于督查情况的通报"

    def said(names: int) -> list[str]:
        draft.addressed_to, draft.title = "、".join(["区市场监督管理局"] * names), title
        warnings = drafts.warnings_of(draft, build_figures(cast.period))
        return [each.text for each in warnings if "首页" in each.text]

    # 306 characters in 11 lines below a title of one: there is room for one of text.
    assert not said(34)
    first = read_pdf(circular_pdf(drafts.circular_content(draft)))[0]
    assert "分解为" in first.text
    assert said(37) == [
        "“主送机关”要印12行，首页排不下正文；请精简，或者按公文格式移到版记，填在“送”中。"
    ]


def test_warnings_lead_nobody_where_he_may_not_go(cast, as_user):
    District.objects.update(requires_sign_off=True)
    draft = make_draft(cast)
    office = as_user(cast.office)
    form = office.get(draft.get_absolute_url()).context["shown"].initial
    office.post(f"/circulars/{draft.pk}/read/", form)  # which lays it before the leader
    shown = as_user(cast.leader).get(draft.get_absolute_url()).content.decode()
    assert "3项责任事项尚未填报" in shown
    assert "/review/" not in shown
    assert f"/circulars/{draft.pk}/edit/" not in shown


def test_a_kinds_wording_begins_its_drafts(cast, as_user):
    office = as_user(cast.office)
    office.post(
        "/circulars/kinds/add/",
        {
            "name": "政务督查",
            "number_form": "issue",
            "report_label": "呈",
            "copy_label": "抄送",
            "send_label": "发",
            "opening": "现将{季度}情况通报如下。",
            "demands": "一、工作要求",
            "closing": "特此通报。",
        },
    )
    kind = CircularKind.objects.get(name="政务督查")
    assert Event.objects.filter(subject="circularkind", verb="create").count() == 1
    office.post("/circulars/draft/", {"period": cast.period.pk, "kind": kind.pk})
    content = drafts.circular_content(Circular.objects.get())
    assert content.body == ("现将第一季度情况通报如下。", "一、工作要求", "特此通报。")
    assert content.recipients[0][0] == "呈："


def test_a_document_number_needs_its_code(cast, as_user):
    page = as_user(cast.office).post(
        "/circulars/kinds/add/",
        {
            "name": "专报",
            "number_form": "document",
            "report_label": "报",
            "copy_label": "送",
            "send_label": "发",
        },
    )
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not CircularKind.objects.filter(name="专报").exists()


@pytest.mark.parametrize(
    ("choice", "numbers"),
    [
        ("全部", [1, 2, 3]),
        ("未填报", [1, 2, 3]),
        ("已完成", []),
        ("1(2)、1（3）", [2, 3]),
        ("单位1", [1, 2]),
        ("目标1", [1, 2, 3]),
        ("滞后", [1, 2, 3]),
    ],
)
def test_an_annex_holds_the_items_that_it_names(cast, choice, numbers):
    figures = build_figures(cast.period)
    assert [row.item_number for row in choose(figures, choice).rows] == numbers
    assert unknown_choices(figures, choice) == []


def test_a_choice_that_names_nothing_is_refused_with_what_to_do(cast, as_user):
    draft = cast.circular
    office = as_user(cast.office)
    form = office.get(f"/circulars/{draft.pk}/edit/").context["form"]
    posted = {name: form[name].value() or "" for name in form.fields if name != "extra_columns"}
    for field in ("annexes", "subset"):
        page = office.post(f"/circulars/{draft.pk}/edit/", {**posted, field: "没有的单位"})
        assert "没有的单位" in str(page.context["form"].errors[field])
    draft.refresh_from_db()
    assert (draft.annexes, draft.subset) == ("", "")


def test_a_choice_that_means_nothing_any_more_is_a_warning_and_no_error(cast, as_user):
    draft = cast.circular
    Circular.objects.update(subset="撤销的单位")
    page = as_user(cast.office).get(f"/circulars/{draft.pk}/")
    assert page.status_code == 200
    assert "撤销的单位" in page.content.decode()


def test_lines_of_annexes_are_read():
    assert [(each.title, each.choice) for each in read_annexes("")] == [("", "全部")]
    assert read_annexes("无") is None
    read = read_annexes("慢序时：滞后\n按序时: 已完成、1(2)")
    assert [(each.title, each.choice) for each in read] == [
        ("慢序时", "滞后"),
        ("按序时", "已完成、1(2)"),
    ]


def test_an_annex_has_columns_of_its_own():
    read = read_annexes(
        "慢序时：滞后（另列：存在的问题、下一步措施）\n（另列:完成状态，配合单位)\n简表:全部（另列：无）\n甲（乙）：全部"
    )
    assert [(each.title, each.choice, each.columns) for each in read] == [
        ("慢序时", "滞后", ("存在的问题", "下一步措施")),
        ("", "全部", ("完成状态", "配合单位")),
        ("简表", "全部", ()),
        ("甲（乙）", "全部", None),
    ]
    assert [each.extra_keys(["pace"]) for each in read][1:] == [
        ["status", "supporting_units"],
        [],
        ["pace"],
    ]


def test_each_annex_prints_its_own_columns_and_keeps_them(cast, as_user):
    draft, office = make_draft(cast), as_user(cast.office)
    address = f"/circulars/{draft.pk}/edit/"
    form = office.get(address).context["form"]
    kept = {name: value for name, value in form.initial.items() if value not in (None, "", [])}
    asked = {
        **kept,
        "is_landscape": "True",
        "annexes": "全部（另列：完成状态、配合单位）\n简表：全部（另列：无）\n进度表：全部",
        "extra_columns": ["pace", "status"],
    }
    lost = office.post(address, {**asked, "annexes": "全部（另列：完成状态、合作单位）"})
    assert "“合作单位”不是附表可以另列的栏，可写：上季度情况、" in lost.content.decode()
    assert office.post(address, asked).status_code == 302
    issued = issue(Circular.objects.get(pk=draft.pk), cast.office)
    content = drafts.circular_content(issued)
    assert [annex.columns for annex in content.annexes] == [
        print_order(keys) for keys in (["status", "supporting_units"], [], ["pace", "status"])
    ]
    pages = read_pdf(bytes(issued.files.get(kind=FileKind.PDF).data))
    text = "".join(sheet.text for sheet in pages)
    assert [text.count(head) for head in ("完成状态", "配合单位", "进度表")] == [2, 1, 2]
    assert circular_docx(content)


def test_a_correction_starts_from_the_issued_words_and_lists_what_it_changes(cast, quick):
    draft = make_draft(cast)
    draft = actions.edit_circular(
        circular=draft,
        version=1,
        by=cast.office,
        title="关于督查情况的通报",
        body="原来的话。\n{总体情况}",
    )
    issued = issue(draft, cast.office)
    entry = builders.entry_of(cast.period, cast.items[1])
    builders.approve(entry, cast.office, "已完成", "补报的情况。")
    correction = actions.correct_circular(circular=issued, by=cast.office)
    content = drafts.circular_content(correction)
    assert content.title == "关于督查情况的通报"
    assert content.body[0] == "2020年第1期《督查通报》有关内容现予更正，以本期为准。"
    assert "第1个目标（2）完成情况：原为“未填报”，更正为“补报的情况”" in "".join(content.paragraphs)
    assert "第1个目标（2）完成状态：原为空，更正为“已完成”" in "".join(content.paragraphs)
    assert "原来的话。" in content.body
    short = actions.edit_circular(
        circular=correction, version=correction.version, by=cast.office, annexes="更正事项"
    )
    assert [row.item_number for row in drafts.circular_content(short).annex.rows] == [2]


def test_a_correction_is_short_or_whole_as_the_office_chooses(cast, as_user, quick):
    draft = make_draft(cast)
    draft = actions.edit_circular(circular=draft, version=1, by=cast.office, annexes="表：全部")
    issued = issue(draft, cast.office)
    builders.approve(builders.entry_of(cast.period, cast.items[1]), cast.office, "已完成", "补报。")
    correction = actions.correct_circular(circular=issued, by=cast.office)
    office, address = as_user(cast.office), f"/circulars/{correction.pk}/edit/"

    def choose(rows: str, **changes: str) -> Circular:
        form = office.get(address).context["form"]
        kept = {name: value for name, value in form.initial.items() if value not in (None, "", [])}
        answer = office.post(
            address, {**kept, "is_landscape": "True", "correction_rows": rows, **changes}
        )
        assert answer.status_code == 302, answer.context["form"].errors
        return Circular.objects.get(pk=correction.pk)

    assert "只列有改动的事项" in office.get(address).content.decode()
    assert office.get(address).context["form"]["correction_rows"].value() == "whole"
    short = choose("short", annexes="没有这样的范围")  # what stands there is not looked at
    assert [row.item_number for row in drafts.circular_content(short).annex.rows] == [2]
    assert office.get(address).context["form"]["correction_rows"].value() == "short"
    whole = choose("whole")
    assert whole.annexes == "表：全部"
    assert len(drafts.circular_content(whole).annex.rows) == 3
    first = office.get(f"/circulars/{make_draft(cast).pk}/edit/").content.decode()
    assert "只列有改动的事项" not in first


def test_what_became_of_the_issue_before_counts_the_items_of_all_its_annexes(
    quarter, office, quick
):
    kind = make_kind(quarter.plan.district)
    first = compose(quarter, office, kind, annexes="一：目标3\n二：目标4")
    issue(first, office)
    open_then = [
        row
        for annex in drafts.circular_content(Circular.objects.get(pk=first.pk)).annexes
        for row in annex.rows
        if row.status != "已完成"
    ]
    assert {row.goal_number for row in open_then} == {3, 4}
    after = drafts.circular_content(compose(quarter, office, kind, body="{上期落实情况}"))
    assert f"所列未完成的{len(open_then)}项，本期均未完成" in after.body[0]


def test_the_issue_before_is_neither_a_correction_nor_what_it_corrects(cast, quick):
    first = issue(make_draft(cast), cast.office)
    correction = actions.correct_circular(circular=first, by=cast.office)
    correction = actions.edit_circular(
        circular=correction,
        version=correction.version,
        by=cast.office,
        body="{上期落实情况}",
        annexes="更正事项",
    )
    assert drafts.circular_content(correction).body == ("此前没有就本年度任务印发过同类通报。",)
    issue(correction, cast.office)
    after = make_draft(cast)
    after = actions.edit_circular(
        circular=after,
        version=1,
        by=cast.office,
        subset="1（1）",
        body="{上期落实情况}",
    )
    (said,) = drafts.circular_content(after).body
    assert f"{drafts.frozen_content(first).subject}所列未完成的3项，本期均未完成。" == said


def test_the_issue_before_is_none_of_another_years_plan(cast, quick):
    issue(make_draft(cast), cast.office)
    plan = builders.make_plan(cast.district, 2031)
    builders.fill_plan(plan, cast.units[:2], 2)
    period = builders.open_quarter(plan, cast.office)
    draft = actions.draft_circular(period=period, by=cast.office)
    draft = actions.edit_circular(
        circular=draft, version=draft.version, by=cast.office, body="{上期落实情况}"
    )
    assert drafts.circular_content(draft).body == ("此前没有就本年度任务印发过同类通报。",)


def test_every_rate_of_a_body_has_the_decimals_that_the_office_chose(quarter, office):
    kind = make_kind(quarter.plan.district)
    body = "{总体情况}\n完成率{完成率}。\n{各目标情况}\n{序时进度}\n各单位排名：{单位排名}"
    for has_tenths, rate, form in ((False, "31%", r"\d+%"), (True, "30.5%", r"\d+\.\d%")):
        draft = compose(quarter, office, kind, body=body, has_tenths=has_tenths)
        parts = drafts.circular_content(draft).body
        words = [part for part in parts if isinstance(part, str)]
        tables = [part for part in parts if isinstance(part, BodyTable)]
        assert f"，占{rate}；" in words[0]
        assert words[1] == f"完成率{rate}。"
        said = [share for part in words for share in re.findall(r"占([\d.]+%)", part)]
        assert len(said) == 2 + 20 + 5  # classes, goals, lights
        ranked = [row[-1] for table in tables for row in table.rows]
        assert len(ranked) == 39
        assert [each for each in said + ranked if not re.fullmatch(form, each)] == []


def test_units_with_the_same_rate_share_a_place(quarter, office):
    kind = make_kind(quarter.plan.district)
    draft = compose(quarter, office, kind, body="{单位排名}")
    for table in drafts.circular_content(draft).body:
        rates = [Fraction(int(row[3]), int(row[2])) for row in table.rows]
        assert rates == sorted(rates, reverse=True)
        assert [int(row[0]) for row in table.rows] == [rates.index(rate) + 1 for rate in rates]
        assert len(set(rates)) < len(rates)


def test_two_hundred_characters_of_recipients_and_more_are_taken(cast):
    names = "、".join(f"第{n}责任单位" for n in range(60)) + "。"
    draft = actions.edit_circular(
        circular=make_draft(cast), version=1, by=cast.office, send_to=names
    )
    sheets = read_pdf(circular_pdf(drafts.circular_content(draft)))
    assert "第59责任单位。" in sheets[-1].text


@pytest.mark.document
def test_word_holds_tables_and_several_annexes(quarter, office):
    kind = make_kind(quarter.plan.district)
    draft = compose(
        quarter, office, kind, body="{总体情况}\n{单位排名}", annexes="一：已完成\n二：目标3"
    )
    content = drafts.circular_content(draft)
    data = circular_docx(content)
    assert len(content.annexes) == 2
    tables = [part for part in content.body if isinstance(part, BodyTable)]
    assert len(tables) == 3
    assert [each["工作标准"] for each in joined_records(data)] == [
        "".join(row.numbered_standard.split()) for annex in content.annexes for row in annex.rows
    ]
